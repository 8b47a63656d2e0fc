/* test_seccomp.c - the filters, interpreted and in the kernel.  SPDX-License-Identifier: Apache-2.0 */
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "sandbox/linux/backend.h"
#include "sandbox_t.h"
#include "t.h"

#ifdef __x86_64__
#define OWN_ARCH AUDIT_ARCH_X86_64
#define OTHER_ARCH AUDIT_ARCH_AARCH64
#else
#define OWN_ARCH AUDIT_ARCH_AARCH64
#define OTHER_ARCH AUDIT_ARCH_X86_64
#endif

#define HIGH_BITS (UINT64_C(0xdeadbeef) << 32)
#define NR_IO_URING_SETUP 425
#define NR_CLONE3 435
#define NR_OPENAT2 437
#define NR_OPEN_TREE_ATTR 467
#define NR_NEXT_UNKNOWN 600
#define PROTO_MPTCP 262
#define PROTO_SMC 256
#define FAMILY_SMC 43
#define SEND_FASTOPEN 0x20000000
#define KEYCTL_BAD_OPERATION 0xffff

/* The interpreter: instructions that libseccomp emits; false for any other, so that a test fails. */

static bool step(const struct sock_filter *insn, const struct seccomp_data *data, uint32_t *acc, size_t *pc)
{
	bool taken;

	switch (insn->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		if (insn->k > sizeof(*data) - sizeof(*acc))
			return false;
		memcpy(acc, (const char *)data + insn->k, sizeof(*acc));
		return true;
	case BPF_ALU | BPF_AND | BPF_K:
		*acc &= insn->k;
		return true;
	case BPF_JMP | BPF_JA:
		*pc += insn->k;
		return true;
	case BPF_JMP | BPF_JEQ | BPF_K:
		taken = *acc == insn->k;
		break;
	case BPF_JMP | BPF_JGT | BPF_K:
		taken = *acc > insn->k;
		break;
	case BPF_JMP | BPF_JGE | BPF_K:
		taken = *acc >= insn->k;
		break;
	default:
		return false;
	}
	*pc += taken ? insn->jt : insn->jf;
	return true;
}

