/* probe.c - the command of a tortured run: says in one line what it may do.  SPDX-License-Identifier: Apache-2.0
 *
 * usage: probe HOME EXIT-CODE
 * NAME=ERRNO of each attempt, 0 where it worked. Static facts (no_new_privs, capabilities) are numbers as they are.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern int nono_fault_interposer __attribute__((weak));

static char line[2048];

static void say(const char *name, unsigned long value)
{
	size_t len = strlen(line);

	(void)snprintf(line + len, sizeof(line) - len, "%s%s=%lx", len ? " " : "", name, value);
}

static void tried(const char *name, long rc)
{
	say(name, rc < 0 ? (unsigned long)errno : 0);
}

static void try_open(const char *name, const char *dir, const char *file, int flags)
{
	char path[4096];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, file);
	fd = open(path, flags | O_CLOEXEC, 0600);
	tried(name, fd);
	if (fd >= 0)
		(void)close(fd);
}

static void try_files(const char *home)
{
	char other[32];

	try_open("granted", home, "project/granted", O_RDONLY);
	try_open("denied", home, ".ssh/id", O_RDONLY);
	try_open("flag", home, "flag.txt", O_RDONLY);
	try_open("change", home, ".profile", O_WRONLY);
	try_open("make", home, "made", O_WRONLY | O_CREAT);
	try_open("config", home, ".config/nono/profiles/made.json", O_WRONLY | O_CREAT);
	try_open("state", home, ".local/state/nono/made", O_WRONLY | O_CREAT);
	try_open("work", home, "project/made", O_WRONLY | O_CREAT);
	(void)snprintf(other, sizeof(other), "/proc/%d", (int)getppid());
	try_open("memory", other, "mem", O_RDONLY);
}

/* A namespace is entered for good: in a process of its own. */
static long try_namespace(void)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		_exit(syscall(SYS_unshare, 0x10000000) < 0 ? errno : 0);
	(void)waitpid(pid, &status, 0);
	errno = WEXITSTATUS(status);
	return errno ? -1 : 0;
}

static void try_kernel(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct rlimit same;

	tried("inet", fd);
	if (fd >= 0)
		(void)close(fd);
	tried("userns", try_namespace());
	tried("signal", kill(getppid(), 0));
	tried("trace", ptrace(PTRACE_SEIZE, getppid(), NULL, NULL));
	tried("uring", syscall(425, 1, NULL));
	tried("keyring", syscall(SYS_keyctl, 0, -3, 0));
	(void)getrlimit(RLIMIT_NOFILE, &same);
	tried("limits", syscall(SYS_prlimit64, getppid(), RLIMIT_NOFILE, &same, NULL));
}

static void say_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};
	unsigned long bounding = 0;

	(void)syscall(SYS_capget, &header, data);
	for (unsigned long cap = 0; cap < 63; cap++)
		bounding |= (unsigned long)(prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1) << cap;
	say("effective", data[0].effective | (unsigned long)data[1].effective << 32);
	say("permitted", data[0].permitted | (unsigned long)data[1].permitted << 32);
	say("bounding", bounding);
}

/* What nono must hand over as it found it, or not at all. */
static void say_inherited(void)
{
	unsigned long fds = 0, ignored = 0, blocked = 0;
	sigset_t mask;

	for (int fd = 3; fd < 1024; fd++)
		fds += fcntl(fd, F_GETFD) >= 0;
	(void)sigprocmask(SIG_BLOCK, NULL, &mask);
	for (int signo = 1; signo < 32; signo++) {
		struct sigaction act;

		if (sigaction(signo, NULL, &act) == 0)
			ignored |= (unsigned long)(act.sa_handler != SIG_DFL) << signo;
		blocked |= (unsigned long)(sigismember(&mask, signo) == 1) << signo;
	}
	say("fds", fds);
	say("ignored", ignored);
	say("blocked", blocked);
	say("preload", getenv("LD_PRELOAD") != NULL);
	say("library", &nono_fault_interposer != NULL);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	try_files(argv[1]);
	try_kernel();
	say("nnp", (unsigned long)prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	say_capabilities();
	say_inherited();
	(void)puts(line);
	(void)fflush(stdout);
	return (int)strtol(argv[2], NULL, 10);
}
