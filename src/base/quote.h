/* quote.h - untrusted text made safe to print.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BASE_QUOTE_H
#define NONO_BASE_QUOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/**
 * nono_quote_shell - append @s as one word of a POSIX shell, bare where that is safe. Control characters and bytes that
 * are not UTF-8 are written as $'\xNN', so that no terminal acts on them.
 */
void nono_quote_shell(struct nono_buf *out, const char *s);

/**
 * nono_quote_text - append @s for a person to read: printable UTF-8 as it is, every control character, direction mark
 * and stray byte as \xNN.
 */
void nono_quote_text(struct nono_buf *out, const char *s);

/**
 * nono_utf8_decode - the character at @s, of which @room bytes may be looked at; SIZE_MAX: it ends with a NUL.
 * @ret: may be NULL
 * Returns its bytes, 0 where there is no well-formed UTF-8. RFC 3629: no overlong forms, no surrogates.
 */
size_t nono_utf8_decode(const char *s, size_t room, uint32_t *ret);

/** nono_utf8_valid - is all of it well-formed UTF-8? */
bool nono_utf8_valid(const char *text);

/** nono_utf8_len - bytes of the printable UTF-8 sequence at @s, 0 where there is none. */
size_t nono_utf8_len(const char *s);

#endif
