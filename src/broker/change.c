/* change.c - changing what is in directories that have no rule.  SPDX-License-Identifier: Apache-2.0 */
#include "broker/change.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>

#include "base/util.h"
#include "broker/walk.h"

/* linux/fs.h, which does not go with every libc's headers. */
#define RENAME_NO_REPLACE 1U
#define RENAME_SWAP 2U

/* What is moved or linked, and where to. */
struct pair {
	struct nono_walk from, to;
	uint32_t from_rights, to_rights;
};

static void pair_done(struct pair *p)
{
	nono_walk_done(&p->from);
	nono_walk_done(&p->to);
}

static bool is_there(const struct nono_walk *w)
{
	return w->object_fd >= 0;
}

static bool is_ours(const struct nono_walk *w)
{
	return w->dir_fd >= 0 && nono_spot_is_ours(&w->dir);
}

static uint32_t right_to_make(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return NONO_RIGHT_MAKE_DIR;
	case S_IFLNK:
		return NONO_RIGHT_MAKE_SYM;
	case S_IFIFO:
		return NONO_RIGHT_MAKE_FIFO;
	case S_IFSOCK:
		return NONO_RIGHT_MAKE_SOCK;
	case S_IFCHR:
		return NONO_RIGHT_MAKE_CHAR;
	case S_IFBLK:
		return NONO_RIGHT_MAKE_BLOCK;
	default:
		return NONO_RIGHT_MAKE_REG;
	}
}

static uint32_t right_to_remove(mode_t mode)
{
	return S_ISDIR(mode) ? NONO_RIGHT_REMOVE_DIR : NONO_RIGHT_REMOVE_FILE;
}

/* Is this a caller for whom things can be done, and is its umask known? */
static bool is_served(struct nono_client *client)
{
	return (client->known || nono_client_status(client) == 0) && nono_client_is_like_us(client);
}

/* Resolve a name that is to be changed. False: the reply stands, or the kernel goes on. */
static bool find(const struct nono_map *map, struct nono_client *client, int dir_fd, uint64_t address,
		 enum nono_walk_last last, struct nono_walk *ret, struct nono_reply *reply)
{
	char path[PATH_MAX];
	int rc;

	if (nono_client_text(client, address, path) < 0)
		return false;
	rc = nono_walk(map, client, dir_fd, path, last, ret);
	if (rc == -ENOENT && nono_spot_is_ours(&ret->dir))
		nono_reply_error(reply, ENOENT);
	return rc == 0;
}

/* May this name be changed at all? @as_dir: a directory is made or removed, which may be above what is denied. */
static bool may_touch(const struct nono_map *map, const struct nono_walk *w, bool as_dir, struct nono_reply *reply)
{
	size_t name = w->known && is_there(w) ? w->known->name : NONO_MAP_NONE;
	enum nono_naming naming = name == NONO_MAP_NONE ? NONO_NAME_FREE : NONO_NAME_DENIED;

	if (is_there(w) && w->known && w->known->zone == NONO_ZONE_LEVEL) {
		nono_reply_error(reply, EACCES);
		return false;
	}
	if (naming == NONO_NAME_FREE && is_ours(w))
		naming = nono_map_naming(map, &w->dir, w->dir_fd, w->name, is_there(w) ? &w->st : NULL, &name);
	if (naming == NONO_NAME_DENIED || (naming == NONO_NAME_ABOVE && !as_dir)) {
		nono_reply_denied(reply, name);
		return false;
	}
	return true;
}

/* What mkdir, mknod and symlink have in common: a new name, where this right is given. */
static bool may_make(const struct nono_map *map, struct nono_client *client, const struct nono_walk *w, mode_t type,
		     struct nono_reply *reply)
{
	if (!is_ours(w) || !w->name[0] || !is_served(client))
		return false;
	if (is_there(w)) {
		nono_reply_error(reply, EEXIST);
		return false;
	}
	if (w->slash && !S_ISDIR(type)) {
		nono_reply_error(reply, ENOENT);
		return false;
	}
	if (!may_touch(map, w, S_ISDIR(type), reply))
		return false;
	if (right_to_make(type) & ~w->dir.rights) {
		nono_reply_error(reply, EACCES);
		return false;
	}
	return true;
}

static void make_dir(const struct nono_map *map, struct nono_client *client, const struct nono_change *call,
		     struct nono_reply *ret)
{
	_cleanup_(nono_walk_done) struct nono_walk w = NONO_WALK_EMPTY;
	mode_t old;

	if (!find(map, client, call->dir_fd, call->path, NONO_WALK_NAME, &w, ret) ||
	    !may_make(map, client, &w, S_IFDIR, ret))
		return;
	old = umask(client->umask);
	nono_reply_result(ret, mkdirat(w.dir_fd, w.name, call->mode));
	(void)umask(old);
}

static void make_node(const struct nono_map *map, struct nono_client *client, const struct nono_change *call,
		      struct nono_reply *ret)
{
	_cleanup_(nono_walk_done) struct nono_walk w = NONO_WALK_EMPTY;
	mode_t old;

