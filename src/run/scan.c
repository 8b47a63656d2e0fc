/* scan.c - finding the lines that tell of a refusal, fast.  SPDX-License-Identifier: Apache-2.0 */
#include "run/scan.h"

#include "base/util.h"

/*
 * Each refusal text (scan_line.c) has one of these in it. The search is Wu and Manber's (1994) with blocks of two
 * letters: only the last two of each window of four are looked at, and mostly they say that three bytes can be skipped.
 */
static const char *const anchors[] = {"perm", "read", "eacc", "erof", "path"};
#define ANCHOR_LEN 4
#define REFUSAL_ANCHORS 4 /* the last one is npm's, see take_npm */

/* Five bits of each byte tell letters apart and upper from lower case not. */
static size_t block(const char *p)
{
	return (size_t)((unsigned char)p[0] & 31) << 5 | ((unsigned char)p[1] & 31);
}

void nono_scan_init(struct nono_scan *scan)
{
	scan->found = (struct nono_observed_list){0};
	scan->len = 0;
	scan->skipping = scan->npm_refused = false;
	memset(scan->shift, ANCHOR_LEN - 1, sizeof(scan->shift));
	for (size_t i = 0; i < NONO_ARRAY_SIZE(anchors); i++) {
		for (size_t at = 0; at < ANCHOR_LEN - 1; at++) {
			uint8_t *shift = &scan->shift[block(anchors[i] + at)];
			uint8_t here = (uint8_t)(ANCHOR_LEN - 2 - at);

			if (here < *shift)
				*shift = here;
		}
	}
}

static bool is_anchor(const char *p, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strncasecmp(p, anchors[i], ANCHOR_LEN) == 0)
			return true;
	return false;
}

/* The first of so many anchors in [@p, @end), or NULL. */
static const char *find_anchor(const struct nono_scan *scan, size_t count, const char *p, const char *end)
{
	while (end - p >= ANCHOR_LEN) {
		uint8_t shift = scan->shift[block(p + ANCHOR_LEN - 2)];

		if (shift == 0 && is_anchor(p, count))
			return p;
		p += shift ? shift : 1;
	}
	return NULL;
}

/* What follows @start on the line; NULL where it does not begin so. */
static const char *after(const char *line, const char *end, const char *start)
{
	size_t len = strlen(start);

	return (size_t)(end - line) > len && memcmp(line, start, len) == 0 ? line + len : NULL;
}

/* "npm error code EACCES", and some lines later "npm error path /x"; older ones say "npm ERR!". */
static void take_npm(struct nono_scan *scan, const char *line, const char *end)
{
	const char *said = after(line, end, "npm error ");
	const char *path;

	if (!said)
		said = after(line, end, "npm ERR! ");
	if (!said)
		return;
	path = after(said, end, "path ");
	if (path && scan->npm_refused)
		nono_observed_add(&scan->found, path, (size_t)(end - path), NONO_OP_HINT_READ, true);
	if (path)
		scan->npm_refused = false;
	else if (after(said, end, "code E"))
		scan->npm_refused = find_anchor(scan, REFUSAL_ANCHORS, said, end) != NULL;
}

static void take_line(struct nono_scan *scan, const char *line, size_t len)
{
	if (len > NONO_OBSERVED_LINE_BYTES)
		len = NONO_OBSERVED_LINE_BYTES;
	take_npm(scan, line, line + len);
	if (find_anchor(scan, REFUSAL_ANCHORS, line, line + len))
		nono_scan_line(line, len, &scan->found);
}

/* Whole lines only: hop from anchor to anchor, and look at the line around each. */
static void take_lines(struct nono_scan *scan, const char *data, const char *end)
{
	const char *anchor;

	while ((anchor = find_anchor(scan, NONO_ARRAY_SIZE(anchors), data, end))) {
		const char *before = memrchr(data, '\n', (size_t)(anchor - data));
		const char *line = before ? before + 1 : data;
		const char *stop = memchr(anchor, '\n', (size_t)(end - anchor));

		take_line(scan, line, (size_t)(stop - line));
		data = stop + 1;
	}
}

/* Part of a line whose end has not come: keep as much as fits. */
static void keep(struct nono_scan *scan, const char *data, size_t len)
{
	size_t room = sizeof(scan->line) - scan->len;

	if (scan->skipping)
		return;
	if (len > room) {
		len = room;
		scan->skipping = true;
	}
	memcpy(scan->line + scan->len, data, len);
	scan->len += len;
}

/* The end of a line that an earlier piece began; what follows it, or NULL if the line goes on. */
static const char *end_kept_line(struct nono_scan *scan, const char *data, size_t len)
{
	const char *stop = memchr(data, '\n', len);

	keep(scan, data, stop ? (size_t)(stop - data) : len);
	if (!stop)
		return NULL;
	take_line(scan, scan->line, scan->len);
	scan->len = 0;
	scan->skipping = false;
	return stop + 1;
}

void nono_scan_feed(struct nono_scan *scan, const char *data, size_t len)
{
	const char *end = data + len;
	const char *last;

	if (scan->found.len == NONO_OBSERVED_PATHS || len == 0)
		return;
	if (scan->len > 0) {
		data = end_kept_line(scan, data, len);
		if (!data)
			return;
	}
	last = memrchr(data, '\n', (size_t)(end - data));
	if (last) {
		take_lines(scan, data, last + 1);
		data = last + 1;
	}
	keep(scan, data, (size_t)(end - data));
}

void nono_scan_finish(struct nono_scan *scan, struct nono_observed_list *ret)
{
	take_line(scan, scan->line, scan->len);
	scan->len = 0;
	*ret = TAKE(scan->found);
}

void nono_scan_done(struct nono_scan *scan)
{
	nono_observed_done(&scan->found);
}

void nono_observed_add(struct nono_observed_list *list, const char *path, size_t len, enum nono_op_hint hint,
		       bool guessed)
{
	struct nono_observed *item;
	char *copy;

	if (len == 0 || len >= NONO_OBSERVED_PATH_BYTES || list->len == NONO_OBSERVED_PATHS)
		return;
	for (size_t i = 0; i < list->len; i++) {
		item = &list->items[i];
		if (item->hint == hint && strncmp(item->path, path, len) == 0 && item->path[len] == '\0')
			return;
	}
	if (!list->items)
		list->items = calloc(NONO_OBSERVED_PATHS, sizeof(*list->items));
	copy = list->items ? strndup(path, len) : NULL;
	if (!copy) {
		list->missed_errno = ENOMEM;
		return;
	}
	item = &list->items[list->len++];
	*item = (struct nono_observed){.path = copy, .hint = hint, .guessed = guessed};
	item->bare = !strchr(copy, '/');
}

void nono_observed_done(struct nono_observed_list *list)
{
	if (!list)
		return;
	for (size_t i = 0; i < list->len; i++)
		free(list->items[i].path);
	free(list->items);
	*list = (struct nono_observed_list){0};
}
