/* command.c - commands that a policy refuses to start.  SPDX-License-Identifier: Apache-2.0 */
#include "policy/command.h"

#include "base/util.h"
#include "policy/build.h"
#include "policy/path.h"

static const struct nono_command_rule *find_rule(const struct nono_capset *set, const char *name)
{
	for (size_t i = 0; i < set->blocked_count; i++)
		if (strcmp(set->blocked[i].name, name) == 0)
			return &set->blocked[i];
	return NULL;
}

static int check_name(const struct nono_capset *set, const char *name, const char *word, struct nono_error *err)
{
	const struct nono_command_rule *rule = find_rule(set, name);
	char source[NONO_NAME_BYTES * 2];

	if (!rule || nono_strv_has(&set->allowed_commands, name) ||
	    nono_strv_has(&set->allowed_commands, nono_path_base(word)))
		return 0;
	(void)nono_source_text(&rule->source, source, sizeof(source));
	if (rule->source.kind == NONO_SOURCE_MANIFEST)
		return nono_fail(err, NONO_E_BLOCKED, 0,
				 "the command '%s' is blocked by %s; process.allowed_commands allows it", name, source);
	return nono_fail(err, NONO_E_BLOCKED, 0, "the command '%s' is blocked by %s; --allow-command %s allows it",
			 name, source, name);
}

int nono_command_check(const struct nono_capset *set, const struct nono_fs *fs, const char *word, const char *program,
		       struct nono_error *err)
{
	_cleanup_(nono_resolved_done) struct nono_resolved at = {.node = {.fd = -1}};
	int rc = check_name(set, nono_path_base(word), word, err);

	if (rc == 0)
		rc = check_name(set, nono_path_base(program), word, err);
	if (rc == 0)
		rc = nono_path_resolve(fs, program, &at, err);
	return rc < 0 ? rc : check_name(set, nono_path_base(at.real), word, err);
}
