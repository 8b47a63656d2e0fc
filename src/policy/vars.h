/* vars.h - the variables that paths in policies may use.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_POLICY_VARS_H
#define NONO_POLICY_VARS_H

#include <stddef.h>

#include "base/error.h"

/* Absolute paths without a trailing slash, all owned; runtime_dir is NULL where $XDG_RUNTIME_DIR is not set. */
struct nono_vars {
	char *home, *workdir, *tmpdir;
	char *config_home, *data_home, *state_home, *cache_home, *runtime_dir;
	char *uid;
	char *const *env; /* borrowed: any other variable is looked up here */
};

/**
 * nono_vars_init - take the variables from an environment, with the defaults of the XDG base directory specification.
 * @env: NULL-terminated NAME=value strings; borrowed for as long as @ret is used
 * @workdir: absolute; copied
 * @uid:     the caller's user id
 * Returns 0, -NONO_E_POLICY (HOME missing, or one of them not absolute), -NONO_E_NOMEM.
 */
int nono_vars_init(struct nono_vars *ret, char *const *env, const char *workdir, unsigned int uid,
		   struct nono_error *err);

/**
 * nono_vars_expand - a path as written in a policy becomes an absolute one.
 * A leading ~ or ~/ is the home directory; $NAME is replaced where NAME ends (so $HOMEX is not $HOME and X); a name
 * that is not set stays as it is; trailing slashes go; a relative path starts at the working directory. Nothing is
 * looked up in the file system. Returns 0, -NONO_E_POLICY (empty), -NONO_E_NOMEM. *ret is the caller's.
 */
int nono_vars_expand(const struct nono_vars *vars, const char *text, char **ret, struct nono_error *err);

/** nono_vars_substitute - replace ~ and $NAME as above and do nothing else: for values that are no paths. */
int nono_vars_substitute(const struct nono_vars *vars, const char *text, char **ret, struct nono_error *err);

/** nono_vars_done - free it. NULL is fine. */
void nono_vars_done(struct nono_vars *vars);

/** nono_environ_get - the value of a variable in an environment, NULL when it is not set. Borrowed. */
const char *nono_environ_get(char *const *env, const char *name, size_t name_len);

#endif
