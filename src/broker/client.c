/* client.c - looking into the process that is served.  SPDX-License-Identifier: Apache-2.0 */
#include "broker/client.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/io.h"
#include "base/util.h"

#define PAGE 4096 /* or a multiple of it: a read within one never meets a hole behind the string */
#define STATUS_BYTES 4096

int nono_client_text(const struct nono_client *c, uint64_t address, char ret[PATH_MAX])
{
	size_t len = 0;

	while (len < PATH_MAX) {
		size_t room = PATH_MAX - len, chunk = PAGE - (size_t)((address + len) % PAGE);
		struct iovec to = {.iov_base = ret + len, .iov_len = chunk < room ? chunk : room};
		struct iovec from = {.iov_base = (void *)(uintptr_t)(address + len), .iov_len = to.iov_len};
		ssize_t got = process_vm_readv(c->tid, &to, 1, &from, 1, 0);

		if (got <= 0)
			return got < 0 ? -errno : -EFAULT;
		if (memchr(ret + len, '\0', (size_t)got))
			return 0;
		len += (size_t)got;
	}
	return -ENAMETOOLONG;
}

int nono_client_dir(const struct nono_client *c, const char *which)
{
	char path[64];
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", c->tid, which);
	fd = open(path, O_PATH | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int nono_client_base(const struct nono_client *c, int dir_fd)
{
	char which[32];

	if (dir_fd == AT_FDCWD)
		return nono_client_dir(c, "cwd");
	if (dir_fd < 0)
		return -EBADF;
	(void)snprintf(which, sizeof(which), "fd/%d", dir_fd);
	return nono_client_dir(c, which);
}

/* The numbers behind "Name:" in /proc/TID/status. */
static bool read_numbers(const char *status, const char *name, int base, unsigned long long *ret, size_t count)
{
	const char *at = strstr(status, name);
	char *end;

	if (!at)
		return false;
	at += strlen(name);
	for (size_t i = 0; i < count; i++, at = end) {
		ret[i] = strtoull(at, &end, base);
		if (end == at)
			return false;
	}
	return true;
}

int nono_client_status(struct nono_client *c)
{
	unsigned long long tgid, mask, uids[4], gids[4], own, shared, blocked;
	char path[32], status[STATUS_BYTES];
	_cleanup_(nono_closep) int fd = -1;
	ssize_t len;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", c->tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : nono_read_full(fd, status, sizeof(status) - 1);
	if (len < 0)
		return -errno;
	status[len] = '\0';
	/* The first line, the program's name, holds no newline: the kernel escapes it. */
	if (!read_numbers(status, "\nTgid:", 10, &tgid, 1) || !read_numbers(status, "\nUmask:", 8, &mask, 1) ||
	    !read_numbers(status, "\nUid:", 10, uids, 4) || !read_numbers(status, "\nGid:", 10, gids, 4) ||
	    !read_numbers(status, "\nSigPnd:", 16, &own, 1) || !read_numbers(status, "\nShdPnd:", 16, &shared, 1) ||
	    !read_numbers(status, "\nSigBlk:", 16, &blocked, 1))
		return -EPROTO;
	c->tgid = (pid_t)tgid;
	c->umask = (mode_t)mask;
	c->fsuid = (uid_t)uids[3];
	c->fsgid = (gid_t)gids[3];
	c->signalled = ((own | shared) & ~blocked) != 0;
	c->known = true;
	return 0;
}

/* Has this process one user and one group, and not root's? Then its children have no other either. */
static bool has_one_user(void)
{
	uid_t uids[3];
	gid_t gids[3];

	return getresuid(&uids[0], &uids[1], &uids[2]) == 0 && getresgid(&gids[0], &gids[1], &gids[2]) == 0 &&
	       uids[0] && uids[0] == uids[1] && uids[0] == uids[2] && gids[0] == gids[1] && gids[0] == gids[2];
}

bool nono_client_is_like_us(struct nono_client *c)
{
	if (!c->known && has_one_user())
		return true;
	return (c->known || nono_client_status(c) == 0) && c->fsuid == geteuid() && c->fsgid == getegid();
}

bool nono_client_waits(const struct nono_client *c)
{
	uint64_t id = c->id;

	return c->listener_fd < 0 || ioctl(c->listener_fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}
