/* seccomp.c - the constant filters: which one a set needs, and loading it.  SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/linux/seccomp.h"

#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/util.h"
#include "sandbox/linux/backend.h"
#include "sandbox/nono_bpf.h" /* generated */

enum net_filter { NET_OPEN, NET_BIND, NET_TCP, NET_UNIX, NET_FILTERS };

#define PROGRAM(name)                                             \
	{                                                         \
		nono_bpf_##name, NONO_ARRAY_SIZE(nono_bpf_##name) \
	}
#define PROGRAMS(net)                                                                            \
	{                                                                                        \
		{PROGRAM(net##_ipc_private_ns_denied), PROGRAM(net##_ipc_private_ns_allowed)},   \
			{PROGRAM(net##_ipc_full_ns_denied), PROGRAM(net##_ipc_full_ns_allowed)}, \
	}

/*
 * A whole program for each combination, [network][full IPC][namespaces]: a load costs about as much as fifty
 * instructions (13 us, and 0.25 us an instruction, measured on Linux 6.18), so one load is cheaper than two of
 * smaller programs.
 */
static const struct nono_bpf programs[NET_FILTERS][2][2] = {
	[NET_OPEN] = PROGRAMS(net_open),
	[NET_BIND] = PROGRAMS(net_bind),
	[NET_TCP] = PROGRAMS(net_tcp),
	[NET_UNIX] = PROGRAMS(net_unix),
};

const struct nono_bpf nono_seccomp_no_truncate = PROGRAM(no_truncate);

/* Landlock restricts TCP ports only: where connecting is restricted, whatever is not TCP has to go altogether. */
static enum net_filter net_filter(const struct nono_network *network)
{
	if (network->connect.len)
		return NET_TCP;
	if (network->block)
		return network->bind.len ? NET_TCP : NET_UNIX;
	return network->bind.len ? NET_BIND : NET_OPEN;
}

const struct nono_bpf *nono_seccomp_select(const struct nono_capset *set)
{
	return &programs[net_filter(&set->network)][set->ipc_mode == NONO_IPC_FULL][set->namespaces];
}

int nono_seccomp_load_child(const struct nono_bpf *program)
{
	/* The kernel only reads it; its struct predates const. */
	struct sock_fprog prog = {.len = program->len, .filter = (struct sock_filter *)program->code};

	/*
	 * No flags. SPEC_ALLOW would leave the speculation mitigations off that kernels before 5.16 tie to seccomp;
	 * they protect other processes from this one, and later kernels do without them by themselves.
	 */
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog);
}
