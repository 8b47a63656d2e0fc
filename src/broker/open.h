/* open.h - a file opened for another process.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BROKER_OPEN_H
#define NONO_BROKER_OPEN_H

#include "broker/client.h"
#include "broker/map.h"
#include "broker/reply.h"

/* open(2), openat(2) and creat(2), with the arguments in registers. */
struct nono_open {
	int dir_fd;
	uint64_t path; /* address */
	int flags;
	mode_t mode;
};

/**
 * nono_broker_open - what the call is to be answered.
 * @ret: NONO_REPLY_EMPTY before. WAIT holds the object (O_PATH) and is asked for with nono_broker_reopen
 * The kernel goes on where Landlock decides: what has a rule, what is below no level, what cannot be resolved, what is
 * asked without access. All else is opened here, on the object that was checked; as a rule that a level has, it gives
 * no more than the grants give. Nothing blocks. Thread-safe where threads do not share a umask (CLONE_FS).
 */
void nono_broker_open(const struct nono_map *map, struct nono_client *client, const struct nono_open *call,
		      struct nono_reply *ret);

/**
 * nono_broker_reopen - open what was checked before, without blocking.
 * @object_fd: O_PATH, borrowed
 * @held: a pipe's reading end from the last try, or -1; taken over, and set where it is to be waited at
 * Returns the descriptor, -EWOULDBLOCK (a pipe without another end, a lease) or another negative errno.
 */
int nono_broker_reopen(int object_fd, int flags, int *held);

#endif
