/* cmd_profile_validate.c - nono profile validate.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/jsontext.h"
#include "base/util.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/screen.h"
#include "policy/profile_keys.h"

#define EXIT_INVALID 1
#define EXIT_STRICT 2

/* What is known once a profile was looked at. */
struct verdict {
	char *file; /* what was looked at; owned */
	struct nono_findings findings;
};

static void verdict_done(struct verdict *v)
{
	free(v->file);
	nono_findings_done(&v->findings);
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

/* What a run on this machine would say: that is no fault of the profile, which may be for another one. */
static int warn_run(struct arguments *args, char *const *env, struct verdict *v, struct nono_error *err)
{
	_cleanup_(context_done) struct context ctx = {0};
	struct nono_error refused = {0};
	int rc;

	args->profile = args->operands[0];
	rc = context_init(&ctx, args, env, false, &refused);
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
