/* install.h - the hook of an agent program: put in, looked at, taken out.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_HOOKS_INSTALL_H
#define NONO_HOOKS_INSTALL_H

#include "hooks/edit.h"
#include "hooks/record.h"
#include "policy/profile.h"

/* Whose hook, and where things are. All borrowed. */
struct nono_hook_request {
	const struct nono_hook_app *app;
	const char *event, *matcher;
	const char *home, *state_dir;
	const char *self;    /* canonical path of the running nono */
	const char *started; /* the path that it was started by; may be NULL */
};

/* What was done, or found. */
struct nono_hook_report {
	enum nono_hook_change change;
	enum nono_hook_found found;
	bool off;		   /* taken out by a person: runs leave it alone */
	bool restored;		   /* taken out: the file is, byte for byte, what it was before */
	char *settings, *command;  /* owned */
	char *problem;		   /* why the settings cannot be read or changed; owned, NULL: they can */
	char *element;		   /* what to add by hand then; owned, NULL: nothing to add */
	uint64_t old_dev, old_ino; /* the settings file that was replaced; 0: none was */
	uint64_t new_dev, new_ino; /* what was put in its place */
};

/** nono_hook_report_done - free it, leaving it empty. NULL is fine. */
void nono_hook_report_done(struct nono_hook_report *report);

/**
 * nono_hook_check - is this a hook that nono can install?
 * @ret: the app; NULL for one that nono does not know, which is passed over
 * Returns 0, or -NONO_E_POLICY for a script that is not nono's own.
 */
int nono_hook_check(const struct nono_hook *hook, const struct nono_hook_app **ret, struct nono_error *err);

/** nono_hook_is_current - is there nothing to do before a run? Cheap: see nono_hook_stamp_read. */
bool nono_hook_is_current(const struct nono_hook_request *request);

/**
 * nono_hook_install - put the hook in, or put right the one that is there; nothing is written when all is well.
 * A file that cannot be read or must not be changed is no failure: @ret->problem says why.
 * Returns 0, -NONO_E_SYSTEM, -NONO_E_BLOCKED, -NONO_E_POLICY, -NONO_E_NOMEM. @ret is then the caller's.
 */
int nono_hook_install(const struct nono_hook_request *request, struct nono_hook_report *ret, struct nono_error *err);

/** nono_hook_remove - take it out; runs leave it out from then on. As nono_hook_install. */
int nono_hook_remove(const struct nono_hook_request *request, struct nono_hook_report *ret, struct nono_error *err);

/** nono_hook_status - look; nothing is written. */
int nono_hook_status(const struct nono_hook_request *request, struct nono_hook_report *ret, struct nono_error *err);

#endif
