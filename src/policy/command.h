/* command.h - commands that a policy refuses to start.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_POLICY_COMMAND_H
#define NONO_POLICY_COMMAND_H

#include "policy/capset.h"

/**
 * nono_command_check - may this command be the one that nono starts? An allowed name wins over a blocked one.
 * @word:    the command as typed
 * @program: what it resolves to
 * Compares base names of both, links followed. Returns 0, -NONO_E_BLOCKED (the text names the rule and the way out),
 * -NONO_E_NOMEM. Children of the command are not looked at: that is the file and network rules' business.
 */
int nono_command_check(const struct nono_capset *set, const struct nono_fs *fs, const char *word, const char *program,
		       struct nono_error *err);

#endif
