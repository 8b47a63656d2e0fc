/* groups.h - the built-in groups, compiled in from data/groups.json.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_POLICY_GROUPS_H
#define NONO_POLICY_GROUPS_H

#include <stdbool.h>
#include <stddef.h>

enum nono_platform { NONO_PLATFORM_ANY, NONO_PLATFORM_LINUX, NONO_PLATFORM_MACOS };

/* Lists are NULL-terminated, never NULL, in static storage. Paths are as in the data: ~/x, $HOME/x, $TMPDIR, /x. */
struct nono_group {
	const char *name;
	const char *description;
	enum nono_platform platform;
	bool required;
	bool base; /* applied to every profile */
	const char *const *allow_read;
	const char *const *allow_write;
	const char *const *allow_readwrite;
	const char *const *deny_access;
	const char *const *deny_write; /* yields to a grant of that very path, or of one below it */
	const char *const *deny_commands;
	bool deny_unlink;
	bool deny_unlink_override_for_user_writable;
	const char *const *symlink_pairs; /* path, target, path, target ... */
};

/* Older names: each stands for one or more groups. */
struct nono_group_alias {
	const char *name;
	const char *const *groups;
};

extern const struct nono_group nono_groups[];
extern const size_t nono_group_count;
extern const struct nono_group_alias nono_group_aliases[];
extern const size_t nono_group_alias_count;

/* What may never be granted at run time, by a prompt or from another terminal (NULL-terminated; ~ as in groups). */
extern const char *const nono_never_grant[];

/** nono_group_find - a group by its own name; NULL if there is none. */
const struct nono_group *nono_group_find(const char *name);

/**
 * nono_group_expand - the groups a name stands for: itself, or an alias's groups.
 * @name:   a group's name or an older one
 * @self:   room for two pointers, used when @name is a group
 * Returns a NULL-terminated list of group names (static, or @self), or NULL when the name is unknown.
 */
const char *const *nono_group_expand(const char *name, const char *self[2]);

/** nono_group_has_required - is @name that of a required group, or does it stand for one among others? */
bool nono_group_has_required(const char *name);

/** nono_group_nearest - the known group name most like @name, for a message; NULL when nothing is near. */
const char *nono_group_nearest(const char *name);

#endif
