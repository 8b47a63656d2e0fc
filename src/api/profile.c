/* profile.c - a set made of a profile.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/api.h"
#include "base/util.h"
#include "policy/compose.h"
#include "policy/path.h"

#define OS_RELEASE_BYTES 65536

static NonoErrorCode check_directory(const char *name, const char *path)
{
	NonoErrorCode code = nono_api_check_text(name, path);

	if (code == NONO_ERROR_CODE_OK && path[0] != '/')
		return nono_api_fail(NONO_ERROR_CODE_ERR_INVALID_ARG, "%s is '%s', which is not absolute", name, path);
	return code;
}

static NonoErrorCode check_options(const char *name_or_path, const NonoProfileOptions *opts)
{
	NonoErrorCode code;

	if (!opts)
		return nono_api_null("opts");
	if (opts->size != sizeof(*opts))
		return nono_api_fail(NONO_ERROR_CODE_ERR_INVALID_ARG,
				     "opts->size is %zu: begin with NONO_PROFILE_OPTIONS_INIT", opts->size);
	code = check_directory("opts->home", opts->home);
	if (code == NONO_ERROR_CODE_OK)
		code = check_directory("opts->workdir", opts->workdir);
	if (code == NONO_ERROR_CODE_OK && opts->config_dir)
		code = check_directory("opts->config_dir", opts->config_dir);
	if (code == NONO_ERROR_CODE_OK && name_or_path)
		code = nono_api_check_text("name_or_path", name_or_path);
	return code;
}

/* The variables of policies: HOME is what the caller says, whatever is in the list. */
static int take_variables(NonoCapabilitySet *caps, const NonoProfileOptions *opts, struct nono_error *err)
{
	_cleanup_(nono_freep) char *home = NULL;
	int rc;

	if (asprintf(&home, "HOME=%s", opts->home) < 0) {
		home = NULL;
		return nono_nomem(err);
	}
	rc = nono_strv_add(&caps->env, home, err);
	for (size_t i = 0; rc == 0 && opts->env && opts->env[i]; i++)
		if (!nono_has_prefix(opts->env[i], "HOME="))
			rc = nono_strv_add(&caps->env, opts->env[i], err);
	return rc == 0 ? nono_vars_init(&caps->vars, caps->env.items, opts->workdir, getuid(), err) : rc;
}

static int load_profile(NonoCapabilitySet *caps, const char *name_or_path, const NonoProfileOptions *opts,
			struct nono_error *err)
{
	_cleanup_(nono_freep) char *os_release = NULL;
	_cleanup_(nono_freep) char *config_dir = NULL;
	struct nono_profile_lookup lookup = {.fs = &nono_fs_host, .workdir = opts->workdir};
	size_t len;
	int rc;

	config_dir = opts->config_dir ? strdup(opts->config_dir) : nono_path_join(caps->vars.config_home, "nono");
	if (!config_dir)
		return nono_nomem(err);
	lookup.config_dir = config_dir;
	/* Only a condition on a distribution asks for it; where there is none, such a condition does not hold. */
	if (nono_fs_host.read(&nono_fs_host, "/etc/os-release", OS_RELEASE_BYTES, &os_release, &len, NULL) == 0)
		lookup.os_release = os_release;
	rc = nono_profile_load(&lookup, name_or_path, NULL, &caps->profile, err);
	return rc == 0 ? nono_profile_check_built(&caps->profile, "profile", false, err) : rc;
}

static int compose(NonoCapabilitySet *caps, const NonoProfileOptions *opts, bool has_profile, struct nono_error *err)
{
	const struct nono_compose c = {
		.profile = has_profile ? &caps->profile : NULL,
		.vars = &caps->vars,
		.fs = opts->create_missing ? &nono_fs_host_making : &nono_fs_host,
		.platform = NONO_PLATFORM_LINUX,
	};
	int rc = nono_compose(&c, &caps->set, err);

	if (rc == 0 && opts->share_workdir)
		rc = nono_compose_workdir(&c, &caps->set, nono_workdir_access(c.profile), "share_workdir", err);
	if (rc == 0)
		rc = nono_capset_seal(&c, &caps->set, err);
	return rc == 0 ? nono_capset_refuse_covered(&caps->set, NULL, NULL, err) : rc;
}

static NonoErrorCode fail_load(int rc, const struct nono_error *err)
{
	/* A policy is at fault only once there is one; here it is what holds the profile. */
	return rc == -NONO_E_PARSE || rc == -NONO_E_LIMIT || rc == -NONO_E_POLICY
		       ? nono_api_fail_as(NONO_ERROR_CODE_ERR_PROFILE_PARSE, err)
		       : nono_api_fail_error(err);
}

static NonoErrorCode make(NonoCapabilitySet *caps, const char *name_or_path, const NonoProfileOptions *opts)
{
	struct nono_error err = {0};
	int rc = take_variables(caps, opts, &err);

	if (rc < 0) /* one of the variables is not absolute */
		return rc == -NONO_E_POLICY ? nono_api_fail_as(NONO_ERROR_CODE_ERR_INVALID_ARG, &err)
					    : nono_api_fail_error(&err);
	rc = name_or_path ? load_profile(caps, name_or_path, opts, &err) : 0;
	if (rc < 0)
		return fail_load(rc, &err);
	rc = compose(caps, opts, name_or_path != NULL, &err);
	if (rc < 0)
		return nono_api_fail_error(&err);
	caps->composed = true;
	caps->network_mode = nono_api_network_mode(&caps->set);
	return NONO_ERROR_CODE_OK;
}

NonoErrorCode nono_profile_load_caps(const char *name_or_path, const NonoProfileOptions *opts, NonoCapabilitySet **out)
{
	NonoErrorCode code = out ? check_options(name_or_path, opts) : nono_api_null("out");
	NonoCapabilitySet *caps;

	if (code != NONO_ERROR_CODE_OK)
		return code;
	caps = nono_capability_set_new();
	if (!caps)
		return NONO_ERROR_CODE_ERR_UNKNOWN;
	code = make(caps, name_or_path, opts);
	if (code == NONO_ERROR_CODE_OK)
		*out = caps;
	else
		nono_capability_set_free(caps);
	return code;
}
