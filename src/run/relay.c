/* relay.c - the command's error output, passed on unchanged and looked at.  SPDX-License-Identifier: Apache-2.0 */
#include "run/relay.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "base/io.h"
#include "base/util.h"
#include "run/internal.h"
#include "run/scan.h"

#ifndef RWF_NOWAIT
#define RWF_NOWAIT 0x8 /* Linux 4.14; on pipes 6.4 */
#endif
#define SYS_NR_CLOSE_RANGE 436

enum target_kind { TARGET_PIPE, TARGET_SOCKET, TARGET_FILE };

struct nono_relay {
	enum target_kind kind;
	int read_fd;	/* -1 once at its end */
	int command_fd; /* the command's end, until it is started */
	int target_fd;	/* borrowed; another one in the process left behind */
	bool both;	/* standard output is the same object */
	bool no_nowait; /* the kernel cannot write to a pipe without waiting */
	int cut_errno;	/* why output was lost; 0 */
	off_t start;	/* of a file, where the command's output begins */
	size_t at, len; /* data[at] to data[len] wait for the target */
	char data[NONO_RELAY_BYTES];
	struct nono_scan scan;
};

static bool same_object(const struct stat *a, int fd)
{
	struct stat b;

	return fstat(fd, &b) == 0 && a->st_dev == b.st_dev && a->st_ino == b.st_ino;
}

