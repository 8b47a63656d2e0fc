/* capjson.c - a capability set as JSON.  SPDX-License-Identifier: Apache-2.0 */
#include "policy/capjson.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/json.h"
#include "base/jsontext.h"
#include "base/util.h"
#include "policy/build.h"

static const char *const access_words[] = {"none", "read", "write", "readwrite"};

/* Written at every start, so without printf: @key is ,"key": with its quotes. */
static void add_text(struct nono_buf *out, const char *key, const char *value)
{
	nono_buf_puts(out, key);
	nono_json_string(out, value);
}

static void add_number(struct nono_buf *out, const char *key, uint64_t value)
{
	nono_buf_puts(out, key);
	nono_buf_uint(out, value);
}
/* By enum; what is not said is what holds. */
static const char *const signal_words[] = {"isolated", "isolated", "allow_same_sandbox", "allow_all"};
static const char *const ipc_words[] = {"shared_memory_only", "shared_memory_only", "full"};

static void add_source(struct nono_buf *out, const struct nono_source *s)
{
	char text[NONO_NAME_BYTES * 2];

	if (s->name)
		add_text(out, ",\"source\":", nono_source_word(s, text, sizeof(text)));
	else
		add_text(out, ",\"source\":", nono_source_words[s->kind]);
}

static void add_grant(struct nono_buf *out, const struct nono_grant *g)
{
	add_text(out, out->data[out->len - 1] == '[' ? "{\"original\":" : ",{\"original\":", g->written);
	add_text(out, ",\"path\":", g->node.real);
	add_text(out, ",\"access\":", access_words[g->access]);
	nono_buf_puts(out, g->is_file ? ",\"is_file\":true" : ",\"is_file\":false");
	add_source(out, &g->source);
	add_number(out, ",\"dev\":", g->node.dev);
	add_number(out, ",\"ino\":", g->node.ino);
	add_number(out, ",\"rights\":", g->redundant ? 0 : g->rights);
	nono_buf_puts(out, "}");
}

static void add_deny(struct nono_buf *out, const struct nono_deny *d)
{
	add_text(out, out->data[out->len - 1] == '[' ? "{\"path\":" : ",{\"path\":", d->written);
	if (strcmp(d->written, d->real) != 0)
		add_text(out, ",\"real\":", d->real);
	if (d->alias)
		add_text(out, ",\"alias\":", d->alias);
	add_source(out, &d->source);
	if (d->exists) {
		add_number(out, ",\"dev\":", d->dev);
		add_number(out, ",\"ino\":", d->ino);
	}
	nono_buf_puts(out, d->write_only ? ",\"write_only\":true" : "");
	if (d->covered)
		add_text(out, ",\"tier\":", nono_tier_word(d->tier));
	nono_buf_puts(out, d->permanent ? ",\"permanent\":true}" : "}");
}

static void add_ports(struct nono_buf *out, const char *key, const struct nono_ports *ports)
{
	nono_json_key(out, key);
	nono_buf_puts(out, "[");
	for (size_t i = 0; i < ports->len; i++)
		nono_buf_printf(out, "%s[%u,%u]", i ? "," : "", ports->items[i].lo, ports->items[i].hi);
	nono_buf_puts(out, "]");
}

static void add_commands(struct nono_buf *out, const struct nono_capset *set)
{
	nono_json_key(out, "allowed_commands");
	nono_buf_puts(out, "[");
	for (size_t i = 0; i < set->allowed_commands.len; i++) {
		nono_buf_puts(out, i ? "," : "");
		nono_json_string(out, set->allowed_commands.items[i]);
	}
	nono_buf_puts(out, "]");
	nono_json_key(out, "blocked_commands");
	nono_buf_puts(out, "[");
	for (size_t i = 0; i < set->blocked_count; i++) {
		nono_buf_puts(out, i ? "," : "");
		nono_json_string(out, set->blocked[i].name);
	}
	nono_buf_puts(out, "]");
	nono_json_key(out, "blocked_sources");
	nono_buf_puts(out, "[");
	for (size_t i = 0; i < set->blocked_count; i++) {
		char text[NONO_NAME_BYTES * 2];

		nono_buf_puts(out, i ? "," : "");
		nono_json_string(out, nono_source_word(&set->blocked[i].source, text, sizeof(text)));
	}
	nono_buf_puts(out, "]");
}

bool nono_grant_is_stream(const struct nono_grant *grant)
{
	return nono_has_prefix(grant->written, "/dev/std") && strcmp(grant->written, grant->node.real) != 0;
}

