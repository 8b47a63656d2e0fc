/* test_jsonedit.c - JSON texts changed in place: tables, and random texts.  SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json_text.h"
#include "base/jsonedit.h"
#include "base/util.h"
#include "t.h"

#define STEPS 8

/* A place written as a.b.0.c: what begins with a digit is an index. */
struct place {
	struct nono_json_at steps[STEPS];
	char text[128];
	size_t count;
};

static const struct nono_json_at *place(struct place *p, const char *path)
{
	char *save = NULL;

	*p = (struct place){0};
	(void)snprintf(p->text, sizeof(p->text), "%s", path);
	for (char *word = strtok_r(p->text, ".", &save); word; word = strtok_r(NULL, ".", &save)) {
		struct nono_json_at *step = &p->steps[p->count];

		step->up = p->count ? &p->steps[p->count - 1] : NULL;
		if (isdigit((unsigned char)*word))
			step->index = strtoul(word, NULL, 10);
		else
			step->key = word;
		p->count++;
	}
	return p->count ? &p->steps[p->count - 1] : NULL;
}

enum what { SET, INSERT, REMOVE };

/* @prune: of REMOVE. The new text, the caller's; NULL with *err filled. */
static char *edit_bytes(enum what what, const char *text, size_t len, const struct nono_json_at *at, json_t *value,
			unsigned int prune, struct nono_error *err)
{
	_cleanup_(nono_jsonedit_done) struct nono_jsonedit e = {0};
	_cleanup_(nono_buf_done) struct nono_buf out = {0};
	int rc = nono_jsonedit_init(&e, "f", text, len, err);

	if (rc == 0 && what == SET)
		rc = nono_jsonedit_set(&e, at, value, &out, err);
	else if (rc == 0 && what == INSERT)
		rc = nono_jsonedit_insert(&e, at, value, &out, err);
	else if (rc == 0)
		rc = nono_jsonedit_remove(&e, at, prune, &out, err);
	return rc < 0 ? NULL : nono_buf_take(&out);
}

static char *edit(enum what what, const char *text, const char *path, const char *value, unsigned int prune,
		  struct nono_error *err)
{
	_cleanup_(json_decrefp) json_t *v = value ? json_loads(value, JSON_DECODE_ANY, NULL) : NULL;
	struct place p;

	return edit_bytes(what, text, strlen(text), place(&p, path), v, prune, err);
}

struct row {
	const char *text, *path, *value, *result;
	unsigned int prune; /* objects and lists that were made */
};

/* What is set or inserted where nothing was, and removed again. */
static void check_rows(enum what what, const struct row *rows, size_t count, bool and_back)
{
	for (size_t i = 0; i < count; i++) {
		const struct row *r = &rows[i];
		struct nono_error err = {0};
		_cleanup_(nono_freep) char *result = edit(what, r->text, r->path, r->value, r->prune, &err);
		_cleanup_(nono_freep) char *back = NULL;

		CHECK_STR(result ? result : err.text, r->result);
		if (!and_back || !result)
			continue;
		back = edit(REMOVE, result, r->path, NULL, r->prune, &err);
		CHECK_STR(back ? back : err.text, r->text);
	}
}

