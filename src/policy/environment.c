/* environment.c - which variables the command inherits.  SPDX-License-Identifier: Apache-2.0 */
#include "policy/environment.h"

#include <stdio.h>

#include "base/util.h"

/* Names, or beginnings of names with a trailing *. These make a program load or run what they name. */
static const char *const dangerous[] = {
	"LD_*",		 "DYLD_*",
	"BASH_FUNC_*",	 "BASH_ENV",
	"ENV",		 "CDPATH",
	"GLOBIGNORE",	 "PROMPT_COMMAND",
	"IFS",		 "PYTHONSTARTUP",
	"PYTHONPATH",	 "NODE_OPTIONS",
	"NODE_PATH",	 "PERL5OPT",
	"PERL5LIB",	 "RUBYOPT",
	"RUBYLIB",	 "GEM_PATH",
	"GEM_HOME",	 "JAVA_TOOL_OPTIONS",
	"_JAVA_OPTIONS", "DOTNET_STARTUP_HOOKS",
	"GOFLAGS",
};

/* Credentials of a password manager, and nono's own settings: a nested nono takes its own flags. */
static const char *const private_names[] = {
	"OP_SERVICE_ACCOUNT_TOKEN", "OP_CONNECT_TOKEN", "OP_CONNECT_HOST", "OP_SESSION_*", "NONO_*",
};

/* What --clean-env keeps. */
static const char *const clean_names[] = {
	"PATH", "HOME",	    "USER", "LOGNAME", "SHELL",	 "TERM", "COLORTERM",
	"LANG", "LANGUAGE", "LC_*", "TZ",      "TMPDIR", "PWD",
};

static bool matches(const char *pattern, const char *name, size_t len)
{
	size_t n;

	if (pattern[0] != name[0] && pattern[0] != '*') /* nearly every pair */
		return false;
	n = strlen(pattern);
	if (n && pattern[n - 1] == '*')
		return len >= n - 1 && strncmp(pattern, name, n - 1) == 0;
	return len == n && strncmp(pattern, name, n) == 0;
}

static bool in_table(const char *const *table, size_t count, const char *name, size_t len)
{
	for (size_t i = 0; i < count; i++)
		if (matches(table[i], name, len))
			return true;
	return false;
}

static bool in_entries(const struct nono_entries *entries, const char *name, size_t len)
{
	for (size_t i = 0; i < entries->len; i++)
		if (matches(entries->items[i].text, name, len))
			return true;
	return false;
}

bool nono_environment_is_dangerous(const char *name, size_t len)
{
	return in_table(dangerous, NONO_ARRAY_SIZE(dangerous), name, len);
}

static bool is_set_by_profile(const struct nono_environment *e, const char *name, size_t len)
{
	for (size_t i = 0; e->profile && i < e->profile->environment.set_vars.len; i++) {
		const char *set = e->profile->environment.set_vars.items[i].name;

		if (strlen(set) == len && strncmp(set, name, len) == 0)
			return true;
	}
	return false;
}

static bool is_inherited(const struct nono_environment *e, const char *name, size_t len)
{
	const struct nono_profile *p = e->profile;

	if (nono_environment_is_dangerous(name, len) ||
	    in_table(private_names, NONO_ARRAY_SIZE(private_names), name, len) || is_set_by_profile(e, name, len))
		return false;
	if (p && in_entries(&p->environment.deny_vars, name, len))
		return false;
	if (p && p->environment.allow_vars_set)
		return in_entries(&p->environment.allow_vars, name, len);
	return !e->clean || in_table(clean_names, NONO_ARRAY_SIZE(clean_names), name, len);
}

static int add_one(struct nono_strv *env, const char *name, const char *value, struct nono_error *err)
{
	char *text;

	if (asprintf(&text, "%s=%s", name, value) < 0)
		text = NULL;
	return nono_strv_take(env, text, err);
}

int nono_environment_set(struct nono_strv *env, const char *name, const char *value, struct nono_error *err)
{
	size_t len = strlen(name), kept = 0;
	int rc = add_one(env, name, value, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < env->len; i++) {
		bool older = i + 1 < env->len && strncmp(env->items[i], name, len) == 0 && env->items[i][len] == '=';

		if (older)
			free(env->items[i]);
		else
			env->items[kept++] = env->items[i];
	}
	env->len = kept;
	env->items[kept] = NULL;
	return 0;
}

/* A value may use the path variables anywhere; it is no path, so nothing else is done to it. */
static int set_by_profile(const struct nono_environment *e, struct nono_strv *env, struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; e->profile && i < e->profile->environment.set_vars.len && rc == 0; i++) {
		const struct nono_pair *pair = &e->profile->environment.set_vars.items[i];
		_cleanup_(nono_freep) char *value = NULL;

		rc = nono_vars_substitute(e->vars, pair->value, &value, err);
		if (rc == 0)
			rc = nono_environment_set(env, pair->name, value, err);
	}
	return rc;
}

static int set_more(const struct nono_environment *e, struct nono_strv *env, struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; e->more && i < e->more->len && rc == 0; i++) {
		const char *text = e->more->items[i], *equals = strchr(text, '=');
		_cleanup_(nono_freep) char *name = strndup(text, (size_t)(equals - text));

		rc = name ? nono_environment_set(env, name, equals + 1, err) : nono_nomem(err);
	}
	return rc;
}

static int inherit(const struct nono_environment *e, const char *text, size_t name_len, struct nono_strv *out,
		   struct nono_error *err)
{
	if (!is_inherited(e, text, name_len))
		return 0;
	if (e->cwd && name_len == 3 && nono_has_prefix(text, "PWD"))
		return add_one(out, "PWD", e->cwd, err);
	return nono_strv_add(out, text, err);
}

int nono_environment_build(const struct nono_environment *e, char *const *env, struct nono_strv *ret,
			   struct nono_error *err)
{
	_cleanup_(nono_strv_done) struct nono_strv out = {0};
	int rc = 0;

	for (size_t i = 0; env[i] && rc == 0; i++) {
		const char *equals = strchr(env[i], '=');

		if (equals)
			rc = inherit(e, env[i], (size_t)(equals - env[i]), &out, err);
	}
	if (rc == 0)
		rc = set_by_profile(e, &out, err);
	if (rc == 0 && e->cap_file)
		rc = nono_environment_set(&out, "NONO_CAP_FILE", e->cap_file, err);
	if (rc == 0)
		rc = set_more(e, &out, err);
	if (rc == 0)
		*ret = TAKE(out);
	return rc;
}
