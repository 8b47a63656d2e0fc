/* buf.c - a growing byte buffer.  SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/util.h"

/* Room for @more bytes and a NUL; false and ->failed when there is no memory. */
static bool buf_reserve(struct nono_buf *b, size_t more)
{
	size_t room = b->room ? b->room : 128;
	char *data;

	if (b->failed || more >= (size_t)1 << 31) {
		b->failed = true;
		return false;
	}
	while (room < b->len + more + 1)
		room *= 2;
	if (room == b->room)
		return true;
	data = realloc(b->data, room);
	if (!data) {
		b->failed = true;
		return false;
	}
	b->data = data;
	b->room = room;
	return true;
}

void nono_buf_add(struct nono_buf *b, const void *data, size_t len)
{
	/* Mostly there is room. */
	if ((b->failed || b->room - b->len <= len) && !buf_reserve(b, len))
		return;
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void nono_buf_puts(struct nono_buf *b, const char *s)
{
	nono_buf_add(b, s, strlen(s));
}

void nono_buf_uint(struct nono_buf *b, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + value % 10);
	while (value /= 10);
	nono_buf_add(b, digits + at, sizeof(digits) - at);
}

void nono_buf_printf(struct nono_buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n >= 0 && buf_reserve(b, (size_t)n)) {
		(void)vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
		b->len += (size_t)n;
	}
	va_end(again);
}

char *nono_buf_take(struct nono_buf *b)
{
	char *data;

	nono_buf_add(b, "", 0);
	data = b->failed ? NULL : b->data;
	if (b->failed)
		free(b->data);
	*b = (struct nono_buf){0};
	return data;
}

void nono_buf_done(struct nono_buf *b)
{
	if (!b)
		return;
	free(b->data);
	*b = (struct nono_buf){0};
}

void *nono_grow(void *items, size_t count, size_t *room, size_t item_bytes)
{
	size_t more = *room ? *room * 2 : 16;

	if (count < *room)
		return items;
	items = reallocarray(items, more, item_bytes);
	if (items)
		*room = more;
	return items;
}
