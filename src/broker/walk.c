/* walk.c - one step after the other.  SPDX-License-Identifier: Apache-2.0 */
#include "broker/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include "base/util.h"

#define PROC_ROOT_INO 1
#define NR_OPENAT2 437 /* on every architecture; older headers lack it */

enum step { STEP_ON, STEP_END };

void nono_walk_done(struct nono_walk *w)
{
	nono_closep(&w->dir_fd);
	nono_closep(&w->object_fd);
	w->dir_fd = w->object_fd = -1;
}

bool nono_spot_is_ours(const struct nono_spot *spot)
{
	return spot->zone == NONO_ZONE_LEVEL || spot->zone == NONO_ZONE_NEW;
}

bool nono_walk_is_ours(const struct nono_walk *w)
{
	if (w->known && w->known->zone != NONO_ZONE_DENIED)
		return w->known->zone == NONO_ZONE_LEVEL;
	return nono_spot_is_ours(&w->dir);
}

/* Go on in a directory; takes @fd. */
static void enter(struct nono_walk_state *s, int fd, const struct stat *st, const struct nono_spot *spot)
{
	nono_closep(&s->to->dir_fd);
	s->to->dir_fd = fd;
	s->to->dir_st = *st;
	s->to->dir = *spot;
}

/* Go on in a directory that has nothing to do with where the walk is; takes @fd. */
static int jump(struct nono_walk_state *s, int fd)
{
	struct nono_spot spot;
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0) {
		(void)close(fd);
		return -EIO;
	}
	spot = nono_map_climb(s->map, fd, &st);
	enter(s, fd, &st, &spot);
	return 0;
}

/* The process's root directory; found out about the process that waits, and no other. */
static int find_root(struct nono_walk_state *s)
{
	if (s->root_fd >= 0)
		return 0;
	s->root_fd = nono_client_dir(s->client, "root");
	if (s->root_fd < 0)
		return s->root_fd;
	if (fstat(s->root_fd, &s->root_st) < 0)
		return -errno;
	return nono_client_waits(s->client) ? 0 : -ESRCH;
}

