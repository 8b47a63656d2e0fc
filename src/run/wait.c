/* wait.c - while the command runs: signals, stops, relayed output, its end.  SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "base/util.h"
#include "run/internal.h"
#include "run/relay.h"

/* Passed on when a process sent them to nono. The terminal's own reach the command by themselves: one group. */
static const uint32_t forwarded_signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2, SIGWINCH};

/* A person or a service that is done waiting. */
static const uint32_t ending_signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};

/* For a reader that takes nothing, once somebody is done waiting. */
#define HURRY_MS 100

struct waiting {
	pid_t child;
	int signal_fd;
	struct nono_relay *relay; /* borrowed; may be NULL */
	bool stopped;		  /* the command is */
	bool stop_news;		  /* and nono has not followed yet */
	int stop_signal;
	bool continue_asked;	/* somebody continued nono */
	bool hurried;		/* somebody asked the command to end */
	bool interrupted, quit; /* by a key of the terminal */
	bool ended;
	int status;
};

static bool is_among(const uint32_t *list, size_t len, uint32_t signo)
{
	for (size_t i = 0; i < len; i++)
		if (list[i] == signo)
			return true;
	return false;
}

static void take_status(struct waiting *w, int status)
{
	if (WIFSTOPPED(status)) {
		w->stopped = w->stop_news = true;
		w->stop_signal = WSTOPSIG(status);
	} else if (WIFCONTINUED(status)) {
		w->stopped = w->stop_news = false;
	} else {
		w->ended = true;
		w->status = status;
	}
}

/*
 * PTRACE_TRACEME, which some programs call to see whether a debugger watches them, makes nono the tracer of its
 * command: every signal would stop that then, for good. So it is let go, with the signal that it was to have. True if
 * that was it; a command that is not traced (ESRCH) stopped as any job does.
 */
static bool let_traced_go(const struct waiting *w, int status)
{
	int signo = WIFSTOPPED(status) ? WSTOPSIG(status) : 0;

	return signo && ptrace(PTRACE_DETACH, w->child, NULL, (void *)(intptr_t)(signo == SIGTRAP ? 0 : signo)) == 0;
}

/* All that the kernel has to say about the child. After ->ended its pid may be somebody else's. */
static int reap(struct waiting *w)
{
	while (!w->ended) {
		int status;
		pid_t pid = waitpid(w->child, &status, WNOHANG | WUNTRACED | WCONTINUED);

		if (pid == 0)
			return 0;
		if (pid > 0 && !let_traced_go(w, status))
			take_status(w, status);
		else if (pid < 0 && errno != EINTR)
			return -1;
	}
	return 0;
}

/*
 * Stop by the signal that stopped the command, so that the shell says the same of both. It is sent while blocked: a
 * SIGCONT from here on removes it again, and one from before shows in the child's state, so that neither order leaves
 * nono stopped beside a command that runs.
 */
static int stop_by(struct waiting *w, int signo)
{
	struct sigaction stop = {.sa_handler = SIG_DFL}, old;
	struct timespec at_once = {0};
	sigset_t one;
	int rc;

	(void)sigemptyset(&one);
	(void)sigaddset(&one, signo);
	(void)sigaction(signo, &stop, &old);
	(void)kill(getpid(), signo);
	rc = reap(w);
	if (w->stopped && !w->ended) {
		(void)sigprocmask(SIG_UNBLOCK, &one, NULL); /* stops here, until somebody continues nono */
		(void)sigprocmask(SIG_BLOCK, &one, NULL);
	} else {
		(void)sigtimedwait(&one, NULL, &at_once);
	}
	(void)sigaction(signo, &old, NULL);
	return rc;
}

static int follow_stop(struct waiting *w)
{
	int signo = w->stop_signal;

	w->stop_news = false;
	if (signo == SIGTSTP || signo == SIGTTIN || signo == SIGTTOU)
		return stop_by(w, signo);
	(void)kill(getpid(), SIGSTOP);
	return 0;
}

/*
 * Positive codes are the kernel's own: the terminal's signals, which the command got too. All but one: that the
 * terminal is gone is told only to the leader of its session, which nono is where a window or a login was opened for
 * it.
 */
static bool is_for_both(const struct signalfd_siginfo *info)
{
	return info->ssi_code > 0 && !(info->ssi_signo == SIGHUP && getsid(0) == getpid());
}

