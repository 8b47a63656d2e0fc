/* fuzz_manifest.c - any bytes as a manifest: what is refused says where.  SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdio.h>

#include "base/util.h"
#include "policy/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_error(const struct nono_error *err)
{
	unsigned int line = 0, column = 0;

	if (sscanf(err->text, "fuzz.json:%u:%u: ", &line, &column) != 2 || line == 0 || column == 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(nono_manifest_done) struct nono_manifest m = {0};
	/* An exact copy without a final NUL, so that a sanitizer sees one byte read too many. */
	_cleanup_(nono_freep) char *text = calloc(1, size ? size : 1);
	struct nono_error err = {0};

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	if (nono_manifest_parse(text, size, "fuzz.json", &m, &err) < 0) {
		if (size <= NONO_PROFILE_BYTES)
			check_error(&err);
		return 0;
	}
	for (size_t i = 0; i < m.grant_count; i++)
		if (!m.grants[i].path || !*m.grants[i].path || m.grants[i].access == NONO_ACCESS_NONE)
			abort();
	return 0;
}
