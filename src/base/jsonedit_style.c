/* jsonedit_style.c - how a JSON text is written, and writing like it.  SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/jsonedit_parts.h"
#include "base/jsontext.h"
#include "base/util.h"

static size_t line_start(const struct nono_json *doc, size_t at)
{
	while (at > 0 && doc->text[at - 1] != '\n')
		at--;
	return at;
}

struct nono_jsonedit_span nono_jsonedit_indent(const struct nono_json *doc, size_t at)
{
	size_t start = line_start(doc, at), end = start;

	while (end < at && (doc->text[end] == ' ' || doc->text[end] == '\t'))
		end++;
	return (struct nono_jsonedit_span){doc->text + start, end - start};
}

bool nono_jsonedit_is_first(const struct nono_json *doc, size_t at)
{
	while (at > 0 && (doc->plain[at - 1] == ' ' || doc->plain[at - 1] == '\t'))
		at--;
	return at == 0 || doc->plain[at - 1] == '\n';
}

/* What the first member of the top is indented by, where it has a line of its own; else two blanks. */
static struct nono_jsonedit_span find_unit(const struct nono_json *doc, size_t top, size_t member)
{
	struct nono_jsonedit_span outer = nono_jsonedit_indent(doc, top), inner = nono_jsonedit_indent(doc, member);

	if (!nono_jsonedit_is_first(doc, member) || inner.len <= outer.len)
		return (struct nono_jsonedit_span){"  ", 2};
	return (struct nono_jsonedit_span){inner.text + outer.len, inner.len - outer.len};
}

struct nono_jsonedit_style nono_jsonedit_style_of(const struct nono_json *doc)
{
	const char *newline = memchr(doc->text, '\n', doc->len), *open = strchr(doc->plain, '{'), *colon;
	size_t top = open ? (size_t)(open - doc->plain) : 0;
	size_t member = top + 1 + strspn(doc->plain + top + 1, " \t\r\n");
	size_t close = nono_jsonedit_value_end(doc, top);
	bool empty = doc->plain[member] == '}';
	struct nono_jsonedit_style style = {.newline = "\n", .blank = true};

	if (newline && newline > doc->text && newline[-1] == '\r')
		style.newline = "\r\n";
	style.unit = find_unit(doc, top, member);
	style.lines = empty || memchr(doc->plain + top, '\n', close - top);
	/* A key may hold a colon, but not before its own closing quotation mark and this one. */
	colon = empty ? NULL : strchr(doc->plain + nono_jsonedit_value_end(doc, member), ':');
	if (colon)
		style.blank = strchr(" \t\r\n", colon[1]) != NULL;
	return style;
}

void nono_jsonedit_new_line(struct nono_buf *out, const struct nono_jsonedit_style *style,
			    struct nono_jsonedit_span indent, unsigned int more)
{
	nono_buf_puts(out, style->newline);
	nono_buf_add(out, indent.text, indent.len);
	while (more-- > 0)
		nono_buf_add(out, style->unit.text, style->unit.len);
}

void nono_jsonedit_write_key(struct nono_buf *out, const struct nono_jsonedit_style *style, const char *key)
{
	nono_json_string(out, key);
	nono_buf_puts(out, style->blank ? ": " : ":");
}

static void write_scalar(struct nono_buf *out, json_t *value)
{
	_cleanup_(nono_freep) char *text = NULL;

	if (json_is_string(value)) {
		nono_json_string(out, json_string_value(value));
		return;
	}
	text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	if (text)
		nono_buf_puts(out, text);
	else
		out->failed = true;
}

/* What stands before an item of what is being written. */
static void begin_item(struct nono_buf *out, const struct nono_jsonedit_style *style, bool lines, bool first,
		       struct nono_jsonedit_span indent, unsigned int more)
{
	if (!first)
		nono_buf_puts(out, lines || !style->blank ? "," : ", ");
	if (lines)
		nono_jsonedit_new_line(out, style, indent, more + 1);
}

void nono_jsonedit_write(struct nono_buf *out, const struct nono_jsonedit_style *style, json_t *value, bool lines,
			 struct nono_jsonedit_span indent, unsigned int more)
{
	bool list = json_is_array(value);
	size_t count = list ? json_array_size(value) : json_object_size(value), i;
	const char *key;
	json_t *part;

	if (!list && !json_is_object(value)) {
		write_scalar(out, value);
		return;
	}
	nono_buf_puts(out, list ? "[" : "{");
	json_array_foreach (value, i, part) {
		begin_item(out, style, lines, i == 0, indent, more);
		nono_jsonedit_write(out, style, part, lines, indent, more + 1);
	}
	i = 0;
	json_object_foreach (value, key, part) {
		begin_item(out, style, lines, i++ == 0, indent, more);
		nono_jsonedit_write_key(out, style, key);
		nono_jsonedit_write(out, style, part, lines, indent, more + 1);
	}
	if (lines && count)
		nono_jsonedit_new_line(out, style, indent, more);
	nono_buf_puts(out, list ? "]" : "}");
}
