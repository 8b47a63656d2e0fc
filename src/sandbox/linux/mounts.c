/* mounts.c - what is mounted where.  SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/linux/mounts.h"

#include <fcntl.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/util.h"
#include "policy/path.h"

enum { FIELD_ID = 0, FIELD_DEVICE = 2, FIELD_ROOT = 3, FIELD_POINT = 4, FIELDS };

void nono_mounts_done(struct nono_mounts *m)
{
	if (!m)
		return;
	free(m->text);
	free(m->items);
	*m = (struct nono_mounts){0};
}

static bool is_octal(const char *at)
{
	return at[0] >= '0' && at[0] <= '3' && at[1] >= '0' && at[1] <= '7' && at[2] >= '0' && at[2] <= '7';
}

/* Blanks, newlines and backslashes are written as three octal digits. In place: it only gets shorter. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from;) {
		if (from[0] == '\\' && is_octal(from + 1)) {
			*to++ = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
}

static int add_line(struct nono_mounts *m, char *line, struct nono_error *err)
{
	char *fields[FIELDS] = {NULL}, *rest = line;
	struct nono_mount *items;

	for (size_t i = 0; i < FIELDS; i++) {
		fields[i] = strsep(&rest, " ");
		if (!fields[i])
			return nono_fail(err, NONO_E_PARSE, 0, "/proc/self/mountinfo: a line is not what it should be");
	}
	if (m->len >= NONO_MOUNTS)
		return nono_fail(err, NONO_E_LIMIT, 0, "more than %d mounts", NONO_MOUNTS);
	items = nono_grow(m->items, m->len, &m->room, sizeof(*items));
	if (!items)
		return nono_nomem(err);
	m->items = items;
	unescape(fields[FIELD_ROOT]);
	unescape(fields[FIELD_POINT]);
	m->items[m->len++] = (struct nono_mount){
		.id = strtoull(fields[FIELD_ID], NULL, 10),
		.device = fields[FIELD_DEVICE],
		.root = fields[FIELD_ROOT],
		.point = fields[FIELD_POINT],
	};
	return 0;
}

int nono_mounts_parse(char *text, struct nono_mounts *ret, struct nono_error *err)
{
	_cleanup_(nono_mounts_done) struct nono_mounts m = {.text = text};
	char *rest = text, *line;
	int rc = 0;

	while (rc == 0 && (line = strsep(&rest, "\n")))
		rc = *line ? add_line(&m, line, err) : 0;
	if (rc == 0)
		*ret = TAKE(m);
	return rc;
}

/* Files of /proc have no size to be asked for. */
static int read_text(int fd, char **ret, struct nono_error *err)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};
	char piece[4096];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) > 0 && out.len < NONO_MOUNTINFO_BYTES)
		nono_buf_add(&out, piece, (size_t)n);
	if (n < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot read /proc/self/mountinfo");
	if (n > 0)
		return nono_fail(err, NONO_E_LIMIT, 0, "/proc/self/mountinfo is larger than %d bytes",
				 NONO_MOUNTINFO_BYTES);
	*ret = nono_buf_take(&out);
	return *ret ? 0 : nono_nomem(err);
}

int nono_mounts_read(struct nono_mounts *ret, struct nono_error *err)
{
	_cleanup_(nono_closep) int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	char *text = NULL;
	int rc;

	if (fd < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot open /proc/self/mountinfo: is /proc mounted?");
	rc = read_text(fd, &text, err);
	return rc < 0 ? rc : nono_mounts_parse(text, ret, err);
}

static const struct nono_mount *find_mount(const struct nono_mounts *m, const char *real, uint64_t id)
{
	for (size_t i = 0; i < m->len; i++)
		if (m->items[i].id == id && nono_path_is_within(real, m->items[i].point))
			return &m->items[i];
	return NULL;
}

/* @path without @prefix, which it is within: "" or "/...". */
static const char *rest_of(const char *path, const char *prefix)
{
	const char *rest = path + (prefix[1] ? strlen(prefix) : 0);

	return strcmp(rest, "/") == 0 ? "" : rest;
}

/* "/a" and "/b" are "/a/b"; "/" and "" are "/". NULL without memory. */
static char *append(const char *dir, const char *rest)
{
	if (!*rest)
		return strdup(dir);
	return nono_path_join(dir[1] ? dir : "", rest + 1);
}

int nono_mounts_aliases(const struct nono_mounts *m, const char *real, uint64_t id, nono_mounts_fn fn, void *arg,
			struct nono_error *err)
{
	const struct nono_mount *home = find_mount(m, real, id);
	_cleanup_(nono_freep) char *inside = home ? append(home->root, rest_of(real, home->point)) : NULL;
	int rc = 0;

	if (!home)
		return 0;
	if (!inside)
		return nono_nomem(err);
	for (size_t i = 0; i < m->len && rc == 0; i++) {
		const struct nono_mount *other = &m->items[i];
		_cleanup_(nono_freep) char *path = NULL;

		if (other == home || strcmp(other->device, home->device) != 0)
			continue;
		if (nono_path_is_within(inside, other->root))
			path = append(other->point, rest_of(inside, other->root));
		else if (nono_path_is_below(other->root, inside))
			path = strdup(other->point);
		else
			continue;
		if (!path)
			return nono_nomem(err);
		if (!nono_path_is_within(path, real))
			rc = fn(arg, path, other->id, err);
	}
	return rc;
}
