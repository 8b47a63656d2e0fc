/* help.c - nono --help.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"

static const struct {
	enum command command;
	const char *usage, *text;
} pages[] = {
	{CMD_RUN, "nono run [options] -- COMMAND [ARGUMENT...]",
	 "Run a command in a sandbox that grants what the profile and the flags say, and explain what was refused."},
	{CMD_WRAP, "nono wrap [options] -- COMMAND [ARGUMENT...]",
	 "Enter the sandbox and become the command: nothing of nono stays, so nothing is explained afterwards."},
	{CMD_WHY, "nono why [options] --path PATH [--op OP] | --host HOST",
	 "Say whether a command under these options may do something, by which rule, and what would change it."},
};

static void overview(FILE *out)
{
	(void)fputs("nono runs a command in a capability sandbox: everything is refused but what a profile grants.\n\n"
		    "  nono run --profile claude-code --allow-cwd -- claude\n"
		    "  nono run --read ~/data --block-net -- ./script.sh\n"
		    "  nono why --profile claude-code --path ~/.ssh/id_ed25519\n\n"
		    "Commands (run is the default)\n",
		    out);
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		(void)fprintf(out, "  %s\n", pages[i].usage);
	(void)fputs("\nnono COMMAND --help lists the options of a command.\n", out);
}

void cmd_help(const struct arguments *args, FILE *out)
{
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (pages[i].command == args->command) {
			(void)fprintf(out, "%s\n\n%s\n", pages[i].usage, pages[i].text);
			arguments_help(args->command, out);
			return;
		}
	overview(out);
	arguments_help(CMD_NONE, out);
}
