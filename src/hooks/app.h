/* app.h - the agent programs whose hooks nono installs.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_HOOKS_APP_H
#define NONO_HOOKS_APP_H

#include <stddef.h>

struct nono_hook_app {
	const char *name;      /* the key of a profile's hooks, and the word after nono hook */
	const char *title;     /* for people */
	const char *directory; /* below the home directory */
	const char *settings;  /* a file in it */
	const char *script;    /* what a profile calls nono's own hook */
	const char *older;     /* below the home directory: the script that came before it */
};

extern const struct nono_hook_app nono_hook_apps[];
extern const size_t nono_hook_app_count;

/** nono_hook_app_find - by name; NULL if there is none. Static. */
const struct nono_hook_app *nono_hook_app_find(const char *name);

#endif