/* What a program answers: 0 to allow, an errno, or -1 for anything else. */
static int answer(const struct nono_bpf *program, const struct seccomp_data *data)
{
	uint32_t acc = 0;

	for (size_t pc = 0; pc < program->len;) {
		const struct sock_filter *insn = &program->code[pc++];

		if (insn->code == (BPF_RET | BPF_K)) {
			if (insn->k == SECCOMP_RET_ALLOW)
				return 0;
			return (insn->k & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO
				       ? (int)(insn->k & SECCOMP_RET_DATA)
				       : -1;
		}
		if (!step(insn, data, &acc, &pc))
			return -1;
	}
	return -1;
}

/* The sets that lead to the four programs of one kind of network each, by their IPC mode and namespaces. */
enum network { OPEN, BIND, TCP, UNIX, NETWORKS };

static struct nono_capset set_for(enum network network)
{
	static struct nono_port_range port = {443, 443};
	const struct nono_ports some = {&port, 1, 1};
	struct nono_capset set = {0};

	set.network.block = network == UNIX;
	if (network == BIND)
		set.network.bind = some;
	if (network == TCP)
		set.network.connect = some;
	return set;
}

static const struct nono_bpf *program_for(enum network network, bool ipc_full, bool namespaces)
{
	struct nono_capset set = set_for(network);

	set.ipc_mode = ipc_full ? NONO_IPC_FULL : NONO_IPC_UNSET;
	set.namespaces = namespaces;
	return nono_seccomp_select(&set);
}

/* One call; wants[] by network, or the same for all where only the first is set through SAME. */
struct row {
	long nr;
	uint64_t args[4];
	int wants[NETWORKS];
};

#define SAME(e)            \
	{                  \
		e, e, e, e \
	}

static const struct row always[] = {
	{SYS_getpid, {0}, SAME(0)},
	{SYS_openat, {0, 0, O_RDWR | O_CREAT | O_TRUNC}, SAME(0)},
	{SYS_execve, {0}, SAME(0)},
	{SYS_connect, {0}, SAME(0)},
	{NR_NEXT_UNKNOWN, {0}, SAME(0)},
	{NR_OPENAT2, {0}, SAME(0)},
	{NR_IO_URING_SETUP, {0}, SAME(ENOSYS)},
	{NR_IO_URING_SETUP + 1, {0}, SAME(ENOSYS)},
	{NR_IO_URING_SETUP + 2, {0}, SAME(ENOSYS)},
	{SYS_keyctl, {0}, SAME(ENOSYS)},
	{SYS_add_key, {0}, SAME(ENOSYS)},
	{SYS_request_key, {0}, SAME(ENOSYS)},
	{SYS_ioctl, {0, TIOCSTI}, SAME(EPERM)},
	{SYS_ioctl, {0, TIOCSTI | HIGH_BITS}, SAME(EPERM)},
	{SYS_ioctl, {0, TIOCLINUX | HIGH_BITS}, SAME(EPERM)},
	{SYS_ioctl, {0, TIOCSETD}, SAME(EPERM)},
	{SYS_ioctl, {0, TIOCSETD | HIGH_BITS}, SAME(EPERM)},
	{SYS_ioctl, {0, TIOCGETD}, SAME(0)},
	{SYS_ioctl, {0, 0x50009401}, SAME(EPERM)}, /* btrfs: snapshots and subvolumes */
	{SYS_ioctl, {0, 0x50009417 | HIGH_BITS}, SAME(EPERM)},
	{SYS_ioctl, {0, 0x5000940F}, SAME(EPERM)},
	{SYS_ioctl, {0, 0x5000943F}, SAME(EPERM)},
	{SYS_ioctl, {0, 0x5000940E}, SAME(EPERM)},
	{SYS_ioctl, {0, 0x50009418}, SAME(EPERM)},
	{SYS_ioctl, {0, 0x4020BC10}, SAME(EPERM)}, /* the same of bcachefs */
	{SYS_ioctl, {0, 0x4020BC11}, SAME(EPERM)},
	{SYS_ioctl, {0, 0x40186F04}, SAME(EPERM)}, /* OCFS2: a copy by names */
	{SYS_ioctl, {0, 0x40049409}, SAME(0)},	   /* FICLONE, between two descriptors */
	{SYS_ioctl, {0, TIOCGWINSZ}, SAME(0)},
	{SYS_ioctl, {TIOCSTI, TCGETS, TIOCSTI}, SAME(0)},
	{SYS_prlimit64, {0, 7, 1}, SAME(0)},
	{SYS_prlimit64, {1, 7, 0}, SAME(0)},
	{SYS_prlimit64, {1, 7, 1}, SAME(EPERM)},
	{SYS_prlimit64, {1, 7, HIGH_BITS}, SAME(EPERM)},
	{SYS_setpriority, {PRIO_PROCESS, 0, 5}, SAME(0)},
	{SYS_setpriority, {PRIO_PROCESS, 1, 5}, SAME(EPERM)},
	{SYS_setpriority, {PRIO_PROCESS | HIGH_BITS, 1, 5}, SAME(EPERM)},
	{SYS_setpriority, {PRIO_PGRP, 0, 5}, SAME(EPERM)}, /* nono is in it */
	{SYS_setpriority, {PRIO_PGRP | HIGH_BITS, 0, 5}, SAME(EPERM)},
	{SYS_setpriority, {PRIO_USER, 0, 5}, SAME(EPERM)},
	{SYS_setpriority, {PRIO_USER | HIGH_BITS, 0, 5}, SAME(EPERM)},
	{SYS_sched_setscheduler, {0}, SAME(0)},
	{SYS_sched_setscheduler, {1}, SAME(EPERM)},
	{SYS_sched_setparam, {1}, SAME(EPERM)},
	{SYS_sched_setattr, {0}, SAME(0)},
	{SYS_sched_setattr, {1}, SAME(EPERM)},
	{SYS_sched_setaffinity, {0}, SAME(0)},
	{SYS_sched_setaffinity, {1}, SAME(EPERM)},
	{SYS_sched_getaffinity, {1}, SAME(0)},
	{SYS_ioprio_set, {1, 0}, SAME(0)},
	{SYS_ioprio_set, {1, 1}, SAME(EPERM)},
	{SYS_ioprio_set, {1 | HIGH_BITS, 1}, SAME(EPERM)},
	{SYS_ioprio_set, {2, 0}, SAME(EPERM)},
	{SYS_ioprio_set, {2 | HIGH_BITS, 0}, SAME(EPERM)},
	{SYS_ioprio_set, {3, 0}, SAME(EPERM)},
	{SYS_migrate_pages, {0}, SAME(0)},
	{SYS_migrate_pages, {1}, SAME(EPERM)},
	{SYS_move_pages, {0}, SAME(0)},
	{SYS_move_pages, {1}, SAME(EPERM)},
	{SYS_mount, {0}, SAME(EPERM)},
	{SYS_umount2, {0}, SAME(EPERM)},
	{SYS_pivot_root, {0}, SAME(EPERM)},
	{428, {0}, SAME(EPERM)}, /* open_tree, move_mount, fsopen, fsconfig, fsmount, fspick */
	{429, {0}, SAME(EPERM)},
	{430, {0}, SAME(EPERM)},
	{431, {0}, SAME(EPERM)},
	{432, {0}, SAME(EPERM)},
	{433, {0}, SAME(EPERM)},
	{442, {0}, SAME(EPERM)}, /* mount_setattr, quotactl_fd */
	{443, {0}, SAME(EPERM)},
	{444, {0}, SAME(0)}, /* Landlock inside: a program may confine itself further */
	{NR_OPEN_TREE_ATTR, {0}, SAME(EPERM)},
	{SYS_bpf, {0}, SAME(EPERM)},
	{SYS_perf_event_open, {0}, SAME(EPERM)},
	{SYS_userfaultfd, {0}, SAME(EPERM)},
	{SYS_open_by_handle_at, {0}, SAME(EPERM)},
	{SYS_name_to_handle_at, {0}, SAME(0)},
	{SYS_init_module, {0}, SAME(EPERM)},
	{SYS_finit_module, {0}, SAME(EPERM)},
	{SYS_delete_module, {0}, SAME(EPERM)},
	{SYS_kexec_load, {0}, SAME(EPERM)},
	{SYS_reboot, {0}, SAME(EPERM)},
	{SYS_swapon, {0}, SAME(EPERM)},
	{SYS_swapoff, {0}, SAME(EPERM)},
	{SYS_settimeofday, {0}, SAME(EPERM)},
	{SYS_clock_settime, {0}, SAME(EPERM)},
	{SYS_clock_adjtime, {0}, SAME(0)},
	{SYS_sethostname, {0}, SAME(EPERM)},
	{SYS_setdomainname, {0}, SAME(EPERM)},
	{SYS_acct, {0}, SAME(EPERM)},
	{SYS_quotactl, {0}, SAME(EPERM)},
	{SYS_syslog, {0}, SAME(EPERM)},
	{SYS_vhangup, {0}, SAME(EPERM)},
	{SYS_fanotify_init, {0}, SAME(EPERM)},
	{SYS_mq_open, {0}, SAME(EACCES)},
	{SYS_mq_unlink, {0}, SAME(EACCES)},
	{SYS_ptrace, {0}, SAME(0)},
	{SYS_shmdt, {0}, SAME(0)},
#ifdef __x86_64__
	{SYS_iopl, {3}, SAME(EPERM)},
	{SYS_ioperm, {0}, SAME(EPERM)},
	{0x40000000 | SYS_getpid, {0}, SAME(EPERM)}, /* x32 */
	{0x40000000 | SYS_ioctl, {0, TIOCSTI}, SAME(EPERM)},
#endif
};

static const struct row unless_ipc_full[] = {
	{SYS_shmget, {0}, SAME(EPERM)}, {SYS_shmat, {0}, SAME(EPERM)},	{SYS_shmctl, {0}, SAME(EPERM)},
	{SYS_semget, {0}, SAME(EPERM)}, {SYS_semop, {0}, SAME(EPERM)},	{SYS_semtimedop, {0}, SAME(EPERM)},
	{SYS_semctl, {0}, SAME(EPERM)}, {SYS_msgget, {0}, SAME(EPERM)}, {SYS_msgsnd, {0}, SAME(EPERM)},
	{SYS_msgrcv, {0}, SAME(EPERM)}, {SYS_msgctl, {0}, SAME(EPERM)},
};

static const struct row unless_namespaces[] = {
	{NR_CLONE3, {0}, SAME(ENOSYS)},
	{SYS_setns, {0}, SAME(EPERM)},
	{SYS_clone, {CLONE_NEWUSER | SIGCHLD}, SAME(EPERM)},
	{SYS_clone, {CLONE_NEWUSER | HIGH_BITS}, SAME(EPERM)},
	{SYS_clone, {CLONE_NEWNS}, SAME(EPERM)},
	{SYS_clone, {CLONE_NEWPID}, SAME(EPERM)},
	{SYS_clone, {CLONE_NEWNET}, SAME(EPERM)},
	{SYS_clone, {CLONE_NEWUTS}, SAME(EPERM)},
	{SYS_clone, {CLONE_NEWIPC}, SAME(EPERM)},
	{SYS_clone, {CLONE_NEWCGROUP}, SAME(EPERM)},
	{SYS_unshare, {CLONE_NEWUSER}, SAME(EPERM)},
	{SYS_unshare, {CLONE_NEWNS | CLONE_FS}, SAME(EPERM)},
	{SYS_unshare, {CLONE_NEWPID}, SAME(EPERM)},
	{SYS_unshare, {CLONE_NEWNET}, SAME(EPERM)},
	{SYS_unshare, {CLONE_NEWUTS}, SAME(EPERM)},
	{SYS_unshare, {CLONE_NEWIPC}, SAME(EPERM)},
	{SYS_unshare, {CLONE_NEWCGROUP}, SAME(EPERM)},
	{SYS_unshare, {0x80}, SAME(EPERM)}, /* CLONE_NEWTIME */
};

/* Not a word about namespaces: threads and forks always work. */
static const struct row always_processes[] = {
	{SYS_clone, {SIGCHLD}, SAME(0)},
	{SYS_clone, {CLONE_VM | CLONE_VFORK | SIGCHLD}, SAME(0)},
	{SYS_clone, {CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM}, SAME(0)},
	{SYS_unshare, {CLONE_FS | CLONE_FILES | CLONE_SYSVSEM}, SAME(0)},
};

#define NO_FAMILY EAFNOSUPPORT

static const struct row network[] = {
	{SYS_socket, {AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0}, SAME(0)},
	{SYS_socket, {AF_UNIX, SOCK_DGRAM, 0}, SAME(0)},
	{SYS_socket, {AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0}, {0, 0, 0, EACCES}},
	{SYS_socket, {AF_INET6, SOCK_STREAM, IPPROTO_TCP}, {0, 0, 0, EACCES}},
	{SYS_socket, {AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0}, {0, 0, EACCES, EACCES}},
	{SYS_socket, {AF_INET | HIGH_BITS, SOCK_DGRAM, 0}, {0, 0, EACCES, EACCES}},
	{SYS_socket, {AF_INET, SOCK_DGRAM | HIGH_BITS, 0}, {0, 0, EACCES, EACCES}},
	{SYS_socket, {AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6}, {0, 0, EACCES, EACCES}},
	{SYS_socket, {AF_INET, SOCK_RAW, IPPROTO_RAW}, {0, 0, EACCES, EACCES}},
	{SYS_socket, {AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP}, {0, 0, EACCES, EACCES}},
	{SYS_socket, {AF_INET, SOCK_STREAM, IPPROTO_SCTP}, {0, 0, EACCES, EACCES}},
	{SYS_socket, {AF_INET, SOCK_STREAM, PROTO_MPTCP}, {0, EACCES, EACCES, EACCES}},
	{SYS_socket, {AF_INET6, SOCK_STREAM, PROTO_MPTCP | HIGH_BITS}, {0, EACCES, EACCES, EACCES}},
	{SYS_socket, {AF_INET, SOCK_STREAM, PROTO_SMC}, {0, EACCES, EACCES, EACCES}},
	{SYS_socket, {FAMILY_SMC, SOCK_STREAM, 0}, {0, NO_FAMILY, NO_FAMILY, NO_FAMILY}},
	{SYS_socket, {FAMILY_SMC | HIGH_BITS, SOCK_STREAM, 0}, {0, NO_FAMILY, NO_FAMILY, NO_FAMILY}},
	{SYS_socket, {AF_UNSPEC, SOCK_STREAM, 0}, {0, 0, NO_FAMILY, NO_FAMILY}},
	{SYS_socket, {AF_NETLINK, SOCK_RAW, 0}, {0, 0, NO_FAMILY, NO_FAMILY}},
	{SYS_socket, {AF_PACKET, SOCK_RAW, 0}, {0, 0, NO_FAMILY, NO_FAMILY}},
	{SYS_socket, {AF_VSOCK, SOCK_STREAM, 0}, {0, 0, NO_FAMILY, NO_FAMILY}},
	{SYS_socket, {AF_ALG, SOCK_SEQPACKET, 0}, {0, 0, NO_FAMILY, NO_FAMILY}},
	{SYS_socket, {AF_AX25, SOCK_DGRAM, 0}, {0, 0, NO_FAMILY, NO_FAMILY}},
	{SYS_socket, {AF_X25, SOCK_SEQPACKET, 0}, {0, 0, NO_FAMILY, NO_FAMILY}},
	{SYS_socket, {UINT64_MAX, SOCK_STREAM, 0}, {0, 0, NO_FAMILY, NO_FAMILY}},
	{SYS_socketpair, {AF_UNIX, SOCK_STREAM, 0}, SAME(0)},
	{SYS_socketpair, {AF_TIPC, SOCK_STREAM, 0}, {0, 0, NO_FAMILY, NO_FAMILY}},
	{SYS_sendto, {0, 0, 0, MSG_NOSIGNAL}, SAME(0)},
	{SYS_sendto, {0, 0, 0, MSG_NOSIGNAL | SEND_FASTOPEN}, {0, 0, EPERM, 0}},
	{SYS_sendto, {0, 0, 0, SEND_FASTOPEN | HIGH_BITS}, {0, 0, EPERM, 0}},
	{SYS_sendmsg, {0, 0, SEND_FASTOPEN}, {0, 0, EPERM, 0}},
	{SYS_sendmsg, {0, 0, MSG_DONTWAIT, SEND_FASTOPEN}, SAME(0)},
	{SYS_sendmmsg, {0, 0, 0, SEND_FASTOPEN}, {0, 0, EPERM, 0}},
	{SYS_setsockopt, {0, IPPROTO_TCP, 30}, {0, 0, EPERM, 0}}, /* TCP_FASTOPEN_CONNECT */
	{SYS_setsockopt, {0, IPPROTO_TCP | HIGH_BITS, 30 | HIGH_BITS}, {0, 0, EPERM, 0}},
	{SYS_setsockopt, {0, IPPROTO_TCP, 31}, {0, EPERM, EPERM, 0}}, /* TCP_ULP */
	{SYS_setsockopt, {0, IPPROTO_TCP, 1}, SAME(0)},		      /* TCP_NODELAY */
	{SYS_setsockopt, {0, SOL_SOCKET, 30}, SAME(0)},
};

static void check_row(const struct row *row, int arch, bool ipc_full, bool namespaces, bool lifted)
{
	struct seccomp_data data = {.nr = (int)row->nr, .arch = (uint32_t)arch};

	memcpy(data.args, row->args, sizeof(row->args));
	for (int net = OPEN; net < NETWORKS; net++) {
		int got = answer(program_for((enum network)net, ipc_full, namespaces), &data);
		int want = lifted ? 0 : row->wants[net];

		if (arch != (int)OWN_ARCH)
			want = EPERM;
		if (got != want)
			(void)printf("# call %ld (0x%llx 0x%llx 0x%llx), network %d:\n", row->nr,
				     (unsigned long long)row->args[0], (unsigned long long)row->args[1],
				     (unsigned long long)row->args[2], net);
		CHECK_INT(got, want);
	}
}

static void check_rows(const struct row *rows, size_t count, bool lifted_by_ipc, bool lifted_by_namespaces)
{
	for (size_t i = 0; i < count; i++) {
		for (int ipc = 0; ipc < 2; ipc++) {
			for (int ns = 0; ns < 2; ns++)
				check_row(&rows[i], (int)OWN_ARCH, ipc, ns,
					  (ipc && lifted_by_ipc) || (ns && lifted_by_namespaces));
		}
	}
}

TEST(seccomp_programs)
{
	check_rows(always, NONO_ARRAY_SIZE(always), false, false);
	check_rows(always_processes, NONO_ARRAY_SIZE(always_processes), false, false);
	check_rows(network, NONO_ARRAY_SIZE(network), false, false);
	check_rows(unless_ipc_full, NONO_ARRAY_SIZE(unless_ipc_full), true, false);
	check_rows(unless_namespaces, NONO_ARRAY_SIZE(unless_namespaces), false, true);
}

TEST(seccomp_foreign_architectures)
{
	static const uint32_t arches[] = {OTHER_ARCH, AUDIT_ARCH_I386, AUDIT_ARCH_ARM, AUDIT_ARCH_RISCV64, 0};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(arches); i++)
		for (size_t j = 0; j < NONO_ARRAY_SIZE(always); j++)
			check_row(&always[j], (int)arches[i], false, false, false);
}

