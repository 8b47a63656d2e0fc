/* abi_test.c - Landlock's ABI, lowered at a test's wish; in test builds only.  SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "sandbox/linux/landlock.h"

/*
 * NONO_TEST_LANDLOCK_ABI=N answers N where the kernel knows more, 0 as a kernel without Landlock does. It can lower the
 * answer, never raise it; an unparsable value is a kernel without Landlock, so that a mistyped test fails.
 */
int nono_landlock_abi(void)
{
	const char *wish = getenv("NONO_TEST_LANDLOCK_ABI");
	int abi = nono_landlock_ask();

	if (!wish)
		return abi;
	if (wish[0] < '1' || wish[0] > '9' || wish[1])
		return -EOPNOTSUPP;
	return wish[0] - '0' < abi ? wish[0] - '0' : abi;
}
