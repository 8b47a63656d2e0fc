/* setup_parts.h - what cmd_setup.c and setup_write.c share.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_SETUP_PARTS_H
#define NONO_CLI_SETUP_PARTS_H

#include <stdbool.h>

#include "base/strv.h"

/* What became of the example profiles. */
struct setup_written {
	struct nono_strv wrote, kept; /* paths */
};

/**
 * setup_write_examples - make the example profiles that are not there yet.
 * Returns 0, or as nono_vars_init, -NONO_E_SYSTEM; *ret tells what was done until then. setup_written_done.
 */
int setup_write_examples(char *const *env, struct setup_written *ret, struct nono_error *err);

/** setup_written_done - free it. */
void setup_written_done(struct setup_written *written);

/** setup_shell_lines - lines for the settings of this person's shell, comments among them. The caller's. */
char *setup_shell_lines(char *const *env);

#endif
