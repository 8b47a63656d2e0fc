/* t.c - a small forking TAP harness.  SPDX-License-Identifier: Apache-2.0 */
#include "t.h"

#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS 60
#define ORDINARY_ID 65534
#define EXIT_SKIP 77

static struct t_case *first;
static struct t_case **last = &first;
static int failures;
static char tmpdir[PATH_MAX];

void t_register(struct t_case *c)
{
	*last = c;
	last = &c->next;
}

void t_fail(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	failures++;
	va_start(ap, fmt);
	(void)printf("# %s:%d: ", file, line);
	(void)vprintf(fmt, ap);
	(void)printf("\n");
	(void)fflush(stdout);
	va_end(ap);
}

void t_stop(void)
{
	(void)fflush(stdout);
	exit(failures ? 1 : 0);
}

void t_skip(const char *reason)
{
	(void)printf("# skipped: %s\n", reason);
	(void)fflush(stdout);
	exit(EXIT_SKIP);
}

const char *t_tmpdir(void)
{
	return tmpdir;
}

const char *t_data(const char *name)
{
	static char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", NONO_TEST_DATA, name);
	return path;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static void make_tmpdir(const struct t_case *c)
{
	(void)snprintf(tmpdir, sizeof(tmpdir), "/var/tmp/nono-unit-XXXXXX");
	if (!mkdtemp(tmpdir)) {
		perror("mkdtemp");
		exit(2);
	}
	if (getuid() == 0 && !c->as_root && chown(tmpdir, ORDINARY_ID, ORDINARY_ID) < 0) {
		perror("chown");
		exit(2);
	}
}

static void become_ordinary(void)
{
	if (setgroups(0, NULL) < 0 || setresgid(ORDINARY_ID, ORDINARY_ID, ORDINARY_ID) < 0 ||
	    setresuid(ORDINARY_ID, ORDINARY_ID, ORDINARY_ID) < 0) {
		perror("setresuid");
		exit(2);
	}
}

static int run_case(const struct t_case *c)
{
	int status = 0;
	pid_t pid;

	make_tmpdir(c);
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (getuid() == 0 && !c->as_root)
			become_ordinary();
		(void)alarm(SECONDS);
		c->run();
		t_stop();
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0) {
		perror("fork");
		exit(2);
	}
	(void)nftw(tmpdir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	if (WIFSIGNALED(status))
		(void)printf("# ended by signal %d\n", WTERMSIG(status));
	return status;
}

int main(int argc, char **argv)
{
	int count = 0, bad = 0;

	for (const struct t_case *c = first; c; c = c->next)
		count++;
	(void)printf("1..%d\n", count);
	count = 0;
	for (const struct t_case *c = first; c; c = c->next) {
		const char *note = "";
		int status;

		count++;
		if (argc > 1 && !strstr(c->name, argv[1]))
			continue;
		if (c->as_root && getuid() != 0) {
			(void)printf("ok %d %s # SKIP needs root\n", count, c->name);
			continue;
		}
		status = run_case(c);
		if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SKIP) {
			status = 0;
			note = " # SKIP";
		}
		bad += status != 0;
		(void)printf("%sok %d %s%s\n", status ? "not " : "", count, c->name, note);
	}
	(void)fflush(stdout);
	return bad != 0;
}
