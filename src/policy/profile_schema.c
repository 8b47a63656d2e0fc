/* profile_schema.c - the key table as a JSON schema, for editors.  SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parser accepts the schema accepts. It lets pass what no schema can tell: groups and profiles that are not
 * there, references to credentials and Seatbelt rules of a wrong shape.
 */
#include <stdio.h>
#include <string.h>

#include "base/jsontext.h"
#include "base/util.h"
#include "policy/profile_keys.h"
#include "policy/profile_when.h"

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
#define WORD "[A-Za-z0-9._-]+"
#define VERSION "(?:==|>=|<=|>|<)?[0-9]+(?:\\.[0-9]+)*"
/* See nono_when_test. */
#define PREDICATE                                                                                    \
	"^(?=!?[\\s\\S]{0," TEXT(NONO_WHEN_MOST) "}$)!?(?:linux(?::" WORD "(?::" VERSION "(?::" WORD \
						 ")?)?)?|macos(?::" VERSION ")?"                     \
						 "|windows(?::" VERSION "(?::" WORD                  \
						 ")?)?|(?!(?:linux|macos|windows)(?::|$))" WORD "(?::[^:]+){0,3})$"

/* What each check of the table is in a schema. */
static const struct {
	nono_key_check check;
	size_t least, most; /* characters; 0: no limit */
	const char *pattern;
} rules[] = {
	{nono_check_base, 1, NONO_NAME_BYTES - 1, "^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$"},
	{nono_check_path, 1, 0, NULL},
	{nono_check_group, 1, 0, NULL},
	{nono_check_command, 1, 0, NULL},
	{nono_check_env_pattern, 1, 0, "^(?:[^*]+\\*?|\\*)$"},
	{nono_check_env_set, 1, 0, "^(?!PATH$|NONO_)[A-Za-z_][A-Za-z0-9_]*$"},
	{nono_check_env_destination, 1, 0, NULL},
	{nono_check_credential, 1, 1024, "^(?:(?![\\s\\S]*://)|(?:op|bw|apple-passwords?|keyring|file|env)://)"},
	{nono_check_script, 1, 0, "^(?:/|\\$|~/)"},
	{nono_check_seatbelt, 1, 0, "^\\("},
	{nono_check_word, 1, 0, "^[A-Za-z0-9_]+$"},
	{nono_check_dash_word, 1, 0, "^[A-Za-z0-9_-]+$"},
};

static void add_schema(struct nono_buf *out, const char *name, const struct nono_key *key, const char *doc);

/* The members that hold a text to a check. */
static void add_rule(struct nono_buf *out, nono_key_check check)
{
	_cleanup_(nono_buf_done) struct nono_buf loading = {0};

	for (size_t i = 0; check && i < NONO_ARRAY_SIZE(rules); i++) {
		if (rules[i].check != check)
			continue;
		nono_json_number(out, "minLength", (long long)rules[i].least);
		if (rules[i].most)
			nono_json_number(out, "maxLength", (long long)rules[i].most);
		nono_json_member(out, "pattern", rules[i].pattern);
	}
	if (check != nono_check_env_destination)
		return;
	nono_loading_pattern(&loading);
	nono_json_member(out, "pattern", loading.data);
	out->failed |= loading.failed;
}

static void add_type(struct nono_buf *out, const char *type, bool nullable)
{
	if (!nullable) {
		nono_json_member(out, "type", type);
		return;
	}
	nono_json_open(out, "type", '[');
	nono_json_string(out, type);
	nono_buf_puts(out, ",\"null\"]");
}

static void add_text(struct nono_buf *out, const char *name, nono_key_check check)
{
	nono_json_open(out, name, '{');
	add_type(out, "string", false);
	add_rule(out, check);
	nono_buf_puts(out, "}");
}

