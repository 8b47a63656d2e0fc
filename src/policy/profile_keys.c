/* profile_keys.c - the key table, and looking into it.  SPDX-License-Identifier: Apache-2.0 */
#include "policy/profile_keys.h"

#include <string.h>

#include "base/nearest.h"
#include "base/util.h"
#include "policy/profile.h"

#define F(field) offsetof(struct nono_profile, field)
#define NOT_KEPT NONO_KEY_NOT_KEPT
#define ROW(path_, name_at_, kind_, offset_, merge_, class_, ...)                                       \
	{                                                                                               \
		.path = (path_), .name_at = (name_at_), .kind = NONO_KIND_##kind_, .offset = (offset_), \
		.merge = NONO_MERGE_##merge_, .cls = NONO_CLASS_##class_, __VA_ARGS__                   \
	}

/* The words on what a key is for are in profile_docs.c: only what shows them is linked with it. */
#define TOP(name, kind, offset, merge, cls, doc, ...) ROW(name, 0, kind, offset, merge, cls, __VA_ARGS__),
#define KEY(section, name, kind, offset, merge, cls, doc, ...) \
	ROW(section "." name, sizeof(section), kind, offset, merge, cls, __VA_ARGS__),
#define TOP_ALIAS(name, canonical)
#define ALIAS(section, name, canonical)
#define MOVED(section, name, canonical)

const struct nono_key nono_keys[] = {
#include "policy/profile_keys.def"
};
const size_t nono_key_count = NONO_ARRAY_SIZE(nono_keys);
_Static_assert(NONO_ARRAY_SIZE(nono_keys) <= NONO_KEYS_MAX, "raise NONO_KEYS_MAX");
_Static_assert(sizeof(struct nono_profile) < NONO_KEY_NOT_KEPT, "offsets of the table are too small");

#undef TOP
#undef KEY
#undef TOP_ALIAS
#undef ALIAS
#undef MOVED
#define TOP(name, kind, offset, merge, cls, doc, ...)
#define KEY(section, name, kind, offset, merge, cls, doc, ...)
#define TOP_ALIAS(name, canonical) {name, 0, canonical, false},
#define ALIAS(section, name, canonical) {section "." name, sizeof(section), canonical, false},
#define MOVED(section, name, canonical) {section "." name, sizeof(section), canonical, true},

const struct nono_key_alias nono_key_aliases[] = {
#include "policy/profile_keys.def"
};
const size_t nono_key_alias_count = NONO_ARRAY_SIZE(nono_key_aliases);

const struct nono_key_table nono_profile_table = {
	.keys = nono_keys,
	.count = NONO_ARRAY_SIZE(nono_keys),
	.aliases = nono_key_aliases,
	.alias_count = NONO_ARRAY_SIZE(nono_key_aliases),
};

bool nono_key_moved(const char *path)
{
	for (size_t i = 0; i < nono_key_alias_count; i++)
		if (strcmp(nono_key_aliases[i].path, path) == 0)
			return nono_key_aliases[i].moved;
	return false;
}

/* Is the section of a path, whose last name begins at @name_at, this one? */
static bool section_is(const char *path, size_t name_at, const char *section)
{
	size_t len = strlen(section);

	return len == 0 ? name_at == 0 : name_at == len + 1 && memcmp(path, section, len) == 0;
}

bool nono_key_is_in(const struct nono_key *key, const char *section)
{
	return section_is(key->path, key->name_at, section);
}

bool nono_key_alias_is_in(const struct nono_key_alias *alias, const char *section)
{
	return section_is(alias->path, alias->name_at, section);
}

static const struct nono_key *find_path(const struct nono_key_table *table, const char *path)
{
	for (size_t i = 0; i < table->count; i++)
		if (strcmp(table->keys[i].path, path) == 0)
			return &table->keys[i];
	return NULL;
}

const struct nono_key *nono_key_by_path(const char *path)
{
	return find_path(&nono_profile_table, path);
}

const struct nono_key *nono_table_find(const struct nono_key_table *table, const char *section, const char *name,
				       const char **ret_written)
{
	const struct nono_key *found = NULL;
	const char *written = NULL;

	for (size_t i = 0; i < table->count && !found; i++) {
		const struct nono_key *k = &table->keys[i];

		if (k->path[k->name_at] == name[0] && strcmp(k->path + k->name_at, name) == 0 &&
		    nono_key_is_in(k, section)) {
			found = k;
			written = k->path;
		}
	}
	for (size_t i = 0; i < table->alias_count && !found; i++) {
		const struct nono_key_alias *a = &table->aliases[i];

		if (a->path[a->name_at] == name[0] && strcmp(a->path + a->name_at, name) == 0 &&
		    nono_key_alias_is_in(a, section)) {
			found = find_path(table, a->canonical);
			written = a->path;
		}
	}
	if (found && ret_written)
		*ret_written = written;
	return found;
}

const struct nono_key *nono_key_find(const char *section, const char *name, const char **ret_written)
{
	return nono_table_find(&nono_profile_table, section, name, ret_written);
}

/* The best of the names offered, and the path it belongs to. */
struct search {
	struct nono_nearest nearest;
	const char *path;
};

static void offer(struct search *s, const char *path, size_t name_at)
{
	const char *before = s->nearest.best;

	if (strcmp(path + name_at, "*") == 0)
		return;
	nono_nearest_offer(&s->nearest, path + name_at);
	if (s->nearest.best != before)
		s->path = path;
}

const char *nono_table_nearest(const struct nono_key_table *table, const char *section, const char *name)
{
	struct search here = {.nearest = {.word = name}}, elsewhere = here;

	for (size_t i = 0; i < table->count; i++) {
		const struct nono_key *k = &table->keys[i];

		if (nono_key_is_in(k, section))
			offer(&here, k->path, k->name_at);
		else if (!strchr(k->path, '*'))
			offer(&elsewhere, k->path, k->name_at);
	}
	for (size_t i = 0; i < table->alias_count; i++) {
		const struct nono_key_alias *a = &table->aliases[i];

		offer(nono_key_alias_is_in(a, section) ? &here : &elsewhere, a->path, a->name_at);
	}
	return here.path ? here.path : elsewhere.path;
}

const char *nono_key_nearest(const char *section, const char *name)
{
	return nono_table_nearest(&nono_profile_table, section, name);
}
