/* toml.c - keys, tables and lists of TOML.  SPDX-License-Identifier: Apache-2.0 */
#include "base/toml.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/json_text.h"
#include "base/jsontext.h"
#include "base/quote.h"
#include "base/toml_parts.h"
#include "base/util.h"

/* How a key came to be decides what may be said about it later. */
enum seen_kind {
	SEEN_VALUE,
	SEEN_TABLE,  /* had its [header] */
	SEEN_PARENT, /* of a [header]: may have its own later */
	SEEN_DOTTED, /* of a dotted key: open to more of them only */
};

struct seen {
	char *path; /* owned */
	enum seen_kind kind;
};

struct reader {
	struct nono_toml_text t;
	nono_toml_fn fn;
	void *arg;
	struct seen *seen; /* owned */
	size_t seen_count, seen_room;
	struct nono_buf table; /* the path of the last [header] */
	unsigned int depth;
};

static int read_value(struct reader *r, const char *path);

int nono_toml_fail(const char *file, const char *text, size_t offset, struct nono_error *err, const char *fmt, ...)
{
	char message[NONO_ERROR_BYTES];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	return nono_json_fail_offset(file, text, offset, err, NONO_E_PARSE, "%s", message);
}

#define fail_at(r, offset, ...) nono_toml_fail((r)->t.file, (r)->t.text, (offset), (r)->t.err, __VA_ARGS__)

/* ---- white space ---- */

static void skip_blanks(struct reader *r)
{
	while (nono_toml_starts(&r->t, " ") || nono_toml_starts(&r->t, "\t"))
		r->t.at++;
}

static void skip_comment(struct reader *r)
{
	if (nono_toml_starts(&r->t, "#"))
		while (r->t.at < r->t.len && r->t.text[r->t.at] != '\n')
			r->t.at++;
}

static void skip_lines(struct reader *r)
{
	size_t before;

	do {
		before = r->t.at;
		skip_blanks(r);
		skip_comment(r);
		r->t.at += nono_toml_starts(&r->t, "\r\n") ? 2 : nono_toml_starts(&r->t, "\n");
	} while (r->t.at != before);
}

static int end_of_line(struct reader *r)
{
	skip_blanks(r);
	skip_comment(r);
	if (r->t.at == r->t.len || nono_toml_starts(&r->t, "\n") || nono_toml_starts(&r->t, "\r\n"))
		return 0;
	return fail_at(r, r->t.at, "one key and its value a line: something follows them here");
}

/* ---- keys ---- */

static struct seen *find_seen(const struct reader *r, const char *path)
{
	for (size_t i = 0; i < r->seen_count; i++)
		if (strcmp(r->seen[i].path, path) == 0)
			return &r->seen[i];
	return NULL;
}

static int add_seen(struct reader *r, const char *path, enum seen_kind kind)
{
	struct seen *items;

	if (r->seen_count >= NONO_TOML_KEYS)
		return nono_fail(r->t.err, NONO_E_LIMIT, 0, "%s: more than %d keys", r->t.file, NONO_TOML_KEYS);
	items = nono_grow(r->seen, r->seen_count, &r->seen_room, sizeof(*items));
	if (!items)
		return nono_nomem(r->t.err);
	r->seen = items;
	items[r->seen_count] = (struct seen){strdup(path), kind};
	if (!items[r->seen_count].path)
		return nono_nomem(r->t.err);
	r->seen_count++;
	return 0;
}

/* One part of a key goes to the end of @path. */
static int read_part(struct reader *r, struct nono_buf *path)
{
	_cleanup_(nono_buf_done) struct nono_buf name = {0};
	struct nono_toml_text bare;
	size_t start = r->t.at, len;
	int rc = 0;

	if (nono_toml_starts(&r->t, "\"") || nono_toml_starts(&r->t, "'")) {
		rc = nono_toml_string(&r->t, false, &name);
		if (rc < 0)
			return rc;
	} else {
		len = nono_toml_bare(&r->t);
		if (!len)
			return fail_at(r, start, "expected a key: letters, digits, - and _, or text in quotes");
		nono_buf_add(&name, r->t.text + start, len);
		r->t.at += len;
	}
	if (name.failed)
		return nono_nomem(r->t.err);
	if (path->len)
		nono_buf_puts(path, ".");
	bare = (struct nono_toml_text){.text = name.data, .len = name.len};
	if (name.len && nono_toml_bare(&bare) == name.len)
		nono_buf_puts(path, name.data);
	else
		nono_json_string(path, name.data);
	return path->failed ? nono_nomem(r->t.err) : 0;
}

