/* view_child.c - making the view, between fork and exec.  SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/util.h"
#include "sandbox/linux/mountapi.h"
#include "sandbox/linux/view_parts.h"

#define FD_NONE (-1)
#define STREAMS 3
#define NO_ONE 65533 /* mapped in the mask's own mapping, where the mask's owner is not */

/* ---- namespaces ---- */

/* "ID ID 1", without stdio. Returns where it begins. */
static char *map_text_child(char *end, unsigned int id)
{
	*--end = '1';
	for (int i = 0; i < 2; i++) {
		unsigned int rest = id;

		*--end = ' ';
		do
			*--end = (char)('0' + rest % 10);
		while (rest /= 10);
	}
	return end;
}

static int write_child(const char *path, const char *text, size_t len)
{
	_cleanup_(nono_closep) int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, text, len) != (ssize_t)len ? -1 : 0;
}

static int map_child(const char *path, unsigned int id)
{
	char room[32], *end = room + sizeof(room), *text = map_text_child(end, id);

	return write_child(path, text, (size_t)(end - text));
}

static int map_user_child(const struct nono_view *view)
{
	if (write_child("/proc/self/setgroups", "deny", 4) < 0 && errno != ENOENT)
		return -1;
	return map_child("/proc/self/uid_map", view->uid) < 0 ? -1 : map_child("/proc/self/gid_map", view->gid);
}

int nono_view_spaces_child(const struct nono_view *view, int flags)
{
	int dumpable, rc;

	if (unshare(CLONE_NEWNS | flags | (view->kind == NONO_VIEW_USER ? CLONE_NEWUSER : 0)) < 0)
		return -1;
	if (view->kind == NONO_VIEW_USER) {
		/* The files of a process that is not dumpable are root's, the maps too. */
		dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
		if (dumpable < 0 || prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
			return -1;
		rc = map_user_child(view);
		if (dumpable != 1 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
			return -1;
		if (rc < 0)
			return -1;
	}
	/* A mount that the host makes later could show a denied thing under another name. */
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

/* ---- what covers ---- */

static int set_attributes_child(int mount_fd, uint64_t set, int userns_fd, unsigned int flags)
{
	struct mount_attributes attr = {.set = set, .userns_fd = userns_fd < 0 ? 0 : (uint64_t)userns_fd};

	return (int)syscall(NR_MOUNT_SETATTR, mount_fd, "", AT_EMPTY_PATH | flags, &attr, sizeof(attr));
}

/* A new tmpfs, mounted nowhere yet. */
static int make_tmpfs_child(const char *mode, uint64_t attributes)
{
	_cleanup_(nono_closep) int fs = (int)syscall(NR_FSOPEN, "tmpfs", FS_CLOEXEC);

	if (fs < 0 || syscall(NR_FSCONFIG, fs, FS_SET_STRING, "source", "nono", 0) < 0 ||
	    syscall(NR_FSCONFIG, fs, FS_SET_STRING, "mode", mode, 0) < 0 ||
	    syscall(NR_FSCONFIG, fs, FS_SET_STRING, "size", "8m", 0) < 0 ||
	    syscall(NR_FSCONFIG, fs, FS_CREATE, NULL, NULL, 0) < 0)
		return -1;
	return (int)syscall(NR_FSMOUNT, fs, FS_CLOEXEC, attributes);
}

/* "/proc/PID/" and a name. */
static char *process_path_child(char *room, size_t size, pid_t pid, const char *name)
{
	char *at = room + size - strlen(name) - 1;

	memcpy(at, name, strlen(name) + 1);
	*--at = '/';
	do
		*--at = (char)('0' + pid % 10);
	while (pid /= 10);
	at -= strlen("/proc/");
	memcpy(at, "/proc/", strlen("/proc/"));
	return at;
}

/* A user namespace in which only one id exists, which owns nothing. */
static int make_mapping_child(void)
{
	static const char *const files[] = {"uid_map", "gid_map"};
	char room[64];
	int fd = FD_NONE, saved_errno;
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid < 0)
		return -1;
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		for (;;)
			(void)pause();
	}
	if (map_child(process_path_child(room, sizeof(room), pid, files[0]), NO_ONE) == 0 &&
	    map_child(process_path_child(room, sizeof(room), pid, files[1]), NO_ONE) == 0)
		fd = open(process_path_child(room, sizeof(room), pid, "ns/user"), O_RDONLY | O_CLOEXEC);
	saved_errno = errno;
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
		;
	errno = saved_errno;
	return fd;
}

/*
 * Mode 000 means nothing to a root that may override it. Where the mount maps the owner to nobody at all, that
 * capability does not apply: capable_wrt_inode_uidgid(). Before Linux 6.3 tmpfs cannot be mapped: then the directory
 * is shown empty, which nono_view_probe tells.
 */
static void disown_child(int mount_fd)
{
	_cleanup_(nono_closep) int mapping = make_mapping_child();

	if (mapping >= 0)
		(void)set_attributes_child(mount_fd, MOUNT_IDMAPPED, mapping, 0);
}

static int first_dir_child(const struct nono_view *view)
{
	int fd = make_tmpfs_child("000", MOUNT_DEAD);

	if (fd >= 0 && view->kind == NONO_VIEW_ROOT)
		disown_child(fd);
	return fd;
}

/* The null device where devices cannot be opened: nobody reads or writes that, root neither. */
static int first_file_child(void)
{
	_cleanup_(nono_closep) int fd = (int)syscall(NR_OPEN_TREE, AT_FDCWD, "/dev/null", TREE_CLONE | TREE_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3)) {
		errno = ENODEV;
		return -1;
	}
	return set_attributes_child(fd, MOUNT_DEAD, FD_NONE, 0) < 0 ? -1 : TAKE_FD(fd);
}

