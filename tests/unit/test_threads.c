/* test_threads.c - confining a process that has threads: all of them, or none.  SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>

#include "sandbox_t.h"
#include "t.h"

#define THREADS 12
#define CALL_SIGNAL 33

/* One thread that waits to be asked, in a way of its own. */
struct worker {
	pthread_t thread;
	void (*wait)(struct worker *);
	sem_t ready, ask, answered;
	_Atomic int asked;
	int pipe[2];
	int result; /* errno of opening the file, 0 for none */
};

static char file[4096];
static _Atomic int stop;

static int try_file(void)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	int result = fd < 0 ? errno : 0;

	if (fd >= 0)
		(void)close(fd);
	return result;
}

static void wait_semaphore(struct worker *w)
{
	while (sem_wait(&w->ask) < 0 && errno == EINTR)
		;
}

static void wait_reading(struct worker *w)
{
	char c;

	while (read(w->pipe[0], &c, 1) < 0 && errno == EINTR)
		;
}

static void wait_spinning(struct worker *w)
{
	while (!atomic_load(&w->asked))
		;
}

/* What Node's inspector does: every signal that the C library lets one block is blocked. */
static void wait_deaf(struct worker *w)
{
	sigset_t all;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, NULL);
	wait_semaphore(w);
}

/* Go's threads have stacks of a few kilobytes and take signals on another one. */
static void wait_other_stack(struct worker *w)
{
	char *room = malloc(65536);
	const stack_t other = {.ss_sp = room, .ss_size = 65536}, none = {.ss_flags = SS_DISABLE};

	CHECK(room && sigaltstack(&other, NULL) == 0);
	wait_semaphore(w);
	CHECK(sigaltstack(&none, NULL) == 0);
	free(room);
}

static void *work(void *arg)
{
	struct worker *w = arg;

	for (int round = 0; round < 2; round++) {
		(void)sem_post(&w->ready);
		w->wait(w);
		w->result = try_file();
		atomic_store(&w->asked, 0);
		(void)sem_post(&w->answered);
	}
	return NULL;
}

static void start(struct worker *w, void (*wait)(struct worker *))
{
	w->wait = wait;
	REQUIRE(pipe2(w->pipe, O_CLOEXEC) == 0 && sem_init(&w->ready, 0, 0) == 0 && sem_init(&w->ask, 0, 0) == 0 &&
		sem_init(&w->answered, 0, 0) == 0);
	REQUIRE(pthread_create(&w->thread, NULL, work, w) == 0);
	(void)sem_wait(&w->ready);
}

static int ask(struct worker *w)
{
	atomic_store(&w->asked, 1);
	(void)sem_post(&w->ask);
	(void)!write(w->pipe[1], "x", 1);
	while (sem_wait(&w->answered) < 0)
		;
	if (w->wait == wait_reading || w->wait == wait_spinning)
		while (sem_trywait(&w->ask) == 0)
			;
	return w->result;
}

/* A set that grants nothing but reading a directory beside the file, or /proc. */
static struct nono_sandbox *prepare_sandbox(bool proc)
{
	struct nono_capset set = {0};
	struct nono_sandbox *sandbox = NULL;
	char dir[4096];
	int fd;

	(void)snprintf(file, sizeof(file), "%s/file", t_tmpdir());
	(void)snprintf(dir, sizeof(dir), "%s/granted", t_tmpdir());
	fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	REQUIRE(fd >= 0 && mkdir(dir, 0700) == 0);
	(void)close(fd);
	REQUIRE(add_grant(&set, proc ? "/proc" : dir, NONO_RIGHTS_READ));
	if (nono_sandbox_prepare(&set, &sandbox, NULL) < 0)
		SKIP("landlock: this kernel has none");
	nono_capset_done(&set);
	t_no_leak_check();
	return sandbox;
}

static void *do_nothing(void *arg)
{
	return arg;
}

/* Makes threads all the while: one that is made during the call must not slip through. */
static void *make_threads(void *arg)
{
	(void)arg;
	while (!atomic_load(&stop)) {
		pthread_t t;

		if (pthread_create(&t, NULL, do_nothing, NULL) == 0)
			(void)pthread_join(t, NULL);
	}
	return (void *)(intptr_t)try_file();
}

/* A setuid(2) of the C library's, which uses the same signal. */
static void *change_ids(void *arg)
{
	(void)arg;
	while (!atomic_load(&stop))
		CHECK(setresuid((uid_t)-1, geteuid(), (uid_t)-1) == 0);
	return (void *)(intptr_t)try_file();
}

TEST(every_thread_is_confined)
{
	static void (*const ways[])(struct worker *) = {wait_semaphore, wait_reading, wait_spinning, wait_deaf,
							wait_other_stack};
	static struct worker workers[THREADS];
	struct nono_sandbox *sandbox = prepare_sandbox(false);
	struct nono_stage_report report = {0};
	struct nono_error err = {0};
	bool threads = false;

	for (size_t i = 0; i < THREADS; i++)
		start(&workers[i], ways[i % NONO_ARRAY_SIZE(ways)]);
	CHECK_INT(nono_sandbox_has_threads(&threads, &err), 0);
	CHECK(threads);
	for (size_t i = 0; i < THREADS; i++) {
		CHECK_INT(ask(&workers[i]), 0);
		(void)sem_wait(&workers[i].ready);
	}
	CHECK_INT(nono_sandbox_apply_process(sandbox, &report, &err), 0);
	CHECK_STR(err.text, "");
	CHECK_INT(try_file(), EACCES);
	for (size_t i = 0; i < THREADS; i++)
		CHECK_INT(ask(&workers[i]), EACCES);
	for (size_t i = 0; i < THREADS; i++)
		(void)pthread_join(workers[i].thread, NULL);
}

