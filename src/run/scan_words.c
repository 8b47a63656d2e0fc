/* scan_words.c - words of a line that can be told to be paths by themselves.  SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/util.h"
#include "run/scan_parts.h"

/* An apostrophe is a quotation mark only at a word's edge; the others are nothing else. */
struct quotes {
	const char *open, *close;
	bool at_edge;
	bool spaced; /* a space inside belongs to the marks */
};

static const struct quotes quotes[] = {
	{"'", "'", true},
	{"\"", "\"", true},
	{"`", "'", true},
	{"`", "`", true},
	{"\xe2\x80\x98", "\xe2\x80\x99", false}, /* 6 9 */
	{"\xe2\x80\x9c", "\xe2\x80\x9d", false}, /* 66 99 */
	{"\xe2\x80\x9e", "\xe2\x80\x9c", false}, /* low 99, 66 */
	{"\xe2\x80\x9e", "\xe2\x80\x9d", false}, /* low 99, 99 */
	{"\xe2\x80\x9a", "\xe2\x80\x98", false}, /* low 9, 6 */
	{"\xe2\x80\x9d", "\xe2\x80\x9d", false}, /* 99 99 */
	{"\xe2\x80\x99", "\xe2\x80\x99", false}, /* 9 9 */
	{"\xc2\xab", "\xc2\xbb", false, true},	 /* guillemets out */
	{"\xc2\xbb", "\xc2\xab", false, true},	 /* and in */
	{"\xe3\x80\x8c", "\xe3\x80\x8d", false}, /* corner brackets */
};

#define QUOTES NONO_ARRAY_SIZE(quotes)

/* Where the next of each is at or after some place; found once for all that come before it, so a line costs one pass.
 */
struct ahead {
	size_t close[QUOTES];
	size_t control;
};

void nono_scan_blank(struct nono_scan_parts *parts, size_t at, size_t len)
{
	memset(parts->plain + at, NONO_SCAN_BLANK, len);
}

void nono_scan_take(struct nono_scan_parts *parts, size_t at, size_t len)
{
	if (len > 0 && len < NONO_OBSERVED_PATH_BYTES && parts->count < NONO_OBSERVED_PATHS)
		parts->spans[parts->count++] = (struct nono_span){at, len};
	nono_scan_blank(parts, at, len);
}

static bool begins(const struct nono_scan_parts *parts, size_t at, const char *s)
{
	size_t len = strlen(s);

	return len <= parts->len - at && memcmp(parts->plain + at, s, len) == 0;
}

static bool is_edge(const struct nono_scan_parts *parts, size_t at, const char *punctuation)
{
	char c;

	if (at >= parts->len)
		return true;
	c = parts->plain[at];
	return c == ' ' || nono_scan_is_control(c) || strchr(punctuation, c);
}

static bool opens(const struct nono_scan_parts *parts, size_t at, const struct quotes *q)
{
	if (!begins(parts, at, q->open))
		return false;
	return !q->at_edge || at == 0 || is_edge(parts, at - 1, "([{<>=:,");
}

static bool closes(const struct nono_scan_parts *parts, size_t at, const struct quotes *q)
{
	if (!begins(parts, at, q->close))
		return false;
	return !q->at_edge || is_edge(parts, at + 1, ":,.;)]}>!?");
}

/* The first closing mark at or after @at, or parts->len. */
static size_t find_close(const struct nono_scan_parts *parts, struct ahead *ahead, size_t k, size_t at)
{
	size_t *close = &ahead->close[k];

	if (*close >= at)
		return *close;
	*close = at;
	while (*close < parts->len && !closes(parts, *close, &quotes[k]))
		++*close;
	return *close;
}

static size_t find_control(const struct nono_scan_parts *parts, struct ahead *ahead, size_t at)
{
	if (ahead->control < at)
		ahead->control = at;
	while (ahead->control < parts->len && !nono_scan_is_control(parts->plain[ahead->control]))
		ahead->control++;
	return ahead->control;
}

/* French puts a space, often one that does not break, inside its marks. */
static struct nono_span trim_spaces(const char *text, struct nono_span s)
{
	static const char *const spaces[] = {" ", "\xc2\xa0", "\xe2\x80\xaf"};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(spaces); i++) {
		size_t len = strlen(spaces[i]);

		if (s.len >= len && memcmp(text + s.at, spaces[i], len) == 0)
			s = (struct nono_span){s.at + len, s.len - len};
		if (s.len >= len && memcmp(text + s.at + s.len - len, spaces[i], len) == 0)
			s.len -= len;
	}
	return s;
}

static bool is_quotable(const char *text, struct nono_span s)
{
	return s.len > 0 && text[s.at] != '-' && !memmem(text + s.at, s.len, "://", 3);
}

