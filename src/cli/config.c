/* config.c - the person's settings: nono/config.toml.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/config.h"

#include <stdio.h>

#include "base/toml.h"
#include "base/util.h"
#include "policy/fs.h"
#include "policy/vars.h"

enum kind {
	TEXT,
	TRUTH,
	COUNT,	/* 0 and up, whole */
	NUMBER, /* 0 and up */
	TEXTS,
	ANYTHING,
};

/* Checked even where nothing uses it yet: a mistake is told when it is made. */
static const struct {
	const char *path;
	enum kind kind;
} keys[] = {
	{"ui.theme", TEXT},
	{"ui.detach_sequence", TEXT},
	{"updates.check", TRUTH}, /* nothing is ever fetched, whatever it says */
	{"rollback.max_sessions", COUNT},
	{"rollback.max_storage_gb", NUMBER},
	{"rollback.max_snapshots", COUNT},
	{"rollback.stale_grace_hours", COUNT},
	{"redaction.extra_flags", TEXTS},
	{"redaction.extra_headers", TEXTS},
	{"redaction.extra_query_keys", TEXTS},
	{"redaction.extra_env_vars", TEXTS},
	{"redaction.unsafe_redaction_overrides", TRUTH},
	{"redaction.allow_unredacted_defaults", ANYTHING},
};

/* Sections that may hold anything and that nothing reads. */
static const char *const open_sections[] = {"overrides.", "extensions.", "trusted_keys.", "meta."};

static const struct {
	const char *expected, *example;
} kinds[] = {
	[TEXT] = {"text in quotes", "\"...\""},
	[TRUTH] = {"true or false", "true"},
	[COUNT] = {"a whole number from 0 up", "10"},
	[NUMBER] = {"a number from 0 up", "5.0"},
	[TEXTS] = {"a list of texts in quotes", "[\"...\"]"},
	[ANYTHING] = {"", ""},
};

#define LARGEST 1e15 /* of any number */

struct reading {
	struct config *config;
	const char *file, *text;
};

static bool fits(enum kind kind, const struct nono_toml_value *v)
{
	const bool number = v->type == NONO_TOML_INTEGER || v->type == NONO_TOML_FLOAT;

	switch (kind) {
	case TEXT:
		return v->type == NONO_TOML_STRING;
	case TRUTH:
		return v->type == NONO_TOML_BOOLEAN;
	case COUNT:
		return v->type == NONO_TOML_INTEGER && v->number >= 0 && v->number <= LARGEST;
	case NUMBER:
		return number && v->number >= 0 && v->number <= LARGEST;
	case TEXTS:
		return v->type == NONO_TOML_LIST && v->all_strings;
	case ANYTHING:
		return true;
	}
	return false;
}

static int note_unknown(const struct reading *r, const struct nono_toml_value *v, struct nono_error *err)
{
	struct nono_error note = {0};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(open_sections); i++)
		if (nono_has_prefix(v->path, open_sections[i]))
			return 0;
	(void)nono_toml_fail(r->file, r->text, v->offset, &note, "nono knows no setting %s, so it has no effect",
			     v->path);
	return nono_strv_add(&r->config->unknown, note.text, err);
}

/* [undo] is [rollback]'s older name. */
static int current_name(const struct reading *r, const struct nono_toml_value *v, char *name, size_t size,
			struct nono_error *err)
{
	const bool undo = nono_has_prefix(v->path, "undo.");

	r->config->has_undo |= undo;
	r->config->has_rollback |= nono_has_prefix(v->path, "rollback.");
	if (r->config->has_undo && r->config->has_rollback)
		return nono_toml_fail(r->file, r->text, v->offset, err,
				      "[undo] is another name of [rollback]; keep one of them");
	(void)snprintf(name, size, "%s%s", undo ? "rollback." : "", v->path + (undo ? strlen("undo.") : 0));
	return 0;
}

static int take(void *arg, const struct nono_toml_value *v, struct nono_error *err)
{
	const struct reading *r = arg;
	char name[NONO_JSON_PATH_BYTES];
	size_t i = 0;
	int rc = current_name(r, v, name, sizeof(name), err);

	if (rc < 0)
		return rc;
	while (i < NONO_ARRAY_SIZE(keys) && strcmp(keys[i].path, name) != 0)
		i++;
	if (i == NONO_ARRAY_SIZE(keys))
		return note_unknown(r, v, err);
	if (!fits(keys[i].kind, v))
		return nono_toml_fail(r->file, r->text, v->offset, err, "%s must be %s: write %s = %s", v->path,
				      kinds[keys[i].kind].expected, strrchr(v->path, '.') + 1,
				      kinds[keys[i].kind].example);
	if (strcmp(name, "ui.theme") != 0)
		return 0;
	r->config->theme = strdup(v->string);
	return r->config->theme ? 0 : nono_nomem(err);
}

/* Where it is; NULL where the environment does not say, which a run finds out and refuses later. */
static char *config_path(char *const *env)
{
	const char *dir = nono_environ_get(env, "XDG_CONFIG_HOME", strlen("XDG_CONFIG_HOME"));
	const char *below = "nono/config.toml";
	char *path;

	if (!dir || !*dir) {
		dir = nono_environ_get(env, "HOME", strlen("HOME"));
		below = ".config/nono/config.toml";
	}
	if (!dir || dir[0] != '/' || asprintf(&path, "%s/%s", strcmp(dir, "/") != 0 ? dir : "", below) < 0)
		return NULL;
	return path;
}

int config_load(char *const *env, struct config *ret, struct nono_error *err)
{
	_cleanup_(nono_freep) char *path = config_path(env);
	_cleanup_(nono_freep) char *text = NULL;
	_cleanup_(config_done) struct config config = {0};
	struct reading reading = {.config = &config, .file = path};
	size_t len = 0;
	int rc;

	if (!path)
		return 0;
	rc = nono_fs_host.read(&nono_fs_host, path, NONO_CONFIG_BYTES, &text, &len, err);
	if (rc == -NONO_E_NOTFOUND)
		return 0;
	if (rc < 0)
		return rc;
	reading.text = text;
	rc = nono_toml_read(path, text, len, take, &reading, err);
	if (rc < 0)
		return rc;
	*ret = TAKE(config);
	return 0;
}

void config_done(struct config *config)
{
	free(config->theme);
	nono_strv_done(&config->unknown);
	*config = (struct config){0};
}