TEST(added_and_taken_away_again)
{
	static const struct row rows[] = {
		{"{}", "a", "1", "{\n  \"a\": 1\n}", 0},
		{"{}\n", "a", "{\"b\":[1,{}]}", "{\n  \"a\": {\n    \"b\": [\n      1,\n      {}\n    ]\n  }\n}\n", 0},
		{"{\"a\":1}", "b", "[1,\"x\"]", "{\"a\":1,\"b\":[1,\"x\"]}", 0},
		{"{\"a\": 1}", "b", "[1,\"x\"]", "{\"a\": 1, \"b\": [1, \"x\"]}", 0},
		{"{\"a\":1,  \"b\":2}", "c", "3", "{\"a\":1,  \"b\":2,  \"c\":3}", 0},
		{"{ \"a\": 1 }", "b", "2", "{ \"a\": 1, \"b\": 2 }", 0},
		{"{\n\t\"a\": 1\n}\n", "b", "{\"c\":true}", "{\n\t\"a\": 1,\n\t\"b\": {\n\t\t\"c\": true\n\t}\n}\n", 0},
		{"{\n    \"a\": 1\n}", "b", "[null]", "{\n    \"a\": 1,\n    \"b\": [\n        null\n    ]\n}", 0},
		{"{\r\n  \"a\": 1\r\n}\r\n", "b", "[1]", "{\r\n  \"a\": 1,\r\n  \"b\": [\r\n    1\r\n  ]\r\n}\r\n", 0},
		/* comments stay where they are */
		{"{\n  \"a\": 1 // one\n}", "b", "2", "{\n  \"a\": 1, // one\n  \"b\": 2\n}", 0},
		{"{\r\n  \"a\": 1 // one\r\n}", "b", "2", "{\r\n  \"a\": 1, // one\r\n  \"b\": 2\r\n}", 0},
		{"{\n  \"a\": 1 /* x */ // one  \n  // end\n}", "b", "2",
		 "{\n  \"a\": 1, /* x */ // one  \n  \"b\": 2\n  // end\n}", 0},
		{"{\n  \"a\": 1 /* two\n lines */\n}", "b", "2", "{\n  \"a\": 1,\n  \"b\": 2 /* two\n lines */\n}", 0},
		{"{\"a\": 1 // one\n}", "b", "2", "{\"a\": 1, \"b\": 2 // one\n}", 0},
		{"{\n  /* x */ \"a\": 1\n}", "b", "2", "{\n  /* x */ \"a\": 1,\n  \"b\": 2\n}", 0},
		{"// top\n{\n  // nothing yet\n}\n// end", "b", "2",
		 "// top\n{\n  // nothing yet\n  \"b\": 2\n}\n// end", 0},
		{"{ /* empty */ }", "b", "2", "{ /* empty */ \"b\": 2 }", 0},
		{"{ // empty\n}", "b", "2", "{ // empty\n  \"b\": 2\n}", 0},
		/* a comma after the last one stays a habit */
		{"{\n  \"a\": 1,\n}", "b", "2", "{\n  \"a\": 1,\n  \"b\": 2,\n}", 0},
		{"{\n  \"a\": 1, // one\n}", "b", "2", "{\n  \"a\": 1, // one\n  \"b\": 2,\n}", 0},
		{"{\n  \"a\": 1 /* x */ , // one\n}", "b", "2", "{\n  \"a\": 1 /* x */ , // one\n  \"b\": 2,\n}", 0},
		{"{\"a\": [1, 2,]}", "a.2", "3", "{\"a\": [1, 2, 3,]}", 0},
		/* deeper */
		{"{\"a\": [1,2]}", "a.2", "{\"k\":0}", "{\"a\": [1,2,{\"k\": 0}]}", 0},
		{"{\n  \"a\": [1]\n}", "a.1", "2", "{\n  \"a\": [1, 2]\n}", 0},
		{"{\n  \"a\": []\n}", "a.0", "[1]", "{\n  \"a\": [\n    [\n      1\n    ]\n  ]\n}", 0},
		{"{\n  \"x\": 1\n}", "a.b.0", "{}", "{\n  \"x\": 1,\n  \"a\": {\n    \"b\": [\n      {}\n    ]\n  }\n}",
		 2},
		{"{\n  \"a\": {}\n}", "a.b.0", "7", "{\n  \"a\": {\n    \"b\": [\n      7\n    ]\n  }\n}", 1},
		{"{\n  \"a\": {\"b\": {}}\n}", "a.b.c", "7", "{\n  \"a\": {\"b\": {\n    \"c\": 7\n  }}\n}", 0},
		/* keys that need care, and a mark at the beginning */
		{"{\"a:b\":1}", "c", "1", "{\"a:b\":1,\"c\":1}", 0},
		{"{\"\\u0061\":{\"x\":1}}", "a.y", "2", "{\"\\u0061\":{\"x\":1,\"y\":2}}", 0},
		{"{\"a\":{\"s\":\"}{][,\\\"//\"}}", "a.y", "2", "{\"a\":{\"s\":\"}{][,\\\"//\",\"y\":2}}", 0},
		{"\xef\xbb\xbf{\"a\":1}", "b", "2", "\xef\xbb\xbf{\"a\":1,\"b\":2}", 0},
	};

	check_rows(SET, rows, NONO_ARRAY_SIZE(rows), true);
}