char *nono_capset_to_json(const struct nono_capset *set)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};

	nono_buf_puts(&out, "{\"version\":1,\"fs\":[");
	for (size_t i = 0; i < set->grant_count && !out.failed; i++)
		if (!nono_grant_is_stream(&set->grants[i]))
			add_grant(&out, &set->grants[i]);
	nono_buf_puts(&out, "],\"denies\":[");
	for (size_t i = 0; i < set->deny_count && !out.failed; i++)
		add_deny(&out, &set->denies[i]);
	nono_buf_printf(&out, "],\"net_blocked\":%s", set->network.block ? "true" : "false");
	add_ports(&out, "connect_ports", &set->network.connect);
	add_ports(&out, "bind_ports", &set->network.bind);
	add_commands(&out, set);
	nono_json_member(&out, "signal_mode", signal_words[set->signal_mode]);
	nono_json_member(&out, "ipc_mode", ipc_words[set->ipc_mode]);
	nono_buf_puts(&out, "}\n");
	return nono_buf_take(&out);
}

/* ---- reading ---- */

static int find_word(const char *const *words, size_t count, const char *word, size_t len)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(words[i]) == len && strncmp(words[i], word, len) == 0)
			return (int)i;
	return -1;
}

static int bad(const char *name, const char *what, size_t index, struct nono_error *err)
{
	if (nono_json_lacked_memory())
		return nono_nomem(err);
	return nono_fail(err, NONO_E_PARSE, 0, "%s: %s[%zu] is not what nono writes there", name, what, index);
}

static int read_source(const char *text, struct nono_source *ret, struct nono_error *err)
{
	const char *colon = strchr(text, ':');
	int kind = find_word(nono_source_words, NONO_SOURCE_USER + 1, text,
			     colon ? (size_t)(colon - text) : strlen(text));

	return nono_source_set(ret, kind < 0 ? NONO_SOURCE_SYSTEM : (enum nono_source_kind)kind,
			       colon ? colon + 1 : NULL, err);
}

static int read_grant(json_t *j, size_t index, const char *name, struct nono_capset *set, struct nono_error *err)
{
	const char *written, *real, *access, *source;
	json_int_t dev, ino, rights;
	struct nono_grant *g;
	int is_file, word, rc;

	if (json_unpack(j, "{s:s,s:s,s:s,s:b,s:s,s:I,s:I,s:I}", "original", &written, "path", &real, "access", &access,
			"is_file", &is_file, "source", &source, "dev", &dev, "ino", &ino, "rights", &rights))
		return bad(name, "fs", index, err);
	word = find_word(access_words, NONO_ARRAY_SIZE(access_words), access, strlen(access));
	if (word < 0 || rights < 0 || rights > NONO_RIGHTS_ALL)
		return bad(name, "fs", index, err);
	rc = nono_capset_new_grant(set, &g, err);
	if (rc < 0)
		return rc;
	g->written = strdup(written);
	g->node.real = strdup(real);
	g->node.dev = (uint64_t)dev;
	g->node.ino = (uint64_t)ino;
	g->access = (enum nono_access)word;
	g->is_file = is_file;
	g->rights = (uint32_t)rights;
	if (!g->written || !g->node.real)
		return nono_nomem(err);
	return read_source(source, &g->source, err);
}

static int read_deny(json_t *j, size_t index, const char *name, struct nono_capset *set, struct nono_error *err)
{
	const char *written, *real = NULL, *source, *alias = NULL, *tier = NULL;
	json_int_t dev = 0, ino = 0;
	int write_only = 0, permanent = 0, word;
	struct nono_deny *d;

	if (json_unpack(j, "{s:s,s?s,s?s,s:s,s?I,s?I,s?b,s?b,s?s}", "path", &written, "real", &real, "alias", &alias,
			"source", &source, "dev", &dev, "ino", &ino, "write_only", &write_only, "permanent", &permanent,
			"tier", &tier))
		return bad(name, "denies", index, err);
	word = tier ? nono_tier_find(tier) : NONO_TIER_NONE;
	if (word < 0)
		return bad(name, "denies", index, err);
	d = nono_capset_new_deny(set, err);
	if (!d)
		return -NONO_E_NOMEM;
	d->written = strdup(written);
	d->real = strdup(real ? real : written);
	d->alias = alias ? strdup(alias) : NULL;
	d->exists = ino != 0;
	d->dev = (uint64_t)dev;
	d->ino = (uint64_t)ino;
	d->write_only = write_only;
	d->permanent = permanent;
	d->covered = tier != NULL;
	d->tier = (enum nono_tier)word;
	if (!d->written || !d->real || (alias && !d->alias))
		return nono_nomem(err);
	return read_source(source, &d->source, err);
}

