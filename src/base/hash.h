/* hash.h - a number that stands for some bytes.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BASE_HASH_H
#define NONO_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/**
 * nono_hash - FNV-1a over words of 64 bits. Who knows it can make other bytes with the same number, so it only names
 * things and notices accidents; what matters is compared byte for byte.
 */
uint64_t nono_hash(const void *data, size_t len);

#endif
