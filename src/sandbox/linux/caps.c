/* caps.c - giving up capabilities between fork and exec.  SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/util.h"
#include "sandbox/linux/backend.h"

#define CAP_BIT(cap) (UINT64_C(1) << (cap))

/*
 * What a root's tools (apt, su, tar, install) cannot do without and what stays within Landlock's bounds. SYS_ADMIN
 * (mounts), DAC_READ_SEARCH (open_by_handle_at), MKNOD and SETFCAP were seen to reach past them; they go, as does all
 * the rest, what a later kernel adds included.
 */
#define KEPT                                                                                          \
	(CAP_BIT(CAP_CHOWN) | CAP_BIT(CAP_DAC_OVERRIDE) | CAP_BIT(CAP_FOWNER) | CAP_BIT(CAP_FSETID) | \
	 CAP_BIT(CAP_KILL) | CAP_BIT(CAP_SETGID) | CAP_BIT(CAP_SETUID) | CAP_BIT(CAP_NET_BIND_SERVICE))

#define LAST_POSSIBLE_CAP 63

static int get_child(uint64_t *ret_effective, uint64_t *ret_permitted)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	if (syscall(SYS_capget, &header, data) < 0)
		return -1;
	*ret_effective = data[0].effective | (uint64_t)data[1].effective << 32;
	*ret_permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	return 0;
}

/* Both sets; nothing stays inheritable, which empties the ambient set too. */
static int set_child(uint64_t caps)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {
		{.effective = (uint32_t)caps, .permitted = (uint32_t)caps},
		{.effective = (uint32_t)(caps >> 32), .permitted = (uint32_t)(caps >> 32)},
	};

	return (int)syscall(SYS_capset, &header, data);
}

/* The kernel says EINVAL to the first number after its last capability. */
static int drop_bounding_child(uint64_t kept)
{
	for (unsigned long cap = 0; cap <= LAST_POSSIBLE_CAP; cap++) {
		if (kept & CAP_BIT(cap))
			continue;
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			return errno == EINVAL && cap > CAP_SETPCAP ? 0 : -1;
	}
	return 0;
}

bool nono_caps_may_mount(void)
{
	uint64_t effective, permitted;

	return get_child(&effective, &permitted) == 0 && (effective & CAP_BIT(CAP_SYS_ADMIN));
}

int nono_caps_drop_child(bool keep_harmless)
{
	const uint64_t kept = keep_harmless ? KEPT : 0;
	uint64_t effective, permitted;

	if (get_child(&effective, &permitted) < 0)
		return -1;
	if (!(effective | permitted))
		return 0;
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return -1;
	if (set_child(permitted & (kept | CAP_BIT(CAP_SETPCAP))) < 0)
		return -1;
	/* Who may not shrink the bounding set gains nothing from it either: no_new_privs comes next. */
	if ((permitted & CAP_BIT(CAP_SETPCAP)) && drop_bounding_child(kept) < 0)
		return -1;
	return set_child(permitted & kept);
}
