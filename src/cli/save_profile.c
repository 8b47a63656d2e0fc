/* save_profile.c - the profile that is written.  SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/util.h"
#include "cli/remedy.h"
#include "cli/save.h"
#include "cli/writefile.h"
#include "policy/path.h"

#define JSON_STYLE JSON_INDENT(2)

static void json_cleanup(json_t **value)
{
	json_decref(*value);
}

/* ---- the text ---- */

/* The member of an object, made where it is missing; borrowed. NULL without memory, or where it is of another type. */
static json_t *member(json_t *object, const char *key, json_type type)
{
	json_t *value = json_object_get(object, key);

	if (!value) {
		(void)json_object_set_new(object, key, type == JSON_ARRAY ? json_array() : json_object());
		value = json_object_get(object, key);
	}
	return value && json_typeof(value) == type ? value : NULL;
}

static int add_text(json_t *filesystem, const char *key, const char *text)
{
	json_t *list = member(filesystem, key, JSON_ARRAY), *item;
	size_t i;

	json_array_foreach (list, i, item)
		if (nono_streq(json_string_value(item), text))
			return 0;
	return list ? json_array_append_new(list, json_string(text)) : -1;
}

static int add_row(const struct context *ctx, json_t *profile, const struct save_row *row)
{
	json_t *filesystem = member(profile, "filesystem", JSON_OBJECT);
	_cleanup_(nono_freep) char *lift = NULL;
	int rc;

	if (!filesystem)
		return -1;
	if (row->choice == SAVE_SUPPRESS)
		return add_text(filesystem, "suppress_save_prompt", row->object);
	rc = add_text(filesystem, remedy_key(&row->remedy), row->text);
	if (rc < 0 || !row->remedy.lift)
		return rc;
	/* The rule that is lifted, as a profile writes it: home directories differ. */
	lift = remedy_home_path(ctx->vars.home, row->remedy.lift->written);
	return lift ? add_text(filesystem, "bypass_protection", lift) : -1;
}

/* Over the profile that was used, or, where there was none, with what holds without one. */
static json_t *new_profile(const struct context *ctx, const char *name)
{
	const struct arguments *args = ctx->args;
	json_t *profile = json_pack("{s:{s:s}}", "meta", "name", name);
	json_t *extends = json_array();

	for (size_t i = 0; i < args->extends.len; i++)
		(void)json_array_append_new(extends, json_string(args->extends.items[i]));
	if (args->profile)
		(void)json_array_append_new(extends, json_string(args->profile));
	if (args->profile)
		(void)json_object_set(profile, "extends", extends);
	else
		(void)json_object_set_new(profile, "workdir", json_pack("{s:s}", "access", "read"));
	json_decref(extends);
	return profile;
}

static char *profile_text(json_t *profile, struct nono_error *err)
{
	_cleanup_(nono_freep) char *dumped = json_dumps(profile, JSON_STYLE);
	char *text = NULL;

	if (!dumped || asprintf(&text, "%s\n", dumped) < 0) {
		(void)nono_nomem(err);
		return NULL;
	}
	return text;
}

/* ---- would it do? ---- */

static int check_rows(const struct nono_capset *set, const struct save_rows *rows, struct nono_error *err)
{
	for (size_t i = 0; i < rows->len; i++) {
		const struct nono_refusal *refusal = rows->items[i].refusal;
		struct nono_answer a;
		bool allowed;
		int rc = 0;

		if (rows->items[i].choice == SAVE_GRANT)
			rc = nono_explain(set, &nono_fs_host, refusal->answer.real, refusal->op, &a, err);
		if (rc < 0 || rows->items[i].choice != SAVE_GRANT) {
			if (rc < 0)
				return rc;
			continue;
		}
		allowed = a.allowed;
		nono_answer_done(&a);
		if (!allowed)
			return nono_fail(err, NONO_E_POLICY, 0, "%s would still be refused", refusal->answer.real);
	}
	return 0;
}

/* The same command line with this profile instead of its own. */
static int check_profile(const struct context *ctx, const struct nono_profile *profile, const struct save_rows *rows,
			 struct nono_error *err)
{
	_cleanup_(nono_capset_done) struct nono_capset set = {0};
	struct nono_compose compose = ctx->compose;
	int rc;

	compose.profile = profile;
	compose.fs = &nono_fs_host;
	rc = nono_compose(&compose, &set, err);
	if (rc == 0)
		rc = nono_capset_seal(&compose, &set, err);
	return rc == 0 ? check_rows(&set, rows, err) : rc;
}

bool save_would_allow(const struct context *ctx, const struct save_row *row)
{
	const struct nono_profile_origin origin = {.file = "profile", .name = "profile"};
	_cleanup_(nono_profile_done) struct nono_profile base = {0}, own = {0};
	_cleanup_(json_cleanup) json_t *json = json_object();
	_cleanup_(nono_freep) char *text = NULL;
	struct save_rows one = {.items[0] = *row, .len = 1};
	int rc = 0;

	one.items[0].choice = SAVE_GRANT;
	if (add_row(ctx, json, &one.items[0]) == 0)
		text = profile_text(json, NULL);
	if (!text)
		return false;
	if (ctx->args->profile)
		rc = context_load_profile(ctx, ctx->args->profile, &ctx->args->extends, &base, NULL);
	if (rc == 0)
		rc = nono_profile_parse(text, strlen(text), NULL, &origin, &own, NULL);
	if (rc == 0)
		rc = nono_profile_merge(&base, &own, NULL);
	return rc == 0 && check_profile(ctx, &base, &one, NULL) == 0;
}

