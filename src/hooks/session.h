/* session.h - a profile's session_hooks: programs run outside the sandbox, around the command.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_HOOKS_SESSION_H
#define NONO_HOOKS_SESSION_H

#include "policy/capset.h"
#include "policy/vars.h"

enum nono_session_when { NONO_SESSION_BEFORE, NONO_SESSION_AFTER };

#define NONO_SESSION_ID_BYTES 17 /* 16 hexadecimal digits and NUL */

/* One hook of one run; everything is borrowed. */
struct nono_session {
	enum nono_session_when when;
	const struct nono_session_hook *hook;
	const char *id;
	const struct nono_vars *vars;
	char *const *env;	       /* nono's own */
	const struct nono_capset *set; /* sealed: what the command may do */
	const char *state_dir;	       /* nono's own */
	bool quiet;		       /* its output is dropped */
	int exit_code;		       /* after: the command's */
};

/* What came of it. */
struct nono_session_report {
	char *problem;		    /* in words; owned, NULL: none. The run goes on */
	int interrupted;	    /* not 0: somebody asked nono to end by this signal */
	struct nono_strv variables; /* before: NAME=value for the command */
	struct nono_strv refused;   /* before: names that were left out of them */
};

/** nono_session_report_done - free it, leaving it empty. NULL is fine. */
void nono_session_report_done(struct nono_session_report *report);

/** nono_session_new_id - 16 random hexadecimal digits. 0 or -NONO_E_SYSTEM. */
int nono_session_new_id(char ret[NONO_SESSION_ID_BYTES], struct nono_error *err);

/** nono_session_script - the path of a hook's script, expanded; the caller's. 0, -NONO_E_POLICY, -NONO_E_NOMEM. */
int nono_session_script(const struct nono_session_hook *hook, const struct nono_vars *vars, char **ret,
			struct nono_error *err);

/**
 * nono_session_run - judge the script, run it to its end, and of a before hook read the variables.
 * The script is opened once, and what was judged (nono_trusted_open) is what is executed. Its environment is a plain
 * one with a fixed PATH, and NONO_SESSION_ID, NONO_WORKDIR, NONO_HOOK_TYPE, NONO_HOOK_SCRIPT, and NONO_ENV_FILE
 * (before) or NONO_EXIT_CODE (after). The file of variables is overwritten and removed, its directory too.
 * Returns 0, also where ->problem says what went wrong; -NONO_E_NOMEM. Single-threaded callers only.
 */
int nono_session_run(const struct nono_session *session, struct nono_session_report *ret, struct nono_error *err);

#endif
