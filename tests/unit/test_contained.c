/* test_contained.c - a run inside a program with threads, handlers and children.  SPDX-License-Identifier: Apache-2.0
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "base/util.h"
#include "run/run.h"
#include "run_stub.h"
#include "t.h"

static const int works = 0;
static char *const no_env[] = {(char *)"PATH=/usr/bin:/bin", NULL};
static const int own[] = {0, 1, 2};
static _Atomic int heard;

static struct nono_run_result run_sh(const char *script, const int stdio[3], bool observe)
{
	char *const argv[] = {(char *)"sh", (char *)"-c", (char *)script, NULL};
	const struct nono_run_spec spec = {.program = "/bin/sh",
					   .argv = argv,
					   .envp = no_env,
					   .sandbox = stub_sandbox(&works),
					   .observe = observe};
	struct nono_run_result result = {0};
	struct nono_error err = {0};

	CHECK_INT(nono_run_contained(&spec, stdio, NULL, &result, &err), 0);
	CHECK_STR(err.text, "");
	return result;
}

static int run_code(const char *script)
{
	struct nono_run_result result = run_sh(script, own, false);
	int code = result.exit_code;

	CHECK_INT(result.failed.stage, NONO_STAGE_NONE);
	nono_run_result_done(&result);
	return code;
}

static void read_pipe(int fd, char *text, size_t size)
{
	size_t len = 0;
	ssize_t got;

	while (len < size - 1 && (got = read(fd, text + len, size - 1 - len)) > 0)
		len += (size_t)got;
	text[len] = '\0';
}

TEST(exit_codes_and_signals)
{
	CHECK_INT(run_code("exit 0"), 0);
	CHECK_INT(run_code("exit 7"), 7);
	CHECK_INT(run_code("kill -TERM $$"), 128 + SIGTERM);
}

TEST(a_start_that_fails_is_told)
{
	static const int broken = EOPNOTSUPP;
	char *const argv[] = {(char *)"x", NULL};
	struct nono_run_spec spec = {
		.program = "/no/such", .argv = argv, .envp = no_env, .sandbox = stub_sandbox(&works)};
	struct nono_run_result result = {0};

	CHECK_INT(nono_run_contained(&spec, own, NULL, &result, NULL), 0);
	CHECK_INT(result.failed.stage, NONO_STAGE_EXEC);
	CHECK_INT(result.exit_code, 127);
	spec.program = "/bin/true";
	spec.sandbox = stub_sandbox(&broken);
	CHECK_INT(nono_run_contained(&spec, own, NULL, &result, NULL), 0);
	CHECK_INT(result.failed.stage, NONO_STAGE_LANDLOCK);
	CHECK_INT(result.exit_code, 126);
	spec.sandbox = NULL;
	CHECK_INT(nono_run_contained(&spec, own, NULL, &result, NULL), -NONO_E_POLICY);
}

static void on_child(int signo)
{
	(void)signo;
	heard++;
}

/* Neither a handler nor a wait for any child nor an ignored SIGCHLD gets in the way, or notices. */
TEST(the_programs_own_children_are_its_own)
{
	struct sigaction handler = {.sa_handler = on_child}, ignore = {.sa_handler = SIG_IGN}, now;

	REQUIRE(sigaction(SIGCHLD, &handler, NULL) == 0);
	CHECK_INT(run_code("exit 3"), 3);
	CHECK_INT(heard, 0);
	CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
	REQUIRE(sigaction(SIGCHLD, &ignore, NULL) == 0);
	CHECK_INT(run_code("exit 4"), 4);
	CHECK(sigaction(SIGCHLD, NULL, &now) == 0 && now.sa_handler == SIG_IGN);
	CHECK_INT(prctl(PR_GET_DUMPABLE), 1);
}

