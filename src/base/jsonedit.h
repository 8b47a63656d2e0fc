/* jsonedit.h - changing a JSON text and leaving the rest of it as it is.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BASE_JSONEDIT_H
#define NONO_BASE_JSONEDIT_H

#include "base/json.h"

/*
 * A text to be changed: JSON or JSONC, its top an object. Comments, order, indentation (found out from the text), line
 * ends, a byte order mark and whatever the change does not concern stay byte for byte. What was set or inserted and is
 * removed again leaves the bytes from before; the one exception is white space alone in an empty object or list, which
 * comes back as nothing.
 */
struct nono_jsonedit {
	const char *text; /* as given; borrowed */
	size_t len;
	size_t mark;	      /* bytes of its byte order mark: 0 or 3 */
	struct nono_json doc; /* what follows it */
};

/**
 * nono_jsonedit_init - read a text; nothing that does not parse can be changed.
 * @file, @text, @len: as for nono_json_parse; borrowed for as long as @ret is used
 * @ret: set on success only; nono_jsonedit_done. Errors as nono_json_parse.
 */
int nono_jsonedit_init(struct nono_jsonedit *ret, const char *file, const char *text, size_t len,
		       struct nono_error *err);

/** nono_jsonedit_done - free it, leaving it empty. NULL is fine. */
void nono_jsonedit_done(struct nono_jsonedit *e);

/**
 * nono_jsonedit_set - give the place @at this value; objects and lists that are missing on the way are made.
 * @at:    not NULL (the top itself stays); a step may be one past the end of its list
 * @value: borrowed
 * @out:   the whole new text is appended to it
 * Returns 0, -NONO_E_POLICY (a step into a list where there is an object, or the like), -NONO_E_LIMIT (too deep),
 * -NONO_E_NOMEM. Thread-safe.
 */
int nono_jsonedit_set(const struct nono_jsonedit *e, const struct nono_json_at *at, json_t *value, struct nono_buf *out,
		      struct nono_error *err);

/** nono_jsonedit_insert - put a value before the item @at of a list. Otherwise as nono_jsonedit_set. */
int nono_jsonedit_insert(const struct nono_jsonedit *e, const struct nono_json_at *at, json_t *value,
			 struct nono_buf *out, struct nono_error *err);

/**
 * nono_jsonedit_remove - take out the member or item @at.
 * @prune: as many objects and lists around it go too, if there is nothing else in them, not even a comment
 * Returns 0, -NONO_E_NOTFOUND, -NONO_E_NOMEM. Thread-safe.
 */
int nono_jsonedit_remove(const struct nono_jsonedit *e, const struct nono_json_at *at, unsigned int prune,
			 struct nono_buf *out, struct nono_error *err);

#endif
