/* cmd_profile_validate.c - nono profile validate.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/jsontext.h"
#include "base/util.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/screen.h"
#include "policy/build.h"
#include "policy/path.h"
#include "policy/profile_keys.h"

#define EXIT_INVALID 1
#define EXIT_STRICT 2

/* What is known once a profile was looked at. */
struct verdict {
	char *file; /* what was looked at; owned */
	struct nono_findings findings;
	struct nono_strv notes; /* of what a run here would pass over in silence */
};

static void verdict_done(struct verdict *v)
{
	free(v->file);
	nono_findings_done(&v->findings);
	nono_strv_done(&v->notes);
}

/* security.groups -> groups.include */
static const char *present_name(const char *older)
{
	for (size_t i = 0; i < nono_key_alias_count; i++)
		if (strcmp(nono_key_aliases[i].path, older) == 0)
			return nono_key_aliases[i].canonical;
	return "";
}

static int warn(struct verdict *v, struct nono_error *err, const char *a, const char *b, const char *c)
{
	_cleanup_(nono_freep) char *line = NULL;

	if (asprintf(&line, "%s%s%s", a, b, c) < 0) {
		line = NULL;
		return nono_nomem(err);
	}
	return nono_strv_add_new(&v->findings.warnings, line, err);
}

static int warn_moved(struct verdict *v, struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < v->findings.moved.len && rc == 0; i++) {
		const char *older = v->findings.moved.items[i];

		rc = warn(v, err, older, " is now ", present_name(older));
	}
	return rc;
}

/* The lists of paths that are granted. */
static bool is_grant(const struct nono_key *key)
{
	static const char *const others[] = {"filesystem.deny", "filesystem.bypass_protection",
					     "filesystem.suppress_save_prompt"};

	if (!nono_has_prefix(key->path, "filesystem.") || key->kind != NONO_KIND_LIST ||
	    key->offset == NONO_KEY_NOT_KEPT)
		return false;
	for (size_t i = 0; i < NONO_ARRAY_SIZE(others); i++)
		if (strcmp(key->path, others[i]) == 0)
			return false;
	return true;
}

/* A path that is not there is skipped, which is right for a profile that is used in several places, or a slip. */
static int note_entry(const struct context *ctx, const struct nono_key *key, const struct nono_entry *e,
		      struct verdict *v, struct nono_error *err)
{
	const struct nono_builder b = {.vars = &ctx->vars, .fs = &nono_fs_host};
	_cleanup_(nono_freep) char *path = NULL;
	_cleanup_(nono_freep) char *line = NULL;
	struct nono_node node;
	int rc = nono_build_path(&b, NONO_SOURCE_PROFILE, e->text, &path, err);

	if (rc < 0)
		return rc;
	if (nono_is_pattern(e->text) || nono_path_look(&nono_fs_host, path, true, &node, NULL) != -NONO_E_NOTFOUND)
		return 0;
	if (asprintf(&line, "%s: '%s' does not exist here, so it is skipped%s", key->path, e->text,
		     strchr(path, '$') ? "; a variable in it is not set" : "") < 0) {
		line = NULL;
		return nono_nomem(err);
	}
	return nono_strv_add_new(&v->notes, line, err);
}

static int note_missing(const struct context *ctx, struct verdict *v, struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < nono_key_count && rc == 0; i++) {
		const struct nono_entries *list = (const void *)((const char *)&ctx->profile + nono_keys[i].offset);

		if (!is_grant(&nono_keys[i]))
			continue;
		for (size_t j = 0; j < list->len && rc == 0; j++)
			if (!list->items[j].builtin)
				rc = note_entry(ctx, &nono_keys[i], &list->items[j], v, err);
	}
	return rc;
}

