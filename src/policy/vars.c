/* vars.c - the variables that paths in policies may use.  SPDX-License-Identifier: Apache-2.0 */
#include "policy/vars.h"

#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/util.h"
#include "policy/path.h"

/* One variable: where it is kept, and what it is when the environment has none. */
struct var_def {
	const char *name;
	size_t offset;
	const char *under_home; /* default, below the home directory */
	const char *fallback;	/* default, absolute */
};

#define VAR(field) offsetof(struct nono_vars, field)

static const struct var_def var_defs[] = {
	{"HOME", VAR(home), NULL, NULL},
	{"TMPDIR", VAR(tmpdir), NULL, "/tmp"},
	{"XDG_CONFIG_HOME", VAR(config_home), ".config", NULL},
	{"XDG_DATA_HOME", VAR(data_home), ".local/share", NULL},
	{"XDG_STATE_HOME", VAR(state_home), ".local/state", NULL},
	{"XDG_CACHE_HOME", VAR(cache_home), ".cache", NULL},
	{"XDG_RUNTIME_DIR", VAR(runtime_dir), NULL, NULL},
	{"WORKDIR", VAR(workdir), NULL, NULL},
	{"UID", VAR(uid), NULL, NULL},
};

#define FROM_ENVIRONMENT 7 /* the first of them; the rest is what the caller says */

static char **var_slot(const struct nono_vars *vars, const struct var_def *def)
{
	return (char **)((char *)(uintptr_t)vars + def->offset);
}

const char *nono_environ_get(char *const *env, const char *name, size_t name_len)
{
	for (size_t i = 0; env && env[i]; i++)
		if (strncmp(env[i], name, name_len) == 0 && env[i][name_len] == '=')
			return env[i] + name_len + 1;
	return NULL;
}

static int init_one(struct nono_vars *vars, const struct var_def *def, struct nono_error *err)
{
	const char *value = nono_environ_get(vars->env, def->name, strlen(def->name));
	char **slot = var_slot(vars, def);

	if (value && *value) {
		if (value[0] != '/')
			return nono_fail(err, NONO_E_POLICY, 0,
					 "%s is '%s', which is not an absolute path: set it to one or unset it",
					 def->name, value);
		*slot = nono_path_trim(value);
	} else if (def->under_home) {
		if (asprintf(slot, "%s/%s", strcmp(vars->home, "/") ? vars->home : "", def->under_home) < 0)
			*slot = NULL;
	} else if (def->fallback) {
		*slot = strdup(def->fallback);
	} else if (strcmp(def->name, "HOME") == 0) {
		return nono_fail(err, NONO_E_POLICY, 0, "HOME is not set: set it to your home directory");
	} else {
		return 0;
	}
	return *slot ? 0 : nono_nomem(err);
}

int nono_vars_init(struct nono_vars *ret, char *const *env, const char *workdir, unsigned int uid,
		   struct nono_error *err)
{
	_cleanup_(nono_vars_done) struct nono_vars vars = {.env = env};
	int rc;

	for (size_t i = 0; i < FROM_ENVIRONMENT; i++) {
		rc = init_one(&vars, &var_defs[i], err);
		if (rc < 0)
			return rc;
	}
	vars.workdir = nono_path_trim(workdir);
	if (!vars.workdir || asprintf(&vars.uid, "%u", uid) < 0) {
		vars.uid = NULL;
		return nono_nomem(err);
	}
	*ret = TAKE(vars);
	return 0;
}

static bool name_char(char c, bool first)
{
	return c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (!first && c >= '0' && c <= '9');
}

static const char *lookup(const struct nono_vars *vars, const char *name, size_t len)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(var_defs); i++)
		if (strlen(var_defs[i].name) == len && strncmp(var_defs[i].name, name, len) == 0)
			return *var_slot(vars, &var_defs[i]);
	return nono_environ_get(vars->env, name, len);
}

/* Append the variable that starts after the $ at @text, or the $ itself; returns what was read, in bytes. */
static size_t add_variable(const struct nono_vars *vars, const char *text, struct nono_buf *out)
{
	size_t len = 1;
	const char *value;

	while (name_char(text[len], len == 1))
		len++;
	value = len > 1 ? lookup(vars, text + 1, len - 1) : NULL;
	if (value)
		nono_buf_puts(out, value);
	else
		nono_buf_add(out, text, len);
	return len;
}

int nono_vars_substitute(const struct nono_vars *vars, const char *text, char **ret, struct nono_error *err)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};
	char *whole;

	if (text[0] == '~' && (text[1] == '/' || text[1] == '\0')) {
		nono_buf_puts(&out, vars->home);
		text++;
	}
	while (*text) {
		size_t plain = strcspn(text, "$");

		nono_buf_add(&out, text, plain);
		text += plain;
		if (*text)
			text += add_variable(vars, text, &out);
	}
	whole = nono_buf_take(&out);
	if (!whole)
		return nono_nomem(err);
	*ret = whole;
	return 0;
}

int nono_vars_expand(const struct nono_vars *vars, const char *text, char **ret, struct nono_error *err)
{
	_cleanup_(nono_freep) char *whole = NULL;
	_cleanup_(nono_freep) char *rooted = NULL;
	int rc;

	if (!*text)
		return nono_fail(err, NONO_E_POLICY, 0, "an empty path: name a file or directory");
	rc = nono_vars_substitute(vars, text, &whole, err);
	if (rc < 0 || !whole)
		return rc;
	if (whole[0] != '/') {
		rooted = nono_path_join(vars->workdir, whole);
		if (!rooted)
			return nono_nomem(err);
	}
	*ret = nono_path_trim(rooted ? rooted : whole);
	return *ret ? 0 : nono_nomem(err);
}

void nono_vars_done(struct nono_vars *vars)
{
	if (!vars)
		return;
	for (size_t i = 0; i < NONO_ARRAY_SIZE(var_defs); i++)
		free(*var_slot(vars, &var_defs[i]));
	*vars = (struct nono_vars){0};
}
