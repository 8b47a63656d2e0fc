/* capdigest.c - what a capability set is called.  SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/digest.h"
#include "base/util.h"
#include "policy/build.h"
#include "policy/capjson.h"

/* Strings with their NUL, numbers as they are in memory: no two sets that differ in what capjson.c writes look alike.
 */
static void add_text(struct nono_buf *out, const char *text)
{
	nono_buf_add(out, text ? text : "", text ? strlen(text) + 1 : 1);
}

static void add_source(struct nono_buf *out, const struct nono_source *s)
{
	const uint8_t kind = (uint8_t)s->kind;

	nono_buf_add(out, &kind, sizeof(kind));
	add_text(out, s->name);
}

static void add_grant(struct nono_buf *out, const struct nono_grant *g)
{
	const uint64_t numbers[] = {g->node.dev, g->node.ino,
				    (uint64_t)(g->redundant ? 0 : g->rights) << 32 | (unsigned int)g->access << 1 |
					    g->is_file};

	nono_buf_add(out, numbers, sizeof(numbers));
	add_text(out, g->written);
	add_text(out, g->node.real);
	add_source(out, &g->source);
}

static void add_deny(struct nono_buf *out, const struct nono_deny *d)
{
	const uint64_t numbers[] = {d->exists ? d->dev : 0, d->exists ? d->ino : 0,
				    (uint64_t)d->tier << 4 | (uint64_t)d->covered << 3 | (uint64_t)d->exists << 2 |
					    (uint64_t)d->write_only << 1 | d->permanent};

	nono_buf_add(out, numbers, sizeof(numbers));
	add_text(out, d->written);
	add_text(out, d->real);
	add_text(out, d->alias);
	add_source(out, &d->source);
}

static void add_network(struct nono_buf *out, const struct nono_network *net)
{
	const uint64_t numbers[] = {net->block, net->connect.len, net->bind.len};

	nono_buf_add(out, numbers, sizeof(numbers));
	nono_buf_add(out, net->connect.items, net->connect.len * sizeof(*net->connect.items));
	nono_buf_add(out, net->bind.items, net->bind.len * sizeof(*net->bind.items));
}

int nono_capset_digest(const struct nono_capset *set, uint8_t ret[NONO_DIGEST_BYTES], struct nono_error *err)
{
	static const uint8_t key[16] = "nono capset 2"; /* another number for another form of the file */
	_cleanup_(nono_buf_done) struct nono_buf out = {0};
	uint64_t counts[] = {0, set->deny_count, set->allowed_commands.len, set->blocked_count,
			     (uint64_t)set->signal_mode << 8 | (unsigned int)set->ipc_mode};

	for (size_t i = 0; i < set->grant_count; i++)
		if (!nono_grant_is_stream(&set->grants[i])) {
			add_grant(&out, &set->grants[i]);
			counts[0]++;
		}
	for (size_t i = 0; i < set->deny_count; i++)
		add_deny(&out, &set->denies[i]);
	for (size_t i = 0; i < set->allowed_commands.len; i++)
		add_text(&out, set->allowed_commands.items[i]);
	for (size_t i = 0; i < set->blocked_count; i++) {
		add_text(&out, set->blocked[i].name);
		add_source(&out, &set->blocked[i].source);
	}
	add_network(&out, &set->network);
	nono_buf_add(&out, counts, sizeof(counts));
	if (out.failed)
		return nono_nomem(err);
	nono_digest(key, out.data, out.len, ret);
	return 0;
}