	if (!find(map, client, call->dir_fd, call->path, NONO_WALK_NAME, &w, ret) ||
	    !may_make(map, client, &w, call->mode, ret))
		return;
	/* A device is never made, whatever is granted. */
	if (S_ISCHR(call->mode) || S_ISBLK(call->mode)) {
		nono_reply_error(ret, EACCES);
		return;
	}
	old = umask(client->umask);
	nono_reply_result(ret, mknodat(w.dir_fd, w.name, call->mode, 0));
	(void)umask(old);
}

static void make_symlink(const struct nono_map *map, struct nono_client *client, const struct nono_change *call,
			 struct nono_reply *ret)
{
	_cleanup_(nono_walk_done) struct nono_walk w = NONO_WALK_EMPTY;
	char text[PATH_MAX];

	if (nono_client_text(client, call->path, text) < 0 ||
	    !find(map, client, call->dir2_fd, call->path2, NONO_WALK_NAME, &w, ret) ||
	    !may_make(map, client, &w, S_IFLNK, ret))
		return;
	nono_reply_result(ret, symlinkat(text, w.dir_fd, w.name));
}

static void remove_name(const struct nono_map *map, struct nono_client *client, const struct nono_change *call,
			struct nono_reply *ret)
{
	_cleanup_(nono_walk_done) struct nono_walk w = NONO_WALK_EMPTY;
	bool as_dir = call->kind == NONO_CHANGE_RMDIR;

	if (!find(map, client, call->dir_fd, call->path, NONO_WALK_NAME, &w, ret) || !is_ours(&w) || !w.name[0] ||
	    !is_served(client))
		return;
	if (!is_there(&w)) {
		nono_reply_error(ret, ENOENT);
		return;
	}
	if (!S_ISDIR(w.st.st_mode) && (w.slash || as_dir)) {
		nono_reply_error(ret, ENOTDIR);
		return;
	}
	if (S_ISDIR(w.st.st_mode) && !as_dir) {
		nono_reply_error(ret, EISDIR);
		return;
	}
	if (!may_touch(map, &w, as_dir, ret))
		return;
	if (right_to_remove(w.st.st_mode) & ~w.dir.rights)
		nono_reply_error(ret, EACCES);
	else
		nono_reply_result(ret, unlinkat(w.dir_fd, w.name, as_dir ? AT_REMOVEDIR : 0));
}

static void truncate_file(const struct nono_map *map, struct nono_client *client, const struct nono_change *call,
			  struct nono_reply *ret)
{
	_cleanup_(nono_walk_done) struct nono_walk w = NONO_WALK_EMPTY;
	_cleanup_(nono_closep) int fd = -1;
	char path[32];

	if (call->length < 0 || !find(map, client, call->dir_fd, call->path, NONO_WALK_TARGET, &w, ret) ||
	    !is_ours(&w) || !is_there(&w) || !w.name[0] || !S_ISREG(w.st.st_mode) || !nono_walk_is_ours(&w) ||
	    !is_served(client) || !may_touch(map, &w, false, ret))
		return;
	if (NONO_RIGHT_TRUNCATE & ~w.dir.rights) {
		nono_reply_error(ret, EACCES);
		return;
	}
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", w.object_fd);
	fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	nono_reply_result(ret, fd < 0 ? -1 : ftruncate(fd, call->length));
}

static bool is_same_dir(const struct pair *p)
{
	return p->from.dir_st.st_ino == p->to.dir_st.st_ino && p->from.dir_st.st_dev == p->to.dir_st.st_dev;
}

static uint32_t rights_in(const struct nono_map *map, const struct nono_walk *w)
{
	return is_ours(w) ? w->dir.rights : nono_map_rights(map, w->dir_fd);
}

/*
 * Landlock's rule for what comes into another directory: both have to allow it, and it may gain nothing there.
 * Returns 0 or an errno.
 */
static int refer_error(const struct pair *p, mode_t mode, uint32_t from, uint32_t to)
{
	uint32_t counts = S_ISDIR(mode) ? NONO_RIGHTS_ALL : NONO_RIGHTS_FILE;

	if (is_same_dir(p))
		return 0;
	return (NONO_RIGHT_REFER & ~(from & to)) || (to & counts & ~from) ? EXDEV : 0;
}

static int rename_error(const struct pair *p, bool swap)
{
	uint32_t from = right_to_remove(p->from.st.st_mode), to = right_to_make(p->from.st.st_mode);
	int sys_errno = refer_error(p, p->from.st.st_mode, p->from_rights, p->to_rights);

	if (is_there(&p->to))
		to |= right_to_remove(p->to.st.st_mode);
	if (swap)
		from |= right_to_make(p->to.st.st_mode);
	if ((from & ~p->from_rights) || (to & ~p->to_rights))
		return EACCES;
	if (!sys_errno && swap)
		sys_errno = refer_error(p, p->to.st.st_mode, p->to_rights, p->from_rights);
	return sys_errno;
}

