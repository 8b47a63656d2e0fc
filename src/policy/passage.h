/* passage.h - does the way to a path lead through a covered directory?  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_POLICY_PASSAGE_H
#define NONO_POLICY_PASSAGE_H

#include "policy/capset.h"

/**
 * nono_passage - the masked directory that stands in the way of a path: it is gone through by name, by a link, or under
 * another name of it (a bind mount), so that what the path leads to outside cannot be reached inside.
 * @path: absolute. @ret: NULL where there is none; borrowed from @set. A set without masks costs nothing.
 * Returns 0, -NONO_E_SYSTEM where the way cannot be looked at, -NONO_E_NOMEM.
 */
int nono_passage(const struct nono_capset *set, const struct nono_fs *fs, const char *path,
		 const struct nono_deny **ret, struct nono_error *err);

#endif