/* What a run on this machine would say: that is no fault of the profile, which may be for another one. */
static int warn_run(struct arguments *args, char *const *env, struct verdict *v, struct nono_error *err)
{
	_cleanup_(context_done) struct context ctx = {0};
	struct nono_error refused = {0};
	int rc;

	args->profile = args->operands[0];
	rc = context_init(&ctx, args, env, false, &refused);
	if (ctx.has_profile && note_missing(&ctx, v, err) < 0)
		return -NONO_E_NOMEM;
	if (rc == 0)
		rc = nono_capset_seal(&ctx.compose, &ctx.set, &refused);
	if (rc == 0)
		rc = context_check_built(&ctx, &refused);
	if (rc == -NONO_E_NOMEM)
		return nono_nomem(err);
	if (rc < 0)
		return warn(v, err, "a run here would refuse", ": ", refused.text);
	for (size_t i = 0; i < ctx.set.note_count && rc == 0; i++)
		if (ctx.set.notes[i].level == NONO_NOTE_WARNING)
			rc = nono_strv_add_new(&v->findings.warnings, ctx.set.notes[i].text, err);
	return rc;
}

static int look(struct arguments *args, char *const *env, struct verdict *v, struct nono_error *err)
{
	_cleanup_(context_done) struct context ctx = {0};
	_cleanup_(nono_profile_text_done) struct nono_profile_text text = {0};
	struct nono_profile_lookup lookup;
	int rc = context_start(&ctx, args, env, err);

	if (rc < 0)
		return rc;
	lookup = context_lookup(&ctx);
	if (nono_profile_find(&lookup, args->operands[0], &text, NULL) == 0)
		v->file = strdup(text.file);
	else
		v->file = strdup(args->operands[0]);
	if (!v->file)
		return nono_nomem(err);
	rc = nono_profile_validate(&lookup, args->operands[0], &v->findings, err);
	if (rc == 0)
		rc = warn_moved(v, err);
	if (rc == 0 && !v->findings.errors.len)
		rc = warn_run(args, env, v, err);
	return rc;
}

static int put_json(const struct verdict *v, struct nono_error *err)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};

	nono_json_open(&out, NULL, '{');
	nono_json_member(&out, "file", v->file);
	nono_json_bool(&out, "valid", v->findings.errors.len == 0);
	nono_json_strings(&out, "errors", &v->findings.errors);
	nono_json_strings(&out, "warnings", &v->findings.warnings);
	nono_json_number(&out, "deprecated_keys", (long long)v->findings.moved.len);
	nono_buf_puts(&out, "}");
	return screen_json(&out, err);
}

/* @file: stands above, so that rows begin with line and column. */
static void put_rows(struct nono_buf *out, enum output_role role, const char *label, const struct nono_strv *rows,
		     const char *file)
{
	const size_t column = 7, len = strlen(file);

	for (size_t i = 0; i < rows->len; i++) {
		const char *row = rows->items[i];

		screen_text(out, role, label);
		screen_pad(out, column - strlen(label));
		screen_fill(out, OUTPUT_PLAIN, nono_has_prefix(row, file) && row[len] == ':' ? row + len + 1 : row,
			    column, column, screen_width());
	}
}

static int put_text(const struct verdict *v, struct nono_error *err)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};
	size_t errors = v->findings.errors.len, warnings = v->findings.warnings.len;

	screen_line(&out, OUTPUT_HEADING, "%s", v->file);
	put_rows(&out, OUTPUT_ERROR, "[err]", &v->findings.errors, v->file);
	put_rows(&out, OUTPUT_WARNING, "[warn]", &v->findings.warnings, v->file);
	put_rows(&out, OUTPUT_QUIET, "[note]", &v->notes, v->file);
	if (!errors) {
		screen_text(&out, OUTPUT_GOOD, "[ok]");
		nono_buf_puts(&out, "   keys, values, groups and all that it extends\n");
	}
	if (errors)
		screen_line(&out, OUTPUT_ERROR, "Result: invalid (%zu error%s)", errors, errors == 1 ? "" : "s");
	else if (warnings)
		screen_line(&out, OUTPUT_GOOD, "Result: valid (%zu warning%s)", warnings, warnings == 1 ? "" : "s");
	else
		screen_line(&out, OUTPUT_GOOD, "Result: valid");
	return screen_put(&out, err);
}

int cmd_profile_validate(struct arguments *args, char *const *env, struct nono_error *err)
{
	_cleanup_(verdict_done) struct verdict v = {0};
	int rc = look(args, env, &v, err);

	if (rc == 0)
		rc = args->json ? put_json(&v, err) : put_text(&v, err);
	if (rc < 0)
		return rc;
	if (v.findings.errors.len)
		return EXIT_INVALID;
	return args->profiles.strict && v.findings.moved.len ? EXIT_STRICT : 0;
}