/* One entry of a list, or one value of an object of strings. */
static void add_entry(struct nono_buf *out, const char *name, const struct nono_key *key)
{
	if (!key->when_key) {
		add_text(out, name, key->check);
		return;
	}
	nono_json_open(out, name, '{');
	nono_json_open(out, "anyOf", '[');
	add_text(out, NULL, key->check);
	nono_json_open(out, NULL, '{');
	add_type(out, "object", false);
	nono_json_open(out, "properties", '{');
	add_text(out, key->when_key, key->check);
	nono_json_key(out, "when");
	nono_buf_puts(out, "{\"$ref\":\"#/$defs/when\"}}");
	nono_json_open(out, "required", '[');
	nono_json_string(out, key->when_key);
	nono_buf_puts(out, "]");
	nono_json_bool(out, "additionalProperties", false);
	nono_buf_puts(out, "}]}");
}

/* ---- for each kind of row, its members after the description ---- */

static void add_properties(struct nono_buf *out, const char *section)
{
	nono_json_open(out, "properties", '{');
	for (size_t i = 0; i < nono_key_count; i++) {
		const struct nono_key *k = &nono_keys[i];

		if (nono_key_is_in(k, section))
			add_schema(out, k->path + k->name_at, k, nono_key_doc(k));
	}
	for (size_t i = 0; i < nono_key_alias_count; i++) {
		const struct nono_key_alias *a = &nono_key_aliases[i];
		char doc[128];

		(void)snprintf(doc, sizeof(doc), "older name of %s", a->canonical);
		if (nono_key_alias_is_in(a, section))
			add_schema(out, a->path + a->name_at, nono_key_by_path(a->canonical), doc);
	}
	nono_buf_puts(out, "}");
}

static void add_section(struct nono_buf *out, const char *section)
{
	bool open = false;

	add_properties(out, section);
	for (size_t i = 0; i < nono_key_count; i++) {
		const struct nono_key *k = &nono_keys[i];

		if (!k->required || !nono_key_is_in(k, section))
			continue;
		if (!open)
			nono_json_open(out, "required", '[');
		open = true;
		nono_json_item(out);
		nono_json_string(out, k->path + k->name_at);
	}
	nono_buf_puts(out, open ? "]" : "");
	nono_json_bool(out, "additionalProperties", false);
}

static void section_schema(struct nono_buf *out, const struct nono_key *key)
{
	add_type(out, "object", key->nullable);
	add_section(out, key->path);
}

static void add_names(struct nono_buf *out, nono_key_check check)
{
	nono_json_number(out, "maxProperties", NONO_LIST_ITEMS);
	if (!check)
		return;
	nono_json_open(out, "propertyNames", '{');
	add_rule(out, check);
	nono_buf_puts(out, "}");
}

static void map_schema(struct nono_buf *out, const struct nono_key *key)
{
	const struct nono_key *item = nono_key_find(key->path, "*", NULL);

	add_type(out, "object", key->nullable);
	add_names(out, key->check_name);
	add_schema(out, "additionalProperties", item, nono_key_doc(item));
}

static void items_schema(struct nono_buf *out, const struct nono_key *key)
{
	const struct nono_key *item = nono_key_find(key->path, "*", NULL);

	add_type(out, "array", key->nullable);
	nono_json_number(out, "maxItems", NONO_LIST_ITEMS);
	if (!key->text_too) {
		add_schema(out, "items", item, nono_key_doc(item));
		return;
	}
	nono_json_open(out, "items", '{');
	nono_json_open(out, "anyOf", '[');
	add_text(out, NULL, NULL);
	add_schema(out, NULL, item, nono_key_doc(item));
	nono_buf_puts(out, "]}");
}

static void string_schema(struct nono_buf *out, const struct nono_key *key)
{
	add_type(out, "string", key->nullable);
	add_rule(out, key->check);
}

static void bool_schema(struct nono_buf *out, const struct nono_key *key)
{
	add_type(out, "boolean", key->nullable);
}

