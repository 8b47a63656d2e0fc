/* nearest.h - the known word that a mistyped one was meant to be.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BASE_NEAREST_H
#define NONO_BASE_NEAREST_H

#include <stddef.h>

/* Keeps the best candidate so far; zero it, set word, offer every candidate. */
struct nono_nearest {
	const char *word;
	const char *best; /* NULL while nothing is near */
	size_t best_distance;
};

/** nono_nearest_offer - consider @candidate (borrowed); near means at most a third of the word's letters apart. */
void nono_nearest_offer(struct nono_nearest *n, const char *candidate);

#endif
