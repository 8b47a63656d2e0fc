/* workdir.h - may the command use the working directory?  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_WORKDIR_H
#define NONO_CLI_WORKDIR_H

#include "cli/context.h"

/**
 * workdir_share - share the working directory, if a flag or the person says so.
 * @ctx:         composed, not sealed; what is shared is added to its set, or ->workdir_withheld is set
 * @notes_shown: notes of the set that were printed already; those before a question are, and are counted
 * @ret_needed:  set to true where the run fails because nobody could be asked
 * Where sharing it could only fail, nobody is asked and a line says why. Returns 0, -NONO_E_POLICY (--silent, or the
 * directory is another one now), -NONO_E_SYSTEM, -NONO_E_NOMEM. Prints to standard error; not thread-safe.
 */
int workdir_share(struct context *ctx, size_t *notes_shown, bool *ret_needed, struct nono_error *err);

#endif
