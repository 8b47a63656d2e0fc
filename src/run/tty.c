/* tty.c - the terminal of a command that was killed in the middle of something.  SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "run/internal.h"

static bool is_in_front(int fd)
{
	return tcgetpgrp(fd) == getpgrp();
}

/* In the background the modes are those of somebody else, such as a shell that reads its next line. */
void nono_tty_save(struct nono_tty *tty)
{
	tty->fd = -1;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (tcgetattr(fd, &tty->modes) < 0)
			continue;
		tty->fd = is_in_front(fd) ? fd : -1;
		return;
	}
}

void nono_tty_restore(const struct nono_tty *tty)
{
	if (tty->fd >= 0 && is_in_front(tty->fd))
		(void)tcsetattr(tty->fd, TCSANOW, &tty->modes);
}
