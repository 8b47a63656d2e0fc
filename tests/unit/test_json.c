/* test_json.c - JSON with comments, and where its errors are.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/json.h"
#include "base/json_text.h"
#include "base/jsontext.h"
#include "base/util.h"
#include "t.h"

struct refused {
	const char *text, *error;
};

static int parse(const char *text, size_t len, struct nono_json *ret, struct nono_error *err)
{
	return nono_json_parse("f", text, len, ret, err);
}

TEST(errors_have_their_place)
{
	static const struct refused cases[] = {
		{"", "f:1:1: the file is empty; write at least {}"},
		{" \n\t\r\n", "f:1:1: the file is empty; write at least {}"},
		{"// nothing\n/* at all */", "f:1:1: the file is empty; write at least {}"},
		{"[]", "f:1:1: expected an object {}, found a list []"},
		{"\n  3", "f:2:3: expected an object {}, found a number"},
		{"\"x\"", "f:1:1: expected an object {}, found a string"},
		{"null", "f:1:1: expected an object {}, found null"},
		{"{\"a\":1,\n \"a\":2}", "f:2:2: a: the key is there twice; keep one"},
		{"{\"a\":{\"b\":[{},{\"c\":1,\"c\":2}]}}", "f:1:22: a.b[1].c: the key is there twice; keep one"},
		{"{\"a\":1, \"\\u0061\":2}", "f:1:9: a: the key is there twice; keep one"},
		{"{\"a\":", "f:1:6: the text ends too early; a \", } or ] is missing"},
		{"{\"a\":\"b", "f:1:8: the text ends too early; a \", } or ] is missing"},
		{"{} {}", "f:1:4: there is more text after the closing }"},
		{"{}\n,", "f:2:1: there is more text after the closing }"},
		{"{\"a\":nil}", "f:1:6: not a value; write true, false, null, a number or \"text\""},
		{"{\"a\":'b'}", "f:1:6: not a value; write true, false, null, a number or \"text\""},
		{"{a:1}", "f:1:2: expected a key in double quotes, or }"},
		{"{\"a\":01}", "f:1:6: not a value; write true, false, null, a number or \"text\""},
		{"{\"a\":+1}", "f:1:6: not a value; write true, false, null, a number or \"text\""},
		{"{\"a\":0x1}", "f:1:6: expected , or }"},
		{"{\"a\":[1 2]}", "f:1:9: expected , or ]"},
		{"{\"a\" 1}", "f:1:6: expected : after the key"},
		{"{\"a\":1e999}", "f:1:6: the number is too large"},
		{"{\"a\":99999999999999999999}", "f:1:6: the number is too large"},
		{"{\"a\":\"\\u0000\"}", "f:1:6: \\u0000 is not allowed in a string"},
		{"{\"\\u0000\":1}", "f:1:2: \\u0000 is not allowed in a key"},
		{"{\"a\":\"\\ud800\"}", "f:1:6: invalid Unicode '\\uD800'"},
		{"{\"a\":\"x\ny\"}", "f:1:6: a string that does not end on its line; close it with \""},
		{"{\"a\":\"\x1b[2J\"}", "f:1:6: a control character in a string; write \\n, \\t or \\u00XX"},
		{"{,}", "f:1:2: expected a key in double quotes, or }"},
		{"{\"a\":[,]}", "f:1:7: a value is missing here"},
		{"{\"a\":[1,,]}", "f:1:9: a value is missing here"},
		{"{\"a\":,}", "f:1:6: a value is missing here"},
		{"{} /* x", "f:1:4: a comment that does not end; write */ where it should"},
		{"{} /*/", "f:1:4: a comment that does not end; write */ where it should"},
		{"{\n\"a\":\"\xc3\x28\"}", "f:2:6: byte 0xc3 is not UTF-8; save the file as UTF-8"},
		{"{} // \xff", "f:1:7: byte 0xff is not UTF-8; save the file as UTF-8"},
		{"{\"a\":\"\xed\xa0\x80\"}", "f:1:7: byte 0xed is not UTF-8; save the file as UTF-8"},
		{"{\"a\":\"\xc0\x80\"}", "f:1:7: byte 0xc0 is not UTF-8; save the file as UTF-8"},
		{"{\"a\":\"\xf4\x90\x80\x80\"}", "f:1:7: byte 0xf4 is not UTF-8; save the file as UTF-8"},
		{"{\"\xc3\xa9\xc3\xa9\":x}", "f:1:7: not a value; write true, false, null, a number or \"text\""},
		{"/* \xc3\xa9 */{\"a\":x}", "f:1:13: not a value; write true, false, null, a number or \"text\""},
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(cases); i++) {
		_cleanup_(nono_json_done) struct nono_json doc = {0};
		struct nono_error err = {0};

		CHECK_INT(parse(cases[i].text, strlen(cases[i].text), &doc, &err), -NONO_E_PARSE);
		CHECK_STR(err.text, cases[i].error);
		CHECK(doc.root == NULL);
	}
}

