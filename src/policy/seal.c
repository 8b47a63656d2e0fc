/* seal.c - grants meet denies, and superfluous kernel rules are found.  SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>

#include "base/util.h"
#include "policy/build.h"
#include "policy/compose.h"
#include "policy/path.h"

/* At most so many pairs of a group's grant and a deny are warned of. */
#define OVERLAPS_SHOWN 3

/* One directory above denied paths, looked up once. */
struct above {
	char *path;
	uint64_t dev, ino; /* 0, 0 where it does not exist */
};

/* All of them; a few, because dozens of denied paths stand in the same home directory. */
struct above_list {
	struct above *items;
	size_t len, room;
};

static void above_list_done(struct above_list *list)
{
	for (size_t i = 0; i < list->len; i++)
		free(list->items[i].path);
	free(list->items);
}

static bool above_has(const struct above_list *list, const char *path, size_t len)
{
	/* The latest are the likeliest: neighbours in the list of denies are neighbours on disk. */
	for (size_t i = list->len; i-- > 0;)
		if (strncmp(list->items[i].path, path, len) == 0 && list->items[i].path[len] == '\0')
			return true;
	return false;
}

/* Add every directory above @real, from the nearest up to the first one that is there already. */
static int above_add(struct above_list *list, const struct nono_fs *fs, const char *real, struct nono_error *err)
{
	for (size_t len = strlen(real); len > 1;) {
		struct nono_node node = {.fd = -1};
		struct above *items;
		int rc;

		while (len > 1 && real[len - 1] != '/')
			len--;
		while (len > 1 && real[len - 1] == '/')
			len--;
		if (above_has(list, real, len))
			return 0;
		items = nono_grow(list->items, list->len, &list->room, sizeof(*items));
		if (!items)
			return nono_nomem(err);
		list->items = items;
		items[list->len] = (struct above){.path = strndup(real, len)};
		if (!items[list->len].path)
			return nono_nomem(err);
		list->len++;
		rc = nono_path_look(fs, items[list->len - 1].path, true, &node, err);
		if (rc == -NONO_E_NOTFOUND)
			continue;
		if (rc < 0)
			return rc;
		items[list->len - 1].dev = node.dev;
		items[list->len - 1].ino = node.ino;
	}
	return 0;
}

/* Is @real below a granted directory, under whatever name (a bind mount has two)? */
static bool is_granted_above(const struct above_list *list, const struct nono_grant *g, const char *real)
{
	if (nono_path_is_below(real, g->node.real))
		return true;
	for (size_t i = 0; i < list->len; i++)
		if (list->items[i].ino == g->node.ino && list->items[i].dev == g->node.dev &&
		    nono_path_is_below(real, list->items[i].path))
			return true;
	return false;
}

/* Is a granted directory above any denied path at all? Hardly any is, and then there is nothing more to ask. */
static bool is_above_any(const struct above_list *list, const struct nono_grant *g)
{
	for (size_t i = 0; i < list->len; i++)
		if ((list->items[i].ino == g->node.ino && list->items[i].dev == g->node.dev) ||
		    strcmp(list->items[i].path, g->node.real) == 0)
			return true;
	return false;
}

static bool is_denied_object(const struct nono_deny *d, uint64_t dev, uint64_t ino)
{
	return d->exists && d->ino == ino && d->dev == dev;
}

/*
 * Does a rule deny a grant or a directory above it? @others: directories above grants that are denied objects under
 * another name (a bind mount, a spelling that the file system takes for the same).
 */
static bool denied_within(const struct nono_deny *d, const struct nono_grant *g, const struct above_list *others,
			  bool may_be_below)
{
	if (is_denied_object(d, g->node.dev, g->node.ino))
		return true;
	if (may_be_below &&
	    (nono_path_is_within(g->node.real, d->real) || (d->alias && nono_path_is_within(g->node.real, d->alias))))
		return true;
	for (size_t i = 0; i < others->len; i++)
		if (is_denied_object(d, others->items[i].dev, others->items[i].ino) &&
		    nono_path_is_below(g->node.real, others->items[i].path))
			return true;
	return false;
}

/* Keep of the directories above grants those that are denied objects. */
static void keep_denied(const struct nono_capset *set, struct above_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->len; i++) {
		bool denied = false;

		for (size_t j = 0; j < set->deny_count && !denied; j++)
			denied = is_denied_object(&set->denies[j], list->items[i].dev, list->items[i].ino);
		if (denied)
			list->items[kept++] = list->items[i];
		else
			free(list->items[i].path);
	}
	list->len = kept;
}

