/* keeper.c - covers again what somebody outside replaced.  SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/util.h"
#include "sandbox/linux/mountapi.h"
#include "sandbox/linux/view_parts.h"

#define FD_NONE (-1)
#define READY_FD 3	   /* told that it watches */
#define NR_PIDFD_OPEN 434  /* Linux 5.3 */
#define NR_CLOSE_RANGE 436 /* 5.9 */
#define STATFS_READ_ONLY 1
#define HELD (UINT32_C(1) << CAP_SYS_ADMIN)

struct keeper {
	struct nono_view *view;
	int events_fd, command_fd;
};

/* ---- becoming one ---- */

/* Nothing of the command's: not its streams, whose end others wait for, nor its terminal's signals. */
static int leave_command_child(int *ready_fd)
{
	sigset_t all;

	(void)sigfillset(&all);
	if (sigprocmask(SIG_BLOCK, &all, NULL) < 0 || setsid() < 0 || chdir("/") < 0)
		return -1;
	if (*ready_fd != READY_FD && dup3(*ready_fd, READY_FD, O_CLOEXEC) < 0)
		return -1;
	*ready_fd = READY_FD;
	if (syscall(NR_CLOSE_RANGE, READY_FD + 1, ~0U, 0) < 0)
		return -1;
	for (int fd = 0; fd < READY_FD; fd++)
		(void)close(fd);
	return open("/dev/null", O_RDWR) == 0 && dup2(0, 1) == 1 && dup2(0, 2) == 2 ? 0 : -1;
}

/* What a mount needs, and nothing else of what its namespace gives. */
static int hold_one_capability_child(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{.effective = HELD, .permitted = HELD}};

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	(void)prctl(PR_SET_NAME, "nono-keeper", 0, 0, 0);
	return (int)syscall(SYS_capset, &header, data);
}

/* Best effort: a directory that cannot be watched (limits, another's) is not. */
static int watch_child(struct keeper *k, pid_t command)
{
	k->events_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	k->command_fd = (int)syscall(NR_PIDFD_OPEN, command, 0);
	if (k->events_fd < 0 || k->command_fd < 0)
		return -1;
	for (size_t i = 0; i < k->view->watch_count; i++)
		k->view->watches[i].id = inotify_add_watch(k->events_fd, k->view->watches[i].path,
							   IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
	return 0;
}

/* ---- being one ---- */

/* Is what is there now the cover, or what replaced the covered thing? */
static bool is_covered_child(const struct nono_view *view, const struct nono_cover *cover)
{
	_cleanup_(nono_closep) int fd = nono_view_open_child(cover->path);
	struct statfs fs;
	struct stat st;

	if (fd < 0)
		return true; /* nothing is there */
	if (cover->kind == NONO_COVER_READ_ONLY)
		return fstatfs(fd, &fs) == 0 && (fs.f_flags & STATFS_READ_ONLY);
	if (fstat(fd, &st) < 0)
		return false;
	if (S_ISCHR(st.st_mode))
		return st.st_dev == view->null_dev && st.st_ino == view->null_ino;
	return S_ISDIR(st.st_mode) && fstatfs(fd, &fs) == 0 && (fs.f_flags & STATFS_READ_ONLY) &&
	       !(st.st_mode & (S_IRUSR | S_IWUSR));
}

/* With masks of its own: others may have ended with what they covered. */
static void cover_one_child(const struct nono_view *view, const struct nono_cover *cover)
{
	struct nono_masks masks = NONO_MASKS_NONE;

	(void)nono_view_cover_child(view, &masks, cover, false);
	nono_closep(&masks.dir_fd);
	nono_closep(&masks.file_fd);
}

/* @dir, @name: what something happened to; NULL: anything. */
static void cover_again_child(struct keeper *k, const char *dir, const char *name)
{
	size_t len = dir ? strlen(dir) : 0, name_len = name ? strlen(name) : 0;

	for (size_t i = 0; i < k->view->len; i++) {
		const struct nono_cover *cover = &k->view->covers[i];
		const char *rest = cover->path + (dir && dir[1] ? len : 0) + 1;

		if (cover->kind != NONO_COVER_HIDE && cover->kind != NONO_COVER_READ_ONLY)
			continue;
		if (dir && (strncmp(cover->path, dir, len) != 0 || strncmp(rest, name, name_len) != 0 ||
			    (rest[name_len] && rest[name_len] != '/')))
			continue;
		if (!is_covered_child(k->view, cover))
			cover_one_child(k->view, cover);
	}
}

static const char *watched_child(const struct nono_view *view, int id)
{
	for (size_t i = 0; i < view->watch_count; i++)
		if (view->watches[i].id == id)
			return view->watches[i].path;
	return NULL;
}

static void take_events_child(struct keeper *k)
{
	char room[16384] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t len;

	while ((len = read(k->events_fd, room, sizeof(room))) > 0) {
		for (char *at = room; at < room + len;) {
			const struct inotify_event *event = (const struct inotify_event *)(const void *)at;
			const char *dir = watched_child(k->view, event->wd);

			at += sizeof(*event) + event->len;
			if (event->mask & IN_Q_OVERFLOW)
				cover_again_child(k, NULL, NULL);
			else if (dir && event->len)
				cover_again_child(k, dir, event->name);
		}
	}
}

/*
 * Closing an inotify descriptor takes the kernel some ten milliseconds (it waits for all readers of the marks), for
 * which nono would wait. So its last reference is left in a socket that is its own message: nobody can reach that any
 * more, and the kernel's collector closes it on a thread of its own (net/unix/garbage.c; before Linux 6.8 it may do so
 * here, and the end is slow). Best effort.
 */
static void leave_events_child(struct keeper *k)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(2 * sizeof(int))];
	} control = {.room = {0}};
	char byte = 0;
	struct iovec data = {&byte, 1};
	struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return;
	message.msg_control = control.room;
	message.msg_controllen = sizeof(control.room);
	control.header = (struct cmsghdr){
		.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(2 * sizeof(int))};
	memcpy(CMSG_DATA(&control.header), (int[]){ends[1], k->events_fd}, 2 * sizeof(int));
	(void)sendmsg(ends[0], &message, MSG_NOSIGNAL);
}

