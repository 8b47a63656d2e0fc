/* profile_regex.c - does a regular expression of a Seatbelt rule meet every path?  SPDX-License-Identifier: Apache-2.0
 */
#include <ctype.h>
#include <string.h>

#include "base/util.h"
#include "policy/profile_keys.h"

/*
 * The expression is tried on a few paths that have nothing in common: what meets them all means no place. What is
 * followed is the set of offsets in one path at which the part read so far can end, a bit each, so that there is no
 * trying back; a part that may be repeated is read again until no offset is new.
 */
static const char *const samples[] = {"/etc/passwd", "/Users/u/.ssh/id_rsa", "/opt/Xk-7/Q w", "/a.b/C.d-9"};

#define STEPS_MAX 20000 /* parts looked at, over all readings */
#define NESTING_MAX 32
#define REPEATS_MAX 64 /* no sample is longer */

typedef uint64_t offsets;

struct matcher {
	const char *s, *end; /* of the expression */
	bool raw;	     /* no escapes of the string's own */
	const char *text;
	size_t len; /* of text */
	unsigned int steps, nesting;
	bool unclear; /* malformed, or beyond what is understood here */
};

static offsets give_up(struct matcher *m)
{
	m->unclear = true;
	m->s = m->end;
	return 0;
}

static bool at(const struct matcher *m, char c)
{
	return m->s < m->end && *m->s == c;
}

/* One character, of the set. */
static offsets step(const struct matcher *m, offsets in, const bool set[256])
{
	offsets out = 0;

	for (size_t i = 0; i < m->len; i++)
		if ((in >> i & 1) && set[(unsigned char)m->text[i]])
			out |= (offsets)1 << (i + 1);
	return out;
}

static void add_class(bool set[256], int (*is)(int c), bool negated)
{
	for (int c = 1; c < 128; c++)
		set[c] |= (is(c) != 0) != negated;
}

static int is_word(int c)
{
	return isalnum(c) || c == '_';
}

static int is_any(int c)
{
	return c != '\0';
}

/* [:name:], from the colon on. */
static bool take_named_class(struct matcher *m, bool set[256])
{
	static const struct {
		const char *name;
		int (*is)(int c);
	} classes[] = {
		{":alnum:]", isalnum}, {":alpha:]", isalpha}, {":blank:]", isblank}, {":cntrl:]", iscntrl},
		{":digit:]", isdigit}, {":graph:]", isgraph}, {":lower:]", islower}, {":print:]", isprint},
		{":punct:]", ispunct}, {":space:]", isspace}, {":upper:]", isupper}, {":xdigit:]", isxdigit},
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(classes); i++) {
		size_t len = strlen(classes[i].name);

		if ((size_t)(m->end - m->s) < len || strncmp(m->s, classes[i].name, len) != 0)
			continue;
		add_class(set, classes[i].is, false);
		m->s += len;
		return true;
	}
	return false;
}

/* One member of a bracket: a character, a range or a class. */
static bool take_member(struct matcher *m, bool set[256])
{
	unsigned char lo = (unsigned char)*m->s++, hi = lo;

	if (lo == '[' && m->s < m->end && strchr(":.=", *m->s))
		return take_named_class(m, set);
	if (m->end - m->s >= 2 && m->s[0] == '-' && m->s[1] != ']') {
		hi = (unsigned char)m->s[1];
		m->s += 2;
	}
	for (int c = lo; c <= hi; c++)
		set[c] = true;
	return true;
}

/* Behind the [. */
static offsets take_bracket(struct matcher *m, offsets in)
{
	bool set[256] = {false}, negated = at(m, '^'), first = true;

	m->s += negated;
	for (; m->s < m->end && (first || *m->s != ']'); first = false)
		if (!take_member(m, set))
			return give_up(m);
	if (!at(m, ']'))
		return give_up(m);
	m->s++;
	for (int c = 1; negated && c < 256; c++)
		set[c] = !set[c];
	return step(m, in, set);
}

static offsets take_character(struct matcher *m, offsets in)
{
	bool set[256] = {false};

	set[(unsigned char)*m->s++] = true;
	return step(m, in, set);
}

/* Behind the backslash. */
static offsets take_escape(struct matcher *m, offsets in)
{
	static const struct {
		char letter;
		int (*is)(int c);
	} classes[] = {{'d', isdigit}, {'s', isspace}, {'w', is_word}};
	bool set[256] = {false};

	if (m->s == m->end || isdigit((unsigned char)*m->s))
		return give_up(m); /* what a group met, once more */
	for (size_t i = 0; i < NONO_ARRAY_SIZE(classes); i++) {
		if (tolower((unsigned char)*m->s) != classes[i].letter)
			continue;
		add_class(set, classes[i].is, *m->s != classes[i].letter);
		m->s++;
		return step(m, in, set);
	}
	if (strchr("bB<>", *m->s)) { /* the edge of a word: taken to be there */
		m->s++;
		return in;
	}
	return take_character(m, in);
}

