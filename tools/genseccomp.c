/* genseccomp.c - build time: the constant seccomp filters as C arrays.  SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The kernel's numbers, the same on every architecture that is built for. */
#define FAMILY_UNIX 1
#define FAMILY_INET 2
#define FAMILY_INET6 10
#define FAMILY_SMC 43
#define TYPE_MASK 0xf /* the rest is SOCK_CLOEXEC and SOCK_NONBLOCK */
#define TYPE_STREAM 1
#define PROTO_TCP 6
#define PROTO_LAST 255 /* beyond are MPTCP (262) and SMC (256), TCP that Landlock does not take for TCP */
#define LEVEL_TCP 6
#define OPT_FASTOPEN_CONNECT 30
#define OPT_ULP 31
#define SEND_FASTOPEN 0x20000000
#define IOCTL_TIOCSTI 0x5412
#define IOCTL_TIOCLINUX 0x541C
#define IOCTL_TIOCSETD 0x5423
#define IOCTL_BTRFS_SNAP_CREATE 0x50009401
#define IOCTL_BTRFS_SNAP_CREATE_V2 0x50009417
#define IOCTL_BTRFS_SNAP_DESTROY 0x5000940F
#define IOCTL_BTRFS_SNAP_DESTROY_V2 0x5000943F
#define IOCTL_BTRFS_SUBVOL_CREATE 0x5000940E
#define IOCTL_BTRFS_SUBVOL_CREATE_V2 0x50009418
#define IOCTL_BCACHEFS_SUBVOL_CREATE 0x4020BC10
#define IOCTL_BCACHEFS_SUBVOL_DESTROY 0x4020BC11
#define IOCTL_OCFS2_REFLINK 0x40186F04
#define PRIORITY_PROCESS 0
#define IO_PRIORITY_PROCESS 1
#define OPEN_ACCMODE 03
#define OPEN_TRUNC 01000
#define NEW_TIME 0x00000080 /* in clone(2) these bits are the exit signal */
#define NEW_NS 0x00020000
#define NEW_CGROUP 0x02000000
#define NEW_UTS 0x04000000
#define NEW_IPC 0x08000000
#define NEW_USER 0x10000000
#define NEW_PID 0x20000000
#define NEW_NET 0x40000000

/* Where a rule applies: a variant has one bit of each row, and a rule all bits of the variants that it is in. */
enum {
	NET_OPEN = 1 << 0, /* not restricted */
	NET_BIND = 1 << 1, /* TCP ports to listen on are */
	NET_TCP = 1 << 2,  /* unix sockets, and TCP as Landlock's port rules say */
	NET_UNIX = 1 << 3, /* unix sockets */
	IPC_PRIVATE = 1 << 4,
	IPC_FULL = 1 << 5,
	NS_DENIED = 1 << 6,
	NS_ALLOWED = 1 << 7,
	ALWAYS = (1 << 8) - 1,
	IF_NS_DENIED = ALWAYS & ~NS_ALLOWED,
	IF_IPC_PRIVATE = ALWAYS & ~IPC_FULL,
	IF_BIND = ALWAYS & ~(NET_OPEN | NET_TCP | NET_UNIX),
	IF_TCP = ALWAYS & ~(NET_OPEN | NET_BIND | NET_UNIX),
	IF_UNIX = ALWAYS & ~(NET_OPEN | NET_BIND | NET_TCP),
	IF_TCP_OR_UNIX = ALWAYS & ~(NET_OPEN | NET_BIND),
	IF_BIND_OR_TCP = ALWAYS & ~(NET_OPEN | NET_UNIX),
};

struct rule {
	const char *name;
	int number; /* used where libseccomp does not know the name; from 424 on all architectures agree */
	int error;
	unsigned int in;
	unsigned int count;
	struct scmp_arg_cmp args[2];
};

/*
 * The kernel takes most of these arguments as an int and ignores the upper half of the register, so LOW compares the
 * lower half only. Where a comparison is of the whole register (NOT), a set upper half is refused: stricter.
 */
#define LOW(arg, value)                                        \
	{                                                      \
		(arg), SCMP_CMP_MASKED_EQ, UINT32_MAX, (value) \
	}
#define BITS(arg, mask, value)                             \
	{                                                  \
		(arg), SCMP_CMP_MASKED_EQ, (mask), (value) \
	}