static _Noreturn void report_child(int fd, int sys_errno)
{
	(void)!write(fd, &sys_errno, sizeof(sys_errno));
	_exit(1);
}

static _Noreturn void keep_child(struct nono_view *view, pid_t command, int ready_fd)
{
	struct keeper k = {.view = view, .events_fd = FD_NONE, .command_fd = FD_NONE};
	struct pollfd fds[2];
	const int ready = 0;

	if (leave_command_child(&ready_fd) < 0 || watch_child(&k, command) < 0 || hold_one_capability_child() < 0)
		report_child(ready_fd, errno);
	/* What was replaced between its being covered and its being watched. */
	cover_again_child(&k, NULL, NULL);
	if (write(READY_FD, &ready, sizeof(ready)) != (ssize_t)sizeof(ready))
		report_child(READY_FD, errno);
	(void)close(READY_FD);
	fds[0] = (struct pollfd){.fd = k.events_fd, .events = POLLIN};
	fds[1] = (struct pollfd){.fd = k.command_fd, .events = POLLIN};
	while (poll(fds, 2, -1) >= 0 && !fds[1].revents)
		take_events_child(&k);
	leave_events_child(&k);
	_exit(0);
}

int nono_view_keep_child(struct nono_view *view)
{
	_cleanup_(nono_closep) int ready_read = FD_NONE, ready_write = FD_NONE;
	pid_t pid, command = getpid();
	struct stat st;
	int ends[2], failed;

	if (!view->watch_count)
		return 0;
	if (stat("/dev/null", &st) < 0 || pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	view->null_dev = st.st_dev;
	view->null_ino = st.st_ino;
	ready_read = ends[0];
	ready_write = ends[1];
	/* Without a signal when it ends: a command that it is a child of does not notice that it has one. */
	pid = (pid_t)syscall(SYS_clone, view->attended ? CLONE_PARENT : 0, NULL, NULL, NULL, NULL);
	if (pid < 0)
		return -1;
	if (pid == 0)
		keep_child(view, command, ready_write);
	*view->keeper = pid;
	nono_closep(&ready_write);
	ready_write = FD_NONE;
	errno = 0;
	if (read(ready_read, &failed, sizeof(failed)) != (ssize_t)sizeof(failed)) {
		errno = errno ? errno : ECHILD;
		return -1;
	}
	errno = failed;
	return failed ? -1 : 0;
}
