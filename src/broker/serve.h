/* serve.h - the calls of a run whose denied paths lie below a floor.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BROKER_SERVE_H
#define NONO_BROKER_SERVE_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>

#include "broker/map.h"
#include "broker/reply.h"

/* One call that waits for another process. */
struct nono_waiting {
	bool used;
	uint64_t id;
	int tid, flags;
	int object_fd, held_fd; /* owned */
};

/* What one listener needs; one thread's. */
struct nono_broker {
	const struct nono_map *map; /* borrowed */
	int listener_fd;	    /* borrowed */
	struct nono_waiting waiting[NONO_BROKER_WAITING];
	size_t waiting_count;
};

/*
 * Who serves is a process of its own: confined by no Landlock domain (it could neither read its callers' memory nor
 * open for them), with the callers' user, groups and no more capabilities than they (what it does it does as itself),
 * with SIGXFSZ ignored, and in each serving thread with a umask of its own (unshare(CLONE_FS)). The filter has
 * SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, so that a signal does not repeat what was done. openat2, whose flags are in
 * memory, is no call of this table: the filter answers ENOSYS, after which callers take openat.
 */

/** nono_broker_init - start with nothing. Both borrowed as long as @b lives. */
void nono_broker_init(struct nono_broker *b, const struct nono_map *map, int listener_fd);

/** nono_broker_done - refuse what still waits, and close it. */
void nono_broker_done(struct nono_broker *b);

/** nono_broker_call - the i-th number of the calls to be trapped, and a name for it; -1 behind the last. */
int nono_broker_call(size_t i, const char **ret_name);

/** nono_broker_path_only - is this call never trapped where this bit of its argument @ret_arg is set (O_PATH)? */
bool nono_broker_path_only(int number, unsigned int *ret_arg);

/** nono_broker_decide - what a call is to be answered, without answering it. @ret: NONO_REPLY_EMPTY before. */
void nono_broker_decide(const struct nono_broker *b, const struct seccomp_notif *request, struct nono_reply *ret);

/**
 * nono_broker_serve - answer one notification that was received.
 * @ret_name: index of the denied name for which it was refused, or NONO_MAP_NONE; may be NULL
 * Does not block, allocates nothing. A call that would block is kept and answered by nono_broker_retry. A call of no
 * row of the table is refused (ENOSYS). Returns true when the table knows the call.
 */
bool nono_broker_serve(struct nono_broker *b, const struct seccomp_notif *request, size_t *ret_name);

/**
 * nono_broker_retry - look after the calls that wait; to be called every NONO_BROKER_RETRY_MS while there are some.
 * Returns how many wait still.
 */
size_t nono_broker_retry(struct nono_broker *b);

#endif
