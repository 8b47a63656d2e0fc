/* jsonedit.c - changing a JSON text and leaving the rest of it as it is.  SPDX-License-Identifier: Apache-2.0 */
#include "base/jsonedit.h"

#include <string.h>

#include "base/json_text.h"
#include "base/jsonedit_parts.h"
#include "base/util.h"

#define MARK "\xef\xbb\xbf" /* U+FEFF, which some editors begin a file with */

/* What is done to the text: stretches that go, and what comes instead. In the order of the text, none overlapping. */
struct splice {
	size_t at, end;
	struct nono_buf text;
};

struct edit {
	const struct nono_json *doc;
	struct nono_jsonedit_style style;
	struct nono_jsonedit_box box; /* where something is put in or taken out */
	struct splice splices[3];
	size_t count;
	struct nono_error *err;
};

int nono_jsonedit_init(struct nono_jsonedit *ret, const char *file, const char *text, size_t len,
		       struct nono_error *err)
{
	struct nono_jsonedit e = {.text = text, .len = len};
	int rc;

	if (len >= strlen(MARK) && memcmp(text, MARK, strlen(MARK)) == 0)
		e.mark = strlen(MARK);
	rc = nono_json_parse(file, text + e.mark, len - e.mark, &e.doc, err);
	if (rc == 0)
		*ret = e;
	return rc;
}

void nono_jsonedit_done(struct nono_jsonedit *e)
{
	if (!e)
		return;
	nono_json_done(&e->doc);
	*e = (struct nono_jsonedit){0};
}

static void edit_done(struct edit *edit)
{
	for (size_t i = 0; i < edit->count; i++)
		nono_buf_done(&edit->splices[i].text);
	nono_jsonedit_box_done(&edit->box);
}

/* A further splice, whose text the caller adds. */
static struct nono_buf *splice(struct edit *edit, size_t at, size_t end)
{
	struct splice *s = &edit->splices[edit->count++];

	*s = (struct splice){.at = at, .end = end};
	return &s->text;
}

static int finish(const struct nono_jsonedit *e, const struct edit *edit, struct nono_buf *out)
{
	const struct nono_json *doc = edit->doc;
	size_t at = 0;

	nono_buf_add(out, e->text, e->mark);
	for (size_t i = 0; i < edit->count; i++) {
		const struct splice *s = &edit->splices[i];

		nono_buf_add(out, doc->text + at, s->at - at);
		nono_buf_add(out, s->text.data ? s->text.data : "", s->text.len);
		out->failed |= s->text.failed;
		at = s->end;
	}
	nono_buf_add(out, doc->text + at, doc->len - at);
	return out->failed ? nono_nomem(edit->err) : 0;
}

/* ---- places ---- */

/* Where the value of a place begins; false where there is none. */
static bool find(const struct nono_json *doc, const struct nono_json_at *at, size_t *ret)
{
	*ret = nono_json_locate(doc->plain, doc->len, at, NONO_JSON_AT_VALUE);
	return !at || *ret > 0;
}

/* The item of the box that holds the value. */
static size_t index_of(const struct nono_jsonedit_box *box, size_t value)
{
	size_t i = 0;

	while (i < box->len && box->items[i].value != value)
		i++;
	return i;
}

static int read_box(struct edit *edit, const struct nono_json_at *at, size_t open)
{
	char c = edit->doc->plain[open];

	if (c != '{' && c != '[')
		return nono_json_fail(edit->doc, at, NONO_JSON_AT_VALUE, edit->err, NONO_E_POLICY,
				      "expected an object {} or a list []");
	nono_jsonedit_box_done(&edit->box);
	return nono_jsonedit_box_read(edit->doc, open, &edit->box, edit->err);
}

/* Can a new step go into the box? */
static int check_step(const struct edit *edit, const struct nono_json_at *step)
{
	if (edit->box.list == (step->key != NULL))
		return nono_json_fail(edit->doc, step->up, NONO_JSON_AT_VALUE, edit->err, NONO_E_POLICY, "expected %s",
				      step->key ? "an object {}" : "a list []");
	if (!step->key && step->index != edit->box.len)
		return nono_json_fail(edit->doc, step->up, NONO_JSON_AT_VALUE, edit->err, NONO_E_POLICY,
				      "the list has %zu items", edit->box.len);
	return 0;
}

