/* io.h - reads and writes that are not cut short.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BASE_IO_H
#define NONO_BASE_IO_H

#include <stddef.h>
#include <sys/types.h>

/** nono_read_full - read until @size bytes or the end. Returns how many, or -1 with errno. */
ssize_t nono_read_full(int fd, void *data, size_t size);

/**
 * nono_write_full - write all of it, or know why not: a limit on the size of files is EFBIG here, and never the signal
 * that would end the process with half a file made. Returns 0, or -1 with errno; then any part may be written.
 */
int nono_write_full(int fd, const void *data, size_t size);

/** nono_write_close - the same, and close @fd, whatever happens. */
int nono_write_close(int fd, const void *data, size_t size);

/**
 * nono_fd_above_stdio - a descriptor that is none of 0 to 2, which a program may have closed and which a command gets
 * other ones as: @fd, or, closing that, a close-on-exec copy. -1 with errno, also for -1.
 */
int nono_fd_above_stdio(int fd);

#endif
