/* scan_line.c - what one line of error output says was refused.  SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"
#include "run/scan.h"
#include "run/scan_parts.h"

#define ESC '\033'
#define BEL '\007'
#define FIELDS_BACK 3

struct refusal {
	const char *text;
	bool is_code;	/* a constant's name: a word of its own */
	bool read_only; /* so it was not reading that was refused */
};

static const struct refusal refusals[] = {
	{"permission denied", false, false},
	{"operation not permitted", false, false},
	{"read-only file system", false, true},
	{"permissionerror", true, false},
	{"eacces", true, false},
	{"eperm", true, false},
	{"erofs", true, true},
};

/* Words that tell the operation, the most telling first. */
static const struct {
	const char *word;
	bool whole; /* else the beginning of one */
	enum nono_op_hint hint;
} hint_words[] = {
	{"unlink", false, NONO_OP_HINT_UNLINK},	 {"remov", false, NONO_OP_HINT_UNLINK},
	{"delet", false, NONO_OP_HINT_UNLINK},	 {"rmdir", false, NONO_OP_HINT_UNLINK},
	{"rm", true, NONO_OP_HINT_UNLINK},	 {"creat", false, NONO_OP_HINT_CREATE},
	{"mkdir", false, NONO_OP_HINT_CREATE},	 {"mkdtemp", true, NONO_OP_HINT_CREATE},
	{"mkstemp", false, NONO_OP_HINT_CREATE}, {"mknod", false, NONO_OP_HINT_CREATE},
	{"mkfifo", true, NONO_OP_HINT_CREATE},	 {"touch", false, NONO_OP_HINT_CREATE},
	{"symlink", true, NONO_OP_HINT_CREATE},	 {"link", true, NONO_OP_HINT_CREATE},
	{"ln", true, NONO_OP_HINT_CREATE},	 {"exec", false, NONO_OP_HINT_EXEC},
	{"spawn", false, NONO_OP_HINT_EXEC},	 {"writ", false, NONO_OP_HINT_WRITE},
	{"append", false, NONO_OP_HINT_WRITE},	 {"truncat", false, NONO_OP_HINT_WRITE},
	{"overwrit", false, NONO_OP_HINT_WRITE}, {"save", true, NONO_OP_HINT_WRITE},
	{"tee", true, NONO_OP_HINT_WRITE},	 {"read", true, NONO_OP_HINT_READ},
	{"reading", true, NONO_OP_HINT_READ},	 {"list", true, NONO_OP_HINT_READ},
	{"scandir", true, NONO_OP_HINT_READ},	 {"opendir", true, NONO_OP_HINT_READ},
	{"stat", true, NONO_OP_HINT_READ},	 {"lstat", true, NONO_OP_HINT_READ},
	{"cat", true, NONO_OP_HINT_READ},
};

/* Words before "Permission denied" that are no file: what perror is given, and the ends of phrases. */
static const char *const no_names[] = {
	"open",	   "openat",	"read",	     "write",	"close",   "stat",   "lstat",	"access", "socket", "bind",
	"connect", "listen",	"accept",    "mount",	"umount",  "ptrace", "chown",	"chmod",  "chroot", "setuid",
	"setgid",  "setgroups", "fork",	     "clone",	"exec",	   "execve", "execvp",	"kill",	  "ioctl",  "mmap",
	"prctl",   "unshare",	"error",     "fatal",	"warning", "failed", "failure", "denied", "create", "execute",
	"remove",  "file",	"directory", "command", "exited",  "device", "it",	"this",	  "with",   "because",
};

/* A line with one of these speaks of a file with its last word. */
static const char *const phrase_words[] = {"cannot", "can't", "could",	"unable", "failed", "open",   "fork/exec",
					   "stat",   "lstat", "access", "chdir",  "chmod",  "rename", "opening"};

static bool word_is(const char *word, size_t len, const char *known, bool whole)
{
	size_t known_len = strlen(known);

	return strncasecmp(word, known, len < known_len ? len : known_len) == 0 &&
	       (whole ? len == known_len : len >= known_len);
}

static bool is_listed(const char *const *list, size_t count, const char *word, size_t len)
{
	for (size_t i = 0; i < count; i++)
		if (word_is(word, len, list[i], true))
			return true;
	return false;
}

/* Bytes of the escape sequence at @p: colours (CSI), titles and links (OSC), others two. */
static size_t escape_len(const char *p, size_t room)
{
	size_t len = 2;

	if (room < 2)
		return room;
	if (p[1] == '[') {
		while (len < room && (unsigned char)p[len] >= 0x20 && (unsigned char)p[len] < 0x40)
			len++;
		return len < room ? len + 1 : room;
	}
	if (p[1] == ']') {
		while (len < room && p[len] != BEL && p[len] != ESC)
			len++;
		return len < room && p[len] == BEL ? len + 1 : len;
	}
	return len;
}