TEST(seccomp_no_truncate_program)
{
	static const struct {
		long nr;
		int flag_arg;
		uint64_t flags;
		int want;
	} rows[] = {
		{SYS_openat, 2, O_RDONLY, 0},
		{SYS_openat, 2, O_RDONLY | O_TRUNC, EACCES},
		{SYS_openat, 2, O_RDONLY | O_TRUNC | O_CREAT | O_CLOEXEC | HIGH_BITS, EACCES},
		{SYS_openat, 2, O_WRONLY | O_TRUNC | O_CREAT, 0},
		{SYS_openat, 2, O_RDWR | O_TRUNC, 0},
		{SYS_openat, 2, O_ACCMODE, 0},
		{SYS_openat, 2, O_ACCMODE | O_TRUNC, EACCES},
		{SYS_truncate, 0, 0, EACCES},
		{SYS_ftruncate, 0, 0, 0},
		{NR_OPENAT2, 0, 0, ENOSYS},
#ifdef SYS_open
		{SYS_open, 1, O_RDONLY | O_TRUNC, EACCES},
		{SYS_open, 1, O_ACCMODE | O_TRUNC, EACCES},
		{SYS_open, 1, O_WRONLY | O_TRUNC, 0},
		{SYS_creat, 1, 0600, 0},
#endif
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(rows); i++) {
		struct seccomp_data data = {.nr = (int)rows[i].nr, .arch = OWN_ARCH};

		data.args[rows[i].flag_arg] = rows[i].flags;
		CHECK_INT(answer(&nono_seccomp_no_truncate, &data), rows[i].want);
	}
}

