/* threads.c - confining every thread of the calling process, or none.  SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/util.h"
#include "sandbox/linux/backend.h"

/*
 * Credentials, and with them the Landlock domain, are a thread's own. Each thread therefore has to confine itself; they
 * are called together as setuid(2) of the C library does it: by the signal that the library keeps for that purpose,
 * which no program can block or use otherwise. First every thread is made to wait in the handler, so that none can make
 * another one meanwhile; only when all of them are there is anybody confined. If one does not come in time, all go on
 * as before. Until the last step has begun, nothing has changed.
 *
 * While others wait they may hold any lock, malloc's too: until they are let go only raw system calls are made here.
 */
#define CALL_SIGNAL 33 /* glibc's SIGSETXID */
#define GATHER_MS 2000 /* for all of them to come */
#define ROUND_MS 20    /* between two looks at who has ended */

/* The kernel's, which the C library's functions do not hand out for this signal. */
#if defined(__x86_64__) || defined(__aarch64__)
#define CALL_POSSIBLE 1
#else
#define CALL_POSSIBLE 0
#endif
struct kernel_sigaction {
	void (*handler)(int, siginfo_t *, void *);
	unsigned long flags;
	void (*restorer)(void);
	uint64_t mask;
};

enum { WAITING, CONFINE, GO_ON }; /* the order that the waiting threads follow */

struct slot {
	pid_t tid;
	bool called;
	_Atomic int here; /* waits in the handler */
	_Atomic int left; /* has done as ordered */
	struct nono_stage_report report;
};

struct assembly {
	const struct nono_sandbox *sandbox;
	struct slot *slots; /* NONO_THREADS of them */
	size_t count;
	_Atomic uint32_t order;
	_Atomic uint32_t moved; /* counts arrivals and departures, to be waited for */
};

/* Static, because a signal may arrive late: what the handler works with, NULL while nobody is called; ... */
static struct assembly *_Atomic current;
/* ... how many threads are in it; and what it hands the C library's own calls on to. */
static _Atomic uint32_t inside;
static struct kernel_sigaction library_action;

static long futex(_Atomic uint32_t *word, int op, uint32_t value, const struct timespec *timeout)
{
	return syscall(SYS_futex, word, op | FUTEX_PRIVATE_FLAG, value, timeout, NULL, 0);
}

static void tell(_Atomic uint32_t *word)
{
	atomic_fetch_add(word, 1);
	(void)futex(word, FUTEX_WAKE, INT32_MAX, NULL);
}

/* The slot that a signal is about; NULL for a signal that somebody else sent. */
static struct slot *slot_of(struct assembly *a, const siginfo_t *info)
{
	uintptr_t at = (uintptr_t)info->si_value.sival_ptr, first = a ? (uintptr_t)a->slots : 0;
	struct slot *slot;

	if (!a || info->si_code != SI_QUEUE || at < first || at >= (uintptr_t)(a->slots + NONO_THREADS) ||
	    (at - first) % sizeof(struct slot) != 0)
		return NULL;
	slot = &a->slots[(at - first) / sizeof(struct slot)];
	return slot->tid == (pid_t)syscall(SYS_gettid) ? slot : NULL;
}

static void follow(struct assembly *a, struct slot *slot)
{
	if (atomic_exchange(&slot->here, 1))
		return;
	tell(&a->moved);
	while (atomic_load(&a->order) == WAITING)
		(void)futex(&a->order, FUTEX_WAIT, WAITING, NULL);
	if (atomic_load(&a->order) == CONFINE)
		(void)nono_sandbox_apply_child(a->sandbox, &slot->report);
	atomic_store(&slot->left, 1);
	tell(&a->moved);
}

static void on_call(int signo, siginfo_t *info, void *context)
{
	int saved_errno = errno;
	struct assembly *a;
	struct slot *slot;

	atomic_fetch_add(&inside, 1);
	a = atomic_load(&current);
	slot = slot_of(a, info);
	if (slot)
		follow(a, slot);
	else
		library_action.handler(signo, info, context); /* for a setuid(2) of another thread */
	atomic_fetch_sub(&inside, 1);
	errno = saved_errno;
}

/* What getdents64 writes. */
struct entry {
	uint64_t ino;
	int64_t next;
	uint16_t len;
	uint8_t type;
	char name[];
};

static pid_t number(const char *text)
{
	pid_t n = 0;

	while (*text >= '0' && *text <= '9')
		n = n * 10 + (*text++ - '0');
	return *text ? 0 : n;
}

static bool is_known(const struct assembly *a, pid_t tid)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->slots[i].tid == tid)
			return true;
	return false;
}

/* One entry of the list. 0, or -EMFILE when there are too many. */
static int take_thread(struct assembly *a, pid_t tid, bool *ret_new)
{
	if (tid == 0 || tid == (pid_t)syscall(SYS_gettid) || is_known(a, tid))
		return 0;
	if (a->count == NONO_THREADS)
		return -EMFILE;
	a->slots[a->count++].tid = tid;
	*ret_new = true;
	return 0;
}

