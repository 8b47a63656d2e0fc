/* jsonedit_parts.h - between jsonedit.c, jsonedit_box.c and jsonedit_style.c.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BASE_JSONEDIT_PARTS_H
#define NONO_BASE_JSONEDIT_PARTS_H

#include "base/json.h"

/* A member of an object ("key": value) or an item of a list (value). Offsets into the text. */
struct nono_jsonedit_item {
	size_t start, value, end;
};

/* One object or list. */
struct nono_jsonedit_box {
	size_t open, close; /* its brackets */
	bool list;
	struct nono_jsonedit_item *items; /* owned */
	size_t len, room;
};

/** nono_jsonedit_box_read - the items of the object or list that opens at @open. 0 or -NONO_E_NOMEM. */
int nono_jsonedit_box_read(const struct nono_json *doc, size_t open, struct nono_jsonedit_box *ret,
			   struct nono_error *err);

/** nono_jsonedit_box_done - free it. */
void nono_jsonedit_box_done(struct nono_jsonedit_box *box);

/** nono_jsonedit_value_end - where the value that begins at @at ends. */
size_t nono_jsonedit_value_end(const struct nono_json *doc, size_t at);

/** nono_jsonedit_comma - the comma after an item, before anything but white space and comments; 0: there is none. */
size_t nono_jsonedit_comma(const struct nono_json *doc, const struct nono_jsonedit_item *item);

/**
 * nono_jsonedit_after_comments - in a stretch of white space and comments: the end of the last comment, or @from.
 * @ret_line: that comment is one that its line ends; may be NULL
 */
size_t nono_jsonedit_after_comments(const struct nono_json *doc, size_t from, size_t to, bool *ret_line);

/** nono_jsonedit_line_comments - the end of the comments that follow @from on its line, or @from. */
size_t nono_jsonedit_line_comments(const struct nono_json *doc, size_t from);

/** nono_jsonedit_skip_blank - past white space. */
size_t nono_jsonedit_skip_blank(const struct nono_json *doc, size_t at);

/* A stretch of the text. */
struct nono_jsonedit_span {
	const char *text;
	size_t len;
};

/* How a text is written. */
struct nono_jsonedit_style {
	const char *newline;
	struct nono_jsonedit_span unit; /* one level of indentation */
	bool lines;			/* it is written on several lines */
	bool blank;			/* there is a blank after : */
};

/** nono_jsonedit_style_of - find it out. */
struct nono_jsonedit_style nono_jsonedit_style_of(const struct nono_json *doc);

/** nono_jsonedit_is_first - does nothing but comments stand before @at on its line. */
bool nono_jsonedit_is_first(const struct nono_json *doc, size_t at);

/** nono_jsonedit_indent - the white space that the line of @at begins with. */
struct nono_jsonedit_span nono_jsonedit_indent(const struct nono_json *doc, size_t at);

/** nono_jsonedit_new_line - append a line end and an indentation, @more levels deeper than @indent. */
void nono_jsonedit_new_line(struct nono_buf *out, const struct nono_jsonedit_style *style,
			    struct nono_jsonedit_span indent, unsigned int more);

/**
 * nono_jsonedit_write - append a value in this style.
 * @lines:  on several lines
 * @indent: of the line that it begins on, @more levels less deep than the value
 */
void nono_jsonedit_write(struct nono_buf *out, const struct nono_jsonedit_style *style, json_t *value, bool lines,
			 struct nono_jsonedit_span indent, unsigned int more);

/** nono_jsonedit_write_key - append "key": */
void nono_jsonedit_write_key(struct nono_buf *out, const struct nono_jsonedit_style *style, const char *key);

#endif
