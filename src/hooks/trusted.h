/* trusted.h - a program that only its user or root can have put there.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_HOOKS_TRUSTED_H
#define NONO_HOOKS_TRUSTED_H

#include "policy/capset.h"

/**
 * nono_trusted_open - walk to a program that is to run outside the sandbox, judging every step, and open it.
 * @path: absolute; links are followed, and judged, too
 * @set:  what the sandboxed command may do; borrowed. Where it may change a name on the way, or the file, the program
 *        would be the command's to choose.
 * @fs:   the host's
 * Returns a descriptor (O_PATH, close-on-exec), or -NONO_E_POLICY (no regular file, nobody may execute it, it or a
 * directory on the way is somebody else's or can be changed by others or by the command), -NONO_E_NOTFOUND,
 * -NONO_E_SYSTEM, -NONO_E_NOMEM.
 */
int nono_trusted_open(const char *path, const struct nono_capset *set, const struct nono_fs *fs,
		      struct nono_error *err);

#endif
