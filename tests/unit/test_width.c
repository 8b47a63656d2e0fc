/* test_width.c - how many columns a text takes.  SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>

#include "base/util.h"
#include "base/width.h"
#include "t.h"

TEST(widths)
{
	static const struct {
		const char *text;
		size_t columns;
	} cases[] = {
		{"", 0},
		{"abc", 3},
		{"caf\u00e9", 4},
		{"cafe\u0301", 4},	   /* combining accent */
		{"\u65e5\u672c\u8a9e", 6}, /* ideographs */
		{"\uff21\uff22", 4},	   /* full width */
		{"\uff71", 1},		   /* half width */
		{"\uac00", 2},		   /* Hangul syllable */
		{"\u1100\u1161", 2},	   /* the same of two letters */
		{"\U0001f600!", 3},	   /* emoji */
		{"\u2500\u2500", 2},	   /* lines */
		{"\U00020000", 2},	   /* plane 2 */
		{"a\\x1b", 5},		   /* as base/quote.h writes what is no text */
		{"\u0e01\u0e34\u0e01", 2}, /* Thai vowel above */
		{"\u0939\u093f", 2},	   /* a spacing vowel sign takes a column */
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(cases); i++)
		if (nono_width(cases[i].text) != cases[i].columns)
			t_fail(__FILE__, __LINE__, "case %zu: %zu columns", i, nono_width(cases[i].text));
}

/* A wide character is never halved, and a combining one stays with its letter. */
TEST(fits_whole_characters)
{
	size_t columns = 99;

	CHECK_INT(nono_width_fit("\u65e5\u672c", 3, &columns), 3);
	CHECK_INT(columns, 2);
	CHECK_INT(nono_width_fit("e\u0301x", 1, &columns), 3);
	CHECK_INT(columns, 1);
	CHECK_INT(nono_width_fit("abc", SIZE_MAX, &columns), 3);
	CHECK_INT(columns, 3);
	CHECK_INT(nono_width_fit("abc", 0, NULL), 0);
}

/* What is no UTF-8 is never read past its end. */
TEST(broken_text_ends)
{
	CHECK_INT(nono_width("\xe6"), 1);
	CHECK_INT(nono_width("\xf0\x9f"), 2);
	CHECK_INT(nono_width("a\x80z"), 3);
}
