/* remedy.c - what to change so that something is allowed, in words.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/remedy.h"

#include "base/jsontext.h"
#include "base/util.h"

static char *manifest_text(const struct nono_answer *a, enum nono_op op)
{
	static const char *const words[] = {"", "read", "write", "readwrite"};
	_cleanup_(nono_remedy_done) struct nono_remedy r = {0};
	_cleanup_(nono_buf_done) struct nono_buf out = {0};

	if (nono_answer_remedy(a, op, &r, NULL) < 0)
		return NULL;
	if (!r.path)
		return strdup("");
	nono_buf_puts(&out, "in the manifest, filesystem.grants: {\"path\": ");
	nono_json_string(&out, r.path);
	nono_buf_printf(&out, ", \"access\": \"%s\", \"type\": \"%s\"}", words[r.access],
			r.is_file ? "file" : "directory");
	if (r.lift) {
		nono_buf_puts(&out, ", and filesystem.deny without ");
		nono_json_string(&out, r.lift->written);
	}
	return nono_buf_take(&out);
}

char *remedy_text(const struct arguments *args, const struct nono_answer *a, enum nono_op op)
{
	return args->config ? manifest_text(a, op) : nono_answer_flag(a, op);
}
