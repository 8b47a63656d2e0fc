/* cmd_hook.c - nono hook: the program that an agent runs when one of its tools failed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/io.h"
#include "base/util.h"
#include "cli/commands.h"
#include "cli/selfset.h"
#include "hooks/app.h"
#include "hooks/event.h"
#include "policy/vars.h"

/* The whole of standard input; NULL where it is larger than an event can be, or cannot be read. */
static char *read_event(size_t *ret_len)
{
	_cleanup_(nono_freep) char *event = malloc(NONO_HOOK_EVENT_BYTES + 1);
	ssize_t len = event ? nono_read_full(STDIN_FILENO, event, NONO_HOOK_EVENT_BYTES + 1) : -1;

	if (len < 0 || len > NONO_HOOK_EVENT_BYTES)
		return NULL;
	*ret_len = (size_t)len;
	return TAKE(event);
}

/*
 * Whatever goes wrong here, the agent has nothing to do with it: it is told nothing and the exit code is 0. Outside a
 * sandbox, where the same settings are in force, there is nothing to tell.
 */
int cmd_hook(struct arguments *args, char *const *env, struct nono_error *err)
{
	_cleanup_(nono_capset_done) struct nono_capset set = {0};
	_cleanup_(nono_freep) char *event = NULL, *text = NULL, *cwd = NULL;
	struct nono_hook_scene scene = {.set = &set, .fs = &nono_fs_host};
	size_t len = 0;

	if (!nono_hook_app_find(args->operands[0]))
		return nono_fail(err, NONO_E_USAGE, 0, "nono has no hook for '%s'; it has one for %s",
				 args->operands[0], nono_hook_apps[0].name);
	if (selfset_read(env, &set, NULL) <= 0)
		return 0;
	event = read_event(&len);
	cwd = getcwd(NULL, 0);
	scene.home = nono_environ_get(env, "HOME", 4);
	scene.cwd = cwd ? cwd : "/";
	if (event && nono_hook_answer(&scene, event, len, &text, NULL) == 0 && text)
		(void)(fputs(text, stdout) == EOF || fflush(stdout) == EOF);
	return 0;
}
