/* interpose.c - an LD_PRELOAD that makes the n-th call of a kind fail.  SPDX-License-Identifier: Apache-2.0
 *
 * FAULT_RECORD=FILE    counts of all calls, as struct record; nothing at all happens without it
 * FAULT_CALL=malloc    the kind of call (names: kinds, below)
 * FAULT_IN=parent      the process that counts: parent, child (the command's, until exec), left (the second child)
 * FAULT_AT=17          which call fails, from 1; 0: none
 * FAULT_ERRNO=12       how; 0: it carries only half of the bytes instead
 * FAULT_STICKY=1       all later ones fail too
 *
 * Only nono itself has this library: it takes LD_PRELOAD out of the command's environment.
 */
/* Each name for itself: nono is built with the ones for large files, which here would replace the plain ones. */
#undef _FILE_OFFSET_BITS
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* glibc's own, under names that stay when the usual ones are taken. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void __libc_free(void *old);

/* The probe looks for this name to learn whether it runs with the library. */
extern int nono_fault_interposer;
int nono_fault_interposer = 1;

enum kind {
	MALLOC,
	OPEN,
	CLOSE,
	READ,
	WRITE,
	STAT,
	ACCESS,
	READLINK,
	LIST,
	FCNTL,
	LSEEK,
	DUP,
	PIPE,
	FORK,
	EXEC,
	WAIT,
	POLL,
	SIGNALFD,
	SIGNAL,
	PRCTL,
	CAPS,
	CLOSE_RANGE,
	LANDLOCK,
	SECCOMP,
	CHDIR,
	GETCWD,
	MKDIR,
	RENAME,
	UNLINK,
	KINDS
};

static const char *const kinds[KINDS] = {
	"malloc", "open",  "close",    "read",	  "write", "stat",   "access", "readlink", "list",   "fcntl",
	"lseek",  "dup",   "pipe",     "fork",	  "exec",  "wait",   "poll",   "signalfd", "signal", "prctl",
	"caps",	  "range", "landlock", "seccomp", "chdir", "getcwd", "mkdir",  "rename",   "unlink",
};

enum process { PARENT, CHILD, LEFT, PROCESSES };

static const char *const processes[PROCESSES] = {"parent", "child", "left"};

/* What the driver reads: torture.py knows this layout. */
struct record {
	uint32_t injected; /* faults */
	uint32_t ended;	   /* the parent came to the end of main */
	int32_t blocks;	   /* allocated then and not freed */
	uint32_t fds;	   /* open then, above 2 */
	struct {
		char name[16];
		uint32_t calls[PROCESSES];
	} kinds[KINDS];
};

static struct record *record; /* shared with the processes that nono forks; NULL: only pass on */
static enum process process;
static unsigned int forks;
static int32_t blocks;

static struct {
	enum kind kind;
	enum process process;
	unsigned long at;
	int sys_errno;
	bool sticky;
} fault = {.kind = KINDS};

/* Counts a call; true when it is to fail, errno set. */
static bool hit(enum kind kind)
{
	uint32_t calls;

	if (!record)
		return false;
	calls = ++record->kinds[kind].calls[process];
	if (kind != fault.kind || process != fault.process || !fault.at)
		return false;
	if (calls != fault.at && !(fault.sticky && calls > fault.at))
		return false;
	record->injected++;
	errno = fault.sys_errno;
	return true;
}

/* What a call that was hit carries: all bytes, or none, or half of them. -1: fail. */
static ssize_t carried(enum kind kind, size_t len)
{
	if (!hit(kind))
		return (ssize_t)len;
	if (fault.sys_errno)
		return -1;
	return (ssize_t)(len > 1 ? len / 2 : len);
}

static long number(const char *name)
{
	const char *text = getenv(name);

	return text ? strtol(text, NULL, 10) : 0;
}

static int word(const char *name, const char *const *words, int count)
{
	const char *text = getenv(name);

	for (int i = 0; text && i < count; i++)
		if (strcmp(words[i], text) == 0)
			return i;
	return count;
}

__attribute__((constructor)) static void begin(void)
{
	const char *file = getenv("FAULT_RECORD");
	struct record *shared;
	int fd;

	if (!file)
		return;
	fault.kind = (enum kind)word("FAULT_CALL", kinds, KINDS);
	fault.process = (enum process)word("FAULT_IN", processes, PROCESSES);
	fault.at = (unsigned long)number("FAULT_AT");
	fault.sys_errno = (int)number("FAULT_ERRNO");
	fault.sticky = number("FAULT_STICKY") != 0;
	fd = (int)syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	(void)syscall(SYS_close, fd);
	if (shared == MAP_FAILED)
		abort();
	memset(shared, 0, sizeof(*shared));
	for (int i = 0; i < KINDS; i++)
		(void)snprintf(shared->kinds[i].name, sizeof(shared->kinds[i].name), "%s", kinds[i]);
	record = shared;
}

