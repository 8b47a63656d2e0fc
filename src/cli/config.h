/* config.h - the person's settings: nono/config.toml.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_CONFIG_H
#define NONO_CLI_CONFIG_H

#include "base/strv.h"

struct config {
	char *theme;		     /* owned; NULL: not set */
	struct nono_strv unknown;    /* "FILE:LINE:COLUMN: ..." of keys that mean nothing to nono */
	bool has_rollback, has_undo; /* two names of one section */
};

/**
 * config_load - read $XDG_CONFIG_HOME/nono/config.toml, or ~/.config's.
 * A file that is missing, and a home that is not known, are empty settings: one system call.
 * The file is judged as profiles are. Returns 0, -NONO_E_PARSE and -NONO_E_POLICY with the place, -NONO_E_SYSTEM,
 * -NONO_E_LIMIT, -NONO_E_NOMEM.
 */
int config_load(char *const *env, struct config *ret, struct nono_error *err);

/** config_done - free it. */
void config_done(struct config *config);

#endif
