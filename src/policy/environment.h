/* environment.h - which variables the command inherits.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_POLICY_ENVIRONMENT_H
#define NONO_POLICY_ENVIRONMENT_H

#include <stdbool.h>

#include "base/strv.h"
#include "policy/profile.h"
#include "policy/vars.h"

struct nono_environment {
	const struct nono_profile *profile; /* NULL: no rules of a profile */
	const struct nono_vars *vars;
	bool clean;		      /* --clean-env: inherit only what a terminal program needs */
	const char *cap_file;	      /* NONO_CAP_FILE, or NULL */
	const char *cwd;	      /* where the command starts, if that is not where nono is: PWD; or NULL */
	const struct nono_strv *more; /* NAME=value, set last; NULL: none */
};

/**
 * nono_environment_build - the command's environment.
 * Order: variables that could make a program load code, and nono's own, always go; then deny_vars; then allow_vars;
 * then set_vars are set, then what @e->more says. @ret: NAME=value strings, NULL-terminated, the caller's.
 */
int nono_environment_build(const struct nono_environment *e, char *const *env, struct nono_strv *ret,
			   struct nono_error *err);

/** nono_environment_set - give a variable of @env this value, in the place of the one it has. 0 or -NONO_E_NOMEM. */
int nono_environment_set(struct nono_strv *env, const char *name, const char *value, struct nono_error *err);

/** nono_environment_is_dangerous - does a variable of this name let its setter run code in another program. */
bool nono_environment_is_dangerous(const char *name, size_t len);

#endif
