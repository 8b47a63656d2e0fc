/* completion.h - what a shell may offer, from the tables of commands and options.  SPDX-License-Identifier: Apache-2.0
 */
#ifndef NONO_CLI_COMPLETION_H
#define NONO_CLI_COMPLETION_H

#include <stdio.h>

#include "cli/commands.h"
#include "cli/option_table.h"

/* What a value or a word is. */
enum completion_kind {
	COMPLETE_ANY, /* nothing to offer */
	COMPLETE_DIRS,
	COMPLETE_FILES,
	COMPLETE_PROFILES, /* names; built-in ones and those of the person */
	COMPLETE_GROUPS,
	COMPLETE_PROGRAMS,
	COMPLETE_WORDS, /* one of a few */
};

struct completion {
	enum completion_kind kind;
	const char *words; /* of COMPLETE_WORDS: separated by spaces; static */
};

/** completion_kind_word - "any", "dirs" ...: as the scripts call it. Static. */
const char *completion_kind_word(enum completion_kind kind);

/** completion_of_option - what its value is; kind ANY also where it takes none. */
struct completion completion_of_option(const struct option_def *o);

/** completion_of_operands - what the words of a command are. */
struct completion completion_of_operands(const struct command_def *def);

/** completion_accepts - does a command take this option? CMD_NONE: before any is named, when run's count too. */
bool completion_accepts(const struct option_def *o, enum command command);

/** completion_offers - is this an option to offer for a command? CMD_NONE: before any is named, when run's count too.
 */
bool completion_offers(const struct option_def *o, enum command command);

/** completion_older - the next older spelling of an option, from *@at on; NULL at the end. */
const char *completion_older(const struct option_def *o, size_t *at);

/** completion_taking_value - print every spelling of the options that take a value, a space before each. */
void completion_taking_value(FILE *out);

/** completion_lists - is this a command that lists show? */
bool completion_lists(const struct command_def *def);

/** completion_builtin - print the names of a kind that are compiled in, separated by spaces. */
void completion_builtin(enum completion_kind kind, FILE *out);

/* The scripts. */
void completion_bash(FILE *out);
void completion_zsh(FILE *out);
void completion_fish(FILE *out);

#endif
