/* cmd_profile_list.c - nono profile list.  SPDX-License-Identifier: Apache-2.0 */
#include "base/jsontext.h"
#include "base/util.h"
#include "cli/commands.h"
#include "cli/profile_names.h"
#include "cli/table.h"

/* One profile of the list; what cannot be used is listed with its error. */
struct row {
	const char *name; /* borrowed */
	const char *source;
	bool shadows; /* a user's, over a built-in one */
	struct nono_profile profile;
	struct nono_error error;
};

struct list {
	struct context ctx;
	char *dir;
	struct nono_strv own;
	struct table builtin, user;
	struct nono_buf json;
	bool broken;
};

static void list_done(struct list *l)
{
	table_done(&l->builtin);
	table_done(&l->user);
	nono_buf_done(&l->json);
	nono_strv_done(&l->own);
	free(l->dir);
	context_done(&l->ctx);
}

static void add_json(struct nono_buf *out, const struct row *row)
{
	const struct nono_entries *extends = &row->profile.extends;

	nono_json_open(out, NULL, '{');
	nono_json_member(out, "name", row->name);
	nono_json_member(out, "source", row->source);
	nono_json_key(out, "pack");
	nono_buf_puts(out, "null");
	if (row->error.code) {
		nono_json_member(out, "error", row->error.text);
		nono_buf_puts(out, "}");
		return;
	}
	nono_json_key(out, "description");
	if (row->profile.meta.description)
		nono_json_string(out, row->profile.meta.description);
	else
		nono_buf_puts(out, "null");
	nono_json_open(out, "extends", '[');
	for (size_t i = 0; i < extends->len; i++) {
		nono_json_item(out);
		nono_json_string(out, extends->items[i].text);
	}
	nono_buf_puts(out, "]}");
}

/* An error without the directory that the section names. */
static const char *short_error(const struct list *l, const char *text)
{
	size_t len = strlen(l->dir);

	return strncmp(text, l->dir, len) == 0 && text[len] == '/' ? text + len + 1 : text;
}

static void add_row(const struct list *l, struct table *t, const struct row *row)
{
	_cleanup_(nono_freep) char *text = NULL;
	const char *description = row->profile.meta.description ? row->profile.meta.description : "";
	bool broken = row->error.code != NONO_E_NONE;

	if (asprintf(&text, "%s%s%s", row->shadows ? "(overrides built-in) " : "", broken ? "cannot be used: " : "",
		     broken ? short_error(l, row->error.text) : description) < 0) {
		text = NULL;
		t->failed = true;
	}
	table_row(t);
	table_cell(t, OUTPUT_NAME, row->name);
	table_cell(t, broken ? OUTPUT_ERROR : OUTPUT_PLAIN, text ? text : "");
}

static int add_profile(struct list *l, const char *name, bool user, struct nono_error *err)
{
	const struct nono_profile_lookup lookup = context_lookup(&l->ctx);
	struct row row = {.name = name, .source = "built-in"};
	int rc;

	if (user) {
		row.shadows = nono_builtin_profile_find(name) != NULL;
		row.source = row.shadows ? "user (overrides built-in)" : "user";
	}
	rc = nono_profile_load(&lookup, name, NULL, &row.profile, &row.error);
	if (rc == -NONO_E_NOMEM)
		return nono_nomem(err);
	l->broken |= rc < 0;
	if (l->ctx.args->json)
		add_json(&l->json, &row);
	else
		add_row(l, user ? &l->user : &l->builtin, &row);
	nono_profile_done(&row.profile);
	return 0;
}

static int print_text(struct list *l, struct nono_error *err)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};
	_cleanup_(nono_freep) char *shown = home_text(&l->ctx, l->dir);
	size_t width = screen_width();

	if (!shown)
		return nono_nomem(err);
	table_align(&l->builtin, &l->user);
	screen_line(&out, OUTPUT_HEADING, "Built-in");
	table_put(&l->builtin, 2, width, &out);
	nono_buf_puts(&out, "\n");
	screen_line(&out, OUTPUT_HEADING, "User (%s)", shown);
	table_put(&l->user, 2, width, &out);
	if (!l->user.len)
		screen_line(&out, OUTPUT_QUIET, "  none yet; nono profile init NAME writes one");
	if (l->broken) {
		nono_buf_puts(&out, "\n");
		screen_line(&out, OUTPUT_QUIET, "nono profile validate NAME tells all that is wrong with one.");
	}
	return screen_put(&out, err);
}

static int add_all(struct list *l, struct nono_error *err)
{
	int rc;

	l->dir = profiles_dir(&l->ctx);
	rc = l->dir ? profile_names_own(&l->ctx, &l->own, err) : nono_nomem(err);
	nono_json_open(&l->json, NULL, '[');
	for (size_t i = 0; i < nono_builtin_profile_count && rc == 0; i++)
		if (!nono_strv_has(&l->own, nono_builtin_profiles[i].name))
			rc = add_profile(l, nono_builtin_profiles[i].name, false, err);
	for (size_t i = 0; i < l->own.len && rc == 0; i++)
		rc = add_profile(l, l->own.items[i], true, err);
	nono_buf_puts(&l->json, "]");
	return rc;
}

int cmd_profile_list(struct arguments *args, char *const *env, struct nono_error *err)
{
	_cleanup_(list_done) struct list l = {0};
	int rc = context_start(&l.ctx, args, env, err);

	if (rc == 0)
		rc = add_all(&l, err);
	if (rc < 0)
		return rc;
	return args->json ? screen_json(&l.json, err) : print_text(&l, err);
}
