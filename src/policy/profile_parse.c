/* profile_parse.c - one profile text, walked along the key table.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/util.h"
#include "policy/profile_lists.h"
#include "policy/profile_read.h"

static int read_value(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at, json_t *value,
		      bool *ret_set);

/* "a, b, c": the names of a section's keys, as many as there is room for. */
static void section_names(const struct nono_key_table *table, const char *section, char *room, size_t size)
{
	size_t used = 0;

	room[0] = '\0';
	for (size_t i = 0; i < table->count; i++) {
		const struct nono_key *k = &table->keys[i];
		const char *name = k->path + k->name_at;

		if (!nono_key_is_in(k, section) || used + strlen(name) + 3 > size)
			continue;
		used += (size_t)snprintf(room + used, size - used, "%s%s", used ? ", " : "", name);
	}
}

static int unknown_key(struct nono_reading *r, const char *section, const struct nono_json_at *at)
{
	const char *near = nono_table_nearest(r->table, section, at->key);
	char names[NONO_ERROR_BYTES / 2];

	if (near)
		return nono_read_fail(r, at, NONO_JSON_AT_KEY, "unknown key; did you mean %s?", near);
	section_names(r->table, section, names, sizeof(names));
	return nono_read_fail(r, at, NONO_JSON_AT_KEY, "unknown key; known here: %s", names);
}

/* A key and an older name of it, or two older names, would be two values for one thing. */
static int check_seen(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at,
		      const char *written)
{
	const char **seen = &r->seen[key - r->table->keys];

	if (strchr(key->path, '*'))
		return 0;
	if (r->findings && nono_key_moved(written)) {
		int rc = nono_strv_add_new(&r->findings->moved, written, r->err);

		if (rc < 0)
			return rc;
	}
	if (*seen)
		return nono_read_fail(r, at, NONO_JSON_AT_KEY, "means the same as %s, which is there too; keep only %s",
				      *seen, key->path);
	*seen = written;
	return 0;
}

static int check_required(struct nono_reading *r, const char *section, const struct nono_json_at *at,
			  const json_t *object)
{
	for (size_t i = 0; i < r->table->count; i++) {
		const struct nono_key *k = &r->table->keys[i];
		const char *name = k->path + k->name_at;

		if (k->required && nono_key_is_in(k, section) && !json_object_get(object, name))
			return nono_read_fail(r, at, NONO_JSON_AT_VALUE, "%s is missing; write \"%s\": \"...\"", name,
					      name);
	}
	return 0;
}

static int read_section(struct nono_reading *r, const char *section, const struct nono_json_at *at, json_t *object,
			bool *ret_set)
{
	const char *name;
	json_t *value;

	json_object_foreach (object, name, value) {
		const struct nono_json_at here = {.up = at, .key = name};
		const char *written = NULL;
		const struct nono_key *key = nono_table_find(r->table, section, name, &written);
		bool set = false;
		int rc = key ? check_seen(r, key, &here, written) : unknown_key(r, section, &here);

		if (rc == 0)
			rc = read_value(r, key, &here, value, &set);
		rc = nono_read_on(r, rc);
		if (rc < 0)
			return rc;
		*ret_set = *ret_set || set;
	}
	return check_required(r, section, at, object);
}

static int decode_section(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at,
			  json_t *value, bool *ret_set)
{
	struct nono_session_hook *field = nono_read_field(r, key);
	int rc;

	*ret_set = key->set_by_presence;
	rc = read_section(r, key->path, at, value, ret_set);
	return rc == 0 && field && !r->findings ? nono_read_session_hook(r, field, value) : rc;
}

static int decode_map(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at, json_t *value,
		      bool *ret_set)
{
	const struct nono_key *item = nono_table_find(r->table, key->path, "*", NULL);
	struct nono_hooks *field = nono_read_field(r, key);
	int rc = nono_read_limit(r, at, json_object_size(value));
	const char *name;
	json_t *part;

	if (rc < 0)
		return rc;
	json_object_foreach (value, name, part) {
		const struct nono_json_at here = {.up = at, .key = name};
		bool set = false;

		rc = nono_read_text(r, key->check_name, &here, NONO_JSON_AT_KEY, name);
		if (rc == 0)
			rc = read_value(r, item, &here, part, &set);
		if (rc == 0 && field && !r->findings)
			rc = nono_read_hook(r, field, name, part);
		rc = nono_read_on(r, rc);
		if (rc < 0)
			return rc;
		*ret_set = true;
	}
	return 0;
}

static int decode_items(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at,
			json_t *value, bool *ret_set)
{
	const struct nono_key *item = nono_table_find(r->table, key->path, "*", NULL);
	int rc = nono_read_limit(r, at, json_array_size(value));

	for (size_t i = 0; i < json_array_size(value) && rc == 0; i++) {
		const struct nono_json_at here = {.up = at, .index = i};
		json_t *part = json_array_get(value, i);
		bool set = false;

		if (!key->text_too || !json_is_string(part))
			rc = nono_read_on(r, read_value(r, item, &here, part, &set));
		*ret_set = true;
	}
	return rc;
}

/* A profile body for one system: checked whichever it is, kept for the system that we are on. */
static int decode_body(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at, json_t *value,
		       bool *ret_set)
{
	_cleanup_(nono_profile_done) struct nono_profile body = {0};
	struct nono_reading inner = {.table = r->table,
				     .doc = r->doc,
				     .origin = r->origin,
				     .host = r->host,
				     .p = &body,
				     .nested = true,
				     .findings = r->findings,
				     .err = r->err};
	struct nono_profile **field = nono_read_field(r, key);
	int rc = read_section(&inner, "", at, value, ret_set);

	if (rc < 0 || strcmp(key->path + key->name_at, r->host.os) != 0)
		return rc;
	*field = malloc(sizeof(**field));
	if (!*field)
		return nono_nomem(r->err);
	**field = TAKE(body);
	return 0;
}