TEST(signals_in_the_command)
{
	struct sigaction handler = {.sa_handler = on_child}, ignore = {.sa_handler = SIG_IGN};
	sigset_t before = {0}, after = {0};

	REQUIRE(sigaction(SIGUSR1, &handler, NULL) == 0 && sigaction(SIGPIPE, &ignore, NULL) == 0);
	(void)pthread_sigmask(SIG_SETMASK, NULL, &before);
	CHECK_INT(run_code("kill -USR1 $$"), 128 + SIGUSR1);
	CHECK_INT(run_code("kill -PIPE $$"), 128 + SIGPIPE);
	CHECK_INT(heard, 0);
	(void)pthread_sigmask(SIG_SETMASK, NULL, &after);
	CHECK(memcmp(&before, &after, sizeof(before)) == 0);
}

TEST(stdio_is_the_callers)
{
	struct nono_run_result result;
	int in[2], out[2], errors[2];
	char text[256];

	REQUIRE(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0 && pipe2(errors, O_CLOEXEC) == 0);
	REQUIRE(write(in[1], "hello\n", 6) == 6);
	(void)close(in[1]);
	result = run_sh("cat; echo 'cat: /x/y: Permission denied' >&2; exit 1", (const int[]){in[0], out[1], errors[1]},
			true);
	(void)close(out[1]);
	(void)close(errors[1]);
	read_pipe(out[0], text, sizeof(text));
	CHECK_STR(text, "hello\n");
	read_pipe(errors[0], text, sizeof(text));
	CHECK_STR(text, "cat: /x/y: Permission denied\n");
	CHECK_INT(result.exit_code, 1);
	CHECK(result.observed);
	REQUIRE(result.paths.len == 1);
	CHECK_STR(result.paths.items[0].path, "/x/y");
	nono_run_result_done(&result);
}

/* Crosswise: nothing is overwritten that is still needed. */
TEST(stdio_may_be_exchanged)
{
	char name[4096], text[64];
	int fd;

	(void)snprintf(name, sizeof(name), "%s/out", t_tmpdir());
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	REQUIRE(fd > 2 && dup3(fd, 0, 0) == 0);
	CHECK_INT(run_sh("echo out; echo error >&2", (const int[]){2, 0, 0}, true).exit_code, 0);
	CHECK_INT(lseek(fd, 0, SEEK_SET), 0);
	read_pipe(fd, text, sizeof(text));
	CHECK_STR(text, "out\nerror\n");
}

TEST(what_is_not_open_is_empty)
{
	const int bad[] = {0, 1, 99};
	char *const argv[] = {(char *)"true", NULL};
	const struct nono_run_spec spec = {
		.program = "/bin/true", .argv = argv, .envp = no_env, .sandbox = stub_sandbox(&works)};
	struct nono_run_result result = {0};
	struct nono_error err = {0};

	(void)close(0);
	CHECK_INT(run_code("test -z \"$(cat)\""), 0);
	CHECK(fcntl(0, F_GETFD) < 0);
	CHECK_INT(nono_run_contained(&spec, bad, NULL, &result, &err), -NONO_E_SYSTEM);
	CHECK_HAS(err.text, "descriptor 99");
}

static void *run_reader(void *arg)
{
	CHECK_INT(run_sh("echo; read x", arg, false).exit_code, 0);
	return NULL;
}

static void *run_many(void *arg)
{
	for (int i = 0; i < 20; i++) {
		char script[32];

		(void)snprintf(script, sizeof(script), "exit %d", (int)(intptr_t)arg + i);
		CHECK_INT(run_code(script), (int)(intptr_t)arg + i);
	}
	return NULL;
}

TEST(several_threads_at_once)
{
	pthread_t threads[4];

	for (size_t i = 0; i < NONO_ARRAY_SIZE(threads); i++)
		REQUIRE(pthread_create(&threads[i], NULL, run_many, (void *)(i * 30)) == 0);
	for (size_t i = 0; i < NONO_ARRAY_SIZE(threads); i++)
		(void)pthread_join(threads[i], NULL);
	CHECK(waitpid(-1, NULL, __WALL | WNOHANG) < 0 && errno == ECHILD);
}

