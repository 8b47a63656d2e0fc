/* profile_other.c - values of keys without a field, kept as JSON to be shown.  SPDX-License-Identifier: Apache-2.0 */
#include "base/util.h"
#include "policy/build.h"
#include "policy/profile_lists.h"

bool nono_key_is_other(const struct nono_key *key)
{
	bool composite = key->kind == NONO_KIND_SECTION || key->kind == NONO_KIND_MAP || key->kind == NONO_KIND_ITEMS ||
			 key->kind == NONO_KIND_ANY;

	return key->merge != NONO_MERGE_NONE && (composite || key->offset == NONO_KEY_NOT_KEPT);
}

static struct nono_other *find(const struct nono_others *o, const struct nono_key *key)
{
	for (size_t i = 0; i < o->len; i++)
		if (o->items[i].key == key)
			return &o->items[i];
	return NULL;
}

json_t *nono_others_get(const struct nono_others *o, const struct nono_key *key)
{
	const struct nono_other *other = find(o, key);

	return other && !json_is_null(other->value) ? other->value : NULL;
}

int nono_others_set(struct nono_others *o, const struct nono_key *key, json_t *value, struct nono_error *err)
{
	struct nono_other *other = find(o, key), *items;

	if (other) {
		json_decref(other->value);
		other->value = json_incref(value);
		return 0;
	}
	items = nono_grow(o->items, o->len, &o->room, sizeof(*items));
	if (!items)
		return nono_nomem(err);
	o->items = items;
	o->items[o->len++] = (struct nono_other){.key = key, .value = json_incref(value)};
	return 0;
}

static bool has_item(const json_t *list, const json_t *item)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_equal(json_array_get(list, i), item))
			return true;
	return false;
}

static int append(json_t *base, const json_t *child, struct nono_error *err)
{
	for (size_t i = 0; i < json_array_size(child); i++) {
		json_t *item = json_array_get(child, i);

		if (!has_item(base, item) && json_array_append(base, item) < 0)
			return nono_nomem(err);
	}
	return 0;
}

/* The child's value over the base's, which is there; see docs/format/profile.md. */
static int join(struct nono_other *base, json_t *child, struct nono_error *err)
{
	const struct nono_key *key = base->key;
	bool empty = json_is_array(child) && json_array_size(child) == 0;

	if (json_is_null(child) && key->clear != NONO_CLEAR_NULL)
		return 0;
	if (key->merge == NONO_MERGE_OR && json_is_true(base->value))
		return 0;
	if (json_is_array(base->value) && json_is_array(child) && !(empty && key->clear == NONO_CLEAR_EMPTY))
		return append(base->value, child, err);
	if (json_is_object(base->value) && json_is_object(child) && key->kind != NONO_KIND_SECTION)
		return json_object_update(base->value, child) < 0 ? nono_nomem(err) : 0;
	json_decref(base->value);
	base->value = json_incref(child);
	return 0;
}

int nono_others_join(struct nono_others *o, struct nono_others *more, struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < more->len && rc == 0; i++) {
		struct nono_other *base = find(o, more->items[i].key);

		if (base)
			rc = join(base, more->items[i].value, err);
		else
			rc = nono_others_set(o, more->items[i].key, more->items[i].value, err);
	}
	nono_others_done(more);
	return rc;
}

void nono_others_done(struct nono_others *o)
{
	for (size_t i = 0; i < o->len; i++)
		json_decref(o->items[i].value);
	free(o->items);
	*o = (struct nono_others){0};
}
