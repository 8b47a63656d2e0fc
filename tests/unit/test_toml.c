/* test_toml.c - what settings may be written like, and where mistakes are told.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/buf.h"
#include "base/toml.h"
#include "base/util.h"
#include "t.h"

/* Every value as "path=value;". */
static int collect(void *arg, const struct nono_toml_value *v, struct nono_error *err)
{
	struct nono_buf *out = arg;

	(void)err;
	nono_buf_printf(out, "%s=", v->path);
	switch (v->type) {
	case NONO_TOML_STRING:
		nono_buf_printf(out, "'%s'", v->string);
		break;
	case NONO_TOML_INTEGER:
		nono_buf_printf(out, "%.0f", v->number);
		break;
	case NONO_TOML_FLOAT:
		nono_buf_printf(out, "%gf", v->number);
		break;
	case NONO_TOML_BOOLEAN:
		nono_buf_puts(out, v->boolean ? "true" : "false");
		break;
	case NONO_TOML_LIST:
		nono_buf_puts(out, v->all_strings ? "[strings]" : "[]");
		break;
	}
	nono_buf_puts(out, ";");
	return 0;
}

struct sample {
	const char *text, *want;
};

TEST(values)
{
	static const struct sample samples[] = {
		{"", ""},
		{"# nothing\n\n  \t# at all", ""},
		{"a = 1", "a=1;"},
		{"a=\"x\"#c\r\nb = 'y'\n", "a='x';b='y';"},
		{"[ui]\ntheme = \"mocha\"\n\n[ rollback ]\nmax = 0\n", "ui.theme='mocha';rollback.max=0;"},
		{"a.b.c = 1\na.b.d = 2\n[x.y]\nz.w = 3\n[x]\nv = 4", "a.b.c=1;a.b.d=2;x.y.z.w=3;x.v=4;"},
		{"\"a b\" = 1\n'c.d' . e = 2\n\"f\"=3", "\"a b\"=1;\"c.d\".e=2;f=3;"},
		{"\"\" = 1", "\"\"=1;"},
		{"a = \"\\t\\\\\\\"\\u00e9\\U0001F600\\b\"", "a='\t\\\"\xc3\xa9\xf0\x9f\x98\x80\b';"},
		{"a = \"\\u07FF\\uFFFD\"", "a='\xdf\xbf\xef\xbf\xbd';"},
		{"a = 'C:\\x'", "a='C:\\x';"},
		{"a = \"\"\"\nx\n\"y\" \\\n   z\"\"\"\"", "a='x\n\"y\" z\"';"},
		{"a = '''\r\nx\\\n'''\nb = \"\"\"\"\"\"", "a='x\\\n';b='';"},
		{"a = 1_000\nb = -17\nc = +0\nd = 0xfF\ne = 0o17\nf = 0b101", "a=1000;b=-17;c=0;d=255;e=15;f=5;"},
		{"a = 1.5\nb = -0.5e3\nc = 1e2\nd = 6.2_5\ne = inf\nf = -inf",
		 "a=1.5f;b=-500f;c=100f;d=6.25f;e=inff;f=-inff;"},
		{"a = true\nb = false", "a=true;b=false;"},
		{"a = []\nb = [\"x\", 'y', # c\n\n]\nc = [1, \"x\"]\nd = [[\"x\"]]",
		 "a=[strings];b=[strings];c=[];d=[];"},
		{"a = { b = 1, \"c d\".e = 'x' }\nf = {}", "a.b=1;a.\"c d\".e='x';"},
		{"a = [{b = 1}]", "a[0].b=1;a=[];"},
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(samples); i++) {
		_cleanup_(nono_buf_done) struct nono_buf out = {0};
		struct nono_error err = {0};

		nono_buf_puts(&out, "");
		if (nono_toml_read("f", samples[i].text, strlen(samples[i].text), collect, &out, &err) < 0)
			FAIL("sample %zu: %s", i, err.text);
		CHECK_STR(out.data, samples[i].want);
	}
}

