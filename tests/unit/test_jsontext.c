/* test_jsontext.c - writing JSON.  SPDX-License-Identifier: Apache-2.0 */
#include "t.h"
#include "base/jsontext.h"
#include "base/util.h"

static void check_value(const char *text, const char *expected)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};
	_cleanup_(json_decrefp) json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

	REQUIRE(value != NULL);
	nono_json_value(&out, value);
	CHECK_STR(out.data, expected);
}

TEST(values)
{
	check_value("{\"a\":[1,-2,{}],\"b\":{\"c\":null}}", "{\"a\":[1,-2,{}],\"b\":{\"c\":null}}");
	check_value("[true,false,[]]", "[true,false,[]]");
	check_value("\"q\\\"\\\\\\u0001\\u009b\\u202e\\udb40\\udc41\"",
		    "\"q\\\"\\\\\\u0001\\u009b\\u202e\\udb40\\udc41\"");
	check_value("9223372036854775807", "9223372036854775807");
}

/* As short as can be, and the same number when it is read again. */
TEST(reals)
{
	static const double numbers[] = {0.1, 1.0 / 3, 1e300, -2.5, 123456789.123, 5e-324};

	check_value("0.1", "0.1");
	check_value("-2.5", "-2.5");
	for (size_t i = 0; i < NONO_ARRAY_SIZE(numbers); i++) {
		_cleanup_(nono_buf_done) struct nono_buf out = {0};
		_cleanup_(json_decrefp) json_t *value = json_real(numbers[i]);

		nono_json_value(&out, value);
		CHECK(strtod(out.data, NULL) == numbers[i]);
	}
}

/* Bytes that are no text cannot be written; what a terminal would act on is escaped. */
TEST(strings)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};

	nono_json_string(&out, "a\xff\xe6z\x7f\u65e5");
	CHECK_STR(out.data, "\"a\\ufffd\\ufffdz\\u007f\u65e5\"");
}

TEST(members)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};

	nono_json_open(&out, NULL, '{');
	nono_json_open(&out, "list", '[');
	for (int i = 0; i < 2; i++) {
		nono_json_open(&out, NULL, '{');
		nono_json_number(&out, "n", i);
		nono_buf_puts(&out, "}");
	}
	nono_buf_puts(&out, "]");
	nono_json_bool(&out, "yes", true);
	nono_json_member(&out, "none", NULL);
	nono_buf_puts(&out, "}");
	CHECK_STR(out.data, "{\"list\":[{\"n\":0},{\"n\":1}],\"yes\":true}");
}

static void check_pretty(const char *json, const char *expected)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};

	nono_json_pretty(&out, json);
	CHECK_STR(out.data, expected);
}

TEST(pretty)
{
	check_pretty("{}", "{}\n");
	check_pretty("[]", "[]\n");
	check_pretty("{\"a\":1,\"b\":[\"x\",\"y\"],\"c\":{}}",
		     "{\n  \"a\": 1,\n  \"b\": [\"x\", \"y\"],\n  \"c\": {}\n}\n");
	/* Brackets and commas inside strings are text. */
	check_pretty("{\"a\":\"{[,:\\\"\"}", "{\n  \"a\": \"{[,:\\\"\"\n}\n");
	check_pretty("[\"{[,:\\\"]}\",\"\\\\\"]", "[\n  \"{[,:\\\"]}\",\n  \"\\\\\"\n]\n");
	/* What is long or holds objects is broken. */
	check_pretty("{\"a\":[{\"b\":{\"c\":1}}]}", "{\n  \"a\": [\n    {\n      \"b\": {\"c\": 1}\n    }\n  ]\n}\n");
	check_pretty("[\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"]",
		     "[\n  \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\n]\n");
}
