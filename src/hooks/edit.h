/* edit.h - nono's entry in an agent's settings, as text.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_HOOKS_EDIT_H
#define NONO_HOOKS_EDIT_H

#include "base/jsonedit.h"
#include "hooks/app.h"

/* What is to stand in the settings; all borrowed. */
struct nono_hook_entry {
	const struct nono_hook_app *app;
	const char *home; /* in which an older script may stand */
	const char *event, *matcher, *command;
	const char *recorded; /* the command that was installed last; NULL: not known */
};

enum nono_hook_change {
	NONO_HOOK_SAME,
	NONO_HOOK_ADDED,
	NONO_HOOK_UPDATED,
	NONO_HOOK_REPLACED, /* an older script's entry went */
	NONO_HOOK_TAKEN,    /* out */
};

/* What settings say of the hook. */
enum nono_hook_found {
	NONO_HOOK_ABSENT,
	NONO_HOOK_OUTDATED, /* another program, event or matcher, or the older script's entry */
	NONO_HOOK_PRESENT,
};

/**
 * nono_hook_find - look for the entry. @settings: decoded, borrowed.
 */
enum nono_hook_found nono_hook_find(const struct nono_hook_entry *entry, json_t *settings);

/** nono_hook_program - the program of nono's entry, if there is one. The caller's; NULL: none, or no memory. */
char *nono_hook_program(const struct nono_hook_entry *entry, json_t *settings);

/**
 * nono_hook_put - the settings with the entry, once, and without an older script's. Pure.
 * @file: for messages
 * @ret:  the new text; the caller's
 * Returns 0, -NONO_E_PARSE, -NONO_E_POLICY (hooks is no object, or an event no list), -NONO_E_LIMIT, -NONO_E_NOMEM.
 */
int nono_hook_put(const struct nono_hook_entry *entry, const char *file, const char *text, char **ret,
		  enum nono_hook_change *ret_change, struct nono_error *err);

/** nono_hook_take - the settings without nono's own entries; an older script's stays. Pure. Otherwise as above. */
int nono_hook_take(const struct nono_hook_entry *entry, const char *file, const char *text, char **ret,
		   enum nono_hook_change *ret_change, struct nono_error *err);

/** nono_hook_element - the entry as JSON for a person to copy, on one line. The caller's; NULL without memory. */
char *nono_hook_element(const struct nono_hook_entry *entry);

#endif
