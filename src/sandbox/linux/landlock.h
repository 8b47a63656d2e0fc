/* landlock.h - the kernel's numbers for Landlock ABI 1 to 7, and the ruleset.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_SANDBOX_LINUX_LANDLOCK_H
#define NONO_SANDBOX_LINUX_LANDLOCK_H

#include <stdint.h>

#include "base/error.h"
#include "policy/capset.h"

/*
 * Own copies, for headers that are older than the kernel (Debian 12 stops at ABI 2). Source: the kernel's
 * include/uapi/linux/landlock.h. File rights are NONO_RIGHT_*, which landlock.c holds against the names below.
 */
#define LL_FS_EXECUTE (1ULL << 0)
#define LL_FS_WRITE_FILE (1ULL << 1)
#define LL_FS_READ_FILE (1ULL << 2)
#define LL_FS_READ_DIR (1ULL << 3)
#define LL_FS_REMOVE_DIR (1ULL << 4)
#define LL_FS_REMOVE_FILE (1ULL << 5)
#define LL_FS_MAKE_CHAR (1ULL << 6)
#define LL_FS_MAKE_DIR (1ULL << 7)
#define LL_FS_MAKE_REG (1ULL << 8)
#define LL_FS_MAKE_SOCK (1ULL << 9)
#define LL_FS_MAKE_FIFO (1ULL << 10)
#define LL_FS_MAKE_BLOCK (1ULL << 11)
#define LL_FS_MAKE_SYM (1ULL << 12)
#define LL_FS_REFER (1ULL << 13)     /* ABI 2, Linux 5.19 */
#define LL_FS_TRUNCATE (1ULL << 14)  /* ABI 3, Linux 6.2 */
#define LL_FS_IOCTL_DEV (1ULL << 15) /* ABI 5, Linux 6.10 */

#define LL_NET_BIND_TCP (1ULL << 0)    /* ABI 4, Linux 6.7 */
#define LL_NET_CONNECT_TCP (1ULL << 1) /* ABI 4 */

#define LL_SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0) /* ABI 6, Linux 6.12 */
#define LL_SCOPE_SIGNAL (1ULL << 1)		  /* ABI 6 */

#define LL_CREATE_RULESET_VERSION (1U << 0)

#define LL_RESTRICT_LOG_SAME_EXEC_OFF (1U << 0)	 /* ABI 7, Linux 6.15 */
#define LL_RESTRICT_LOG_NEW_EXEC_ON (1U << 1)	 /* ABI 7 */
#define LL_RESTRICT_LOG_SUBDOMAINS_OFF (1U << 2) /* ABI 7 */

#define LL_RULE_PATH_BENEATH 1
#define LL_RULE_NET_PORT 2

/* The same numbers on every architecture. */
#define LL_SYS_CREATE_RULESET 444
#define LL_SYS_ADD_RULE 445
#define LL_SYS_RESTRICT_SELF 446

/* Kernels that know fewer fields take this struct while the rest of it is zero. */
struct ll_ruleset_attr {
	uint64_t handled_access_fs;
	uint64_t handled_access_net; /* ABI 4 */
	uint64_t scoped;	     /* ABI 6 */
};

struct ll_path_beneath_attr {
	uint64_t allowed_access;
	int32_t parent_fd;
} __attribute__((packed));

struct ll_net_port_attr {
	uint64_t allowed_access;
	uint64_t port;
};

/**
 * nono_landlock_abi - ask the kernel for Landlock's ABI (in test builds, perhaps lowered).
 * Returns the ABI, from 1 up, or the negated errno: -ENOSYS not built in, -EOPNOTSUPP not enabled at boot.
 */
int nono_landlock_abi(void);

/** nono_landlock_ask - the kernel's own answer; the same returns. */
int nono_landlock_ask(void);

/** nono_landlock_rights - the NONO_RIGHT_* that an ABI knows. */
uint32_t nono_landlock_rights(int abi);

/**
 * nono_landlock_build - make a ruleset of a capability set.
 * @set:    borrowed; an info note is added for an object that Landlock does not govern
 * @abi:    what the kernel, or the test switch, answered; at least 1
 * @ret_fd: set on success only; CLOEXEC, the caller's
 * Everything the ABI knows about files is handled. Ports are handled where the set restricts them and the ABI is at
 * least 4, scopes where it is at least 6: the caller has made sure that what is left out may be left out.
 * Returns 0, -NONO_E_SYSTEM (names the grant), -NONO_E_NOMEM.
 */
int nono_landlock_build(struct nono_capset *set, int abi, int *ret_fd, struct nono_error *err);

#endif
