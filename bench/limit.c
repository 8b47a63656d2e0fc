/* limit.c - the least that a C program can do.  SPDX-License-Identifier: Apache-2.0
 *
 * usage: limit exec|run RIGHTS:PATH ... -- COMMAND [ARGUMENT...]
 * The same rules as a run of nono, resolved the same way: opens each path, looks at it and finds its canonical name,
 * makes one Landlock rule each, loads the same seccomp program, and becomes the command (exec) or forks and waits for
 * it (run). What does not exist is skipped, as nono does. It parses no profile, knows no deny rule, explains nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "sandbox/nono_bpf.h"

#define FILE_RIGHTS 0xc007 /* execute, write, read, truncate, ioctl */

struct ruleset_attr {
	uint64_t fs, net, scoped;
};

struct path_beneath {
	uint64_t rights;
	int32_t fd;
} __attribute__((packed));

static void die(const char *what)
{
	perror(what);
	exit(125);
}

static void add_rule(int ruleset, const char *word)
{
	char *path;
	struct path_beneath rule = {.rights = strtoull(word, &path, 10)};
	char link[32], real[4096];
	struct {
		uint64_t flags, mode, resolve;
	} how = {.flags = O_PATH | O_CLOEXEC, .resolve = 4 /* RESOLVE_NO_SYMLINKS */};
	struct stat st;

	/* As nono does: a path without links is its own canonical name, another one is asked for it. */
	rule.fd = (int)syscall(437, AT_FDCWD, path + 1, &how, sizeof(how));
	if (rule.fd < 0 && errno == ENOENT)
		return;
	if (rule.fd < 0) {
		rule.fd = open(path + 1, O_PATH | O_CLOEXEC);
		(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", rule.fd);
		if (rule.fd < 0 && errno == ENOENT)
			return;
		if (rule.fd < 0 || readlink(link, real, sizeof(real)) < 0)
			die(path + 1);
	}
	if (fstat(rule.fd, &st) < 0)
		die(path + 1);
	if (!S_ISDIR(st.st_mode))
		rule.rights &= FILE_RIGHTS;
	/* A pipe takes no rule and needs none. */
	if (syscall(445, ruleset, 1, &rule, 0) < 0 && errno != EBADFD)
		die("landlock_add_rule");
}

static void confine(int ruleset)
{
	const struct sock_fprog filter = {.len = sizeof(nono_bpf_net_open_ipc_private_ns_denied) /
						 sizeof(nono_bpf_net_open_ipc_private_ns_denied[0]),
					  .filter = (struct sock_filter *)nono_bpf_net_open_ipc_private_ns_denied};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || syscall(446, ruleset, 0) < 0 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) < 0)
		die("confine");
}

int main(int argc, char **argv)
{
	const struct ruleset_attr attr = {.fs = 0xffff, .scoped = 3};
	int ruleset = (int)syscall(444, &attr, sizeof(attr), 0);
	int at = 2, status;
	pid_t pid;

	if (ruleset < 0 || argc < 4)
		die("landlock_create_ruleset");
	for (; at < argc && strcmp(argv[at], "--") != 0; at++)
		add_rule(ruleset, argv[at]);
	at++;
	if (strcmp(argv[1], "exec") == 0) {
		confine(ruleset);
		(void)execv(argv[at], &argv[at]);
		die(argv[at]);
	}
	pid = fork();
	if (pid == 0) {
		confine(ruleset);
		(void)execv(argv[at], &argv[at]);
		die(argv[at]);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		die("wait");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
