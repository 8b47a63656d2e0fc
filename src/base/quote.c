/* quote.c - untrusted text made safe to print.  SPDX-License-Identifier: Apache-2.0 */
#include "base/quote.h"

#include <stdint.h>
#include <string.h>

/* Characters that print nothing or turn what is printed around: zero width, direction marks, line separators, tags. */
static const struct {
	uint32_t first, last;
} invisible[] = {
	{0x00, 0x1f},	  {0x7f, 0x9f},	    {0xad, 0xad},     {0x061c, 0x061c}, {0x180e, 0x180e}, {0x200b, 0x200f},
	{0x2028, 0x202e}, {0x2060, 0x206f}, {0xd800, 0xdfff}, {0xfeff, 0xfeff}, {0xfff0, 0xfffb}, {0xe0000, 0xe0fff},
};

static int is_visible(uint32_t c)
{
	for (size_t i = 0; i < sizeof(invisible) / sizeof(invisible[0]); i++)
		if (c >= invisible[i].first && c <= invisible[i].last)
			return 0;
	return 1;
}

/* Length and lowest code point of a sequence that starts with this byte. */
static size_t sequence(unsigned char lead, uint32_t *ret_bits, uint32_t *ret_least)
{
	static const struct {
		unsigned char mask, value;
		uint32_t least;
	} kinds[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

	for (size_t i = 0; i < 4; i++)
		if ((lead & kinds[i].mask) == kinds[i].value) {
			*ret_bits = lead & (unsigned char)~kinds[i].mask;
			*ret_least = kinds[i].least;
			return i + 1;
		}
	return 0;
}

size_t nono_utf8_decode(const char *s, size_t room, uint32_t *ret)
{
	uint32_t c = 0, least = 0;
	size_t len = sequence((unsigned char)*s, &c, &least);

	if (len > room)
		return 0;
	for (size_t i = 1; i < len; i++) {
		unsigned char next = (unsigned char)s[i];

		if ((next & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (next & 0x3f);
	}
	if (!len || c < least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	if (ret)
		*ret = c;
	return len;
}

bool nono_utf8_valid(const char *text)
{
	size_t room = strlen(text);

	while (room) {
		size_t n = nono_utf8_decode(text, room, NULL);

		if (n == 0)
			return false;
		text += n;
		room -= n;
	}
	return true;
}

size_t nono_utf8_len(const char *s)
{
	uint32_t c;
	size_t len = nono_utf8_decode(s, SIZE_MAX, &c);

	return len && is_visible(c) ? len : 0;
}

static int is_plain(const char *s)
{
	if (!*s)
		return 0;
	for (; *s; s++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%^", *s))
			return 0;
	return 1;
}

static int is_printable(const char *s)
{
	while (*s) {
		size_t len = nono_utf8_len(s);

		if (!len)
			return 0;
		s += len;
	}
	return 1;
}

/* Printable characters as they are but for what @special names; the rest as \xNN. */
static void add_escaped(struct nono_buf *out, const char *s, const char *special)
{
	while (*s) {
		size_t len = nono_utf8_len(s);

		if (!len) {
			nono_buf_printf(out, "\\x%02x", (unsigned char)*s++);
			continue;
		}
		if (len == 1 && strchr(special, *s))
			nono_buf_puts(out, "\\");
		nono_buf_add(out, s, len);
		s += len;
	}
}

void nono_quote_shell(struct nono_buf *out, const char *s)
{
	if (is_plain(s)) {
		nono_buf_puts(out, s);
	} else if (is_printable(s) && !strchr(s, '\'')) {
		nono_buf_puts(out, "'");
		nono_buf_puts(out, s);
		nono_buf_puts(out, "'");
	} else {
		nono_buf_puts(out, "$'");
		add_escaped(out, s, "'\\");
		nono_buf_puts(out, "'");
	}
}

void nono_quote_text(struct nono_buf *out, const char *s)
{
	add_escaped(out, s, "");
}
