/* abi.c - Landlock's ABI, as the kernel says.  SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/linux/landlock.h"

int nono_landlock_abi(void)
{
	return nono_landlock_ask();
}
