/* profile_decode.c - single values of a profile.  SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>

#include "base/quote.h"
#include "base/util.h"
#include "policy/profile_lists.h"
#include "policy/profile_read.h"

int nono_read_fail(struct nono_reading *r, const struct nono_json_at *at, enum nono_json_spot spot, const char *fmt,
		   ...)
{
	char message[NONO_ERROR_BYTES];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	return nono_json_fail(r->doc, at, spot, r->err, NONO_E_PARSE, "%s", message);
}

int nono_read_text(struct nono_reading *r, nono_key_check check, const struct nono_json_at *at,
		   enum nono_json_spot spot, const char *text)
{
	const char *problem = check ? check(text) : NULL;

	return problem ? nono_read_fail(r, at, spot, "%s", problem) : 0;
}

int nono_read_on(struct nono_reading *r, int rc)
{
	struct nono_error found;

	if (rc != -NONO_E_PARSE || !r->findings || r->findings->errors.len >= NONO_FINDINGS)
		return rc;
	found = TAKE(*r->err);
	return nono_strv_add(&r->findings->errors, found.text, r->err);
}

int nono_read_limit(struct nono_reading *r, const struct nono_json_at *at, size_t count)
{
	if (count <= NONO_LIST_ITEMS)
		return 0;
	return nono_json_fail(r->doc, at, NONO_JSON_AT_VALUE, r->err, NONO_E_LIMIT, "more than %d entries",
			      NONO_LIST_ITEMS);
}

void *nono_read_field(const struct nono_reading *r, const struct nono_key *key)
{
	return key->offset == NONO_KEY_NOT_KEPT ? NULL : (char *)r->p + key->offset;
}

int nono_decode_string(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at, json_t *value,
		       bool *ret_set)
{
	const char *text = json_string_value(value);
	char **field = nono_read_field(r, key);
	int rc = nono_read_text(r, key->check, at, NONO_JSON_AT_VALUE, text);

	if (rc < 0)
		return rc;
	if (field) {
		*field = strdup(text);
		if (!*field)
			return nono_nomem(r->err);
	}
	*ret_set = *text != '\0';
	return 0;
}

int nono_decode_bool(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at, json_t *value,
		     bool *ret_set)
{
	enum nono_tri *field = nono_read_field(r, key);

	(void)at;
	if (field)
		*field = json_is_true(value) ? NONO_TRI_TRUE : NONO_TRI_FALSE;
	*ret_set = json_is_true(value);
	return 0;
}

/* "a|b|!c" as a person would read it: "a, b or c" */
static void words_text(const char *words, struct nono_buf *out)
{
	for (const char *word = words; *word;) {
		size_t len = strcspn(word, "|");
		bool last = !word[len], flagged = *word == '!';

		nono_buf_puts(out, word == words ? "" : last ? " or " : ", ");
		nono_buf_add(out, word + flagged, len - flagged);
		word += len + !last;
	}
}

int nono_decode_enum(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at, json_t *value,
		     bool *ret_set)
{
	_cleanup_(nono_buf_done) struct nono_buf words = {0}, found = {0};
	const char *text = json_string_value(value);
	int *field = nono_read_field(r, key), place = 1;

	for (const char *word = key->words; *word; place++) {
		size_t len = strcspn(word, "|");
		bool flagged = *word == '!';

		if (strlen(text) == len - flagged && strncmp(text, word + flagged, len - flagged) == 0) {
			if (field)
				*field = place;
			*ret_set = flagged;
			return 0;
		}
		word += len + (word[len] == '|');
	}
	words_text(key->words, &words);
	nono_quote_text(&found, text);
	if (words.failed || found.failed)
		return nono_nomem(r->err);
	return nono_read_fail(r, at, NONO_JSON_AT_VALUE, "'%.64s' is not known; write %s", found.data ? found.data : "",
			      words.data ? words.data : "");
}

int nono_decode_int(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at, json_t *value,
		    bool *ret_set)
{
	json_int_t n = json_integer_value(value);

	if (n < key->least && key->most < key->least)
		return nono_read_fail(r, at, NONO_JSON_AT_VALUE, "out of range; write a number of at least %d",
				      key->least);
	if (n < key->least || (n > key->most && key->most >= key->least))
		return nono_read_fail(r, at, NONO_JSON_AT_VALUE, "out of range; write a number from %d to %d",
				      key->least, key->most);
	*ret_set = true;
	return 0;
}

static int test_when(struct nono_reading *r, const struct nono_json_at *at, const json_t *value, bool *ret)
{
	const char *problem;

	if (!json_is_string(value))
		return nono_read_fail(r, at, NONO_JSON_AT_VALUE, "expected a predicate such as \"linux\", found %s",
				      nono_json_type_name(value));
	problem = nono_when_test(json_string_value(value), &r->host, ret);
	return problem ? nono_read_fail(r, at, NONO_JSON_AT_VALUE, "%s", problem) : 0;
}