static void enum_schema(struct nono_buf *out, const struct nono_key *key)
{
	char text[64];

	nono_json_open(out, "enum", '[');
	for (const char *word = key->words; *word;) {
		size_t len = strcspn(word, "|"), flag = *word == '!';

		(void)snprintf(text, sizeof(text), "%.*s", (int)(len - flag), word + flag);
		nono_json_item(out);
		nono_json_string(out, text);
		word += len + (word[len] == '|');
	}
	nono_buf_puts(out, key->nullable ? ",null]" : "]");
}

static void int_schema(struct nono_buf *out, const struct nono_key *key)
{
	add_type(out, "integer", key->nullable);
	nono_json_number(out, "minimum", key->least);
	if (key->most >= key->least)
		nono_json_number(out, "maximum", key->most);
}

static void list_members(struct nono_buf *out, const struct nono_key *key)
{
	add_type(out, "array", key->nullable);
	nono_json_number(out, "maxItems", NONO_LIST_ITEMS);
	add_entry(out, "items", key);
}

static void list_schema(struct nono_buf *out, const struct nono_key *key)
{
	if (!key->single) {
		list_members(out, key);
		return;
	}
	nono_json_open(out, "anyOf", '[');
	add_text(out, NULL, key->check);
	nono_json_open(out, NULL, '{');
	list_members(out, key);
	nono_buf_puts(out, "}]");
}

#define PORT "{\"type\":\"integer\",\"minimum\":0,\"maximum\":65535}"

static void ports_schema(struct nono_buf *out, const struct nono_key *key)
{
	add_type(out, "array", key->nullable);
	nono_json_number(out, "maxItems", NONO_LIST_ITEMS);
	nono_json_key(out, "items");
	nono_buf_puts(out, PORT);
}

static void ranges_schema(struct nono_buf *out, const struct nono_key *key)
{
	add_type(out, "array", key->nullable);
	nono_json_number(out, "maxItems", NONO_LIST_ITEMS);
	nono_json_key(out, "items");
	nono_buf_puts(out, "{\"type\":\"array\",\"minItems\":2,\"maxItems\":2,\"items\":" PORT "}");
}

static void pairs_schema(struct nono_buf *out, const struct nono_key *key)
{
	add_type(out, "object", key->nullable);
	add_names(out, key->check_name);
	add_entry(out, "additionalProperties", key);
}

static void any_schema(struct nono_buf *out, const struct nono_key *key)
{
	if (key->object_only)
		add_type(out, "object", key->nullable);
}

static void body_schema(struct nono_buf *out, const struct nono_key *key)
{
	if (key->nullable)
		nono_buf_puts(out, ",\"anyOf\":[{\"$ref\":\"#/$defs/body\"},{\"type\":\"null\"}]");
	else
		nono_json_member(out, "$ref", "#/$defs/body");
}

static void (*const schemas[NONO_KINDS])(struct nono_buf *out, const struct nono_key *key) = {
	[NONO_KIND_SECTION] = section_schema, [NONO_KIND_MAP] = map_schema,	[NONO_KIND_ITEMS] = items_schema,
	[NONO_KIND_STRING] = string_schema,   [NONO_KIND_BOOL] = bool_schema,	[NONO_KIND_ENUM] = enum_schema,
	[NONO_KIND_INT] = int_schema,	      [NONO_KIND_LIST] = list_schema,	[NONO_KIND_PORTS] = ports_schema,
	[NONO_KIND_RANGES] = ranges_schema,   [NONO_KIND_PAIRS] = pairs_schema, [NONO_KIND_ANY] = any_schema,
	[NONO_KIND_BODY] = body_schema,
};

static void add_schema(struct nono_buf *out, const char *name, const struct nono_key *key, const char *doc)
{
	nono_json_open(out, name, '{');
	nono_json_member(out, "description", doc);
	if (nono_has_prefix(doc, "older name of "))
		nono_json_bool(out, "deprecated", true);
	schemas[key->kind](out, key);
	nono_buf_puts(out, "}");
}

/* ---- the whole ---- */

