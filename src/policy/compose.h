/* compose.h - groups, a profile and flags become one capability set.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_POLICY_COMPOSE_H
#define NONO_POLICY_COMPOSE_H

#include "policy/capset.h"
#include "policy/groups.h"
#include "policy/manifest.h"
#include "policy/vars.h"

/* What the command line says. A zeroed struct says nothing. */
struct nono_flags {
	struct nono_strv allow, read, write;
	struct nono_strv allow_file, read_file, write_file;
	struct nono_strv unix_socket, unix_socket_bind, unix_socket_dir, unix_socket_dir_bind;
	struct nono_strv deny, deny_write; /* absolute; a name each, whatever is in it */
	struct nono_strv bypass, suppress; /* suppress: not offered to be saved; grants nothing */
	struct nono_strv allow_command, block_command;
	struct nono_ports open_port, listen_port, connect_port;
	enum nono_tri block_net; /* --block-net, --allow-net, or neither */
};

/** nono_flags_done - free it. NULL is fine. */
void nono_flags_done(struct nono_flags *flags);

/* All borrowed. */
struct nono_compose {
	const struct nono_profile *profile;   /* NULL: the base groups alone */
	const struct nono_flags *flags;	      /* NULL: none */
	const struct nono_manifest *manifest; /* instead of groups, profile and flags; NULL: none */
	const struct nono_vars *vars;
	const struct nono_fs *fs;
	const char *self_exe; /* nono's own program, which stays usable inside; NULL: not known */
	enum nono_platform platform;
};

/**
 * nono_compose - put a capability set together: (base groups - excluded ones) + the profile's groups + its entries +
 * flags, in this order; or what a manifest says and nothing else. The set is not sealed yet: the working directory may
 * be added.
 * @ret: a zeroed set; to be freed with nono_capset_done after failure too
 * Returns 0, -NONO_E_POLICY (unknown group, required group excluded, wrong kind of object, override without a grant),
 * -NONO_E_NOTFOUND, -NONO_E_LIMIT, -NONO_E_SYSTEM, -NONO_E_NOMEM. Does no I/O but through @c->fs. Thread-safe.
 */
int nono_compose(const struct nono_compose *c, struct nono_capset *ret, struct nono_error *err);

/**
 * nono_profile_groups - the groups that apply, in the order in which they do: the base groups that stay, then the
 * profile's own. @p: NULL: none. Returns 0, -NONO_E_POLICY (one is not there), -NONO_E_NOMEM.
 */
int nono_profile_groups(const struct nono_profile *p, enum nono_platform platform, struct nono_strv *ret,
			struct nono_error *err);

/**
 * nono_compose_workdir - share the working directory.
 * @flag: what the person said ("--allow-cwd") or how they agreed, for explanations
 */
int nono_compose_workdir(const struct nono_compose *c, struct nono_capset *set, enum nono_access access,
			 const char *flag, struct nono_error *err);

/**
 * nono_capset_seal - settle grants against denies and mark what needs no kernel rule.
 * A deny equal to or above a grant wins over it. A deny below a granted directory is marked as covered: Landlock cannot
 * hold it, so somebody must (nono_sandbox_plan), or refuse the set (nono_capset_refuse_covered). Call it once, last.
 */
int nono_capset_seal(const struct nono_compose *c, struct nono_capset *set, struct nono_error *err);

/** nono_capset_mark_redundant - the last part of it, for a set whose grants were changed since. 0, -NONO_E_NOMEM. */
int nono_capset_mark_redundant(struct nono_capset *set, struct nono_error *err);

/**
 * nono_profile_check_built - refuse a profile that asks for what cannot be enforced yet.
 * @what:         "profile" or "manifest", for the message
 * @open_network: an open network was asked for, so keys that filter it are set aside
 * Returns 0, -NONO_E_UNSUPPORTED, naming the keys and their profiles, or -NONO_E_NOMEM.
 */
int nono_profile_check_built(const struct nono_profile *profile, const char *what, bool open_network,
			     struct nono_error *err);

/**
 * nono_capset_doubts - warn of what the command could use to get more at its next run: a profile or nono itself where
 * it may write, and a grant that leads out of such a place through a link.
 * @set: sealed; its notes grow. Returns 0, -NONO_E_NOMEM; what cannot be looked at is passed over.
 */
int nono_capset_doubts(const struct nono_compose *c, struct nono_capset *set, struct nono_error *err);

/** nono_workdir_access - what the profile wants of the working directory: read where there is no profile. */
enum nono_access nono_workdir_access(const struct nono_profile *profile);

#endif
