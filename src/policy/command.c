/* command.c - commands that a policy refuses to start.  SPDX-License-Identifier: Apache-2.0 */
#include "policy/command.h"

#include "base/util.h"
#include "policy/build.h"
#include "policy/path.h"

const char *nono_command_name_problem(const char *name)
{
	if (!*name)
		return "an empty name; write a command's, such as rm";
	if (strchr(name, '/'))
		return "it has a slash and is no command's name; leave the directory out";
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return "it is a directory's name; write a command's, such as rm";
	return strnlen(name, NONO_COMMAND_BYTES) < NONO_COMMAND_BYTES
		       ? NULL
		       : "longer than 255 bytes, which no command's name is; write the name alone";
}

static const struct nono_command_rule *find_rule(const struct nono_capset *set, const char *name)
{
	for (size_t i = 0; i < set->blocked_count; i++)
		if (strcmp(set->blocked[i].name, name) == 0)
			return &set->blocked[i];
	return NULL;
}

/* True where a rule decides: it blocks, or there is an exception from it. */
static bool judge_name(const struct nono_capset *set, const char *name, const char *word,
		       struct nono_command_answer *ret)
{
	const struct nono_command_rule *rule = find_rule(set, name);

	if (!rule)
		return false;
	ret->rule = rule;
	ret->name = rule->name;
	ret->allowed = nono_strv_has(&set->allowed_commands, name) ||
		       nono_strv_has(&set->allowed_commands, nono_path_base(word));
	return !ret->allowed;
}

int nono_command_explain(const struct nono_capset *set, const struct nono_fs *fs, const char *word, const char *program,
			 struct nono_command_answer *ret, struct nono_error *err)
{
	_cleanup_(nono_resolved_done) struct nono_resolved at = {.node = {.fd = -1}};
	struct nono_command_answer a = {.allowed = true};
	int rc = 0;

	if (!judge_name(set, nono_path_base(word), word, &a) && program &&
	    !judge_name(set, nono_path_base(program), word, &a)) {
		rc = nono_path_resolve(fs, program, &at, err);
		if (rc < 0)
			return rc;
		(void)judge_name(set, nono_path_base(at.real), word, &a);
	}
	*ret = a;
	return 0;
}

int nono_command_check(const struct nono_capset *set, const struct nono_fs *fs, const char *word, const char *program,
		       struct nono_error *err)
{
	struct nono_command_answer a = {0};
	char source[NONO_NAME_BYTES * 2];
	int rc = nono_command_explain(set, fs, word, program, &a, err);

	if (rc < 0 || a.allowed)
		return rc;
	(void)nono_source_text(&a.rule->source, source, sizeof(source));
	if (a.rule->source.kind == NONO_SOURCE_MANIFEST)
		return nono_fail(err, NONO_E_BLOCKED, 0,
				 "the command '%s' is blocked by %s; process.allowed_commands allows it", a.name,
				 source);
	return nono_fail(err, NONO_E_BLOCKED, 0, "the command '%s' is blocked by %s; --allow-command %s allows it",
			 a.name, source, a.name);
}
