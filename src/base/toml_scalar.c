/* toml_scalar.c - strings, numbers and booleans of TOML.  SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/toml_parts.h"
#include "base/util.h"

bool nono_toml_starts(const struct nono_toml_text *t, const char *word)
{
	size_t len = strlen(word);

	return t->len - t->at >= len && memcmp(t->text + t->at, word, len) == 0;
}

size_t nono_toml_bare(const struct nono_toml_text *t)
{
	size_t end = t->at;

	while (end < t->len && t->text[end] &&
	       strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", t->text[end]))
		end++;
	return end - t->at;
}

/* ---- strings ---- */

static void add_utf8(struct nono_buf *out, uint32_t c)
{
	char bytes[4] = {(char)c};
	size_t len = 1;

	if (c >= 0x80) {
		len = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
		for (size_t i = len - 1; i > 0; i--, c >>= 6)
			bytes[i] = (char)(0x80 | (c & 0x3f));
		bytes[0] = (char)((0xf00 >> len & 0xff) | c);
	}
	nono_buf_add(out, bytes, len);
}

/* \uXXXX and \UXXXXXXXX; the place is after the letter. */
static int add_code_point(struct nono_toml_text *t, size_t digits, struct nono_buf *out)
{
	static const char hex[] = "0123456789abcdefABCDEF";
	uint32_t c = 0;

	for (size_t i = 0; i < digits; i++, t->at++) {
		const char *digit = t->at < t->len && t->text[t->at] ? strchr(hex, t->text[t->at]) : NULL;

		if (!digit)
			return nono_toml_fail(t->file, t->text, t->at, t->err,
					      "\\u wants four hexadecimal digits, \\U eight");
		c = c << 4 | (uint32_t)(digit - hex - (digit - hex > 15 ? 6 : 0));
	}
	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return nono_toml_fail(t->file, t->text, t->at - digits, t->err, "this is no character");
	add_utf8(out, c);
	return 0;
}

/* A backslash before the end of a line takes all white space away that follows. */
static bool skip_line_end(struct nono_toml_text *t)
{
	size_t at = t->at;

	while (at < t->len && (t->text[at] == ' ' || t->text[at] == '\t'))
		at++;
	if (at >= t->len || (t->text[at] != '\n' && t->text[at] != '\r'))
		return false;
	while (at < t->len && t->text[at] && strchr(" \t\r\n", t->text[at]))
		at++;
	t->at = at;
	return true;
}

static int add_escape(struct nono_toml_text *t, bool multi_line, struct nono_buf *out)
{
	static const char letters[] = "btnfr\"\\", values[] = "\b\t\n\f\r\"\\";
	size_t start = t->at++;
	const char *found;

	if (multi_line && skip_line_end(t))
		return 0;
	found = t->at < t->len && t->text[t->at] ? strchr(letters, t->text[t->at]) : NULL;
	if (found) {
		nono_buf_add(out, &values[found - letters], 1);
		t->at++;
		return 0;
	}
	if (nono_toml_starts(t, "u") || nono_toml_starts(t, "U"))
		return add_code_point(t, t->text[t->at++] == 'u' ? 4 : 8, out);
	return nono_toml_fail(t->file, t->text, start, t->err,
			      "write \\\\ for a backslash, or put the string into single quotes");
}

static int add_character(struct nono_toml_text *t, char quote, bool multi_line, struct nono_buf *out)
{
	char c = t->text[t->at];

	if (c == '\\' && quote == '"')
		return add_escape(t, multi_line, out);
	if ((c == '\n' || c == '\r') && !multi_line)
		return nono_toml_fail(t->file, t->text, t->at, t->err, "the string does not end on its line: add %c",
				      quote);
	nono_buf_add(out, &c, 1);
	t->at++;
	return 0;
}

/* At the closing quotes of a long string up to two more of them belong to it. */
static size_t closing(const struct nono_toml_text *t, char quote, size_t want)
{
	size_t n = 0;

	while (t->at + n < t->len && t->text[t->at + n] == quote && n < want + 2)
		n++;
	if (want == 1)
		return n > 0;
	return n >= want ? n : 0;
}

int nono_toml_string(struct nono_toml_text *t, bool multi_line, struct nono_buf *out)
{
	const char quote = t->text[t->at];
	const bool is_long = nono_toml_starts(t, quote == '"' ? "\"\"\"" : "'''");
	const size_t want = is_long ? 3 : 1, start = t->at;

	if (is_long && !multi_line)
		return nono_toml_fail(t->file, t->text, t->at, t->err, "a key is written on one line");
	t->at += want;
	if (is_long)
		t->at += nono_toml_starts(t, "\r\n") ? 2 : nono_toml_starts(t, "\n");
	nono_buf_puts(out, "");
	while (t->at < t->len) {
		size_t found = closing(t, quote, want);
		int rc;

		if (found) {
			nono_buf_add(out, quote == '"' ? "\"\"" : "''", found - want);
			t->at += found;
			return out->failed ? nono_nomem(t->err) : 0;
		}
		rc = add_character(t, quote, is_long, out);
		if (rc < 0)
			return rc;
	}
	return nono_toml_fail(t->file, t->text, start, t->err, "a string that does not end");
}

