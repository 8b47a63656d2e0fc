/* scan_parts.h - between scan_line.c and scan_words.c.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_RUN_SCAN_PARTS_H
#define NONO_RUN_SCAN_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/limits.h"

/* A stretch of the line. */
struct nono_span {
	size_t at, len;
};

/* What replaces, in plain, all that is no text any more: escape sequences, and words that were taken. */
#define NONO_SCAN_BLANK '\1'

struct nono_scan_parts {
	char plain[NONO_OBSERVED_LINE_BYTES]; /* the line; positions are the line's */
	size_t len;
	struct nono_span spans[NONO_OBSERVED_PATHS]; /* paths found */
	size_t count;
};

/** nono_scan_blank - take a stretch out of the text. */
void nono_scan_blank(struct nono_scan_parts *parts, size_t at, size_t len);

/** nono_scan_take - note a path and blank it; a full list takes no more. */
void nono_scan_take(struct nono_scan_parts *parts, size_t at, size_t len);

/** nono_scan_is_rooted - does it begin like a path: / ./ ../ ~/ */
bool nono_scan_is_rooted(const char *text, size_t len);

/** nono_scan_trim - leave out the punctuation around a word, and :LINE:COLUMN behind a file's name. */
struct nono_span nono_scan_trim(const char *text, struct nono_span word);

/** nono_scan_take_quoted - take what is in quotation marks. */
void nono_scan_take_quoted(struct nono_scan_parts *parts);

/** nono_scan_take_rooted - take words that begin like a path. */
void nono_scan_take_rooted(struct nono_scan_parts *parts);

/**
 * nono_scan_unquote - the name meant by 'a'$'\n''b', as ls and its kin write what a shell could not take bare.
 * @word: without the outermost marks
 * @ret:  set on success only
 * Returns its length, 0 where the word is not written so.
 */
size_t nono_scan_unquote(const char *word, size_t len, char ret[NONO_OBSERVED_PATH_BYTES]);

/** nono_scan_is_control - does this byte end a word as a control character. */
static inline bool nono_scan_is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

#endif