#define BIT(arg, bit) BITS(arg, bit, bit)
#define NOT(arg, value)                        \
	{                                      \
		(arg), SCMP_CMP_NE, (value), 0 \
	}
#define OVER(arg, value)                       \
	{                                      \
		(arg), SCMP_CMP_GT, (value), 0 \
	}

#define DENY(name, error, in)           \
	{                               \
#name, 0, error, in, 0, \
		{                       \
			{               \
				0       \
			}               \
		}                       \
	}
#define DENY_NUMBER(name, number, error, in) \
	{                                    \
#name, number, error, in, 0, \
		{                            \
			{                    \
				0            \
			}                    \
		}                            \
	}
#define DENY_IF(name, error, in, a)     \
	{                               \
#name, 0, error, in, 1, \
		{                       \
			a               \
		}                       \
	}
#define DENY_IF2(name, error, in, a, b) \
	{                               \
#name, 0, error, in, 2, \
		{                       \
			a, b            \
		}                       \
	}

/*
 * ENOSYS where programs are prepared for a kernel without the call, EPERM elsewhere. Sockets: EACCES for IPv4 and
 * IPv6, as socket(2) documents and as Landlock answers for a port; EAFNOSUPPORT for other families, which programs
 * take for a kernel without them (useradd gives up when the audit socket fails with anything else).
 */
