/* commands.h - the subcommands; one file each.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_COMMANDS_H
#define NONO_CLI_COMMANDS_H

#include "cli/options.h"

/* Each returns the exit code, or a negative error code with @err filled. */
int cmd_run(struct arguments *args, char *const *env, struct nono_error *err);
int cmd_why(struct arguments *args, char *const *env, struct nono_error *err);

/** cmd_help - usage of a command, or of nono. */
void cmd_help(const struct arguments *args, FILE *out);

#endif