/* The value with the objects and lists that lead to it from below @step. NULL without memory. */
static json_t *wrap(const struct nono_json_at *at, const struct nono_json_at *step, json_t *value)
{
	json_t *inner = json_incref(value);

	for (; inner && at != step; at = at->up) {
		json_t *outer = at->key ? json_object() : json_array();
		int rc = at->key ? json_object_set_new(outer, at->key, inner) : json_array_append_new(outer, inner);

		if (rc < 0) {
			json_decref(outer);
			return NULL;
		}
		inner = outer;
	}
	return inner;
}

/* ---- putting in ---- */

static void write_item(struct edit *edit, struct nono_buf *out, const struct nono_json_at *step, json_t *value,
		       bool lines, struct nono_jsonedit_span indent, unsigned int more)
{
	if (step->key)
		nono_jsonedit_write_key(out, &edit->style, step->key);
	nono_jsonedit_write(out, &edit->style, value, lines, indent, more);
}

/* Into an object or list with nothing in it, or with comments only. */
static void fill_empty(struct edit *edit, const struct nono_json_at *step, json_t *value)
{
	const struct nono_jsonedit_box *box = &edit->box;
	struct nono_jsonedit_span outer = nono_jsonedit_indent(edit->doc, box->open);
	size_t inner = box->open + 1, last = nono_jsonedit_after_comments(edit->doc, inner, box->close, NULL);
	bool comments = last > inner, lines = edit->style.lines;
	struct nono_buf *out;

	if (comments)
		lines = memchr(edit->doc->text + last, '\n', box->close - last) != NULL;
	out = splice(edit, last, comments ? last : box->close);
	if (lines)
		nono_jsonedit_new_line(out, &edit->style, outer, 1);
	else if (comments)
		nono_buf_puts(out, " ");
	write_item(edit, out, step, value, lines, outer, 1);
	if (lines && !comments)
		nono_jsonedit_new_line(out, &edit->style, outer, 0);
}

/* What stands between an item and the one before it, or a comment there. */
static struct nono_jsonedit_span blank_before(const struct edit *edit, size_t i)
{
	const struct nono_jsonedit_box *box = &edit->box;
	size_t from = i ? nono_jsonedit_comma(edit->doc, &box->items[i - 1]) + 1 : box->open + 1;
	size_t start = nono_jsonedit_after_comments(edit->doc, from, box->items[i].start, NULL);

	return (struct nono_jsonedit_span){edit->doc->text + start, box->items[i].start - start};
}

/* After the last item: in a line of its own where that one has it, as it stands otherwise. */
static void append(struct edit *edit, const struct nono_json_at *step, json_t *value)
{
	const struct nono_jsonedit_box *box = &edit->box;
	const struct nono_jsonedit_item *last = &box->items[box->len - 1];
	struct nono_jsonedit_span indent = nono_jsonedit_indent(edit->doc, last->start);
	size_t comma = nono_jsonedit_comma(edit->doc, last), at = comma ? comma + 1 : last->end;
	bool lines = nono_jsonedit_is_first(edit->doc, last->start);
	struct nono_buf *out;

	if (!comma)
		nono_buf_puts(splice(edit, at, at), ",");
	if (lines)
		at = nono_jsonedit_line_comments(edit->doc, at);
	out = splice(edit, at, at);
	if (lines) {
		nono_jsonedit_new_line(out, &edit->style, indent, 0);
	} else if (box->len > 1) {
		struct nono_jsonedit_span blank = blank_before(edit, box->len - 1);

		nono_buf_add(out, blank.text, blank.len);
	} else if (edit->style.blank) {
		nono_buf_puts(out, " ");
	}
	write_item(edit, out, step, value, lines, indent, 0);
	if (comma)
		nono_buf_puts(out, ",");
}

