/* commands.h - the subcommands; one file each.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_COMMANDS_H
#define NONO_CLI_COMMANDS_H

#include "cli/options.h"

enum command_operands { OPERANDS_LINE, OPERANDS_WORDS };

/* A command's function: returns the exit code, or a negative error code with @err filled. */
typedef int (*command_fn)(struct arguments *args, char *const *env, struct nono_error *err);

struct command_def {
	enum command id;
	const char *name; /* "run", "profile show" */
	enum command_operands operands;
	unsigned int least, most; /* words that it takes */
	command_fn run;
	const char *usage, *summary, *text;
};

extern const struct command_def command_defs[];
extern const size_t command_def_count;

/* The first word of several commands; a NULL name ends the list. */
struct command_group_def {
	const char *name, *summary;
};

extern const struct command_group_def command_groups[];

/** command_find - by its whole name, older ones too; NULL if there is none. @group: NULL, or the word before. */
const struct command_def *command_find(const char *group, const char *word);

/** command_by_id - the row of a command; NULL for CMD_NONE. */
const struct command_def *command_by_id(enum command id);

/** command_group - the name of the group of commands that @word begins (older names too); NULL where it begins none. */
const char *command_group(const char *word);

/** command_in_group - is a command "GROUP word"? */
bool command_in_group(const struct command_def *def, const char *group);

/** command_unknown - the error for a word that names no command. Returns -NONO_E_USAGE or -NONO_E_UNSUPPORTED. */
int command_unknown(const char *group, const char *word, struct nono_error *err);

/** cmd_help - usage of a command, of a group of commands, or of nono. */
void cmd_help(const struct arguments *args, FILE *out);

#define COMMAND(id_, name_, operands_, least_, most_, function_, usage_, summary_, text_) \
	int function_(struct arguments *args, char *const *env, struct nono_error *err);
#define GROUP(name_, summary_)
#define OTHER(older_, name_)
#define LATER(name_)
#include "cli/commands.def" /* IWYU pragma: keep */
#undef COMMAND
#undef GROUP
#undef OTHER
#undef LATER

#endif
