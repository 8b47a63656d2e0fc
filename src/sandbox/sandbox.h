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
	NONO_STAGE_STREAMS,  /* a standard stream is a directory, which would lead around the view */
	NONO_STAGE_SPACES,   /* namespaces of its own */
	NONO_STAGE_COVER,    /* denied things in them */
	NONO_STAGE_KEEPER,   /* who covers them again */
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
	unsigned int item; /* which cover of the view, from 1; 0: none */
};

/** nono_stage_text - what was being done, for "cannot ...: errno". Static. */
const char *nono_stage_text(enum nono_stage stage);

/* Who is to be confined. */
enum nono_confined {
	NONO_CONFINE_CHILD,   /* a process on its way to a command, which can be given a view of its own */
	NONO_CONFINE_PROCESS, /* the calling process with all it has open */
};

/**
 * nono_sandbox_plan - choose for each denied path below a granted directory how it is kept from the command.
 * @set:    sealed; its denies get their tiers, its notes may grow
 * @remedy: what would help where there is no way, a clause; NULL: nothing
 * A set without such paths costs nothing; otherwise this machine is asked what it can do, in a process made for that.
 * Returns 0, -NONO_E_POLICY (there is no way: names the grant and the rule), -NONO_E_SYSTEM, -NONO_E_NOMEM.
 */
int nono_sandbox_plan(struct nono_capset *set, enum nono_confined who, const char *remedy, struct nono_error *err);

/** nono_sandbox_has_view - can denied paths below granted directories be masked here? Costs a process. */
bool nono_sandbox_has_view(void);

/**
 * nono_sandbox_item_path - the path that a report's item stands for. Borrowed; NULL where it stands for none.
 */
const char *nono_sandbox_item_path(const struct nono_sandbox *sandbox, const struct nono_stage_report *report);

/**
 * nono_sandbox_prepare - turn a set into kernel objects, without confining anybody yet.
 * @set: sealed and planned; borrowed, its notes may grow (a printed weakening on an older kernel)
 * @ret: set on success only; nono_sandbox_free
 * Returns 0, -NONO_E_UNSUPPORTED (the kernel lacks what the policy needs: the text names the version), -NONO_E_SYSTEM,
 * -NONO_E_NOMEM. Sources: Landlock ABI 1 (Linux 5.13) to 7 (6.15).
 */
int nono_sandbox_prepare(struct nono_capset *set, struct nono_sandbox **ret, struct nono_error *err);

/**
 * nono_sandbox_apply_child - confine the calling thread for good: view, capabilities, no_new_privs, Landlock,
 * seccomp.
 * Raw system calls only: safe between fork and exec. @report is filled on failure.
 * Returns 0 or -1; after -1 the caller must leave, never run the command.
 */
int nono_sandbox_apply_child(const struct nono_sandbox *sandbox, struct nono_stage_report *report);

/**
 * nono_sandbox_attend_child - the calling process is made by one that stays and calls nono_sandbox_reap: what has to
 * run beside the command becomes that one's child, not the command's. Between fork and nono_sandbox_apply_child.
 */
void nono_sandbox_attend_child(const struct nono_sandbox *sandbox);

/** nono_sandbox_reap - after the command's end: wait for what ran beside it. Raw system calls only. */
void nono_sandbox_reap(const struct nono_sandbox *sandbox);

/**
 * nono_sandbox_apply_process - confine the calling process for good: every thread of it, or none.
 * For programs that go on in the sandbox; whoever forks first uses nono_sandbox_apply_child.
 * @report: filled where 1 is returned
 * Threads are called together by the C library's own signal for setuid(2): system calls of theirs that a signal cuts
 * short are cut short. Each gets a Landlock domain of its own, so that a scope also keeps them from signalling each
 * other's children.
 * Returns 0; 1 when the kernel refused a step, after which the process must not go on as if it were confined;
 * -NONO_E_SYSTEM (a thread does not answer within two seconds, the list of threads cannot be read), -NONO_E_UNSUPPORTED
 * (threads, and no way to reach them), -NONO_E_LIMIT, -NONO_E_NOMEM: then nothing was confined.
 */
int nono_sandbox_apply_process(const struct nono_sandbox *sandbox, struct nono_stage_report *report,
			       struct nono_error *err);

/** nono_sandbox_has_threads - does this process have other threads than the caller's? Errors as above. */
int nono_sandbox_has_threads(bool *ret, struct nono_error *err);

/** nono_sandbox_free - close and free. NULL is fine. */
void nono_sandbox_free(struct nono_sandbox *sandbox);

/** nono_sandbox_abi - Landlock's ABI on this kernel, 0 where there is none (never negative). */
int nono_sandbox_abi(void);

#endif