/* A datagram socket has boundaries that a pipe would lose; one that is the input too is a service's connection. */
static bool is_plain_stream(const int stdio[3], const struct stat *st)
{
	int type;
	socklen_t len = sizeof(type);

	return getsockopt(stdio[2], SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_STREAM &&
	       !same_object(st, stdio[0]);
}

static bool choose_kind(const int stdio[3], const struct stat *st, enum target_kind *ret)
{
	if (S_ISFIFO(st->st_mode))
		*ret = TARGET_PIPE;
	else if (S_ISREG(st->st_mode))
		*ret = TARGET_FILE;
	else if (S_ISSOCK(st->st_mode) && is_plain_stream(stdio, st))
		*ret = TARGET_SOCKET;
	else
		return false;
	return true;
}

static int open_pipe(struct nono_relay *relay, struct nono_error *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot make a pipe");
	/* Above 2: what the command gets there is put in place first. */
	relay->read_fd = nono_fd_above_stdio(ends[0]);
	relay->command_fd = nono_fd_above_stdio(ends[1]);
	if (relay->read_fd < 0 || relay->command_fd < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot make a pipe");
	/* Only nono's end: the command's must block as a pipe does. */
	if (fcntl(relay->read_fd, F_SETFL, O_NONBLOCK) < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot set up a pipe");
	return 0;
}

/* Where the next write to the file goes. */
static off_t file_position(int fd, const struct stat *st)
{
	int flags = fcntl(fd, F_GETFL);
	off_t at = lseek(fd, 0, SEEK_CUR);

	return at < 0 || flags < 0 || (flags & O_APPEND) ? st->st_size : at;
}

int nono_relay_new(struct nono_relay **ret, struct nono_error *err)
{
	static const int own[] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};

	return nono_relay_new_on(own, ret, err);
}

int nono_relay_new_on(const int stdio[3], struct nono_relay **ret, struct nono_error *err)
{
	_cleanup_(nono_relay_freep) struct nono_relay *relay = NULL;
	enum target_kind kind;
	struct stat st;

	if (fstat(stdio[2], &st) < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot look at the error output");
	if (!choose_kind(stdio, &st, &kind)) {
		*ret = NULL;
		return 0;
	}
	relay = malloc(sizeof(*relay));
	if (!relay)
		return nono_nomem(err);
	/* Not zeroed as a whole: most of it is the buffer, and pages that nothing is written to cost nothing. */
	relay->kind = kind;
	relay->read_fd = relay->command_fd = -1;
	relay->target_fd = stdio[2];
	relay->both = kind != TARGET_FILE && same_object(&st, stdio[1]);
	relay->no_nowait = false;
	relay->cut_errno = 0;
	relay->start = 0;
	relay->at = relay->len = 0;
	nono_scan_init(&relay->scan);
	if (kind == TARGET_FILE) {
		relay->start = file_position(stdio[2], &st);
	} else {
		int rc = open_pipe(relay, err);

		if (rc < 0)
			return rc;
	}
	*ret = relay;
	relay = NULL;
	return 0;
}

void nono_relay_free(struct nono_relay *relay)
{
	if (!relay)
		return;
	nono_closep(&relay->read_fd);
	nono_closep(&relay->command_fd);
	nono_scan_done(&relay->scan);
	free(relay);
}

int nono_relay_command_fd(const struct nono_relay *relay, bool *ret_stdout)
{
	*ret_stdout = relay && relay->both;
	return relay ? relay->command_fd : -1;
}

void nono_relay_started(struct nono_relay *relay)
{
	if (!relay)
		return;
	nono_closep(&relay->command_fd);
	relay->command_fd = -1;
}

bool nono_relay_is_open(const struct nono_relay *relay)
{
	return relay && relay->read_fd >= 0;
}

bool nono_relay_has_pending(const struct nono_relay *relay)
{
	return relay && relay->at < relay->len;
}

size_t nono_relay_backlog(const struct nono_relay *relay)
{
	int bytes;

	if (!nono_relay_is_open(relay) || ioctl(relay->read_fd, FIONREAD, &bytes) < 0 || bytes < 0)
		return 0;
	return (size_t)bytes;
}

/* At end of file, or nobody wants it any more: then whoever writes is told by SIGPIPE, as without nono. */
static void close_read_end(struct nono_relay *relay)
{
	nono_closep(&relay->read_fd);
	relay->read_fd = -1;
	relay->at = relay->len = 0;
}

int nono_relay_cut_errno(const struct nono_relay *relay)
{
	return relay ? relay->cut_errno : 0;
}

/* A failure that is not the reader's going away: what was written is lost, and the command may be ended by that. */
static void cut_off(struct nono_relay *relay, int sys_errno)
{
	if (sys_errno != EPIPE && sys_errno != ECONNRESET)
		relay->cut_errno = sys_errno;
	close_read_end(relay);
}

void nono_relay_poll_set(const struct nono_relay *relay, struct pollfd fds[2])
{
	bool pending = nono_relay_has_pending(relay);

	/* No new input while some is held: whoever writes too fast waits, as without nono. */
	fds[0] = (struct pollfd){.fd = pending ? -1 : relay->read_fd, .events = POLLIN};
	/* Always there: without events asked for, it still says when its reader goes away. */
	fds[1] = (struct pollfd){.fd = relay->target_fd, .events = pending ? POLLOUT : 0};
}

/*
 * What one write may carry. A pipe takes up to PIPE_BUF bytes whole or not at all; pieces of that size which end with
 * a line keep the lines of this command and of others that write to the same pipe from mixing.
 */
static size_t piece_len(const struct nono_relay *relay)
{
	const char *data = relay->data + relay->at;
	size_t len = relay->len - relay->at;
	const char *end;

	if (relay->kind != TARGET_PIPE || len <= PIPE_BUF)
		return len;
	end = memrchr(data, '\n', PIPE_BUF);
	return end ? (size_t)(end - data) + 1 : PIPE_BUF;
}

/* Kernels before 6.4: a pipe that poll calls writable has room for PIPE_BUF bytes, unless somebody else was faster. */
static ssize_t write_when_ready(int fd, const char *data, size_t len)
{
	struct pollfd ready = {.fd = fd, .events = POLLOUT};

	if (poll(&ready, 1, 0) == 1 && (ready.revents & (POLLOUT | POLLERR)))
		return write(fd, data, len);
	errno = EAGAIN;
	return -1;
}

/* Never waits: nono has signals and stops to see to. The descriptor's own flags are others' as well, so not touched. */
static ssize_t write_now(struct nono_relay *relay, const char *data, size_t len)
{
	struct iovec iov = {.iov_base = (void *)data, .iov_len = len};
	ssize_t done;

	if (relay->kind == TARGET_SOCKET)
		return send(relay->target_fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (!relay->no_nowait) {
		done = pwritev2(relay->target_fd, &iov, 1, -1, RWF_NOWAIT);
		if (done >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS && errno != EINVAL))
			return done;
		relay->no_nowait = true;
	}
	return write_when_ready(relay->target_fd, data, len);
}

static void write_pending(struct nono_relay *relay)
{
	while (nono_relay_has_pending(relay)) {
		ssize_t done = write_now(relay, relay->data + relay->at, piece_len(relay));

		if (done >= 0)
			relay->at += (size_t)done;
		else if (errno == EAGAIN)
			return;
		else if (errno != EINTR)
			cut_off(relay, errno);
	}
}

static size_t read_some(struct nono_relay *relay)
{
	ssize_t got = read(relay->read_fd, relay->data, sizeof(relay->data));

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got < 0)
		cut_off(relay, errno);
	else if (got == 0)
		close_read_end(relay);
	if (got <= 0)
		return 0;
	relay->at = 0;
	relay->len = (size_t)got;
	return (size_t)got;
}

size_t nono_relay_step(struct nono_relay *relay, const struct pollfd fds[2])
{
	/* A pipe without readers; a socket whose peer is gone (an error there may be one that passes). */
	short gone = relay->kind == TARGET_SOCKET ? POLLHUP : POLLERR;
	size_t got = 0;

	if (fds[1].revents & (gone | POLLNVAL)) {
		close_read_end(relay);
		return 0;
	}
	if (!nono_relay_has_pending(relay) && fds[0].fd >= 0 && fds[0].revents) {
		got = read_some(relay);
		nono_scan_feed(&relay->scan, relay->data, got);
	}
	write_pending(relay);
	return got;
}

/* In the process left behind: until whoever still writes is gone, or nobody reads. 0, or the errno of what failed. */
static int copy_rest(struct nono_relay *relay)
{
	while (nono_relay_is_open(relay)) {
		struct pollfd fds[2];

		nono_relay_poll_set(relay, fds);
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return errno;
		if (fds[0].fd >= 0 && fds[0].revents)
			(void)read_some(relay);
		else if (fds[1].revents & ~POLLOUT)
			close_read_end(relay);
		write_pending(relay);
	}
	return relay->cut_errno;
}

/* Nobody but the reader of that output can be told. */
static _Noreturn void end_left_behind(const struct nono_relay *relay, int failed)
{
	const char *const words[] = {"nono: the rest of the error output was lost: ", strerrordesc_np(failed), "\n"};

	if (failed)
		nono_say_child(relay->target_fd, words, NONO_ARRAY_SIZE(words));
	_exit(failed ? 1 : 0);
}

/*
 * Nothing of nono's surroundings is kept: no other descriptor, no directory, no terminal. It has a session of its own
 * and blocks all signals, because without it what a signal did to the command's group would not have cut the output of
 * a process that had left that group. It ends when the last writer does.
 */
static _Noreturn void run_left_behind(struct nono_relay *relay)
{
	sigset_t all;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	(void)setsid();
	(void)!chdir("/");
	(void)prctl(PR_SET_NAME, "nono-relay", 0, 0, 0);
	if (dup3(relay->read_fd, STDIN_FILENO, 0) < 0 || dup3(relay->target_fd, STDOUT_FILENO, 0) < 0)
		end_left_behind(relay, errno);
	if (syscall(SYS_NR_CLOSE_RANGE, STDERR_FILENO, ~0U, 0) < 0) {
		(void)close(STDERR_FILENO);
		(void)close(relay->read_fd);
	}
	relay->read_fd = STDIN_FILENO;
	relay->target_fd = STDOUT_FILENO;
	write_pending(relay);
	end_left_behind(relay, copy_rest(relay));
}

/* Read what was added to the file, at most its last NONO_OBSERVED_FILE_BYTES. 0, or the errno of what is in the way. */
static int scan_file(struct nono_relay *relay)
{
	_cleanup_(nono_closep) int fd = -1;
	off_t at = relay->start, end;
	char name[32];
	struct stat st;

	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", relay->target_fd);
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0)
		return errno;
	end = file_position(relay->target_fd, &st);
	if (end > st.st_size)
		end = st.st_size;
	if (at > end)
		at = 0; /* truncated meanwhile */
	if (end - at > NONO_OBSERVED_FILE_BYTES)
		at = end - NONO_OBSERVED_FILE_BYTES;
	while (at < end) {
		size_t want = end - at < (off_t)sizeof(relay->data) ? (size_t)(end - at) : sizeof(relay->data);
		ssize_t got = pread(fd, relay->data, want, at);

		if (got <= 0)
			return got < 0 ? errno : 0;
		nono_scan_feed(&relay->scan, relay->data, (size_t)got);
		at += got;
	}
	return 0;
}

void nono_relay_finish(struct nono_relay *relay, int missed_errno)
{
	pid_t pid;
	int status;

	if (!nono_relay_is_open(relay))
		return;
	if (missed_errno)
		relay->scan.found.missed_errno = missed_errno;
	if (!nono_relay_has_pending(relay) && read_some(relay) == 0 && !nono_relay_is_open(relay))
		return;
	/* By way of one that ends at once, so that nobody has to wait for it. */
	pid = nono_fork_unseen();
	if (pid == 0) {
		pid = nono_fork_unseen();
		if (pid == 0)
			run_left_behind(relay);
		_exit(pid < 0);
	}
	if (pid < 0 || waitpid(pid, &status, __WALL) != pid || status != 0)
		copy_rest(relay); /* no process to be had: better late than cut off */
	close_read_end(relay);
}

void nono_relay_take_paths(struct nono_relay *relay, struct nono_observed_list *ret)
{
	int missed_errno;

	if (!relay)
		return;
	missed_errno = relay->kind == TARGET_FILE ? scan_file(relay) : relay->cut_errno;
	nono_scan_finish(&relay->scan, ret);
	/* A file that may only be written to can never be looked at: no news. */
	if (missed_errno && missed_errno != EACCES)
		ret->missed_errno = missed_errno;
}
