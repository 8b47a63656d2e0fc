/* run_stub.h - stands in for src/sandbox in the tests of src/run.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_TESTS_RUN_STUB_H
#define NONO_TESTS_RUN_STUB_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "base/util.h"
#include "run/run.h"

/* Confines nothing, or fails with the errno that "the sandbox" is. */
int nono_sandbox_apply_child(const struct nono_sandbox *sandbox, struct nono_stage_report *report)
{
	int fail_with = *(const int *)(const void *)sandbox;

	if (fail_with == 0)
		return 0;
	report->stage = NONO_STAGE_LANDLOCK;
	report->sys_errno = fail_with;
	return -1;
}

/* Nothing runs beside the command. */
void nono_sandbox_attend_child(const struct nono_sandbox *sandbox)
{
	(void)sandbox;
}

void nono_sandbox_reap(const struct nono_sandbox *sandbox)
{
	(void)sandbox;
}

/* A sandbox that applies, or fails with an errno. */
static inline const struct nono_sandbox *stub_sandbox(const int *fail_with)
{
	return (const struct nono_sandbox *)(const void *)fail_with;
}

/* Makes one system call fail from here on, as on a kernel that does not have it. */
static inline void stub_forget_call(unsigned int number, unsigned int sys_errno)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | sys_errno),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = NONO_ARRAY_SIZE(code), .filter = code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0)
		abort();
}

#endif
