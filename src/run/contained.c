/* contained.c - one run inside a program that is not nono's own.  SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/io.h"
#include "base/util.h"
#include "run/internal.h"
#include "run/relay.h"

#define SYS_NR_PIDFD_OPEN 434  /* Linux 5.3 */
#define SYS_NR_CLOSE_RANGE 436 /* 5.9 */
#define EXIT_NOT_STARTED 126

/* The thread's signals during the call: nothing of them shows afterwards. */
struct quiet {
	sigset_t old_mask;
	bool pipe_pending; /* SIGPIPE waited before the call */
};

/*
 * Once it has called exec, a process's end is told to its parent by SIGCHLD, whatever was agreed before. So there is
 * one in between that never does: it starts the command, waits for it and says how it ended.
 */
struct contained {
	struct nono_launch launch;
	int stdio[3];		       /* copies above 2, owned */
	int report_read, report_write; /* from the command: that it could not start */
	int status_read, status_write; /* from the one in between: waitpid's status */
	int order_read, order_write;   /* to the one in between, where there is a control */
	int pidfd;
	struct nono_relay *relay;
	struct quiet quiet;
	const struct nono_run_control *control; /* borrowed; may be NULL */
	struct nono_stopper stopper;
};

static void contained_done(struct contained *c)
{
	nono_launch_done(&c->launch);
	nono_relay_free(c->relay);
	for (size_t i = 0; i < NONO_ARRAY_SIZE(c->stdio); i++)
		nono_closep(&c->stdio[i]);
	nono_closep(&c->report_read);
	nono_closep(&c->report_write);
	nono_closep(&c->status_read);
	nono_closep(&c->status_write);
	nono_closep(&c->order_read);
	nono_closep(&c->order_write);
	nono_closep(&c->pidfd);
}

pid_t nono_fork_unseen(void)
{
	return (pid_t)syscall(SYS_clone, 0, NULL, NULL, NULL, NULL);
}

/* Relayed output may meet a pipe whose reader is gone. */
static void quiet_begin(struct quiet *q)
{
	sigset_t pending, pipe_only;

	(void)sigemptyset(&pipe_only);
	(void)sigaddset(&pipe_only, SIGPIPE);
	q->pipe_pending = sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
	(void)pthread_sigmask(SIG_BLOCK, &pipe_only, &q->old_mask);
}

static void quiet_end(const struct quiet *q)
{
	const struct timespec at_once = {0};
	sigset_t pipe_only;

	(void)sigemptyset(&pipe_only);
	(void)sigaddset(&pipe_only, SIGPIPE);
	while (!q->pipe_pending && sigtimedwait(&pipe_only, NULL, &at_once) < 0 && errno == EINTR)
		;
	(void)pthread_sigmask(SIG_SETMASK, &q->old_mask, NULL);
}

/* Above 2, so that putting one in its place overwrites none that is still needed. */
static int copy_stdio(struct contained *c, const int stdio[3], struct nono_error *err)
{
	for (int i = 0; i < 3; i++) {
		c->stdio[i] = fcntl(stdio[i], F_DUPFD_CLOEXEC, 3);
		if (c->stdio[i] < 0 && errno == EBADF && stdio[i] == i) {
			_cleanup_(nono_closep) int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

			c->stdio[i] = null_fd < 0 ? -1 : fcntl(null_fd, F_DUPFD_CLOEXEC, 3);
		}
		if (c->stdio[i] < 0)
			return nono_fail(err, NONO_E_SYSTEM, errno, "cannot use descriptor %d as the command's %d",
					 stdio[i], i);
	}
	return 0;
}

