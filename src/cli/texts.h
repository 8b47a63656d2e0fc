/* texts.h - what nono prints or writes as it is; generated from data.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_TEXTS_H
#define NONO_CLI_TEXTS_H

#include <stddef.h>

/* Profiles that nono setup writes. */
struct example {
	const char *file, *text;
};

extern const struct example examples[];
extern const size_t example_count;

/* The parts of the completion scripts that follow the tables. */
extern const char completion_code_bash[], completion_code_zsh[], completion_code_fish[];

#endif
