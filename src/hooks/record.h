/* record.h - what nono keeps of a hook it installed (docs/format/hooks-state.md).  SPDX-License-Identifier: Apache-2.0
 */
#ifndef NONO_HOOKS_RECORD_H
#define NONO_HOOKS_RECORD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/error.h"
#include "hooks/app.h"

/* Some bytes, to be known again. */
struct nono_hook_digest {
	uint64_t bytes, hash;
};

/* What was installed, and how to undo it: at @at, @added bytes give way to @removed. */
struct nono_hook_record {
	char *command, *event, *matcher; /* owned */
	bool existed;			 /* the settings file was there before */
	struct nono_hook_digest before, after;
	uint64_t at, added;
	char *removed; /* owned */
};

/** nono_hook_digest_of - of a text. */
struct nono_hook_digest nono_hook_digest_of(const char *text);

/** nono_hook_record_done - free it, leaving it empty. NULL is fine. */
void nono_hook_record_done(struct nono_hook_record *record);

/** nono_hook_record_difference - fill in before, after and what lies between. 0 or -NONO_E_NOMEM. */
int nono_hook_record_difference(struct nono_hook_record *record, const char *before, const char *after,
				struct nono_error *err);

/**
 * nono_hook_record_undo - the text from before, where @text is the one from after.
 * Returns 1, 0 where it is not (it was changed since), -NONO_E_NOMEM. *ret is the caller's.
 */
int nono_hook_record_undo(const struct nono_hook_record *record, const char *text, char **ret, struct nono_error *err);

/**
 * nono_hook_record_read - what is kept for an app.
 * @state_dir: nono's own state directory
 * Returns 1, 0 where there is none, -NONO_E_PARSE and the like where it cannot be read.
 */
int nono_hook_record_read(const char *state_dir, const struct nono_hook_app *app, struct nono_hook_record *ret,
			  struct nono_error *err);

/** nono_hook_record_write - keep it. 0, -NONO_E_SYSTEM, -NONO_E_NOMEM. */
int nono_hook_record_write(const char *state_dir, const struct nono_hook_app *app,
			   const struct nono_hook_record *record, struct nono_error *err);

/** nono_hook_record_remove - keep nothing more. */
void nono_hook_record_remove(const char *state_dir, const struct nono_hook_app *app);

/**
 * nono_hook_lock - hold off other nonos that change hooks, for a second at most.
 * Returns a descriptor to close, -NONO_E_SYSTEM, -NONO_E_BLOCKED where another one does not let go.
 */
int nono_hook_lock(const char *state_dir, struct nono_error *err);

/* ---- the stamp: one line, compared before every run ---- */

/* What the line depends on. */
struct nono_hook_stamp {
	const char *event, *matcher;
	const char *self; /* the running program */
	const char *home;
	const char *program;	     /* in the command that was installed, absolute; "" where none was */
	const struct stat *settings; /* of the settings file, links not followed; NULL where there is none */
};

enum nono_hook_stamped {
	NONO_HOOK_STAMP_OLD, /* something changed, or there is none */
	NONO_HOOK_STAMP_CURRENT,
	NONO_HOOK_STAMP_OFF, /* a person took the hook out, for good */
};

/**
 * nono_hook_stamp_read - is everything as it was when the stamp was written? Five system calls at most.
 * @stamp: ->program and ->settings are not looked at: they are found out
 */
enum nono_hook_stamped nono_hook_stamp_read(const char *state_dir, const struct nono_hook_app *app,
					    const struct nono_hook_stamp *stamp);

/** nono_hook_stamp_write - all is well, or has been said: nothing is to be done until something changes. */
int nono_hook_stamp_write(const char *state_dir, const struct nono_hook_app *app, const struct nono_hook_stamp *stamp,
			  struct nono_error *err);

/** nono_hook_stamp_off - leave the app alone until its hook is installed by a person. */
int nono_hook_stamp_off(const char *state_dir, const struct nono_hook_app *app, struct nono_error *err);

#endif
