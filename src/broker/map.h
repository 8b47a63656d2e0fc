/* map.h - what a floor says of any directory, object and name.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BROKER_MAP_H
#define NONO_BROKER_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/error.h"
#include "policy/capset.h"
#include "sandbox/linux/floor.h"

#define NONO_MAP_NONE SIZE_MAX

/* Who decides about what stands in a directory. */
enum nono_zone {
	NONO_ZONE_KERNEL, /* below a rule, or below no level: Landlock does */
	NONO_ZONE_DENIED, /* below a denied object: Landlock does, which has no rule for it */
	NONO_ZONE_LEVEL,  /* in a level itself */
	NONO_ZONE_NEW,	  /* below a level, in what was not there at start */
};

struct nono_spot {
	enum nono_zone zone;
	size_t level;	 /* in the zones LEVEL and NEW */
	uint32_t rights; /* there: what the split grants give */
	bool closed;	 /* KERNEL: no level is below the rule, so that only links and .. lead back to one */
};

/* One object that is known by device and inode. */
struct nono_object {
	bool used;
	uint64_t dev, ino;
	enum nono_zone zone; /* of what is in it, if it is a directory; KERNEL: it has a rule */
	size_t level;	     /* LEVEL */
	size_t name;	     /* index of the denied name that it is, or NONO_MAP_NONE */
	uint32_t rights;     /* KERNEL: its own rule's; LEVEL: what the split grants give */
	bool closed;	     /* see struct nono_spot */
};

/* A denied name of a level. */
struct nono_map_name {
	size_t level;
	size_t deny; /* index in the set's denies */
	bool write_only;
	char *rest; /* below the level; more than one step where directories were missing; owned */
	int fd;	    /* holds the object, so that its inode number stays its own; -1: missing, or the system refused */
};

struct nono_map_level {
	int fd; /* O_PATH */
	uint32_t rights;
	bool has_names;
	bool folds; /* names that differ in case alone are the same */
};

/* Built once, then only read: thread-safe. */
struct nono_map {
	struct nono_object *objects;
	size_t mask; /* slots less one */
	struct nono_map_level *levels;
	size_t level_count;
	struct nono_map_name *names;
	size_t name_count;
	uint64_t root_dev, root_ino; /* this process's root directory: nothing is above it */
};

/**
 * nono_map_build - from a floor and the grants that it left.
 * @set, @floor: borrowed, not kept
 * @ret: set on success only; nono_map_done. Holds a descriptor for each level and denied object.
 * Rules hold their objects as long as the ruleset or its domain lives, so that a number found here means that object.
 * Returns 0, -NONO_E_POLICY (a level is another directory by now), -NONO_E_SYSTEM, -NONO_E_NOMEM.
 */
int nono_map_build(const struct nono_capset *set, const struct nono_floor *floor, struct nono_map *ret,
		   struct nono_error *err);

/** nono_map_done - close and free. NULL is fine. */
void nono_map_done(struct nono_map *map);

/** nono_map_find - what is known of an object; NULL: nothing. Borrowed. */
const struct nono_object *nono_map_find(const struct nono_map *map, const struct stat *st);

/** nono_map_below - the zone of what is in a directory, whose parent directory is @parent. */
struct nono_spot nono_map_below(const struct nono_map *map, const struct nono_spot *parent, const struct stat *st);

/**
 * nono_map_climb - the zone of what is in a directory that came from anywhere, found on the way up.
 * @dir_fd: O_PATH will do; borrowed
 * @st:     what it is
 * What cannot be found out is the kernel's.
 */
struct nono_spot nono_map_climb(const struct nono_map *map, int dir_fd, const struct stat *st);

/** nono_map_rights - what Landlock grants in a directory: the rules on it and on all above it, NONO_RIGHT_*. */
uint32_t nono_map_rights(const struct nono_map *map, int dir_fd);

enum nono_naming {
	NONO_NAME_FREE,
	NONO_NAME_ABOVE,  /* a denied name is below it, which was missing at start with its directory */
	NONO_NAME_DENIED, /* see @ret_name */
};

/**
 * nono_map_naming - is a name in a directory of zone LEVEL or NEW denied, or what is below it?
 * @name:     "." for the directory itself, in the zone NEW
 * @object:   what stands there, or NULL; it is denied under another name, too
 * @ret_name: set for NONO_NAME_DENIED: index in names; NONO_MAP_NONE: it could not be found out
 */
enum nono_naming nono_map_naming(const struct nono_map *map, const struct nono_spot *dir, int dir_fd, const char *name,
				 const struct stat *object, size_t *ret_name);

#endif
