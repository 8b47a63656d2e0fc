/* outfile.c - files that a person asked for.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/outfile.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/util.h"

static int fail(struct nono_error *err, const char *path)
{
	if (errno == EEXIST)
		return nono_fail(err, NONO_E_POLICY, 0, "%s is there already; --force replaces it", path);
	return nono_fail(err, NONO_E_SYSTEM, errno, "cannot write %s", path);
}

static int write_aside(const char *aside, const void *data, size_t len, mode_t mode)
{
	_cleanup_(nono_closep) int fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);

	if (fd < 0)
		return -1;
	return nono_write_full(fd, data, len) < 0 || fsync(fd) < 0 ? -1 : 0;
}

/* Without @replace the name must be free at this very moment, which only a link can tell. */
static int put_in_place(const char *aside, const char *path, bool replace)
{
	if (replace)
		return rename(aside, path);
	if (link(aside, path) < 0)
		return -1;
	return unlink(aside);
}

int outfile_write(const char *path, const void *data, size_t len, mode_t mode, bool replace, struct nono_error *err)
{
	_cleanup_(nono_freep) char *aside = NULL;
	struct stat st;
	int rc = 0;

	if (lstat(path, &st) == 0) {
		if (S_ISLNK(st.st_mode))
			return nono_fail(
				err, NONO_E_POLICY, 0,
				"%s is a symbolic link, so something else keeps it: change what it leads to, or "
				"write to another file",
				path);
		if (!S_ISREG(st.st_mode))
			return nono_fail(err, NONO_E_POLICY, 0, "%s is there and is no file", path);
		errno = EEXIST;
		if (!replace)
			return fail(err, path);
	}
	if (asprintf(&aside, "%s.%d.tmp", path, (int)getpid()) < 0) {
		aside = NULL;
		return nono_nomem(err);
	}
	if (write_aside(aside, data, len, mode) < 0 || put_in_place(aside, path, replace) < 0) {
		rc = fail(err, path);
		(void)unlink(aside);
	}
	return rc;
}
