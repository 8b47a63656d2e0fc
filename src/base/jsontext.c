/* jsontext.c - writing JSON.  SPDX-License-Identifier: Apache-2.0 */
#include "base/jsontext.h"

#include <stdbool.h>
#include <string.h>

#include "base/quote.h"

static void add_char(struct nono_buf *out, const char *s)
{
	unsigned char c = (unsigned char)*s;

	if (c == '"' || c == '\\')
		nono_buf_printf(out, "\\%c", c);
	else if (c < 0x20 || c == 0x7f)
		nono_buf_printf(out, "\\u%04x", c);
	else if (c < 0x80)
		nono_buf_add(out, s, 1);
	else
		nono_buf_puts(out, "\\ufffd");
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
			add_char(out, s);
		s += len > 1 ? len : 1;
	}
	nono_buf_puts(out, "\"");
}

void nono_json_key(struct nono_buf *out, const char *key)
{
	char last = out->len ? out->data[out->len - 1] : '{';

	if (last != '{' && last != '[')
		nono_buf_puts(out, ",");
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

static void new_line(struct nono_buf *out, int depth)
{
	nono_buf_printf(out, "\n%*s", depth * 2, "");
}

/* The length of the string that begins at @s, its quotes included. */
static size_t string_len(const char *s)
{
	size_t len = 1;

	while (s[len] && s[len] != '"')
		len += s[len] == '\\' && s[len + 1] ? 2 : 1;
	return len + (s[len] == '"');
}

static bool is_open(char c)
{
	return c == '{' || c == '[';
}

static bool is_close(char c)
{
	return c == '}' || c == ']';
}

void nono_json_pretty(struct nono_buf *out, const char *compact)
{
	int depth = 0;

	for (const char *s = compact; *s; s++) {
		if (*s == '"') {
			size_t len = string_len(s);

			nono_buf_add(out, s, len);
			s += len - 1;
			continue;
		}
		depth -= is_close(*s);
		if (is_close(*s) && !is_open(s[-1]))
			new_line(out, depth);
		nono_buf_add(out, s, 1);
		depth += is_open(*s);
		if (*s == ',' || (is_open(*s) && !is_close(s[1])))
			new_line(out, depth);
		if (*s == ':')
			nono_buf_puts(out, " ");
	}
}
