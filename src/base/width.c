/* width.c - how many columns a text takes.  SPDX-License-Identifier: Apache-2.0 */
#include "base/width.h"

#include <stdint.h>

#include "base/quote.h"
#include "base/util.h"

struct range {
	uint32_t first, last;
};

#define ZERO(first, last) {(first), (last)},
#define WIDE(first, last)
static const struct range zero[] = {
#include "base/width.def"
};
#undef ZERO
#undef WIDE

#define ZERO(first, last)
#define WIDE(first, last) {(first), (last)},
static const struct range wide[] = {
#include "base/width.def"
};

static bool in_ranges(const struct range *ranges, size_t count, uint32_t c)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c > ranges[middle].last)
			low = middle + 1;
		else if (c < ranges[middle].first)
			high = middle;
		else
			return true;
	}
	return false;
}

size_t nono_width_fit(const char *s, size_t columns, size_t *ret_columns)
{
	const char *begin = s;
	size_t used = 0, len;

	for (; *s; s += len ? len : 1) {
		uint32_t c = 0; /* a byte that is no text takes a column */
		size_t width = 1;

		len = nono_utf8_decode(s, SIZE_MAX, &c);
		if (c >= 0x300 && in_ranges(zero, NONO_ARRAY_SIZE(zero), c))
			width = 0;
		else if (c >= 0x1100 && in_ranges(wide, NONO_ARRAY_SIZE(wide), c))
			width = 2;
		if (width > columns - used)
			break;
		used += width;
	}
	if (ret_columns)
		*ret_columns = used;
	return (size_t)(s - begin);
}

size_t nono_width(const char *s)
{
	size_t columns;

	(void)nono_width_fit(s, SIZE_MAX, &columns);
	return columns;
}
