/* test_table.c - aligned columns, and filled lines.  SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>

#include "base/util.h"
#include "base/width.h"
#include "cli/table.h"
#include "t.h"

static void add(struct table *t, const char *a, const char *b)
{
	table_row(t);
	table_cell(t, OUTPUT_NAME, a);
	table_cell(t, OUTPUT_PLAIN, b);
}

static void check_put(const struct table *t, size_t width, const char *expected)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};

	table_put(t, 2, width, &out);
	CHECK_STR(out.data, expected);
}

TEST(columns_align)
{
	_cleanup_(table_done) struct table t = {0};

	add(&t, "a", "one");
	add(&t, "\u65e5\u672c\u8a9e", "two");
	add(&t, "cafe\u0301", "three");
	check_put(&t, SIZE_MAX, "  a       one\n  \u65e5\u672c\u8a9e  two\n  cafe\u0301    three\n");
}

TEST(nothing_trails)
{
	_cleanup_(table_done) struct table t = {0};

	add(&t, "a", "");
	add(&t, "", "");
	check_put(&t, 80, "  a\n\n");
}

TEST(lines_are_cut)
{
	_cleanup_(table_done) struct table t = {0};
	_cleanup_(nono_buf_done) struct nono_buf out = {0};

	add(&t, "name", "a text that is too long for the line by far");
	add(&t, "n", "\u65e5\u672c\u8a9e\u65e5\u672c\u8a9e\u65e5\u672c\u8a9e\u65e5\u672c\u8a9e");
	check_put(&t, 28,
		  "  name  a text that is too \u2026\n  n     "
		  "\u65e5\u672c\u8a9e\u65e5\u672c\u8a9e\u65e5\u672c\u8a9e\u2026\n");
	table_put(&t, 2, 40, &out);
	for (char *line = strtok(out.data, "\n"); line; line = strtok(NULL, "\n"))
		CHECK(nono_width(line) <= 40);
}

/* One name that is very long does not push the rest off the screen. */
TEST(names_are_cut_too)
{
	_cleanup_(table_done) struct table t = {0};

	add(&t, "a-name-that-is-longer-than-half-of-the-line-that-it-stands-in", "text");
	check_put(&t, 40, "  a-name-that-is-long\u2026  text\n");
}

TEST(tables_align_with_each_other)
{
	_cleanup_(table_done) struct table a = {0}, b = {0};

	add(&a, "x", "1");
	add(&b, "long", "2");
	table_align(&a, &b);
	check_put(&a, 80, "  x     1\n");
	check_put(&b, 80, "  long  2\n");
}

/* A file's name may hold anything: nothing of it acts on the terminal. */
TEST(cells_are_escaped)
{
	_cleanup_(table_done) struct table t = {0};

	add(&t, "\x1b[31m", "a\nb\xff");
	check_put(&t, 80, "  \\x1b[31m  a\\x0ab\\xff\n");
}

TEST(words_are_filled)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};

	screen_fill(&out, OUTPUT_PLAIN, "one two three \u65e5\u672c\u8a9e four", 2, 0, 10);
	CHECK_STR(out.data, "one two\n  three\n  \u65e5\u672c\u8a9e\n  four\n");
}

/* A word that is longer than the line stands whole on one of its own. */
TEST(long_words_stay_whole)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};

	screen_fill(&out, OUTPUT_PLAIN, "a /a/path/that/is/long b\x07", 1, 0, 8);
	CHECK_STR(out.data, "a\n /a/path/that/is/long\n b\\x07\n");
}
