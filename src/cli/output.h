/* output.h - everything that a person reads on standard error.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_OUTPUT_H
#define NONO_CLI_OUTPUT_H

#include <stdbool.h>

#include "policy/capset.h"

/** output_init - decide about colour (a terminal, no NO_COLOR) and silence. Call once, early. */
void output_init(bool silent);

/** output_error - "nono: text": printed also with --silent. */
void output_error(const struct nono_error *err);

/** output_status - an indented line of progress. */
void output_status(const char *text);

/** output_warning - "nono: warning: text". */
void output_warning(const char *text);

/** output_line - one line of plain text, escaped whole; nothing with --silent. */
void output_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** output_notes - what composing had to say from @first on: warnings always, the rest with -v. */
void output_notes(const struct nono_capset *set, size_t first, bool verbose);

/** output_capabilities - the grants as a table; all of them if @all, else those of the profile and of flags. */
void output_capabilities(const struct nono_capset *set, bool all);

/** output_colour - the escape sequence of a role, "" without colour. */
enum output_role { OUTPUT_PLAIN, OUTPUT_BOLD, OUTPUT_FAINT, OUTPUT_RED, OUTPUT_GREEN, OUTPUT_YELLOW };
const char *output_colour(enum output_role role);

#endif
