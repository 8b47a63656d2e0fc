/* util.h - cleanup attributes and small macros.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BASE_UTIL_H
#define NONO_BASE_UTIL_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define _cleanup_(f) __attribute__((cleanup(f)))
#define NONO_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* TAKE - move a value out of a variable with a cleanup, leaving it empty. */
#define TAKE(x)                                  \
	({                                       \
		__typeof__(x) take_value_ = (x); \
		memset(&(x), 0, sizeof(x));      \
		take_value_;                     \
	})

/* TAKE_FD - the same for a descriptor, whose empty value is -1. */
#define TAKE_FD(fd)                  \
	({                           \
		int take_fd_ = (fd); \
		(fd) = -1;           \
		take_fd_;            \
	})

/** nono_freep - cleanup of a char pointer; keeps errno. */
static inline void nono_freep(char **p)
{
	int saved_errno = errno;

	free(*p);
	errno = saved_errno;
}

/** nono_closep - cleanup of a descriptor, -1 when empty; keeps errno. */
static inline void nono_closep(int *fd)
{
	int saved_errno = errno;

	if (*fd >= 0)
		(void)close(*fd);
	errno = saved_errno;
}

/** nono_streq - are both strings the same; NULL equals nothing but NULL. */
static inline bool nono_streq(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/** nono_has_prefix - does @s begin with @prefix. */
static inline bool nono_has_prefix(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

/** nono_hash_text - FNV-1a, to tell most texts apart before they are compared. */
static inline uint32_t nono_hash_text(const char *text)
{
	uint32_t hash = UINT32_C(2166136261);

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT32_C(16777619);
	return hash;
}

#endif