static int make_pipe(int *ret_read, int *ret_write, struct nono_error *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot make a pipe");
	*ret_read = nono_fd_above_stdio(ends[0]);
	*ret_write = nono_fd_above_stdio(ends[1]);
	if (*ret_read < 0 || *ret_write < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot make a pipe");
	return 0;
}

static int prepare(struct contained *c, const struct nono_run_spec *spec, const int stdio[3], struct nono_error *err)
{
	int rc = copy_stdio(c, stdio, err);

	if (rc == 0)
		rc = nono_launch_init(&c->launch, spec, err);
	if (rc == 0 && spec->observe)
		rc = nono_relay_new_on(c->stdio, &c->relay, err);
	if (rc < 0)
		return rc;
	c->launch.relay_fd = nono_relay_command_fd(c->relay, &c->launch.relay_stdout);
	rc = make_pipe(&c->report_read, &c->report_write, err);
	if (rc == 0)
		rc = make_pipe(&c->status_read, &c->status_write, err);
	return rc == 0 && c->control ? make_pipe(&c->order_read, &c->order_write, err) : rc;
}

/* Handlers are the program's code and must not run in the child, so they go before signals are let in. */
static int reset_signals_child(void)
{
	for (int signo = 1; signo <= SIGRTMAX; signo++) {
		struct sigaction action;
		bool kept = signo != SIGPIPE && signo != SIGCHLD;

		if (sigaction(signo, NULL, &action) < 0 || action.sa_handler == SIG_DFL ||
		    (action.sa_handler == SIG_IGN && kept))
			continue;
		action.sa_handler = SIG_DFL;
		action.sa_flags = 0;
		if (sigaction(signo, &action, NULL) < 0)
			return -1;
	}
	return 0;
}

/* End with @parent. Had that died before the prctl, nothing would have told this process. */
static int follow_parent_child(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return -1;
	if (getppid() != parent)
		_exit(EXIT_NOT_STARTED);
	return 0;
}

static int set_up_child(const struct contained *c, pid_t parent)
{
	if (follow_parent_child(parent) < 0)
		return -1;
	if (c->control && c->control->own_group && setpgid(0, 0) < 0)
		return -1;
	for (int i = 0; i < 3; i++)
		if (dup3(c->stdio[i], i, 0) < 0)
			return -1;
	return sigprocmask(SIG_SETMASK, &c->quiet.old_mask, NULL);
}

/* The command. */
static _Noreturn void run_child(const struct contained *c, pid_t parent)
{
	struct nono_stage_report report = {.stage = NONO_STAGE_SETTINGS};

	nono_sandbox_attend_child(c->launch.spec->sandbox);
	if (set_up_child(c, parent) == 0)
		nono_launch_child(&c->launch, &report);
	else
		report.sys_errno = errno;
	(void)!write(c->report_write, &report, sizeof(report));
	_exit(nono_run_exit_code(&report));
}

/* Nothing of the program's stays open here: whoever waits for the end of a pipe would wait for the command. */
static _Noreturn void watch_command_child(const struct contained *c, pid_t child)
{
	unsigned int first_closed = c->control ? STDERR_FILENO : STDOUT_FILENO;
	bool own_group = c->control && c->control->own_group;
	int status = 0, rc = 0;

	/* Done twice, so that it is done before the first order, whoever comes first. */
	if (own_group)
		(void)setpgid(child, child);
	if (dup3(c->status_write, STDIN_FILENO, 0) < 0 || (c->control && dup3(c->order_read, STDOUT_FILENO, 0) < 0) ||
	    syscall(SYS_NR_CLOSE_RANGE, first_closed, ~0U, 0) < 0)
		_exit(EXIT_NOT_STARTED);
	if (c->control)
		rc = nono_stopper_wait_child(child, STDOUT_FILENO, own_group, &status);
	else
		while (waitpid(child, &status, __WALL) < 0 && errno == EINTR)
			;
	if (rc == 0)
		(void)!write(STDIN_FILENO, &status, sizeof(status));
	nono_sandbox_reap(c->launch.spec->sandbox);
	_exit(0);
}

/* The one in between, deaf to all signals: those that end the command are the command's. */
static _Noreturn void run_between_child(const struct contained *c, pid_t parent)
{
	struct nono_stage_report report = {.stage = NONO_STAGE_SETTINGS};
	pid_t self = getpid(), child = -1;

	if (follow_parent_child(parent) == 0 && reset_signals_child() == 0)
		child = nono_fork_unseen();
	if (child == 0)
		run_child(c, self);
	if (child < 0) {
		report.sys_errno = errno;
		(void)!write(c->report_write, &report, sizeof(report));
		_exit(EXIT_NOT_STARTED);
	}
	watch_command_child(c, child);
}

/* With every signal held, so that none finds a child that would run the program's handler. */
static pid_t start(struct contained *c)
{
	sigset_t all, before;
	pid_t child, self = getpid();
	int saved_errno;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	child = nono_fork_unseen();
	if (child == 0)
		run_between_child(c, self);
	saved_errno = errno;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = saved_errno;
	return child;
}

/* Copy what the command writes until it has ended. 0 or -1 with errno. */
static int watch(struct contained *c)
{
	struct pollfd fds[4] = {{.fd = c->pidfd, .events = POLLIN}, {.events = POLLIN}};

	for (;;) {
		bool relays = nono_relay_is_open(c->relay);

		fds[1].fd = c->stopper.signal_fd;
		if (relays)
			nono_relay_poll_set(c->relay, fds + 2);
		if (poll(fds, relays ? 4 : 2, nono_stopper_wait_ms(&c->stopper)) < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		if (fds[0].revents)
			return 0;
		nono_stopper_step(&c->stopper, &fds[1]);
		if (relays)
			(void)nono_relay_step(c->relay, fds + 2);
	}
}

/* What the command had written when it ended; the rest is left to a process of its own. */
static void drain(struct contained *c)
{
	/* Whoever set a limit does not wait for a reader either. */
	int wait_ms = c->stopper.stop == NONO_STOP_TIMEOUT ? 0 : -1;
	size_t left = nono_relay_backlog(c->relay);
	int failed = 0;

	while (nono_relay_is_open(c->relay) && (left > 0 || nono_relay_has_pending(c->relay))) {
		struct pollfd fds[2];
		size_t got;
		int ready;

		nono_relay_poll_set(c->relay, fds);
		ready = poll(fds, 2, wait_ms);
		if (ready == 0)
			break;
		if (ready < 0 && errno != EINTR) {
			failed = errno;
			break;
		}
		got = nono_relay_step(c->relay, fds);
		left = got < left ? left - got : 0;
	}
	nono_relay_finish(c->relay, failed);
}

static int wait_child(struct contained *c, pid_t child, struct nono_error *err)
{
	int rc = 0, failed = 0;

	c->pidfd = (int)syscall(SYS_NR_PIDFD_OPEN, child, 0);
	if (c->pidfd < 0 || watch(c) < 0) {
		failed = errno;
		(void)kill(child, SIGKILL); /* never leave a command behind that nobody watches */
		rc = -1;
	} else {
		drain(c);
	}
	while (waitpid(child, NULL, __WALL) < 0 && errno == EINTR)
		;
	return rc < 0 ? nono_fail(err, NONO_E_SYSTEM, failed, "cannot wait for the command") : 0;
}

static int run(struct contained *c, struct nono_run_result *ret, struct nono_error *err)
{
	pid_t child = start(c);
	struct nono_end end = {0};
	bool ended;
	int rc;

	if (child < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot make a process");
	nono_closep(&c->report_write);
	nono_closep(&c->status_write);
	nono_closep(&c->order_read);
	c->report_write = c->status_write = c->order_read = -1;
	nono_stopper_begin(&c->stopper, c->control, c->order_write);
	nono_relay_started(c->relay);
	rc = wait_child(c, child, err);
	if (rc < 0)
		return rc;
	ended = read(c->status_read, &end.status, sizeof(end.status)) == (ssize_t)sizeof(end.status);
	rc = nono_run_set_result(ret, c->report_read, &end, err);
	if (rc < 0)
		return rc;
	if (!ended && ret->failed.stage == NONO_STAGE_NONE)
		return nono_fail(err, NONO_E_SYSTEM, 0, "the command was killed together with who watched it");
	return 0;
}

int nono_run_contained(const struct nono_run_spec *spec, const int stdio[3], const struct nono_run_control *control,
		       struct nono_run_result *result, struct nono_error *err)
{
	_cleanup_(contained_done) struct contained c = {.stdio = {-1, -1, -1},
							.report_read = -1,
							.report_write = -1,
							.status_read = -1,
							.status_write = -1,
							.order_read = -1,
							.order_write = -1,
							.control = control,
							.pidfd = -1};
	struct nono_run_result done = {0};
	int rc = prepare(&c, spec, stdio, err);

	if (rc < 0)
		return rc;
	quiet_begin(&c.quiet);
	rc = run(&c, &done, err);
	quiet_end(&c.quiet);
	if (rc < 0)
		return rc;
	done.stop = c.stopper.stop;
	done.observed = c.relay != NULL;
	done.cut_errno = nono_relay_cut_errno(c.relay);
	if (done.exit_code != 0)
		nono_relay_take_paths(c.relay, &done.paths);
	*result = TAKE(done);
	return 0;
}
