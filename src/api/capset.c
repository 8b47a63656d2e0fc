/* capset.c - capability sets, put together.  SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"
#include "base/util.h"
#include "policy/build.h"
#include "policy/command.h"
#include "policy/compose.h"
#include "policy/path.h"
#include "policy/profile_keys.h"

NonoCapabilitySet *nono_capability_set_new(void)
{
	NonoCapabilitySet *caps = calloc(1, sizeof(*caps));

	if (!caps) {
		(void)nono_api_nomem();
		return NULL;
	}
	caps->network_mode = NONO_NETWORK_MODE_ALLOW_ALL;
	return caps;
}

void nono_capability_set_free(NonoCapabilitySet *caps)
{
	if (!caps)
		return;
	nono_capset_done(&caps->set);
	nono_strv_done(&caps->rules);
	nono_vars_done(&caps->vars);
	nono_strv_done(&caps->env);
	nono_profile_done(&caps->profile);
	free(caps);
}

/* ---- grants ---- */

#define NEVER_WRITTEN "%s: writing below /proc and /sys is never granted; ask for reading"

/* No variables are used: what a caller names is absolute and taken as it is. */
static const struct nono_vars nowhere = {.home = (char *)"/", .workdir = (char *)"/"};

/* The policy layer passes over what is missing; a caller wants to know. */
static NonoErrorCode check_object(const char *path)
{
	struct nono_error err = {0};
	struct nono_node node;
	int rc = nono_fs_host.stat(&nono_fs_host, path, true, &node, &err);

	if (rc == -NONO_E_NOTFOUND)
		return nono_api_fail(NONO_ERROR_CODE_ERR_PATH_NOT_FOUND, "%s does not exist", path);
	return rc < 0 ? nono_api_fail_as(NONO_ERROR_CODE_ERR_PATH_CANONICALIZATION, &err) : NONO_ERROR_CODE_OK;
}

static NonoErrorCode fail_kind(const char *path, enum nono_access access, bool is_file)
{
	NonoErrorCode code;

	if (is_file)
		code = nono_api_fail(NONO_ERROR_CODE_ERR_EXPECTED_FILE,
				     "%s is a directory: grant it with nono_capability_set_allow_path", path);
	else
		code = nono_api_fail(NONO_ERROR_CODE_ERR_EXPECTED_DIRECTORY,
				     "%s is no directory: grant it with nono_capability_set_allow_file", path);
	nono_api_suggest_path(path, access, !is_file);
	return code;
}

/* Nothing was added: because only writing was asked for, below /proc or /sys, or because there is no such place. */
static NonoErrorCode fail_passed_over(const struct nono_builder *b, struct nono_grant_request r)
{
	bool reading;

	r.access = NONO_ACCESS_READ;
	reading = nono_build_grant(b, &r, NULL) == 0 && b->set->grant_count == 1;
	if (reading)
		return nono_api_fail(NONO_ERROR_CODE_ERR_INVALID_ARG, NEVER_WRITTEN, r.text);
	return nono_api_fail(NONO_ERROR_CODE_ERR_PATH_CANONICALIZATION,
			     "%s cannot be granted: it leads to no place in the file system", r.text);
}

/* Open what is to be granted, in a set of its own: nothing that is in @caps already stands for it. */
static NonoErrorCode open_grant(const char *path, enum nono_access access, bool is_file, struct nono_capset *ret)
{
	const struct nono_builder b = {.set = ret, .vars = &nowhere, .fs = &nono_fs_host};
	const struct nono_grant_request r = {
		.text = path, .access = access, .kind = NONO_SOURCE_USER, .source = "caller"};
	struct nono_error err = {0};
	NonoErrorCode code = check_object(path);

	if (code != NONO_ERROR_CODE_OK)
		return code;
	if (nono_build_grant(&b, &r, &err) < 0)
		return nono_api_fail_error(&err);
	if (ret->grant_count != 1)
		return fail_passed_over(&b, r);
	if (ret->grants[0].is_file != is_file)
		return fail_kind(path, access, is_file);
	if (ret->grants[0].access != access)
		return nono_api_fail(NONO_ERROR_CODE_ERR_INVALID_ARG, NEVER_WRITTEN, path);
	return NONO_ERROR_CODE_OK;
}

