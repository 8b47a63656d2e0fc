/* app.c - the agent programs whose hooks nono installs.  SPDX-License-Identifier: Apache-2.0 */
#include "hooks/app.h"

#include <string.h>

#include "base/util.h"

const struct nono_hook_app nono_hook_apps[] = {
	{"claude-code", "Claude Code", ".claude", "settings.json", "nono-hook.sh", ".claude/hooks/nono-hook.sh"},
};
const size_t nono_hook_app_count = NONO_ARRAY_SIZE(nono_hook_apps);

const struct nono_hook_app *nono_hook_app_find(const char *name)
{
	for (size_t i = 0; i < nono_hook_app_count; i++)
		if (strcmp(nono_hook_apps[i].name, name) == 0)
			return &nono_hook_apps[i];
	return NULL;
}