/* Output that nobody reads any more is told to the command, as without nono, and not to the program. */
TEST(a_reader_that_left)
{
	int errors[2];

	REQUIRE(pipe2(errors, O_CLOEXEC) == 0);
	(void)close(errors[0]);
	CHECK_INT(run_sh("while :; do echo x; done >&2", (const int[]){0, 1, errors[1]}, true).term_signal, SIGPIPE);
}

/* Pipes that the program has open for others are not kept open by a run. */
TEST(nothing_of_the_program_stays_open)
{
	int other[2], in[2], out[2];
	int stdio[3];
	pthread_t thread;
	char c;

	REQUIRE(pipe2(other, O_CLOEXEC) == 0 && pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
	stdio[0] = in[0];
	stdio[1] = out[1];
	stdio[2] = 2;
	REQUIRE(pthread_create(&thread, NULL, run_reader, stdio) == 0);
	REQUIRE(read(out[0], &c, 1) == 1); /* it runs */
	(void)close(other[1]);
	CHECK_INT(read(other[0], &c, 1), 0); /* or this waits for the command, which waits for what comes next */
	REQUIRE(write(in[1], "\n", 1) == 1);
	(void)pthread_join(thread, NULL);
}

TEST(a_background_writer_goes_on)
{
	struct nono_run_result result;
	int errors[2], go[2];
	char text[64];

	REQUIRE(pipe2(errors, O_CLOEXEC) == 0 && pipe2(go, O_CLOEXEC) == 0);
	result = run_sh("exec 3<&0; (read x <&3; echo late >&2) >/dev/null & echo early >&2; exit 5",
			(const int[]){go[0], 1, errors[1]}, true);
	CHECK_INT(result.exit_code, 5);
	(void)close(errors[1]);
	(void)close(go[0]);
	CHECK(waitpid(-1, NULL, __WALL | WNOHANG) < 0 && errno == ECHILD);
	REQUIRE(write(go[1], "\n", 1) == 1);
	read_pipe(errors[0], text, sizeof(text));
	CHECK_STR(text, "early\nlate\n");
	nono_run_result_done(&result);
}

/* The command does not outlive the program. */
TEST(it_dies_with_its_caller)
{
	int alive[2], status;
	char c;
	pid_t pid;

	REQUIRE(pipe2(alive, O_CLOEXEC) == 0);
	pid = fork();
	if (pid == 0) {
		(void)run_sh("echo; exec sleep 100", (const int[]){0, alive[1], 2}, false);
		_exit(0);
	}
	(void)close(alive[1]);
	REQUIRE(read(alive[0], &c, 1) == 1);
	REQUIRE(kill(pid, SIGKILL) == 0 && waitpid(pid, &status, 0) == pid);
	CHECK_INT(read(alive[0], &c, 1), 0);
}

/* ---- ended from outside ---- */

static struct nono_run_result run_controlled(const char *script, const int stdio[3],
					     const struct nono_run_control *control)
{
	char *const argv[] = {(char *)"sh", (char *)"-c", (char *)script, NULL};
	const struct nono_run_spec spec = {
		.program = "/bin/sh", .argv = argv, .envp = no_env, .sandbox = stub_sandbox(&works), .observe = true};
	struct nono_run_result result = {0};
	struct nono_error err = {0};

	t_time_limit(60);
	CHECK_INT(nono_run_contained(&spec, stdio, control, &result, &err), 0);
	CHECK_STR(err.text, "");
	CHECK(waitpid(-1, NULL, __WALL | WNOHANG) < 0 && errno == ECHILD);
	return result;
}

static long ms_since(const struct timespec *begin)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - begin->tv_sec) * 1000 + (now.tv_nsec - begin->tv_nsec) / 1000000;
}