static int settle(struct nono_capset *set, struct nono_error *err)
{
	const struct nono_compose c = {.vars = &nowhere, .fs = &nono_fs_host};
	int rc = set->deny_count || set->no_unlink ? nono_capset_seal(&c, set, err) : 0;

	/* What confines the calling process itself cannot give it another view of the files. */
	return rc == 0 ? nono_capset_refuse_covered(set, NULL, NULL, err) : rc;
}

NonoErrorCode nono_api_settle(struct nono_capset *set)
{
	struct nono_error err = {0};

	return settle(set, &err) < 0 ? nono_api_fail_error(&err) : NONO_ERROR_CODE_OK;
}

/* The last grant of a set against its deny rules. */
static NonoErrorCode judge_grant(struct nono_capset *set, const char *path, enum nono_access access)
{
	_cleanup_(nono_capset_done) struct nono_capset trial = {0};
	size_t count = set->grant_count;
	struct nono_error err = {0};
	int rc;

	/* Sealing drops what a rule denies; here that is an answer, so it is tried on a copy first. */
	rc = nono_capset_copy(set, &trial, &err);
	if (rc == 0)
		rc = settle(&trial, &err);
	if (rc < 0)
		return nono_api_fail_error(&err);
	if (trial.grant_count != count || trial.grants[count - 1].access != access) {
		(void)nono_api_fail(NONO_ERROR_CODE_ERR_CONFIG_PARSE, "%s is denied by a rule of the set's profile",
				    path);
		nono_api_suggest_policy();
		return NONO_ERROR_CODE_ERR_CONFIG_PARSE;
	}
	return nono_api_settle(set);
}

NonoErrorCode nono_api_grant(struct nono_capset *set, const char *path, enum nono_access access, bool is_file)
{
	_cleanup_(nono_capset_done) struct nono_capset one = {0};
	struct nono_error err = {0};
	struct nono_grant *grant;
	NonoErrorCode code = open_grant(path, access, is_file, &one);

	if (code != NONO_ERROR_CODE_OK)
		return code;
	if (nono_capset_new_grant(set, &grant, &err) < 0)
		return nono_api_fail_error(&err);
	*grant = one.grants[0];
	one.grant_count = 0;
	if (set->deny_count || set->no_unlink)
		code = judge_grant(set, path, access);
	if (code != NONO_ERROR_CODE_OK)
		nono_capset_drop_grant(set, set->grant_count - 1);
	return code;
}

static NonoErrorCode allow(NonoCapabilitySet *caps, const char *path, uint32_t mode, bool is_file)
{
	_cleanup_(nono_freep) char *absolute = NULL;
	enum nono_access access;
	NonoErrorCode code;

	if (!caps)
		return nono_api_null("caps");
	code = nono_api_absolute(path, &absolute);
	if (code != NONO_ERROR_CODE_OK)
		return code;
	if (!nono_api_access(mode, &access))
		return NONO_ERROR_CODE_ERR_INVALID_ARG;
	return nono_api_grant(&caps->set, absolute, access, is_file);
}

NonoErrorCode nono_capability_set_allow_path(NonoCapabilitySet *caps, const char *path, uint32_t mode)
{
	return allow(caps, path, mode, false);
}

NonoErrorCode nono_capability_set_allow_file(NonoCapabilitySet *caps, const char *path, uint32_t mode)
{
	return allow(caps, path, mode, true);
}

static bool is_same_object(const struct nono_grant *a, const struct nono_grant *b)
{
	return a->node.dev == b->node.dev && a->node.ino == b->node.ino && strcmp(a->node.real, b->node.real) == 0;
}

void nono_capability_set_deduplicate(NonoCapabilitySet *caps)
{
	if (!caps) {
		(void)nono_api_null("caps");
		return;
	}
	for (size_t i = 0; i < caps->set.grant_count; i++) {
		struct nono_grant *kept = &caps->set.grants[i];

		for (size_t j = caps->set.grant_count; --j > i;) {
			const struct nono_grant *other = &caps->set.grants[j];

			if (!is_same_object(kept, other))
				continue;
			kept->access |= other->access;
			kept->rights |= other->rights;
			/* A rule is needed where one of the two was needed. */
			kept->redundant = kept->redundant && other->redundant;
			nono_capset_drop_grant(&caps->set, j);
		}
	}
}

