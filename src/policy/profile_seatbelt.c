/* profile_seatbelt.c - the shape of raw Seatbelt rules.  SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/util.h"
#include "policy/profile_keys.h"

#define BLANKS " \t\r\n"
#define UNBALANCED "brackets or quotes do not match; write one whole rule, such as (allow sysctl-read)"
#define COMMENTED "comments could hide what it allows; leave them out"
#define WHOLE_DISK "it would open every file; name the directories that are needed"

/* One rule at the outermost level, as far as it was read. */
struct rule {
	size_t depth, words;
	bool allow;
	bool files;    /* it is about reading or writing files, or about everything */
	bool filtered; /* it has a condition */
	bool subpath;  /* the last word was subpath */
	bool root;     /* a condition is (subpath "/") */
};

static bool word_is(const char *word, size_t len, const char *what)
{
	return len == strlen(what) && strncmp(word, what, len) == 0;
}

static void take_word(struct rule *r, const char *word, size_t len)
{
	static const char *const file_words[] = {"file-read*", "file-write*", "file*", "default"};

	if (word_is(word, len, "#")) /* of #"raw text" */
		return;
	if (r->depth == 1 && r->words++ == 0)
		r->allow = word_is(word, len, "allow");
	for (size_t i = 0; r->depth == 1 && i < NONO_ARRAY_SIZE(file_words); i++)
		r->files |= word_is(word, len, file_words[i]);
	r->subpath = word_is(word, len, "subpath");
}

/* "/", and other ways to write it. */
static void take_string(struct rule *r, const char *text, size_t len)
{
	r->root |= r->subpath && len > 0 && strspn(text, "/.\\") >= len;
	r->subpath = false;
}

/* Past a string that begins at @s, or NULL where it does not end. */
static const char *string_end(const char *s)
{
	for (s++; *s && *s != '"'; s++)
		if (*s == '\\' && s[1])
			s++;
	return *s ? s + 1 : NULL;
}

static bool opens_disk(const struct rule *r)
{
	return r->allow && r->files && (r->root || !r->filtered);
}

/* One token; past it, or NULL with *ret_problem set. */
static const char *take_token(struct rule *r, const char *s, const char **ret_problem)
{
	const char *end;

	*ret_problem = UNBALANCED;
	if (*s == '(') {
		r->filtered |= r->depth > 0;
		r->depth++;
		return s + 1;
	}
	if (r->depth == 0)
		return NULL;
	if (*s == ')') {
		if (--r->depth == 0 && opens_disk(r)) {
			*ret_problem = WHOLE_DISK;
			return NULL;
		}
		return s + 1;
	}
	if (*s == '"') {
		end = string_end(s);
		if (end)
			take_string(r, s + 1, (size_t)(end - s) - 2);
		return end;
	}
	end = s + strcspn(s, BLANKS "()\";");
	if (end == s || (*s == '#' && end - s > 1 && s[1] == '|')) {
		*ret_problem = COMMENTED;
		return NULL;
	}
	take_word(r, s, (size_t)(end - s));
	return end;
}

const char *nono_check_seatbelt(const char *text)
{
	struct rule r = {0};
	const char *problem = UNBALANCED;

	if (text[0] != '(')
		return "a rule begins with (";
	for (const char *s = text; *s;) {
		if (strchr(BLANKS, *s)) {
			s++;
			continue;
		}
		if (r.depth == 0)
			r = (struct rule){0};
		s = take_token(&r, s, &problem);
		if (!s)
			return problem;
	}
	return r.depth == 0 ? NULL : UNBALANCED;
}