static int copy_tree_child(int fd, unsigned int flags)
{
	return (int)syscall(NR_OPEN_TREE, fd, "", AT_EMPTY_PATH | TREE_CLONE | TREE_CLOEXEC | flags);
}

static int move_child(int mount_fd, int target_fd)
{
	return (int)syscall(NR_MOVE_MOUNT, mount_fd, "", target_fd, "", MOVE_FROM_EMPTY | MOVE_TO_EMPTY);
}

/* ---- covering ---- */

/* By its canonical name: whoever exchanges a part of it for a link meanwhile is refused. */
int nono_view_open_child(const char *path)
{
	const struct open_how_1 how = {.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC, .resolve = RESOLVE_WITHOUT_LINKS};

	return (int)syscall(NR_OPENAT2, AT_FDCWD, path, &how, sizeof(how));
}

/* The granted things below one covered directory, taken before it is covered. */
struct holes {
	const struct nono_cover *covers[NONO_HOLES];
	int fds[NONO_HOLES];
	size_t len;
};

static void close_holes(struct holes *holes)
{
	for (size_t i = 0; i < holes->len; i++)
		nono_closep(&holes->fds[i]);
}

static bool is_below_child(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return strncmp(path, dir, len) == 0 && path[len] == '/';
}

/* Covers are sorted: what is below @cover comes right after it. What is gone meanwhile is passed over. */
static int take_holes_child(const struct nono_view *view, const struct nono_cover *cover, struct holes *ret)
{
	for (const struct nono_cover *at = cover + 1; at < view->covers + view->len; at++) {
		_cleanup_(nono_closep) int fd = FD_NONE;

		if (!is_below_child(at->path, cover->path))
			break;
		if (at->kind != NONO_COVER_HOLE)
			continue;
		fd = nono_view_open_child(at->path);
		if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
			continue;
		if (fd < 0 || ret->len == NONO_HOLES)
			return -1;
		ret->fds[ret->len] = copy_tree_child(fd, TREE_RECURSIVE);
		if (ret->fds[ret->len] < 0)
			return -1;
		ret->covers[ret->len++] = at;
		if (at->read_only &&
		    set_attributes_child(ret->fds[ret->len - 1], MOUNT_IS_READ_ONLY, FD_NONE, TREE_RECURSIVE) < 0)
			return -1;
	}
	return 0;
}