static struct timespec now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t;
}

TEST(a_timeout)
{
	struct nono_run_control control = {.timeout_ms = 100, .grace_ms = 10000, .signal_fd = -1};
	struct timespec begin = now();
	struct nono_run_result r = run_controlled("exec sleep 100", own, &control);

	CHECK_INT(r.term_signal, SIGTERM);
	CHECK_INT(r.exit_code, 128 + SIGTERM);
	CHECK_INT(r.stop, NONO_STOP_TIMEOUT);
	CHECK(ms_since(&begin) >= 100 && ms_since(&begin) < 9000);
	/* One that ends by itself on SIGTERM, a stopped one, one that does not hear. */
	r = run_controlled("trap 'exit 7' TERM; while :; do sleep 0.01; done", own, &control);
	CHECK_INT(r.exit_code, 7);
	CHECK_INT(r.stop, NONO_STOP_TIMEOUT);
	r = run_controlled("kill -STOP $$; exit 3", own, &control);
	CHECK_INT(r.term_signal, SIGTERM);
	control.grace_ms = 100;
	begin = now();
	r = run_controlled("trap '' TERM; while :; do sleep 0.01; done", own, &control);
	CHECK_INT(r.term_signal, SIGKILL);
	CHECK_INT(r.stop, NONO_STOP_TIMEOUT);
	CHECK(ms_since(&begin) >= 200);
	control.grace_ms = 0;
	r = run_controlled("trap '' TERM; exec sleep 100", own, &control);
	CHECK_INT(r.term_signal, SIGKILL);
	/* The control: in time. */
	control.timeout_ms = 50000;
	r = run_controlled("exit 5", own, &control);
	CHECK_INT(r.exit_code, 5);
	CHECK_INT(r.stop, NONO_STOP_NONE);
	control.timeout_ms = UINT32_MAX;
	CHECK_INT(run_controlled("exit 6", own, &control).exit_code, 6);
	control.timeout_ms = 0;
	CHECK_INT(run_controlled("sleep 0.3; exit 4", own, &control).exit_code, 4);
}

static void *signal_later(void *arg)
{
	const int *fds = arg; /* when there is output on the first, a signal into the second */
	const unsigned char bytes[] = {0, 255, 200, SIGUSR1};
	char c;

	CHECK(read(fds[0], &c, 1) == 1);
	CHECK(write(fds[1], bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes));
	return NULL;
}

