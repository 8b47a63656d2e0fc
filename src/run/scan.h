/* scan.h - paths named beside a refusal in a program's error output.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_RUN_SCAN_H
#define NONO_RUN_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "run/run.h"

#define NONO_SCAN_SHIFTS 1024

/*
 * The text is hostile: whatever it is, work is linear in its length and what is kept is bounded. The same bytes give
 * the same answer however they are cut into pieces.
 */
struct nono_scan {
	struct nono_observed_list found;
	uint8_t shift[NONO_SCAN_SHIFTS];     /* of two letters: how far on a refusal's first four letters may end */
	size_t len;			     /* of line */
	bool skipping;			     /* the rest of a line that was cut */
	bool npm_refused;		     /* npm has said that something was refused, and says next what */
	char line[NONO_OBSERVED_LINE_BYTES]; /* the beginning of a line whose end has not come yet */
};

/** nono_scan_init - an empty scanner; nono_scan_done, unless nothing was fed. */
void nono_scan_init(struct nono_scan *scan);

/** nono_scan_feed - look at the next @len bytes. A lack of memory loses paths, which is noted in the list. */
void nono_scan_feed(struct nono_scan *scan, const char *data, size_t len);

/** nono_scan_finish - the text is over: move what was found to @ret, which must be empty. */
void nono_scan_finish(struct nono_scan *scan, struct nono_observed_list *ret);

/** nono_scan_done - free what was found. */
void nono_scan_done(struct nono_scan *scan);

/**
 * nono_scan_line - the paths of one line that may tell of a refusal (scan_line.c).
 * @line:  without its newline, at most NONO_OBSERVED_LINE_BYTES; borrowed
 * @found: added to
 */
void nono_scan_line(const char *line, size_t len, struct nono_observed_list *found);

/** nono_scan_tells - does a text tell of a refusal, of whatever (scan_line.c). */
bool nono_scan_tells(const char *text, size_t len);

/** nono_observed_add - add unless it is there or there are too many; @path need not be NUL-terminated. */
void nono_observed_add(struct nono_observed_list *list, const char *path, size_t len, enum nono_op_hint hint,
		       bool guessed);

#endif
