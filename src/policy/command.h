/* command.h - commands that a policy refuses to start.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_POLICY_COMMAND_H
#define NONO_POLICY_COMMAND_H

#include "policy/capset.h"

/* What the rules about names say of a command. */
struct nono_command_answer {
	const struct nono_command_rule *rule; /* the one that blocks it; the set's; NULL: none does */
	const char *name;		      /* the name that it blocks: the rule's; NULL where there is no rule */
	bool allowed;			      /* no rule, or an exception from it */
};

/**
 * nono_command_name_problem - can a rule about this name ever meet a command? Names are compared with base names.
 * Returns NULL, or what is wrong and what to write instead; static.
 */
const char *nono_command_name_problem(const char *name);

/**
 * nono_command_explain - the rule for a command, and whether it holds. Compares as nono_command_check does.
 * @program: what @word resolves to; NULL: nothing, so that only the word is judged
 */
int nono_command_explain(const struct nono_capset *set, const struct nono_fs *fs, const char *word, const char *program,
			 struct nono_command_answer *ret, struct nono_error *err);

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
