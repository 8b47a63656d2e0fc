/* fuzz_jsonedit.c - any bytes as a JSON text that is changed and changed back.  SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>

#include "base/jsonedit.h"
#include "base/util.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define STEPS 6

/* The place of a new member or item in the object or list that @depth first children lead to. */
static const struct nono_json_at *find_place(struct nono_json_at *steps, json_t *here, unsigned int depth)
{
	size_t count = 0;

	for (;;) {
		bool list = json_is_array(here);
		json_t *first = list ? json_array_get(here, 0) : json_object_iter_value(json_object_iter(here));
		struct nono_json_at *step = &steps[count];

		*step = (struct nono_json_at){.up = count ? &steps[count - 1] : NULL};
		if (count == depth || (!json_is_array(first) && !json_is_object(first))) {
			step->key = list ? NULL : "nono fuzz";
			step->index = list ? json_array_size(here) : 0;
			return step;
		}
		step->key = list ? NULL : json_object_iter_key(json_object_iter(here));
		here = first;
		count++;
	}
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The same bytes; where an empty object or list had white space only, that may be gone. */
static bool is_same(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t i = 0, j = 0;

	if (a_len == b_len && memcmp(a, b, a_len) == 0)
		return true;
	while (i < a_len || j < b_len) {
		if (j < b_len && i < a_len && a[i] == b[j]) {
			i++;
			j++;
		} else if (i < a_len && is_blank(a[i])) {
			i++;
		} else {
			return false;
		}
	}
	return true;
}

static void change(const struct nono_jsonedit *e, const struct nono_json_at *at, json_t *value)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0}, back = {0};
	_cleanup_(nono_jsonedit_done) struct nono_jsonedit changed = {0};

	if (nono_jsonedit_set(e, at, value, &out, NULL) < 0 ||
	    nono_jsonedit_init(&changed, "f", out.data, out.len, NULL) < 0)
		abort();
	if (nono_jsonedit_remove(&changed, at, 0, &back, NULL) < 0 || !is_same(e->text, e->len, back.data, back.len))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nono_json_at steps[STEPS];
	_cleanup_(json_decrefp) json_t *value = json_pack("{s:[s,{}]}", "v", "x");
	_cleanup_(nono_jsonedit_done) struct nono_jsonedit e = {0};
	_cleanup_(nono_freep) char *text = NULL;
	const struct nono_json_at *at;

	if (size == 0 || size > 65536)
		return 0;
	/* An exact copy without a final NUL, so that a sanitizer sees one byte read too many. */
	text = malloc(size > 1 ? size - 1 : 1);
	if (!text || !value)
		return 0;
	memcpy(text, data + 1, size - 1);
	if (nono_jsonedit_init(&e, "f", text, size - 1, NULL) < 0)
		return 0;
	at = find_place(steps, e.doc.root, data[0] % (STEPS - 1));
	if (!at->key || !json_object_get(e.doc.root, at->key))
		change(&e, at, value);
	return 0;
}