static int take_entries(struct assembly *a, const char *room, long len, bool *ret_new)
{
	for (long at = 0; at < len;) {
		const struct entry *e = (const struct entry *)(const void *)(room + at);
		int rc = take_thread(a, number(e->name), ret_new);

		if (rc < 0)
			return rc;
		at += e->len;
	}
	return 0;
}

/* Note every thread but this one that is not known yet. 0 or a negated errno. */
static int list_threads(struct assembly *a, bool *ret_new)
{
	_Alignas(struct entry) char room[4096];
	_cleanup_(nono_closep) int fd = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*ret_new = false;
	if (fd < 0)
		return -errno;
	for (;;) {
		long got = syscall(SYS_getdents64, fd, room, sizeof(room));
		int rc = got < 0 ? -errno : take_entries(a, room, got, ret_new);

		if (rc < 0 || got == 0)
			return rc;
	}
}

/* Has it ended? A main thread that ended before the others stays listed. */
static bool is_gone(pid_t tid)
{
	char name[64], text[256];
	const char *end;
	ssize_t len;
	int fd;

	(void)snprintf(name, sizeof(name), "/proc/self/task/%d/stat", (int)tid);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT;
	len = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	if (len <= 0)
		return len < 0 && errno == ESRCH;
	text[len] = '\0';
	end = strrchr(text, ')'); /* behind the name, which may hold anything */
	return end && strlen(end) > 2 && strchr("ZX", end[2]);
}

/* 0 or a negated errno; 0 also for a thread that has ended. */
static int call_thread(struct slot *slot)
{
	siginfo_t info = {0};

	info.si_signo = CALL_SIGNAL;
	info.si_code = SI_QUEUE;
	info.si_pid = getpid();
	info.si_uid = getuid();
	info.si_value.sival_ptr = slot;
	slot->called = true;
	if (syscall(SYS_rt_tgsigqueueinfo, getpid(), slot->tid, CALL_SIGNAL, &info) == 0 || errno == ESRCH)
		return 0;
	if (errno != EAGAIN)
		return -errno;
	slot->called = false; /* no room for another signal now */
	return 0;
}

static bool is_missing(struct slot *slot, bool look)
{
	if (atomic_load(&slot->here))
		return false;
	if (!look || !is_gone(slot->tid))
		return true;
	/* Nobody of that number will come: counted as come and gone. */
	atomic_store(&slot->left, 1);
	atomic_store(&slot->here, 1);
	return false;
}

/* Call who was not called; how many are not there, or a negated errno. */
static ssize_t call_missing(struct assembly *a, bool look)
{
	ssize_t missing = 0;

	for (size_t i = 0; i < a->count; i++) {
		struct slot *slot = &a->slots[i];
		int rc;

		if (!is_missing(slot, look))
			continue;
		missing++;
		rc = slot->called ? 0 : call_thread(slot);
		if (rc < 0)
			return rc;
	}
	return missing;
}

static uint64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Wait until somebody came or went, or a round is over: then true. */
static bool wait_moved(struct assembly *a, uint32_t seen)
{
	const struct timespec round = {.tv_nsec = ROUND_MS * 1000000L};

	return futex(&a->moved, FUTEX_WAIT, seen, &round) < 0 && errno == ETIMEDOUT;
}

/*
 * Until a look at the list finds nobody new and nobody is missing: then nobody is left who could make a thread.
 * 0, or a negated errno; -ETIMEDOUT when one did not come.
 */
