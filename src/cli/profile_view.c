/* profile_view.c - one composed profile, for programs.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/profile_view.h"

#include "base/jsontext.h"
#include "base/util.h"

int profile_view_load(struct context *ctx, const char *which, struct profile_view *ret, struct nono_error *err)
{
	const struct nono_profile_lookup lookup = context_lookup(ctx);
	int rc = nono_profile_find(&lookup, which, &ret->text, err);

	ret->name = which;
	if (rc == 0)
		rc = nono_profile_load(&lookup, which, NULL, &ret->profile, err);
	if (rc == 0)
		rc = nono_profile_groups(&ret->profile, NONO_PLATFORM_LINUX, &ret->groups, err);
	return rc;
}

void profile_view_done(struct profile_view *v)
{
	nono_strv_done(&v->groups);
	nono_profile_done(&v->profile);
	nono_profile_text_done(&v->text);
}

bool key_is_meta(const struct nono_key *key)
{
	return nono_key_is_in(key, "meta") || strcmp(key->path, "extends") == 0 || key->path[0] == '$';
}

size_t key_section_len(const struct nono_key *key)
{
	return key->name_at ? (size_t)key->name_at - 1 : 0;
}

/* Keys that programs find even where nothing is set, with what they are then. */
static const struct {
	const char *path, *json;
} defaults[] = {
	{"filesystem.allow", "[]"},
	{"filesystem.read", "[]"},
	{"filesystem.write", "[]"},
	{"filesystem.allow_file", "[]"},
	{"filesystem.read_file", "[]"},
	{"filesystem.write_file", "[]"},
	{"filesystem.deny", "[]"},
	{"filesystem.deny_write", "[]"},
	{"filesystem.bypass_protection", "[]"},
	{"filesystem.suppress_save_prompt", "[]"},
	{"filesystem.unix_socket", "[]"},
	{"filesystem.unix_socket_bind", "[]"},
	{"filesystem.unix_socket_dir", "[]"},
	{"filesystem.unix_socket_dir_bind", "[]"},
	{"filesystem.unix_socket_subtree", "[]"},
	{"filesystem.unix_socket_subtree_bind", "[]"},
	{"groups.include", "[]"},
	{"groups.exclude", "[]"},
	{"network.block", "false"},
	{"network.open_port", "[]"},
	{"network.listen_port", "[]"},
	{"network.network_profile", "null"},
	{"network.allow_domain", "[]"},
	{"network.credentials", "[]"},
	{"network.upstream_proxy", "null"},
	{"network.upstream_bypass", "[]"},
	{"network.no_proxy", "[]"},
	{"workdir.access", "\"none\""},
	{"security.capability_elevation", "false"},
	{"rollback.exclude_patterns", "[]"},
	{"rollback.exclude_globs", "[]"},
};

static const char *default_json(const struct nono_key *key)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(defaults); i++)
		if (strcmp(defaults[i].path, key->path) == 0)
			return defaults[i].json;
	return NULL;
}

/* The object that is open: the path of a section in the table, which never has one of its own inside. */
struct section {
	const char *path;
	size_t len;
};

static void enter(struct section *s, const struct profile_view *v, const struct nono_key *key, struct nono_buf *out)
{
	_cleanup_(nono_freep) char *name = NULL;
	size_t len = key_section_len(key);

	if (len == s->len && strncmp(s->path, key->path, len) == 0)
		return;
	if (s->len == strlen("groups") && strncmp(s->path, "groups", s->len) == 0)
		nono_json_strings(out, "effective", &v->groups);
	if (s->len)
		nono_buf_puts(out, "}");
	*s = (struct section){key->path, len};
	if (!len)
		return;
	name = strndup(key->path, len);
	if (name)
		nono_json_open(out, name, '{');
	out->failed |= !name;
}

static int add_key(struct section *s, const struct profile_view *v, const struct nono_key *key, struct nono_buf *out,
		   struct nono_error *err)
{
	_cleanup_(json_decrefp) json_t *value = NULL;
	const char *otherwise = default_json(key);
	int rc = nono_profile_value(&v->profile, key, &value, err);

	if (rc < 0 || (!value && !otherwise))
		return rc;
	enter(s, v, key, out);
	nono_json_key(out, key->path + key->name_at);
	if (value)
		nono_json_value(out, value);
	else
		nono_buf_puts(out, otherwise);
	return 0;
}

int profile_view_json(const struct profile_view *v, struct nono_buf *out, struct nono_error *err)
{
	static const struct nono_key end = {.path = ""};
	const struct nono_profile *p = &v->profile;
	struct section section = {"", 0};
	int rc = 0;

	nono_json_open(out, NULL, '{');
	nono_json_member(out, "name", p->meta.name ? p->meta.name : v->text.name);
	nono_json_key(out, "description");
	if (p->meta.description)
		nono_json_string(out, p->meta.description);
	else
		nono_buf_puts(out, "null");
	nono_json_open(out, "extends", '[');
	for (size_t i = 0; i < p->extends.len; i++) {
		nono_json_item(out);
		nono_json_string(out, p->extends.items[i].text);
	}
	nono_buf_puts(out, "]");
	for (size_t i = 0; i < nono_key_count && rc == 0; i++)
		if (!key_is_meta(&nono_keys[i]))
			rc = add_key(&section, v, &nono_keys[i], out, err);
	enter(&section, v, &end, out);
	nono_buf_puts(out, "}");
	return rc;
}
