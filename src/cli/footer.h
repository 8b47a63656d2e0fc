/* footer.h - what is said after a command that failed.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_FOOTER_H
#define NONO_CLI_FOOTER_H

#include "cli/context.h"
#include "run/refusals.h"

/** footer_print - say what was refused after a command that failed. */
void footer_print(const struct context *ctx, const struct nono_run_result *result, const struct nono_refusals *refused);

#endif
