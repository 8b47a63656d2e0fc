/* groups.c - looking up the built-in groups.  SPDX-License-Identifier: Apache-2.0 */
#include "policy/groups.h"

#include <string.h>

#include "base/nearest.h"

/* A few dozen names, in the order in which the base applies them: a walk is fast enough, and no second order needed. */
const struct nono_group *nono_group_find(const char *name)
{
	for (size_t i = 0; i < nono_group_count; i++)
		if (strcmp(nono_groups[i].name, name) == 0)
			return &nono_groups[i];
	return NULL;
}

const char *const *nono_group_expand(const char *name, const char *self[2])
{
	const struct nono_group *group = nono_group_find(name);

	if (group) {
		self[0] = group->name;
		self[1] = NULL;
		return self;
	}
	for (size_t i = 0; i < nono_group_alias_count; i++)
		if (strcmp(nono_group_aliases[i].name, name) == 0)
			return nono_group_aliases[i].groups;
	return NULL;
}

bool nono_group_has_required(const char *name)
{
	const char *self[2];
	const char *const *groups = nono_group_expand(name, self);

	for (; groups && *groups; groups++) {
		const struct nono_group *g = nono_group_find(*groups);

		if (g && g->required)
			return true;
	}
	return false;
}

const char *nono_group_nearest(const char *name)
{
	struct nono_nearest nearest = {.word = name};

	for (size_t i = 0; i < nono_group_count; i++)
		nono_nearest_offer(&nearest, nono_groups[i].name);
	for (size_t i = 0; i < nono_group_alias_count; i++)
		nono_nearest_offer(&nearest, nono_group_aliases[i].name);
	return nearest.best;
}
