/* remedy.c - what to change so that something is allowed, in words.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/remedy.h"

#include "base/jsontext.h"
#include "base/quote.h"
#include "base/util.h"
#include "policy/path.h"

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

const char *remedy_key(const struct nono_remedy *remedy)
{
	static const char *const keys[][2] = {
		[NONO_ACCESS_NONE] = {"", ""},
		[NONO_ACCESS_READ] = {"read", "read_file"},
		[NONO_ACCESS_WRITE] = {"write", "write_file"},
		[NONO_ACCESS_READWRITE] = {"allow", "allow_file"},
	};

	return keys[remedy->access][remedy->is_file];
}

char *remedy_home_path(const char *home, const char *path)
{
	if (home[1] && nono_path_is_below(path, home))
		return nono_path_join("~", path + strlen(home) + 1);
	return strdup(path);
}

char *remedy_profile_text(const char *home, const struct nono_answer *a, enum nono_op op)
{
	_cleanup_(nono_remedy_done) struct nono_remedy r = {0};
	_cleanup_(nono_buf_done) struct nono_buf out = {0};
	_cleanup_(nono_freep) char *path = NULL;
	_cleanup_(nono_freep) char *lift = NULL;

	if (nono_answer_remedy(a, op, &r, NULL) < 0)
		return NULL;
	/* What such a character means in a profile is something else. */
	if (!r.path || strpbrk(r.path, "$*"))
		return strdup("");
	path = remedy_home_path(home, r.path);
	if (r.lift)
		lift = remedy_home_path(home, nono_path_is_within(r.path, r.lift->real) ? r.path : r.lift->written);
	if (!path || (r.lift && !lift))
		return NULL;
	nono_buf_printf(&out, "\"filesystem\": { \"%s\": [", remedy_key(&r));
	nono_json_string(&out, path);
	if (r.lift) {
		nono_buf_puts(&out, "], \"bypass_protection\": [");
		nono_json_string(&out, lift);
	}
	nono_buf_puts(&out, "] }");
	return nono_buf_take(&out);
}

/* What a flag denies, leaving it out allows again, where nothing else is needed. */
static char *without_flag(const struct nono_answer *a)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};

	nono_buf_printf(&out, "leave out %s ", a->deny->source.name);
	nono_quote_shell(&out, a->deny->written);
	return nono_buf_take(&out);
}

char *remedy_text(const struct arguments *args, const struct nono_answer *a, enum nono_op op)
{
	if (a->deny && a->deny->source.kind == NONO_SOURCE_USER)
		return without_flag(a);
	return args->config ? manifest_text(a, op) : nono_answer_flag(a, op);
}
