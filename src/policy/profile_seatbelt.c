/* profile_seatbelt.c - what raw Seatbelt rules may say.  SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/util.h"
#include "policy/profile_keys.h"

#define BLANKS " \t\r\n"
#define UNBALANCED "brackets or quotes do not match; write one whole rule, such as (allow sysctl-read)"
#define COMMENTED "comments could hide what it allows; leave them out"
#define WHOLE_DISK "it would open every file; name the directories that are needed"
#define UNCLEAR \
	"which files its regular expression means cannot be told; write a simpler one, or (subpath \"/DIRECTORY\")"

/* What the strings are that follow. */
enum words { WORDS_OTHER, WORDS_SUBPATH, WORDS_PREFIX, WORDS_REGEX };

/* One rule at the outermost level, as far as it was read. */
struct rule {
	size_t depth, words;
	bool allow;
	bool files;	  /* it is about reading or writing files, or about everything */
	bool filtered;	  /* it has a condition */
	bool head;	  /* a bracket was the last token */
	bool raw;	  /* # was */
	bool root;	  /* a condition holds for every file */
	bool unclear;	  /* or may do so */
	size_t all_depth; /* of the outermost require-all that is open; 0: none is */
	enum words strings;
};

static bool word_is(const char *word, size_t len, const char *what)
{
	return len == strlen(what) && strncmp(word, what, len) == 0;
}

/* The first word in a bracket within the rule. */
static void take_filter(struct rule *r, const char *word, size_t len)
{
	static const char *const names[] = {
		[WORDS_SUBPATH] = "subpath", [WORDS_PREFIX] = "prefix", [WORDS_REGEX] = "regex"};

	r->filtered |= !word_is(word, len, "with"); /* how it is logged, say */
	for (size_t i = WORDS_SUBPATH; i < NONO_ARRAY_SIZE(names); i++)
		if (word_is(word, len, names[i]))
			r->strings = (enum words)i;
	if (r->all_depth)
		return;
	if (word_is(word, len, "require-all"))
		r->all_depth = r->depth;
	r->root |= word_is(word, len, "require-not"); /* all but a few */
}

static void take_word(struct rule *r, const char *word, size_t len)
{
	static const char *const file_words[] = {"file-read*", "file-read-data",  "file-write*",
						 "file*",      "file-write-data", "default"};
	bool head = r->head;

	if (word_is(word, len, "#")) { /* of #"raw text" */
		r->raw = true;
		return;
	}
	r->head = false;
	r->strings = WORDS_OTHER;
	if (head && r->depth > 1)
		take_filter(r, word, len);
	if (r->depth == 1 && r->words++ == 0)
		r->allow = word_is(word, len, "allow");
	for (size_t i = 0; r->depth == 1 && i < NONO_ARRAY_SIZE(file_words); i++)
		r->files |= word_is(word, len, file_words[i]);
}

/* "/", and other ways to write it. */
static void take_string(struct rule *r, const char *text, size_t len)
{
	bool raw = r->raw;

	r->head = r->raw = false;
	if (r->strings == WORDS_SUBPATH)
		r->root |= len > 0 && strspn(text, "/.\\") >= len;
	if (r->strings == WORDS_PREFIX)
		r->root |= strspn(text, "/\\") >= len;
	if (r->strings == WORDS_REGEX) {
		enum nono_regex_reach reach = nono_seatbelt_regex(text, len, raw);

		r->root |= reach == NONO_REGEX_EVERYTHING;
		r->unclear |= reach == NONO_REGEX_UNCLEAR;
	}
}

/* Past a string that begins at @s, or NULL where it does not end. */
static const char *string_end(const char *s)
{
	for (s++; *s && *s != '"'; s++)
		if (*s == '\\' && s[1])
			s++;
	return *s ? s + 1 : NULL;
}

/* At the end of a rule: NULL, or what is wrong with it. */
static const char *judge(const struct rule *r)
{
	if (!r->allow || !r->files)
		return NULL;
	if (r->root || !r->filtered)
		return WHOLE_DISK;
	return r->unclear ? UNCLEAR : NULL;
}

static const char *close_bracket(struct rule *r, const char *s, const char **ret_problem)
{
	if (r->depth == r->all_depth)
		r->all_depth = 0;
	r->strings = WORDS_OTHER;
	r->head = r->raw = false;
	if (--r->depth > 0)
		return s + 1;
	*ret_problem = judge(r);
	return *ret_problem ? NULL : s + 1;
}

/* One token; past it, or NULL with *ret_problem set. */
static const char *take_token(struct rule *r, const char *s, const char **ret_problem)
{
	const char *end;

	*ret_problem = UNBALANCED;
	if (*s == '(') {
		r->depth++;
		r->head = true;
		r->raw = false;
		r->strings = WORDS_OTHER;
		return s + 1;
	}
	if (r->depth == 0)
		return NULL;
	if (*s == ')')
		return close_bracket(r, s, ret_problem);
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