/* A predicate, or a list of which one has to hold; all are checked. */
static int read_when(struct nono_reading *r, const struct nono_json_at *at, const json_t *value, bool *ret)
{
	if (!json_is_array(value))
		return test_when(r, at, value, ret);
	if (json_array_size(value) == 0)
		return nono_read_fail(r, at, NONO_JSON_AT_VALUE,
				      "an empty list never holds; write a predicate or leave it out");
	*ret = false;
	for (size_t i = 0; i < json_array_size(value); i++) {
		const struct nono_json_at item = {.up = at, .index = i};
		bool one = false;
		int rc = test_when(r, &item, json_array_get(value, i), &one);

		if (rc < 0)
			return rc;
		*ret = *ret || one;
	}
	return 0;
}

/* An entry {when_key: text, "when": predicate}. */
static int read_conditional(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at,
			    json_t *value, const char **ret_text, bool *ret_holds, struct nono_json_at *ret_at)
{
	const char *name, *text = NULL;
	json_t *part;

	json_object_foreach (value, name, part) {
		const struct nono_json_at here = {.up = at, .key = name};
		int rc = 0;

		if (strcmp(name, "when") == 0) {
			rc = read_when(r, &here, part, ret_holds);
		} else if (strcmp(name, key->when_key) != 0) {
			rc = nono_read_fail(r, &here, NONO_JSON_AT_KEY, "unknown key; an entry has %s and when",
					    key->when_key);
		} else {
			text = json_string_value(part);
			if (!text)
				rc = nono_read_fail(r, &here, NONO_JSON_AT_VALUE, "expected a string, found %s",
						    nono_json_type_name(part));
		}
		if (rc < 0)
			return rc;
	}
	if (!text)
		return nono_read_fail(r, at, NONO_JSON_AT_VALUE, "%s is missing; write {\"%s\": ..., \"when\": ...}",
				      key->when_key, key->when_key);
	*ret_at = (struct nono_json_at){.up = at, .key = key->when_key};
	*ret_text = text;
	return 0;
}

/*
 * A string, or a conditional entry where the key has them; checked on every system. *ret_text: borrowed; stays NULL for
 * "not on this system".
 */
static int read_entry(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at, json_t *value,
		      const char **ret_text)
{
	struct nono_json_at text_at = *at;
	const char *text = json_string_value(value);
	bool holds = true;
	int rc = 0;

	if (!text && json_is_object(value) && key->when_key)
		rc = read_conditional(r, key, at, value, &text, &holds, &text_at);
	else if (!text)
		rc = nono_read_fail(r, at, NONO_JSON_AT_VALUE, "expected a string%s%s%s, found %s",
				    key->when_key ? " or {\"" : "", key->when_key ? key->when_key : "",
				    key->when_key ? "\": ..., \"when\": ...}" : "", nono_json_type_name(value));
	if (rc == 0)
		rc = nono_read_text(r, key->check, &text_at, NONO_JSON_AT_VALUE, text);
	if (rc == 0 && holds)
		*ret_text = text;
	return rc;
}

/* A name that only turns out to stand for nothing when all is joined: where it was written is kept with it. */
static int keep_place(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at,
		      struct nono_entries *list, const char *text)
{
	bool group = key->check == nono_check_group, base = key->check == nono_check_base;
	struct nono_error found = {0};
	char *end;

	if (r->origin->builtin || !(base || (group && nono_group_is_doubtful(key, text))))
		return 0;
	if (nono_json_fail(r->doc, at, NONO_JSON_AT_VALUE, &found, NONO_E_PARSE, "%s", "") == -NONO_E_NOMEM)
		return nono_nomem(r->err);
	end = strrchr(found.text, ':');
	if (end && !strcmp(end, ": "))
		*end = '\0';
	return nono_entries_set_place(list, text, found.text, r->err);
}

static int add_entry(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at, json_t *value,
		     bool *ret_set)
{
	struct nono_entries *list = nono_read_field(r, key);
	const char *text = NULL;
	int rc = read_entry(r, key, at, value, &text);

	if (rc < 0 || !text)
		return rc;
	*ret_set = true;
	if (r->findings && key->check == nono_check_group)
		rc = nono_read_group(r, key, at, text);
	if (r->findings && key->check == nono_check_path)
		rc = nono_read_path(r, at, text);
	if (rc == 0 && list)
		rc = nono_entries_add(list, text, r->origin->name, r->origin->builtin, r->err);
	return rc == 0 && list ? keep_place(r, key, at, list, text) : rc;
}

/* A list that is kept as JSON: what does not apply here goes, and what is conditional becomes its text. */
static int settle_list(struct nono_reading *r, const struct nono_key *key, json_t *list)
{
	for (size_t i = 0; i < json_array_size(list);) {
		const struct nono_json_at at = {.index = i};
		const char *text = NULL;

		if (read_entry(r, key, &at, json_array_get(list, i), &text) < 0 || !text)
			(void)json_array_remove(list, i);
		else if (json_array_set_new(list, i++, json_string(text)) < 0)
			return nono_nomem(r->err);
	}
	return 0;
}