static int read_ports(json_t *list, const char *name, const char *key, struct nono_ports *ret, struct nono_error *err)
{
	size_t i;
	json_t *j;

	json_array_foreach (list, i, j) {
		struct nono_port_range *items = nono_grow(ret->items, ret->len, &ret->room, sizeof(*items));
		int lo, hi;

		if (!items)
			return nono_nomem(err);
		ret->items = items;
		if (json_unpack(j, "[ii]", &lo, &hi) || lo < 0 || hi > UINT16_MAX || lo > hi)
			return bad(name, key, i, err);
		ret->items[ret->len++] = (struct nono_port_range){(uint16_t)lo, (uint16_t)hi};
	}
	return 0;
}

static int read_commands(json_t *root, struct nono_capset *set, struct nono_error *err)
{
	const json_t *blocked = json_object_get(root, "blocked_commands");
	const json_t *sources = json_object_get(root, "blocked_sources");
	const json_t *allowed = json_object_get(root, "allowed_commands");
	int rc = 0;

	for (size_t i = 0; i < json_array_size(blocked) && rc == 0; i++) {
		const char *name = json_string_value(json_array_get(blocked, i));
		const char *source = json_string_value(json_array_get(sources, i));

		if (!name)
			continue;
		rc = nono_capset_block_command(set, name, NONO_SOURCE_SYSTEM, NULL, err);
		if (rc == 0 && source)
			rc = read_source(source, &set->blocked[set->blocked_count - 1].source, err);
	}
	for (size_t i = 0; i < json_array_size(allowed) && rc == 0; i++) {
		const char *name = json_string_value(json_array_get(allowed, i));

		rc = name ? nono_strv_add(&set->allowed_commands, name, err) : 0;
	}
	return rc;
}

/* By enum, from 1; the first words stand for what was not said. */
static int find_mode(const char *const *words, size_t count, const char *word)
{
	int at = word ? find_word(words + 1, count - 1, word, strlen(word)) : -1;

	return at < 0 ? -1 : at + 1;
}

int nono_signal_mode_of(const char *word)
{
	return find_mode(signal_words, NONO_ARRAY_SIZE(signal_words), word);
}

int nono_ipc_mode_of(const char *word)
{
	return find_mode(ipc_words, NONO_ARRAY_SIZE(ipc_words), word);
}

/* A file of an older nono does not say them; then they stay unset. */
static void read_modes(json_t *root, struct nono_capset *set)
{
	int signals = nono_signal_mode_of(json_string_value(json_object_get(root, "signal_mode")));
	int ipc = nono_ipc_mode_of(json_string_value(json_object_get(root, "ipc_mode")));

	if (signals > 0)
		set->signal_mode = (enum nono_signal_mode)signals;
	if (ipc > 0)
		set->ipc_mode = (enum nono_ipc_mode)ipc;
}

static int read_lists(json_t *root, const char *name, struct nono_capset *set, struct nono_error *err)
{
	size_t i;
	json_t *j;
	int rc = 0;

	json_array_foreach (json_object_get(root, "fs"), i, j)
		if (rc == 0)
			rc = read_grant(j, i, name, set, err);
	json_array_foreach (json_object_get(root, "denies"), i, j)
		if (rc == 0)
			rc = read_deny(j, i, name, set, err);
	if (rc == 0)
		rc = read_ports(json_object_get(root, "connect_ports"), name, "connect_ports", &set->network.connect,
				err);
	if (rc == 0)
		rc = read_ports(json_object_get(root, "bind_ports"), name, "bind_ports", &set->network.bind, err);
	if (rc == 0)
		rc = read_commands(root, set, err);
	read_modes(root, set);
	return rc;
}

int nono_capset_from_json(const char *text, size_t len, const char *name, struct nono_capset *ret,
			  struct nono_error *err)
{
	_cleanup_(nono_capset_done) struct nono_capset set = {0};
	_cleanup_(nono_json_done) struct nono_json doc = {0};
	int version, blocked, rc;

	if (len > NONO_CAPFILE_BYTES)
		return nono_fail(err, NONO_E_LIMIT, 0, "%s is larger than %d bytes", name, NONO_CAPFILE_BYTES);
	rc = nono_json_parse(name, text, len, &doc, err);
	if (rc < 0)
		return rc;
	if (json_unpack(doc.root, "{s:i,s:b}", "version", &version, "net_blocked", &blocked))
		version = 0;
	if (nono_json_lacked_memory())
		return nono_nomem(err);
	if (version != 1)
		return nono_fail(err, NONO_E_PARSE, 0, "%s: not a capability file of version 1", name);
	set.network.block = blocked;
	rc = read_lists(doc.root, name, &set, err);
	if (rc == 0)
		*ret = TAKE(set);
	return rc;
}
