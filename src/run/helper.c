/* helper.c - a program that nono runs for itself, outside any sandbox.  SPDX-License-Identifier: Apache-2.0 */
#include "run/helper.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "base/util.h"
#include "run/internal.h"

#define GRACE_MS 1000
#define EXIT_NOT_STARTED 127

static const int ending_signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};

/* Signals as they were, and those that are waited for. */
struct masks {
	sigset_t taken, old;
	struct sigaction old_chld;
};

struct waiting {
	pid_t child;
	const struct masks *masks;
	int64_t deadline; /* -1: none */
	int asked;	  /* 1: to end, 2: killed */
	struct nono_helper_result *result;
};

static int64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void take_signals(struct masks *m)
{
	struct sigaction chld = {.sa_handler = SIG_DFL};

	(void)sigemptyset(&m->taken);
	(void)sigaddset(&m->taken, SIGCHLD);
	for (size_t i = 0; i < NONO_ARRAY_SIZE(ending_signals); i++)
		(void)sigaddset(&m->taken, ending_signals[i]);
	(void)sigprocmask(SIG_BLOCK, &m->taken, &m->old);
	/* A parent that ignores SIGCHLD hands that on, and the kernel would then reap the child unseen. */
	(void)sigaction(SIGCHLD, &chld, &m->old_chld);
}

static void restore_signals(const struct masks *m)
{
	struct timespec at_once = {0};
	sigset_t one;

	/* The child's own end is no news to anybody else. */
	(void)sigemptyset(&one);
	(void)sigaddset(&one, SIGCHLD);
	(void)sigtimedwait(&one, NULL, &at_once);
	(void)sigaction(SIGCHLD, &m->old_chld, NULL);
	(void)sigprocmask(SIG_SETMASK, &m->old, NULL);
}

static int redirect_child(const struct nono_helper_spec *spec)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup3(null, STDIN_FILENO, 0) < 0)
		return -1;
	if (spec->quiet && dup3(null, STDERR_FILENO, 0) < 0)
		return -1;
	return dup3(STDERR_FILENO, STDOUT_FILENO, 0);
}

static _Noreturn void run_child(const struct nono_helper_spec *spec, const struct masks *m, int report_fd, pid_t parent)
{
	int failed;

	if (setpgid(0, 0) == 0 && prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) == 0 && getppid() == parent &&
	    redirect_child(spec) >= 0 && nono_close_on_exec_child() == 0 && fcntl(spec->fd, F_SETFD, 0) == 0 &&
	    sigaction(SIGCHLD, &m->old_chld, NULL) == 0 && sigprocmask(SIG_SETMASK, &m->old, NULL) == 0)
		/* The kernel hands a script's interpreter /dev/fd/N, so the descriptor stays open in that case. */
		(void)execveat(spec->fd, "", spec->argv, spec->envp, AT_EMPTY_PATH);
	failed = errno;
	(void)!write(report_fd, &failed, sizeof(failed));
	_exit(EXIT_NOT_STARTED);
}

/* First a request, then no more of it. */
static void end_child(struct waiting *w)
{
	w->asked++;
	(void)kill(-w->child, w->asked > 1 ? SIGKILL : SIGTERM);
	w->deadline = w->asked > 1 ? -1 : now_ms() + GRACE_MS;
}

/* One signal, or the deadline. */
static void wait_for_news(struct waiting *w)
{
	int64_t left = w->deadline < 0 ? 0 : w->deadline - now_ms();
	struct timespec t = {.tv_sec = left > 0 ? left / 1000 : 0, .tv_nsec = left > 0 ? left % 1000 * 1000000 : 0};
	int signo = sigtimedwait(&w->masks->taken, NULL, w->deadline < 0 ? NULL : &t);

	if (signo == SIGCHLD || (signo < 0 && errno != EAGAIN))
		return;
	if (signo > 0)
		w->result->interrupted = signo;
	else if (w->asked == 0)
		w->result->timed_out = true;
	end_child(w);
}

static int wait_child(struct waiting *w)
{
	int status;

	for (;;) {
		pid_t pid = waitpid(w->child, &status, WNOHANG);

		if (pid == w->child)
			break;
		if (pid < 0 && errno != EINTR)
			return -1;
		wait_for_news(w);
	}
	/* What it started in its group goes too, where it did not end by itself. */
	if (w->asked)
		(void)kill(-w->child, SIGKILL);
	w->result->exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	return 0;
}

static int run(const struct nono_helper_spec *spec, const struct masks *m, struct nono_helper_result *result,
	       struct nono_error *err)
{
	_cleanup_(nono_closep) int report_read = -1, report_write = -1;
	struct waiting w = {.masks = m, .deadline = -1, .result = result};
	pid_t parent = getpid();
	int ends[2], failed;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot make a pipe");
	report_read = ends[0];
	report_write = ends[1];
	w.child = fork();
	if (w.child < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot make a process");
	if (w.child == 0)
		run_child(spec, m, report_write, parent);
	/* Here too, so that the group is there when it is sent a signal. */
	(void)setpgid(w.child, w.child);
	if (spec->timeout_secs > 0)
		w.deadline = now_ms() + (int64_t)spec->timeout_secs * 1000;
	if (wait_child(&w) < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot wait for a process");
	if (read(report_read, &failed, sizeof(failed)) == (ssize_t)sizeof(failed))
		result->exec_errno = failed;
	return 0;
}

int nono_run_helper(const struct nono_helper_spec *spec, struct nono_helper_result *ret, struct nono_error *err)
{
	struct nono_helper_result result = {0};
	struct masks m;
	int rc;

	take_signals(&m);
	rc = run(spec, &m, &result, err);
	restore_signals(&m);
	if (rc == 0)
		*ret = result;
	return rc;
}
