/* fuzz_toml.c - any bytes as settings: read, or refused with a place.  SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdio.h>

#include "base/toml.h"
#include "base/util.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int look(void *arg, const struct nono_toml_value *v, struct nono_error *err)
{
	size_t size = *(const size_t *)arg;

	(void)err;
	if (!*v->path || !v->string || v->offset >= size)
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* An exact copy without a final NUL, so that a sanitizer sees one byte read too many. */
	_cleanup_(nono_freep) char *text = malloc(size ? size : 1);
	unsigned int line = 0, column = 0;
	struct nono_error err = {0};
	int rc;

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	rc = nono_toml_read("fuzz.toml", text, size, look, &size, &err);
	if (rc == -NONO_E_PARSE && (sscanf(err.text, "fuzz.toml:%u:%u: ", &line, &column) != 2 || !line || !column))
		abort();
	return 0;
}
