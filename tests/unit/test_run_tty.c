/* test_run_tty.c - job control: a shell on a terminal, and a command that nono stays beside.
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "t.h"

#define PROMPT "PROMPT> "
#define STOP "\032"
#define INTERRUPT "\003"

/* bash on a terminal of its own, and what it has shown since the last thing that was waited for. */
struct shell {
	int fd;
	pid_t pid;
	char text[65536];
	size_t len;
};

/* run_probe is built beside the tests. */
static void find_probe(char *ret, size_t bytes)
{
	ssize_t len = readlink("/proc/self/exe", ret, bytes - 16);
	char *slash;

	REQUIRE(len > 0);
	ret[len] = '\0';
	slash = strrchr(ret, '/');
	REQUIRE(slash);
	memcpy(slash, "/run_probe", 11);
	REQUIRE(access(ret, X_OK) == 0);
}

/* Waits until @what was shown, and forgets all up to its end; what came before it is left in @sh->text. */
static bool wait_for(struct shell *sh, const char *what)
{
	for (;;) {
		struct pollfd ready = {.fd = sh->fd, .events = POLLIN};
		char *found = memmem(sh->text, sh->len, what, strlen(what));
		ssize_t got;

		if (found)
			return true;
		if (poll(&ready, 1, 10000) != 1 || sh->len + 1024 > sizeof(sh->text))
			return false;
		got = read(sh->fd, sh->text + sh->len, 1024);
		if (got <= 0)
			return false;
		sh->len += (size_t)got;
	}
}

static void forget_up_to(struct shell *sh, const char *what)
{
	char *found = memmem(sh->text, sh->len, what, strlen(what));
	size_t used = (size_t)(found - sh->text) + strlen(what);

	sh->len -= used;
	memmove(sh->text, sh->text + used, sh->len);
}

static void expect(struct shell *sh, const char *what, int line)
{
	if (!wait_for(sh, what)) {
		FAIL("line %d: no '%s' in '%.*s'", line, what, (int)sh->len, sh->text);
		REQUIRE(false);
	}
	forget_up_to(sh, what);
}

#define EXPECT(sh, what) expect(sh, what, __LINE__)

static void type(struct shell *sh, const char *keys)
{
	REQUIRE(write(sh->fd, keys, strlen(keys)) == (ssize_t)strlen(keys));
}

static void start(struct shell *sh)
{
	char probe[4096], line[4200];

	*sh = (struct shell){.fd = -1};
	find_probe(probe, sizeof(probe));
	sh->pid = forkpty(&sh->fd, NULL, NULL, NULL);
	REQUIRE(sh->pid >= 0);
	if (sh->pid == 0) {
		(void)setenv("PS1", PROMPT, 1);
		(void)setenv("TERM", "dumb", 1);
		(void)execlp("bash", "bash", "--norc", "--noprofile", "-i", (char *)NULL);
		_exit(127);
	}
	EXPECT(sh, PROMPT);
	(void)snprintf(line, sizeof(line), "nono='%s'; stty -echo\n", probe);
	type(sh, line);
	EXPECT(sh, "\n");
	EXPECT(sh, PROMPT);
}

static void finish(struct shell *sh)
{
	type(sh, "exit 0\n");
	(void)kill(sh->pid, SIGHUP);
	(void)close(sh->fd);
	(void)waitpid(sh->pid, NULL, 0);
}

TEST(tty_stop_and_foreground)
{
	struct shell sh;

	start(&sh);
	type(&sh, "$nono sh -c 'echo READY; exec sleep 1000'\n");
	EXPECT(&sh, "READY");
	for (int i = 0; i < 10; i++) {
		type(&sh, STOP);
		EXPECT(&sh, "Stopped");
		EXPECT(&sh, PROMPT);
		type(&sh, "fg\n");
		EXPECT(&sh, "sleep 1000'");
		(void)usleep(50000); /* the shell says it before it does it */
	}
	type(&sh, INTERRUPT);
	EXPECT(&sh, PROMPT);
	type(&sh, "echo code=$?\n");
	EXPECT(&sh, "code=130");
	finish(&sh);
}

