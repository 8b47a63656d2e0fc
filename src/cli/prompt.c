/* prompt.c - questions to the person.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/prompt.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <strings.h>
#include <termios.h>

#include "base/buf.h"
#include "base/quote.h"
#include "base/util.h"

bool prompt_possible(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

/* Read without stdio: what follows belongs to somebody else. A line that does not fit is none. */
static bool read_answer(char *answer, size_t size)
{
	bool whole;
	ssize_t n;

	/* Without stdio: what follows belongs to the command. */
	do
		n = read(STDIN_FILENO, answer, size - 1);
	while (n < 0 && errno == EINTR);
	whole = n > 0 && answer[n - 1] == '\n';
	if (!whole) {
		/* An end of file leaves the line open; the rest of a long answer is no input of the command's. */
		(void)fputc('\n', stderr);
		(void)tcflush(STDIN_FILENO, TCIFLUSH);
	}
	if (n <= 0 || ((size_t)n == size - 1 && !whole))
		return false;
	answer[n] = '\0';
	answer[strcspn(answer, "\r\n")] = '\0';
	return true;
}

bool prompt_workdir(const char *path, const char *how, bool is_home)
{
	_cleanup_(nono_buf_done) struct nono_buf shown = {0};
	char answer[16];

	nono_quote_text(&shown, path);
	if (shown.failed)
		return false;
	/* What was typed before the question is no answer to it; what is typed once it can be read is. */
	(void)tcflush(STDIN_FILENO, TCIFLUSH);
	if (is_home)
		(void)fprintf(stderr,
			      "This is your home directory: everything in it but what rules deny would be shared.\n");
	(void)fprintf(stderr, "Share the working directory %s (%s)? [y/N] ", shown.data, how);
	return read_answer(answer, sizeof(answer)) && (strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0);
}

static void interrupted(int signo)
{
	(void)signo; /* that the wait ends is all */
}

/* How the terminal and two signals were; both are blocked but while nono waits, so that none comes unseen. */
struct asking {
	struct termios terminal;
	struct sigaction interrupt, quit;
	sigset_t mask;
};

static bool begin_asking(struct asking *was)
{
	const struct sigaction stop_reading = {.sa_handler = interrupted};
	struct termios lines;
	sigset_t both;

	if (tcgetpgrp(STDIN_FILENO) != getpgrp() || tcgetattr(STDIN_FILENO, &was->terminal) < 0)
		return false;
	lines = was->terminal;
	lines.c_iflag |= ICRNL;
	lines.c_oflag |= OPOST | ONLCR;
	lines.c_lflag |= ICANON | ECHO | ECHOE | ISIG;
	if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &lines) < 0)
		return false;
	(void)sigemptyset(&both);
	(void)sigaddset(&both, SIGINT);
	(void)sigaddset(&both, SIGQUIT);
	(void)sigprocmask(SIG_BLOCK, &both, &was->mask);
	(void)sigaction(SIGINT, &stop_reading, &was->interrupt);
	(void)sigaction(SIGQUIT, &stop_reading, &was->quit);
	return true;
}

static void end_asking(const struct asking *was)
{
	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &was->terminal);
	/* One that is waiting goes to the handler, and kills nobody. */
	(void)sigprocmask(SIG_SETMASK, &was->mask, NULL);
	(void)sigaction(SIGINT, &was->interrupt, NULL);
	(void)sigaction(SIGQUIT, &was->quit, NULL);
}

/* False when a signal came first. */
static bool wait_for_line(const struct asking *was)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	sigset_t open = was->mask;

	(void)sigdelset(&open, SIGINT);
	(void)sigdelset(&open, SIGQUIT);
	return ppoll(&in, 1, NULL, &open) == 1;
}

bool prompt_line(const char *question, char *answer, size_t size)
{
	struct asking was;
	bool answered;

	if (!begin_asking(&was))
		return false;
	(void)fputs(question, stderr);
	answered = wait_for_line(&was) && read_answer(answer, size);
	if (!answered)
		(void)fputc('\n', stderr);
	end_asking(&was);
	return answered;
}