/* The same in the kernel, where a call can be tried without harm and has an answer of its own when let through. */

static int op_io_uring(const char *arg)
{
	(void)arg;
	return result_of(syscall(NR_IO_URING_SETUP, 0, NULL));
}

static int op_keyctl(const char *arg)
{
	(void)arg;
	return result_of(syscall(SYS_keyctl, KEYCTL_BAD_OPERATION));
}

static int op_tiocsti(const char *arg)
{
	int fds[2];

	(void)arg;
	return pipe(fds) < 0 ? errno : result_of(syscall(SYS_ioctl, fds[0], TIOCSTI | HIGH_BITS, "x"));
}

static int op_clone3(const char *arg)
{
	(void)arg;
	return result_of(syscall(NR_CLONE3, NULL, 0));
}

static int op_bad_unshare(const char *arg)
{
	(void)arg;
	/* CLONE_PARENT makes it invalid, so that what the machine allows its users does not matter. */
	return result_of(syscall(SYS_unshare, CLONE_NEWUSER | CLONE_PARENT));
}

static int op_bad_clone(const char *arg)
{
	(void)arg;
	return result_of(syscall(SYS_clone, CLONE_NEWUSER | CLONE_FS, 0, 0, 0, 0));
}

static int op_prlimit(const char *arg)
{
	struct rlimit same;
	pid_t pid = nono_streq(arg, "self") ? 0 : getppid();

	if (syscall(SYS_prlimit64, pid, RLIMIT_CORE, NULL, &same) < 0)
		return ENODATA; /* reading stays allowed */
	return result_of(syscall(SYS_prlimit64, pid, RLIMIT_CORE, &same, NULL));
}