static const struct rule rules[] = {
	/* Rings carry calls past every filter; the kernel's keyrings are shared with the user's other processes. */
	DENY(io_uring_setup, ENOSYS, ALWAYS),
	DENY(io_uring_enter, ENOSYS, ALWAYS),
	DENY(io_uring_register, ENOSYS, ALWAYS),
	DENY(keyctl, ENOSYS, ALWAYS),
	DENY(add_key, ENOSYS, ALWAYS),
	DENY(request_key, ENOSYS, ALWAYS),

	/* Typing into the terminal that nono was started from; another line discipline would make it deaf for good. */
	DENY_IF(ioctl, EPERM, ALWAYS, LOW(1, IOCTL_TIOCSTI)),
	DENY_IF(ioctl, EPERM, ALWAYS, LOW(1, IOCTL_TIOCLINUX)),
	DENY_IF(ioctl, EPERM, ALWAYS, LOW(1, IOCTL_TIOCSETD)),

	/*
	 * File systems that make, copy and remove whole trees by ioctl, unseen by Landlock. To older kernels any file
	 * of one's own is reason enough to copy the btrfs subvolume around it, what one may not read included.
	 */
	DENY_IF(ioctl, EPERM, ALWAYS, LOW(1, IOCTL_BTRFS_SNAP_CREATE)),
	DENY_IF(ioctl, EPERM, ALWAYS, LOW(1, IOCTL_BTRFS_SNAP_CREATE_V2)),
	DENY_IF(ioctl, EPERM, ALWAYS, LOW(1, IOCTL_BTRFS_SNAP_DESTROY)),
	DENY_IF(ioctl, EPERM, ALWAYS, LOW(1, IOCTL_BTRFS_SNAP_DESTROY_V2)),
	DENY_IF(ioctl, EPERM, ALWAYS, LOW(1, IOCTL_BTRFS_SUBVOL_CREATE)),
	DENY_IF(ioctl, EPERM, ALWAYS, LOW(1, IOCTL_BTRFS_SUBVOL_CREATE_V2)),
	DENY_IF(ioctl, EPERM, ALWAYS, LOW(1, IOCTL_BCACHEFS_SUBVOL_CREATE)),
	DENY_IF(ioctl, EPERM, ALWAYS, LOW(1, IOCTL_BCACHEFS_SUBVOL_DESTROY)),
	DENY_IF(ioctl, EPERM, ALWAYS, LOW(1, IOCTL_OCFS2_REFLINK)),

	/*
	 * Limits and scheduling of others, which Landlock's signal scope does not cover: of oneself only (0), and no
	 * process group, because nono and the neighbours in a shell's pipeline are in one's own.
	 */
	DENY_IF2(prlimit64, EPERM, ALWAYS, NOT(0, 0), NOT(2, 0)),
	DENY_IF(setpriority, EPERM, ALWAYS, NOT(0, PRIORITY_PROCESS)),
	DENY_IF(setpriority, EPERM, ALWAYS, NOT(1, 0)),
	DENY_IF(ioprio_set, EPERM, ALWAYS, NOT(0, IO_PRIORITY_PROCESS)),
	DENY_IF(ioprio_set, EPERM, ALWAYS, NOT(1, 0)),
	DENY_IF(sched_setscheduler, EPERM, ALWAYS, NOT(0, 0)),
	DENY_IF(sched_setparam, EPERM, ALWAYS, NOT(0, 0)),
	DENY_IF(sched_setattr, EPERM, ALWAYS, NOT(0, 0)),
	DENY_IF(sched_setaffinity, EPERM, ALWAYS, NOT(0, 0)),
	DENY_IF(migrate_pages, EPERM, ALWAYS, NOT(0, 0)),
	DENY_IF(move_pages, EPERM, ALWAYS, NOT(0, 0)),

	/* What only a root can use, and never needs inside; a second lock behind the dropped capabilities. */
	DENY(init_module, EPERM, ALWAYS),
	DENY(finit_module, EPERM, ALWAYS),
	DENY(delete_module, EPERM, ALWAYS),
	DENY(kexec_load, EPERM, ALWAYS),
	DENY(kexec_file_load, EPERM, ALWAYS),
	DENY(bpf, EPERM, ALWAYS),
	DENY(perf_event_open, EPERM, ALWAYS),
	DENY(open_by_handle_at, EPERM, ALWAYS),
	DENY(iopl, EPERM, ALWAYS),
	DENY(ioperm, EPERM, ALWAYS),
	DENY(swapon, EPERM, ALWAYS),
	DENY(swapoff, EPERM, ALWAYS),
	DENY(reboot, EPERM, ALWAYS),
	DENY(settimeofday, EPERM, ALWAYS),
	DENY(clock_settime, EPERM, ALWAYS),
	DENY(sethostname, EPERM, ALWAYS),
	DENY(setdomainname, EPERM, ALWAYS),
	DENY(acct, EPERM, ALWAYS),
	DENY(quotactl, EPERM, ALWAYS),
	DENY_NUMBER(quotactl_fd, 443, EPERM, ALWAYS),
	DENY(userfaultfd, EPERM, ALWAYS),
	DENY(lookup_dcookie, EPERM, ALWAYS),
	DENY(syslog, EPERM, ALWAYS),
	DENY(vhangup, EPERM, ALWAYS),
	DENY(nfsservctl, EPERM, ALWAYS),
	DENY(fanotify_init, EPERM, ALWAYS),
	DENY(mount, EPERM, ALWAYS),
	DENY(umount2, EPERM, ALWAYS),
	DENY(pivot_root, EPERM, ALWAYS),
	DENY(move_mount, EPERM, ALWAYS),
	DENY(open_tree, EPERM, ALWAYS),
	DENY(fsopen, EPERM, ALWAYS),
	DENY(fsconfig, EPERM, ALWAYS),
	DENY(fsmount, EPERM, ALWAYS),
	DENY(fspick, EPERM, ALWAYS),
	DENY_NUMBER(mount_setattr, 442, EPERM, ALWAYS),
	DENY_NUMBER(open_tree_attr, 467, EPERM, ALWAYS),

	/* Namespaces. The flags of clone3 are in memory, out of a filter's sight; libc goes back to clone. */
	DENY(clone3, ENOSYS, IF_NS_DENIED),
	DENY(setns, EPERM, IF_NS_DENIED),
	DENY_IF(clone, EPERM, IF_NS_DENIED, BIT(0, NEW_NS)),
	DENY_IF(clone, EPERM, IF_NS_DENIED, BIT(0, NEW_CGROUP)),
	DENY_IF(clone, EPERM, IF_NS_DENIED, BIT(0, NEW_UTS)),
	DENY_IF(clone, EPERM, IF_NS_DENIED, BIT(0, NEW_IPC)),
	DENY_IF(clone, EPERM, IF_NS_DENIED, BIT(0, NEW_USER)),
	DENY_IF(clone, EPERM, IF_NS_DENIED, BIT(0, NEW_PID)),
	DENY_IF(clone, EPERM, IF_NS_DENIED, BIT(0, NEW_NET)),
	DENY_IF(unshare, EPERM, IF_NS_DENIED, BIT(0, NEW_TIME)),
	DENY_IF(unshare, EPERM, IF_NS_DENIED, BIT(0, NEW_NS)),
	DENY_IF(unshare, EPERM, IF_NS_DENIED, BIT(0, NEW_CGROUP)),
	DENY_IF(unshare, EPERM, IF_NS_DENIED, BIT(0, NEW_UTS)),
	DENY_IF(unshare, EPERM, IF_NS_DENIED, BIT(0, NEW_IPC)),
	DENY_IF(unshare, EPERM, IF_NS_DENIED, BIT(0, NEW_USER)),
	DENY_IF(unshare, EPERM, IF_NS_DENIED, BIT(0, NEW_PID)),
	DENY_IF(unshare, EPERM, IF_NS_DENIED, BIT(0, NEW_NET)),

	/* System V IPC: by its number, an object of another program cannot be told from one's own. */
	DENY(shmget, EPERM, IF_IPC_PRIVATE),
	DENY(shmat, EPERM, IF_IPC_PRIVATE),
	DENY(shmctl, EPERM, IF_IPC_PRIVATE),
	DENY(semget, EPERM, IF_IPC_PRIVATE),
	DENY(semop, EPERM, IF_IPC_PRIVATE),
	DENY(semtimedop, EPERM, IF_IPC_PRIVATE),
	DENY(semctl, EPERM, IF_IPC_PRIVATE),
	DENY(msgget, EPERM, IF_IPC_PRIVATE),
	DENY(msgsnd, EPERM, IF_IPC_PRIVATE),
	DENY(msgrcv, EPERM, IF_IPC_PRIVATE),
	DENY(msgctl, EPERM, IF_IPC_PRIVATE),

	/* POSIX message queues have names of their own: Landlock refuses to open one, but not to make or remove it. */
	DENY(mq_open, EACCES, ALWAYS),
	DENY(mq_unlink, EACCES, ALWAYS),

	/* TCP that Landlock's port rules do not see, by other names or by a call other than connect. */
	DENY_IF2(socket, EACCES, IF_BIND, LOW(0, FAMILY_INET), OVER(2, PROTO_LAST)),
	DENY_IF2(socket, EACCES, IF_BIND, LOW(0, FAMILY_INET6), OVER(2, PROTO_LAST)),
	DENY_IF(socket, EAFNOSUPPORT, IF_BIND, LOW(0, FAMILY_SMC)),
	DENY_IF2(setsockopt, EPERM, IF_BIND_OR_TCP, LOW(1, LEVEL_TCP), LOW(2, OPT_ULP)),
	DENY_IF2(setsockopt, EPERM, IF_TCP, LOW(1, LEVEL_TCP), LOW(2, OPT_FASTOPEN_CONNECT)),
	DENY_IF(sendto, EPERM, IF_TCP, BIT(3, SEND_FASTOPEN)),
	DENY_IF(sendmsg, EPERM, IF_TCP, BIT(2, SEND_FASTOPEN)),
	DENY_IF(sendmmsg, EPERM, IF_TCP, BIT(3, SEND_FASTOPEN)),

	/* The families of both restricted networks; in the one, IPv4 and IPv6 are left to add_tcp_rules. */
	DENY_IF(socket, EAFNOSUPPORT, IF_TCP_OR_UNIX, LOW(0, 0)),
	DENY_IF(socket, EACCES, IF_UNIX, LOW(0, FAMILY_INET)),
	DENY_IF(socket, EAFNOSUPPORT, IF_TCP_OR_UNIX, LOW(0, 3)),
	DENY_IF(socket, EAFNOSUPPORT, IF_TCP_OR_UNIX, LOW(0, 4)),
	DENY_IF(socket, EAFNOSUPPORT, IF_TCP_OR_UNIX, LOW(0, 5)),
	DENY_IF(socket, EAFNOSUPPORT, IF_TCP_OR_UNIX, LOW(0, 6)),
	DENY_IF(socket, EAFNOSUPPORT, IF_TCP_OR_UNIX, LOW(0, 7)),
	DENY_IF(socket, EAFNOSUPPORT, IF_TCP_OR_UNIX, LOW(0, 8)),
	DENY_IF(socket, EAFNOSUPPORT, IF_TCP_OR_UNIX, LOW(0, 9)),
	DENY_IF(socket, EACCES, IF_UNIX, LOW(0, FAMILY_INET6)),
	DENY_IF(socket, EAFNOSUPPORT, IF_TCP_OR_UNIX, OVER(0, FAMILY_INET6)),
	DENY_IF(socketpair, EAFNOSUPPORT, IF_TCP_OR_UNIX, NOT(0, FAMILY_UNIX)),
};

