/* profile_value.c - what a composed profile says of each key, as JSON.  SPDX-License-Identifier: Apache-2.0 */
#include "policy/profile_value.h"

#include "base/util.h"
#include "policy/profile_lists.h"

static json_t *string_value(const struct nono_key *key, const void *field)
{
	const char *text = *(char *const *)field;

	(void)key;
	return text ? json_string(text) : json_null();
}

static json_t *bool_value(const struct nono_key *key, const void *field)
{
	enum nono_tri tri = *(const enum nono_tri *)field;

	(void)key;
	return tri == NONO_TRI_UNSET ? json_null() : json_boolean(tri == NONO_TRI_TRUE);
}

static json_t *enum_value(const struct nono_key *key, const void *field)
{
	const char *word = key->words;

	if (*(const int *)field == 0)
		return json_null();
	for (int place = 1; place < *(const int *)field; place++)
		word += strcspn(word, "|") + 1;
	word += *word == '!';
	return json_stringn(word, strcspn(word, "|"));
}

static json_t *list_value(const struct nono_key *key, const void *field)
{
	const struct nono_entries *e = field;
	json_t *list = json_array();
	int rc = list ? 0 : -1;

	(void)key;
	for (size_t i = 0; i < e->len && rc == 0; i++)
		rc = json_array_append_new(list, json_string(e->items[i].text));
	if (rc == 0)
		return list;
	json_decref(list);
	return NULL;
}

/* Single ports under one key, ranges under another: the field has both. */
static json_t *ports_value(const struct nono_key *key, const void *field)
{
	const struct nono_ports *p = field;
	json_t *list = json_array();
	int rc = list ? 0 : -1;

	for (size_t i = 0; i < p->len && rc == 0; i++) {
		const struct nono_port_range *r = &p->items[i];

		if ((r->lo != r->hi) != (key->kind == NONO_KIND_RANGES))
			continue;
		rc = json_array_append_new(list,
					   r->lo == r->hi ? json_integer(r->lo) : json_pack("[ii]", r->lo, r->hi));
	}
	if (rc == 0)
		return list;
	json_decref(list);
	return NULL;
}

static json_t *pairs_value(const struct nono_key *key, const void *field)
{
	const struct nono_pairs *p = field;
	json_t *object = json_object();
	int rc = object ? 0 : -1;

	(void)key;
	for (size_t i = 0; i < p->len && rc == 0; i++)
		rc = json_object_set_new(object, p->items[i].name, json_string(p->items[i].value));
	if (rc == 0)
		return object;
	json_decref(object);
	return NULL;
}

/* For each kind of field; null stands for what is not set. */
static json_t *(*const values[NONO_KINDS])(const struct nono_key *key, const void *field) = {
	[NONO_KIND_STRING] = string_value, [NONO_KIND_BOOL] = bool_value,   [NONO_KIND_ENUM] = enum_value,
	[NONO_KIND_LIST] = list_value,	   [NONO_KIND_PORTS] = ports_value, [NONO_KIND_RANGES] = ports_value,
	[NONO_KIND_PAIRS] = pairs_value,
};

static bool is_empty(const json_t *value)
{
	if (json_is_array(value))
		return json_array_size(value) == 0;
	return json_is_object(value) ? json_object_size(value) == 0 : json_is_null(value);
}

bool nono_key_has_value(const struct nono_key *key)
{
	return nono_key_is_other(key) || (key->offset != NONO_KEY_NOT_KEPT && values[key->kind]);
}

int nono_profile_value(const struct nono_profile *p, const struct nono_key *key, json_t **ret, struct nono_error *err)
{
	bool written = key->written && *(const bool *)((const char *)p + key->written);
	json_t *value = NULL;

	if (nono_key_is_other(key))
		value = json_incref(nono_others_get(&p->others, key));
	else if (nono_key_has_value(key)) {
		value = values[key->kind](key, (const char *)p + key->offset);
		if (!value)
			return nono_nomem(err);
	}
	if (value && is_empty(value) && !written) {
		json_decref(value);
		value = NULL;
	}
	*ret = value;
	return 0;
}