static void blank_escapes(struct nono_scan_parts *parts)
{
	for (size_t at = 0; at < parts->len; at++) {
		size_t len;

		if (parts->plain[at] != ESC)
			continue;
		len = escape_len(parts->plain + at, parts->len - at);
		nono_scan_blank(parts, at, len);
		at += len - 1;
	}
}

static bool is_refusal(const char *text, size_t len, size_t at, const struct refusal *r)
{
	size_t word = strlen(r->text);
	const char *p = text + at;

	if (word > len - at || strncasecmp(p, r->text, word) != 0)
		return false;
	if (!r->is_code)
		return true;
	return (at == 0 || !isalnum((unsigned char)p[-1])) && (word == len - at || !isalnum((unsigned char)p[word]));
}

bool nono_scan_tells(const char *text, size_t len)
{
	for (size_t at = 0; at < len; at++)
		for (size_t i = 0; i < NONO_ARRAY_SIZE(refusals); i++)
			if (is_refusal(text, len, at, &refusals[i]))
				return true;
	return false;
}

struct told {
	size_t first; /* where the first refusal begins; parts->len: there is none */
	size_t after; /* where the last one ends */
	bool read_only;
};

/* Finds the refusals and blanks them: their own words ("read") are no hints. */
static struct told take_refusals(struct nono_scan_parts *parts)
{
	struct told told = {.first = parts->len};

	for (size_t at = 0; at < parts->len; at++) {
		for (size_t i = 0; i < NONO_ARRAY_SIZE(refusals); i++) {
			if (!is_refusal(parts->plain, parts->len, at, &refusals[i]))
				continue;
			if (told.first == parts->len)
				told.first = at;
			told.after = at + strlen(refusals[i].text);
			told.read_only |= refusals[i].read_only;
			nono_scan_blank(parts, at, told.after - at);
			at = told.after - 1;
			break;
		}
	}
	return told;
}

/* The hint of the words that are left; the table's first match wins, not the line's. */
static enum nono_op_hint find_hint(const struct nono_scan_parts *parts, const struct told *told, bool *ret_guessed)
{
	size_t best = NONO_ARRAY_SIZE(hint_words);

	for (size_t at = 0, end; at < parts->len; at = end + 1) {
		for (end = at; end < parts->len && isalpha((unsigned char)parts->plain[end]); end++)
			;
		for (size_t i = 0; i < best; i++)
			if (word_is(parts->plain + at, end - at, hint_words[i].word, hint_words[i].whole))
				best = i;
	}
	*ret_guessed = best == NONO_ARRAY_SIZE(hint_words);
	if (!*ret_guessed)
		return hint_words[best].hint;
	return told->read_only ? NONO_OP_HINT_WRITE : NONO_OP_HINT_READ;
}

static bool is_number(const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isdigit((unsigned char)word[i]))
			return false;
	return true;
}

/* Could a word be a file's name, where a name would stand. */
static bool is_name(const char *word, size_t len)
{
	if (len == 0 || word[0] == '-' || is_number(word, len) || memmem(word, len, "//", 2))
		return false;
	if (memchr(word, '@', len) && !memchr(word, '/', len))
		return false; /* user@host */
	return !is_listed(no_names, NONO_ARRAY_SIZE(no_names), word, len);
}

/* Takes a word if it can be a name. */
static bool take_name(struct nono_scan_parts *parts, struct nono_span word)
{
	word = nono_scan_trim(parts->plain, word);
	if (!is_name(parts->plain + word.at, word.len))
		return false;
	nono_scan_take(parts, word.at, word.len);
	return true;
}

static bool has_phrase_word(const char *text, size_t len)
{
	while (len > 0) {
		const char *space = memchr(text, ' ', len);
		size_t word = space ? (size_t)(space - text) : len;

		if (is_listed(phrase_words, NONO_ARRAY_SIZE(phrase_words), text, word))
			return true;
		for (size_t i = 0; i < NONO_ARRAY_SIZE(hint_words); i++)
			if (word_is(text, word, hint_words[i].word, hint_words[i].whole))
				return true;
		len -= space ? word + 1 : word;
		text += space ? word + 1 : word;
	}
	return false;
}

static bool has_control(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (nono_scan_is_control(text[i]))
			return true;
	return false;
}

