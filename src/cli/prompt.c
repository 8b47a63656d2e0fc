/* prompt.c - questions to the person.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/prompt.h"

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

bool prompt_workdir(const char *path, const char *how, bool is_home)
{
	_cleanup_(nono_buf_done) struct nono_buf shown = {0};
	char answer[16];
	ssize_t n;

	nono_quote_text(&shown, path);
	if (shown.failed)
		return false;
	/* What was typed before the question is no answer to it; what is typed once it can be read is. */
	(void)tcflush(STDIN_FILENO, TCIFLUSH);
	if (is_home)
		(void)fprintf(stderr, "This is your home directory: sharing it shares everything in it.\n");
	(void)fprintf(stderr, "Share the working directory %s (%s)? [y/N] ", shown.data, how);
	/* Read without stdio: what follows belongs to the command. */
	do
		n = read(STDIN_FILENO, answer, sizeof(answer) - 1);
	while (n < 0 && errno == EINTR);
	if (n <= 0 || answer[n - 1] != '\n') {
		/* An end of file leaves the line open; the rest of a long answer is no input of the command's. */
		(void)fputc('\n', stderr);
		(void)tcflush(STDIN_FILENO, TCIFLUSH);
	}
	if (n <= 0)
		return false;
	answer[n] = '\0';
	answer[strcspn(answer, "\r\n")] = '\0';
	return strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0;
}