TEST(inserted_and_taken_away_again)
{
	static const struct row rows[] = {
		{"{\"a\": [1, 2]}", "a.0", "0", "{\"a\": [0, 1, 2]}", 0},
		{"{\"a\":[1,2]}", "a.0", "0", "{\"a\":[0,1,2]}", 0},
		{"{\"a\": [1,  2]}", "a.1", "0", "{\"a\": [1,  0,  2]}", 0},
		{"{\"a\": [ 1 ]}", "a.0", "0", "{\"a\": [ 0, 1 ]}", 0},
		{"{\n\t\"a\": [\n\t\t1, // one\n\t\t2\n\t]\n}", "a.1", "{\"k\":0}",
		 "{\n\t\"a\": [\n\t\t1, // one\n\t\t{\n\t\t\t\"k\": 0\n\t\t},\n\t\t2\n\t]\n}", 0},
		{"{\n\t\"a\": [ // x\n\t\t1\n\t]\n}", "a.0", "0", "{\n\t\"a\": [ // x\n\t\t0,\n\t\t1\n\t]\n}", 0},
	};

	check_rows(INSERT, rows, NONO_ARRAY_SIZE(rows), true);
}

TEST(a_value_in_place_of_another)
{
	static const struct row rows[] = {
		{"{\"a\": 1, \"b\": 2}", "a", "\"x\"", "{\"a\": \"x\", \"b\": 2}", 0},
		{"{\n  \"a\": 1, // c\n}", "a", "{\"k\":[]}", "{\n  \"a\": {\n    \"k\": []\n  }, // c\n}", 0},
		{"{\n  \"a\": {\"b\": 1}\n}", "a.b", "{\"k\":1}", "{\n  \"a\": {\"b\": {\"k\": 1}}\n}", 0},
		{"{\n  \"a\": [1]\n}", "a", "[1,2]", "{\n  \"a\": [1, 2]\n}", 0},
		{"{\n  \"a\": []\n}", "a", "[1]", "{\n  \"a\": [\n    1\n  ]\n}", 0},
		{"{\n  \"a\": [\n    1\n  ]\n}", "a", "[]", "{\n  \"a\": []\n}", 0},
		{"{\"a\":[1,2,3]}", "a.1", "\"\\u00e9\\n\\\"\"", "{\"a\":[1,\"\xc3\xa9\\u000a\\\"\",3]}", 0},
	};

	check_rows(SET, rows, NONO_ARRAY_SIZE(rows), false);
}

TEST(taken_out)
{
	static const struct row rows[] = {
		{"{\"a\": 1, \"b\": 2, \"c\": 3}", "a", NULL, "{\"b\": 2, \"c\": 3}", 0},
		{"{\"a\": 1, \"b\": 2, \"c\": 3}", "b", NULL, "{\"a\": 1, \"c\": 3}", 0},
		{"{\"a\": 1, \"b\": 2, \"c\": 3}", "c", NULL, "{\"a\": 1, \"b\": 2}", 0},
		{"{ \"a\": 1, \"b\": 2 }", "a", NULL, "{ \"b\": 2 }", 0},
		{"{\n  \"a\": 1, // a\n  // b\n  \"b\": 2\n}", "a", NULL, "{ // a\n  // b\n  \"b\": 2\n}", 0},
		{"{\n  \"a\": 1, // a\n  // b\n  \"b\": 2\n}", "b", NULL, "{\n  \"a\": 1 // a\n  // b\n}", 0},
		{"{\n  \"a\": 1,\n  \"b\": 2,\n}", "b", NULL, "{\n  \"a\": 1,\n}", 0},
		{"{\n  \"a\": 1,\n}", "a", NULL, "{}", 0},
		{"{ }", "a", NULL, "there is no such place", 0},
		{"{\"a\": [1]}", "a.0", NULL, "{\"a\": []}", 0},
		{"{\"a\": [1]}", "a.0", NULL, "{}", 1},
		{"{\"a\": [1], \"b\": 1}", "a.0", NULL, "{\"b\": 1}", 9},
		{"{\"a\": [{\"k\": {\"x\": 1}}], \"b\": 1}", "a.0.k.x", NULL, "{\"a\": [], \"b\": 1}", 2},
		{"{\"a\": [1, 2], \"b\": 1}", "a.0", NULL, "{\"a\": [2], \"b\": 1}", 9},
		/* a comment keeps what is around it */
		{"{\"a\": [1 /* x */], \"b\": 1}", "a.0", NULL, "{\"a\": [ /* x */], \"b\": 1}", 9},
		{"{\"a\": [/* x */ 1,], \"b\": 1}", "a.0", NULL, "{\"a\": [/* x */], \"b\": 1}", 9},
		{"{\"a\": [1, /* x */], \"b\": 1}", "a.0", NULL, "{\"a\": [ /* x */], \"b\": 1}", 9},
		{"{\"a\": [1]}", "a.1", NULL, "there is no such place", 0},
		{"{\"a\": [1]}", "a.x", NULL, "there is no such place", 0},
		{"{\"a\": [1]}", "b", NULL, "there is no such place", 0},
	};

	check_rows(REMOVE, rows, NONO_ARRAY_SIZE(rows), false);
}

