/* profile_text.c - one composed profile, for people.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/jsontext.h"
#include "base/util.h"
#include "base/width.h"
#include "cli/profile_names.h"
#include "cli/profile_view.h"

#define VALUE_COLUMN 24

struct page {
	const struct profile_view *view;
	size_t width;
	struct nono_buf *out;
	const char *section; /* path that begins with the section whose heading was printed */
	size_t section_len;
};

static const char *mark(const struct nono_profile *p, const char *path)
{
	if (nono_entries_has(&p->unbuilt_protecting, path))
		return "  (not built yet: a run refuses)";
	return nono_entries_has(&p->unbuilt_convenience, path) ? "  (not used yet)" : "";
}

/* The heading of a section, before its first key. */
static void heading(struct page *pg, const struct nono_key *key)
{
	size_t len = key_section_len(key);
	char name[128];

	if (len == pg->section_len && strncmp(pg->section, key->path, len) == 0)
		return;
	pg->section = key->path;
	pg->section_len = len;
	if (len == 0)
		return;
	(void)snprintf(name, sizeof(name), "%.*s", (int)len, key->path);
	screen_text(pg->out, OUTPUT_HEADING, name);
	screen_text(pg->out, OUTPUT_QUIET, mark(&pg->view->profile, name));
	nono_buf_puts(pg->out, "\n");
}

/* What a line begins with: the key where there is one, and blanks up to where values stand. */
static void begin(struct page *pg, const struct nono_key *key)
{
	const char *name = key ? key->path + key->name_at : "";
	size_t indent = key && key->name_at ? 2 : 0, len = strlen(name);

	screen_pad(pg->out, indent);
	screen_text(pg->out, key && !key->name_at ? OUTPUT_HEADING : OUTPUT_NAME, name);
	if (indent + len + 2 > VALUE_COLUMN) {
		nono_buf_puts(pg->out, "\n");
		indent = len = 0;
	}
	screen_pad(pg->out, VALUE_COLUMN - indent - len);
}

static void note(struct page *pg, const char *text)
{
	pg->out->len -= pg->out->len && pg->out->data[pg->out->len - 1] == '\n';
	screen_text(pg->out, OUTPUT_QUIET, text);
	nono_buf_puts(pg->out, "\n");
}

/* Which profile an entry came from, where it is not the one that is shown. */
static void origin_text(const struct page *pg, const struct nono_entry *e, char *room, size_t size)
{
	bool own = strcmp(e->origin, pg->view->text.name) == 0;

	room[0] = '\0';
	if (!own)
		(void)snprintf(room, size, "  (%s)", e->origin);
}

/* Entries from @first on that belong on one line: a path has one of its own, words of one profile share. */
static size_t run_length(const struct nono_key *key, const struct nono_entries *list, size_t first)
{
	size_t end = first + 1;

	while (end < list->len && key->check != nono_check_path &&
	       strcmp(list->items[end].origin, list->items[first].origin) == 0)
		end++;
	return end - first;
}

static void put_entries(struct page *pg, const struct nono_key *key, const struct nono_entries *list)
{
	for (size_t i = 0, count; i < list->len; i += count) {
		_cleanup_(nono_buf_done) struct nono_buf text = {0};
		char origin[NONO_NAME_BYTES + 16];

		origin_text(pg, &list->items[i], origin, sizeof(origin));
		count = run_length(key, list, i);
		for (size_t j = i; j < i + count; j++)
			nono_buf_printf(&text, "%s%s", j > i ? ", " : "", list->items[j].text);
		begin(pg, i == 0 ? key : NULL);
		pg->out->failed |= text.failed;
		screen_fill(pg->out, OUTPUT_PLAIN, text.failed ? "" : text.data, VALUE_COLUMN, VALUE_COLUMN,
			    pg->width - strlen(origin));
		note(pg, origin);
	}
}

static void value_words(struct nono_buf *out, const json_t *value, bool nested);

static void object_words(struct nono_buf *out, const json_t *value)
{
	const char *name, *comma = "";
	json_t *part;

	json_object_foreach ((json_t *)value, name, part) {
		nono_buf_printf(out, "%s%s: ", comma, name);
		value_words(out, part, true);
		comma = ", ";
	}
}

