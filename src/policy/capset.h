/* capset.h - a capability set: what a run may do, and who said so.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_POLICY_CAPSET_H
#define NONO_POLICY_CAPSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "policy/fs.h"
#include "policy/profile.h"
#include "policy/rights.h"

/* Who said it, in order of growing authority. */
enum nono_source_kind {
	NONO_SOURCE_SYSTEM,
	NONO_SOURCE_GROUP,
	NONO_SOURCE_PROFILE,
	NONO_SOURCE_MANIFEST,
	NONO_SOURCE_USER
};

struct nono_source {
	enum nono_source_kind kind;
	char *name; /* a group's or profile's name, a manifest's file, a flag; owned, may be NULL */
};

/* One object that was granted. */
struct nono_grant {
	char *written; /* expanded, absolute, as said; owned */
	uint32_t hash; /* of written, so that the same path is found fast; 0 where nobody looks */
	struct nono_node node;
	enum nono_access access;
	uint32_t rights; /* NONO_RIGHT_*, what the kernel is told */
	bool is_file;	 /* not a directory */
	bool redundant;	 /* another grant covers it with at least these rights: no kernel rule is needed */
	struct nono_source source;
};

/* How a denied path below a granted directory is kept from the command; chosen by nono_sandbox_plan. */
enum nono_tier {
	NONO_TIER_NONE,	     /* no grant covers it: the kernel withholds it by itself */
	NONO_TIER_ABSENT,    /* nothing was there at the start; what the command makes there is no secret from it */
	NONO_TIER_MASK,	     /* covered, for the command alone, by what cannot be opened */
	NONO_TIER_READ_ONLY, /* bound read-only, for the command alone */
	NONO_TIER_SPLIT,     /* what stands beside it is granted instead of the directory */
};

/* One path that was denied. */
struct nono_deny {
	char *written; /* expanded, absolute, as said; owned */
	char *real;    /* canonical; for a missing leaf, its nearest existing ancestor's plus the rest; owned */
	char *alias; /* where @written has links of its own: their place, canonical but for the last step; else NULL */
	bool exists;
	uint64_t dev, ino; /* where it exists */
	bool write_only;   /* it may be read; not written, made, removed or renamed */
	bool permanent;	   /* no flag lifts it: nono's own state and configuration */
	bool is_dir;	   /* where it exists */
	uint32_t nlink;	   /* of a file that exists; 0: not known */
	bool other_names;  /* it has some that were not found: they are not kept from the command */
	bool is_pattern;   /* the text of a pattern, for names that are yet to be made */
	bool covered;	   /* it lies below a granted directory; set by nono_capset_seal */
	size_t cover;	   /* index of that grant */
	enum nono_tier tier;
	struct nono_source source;
};

struct nono_network {
	bool block;		   /* no sockets but unix ones, save for the ports below */
	struct nono_ports connect; /* not empty: TCP connect only to these */
	struct nono_ports bind;	   /* not empty: TCP bind only to these */
};

enum nono_note_level {
	NONO_NOTE_WARNING, /* always printed, but for --silent */
	NONO_NOTE_INFO,	   /* printed with -v */
};

struct nono_note {
	enum nono_note_level level;
	char *text;
};

struct nono_command_rule {
	char *name; /* base name of the command */
	struct nono_source source;
};

struct nono_capset {
	struct nono_grant *grants;
	size_t grant_count, grant_room;
	struct nono_deny *denies;
	size_t deny_count, deny_room;
	struct nono_deny *lifted; /* deny rules lifted by an override, for the record */
	size_t lifted_count, lifted_room;
	struct nono_strv exempt; /* canonical paths for which wider deny rules were lifted: grants there stand */
	struct nono_command_rule *blocked;
	size_t blocked_count, blocked_room;
	struct nono_strv allowed_commands;
	struct nono_network network;
	enum nono_signal_mode signal_mode;
	enum nono_ipc_mode ipc_mode;
	bool namespaces; /* the command may make namespaces */
	bool no_unlink;	 /* deny.unlink without the override: no removal anywhere */
	bool verbose;	 /* notes of level INFO are kept; set it before composing */
	struct nono_note *notes;
	size_t note_count, note_room;
};

/** nono_capset_done - close and free all of it, leaving an empty set. NULL is fine. */
void nono_capset_done(struct nono_capset *set);

/**
 * nono_capset_copy - the same rules once more, without descriptors, notes and lifted rules: for nono_explain, not for
 * nono_sandbox_prepare. @ret is set on success only. Returns 0, -NONO_E_LIMIT, -NONO_E_NOMEM.
 */
int nono_capset_copy(const struct nono_capset *from, struct nono_capset *ret, struct nono_error *err);

/**
 * nono_capset_refuse_covered - the error for denied paths below granted directories that nobody can keep apart.
 * @set:    sealed; those of its denies count that are covered and have no tier yet
 * @reason: why they cannot be, a clause; NULL: nothing to say
 * @remedy: what would help beside narrower grants, a clause; NULL: nothing
 * Returns 0 where there is none, -NONO_E_POLICY, -NONO_E_NOMEM.
 */
int nono_capset_refuse_covered(const struct nono_capset *set, const char *reason, const char *remedy,
			       struct nono_error *err);

/** nono_tier_word - "none", "absent", "mask", "read_only": as in records and JSON. Static. */
const char *nono_tier_word(enum nono_tier tier);

/** nono_tier_find - the tier that such a word names, or -1. */
int nono_tier_find(const char *word);

/** nono_capset_note - add a message for the person (INFO only in a verbose set); 0 or -NONO_E_NOMEM. */
int nono_capset_note(struct nono_capset *set, enum nono_note_level level, struct nono_error *err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif
