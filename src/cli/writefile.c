/* writefile.c - files that are there whole or not at all.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/writefile.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/util.h"
#include "policy/path.h"

static void remove_kept_errno(const char *path)
{
	int saved_errno = errno;

	(void)unlink(path);
	errno = saved_errno;
}

int write_aside(const char *path, const char *text, size_t len, mode_t mode, bool durable, char **ret)
{
	_cleanup_(nono_closep) int fd = -1;
	_cleanup_(nono_freep) char *aside = NULL;

	if (asprintf(&aside, "%s.%d", path, (int)getpid()) < 0) {
		aside = NULL;
		return -1;
	}
	fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return -1;
	if (nono_write_full(fd, text, len) < 0 || (durable && fsync(fd) < 0)) {
		remove_kept_errno(aside);
		return -1;
	}
	*ret = TAKE(aside);
	return 0;
}

/* So that the new name, too, is on the disk. */
static void sync_directory_of(const char *path)
{
	_cleanup_(nono_freep) char *dir = nono_path_parent(path);
	_cleanup_(nono_closep) int fd = dir ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd >= 0)
		(void)fsync(fd);
}

int write_in_place(const char *aside, const char *path, bool durable)
{
	if (rename(aside, path) < 0) {
		remove_kept_errno(aside);
		return -1;
	}
	if (durable)
		sync_directory_of(path);
	return 0;
}
