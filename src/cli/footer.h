/* footer.h - what is said after a command that failed.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_FOOTER_H
#define NONO_CLI_FOOTER_H

#include "cli/context.h"
#include "run/run.h"

/**
 * footer_print - look for operations that the policy refuses among what the command was given and what it said, and
 * explain them. Every path is checked with the evaluator; what is not refused is not listed.
 */
void footer_print(const struct context *ctx, const struct nono_run_result *result);

#endif
