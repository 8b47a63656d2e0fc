/* completion_zsh.c - the script for zsh.  SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/util.h"
#include "cli/completion.h"
#include "cli/texts.h"

/* Within single quotes, where brackets and colons mean something to _arguments and _describe. */
static void quoted(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (*text == '\'')
			(void)fputs("'\\''", out);
		else
			(void)fprintf(out, "%s%c", strchr("[]:\\", *text) ? "\\" : "", *text);
	}
}

static void action(struct completion c, FILE *out)
{
	static const char *const actions[] = {
		[COMPLETE_ANY] = " ",
		[COMPLETE_DIRS] = "_files -/",
		[COMPLETE_FILES] = "_files",
		[COMPLETE_PROFILES] = "_nono_profiles",
		[COMPLETE_GROUPS] = "_nono_groups",
		[COMPLETE_PROGRAMS] = "_command_names -e",
	};

	if (c.kind == COMPLETE_WORDS)
		(void)fprintf(out, "(%s)", c.words);
	else
		(void)fputs(actions[c.kind], out);
}

/* One spelling: '*--allow=[text]:DIR:_files -/' */
static void spec(const struct option_def *o, const char *spelling, const char *value_mark, FILE *out)
{
	const bool again = o->kind == OPTION_LIST || o->kind == OPTION_COMMA_LIST || o->kind == OPTION_PORT ||
			   o->kind == OPTION_COUNT;

	(void)fprintf(out, "\t\t'%s%s%s[", again ? "*" : "", spelling, o->metavar ? value_mark : "");
	quoted(o->help, out);
	(void)fputc(']', out);
	if (o->metavar) {
		(void)fputc(':', out);
		quoted(o->metavar, out);
		(void)fputc(':', out);
		action(completion_of_option(o), out);
	}
	(void)fputs("'\n", out);
}

/* What is accepted and not offered: '!--net-block' */
static void hidden(const char *name, const struct option_def *o, FILE *out)
{
	(void)fprintf(out, "\t\t'!--%s%s'\n", name, o->metavar ? "=:value: " : "");
}

static void about_option(const struct option_def *o, enum command command, FILE *out)
{
	char text[64];
	size_t at = 0;

	if (!completion_accepts(o, command))
		return;
	for (const char *name; (name = completion_older(o, &at));)
		hidden(name, o, out);
	if (!completion_offers(o, command)) {
		hidden(o->name, o, out);
		return;
	}
	(void)snprintf(text, sizeof(text), "--%s", o->name);
	spec(o, text, "=", out);
	(void)snprintf(text, sizeof(text), "-%c", o->letter);
	if (o->letter)
		spec(o, text, "+", out);
}

static void about(const char *name, enum command command, FILE *out)
{
	(void)fprintf(out, "\t'%s') specs=(\n", name);
	for (size_t i = 0; i < option_def_count; i++)
		about_option(&option_defs[i], command, out);
	(void)fputs("\t\t) ;;\n", out);
}

static void operands(const struct command_def *def, FILE *out)
{
	struct completion c = completion_of_operands(def);

	/* Where there is nothing to offer, a spec would only get in the way of the options. */
	if (def->operands != OPERANDS_LINE && c.kind == COMPLETE_ANY)
		return;
	(void)fprintf(out, "\t'%s') ", def->name);
	if (def->operands == OPERANDS_LINE) {
		(void)fputs("specs+=('(-)*:::program:_normal') ;;\n", out);
		return;
	}
	(void)fputs("specs+=('*: :", out);
	action(c, out);
	(void)fputs("') ;;\n", out);
}

/* The options that take the next word for their value. */
static void values(FILE *out)
{
	(void)fputs("_nono_takes_value=(", out);
	completion_taking_value(out);
	(void)fputs(" )\n", out);
}

/* 'name:summary'; a group's commands have an array each. */
static void described(const char *name, size_t len, const char *summary, FILE *out)
{
	(void)fprintf(out, "\t'%.*s:", (int)len, name);
	quoted(summary, out);
	(void)fputs("'\n", out);
}

static void lists(FILE *out)
{
	(void)fputs("_nono_commands=(\n", out);
	for (size_t i = 0; i < command_def_count; i++)
		if (completion_lists(&command_defs[i]) && !strchr(command_defs[i].name, ' '))
			described(command_defs[i].name, strlen(command_defs[i].name), command_defs[i].summary, out);
	for (size_t i = 0; command_groups[i].name; i++)
		described(command_groups[i].name, strlen(command_groups[i].name), command_groups[i].summary, out);
	(void)fputs("\t'help:about a command'\n)\ntypeset -gA _nono_group_commands=(\n", out);
	for (size_t i = 0; command_groups[i].name; i++) {
		const char *group = command_groups[i].name;

		(void)fprintf(out, "\t'%s' '", group);
		for (size_t j = 0; j < command_def_count; j++)
			if (completion_lists(&command_defs[j]) && command_in_group(&command_defs[j], group))
				(void)fprintf(out, "%s ", command_defs[j].name + strlen(group) + 1);
		(void)fputs("'\n", out);
	}
	(void)fputs(")\n_nono_builtin_profiles=(", out);
	completion_builtin(COMPLETE_PROFILES, out);
	(void)fputs(")\n_nono_builtin_groups=(", out);
	completion_builtin(COMPLETE_GROUPS, out);
	(void)fputs(")\n", out);
}

void completion_zsh(FILE *out)
{
	(void)fputs("#compdef nono\n# zsh completion for nono, printed by: nono completion zsh\n\n"
		    "typeset -ga _nono_commands _nono_builtin_profiles _nono_builtin_groups _nono_takes_value\n",
		    out);
	lists(out);
	values(out);
	(void)fputs("\n# $1: a command; its options and words go to specs.\n_nono_specs() {\n\tcase $1 in\n", out);
	about("", CMD_NONE, out);
	for (size_t i = 0; i < command_def_count; i++)
		about(command_defs[i].name, command_defs[i].id, out);
	(void)fputs("\tesac\n\tcase $1 in\n", out);
	for (size_t i = 0; i < command_def_count; i++)
		operands(&command_defs[i], out);
	(void)fputs("\tesac\n}\n\n", out);
	(void)fputs(completion_code_zsh, out);
}
