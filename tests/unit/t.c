/* t.c - unit tests, each in a process of its own, reported as TAP.  SPDX-License-Identifier: Apache-2.0 */
#include "t.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TEST_UID 65533 /* reserved by Debian's policy for nobody's use; not 65534, which unmapped ids look like */
#define SECONDS_PER_TEST 20

/* What a test tells its parent, also from processes that it forked itself. */
struct shared {
	_Atomic int failures;
	_Atomic int skipped;
	_Atomic int no_leak_check;
	_Atomic int seconds;
	char reason[256];
	char tmpdir[PATH_MAX];
};

static struct shared *shared;
static struct t_test *tests;
static struct t_test **tests_end = &tests;

void t_register(struct t_test *t)
{
	*tests_end = t;
	tests_end = &t->next;
}

/* One write a line: lines of several processes do not mix. Standard output of a test is the harness's error output. */
static void complain(const char *file, int line, const char *text)
{
	char out[2048];
	int len = snprintf(out, sizeof(out), "# %s:%d: %s\n", file, line, text);
	size_t n = len < (int)sizeof(out) ? (size_t)len : sizeof(out) - 1;

	if (write(STDERR_FILENO, out, n) < 0)
		return; /* a test that closed its descriptors is still counted as failed */
}

bool t_check(bool ok, const char *file, int line, const char *fmt, ...)
{
	char text[1536];
	int saved_errno = errno;
	va_list ap;

	if (ok)
		return true;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	complain(file, line, text);
	shared->failures++;
	errno = saved_errno;
	return false;
}

void t_require(bool ok, const char *file, int line, const char *text)
{
	if (!t_check(ok, file, line, "required: %s", text))
		_exit(1);
}

bool t_check_int(long long got, long long want, const char *file, int line, const char *text)
{
	return t_check(got == want, file, line, "%s is %lld, not %lld", text, got, want);
}

bool t_check_str(const char *got, const char *want, const char *file, int line, const char *text)
{
	bool same = got && want ? strcmp(got, want) == 0 : got == want;

	return t_check(same, file, line, "%s is\n#   \"%s\", not\n#   \"%s\"", text, got ? got : "(NULL)",
		       want ? want : "(NULL)");
}

bool t_check_has(const char *text, const char *part, const char *file, int line, const char *expression)
{
	return t_check(text && strstr(text, part), file, line, "%s is\n#   \"%s\", without\n#   \"%s\"", expression,
		       text ? text : "(NULL)", part);
}

void t_skip(const char *reason)
{
	(void)snprintf(shared->reason, sizeof(shared->reason), "%s", reason);
	shared->skipped = 1;
	_exit(0);
}

void t_no_leak_check(void)
{
	shared->no_leak_check = 1;
}

void t_time_limit(int seconds)
{
	shared->seconds = seconds;
}

const char *t_srcdir(void)
{
	return T_SOURCE_ROOT;
}

const char *t_data(const char *name)
{
	static char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/tests/data/%s", T_SOURCE_ROOT, name);
	return path;
}

const char *t_tmpdir(void)
{
	const char *base = getenv("NONO_TEST_TMPDIR");

	if (shared->tmpdir[0])
		return shared->tmpdir;
	(void)snprintf(shared->tmpdir, sizeof(shared->tmpdir), "%s/nono-unit-XXXXXX",
		       base && base[0] ? base : "/var/tmp");
	if (!mkdtemp(shared->tmpdir)) {
		shared->tmpdir[0] = '\0';
		t_require(false, __FILE__, __LINE__, "a temporary directory");
	}
	return shared->tmpdir;
}

