/* probe_notify.c - seccomp user notification, tried: a call that another process answers.
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/util.h"
#include "sandbox/linux/probe_parts.h"

/* Newer than some headers. */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5) /* Linux 5.19 */
#endif
#ifndef SECCOMP_ADDFD_FLAG_SEND
#define SECCOMP_ADDFD_FLAG_SEND (1UL << 1) /* Linux 5.14 */
#endif

/* The call that is trapped: harmless, never made by anything else here, and no process has these numbers. */
#define TRAPPED SYS_getpgid
#define ASK_VALUE 0x6e6f6e6f
#define ASK_FD 0x6e6f6e70
#define ANSWER 4242

/* What the child found; each is 0, an errno, or -1 where it was not reached. */
struct found {
	int listener, killable, value, descriptor;
};

struct ends {
	int parent, child; /* a socket pair: the listener goes to the parent, a byte comes back */
};

static int load_child(unsigned long flags)
{
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TRAPPED, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {.len = NONO_ARRAY_SIZE(code), .filter = code};

	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
}

/* One byte, and a descriptor beside it. */
static int send_fd_child(int to, int fd)
{
	char byte = 0, room[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec part = {.iov_base = &byte, .iov_len = 1};
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room)};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &fd, sizeof(fd));
	return sendmsg(to, &message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

static int receive_fd(int from)
{
	char byte, room[CMSG_SPACE(sizeof(int))];
	struct iovec part = {.iov_base = &byte, .iov_len = 1};
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room)};
	struct cmsghdr *head;
	int fd;

	if (nono_probe_wait(from) < 0 || recvmsg(from, &message, MSG_CMSG_CLOEXEC) != 1)
		return -1;
	head = CMSG_FIRSTHDR(&message);
	if (!head || head->cmsg_type != SCM_RIGHTS)
		return -1;
	memcpy(&fd, CMSG_DATA(head), sizeof(fd));
	return fd;
}

/* A descriptor that another process put here: what it holds tells whose it is. */
static int check_fd_child(long fd)
{
	char byte = 0;

	if (fd < 0)
		return errno;
	if (read((int)fd, &byte, 1) != 1)
		return errno ? errno : EBADF;
	return byte == 'n' ? 0 : EBADF;
}

static void ask_child(const void *arg, void *result)
{
	const struct ends *ends = arg;
	struct found *found = result;
	int listener;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
		found->listener = errno;
		return;
	}
	listener = load_child(SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
	found->killable = listener < 0 ? errno : 0;
	if (listener < 0 && errno == EINVAL)
		listener = load_child(SECCOMP_FILTER_FLAG_NEW_LISTENER);
	found->listener = listener < 0 ? errno : 0;
	if (listener < 0 || send_fd_child(ends->child, listener) < 0)
		return;
	/* Nobody answers once every copy is closed; this one would keep an unanswered call waiting. */
	(void)close(listener);
	errno = 0;
	found->value = syscall(TRAPPED, ASK_VALUE) == ANSWER ? 0 : errno ? errno : EPROTO;
	found->descriptor = check_fd_child(syscall(TRAPPED, ASK_FD));
}

static int answer_value(int listener, uint64_t id)
{
	struct seccomp_notif_resp response = {.id = id, .val = ANSWER};

	return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

/* Puts a descriptor into the asker and makes its number the call's result, in one step. */
static int answer_fd(int listener, uint64_t id)
{
	_cleanup_(nono_closep) int read_end = -1, write_end = -1;
	struct seccomp_notif_resp response = {.id = id};
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	read_end = ends[0];
	write_end = ends[1];
	if (write(write_end, "n", 1) == 1) {
		struct seccomp_notif_addfd add = {
			.id = id, .flags = SECCOMP_ADDFD_FLAG_SEND, .srcfd = (uint32_t)read_end};

		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add) >= 0)
			return 0;
	}
	response.error = -errno;
	return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

/* Answers two calls and leaves. */
static void serve(int listener)
{
	for (int served = 0; served < 2; served++) {
		struct seccomp_notif request = {0};
		int rc;

		if (nono_probe_wait(listener) < 0 || ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) < 0)
			return;
		rc = request.data.args[0] == ASK_VALUE ? answer_value(listener, request.id)
						       : answer_fd(listener, request.id);
		if (rc < 0)
			return;
	}
}

static void serve_child(const void *arg, void *result)
{
	const struct ends *ends = arg;
	int listener = receive_fd(ends->parent);

	(void)result;
	if (listener >= 0)
		serve(listener);
}

/*
 * The asker waits for its server, and this process for the asker: so the server is a third one. It ends by itself, at
 * the latest when its time is over.
 */
static void round_trip(struct found *found)
{
	struct ends ends;
	int pair[2];
	pid_t server;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		found->listener = errno;
		return;
	}
	ends = (struct ends){.parent = pair[0], .child = pair[1]};
	server = fork();
	if (server == 0) {
		(void)close(ends.child);
		serve_child(&ends, NULL);
		_exit(0);
	}
	(void)close(ends.parent);
	if (server < 0 || nono_probe_fork(ask_child, &ends, found, sizeof(*found)) < 0)
		found->listener = errno;
	(void)close(ends.child);
	while (server > 0 && waitpid(server, NULL, 0) < 0 && errno == EINTR)
		;
}

static const char *listener_reason(int sys_errno)
{
	switch (sys_errno) {
	case EBUSY:
		return "another supervisor (a container, a sandbox) listens already, and there can be one only";
	case EINVAL:
	case ENOSYS:
		return "needs Linux 5.0, built with CONFIG_SECCOMP_FILTER";
	case EPERM:
	case EACCES:
		return "refused to this user: a container's or service's own filter";
	default:
		return strerror(sys_errno);
	}
}

static void add(struct nono_probe *p, const char *id, const char *title, int sys_errno, const char *good,
		const char *needed)
{
	if (sys_errno == 0)
		nono_probe_add(p, NONO_PROBE_SUPERVISOR, id, title, NONO_PROBE_WORKS, "%s", good);
	else if (sys_errno == EINVAL || sys_errno == ENOTTY)
		nono_probe_add(p, NONO_PROBE_SUPERVISOR, id, title, NONO_PROBE_MISSING, "%s", needed);
	else
		nono_probe_add(p, NONO_PROBE_SUPERVISOR, id, title, NONO_PROBE_BROKEN, "%s",
			       sys_errno > 0 ? strerror(sys_errno) : "was not answered");
}

void nono_probe_notify(struct nono_probe *p)
{
	struct found found = {-1, -1, -1, -1};

	round_trip(&found);
	if (found.listener) {
		nono_probe_add(p, NONO_PROBE_SUPERVISOR, "notify", "seccomp notification", NONO_PROBE_MISSING, "%s",
			       listener_reason(found.listener > 0 ? found.listener : ECHILD));
		return;
	}
	add(p, "notify", "seccomp notification", found.value, "a call was answered by another process", "");
	add(p, "notify_fd", "opening for another process", found.descriptor, "a descriptor was handed over",
	    "needs Linux 5.14");
	add(p, "notify_killable", "undisturbed answers", found.killable, "signals do not repeat a call",
	    "needs Linux 5.19");
}
