/* help.c - nono --help.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"

#include "base/util.h"
#include "cli/option_table.h"
#include "cli/output.h"

#define TEXT_COLUMN 32 /* where an option's text begins */
#define STEP_COLUMNS 40

static void heading(FILE *out, const char *before, const char *text)
{
	(void)fprintf(out, "%s%s%s%s\n", before, output_style(out, OUTPUT_HEADING), text, output_plain(out));
}

static void help_option(const struct option_def *o, FILE *out)
{
	char left[48];

	(void)snprintf(left, sizeof(left), "%s%c%s --%s%s%s", o->letter ? "-" : " ", o->letter ? o->letter : ' ',
		       o->letter ? "," : " ", o->name, o->metavar ? " " : "", o->metavar ? o->metavar : "");
	(void)fprintf(out, "  %s%-*s%s", output_style(out, OUTPUT_TYPE), TEXT_COLUMN - 2, left, output_plain(out));
	if (strlen(left) > TEXT_COLUMN - 3)
		(void)fprintf(out, "\n%*s", TEXT_COLUMN, "");
	output_paragraph(out, TEXT_COLUMN, TEXT_COLUMN, o->help);
}

static void help_options(enum command command, FILE *out)
{
	const char *title = NULL;

	for (size_t i = 0; i < option_def_count; i++) {
		const struct option_def *o = &option_defs[i];

		if (o->title)
			title = o->title;
		if (o->title || o->kind == OPTION_NO_EFFECT || !(o->commands & UINT64_C(1) << command))
			continue;
		if (title)
			heading(out, "\n", title);
		title = NULL;
		help_option(o, out);
	}
}

static void command_line(const char *name, const char *summary, FILE *out)
{
	(void)fprintf(out, "  %s%-18s%s %s\n", output_style(out, OUTPUT_TYPE), name, output_plain(out), summary);
}

/* In the order in which one comes to need them. */
static void first_steps(FILE *out)
{
	static const char *const steps[][2] = {
		{"nono run --allow-cwd -- ls", "it may read this directory"},
		{"nono run --allow . --read ~/data -- make", "write here too, and read ~/data"},
		{"nono profile init my-tool --read ~/data", "keep such options in a profile"},
		{"nono run --profile my-tool -- make", "use it"},
		{"nono run --profile claude-code -- claude", "nono profile list has more"},
		{"nono why --path ~/.ssh/id_ed25519", "may it be read, and by which rule?"},
	};

	heading(out, "", "First steps");
	for (size_t i = 0; i < NONO_ARRAY_SIZE(steps); i++)
		(void)fprintf(out, "  %s%-*s%s  %s\n", output_style(out, OUTPUT_TYPE), STEP_COLUMNS, steps[i][0],
			      output_plain(out), steps[i][1]);
}

static void overview(FILE *out)
{
	(void)fputs("nono runs a command in a capability sandbox: everything is refused but what a\n"
		    "profile or an option grants.\n\n",
		    out);
	first_steps(out);
	heading(out, "\n", "Commands");
	for (size_t i = 0; i < command_def_count; i++)
		if (!strchr(command_defs[i].name, ' ') && *command_defs[i].summary)
			command_line(command_defs[i].name, command_defs[i].summary, out);
	for (size_t i = 0; command_groups[i].name; i++)
		command_line(command_groups[i].name, command_groups[i].summary, out);
}

static void group_help(const char *group, FILE *out)
{
	(void)fprintf(out, "nono %s COMMAND\n\n", group);
	heading(out, "", "Commands");
	for (size_t i = 0; i < command_def_count; i++)
		if (command_in_group(&command_defs[i], group))
			command_line(command_defs[i].name, command_defs[i].summary, out);
	(void)fprintf(out, "\nnono %s COMMAND --help tells more about one.\n", group);
}

void cmd_help(const struct arguments *args, FILE *out)
{
	const struct command_def *def = command_by_id(args->command);

	if (def) {
		(void)fprintf(out, "nono %s %s\n\n", def->name, def->usage);
		output_paragraph(out, 0, 0, def->text);
	} else if (args->group) {
		group_help(args->group, out);
	} else {
		overview(out);
	}
	if (!args->group)
		help_options(args->command, out);
	if (!def && !args->group)
		(void)fputs("\nnono COMMAND --help tells more about one.\n", out);
}
