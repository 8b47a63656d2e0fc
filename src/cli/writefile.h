/* writefile.h - files that are there whole or not at all.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_WRITEFILE_H
#define NONO_CLI_WRITEFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/**
 * write_aside - put a text into a new file, "PATH.PID", beside where it belongs.
 * @durable: wait until it is on the disk
 * @ret:     its path, the caller's
 * Returns 0, or -1 with errno; then nothing is left.
 */
int write_aside(const char *path, const char *text, size_t len, mode_t mode, bool durable, char **ret);

/** write_in_place - rename such a file to @path. Returns 0, or -1 with errno; then it is removed. */
int write_in_place(const char *aside, const char *path, bool durable);

#endif