static int jump_to_root(struct nono_walk_state *s)
{
	int rc = find_root(s), fd;

	if (rc < 0)
		return rc;
	fd = openat(s->root_fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	return jump(s, fd < 0 ? -errno : fd);
}

/* The path ends in the directory itself. */
static enum step end_here(struct nono_walk_state *s)
{
	struct nono_walk *w = s->to;

	w->name[0] = '\0';
	w->object_fd = TAKE_FD(w->dir_fd);
	w->st = w->dir_st;
	w->known = nono_map_find(s->map, &w->st);
	return STEP_END;
}

/* The path ends in a name, and this is there. */
static enum step end_at(struct nono_walk_state *s, int fd, const struct stat *st)
{
	s->to->object_fd = fd;
	s->to->st = *st;
	s->to->known = nono_map_find(s->map, st);
	return STEP_END;
}

static int go_up(struct nono_walk_state *s)
{
	int rc = find_root(s), fd;

	if (rc < 0)
		return rc;
	if (s->to->dir_st.st_ino == s->root_st.st_ino && s->to->dir_st.st_dev == s->root_st.st_dev)
		return 0;
	fd = openat(s->to->dir_fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return jump(s, fd < 0 ? -errno : fd);
}

/* A link's text takes the place of its name. */
static int expand(struct nono_walk_state *s, const char *text)
{
	size_t len = strlen(text), rest = strlen(s->rest);

	if (len == 0)
		return -ENOENT;
	if (len + rest + 2 > sizeof(s->rest))
		return -ENAMETOOLONG;
	memmove(s->rest + len + (rest > 0), s->rest, rest + 1);
	memcpy(s->rest, text, len);
	if (rest)
		s->rest[len] = '/';
	return text[0] == '/' ? jump_to_root(s) : 0;
}

/* The kernel lets nobody follow another's link in a directory where all may make some. */
static bool may_follow(const struct nono_walk_state *s, const struct stat *link)
{
	const struct stat *dir = &s->to->dir_st;

	if ((dir->st_mode & (S_ISVTX | S_IWOTH)) != (S_ISVTX | S_IWOTH) || link->st_uid == dir->st_uid)
		return true;
	return (s->client->known || nono_client_status(s->client) == 0) && link->st_uid == s->client->fsuid;
}

/*
 * An open file of the process: find its name again, where it has one. In a directory of which it was removed, or that
 * it never had a name in, it has none; the zone tells of that directory.
 */
static int find_name(struct nono_walk_state *s, int fd, const struct stat *st)
{
	char link[32], path[PATH_MAX], *slash;
	struct nono_walk *w = s->to;
	struct stat found;
	ssize_t len;
	int rc;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	if (len <= 0 || path[0] != '/')
		return -ENXIO;
	path[len] = '\0';
	slash = strrchr(path, '/');
	*slash = '\0';
	rc = open(slash == path ? "/" : path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	rc = jump(s, rc < 0 ? -errno : rc);
	if (rc < 0)
		return rc;
	w->name[0] = '\0';
	if (strlen(slash + 1) <= NAME_MAX && fstatat(w->dir_fd, slash + 1, &found, AT_SYMLINK_NOFOLLOW) == 0 &&
	    found.st_ino == st->st_ino && found.st_dev == st->st_dev)
		(void)snprintf(w->name, sizeof(w->name), "%s", slash + 1);
	return 0;
}

/* Is this directory of /proc the process's own? Of others it may know less than who serves it. */
static bool is_own_proc(struct nono_walk_state *s)
{
	char link[32], path[PATH_MAX], *end;
	unsigned long pid;
	ssize_t len;

	if (!s->client->known && nono_client_status(s->client) < 0)
		return false;
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", s->to->dir_fd);
	len = readlink(link, path, sizeof(path) - 1);
	path[len < 0 ? 0 : len] = '\0';
	if (!nono_has_prefix(path, "/proc/"))
		return false;
	pid = strtoul(path + strlen("/proc/"), &end, 10);
	return (*end == '/' || !*end) &&
	       (pid == (unsigned long)s->client->tgid || pid == (unsigned long)s->client->tid);
}

/* What /proc calls a link leads straight to an object. */
static int follow_magic(struct nono_walk_state *s)
{
	_cleanup_(nono_closep) int fd = -1;
	struct nono_walk *w = s->to;
	struct stat st;
	int rc;

	if (!is_own_proc(s))
		return -EACCES;
	fd = openat(w->dir_fd, w->name, O_PATH | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode)) {
		rc = jump(s, TAKE_FD(fd));
		if (rc == 0 && !s->rest[0])
			return end_here(s);
		return rc == 0 ? STEP_ON : rc;
	}
	if (s->rest[0] || w->slash)
		return -ENOTDIR;
	rc = find_name(s, fd, &st);
	if (rc < 0)
		return rc;
	return end_at(s, TAKE_FD(fd), &st);
}

static int follow_proc(struct nono_walk_state *s, int fd)
{
	char text[PATH_MAX];
	ssize_t len;
	int rc;

	if (s->to->dir_st.st_ino != PROC_ROOT_INO)
		return follow_magic(s);
	if (nono_streq(s->to->name, "self") || nono_streq(s->to->name, "thread-self")) {
		rc = s->client->known ? 0 : nono_client_status(s->client);
		if (rc < 0)
			return rc;
		(void)snprintf(text, sizeof(text), s->to->name[0] == 's' ? "%d" : "%d/task/%d", s->client->tgid,
			       s->client->tid);
		return expand(s, text);
	}
	len = readlinkat(fd, "", text, sizeof(text) - 1);
	if (len < 0)
		return -errno;
	text[len] = '\0';
	return expand(s, text);
}

/* A link that is to be followed. */
static int follow(struct nono_walk_state *s, int fd, const struct stat *st)
{
	char text[PATH_MAX];
	struct statfs fs;
	ssize_t len;

	if (++s->links > NONO_LINKS)
		return -ELOOP;
	if (!may_follow(s, st))
		return -EACCES;
	if (fstatfs(fd, &fs) < 0)
		return -errno;
	if (fs.f_type == PROC_SUPER_MAGIC)
		return follow_proc(s, fd);
	len = readlinkat(fd, "", text, sizeof(text) - 1);
	if (len < 0)
		return -errno;
	text[len] = '\0';
	if (s->to->slash && !s->rest[0]) { /* the slashes go with what the link says */
		s->rest[0] = '/';
		s->rest[1] = '\0';
	}
	return expand(s, text);
}

/* Cut the next name off the text; what is left begins with no slash. */
static int next_name(struct nono_walk_state *s)
{
	char *at = s->rest + strspn(s->rest, "/");
	size_t len = strcspn(at, "/"), slashes = strspn(at + len, "/");

	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(s->to->name, at, len);
	s->to->name[len] = '\0';
	s->to->slash = slashes > 0;
	at += len + slashes;
	memmove(s->rest, at, strlen(at) + 1);
	return 0;
}

/* Is a link that stands here to be followed? */
static bool is_followed(const struct nono_walk_state *s, bool last)
{
	return !last || s->last == NONO_WALK_TARGET || (s->to->slash && s->last == NONO_WALK_LINK);
}

/* One name; STEP_ON, STEP_END or a negative errno. */
static int step(struct nono_walk_state *s)
{
	_cleanup_(nono_closep) int fd = -1;
	struct nono_walk *w = s->to;
	bool last = !s->rest[0];
	struct nono_spot spot;
	struct stat st;
	int rc;

	if (nono_streq(w->name, "..")) {
		rc = go_up(s);
		if (rc < 0)
			return rc;
		return last ? end_here(s) : STEP_ON;
	}
	if (!w->name[0] || nono_streq(w->name, "."))
		return last ? end_here(s) : STEP_ON;
	fd = openat(w->dir_fd, w->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT && last ? STEP_END : -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode) && is_followed(s, last))
		return follow(s, fd, &st);
	if (last)
		return end_at(s, TAKE_FD(fd), &st);
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	spot = nono_map_below(s->map, &w->dir, &st);
	enter(s, TAKE_FD(fd), &st, &spot);
	return STEP_ON;
}

static int start(struct nono_walk_state *s, int dir_fd, const char *path)
{
	size_t len = strlen(path);
	int rc;

	if (len == 0)
		return -ENOENT;
	if (len >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(s->rest, path, len + 1);
	if (path[0] == '/')
		return jump_to_root(s);
	rc = jump(s, nono_client_base(s->client, dir_fd));
	return rc == 0 && !nono_client_waits(s->client) ? -ESRCH : rc;
}

/*
 * Does all that is left of the path stay below a rule? The kernel says so at once where there are no links; otherwise
 * the steps are taken one by one.
 */
static bool stays_below(const struct nono_walk_state *s)
{
	const struct {
		uint64_t flags, mode, resolve;
	} how = {.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC, .resolve = 0x04 /* RESOLVE_NO_SYMLINKS */};
	const char *rest = s->rest + strspn(s->rest, "/");
	struct stat st;
	int fd;

	if (!s->to->only_ours || !s->to->dir.closed || !rest[0] || strstr(rest, ".."))
		return false;
	fd = (int)syscall(NR_OPENAT2, s->to->dir_fd, rest, &how, sizeof(how));
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES;
	rest = fstat(fd, &st) < 0 || S_ISLNK(st.st_mode) ? NULL : rest;
	(void)close(fd);
	return rest != NULL;
}

static void state_done(struct nono_walk_state *s)
{
	nono_closep(&s->root_fd);
}

int nono_walk(const struct nono_map *map, struct nono_client *client, int dir_fd, const char *path,
	      enum nono_walk_last last, struct nono_walk *ret)
{
	_cleanup_(state_done) struct nono_walk_state s = {
		.map = map, .client = client, .to = ret, .root_fd = -1, .last = last};
	int rc = start(&s, dir_fd, path);

	while (rc == STEP_ON) {
		rc = stays_below(&s) ? -EREMOTE : next_name(&s);
		if (rc == 0)
			rc = step(&s);
	}
	if (rc < 0)
		return rc;
	return 0;
}
