/* covered.c - denied paths below granted directories: how they are kept, or why they cannot be.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/buf.h"
#include "base/util.h"
#include "policy/build.h"

/* At most so many pairs of a grant and a deny are named. */
#define PAIRS_SHOWN 3

static const char *const tier_words[] = {
	[NONO_TIER_NONE] = "none",	     [NONO_TIER_ABSENT] = "absent", [NONO_TIER_MASK] = "mask",
	[NONO_TIER_READ_ONLY] = "read_only", [NONO_TIER_SPLIT] = "split",
};

const char *nono_tier_word(enum nono_tier tier)
{
	return tier_words[tier];
}

int nono_tier_find(const char *word)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(tier_words); i++)
		if (strcmp(tier_words[i], word) == 0)
			return (int)i;
	return -1;
}

static void add_pair(struct nono_buf *out, const struct nono_capset *set, const struct nono_deny *d)
{
	const struct nono_grant *g = &set->grants[d->cover];
	char by[NONO_NAME_BYTES * 2], from[NONO_NAME_BYTES * 2];

	nono_buf_printf(out, "%s%s (%s) contains %s, ", out->len ? "; " : "", g->node.real,
			nono_source_text(&g->source, from, sizeof(from)), d->written);
	if (d->permanent)
		nono_buf_printf(out, "nono's own %s", d->source.name);
	else
		nono_buf_printf(out, "denied by %s", nono_source_text(&d->source, by, sizeof(by)));
}

int nono_capset_refuse_covered(const struct nono_capset *set, const char *reason, const char *remedy,
			       struct nono_error *err)
{
	_cleanup_(nono_buf_done) struct nono_buf pairs = {0};
	char more[64] = "";
	size_t count = 0;

	for (size_t i = 0; i < set->deny_count; i++) {
		const struct nono_deny *d = &set->denies[i];

		if (d->covered && d->tier == NONO_TIER_NONE && count++ < PAIRS_SHOWN)
			add_pair(&pairs, set, d);
	}
	if (pairs.failed)
		return nono_nomem(err);
	if (!count)
		return 0;
	if (count > PAIRS_SHOWN)
		(void)snprintf(more, sizeof(more), "; and %zu more", count - PAIRS_SHOWN);
	return nono_fail(err, NONO_E_POLICY, 0,
			 "a granted directory contains denied paths, which cannot be kept apart%s%s: %s%s. Grant "
			 "narrower directories%s%s",
			 reason ? " here, because " : "", reason ? reason : "", pairs.data, more, remedy ? ", or " : "",
			 remedy ? remedy : "");
}