TEST(nul_bytes_are_refused)
{
	static const char text[] = "{\"a\":\n \0 1}";
	_cleanup_(nono_json_done) struct nono_json doc = {0};
	struct nono_error err = {0};

	CHECK_INT(parse(text, sizeof(text) - 1, &doc, &err), -NONO_E_PARSE);
	CHECK_STR(err.text, "f:2:2: a NUL byte; this is not a text file");
}

static void nest(char *room, size_t depth)
{
	memcpy(room, "{\"a\":", 5);
	memset(room + 5, '[', depth - 1);
	memset(room + 5 + depth - 1, ']', depth - 1);
	memcpy(room + 5 + 2 * (depth - 1), "}", 2);
}

TEST(depth_is_bounded)
{
	char text[3 * NONO_JSON_DEPTH], expected[80];
	_cleanup_(nono_json_done) struct nono_json doc = {0};
	struct nono_error err = {0};

	nest(text, NONO_JSON_DEPTH);
	CHECK_INT(parse(text, strlen(text), &doc, &err), 0);
	nono_json_done(&doc);
	nest(text, NONO_JSON_DEPTH + 1);
	CHECK_INT(parse(text, strlen(text), &doc, &err), -NONO_E_LIMIT);
	(void)snprintf(expected, sizeof(expected), "f:1:%d: nested deeper than %d levels", 5 + NONO_JSON_DEPTH,
		       NONO_JSON_DEPTH);
	CHECK_STR(err.text, expected);
}

TEST(comments_and_commas)
{
	static const char text[] = "// head\n{ /* a */ \"u\": \"http://x/*y*/\", // tail\n \"l\": [1, 2,\n /**/ ],\n"
				   " \"q\": \"a\\\"//b\", \"e\": [], \"o\": {\"k\": {},},\n}\n// end";
	_cleanup_(nono_json_done) struct nono_json doc = {0};
	struct nono_error err = {0};

	REQUIRE(parse(text, sizeof(text) - 1, &doc, &err) == 0);
	CHECK_STR(json_string_value(json_object_get(doc.root, "u")), "http://x/*y*/");
	CHECK_STR(json_string_value(json_object_get(doc.root, "q")), "a\"//b");
	CHECK_INT(json_array_size(json_object_get(doc.root, "l")), 2);
	CHECK_INT(json_object_size(json_object_get(doc.root, "o")), 1);
	CHECK_INT(strlen(doc.plain), sizeof(text) - 1);
}

