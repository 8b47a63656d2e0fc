/* completion_bash.c - the script for bash.  SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/completion.h"
#include "cli/texts.h"

static void spellings(const struct option_def *o, const char *between, bool older, FILE *out)
{
	size_t at = 0;

	(void)fprintf(out, "--%s", o->name);
	if (o->letter)
		(void)fprintf(out, "%s-%c", between, o->letter);
	for (const char *name; older && (name = completion_older(o, &at));)
		(void)fprintf(out, "%s--%s", between, name);
}

static void completion(struct completion c, FILE *out)
{
	(void)fprintf(out, "kind=%s", completion_kind_word(c.kind));
	if (c.words)
		(void)fprintf(out, " words='%s'", c.words);
}

/* What is to know about one command: its options, and which of them take what. */
static void about(const char *name, enum command command, FILE *out)
{
	(void)fprintf(out, "\t'%s')\n\t\toptions='", name);
	for (size_t i = 0; i < option_def_count; i++)
		if (completion_offers(&option_defs[i], command)) {
			spellings(&option_defs[i], " ", false, out);
			(void)fputc(' ', out);
		}
	(void)fputs("'\n\t\tcase $2 in\n", out);
	for (size_t i = 0; i < option_def_count; i++) {
		if (!option_defs[i].metavar || !completion_accepts(&option_defs[i], command))
			continue;
		(void)fputs("\t\t", out);
		spellings(&option_defs[i], "|", true, out);
		(void)fputs(") ", out);
		completion(completion_of_option(&option_defs[i]), out);
		(void)fputs(" ;;\n", out);
	}
	(void)fputs("\t\t*) return 1 ;;\n\t\tesac ;;\n", out);
}

static void tables(FILE *out)
{
	(void)fputs("# $1: a command; $2: an option. Fails where that takes no value.\n"
		    "_nono_about() {\n\tkind=any words=\n\tcase $1 in\n",
		    out);
	about("", CMD_NONE, out);
	for (size_t i = 0; i < command_def_count; i++)
		about(command_defs[i].name, command_defs[i].id, out);
	(void)fputs("\t*) return 1 ;;\n\tesac\n}\n\n# $1: a command: what its words are.\n_nono_words() {\n"
		    "\tkind=any words=\n\tcase $1 in\n",
		    out);
	for (size_t i = 0; i < command_def_count; i++) {
		struct completion c = completion_of_operands(&command_defs[i]);

		if (command_defs[i].operands == OPERANDS_LINE)
			c.kind = COMPLETE_PROGRAMS;
		if (c.kind == COMPLETE_ANY)
			continue;
		(void)fprintf(out, "\t'%s') ", command_defs[i].name);
		completion(c, out);
		(void)fputs(" ;;\n", out);
	}
	(void)fputs("\tesac\n}\n\n", out);
}

/* The commands, those of groups as GROUP:WORD. */
static void commands(FILE *out)
{
	(void)fputs("_nono_commands='", out);
	for (size_t i = 0; i < command_def_count; i++) {
		const char *space = strchr(command_defs[i].name, ' ');

		if (!completion_lists(&command_defs[i]))
			continue;
		if (space)
			(void)fprintf(out, "%.*s:%s ", (int)(space - command_defs[i].name), command_defs[i].name,
				      space + 1);
		else
			(void)fprintf(out, "%s ", command_defs[i].name);
	}
	(void)fputs("help'\n_nono_profiles='", out);
	completion_builtin(COMPLETE_PROFILES, out);
	(void)fputs("'\n_nono_groups='", out);
	completion_builtin(COMPLETE_GROUPS, out);
	(void)fputs("'\n\n", out);
}

void completion_bash(FILE *out)
{
	(void)fputs("# bash completion for nono, printed by: nono completion bash\n\n", out);
	tables(out);
	commands(out);
	(void)fputs(completion_code_bash, out);
}