#define TYPE(t) (1u << JSON_##t)

/* For each kind: what JSON it may be, how that is said, and what reads it. */
static const struct kind {
	unsigned int types;
	const char *expected;
	nono_decode_fn decode;
} kinds[NONO_KINDS] = {
	[NONO_KIND_SECTION] = {TYPE(OBJECT), "an object {}", decode_section},
	[NONO_KIND_MAP] = {TYPE(OBJECT), "an object {}", decode_map},
	[NONO_KIND_ITEMS] = {TYPE(ARRAY), "a list []", decode_items},
	[NONO_KIND_STRING] = {TYPE(STRING), "a string", nono_decode_string},
	[NONO_KIND_BOOL] = {TYPE(TRUE) | TYPE(FALSE), "true or false", nono_decode_bool},
	[NONO_KIND_ENUM] = {TYPE(STRING), "a string", nono_decode_enum},
	[NONO_KIND_INT] = {TYPE(INTEGER), "a whole number", nono_decode_int},
	[NONO_KIND_LIST] = {TYPE(ARRAY), "a list of strings such as [\"...\"]", nono_decode_list},
	[NONO_KIND_PORTS] = {TYPE(ARRAY), "a list of ports such as [8080]", nono_decode_ports},
	[NONO_KIND_RANGES] = {TYPE(ARRAY), "a list of pairs such as [[8000, 8010]]", nono_decode_ranges},
	[NONO_KIND_PAIRS] = {TYPE(OBJECT), "an object such as {\"NAME\": \"value\"}", nono_decode_pairs},
	[NONO_KIND_ANY] = {~0u, "", nono_decode_any},
	[NONO_KIND_BODY] = {TYPE(OBJECT), "an object {}", decode_body},
};

/*
 * Note what a key that is not built yet was set to, or that it takes an inherited value away: a scalar that replaces
 * its base's does, and so does what the table names.
 */
static int note_unbuilt(struct nono_reading *r, const struct nono_key *key, const json_t *value, bool set)
{
	struct nono_entries *list = key->cls == NONO_CLASS_UNUSED ? &r->p->unbuilt_convenience
								  : &r->p->unbuilt_protecting;
	bool clears = (key->clear == NONO_CLEAR_NULL && json_is_null(value)) ||
		      (key->clear == NONO_CLEAR_EMPTY && json_is_array(value) && json_array_size(value) == 0) ||
		      (key->merge == NONO_MERGE_CHILD && !json_is_null(value));

	if (key->cls == NONO_CLASS_USED || (!set && !clears))
		return 0;
	return nono_entries_add(set ? list : &r->p->cleared, key->path, r->origin->name, r->origin->builtin, r->err);
}

static int read_value(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at, json_t *value,
		      bool *ret_set)
{
	const struct kind *kind = &kinds[key->kind];
	bool typed = (kind->types & 1u << json_typeof(value)) || (key->single && json_is_string(value));
	int rc = 0;

	*ret_set = false;
	if (r->nested && key->top_only)
		return nono_read_fail(r, at, NONO_JSON_AT_KEY,
				      "cannot stand inside platform_overrides; write it at the top");
	if (!json_is_null(value) || !key->nullable) {
		if (!typed)
			return nono_read_fail(r, at, NONO_JSON_AT_VALUE, "expected %s, found %s", kind->expected,
					      nono_json_type_name(value));
		rc = kind->decode(r, key, at, value, ret_set);
	}
	if (rc == 0 && r->table == &nono_profile_table && nono_key_is_other(key))
		rc = nono_others_set(&r->p->others, key, value, r->err);
	return rc == 0 ? note_unbuilt(r, key, value, *ret_set) : rc;
}

int nono_read_object(struct nono_reading *r, json_t *object)
{
	bool set = false;

	return read_section(r, "", NULL, object, &set);
}

int nono_profile_parse_all(const char *text, size_t len, const char *os_release,
			   const struct nono_profile_origin *origin, struct nono_findings *findings,
			   struct nono_profile *ret, struct nono_error *err)
{
	_cleanup_(nono_json_done) struct nono_json doc = {0};
	_cleanup_(nono_profile_done) struct nono_profile p = {0};
	struct nono_reading r = {.table = &nono_profile_table,
				 .doc = &doc,
				 .origin = origin,
				 .host = {.os = nono_when_os(), .os_release = os_release},
				 .p = &p,
				 .findings = findings,
				 .err = err};
	int rc;

	if (len > NONO_PROFILE_BYTES)
		return nono_fail(err, NONO_E_LIMIT, 0, "%s: larger than %d bytes", origin->file, NONO_PROFILE_BYTES);
	rc = nono_json_parse(origin->file, text, len, &doc, err);
	if (rc == 0)
		rc = nono_read_object(&r, doc.root);
	if (rc < 0)
		return rc;
	*ret = TAKE(p);
	return 0;
}

int nono_profile_parse(const char *text, size_t len, const char *os_release, const struct nono_profile_origin *origin,
		       struct nono_profile *ret, struct nono_error *err)
{
	return nono_profile_parse_all(text, len, os_release, origin, NULL, ret, err);
}
