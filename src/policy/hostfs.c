/* hostfs.c - the real file system behind policy/fs.h.  SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/io.h"
#include "base/util.h"
#include "policy/fs.h"

/* The kernel's number, the same on every architecture; older headers lack it. */
#define SYS_NR_OPENAT2 437

void nono_node_done(struct nono_node *node)
{
	if (!node)
		return;
	nono_closep(&node->fd);
	free(node->real);
	*node = (struct nono_node){.fd = -1};
}

static int fail_path(struct nono_error *err, int sys_errno, const char *what, const char *path)
{
	enum nono_error_code code = sys_errno == ENOENT || sys_errno == ENOTDIR ? NONO_E_NOTFOUND : NONO_E_SYSTEM;

	if (!err) /* many paths are only tried */
		return -(int)code;
	return nono_fail(err, code, sys_errno, "cannot %s '%s'", what, path);
}

static void node_set(struct nono_node *node, const struct stat *st)
{
	node->dev = st->st_dev;
	node->ino = st->st_ino;
	node->mode = st->st_mode;
	node->nlink = (uint32_t)st->st_nlink;
}

/* The canonical path of an open descriptor, as the kernel knows it. */
static char *fd_path(int fd)
{
	char link[] = "/proc/self/fd/\0\0\0\0\0\0\0\0\0\0", digits[10], target[PATH_MAX];
	size_t at = strlen(link), count = 0;
	ssize_t len;

	/* Once for each path of a policy: printf would take longer than the system call. */
	do
		digits[count++] = (char)('0' + fd % 10);
	while (fd /= 10);
	while (count)
		link[at++] = digits[--count];
	len = readlink(link, target, sizeof(target) - 1);
	if (len < 0)
		return NULL;
	return strndup(target, (size_t)len);
}

/* Is a text a canonical path, unless there are links on its way: no //, . or .., no slash at the end. */
static bool is_plain_path(const char *path)
{
	if (path[0] != '/')
		return false;
	if (!path[1])
		return true;
	while (*path) {
		size_t len = strcspn(++path, "/");

		if (len == 0 || (path[0] == '.' && (len == 1 || (len == 2 && path[1] == '.'))))
			return false;
		path += len;
	}
	return true;
}

/*
 * Open a path that leads through no link, which spares asking for its canonical name (a look-up in /proc for each).
 * -1 with errno ELOOP where the general way has to be gone. Source: openat2, Linux 5.6; filters may refuse it.
 */
static int open_linkless(const char *path)
{
	struct {
		uint64_t flags, mode, resolve;
	} how = {.flags = O_PATH | O_CLOEXEC, .resolve = 0x04 /* RESOLVE_NO_SYMLINKS */};
	int fd;

	if (!is_plain_path(path)) {
		errno = ELOOP;
		return -1;
	}
	fd = (int)syscall(SYS_NR_OPENAT2, AT_FDCWD, path, &how, sizeof(how));
	if (fd < 0 && (errno == ENOSYS || errno == EPERM || errno == EINVAL || errno == EAGAIN))
		errno = ELOOP;
	return fd;
}

static int host_open(const struct nono_fs *fs, const char *path, struct nono_node *ret_node, struct nono_error *err)
{
	_cleanup_(nono_node_done) struct nono_node node = {.fd = -1};
	bool linkless;
	struct stat st;

	(void)fs;
	node.fd = open_linkless(path);
	linkless = node.fd >= 0;
	if (!linkless && errno == ELOOP)
		node.fd = open(path, O_PATH | O_CLOEXEC);
	node.fd = nono_fd_above_stdio(node.fd);
	if (node.fd < 0 || fstat(node.fd, &st) < 0)
		return fail_path(err, errno, "open", path);
	node_set(&node, &st);
	node.real = linkless ? strdup(path) : fd_path(node.fd);
	if (!node.real)
		return fail_path(err, errno, "find the canonical name of", path);
	*ret_node = node;
	node = (struct nono_node){.fd = -1};
	return 0;
}

static int host_stat(const struct nono_fs *fs, const char *path, bool follow, struct nono_node *ret_node,
		     struct nono_error *err)
{
	struct stat st;

