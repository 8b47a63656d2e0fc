/* examples.h - profiles that nono setup writes; generated from data/examples.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_EXAMPLES_H
#define NONO_CLI_EXAMPLES_H

#include <stddef.h>

struct example {
	const char *file, *text;
};

extern const struct example examples[];
extern const size_t example_count;

#endif
