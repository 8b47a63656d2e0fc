/* mounts.h - what is mounted where, and under which other names an object can be reached.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_SANDBOX_LINUX_MOUNTS_H
#define NONO_SANDBOX_LINUX_MOUNTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* One line of /proc/self/mountinfo; texts point into the owner's copy. */
struct nono_mount {
	uint64_t id;	    /* statx(2) tells which mount a path is in */
	const char *device; /* "MAJOR:MINOR": two mounts of one file system have the same */
	const char *root;   /* the directory of the file system that is mounted */
	const char *point;  /* where */
};

struct nono_mounts {
	char *text; /* owned */
	struct nono_mount *items;
	size_t len, room;
};

/** nono_mounts_done - free it. NULL is fine. */
void nono_mounts_done(struct nono_mounts *m);

/**
 * nono_mounts_parse - split the text of a mountinfo file, proc_pid_mountinfo(5).
 * @text: taken over, also after failure. Returns 0, -NONO_E_LIMIT (NONO_MOUNTS), -NONO_E_PARSE, -NONO_E_NOMEM.
 */
int nono_mounts_parse(char *text, struct nono_mounts *ret, struct nono_error *err);

/** nono_mounts_read - those of the calling process. Also -NONO_E_SYSTEM. */
int nono_mounts_read(struct nono_mounts *ret, struct nono_error *err);

/* Called with each other name, and the mount it should be in; a negative return ends it. */
typedef int (*nono_mounts_fn)(void *arg, const char *path, uint64_t mount_id, struct nono_error *err);

/**
 * nono_mounts_aliases - every other place where an object, or a part of it that is mounted by itself, may appear.
 * @real: canonical. @id: the mount it is in. A name may be hidden by another mount, or lead nowhere: the caller looks
 * at what is there. Returns 0, -NONO_E_NOMEM, or what @fn returned.
 */
int nono_mounts_aliases(const struct nono_mounts *m, const char *real, uint64_t id, nono_mounts_fn fn, void *arg,
			struct nono_error *err);

#endif