static int op_setpriority(const char *arg)
{
	id_t who = nono_streq(arg, "self") ? 0 : (id_t)getppid();

	return result_of(setpriority(PRIO_PROCESS, who, getpriority(PRIO_PROCESS, who)));
}

static int op_affinity(const char *arg)
{
	cpu_set_t cpus;
	pid_t pid = nono_streq(arg, "self") ? 0 : getppid();

	if (sched_getaffinity(pid, sizeof(cpus), &cpus) < 0)
		return ENODATA;
	return result_of(sched_setaffinity(pid, sizeof(cpus), &cpus));
}

static int op_shmget(const char *arg)
{
	int id = shmget(IPC_PRIVATE, 4096, 0600);

	(void)arg;
	if (id < 0)
		return errno;
	return result_of(shmctl(id, IPC_RMID, NULL));
}

static int op_datagram(const char *arg)
{
	(void)arg;
	return result_of(socket(AF_INET, SOCK_DGRAM, 0));
}

static int op_unix(const char *arg)
{
	int fds[2];

	(void)arg;
	return socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0 ? errno : result_of(socket(AF_UNIX, SOCK_DGRAM, 0));
}

static int op_fastopen(const char *arg)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(9)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	(void)arg;
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (sendto(fd, "x", 1, SEND_FASTOPEN, (struct sockaddr *)&addr, sizeof(addr)) >= 0)
		return 0;
	return errno == EPERM ? EPERM : 0; /* nobody needs to listen there */
}

