/* build.h - how a capability set is put together; for the policy layer itself.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_POLICY_BUILD_H
#define NONO_POLICY_BUILD_H

#include "base/buf.h"
#include "policy/capset.h"
#include "policy/vars.h"

/* Where directories lead to, asked once: dozens of deny rules stand in the same few. A zeroed struct is empty. */
struct nono_dir_cache {
	struct {
		char *path, *real;
	} * items;
	size_t len, room;
};

/** nono_dir_cache_done - free it. */
void nono_dir_cache_done(struct nono_dir_cache *cache);

/* What everything below works on; all borrowed. */
struct nono_builder {
	struct nono_capset *set;
	const struct nono_vars *vars;
	const struct nono_fs *fs;
	struct nono_dir_cache *dirs; /* NULL: every directory is looked up anew */
};

/* Which kind of object a grant may be made on. */
enum nono_expect { NONO_EXPECT_ANY, NONO_EXPECT_DIR, NONO_EXPECT_FILE };

struct nono_grant_request {
	const char *text; /* as written */
	enum nono_access access;
	enum nono_expect expect;
	enum nono_source_kind kind;
	const char *source;    /* group, profile or flag */
	const char *file_hint; /* the flag or key to use instead, for the wrong kind of object */
	bool loud;	       /* a missing path is worth a warning (flags) */
	bool lenient;	       /* the wrong kind of object is noted and skipped (built-in profiles) */
};

/** nono_source_set - fill in a source with a copy of @name. 0 or -NONO_E_NOMEM. */
int nono_source_set(struct nono_source *s, enum nono_source_kind kind, const char *name, struct nono_error *err);

/** nono_source_text - "group NAME", "profile NAME", "flag --x": written into @room, which is returned. */
const char *nono_source_text(const struct nono_source *source, char *room, size_t size);

/** nono_source_word - "group:NAME", "profile:NAME", "user:--flag": for programs; written into @room, which is returned.
 */
const char *nono_source_word(const struct nono_source *source, char *room, size_t size);

/* "system", "group", "profile", "user": by enum nono_source_kind. */
extern const char *const nono_source_words[];

/* The arrays of a set: a new, zeroed item, or one less. */
int nono_capset_new_grant(struct nono_capset *set, struct nono_grant **ret, struct nono_error *err);
struct nono_deny *nono_capset_new_deny(struct nono_capset *set, struct nono_error *err);
void nono_capset_drop_grant(struct nono_capset *set, size_t index);
void nono_grant_done(struct nono_grant *grant);
int nono_capset_lift(struct nono_capset *set, size_t index, struct nono_error *err);
int nono_capset_block_command(struct nono_capset *set, const char *name, enum nono_source_kind kind, const char *source,
			      struct nono_error *err);

/* A rule about a command's name. */
struct nono_command_request {
	const char *name;
	enum nono_source_kind kind;
	const char *source; /* profile, manifest or flag */
	bool allow;	    /* an exception, instead of a rule that blocks */
};

/**
 * nono_build_command - add it; a name that no command can have is noted and left out, for it would do nothing.
 * Returns 0 or -NONO_E_NOMEM.
 */
int nono_build_command(const struct nono_builder *b, const struct nono_command_request *request,
		       struct nono_error *err);

/** nono_build_commands - each entry of a list. @model says all but the name; source NULL: the entry's origin. */
int nono_build_commands(const struct nono_builder *b, const struct nono_entries *list,
			const struct nono_command_request *model, struct nono_error *err);

/**
 * nono_build_path - the absolute path that a text of this kind means: groups', profiles' and manifests' are expanded,
 * what a person or nono itself names is taken as it is. 0, -NONO_E_POLICY, -NONO_E_NOMEM; *ret is the caller's.
 */
int nono_build_path(const struct nono_builder *b, enum nono_source_kind kind, const char *text, char **ret,
		    struct nono_error *err);

/** nono_build_grant - expand, resolve (globs too) and add one grant; a missing path is noted and skipped. */
int nono_build_grant(const struct nono_builder *b, const struct nono_grant_request *request, struct nono_error *err);

/** nono_build_deny - expand, resolve (globs too) and add one deny rule. @model says all but where. */
struct nono_deny_request {
	const char *text;
	enum nono_source_kind kind;
	const char *source;
	bool write_only, permanent;
};
int nono_build_deny(const struct nono_builder *b, const struct nono_deny_request *request, struct nono_error *err);

/** nono_deny_yields - is it a rule that holds only where nothing names the path: a group's, about writing? */
bool nono_deny_yields(const struct nono_deny *deny);

/**
 * nono_compose_yield - lift those rules where a grant names their path, and make an exception where one names a path
 * below it: an agent's own settings are its to write, where its profile says so. Returns 0 or -NONO_E_NOMEM.
 */
int nono_compose_yield(struct nono_capset *set, struct nono_error *err);

/* Called with each match of a pattern, canonical, in sorted order; a negative return ends it. */
typedef int (*nono_glob_fn)(void *arg, const char *path, struct nono_error *err);

/** nono_is_pattern - does a path, as it is written in a profile, hold a * . One in a variable's value is a plain
 * character. */
bool nono_is_pattern(const char *text);

/**
 * nono_glob - the existing paths that match a pattern of * (within one component) and ** (any number of components).
 * Links are not walked. Returns the number of matches, -NONO_E_LIMIT (NONO_GLOB_ENTRIES), -NONO_E_POLICY (? or [),
 * -NONO_E_SYSTEM, -NONO_E_NOMEM, or what @fn returned.
 */
int nono_glob(const struct nono_fs *fs, const char *pattern, nono_glob_fn fn, void *arg, struct nono_error *err);

/** nono_glob_root - the part of a pattern before its first * component. The caller's; NULL without memory. */
char *nono_glob_root(const char *pattern);

#endif
