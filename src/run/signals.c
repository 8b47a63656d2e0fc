/* signals.c - blocking signals around a run, and putting them back.  SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/util.h"
#include "run/internal.h"

/*
 * Forwarded or watched (see wait.c); TTIN and TTOU so that only a stop of the command stops nono; PIPE so that a reader
 * of relayed output that went away is an error of write.
 */
static const int taken_signals[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM,	 SIGUSR1, SIGUSR2, SIGTSTP,
				    SIGTTIN, SIGTTOU, SIGCONT, SIGWINCH, SIGCHLD, SIGPIPE};

int nono_signals_take(struct nono_signals *signals, struct nono_error *err)
{
	struct sigaction chld = {.sa_handler = SIG_DFL};

	(void)sigemptyset(&signals->taken);
	for (size_t i = 0; i < NONO_ARRAY_SIZE(taken_signals); i++)
		(void)sigaddset(&signals->taken, taken_signals[i]);
	signals->fd = signalfd(-1, &signals->taken, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals->fd < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot make a signal descriptor");
	if (sigprocmask(SIG_BLOCK, &signals->taken, &signals->old_mask) < 0) {
		nono_closep(&signals->fd);
		signals->fd = -1;
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot block signals");
	}
	/* A parent that ignores SIGCHLD hands that on, and the kernel would then reap the command unseen. */
	if (sigaction(SIGCHLD, NULL, &signals->old_chld) < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot watch for the end of the command");
	if (signals->old_chld.sa_handler == SIG_DFL)
		return 0;
	if (sigaction(SIGCHLD, &chld, NULL) < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot watch for the end of the command");
	signals->chld_changed = true;
	return 0;
}

int nono_signals_restore_child(const struct nono_signals *signals)
{
	if (signals->chld_changed && sigaction(SIGCHLD, &signals->old_chld, NULL) < 0)
		return -1;
	return sigprocmask(SIG_SETMASK, &signals->old_mask, NULL);
}

/* What arrived during the run was for the command: it must not kill nono the moment the mask is lifted. */
void nono_signals_restore(struct nono_signals *signals)
{
	int saved_errno = errno;
	struct signalfd_siginfo dropped[4];

	if (signals->fd < 0)
		return;
	while (read(signals->fd, dropped, sizeof(dropped)) > 0)
		;
	(void)nono_signals_restore_child(signals);
	(void)close(signals->fd);
	signals->fd = -1;
	errno = saved_errno;
}