static int op_mptcp(const char *arg)
{
	(void)arg;
	return result_of(socket(AF_INET, SOCK_STREAM, PROTO_MPTCP)) == EACCES ? EACCES : 0;
}

#ifdef __x86_64__
static int op_x32(const char *arg)
{
	(void)arg;
	return result_of(syscall(0x40000000 | SYS_getpid)) == EPERM ? EPERM : 0;
}

static int op_int80(const char *arg)
{
	long returned;

	(void)arg;
	__asm__ volatile("int $0x80" : "=a"(returned) : "a"(20L) : "memory", "r8", "r9", "r10", "r11"); /* getpid */
	return returned == -EPERM ? EPERM : 0;
}
#endif

static const struct {
	const char *name;
	try_fn op;
	const char *arg;
	enum network network;
	int control;
	int want;
} calls[] = {
	{"io_uring_setup", op_io_uring, NULL, OPEN, EFAULT, ENOSYS},
	{"keyctl", op_keyctl, NULL, OPEN, EOPNOTSUPP, ENOSYS},
	{"TIOCSTI with high bits", op_tiocsti, NULL, OPEN, ENOTTY, EPERM},
	{"clone3", op_clone3, NULL, OPEN, EINVAL, ENOSYS},
	{"unshare", op_bad_unshare, NULL, OPEN, EINVAL, EPERM},
	{"clone", op_bad_clone, NULL, OPEN, EINVAL, EPERM},
	{"prlimit on the parent", op_prlimit, "parent", OPEN, 0, EPERM},
	{"prlimit", op_prlimit, "self", OPEN, 0, 0},
	{"setpriority on the parent", op_setpriority, "parent", OPEN, 0, EPERM},
	{"setpriority", op_setpriority, "self", OPEN, 0, 0},
	{"sched_setaffinity on the parent", op_affinity, "parent", OPEN, 0, EPERM},
	{"sched_setaffinity", op_affinity, "self", OPEN, 0, 0},
	{"shmget", op_shmget, NULL, OPEN, 0, EPERM},
	{"UDP", op_datagram, NULL, OPEN, 0, 0},
	{"UDP", op_datagram, NULL, BIND, 0, 0},
	{"UDP", op_datagram, NULL, TCP, 0, EACCES},
	{"UDP", op_datagram, NULL, UNIX, 0, EACCES},
	{"unix sockets", op_unix, NULL, TCP, 0, 0},
	{"unix sockets", op_unix, NULL, UNIX, 0, 0},
	{"MSG_FASTOPEN", op_fastopen, NULL, TCP, 0, EPERM},
	{"MPTCP", op_mptcp, NULL, BIND, 0, EACCES},
	{"MPTCP", op_mptcp, NULL, TCP, 0, EACCES},
#ifdef __x86_64__
	{"x32", op_x32, NULL, OPEN, 0, EPERM},
	{"int 0x80", op_int80, NULL, OPEN, 0, EPERM},
#endif
};

