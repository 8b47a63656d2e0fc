/* walk.h - a path, resolved as the process that named it would.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BROKER_WALK_H
#define NONO_BROKER_WALK_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "broker/client.h"
#include "broker/map.h"

/* Where a path leads. */
struct nono_walk {
	bool only_ours; /* set before: what is below a rule is of no interest; the walk then ends with -EREMOTE */
	int dir_fd;	/* O_PATH: the directory that the last name is in; owned; -1: see @name */
	struct stat dir_st;
	struct nono_spot dir;	 /* the zone of what is in it */
	char name[NAME_MAX + 1]; /* "" where the path ends in no name: /, ., .., an open directory or a nameless file */
	bool slash;		 /* slashes follow the name */
	int object_fd;		 /* O_PATH of what is there, never followed; owned; -1: nothing */
	struct stat st;
	const struct nono_object *known; /* what the map has of it; borrowed */
};

/* What is to be done with a link at the end. */
enum nono_walk_last {
	NONO_WALK_NAME, /* the name is meant, whatever it is (rename, unlink, mkdir) */
	NONO_WALK_LINK, /* the link is meant, unless slashes follow it (O_NOFOLLOW, lstat) */
	NONO_WALK_TARGET,
};

/* A walk in progress: the process's root, and the text that is still to go. */
struct nono_walk_state {
	const struct nono_map *map;
	struct nono_client *client;
	struct nono_walk *to;
	int root_fd; /* -1 until it is needed */
	struct stat root_st;
	unsigned int links;
	enum nono_walk_last last;
	char rest[2 * PATH_MAX];
};

/* An empty walk. */
#define NONO_WALK_EMPTY                       \
	{                                     \
		.dir_fd = -1, .object_fd = -1 \
	}

/**
 * nono_walk - resolve @path one step after the other, each held by a descriptor, none followed by the kernel.
 * @dir_fd: the process's own number of a directory, or AT_FDCWD
 * @last:   what a link at the end is
 * @ret:    NONO_WALK_EMPTY before; nono_walk_done afterwards, in any case
 * The process's own root and working directory count, its own /proc/self, /proc/thread-self and descriptors, and 40
 * links at most. Nothing is opened but as O_PATH, so that nothing blocks and no device notices.
 * Returns 0, or a negative errno; then @ret->dir is the zone of the directory where it went wrong, KERNEL where that is
 * unknown. Thread-safe.
 */
int nono_walk(const struct nono_map *map, struct nono_client *client, int dir_fd, const char *path,
	      enum nono_walk_last last, struct nono_walk *ret);

/** nono_walk_done - close what it holds. */
void nono_walk_done(struct nono_walk *w);

/** nono_walk_is_ours - is the object, or the name where there is none, one for which the floor has no rule? Denied ones
 * in such a directory are. */
bool nono_walk_is_ours(const struct nono_walk *w);

/** nono_spot_is_ours - is what has no rule of its own in such a directory to be served? */
bool nono_spot_is_ours(const struct nono_spot *spot);

#endif
