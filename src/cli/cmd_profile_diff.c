/* cmd_profile_diff.c - nono profile diff.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/jsontext.h"
#include "base/util.h"
#include "cli/commands.h"
#include "cli/profile_view.h"

/* What is compared: a value each, NULL where nothing is set, by the name that the report gives it. */
struct pair {
	const char *section; /* "" at the top */
	const char *name;
	const json_t *a, *b;
	bool list, map; /* else one value */
};

/* A report that is being built, for programs or for people. */
struct report {
	bool json;
	struct nono_buf out;
	char section[64];
	bool differs;
	size_t width;
};

/* Keys that stand at the top of the report, as programs know it. */
static const char *const hoisted[] = {"security.capability_elevation", "security.wsl2_proxy_policy"};

static void enter(struct report *r, const char *section)
{
	if (strcmp(r->section, section) == 0)
		return;
	if (r->json && *r->section)
		nono_buf_puts(&r->out, "}");
	(void)snprintf(r->section, sizeof(r->section), "%s", section);
	if (!*section)
		return;
	if (r->json)
		nono_json_open(&r->out, section, '{');
	else
		screen_line(&r->out, OUTPUT_HEADING, "%s", section);
}

static bool in_list(const json_t *list, const json_t *item)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_equal(json_array_get(list, i), item))
			return true;
	return false;
}

static void add_value(struct report *r, const char *key, const json_t *value)
{
	nono_json_key(&r->out, key);
	if (value)
		nono_json_value(&r->out, value);
	else
		nono_buf_puts(&r->out, "null");
}

/* Items of @list that are not in @other. */
static void add_missing(struct report *r, const char *key, const json_t *list, const json_t *other)
{
	nono_json_open(&r->out, key, '[');
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!in_list(other, json_array_get(list, i))) {
			nono_json_item(&r->out);
			nono_json_value(&r->out, json_array_get(list, i));
		}
	nono_buf_puts(&r->out, "]");
}

/* Names of @map that are not in @other, or (@changed) that stand for something else there. */
static void add_names(struct report *r, const char *key, const json_t *map, const json_t *other, bool changed)
{
	const char *name;
	json_t *value;

	nono_json_open(&r->out, key, '[');
	json_object_foreach ((json_t *)map, name, value) {
		const json_t *there = json_object_get(other, name);

		if (changed ? there && !json_equal(value, there) : !there) {
			nono_json_item(&r->out);
			nono_json_string(&r->out, name);
		}
	}
	nono_buf_puts(&r->out, "]");
}

static bool same(const json_t *a, const json_t *b)
{
	return a == b || (a && b && json_equal(a, b));
}

static void report_json(struct report *r, const struct pair *p)
{
	nono_json_open(&r->out, p->name, '{');
	if (p->list) {
		add_missing(r, "added", p->b, p->a);
		add_missing(r, "removed", p->a, p->b);
	} else if (p->map) {
		add_names(r, "added", p->b, p->a, false);
		add_names(r, "removed", p->a, p->b, false);
		add_names(r, "changed", p->a, p->b, true);
	} else {
		add_value(r, "profile1", p->a);
		add_value(r, "profile2", p->b);
		nono_json_bool(&r->out, "changed", !same(p->a, p->b));
	}
	nono_buf_puts(&r->out, "}");
}

static void add_words(struct nono_buf *out, const json_t *value)
{
	if (value)
		profile_value_words(out, value);
	else
		nono_buf_puts(out, "(not set)");
}

/* One line: of a value that only one has (@sign + or -), or of a change (~), where @other is the second one's. */
static void put_line(struct report *r, char sign, const struct pair *p, const char *name, const json_t *value,
		     const json_t *other)
{
	enum output_role role = sign == '+' ? OUTPUT_GOOD : sign == '-' ? OUTPUT_ERROR : OUTPUT_WARNING;
	_cleanup_(nono_buf_done) struct nono_buf text = {0};
	size_t indent = *p->section ? 2 : 0;

	enter(r, p->section);
	r->differs = true;
	nono_buf_printf(&text, "%c %s%s%s: ", sign, p->name, name ? "." : "", name ? name : "");
	add_words(&text, value);
	if (sign == '~') {
		nono_buf_puts(&text, " -> ");
		add_words(&text, other);
	}
	r->out.failed |= text.failed;
	screen_pad(&r->out, indent);
	screen_fill(&r->out, role, text.failed ? "" : text.data, indent + 4, indent, r->width);
}

static void put_missing(struct report *r, char sign, const struct pair *p, const json_t *list, const json_t *other)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!in_list(other, json_array_get(list, i)))
			put_line(r, sign, p, NULL, json_array_get(list, i), NULL);
}

static void report_map(struct report *r, const struct pair *p)
{
	const char *name;
	json_t *value;

	json_object_foreach ((json_t *)p->a, name, value) {
		const json_t *there = json_object_get(p->b, name);

		if (!there)
			put_line(r, '-', p, name, value, NULL);
		else if (!json_equal(value, there))
			put_line(r, '~', p, name, value, there);
	}
	json_object_foreach ((json_t *)p->b, name, value)
		if (!json_object_get(p->a, name))
			put_line(r, '+', p, name, value, NULL);
}

