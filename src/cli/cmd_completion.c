/* cmd_completion.c - nono completion: a script for the shell, made of the tables.  SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "base/util.h"
#include "cli/completion.h"
#include "policy/groups.h"
#include "policy/profile.h"

const char *completion_kind_word(enum completion_kind kind)
{
	static const char *const words[] = {"any", "dirs", "files", "profiles", "groups", "programs", "words"};

	return words[kind];
}

/* By name first, because NAME can be anything; then by what the help calls the value. */
static const struct {
	const char *option, *metavar;
	struct completion completion;
} option_rules[] = {
	{"profile", NULL, {COMPLETE_PROFILES, NULL}},
	{"extends", NULL, {COMPLETE_PROFILES, NULL}},
	{"groups", NULL, {COMPLETE_GROUPS, NULL}},
	{"theme", NULL, {COMPLETE_WORDS, "mocha latte frappe macchiato tokyo-night minimal"}},
	{"op", NULL, {COMPLETE_WORDS, "read write readwrite create unlink exec"}},
	{"format", NULL, {COMPLETE_WORDS, "profile manifest"}},
	{"allow-command", NULL, {COMPLETE_PROGRAMS, NULL}},
	{"block-command", NULL, {COMPLETE_PROGRAMS, NULL}},
	{NULL, "DIR", {COMPLETE_DIRS, NULL}},
	{NULL, "FILE", {COMPLETE_FILES, NULL}},
	{NULL, "PATH", {COMPLETE_FILES, NULL}},
	{NULL, "SOCKET", {COMPLETE_FILES, NULL}},
};

static const struct {
	const char *command;
	struct completion completion;
} operand_rules[] = {
	{"completion", {COMPLETE_WORDS, "bash zsh fish"}},  {"profile show", {COMPLETE_PROFILES, NULL}},
	{"profile diff", {COMPLETE_PROFILES, NULL}},	    {"profile validate", {COMPLETE_PROFILES, NULL}},
	{"profile groups", {COMPLETE_GROUPS, NULL}},	    {"hooks status", {COMPLETE_WORDS, "claude-code"}},
	{"hooks install", {COMPLETE_WORDS, "claude-code"}}, {"hooks remove", {COMPLETE_WORDS, "claude-code"}},
};

struct completion completion_of_option(const struct option_def *o)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(option_rules) && o->metavar; i++)
		if (nono_streq(option_rules[i].option, o->name) || nono_streq(option_rules[i].metavar, o->metavar))
			return option_rules[i].completion;
	return (struct completion){COMPLETE_ANY, NULL};
}

struct completion completion_of_operands(const struct command_def *def)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(operand_rules); i++)
		if (strcmp(operand_rules[i].command, def->name) == 0)
			return operand_rules[i].completion;
	return (struct completion){COMPLETE_ANY, NULL};
}

bool completion_accepts(const struct option_def *o, enum command command)
{
	uint64_t commands = UINT64_C(1) << command;

	if (command == CMD_NONE)
		commands |= UINT64_C(1) << CMD_RUN;
	return o->name && (o->commands & commands);
}

bool completion_offers(const struct option_def *o, enum command command)
{
	return completion_accepts(o, command) && o->kind != OPTION_NO_EFFECT;
}

const char *completion_older(const struct option_def *o, size_t *at)
{
	while (*at < option_alias_count) {
		const struct option_alias *a = &option_aliases[(*at)++];

		if (strcmp(a->name, o->name) == 0)
			return a->older;
	}
	return NULL;
}

void completion_taking_value(FILE *out)
{
	for (size_t i = 0; i < option_def_count; i++) {
		size_t at = 0;

		if (!option_defs[i].metavar)
			continue;
		(void)fprintf(out, " --%s", option_defs[i].name);
		if (option_defs[i].letter)
			(void)fprintf(out, " -%c", option_defs[i].letter);
		for (const char *name; (name = completion_older(&option_defs[i], &at));)
			(void)fprintf(out, " --%s", name);
	}
}

bool completion_lists(const struct command_def *def)
{
	return *def->summary != '\0';
}

void completion_builtin(enum completion_kind kind, FILE *out)
{
	const bool profiles = kind == COMPLETE_PROFILES;
	const size_t count = profiles ? nono_builtin_profile_count : nono_group_count;

	for (size_t i = 0; i < count; i++)
		(void)fprintf(out, "%s%s", i ? " " : "",
			      profiles ? nono_builtin_profiles[i].name : nono_groups[i].name);
}

int cmd_completion(struct arguments *args, char *const *env, struct nono_error *err)
{
	static const struct {
		const char *shell;
		void (*script)(FILE *out);
	} shells[] = {{"bash", completion_bash}, {"zsh", completion_zsh}, {"fish", completion_fish}};
	size_t i = 0;

	(void)env;
	while (i < NONO_ARRAY_SIZE(shells) && strcmp(shells[i].shell, args->operands[0]) != 0)
		i++;
	if (i == NONO_ARRAY_SIZE(shells))
		return nono_fail(err, NONO_E_USAGE, 0, "there is no completion for '%s': name bash, zsh or fish",
				 args->operands[0]);
	shells[i].script(stdout);
	if (fflush(stdout) == EOF || ferror(stdout))
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot write the script");
	return 0;
}
