/* json_text.h - what json.c, jsonc.c and locate.c share.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BASE_JSON_TEXT_H
#define NONO_BASE_JSON_TEXT_H

#include "base/json.h"

/**
 * nono_jsonc_plain - write @text to @ret, of the same length, with comments and trailing commas as blanks.
 * Refuses what jansson would not see or not bound: bad UTF-8, NUL, an open comment, too many levels.
 */
int nono_jsonc_plain(const char *file, const char *text, size_t len, char *ret, struct nono_error *err);

/** nono_json_fail_offset - an error at a byte of @text: "FILE:LINE:COLUMN: " and the text. Returns -@code. */
int nono_json_fail_offset(const char *file, const char *text, size_t offset, struct nono_error *err,
			  enum nono_error_code code, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/** nono_json_locate - byte offset of a key or value in a plain text that jansson accepted; 0 where there is none. */
size_t nono_json_locate(const char *plain, size_t len, const struct nono_json_at *at, enum nono_json_spot spot);

/**
 * nono_json_token_at - the start of the string or word that covers byte @offset, or @offset itself.
 * @ret_path: receives the key path of the place
 */
size_t nono_json_token_at(const char *plain, size_t len, size_t offset, struct nono_buf *ret_path);

/** nono_json_path_key - append one step of a key path: .name, ["other name"], or name at the beginning. */
void nono_json_path_key(struct nono_buf *out, const char *key);

#endif
