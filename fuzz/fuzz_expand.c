/* fuzz_expand.c - any bytes as a path of a policy, and as what is printed of it.  SPDX-License-Identifier: Apache-2.0
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/quote.h"
#include "base/util.h"
#include "policy/path.h"
#include "policy/vars.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *const env[] = {"HOME=/home/u", "TMPDIR=/var/t/", "A=$HOME", "B=~/x", "XDG_CACHE_HOME=/c//", NULL};

/* Whatever was written, the result is an absolute path without a trailing slash, and safe to print. */
static void check(const char *path)
{
	_cleanup_(nono_buf_done) struct nono_buf shown = {0};
	size_t len = strlen(path);

	if (path[0] != '/' || (len > 1 && path[len - 1] == '/') || !nono_path_is_within(path, "/"))
		abort();
	nono_quote_text(&shown, path);
	for (size_t i = 0; i < shown.len; i++)
		if ((unsigned char)shown.data[i] < 0x20 || shown.data[i] == 0x7f)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	char *path = NULL;
	struct nono_vars vars;

	if (!text || nono_vars_init(&vars, env, "/w", 1000, NULL) < 0)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	if (nono_vars_expand(&vars, text, &path, NULL) == 0)
		check(path);
	else if (*text)
		abort();
	free(path);
	free(text);
	nono_vars_done(&vars);
	return 0;
}
