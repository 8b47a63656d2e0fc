/* strv.h - a list of strings.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BASE_STRV_H
#define NONO_BASE_STRV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* A zeroed struct is an empty list. items[len] is NULL once anything was added, so items can serve as an argv. */
struct nono_strv {
	char **items; /* owned, each owned */
	size_t len;
	size_t room;
};

/** nono_strv_add - append a copy of @s. Returns 0 or -NONO_E_NOMEM. */
int nono_strv_add(struct nono_strv *v, const char *s, struct nono_error *err);

/** nono_strv_add_new - append @s unless it is there already. Returns 0 or -NONO_E_NOMEM. */
int nono_strv_add_new(struct nono_strv *v, const char *s, struct nono_error *err);

/** nono_strv_take - append @s itself; it is the list's from here on, freed on failure too. NULL gives -NONO_E_NOMEM. */
int nono_strv_take(struct nono_strv *v, char *s, struct nono_error *err);

/** nono_strv_merge - append a copy of each of @more that is not there yet. Returns 0 or -NONO_E_NOMEM. */
int nono_strv_merge(struct nono_strv *v, const struct nono_strv *more, struct nono_error *err);

/** nono_strv_has - is @s in the list. */
bool nono_strv_has(const struct nono_strv *v, const char *s);

/** nono_strv_done - free the strings and the list, leaving it empty. NULL is fine. */
void nono_strv_done(struct nono_strv *v);

#endif
