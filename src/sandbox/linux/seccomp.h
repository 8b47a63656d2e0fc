/* seccomp.h - the constant filters and which one a set needs.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_SANDBOX_LINUX_SECCOMP_H
#define NONO_SANDBOX_LINUX_SECCOMP_H

#include <linux/filter.h>

#include "policy/capset.h"

/* One BPF program, compiled in (tools/genseccomp.c). */
struct nono_bpf {
	const struct sock_filter *code;
	unsigned short len; /* instructions */
};

/** nono_seccomp_select - the program for a set's network, IPC and namespaces. Static, never NULL. */
const struct nono_bpf *nono_seccomp_select(const struct nono_capset *set);

/** nono_seccomp_no_truncate - refuses truncation without write access, which Landlock before ABI 3 does not see. */
extern const struct nono_bpf nono_seccomp_no_truncate;

#endif
