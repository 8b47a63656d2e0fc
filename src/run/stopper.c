/* stopper.c - a command that is ended in time, or told of signals, by the program that runs it.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "base/util.h"
#include "run/internal.h"

#define SYS_NR_PIDFD_OPEN 434 /* Linux 5.3 */
#define ORDER_SWEEP 0	      /* instead of a signal: at its end, end what is left of its group */
#define ORDERS 64	      /* read at once */

static int64_t now_ms(void)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void nono_stopper_begin(struct nono_stopper *s, const struct nono_run_control *control, int order_fd)
{
	*s = (struct nono_stopper){.control = control, .order_fd = order_fd, .signal_fd = -1, .deadline_ms = -1};
	if (!control)
		return;
	s->signal_fd = control->signal_fd;
	if (control->timeout_ms)
		s->deadline_ms = now_ms() + control->timeout_ms;
}

/* The pipe takes 65536 of them, and whoever reads it does nothing else. */
static void order(const struct nono_stopper *s, unsigned char what)
{
	(void)!write(s->order_fd, &what, 1);
}

int nono_stopper_wait_ms(const struct nono_stopper *s)
{
	int64_t left;

	if (s->deadline_ms < 0)
		return -1;
	left = s->deadline_ms - now_ms();
	if (left < 0)
		return 0;
	return left < INT32_MAX ? (int)left : INT32_MAX;
}

static void pass_on(struct nono_stopper *s)
{
	unsigned char signals[ORDERS];
	ssize_t got = read(s->signal_fd, signals, sizeof(signals));

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got <= 0)
		s->signal_fd = -1; /* nobody will write any more */
	for (ssize_t i = 0; i < got; i++) {
		if (signals[i] < 1 || signals[i] > SIGRTMAX)
			continue;
		order(s, signals[i]);
		if (s->stop == NONO_STOP_NONE)
			s->stop = NONO_STOP_SIGNAL;
	}
}

/* First it is asked to end, then it is made to. */
static void time_out(struct nono_stopper *s)
{
	bool asked = s->stop == NONO_STOP_TIMEOUT;

	s->stop = NONO_STOP_TIMEOUT;
	s->deadline_ms = -1;
	if (!asked)
		order(s, ORDER_SWEEP);
	if (asked || !s->control->grace_ms) {
		order(s, SIGKILL);
		return;
	}
	order(s, SIGTERM);
	order(s, SIGCONT); /* a stopped one would not hear it */
	s->deadline_ms = now_ms() + s->control->grace_ms;
}

void nono_stopper_step(struct nono_stopper *s, const struct pollfd *fd)
{
	if (s->signal_fd >= 0 && fd->revents)
		pass_on(s);
	if (s->deadline_ms >= 0 && nono_stopper_wait_ms(s) == 0)
		time_out(s);
}

/* ---- in the process that is the command's parent ---- */

/* A member of the group that ends late still has the command's number reserved: it is not collected yet. */
static void obey_child(const unsigned char *orders, ssize_t count, pid_t target, bool *ret_sweep)
{
	for (ssize_t i = 0; i < count; i++)
		if (orders[i] == ORDER_SWEEP)
			*ret_sweep = true;
		else
			(void)kill(target, orders[i]);
}

int nono_stopper_wait_child(pid_t child, int order_fd, bool own_group, int *ret_status)
{
	struct pollfd fds[2] = {{.events = POLLIN}, {.fd = order_fd, .events = POLLIN}};
	pid_t target = own_group ? -child : child;
	unsigned char orders[ORDERS];
	bool sweep = false, seen;

	fds[0].fd = (int)syscall(SYS_NR_PIDFD_OPEN, child, 0);
	while (fds[0].fd >= 0 && !fds[0].revents) {
		int ready = poll(fds, 2, -1);

		if (ready < 0 && errno != EINTR)
			break;
		if (ready > 0 && fds[1].revents)
			obey_child(orders, read(order_fd, orders, sizeof(orders)), target, &sweep);
		/* An end of orders comes with the end of the program, which ends this as well. */
	}
	seen = fds[0].fd >= 0 && fds[0].revents;
	if (!seen || sweep)
		(void)kill(target, SIGKILL); /* the rest of its group; or a command that nobody could stop any more */
	while (waitpid(child, ret_status, __WALL) < 0)
		if (errno != EINTR)
			return -1;
	return seen ? 0 : -1;
}