/* ---- words ---- */

#define NUMBER_BYTES 64

static bool is_digit(char c, int base)
{
	if (base == 16 && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
		return true;
	return c >= '0' && c < '0' + (base < 10 ? base : 10);
}

/* Digits with single underscores between them; returns how many bytes, 0 for none. Copies without underscores. */
static size_t take_digits(const char *word, int base, char *to)
{
	size_t i = 0;

	while (is_digit(word[i], base) || (i && word[i] == '_' && word[i - 1] != '_' && is_digit(word[i + 1], base))) {
		if (word[i] != '_')
			*to++ = word[i];
		i++;
	}
	*to = '\0';
	return i;
}

static bool parse_prefixed(const char *word, double *ret)
{
	static const struct {
		char letter;
		int base;
	} prefixes[] = {{'x', 16}, {'o', 8}, {'b', 2}};
	char digits[NUMBER_BYTES];

	for (size_t i = 0; i < NONO_ARRAY_SIZE(prefixes); i++) {
		if (word[0] != '0' || word[1] != prefixes[i].letter)
			continue;
		if (!word[2] || word[2 + take_digits(word + 2, prefixes[i].base, digits)])
			return false;
		errno = 0;
		*ret = (double)strtoull(digits, NULL, prefixes[i].base);
		return !errno;
	}
	return false;
}

/* A sign, a whole part without leading zeros, a fraction, an exponent. */
static bool parse_decimal(const char *word, struct nono_toml_value *value)
{
	char plain[3 * NUMBER_BYTES];
	size_t len = 0, n, whole;

	if (*word == '+' || *word == '-')
		plain[len++] = *word++;
	n = take_digits(word, 10, plain + len);
	whole = strlen(plain + len);
	if (!n || (whole > 1 && word[0] == '0'))
		return false;
	len += whole;
	word += n;
	value->type = *word ? NONO_TOML_FLOAT : NONO_TOML_INTEGER;
	if (*word == '.') {
		plain[len++] = *word++;
		n = take_digits(word, 10, plain + len);
		len += strlen(plain + len);
		word += n;
		if (!n)
			return false;
	}
	if (*word == 'e' || *word == 'E') {
		plain[len++] = *word++;
		if (*word == '+' || *word == '-')
			plain[len++] = *word++;
		n = take_digits(word, 10, plain + len);
		word += n;
		if (!n)
			return false;
	}
	value->number = strtod(plain, NULL);
	return !*word;
}

static bool parse_named(const char *word, struct nono_toml_value *value)
{
	const char *plain = word + (*word == '+' || *word == '-');

	value->type = NONO_TOML_BOOLEAN;
	value->boolean = strcmp(word, "true") == 0;
	if (value->boolean || strcmp(word, "false") == 0)
		return true;
	value->type = NONO_TOML_FLOAT;
	if (strcmp(plain, "inf") != 0 && strcmp(plain, "nan") != 0)
		return false;
	value->number = strtod(word, NULL);
	return true;
}

static bool looks_like_time(const char *word)
{
	return is_digit(word[0], 10) && is_digit(word[1], 10) &&
	       (word[2] == ':' || (is_digit(word[2], 10) && is_digit(word[3], 10) && word[4] == '-'));
}

int nono_toml_word(struct nono_toml_text *t, struct nono_toml_value *value)
{
	char word[NUMBER_BYTES] = "";
	size_t len = 0, start = t->at;

	while (t->at < t->len && t->text[t->at] && !strchr(" \t\r\n,]}#", t->text[t->at])) {
		if (len < sizeof(word) - 1)
			word[len++] = t->text[t->at];
		t->at++;
	}
	word[len] = '\0';
	if (len < sizeof(word) - 1) {
		if (parse_named(word, value) || parse_decimal(word, value))
			return 0;
		value->type = NONO_TOML_INTEGER;
		if (parse_prefixed(word, &value->number))
			return 0;
	}
	if (len == 0)
		return nono_toml_fail(t->file, t->text, start, t->err, "a value is missing here");
	if (looks_like_time(word))
		return nono_toml_fail(t->file, t->text, start, t->err,
				      "no setting is a date or a time; write text in quotes");
	return nono_toml_fail(t->file, t->text, start, t->err,
			      "not a value; write text in quotes, a number, true, false or a list in []");
}