	(void)fs;
	if (fstatat(AT_FDCWD, path, &st, follow ? 0 : AT_SYMLINK_NOFOLLOW) < 0)
		return fail_path(err, errno, "look at", path);
	*ret_node = (struct nono_node){.fd = -1};
	node_set(ret_node, &st);
	return 0;
}

static int host_readlink(const struct nono_fs *fs, const char *path, char **ret, struct nono_error *err)
{
	char target[PATH_MAX];
	ssize_t len = readlink(path, target, sizeof(target) - 1);

	(void)fs;
	if (len < 0)
		return fail_path(err, errno == EINVAL ? ENOENT : errno, "read the link", path);
	*ret = strndup(target, (size_t)len);
	return *ret ? 0 : nono_nomem(err);
}

static void dir_closep(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

static int host_list(const struct nono_fs *fs, const char *path, nono_fs_entry_fn fn, void *arg, struct nono_error *err)
{
	_cleanup_(dir_closep) DIR *dir = opendir(path);
	struct dirent *entry;

	(void)fs;
	if (!dir)
		return fail_path(err, errno, "list", path);
	for (errno = 0; (entry = readdir(dir)); errno = 0) {
		int rc;

		if (nono_streq(entry->d_name, ".") || nono_streq(entry->d_name, ".."))
			continue;
		rc = fn(arg, entry->d_name, entry->d_type == DT_DIR, err);
		if (rc < 0)
			return rc;
	}
	return errno ? fail_path(err, errno, "list", path) : 0;
}

/* Why a file must not decide what is allowed, or NULL when it may. */
static const char *unsafe_reason(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return "is not a regular file";
	if (st->st_uid != 0 && st->st_uid != getuid())
		return "belongs to another user: make it yours (chown) or root's";
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return "can be changed by others: run chmod go-w on it";
	return NULL;
}

static int host_read(const struct nono_fs *fs, const char *path, size_t max_bytes, char **ret_data, size_t *ret_len,
		     struct nono_error *err)
{
	_cleanup_(nono_closep) int fd = -1;
	_cleanup_(nono_freep) char *data = NULL;
	const char *reason;
	struct stat st;
	ssize_t len;

	(void)fs;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail_path(err, errno, "read", path);
	reason = unsafe_reason(&st);
	if (reason)
		return nono_fail(err, NONO_E_POLICY, 0, "'%s' %s", path, reason);
	if (st.st_size > (off_t)max_bytes)
		return nono_fail(err, NONO_E_LIMIT, 0, "'%s' is larger than %zu bytes", path, max_bytes);
	data = malloc((size_t)st.st_size + 2);
	if (!data)
		return nono_nomem(err);
	len = nono_read_full(fd, data, (size_t)st.st_size + 1);
	if (len < 0)
		return fail_path(err, errno, "read", path);
	if (len > st.st_size)
		return nono_fail(err, NONO_E_LIMIT, 0, "'%s' grew while it was read", path);
	data[len] = '\0';
	*ret_data = TAKE(data);
	*ret_len = (size_t)len;
	return 0;
}

static int host_make_dir(const struct nono_fs *fs, const char *path, struct nono_error *err)
{
	char part[PATH_MAX];
	size_t len = strlen(path);

	(void)fs;
	if (len >= sizeof(part))
		return fail_path(err, ENAMETOOLONG, "make", path);
	for (size_t i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, 0700) < 0 && errno != EEXIST)
			return fail_path(err, errno, "make", part);
	}
	return 0;
}

static int host_make_file(const struct nono_fs *fs, const char *path, const char *text, struct nono_error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	(void)fs;
	if (fd < 0)
		return fail_path(err, errno, "make", path);
	if (nono_write_close(fd, text, strlen(text)) < 0) {
		int sys_errno = errno;

		(void)unlink(path);
		return fail_path(err, sys_errno, "write", path);
	}
	return 0;
}

const struct nono_fs nono_fs_host = {
	.open = host_open,
	.stat = host_stat,
	.readlink = host_readlink,
	.list = host_list,
	.read = host_read,
};

const struct nono_fs nono_fs_host_making = {
	.open = host_open,
	.stat = host_stat,
	.readlink = host_readlink,
	.list = host_list,
	.read = host_read,
	.make_dir = host_make_dir,
	.make_file = host_make_file,
};