static void report_text(struct report *r, const struct pair *p)
{
	if (p->list) {
		put_missing(r, '-', p, p->a, p->b);
		put_missing(r, '+', p, p->b, p->a);
	} else if (p->map) {
		report_map(r, p);
	} else if (!same(p->a, p->b)) {
		put_line(r, '~', p, NULL, p->a, p->b);
	}
}

static void report_pair(struct report *r, const struct pair *p)
{
	if (r->json) {
		enter(r, p->section);
		report_json(r, p);
	} else {
		report_text(r, p);
	}
}

static json_t *list_of(const struct nono_strv *names)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < names->len; i++)
		if (json_array_append_new(list, json_string(names->items[i])) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

/* The groups that apply, however they came there. */
static int diff_groups(struct report *r, const struct profile_view *a, const struct profile_view *b,
		       struct nono_error *err)
{
	_cleanup_(json_decrefp) json_t *before = list_of(&a->groups);
	_cleanup_(json_decrefp) json_t *after = list_of(&b->groups);
	const struct pair pair = {.section = "", .name = "groups", .a = before, .b = after, .list = true};

	if (!before || !after)
		return nono_nomem(err);
	report_pair(r, &pair);
	return 0;
}

static bool is_hoisted(const struct nono_key *key)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(hoisted); i++)
		if (strcmp(hoisted[i], key->path) == 0)
			return true;
	return false;
}

/* A value, or what it is where nothing says anything. */
static int effective_value(const struct nono_profile *p, const struct nono_key *key, json_t **ret,
			   struct nono_error *err)
{
	int rc = nono_profile_value(p, key, ret, err);

	if (rc == 0 && !*ret && key->kind == NONO_KIND_BOOL)
		*ret = json_false();
	/* The first word of a choice is what holds where none is made. */
	if (rc == 0 && !*ret && key->kind == NONO_KIND_ENUM && key->offset != NONO_KEY_NOT_KEPT) {
		*ret = json_stringn(key->words, strcspn(key->words, "|"));
		rc = *ret ? 0 : nono_nomem(err);
	}
	return rc;
}

static int diff_key(struct report *r, const struct nono_key *key, const struct profile_view *a,
		    const struct profile_view *b, struct nono_error *err)
{
	_cleanup_(json_decrefp) json_t *before = NULL;
	_cleanup_(json_decrefp) json_t *after = NULL;
	char section[sizeof(r->section)];
	struct pair pair = {.section = section, .name = key->path + key->name_at};
	int rc = effective_value(&a->profile, key, &before, err);

	if (rc == 0)
		rc = effective_value(&b->profile, key, &after, err);
	if (rc < 0)
		return rc;
	pair.a = before;
	pair.b = after;
	pair.list = key->kind == NONO_KIND_LIST || key->kind == NONO_KIND_PORTS || key->kind == NONO_KIND_RANGES ||
		    key->kind == NONO_KIND_ITEMS;
	pair.map = key->kind == NONO_KIND_MAP || key->kind == NONO_KIND_PAIRS;
	(void)snprintf(section, sizeof(section), "%.*s", is_hoisted(key) ? 0 : (int)key_section_len(key), key->path);
	report_pair(r, &pair);
	return 0;
}

/* Which keys a pass is about: those that stand at the top first, so that each section is one piece. */
static bool in_pass(const struct nono_key *key, bool top)
{
	bool at_top = key->name_at == 0 || is_hoisted(key);

	return nono_key_has_value(key) && !key_is_meta(key) && !nono_key_is_in(key, "groups") && at_top == top;
}

static int diff(struct report *r, const struct profile_view *a, const struct profile_view *b, struct nono_error *err)
{
	int rc;

	if (r->json) {
		nono_json_open(&r->out, NULL, '{');
		nono_json_member(&r->out, "profile1", a->name);
		nono_json_member(&r->out, "profile2", b->name);
	}
	rc = diff_groups(r, a, b, err);
	for (int top = 1; top >= 0; top--)
		for (size_t i = 0; i < nono_key_count && rc == 0; i++)
			if (in_pass(&nono_keys[i], top))
				rc = diff_key(r, &nono_keys[i], a, b, err);
	enter(r, "");
	if (r->json)
		nono_buf_puts(&r->out, "}");
	else if (!r->differs)
		nono_buf_puts(&r->out, "(no differences)\n");
	return rc;
}

int cmd_profile_diff(struct arguments *args, char *const *env, struct nono_error *err)
{
	_cleanup_(context_done) struct context ctx = {0};
	_cleanup_(profile_view_done) struct profile_view a = {0}, b = {0};
	struct report r = {.json = args->json, .width = screen_width()};
	int rc = context_start(&ctx, args, env, err);

	if (rc == 0)
		rc = profile_view_load(&ctx, args->operands[0], &a, err);
	if (rc == 0)
		rc = profile_view_load(&ctx, args->operands[1], &b, err);
	if (rc == 0)
		rc = diff(&r, &a, &b, err);
	if (rc == 0)
		rc = r.json ? screen_json(&r.out, err) : screen_put(&r.out, err);
	nono_buf_done(&r.out);
	return rc;
}