/* ---- files ---- */

/* NAME.json or NAME.jsonc among the user's profiles, whichever is taken. *ret_there: is there one? */
static char *profile_path(const struct context *ctx, const char *name, bool *ret_there)
{
	static const char *const suffixes[] = {".jsonc", ".json"};
	char *path = NULL;
	struct stat st;

	*ret_there = false;
	for (size_t i = 0; i < NONO_ARRAY_SIZE(suffixes) && !*ret_there; i++) {
		free(path);
		if (asprintf(&path, "%s/profiles/%s%s", ctx->config_dir, name, suffixes[i]) < 0)
			return NULL;
		*ret_there = lstat(path, &st) == 0;
	}
	return path;
}

/* Read a profile that would come back byte for byte if it were written again; NULL where there is none. */
static json_t *read_own(const char *path, mode_t *ret_mode)
{
	_cleanup_(nono_freep) char *data = NULL;
	_cleanup_(nono_freep) char *again = NULL;
	_cleanup_(json_cleanup) json_t *profile = NULL;
	struct stat st;
	size_t len;

	/* A link belongs to whoever installed it, a second name to whoever made that. */
	if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode) || st.st_nlink != 1 || st.st_uid != getuid() ||
	    !(st.st_mode & S_IWUSR))
		return NULL;
	if (nono_fs_host.read(&nono_fs_host, path, NONO_PROFILE_BYTES, &data, &len, NULL) < 0)
		return NULL;
	profile = json_loadb(data, len, JSON_REJECT_DUPLICATES, NULL);
	again = json_is_object(profile) ? profile_text(profile, NULL) : NULL;
	if (!again || strlen(again) != len || memcmp(again, data, len) != 0)
		return NULL;
	*ret_mode = st.st_mode & 0777;
	return TAKE(profile);
}

bool save_can_extend(const struct context *ctx, const char *name)
{
	bool there;
	mode_t mode;
	_cleanup_(nono_freep) char *path = profile_path(ctx, name, &there);
	_cleanup_(json_cleanup) json_t *own = path && there ? read_own(path, &mode) : NULL;

	return own != NULL;
}

bool save_is_taken(const struct context *ctx, const char *name)
{
	bool there;
	_cleanup_(nono_freep) char *path = profile_path(ctx, name, &there);

	return !path || there || nono_builtin_profile_find(name);
}

static int make_text(const struct context *ctx, json_t *profile, const struct save_rows *rows, char **ret,
		     struct nono_error *err)
{
	for (size_t i = 0; i < rows->len; i++)
		if (rows->items[i].choice != SAVE_SKIP && add_row(ctx, profile, &rows->items[i]) < 0)
			return nono_fail(err, NONO_E_POLICY, 0, "its lists are not where they would be added to");
	*ret = profile_text(profile, err);
	return *ret ? 0 : -NONO_E_NOMEM;
}

/* Load what was written aside, as the next run will. */
static int check_file(const struct context *ctx, const char *path, const struct save_rows *rows, struct nono_error *err)
{
	_cleanup_(nono_profile_done) struct nono_profile profile = {0};
	int rc = context_load_profile(ctx, path, NULL, &profile, err);

	return rc == 0 ? check_profile(ctx, &profile, rows, err) : rc;
}

static int write_checked(const struct context *ctx, const char *path, const char *text, mode_t mode,
			 const struct save_rows *rows, struct nono_error *err)
{
	_cleanup_(nono_freep) char *aside = NULL;
	_cleanup_(nono_freep) char *dir = nono_path_parent(path);
	int rc = dir ? nono_fs_host_making.make_dir(&nono_fs_host_making, dir, err) : nono_nomem(err);

	if (rc < 0)
		return rc;
	if (write_aside(path, text, strlen(text), mode, true, &aside) < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot write beside %s", path);
	rc = check_file(ctx, aside, rows, err);
	if (rc < 0) {
		(void)unlink(aside);
		return rc;
	}
	if (write_in_place(aside, path, true) < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot write %s", path);
	return 0;
}

int save_write(const struct context *ctx, const char *name, const struct save_rows *rows, char **ret_path,
	       struct nono_error *err)
{
	bool there = false;
	mode_t mode = 0600;
	_cleanup_(nono_freep) char *path = profile_path(ctx, name, &there);
	_cleanup_(nono_freep) char *text = NULL;
	_cleanup_(json_cleanup) json_t *profile = NULL;
	int rc;

	if (!path)
		return nono_nomem(err);
	if (!there && nono_builtin_profile_find(name))
		return nono_fail(err, NONO_E_POLICY, 0, "%s is built in", name);
	profile = there ? read_own(path, &mode) : new_profile(ctx, name);
	if (!profile)
		return nono_fail(
			err, NONO_E_POLICY, 0,
			"%s is there already, in a form of its own that would be lost (comments, a layout, a link)",
			path);
	rc = make_text(ctx, profile, rows, &text, err);
	if (rc == 0)
		rc = write_checked(ctx, path, text, mode, rows, err);
	if (rc == 0)
		*ret_path = TAKE(path);
	return rc;
}
