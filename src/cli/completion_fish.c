/* completion_fish.c - the script for fish.  SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/completion.h"
#include "cli/texts.h"

/* A word in single quotes. */
static void quoted(const char *text, FILE *out)
{
	(void)fputc('\'', out);
	for (; *text; text++)
		(void)fprintf(out, "%s%c", *text == '\'' || *text == '\\' ? "\\" : "", *text);
	(void)fputc('\'', out);
}

static void value(struct completion c, FILE *out)
{
	switch (c.kind) {
	case COMPLETE_ANY:
		(void)fputs(" -x", out);
		return;
	case COMPLETE_FILES:
		(void)fputs(" -r -F", out);
		return;
	case COMPLETE_DIRS:
		(void)fputs(" -x -a '(__fish_complete_directories)'", out);
		return;
	case COMPLETE_PROGRAMS:
		(void)fputs(" -x -a '(__fish_complete_command)'", out);
		return;
	case COMPLETE_WORDS:
		(void)fputs(" -x -a ", out);
		quoted(c.words, out);
		return;
	case COMPLETE_PROFILES:
	case COMPLETE_GROUPS:
		(void)fprintf(out, " -x -a '(__nono_%s)'", completion_kind_word(c.kind));
		return;
	}
}

/* Which commands have an option: for the condition, names separated by spaces; groups' commands as GROUP:WORD. */
static void command_names(const struct option_def *o, FILE *out)
{
	if (completion_offers(o, CMD_NONE))
		(void)fputs(" start", out);
	for (size_t i = 0; i < command_def_count; i++) {
		const char *name = command_defs[i].name;
		size_t word = strcspn(name, " ");

		if (!completion_offers(o, command_defs[i].id))
			continue;
		(void)fprintf(out, " %.*s%s%s", (int)word, name, name[word] ? ":" : "",
			      name[word] ? name + word + 1 : "");
	}
}

static void option(const struct option_def *o, FILE *out)
{
	if (!o->name || o->kind == OPTION_NO_EFFECT)
		return;
	(void)fputs("complete -c nono -n '__nono_in", out);
	command_names(o, out);
	(void)fprintf(out, "' -l %s", o->name);
	if (o->letter)
		(void)fprintf(out, " -s %c", o->letter);
	if (o->metavar)
		value(completion_of_option(o), out);
	(void)fputs(" -d ", out);
	quoted(o->help, out);
	(void)fputc('\n', out);
}

static void command(const char *state, const char *name, const char *summary, FILE *out)
{
	(void)fprintf(out, "complete -c nono -n '__nono_in %s' -a %s -d ", state, name);
	quoted(summary, out);
	(void)fputc('\n', out);
}

static void commands(FILE *out)
{
	for (size_t i = 0; i < command_def_count; i++) {
		const struct command_def *d = &command_defs[i];
		size_t word = strcspn(d->name, " ");
		char state[64] = "bare";

		if (!completion_lists(d))
			continue;
		if (d->name[word])
			(void)snprintf(state, sizeof(state), "group:%.*s", (int)word, d->name);
		command(state, d->name[word] ? d->name + word + 1 : d->name, d->summary, out);
	}
	for (size_t i = 0; command_groups[i].name; i++)
		command("bare", command_groups[i].name, command_groups[i].summary, out);
	command("bare", "help", "about a command", out);
}

static void operands(FILE *out)
{
	for (size_t i = 0; i < command_def_count; i++) {
		const struct command_def *d = &command_defs[i];
		struct completion c = completion_of_operands(d);
		size_t word = strcspn(d->name, " ");

		if (c.kind == COMPLETE_ANY)
			continue;
		(void)fprintf(out, "complete -c nono -n '__nono_in %.*s%s%s'", (int)word, d->name,
			      d->name[word] ? ":" : "", d->name[word] ? d->name + word + 1 : "");
		value(c, out);
		(void)fputc('\n', out);
	}
}

static void lists(FILE *out)
{
	(void)fputs("set -g __nono_takes_value", out);
	completion_taking_value(out);
	(void)fputs("\nset -g __nono_line_commands", out);
	for (size_t i = 0; i < command_def_count; i++)
		if (command_defs[i].operands == OPERANDS_LINE)
			(void)fprintf(out, " %s", command_defs[i].name);
	(void)fputs("\nset -g __nono_command_groups", out);
	for (size_t i = 0; command_groups[i].name; i++)
		(void)fprintf(out, " %s", command_groups[i].name);
	(void)fputs("\nset -g __nono_builtin_profiles ", out);
	completion_builtin(COMPLETE_PROFILES, out);
	(void)fputs("\nset -g __nono_builtin_groups ", out);
	completion_builtin(COMPLETE_GROUPS, out);
	(void)fputs("\n\n", out);
}

void completion_fish(FILE *out)
{
	(void)fputs("# fish completion for nono, printed by: nono completion fish\n\n", out);
	lists(out);
	(void)fputs(completion_code_fish, out);
	(void)fputc('\n', out);
	commands(out);
	operands(out);
	for (size_t i = 0; i < option_def_count; i++)
		option(&option_defs[i], out);
}
