/* main.c - the nono program.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/util.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "nono_config.h"
#include "run/run.h"

extern char **environ;

static int dispatch(struct arguments *args, struct nono_error *err)
{
	const struct command_def *def;

	if (args->help) {
		cmd_help(args, stdout);
		return 0;
	}
	if (args->version) {
		(void)printf("nono %s\n", NONO_VERSION);
		return 0;
	}
	def = command_by_id(args->command);
	if (def)
		return def->run(args, environ, err);
	cmd_help(args, stderr);
	return 2;
}

int main(int argc, char **argv)
{
	struct arguments args = {0};
	struct nono_error err = {0};
	int rc = nono_run_secure_stdio(&err);

	if (rc == 0)
		rc = arguments_parse(argc, argv, environ, &args, &err);
	output_init(args.silent);
	if (rc == 0)
		rc = dispatch(&args, &err);
	if (rc < 0) {
		output_error(&err);
		rc = rc == -NONO_E_USAGE ? 2 : 1;
	}
	arguments_done(&args);
	return rc;
}
