/* sandbox_t.h - trying one operation inside a sandbox.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_TESTS_UNIT_SANDBOX_T_H
#define NONO_TESTS_UNIT_SANDBOX_T_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "sandbox/sandbox.h"

/* What try_in answers beside the errno of the operation. */
enum { TRY_NOT_CONFINED = 240, TRY_SIGNALLED = 241 };

/* 0 or an errno; anything that it opens ends with the process it runs in. */
typedef int (*try_fn)(const char *arg);

static inline int result_of(long returned)
{
	return returned < 0 ? errno : 0;
}

/* Runs @op in a child confined by @set, or unconfined where @set is NULL: the control. Returns what @op answered. */
static inline int try_in(struct nono_capset *set, try_fn op, const char *arg)
{
	struct nono_sandbox *sandbox = NULL;
	struct nono_stage_report report = {0};
	struct nono_error err = {0};
	int status = 0;
	pid_t pid;

	if (set && nono_sandbox_prepare(set, &sandbox, &err) < 0) {
		(void)fprintf(stderr, "prepare: %s\n", err.text);
		return TRY_NOT_CONFINED;
	}
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		if (set && nono_sandbox_apply_child(sandbox, &report) < 0)
			_exit(TRY_NOT_CONFINED);
		_exit(op(arg));
	}
	nono_sandbox_free(sandbox);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return TRY_NOT_CONFINED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : TRY_SIGNALLED;
}

/* Adds a grant as the policy layer does; false when the path cannot be opened. */
static inline bool add_grant(struct nono_capset *set, const char *path, uint32_t rights)
{
	struct nono_grant *grants = reallocarray(set->grants, set->grant_count + 1, sizeof(*grants));
	struct stat st;
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (!grants || fd < 0 || fstat(fd, &st) < 0)
		return false;
	set->grants = grants;
	grants[set->grant_count++] = (struct nono_grant){
		.written = strdup(path),
		.node = {.fd = fd, .mode = st.st_mode},
		.rights = rights,
		.is_file = !S_ISDIR(st.st_mode),
	};
	return true;
}

static inline void add_port(struct nono_ports *ports, uint16_t lo, uint16_t hi)
{
	ports->items = reallocarray(ports->items, ports->len + 1, sizeof(*ports->items));
	ports->items[ports->len++] = (struct nono_port_range){lo, hi};
}

/* Tests that lower the ABI need a build with test_hooks; false, said in the log, where that or the kernel lacks it. */
static inline bool lower_abi(int abi)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%d", abi);
	(void)setenv("NONO_TEST_LANDLOCK_ABI", text, 1);
	if (nono_sandbox_abi() == abi)
		return true;
	(void)printf("# not tried: Landlock ABI %d (kernel too old, or a build without test_hooks)\n", abi);
	return false;
}

#endif