TEST(refused)
{
	static const struct {
		const char *text, *path, *error;
		int rc;
	} rows[] = {
		{"", "a", "f:1:1: the file is empty; write at least {}", NONO_E_PARSE},
		{"{\"a\":1", "b", "f:1:7: the text ends too early; a \", } or ] is missing", NONO_E_PARSE},
		{"{\"a\":1,\"a\":2}", "b", "f:1:8: a: the key is there twice; keep one", NONO_E_PARSE},
		{"{\"a\":1}", "a.b", "f:1:6: a: expected an object {} or a list []", NONO_E_POLICY},
		{"{\"a\":{}}", "a.0", "f:1:6: a: expected a list []", NONO_E_POLICY},
		{"{\"a\":[]}", "a.b", "f:1:6: a: expected an object {}", NONO_E_POLICY},
		{"{\"a\":[1]}", "a.2", "f:1:6: a: the list has 1 items", NONO_E_POLICY},
		{"{}", "a.1", "item 1 of a list that is not there", NONO_E_POLICY},
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(rows); i++) {
		struct nono_error err = {0};
		_cleanup_(nono_freep) char *result = edit(SET, rows[i].text, rows[i].path, "1", 0, &err);

		CHECK(!result);
		CHECK_STR(err.text, rows[i].error);
		CHECK_INT(err.code, rows[i].rc);
	}
}

/* ---- random texts ---- */

static uint64_t random_state;

static unsigned int pick(unsigned int n)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned int)(random_state >> 33) % n;
}

/* White space and comments, in every combination that JSONC has. */
static void random_gap(struct nono_buf *out)
{
	static const char *const parts[] = {" ",  "\n",	      "\t",	   "\r\n",   "/* c */", "// c \n",
					    "  ", "// c\r\n", "/* \n c*/", "\n    ", "/**/",	"//\n"};
	unsigned int count = pick(4) ? pick(2) : pick(4);

	while (count-- > 0)
		nono_buf_puts(out, parts[pick(NONO_ARRAY_SIZE(parts))]);
}

static void random_value(struct nono_buf *out, unsigned int depth)
{
	static const char *const words[] = {"1", "-2.5e3", "true", "null", "\"x\"", "\"a\\\"b//{[,\"", "\"\xc3\xa9\""};
	unsigned int count = pick(4);
	bool list = pick(2);

	if (depth == 0 || !pick(3)) {
		nono_buf_puts(out, words[pick(NONO_ARRAY_SIZE(words))]);
		return;
	}
	nono_buf_puts(out, list ? "[" : "{");
	for (unsigned int i = 0; i < count; i++) {
		random_gap(out);
		if (!list) {
			nono_buf_printf(out, "\"k%u\"", i);
			random_gap(out);
			nono_buf_puts(out, ":");
			random_gap(out);
		}
		random_value(out, depth - 1);
		random_gap(out);
		if (i + 1 < count || !pick(4))
			nono_buf_puts(out, ",");
	}
	/* White space alone in an empty one is the one thing that does not come back. */
	if (count)
		random_gap(out);
	else if (!pick(3))
		nono_buf_puts(out, " /* nothing */\n");
	nono_buf_puts(out, list ? "]" : "}");
}

/* A random place of @doc: to an item that is there, or (@fresh) a new one of an object or list. */
static const struct nono_json_at *random_place(struct place *p, json_t *doc, bool fresh)
{
	json_t *here = doc;

	*p = (struct place){0};
	for (;;) {
		struct nono_json_at *step = &p->steps[p->count];
		size_t size = json_is_array(here) ? json_array_size(here) : json_object_size(here);
		bool end = !json_is_array(here) && !json_is_object(here);

		if (end)
			return p->count ? &p->steps[p->count - 1] : NULL;
		step->up = p->count ? &p->steps[p->count - 1] : NULL;
		p->count++;
		if (size == 0 || (fresh && !pick(3))) {
			step->index = size;
			step->key = json_is_object(here) ? "new" : NULL;
			return fresh ? step : step->up;
		}
		step->index = pick((unsigned int)size);
		if (json_is_object(here)) {
			void *iter = json_object_iter(here);

			for (size_t i = 0; i < step->index; i++)
				iter = json_object_iter_next(here, iter);
			step->key = json_object_iter_key(iter);
			here = json_object_iter_value(iter);
		} else {
			here = json_array_get(here, step->index);
		}
		if (!fresh && !pick(3))
			return step;
	}
}

