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

#endif
