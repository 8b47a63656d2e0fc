/* profile_names.h - the profiles that can be named.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_PROFILE_NAMES_H
#define NONO_CLI_PROFILE_NAMES_H

#include "cli/context.h"

/**
 * profile_names_own - names of the files among the user's profiles, sorted, each once; also those that no --profile
 * could name. Empty where there is no such directory.
 */
int profile_names_own(const struct context *ctx, struct nono_strv *ret, struct nono_error *err);

/** profiles_dir - CONFIG/profiles; NULL without memory. The caller's. */
char *profiles_dir(const struct context *ctx);

/** home_text - @path with the home directory as ~; NULL without memory. The caller's. */
char *home_text(const struct context *ctx, const char *path);

#endif
