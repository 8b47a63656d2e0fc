/* session_hooks.h - a profile's session_hooks, around a run.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_SESSION_HOOKS_H
#define NONO_CLI_SESSION_HOOKS_H

#include "cli/context.h"
#include "hooks/session.h"

/* What one run keeps of them. A zeroed struct is one in which nothing ran. */
struct session_hooks {
	char id[NONO_SESSION_ID_BYTES];
	bool began;		    /* so the after hook has its turn, whatever comes */
	struct nono_strv variables; /* NAME=value, for the command */
};

/** session_hooks_check - refuse an after hook where nothing of nono stays that could run it. */
int session_hooks_check(const struct context *ctx, struct nono_error *err);

/** session_hooks_show - with --dry-run: what would be run. */
void session_hooks_show(const struct context *ctx);

/**
 * session_hooks_before - run the before hook; what goes wrong is a warning.
 * @ret_signal: not 0: somebody interrupted it, and the command is not to be started
 * Returns 0, -NONO_E_SYSTEM (no random number), -NONO_E_NOMEM.
 */
int session_hooks_before(const struct context *ctx, struct session_hooks *hooks, int *ret_signal,
			 struct nono_error *err);

/** session_hooks_after - run the after hook, if the time of the before hook came. */
void session_hooks_after(const struct context *ctx, const struct session_hooks *hooks, int exit_code);

/** session_hooks_done - free it. */
void session_hooks_done(struct session_hooks *hooks);

#endif