/* What dash says of a redirection: the rest is the name, spaces and all. */
static bool take_redirection(struct nono_scan_parts *parts, struct nono_span field)
{
	static const char *const phrases[] = {"cannot create ", "cannot open "};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(phrases); i++) {
		size_t len = strlen(phrases[i]);

		if (field.len <= len || memcmp(parts->plain + field.at, phrases[i], len) != 0 ||
		    !nono_scan_is_rooted(parts->plain + field.at + len, field.len - len))
			continue;
		nono_scan_take(parts, field.at + len, field.len - len);
		return true;
	}
	return false;
}

/*
 * One field of "program: name: refusal". A field by itself is a name; so is one with spaces that begins like a path,
 * but not in the first place, where a sentence would begin; of a phrase ("cannot create name") its last word is.
 */
static bool take_field(struct nono_scan_parts *parts, struct nono_span field)
{
	const char *text = parts->plain + field.at;
	const char *space = memrchr(text, ' ', field.len);
	bool first = field.at == 0;

	if (field.len == 0 || has_control(text, field.len))
		return false;
	if (!space)
		return (!first || memchr(text, '/', field.len)) && take_name(parts, field);
	if (nono_scan_is_rooted(text, field.len)) {
		if (first)
			return false;
		nono_scan_take(parts, field.at, field.len);
		return true;
	}
	if (take_redirection(parts, field))
		return true;
	if (!has_phrase_word(text, field.len))
		return false;
	return take_name(
		parts, (struct nono_span){(size_t)(space + 1 - parts->plain), (size_t)(text + field.len - space - 1)});
}

/* Where the field that ends at @end begins: behind the last ": ". */
static size_t field_start(const char *text, size_t end)
{
	for (size_t at = end; at >= 2; at--)
		if (text[at - 2] == ':' && text[at - 1] == ' ')
			return at;
	return 0;
}

static void take_fields_before(struct nono_scan_parts *parts, size_t end)
{
	const char *text = parts->plain;

	for (int i = 0; i < FIELDS_BACK; i++) {
		size_t start;

		while (end > 0 && strchr(" :,(", text[end - 1]))
			end--;
		start = field_start(text, end);
		if (take_field(parts, (struct nono_span){start, end - start}))
			return;
		end = start;
	}
}

/* "refusal: name" */
static void take_field_after(struct nono_scan_parts *parts, size_t at)
{
	size_t len;

	if (parts->len - at < 3 || memcmp(parts->plain + at, ": ", 2) != 0)
		return;
	at += 2;
	len = parts->len - at;
	if (!memchr(parts->plain + at, ' ', len) && !has_control(parts->plain + at, len))
		(void)take_name(parts, (struct nono_span){at, len});
}

/* "/bin/rm: cannot remove 'x'": what a line begins with is the program that speaks, where another path is named. */
static bool is_speaker(const char *line, const struct nono_scan_parts *parts, struct nono_span span)
{
	size_t end = span.at + span.len;

	return span.at == 0 && parts->count > 1 && parts->len - end >= 2 && line[end] == ':' && line[end + 1] == ' ';
}

/* What the speaker is called (cat, rm) hints at what it did. */
static void show_speaker(struct nono_scan_parts *parts, const char *line)
{
	for (size_t i = 0; i < parts->count; i++) {
		const char *name = line + parts->spans[i].at, *slash = memrchr(name, '/', parts->spans[i].len);

		if (is_speaker(line, parts, parts->spans[i]) && slash)
			memcpy(parts->plain + (slash - line), slash, parts->spans[i].len - (size_t)(slash - name));
	}
}

static void add_name(struct nono_observed_list *found, const char *name, size_t len, enum nono_op_hint hint,
		     bool guessed)
{
	char plain[NONO_OBSERVED_PATH_BYTES];
	size_t plain_len = nono_scan_unquote(name, len, plain);

	if (plain_len)
		nono_observed_add(found, plain, plain_len, hint, guessed);
	else
		nono_observed_add(found, name, len, hint, guessed);
}

void nono_scan_line(const char *line, size_t len, struct nono_observed_list *found)
{
	struct nono_scan_parts parts;
	enum nono_op_hint hint;
	struct told told;
	bool guessed;

	parts.count = 0;
	parts.len = len < sizeof(parts.plain) ? len : sizeof(parts.plain);
	memcpy(parts.plain, line, parts.len);
	blank_escapes(&parts);
	told = take_refusals(&parts);
	if (told.first == parts.len)
		return;
	nono_scan_take_quoted(&parts);
	if (parts.count == 0) {
		take_fields_before(&parts, told.first);
		take_field_after(&parts, told.after);
	}
	nono_scan_take_rooted(&parts);
	show_speaker(&parts, line);
	hint = find_hint(&parts, &told, &guessed);
	for (size_t i = 0; i < parts.count; i++)
		if (!is_speaker(line, &parts, parts.spans[i]))
			add_name(found, line + parts.spans[i].at, parts.spans[i].len, hint, guessed);
}
