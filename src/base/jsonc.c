/* jsonc.c - comments and trailing commas become blanks.  SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/json_text.h"
#include "base/quote.h"

/* One pass over the text. What was written last decides whether a comma is one too many. */
struct pass {
	const char *file, *text;
	size_t len, at;
	char *out;
	size_t depth;
	char last, before; /* the last two characters that mean something */
	size_t last_at;
	struct nono_error *err;
};

static int check_bytes(const struct pass *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->len; i += n) {
		unsigned char c = (unsigned char)p->text[i];

		n = c < 0x80 ? 1 : nono_utf8_decode(p->text + i, p->len - i, NULL);
		if (n == 0)
			return nono_json_fail_offset(p->file, p->text, i, p->err, NONO_E_PARSE,
						     "byte 0x%02x is not UTF-8; save the file as UTF-8", c);
		if (c == 0)
			return nono_json_fail_offset(p->file, p->text, i, p->err, NONO_E_PARSE,
						     "a NUL byte; this is not a text file");
	}
	return 0;
}

static void blank(struct pass *p, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (p->out[i] != '\n' && p->out[i] != '\r')
			p->out[i] = ' ';
}

static void skip_string(struct pass *p)
{
	for (p->at++; p->at < p->len && p->text[p->at] != '"' && p->text[p->at] != '\n'; p->at++)
		if (p->text[p->at] == '\\' && p->at + 1 < p->len)
			p->at++;
	if (p->at < p->len)
		p->at++;
}

/* Past the end of a comment that begins here; 0, or the error for one that never ends. */
static int skip_comment(struct pass *p)
{
	size_t start = p->at;
	const char *end;

	if (p->text[start + 1] == '/') {
		end = memchr(p->text + start, '\n', p->len - start);
		p->at = end ? (size_t)(end - p->text) : p->len;
	} else {
		end = memmem(p->text + start + 2, p->len - start - 2, "*/", 2);
		if (!end)
			return nono_json_fail_offset(p->file, p->text, start, p->err, NONO_E_PARSE,
						     "a comment that does not end; write */ where it should");
		p->at = (size_t)(end - p->text) + 2;
	}
	blank(p, start, p->at);
	return 0;
}

/* A comma before a closing bracket, after a value. */
static void drop_trailing_comma(struct pass *p)
{
	if (p->last == ',' && p->before && !strchr("[{,:", p->before))
		p->out[p->last_at] = ' ';
}

static int take_bracket(struct pass *p, char c)
{
	if (c == '{' || c == '[') {
		if (++p->depth > NONO_JSON_DEPTH)
			return nono_json_fail_offset(p->file, p->text, p->at, p->err, NONO_E_LIMIT,
						     "nested deeper than %d levels", NONO_JSON_DEPTH);
	} else if (c == '}' || c == ']') {
		drop_trailing_comma(p);
		p->depth -= p->depth > 0;
	}
	return 0;
}

int nono_jsonc_plain(const char *file, const char *text, size_t len, char *ret, struct nono_error *err)
{
	struct pass p = {.file = file, .text = text, .len = len, .out = ret, .err = err};
	int rc = check_bytes(&p);

	memcpy(ret, text, len);
	while (rc == 0 && p.at < len) {
		char c = text[p.at];

		if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
			p.at++;
			continue;
		}
		if (c == '/' && p.at + 1 < len && (text[p.at + 1] == '/' || text[p.at + 1] == '*')) {
			rc = skip_comment(&p);
			continue;
		}
		rc = take_bracket(&p, c);
		p.before = p.last;
		p.last = c;
		p.last_at = p.at;
		if (c == '"')
			skip_string(&p);
		else
			p.at++;
	}
	return rc;
}
