/* record_parts.h - between record.c and stamp.c.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_HOOKS_RECORD_PARTS_H
#define NONO_HOOKS_RECORD_PARTS_H

#include "hooks/record.h"

/** nono_hook_file - the path of a file kept for an app (NULL: for all). The caller's; NULL without memory. */
char *nono_hook_file(const char *state_dir, const struct nono_hook_app *app, const char *suffix);

/** nono_hook_write_file - replace such a file. 0, -NONO_E_SYSTEM, -NONO_E_NOMEM. */
int nono_hook_write_file(const char *state_dir, const char *path, const char *text, struct nono_error *err);

#endif