/* A parent of a key or of a header: may it be one? */
static int note_parent(struct reader *r, const char *path, enum seen_kind kind, size_t offset)
{
	const struct seen *seen = find_seen(r, path);

	if (!seen)
		return add_seen(r, path, kind);
	if (seen->kind == SEEN_VALUE)
		return fail_at(r, offset, "%s has a value already, so it cannot be a table", path);
	if (kind == SEEN_DOTTED && seen->kind != SEEN_DOTTED)
		return fail_at(r, offset, "the table %s is there already; put this key below its [header]", path);
	return 0;
}

static int note_itself(struct reader *r, const char *path, enum seen_kind kind, size_t offset)
{
	struct seen *seen = find_seen(r, path);

	if (!seen)
		return add_seen(r, path, kind);
	if (kind == SEEN_TABLE && seen->kind == SEEN_PARENT) {
		seen->kind = SEEN_TABLE;
		return 0;
	}
	return fail_at(r, offset, "%s is there twice; keep one", path);
}

/* A whole key, below what @path says already. */
static int read_key(struct reader *r, struct nono_buf *path, enum seen_kind kind)
{
	const enum seen_kind parents = kind == SEEN_TABLE ? SEEN_PARENT : SEEN_DOTTED;
	size_t offset = r->t.at;
	int rc = read_part(r, path);

	for (skip_blanks(r); rc == 0 && nono_toml_starts(&r->t, "."); skip_blanks(r)) {
		rc = note_parent(r, path->data, parents, offset);
		r->t.at++;
		skip_blanks(r);
		if (rc == 0)
			rc = read_part(r, path);
	}
	return rc < 0 ? rc : note_itself(r, path->data, kind, offset);
}

/* ---- values ---- */

static int pair(struct reader *r, const char *table)
{
	_cleanup_(nono_buf_done) struct nono_buf path = {0};
	int rc;

	nono_buf_puts(&path, table);
	rc = read_key(r, &path, SEEN_VALUE);
	if (rc < 0)
		return rc;
	if (!nono_toml_starts(&r->t, "="))
		return fail_at(r, r->t.at, "expected = and a value after the key %s", path.data);
	r->t.at++;
	skip_blanks(r);
	return read_value(r, path.data);
}

static int inline_table(struct reader *r, const char *path)
{
	int rc = 0;

	r->t.at++;
	skip_blanks(r);
	if (nono_toml_starts(&r->t, "}")) {
		r->t.at++;
		return 0;
	}
	while (rc == 0) {
		skip_blanks(r);
		rc = pair(r, path);
		skip_blanks(r);
		if (rc == 0 && nono_toml_starts(&r->t, "}")) {
			r->t.at++;
			return 0;
		}
		if (rc == 0 && !nono_toml_starts(&r->t, ","))
			return fail_at(r, r->t.at, "expected , or } in the table %s", path);
		r->t.at += rc == 0;
	}
	return rc;
}

/* Lists have no keys of their own: what is in them is read and checked, and only its kind is told. */
static int list(struct reader *r, const char *path, struct nono_toml_value *value)
{
	value->type = NONO_TOML_LIST;
	value->all_strings = true;
	r->t.at++;
	for (size_t i = 0;; i++) {
		_cleanup_(nono_freep) char *item = NULL;
		int rc;

		skip_lines(r);
		if (nono_toml_starts(&r->t, "]")) {
			r->t.at++;
			return 0;
		}
		if (asprintf(&item, "%s[%zu]", path, i) < 0) {
			item = NULL;
			return nono_nomem(r->t.err);
		}
		value->all_strings &= nono_toml_starts(&r->t, "\"") || nono_toml_starts(&r->t, "'");
		rc = read_value(r, item);
		if (rc < 0)
			return rc;
		skip_lines(r);
		if (!nono_toml_starts(&r->t, ",") && !nono_toml_starts(&r->t, "]"))
			return fail_at(r, r->t.at, "expected , or ] in the list %s", path);
		r->t.at += nono_toml_starts(&r->t, ",");
	}
}