/* Below a new place: an object and a list that have to be made, too. */
static const struct nono_json_at *deeper(struct place *p, unsigned int *ret_prune)
{
	struct nono_json_at *last = &p->steps[p->count - 1];

	last[1] = (struct nono_json_at){.up = last, .key = "deeper"};
	last[2] = (struct nono_json_at){.up = last + 1};
	*ret_prune = 2;
	return last + 2;
}

static json_t *model_of(const char *text)
{
	struct nono_json doc = {0};
	json_t *copy = NULL;

	if (nono_json_parse("f", text, strlen(text), &doc, NULL) == 0)
		copy = json_deep_copy(doc.root);
	nono_json_done(&doc);
	return copy;
}

static json_t *model_at(json_t *model, const struct nono_json_at *at)
{
	json_t *outer;

	if (!at)
		return model;
	outer = model_at(model, at->up);
	return at->key ? json_object_get(outer, at->key) : json_array_get(outer, at->index);
}

static bool is_there(json_t *model, const struct nono_json_at *at)
{
	return model_at(model, at) != NULL;
}

/* What the change means, done by jansson. */
static void change_model(json_t *model, const struct nono_json_at *at, enum what what, json_t *value)
{
	json_t *here = model_at(model, at->up);

	if (at->key && what == REMOVE)
		(void)json_object_del(here, at->key);
	else if (at->key)
		(void)json_object_set(here, at->key, value);
	else if (what == REMOVE)
		(void)json_array_remove(here, at->index);
	else if (what == SET && at->index < json_array_size(here))
		(void)json_array_set(here, at->index, value);
	else
		(void)json_array_insert(here, at->index, value);
}

static void check_meaning(const char *text, const char *result, const struct nono_json_at *at, enum what what,
			  json_t *value)
{
	_cleanup_(json_decrefp) json_t *model = model_of(text), *got = model_of(result);

	change_model(model, at, what, value);
	if (!got || !json_equal(model, got))
		FAIL("another meaning:\n%s\nbecame\n%s", text, result);
}

static void one_random_case(void)
{
	_cleanup_(nono_buf_done) struct nono_buf text = {0};
	_cleanup_(json_decrefp) json_t *value = json_pack("{s:[i,{}],s:s}", "v", 1, "w", "x");
	_cleanup_(json_decrefp) json_t *doc = NULL;
	_cleanup_(nono_freep) char *result = NULL, *back = NULL;
	enum what what = (enum what)pick(3);
	bool fresh = what == SET && pick(3);
	const struct nono_json_at *at;
	struct nono_error err = {0};
	unsigned int prune = 0;
	struct place p;

	do {
		nono_buf_done(&text);
		random_value(&text, 4);
	} while (text.data[0] != '{');
	doc = model_of(text.data);
	REQUIRE(doc);
	at = random_place(&p, doc, fresh);
	if (!at || (what == INSERT && at->key))
		return;
	if (what == SET && !is_there(doc, at) && pick(2))
		at = deeper(&p, &prune);
	result = edit_bytes(what, text.data, text.len, at, value, 0, &err);
	if (!result) {
		FAIL("refused: %s\n%s", err.text, text.data);
		return;
	}
	if (!prune)
		check_meaning(text.data, result, at, what, value);
	if (what == REMOVE || (what == SET && is_there(doc, at)))
		return;
	back = edit_bytes(REMOVE, result, strlen(result), at, NULL, prune, &err);
	if (!back || strcmp(back, text.data) != 0)
		FAIL("did not come back:\n%s\nbecame\n%s\nand then\n%s", text.data, result, back ? back : err.text);
}

TEST(random_texts)
{
	t_time_limit(120);
	for (unsigned int i = 0; i < 20000; i++) {
		random_state = i * UINT64_C(0x9e3779b97f4a7c15) + 1;
		one_random_case();
	}
}