__attribute__((destructor)) static void end(void)
{
	if (!record || process != PARENT)
		return;
	record->blocks = blocks;
	for (int fd = 3; fd < 256; fd++)
		record->fds += syscall(SYS_fcntl, fd, F_GETFD) >= 0;
	record->ended = 1;
	record = NULL;
}

/* ---- memory; what strdup, asprintf, opendir and jansson allocate comes here too ---- */

void *malloc(size_t size)
{
	void *block = hit(MALLOC) ? NULL : __libc_malloc(size);

	blocks += record && block;
	return block;
}

void *calloc(size_t count, size_t size)
{
	void *block = hit(MALLOC) ? NULL : __libc_calloc(count, size);

	blocks += record && block;
	return block;
}

void *realloc(void *old, size_t size)
{
	void *block = hit(MALLOC) ? NULL : __libc_realloc(old, size);

	blocks += record && block && !old;
	return block;
}

void *reallocarray(void *old, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(old, bytes);
}

void free(void *old)
{
	blocks -= record && old;
	__libc_free(old);
}

/* ---- everything else ---- */

#define REAL(name)                     \
	static __typeof__(name) *real; \
                                       \
	if (!real)                     \
	real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

/* A call that fails as a whole. */
#define WHOLE(kind, result, failed, name, parameters, arguments) \
	result name parameters                                   \
	{                                                        \
		REAL(name);                                      \
		return hit(kind) ? (failed) : real arguments;    \
	}

static mode_t mode_of(int flags, va_list ap)
{
	return flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
}

#define OPENS(name)                                              \
	int name(const char *path, int flags, ...)               \
	{                                                        \
		va_list ap;                                      \
		mode_t mode;                                     \
                                                                 \
		REAL(name);                                      \
		va_start(ap, flags);                             \
		mode = mode_of(flags, ap);                       \
		va_end(ap);                                      \
		return hit(OPEN) ? -1 : real(path, flags, mode); \
	}

#define OPENS_AT(name)                                                \
	int name(int dir, const char *path, int flags, ...)           \
	{                                                             \
		va_list ap;                                           \
		mode_t mode;                                          \
                                                                      \
		REAL(name);                                           \
		va_start(ap, flags);                                  \
		mode = mode_of(flags, ap);                            \
		va_end(ap);                                           \
		return hit(OPEN) ? -1 : real(dir, path, flags, mode); \
	}

OPENS(open)
OPENS(open64)
OPENS_AT(openat)
OPENS_AT(openat64)

/* As on Linux: whatever close says, the descriptor is gone. */
int close(int fd)
{
	int rc;

	REAL(close);
	rc = real(fd);
	return hit(CLOSE) ? -1 : rc;
}

ssize_t read(int fd, void *data, size_t len)
{
	ssize_t part = carried(READ, len);

	REAL(read);
	return part < 0 ? -1 : real(fd, data, (size_t)part);
}

#define PREADS(name, offset)                                             \
	ssize_t name(int fd, void *data, size_t len, offset at)          \
	{                                                                \
		ssize_t part = carried(READ, len);                       \
                                                                         \
		REAL(name);                                              \
		return part < 0 ? -1 : real(fd, data, (size_t)part, at); \
	}

PREADS(pread, off_t)
PREADS(pread64, off64_t)

ssize_t write(int fd, const void *data, size_t len)
{
	ssize_t part = carried(WRITE, len);

	REAL(write);
	return part < 0 ? -1 : real(fd, data, (size_t)part);
}

ssize_t send(int fd, const void *data, size_t len, int flags)
{
	ssize_t part = carried(WRITE, len);

	REAL(send);
	return part < 0 ? -1 : real(fd, data, (size_t)part, flags);
}

/* nono has never more than one stretch. */
#define PWRITES(name, offset)                                                               \
	ssize_t name(int fd, const struct iovec *iov, int count, offset at, int flags)      \
	{                                                                                   \
		ssize_t part = carried(WRITE, iov->iov_len);                                \
		struct iovec one = {.iov_base = iov->iov_base, .iov_len = (size_t)part};    \
                                                                                            \
		REAL(name);                                                                 \
		return part < 0 ? -1 : real(fd, count == 1 ? &one : iov, count, at, flags); \
	}

PWRITES(pwritev2, off_t)
PWRITES(pwritev64v2, off64_t)

