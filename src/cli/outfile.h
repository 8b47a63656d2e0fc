/* outfile.h - files that a person asked for.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_OUTFILE_H
#define NONO_CLI_OUTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

/**
 * outfile_write - write a file whole: aside, then put in its place, so that nobody ever reads half of it.
 * @path:    absolute; its directory is there
 * @mode:    of the new file
 * @replace: whether a file that is there goes; a symbolic link never does, as it is somebody else's
 * Returns 0, -NONO_E_POLICY (it is there, or a link), -NONO_E_SYSTEM, -NONO_E_NOMEM.
 */
int outfile_write(const char *path, const void *data, size_t len, mode_t mode, bool replace, struct nono_error *err);

#endif
