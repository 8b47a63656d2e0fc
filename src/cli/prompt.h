/* prompt.h - questions to the person.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_PROMPT_H
#define NONO_CLI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

/** prompt_possible - is there somebody to ask: standard input and error output are terminals. */
bool prompt_possible(void);

/** prompt_workdir - ask whether to share the working directory, which may be the home; only y or yes agrees. */
bool prompt_workdir(const char *path, const char *how, bool is_home);

/**
 * prompt_line - ask after a run; the terminal may be as the command left it.
 * What was typed before the question is no answer to it. @answer is without its line end.
 * Returns false where there is no answer: Ctrl-C, Ctrl-\, an end of input, a line that is too long, or nono is not in
 * the terminal's foreground.
 */
bool prompt_line(const char *question, char *answer, size_t size);

#endif
