/* open.c - opening what the floor has no rule for.  SPDX-License-Identifier: Apache-2.0 */
#include "broker/open.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>

#include "base/util.h"
#include "broker/walk.h"

/* What a file that appears and disappears meanwhile is tried for. */
#define TRIES 16

/* Flags that say how the object is found or made, not how it is used. */
#define FINDING (O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC)

static bool reads(int flags)
{
	return (flags & O_ACCMODE) == O_RDONLY || (flags & O_ACCMODE) == O_RDWR;
}

static bool writes(int flags)
{
	return (flags & O_ACCMODE) == O_WRONLY || (flags & O_ACCMODE) == O_RDWR;
}

static bool changes(int flags)
{
	return writes(flags) || (flags & O_TRUNC);
}

static bool is_tmpfile(int flags)
{
	return (flags & O_TMPFILE) == O_TMPFILE;
}

/* What Landlock asks for. */
static uint32_t rights_needed(int flags, bool is_dir)
{
	uint32_t need = 0;

	if (reads(flags))
		need |= is_dir ? NONO_RIGHT_READ_DIR : NONO_RIGHT_READ_FILE;
	if (writes(flags))
		need |= NONO_RIGHT_WRITE_FILE;
	if (flags & O_TRUNC)
		need |= NONO_RIGHT_TRUNCATE;
	return need;
}

/* Ends a nonblocking opening: the caller's own flag, and no other, stays. */
static int settle(int fd, int flags)
{
	int now = fcntl(fd, F_GETFL);

	if (!(flags & O_NONBLOCK) && now >= 0)
		(void)fcntl(fd, F_SETFL, now & ~O_NONBLOCK);
	return fd;
}

/*
 * The reading end of a pipe: has anybody opened the other? A writer that is there and silent is known by a copy of
 * nothing that would have to wait; one that came and left by the hangup.
 */
static bool has_writer(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int ends[2];
	bool yes;

	if (poll(&p, 1, 0) != 0)
		return true;
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return false;
	yes = tee(fd, ends[1], 1, SPLICE_F_NONBLOCK) != 0;
	(void)close(ends[0]);
	(void)close(ends[1]);
	return yes;
}

int nono_broker_reopen(int object_fd, int flags, int *held)
{
	char path[32];
	struct stat st;
	int fd = TAKE_FD(*held);

	if (fd < 0) {
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", object_fd);
		fd = open(path, (flags & ~FINDING) | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	}
	if (fd < 0 && errno == ENXIO && (flags & O_ACCMODE) == O_WRONLY && !(flags & O_NONBLOCK) &&
	    fstat(object_fd, &st) == 0 && S_ISFIFO(st.st_mode))
		return -EWOULDBLOCK;
	if (fd < 0)
		return -errno;
	if (!(flags & O_NONBLOCK) && (flags & O_ACCMODE) == O_RDONLY && fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode) &&
	    !has_writer(fd)) {
		*held = fd;
		return -EWOULDBLOCK;
	}
	return settle(fd, flags);
}

static void give(struct nono_reply *ret, int fd, int flags)
{
	if (fd < 0) {
		nono_reply_error(ret, -fd);
		return;
	}
	ret->kind = NONO_REPLY_FD;
	ret->fd = fd;
	ret->fd_flags = flags & O_CLOEXEC ? O_CLOEXEC : 0;
}

/* In a directory where all may make files, none is opened for making that is another's (protected_regular). */
static bool is_protected(const struct nono_walk *w, const struct nono_client *client)
{
	mode_t dir = w->dir_st.st_mode;

	return (dir & S_ISVTX) && (dir & (S_IWOTH | S_IWGRP)) && (S_ISREG(w->st.st_mode) || S_ISFIFO(w->st.st_mode)) &&
	       w->st.st_uid != w->dir_st.st_uid && w->st.st_uid != client->fsuid;
}

/* What the flags forbid on this kind of object, or 0. */
static int flags_error(const struct nono_walk *w, const struct nono_client *client, int flags)
{
	bool is_dir = S_ISDIR(w->st.st_mode);

	if ((flags & O_CREAT) && (flags & O_EXCL))
		return EEXIST;
	if ((flags & O_CREAT) && (w->slash || is_dir))
		return EISDIR;
	if (!is_dir && (w->slash || (flags & O_DIRECTORY)))
		return ENOTDIR;
	if (S_ISLNK(w->st.st_mode)) /* only with O_NOFOLLOW */
		return ELOOP;
	if (is_dir && changes(flags) && !is_tmpfile(flags))
		return EISDIR;
	if ((flags & O_CREAT) && is_protected(w, client))
		return EACCES;
	return 0;
}

/* Is it refused by its name? Then @ret says so. */
static bool is_refused(const struct nono_map *map, const struct nono_walk *w, int flags, struct nono_reply *ret)
{
	enum nono_naming naming;
	size_t name = NONO_MAP_NONE;

	if (w->known && w->known->zone == NONO_ZONE_LEVEL)
		return false;
	if (w->name[0])
		naming = nono_map_naming(map, &w->dir, w->dir_fd, w->name, w->object_fd >= 0 ? &w->st : NULL, &name);
	else
		naming = nono_map_naming(map, &w->dir, w->object_fd, ".", &w->st, &name);
	if (naming == NONO_NAME_DENIED) {
		if (name != NONO_MAP_NONE && map->names[name].write_only && w->object_fd >= 0 && !changes(flags))
			return false;
		nono_reply_denied(ret, name);
		return true;
	}
	/* Where a directory belongs, above what is denied, no file is made. */
	if (naming == NONO_NAME_ABOVE && w->object_fd < 0) {
		nono_reply_error(ret, EACCES);
		return true;
	}
	return false;
}

