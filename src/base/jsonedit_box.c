/* jsonedit_box.c - what stands where in a JSON text.  SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/jsonedit_parts.h"
#include "base/util.h"

/*
 * Structure is read from the plain text (no comments, no trailing commas), which jansson accepted: what is looked for
 * is there. White space, comments and trailing commas are read from the text itself, of the same length.
 */
static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t plain_blank(const struct nono_json *doc, size_t at)
{
	while (at < doc->len && is_blank(doc->plain[at]))
		at++;
	return at;
}

size_t nono_jsonedit_skip_blank(const struct nono_json *doc, size_t at)
{
	while (at < doc->len && is_blank(doc->text[at]))
		at++;
	return at;
}

static size_t string_end(const struct nono_json *doc, size_t at)
{
	for (at++; at < doc->len && doc->plain[at] != '"'; at++)
		at += doc->plain[at] == '\\';
	return at < doc->len ? at + 1 : doc->len;
}

static size_t brackets_end(const struct nono_json *doc, size_t at)
{
	size_t depth = 0;

	while (at < doc->len) {
		char c = doc->plain[at];

		if (c == '"') {
			at = string_end(doc, at);
			continue;
		}
		at++;
		depth += c == '{' || c == '[';
		if ((c == '}' || c == ']') && --depth == 0)
			break;
	}
	return at;
}

size_t nono_jsonedit_value_end(const struct nono_json *doc, size_t at)
{
	if (doc->plain[at] == '"')
		return string_end(doc, at);
	if (doc->plain[at] == '{' || doc->plain[at] == '[')
		return brackets_end(doc, at);
	while (at < doc->len && !strchr(" \t\r\n,]}", doc->plain[at]))
		at++;
	return at;
}

static int push(struct nono_jsonedit_box *box, const struct nono_jsonedit_item *item, struct nono_error *err)
{
	if (box->len == box->room) {
		size_t room = box->room ? box->room * 2 : 16;
		struct nono_jsonedit_item *items = reallocarray(box->items, room, sizeof(*items));

		if (!items)
			return nono_nomem(err);
		box->items = items;
		box->room = room;
	}
	box->items[box->len++] = *item;
	return 0;
}

int nono_jsonedit_box_read(const struct nono_json *doc, size_t open, struct nono_jsonedit_box *ret,
			   struct nono_error *err)
{
	_cleanup_(nono_jsonedit_box_done) struct nono_jsonedit_box box = {.open = open,
									  .list = doc->plain[open] == '['};
	size_t at = plain_blank(doc, open + 1);

	while (at < doc->len && !strchr("]}", doc->plain[at])) {
		struct nono_jsonedit_item item = {.start = at, .value = at};
		int rc;

		if (!box.list)
			item.value = plain_blank(doc, plain_blank(doc, string_end(doc, at)) + 1);
		item.end = nono_jsonedit_value_end(doc, item.value);
		rc = push(&box, &item, err);
		if (rc < 0)
			return rc;
		at = plain_blank(doc, item.end);
		if (at < doc->len && doc->plain[at] == ',')
			at = plain_blank(doc, at + 1);
	}
	box.close = at;
	*ret = TAKE(box);
	return 0;
}

void nono_jsonedit_box_done(struct nono_jsonedit_box *box)
{
	free(box->items);
	*box = (struct nono_jsonedit_box){0};
}

/* Past the comment that begins here, if one does; its line end is not part of it. */
static size_t comment_end(const struct nono_json *doc, size_t at)
{
	const char *text = doc->text + at;
	size_t left = doc->len - at;
	const char *end;

	if (left < 2 || text[0] != '/')
		return at;
	if (text[1] == '*') {
		end = memmem(text + 2, left - 2, "*/", 2);
		return end ? (size_t)(end - doc->text) + 2 : doc->len;
	}
	end = memchr(text, '\n', left);
	if (!end)
		return doc->len;
	return (size_t)(end - doc->text) - (end[-1] == '\r');
}

size_t nono_jsonedit_after_comments(const struct nono_json *doc, size_t from, size_t to, bool *ret_line)
{
	size_t at = nono_jsonedit_skip_blank(doc, from), end = from;
	bool line = false;

	while (at < to && doc->text[at] == '/') {
		line = doc->text[at + 1] == '/';
		end = comment_end(doc, at);
		at = nono_jsonedit_skip_blank(doc, end);
	}
	if (ret_line)
		*ret_line = line;
	return end;
}

size_t nono_jsonedit_comma(const struct nono_json *doc, const struct nono_jsonedit_item *item)
{
	size_t at = nono_jsonedit_after_comments(doc, item->end, doc->len, NULL);

	at = nono_jsonedit_skip_blank(doc, at);
	return at < doc->len && doc->text[at] == ',' ? at : 0;
}

size_t nono_jsonedit_line_comments(const struct nono_json *doc, size_t from)
{
	size_t at = from, end;

	for (;;) {
		while (at < doc->len && (doc->text[at] == ' ' || doc->text[at] == '\t'))
			at++;
		end = at < doc->len ? comment_end(doc, at) : at;
		if (end == at || memchr(doc->text + at, '\n', end - at))
			return from;
		from = at = end;
	}
}
