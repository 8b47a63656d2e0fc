/* main.c - the nono program.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <sys/resource.h>

#include "base/util.h"
#include "cli/commands.h"
#include "cli/config.h"
#include "cli/logfile.h"
#include "cli/output.h"
#include "nono_config.h"
#include "run/run.h"

extern char **environ;

/* A full disk must not look like an empty answer. */
static int end_output(struct nono_error *err)
{
	if (fflush(stdout) == EOF || ferror(stdout))
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot write to standard output");
	return 0;
}

static int dispatch(struct arguments *args, struct nono_error *err)
{
	const struct command_def *def;

	if (args->help) {
		cmd_help(args, stdout);
		return end_output(err);
	}
	if (args->version) {
		(void)printf("nono %s\n", NONO_VERSION);
		return end_output(err);
	}
	def = command_by_id(args->command);
	if (def)
		return def->run(args, environ, err);
	cmd_help(args, stderr);
	return 2;
}

/* Only what starts something insists on settings that can be read; the others do without. */
static bool needs_settings(const struct arguments *args)
{
	return arguments_start_something(args) && !args->help && !args->version;
}

static int read_settings(const struct arguments *args, struct nono_error *err)
{
	_cleanup_(config_done) struct config config = {0};
	const char *theme = args->theme;
	int rc = 0;

	if (needs_settings(args))
		rc = config_load(environ, &config, err);
	else if (!theme && (output_coloured(stdout) || output_coloured(stderr)))
		(void)config_load(environ, &config, NULL);
	if (rc < 0)
		return rc;
	theme = theme ? theme : config.theme;
	if (theme)
		output_set_theme(theme);
	for (size_t i = 0; args->verbose && i < config.unknown.len; i++)
		output_status(config.unknown.items[i]);
	return 0;
}

static void open_log(const char *path)
{
	struct nono_error err = {0};

	if (!path || logfile_open(path, &err) == 0)
		return;
	(void)nono_fail_in(&err, 0, "--log-file, so nothing is recorded");
	output_error(&err);
}

/* Too small a stack would end nono by a signal, somewhere. */
static int check_stack(struct nono_error *err)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_STACK, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY ||
	    limit.rlim_cur >= NONO_STACK_BYTES)
		return 0;
	return nono_fail(err, NONO_E_UNSUPPORTED, 0,
			 "the stack may only have %llu KiB and nono needs %d: raise ulimit -s",
			 (unsigned long long)limit.rlim_cur / 1024, NONO_STACK_BYTES / 1024);
}

/* What was printed may be in stdio's buffer still, and only now meet a full disk. */
static int flush_output(struct nono_error *err)
{
	if (fflush(stdout) != EOF && !ferror(stdout))
		return 0;
	return nono_fail(err, NONO_E_SYSTEM, errno, "cannot write to the standard output");
}

int main(int argc, char **argv)
{
	struct arguments args = {0};
	struct nono_error err = {0};
	int rc = nono_run_secure_stdio(&err);

	if (rc == 0)
		rc = check_stack(&err);
	if (rc == 0)
		rc = arguments_parse(argc, argv, environ, &args, &err);
	output_init(args.silent);
	open_log(args.log_file);
	if (rc == 0)
		rc = read_settings(&args, &err);
	if (rc == 0)
		rc = dispatch(&args, &err);
	if (rc == 0)
		rc = flush_output(&err);
	if (rc < 0) {
		output_error(&err);
		rc = rc == -NONO_E_USAGE ? 2 : 1;
	}
	arguments_done(&args);
	return rc;
}
