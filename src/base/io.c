/* io.c - reads and writes that are not cut short.  SPDX-License-Identifier: Apache-2.0 */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"

ssize_t nono_read_full(int fd, void *data, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t n = read(fd, (char *)data + len, size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = ENOSPC;
		if (n <= 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

int nono_write_full(int fd, const void *data, size_t size)
{
	const struct timespec at_once = {0};
	sigset_t limit, old, pending;
	int rc, saved_errno;

	/* SIGXFSZ goes to the thread that writes, so it is held back and taken there. */
	(void)sigemptyset(&limit);
	(void)sigaddset(&limit, SIGXFSZ);
	(void)sigpending(&pending);
	(void)pthread_sigmask(SIG_BLOCK, &limit, &old);
	rc = write_all(fd, data, size);
	saved_errno = errno;
	if (rc < 0 && saved_errno == EFBIG && sigismember(&pending, SIGXFSZ) == 0)
		(void)sigtimedwait(&limit, NULL, &at_once);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	errno = saved_errno;
	return rc;
}

int nono_write_close(int fd, const void *data, size_t size)
{
	int rc = nono_write_full(fd, data, size), saved_errno = errno;

	if (close(fd) < 0 && rc == 0)
		return -1;
	errno = saved_errno;
	return rc;
}

int nono_fd_above_stdio(int fd)
{
	_cleanup_(nono_closep) int low = fd;

	if (fd > STDERR_FILENO)
		return TAKE_FD(low);
	return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}