static int simple_value(struct reader *r, const char *path)
{
	_cleanup_(nono_buf_done) struct nono_buf string = {0};
	struct nono_toml_value value = {.path = path, .string = "", .offset = r->t.at};
	int rc;

	if (nono_toml_starts(&r->t, "\"") || nono_toml_starts(&r->t, "'")) {
		rc = nono_toml_string(&r->t, true, &string);
		value.string = string.data;
	} else if (nono_toml_starts(&r->t, "[")) {
		rc = list(r, path, &value);
	} else {
		rc = nono_toml_word(&r->t, &value);
	}
	/* Items are told with their list, not by themselves. */
	if (rc == 0 && path[strlen(path) - 1] != ']')
		rc = r->fn(r->arg, &value, r->t.err);
	return rc;
}

static int read_value(struct reader *r, const char *path)
{
	int rc;

	if (r->depth >= NONO_JSON_DEPTH)
		return nono_fail(r->t.err, NONO_E_LIMIT, 0, "%s: more than %d levels of lists and tables", r->t.file,
				 NONO_JSON_DEPTH);
	r->depth++;
	rc = nono_toml_starts(&r->t, "{") ? inline_table(r, path) : simple_value(r, path);
	r->depth--;
	return rc;
}

/* ---- lines ---- */

static int header(struct reader *r)
{
	size_t offset = r->t.at++;
	int rc;

	if (nono_toml_starts(&r->t, "["))
		return fail_at(r, offset, "no setting is a list of tables; write [name] with one bracket");
	nono_buf_done(&r->table);
	skip_blanks(r);
	rc = read_key(r, &r->table, SEEN_TABLE);
	if (rc < 0)
		return rc;
	if (!nono_toml_starts(&r->t, "]"))
		return fail_at(r, r->t.at, "expected ] after the name of the table");
	r->t.at++;
	return end_of_line(r);
}

static int read_lines(struct reader *r)
{
	int rc = 0;

	for (skip_lines(r); rc == 0 && r->t.at < r->t.len; skip_lines(r)) {
		if (nono_toml_starts(&r->t, "[")) {
			rc = header(r);
		} else {
			rc = pair(r, r->table.data ? r->table.data : "");
			if (rc == 0)
				rc = end_of_line(r);
		}
	}
	return rc;
}

/* Well-formed UTF-8, and no control characters but tabs and ends of lines. */
static int check_bytes(const struct reader *r)
{
	const struct nono_toml_text *t = &r->t;
	size_t n;

	for (size_t i = 0; i < t->len; i += n) {
		unsigned char c = (unsigned char)t->text[i];
		bool end = c == '\n' || (c == '\r' && i + 1 < t->len && t->text[i + 1] == '\n');

		n = nono_utf8_decode(t->text + i, t->len - i, NULL);
		if (n == 0)
			return fail_at(r, i, "byte 0x%02x is not UTF-8; save the file as UTF-8", c);
		if ((c < 0x20 && c != '\t' && !end) || c == 0x7f)
			return fail_at(r, i, "a control character; in a string write \\u%04x", c);
	}
	return 0;
}

int nono_toml_read(const char *file, const char *text, size_t len, nono_toml_fn fn, void *arg, struct nono_error *err)
{
	struct reader r = {.t = {.file = file, .text = text, .len = len, .err = err}, .fn = fn, .arg = arg};
	int rc = check_bytes(&r);

	if (rc == 0)
		rc = read_lines(&r);
	for (size_t i = 0; i < r.seen_count; i++)
		free(r.seen[i].path);
	free(r.seen);
	nono_buf_done(&r.table);
	return rc;
}