static void check_calls(void)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(calls); i++) {
		struct nono_capset set = set_for(calls[i].network);
		int control = try_in(NULL, calls[i].op, calls[i].arg);
		int got;

		if (control == TRY_SIGNALLED || control == ENOSYS) {
			(void)printf("# not tried, this kernel has none: %s\n", calls[i].name);
			continue;
		}
		if ((calls[i].network == TCP || calls[i].network == BIND) && nono_sandbox_abi() < 4)
			continue;
		got = try_in(&set, calls[i].op, calls[i].arg);
		if (control != calls[i].control || got != calls[i].want)
			(void)printf("# %s:\n", calls[i].name);
		CHECK_INT(control, calls[i].control);
		CHECK_INT(got, calls[i].want);
	}
}

TEST(seccomp_calls)
{
	check_calls();
}

TEST_ROOT(seccomp_calls_of_root)
{
	check_calls();
}

TEST(seccomp_what_a_policy_lifts)
{
	struct nono_capset set = {.ipc_mode = NONO_IPC_FULL};

	CHECK_INT(try_in(&set, op_shmget, NULL), 0);
	CHECK_INT(try_in(&set, op_clone3, NULL), ENOSYS);
	set = (struct nono_capset){.namespaces = true};
	CHECK_INT(try_in(&set, op_shmget, NULL), EPERM);
	CHECK_INT(try_in(&set, op_clone3, NULL), EINVAL);
	CHECK_INT(try_in(&set, op_bad_unshare, NULL), EINVAL);
	CHECK_INT(try_in(&set, op_bad_clone, NULL), EINVAL);
}
