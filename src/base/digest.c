/* digest.c - SipHash-2-4 of 128 bits.  SPDX-License-Identifier: Apache-2.0 */
#include "base/digest.h"

#include <endian.h>
#include <string.h>

static uint64_t load(const uint8_t *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return le64toh(word);
}

static void store(uint8_t *p, uint64_t word)
{
	word = htole64(word);
	memcpy(p, &word, sizeof(word));
}

static uint64_t rotl(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static void rounds(uint64_t v[4], int count)
{
	for (; count; count--) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotl(v[1], 13) ^ v[0];
		v[3] = rotl(v[3], 16) ^ v[2];
		v[0] = rotl(v[0], 32) + v[3];
		v[2] += v[1];
		v[3] = rotl(v[3], 21) ^ v[0];
		v[1] = rotl(v[1], 17) ^ v[2];
		v[2] = rotl(v[2], 32);
	}
}

static void mix(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	rounds(v, 2);
	v[0] ^= word;
}

static uint64_t finish(uint64_t v[4])
{
	rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void nono_digest(const uint8_t key[16], const void *data, size_t len, uint8_t ret[NONO_DIGEST_BYTES])
{
	const uint64_t k0 = load(key), k1 = load(key + 8);
	uint64_t v[4] = {k0 ^ UINT64_C(0x736f6d6570736575), k1 ^ UINT64_C(0x646f72616e646f6d) ^ 0xee,
			 k0 ^ UINT64_C(0x6c7967656e657261), k1 ^ UINT64_C(0x7465646279746573)};
	const uint8_t *p = data;
	uint8_t last[8] = {0};
	size_t left = len;

	for (; left >= 8; p += 8, left -= 8)
		mix(v, load(p));
	memcpy(last, p, left);
	last[7] = (uint8_t)len;
	mix(v, load(last));
	v[2] ^= 0xee;
	store(ret, finish(v));
	v[1] ^= 0xdd;
	store(ret + 8, finish(v));
}

uint64_t nono_digest64(const void *data, size_t len)
{
	static const uint8_t key[16];
	uint8_t digest[NONO_DIGEST_BYTES];

	nono_digest(key, data, len, digest);
	return load(digest);
}