/* Do the slashes behind a name fit what is moved? Where not, the kernel has its word for it. */
static bool slashes_fit(const struct pair *p)
{
	bool from_dir = S_ISDIR(p->from.st.st_mode), to_dir = is_there(&p->to) && S_ISDIR(p->to.st.st_mode);

	return (from_dir || (!p->from.slash && !p->to.slash)) && (to_dir || !is_there(&p->to) || !p->to.slash);
}

/* Both ends of a change; false where the kernel goes on or the reply stands. */
static bool find_pair(const struct nono_map *map, struct nono_client *client, const struct nono_change *call,
		      enum nono_walk_last last, struct pair *ret, struct nono_reply *reply)
{
	if (!find(map, client, call->dir_fd, call->path, last, &ret->from, reply) ||
	    !find(map, client, call->dir2_fd, call->path2, NONO_WALK_NAME, &ret->to, reply))
		return false;
	if (ret->from.dir_fd < 0 || ret->to.dir_fd < 0 || !ret->to.name[0] ||
	    (!is_ours(&ret->from) && !is_ours(&ret->to)) || !is_served(client))
		return false;
	if (!is_there(&ret->from)) {
		nono_reply_error(reply, ENOENT);
		return false;
	}
	ret->from_rights = rights_in(map, &ret->from);
	ret->to_rights = rights_in(map, &ret->to);
	return true;
}

static void rename_it(const struct nono_map *map, struct nono_client *client, const struct nono_change *call,
		      struct nono_reply *ret)
{
	_cleanup_(pair_done) struct pair p = {.from = NONO_WALK_EMPTY, .to = NONO_WALK_EMPTY};
	bool swap = call->flags & RENAME_SWAP;
	int sys_errno;

	if (call->flags & ~(RENAME_NO_REPLACE | RENAME_SWAP))
		return;
	if (!find_pair(map, client, call, NONO_WALK_NAME, &p, ret) || !p.from.name[0] || !slashes_fit(&p))
		return;
	if (swap && !is_there(&p.to)) {
		nono_reply_error(ret, ENOENT);
		return;
	}
	if (!may_touch(map, &p.from, false, ret) || !may_touch(map, &p.to, false, ret))
		return;
	sys_errno = rename_error(&p, swap);
	if (sys_errno)
		nono_reply_error(ret, sys_errno);
	else
		nono_reply_result(ret, (int)syscall(SYS_renameat2, p.from.dir_fd, p.from.name, p.to.dir_fd, p.to.name,
						    call->flags));
}

static void link_it(const struct nono_map *map, struct nono_client *client, const struct nono_change *call,
		    struct nono_reply *ret)
{
	_cleanup_(pair_done) struct pair p = {.from = NONO_WALK_EMPTY, .to = NONO_WALK_EMPTY};
	bool follow = call->flags & AT_SYMLINK_FOLLOW;
	char path[32];
	int sys_errno;

	/* With AT_EMPTY_PATH, what a descriptor is; refused to most users anyway, who take /proc/self/fd. */
	if (call->flags & ~(unsigned int)AT_SYMLINK_FOLLOW)
		return;
	if (!find_pair(map, client, call, follow ? NONO_WALK_TARGET : NONO_WALK_NAME, &p, ret) || p.from.slash)
		return;
	if (S_ISDIR(p.from.st.st_mode)) {
		nono_reply_error(ret, EPERM);
		return;
	}
	if (is_there(&p.to)) {
		nono_reply_error(ret, EEXIST);
		return;
	}
	if (p.to.slash) {
		nono_reply_error(ret, ENOENT);
		return;
	}
	/* Without a name it can be linked only where it was made for that (O_TMPFILE), which the kernel knows. */
	if (!p.from.name[0] && p.from.st.st_nlink)
		return;
	if ((p.from.name[0] && !may_touch(map, &p.from, false, ret)) || !may_touch(map, &p.to, false, ret))
		return;
	sys_errno = right_to_make(p.from.st.st_mode) & ~p.to_rights
			    ? EACCES
			    : refer_error(&p, p.from.st.st_mode, p.from_rights, p.to_rights);
	if (sys_errno) {
		nono_reply_error(ret, sys_errno);
		return;
	}
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", p.from.object_fd);
	nono_reply_result(ret, linkat(AT_FDCWD, path, p.to.dir_fd, p.to.name, AT_SYMLINK_FOLLOW));
}

void nono_broker_change(const struct nono_map *map, struct nono_client *client, const struct nono_change *call,
			struct nono_reply *ret)
{
	static void (*const handlers[])(const struct nono_map *map, struct nono_client *client,
					const struct nono_change *call, struct nono_reply *ret) = {
		[NONO_CHANGE_MKDIR] = make_dir,	      [NONO_CHANGE_MKNOD] = make_node,
		[NONO_CHANGE_SYMLINK] = make_symlink, [NONO_CHANGE_LINK] = link_it,
		[NONO_CHANGE_UNLINK] = remove_name,   [NONO_CHANGE_RMDIR] = remove_name,
		[NONO_CHANGE_RENAME] = rename_it,     [NONO_CHANGE_TRUNCATE] = truncate_file,
	};

	handlers[call->kind](map, client, call, ret);
}