TEST(tty_background)
{
	struct shell sh;

	start(&sh);
	type(&sh, "$nono sh -c 'echo READY; exec sleep 1000'\n");
	EXPECT(&sh, "READY");
	type(&sh, STOP);
	EXPECT(&sh, PROMPT);
	type(&sh, "bg; sleep 0.2; jobs\n");
	EXPECT(&sh, "Running");
	EXPECT(&sh, PROMPT);
	type(&sh, "kill %1; wait %1; echo code=$?\n");
	EXPECT(&sh, "code=143");
	finish(&sh);
}

/* What the command ignores must not stop nono: the terminal would be the shell's while the command uses it. */
TEST(tty_command_ignores_stop)
{
	struct shell sh;

	start(&sh);
	type(&sh, "$nono sh -c 'trap \"\" TSTP; echo READY; sleep 0.5; echo DONE; exit 5'; echo code=$?\n");
	EXPECT(&sh, "READY");
	type(&sh, STOP);
	EXPECT(&sh, "DONE");
	EXPECT(&sh, "code=5");
	CHECK(!memmem(sh.text, sh.len, "Stopped", 7));
	finish(&sh);
}

/* And what it handles is its own affair. */
TEST(tty_command_handles_interrupt)
{
	struct shell sh;

	start(&sh);
	type(&sh,
	     "$nono bash -c 'n=0; trap \"n=\\$((n+1))\" INT; echo READY; sleep 0.5; sleep 0.3; echo N=$n; exit 5'; "
	     "echo code=$?\n");
	EXPECT(&sh, "READY");
	(void)usleep(100000);
	type(&sh, INTERRUPT);
	EXPECT(&sh, "N=1"); /* once: not again through nono */
	EXPECT(&sh, "code=5");
	finish(&sh);
}

TEST(tty_read_from_background)
{
	struct shell sh;

	start(&sh);
	type(&sh, "$nono cat &\n");
	EXPECT(&sh, PROMPT);
	type(&sh, "sleep 0.3; jobs\n");
	EXPECT(&sh, "Stopped");
	EXPECT(&sh, PROMPT);
	type(&sh, "fg\n");
	EXPECT(&sh, "cat");
	(void)usleep(100000);
	type(&sh, "hello\n");
	EXPECT(&sh, "hello");
	type(&sh, "\004");
	EXPECT(&sh, PROMPT);
	finish(&sh);
}

/* The command alone is stopped; then nono alone is continued. */
TEST(tty_stop_of_the_command_alone)
{
	struct shell sh;

	start(&sh);
	type(&sh, "$nono sh -c 'echo READY; kill -STOP $$; echo AGAIN; exit 6'\n");
	EXPECT(&sh, "READY");
	EXPECT(&sh, "Stopped");
	EXPECT(&sh, PROMPT);
	type(&sh, "kill -CONT $(jobs -p)\n");
	EXPECT(&sh, "AGAIN");
	type(&sh, "wait %1; echo code=$?\n");
	EXPECT(&sh, "code=6");
	finish(&sh);
}

/* At any moment of the start, a Ctrl-Z gives the terminal back. */
TEST(tty_stop_while_starting)
{
	struct shell sh;

	start(&sh);
	for (int i = 0; i < 40; i++) {
		type(&sh, "echo GO; $nono sleep 0.05\n");
		EXPECT(&sh, "GO");
		(void)usleep((useconds_t)(i * 50));
		type(&sh, STOP);
		EXPECT(&sh, PROMPT);
		type(&sh, "fg >/dev/null 2>&1; echo OVER\n");
		EXPECT(&sh, "OVER");
		EXPECT(&sh, PROMPT);
	}
	finish(&sh);
}

/* With the error output relayed to a pager-like reader, stops work the same, even while that reader is stopped. */
TEST(tty_stop_of_a_pipeline)
{
	struct shell sh;

	start(&sh);
	type(&sh, "$nono -o bash -c 'echo READY >/dev/tty; while :; do echo y; done' 2>&1 | (sleep 1000; cat)\n");
	EXPECT(&sh, "READY");
	(void)usleep(300000);
	type(&sh, STOP);
	EXPECT(&sh, "Stopped");
	EXPECT(&sh, PROMPT);
	type(&sh, "fg\n");
	EXPECT(&sh, "cat )"); /* as bash shows it */
	(void)usleep(100000);
	type(&sh, INTERRUPT);
	EXPECT(&sh, PROMPT);
	finish(&sh);
}
