/* profile_new.h - the text of a new profile.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_PROFILE_NEW_H
#define NONO_CLI_PROFILE_NEW_H

#include "base/buf.h"
#include "cli/options.h"

/** profile_new - append a valid profile as the options of profile init want it; @comments: with one to each key. */
void profile_new(const struct arguments *args, const char *name, bool comments, struct nono_buf *out);

#endif
