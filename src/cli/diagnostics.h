/* diagnostics.h - how a run went, for programs (docs/format/diagnostics.md).  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_DIAGNOSTICS_H
#define NONO_CLI_DIAGNOSTICS_H

#include "cli/context.h"
#include "run/refusals.h"

/* How it went. */
struct outcome {
	int exit_code;	    /* nono's own */
	int term_signal;    /* that ended the command; 0: none */
	bool started;	    /* the command was */
	bool observed;	    /* its error output was looked at */
	bool needs_workdir; /* it was not, because nobody could be asked about the working directory */
	const struct nono_error
		*failure; /* why it was not started, where nothing below says so; borrowed; NULL: none */
	struct nono_refusals refused;
};

/** diagnostics_print - the report, on standard error whatever --silent says. */
void diagnostics_print(const struct context *ctx, const struct outcome *outcome);

#endif
