/* context.h - from the command line to a capability set; for run, wrap and why.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_CONTEXT_H
#define NONO_CLI_CONTEXT_H

#include "cli/options.h"

struct context {
	struct arguments *args;
	char *const *env;
	struct nono_vars vars;
	struct nono_profile profile;
	bool has_profile;
	bool has_home;			  /* it exists: nothing is made below one that does not */
	struct nono_manifest manifest;	  /* read where --config names one */
	const struct nono_profile *rules; /* what is said beside paths: the profile's or the manifest's */
	struct nono_compose compose;
	struct nono_capset set;	  /* composed, not sealed */
	char *cwd;		  /* where nono was started */
	char *workdir_withheld;	  /* the working directory, canonical, where it was wanted and not shared; else NULL */
	bool workdir_unshareable; /* it was not shared because that could only fail */
	char *config_dir, *state_dir;
	char *self_exe;
	const char *started; /* the path that nono was started by, as execve was given it; borrowed; may be NULL */
	char *os_release;    /* text of os-release; NULL where there is none */
};

/** context_load - the first half of context_init: start, and read the profile or manifest. Nothing is composed. */
int context_load(struct context *ctx, struct arguments *args, char *const *env, struct nono_error *err);

/**
 * context_start - find the directories and variables, and which system this is.
 * @ctx is to be given to context_done after failure too.
 */
int context_start(struct context *ctx, struct arguments *args, char *const *env, struct nono_error *err);

/** context_lookup - where profiles are looked for; borrowed from @ctx, which was started. */
struct nono_profile_lookup context_lookup(const struct context *ctx);

/** context_path - what a person names, absolute: it starts where they are. NULL without memory. The caller's. */
char *context_path(const struct context *ctx, const char *path);

/**
 * context_init - start, read the profile and compose the set.
 * @may_create: missing directories of a built-in profile are made
 * @ctx is to be given to context_done after failure too. Errors as nono_profile_load and nono_compose.
 */
int context_init(struct context *ctx, struct arguments *args, char *const *env, bool may_create,
		 struct nono_error *err);

/** context_load_profile - nono_profile_load with what this machine and this user have. */
int context_load_profile(const struct context *ctx, const char *which, const struct nono_strv *extends,
			 struct nono_profile *ret, struct nono_error *err);

/** context_covers_workdir - is the working directory granted to this level already? */
int context_covers_workdir(const struct context *ctx, enum nono_access level, bool *ret, struct nono_error *err);

/**
 * context_settle - seal the set, and choose how each denied path below a granted directory is kept.
 * nono's own directory for profiles is made where it is missing, may be made by this run and lies below a granted one:
 * what is not there could not be kept from being written. Errors as nono_capset_seal and nono_sandbox_plan.
 */
int context_settle(struct context *ctx, struct nono_error *err);

/** context_check_built - refuse what a profile or manifest asks for and nono cannot enforce yet. */
int context_check_built(const struct context *ctx, struct nono_error *err);

/** context_done - free it. */
void context_done(struct context *ctx);

#endif
