/* buf.h - a growing byte buffer.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BASE_BUF_H
#define NONO_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A zeroed struct is an empty buffer. An addition that finds no memory marks the buffer failed and later ones do
 * nothing, so that a text is built without a check at every step and checked once, by nono_buf_take or ->failed.
 */
struct nono_buf {
	char *data; /* owned; data[len] is NUL once anything was added */
	size_t len; /* bytes, without that NUL */
	size_t room;
	bool failed;
};

/** nono_buf_add - append @len bytes. */
void nono_buf_add(struct nono_buf *b, const void *data, size_t len);

/** nono_buf_puts - append a string. */
void nono_buf_puts(struct nono_buf *b, const char *s);

/** nono_buf_uint - append a number in decimal. */
void nono_buf_uint(struct nono_buf *b, uint64_t value);

/** nono_buf_printf - append formatted text. */
void nono_buf_printf(struct nono_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** nono_buf_take - move the text out, the caller's to free; NULL when the buffer had failed. Never NULL otherwise. */
char *nono_buf_take(struct nono_buf *b);

/** nono_buf_done - free it, leaving it empty. NULL is fine. */
void nono_buf_done(struct nono_buf *b);

/** nono_grow - room for items[count] in an array; the array, moved perhaps, or NULL without memory. */
void *nono_grow(void *items, size_t count, size_t *room, size_t item_bytes);

#endif
