/* relay.h - the command's error output, passed on unchanged and looked at.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_RUN_RELAY_H
#define NONO_RUN_RELAY_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "run/run.h"

/*
 * What the error output is decides how it is looked at:
 * - a terminal or another device: not at all;
 * - a pipe or a stream socket: the command gets a pipe, nono copies it to the original. When the output is the same
 *   pipe or socket, the command writes both to the one new pipe, so their order is kept;
 * - a regular file: the command writes to it itself, and nono reads afterwards what was added.
 * Every function takes NULL for "not looked at".
 */
struct nono_relay;

/**
 * nono_relay_new - look at descriptors 1 and 2 and make ready.
 * @ret: set on success only: NULL where there is nothing to look at, else the caller's (nono_relay_free)
 * Returns 0, -NONO_E_SYSTEM (no pipe to be had), -NONO_E_NOMEM.
 */
int nono_relay_new(struct nono_relay **ret, struct nono_error *err);

/** nono_relay_new_on - the same for other descriptors: what the command gets as 0, 1 and 2. Borrowed. */
int nono_relay_new_on(const int stdio[3], struct nono_relay **ret, struct nono_error *err);

/** nono_relay_command_fd - what becomes the command's descriptor 2, -1 for the one it has; @ret_stdout: 1 as well. */
int nono_relay_command_fd(const struct nono_relay *relay, bool *ret_stdout);

/** nono_relay_started - the command has its end: close nono's copy, so that its end is seen. */
void nono_relay_started(struct nono_relay *relay);

/** nono_relay_is_open - is anything being copied still. */
bool nono_relay_is_open(const struct nono_relay *relay);

/** nono_relay_has_pending - was something read that the target has not taken yet. */
bool nono_relay_has_pending(const struct nono_relay *relay);

/** nono_relay_backlog - bytes written by the command and not read yet. */
size_t nono_relay_backlog(const struct nono_relay *relay);

/** nono_relay_poll_set - what to wait for, for nono_relay_step; the relay must be open. */
void nono_relay_poll_set(const struct nono_relay *relay, struct pollfd fds[2]);

/** nono_relay_step - copy what @fds says can be copied, without ever blocking. Returns the bytes read. */
size_t nono_relay_step(struct nono_relay *relay, const struct pollfd fds[2]);

/**
 * nono_relay_finish - the command has ended: at end of file close, else leave a process that copies on.
 * @missed_errno: why what it will copy was not looked at although it should have been; 0
 */
void nono_relay_finish(struct nono_relay *relay, int missed_errno);

/** nono_relay_cut_errno - why some of the output was not passed on; 0 also where only its reader went away. */
int nono_relay_cut_errno(const struct nono_relay *relay);

/** nono_relay_take_paths - move out what was seen; @ret must be empty. */
void nono_relay_take_paths(struct nono_relay *relay, struct nono_observed_list *ret);

/** nono_relay_free - close and free; what is pending is lost. */
void nono_relay_free(struct nono_relay *relay);

static inline void nono_relay_freep(struct nono_relay **relay)
{
	nono_relay_free(*relay);
}

#endif