/*
 * For Landlock before ABI 3, which checks write access only where the descriptor gets it. Access mode 3 (for ioctl)
 * gets neither read nor write access, yet truncates. The flags of openat2 are in memory.
 */
static const struct rule truncate_rules[] = {
	DENY(truncate, EACCES, ALWAYS),
	DENY(openat2, ENOSYS, ALWAYS),
	DENY_IF(open, EACCES, ALWAYS, BITS(1, OPEN_TRUNC | OPEN_ACCMODE, OPEN_TRUNC)),
	DENY_IF(open, EACCES, ALWAYS, BIT(1, OPEN_TRUNC | OPEN_ACCMODE)),
	DENY_IF(openat, EACCES, ALWAYS, BITS(2, OPEN_TRUNC | OPEN_ACCMODE, OPEN_TRUNC)),
	DENY_IF(openat, EACCES, ALWAYS, BIT(2, OPEN_TRUNC | OPEN_ACCMODE)),
};

static const struct target {
	const char *name;
	uint32_t scmp;
	uint32_t audit;
} targets[] = {
	{"x86_64", SCMP_ARCH_X86_64, AUDIT_ARCH_X86_64},
	{"aarch64", SCMP_ARCH_AARCH64, AUDIT_ARCH_AARCH64},
};

/* One program being built: libseccomp's rules, and those for calls that it does not know. */
struct program {
	const struct target *target;
	scmp_filter_ctx ctx;
	const struct rule *unknown[8];
	size_t unknown_count;
};

