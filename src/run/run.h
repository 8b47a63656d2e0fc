/* run.h - one run of one command.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_RUN_RUN_H
#define NONO_RUN_RUN_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strv.h"
#include "sandbox/sandbox.h"

/* What is to be started; everything is borrowed. */
struct nono_run_spec {
	const char *program;   /* resolved, absolute or with a slash */
	char *const *argv;
	char *const *envp;
	const char *cwd;       /* where to start; NULL: where nono is */
	const struct nono_sandbox *sandbox;
	bool observe;	       /* look at the error output, if it is no terminal */
};

struct nono_run_result {
	struct nono_stage_report failed; /* stage NONE when the command was started */
	int exit_code;			 /* the command's, or 128+N; 126 or 127 when it was not started */
	int term_signal;		 /* 0 or N */
	struct nono_strv paths;		 /* path-like words seen beside a refusal in its error output, at most
					    NONO_OBSERVED_PATHS; each preceded by its operation hint, see relay.h */
};

/** nono_run_result_done - free what it holds. */
void nono_run_result_done(struct nono_run_result *result);

/**
 * nono_run_supervised - start the command, stay, forward signals, mirror stops, wait.
 * @result: always set on return 0
 * Returns 0 also when the child could not start (result->failed says where), or -NONO_E_SYSTEM, -NONO_E_NOMEM when not
 * even a child could be made. Single-threaded callers only: it blocks signals of the whole process.
 */
int nono_run_supervised(const struct nono_run_spec *spec, struct nono_run_result *result, struct nono_error *err);

/**
 * nono_run_direct - confine this process and become the command.
 * Returns only on failure, @report filled: the caller must exit at once (it may be confined already).
 */
void nono_run_direct(const struct nono_run_spec *spec, struct nono_stage_report *report);

#endif