static void take_signal(struct waiting *w, const struct signalfd_siginfo *info)
{
	if (info->ssi_signo == SIGCONT) {
		w->continue_asked = true;
		return;
	}
	w->interrupted |= info->ssi_code > 0 && info->ssi_signo == SIGINT;
	w->quit |= info->ssi_code > 0 && info->ssi_signo == SIGQUIT;
	if (is_for_both(info) || info->ssi_pid == (uint32_t)w->child || w->ended)
		return;
	if (is_among(forwarded_signals, NONO_ARRAY_SIZE(forwarded_signals), info->ssi_signo))
		(void)kill(w->child, (int)info->ssi_signo);
}

static void take_signals(struct waiting *w)
{
	struct signalfd_siginfo info[4];
	ssize_t len;

	while ((len = read(w->signal_fd, info, sizeof(info))) > 0) {
		for (size_t i = 0; i < (size_t)len / sizeof(info[0]); i++) {
			take_signal(w, &info[i]);
			w->hurried |= is_among(ending_signals, NONO_ARRAY_SIZE(ending_signals), info[i].ssi_signo);
			/* Nothing is left to be stopped: a Ctrl-Z then means the same. */
			w->hurried |= w->ended && info[i].ssi_signo == SIGTSTP;
		}
	}
}

static int take_changes(struct waiting *w)
{
	bool asked;

	take_signals(w);
	asked = w->continue_asked;
	w->continue_asked = false;
	if (reap(w) < 0)
		return -1;
	if (w->ended)
		return 0;
	if (w->stop_news)
		return follow_stop(w);
	/* A shell continues the whole group; who continued nono alone meant the command. */
	if (asked && w->stopped)
		(void)kill(w->child, SIGCONT);
	return 0;
}

/* Signals first, then the relay's two; the number of entries. */
static nfds_t poll_set(const struct waiting *w, struct pollfd fds[3])
{
	fds[0] = (struct pollfd){.fd = w->signal_fd, .events = POLLIN};
	if (!nono_relay_is_open(w->relay))
		return 1;
	nono_relay_poll_set(w->relay, fds + 1);
	return 3;
}

/*
 * What the command had written when it ended is copied still, for as long as its reader wants unless somebody asks for
 * the end; then nono is free, and what remains (a slow reader, somebody else who writes on) is left to a process of
 * its own.
 */
static void drain(struct waiting *w)
{
	size_t left = nono_relay_backlog(w->relay);
	struct pollfd fds[3];
	int failed = 0;

	while (nono_relay_is_open(w->relay) && (left > 0 || nono_relay_has_pending(w->relay))) {
		nfds_t count = poll_set(w, fds);
		int ready = poll(fds, count, w->hurried ? HURRY_MS : -1);
		size_t got;

		if (ready < 0 && errno != EINTR)
			failed = errno;
		if (ready == 0 || failed)
			break;
		if (fds[0].revents & POLLIN)
			take_signals(w);
		got = nono_relay_step(w->relay, fds + 1);
		left = got < left ? left - got : 0;
	}
	nono_relay_finish(w->relay, failed);
}

static bool died_by_terminal(const struct waiting *w)
{
	if (!WIFSIGNALED(w->status))
		return false;
	return (w->interrupted && WTERMSIG(w->status) == SIGINT) || (w->quit && WTERMSIG(w->status) == SIGQUIT);
}

int nono_wait_command(pid_t child, const struct nono_signals *signals, struct nono_relay *relay, struct nono_end *ret,
		      struct nono_error *err)
{
	struct waiting w = {.child = child, .signal_fd = signals->fd, .relay = relay};
	struct pollfd fds[3];

	while (!w.ended) {
		nfds_t count = poll_set(&w, fds);
		int rc = poll(fds, count, -1);

		if (rc < 0 && errno == EINTR)
			continue;
		if (rc < 0 || ((fds[0].revents & POLLIN) && take_changes(&w) < 0)) {
			int failed = errno;

			(void)kill(child, SIGKILL); /* never leave a command behind that nobody watches */
			(void)waitpid(child, NULL, 0);
			return nono_fail(err, NONO_E_SYSTEM, failed, "cannot wait for the command");
		}
		if (count > 1 && !w.ended)
			(void)nono_relay_step(relay, fds + 1);
	}
	drain(&w);
	*ret = (struct nono_end){.status = w.status, .by_terminal = died_by_terminal(&w)};
	return 0;
}
