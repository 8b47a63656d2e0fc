/* locate.c - where in a JSON text a key path stands.  SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json_text.h"
#include "base/quote.h"
#include "base/util.h"

/* One open object or list. */
struct frame {
	bool list;
	bool key_next;	 /* the next string is a key */
	size_t index;	 /* in a list */
	size_t key, end; /* the last key with its quotes */
};

/* A walk over the strings, words and opening brackets of a text. Malformed text ends it early, no more. */
struct scan {
	const char *text;
	size_t len, at;
	struct frame frames[NONO_JSON_DEPTH + 1];
	size_t depth;
	size_t start; /* of the token found */
	bool is_key;
	bool is_open; /* an opening bracket, whose frame is entered by the next step */
};

static size_t string_end(const struct scan *s, size_t at)
{
	for (at++; at < s->len && s->text[at] != '"' && s->text[at] != '\n'; at++)
		if (s->text[at] == '\\' && at + 1 < s->len)
			at++;
	return at < s->len ? at + 1 : s->len;
}

static size_t word_end(const struct scan *s, size_t at)
{
	while (at < s->len && !strchr(" \t\r\n,:[]{}\"", s->text[at]))
		at++;
	return at;
}

/* Take one of , : } ] and white space; false for what begins a token. */
static bool take_punctuation(struct scan *s, char c)
{
	struct frame *f = s->depth ? &s->frames[s->depth - 1] : NULL;

	switch (c) {
	case ',':
		if (f) {
			f->index++;
			f->key_next = !f->list;
		}
		return true;
	case '}':
	case ']':
		s->depth -= s->depth > 0;
		return true;
	default:
		return strchr(" \t\r\n:", c) != NULL;
	}
}

static bool scan_next(struct scan *s)
{
	struct frame *f;

	if (s->is_open) {
		bool list = s->text[s->start] == '[';

		if (s->depth == NONO_JSON_DEPTH)
			return false;
		s->frames[s->depth++] = (struct frame){.list = list, .key_next = !list};
		s->is_open = false;
	}
	while (s->at < s->len && take_punctuation(s, s->text[s->at]))
		s->at++;
	if (s->at >= s->len)
		return false;
	f = s->depth ? &s->frames[s->depth - 1] : NULL;
	s->start = s->at;
	s->is_open = s->text[s->at] == '{' || s->text[s->at] == '[';
	s->is_key = !s->is_open && f && f->key_next;
	if (s->is_open)
		s->at++;
	else
		s->at = s->text[s->at] == '"' ? string_end(s, s->at) : word_end(s, s->at);
	if (s->is_key) {
		f->key_next = false;
		f->key = s->start;
		f->end = s->at;
	}
	return true;
}

/* A key token decoded, its escapes too; NULL where it cannot be. The caller's to free. */
static char *key_text(const struct scan *s, const struct frame *f)
{
	json_t *value = json_loadb(s->text + f->key, f->end - f->key, JSON_DECODE_ANY, NULL);
	const char *text = json_string_value(value);
	char *copy = text ? strdup(text) : NULL;

	json_decref(value);
	return copy;
}

static bool key_is(const struct scan *s, const struct frame *f, const char *key)
{
	size_t len = f->end - f->key;
	_cleanup_(nono_freep) char *text = NULL;

	if (len < 2)
		return false;
	if (!memchr(s->text + f->key, '\\', len))
		return strlen(key) == len - 2 && memcmp(s->text + f->key + 1, key, len - 2) == 0;
	text = key_text(s, f);
	return text && strcmp(text, key) == 0;
}

static bool step_is(const struct scan *s, const struct frame *f, const struct nono_json_at *step)
{
	return step->key ? !f->list && key_is(s, f, step->key) : f->list && f->index == step->index;
}

/* Are we at the place that the chain, of as many steps as there are frames, leads to? */
static bool at_place(const struct scan *s, const struct nono_json_at *at)
{
	for (size_t i = s->depth; i > 0; i--, at = at->up)
		if (!step_is(s, &s->frames[i - 1], at))
			return false;
	return true;
}

size_t nono_json_locate(const char *plain, size_t len, const struct nono_json_at *at, enum nono_json_spot spot)
{
	struct scan s = {.text = plain, .len = len};
	size_t steps = 0;
	bool want_key = at && at->key && spot == NONO_JSON_AT_KEY;

	for (const struct nono_json_at *step = at; step; step = step->up)
		steps++;
	while (scan_next(&s))
		if (s.depth == steps && s.is_key == want_key && at_place(&s, at))
			return s.start;
	return 0;
}

void nono_json_path_key(struct nono_buf *out, const char *key)
{
	bool plain = *key && !key[strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-$")];

	if (plain) {
		nono_buf_printf(out, "%s%s", out->len ? "." : "", key);
		return;
	}
	nono_buf_puts(out, "[\"");
	nono_quote_text(out, key);
	nono_buf_puts(out, "\"]");
}

static void scan_path(const struct scan *s, struct nono_buf *out)
{
	for (size_t i = 0; i < s->depth; i++) {
		const struct frame *f = &s->frames[i];

		if (f->list) {
			nono_buf_printf(out, "[%zu]", f->index);
		} else if (f->end) {
			_cleanup_(nono_freep) char *key = key_text(s, f);

			nono_json_path_key(out, key ? key : "?");
		}
	}
}

size_t nono_json_token_at(const char *plain, size_t len, size_t offset, struct nono_buf *ret_path)
{
	struct scan s = {.text = plain, .len = len};

	while (scan_next(&s)) {
		if (s.at <= offset)
			continue;
		scan_path(&s, ret_path);
		return s.start <= offset ? s.start : offset;
	}
	return offset;
}

int nono_json_fail_offset(const char *file, const char *text, size_t offset, struct nono_error *err,
			  enum nono_error_code code, const char *fmt, ...)
{
	_cleanup_(nono_buf_done) struct nono_buf name = {0};
	char message[NONO_ERROR_BYTES];
	size_t line = 1, column = 1;
	va_list ap;

	for (size_t i = 0; i < offset; i++) {
		if (text[i] == '\n') {
			line++;
			column = 1;
		} else if ((text[i] & 0xc0) != 0x80) {
			column++;
		}
	}
	nono_quote_text(&name, file);
	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	if (name.failed)
		return nono_nomem(err);
	return nono_fail(err, code, 0, "%s:%zu:%zu: %s", name.data ? name.data : "", line, column, message);
}
