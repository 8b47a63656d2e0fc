/* capfile.h - the copy of the capability set that tools inside may read.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_CAPFILE_H
#define NONO_CLI_CAPFILE_H

#include "cli/context.h"

/**
 * capfile_write - put the sealed set into the state directory and grant reading it.
 * The file is named after a digest of the set, so that runs of the same policy share one and mostly nothing is written;
 * nothing inside a sandbox can reach that directory. @ret: its path, the caller's; NULL where the state directory
 * cannot be written, which is noted.
 */
int capfile_write(struct context *ctx, char **ret, struct nono_error *err);

#endif
