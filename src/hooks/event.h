/* event.h - what an agent program tells its hook, and what it is told.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_HOOKS_EVENT_H
#define NONO_HOOKS_EVENT_H

#include "run/refusals.h"

/* Where the event happened. All borrowed. */
struct nono_hook_scene {
	const struct nono_capset *set; /* the sandbox */
	const struct nono_fs *fs;
	const char *home; /* what ~ means; may be NULL */
	const char *cwd;  /* where relative paths start, unless the event says */
};

/**
 * nono_hook_answer - which operations that the sandbox refuses an event tells of, put into words for the agent.
 * @event, @len: JSON, as Claude Code writes it to a hook of PostToolUse or PostToolUseFailure; any bytes will do
 * @ret: what the hook prints, the caller's; NULL where there is nothing to say
 * Every path is put to the evaluator; nothing but its answer makes a refusal. Returns 0 or -NONO_E_NOMEM.
 */
int nono_hook_answer(const struct nono_hook_scene *scene, const char *event, size_t len, char **ret,
		     struct nono_error *err);

#endif