static int add(struct edit *edit, const struct nono_json_at *step, json_t *value)
{
	int rc = check_step(edit, step);

	if (rc < 0)
		return rc;
	if (edit->box.len)
		append(edit, step, value);
	else
		fill_empty(edit, step, value);
	return 0;
}

/* On several lines where the old value was, or where a word had a line of its own. */
static void replace(struct edit *edit, const struct nono_json_at *at, size_t value_at, json_t *value)
{
	const struct nono_json *doc = edit->doc;
	size_t end = nono_jsonedit_value_end(doc, value_at), start = value_at;
	bool lines;

	if (at->key)
		start = nono_json_locate(doc->plain, doc->len, at, NONO_JSON_AT_KEY);
	if (strchr("{[", doc->plain[value_at]) && doc->plain[end - 2] != doc->plain[value_at])
		lines = memchr(doc->plain + value_at, '\n', end - value_at) != NULL;
	else
		lines = nono_jsonedit_is_first(doc, start);
	nono_jsonedit_write(splice(edit, value_at, end), &edit->style, value, lines, nono_jsonedit_indent(doc, start),
			    0);
}

/* Of lists that are made, only the first item can be set. */
static int check_new(const struct nono_json_at *at, const struct nono_json_at *step, struct nono_error *err)
{
	for (; at != step; at = at->up)
		if (!at->key && at->index > 0)
			return nono_fail(err, NONO_E_POLICY, 0, "item %zu of a list that is not there", at->index);
	return 0;
}

static int edit_init(struct edit *edit, const struct nono_jsonedit *e, const struct nono_json_at *at,
		     struct nono_error *err)
{
	size_t steps = 0;

	for (const struct nono_json_at *step = at; step; step = step->up)
		steps++;
	if (steps >= NONO_JSON_DEPTH)
		return nono_fail(err, NONO_E_LIMIT, 0, "nested deeper than %d levels", NONO_JSON_DEPTH);
	*edit = (struct edit){.doc = &e->doc, .style = nono_jsonedit_style_of(&e->doc), .err = err};
	return 0;
}

int nono_jsonedit_set(const struct nono_jsonedit *e, const struct nono_json_at *at, json_t *value, struct nono_buf *out,
		      struct nono_error *err)
{
	_cleanup_(edit_done) struct edit edit = {0};
	_cleanup_(json_decrefp) json_t *whole = NULL;
	const struct nono_json_at *have = at, *step = NULL;
	size_t value_at;
	int rc = edit_init(&edit, e, at, err);

	if (rc < 0)
		return rc;
	while (!find(&e->doc, have, &value_at)) {
		step = have;
		have = have->up;
	}
	if (!step) {
		replace(&edit, at, value_at, value);
		return finish(e, &edit, out);
	}
	rc = check_new(at, step, err);
	if (rc == 0)
		rc = read_box(&edit, have, value_at);
	if (rc < 0)
		return rc;
	whole = wrap(at, step, value);
	if (!whole)
		return nono_nomem(err);
	rc = add(&edit, step, whole);
	return rc == 0 ? finish(e, &edit, out) : rc;
}

/* ---- before an item ---- */

int nono_jsonedit_insert(const struct nono_jsonedit *e, const struct nono_json_at *at, json_t *value,
			 struct nono_buf *out, struct nono_error *err)
{
	_cleanup_(edit_done) struct edit edit = {0};
	struct nono_jsonedit_span blank;
	size_t open, start;
	struct nono_buf *text;
	bool lines;
	int rc = edit_init(&edit, e, at, err);

	if (rc < 0)
		return rc;
	if (at->key || !find(&e->doc, at->up, &open) || !find(&e->doc, at, &start))
		return nono_fail(err, NONO_E_NOTFOUND, 0, "there is no such item");
	rc = read_box(&edit, at->up, open);
	if (rc < 0)
		return rc;
	blank = blank_before(&edit, index_of(&edit.box, start));
	lines = nono_jsonedit_is_first(&e->doc, start);
	text = splice(&edit, start - blank.len, start - blank.len);
	nono_buf_add(text, blank.text, blank.len);
	nono_jsonedit_write(text, &edit.style, value, lines, nono_jsonedit_indent(&e->doc, start), 0);
	nono_buf_puts(text, ",");
	if (!blank.len && at->index == 0 && edit.style.blank)
		nono_buf_puts(text, " ");
	return finish(e, &edit, out);
}

