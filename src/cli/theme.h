/* theme.h - colours: six palettes, and what the terminal can show.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_THEME_H
#define NONO_CLI_THEME_H

#include <stdbool.h>

/* What a text is, which decides its colour. Callers say the role; themes know the colours. */
enum output_role {
	OUTPUT_PLAIN,	/* as the terminal has it; most text */
	OUTPUT_HEADING, /* begins a block */
	OUTPUT_ERROR,
	OUTPUT_WARNING,
	OUTPUT_GOOD, /* allowed, works */
	OUTPUT_NAME, /* a path, a rule */
	OUTPUT_TYPE, /* what a person can type */
	OUTPUT_QUIET,
	OUTPUT_ROLES,
};

/* The escape sequences of a theme on this terminal; all empty where there is no colour. */
struct theme {
	char start[OUTPUT_ROLES][24];
	char stop[8];
};

/** theme_known - is there a theme of this name; older names and any case count. */
bool theme_known(const char *name);

/** theme_names - the six, for messages. Static. */
const char *theme_names(void);

/** theme_wants_colour - should descriptor @fd get colour: NO_COLOR, CLICOLOR_FORCE, CLICOLOR, TERM, and a terminal. */
bool theme_wants_colour(int fd);

/**
 * theme_make - the sequences of a theme.
 * @name: NULL for the default: mocha, or latte where COLORFGBG tells of a light background; in the terminal's own
 *        colours where it does not tell, because those are readable on either
 * 24-bit colours where COLORTERM says so, 256 where TERM does, else the terminal's sixteen.
 */
void theme_make(const char *name, struct theme *ret);

#endif
