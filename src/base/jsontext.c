/* jsontext.c - writing JSON.  SPDX-License-Identifier: Apache-2.0 */
#include "base/jsontext.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/quote.h"

/* A character that does not stand for itself, or a byte that is none. Returns the bytes it took. */
static size_t add_special(struct nono_buf *out, const char *s)
{
	uint32_t c = 0;
	size_t len = nono_utf8_decode(s, SIZE_MAX, &c);

	if (c == '"' || c == '\\')
		nono_buf_printf(out, "\\%c", (int)c);
	else if (len && c > 0xffff)
		nono_buf_printf(out, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10), 0xdc00 + (c & 0x3ff));
	else
		nono_buf_printf(out, "\\u%04x", len ? c : 0xfffd);
	return len ? len : 1;
}

/* Printable ASCII but for the quote and the backslash. */
static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

void nono_json_string(struct nono_buf *out, const char *s)
{
	nono_buf_puts(out, "\"");
	while (*s) {
		size_t plain = 0, len;

		/* Runs of plain ASCII are the rule. */
		while (is_plain((unsigned char)s[plain]))
			plain++;
		if (plain) {
			nono_buf_add(out, s, plain);
			s += plain;
			continue;
		}
		len = nono_utf8_len(s);
		if (len > 1)
			nono_buf_add(out, s, len);
		else
			len = add_special(out, s);
		s += len;
	}
	nono_buf_puts(out, "\"");
}

void nono_json_item(struct nono_buf *out)
{
	char last = out->len ? out->data[out->len - 1] : '{';

	if (last != '{' && last != '[')
		nono_buf_puts(out, ",");
}

void nono_json_key(struct nono_buf *out, const char *key)
{
	nono_json_item(out);
	nono_json_string(out, key);
	nono_buf_puts(out, ":");
}

void nono_json_member(struct nono_buf *out, const char *key, const char *value)
{
	if (!value)
		return;
	nono_json_key(out, key);
	nono_json_string(out, value);
}

void nono_json_open(struct nono_buf *out, const char *key, char bracket)
{
	if (key)
		nono_json_key(out, key);
	else
		nono_json_item(out);
	nono_buf_add(out, &bracket, 1);
}

void nono_json_bool(struct nono_buf *out, const char *key, bool value)
{
	nono_json_key(out, key);
	nono_buf_puts(out, value ? "true" : "false");
}

void nono_json_number(struct nono_buf *out, const char *key, long long value)
{
	nono_json_key(out, key);
	nono_buf_printf(out, "%lld", value);
}

static void add_object(struct nono_buf *out, const json_t *value)
{
	const char *key;
	json_t *part;

	nono_buf_puts(out, "{");
	json_object_foreach ((json_t *)value, key, part) {
		nono_json_key(out, key);
		nono_json_value(out, part);
	}
	nono_buf_puts(out, "}");
}

static void add_array(struct nono_buf *out, const json_t *value)
{
	nono_buf_puts(out, "[");
	for (size_t i = 0; i < json_array_size(value); i++) {
		nono_json_item(out);
		nono_json_value(out, json_array_get(value, i));
	}
	nono_buf_puts(out, "]");
}

/* As short as it can be and still the same number. */
static void add_real(struct nono_buf *out, double value)
{
	char text[64];

	for (int digits = 1; digits <= 17; digits++) {
		(void)snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	nono_buf_puts(out, text);
}

void nono_json_strings(struct nono_buf *out, const char *key, const struct nono_strv *list)
{
	nono_json_open(out, key, '[');
	for (size_t i = 0; i < list->len; i++) {
		nono_json_item(out);
		nono_json_string(out, list->items[i]);
	}
	nono_buf_puts(out, "]");
}

void nono_json_value(struct nono_buf *out, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		add_object(out, value);
		break;
	case JSON_ARRAY:
		add_array(out, value);
		break;
	case JSON_STRING:
		nono_json_string(out, json_string_value(value));
		break;
	case JSON_INTEGER:
		nono_buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		break;
	case JSON_REAL:
		add_real(out, json_real_value(value));
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		nono_buf_puts(out, json_is_true(value) ? "true" : "false");
		break;
	case JSON_NULL:
		nono_buf_puts(out, "null");
		break;
	}
}

#define LINE_BYTES 72 /* a list or object as long as this stays on one line */

/* Past a string that begins at @s. */
static const char *string_end(const char *s)
{
	for (s++; *s != '"'; s++)
		s += *s == '\\';
	return s + 1;
}

/* Past the bracket that closes the one at @s. */
static const char *bracket_end(const char *s)
{
	size_t depth = 0;

	do {
		if (*s == '"') {
			s = string_end(s);
			continue;
		}
		depth += *s == '{' || *s == '[';
		depth -= *s == '}' || *s == ']';
		s++;
	} while (depth > 0);
	return s;
}

/* Text between here and there on one line, with a blank after each comma and colon. */
static void add_flat(struct nono_buf *out, const char *s, const char *end)
{
	while (s < end) {
		const char *next = *s == '"' ? string_end(s) : s + 1;

		nono_buf_add(out, s, (size_t)(next - s));
		if (*s == ',' || *s == ':')
			nono_buf_puts(out, " ");
		s = next;
	}
}

static void add_line(struct nono_buf *out, size_t depth)
{
	nono_buf_puts(out, "\n");
	for (size_t i = 0; i < depth; i++)
		nono_buf_puts(out, "  ");
}

void nono_json_pretty(struct nono_buf *out, const char *json)
{
	size_t depth = 0;

	for (const char *s = json, *end; *s; s = end) {
		end = *s == '"' ? string_end(s) : s + 1;
		if (*s == '{' || *s == '[') {
			end = bracket_end(s);
			if (end - s < 3 ||
			    (depth > 0 && end - s <= LINE_BYTES && !memchr(s + 1, '{', (size_t)(end - s) - 1))) {
				add_flat(out, s, end);
				continue;
			}
			end = s + 1;
			add_flat(out, s, end);
			add_line(out, ++depth);
		} else if (*s == '}' || *s == ']') {
			add_line(out, --depth);
			add_flat(out, s, end);
		} else if (*s == ',') {
			nono_buf_puts(out, ",");
			add_line(out, depth);
		} else {
			add_flat(out, s, end);
		}
	}
	nono_buf_puts(out, "\n");
}
