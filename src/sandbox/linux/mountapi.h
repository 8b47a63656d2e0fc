/* mountapi.h - the kernel's numbers for mounts by descriptor.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_SANDBOX_LINUX_MOUNTAPI_H
#define NONO_SANDBOX_LINUX_MOUNTAPI_H

#include <stdint.h>

/*
 * Own copies, for C libraries and headers that are older than the kernel. Sources: the kernel's include/uapi/linux/
 * mount.h, openat2.h and fcntl.h. System call numbers from 424 on are the same on every architecture.
 */
#define NR_OPEN_TREE 428 /* Linux 5.2, as the next four */
#define NR_MOVE_MOUNT 429
#define NR_FSOPEN 430
#define NR_FSCONFIG 431
#define NR_FSMOUNT 432
#define NR_OPENAT2 437	     /* 5.6 */
#define NR_MOUNT_SETATTR 442 /* 5.12 */

#define TREE_CLONE 1U
#define TREE_CLOEXEC 02000000U
#define TREE_RECURSIVE 0x8000U

#define MOVE_FROM_EMPTY 0x4U
#define MOVE_TO_EMPTY 0x40U

#define FS_CLOEXEC 1U
#define FS_SET_STRING 1U
#define FS_CREATE 6U

#define MOUNT_IS_READ_ONLY UINT64_C(1)
#define MOUNT_NO_SUID UINT64_C(2)
#define MOUNT_NO_DEVICES UINT64_C(4)
#define MOUNT_NO_EXEC UINT64_C(8)
#define MOUNT_IDMAPPED UINT64_C(0x100000)
#define MOUNT_DEAD (MOUNT_IS_READ_ONLY | MOUNT_NO_SUID | MOUNT_NO_DEVICES | MOUNT_NO_EXEC)

struct mount_attributes {
	uint64_t set, clear, propagation, userns_fd;
};

#define RESOLVE_WITHOUT_LINKS 0x04U

struct open_how_1 {
	uint64_t flags, mode, resolve;
};

#endif
