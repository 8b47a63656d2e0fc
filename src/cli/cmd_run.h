/* cmd_run.h - what the commands that start something share.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_CMD_RUN_H
#define NONO_CLI_CMD_RUN_H

#include "cli/context.h"

/* What one of them does in its own way. */
struct run_kind {
	bool direct;	  /* become the command */
	bool explains;	  /* say what was refused, after a failure */
	bool own_words;	  /* neither the profile's program nor its arguments */
	const char *hint; /* a line before the start; NULL: none */
	/* The last word on arguments and environment; NULL: none. */
	int (*dress)(const struct context *ctx, struct nono_strv *argv, struct nono_strv *envp, struct nono_error *err);
};

/**
 * run_command - start args->words in the sandbox that @args ask for.
 * Returns the exit code, or a negative error code with @err filled.
 */
int run_command(struct arguments *args, char *const *env, const struct run_kind *kind, struct nono_error *err);

#endif