static void __attribute__((noreturn)) fail(const char *what, const char *detail, int error)
{
	(void)fprintf(stderr, "genseccomp: %s '%s': %s\n", what, detail, strerror(error));
	exit(1);
}

static void check(int rc, const char *what, const char *detail)
{
	if (rc < 0)
		fail(what, detail, -rc);
}

static void add_rule(struct program *p, const struct rule *rule)
{
	int number = seccomp_syscall_resolve_name_arch(p->target->scmp, rule->name);

	if (number == __NR_SCMP_ERROR) {
		if (!rule->number || rule->count || p->unknown_count == COUNT(p->unknown))
			fail("libseccomp does not know", rule->name, ENOSYS);
		p->unknown[p->unknown_count++] = rule;
		return;
	}
	if (number < 0) /* this architecture has no such call */
		return;
	/* libseccomp wants the building machine's number, and translates it. */
	check(seccomp_rule_add_exact_array(p->ctx, SCMP_ACT_ERRNO((uint32_t)rule->error),
					   seccomp_syscall_resolve_name(rule->name), rule->count, rule->args),
	      "cannot add a rule for", rule->name);
}

/* IPv4 and IPv6 with anything but (SOCK_STREAM, 0 or IPPROTO_TCP); libseccomp has no "neither of two values". */
static void add_tcp_rules(struct program *p, uint64_t family)
{
	const struct rule over = DENY_IF2(socket, EACCES, IF_TCP, LOW(0, family), OVER(2, PROTO_TCP));

	for (uint64_t type = 0; type <= TYPE_MASK; type++) {
		struct rule rule = DENY_IF2(socket, EACCES, IF_TCP, LOW(0, family), BITS(1, TYPE_MASK, type));

		if (type != TYPE_STREAM)
			add_rule(p, &rule);
	}
	for (uint64_t proto = 1; proto < PROTO_TCP; proto++) {
		struct rule rule = DENY_IF2(socket, EACCES, IF_TCP, LOW(0, family), LOW(2, proto));

		add_rule(p, &rule);
	}
	add_rule(p, &over);
}

static void start_program(struct program *p, const struct target *target)
{
	*p = (struct program){.target = target, .ctx = seccomp_init(SCMP_ACT_ALLOW)};
	if (!p->ctx)
		fail("cannot start a filter for", target->name, ENOMEM);
	if (seccomp_arch_native() != target->scmp) {
		check(seccomp_arch_remove(p->ctx, SCMP_ARCH_NATIVE), "cannot remove", "the native architecture");
		check(seccomp_arch_add(p->ctx, target->scmp), "cannot add", target->name);
	}
	check(seccomp_attr_set(p->ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(EPERM)), "cannot set", "bad arch");
	check(seccomp_attr_set(p->ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2), "cannot set", "binary tree");
}

