/* broker_t.c - a small supervisor for tests.  SPDX-License-Identifier: Apache-2.0 */
#include "broker_t.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "broker/serve.h"
#include "policy/path.h"
#include "sandbox/linux/landlock.h"
#include "t.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif
#define NR_OPENAT2 437
#define ITEMS 16
#define FILTER_MAX 128

void box_open(struct box *b)
{
	*b = (struct box){.ruleset_fd = -1};
	REQUIRE(chdir(t_tmpdir()) == 0);
	b->set.grants = calloc(ITEMS, sizeof(*b->set.grants));
	b->set.denies = calloc(ITEMS, sizeof(*b->set.denies));
	b->text = mmap(NULL, BOX_TEXT, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	REQUIRE(b->set.grants && b->set.denies && b->text != MAP_FAILED);
}

void box_close(struct box *b)
{
	nono_map_done(&b->map);
	nono_floor_done(&b->floor);
	nono_capset_done(&b->set);
	nono_closep(&b->ruleset_fd);
	(void)munmap(b->text, BOX_TEXT);
}

void box_grant(struct box *b, const char *path, uint32_t rights)
{
	struct nono_grant *g = &b->set.grants[b->set.grant_count++];

	*g = (struct nono_grant){.rights = rights};
	REQUIRE(nono_fs_host.open(&nono_fs_host, path, &g->node, NULL) == 0);
	g->is_file = !S_ISDIR(g->node.mode);
}

void box_deny(struct box *b, const char *path, bool write_only)
{
	b->set.denies[b->set.deny_count++] = (struct nono_deny){
		.real = path[0] == '/' ? strdup(path) : nono_path_join(t_tmpdir(), path), .write_only = write_only};
}

static int add_kept(struct box *b, uint32_t handled)
{
	for (size_t i = 0; i < b->set.grant_count; i++) {
		const struct nono_grant *g = &b->set.grants[i];
		struct ll_path_beneath_attr attr = {.allowed_access = g->rights & handled, .parent_fd = g->node.fd};

		if (b->floor.grants[i] == NONO_FLOOR_KEPT &&
		    syscall(LL_SYS_ADD_RULE, b->ruleset_fd, LL_RULE_PATH_BENEATH, &attr, 0) < 0)
			return -1;
	}
	return 0;
}

void box_split(struct box *b)
{
	const struct nono_floor_options options = {0};
	const struct ll_ruleset_attr attr = {.handled_access_fs = nono_landlock_rights(nono_landlock_ask())};
	struct nono_error err = {0};

	if (nono_landlock_ask() < 3)
		SKIP("landlock: ABI 3 is needed");
	b->ruleset_fd = (int)syscall(LL_SYS_CREATE_RULESET, &attr, sizeof(attr), 0);
	REQUIRE(b->ruleset_fd >= 0);
	if (nono_floor_build(&b->set, &nono_fs_host, &options, &b->floor, &err) < 0 ||
	    nono_floor_add_rules(&b->floor, (uint32_t)attr.handled_access_fs, b->ruleset_fd, &err) < 0 ||
	    nono_map_build(&b->set, &b->floor, &b->map, &err) < 0) {
		FAIL("%s", err.text);
		REQUIRE(false);
	}
	REQUIRE(add_kept(b, (uint32_t)attr.handled_access_fs) == 0);
}

/* Traps what the table has; O_PATH goes by, and openat2 is not there. */
static int load_filter_child(void)
{
	struct sock_filter code[FILTER_MAX] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NR_OPENAT2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
	};
	unsigned short len = 3;
	struct sock_fprog prog;
	const char *name;
	int number;

	for (size_t i = 0; (number = nono_broker_call(i, &name)) >= 0; i++) {
		unsigned int flags_arg = 0;
		bool path_only = nono_broker_path_only(number, &flags_arg);
		uint32_t at = (uint32_t)(offsetof(struct seccomp_data, args) + flags_arg * sizeof(uint64_t));

		if (path_only) {
			code[len++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 4);
			code[len++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at);
			code[len++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_PATH, 0, 1);
			code[len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
			code[len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
		} else {
			code[len++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 1);
			code[len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
		}
	}
	code[len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	prog = (struct sock_fprog){.len = len, .filter = code};
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			    SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &prog);
}

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

	if (recvmsg(from, &message, MSG_CMSG_CLOEXEC) != 1)
		return -1;
	head = CMSG_FIRSTHDR(&message);
	if (!head || head->cmsg_type != SCM_RIGHTS)
		return -1;
	memcpy(&fd, CMSG_DATA(head), sizeof(fd));
	return fd;
}

static void confine_child(struct box *b, int to)
{
	int listener;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || syscall(LL_SYS_RESTRICT_SELF, b->ruleset_fd, 0) < 0)
		_exit(250);
	listener = load_filter_child();
	if (listener < 0 || send_fd_child(to, listener) < 0)
		_exit(251);
	(void)close(listener);
	(void)close(to);
}

/* Until no process is left that could call. */
static void serve(struct box *b, int listener)
{
	struct nono_broker broker;
	struct pollfd p = {.fd = listener, .events = POLLIN};

	nono_broker_init(&broker, &b->map, listener);
	for (;;) {
		struct seccomp_notif request = {0};
		size_t name;

		if (poll(&p, 1, broker.waiting_count ? NONO_BROKER_RETRY_MS : -1) < 0 && errno != EINTR)
			break;
		(void)nono_broker_retry(&broker);
		if (p.revents & (POLLHUP | POLLERR))
			break;
		if (!(p.revents & POLLIN) || ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) < 0)
			continue;
		CHECK(nono_broker_serve(&broker, &request, &name));
		b->served++;
		b->denied += name != NONO_MAP_NONE;
	}
	nono_broker_done(&broker);
}

static int wait_for(pid_t pid)
{
	int status = 0;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int box_run(struct box *b, int (*fn)(struct box *b, const void *arg), const void *arg)
{
	int pair[2], listener;
	pid_t pid;

	(void)fflush(NULL);
	REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	pid = fork();
	if (pid == 0) {
		(void)close(pair[0]);
		confine_child(b, pair[1]);
		_exit(fn(b, arg));
	}
	(void)close(pair[1]);
	listener = receive_fd(pair[0]);
	(void)close(pair[0]);
	if (listener >= 0)
		serve(b, listener);
	else
		FAIL("no listener");
	nono_closep(&listener);
	return wait_for(pid);
}

int box_run_native(struct box *b, int (*fn)(struct box *b, const void *arg), const void *arg)
{
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	if (pid == 0)
		_exit(fn(b, arg));
	return wait_for(pid);
}

const char *box_result(long returned)
{
	return returned < 0 ? strerrorname_np(errno) : "ok";
}

bool box_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	return fd >= 0 && close(fd) == 0 && done;
}

const char *box_read(const char *path, char ret[64])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t len = fd < 0 ? -1 : read(fd, ret, 63);
	int saved_errno = errno;

	if (fd >= 0)
		(void)close(fd);
	errno = saved_errno;
	ret[len < 0 ? 0 : len] = '\0';
	return ret;
}
