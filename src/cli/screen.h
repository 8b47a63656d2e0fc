/* screen.h - screens on standard output, built in a buffer.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_SCREEN_H
#define NONO_CLI_SCREEN_H

#include <stdio.h>

#include "base/buf.h"
#include "base/error.h"
#include "cli/output.h"

/** screen_width - columns of the terminal that standard output is, $COLUMNS where it is none; SIZE_MAX: no limit. */
size_t screen_width(void);

/** screen_text - append text in a role, escaped; nothing for an empty text. */
void screen_text(struct nono_buf *out, enum output_role role, const char *text);

/** screen_line - one line in a role: formatted, then escaped whole. */
void screen_line(struct nono_buf *out, enum output_role role, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * screen_fill - append words in a role, escaped and filled into lines of @width columns. Ends the line.
 * @indent: where further lines begin; @column: where the first one stands already
 */
void screen_fill(struct nono_buf *out, enum output_role role, const char *text, size_t indent, size_t column,
		 size_t width);

/** screen_pad - append @count blanks. */
void screen_pad(struct nono_buf *out, size_t count);

/** screen_put - write what was built to standard output. 0, -NONO_E_NOMEM, -NONO_E_SYSTEM. */
int screen_put(struct nono_buf *out, struct nono_error *err);

/** screen_json - write JSON that base/jsontext.h built, a member a line. As screen_put. */
int screen_json(struct nono_buf *json, struct nono_error *err);

#endif