static offsets take_choice(struct matcher *m, offsets in);

/* Behind the (. */
static offsets take_group(struct matcher *m, offsets in)
{
	offsets out;

	if (at(m, '?')) {
		if (m->end - m->s < 2 || m->s[1] != ':')
			return give_up(m);
		m->s += 2;
	}
	if (m->nesting >= NESTING_MAX)
		return give_up(m);
	m->nesting++;
	out = take_choice(m, in);
	m->nesting--;
	if (!at(m, ')'))
		return give_up(m);
	m->s++;
	return out;
}

static offsets take_atom(struct matcher *m, offsets in)
{
	bool any[256] = {false};

	if (m->s == m->end || m->steps++ >= STEPS_MAX)
		return give_up(m);
	/* In a plain string, \\ is one backslash, and one before another character says nothing. */
	if (!m->raw && *m->s == '\\' && ++m->s == m->end)
		return give_up(m);
	switch (*m->s) {
	case '(':
		m->s++;
		return take_group(m, in);
	case '[':
		m->s++;
		return take_bracket(m, in);
	case '\\':
		m->s++;
		return take_escape(m, in);
	case '^':
		m->s++;
		return in & 1;
	case '$':
		m->s++;
		return in & (offsets)1 << m->len;
	case '.':
		m->s++;
		add_class(any, is_any, false);
		return step(m, in, any);
	default:
		return take_character(m, in);
	}
}

static unsigned int take_number(struct matcher *m, unsigned int otherwise)
{
	unsigned int n = 0;

	if (m->s == m->end || !isdigit((unsigned char)*m->s))
		return otherwise;
	for (; m->s < m->end && isdigit((unsigned char)*m->s); m->s++)
		n = n < REPEATS_MAX ? n * 10 + (unsigned int)(*m->s - '0') : n;
	return n;
}

/* How often what stands before may be met: *?+ or {m,n}. False where nothing is said. */
static bool take_repeats(struct matcher *m, unsigned int *ret_least, unsigned int *ret_most)
{
	*ret_least = at(m, '+');
	*ret_most = at(m, '?') ? 1 : REPEATS_MAX;
	if (at(m, '*') || at(m, '+') || at(m, '?')) {
		m->s++;
		return true;
	}
	if (!at(m, '{'))
		return false;
	m->s++;
	*ret_least = take_number(m, 0);
	*ret_most = *ret_least;
	if (at(m, ',')) {
		m->s++;
		*ret_most = take_number(m, REPEATS_MAX);
	}
	if (at(m, '}'))
		m->s++;
	else
		(void)give_up(m);
	return true;
}

/* Something, as often as is said behind it. */
static offsets take_piece(struct matcher *m, offsets in)
{
	const char *begin = m->s, *behind;
	offsets now = take_atom(m, in), out;
	unsigned int least, most;

	if (!take_repeats(m, &least, &most))
		return now;
	if (at(m, '?') || at(m, '+')) /* the shortest, or the longest: the same paths are met */
		m->s++;
	behind = m->s;
	out = least == 0 ? in : 0;
	for (unsigned int n = 1; n <= most && n <= REPEATS_MAX && now && !m->unclear; n++) {
		offsets before = out;

		out |= n >= least ? now : 0;
		if (n >= least && out == before)
			break;
		m->s = begin;
		now = take_atom(m, now);
	}
	if (!m->unclear)
		m->s = behind;
	return out;
}

static offsets take_choice(struct matcher *m, offsets in)
{
	offsets out = 0;

	for (;;) {
		offsets now = in;

		while (m->s < m->end && *m->s != '|' && *m->s != ')')
			now = take_piece(m, now);
		out |= now;
		if (!at(m, '|'))
			return out;
		m->s++;
	}
}

enum nono_regex_reach nono_seatbelt_regex(const char *text, size_t len, bool raw)
{
	bool everything = true;

	for (size_t i = 0; i < NONO_ARRAY_SIZE(samples); i++) {
		struct matcher m = {.s = text, .end = text + len, .raw = raw, .text = samples[i]};

		m.len = strlen(samples[i]);
		/* It may begin anywhere and end anywhere. */
		everything &= take_choice(&m, ((offsets)2 << m.len) - 1) != 0;
		if (m.unclear || m.s != m.end)
			return NONO_REGEX_UNCLEAR;
	}
	return everything ? NONO_REGEX_EVERYTHING : NONO_REGEX_SOME;
}
