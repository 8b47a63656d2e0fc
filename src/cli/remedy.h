/* remedy.h - what to change so that something is allowed, in words.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_REMEDY_H
#define NONO_CLI_REMEDY_H

#include "cli/options.h"
#include "policy/explain.h"

/**
 * remedy_text - flags; beside --config, where no flag helps, what to write into the manifest.
 * "" where nothing would allow it. The caller's to free; NULL without memory.
 */
char *remedy_text(const struct arguments *args, const struct nono_answer *a, enum nono_op op);

/**
 * remedy_profile_text - the same for a profile: the keys of its filesystem section, as they are written.
 * @home: which is ~ there
 * The caller's; "" where nothing helps; NULL without memory.
 */
char *remedy_profile_text(const char *home, const struct nono_answer *a, enum nono_op op);

/** remedy_key - the list of filesystem.* that grants it: "read", "allow_file" ... Static. */
const char *remedy_key(const struct nono_remedy *remedy);

/** remedy_home_path - @path with ~ for @home, as a profile writes it. The caller's; NULL without memory. */
char *remedy_home_path(const char *home, const char *path);

#endif