/* The quotation that begins at @at, taken; returns where to go on, @at where there is none. */
static size_t take_quotation(struct nono_scan_parts *parts, struct ahead *ahead, size_t at)
{
	for (size_t k = 0; k < QUOTES; k++) {
		size_t from = at + strlen(quotes[k].open), close;
		struct nono_span s;

		if (!opens(parts, at, &quotes[k]))
			continue;
		close = find_close(parts, ahead, k, from);
		if (close >= parts->len || close - from >= NONO_OBSERVED_PATH_BYTES ||
		    find_control(parts, ahead, from) < close)
			continue;
		s = (struct nono_span){from, close - from};
		if (quotes[k].spaced)
			s = trim_spaces(parts->plain, s);
		if (is_quotable(parts->plain, s))
			nono_scan_take(parts, s.at, s.len);
		nono_scan_blank(parts, from, close - from);
		return close + strlen(quotes[k].close);
	}
	return at;
}

void nono_scan_take_quoted(struct nono_scan_parts *parts)
{
	struct ahead ahead = {0};

	for (size_t at = 0; at < parts->len;) {
		size_t next = take_quotation(parts, &ahead, at);

		at = next > at ? next : at + 1;
	}
}

bool nono_scan_is_rooted(const char *text, size_t len)
{
	static const char *const roots[] = {"./", "../", "~/"};

	if (len > 1 && text[0] == '/')
		return text[1] != '/'; /* two: a comment, or the rest of an address */
	for (size_t i = 0; i < NONO_ARRAY_SIZE(roots); i++) {
		size_t root = strlen(roots[i]);

		if (len > root && memcmp(text, roots[i], root) == 0)
			return true;
	}
	return false;
}

static bool ends_sentence(const char *text, struct nono_span w)
{
	char before = text[w.at + w.len - 2];

	return text[w.at + w.len - 1] == '.' && before != '.' && before != '/';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The word without a :NUMBER at its end; as it is where there is none. */
static struct nono_span trim_number(const char *text, struct nono_span word)
{
	size_t len = word.len;

	while (len > 1 && is_digit(text[word.at + len - 1]))
		len--;
	if (len < word.len && len > 1 && text[word.at + len - 1] == ':')
		word.len = len - 1;
	return word;
}

struct nono_span nono_scan_trim(const char *text, struct nono_span word)
{
	size_t before = 0;

	while (word.len > 0 && strchr("([{<\"'`", text[word.at]))
		word = (struct nono_span){word.at + 1, word.len - 1};
	while (word.len > 1 && word.len != before) {
		before = word.len;
		word = trim_number(text, word);
		if (word.len > 1 && (strchr(":,;)]}>\"'`", text[word.at + word.len - 1]) || ends_sentence(text, word)))
			word.len--;
	}
	return word;
}

void nono_scan_take_rooted(struct nono_scan_parts *parts)
{
	const char *text = parts->plain;

	for (size_t at = 0; at < parts->len; at++) {
		size_t end = at;
		struct nono_span word;

		if ((at > 0 && !is_edge(parts, at - 1, "([{<>=\"'")) ||
		    !nono_scan_is_rooted(text + at, parts->len - at))
			continue;
		while (!is_edge(parts, end, "\"<>|"))
			end++;
		word = nono_scan_trim(text, (struct nono_span){at, end - at});
		if (nono_scan_is_rooted(text + word.at, word.len))
			nono_scan_take(parts, word.at, word.len);
		at = end;
	}
}

/* A backslash in $'...' and up to three octal digits, or a letter. Returns the bytes used, 0 for anything else. */
static size_t escape_len(const char *p, size_t room, char *ret)
{
	static const char letters[] = "abfnrtv\\'\"", values[] = "\a\b\f\n\r\t\v\\'\"";
	const char *letter = room > 1 ? memchr(letters, p[1], sizeof(letters) - 1) : NULL;
	unsigned int value = 0;
	size_t len = 1;

	while (len < 4 && len < room && p[len] >= '0' && p[len] <= '7')
		value = value * 8 + (unsigned int)(p[len++] - '0');
	*ret = letter ? values[letter - letters] : (char)value;
	if (letter)
		return 2;
	return value ? len : 0; /* no name has a NUL in it */
}

/* Where marks are closed, only what opens some can stand. Returns the bytes used, 0 for anything else. */
static size_t open_mark(const char *p, size_t room, bool *ret_open, bool *ret_escapes, char *ret_byte)
{
	*ret_open = *p != '\\';
	*ret_escapes = *p == '$';
	*ret_byte = '\'';
	if (*p == '\'')
		return 1;
	return (*p == '$' || *p == '\\') && room > 1 && p[1] == '\'' ? 2 : 0;
}

size_t nono_scan_unquote(const char *word, size_t len, char ret[NONO_OBSERVED_PATH_BYTES])
{
	char out[NONO_OBSERVED_PATH_BYTES];
	bool open = true, escapes = false;
	size_t n = 0;

	if (len >= sizeof(out) || !memchr(word, '\'', len))
		return 0;
	for (size_t at = 0, used = 1; at < len; at += used) {
		bool was_open = open;
		char byte = word[at];

		used = 1;
		if (!open)
			used = open_mark(word + at, len - at, &open, &escapes, &byte);
		else if (byte == '\'')
			open = false;
		else if (escapes && byte == '\\')
			used = escape_len(word + at, len - at, &byte);
		if (used == 0)
			return 0;
		if (was_open == open)
			out[n++] = byte;
	}
	memcpy(ret, out, n);
	return n;
}
