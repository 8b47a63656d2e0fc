/* landlock.c - a capability set becomes a Landlock ruleset.  SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/linux/landlock.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/io.h"
#include "base/util.h"

#define SAME_NUMBER(name) static_assert(NONO_RIGHT_##name == LL_FS_##name, "NONO_RIGHT_" #name)
SAME_NUMBER(EXECUTE);
SAME_NUMBER(WRITE_FILE);
SAME_NUMBER(READ_FILE);
SAME_NUMBER(READ_DIR);
SAME_NUMBER(REMOVE_DIR);
SAME_NUMBER(REMOVE_FILE);
SAME_NUMBER(MAKE_CHAR);
SAME_NUMBER(MAKE_DIR);
SAME_NUMBER(MAKE_REG);
SAME_NUMBER(MAKE_SOCK);
SAME_NUMBER(MAKE_FIFO);
SAME_NUMBER(MAKE_BLOCK);
SAME_NUMBER(MAKE_SYM);
SAME_NUMBER(REFER);
SAME_NUMBER(TRUNCATE);
SAME_NUMBER(IOCTL_DEV);
static_assert(sizeof(struct ll_path_beneath_attr) == 12, "the kernel's struct is packed");
static_assert(NONO_RIGHTS_ALL == LL_FS_IOCTL_DEV * 2 - 1, "every right, no more");

int nono_landlock_ask(void)
{
	long abi = syscall(LL_SYS_CREATE_RULESET, NULL, 0, LL_CREATE_RULESET_VERSION);

	return abi < 0 ? -errno : (int)abi;
}

uint32_t nono_landlock_rights(int abi)
{
	uint32_t rights = NONO_RIGHTS_ALL;

	if (abi < 5)
		rights &= ~NONO_RIGHT_IOCTL_DEV;
	if (abi < 3)
		rights &= ~NONO_RIGHT_TRUNCATE;
	if (abi < 2)
		rights &= ~NONO_RIGHT_REFER;
	return rights;
}

static uint64_t handled_net(const struct nono_network *network, int abi)
{
	uint64_t handled = 0;

	if (abi < 4)
		return 0;
	if (network->block || network->connect.len)
		handled |= LL_NET_CONNECT_TCP;
	if (network->block || network->bind.len)
		handled |= LL_NET_BIND_TCP;
	return handled;
}

static uint64_t scoped(const struct nono_capset *set, int abi)
{
	uint64_t scopes = 0;

	if (abi < 6)
		return 0;
	if (set->signal_mode != NONO_SIGNAL_ALL)
		scopes |= LL_SCOPE_SIGNAL;
	if (set->ipc_mode != NONO_IPC_FULL)
		scopes |= LL_SCOPE_ABSTRACT_UNIX_SOCKET;
	return scopes;
}

/*
 * Pipes, sockets and memory files have no place in the tree. Landlock neither takes a rule on one (EBADFD) nor
 * restricts reopening one through /proc/self/fd, so for /dev/stdin and its like nothing is lost without the rule.
 */
static bool is_open_descriptor(const struct nono_grant *grant)
{
	return grant->is_file &&
	       (nono_has_prefix(grant->written, "/dev/") || nono_has_prefix(grant->written, "/proc/"));
}

static int add_grant(struct nono_capset *set, const struct nono_grant *grant, uint32_t handled, int ruleset_fd,
		     struct nono_error *err)
{
	struct ll_path_beneath_attr attr = {
		.allowed_access = grant->rights & handled,
		.parent_fd = grant->node.fd,
	};

	if (grant->is_file)
		attr.allowed_access &= NONO_RIGHTS_FILE;
	if (!attr.allowed_access)
		return 0;
	if (syscall(LL_SYS_ADD_RULE, ruleset_fd, LL_RULE_PATH_BENEATH, &attr, 0) == 0)
		return 0;
	if (errno == ENOMEM)
		return nono_nomem(err);
	if (errno == EBADFD && is_open_descriptor(grant))
		return nono_capset_note(set, NONO_NOTE_INFO, err,
					"'%s' is a pipe, socket or memory file: Landlock needs no rule for it",
					grant->written);
	return nono_fail(err, NONO_E_SYSTEM, errno, "cannot make a Landlock rule for '%s'", grant->written);
}

static int add_grants(struct nono_capset *set, uint32_t handled, int ruleset_fd, struct nono_error *err)
{
	for (size_t i = 0; i < set->grant_count; i++) {
		int rc = set->grants[i].redundant ? 0 : add_grant(set, &set->grants[i], handled, ruleset_fd, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

static int add_ports(const struct nono_ports *ports, uint64_t access, int ruleset_fd, struct nono_error *err)
{
	struct ll_net_port_attr attr = {.allowed_access = access};

	for (size_t i = 0; i < ports->len; i++) {
		/* wider than a port, so that a range may end at 65535 */
		for (uint32_t port = ports->items[i].lo; port <= ports->items[i].hi; port++) {
			attr.port = port;
			if (syscall(LL_SYS_ADD_RULE, ruleset_fd, LL_RULE_NET_PORT, &attr, 0) < 0)
				return nono_fail(err, NONO_E_SYSTEM, errno, "cannot make a Landlock rule for port %u",
						 (unsigned int)port);
		}
	}
	return 0;
}

int nono_landlock_build(struct nono_capset *set, int abi, int *ret_fd, struct nono_error *err)
{
	_cleanup_(nono_closep) int fd = -1;
	struct ll_ruleset_attr attr = {
		.handled_access_fs = nono_landlock_rights(abi),
		.handled_access_net = handled_net(&set->network, abi),
		.scoped = scoped(set, abi),
	};
	int rc;

	/* CLOEXEC comes with the descriptor: there is no flag for it. */
	fd = nono_fd_above_stdio((int)syscall(LL_SYS_CREATE_RULESET, &attr, sizeof(attr), 0));
	if (fd < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot make a Landlock ruleset");
	rc = add_grants(set, (uint32_t)attr.handled_access_fs, fd, err);
	if (rc == 0 && abi >= 4)
		rc = add_ports(&set->network.connect, LL_NET_CONNECT_TCP, fd, err);
	if (rc == 0 && abi >= 4)
		rc = add_ports(&set->network.bind, LL_NET_BIND_TCP, fd, err);
	if (rc < 0)
		return rc;
	*ret_fd = TAKE_FD(fd);
	return 0;
}
