/* builtin.c - looking up the profiles that are compiled in.  SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/profile.h"

/* About fifteen names: a walk is fast enough. */
const struct nono_builtin_profile *nono_builtin_profile_find(const char *name)
{
	for (size_t i = 0; i < nono_builtin_profile_count; i++)
		if (strcmp(nono_builtin_profiles[i].name, name) == 0)
			return &nono_builtin_profiles[i];
	return NULL;
}
