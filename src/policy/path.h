/* path.h - canonical paths as text.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_POLICY_PATH_H
#define NONO_POLICY_PATH_H

#include <stdbool.h>

#include "base/error.h"
#include "policy/fs.h"

/** nono_path_is_below - is @path strictly below @dir, component-wise. Both canonical and absolute. */
bool nono_path_is_below(const char *path, const char *dir);

/** nono_path_is_within - is @path @dir itself or below it. */
bool nono_path_is_within(const char *path, const char *dir);

/** nono_path_join - "@dir/@name", or NULL without memory. The caller's to free. */
char *nono_path_join(const char *dir, const char *name);

/** nono_path_trim - a copy without trailing slashes; "/" stays. NULL without memory. The caller's to free. */
char *nono_path_trim(const char *path);

/** nono_path_parent - all but the last component; "/" for "/" and "/x". NULL without memory. The caller's to free. */
char *nono_path_parent(const char *path);

/** nono_path_base - the last component, borrowed from @path. */
const char *nono_path_base(const char *path);

/**
 * nono_path_compare - an order in which every directory comes right before all that is below it.
 * Returns less than, equal to or greater than 0, as strcmp.
 */
int nono_path_compare(const char *a, const char *b);

/**
 * nono_path_look - what fs->stat says, at the price of one call where nothing is there: nothing is written about that.
 * Returns 0, -NONO_E_NOTFOUND with @err untouched, or what else fs->stat fails with. A caller that takes the path for
 * missing after any other failure would leave a rule out.
 */
int nono_path_look(const struct nono_fs *fs, const char *path, bool follow, struct nono_node *ret,
		   struct nono_error *err);

/* What a path leads to. */
struct nono_resolved {
	struct nono_node node; /* the object, or the nearest ancestor that exists; fd -1 */
	char *real;	       /* canonical; for a missing one the ancestor's plus the rest; owned */
	bool exists;
	bool parent_missing; /* not even its directory exists */
};

/**
 * nono_path_resolve - follow links as far as the path exists.
 * @path: absolute. Returns 0 also for a missing path; -NONO_E_SYSTEM where an ancestor cannot be looked at.
 */
int nono_path_resolve(const struct nono_fs *fs, const char *path, struct nono_resolved *ret, struct nono_error *err);

/** nono_resolved_done - free it. NULL is fine. */
void nono_resolved_done(struct nono_resolved *r);

#endif
