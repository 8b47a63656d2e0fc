/* options.h - the command line, decoded.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_OPTIONS_H
#define NONO_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "policy/compose.h"

/* CMD_RUN ...: a row of commands.def each. */
enum command {
	CMD_NONE,
#define COMMAND(id_, name_, operands_, least_, most_, function_, usage_, summary_, text_) CMD_##id_,
#define GROUP(name_, summary_)
#define OTHER(older_, name_)
#define LATER(name_)
#include "cli/commands.def"
#undef COMMAND
#undef GROUP
#undef OTHER
#undef LATER
	CMD_COUNT,
};

/* What the command line and NONO_* say. Strings are borrowed from argv and the environment, lists are owned. */
struct arguments {
	enum command command;
	struct nono_flags flags;
	struct nono_strv extends;
	const char *profile, *config, *workdir, *shell;
	bool allow_cwd, block_net, allow_net, clean_env;
	bool dry_run, no_diagnostics, diagnostics_json, silent, exec;
	int verbose;
	const char *why_path, *why_op, *why_host, *why_port, *why_scope, *why_command;
	bool why_self, why_check, json;
	bool setup_check_only, setup_profiles, setup_shell;
	const char *theme, *log_file;
	struct {
		bool raw, strict, all_platforms, full, force;
		const char *format, *description, *output;
		struct nono_strv extends, groups;
	} profiles; /* of the profile commands */
	bool help, version;
	const char *group; /* of commands, where no command of it was named; static */
	char **words;	   /* the command to run, NULL-terminated, in argv */
	char **operands;   /* words of a command that runs nothing; the array is owned, the words are argv's */
	size_t operand_count;
};

/**
 * arguments_parse - decode the command line, then what NONO_* say where it is silent.
 * Returns 0 or -NONO_E_USAGE (exit 2), -NONO_E_UNSUPPORTED (known, not built yet), -NONO_E_NOMEM.
 */
int arguments_parse(int argc, char **argv, char *const *env, struct arguments *ret, struct nono_error *err);

/** arguments_start_something - does the command start a program in a sandbox? */
bool arguments_start_something(const struct arguments *args);

/** arguments_done - free the lists. */
void arguments_done(struct arguments *args);

#endif
