/* agent_hooks.h - the hooks of a profile's agents, before a run.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_AGENT_HOOKS_H
#define NONO_CLI_AGENT_HOOKS_H

#include "cli/context.h"
#include "hooks/install.h"

/** agent_hooks_check - refuse a hook that nono does not install; note agents that it does not know. */
int agent_hooks_check(struct context *ctx, struct nono_error *err);

/**
 * agent_hooks_install - see to it that they are installed, and say what was done. What goes wrong is a warning.
 * Nothing is done within a sandbox, nor with --silent, when it could not be said. Returns 0 or -NONO_E_NOMEM.
 */
int agent_hooks_install(struct context *ctx, struct nono_error *err);

/** agent_hooks_request - what the hooks layer needs to know, borrowed from the context. */
struct nono_hook_request agent_hooks_request(const struct context *ctx, const struct nono_hook_app *app,
					     const struct nono_hook *hook);

/** agent_hooks_say - one line on what was done; nothing where nothing was. */
void agent_hooks_say(const struct nono_hook_app *app, const struct nono_hook_report *report);

#endif