WHOLE(STAT, int, -1, stat, (const char *path, struct stat *st), (path, st))
WHOLE(STAT, int, -1, stat64, (const char *path, struct stat64 *st), (path, st))
WHOLE(STAT, int, -1, lstat, (const char *path, struct stat *st), (path, st))
WHOLE(STAT, int, -1, lstat64, (const char *path, struct stat64 *st), (path, st))
WHOLE(STAT, int, -1, fstat, (int fd, struct stat *st), (fd, st))
WHOLE(STAT, int, -1, fstat64, (int fd, struct stat64 *st), (fd, st))
WHOLE(STAT, int, -1, fstatat, (int dir, const char *path, struct stat *st, int flags), (dir, path, st, flags))
WHOLE(STAT, int, -1, fstatat64, (int dir, const char *path, struct stat64 *st, int flags), (dir, path, st, flags))
WHOLE(ACCESS, int, -1, faccessat, (int dir, const char *path, int mode, int flags), (dir, path, mode, flags))
WHOLE(READLINK, ssize_t, -1, readlink, (const char *path, char *data, size_t len), (path, data, len))
WHOLE(LIST, DIR *, NULL, opendir, (const char *path), (path))
WHOLE(LIST, struct dirent *, NULL, readdir, (DIR * dir), (dir))
WHOLE(LIST, struct dirent64 *, NULL, readdir64, (DIR * dir), (dir))
WHOLE(LSEEK, off_t, -1, lseek, (int fd, off_t at, int whence), (fd, at, whence))
WHOLE(LSEEK, off64_t, -1, lseek64, (int fd, off64_t at, int whence), (fd, at, whence))
WHOLE(DUP, int, -1, dup3, (int from, int to, int flags), (from, to, flags))
WHOLE(PIPE, int, -1, pipe2, (int ends[2], int flags), (ends, flags))
WHOLE(EXEC, int, -1, execve, (const char *path, char *const argv[], char *const env[]), (path, argv, env))
WHOLE(WAIT, pid_t, -1, waitpid, (pid_t pid, int *status, int options), (pid, status, options))
WHOLE(POLL, int, -1, poll, (struct pollfd * fds, nfds_t count, int timeout), (fds, count, timeout))
WHOLE(SIGNALFD, int, -1, signalfd, (int fd, const sigset_t *mask, int flags), (fd, mask, flags))
WHOLE(SIGNAL, int, -1, sigaction, (int signo, const struct sigaction *act, struct sigaction *old), (signo, act, old))
WHOLE(SIGNAL, int, -1, sigprocmask, (int how, const sigset_t *set, sigset_t *old), (how, set, old))
WHOLE(CHDIR, int, -1, chdir, (const char *path), (path))
WHOLE(GETCWD, char *, NULL, getcwd, (char *data, size_t len), (data, len))
WHOLE(MKDIR, int, -1, mkdir, (const char *path, mode_t mode), (path, mode))
WHOLE(RENAME, int, -1, rename, (const char *from, const char *to), (from, to))
WHOLE(UNLINK, int, -1, unlink, (const char *path), (path))

#define FCNTLS(name)                                               \
	int name(int fd, int command, ...)                         \
	{                                                          \
		va_list ap;                                        \
		long value;                                        \
                                                                   \
		REAL(name);                                        \
		va_start(ap, command);                             \
		value = va_arg(ap, long);                          \
		va_end(ap);                                        \
		return hit(FCNTL) ? -1 : real(fd, command, value); \
	}

FCNTLS(fcntl)
FCNTLS(fcntl64)

int prctl(int option, ...)
{
	unsigned long value[4];
	va_list ap;

	REAL(prctl);
	va_start(ap, option);
	for (int i = 0; i < 4; i++)
		value[i] = va_arg(ap, unsigned long);
	va_end(ap);
	return hit(PRCTL) ? -1 : real(option, value[0], value[1], value[2], value[3]);
}

pid_t fork(void)
{
	pid_t pid;

	REAL(fork);
	if (hit(FORK))
		return -1;
	forks++;
	pid = real();
	if (pid == 0)
		process = forks == 1 ? CHILD : LEFT;
	return pid;
}

static enum kind kind_of_call(long call)
{
	switch (call) {
	case 436: /* close_range */
		return CLOSE_RANGE;
	case 444: /* landlock_create_ruleset, _add_rule, _restrict_self */
	case 445:
	case 446:
		return LANDLOCK;
	case SYS_seccomp:
		return SECCOMP;
	case SYS_capget:
	case SYS_capset:
		return CAPS;
	default:
		return KINDS;
	}
}

long syscall(long call, ...)
{
	enum kind kind = kind_of_call(call);
	long value[6];
	va_list ap;

	REAL(syscall);
	va_start(ap, call);
	for (int i = 0; i < 6; i++)
		value[i] = va_arg(ap, long);
	va_end(ap);
	if (kind != KINDS && hit(kind))
		return -1;
	return real(call, value[0], value[1], value[2], value[3], value[4], value[5]);
}
