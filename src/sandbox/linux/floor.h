/* floor.h - granting what lies around denied paths, so that the kernel itself withholds them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_SANDBOX_LINUX_FLOOR_H
#define NONO_SANDBOX_LINUX_FLOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "policy/capset.h"
#include "policy/fs.h"

/*
 * Landlock cannot subtract. Where a grant covers a denied path, the directories from the grant down to the denied
 * path's parent become levels: what stands in a level gets a rule of its own, the level and the denied path get none.
 * What comes to stand in a level later has no rule either; a broker may open it.
 */

/* A directory that is granted by its entries. */
struct nono_floor_level {
	char *path; /* canonical; owned */
	uint64_t dev, ino;
	uint32_t rights; /* NONO_RIGHT_*: what the grants on it and above it give together */
};

/* A rule for the kernel. */
struct nono_floor_rule {
	char *path; /* canonical; owned */
	uint64_t dev, ino;
	uint32_t rights;
	bool is_file; /* not a directory */
};

/* A denied name: what is withheld at a level. */
struct nono_floor_name {
	size_t deny;	  /* index in the set's denies */
	size_t level;	  /* index of the deepest level above it */
	char *path;	  /* canonical but perhaps for its last step; owned */
	const char *rest; /* in @path: what is below the level; more than one step where directories are missing */
	bool write_only;  /* may be read */
	bool exists;
	uint64_t dev, ino; /* where it exists: of the thing itself, also if it is a link */
};

/* What is known of a grant afterwards. */
enum nono_floor_grant {
	NONO_FLOOR_KEPT,     /* its rule stays, if it had one (see redundant in struct nono_grant) */
	NONO_FLOOR_REPLACED, /* no rule: @rules and @levels stand for it */
};

struct nono_floor {
	struct nono_floor_level *levels; /* a directory before what is below it */
	size_t level_count, level_room;
	struct nono_floor_rule *rules;
	size_t rule_count, rule_room;
	struct nono_floor_name *names;
	size_t name_count, name_room;
	enum nono_floor_grant *grants; /* one for each grant of the set; owned */
};

/* A further path of something denied: where a bind mount leads to it, say. */
struct nono_floor_place {
	const char *path; /* canonical; borrowed */
	size_t deny;	  /* index in the set's denies */
};

struct nono_floor_options {
	/*
	 * Levels may be listed: their rule is NONO_RIGHT_READ_DIR, which holds for everything below them too, so that
	 * the names in a denied directory can be read. False where a broker opens the levels.
	 */
	bool list_levels;
	const struct nono_floor_place *places; /* beside those that the denies name themselves; borrowed */
	size_t place_count;
};

/**
 * nono_floor_build - find levels and rules for every deny of a set that lies below a grant of it.
 * @set: sealed; borrowed
 * @fs:  where directories are listed
 * @ret: set on success only; nono_floor_done. Without levels where no grant covers a denied path.
 * All grants that cover a denied path are split, by whatever name they reach the same directory: one left whole would
 * undo the others. A grant that only reads is not split for a deny of writing.
 * Returns 0, -NONO_E_LIMIT (NONO_FLOOR_RULES siblings, NONO_FLOOR_LEVELS, NONO_FLOOR_NAMES: the text names the
 * directory), -NONO_E_SYSTEM (a level cannot be listed), -NONO_E_NOMEM. Thread-safe.
 */
int nono_floor_build(const struct nono_capset *set, const struct nono_fs *fs, const struct nono_floor_options *options,
		     struct nono_floor *ret, struct nono_error *err);

/**
 * nono_floor_add_rules - put the rules into a Landlock ruleset.
 * @handled:    NONO_RIGHT_* that the ruleset knows
 * @ruleset_fd: borrowed
 * Each path is opened once more, and left out where it is another object by now: then it is what came later. Kept
 * grants are not added. Returns 0, -NONO_E_SYSTEM, -NONO_E_NOMEM.
 */
int nono_floor_add_rules(const struct nono_floor *floor, uint32_t handled, int ruleset_fd, struct nono_error *err);

/** nono_floor_done - free it, leaving it empty. NULL is fine. */
void nono_floor_done(struct nono_floor *floor);

#endif
