/* toml.h - reading settings: the part of TOML 1.0 that settings need.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BASE_TOML_H
#define NONO_BASE_TOML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum nono_toml_type { NONO_TOML_STRING, NONO_TOML_INTEGER, NONO_TOML_FLOAT, NONO_TOML_BOOLEAN, NONO_TOML_LIST };

/* One key and its value; borrowed for the time of the call. The keys of an inline table come one by one. */
struct nono_toml_value {
	const char *path; /* "rollback.max_sessions"; parts that are no bare keys in double quotes */
	enum nono_toml_type type;
	const char *string; /* of a string, decoded; "" otherwise */
	double number;	    /* of an integer or float */
	bool boolean;
	bool all_strings; /* of a list: nothing else is in it */
	size_t offset;	  /* of the value in the text */
};

/* Called for each value, in the order of the text; a negative return ends the reading and is handed on. */
typedef int (*nono_toml_fn)(void *arg, const struct nono_toml_value *value, struct nono_error *err);

/**
 * nono_toml_read - read a text, strictly.
 * @file:       for messages
 * @text, @len: UTF-8; text[len] is not looked at
 * @fn, @arg:   gets the values; what it got before an error counts for nothing
 * Read: comments, tables, bare, quoted and dotted keys, the four kinds of strings, integers, floats, booleans, lists,
 * inline tables. Not read: dates and [[lists of tables]], which no setting has.
 * Returns 0, -NONO_E_PARSE ("FILE:LINE:COLUMN: ..."; duplicates too), -NONO_E_LIMIT (too many keys, too deep),
 * -NONO_E_NOMEM. Thread-safe. Source: TOML 1.0.0.
 */
int nono_toml_read(const char *file, const char *text, size_t len, nono_toml_fn fn, void *arg, struct nono_error *err);

/** nono_toml_fail - an error at a byte of the text: "FILE:LINE:COLUMN: " and the text. Returns -NONO_E_PARSE. */
int nono_toml_fail(const char *file, const char *text, size_t offset, struct nono_error *err, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

#endif
