/* manifest_write.c - the manifest of a capability set.  SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>

#include "base/jsontext.h"
#include "base/util.h"
#include "policy/manifest.h"
#include "policy/path.h"

struct writing {
	const struct nono_capset *set;
	const struct nono_vars *vars;
	struct nono_buf out;
	struct nono_error *err;
	bool first; /* of a list */
};

static const char *const access_words[] = {"", "read", "write", "readwrite"};
static const char *const signal_words[] = {NULL, "isolated", "allow_same_sandbox", "allow_all"};
static const char *const ipc_words[] = {NULL, "shared_memory_only", "full"};

/* Begin an item of a list, on a line of its own. */
static void next_item(struct writing *w)
{
	nono_buf_puts(&w->out, w->first ? "\n      " : ",\n      ");
	w->first = false;
}

static void begin_list(struct writing *w, const char *key)
{
	nono_buf_printf(&w->out, "    \"%s\": [", key);
	w->first = true;
}

static void end_list(struct writing *w)
{
	nono_buf_puts(&w->out, w->first ? "]" : "\n    ]");
}

/* What reading gives back byte for byte; marks that would act on a terminal are escaped. */
static int put_text(struct writing *w, const char *text)
{
	json_t *value = json_string(text);

	if (!value)
		return nono_fail(w->err, NONO_E_POLICY, 0, "'%s' cannot be written in a manifest: it is not UTF-8",
				 text);
	json_decref(value);
	nono_json_string(&w->out, text);
	return 0;
}

static int put_texts(struct writing *w, const char *key, const struct nono_strv *texts)
{
	int rc = 0;

	begin_list(w, key);
	for (size_t i = 0; i < texts->len && rc == 0; i++) {
		next_item(w);
		rc = put_text(w, texts->items[i]);
	}
	end_list(w);
	nono_buf_puts(&w->out, ",\n");
	return rc;
}

/* Reading it back expands it, so what would then be something else cannot be written. */
static int put_path(struct writing *w, const char *path)
{
	bool below_home = nono_path_is_below(path, w->vars->home) && w->vars->home[1];
	_cleanup_(nono_freep) char *short_form = NULL;

	if (strchr(path, '$') && !(below_home && !strchr(path + strlen(w->vars->home), '$')))
		return nono_fail(w->err, NONO_E_POLICY, 0,
				 "'%s' cannot be written in a manifest: a $ in it would be read as a variable's", path);
	nono_buf_puts(&w->out, "{ \"path\": ");
	if (!below_home)
		return put_text(w, path);
	short_form = nono_path_join("~", path + strlen(w->vars->home) + 1);
	return short_form ? put_text(w, short_form) : nono_nomem(w->err);
}

static int put_grants(struct writing *w)
{
	begin_list(w, "grants");
	for (size_t i = 0; i < w->set->grant_count; i++) {
		const struct nono_grant *g = &w->set->grants[i];
		int rc;

		if (g->source.kind == NONO_SOURCE_SYSTEM)
			continue;
		next_item(w);
		rc = put_path(w, g->written);
		if (rc < 0)
			return rc;
		nono_buf_printf(&w->out, ", \"access\": \"%s\", \"type\": \"%s\" }",
				access_words[g->access & NONO_ACCESS_READWRITE], g->is_file ? "file" : "directory");
	}
	end_list(w);
	nono_buf_puts(&w->out, ",\n");
	return 0;
}

static int put_denies(struct writing *w)
{
	begin_list(w, "deny");
	for (size_t i = 0; i < w->set->deny_count; i++) {
		const struct nono_deny *d = &w->set->denies[i];
		int rc;

		if (d->source.kind == NONO_SOURCE_SYSTEM)
			continue;
		next_item(w);
		rc = put_path(w, d->written);
		if (rc < 0)
			return rc;
		nono_buf_puts(&w->out, d->write_only ? ", \"access\": \"write\" }" : " }");
	}
	end_list(w);
	if (w->set->no_unlink)
		nono_buf_puts(&w->out, ",\n    \"deny_unlink\": true");
	return 0;
}