/*
 * A group's file below a directory that nono cannot search was opened by somebody else: /dev/stdout or /dev/stderr,
 * which root's shell sent to a log of its own. The command holds it open already.
 */
static bool was_opened_before(const struct nono_grant *g, const struct nono_error *why)
{
	return g->is_file && g->source.kind == NONO_SOURCE_GROUP && why->sys_errno == EACCES;
}

static int find_other_names(const struct nono_compose *c, const struct nono_capset *set, struct above_list *ret,
			    struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < set->grant_count && rc == 0; i++) {
		struct nono_error why = {0};

		rc = above_add(ret, c->fs, set->grants[i].node.real, &why);
		if (rc < 0 && was_opened_before(&set->grants[i], &why))
			rc = 0;
		else if (rc < 0 && err)
			*err = why;
	}
	keep_denied(set, ret);
	return rc;
}

static int note_beaten(struct nono_capset *set, const struct nono_grant *g, const struct nono_deny *d,
		       struct nono_error *err)
{
	enum nono_note_level level = g->source.kind >= NONO_SOURCE_PROFILE ? NONO_NOTE_WARNING : NONO_NOTE_INFO;
	char by[NONO_NAME_BYTES * 2], from[NONO_NAME_BYTES * 2];

	(void)nono_source_text(&g->source, from, sizeof(from));
	(void)nono_source_text(&d->source, by, sizeof(by));
	if (d->permanent)
		return nono_capset_note(set, level, err, "%s (%s) is not granted: it is nono's own %s", g->written,
					from, d->source.name);
	if (d->source.kind == NONO_SOURCE_MANIFEST)
		return nono_capset_note(set, level, err, "%s (%s) is not granted: filesystem.deny has %s", g->written,
					from, d->written);
	if (d->source.kind == NONO_SOURCE_USER)
		return nono_capset_note(set, level, err, "%s (%s) is not granted%s: %s denies it", g->written, from,
					d->write_only ? " for writing" : "", by);
	return nono_capset_note(set, level, err,
				"%s (%s) is not granted%s: %s denies it; --override-deny '%s' would lift that",
				g->written, from, d->write_only ? " for writing" : "", by, d->written);
}

/* Was a rule lifted for just this grant, or for a directory it is in? */
static bool is_exempt(const struct nono_capset *set, const struct nono_grant *g, const struct nono_deny *d)
{
	for (size_t i = 0; !d->permanent && i < set->exempt.len; i++) {
		const char *path = set->exempt.items[i];

		if (nono_path_is_within(g->node.real, path) &&
		    (nono_path_is_below(path, d->real) || (d->alias && nono_path_is_below(path, d->alias))))
			return true;
	}
	return false;
}

/* A deny equal to or above a grant: the grant goes, or loses its writing. True: gone. */
static int beat(struct nono_capset *set, size_t index, const struct nono_deny *d, bool *ret_gone,
		struct nono_error *err)
{
	struct nono_grant *g = &set->grants[index];
	int rc;

	*ret_gone = false;
	if (d->write_only && !(g->access & NONO_ACCESS_WRITE))
		return 0;
	rc = note_beaten(set, g, d, err);
	if (rc < 0)
		return rc;
	if (d->write_only && g->access == NONO_ACCESS_READWRITE) {
		g->access = NONO_ACCESS_READ;
		g->rights &= NONO_RIGHTS_READ;
		return 0;
	}
	nono_capset_drop_grant(set, index);
	*ret_gone = true;
	return 0;
}

/* Of several grants that contain it, the one of the greatest authority is named. */
static void mark_covered(struct nono_capset *set, size_t grant, struct nono_deny *d)
{
	if (!d->covered || set->grants[grant].source.kind > set->grants[d->cover].source.kind)
		d->cover = grant;
	d->covered = true;
}

static int check_grant(struct nono_capset *set, const struct above_list *above, size_t grant, size_t *warned,
		       struct nono_error *err)
{
	const struct nono_grant *g = &set->grants[grant];
	int rc = 0;

	if (g->is_file || !is_above_any(above, g))
		return 0;
	for (size_t i = 0; i < set->deny_count && rc == 0; i++) {
		struct nono_deny *d = &set->denies[i];

		if (d->write_only && !(g->access & NONO_ACCESS_WRITE))
			continue;
		if (!is_granted_above(above, g, d->real) && !(d->alias && is_granted_above(above, g, d->alias)))
			continue;
		mark_covered(set, grant, d);
		if (g->source.kind == NONO_SOURCE_GROUP && (*warned)++ < OVERLAPS_SHOWN)
			rc = nono_capset_note(set, NONO_NOTE_WARNING, err,
					      "group %s grants %s, which contains the denied path %s", g->source.name,
					      g->node.real, d->written);
	}
	return rc;
}