static int gather(struct assembly *a)
{
	uint64_t end = now_ms() + GATHER_MS;
	bool look = false, found = true;

	while (found) {
		uint32_t seen = atomic_load(&a->moved);
		ssize_t missing = call_missing(a, look);
		int rc;

		if (missing < 0)
			return (int)missing;
		if (missing > 0 && now_ms() >= end)
			return -ETIMEDOUT;
		if (missing > 0) {
			look = wait_moved(a, seen);
			continue;
		}
		rc = list_threads(a, &found);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Those who wait follow the order; back when each has. */
static void give_order(struct assembly *a, uint32_t order)
{
	atomic_store(&a->order, order);
	(void)futex(&a->order, FUTEX_WAKE, INT32_MAX, NULL);
	for (size_t i = 0; i < a->count; i++) {
		const struct slot *slot = &a->slots[i];

		while (atomic_load(&slot->here) && !atomic_load(&slot->left)) {
			uint32_t seen = atomic_load(&a->moved);

			if (!atomic_load(&slot->left))
				(void)wait_moved(a, seen);
		}
	}
}

static long set_action(const struct kernel_sigaction *new, struct kernel_sigaction *old)
{
	return syscall(SYS_rt_sigaction, CALL_SIGNAL, new, old, sizeof(new->mask));
}

/* The C library's own action, with another function to call: it knows how this machine returns from a handler. */
static int install(void)
{
	struct kernel_sigaction action;

	if (!CALL_POSSIBLE || set_action(NULL, &action) < 0 || !action.handler)
		return -ENOSYS;
	library_action = action;
	action.handler = on_call;
	action.flags |= SA_SIGINFO | SA_ONSTACK | SA_RESTART;
	action.mask = ~UINT64_C(0);
	return set_action(&action, NULL) < 0 ? -errno : 0;
}

/* Who comes late still finds the assembly, follows its last order and leaves. */
static void uninstall(void)
{
	(void)set_action(&library_action, NULL);
	atomic_store(&current, NULL);
	while (atomic_load(&inside))
		(void)syscall(SYS_sched_yield);
}

static int fail_gather(int rc, struct nono_error *err)
{
	if (rc == -ETIMEDOUT)
		return nono_fail(err, NONO_E_SYSTEM, ETIMEDOUT,
				 "a thread of this process does not answer, so nothing was confined; confine before "
				 "threads are started");
	if (rc == -ENOSYS)
		return nono_fail(err, NONO_E_UNSUPPORTED, 0,
				 "this process has threads, and here is no way to reach them all, so nothing was "
				 "confined; confine before threads are started");
	if (rc == -EMFILE)
		return nono_fail(err, NONO_E_LIMIT, 0, "more than %d threads cannot be confined together",
				 NONO_THREADS);
	return nono_fail(err, NONO_E_SYSTEM, -rc, "cannot call the threads of this process together");
}

/* This thread first: what the kernel refuses to it, it would refuse to all, and then nothing has happened to them. */
static int confine_all(struct assembly *a, struct nono_stage_report *report)
{
	int rc = nono_sandbox_apply_child(a->sandbox, report);

	give_order(a, rc == 0 ? CONFINE : GO_ON);
	for (size_t i = 0; i < a->count && rc == 0; i++) {
		if (a->slots[i].report.stage == NONO_STAGE_NONE)
			continue;
		*report = a->slots[i].report;
		rc = -1;
	}
	return rc;
}

static int assemble(struct assembly *a, struct nono_stage_report *report, struct nono_error *err)
{
	struct assembly *none = NULL;
	int rc, confined = 0;

	if (!atomic_compare_exchange_strong(&current, &none, a))
		return nono_fail(err, NONO_E_SYSTEM, EBUSY, "another thread is confining this process");
	rc = install();
	if (rc < 0) {
		atomic_store(&current, NULL);
		return fail_gather(rc, err);
	}
	rc = gather(a);
	if (rc == 0)
		confined = confine_all(a, report);
	else
		give_order(a, GO_ON);
	uninstall();
	if (rc < 0)
		return fail_gather(rc, err);
	return confined < 0 ? 1 : 0;
}

/* The kernel's own answer, for where /proc cannot be read: a process with threads may not ask this. */
static bool is_alone(void)
{
	return unshare(CLONE_THREAD) == 0;
}

/* Every thread but this one. @a needs assembly_done. */
static int assembly_init(struct assembly *a, const struct nono_sandbox *sandbox, struct nono_error *err)
{
	bool found;
	int rc;

	*a = (struct assembly){.sandbox = sandbox};
	if (is_alone())
		return 0;
	a->slots = calloc(NONO_THREADS, sizeof(*a->slots));
	if (!a->slots)
		return nono_nomem(err);
	rc = list_threads(a, &found);
	if (rc == -EMFILE)
		return fail_gather(rc, err);
	if (rc < 0)
		return nono_fail(err, NONO_E_SYSTEM, -rc, "cannot list the threads of this process in /proc/self/task");
	return 0;
}

static void assembly_done(struct assembly *a)
{
	free(a->slots);
}

int nono_sandbox_has_threads(bool *ret, struct nono_error *err)
{
	_cleanup_(assembly_done) struct assembly a = {0};
	int rc = assembly_init(&a, NULL, err);

	if (rc == 0)
		*ret = a.count > 0;
	return rc;
}

int nono_sandbox_apply_process(const struct nono_sandbox *sandbox, struct nono_stage_report *report,
			       struct nono_error *err)
{
	_cleanup_(assembly_done) struct assembly a = {0};
	int rc = assembly_init(&a, sandbox, err);

	if (rc < 0)
		return rc;
	if (sandbox->view)
		return nono_fail(err, NONO_E_UNSUPPORTED, 0,
				 "a process that confines itself keeps the files as they are: denied paths below "
				 "granted directories need a command of their own");
	if (a.count == 0)
		return nono_sandbox_apply_child(sandbox, report) < 0 ? 1 : 0;
	return assemble(&a, report, err);
}
