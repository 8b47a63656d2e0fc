/* client.h - the process whose call is served: its memory, its directories, itself.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BROKER_CLIENT_H
#define NONO_BROKER_CLIENT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* One thread that waits for an answer. Nothing here is allocated. */
struct nono_client {
	pid_t tid;
	int listener_fd; /* borrowed; -1: nobody waits (tests) */
	uint64_t id;	 /* of the notification */
	/* filled by nono_client_status */
	bool known;
	pid_t tgid;
	mode_t umask;
	uid_t fsuid;
	gid_t fsgid;
	bool signalled; /* a signal that it does not block is pending */
};

/** nono_client_text - copy a string out of its memory. Returns 0, -EFAULT, -ENAMETOOLONG, -EPERM, -ESRCH. */
int nono_client_text(const struct nono_client *c, uint64_t address, char ret[PATH_MAX]);

/** nono_client_dir - its root directory ("root"), working directory ("cwd") or a descriptor ("fd/5"), as O_PATH.
 * Returns the descriptor, the caller's, or a negative errno. */
int nono_client_dir(const struct nono_client *c, const char *which);

/** nono_client_base - what a path of its starts from, where that is no slash: a descriptor of its, or AT_FDCWD. */
int nono_client_base(const struct nono_client *c, int dir_fd);

/** nono_client_status - ids, umask and signals, asked anew. Returns 0 or a negative errno. */
int nono_client_status(struct nono_client *c);

/**
 * nono_client_is_like_us - has it this process's user and group, so that what is done here is what it may do?
 * Nobody but root can have another: who serves confined its callers with no_new_privs, and has one user himself.
 */
bool nono_client_is_like_us(struct nono_client *c);

/**
 * nono_client_waits - does the call still wait? What was found out before by the thread's number was then found out
 * about this thread, and no other that has its number since.
 */
bool nono_client_waits(const struct nono_client *c);

#endif
