/* strv.c - a list of strings.  SPDX-License-Identifier: Apache-2.0 */
#include "base/strv.h"

#include "base/util.h"

int nono_strv_take(struct nono_strv *v, char *s, struct nono_error *err)
{
	if (!s)
		return nono_nomem(err);
	if (v->len + 1 >= v->room) {
		size_t room = v->room ? v->room * 2 : 8;
		char **items = reallocarray(v->items, room, sizeof(*items));

		if (!items) {
			free(s);
			return nono_nomem(err);
		}
		v->items = items;
		v->room = room;
	}
	v->items[v->len++] = s;
	v->items[v->len] = NULL;
	return 0;
}

int nono_strv_add(struct nono_strv *v, const char *s, struct nono_error *err)
{
	return nono_strv_take(v, strdup(s), err);
}

int nono_strv_add_new(struct nono_strv *v, const char *s, struct nono_error *err)
{
	return nono_strv_has(v, s) ? 0 : nono_strv_add(v, s, err);
}

int nono_strv_merge(struct nono_strv *v, const struct nono_strv *more, struct nono_error *err)
{
	for (size_t i = 0; i < more->len; i++) {
		int rc = nono_strv_add_new(v, more->items[i], err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

bool nono_strv_has(const struct nono_strv *v, const char *s)
{
	for (size_t i = 0; i < v->len; i++)
		if (strcmp(v->items[i], s) == 0)
			return true;
	return false;
}

void nono_strv_done(struct nono_strv *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < v->len; i++)
		free(v->items[i]);
	free(v->items);
	*v = (struct nono_strv){0};
}