TEST(mistakes_have_their_place)
{
	static const struct sample samples[] = {
		{"a", "f:1:2: expected = and a value after the key a"},
		{"a = ", "f:1:5: a value is missing here"},
		{"a = x", "f:1:5: not a value; write text in quotes, a number, true, false or a list in []"},
		{"\n a = 1 2", "f:2:8: one key and its value a line: something follows them here"},
		{"= 1", "f:1:1: expected a key: letters, digits, - and _, or text in quotes"},
		{"a. = 1", "f:1:4: expected a key: letters, digits, - and _, or text in quotes"},
		{"a = 1\na = 2", "f:2:1: a is there twice; keep one"},
		{"[a]\n[a]", "f:2:2: a is there twice; keep one"},
		{"a = 1\n[a]", "f:2:2: a is there twice; keep one"},
		{"a = 1\na.b = 2", "f:2:1: a has a value already, so it cannot be a table"},
		{"a = {}\n[a.b]", "f:2:2: a has a value already, so it cannot be a table"},
		{"a = {}\na.b = 1", "f:2:1: a has a value already, so it cannot be a table"},
		{"a.b = 1\n[a]", "f:2:2: a is there twice; keep one"},
		{"[a.b]\n[a]\nb.c = 1", "f:3:1: the table a.b is there already; put this key below its [header]"},
		{"a = {b = 1, b = 2}", "f:1:13: a.b is there twice; keep one"},
		{"[[a]]", "f:1:1: no setting is a list of tables; write [name] with one bracket"},
		{"[a", "f:1:3: expected ] after the name of the table"},
		{"[]", "f:1:2: expected a key: letters, digits, - and _, or text in quotes"},
		{"[a] b = 1", "f:1:5: one key and its value a line: something follows them here"},
		{"a = \"x", "f:1:5: a string that does not end"},
		{"a = \"x\n\"", "f:1:7: the string does not end on its line: add \""},
		{"a = '''x''", "f:1:5: a string that does not end"},
		{"a = \"\\x\"", "f:1:6: write \\\\ for a backslash, or put the string into single quotes"},
		{"a = \"\\u00g0\"", "f:1:10: \\u wants four hexadecimal digits, \\U eight"},
		{"a = \"\\ud800\"", "f:1:8: this is no character"},
		{"a = \"\\u0000\"", "f:1:8: this is no character"},
		{"\"\"\"a\"\"\" = 1", "f:1:1: a key is written on one line"},
		{"a = [1 2]", "f:1:8: expected , or ] in the list a"},
		{"a = [1,,2]", "f:1:8: a value is missing here"},
		{"a = [", "f:1:6: a value is missing here"},
		{"a = {b = 1", "f:1:11: expected , or } in the table a"},
		{"a = {b = 1,}", "f:1:12: expected a key: letters, digits, - and _, or text in quotes"},
		{"a = 1979-05-27", "f:1:5: no setting is a date or a time; write text in quotes"},
		{"a = 07:32:00", "f:1:5: no setting is a date or a time; write text in quotes"},
		{"a = 01", "f:1:5: not a value; write text in quotes, a number, true, false or a list in []"},
		{"a = 1__0", "f:1:5: not a value; write text in quotes, a number, true, false or a list in []"},
		{"a = 1.", "f:1:5: not a value; write text in quotes, a number, true, false or a list in []"},
		{"a = 0x", "f:1:5: not a value; write text in quotes, a number, true, false or a list in []"},
		{"a = True", "f:1:5: not a value; write text in quotes, a number, true, false or a list in []"},
		{"a = \"\xff\"", "f:1:6: byte 0xff is not UTF-8; save the file as UTF-8"},
		{"a = \"\x1b[2J\"", "f:1:6: a control character; in a string write \\u001b"},
		{"# \x07", "f:1:3: a control character; in a string write \\u0007"},
		{"a = 1\rb = 2", "f:1:6: a control character; in a string write \\u000d"},
		{"\xc3\xa9 = 1", "f:1:1: expected a key: letters, digits, - and _, or text in quotes"},
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(samples); i++) {
		_cleanup_(nono_buf_done) struct nono_buf out = {0};
		struct nono_error err = {0};

		CHECK_INT(nono_toml_read("f", samples[i].text, strlen(samples[i].text), collect, &out, &err),
			  -NONO_E_PARSE);
		CHECK_STR(err.text, samples[i].want);
	}
}

TEST(a_nul_is_refused_where_it_stands)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};
	struct nono_error err = {0};

	CHECK_INT(nono_toml_read("f", "a = 1\0", 6, collect, &out, &err), -NONO_E_PARSE);
	CHECK_STR(err.text, "f:1:6: a control character; in a string write \\u0000");
}

TEST(size_is_bounded)
{
	_cleanup_(nono_buf_done) struct nono_buf text = {0}, out = {0};
	struct nono_error err = {0};

	for (int i = 0; i < NONO_TOML_KEYS; i++)
		nono_buf_printf(&text, "k%d=1\n", i);
	CHECK_INT(nono_toml_read("f", text.data, text.len, collect, &out, &err), 0);
	nono_buf_puts(&text, "one_more=1\n");
	CHECK_INT(nono_toml_read("f", text.data, text.len, collect, &out, &err), -NONO_E_LIMIT);
	CHECK_HAS(err.text, "more than 1024 keys");
	nono_buf_done(&text);
	nono_buf_puts(&text, "a = ");
	for (int i = 0; i < NONO_JSON_DEPTH + 1; i++)
		nono_buf_puts(&text, "[");
	CHECK_INT(nono_toml_read("f", text.data, text.len, collect, &out, &err), -NONO_E_LIMIT);
	CHECK_HAS(err.text, "more than 32 levels");
}

static int refuse(void *arg, const struct nono_toml_value *v, struct nono_error *err)
{
	(void)arg;
	return nono_fail(err, NONO_E_POLICY, 0, "not %s", v->path);
}

TEST(the_reader_s_caller_may_stop_it)
{
	struct nono_error err = {0};

	CHECK_INT(nono_toml_read("f", "a = 1\nb = ", 10, refuse, NULL, &err), -NONO_E_POLICY);
	CHECK_STR(err.text, "not a");
}