TEST(threads_made_meanwhile_are_confined)
{
	struct nono_sandbox *sandbox = prepare_sandbox(false);
	struct nono_stage_report report = {0};
	pthread_t makers[3];
	void *result;

	for (size_t i = 0; i < NONO_ARRAY_SIZE(makers); i++)
		REQUIRE(pthread_create(&makers[i], NULL, make_threads, NULL) == 0);
	CHECK_INT(try_file(), 0);
	CHECK_INT(nono_sandbox_apply_process(sandbox, &report, NULL), 0);
	atomic_store(&stop, 1);
	for (size_t i = 0; i < NONO_ARRAY_SIZE(makers); i++) {
		(void)pthread_join(makers[i], &result);
		CHECK_INT((intptr_t)result, EACCES);
	}
}

TEST(the_c_librarys_own_calls_go_on)
{
	struct nono_sandbox *sandbox = prepare_sandbox(true);
	struct nono_stage_report report = {0};
	pthread_t changers[2];
	void *result;

	for (size_t i = 0; i < NONO_ARRAY_SIZE(changers); i++)
		REQUIRE(pthread_create(&changers[i], NULL, change_ids, NULL) == 0);
	for (int i = 0; i < 5; i++) /* domains stack */
		CHECK_INT(nono_sandbox_apply_process(sandbox, &report, NULL), 0);
	CHECK(setresuid((uid_t)-1, geteuid(), (uid_t)-1) == 0);
	atomic_store(&stop, 1);
	for (size_t i = 0; i < NONO_ARRAY_SIZE(changers); i++) {
		(void)pthread_join(changers[i], &result);
		CHECK_INT((intptr_t)result, EACCES);
	}
}

/* Past the C library, a thread can make itself unreachable. */
static void wait_unreachable(struct worker *w)
{
	uint64_t one = UINT64_C(1) << (CALL_SIGNAL - 1);

	CHECK(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &one, NULL, sizeof(one)) == 0);
	(void)sem_post(&w->ready);
	wait_semaphore(w);
	CHECK(syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, &one, NULL, sizeof(one)) == 0);
}

TEST(a_thread_that_cannot_be_reached_keeps_all_as_they_were)
{
	static struct worker lost, other;
	struct nono_sandbox *sandbox = prepare_sandbox(false);
	struct nono_stage_report report = {0};
	struct nono_error err = {0};

	start(&other, wait_semaphore);
	start(&lost, wait_unreachable);
	(void)sem_wait(&lost.ready);
	CHECK_INT(nono_sandbox_apply_process(sandbox, &report, &err), -NONO_E_SYSTEM);
	CHECK_INT(err.sys_errno, ETIMEDOUT);
	CHECK_HAS(err.text, "nothing was confined");
	CHECK_INT(try_file(), 0);
	CHECK_INT(ask(&other), 0);
	CHECK_INT(ask(&lost), 0); /* and the signal that comes only now is harmless */
	(void)sem_wait(&lost.ready);
}

TEST(what_the_kernel_refuses_reaches_no_other_thread)
{
	static struct worker other;
	struct nono_sandbox *sandbox = prepare_sandbox(true);
	struct nono_stage_report report = {0};

	start(&other, wait_semaphore);
	for (int i = 0; i < 16; i++)
		CHECK_INT(nono_sandbox_apply_child(sandbox, &report), 0);
	CHECK_INT(nono_sandbox_apply_process(sandbox, &report, NULL), 1);
	CHECK_INT(report.stage, NONO_STAGE_LANDLOCK);
	CHECK_INT(report.sys_errno, E2BIG);
	CHECK_INT(ask(&other), 0);
}

static struct nono_sandbox *left_sandbox;
static pthread_t main_thread;

static void *outlive_main(void *arg)
{
	struct nono_stage_report report = {0};

	(void)arg;
	(void)pthread_join(main_thread, NULL);
	CHECK_INT(try_file(), 0);
	CHECK_INT(nono_sandbox_apply_process(left_sandbox, &report, NULL), 0);
	CHECK_INT(try_file(), EACCES);
	_exit(0);
}

TEST(a_main_thread_that_ended_is_not_waited_for)
{
	pthread_t t;

	left_sandbox = prepare_sandbox(false);
	main_thread = pthread_self();
	REQUIRE(pthread_create(&t, NULL, outlive_main, NULL) == 0);
	pthread_exit(NULL);
}

/* Inside, where the list of threads cannot be read: alone it works, with others nothing is done by halves. */
TEST(without_proc)
{
	static struct worker other;
	struct nono_sandbox *sandbox = prepare_sandbox(false);
	struct nono_stage_report report = {0};
	struct nono_error err = {0};

	CHECK_INT(nono_sandbox_apply_process(sandbox, &report, &err), 0);
	CHECK_INT(nono_sandbox_apply_process(sandbox, &report, &err), 0);
	start(&other, wait_semaphore);
	CHECK_INT(nono_sandbox_apply_process(sandbox, &report, &err), -NONO_E_SYSTEM);
	CHECK_INT(err.sys_errno, EACCES);
	CHECK_HAS(err.text, "/proc/self/task");
	CHECK_INT(ask(&other), EACCES);
}

TEST(one_thread_alone)
{
	struct nono_sandbox *sandbox = prepare_sandbox(false);
	struct nono_stage_report report = {0};
	bool threads = true;

	CHECK_INT(nono_sandbox_has_threads(&threads, NULL), 0);
	CHECK(!threads);
	CHECK_INT(try_file(), 0);
	CHECK_INT(nono_sandbox_apply_process(sandbox, &report, NULL), 0);
	CHECK_INT(try_file(), EACCES);
}
