/* output.h - everything that a person reads.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_OUTPUT_H
#define NONO_CLI_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"
#include "cli/theme.h"
#include "policy/capset.h"

/** output_init - say whether to be silent. Call before anything is printed. */
void output_init(bool silent);

/** output_set_theme - choose the colours; NULL: the default. An unknown name is mocha, with a warning. */
void output_set_theme(const char *name);

/** output_coloured - does this stream get colour? stdout and stderr are asked separately. */
bool output_coloured(FILE *stream);

/* ---- lines on standard error; each is a record of --log-file too ---- */

/** output_error - "nono: text": printed also with --silent. */
void output_error(const struct nono_error *err);

/** output_status - an indented line of progress. */
void output_status(const char *text);

/** output_warning - "nono: text" in another colour; nothing with --silent. */
void output_warning(const char *text);

/** output_line - one line of plain text, escaped whole; nothing with --silent. */
void output_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** output_part - a part of a line in its role, escaped; output_end prints the line. */
void output_part(enum output_role role, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** output_end - the end of a line made of parts. */
void output_end(void);

/** output_denied - the end of a line that tells of a refusal, which the log marks. */
void output_denied(void);

/** output_unlogged - the end of a line that is only for the terminal: decoration, or arguments, which may be secrets.
 */
void output_unlogged(void);

/** output_notes - what composing had to say from @first on: warnings always, the rest with -v. */
void output_notes(const struct nono_capset *set, size_t first, bool verbose);

/** output_capabilities - the grants as a table; all of them if @all, else those of the profile and of flags. */
void output_capabilities(const struct nono_capset *set, bool all);

/* ---- screens on standard output, built in a buffer ---- */

/** output_text - append text in its role, escaped, as @stream shows it. */
void output_text(struct nono_buf *out, FILE *stream, enum output_role role, const char *text);

/** output_style - the escape sequence that begins a role on this stream, "" without colour. output_plain ends it. */
const char *output_style(FILE *stream, enum output_role role);

/** output_plain - the escape sequence that ends a role, "" without colour. */
const char *output_plain(FILE *stream);

/**
 * output_paragraph - words, filled into lines of at most 80 columns that begin at @indent; the first one begins at
 * @column. The text is printed as it is.
 */
void output_paragraph(FILE *out, size_t indent, size_t column, const char *text);

#endif
