/* nearest.c - the known word that a mistyped one was meant to be.  SPDX-License-Identifier: Apache-2.0 */
#include "base/nearest.h"

#include <string.h>

#define WORD_MAX 64

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Levenshtein distance; words longer than WORD_MAX are never near anything. */
static size_t distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1], la = strlen(a), lb = strlen(b);

	if (la > WORD_MAX || lb > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t above = row[j];

			row[j] = min3(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[lb];
}

void nono_nearest_offer(struct nono_nearest *n, const char *candidate)
{
	size_t limit = strlen(n->word) / 3 + 1;
	size_t d = distance(n->word, candidate);

	if (d > limit || (n->best && d >= n->best_distance))
		return;
	n->best = candidate;
	n->best_distance = d;
}