/* Directories and a thing of the same kind where a hole will be. @path: below the mask, without a slash in front. */
static int make_place_child(int mask_fd, const char *path, bool is_dir)
{
	char part[PATH_MAX];
	size_t len = strlen(path);
	int fd;

	if (len >= sizeof(part)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	for (size_t i = 1; i < len; i++) {
		if (path[i] != '/')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdirat(mask_fd, part, 0111) < 0 && errno != EEXIST)
			return -1;
	}
	if (is_dir)
		return mkdirat(mask_fd, path, 0) < 0 && errno != EEXIST ? -1 : 0;
	fd = openat(mask_fd, path, O_CREAT | O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
	return fd < 0 ? -1 : close(fd);
}

/* A directory that can be gone through to what is granted below it, and not be listed. */
static int hide_around_child(const struct nono_view *view, const struct nono_cover *cover, const struct holes *holes,
			     int target_fd)
{
	_cleanup_(nono_closep) int mask = make_tmpfs_child("111", MOUNT_NO_SUID | MOUNT_NO_DEVICES | MOUNT_NO_EXEC);

	if (mask < 0)
		return -1;
	for (size_t i = 0; i < holes->len; i++) {
		struct stat st;

		if (fstat(holes->fds[i], &st) < 0 ||
		    make_place_child(mask, holes->covers[i]->path + strlen(cover->path) + 1, S_ISDIR(st.st_mode)) < 0)
			return -1;
	}
	if (set_attributes_child(mask, MOUNT_DEAD, FD_NONE, 0) < 0)
		return -1;
	if (view->kind == NONO_VIEW_ROOT)
		disown_child(mask);
	return move_child(mask, target_fd);
}

static int fill_holes_child(const struct holes *holes)
{
	for (size_t i = 0; i < holes->len; i++) {
		_cleanup_(nono_closep) int place = nono_view_open_child(holes->covers[i]->path);

		if (place < 0 || move_child(holes->fds[i], place) < 0)
			return -1;
	}
	return 0;
}

static int hide_child(const struct nono_view *view, struct nono_masks *masks, int target_fd)
{
	_cleanup_(nono_closep) int copy = FD_NONE;
	struct stat st;
	int *first;

	if (fstat(target_fd, &st) < 0)
		return -1;
	first = S_ISDIR(st.st_mode) ? &masks->dir_fd : &masks->file_fd;
	if (*first < 0) {
		*first = S_ISDIR(st.st_mode) ? first_dir_child(view) : first_file_child();
		return *first < 0 ? -1 : move_child(*first, target_fd);
	}
	copy = copy_tree_child(*first, 0);
	return copy < 0 ? -1 : move_child(copy, target_fd);
}

static int bind_child(const struct nono_cover *cover, int target_fd)
{
	_cleanup_(nono_closep) int tree = copy_tree_child(target_fd, TREE_RECURSIVE);

	if (tree < 0)
		return -1;
	if (cover->kind == NONO_COVER_READ_ONLY &&
	    set_attributes_child(tree, MOUNT_IS_READ_ONLY, FD_NONE, TREE_RECURSIVE) < 0)
		return -1;
	return move_child(tree, target_fd);
}

static int copies_child(const struct nono_view *view, int target_fd)
{
	_cleanup_(nono_closep) int tmpfs = make_tmpfs_child("755", MOUNT_NO_SUID | MOUNT_NO_DEVICES | MOUNT_NO_EXEC);

	if (tmpfs < 0)
		return -1;
	for (size_t i = 0; i < view->copy_count; i++) {
		const struct nono_view_copy *copy = &view->copies[i];
		_cleanup_(nono_closep) int fd = openat(tmpfs, copy->name,
						       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444);

		if (fd < 0 || write(fd, copy->text, copy->len) != (ssize_t)copy->len)
			return -1;
	}
	if (set_attributes_child(tmpfs, MOUNT_IS_READ_ONLY, FD_NONE, 0) < 0)
		return -1;
	return move_child(tmpfs, target_fd);
}

/*
 * Is it the object that was planned for? Another sandbox that may write there could have moved a directory above it, so
 * that it would be found under another name.
 */
static int check_object_child(const struct nono_cover *cover, int target_fd)
{
	struct stat st;

	if (!cover->ino)
		return 0;
	if (fstat(target_fd, &st) < 0)
		return -1;
	errno = ESTALE;
	return st.st_ino == cover->ino && st.st_dev == cover->dev ? 0 : -1;
}

int nono_view_cover_child(const struct nono_view *view, struct nono_masks *masks, const struct nono_cover *cover,
			  bool first)
{
	_cleanup_(nono_closep) int target = FD_NONE;
	_cleanup_(close_holes) struct holes holes = {.len = 0};
	int rc;

	if (cover->kind == NONO_COVER_HOLE) /* made with what it is in */
		return 0;
	target = nono_view_open_child(cover->path);
	if (target < 0 || (first && check_object_child(cover, target) < 0))
		return -1;
	if (cover->kind == NONO_COVER_COPIES)
		return copies_child(view, target);
	if (cover->kind != NONO_COVER_PIN && take_holes_child(view, cover, &holes) < 0)
		return -1;
	if (cover->kind != NONO_COVER_HIDE)
		rc = bind_child(cover, target);
	else if (holes.len)
		rc = hide_around_child(view, cover, &holes, target);
	else
		rc = hide_child(view, masks, target);
	return rc < 0 ? rc : fill_holes_child(&holes);
}

/* A directory that was opened outside still belongs to the view outside: openat from there walks around every cover. */
static int check_streams_child(void)
{
	for (int fd = 0; fd < STREAMS; fd++) {
		struct stat st;
		int flags = fcntl(fd, F_GETFL);

		if (flags < 0)
			continue;
		if (fstat(fd, &st) < 0)
			return -1;
		if (S_ISDIR(st.st_mode) || (flags & O_PATH)) {
			errno = EISDIR;
			return -1;
		}
	}
	return 0;
}

static int fail_child(struct nono_stage_report *report, enum nono_stage stage, size_t item)
{
	*report = (struct nono_stage_report){.stage = stage, .sys_errno = errno, .item = (unsigned int)item};
	return -1;
}

int nono_view_enter_child(struct nono_view *view, struct nono_stage_report *report)
{
	struct nono_masks masks = NONO_MASKS_NONE;
	char cwd[PATH_MAX];

	if (check_streams_child() < 0)
		return fail_child(report, NONO_STAGE_STREAMS, 0);
	if (syscall(SYS_getcwd, cwd, sizeof(cwd)) < 0)
		return fail_child(report, NONO_STAGE_CHDIR, 0);
	if (nono_view_spaces_child(view, 0) < 0)
		return fail_child(report, NONO_STAGE_SPACES, 0);
	for (size_t i = 0; i < view->len; i++)
		if (nono_view_cover_child(view, &masks, &view->covers[i], true) < 0)
			return fail_child(report, NONO_STAGE_COVER, i + 1);
	/* The kernel moves it along to below the covers, where every relative name would walk around them. */
	if (chdir(cwd) < 0)
		return fail_child(report, NONO_STAGE_CHDIR, 0);
	if (nono_view_keep_child(view) < 0)
		return fail_child(report, NONO_STAGE_KEEPER, 0);
	return 0; /* what is open still is closed by exec */
}
