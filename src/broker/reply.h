/* reply.h - what a trapped call is answered.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BROKER_REPLY_H
#define NONO_BROKER_REPLY_H

#include <stddef.h>
#include <stdint.h>

#include "broker/map.h"

enum nono_reply_kind {
	NONO_REPLY_KERNEL, /* go on in the kernel, which decides by its rules: decides nothing here */
	NONO_REPLY_ERROR,
	NONO_REPLY_DONE, /* 0 */
	NONO_REPLY_FD,	 /* a descriptor, put into the process */
	NONO_REPLY_WAIT, /* later: the call would block */
};

/* One answer. */
struct nono_reply {
	enum nono_reply_kind kind;
	int error;	   /* errno; also 512 (ERESTARTSYS): the call is made again after a signal */
	int fd;		   /* owned; FD: what is handed over; WAIT: O_PATH of the object */
	int held_fd;	   /* owned; WAIT: a pipe's reading end, or -1 */
	uint32_t fd_flags; /* O_CLOEXEC */
	size_t name;	   /* ERROR: index of the denied name in the map that refused, or NONO_MAP_NONE */
};

#define NONO_REPLY_EMPTY                                                                  \
	{                                                                                 \
		.kind = NONO_REPLY_KERNEL, .fd = -1, .held_fd = -1, .name = NONO_MAP_NONE \
	}

/** nono_reply_error - refuse with an errno. */
void nono_reply_error(struct nono_reply *r, int sys_errno);

/** nono_reply_denied - refuse with EACCES because of a denied name. */
void nono_reply_denied(struct nono_reply *r, size_t name);

/** nono_reply_result - what a system call returned: DONE, or its errno. */
void nono_reply_result(struct nono_reply *r, int returned);

/**
 * nono_reply_send - answer a notification; closes the descriptor.
 * A descriptor that cannot be put into the process is an error for it, never a call that goes on. Returns 0, or -1 with
 * errno: ENOENT where nobody waits any more.
 */
int nono_reply_send(int listener_fd, uint64_t id, struct nono_reply *r);

/** nono_reply_done - close what it holds. */
void nono_reply_done(struct nono_reply *r);

#endif
