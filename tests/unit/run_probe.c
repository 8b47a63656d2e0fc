/* run_probe.c - starts a command through src/run, without a sandbox: for the tests of src/run only.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "run/run.h"
#include "run_stub.h"

extern char **environ;

static void print_paths(const struct nono_observed_list *paths)
{
	for (size_t i = 0; i < paths->len; i++)
		(void)fprintf(stderr, "PATH %d %s\n", (int)paths->items[i].hint, paths->items[i].path);
}

static int supervised(const struct nono_run_spec *spec, bool show)
{
	_cleanup_(nono_run_result_done) struct nono_run_result result = {0};
	struct nono_error err;

	if (nono_run_supervised(spec, &result, &err) < 0) {
		(void)fprintf(stderr, "probe: %s\n", err.text);
		return 1;
	}
	if (result.failed.stage != NONO_STAGE_NONE)
		(void)fprintf(stderr, "STAGE %d %s\n", (int)result.failed.stage,
			      strerrorname_np(result.failed.sys_errno));
	if (show)
		print_paths(&result.paths);
	return result.exit_code;
}

/* run_probe [-o observe] [-p observe and print paths] [-w like wrap] [-C DIR] [-f ERRNO] PROGRAM [ARG...] */
int main(int argc, char **argv)
{
	struct nono_run_spec spec = {.envp = environ};
	struct nono_stage_report report = {0};
	_cleanup_(nono_freep) char *program = NULL;
	struct nono_error err;
	bool show = false, direct = false;
	int fail_with = 0, option;

	if (nono_run_secure_stdio(&err) < 0)
		return 1;
	while ((option = getopt(argc, argv, "+opwC:f:")) != -1) {
		show |= option == 'p';
		direct |= option == 'w';
		spec.observe |= option == 'o' || option == 'p';
		if (option == 'C')
			spec.cwd = optarg;
		if (option == 'f')
			fail_with = (int)strtoul(optarg, NULL, 10);
	}
	if (optind >= argc)
		return 2;
	if (nono_run_find_program(argv[optind], getenv("PATH"), NULL, &program, &err) < 0) {
		(void)fprintf(stderr, "probe: %s\n", err.text);
		return err.code == NONO_E_NOTFOUND ? 127 : 126;
	}
	spec.program = program;
	spec.argv = argv + optind;
	spec.sandbox = stub_sandbox(&fail_with);
	if (!direct)
		return supervised(&spec, show);
	nono_run_direct(&spec, &report);
	(void)fprintf(stderr, "STAGE %d %s\n", (int)report.stage, strerrorname_np(report.sys_errno));
	return nono_run_exit_code(&report);
}