static int find_overlaps(const struct nono_compose *c, struct nono_capset *set, struct nono_error *err)
{
	_cleanup_(above_list_done) struct above_list above = {0};
	size_t warned = 0;
	int rc = 0;

	for (size_t i = 0; i < set->deny_count && rc == 0; i++) {
		set->denies[i].covered = false;
		rc = above_add(&above, c->fs, set->denies[i].real, err);
		if (rc == 0 && set->denies[i].alias)
			rc = above_add(&above, c->fs, set->denies[i].alias, err);
	}
	for (size_t i = 0; i < set->grant_count && rc == 0; i++)
		rc = check_grant(set, &above, i, &warned, err);
	return rc;
}

static size_t common_length(const char *a, const char *b, size_t len)
{
	size_t n = 0;

	while (n < len && a[n] && a[n] == b[n])
		n++;
	return n;
}

/* How long the beginning is that all denied paths share (the home directory, mostly): what lacks it is below none. */
static size_t shared_beginning(const struct nono_capset *set)
{
	const char *first = set->deny_count ? set->denies[0].real : "";
	size_t len = strlen(first);

	for (size_t i = 0; i < set->deny_count; i++) {
		len = common_length(first, set->denies[i].real, len);
		if (set->denies[i].alias)
			len = common_length(first, set->denies[i].alias, len);
	}
	return len;
}

static int drop_beaten(const struct nono_compose *c, struct nono_capset *set, struct nono_error *err)
{
	_cleanup_(above_list_done) struct above_list others = {0};
	size_t shared = shared_beginning(set);
	int rc = find_other_names(c, set, &others, err);

	if (rc < 0)
		return rc;
	for (size_t i = set->grant_count; i-- > 0;) {
		bool may_be_below = set->deny_count &&
				    strncmp(set->grants[i].node.real, set->denies[0].real, shared) == 0;

		for (size_t j = 0; j < set->deny_count; j++) {
			bool gone;

			if (!denied_within(&set->denies[j], &set->grants[i], &others, may_be_below) ||
			    is_exempt(set, &set->grants[i], &set->denies[j]))
				continue;
			rc = beat(set, i, &set->denies[j], &gone, err);
			if (rc < 0)
				return rc;
			if (gone)
				break;
		}
	}
	return 0;
}

/* Directories first, then what is below them. */
static int by_path(const void *a, const void *b)
{
	const struct nono_grant *const *x = a;
	const struct nono_grant *const *y = b;
	int order = nono_path_compare((*x)->node.real, (*y)->node.real);

	if (order)
		return order;
	/* Of the same object the wider grant first: the narrower one then needs no rule. */
	if ((*x)->rights != (*y)->rights)
		return (*x)->rights > (*y)->rights ? -1 : 1;
	return *x < *y ? -1 : 1;
}

/* Mark each grant whose rights the directories above it (or an equal one before it) give already. */
int nono_capset_mark_redundant(struct nono_capset *set, struct nono_error *err)
{
	struct nono_grant **order = calloc(set->grant_count + 1, sizeof(struct nono_grant *));
	struct nono_grant **above = calloc(set->grant_count + 1, sizeof(struct nono_grant *));
	size_t depth = 0;

	if (order && above) {
		for (size_t i = 0; i < set->grant_count; i++)
			order[i] = &set->grants[i];
		qsort(order, set->grant_count, sizeof(struct nono_grant *), by_path);
		for (size_t i = 0; i < set->grant_count; i++) {
			uint32_t given = 0;

			while (depth && !nono_path_is_within(order[i]->node.real, above[depth - 1]->node.real))
				depth--;
			for (size_t j = 0; j < depth; j++)
				given |= above[j]->rights;
			order[i]->redundant = !(order[i]->rights & ~given);
			above[depth++] = order[i];
		}
	}
	free(order);
	free(above);
	return order && above ? 0 : nono_nomem(err);
}

static void withhold_removal(struct nono_capset *set)
{
	for (size_t i = 0; set->no_unlink && i < set->grant_count; i++)
		set->grants[i].rights &= ~(NONO_RIGHTS_REMOVE | NONO_RIGHT_REFER);
}

int nono_capset_seal(const struct nono_compose *c, struct nono_capset *set, struct nono_error *err)
{
	int rc = nono_compose_yield(set, err);

	if (rc == 0)
		rc = drop_beaten(c, set, err);
	if (rc == 0)
		rc = find_overlaps(c, set, err);
	if (rc < 0)
		return rc;
	withhold_removal(set);
	return nono_capset_mark_redundant(set, err);
}
