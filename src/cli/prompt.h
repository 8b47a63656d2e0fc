/* prompt.h - questions to the person.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_PROMPT_H
#define NONO_CLI_PROMPT_H

#include <stdbool.h>

/** prompt_possible - is there somebody to ask: standard input and error output are terminals. */
bool prompt_possible(void);

/** prompt_workdir - ask whether to share the working directory; only y or yes agrees. */
bool prompt_workdir(const char *path, const char *how, bool is_home);

#endif
