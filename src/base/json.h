/* json.h - JSON with comments, every complaint with its place.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BASE_JSON_H
#define NONO_BASE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* A decoded document, and the text it came from, which tells where a key stands. */
struct nono_json {
	json_t *root;	  /* an object; owned */
	const char *file; /* shown in messages; borrowed */
	const char *text; /* as read: what lines and columns count in; borrowed, text[len] is not looked at */
	size_t len;
	char *plain; /* the same length without comments and trailing commas: what jansson read; owned */
};

/* A place in a document: a chain from a value up to the root, which itself is NULL. Lives on the caller's stack. */
struct nono_json_at {
	const struct nono_json_at *up;
	const char *key; /* in an object; NULL: in a list */
	size_t index;	 /* in a list */
};

enum nono_json_spot { NONO_JSON_AT_KEY, NONO_JSON_AT_VALUE };

/**
 * nono_json_parse - decode a text whose top is an object.
 * @file: for messages; borrowed for as long as @ret is used
 * @text, @len: UTF-8 JSON; // and block comments and trailing commas are fine; borrowed likewise
 * @ret:  set on success only; nono_json_done
 * Returns 0, -NONO_E_PARSE ("FILE:LINE:COLUMN: ..."; duplicate keys, NUL and bad UTF-8 too), -NONO_E_LIMIT (nested
 * deeper than NONO_JSON_DEPTH), -NONO_E_NOMEM. Thread-safe.
 */
int nono_json_parse(const char *file, const char *text, size_t len, struct nono_json *ret, struct nono_error *err);

/**
 * nono_json_lacked_memory - was jansson refused memory in this thread since nono_json_parse was last called?
 * jansson itself does not always tell: a string may come out shorter, and a lack looks like a text of another kind.
 */
bool nono_json_lacked_memory(void);

/** nono_json_done - free it, leaving it empty. NULL is fine. */
void nono_json_done(struct nono_json *doc);

/**
 * nono_json_fail - an error at a place: "FILE:LINE:COLUMN: key.path: " and the text. Columns count characters.
 * Returns -@code.
 */
int nono_json_fail(const struct nono_json *doc, const struct nono_json_at *at, enum nono_json_spot spot,
		   struct nono_error *err, enum nono_error_code code, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));

/** nono_json_type_name - "a string", "a list" ...: for messages. Static. */
const char *nono_json_type_name(const json_t *value);

#endif
