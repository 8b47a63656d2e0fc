/* digest.h - a short name for a text.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BASE_DIGEST_H
#define NONO_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define NONO_DIGEST_BYTES 16

/**
 * nono_digest - SipHash-2-4 of 128 bits.
 * @key: 16 bytes; @data: @len bytes; @ret: 16 bytes. All borrowed, none NULL.
 * Good for names and tables, where two texts alike by accident must not happen; it is no cryptographic hash for a key
 * that everybody knows. Source: Aumasson and Bernstein, SipHash (2012), and its 128-bit variant. Thread-safe.
 */
void nono_digest(const uint8_t key[16], const void *data, size_t len, uint8_t ret[NONO_DIGEST_BYTES]);

/** nono_digest64 - the first 8 bytes of that, the key being zeros, as a number (first byte lowest). Thread-safe. */
uint64_t nono_digest64(const void *data, size_t len);

#endif
