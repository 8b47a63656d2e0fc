/* sandbox.h - a capability set becomes the kernel's business.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_SANDBOX_SANDBOX_H
#define NONO_SANDBOX_SANDBOX_H

#include <stdbool.h>

#include "base/error.h"
#include "policy/capset.h"

struct nono_sandbox; /* prepared; one back end a system */

/* Where the child was when something failed; also what nono_stage_text explains. */
enum nono_stage {
	NONO_STAGE_NONE,
	NONO_STAGE_SETTINGS, /* process settings, descriptors */
	NONO_STAGE_CAPABILITIES,
	NONO_STAGE_NO_NEW_PRIVS,
	NONO_STAGE_LANDLOCK,
	NONO_STAGE_SECCOMP,
	NONO_STAGE_CHDIR,
	NONO_STAGE_EXEC,
};

/* What the child reports over its CLOEXEC pipe; nothing at all means that exec worked. */
struct nono_stage_report {
	enum nono_stage stage;
	int sys_errno;
};

/** nono_stage_text - what was being done, for "cannot ...: errno". Static. */
const char *nono_stage_text(enum nono_stage stage);

/**
 * nono_sandbox_prepare - turn a set into kernel objects, without confining anybody yet.
 * @set: sealed; borrowed, its notes may grow (a printed weakening on an older kernel)
 * @ret: set on success only; nono_sandbox_free
 * Returns 0, -NONO_E_UNSUPPORTED (the kernel lacks what the policy needs: the text names the version), -NONO_E_SYSTEM,
 * -NONO_E_NOMEM. Sources: Landlock ABI 1 (Linux 5.13) to 7 (6.15).
 */
int nono_sandbox_prepare(struct nono_capset *set, struct nono_sandbox **ret, struct nono_error *err);

/**
 * nono_sandbox_apply_child - confine the calling thread for good: capabilities, no_new_privs, Landlock, seccomp.
 * Raw system calls only: safe between fork and exec. @report is filled on failure.
 * Returns 0 or -1; after -1 the caller must leave, never run the command.
 */
int nono_sandbox_apply_child(const struct nono_sandbox *sandbox, struct nono_stage_report *report);

/** nono_sandbox_free - close and free. NULL is fine. */
void nono_sandbox_free(struct nono_sandbox *sandbox);

/** nono_sandbox_abi - Landlock's ABI on this kernel, 0 where there is none (never negative). */
int nono_sandbox_abi(void);

#endif