static bool has_range(const struct nono_ports *ports, const struct nono_port_range *r)
{
	for (size_t i = 0; i < ports->len; i++)
		if (ports->items[i].lo == r->lo && ports->items[i].hi == r->hi)
			return true;
	return false;
}

/* Of @ports those that are, or are not, in @other too: single ones, or ranges. */
static void put_ports(struct writing *w, const char *key, const struct nono_ports *ports,
		      const struct nono_ports *other, bool shared, bool ranges)
{
	bool any = false;

	for (size_t i = 0; i < ports->len; i++) {
		const struct nono_port_range *r = &ports->items[i];

		if (has_range(other, r) != shared || (r->lo != r->hi) != ranges)
			continue;
		if (any)
			nono_buf_puts(&w->out, ", ");
		else
			nono_buf_printf(&w->out, "%s\"%s\": [", w->first ? "" : ", ", key);
		any = true;
		if (ranges)
			nono_buf_printf(&w->out, "[%u, %u]", r->lo, r->hi);
		else
			nono_buf_printf(&w->out, "%u", r->lo);
	}
	if (any) {
		nono_buf_puts(&w->out, "]");
		w->first = false;
	}
}

static void put_network(struct writing *w)
{
	const struct nono_ports *connect = &w->set->network.connect, *bind = &w->set->network.bind;

	nono_buf_printf(&w->out, "  \"network\": {\n    \"mode\": \"%s\"",
			w->set->network.block ? "blocked" : "unrestricted");
	if (connect->len || bind->len) {
		nono_buf_puts(&w->out, ",\n    \"ports\": { ");
		w->first = true;
		for (int ranges = 0; ranges < 2; ranges++) {
			put_ports(w, ranges ? "localhost_range" : "localhost", connect, bind, true, ranges);
			put_ports(w, ranges ? "connect_range" : "connect", connect, bind, false, ranges);
			put_ports(w, ranges ? "bind_range" : "bind", bind, connect, false, ranges);
		}
		nono_buf_puts(&w->out, " }");
	}
	nono_buf_puts(&w->out, "\n  },\n");
}

static void put_word(struct writing *w, const char *key, const char *word)
{
	if (word)
		nono_buf_printf(&w->out, "    \"%s\": \"%s\",\n", key, word);
}

static int put_process(struct writing *w)
{
	const struct nono_capset *set = w->set;
	_cleanup_(nono_strv_done) struct nono_strv blocked = {0};
	int rc = 0;

	for (size_t i = 0; i < set->blocked_count && rc == 0; i++)
		rc = nono_strv_add(&blocked, set->blocked[i].name, w->err);
	if (rc < 0)
		return rc;
	nono_buf_puts(&w->out, "  \"process\": {\n");
	rc = put_texts(w, "allowed_commands", &set->allowed_commands);
	if (rc == 0)
		rc = put_texts(w, "blocked_commands", &blocked);
	put_word(w, "signal_mode", signal_words[set->signal_mode]);
	put_word(w, "ipc_mode", ipc_words[set->ipc_mode]);
	put_word(w, "namespaces", set->namespaces ? "allow" : NULL);
	nono_buf_puts(&w->out, "    \"exec_strategy\": \"supervised\"\n  }\n");
	return rc;
}

static int put_filesystem(struct writing *w)
{
	int rc;

	nono_buf_puts(&w->out, "  \"filesystem\": {\n");
	rc = put_grants(w);
	if (rc == 0)
		rc = put_denies(w);
	nono_buf_puts(&w->out, "\n  },\n");
	return rc;
}

int nono_manifest_write(const struct nono_capset *set, const struct nono_vars *vars, char **ret, struct nono_error *err)
{
	struct writing w = {.set = set, .vars = vars, .err = err};
	_cleanup_(nono_freep) char *text = NULL;
	int rc;

	nono_buf_puts(&w.out, "{\n  \"version\": \"0.1.0\",\n");
	rc = put_filesystem(&w);
	put_network(&w);
	if (rc == 0)
		rc = put_process(&w);
	nono_buf_puts(&w.out, "}\n");
	text = nono_buf_take(&w.out);
	if (rc < 0)
		return rc;
	if (!text)
		return nono_nomem(err);
	*ret = TAKE(text);
	return 0;
}
