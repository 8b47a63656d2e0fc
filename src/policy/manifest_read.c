/* manifest_read.c - one manifest, walked along its key table.  SPDX-License-Identifier: Apache-2.0 */
#include "base/util.h"
#include "policy/build.h"
#include "policy/manifest.h"
#include "policy/profile_read.h"

#define MODE_BLOCKED 2	      /* place of its word in the row of network.mode */
#define RANGE_PORTS_MAX 16384 /* of network.ports.localhost_range, all together */

#define M(field) offsetof(struct nono_manifest, field)
#define R(field) offsetof(struct nono_manifest, rules.field)
#define NOT_KEPT NONO_KEY_NOT_KEPT
#define ROW(path_, name_at_, kind_, offset_, class_, ...)                                               \
	{                                                                                               \
		.path = (path_), .name_at = (name_at_), .kind = NONO_KIND_##kind_, .offset = (offset_), \
		.merge = NONO_MERGE_NONE, .cls = NONO_CLASS_##class_, __VA_ARGS__                       \
	}
#define TOP(name, kind, offset, cls, ...) ROW(name, 0, kind, offset, cls, __VA_ARGS__),
#define KEY(section, name, kind, offset, cls, ...) \
	ROW(section "." name, sizeof(section), kind, offset, cls, __VA_ARGS__),

static const struct nono_key rows[] = {
#include "policy/manifest_keys.def"
};
_Static_assert(NONO_ARRAY_SIZE(rows) <= NONO_KEYS_MAX, "raise NONO_KEYS_MAX");
_Static_assert(offsetof(struct nono_manifest, rules) == 0, "offsets of the table start at the rules");
_Static_assert(sizeof(struct nono_manifest) < NONO_KEY_NOT_KEPT, "offsets of the table are too small");

static const struct nono_key_table table = {.keys = rows, .count = NONO_ARRAY_SIZE(rows)};

void nono_manifest_done(struct nono_manifest *m)
{
	if (!m)
		return;
	nono_profile_done(&m->rules);
	for (size_t i = 0; i < m->grant_count; i++)
		free(m->grants[i].path);
	free(m->grants);
	free(m->name);
	nono_strv_done(&m->deny);
	nono_strv_done(&m->deny_write);
	*m = (struct nono_manifest){0};
}

static enum nono_access access_of(const char *word)
{
	if (strcmp(word, "read") == 0)
		return NONO_ACCESS_READ;
	return strcmp(word, "write") == 0 ? NONO_ACCESS_WRITE : NONO_ACCESS_READWRITE;
}

static int add_grant(struct nono_manifest *m, const json_t *item, struct nono_error *err)
{
	struct nono_manifest_grant *grants = nono_grow(m->grants, m->grant_count, &m->grant_room, sizeof(*grants));
	char *path;

	if (!grants)
		return nono_nomem(err);
	m->grants = grants;
	path = strdup(json_string_value(json_object_get(item, "path")));
	if (!path)
		return nono_nomem(err);
	grants[m->grant_count++] = (struct nono_manifest_grant){
		.path = path,
		.access = access_of(json_string_value(json_object_get(item, "access"))),
		.is_file = nono_streq(json_string_value(json_object_get(item, "type")), "file"),
	};
	return 0;
}

static int add_deny(struct nono_manifest *m, const json_t *item, struct nono_error *err)
{
	bool write_only = nono_streq(json_string_value(json_object_get(item, "access")), "write");

	return nono_strv_add(write_only ? &m->deny_write : &m->deny, json_string_value(json_object_get(item, "path")),
			     err);
}

/* The lists of objects, every item of which the table has found in order. */
static int take_lists(struct nono_manifest *m, const json_t *root, struct nono_error *err)
{
	const json_t *filesystem = json_object_get(root, "filesystem");
	const json_t *grants = json_object_get(filesystem, "grants"), *deny = json_object_get(filesystem, "deny");
	int rc = 0;

	for (size_t i = 0; i < json_array_size(grants) && rc == 0; i++)
		rc = add_grant(m, json_array_get(grants, i), err);
	for (size_t i = 0; i < json_array_size(deny) && rc == 0; i++)
		rc = add_deny(m, json_array_get(deny, i), err);
	return rc;
}

static int check_ranges(const struct nono_json *doc, const struct nono_manifest *m, struct nono_error *err)
{
	const struct nono_json_at network = {.key = "network"}, ports = {.up = &network, .key = "ports"};
	const struct nono_json_at at = {.up = &ports, .key = "localhost_range"};
	const struct nono_ports *open = &m->rules.network.open_port;
	unsigned int sum = 0;

	for (size_t i = 0; i < open->len; i++)
		if (open->items[i].hi > open->items[i].lo)
			sum += open->items[i].hi - open->items[i].lo + 1U;
	if (sum <= RANGE_PORTS_MAX)
		return 0;
	return nono_json_fail(doc, &at, NONO_JSON_AT_VALUE, err, NONO_E_LIMIT, "more than %d ports in all",
			      RANGE_PORTS_MAX);
}

/* What no row can say: modes that are fields of another kind, and what depends on another key. */
static int finish(struct nono_manifest *m, const struct nono_profile_origin *origin, struct nono_error *err)
{
	m->rules.network.block = m->network_mode == MODE_BLOCKED ? NONO_TRI_TRUE : NONO_TRI_FALSE;
	m->name = strdup(origin->name);
	if (!m->name)
		return nono_nomem(err);
	/* Without a network there are no names to be resolved; with one, nothing would refuse it. */
	if (m->dns == NONO_TRI_FALSE && m->network_mode != MODE_BLOCKED)
		return nono_entries_add(&m->rules.unbuilt_protecting, "network.dns", origin->name, false, err);
	return 0;
}

int nono_manifest_parse(const char *text, size_t len, const char *file, struct nono_manifest *ret,
			struct nono_error *err)
{
	_cleanup_(nono_json_done) struct nono_json doc = {0};
	_cleanup_(nono_manifest_done) struct nono_manifest m = {0};
	const struct nono_profile_origin origin = {.file = file, .name = file};
	struct nono_reading r = {.table = &table, .doc = &doc, .origin = &origin, .p = &m.rules, .err = err};
	int rc;

	if (len > NONO_PROFILE_BYTES)
		return nono_fail(err, NONO_E_LIMIT, 0, "%s: larger than %d bytes", file, NONO_PROFILE_BYTES);
	rc = nono_json_parse(file, text, len, &doc, err);
	if (rc == 0)
		rc = nono_read_object(&r, doc.root);
	if (rc == 0)
		rc = check_ranges(&doc, &m, err);
	if (rc == 0)
		rc = take_lists(&m, doc.root, err);
	if (rc == 0)
		rc = finish(&m, &origin, err);
	if (rc == 0)
		*ret = TAKE(m);
	return rc;
}