/* The members that hold where a path, of one name or two, is written. */
static void add_presence(struct nono_buf *out, const char *path, size_t name_at)
{
	char section[128];

	if (name_at) {
		(void)snprintf(section, sizeof(section), "%.*s", (int)name_at - 1, path);
		add_presence(out, section, 0);
		nono_json_open(out, "properties", '{');
		nono_json_open(out, section, '{');
	}
	nono_json_open(out, "required", '[');
	nono_json_string(out, path + name_at);
	nono_buf_puts(out, name_at ? "]}}" : "]");
}

static void add_not_both(struct nono_buf *out, const char *a, size_t a_at, const char *b, size_t b_at)
{
	nono_json_open(out, NULL, '{');
	nono_json_open(out, "not", '{');
	nono_json_open(out, "allOf", '[');
	nono_json_open(out, NULL, '{');
	add_presence(out, a, a_at);
	nono_buf_puts(out, "}");
	nono_json_open(out, NULL, '{');
	add_presence(out, b, b_at);
	nono_buf_puts(out, "}]}}");
}

/* A key and another name of it, or two other names, never stand together. */
static void add_exclusions(struct nono_buf *out)
{
	nono_json_open(out, "one_name", '{');
	nono_json_open(out, "allOf", '[');
	for (size_t i = 0; i < nono_key_alias_count; i++) {
		const struct nono_key_alias *a = &nono_key_aliases[i];

		add_not_both(out, a->path, a->name_at, a->canonical, nono_key_by_path(a->canonical)->name_at);
		for (size_t j = 0; j < i; j++)
			if (strcmp(nono_key_aliases[j].canonical, a->canonical) == 0)
				add_not_both(out, a->path, a->name_at, nono_key_aliases[j].path,
					     nono_key_aliases[j].name_at);
	}
	nono_buf_puts(out, "]}");
}

static void add_body_property(struct nono_buf *out, const char *name)
{
	char path[160];

	(void)snprintf(path, sizeof(path), "#/properties/%s", name);
	nono_json_open(out, name, '{');
	nono_json_member(out, "$ref", path);
	nono_buf_puts(out, "}");
}

/* A profile inside platform_overrides. */
static void add_body(struct nono_buf *out)
{
	nono_json_open(out, "body", '{');
	add_type(out, "object", false);
	nono_json_member(out, "$ref", "#/$defs/one_name");
	nono_json_open(out, "properties", '{');
	for (size_t i = 0; i < nono_key_count; i++)
		if (!nono_keys[i].name_at && !nono_keys[i].top_only)
			add_body_property(out, nono_keys[i].path);
	for (size_t i = 0; i < nono_key_alias_count; i++)
		if (!nono_key_aliases[i].name_at)
			add_body_property(out, nono_key_aliases[i].path);
	nono_buf_puts(out, "}");
	nono_json_bool(out, "additionalProperties", false);
	nono_buf_puts(out, "}");
}

static void add_predicate(struct nono_buf *out, const char *name)
{
	nono_json_open(out, name, '{');
	add_type(out, "string", false);
	nono_json_member(out, "pattern", PREDICATE);
	nono_buf_puts(out, "}");
}

/* One predicate, or a list of which one has to hold. */
static void add_when(struct nono_buf *out)
{
	nono_json_open(out, "when", '{');
	nono_json_open(out, "anyOf", '[');
	add_predicate(out, NULL);
	nono_json_open(out, NULL, '{');
	add_type(out, "array", false);
	nono_json_number(out, "minItems", 1);
	add_predicate(out, "items");
	nono_buf_puts(out, "}]}");
}

void nono_profile_schema(struct nono_buf *out)
{
	nono_json_open(out, NULL, '{');
	nono_json_member(out, "$schema", "https://json-schema.org/draft/2020-12/schema");
	nono_json_member(out, "$id", "https://nono.sh/schemas/nono-profile.schema.json");
	nono_json_member(out, "title", "nono profile");
	add_type(out, "object", false);
	nono_json_member(out, "$ref", "#/$defs/one_name");
	add_section(out, "");
	nono_json_open(out, "$defs", '{');
	add_when(out);
	add_exclusions(out);
	add_body(out);
	nono_buf_puts(out, "}}");
}