/* Empties and removes @name below @dir_fd; links are not followed and modes that a test set do not matter. */
static void remove_tree(int dir_fd, const char *name)
{
	struct dirent *e;
	DIR *dir;
	int fd;

	if (unlinkat(dir_fd, name, 0) == 0 || (errno != EISDIR && errno != EPERM && errno != EACCES))
		return;
	fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == EACCES && fchmodat(dir_fd, name, 0700, 0) == 0)
		fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fchmod(fd, 0700);
	dir = fdopendir(fd);
	while (dir && (e = readdir(dir)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			remove_tree(fd, e->d_name);
	if (dir)
		(void)closedir(dir);
	(void)unlinkat(dir_fd, name, AT_REMOVEDIR);
}

/* Root's powers would hide what a policy misses. */
static void become_user(void)
{
	const char *env = getenv("NONO_TEST_UID");
	unsigned id = env ? (unsigned)strtoul(env, NULL, 10) : TEST_UID;

	if (setgroups(0, NULL) < 0 || setresgid(id, id, id) < 0 || setresuid(id, id, id) < 0) {
		complain(__FILE__, __LINE__, "cannot give up root");
		_exit(1);
	}
	(void)prctl(PR_SET_DUMPABLE, 1); /* lost with the uid; without it /proc/self belongs to root */
}

static void run_child(const struct t_test *t, const sigset_t *signals)
{
	(void)setpgid(0, 0);
	(void)umask(022);
	(void)sigprocmask(SIG_SETMASK, signals, NULL);
	(void)dup2(STDERR_FILENO, STDOUT_FILENO); /* standard output is the report's */
	if (geteuid() == 0 && t->flags != T_ROOT)
		become_user();
	if (geteuid() != 0 && t->flags == T_ROOT)
		t_skip("root: this test needs it");
	t->run();
	(void)fflush(NULL);
	if (shared->failures || shared->no_leak_check)
		_exit(shared->failures ? 1 : 0);
	exit(0); /* through the leak checker */
}

static double seconds_since(const struct timespec *start)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

/* Waits for @pid; false when its time is up. Signal CHLD is blocked, so it cannot come between the look and the wait.
 */
static bool wait_child(pid_t pid, const struct timespec *start, int *ret_status)
{
	sigset_t chld;

	(void)sigemptyset(&chld);
	(void)sigaddset(&chld, SIGCHLD);
	while (waitpid(pid, ret_status, WNOHANG) == 0) {
		const struct timespec nap = {.tv_nsec = 100 * 1000 * 1000};

		if (seconds_since(start) > shared->seconds)
			return false;
		(void)sigtimedwait(&chld, NULL, &nap);
	}
	return true;
}

/* Is the word before the colon of @reason one that this run may not do without. */
static bool skip_is_failure(const char *reason)
{
	const char *list = getenv("NONO_TEST_REQUIRE");
	size_t len = strcspn(reason, ":");

	for (const char *p = list; p && *p; p += strcspn(p, ",") + (p[strcspn(p, ",")] == ',')) {
		size_t word = strcspn(p, ",");

		if (word == len && strncmp(p, reason, len) == 0)
			return true;
	}
	return false;
}

/* Runs one test and says in @ret_seconds how long it took. Returns whether it passed (or may be skipped). */
static bool run_test(const struct t_test *t, const sigset_t *signals, double *ret_seconds)
{
	struct timespec start;
	int status = 0;
	bool in_time;
	pid_t pid;

	*shared = (struct shared){.seconds = SECONDS_PER_TEST};
	(void)fflush(NULL);
	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	pid = fork();
	if (pid == 0)
		run_child(t, signals);
	if (pid < 0)
		return t_check(false, __FILE__, __LINE__, "fork: %s", strerror(errno));
	in_time = wait_child(pid, &start, &status);
	(void)kill(-pid, SIGKILL); /* whatever it left behind */
	if (!in_time) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, &status, 0);
		FAIL("%s: no end after %d s", t->name, shared->seconds);
	} else if (WIFSIGNALED(status)) {
		FAIL("%s: killed by signal %d", t->name, WTERMSIG(status));
	} else if (WEXITSTATUS(status) != 0 && shared->failures == 0) {
		FAIL("%s: exit code %d (23 is a leak)", t->name, WEXITSTATUS(status));
	}
	if (shared->tmpdir[0])
		remove_tree(AT_FDCWD, shared->tmpdir);
	*ret_seconds = seconds_since(&start);
	return shared->failures == 0 && !(shared->skipped && skip_is_failure(shared->reason));
}

static bool chosen(const struct t_test *t, char *const *patterns)
{
	if (!*patterns)
		return true;
	for (; *patterns; patterns++)
		if (fnmatch(*patterns, t->name, 0) == 0)
			return true;
	return false;
}

static int list_tests(void)
{
	for (struct t_test *t = tests; t; t = t->next)
		(void)puts(t->name);
	return 0;
}

int main(int argc, char **argv)
{
	int count = 0, number = 0, failed = 0, option;
	sigset_t chld, signals;
	bool verbose = false;

	while ((option = getopt(argc, argv, "lv")) != -1) {
		if (option == 'l')
			return list_tests();
		if (option != 'v')
			return 2;
		verbose = true;
	}
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 1;
	(void)sigemptyset(&chld);
	(void)sigaddset(&chld, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &chld, &signals);
	for (struct t_test *t = tests; t; t = t->next)
		count += chosen(t, argv + optind);
	(void)printf("TAP version 13\n1..%d\n", count);
	for (struct t_test *t = tests; t; t = t->next) {
		double seconds = 0;
		bool ok;

		if (!chosen(t, argv + optind))
			continue;
		ok = run_test(t, &signals, &seconds);
		failed += !ok;
		(void)printf("%sok %d - %s%s%s\n", ok ? "" : "not ", ++number, t->name,
			     shared->skipped ? " # SKIP " : "", shared->skipped ? shared->reason : "");
		if (verbose)
			(void)printf("# %.3f s\n", seconds);
	}
	return failed || !count;
}
