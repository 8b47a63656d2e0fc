/* fuzz_scan.c - the scanner of error output: within its bounds, and the same in any pieces.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "run/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void scan(const char *data, size_t len, size_t piece, struct nono_observed_list *ret)
{
	static struct nono_scan state;

	nono_scan_init(&state);
	for (size_t at = 0; at < len; at += piece)
		nono_scan_feed(&state, data + at, len - at < piece ? len - at : piece);
	nono_scan_finish(&state, ret);
}

/* @escapes: control characters may have been written as such */
static void check(const struct nono_observed_list *whole, const struct nono_observed_list *pieces, bool escapes)
{
	if (whole->len != pieces->len || whole->len > NONO_OBSERVED_PATHS)
		abort();
	for (size_t i = 0; i < whole->len; i++) {
		const char *path = whole->items[i].path;

		if (strcmp(path, pieces->items[i].path) != 0 || whole->items[i].hint != pieces->items[i].hint)
			abort();
		if (!*path || strlen(path) >= NONO_OBSERVED_PATH_BYTES)
			abort();
		for (; *path && !escapes; path++)
			if ((unsigned char)*path < 0x20 || *path == 0x7f)
				abort();
	}
}

/* The first byte says how long the pieces are. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(nono_observed_done) struct nono_observed_list whole = {0}, pieces = {0};

	if (size < 2)
		return 0;
	scan((const char *)data + 1, size - 1, size, &whole);
	scan((const char *)data + 1, size - 1, (size_t)data[0] + 1, &pieces);
	check(&whole, &pieces, memmem(data, size, "$'", 2) != NULL);
	return 0;
}