TEST(signals_are_passed_on)
{
	struct nono_run_control control = {.grace_ms = 0};
	struct nono_run_result r;
	int ends[2], out[2], fds[2];
	pthread_t thread;

	REQUIRE(pipe2(ends, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
	control.signal_fd = ends[0];
	fds[0] = out[0];
	fds[1] = ends[1];
	REQUIRE(pthread_create(&thread, NULL, signal_later, fds) == 0);
	r = run_controlled("trap 'exit 9' USR1; echo; while :; do sleep 0.01; done", (const int[]){0, out[1], 2},
			   &control);
	(void)pthread_join(thread, NULL);
	CHECK_INT(r.exit_code, 9);
	CHECK_INT(r.stop, NONO_STOP_SIGNAL);
	/* One that was there before. */
	REQUIRE(write(ends[1], (const unsigned char[]){SIGKILL}, 1) == 1);
	r = run_controlled("exec sleep 100", own, &control);
	CHECK_INT(r.term_signal, SIGKILL);
	CHECK_INT(r.stop, NONO_STOP_SIGNAL);
	/* None: the end of the pipe is no signal, and takes no time either. */
	CHECK_INT(run_controlled("exit 2", own, &control).stop, NONO_STOP_NONE);
	(void)close(ends[1]);
	r = run_controlled("sleep 0.3; exit 3", own, &control);
	CHECK_INT(r.exit_code, 3);
	CHECK_INT(r.stop, NONO_STOP_NONE);
}

/* With a group of its own nobody of it is left; without one, the command alone is ended. */
TEST(a_timeout_of_a_group)
{
	static const char script[] =
		"trap '' TERM; sh -c 'trap \"\" TERM; echo; exec sleep 100' & trap 'exit 1' TERM; wait";

	for (int group = 0; group < 2; group++) {
		const struct nono_run_control control = {
			.timeout_ms = 300, .grace_ms = 10000, .signal_fd = -1, .own_group = group};
		struct nono_run_result r;
		struct pollfd poll_end;
		int out[2];
		char c;

		REQUIRE(pipe2(out, O_CLOEXEC) == 0);
		r = run_controlled(script, (const int[]){0, out[1], 2}, &control);
		CHECK_INT(r.exit_code, 1);
		CHECK_INT(r.stop, NONO_STOP_TIMEOUT);
		(void)close(out[1]);
		REQUIRE(read(out[0], &c, 1) == 1);
		poll_end = (struct pollfd){.fd = out[0], .events = POLLIN};
		/* At the end only where the one in the background is gone. */
		CHECK_INT(poll(&poll_end, 1, group ? 10000 : 300), group);
		(void)close(out[0]);
	}
}

/* Error output that nobody reads does not hold up who set a limit; what was written is not lost. */
TEST(a_timeout_with_a_reader_that_sleeps)
{
	const struct nono_run_control control = {.timeout_ms = 300, .grace_ms = 0, .signal_fd = -1};
	int errors[2];
	struct nono_run_result r;
	char text[4096];
	ssize_t got, sum = 0;

	REQUIRE(pipe2(errors, O_CLOEXEC) == 0);
	r = run_controlled("while :; do echo 0123456789; done >&2", (const int[]){0, 1, errors[1]}, &control);
	CHECK_INT(r.term_signal, SIGKILL);
	CHECK_INT(r.stop, NONO_STOP_TIMEOUT);
	nono_run_result_done(&r);
	(void)close(errors[1]);
	while ((got = read(errors[0], text, sizeof(text))) > 0)
		sum += got;
	CHECK(got == 0 && sum > 65536);
}

/* A program may have closed what others take for granted. */
TEST(without_descriptors_of_its_own)
{
	static const int broken = EOPNOTSUPP;
	const struct nono_run_control control = {.timeout_ms = 20000, .signal_fd = -1};
	char *const argv[] = {(char *)"sh", (char *)"-c", (char *)"test -z \"$(cat)\" && echo x >&2; exit 6", NULL};
	struct nono_run_spec spec = {
		.program = "/bin/sh", .argv = argv, .envp = no_env, .sandbox = stub_sandbox(&works), .observe = true};
	int saved[3], codes[2] = {-1, -1}, stages[2] = {-1, -1}, out[2];
	char c = 0;

	REQUIRE(pipe2(out, O_CLOEXEC) == 0);
	for (int i = 0; i < 3; i++) {
		saved[i] = fcntl(i, F_DUPFD_CLOEXEC, 10);
		(void)close(i);
	}
	for (int i = 0; i < 2; i++) {
		struct nono_run_result r = {0};

		spec.sandbox = stub_sandbox(i ? &broken : &works);
		if (nono_run_contained(&spec, (const int[]){0, 1, out[1]}, &control, &r, NULL) == 0) {
			codes[i] = r.exit_code;
			stages[i] = r.failed.stage;
		}
		nono_run_result_done(&r);
	}
	for (int i = 0; i < 3; i++)
		(void)dup2(saved[i], i);
	CHECK_INT(codes[0], 6);
	CHECK_INT(stages[0], NONO_STAGE_NONE);
	CHECK(read(out[0], &c, 1) == 1 && c == 'x');
	CHECK_INT(codes[1], 126);
	CHECK_INT(stages[1], NONO_STAGE_LANDLOCK);
}
