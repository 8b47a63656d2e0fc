/* logfile.h - --log-file: what nono says and does, a line each.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_LOGFILE_H
#define NONO_CLI_LOGFILE_H

#include <stdbool.h>

#include "base/error.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_DENIED, LOG_LEVEL_INFO };

/**
 * logfile_open - append to this file from now on; mode 0600 if it is new.
 * A command that nono once ran may have been able to write where it lies, and what is written quotes commands: a
 * symbolic link, a file with a second name, of another user or of another kind is refused.
 * Returns 0, -NONO_E_SYSTEM, -NONO_E_POLICY; then nothing is recorded. Close-on-exec: no command gets it.
 */
int logfile_open(const char *path, struct nono_error *err);

/** logfile_is_open - is anything recorded. */
bool logfile_is_open(void);

/** logfile_put - one record: time (UTC), level, text; control characters escaped. Nothing where no file is open. */
void logfile_put(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