static void open_object(struct nono_walk *w, const struct nono_spot *spot, const struct nono_open *call,
			struct nono_client *client, struct nono_reply *ret)
{
	int flags = call->flags, held = -1, fd, sys_errno = flags_error(w, client, flags);

	if (sys_errno) {
		nono_reply_error(ret, sys_errno);
		return;
	}
	if ((rights_needed(flags, S_ISDIR(w->st.st_mode) && !is_tmpfile(flags)) & ~spot->rights) ||
	    S_ISCHR(w->st.st_mode) || S_ISBLK(w->st.st_mode)) {
		nono_reply_error(ret, EACCES);
		return;
	}
	if (is_tmpfile(flags)) {
		mode_t old = umask(client->umask);
		char path[32];

		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", w->object_fd);
		fd = open(path, (flags & ~(O_NOFOLLOW | O_NOCTTY)) | O_CLOEXEC, call->mode);
		fd = fd < 0 ? -errno : fd;
		(void)umask(old);
	} else {
		fd = nono_broker_reopen(w->object_fd, flags, &held);
	}
	if (fd == -EWOULDBLOCK && !(flags & O_NONBLOCK)) {
		ret->kind = NONO_REPLY_WAIT;
		ret->fd = TAKE_FD(w->object_fd);
		ret->held_fd = held;
		return;
	}
	give(ret, fd, flags);
}

/* Returns true when somebody else made it meanwhile. */
static bool make_file(const struct nono_walk *w, const struct nono_open *call, const struct nono_client *client,
		      struct nono_reply *ret)
{
	uint32_t need = NONO_RIGHT_MAKE_REG | rights_needed(call->flags & ~O_TRUNC, false);
	mode_t old;
	int fd;

	if (w->slash) {
		nono_reply_error(ret, EISDIR);
		return false;
	}
	if (need & ~w->dir.rights) {
		nono_reply_error(ret, EACCES);
		return false;
	}
	old = umask(client->umask);
	fd = openat(w->dir_fd, w->name,
		    (call->flags & ~(FINDING | O_TRUNC)) | O_CREAT | O_EXCL | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		    call->mode);
	fd = fd < 0 ? -errno : settle(fd, call->flags);
	(void)umask(old);
	if (fd == -EEXIST && !(call->flags & O_EXCL))
		return true;
	give(ret, fd, call->flags);
	return false;
}

/* An open file whose name is gone, so that nothing can be said of it. */
static bool is_nameless(const struct nono_walk *w)
{
	return w->object_fd >= 0 && (w->st.st_nlink == 0 || (!w->name[0] && !S_ISDIR(w->st.st_mode)));
}

/* Is this a caller for whom things can be done? To make a file its umask has to be known. */
static bool is_served(struct nono_client *client, int flags)
{
	if (((flags & O_CREAT) || is_tmpfile(flags)) && !client->known && nono_client_status(client) < 0)
		return false;
	return nono_client_is_like_us(client);
}

/* One try; true: once more. */
static bool try_open(const struct nono_map *map, struct nono_client *client, const struct nono_open *call,
		     const char *path, struct nono_reply *ret)
{
	bool as_link = (call->flags & O_NOFOLLOW) || ((call->flags & O_CREAT) && (call->flags & O_EXCL));
	_cleanup_(nono_walk_done) struct nono_walk w = NONO_WALK_EMPTY;
	int rc;

	w.only_ours = true;
	rc = nono_walk(map, client, call->dir_fd, path, as_link ? NONO_WALK_LINK : NONO_WALK_TARGET, &w);

	if (rc == -ENOENT && nono_spot_is_ours(&w.dir)) {
		nono_reply_error(ret, ENOENT);
		return false;
	}
	if (rc < 0 || !nono_walk_is_ours(&w) || is_nameless(&w) || !is_served(client, call->flags))
		return false;
	if (is_refused(map, &w, call->flags, ret))
		return false;
	if (w.object_fd >= 0) {
		struct nono_spot spot = nono_map_below(map, &w.dir, &w.st);

		open_object(&w, &spot, call, client, ret);
		return false;
	}
	if (call->flags & O_CREAT)
		return make_file(&w, call, client, ret);
	nono_reply_error(ret, ENOENT);
	return false;
}

void nono_broker_open(const struct nono_map *map, struct nono_client *client, const struct nono_open *call,
		      struct nono_reply *ret)
{
	char path[PATH_MAX];

	/* No data comes of O_PATH; access mode 3 neither; a directory that is to be made is an error, or ignored. */
	if ((call->flags & O_PATH) || (call->flags & O_ACCMODE) == O_ACCMODE ||
	    ((call->flags & O_CREAT) && (call->flags & O_DIRECTORY)))
		return;
	if (nono_client_text(client, call->path, path) < 0)
		return;
	for (int i = 0; i < TRIES; i++)
		if (!try_open(map, client, call, path, ret))
			return;
	nono_reply_error(ret, EAGAIN);
}