static void list_words(struct nono_buf *out, const json_t *value)
{
	for (size_t i = 0; i < json_array_size(value); i++) {
		nono_buf_puts(out, i ? ", " : "");
		value_words(out, json_array_get(value, i), true);
	}
}

static void value_words(struct nono_buf *out, const json_t *value, bool nested)
{
	bool list = json_is_array(value), object = json_is_object(value);

	nono_buf_puts(out, nested && list ? "[" : nested && object ? "{" : "");
	if (json_is_string(value))
		nono_buf_puts(out, json_string_value(value));
	else if (list)
		list_words(out, value);
	else if (object)
		object_words(out, value);
	else
		nono_json_value(out, value);
	nono_buf_puts(out, nested && list ? "]" : nested && object ? "}" : "");
}

void profile_value_words(struct nono_buf *out, const json_t *value)
{
	value_words(out, value, false);
}

static void put_value(struct page *pg, const struct nono_key *key, const json_t *value)
{
	_cleanup_(nono_buf_done) struct nono_buf text = {0};
	size_t reserved = strlen(mark(&pg->view->profile, key->path));

	profile_value_words(&text, value);
	if (!text.len)
		nono_buf_puts(&text, "(none)");
	begin(pg, key);
	pg->out->failed |= text.failed;
	screen_fill(pg->out, OUTPUT_PLAIN, text.failed ? "" : text.data, VALUE_COLUMN, VALUE_COLUMN,
		    pg->width - reserved);
}

static int put_key(struct page *pg, const struct nono_key *key, struct nono_error *err)
{
	const struct nono_profile *p = &pg->view->profile;
	_cleanup_(json_decrefp) json_t *value = NULL;
	int rc = nono_profile_value(p, key, &value, err);

	if (rc < 0 || !value)
		return rc;
	heading(pg, key);
	if (key->kind == NONO_KIND_LIST && key->offset != NONO_KEY_NOT_KEPT && json_array_size(value))
		put_entries(pg, key, (const void *)((const char *)p + key->offset));
	else
		put_value(pg, key, value);
	if (*mark(p, key->path))
		note(pg, mark(p, key->path));
	return 0;
}

static void put_title(const struct context *ctx, struct page *pg)
{
	const struct nono_profile *p = &pg->view->profile;
	const struct nono_profile_text *text = &pg->view->text;
	_cleanup_(nono_freep) char *file = text->builtin ? strdup("built-in") : home_text(ctx, text->file);
	_cleanup_(nono_buf_done) struct nono_buf bases = {0};

	pg->out->failed |= !file;
	screen_text(pg->out, OUTPUT_HEADING, text->name);
	nono_buf_puts(pg->out, "  ");
	screen_line(pg->out, OUTPUT_QUIET, "(%s)", file ? file : "");
	if (p->meta.description && *p->meta.description)
		screen_fill(pg->out, OUTPUT_PLAIN, p->meta.description, 0, 0, pg->width);
	for (size_t i = 0; i < p->extends.len; i++)
		nono_buf_printf(&bases, "%s%s", i ? ", " : "extends ", p->extends.items[i].text);
	if (bases.data)
		screen_line(pg->out, OUTPUT_PLAIN, "%s", bases.data);
	nono_buf_puts(pg->out, "\n");
}

int profile_view_text(const struct context *ctx, const struct profile_view *v, size_t width, struct nono_buf *out,
		      struct nono_error *err)
{
	struct page page = {.view = v, .width = width, .out = out, .section = ""};
	int rc = 0;

	put_title(ctx, &page);
	for (size_t i = 0; i < nono_key_count && rc == 0; i++)
		if (!key_is_meta(&nono_keys[i]))
			rc = put_key(&page, &nono_keys[i], err);
	nono_buf_puts(out, "\n");
	screen_line(out, OUTPUT_QUIET, "%zu groups apply in all; nono profile groups NAME tells what one says.",
		    v->groups.len);
	return rc;
}
