/* width.h - how many columns a text takes.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BASE_WIDTH_H
#define NONO_BASE_WIDTH_H

#include <stddef.h>

/** nono_width - columns of a terminal that @s takes; UTF-8 without control characters (see base/quote.h). */
size_t nono_width(const char *s);

/**
 * nono_width_fit - bytes of @s that fit into @columns, whole characters only.
 * @ret_columns: receives how many columns those take; may be NULL
 */
size_t nono_width_fit(const char *s, size_t columns, size_t *ret_columns);

#endif
