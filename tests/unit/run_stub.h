/* run_stub.h - stands in for src/sandbox in the tests of src/run.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_TESTS_RUN_STUB_H
#define NONO_TESTS_RUN_STUB_H

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

/* A sandbox that applies, or fails with an errno. */
static inline const struct nono_sandbox *stub_sandbox(const int *fail_with)
{
	return (const struct nono_sandbox *)(const void *)fail_with;
}

#endif
