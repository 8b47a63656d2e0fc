/* plan_split.c - grants of what stands beside denied paths, where nothing can be masked.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "base/util.h"
#include "policy/build.h"
#include "policy/compose.h"
#include "policy/path.h"
#include "sandbox/linux/floor.h"
#include "sandbox/linux/plan.h"

/* The same set with only those denies that are still open; borrowed but for the list. */
static int only_open(const struct nono_capset *set, struct nono_capset *ret, struct nono_error *err)
{
	*ret = *set;
	ret->deny_count = 0;
	ret->denies = calloc(set->deny_count + 1, sizeof(*ret->denies));
	if (!ret->denies)
		return nono_nomem(err);
	for (size_t i = 0; i < set->deny_count; i++)
		if (set->denies[i].covered && set->denies[i].tier == NONO_TIER_NONE)
			ret->denies[ret->deny_count++] = set->denies[i];
	return 0;
}

/* New names in a directory that may be written could not be used: that needs more than rules. */
static bool is_read_only(const struct nono_floor *floor)
{
	for (size_t i = 0; i < floor->level_count; i++)
		if (floor->levels[i].rights & NONO_RIGHTS_WRITE)
			return false;
	return floor->rule_count <= NONO_SPLIT_RULES;
}

/* Whose grant a rule stands for: the innermost above it that was replaced. */
static const struct nono_grant *find_origin(const struct nono_capset *set, size_t count, const struct nono_floor *floor,
					    const char *path)
{
	const struct nono_grant *found = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct nono_grant *g = &set->grants[i];

		if (floor->grants[i] != NONO_FLOOR_REPLACED || !nono_path_is_within(path, g->node.real))
			continue;
		if (!found || strlen(g->node.real) > strlen(found->node.real))
			found = g;
	}
	return found;
}

/* What took the place of a thing since then is what came later: it has no grant. */
static int add_rule(struct nono_capset *set, const struct nono_floor_rule *rule, const struct nono_source *source,
		    struct nono_error *err)
{
	_cleanup_(nono_node_done) struct nono_node node = {.fd = -1};
	struct nono_grant *g;
	int rc = nono_fs_host.open(&nono_fs_host, rule->path, &node, NULL);

	if (rc == -NONO_E_NOMEM)
		return nono_nomem(err);
	if (rc < 0 || node.dev != rule->dev || node.ino != rule->ino)
		return 0;
	rc = nono_capset_new_grant(set, &g, err);
	if (rc < 0)
		return rc;
	g->written = strdup(rule->path);
	g->access = NONO_ACCESS_READ;
	g->rights = rule->rights;
	g->is_file = rule->is_file;
	g->node = node;
	node = (struct nono_node){.fd = -1};
	if (!g->written)
		return nono_nomem(err);
	return nono_source_set(&g->source, source ? source->kind : NONO_SOURCE_SYSTEM, source ? source->name : NULL,
			       err);
}

static int replace_grants(struct nono_capset *set, const struct nono_floor *floor, struct nono_error *err)
{
	size_t before = set->grant_count;
	int rc = 0;

	for (size_t i = 0; i < floor->rule_count && rc == 0; i++) {
		const struct nono_grant *origin = find_origin(set, before, floor, floor->rules[i].path);
		struct nono_source source = {0};

		if (origin)
			rc = nono_source_set(&source, origin->source.kind, origin->source.name, err);
		if (rc == 0)
			rc = add_rule(set, &floor->rules[i], origin ? &source : NULL, err);
		free(source.name);
	}
	for (size_t i = before; i-- > 0 && rc == 0;)
		if (floor->grants[i] == NONO_FLOOR_REPLACED)
			nono_capset_drop_grant(set, i);
	return rc == 0 ? nono_capset_mark_redundant(set, err) : rc;
}

static int tell(struct nono_capset *set, const struct nono_floor *floor, struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < set->deny_count; i++) {
		struct nono_deny *d = &set->denies[i];

		if (d->covered && d->tier == NONO_TIER_NONE) {
			d->tier = NONO_TIER_SPLIT;
			d->cover = 0; /* that grant is no more */
		}
	}
	for (size_t i = 0; i < floor->level_count && rc == 0; i++)
		rc = nono_capset_note(set, NONO_NOTE_WARNING, err,
				      "%s is granted by its entries, because denied paths lie in it and cannot be "
				      "masked here: what comes to be there later cannot be read, and names of denied "
				      "files can",
				      floor->levels[i].path);
	return rc;
}

int nono_plan_split(struct nono_capset *set, struct nono_error *err)
{
	const struct nono_floor_options options = {.list_levels = true};
	_cleanup_(nono_floor_done) struct nono_floor floor = {0};
	struct nono_capset open;
	int rc = only_open(set, &open, err);

	if (rc < 0)
		return rc;
	rc = nono_floor_build(&open, &nono_fs_host, &options, &floor, err);
	free(open.denies);
	if (rc == -NONO_E_LIMIT || (rc == 0 && !is_read_only(&floor)))
		return 0;
	if (rc == 0)
		rc = replace_grants(set, &floor, err);
	return rc == 0 ? tell(set, &floor, err) : rc;
}