/* ---- taking out ---- */

static bool has_comments(const struct edit *edit)
{
	const struct nono_json *doc = edit->doc;
	const struct nono_jsonedit_box *box = &edit->box;
	const struct nono_jsonedit_item *item = &box->items[0];
	size_t comma = nono_jsonedit_comma(doc, item), after = comma ? comma + 1 : item->end;

	return nono_jsonedit_after_comments(doc, box->open + 1, item->start, NULL) > box->open + 1 ||
	       nono_jsonedit_after_comments(doc, item->end, comma ? comma : box->close, NULL) > item->end ||
	       nono_jsonedit_after_comments(doc, after, box->close, NULL) > after;
}

/* Would what is at @from be taken into a comment that stands before item @i, if all between them went? */
static bool needs_line_end(const struct edit *edit, size_t i, size_t from)
{
	const struct nono_json *doc = edit->doc;
	size_t before = i ? nono_jsonedit_comma(doc, &edit->box.items[i - 1]) + 1 : edit->box.open + 1;
	bool line = false;

	(void)nono_jsonedit_after_comments(doc, before, edit->box.items[i].start, &line);
	while (from < doc->len && (doc->text[from] == ' ' || doc->text[from] == '\t' || doc->text[from] == '\r'))
		from++;
	return line && from < doc->len && doc->text[from] != '\n';
}

/* Take out an item and the comma at @comma (0: none), with the white space before it. */
static void take(struct edit *edit, size_t i, size_t comma)
{
	const struct nono_jsonedit_item *item = &edit->box.items[i];
	size_t start = item->start - blank_before(edit, i).len, rest = comma == item->end ? comma + 1 : item->end;

	(void)splice(edit, needs_line_end(edit, i, rest) ? item->start : start, item->end);
	if (!comma)
		return;
	/* What stood right behind the bracket: so does the next one then. */
	if (i == 0 && start == item->start && edit->box.len > 1)
		(void)splice(edit, comma, nono_jsonedit_skip_blank(edit->doc, comma + 1));
	else
		(void)splice(edit, comma, comma + 1);
}

static void take_out(struct edit *edit, size_t i)
{
	const struct nono_jsonedit_box *box = &edit->box;
	size_t comma = nono_jsonedit_comma(edit->doc, &box->items[i]);

	if (box->len == 1 && !has_comments(edit)) {
		(void)splice(edit, box->open + 1, box->close);
		return;
	}
	/* The last one: the comma before it goes. */
	if (!comma && i > 0) {
		size_t before = nono_jsonedit_comma(edit->doc, &box->items[i - 1]);

		(void)splice(edit, before, before + 1);
	}
	take(edit, i, comma);
}

/* Up from a place, as far as its object or list would be left empty. */
static int find_outermost(struct edit *edit, const struct nono_json_at **at, unsigned int prune)
{
	size_t open;

	for (;;) {
		int rc;

		(void)find(edit->doc, (*at)->up, &open);
		rc = read_box(edit, (*at)->up, open);
		if (rc < 0)
			return rc;
		if (prune-- == 0 || !(*at)->up || edit->box.len > 1 || has_comments(edit))
			return 0;
		*at = (*at)->up;
	}
}

int nono_jsonedit_remove(const struct nono_jsonedit *e, const struct nono_json_at *at, unsigned int prune,
			 struct nono_buf *out, struct nono_error *err)
{
	_cleanup_(edit_done) struct edit edit = {0};
	size_t value;
	int rc = edit_init(&edit, e, at, err);

	if (rc < 0)
		return rc;
	if (!at || !find(&e->doc, at, &value))
		return nono_fail(err, NONO_E_NOTFOUND, 0, "there is no such place");
	rc = find_outermost(&edit, &at, prune);
	if (rc < 0)
		return rc;
	(void)find(&e->doc, at, &value);
	take_out(&edit, index_of(&edit.box, value));
	return finish(e, &edit, out);
}
