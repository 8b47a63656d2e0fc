/* selfset.h - what the sandbox that this process is in grants.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_SELFSET_H
#define NONO_CLI_SELFSET_H

#include "policy/capset.h"

/**
 * selfset_read - the set that nono left for those inside, by $NONO_CAP_FILE.
 * Returns 1; 0 where the variable is not set: there is no sandbox; or an error of reading it.
 */
int selfset_read(char *const *env, struct nono_capset *ret, struct nono_error *err);

#endif
