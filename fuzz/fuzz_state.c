/* fuzz_state.c - states from anywhere: read, written, read again.  SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "nono.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *json = malloc(size + 1), *first, *second;
	NonoSandboxState *state, *again;

	if (!json)
		return 0;
	memcpy(json, data, size);
	json[size] = '\0';
	state = nono_sandbox_state_from_json(json);
	free(json);
	if (!state) {
		/* A refusal has a reason. */
		char *text = nono_last_error();

		if (!text || !*text)
			abort();
		nono_string_free(text);
		return 0;
	}
	/* What was accepted can be written, and comes back as it was written. */
	first = nono_sandbox_state_to_json(state);
	again = first ? nono_sandbox_state_from_json(first) : NULL;
	second = again ? nono_sandbox_state_to_json(again) : NULL;
	if (!second || strcmp(first, second) != 0)
		abort();
	nono_sandbox_state_free(state);
	nono_sandbox_state_free(again);
	nono_string_free(first);
	nono_string_free(second);
	return 0;
}