TEST(places_of_keys_and_values)
{
	static const char text[] =
		"{\n \"a b\": 1, /* \"n\": */\n \"n\": {\"x\": {}, \"l\": [[], {\"\\u006b\":\n true}]}}";
	_cleanup_(nono_json_done) struct nono_json doc = {0};
	struct nono_error err = {0};
	const struct nono_json_at first = {.key = "a b"}, n = {.key = "n"}, l = {.up = &n, .key = "l"},
				  item = {.up = &l, .index = 1}, k = {.up = &item, .key = "k"};

	REQUIRE(parse(text, sizeof(text) - 1, &doc, &err) == 0);
	CHECK_INT(nono_json_fail(&doc, &k, NONO_JSON_AT_VALUE, &err, NONO_E_PARSE, "%s", "bad"), -NONO_E_PARSE);
	CHECK_STR(err.text, "f:4:2: n.l[1].k: bad");
	(void)nono_json_fail(&doc, &k, NONO_JSON_AT_KEY, &err, NONO_E_PARSE, "bad");
	CHECK_STR(err.text, "f:3:28: n.l[1].k: bad");
	(void)nono_json_fail(&doc, &item, NONO_JSON_AT_KEY, &err, NONO_E_PARSE, "bad");
	CHECK_STR(err.text, "f:3:27: n.l[1]: bad");
	(void)nono_json_fail(&doc, &first, NONO_JSON_AT_KEY, &err, NONO_E_PARSE, "bad");
	CHECK_STR(err.text, "f:2:2: [\"a b\"]: bad");
	(void)nono_json_fail(&doc, NULL, NONO_JSON_AT_KEY, &err, NONO_E_LIMIT, "bad");
	CHECK_STR(err.text, "f:1:1: bad");
	CHECK_INT(err.code, NONO_E_LIMIT);
}

TEST(what_is_printed_is_harmless)
{
	static const char text[] = "{\"a\\u001b[2J\\u202e\": 1}";
	_cleanup_(nono_json_done) struct nono_json doc = {0};
	struct nono_error err = {0};
	const struct nono_json_at at = {.key = "a\x1b[2J\xe2\x80\xae"};

	REQUIRE(nono_json_parse("f\x1b.json", text, sizeof(text) - 1, &doc, &err) == 0);
	(void)nono_json_fail(&doc, &at, NONO_JSON_AT_KEY, &err, NONO_E_PARSE, "bad");
	CHECK_STR(err.text, "f\\x1b.json:1:2: [\"a\\x1b[2J\\xe2\\x80\\xae\"]: bad");
}

static unsigned int allocations, fails_at;

static void *failing_malloc(size_t bytes)
{
	return ++allocations == fails_at ? NULL : malloc(bytes);
}

/* A string that found no memory comes out shorter, and a number after it clears errno: neither may be believed. */
TEST(lack_of_memory_is_told)
{
	static const char text[] = "{\"a\": \"a string that outgrows the first buffer of jansson by far\", \"b\": 443}";
	static const char key[] =
		"{\"a key that outgrows the first buffer of jansson\": true, \"b\": [1, 2, 3], \"b\": 4}";
	struct nono_error err;
	int rc = -1;

	json_set_alloc_funcs(failing_malloc, free);
	for (fails_at = 1; rc < 0 && fails_at < 1000; fails_at++) {
		_cleanup_(nono_json_done) struct nono_json doc = {0};

		allocations = 0;
		rc = parse(text, sizeof(text) - 1, &doc, &err);
		CHECK(rc == 0 || rc == -NONO_E_NOMEM);
		CHECK(allocations >= fails_at ? rc < 0 : rc == 0);
	}
	CHECK(rc == 0 && fails_at > 8);
	rc = -NONO_E_NOMEM;
	for (fails_at = 1; rc == -NONO_E_NOMEM && fails_at < 1000; fails_at++) {
		_cleanup_(nono_json_done) struct nono_json doc = {0};

		allocations = 0;
		rc = parse(key, sizeof(key) - 1, &doc, &err);
	}
	CHECK_INT(rc, -NONO_E_PARSE);
	CHECK_STR(err.text, "f:1:75: b: the key is there twice; keep one");
}