bool nono_capability_set_path_covered(const NonoCapabilitySet *caps, const char *path)
{
	_cleanup_(nono_resolved_done) struct nono_resolved at = {.node = {.fd = -1}};
	_cleanup_(nono_freep) char *absolute = NULL;
	struct nono_error err = {0};

	if (!caps) {
		(void)nono_api_null("caps");
		return false;
	}
	if (nono_api_absolute(path, &absolute) != NONO_ERROR_CODE_OK)
		return false;
	if (nono_path_resolve(&nono_fs_host, absolute, &at, &err) < 0) {
		(void)nono_api_fail_as(NONO_ERROR_CODE_ERR_PATH_CANONICALIZATION, &err);
		return false;
	}
	for (size_t i = 0; i < caps->set.grant_count; i++) {
		const struct nono_grant *g = &caps->set.grants[i];

		if (g->is_file ? strcmp(at.real, g->node.real) == 0 : nono_path_is_within(at.real, g->node.real))
			return true;
	}
	return false;
}

/* ---- commands and rules ---- */

/* As many as a state that is read back may have. */
static NonoErrorCode check_room(size_t count, const char *what)
{
	if (count < NONO_LIST_ITEMS)
		return NONO_ERROR_CODE_OK;
	return nono_api_fail(NONO_ERROR_CODE_ERR_INVALID_ARG, "the set has %zu %s already, and cannot have more", count,
			     what);
}

static NonoErrorCode check_command(const NonoCapabilitySet *caps, const char *cmd)
{
	NonoErrorCode code = caps ? nono_api_check_text("cmd", cmd) : nono_api_null("caps");
	const char *problem = code == NONO_ERROR_CODE_OK ? nono_command_name_problem(cmd) : NULL;

	return problem ? nono_api_fail(NONO_ERROR_CODE_ERR_INVALID_ARG, "cmd is '%.64s': %s", cmd, problem) : code;
}

NonoErrorCode nono_capability_set_allow_command(NonoCapabilitySet *caps, const char *cmd)
{
	struct nono_error err = {0};
	NonoErrorCode code = check_command(caps, cmd);

	if (code != NONO_ERROR_CODE_OK || nono_strv_has(&caps->set.allowed_commands, cmd))
		return code;
	code = check_room(caps->set.allowed_commands.len, "allowed commands");
	if (code != NONO_ERROR_CODE_OK)
		return code;
	return nono_strv_add(&caps->set.allowed_commands, cmd, &err) < 0 ? nono_api_fail_error(&err)
									 : NONO_ERROR_CODE_OK;
}

NonoErrorCode nono_capability_set_block_command(NonoCapabilitySet *caps, const char *cmd)
{
	struct nono_error err = {0};
	NonoErrorCode code = check_command(caps, cmd);

	if (code == NONO_ERROR_CODE_OK)
		code = check_room(caps->set.blocked_count, "blocked commands");
	if (code != NONO_ERROR_CODE_OK)
		return code;
	return nono_capset_block_command(&caps->set, cmd, NONO_SOURCE_USER, "caller", &err) < 0
		       ? nono_api_fail_error(&err)
		       : NONO_ERROR_CODE_OK;
}

NonoErrorCode nono_capability_set_add_platform_rule(NonoCapabilitySet *caps, const char *rule)
{
	struct nono_error err = {0};
	NonoErrorCode code = caps ? nono_api_check_text("rule", rule) : nono_api_null("caps");
	const char *problem;

	if (code != NONO_ERROR_CODE_OK)
		return code;
	problem = nono_check_seatbelt(rule);
	if (problem)
		return nono_api_fail(NONO_ERROR_CODE_ERR_INVALID_ARG, "this rule cannot be used: %s", problem);
	code = check_room(caps->rules.len, "platform rules");
	if (code != NONO_ERROR_CODE_OK)
		return code;
	return nono_strv_add(&caps->rules, rule, &err) < 0 ? nono_api_fail_error(&err) : NONO_ERROR_CODE_OK;
}