static void print_code(FILE *out, const struct sock_filter *code, size_t count)
{
	for (size_t i = 0; i < count; i++)
		(void)fprintf(out, "%s{0x%02x, %u, %u, 0x%x},%s", i % 4 ? " " : "\t", code[i].code, code[i].jt,
			      code[i].jf, code[i].k, i % 4 == 3 || i + 1 == count ? "\n" : "");
}

/* Instructions in front of libseccomp's, which loads everything anew and so runs after them as it would alone. */
static void print_unknown(FILE *out, const struct program *p)
{
	struct sock_filter head[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, p->target->audit, 0, (uint8_t)(1 + 2 * p->unknown_count)),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	};

	if (!p->unknown_count)
		return;
	print_code(out, head, COUNT(head));
	for (size_t i = 0; i < p->unknown_count; i++) {
		struct sock_filter deny[] = {
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)p->unknown[i]->number, 0, 1),
			BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)p->unknown[i]->error),
		};

		print_code(out, deny, COUNT(deny));
	}
}

static void finish_program(struct program *p, const char *name, FILE *out)
{
	struct sock_filter code[BPF_MAXINSNS];
	FILE *bpf = tmpfile();
	size_t count;

	if (!bpf)
		fail("cannot make a temporary file for", name, errno);
	check(seccomp_export_bpf(p->ctx, fileno(bpf)), "cannot export", name);
	rewind(bpf);
	count = fread(code, sizeof(code[0]), COUNT(code), bpf);
	if (!count || ferror(bpf) || fgetc(bpf) != EOF)
		fail("cannot read back", name, EIO);
	(void)fclose(bpf);
	(void)fprintf(out, "\nstatic const struct sock_filter nono_bpf_%s[] = {\n", name);
	print_unknown(out, p);
	print_code(out, code, count);
	(void)fprintf(out, "};\n");
	seccomp_release(p->ctx);
}

static void write_variant(const struct target *target, unsigned int variant, const char *name, FILE *out)
{
	struct program p;

	start_program(&p, target);
	for (size_t i = 0; i < COUNT(rules); i++) {
		if ((rules[i].in & variant) == variant)
			add_rule(&p, &rules[i]);
	}
	if (variant & NET_TCP) {
		add_tcp_rules(&p, FAMILY_INET);
		add_tcp_rules(&p, FAMILY_INET6);
	}
	finish_program(&p, name, out);
}

static void write_all(const struct target *target, FILE *out)
{
	static const char *const nets[] = {"net_open", "net_bind", "net_tcp", "net_unix"};
	static const char *const ipcs[] = {"ipc_private", "ipc_full"};
	static const char *const spaces[] = {"ns_denied", "ns_allowed"};
	struct program p;
	char name[64];

	for (unsigned int i = 0; i < COUNT(nets) * COUNT(ipcs) * COUNT(spaces); i++) {
		unsigned int net = i / 4, ipc = i / 2 % 2, space = i % 2;

		(void)snprintf(name, sizeof(name), "%s_%s_%s", nets[net], ipcs[ipc], spaces[space]);
		write_variant(target, NET_OPEN << net | IPC_PRIVATE << ipc | NS_DENIED << space, name, out);
	}
	start_program(&p, target);
	for (size_t i = 0; i < COUNT(truncate_rules); i++)
		add_rule(&p, &truncate_rules[i]);
	finish_program(&p, "no_truncate", out);
}

static const struct target *find_target(const char *name)
{
	for (size_t i = 0; i < COUNT(targets); i++) {
		if (strcmp(targets[i].name, name) == 0)
			return &targets[i];
	}
	fail("no filters for the architecture", name, EINVAL);
}

int main(int argc, char **argv)
{
	const struct target *target;
	FILE *out;

	if (argc != 3) {
		(void)fprintf(stderr, "usage: genseccomp x86_64|aarch64 OUTPUT\n");
		return 2;
	}
	target = find_target(argv[1]);
	out = fopen(argv[2], "w");
	if (!out)
		fail("cannot write", argv[2], errno);
	(void)fprintf(out,
		      "/* nono_bpf.h - seccomp filters for %s, made by tools/genseccomp.c.  "
		      "SPDX-License-Identifier: Apache-2.0 */\n#include <linux/filter.h>\n",
		      target->name);
	write_all(target, out);
	if (fclose(out) != 0)
		fail("cannot write", argv[2], errno);
	return 0;
}
