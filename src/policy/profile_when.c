/* profile_when.c - does a predicate hold on this system.  SPDX-License-Identifier: Apache-2.0 */
#include "policy/profile_when.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

#define WHEN_PARTS 4 /* system, ID, version, variant */
#define WHEN_BYTES (NONO_WHEN_MOST + 1)
#define VERSION_NUMBERS 16 /* dotted parts that are compared */

#ifdef __APPLE__
#define HOST_OS "macos"
#else
#define HOST_OS "linux"
#endif

enum part { PART_ID, PART_VERSION, PART_VARIANT, PART_NONE };

/* What may follow each system's word. */
static const struct {
	const char *os;
	enum part parts[WHEN_PARTS - 1];
} systems[] = {
	{"linux", {PART_ID, PART_VERSION, PART_VARIANT}},
	{"macos", {PART_VERSION, PART_NONE, PART_NONE}},
	{"windows", {PART_VERSION, PART_VARIANT, PART_NONE}},
};

/* Two characters first, so that >= is not taken for > */
static const char *const comparisons[] = {"==", ">=", "<=", ">", "<"};

const char *nono_when_os(void)
{
	return HOST_OS;
}

static bool is_word(const char *s)
{
	return *s && !s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")];
}

static size_t comparison_len(const char *s)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(comparisons); i++)
		if (nono_has_prefix(s, comparisons[i]))
			return strlen(comparisons[i]);
	return 0;
}

static bool is_version(const char *s)
{
	const char *digits = s + comparison_len(s);
	bool number = false;

	for (s = digits; *s; s++) {
		if (*s >= '0' && *s <= '9')
			number = true;
		else if (*s != '.' || !number || !s[1])
			return false;
		else
			number = false;
	}
	return number;
}

/* One dotted number after another; text after the numbers ("13-beta") does not count. */
static int version_compare(const char *a, const char *b)
{
	for (size_t i = 0; i < VERSION_NUMBERS; i++) {
		char *end_a, *end_b;
		unsigned long long x = strtoull(a, &end_a, 10), y = strtoull(b, &end_b, 10);

		if (x != y)
			return x < y ? -1 : 1;
		a = *end_a == '.' ? end_a + 1 : "";
		b = *end_b == '.' ? end_b + 1 : "";
	}
	return 0;
}

static bool version_holds(const char *wanted, const char *actual)
{
	size_t len = comparison_len(wanted);
	char first = len ? wanted[0] : '=';
	int order;

	if (*actual < '0' || *actual > '9')
		return false;
	order = version_compare(actual, wanted + len);
	if (order == 0)
		return first == '=' || len == 2;
	return order < 0 ? first == '<' : first == '>';
}

/* NAME=value of os-release, unquoted, into @room; "" where it is not there. */
static void os_release_get(const char *text, const char *name, char *room, size_t size)
{
	size_t name_len = strlen(name), len;

	room[0] = '\0';
	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, name_len) != 0 || line[name_len] != '=')
			continue;
		line += name_len + 1;
		line += *line == '"' || *line == '\'';
		len = strcspn(line, "\"'\r\n");
		if (len < size) {
			memcpy(room, line, len);
			room[len] = '\0';
		}
		return;
	}
}

static bool has_word(const char *list, const char *word, size_t len)
{
	while (*list) {
		size_t n = strcspn(list, " ");

		if (n == len && strncmp(list, word, len) == 0)
			return true;
		list += n + strspn(list + n, " ");
	}
	return false;
}

static bool id_holds(const char *wanted, const char *os_release)
{
	char id[WHEN_BYTES], like[4 * WHEN_BYTES];
	size_t len = strlen(wanted);

	os_release_get(os_release, "ID", id, sizeof(id));
	if (strcmp(wanted, id) == 0)
		return true;
	if (len <= 5 || strcmp(wanted + len - 5, "-like") != 0)
		return false;
	os_release_get(os_release, "ID_LIKE", like, sizeof(like));
	return has_word(id, wanted, len - 5) || has_word(like, wanted, len - 5);
}

static bool part_holds(enum part part, const char *wanted, const char *os_release)
{
	char actual[WHEN_BYTES];

	if (part == PART_ID)
		return id_holds(wanted, os_release);
	os_release_get(os_release, part == PART_VERSION ? "VERSION_ID" : "VARIANT_ID", actual, sizeof(actual));
	return part == PART_VERSION ? version_holds(wanted, actual) : strcmp(wanted, actual) == 0;
}

/* Cut @text at its colons. Returns the number of parts, WHEN_PARTS + 1 when there are more. */
static size_t split(char *text, char *parts[WHEN_PARTS])
{
	size_t count = 0;

	for (char *part = text; part; count++) {
		char *colon = strchr(part, ':');

		if (count == WHEN_PARTS)
			return WHEN_PARTS + 1;
		if (colon)
			*colon++ = '\0';
		parts[count] = part;
		part = colon;
	}
	return count;
}

static const char *test_parts(char *const *parts, size_t count, const struct nono_when_host *host, bool *ret)
{
	size_t i = 0;

	if (!is_word(parts[0]))
		return "a predicate begins with a system: linux, macos or windows";
	*ret = strcmp(parts[0], host->os) == 0;
	while (i < NONO_ARRAY_SIZE(systems) && strcmp(systems[i].os, parts[0]) != 0)
		i++;
	for (size_t n = 1; n < count; n++) {
		enum part part = i < NONO_ARRAY_SIZE(systems) ? systems[i].parts[n - 1] : PART_VARIANT;

		if (part == PART_NONE)
			return "too many parts; write linux:ID:VERSION:VARIANT, macos:VERSION or windows:VERSION:BUILD";
		if (part == PART_VERSION && !is_version(parts[n]))
			return "not a version; write numbers such as >=24.04";
		if (part != PART_VERSION && !parts[n][0])
			return "nothing between two colons; leave the colon out";
		if (i < NONO_ARRAY_SIZE(systems) && part != PART_VERSION && !is_word(parts[n]))
			return "not a name of letters, digits and . _ -";
		*ret = *ret && part_holds(part, parts[n], host->os_release);
	}
	return NULL;
}

const char *nono_when_test(const char *text, const struct nono_when_host *host, bool *ret)
{
	bool negated = text[0] == '!', holds = false;
	char copy[WHEN_BYTES];
	char *parts[WHEN_PARTS];
	size_t len = strlen(text + negated), count;
	const char *problem;

	if (len >= sizeof(copy))
		return "the predicate is too long";
	memcpy(copy, text + negated, len + 1);
	count = split(copy, parts);
	if (count > WHEN_PARTS)
		return "too many parts; write at most linux:ID:VERSION:VARIANT";
	problem = test_parts(parts, count, host, &holds);
	if (problem)
		return problem;
	*ret = holds != negated;
	return NULL;
}