int nono_decode_list(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at, json_t *value,
		     bool *ret_set)
{
	int rc;

	if (key->written)
		*(bool *)((char *)r->p + key->written) = true;
	if (json_is_string(value))
		return add_entry(r, key, at, value, ret_set);
	rc = nono_read_limit(r, at, json_array_size(value));
	for (size_t i = 0; i < json_array_size(value) && rc == 0; i++) {
		const struct nono_json_at item = {.up = at, .index = i};

		rc = nono_read_on(r, add_entry(r, key, &item, json_array_get(value, i), ret_set));
	}
	if (rc == 0 && key->when_key && !nono_read_field(r, key) && !r->findings)
		rc = settle_list(r, key, value);
	return rc;
}

static int read_port(struct nono_reading *r, const struct nono_json_at *at, const json_t *value, int least,
		     uint16_t *ret)
{
	json_int_t n = json_integer_value(value);

	if (!json_is_integer(value) || n < least || n > UINT16_MAX)
		return nono_read_fail(r, at, NONO_JSON_AT_VALUE, "expected a port from %d to 65535, found %s", least,
				      json_is_integer(value) ? "a number out of range" : nono_json_type_name(value));
	*ret = (uint16_t)n;
	return 0;
}

int nono_decode_ports(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at, json_t *value,
		      bool *ret_set)
{
	int rc = nono_read_limit(r, at, json_array_size(value));

	for (size_t i = 0; i < json_array_size(value) && rc == 0; i++) {
		const struct nono_json_at item = {.up = at, .index = i};
		uint16_t port = 0;

		rc = read_port(r, &item, json_array_get(value, i), key->least, &port);
		if (rc == 0)
			rc = nono_ports_add(nono_read_field(r, key), port, port, r->err);
		rc = nono_read_on(r, rc);
		*ret_set = true;
	}
	return rc;
}

static int read_range(struct nono_reading *r, const struct nono_json_at *at, const json_t *value, int least,
		      uint16_t ret[2])
{
	if (json_array_size(value) != 2)
		return nono_read_fail(r, at, NONO_JSON_AT_VALUE, "expected a pair of ports such as [8000, 8010]");
	for (size_t i = 0; i < 2; i++) {
		const struct nono_json_at item = {.up = at, .index = i};
		int rc = read_port(r, &item, json_array_get(value, i), least, &ret[i]);

		if (rc < 0)
			return rc;
	}
	if (ret[0] > ret[1])
		return nono_read_fail(r, at, NONO_JSON_AT_VALUE, "the first port is above the last; write [%u, %u]",
				      ret[1], ret[0]);
	return 0;
}

int nono_decode_ranges(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at, json_t *value,
		       bool *ret_set)
{
	int rc = nono_read_limit(r, at, json_array_size(value));

	for (size_t i = 0; i < json_array_size(value) && rc == 0; i++) {
		const struct nono_json_at item = {.up = at, .index = i};
		uint16_t range[2] = {0};

		rc = read_range(r, &item, json_array_get(value, i), key->least, range);
		if (rc == 0)
			rc = nono_ports_add(nono_read_field(r, key), range[0], range[1], r->err);
		rc = nono_read_on(r, rc);
		*ret_set = true;
	}
	return rc;
}

int nono_decode_pairs(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at, json_t *value,
		      bool *ret_set)
{
	struct nono_pairs *pairs = nono_read_field(r, key);
	int rc = nono_read_limit(r, at, json_object_size(value));
	const char *name;
	json_t *part;

	if (rc < 0)
		return rc;
	json_object_foreach (value, name, part) {
		const struct nono_json_at here = {.up = at, .key = name};
		const char *text = NULL;

		rc = nono_read_text(r, key->check_name, &here, NONO_JSON_AT_KEY, name);
		if (rc == 0)
			rc = read_entry(r, key, &here, part, &text);
		if (rc == 0 && text)
			rc = nono_pairs_set(pairs, name, text, r->origin->name, r->err);
		rc = nono_read_on(r, rc);
		if (rc < 0)
			return rc;
		*ret_set = *ret_set || text;
	}
	return 0;
}

int nono_decode_any(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at, json_t *value,
		    bool *ret_set)
{
	bool empty_text = json_is_string(value) && json_string_length(value) == 0;

	if (key->object_only && !json_is_object(value))
		return nono_read_fail(r, at, NONO_JSON_AT_VALUE, "expected an object {}, found %s",
				      nono_json_type_name(value));
	if (json_is_array(value))
		*ret_set = json_array_size(value) > 0;
	else if (json_is_object(value))
		*ret_set = json_object_size(value) > 0;
	else
		*ret_set = !json_is_false(value) && !json_is_null(value) && !empty_text;
	return 0;
}
