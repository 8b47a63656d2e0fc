/* options.h - the command line, decoded.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_OPTIONS_H
#define NONO_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "policy/compose.h"

enum command {
	CMD_NONE = 1,
	CMD_RUN = 2,
	CMD_WRAP = 4,
	CMD_WHY = 8,
};

/* What the command line and NONO_* say. Strings are borrowed from argv and the environment, lists are owned. */
struct arguments {
	enum command command;
	struct nono_flags flags;
	struct nono_strv extends;
	const char *profile, *workdir;
	bool allow_cwd, block_net, allow_net, clean_env;
	bool dry_run, no_diagnostics, silent, exec, supervised;
	int verbose;
	const char *why_path, *why_op, *why_host, *why_port;
	bool why_self, json;
	bool help, version;
	char **words; /* the command to run, NULL-terminated, in argv */
};

/**
 * arguments_parse - decode the command line, then what NONO_* say where it is silent.
 * Returns 0 or -NONO_E_USAGE (exit 2), -NONO_E_UNSUPPORTED (known, not built yet), -NONO_E_NOMEM.
 */
int arguments_parse(int argc, char **argv, char *const *env, struct arguments *ret, struct nono_error *err);

/** arguments_done - free the lists. */
void arguments_done(struct arguments *args);

/** arguments_help - print the options of a command. */
void arguments_help(enum command command, FILE *out);

#endif
