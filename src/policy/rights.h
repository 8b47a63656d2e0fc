/* rights.h - what can be granted on a file or directory.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_POLICY_RIGHTS_H
#define NONO_POLICY_RIGHTS_H

#include <stdint.h>

/*
 * Bits have Landlock's numbers (linux/landlock.h, checked in sandbox/linux/landlock.c), so that evaluator and kernel
 * speak of the same thing; other back ends translate. Device nodes are never among what a policy can create.
 */
#define NONO_RIGHT_EXECUTE (UINT32_C(1) << 0)
#define NONO_RIGHT_WRITE_FILE (UINT32_C(1) << 1)
#define NONO_RIGHT_READ_FILE (UINT32_C(1) << 2)
#define NONO_RIGHT_READ_DIR (UINT32_C(1) << 3)
#define NONO_RIGHT_REMOVE_DIR (UINT32_C(1) << 4)
#define NONO_RIGHT_REMOVE_FILE (UINT32_C(1) << 5)
#define NONO_RIGHT_MAKE_CHAR (UINT32_C(1) << 6)
#define NONO_RIGHT_MAKE_DIR (UINT32_C(1) << 7)
#define NONO_RIGHT_MAKE_REG (UINT32_C(1) << 8)
#define NONO_RIGHT_MAKE_SOCK (UINT32_C(1) << 9)
#define NONO_RIGHT_MAKE_FIFO (UINT32_C(1) << 10)
#define NONO_RIGHT_MAKE_BLOCK (UINT32_C(1) << 11)
#define NONO_RIGHT_MAKE_SYM (UINT32_C(1) << 12)
#define NONO_RIGHT_REFER (UINT32_C(1) << 13)
#define NONO_RIGHT_TRUNCATE (UINT32_C(1) << 14)
#define NONO_RIGHT_IOCTL_DEV (UINT32_C(1) << 15)

#define NONO_RIGHTS_READ (NONO_RIGHT_READ_FILE | NONO_RIGHT_READ_DIR | NONO_RIGHT_EXECUTE)
#define NONO_RIGHTS_REMOVE (NONO_RIGHT_REMOVE_DIR | NONO_RIGHT_REMOVE_FILE)
#define NONO_RIGHTS_MAKE \
	(NONO_RIGHT_MAKE_DIR | NONO_RIGHT_MAKE_REG | NONO_RIGHT_MAKE_SOCK | NONO_RIGHT_MAKE_FIFO | NONO_RIGHT_MAKE_SYM)
#define NONO_RIGHTS_WRITE \
	(NONO_RIGHT_WRITE_FILE | NONO_RIGHT_TRUNCATE | NONO_RIGHTS_MAKE | NONO_RIGHTS_REMOVE | NONO_RIGHT_REFER)

/* The rights that mean something on what is not a directory. */
#define NONO_RIGHTS_FILE \
	(NONO_RIGHT_EXECUTE | NONO_RIGHT_WRITE_FILE | NONO_RIGHT_READ_FILE | NONO_RIGHT_TRUNCATE | NONO_RIGHT_IOCTL_DEV)

/* Every right there is, handled by a ruleset so that what is not granted is refused. */
#define NONO_RIGHTS_ALL ((UINT32_C(1) << 16) - 1)

/* What a profile, a group or a flag says: read, write, both. */
enum nono_access {
	NONO_ACCESS_NONE = 0,
	NONO_ACCESS_READ = 1,
	NONO_ACCESS_WRITE = 2,
	NONO_ACCESS_READWRITE = 3,
};

#endif
