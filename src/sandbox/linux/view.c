/* view.c - what has to be covered, found before anybody is confined.  SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/linux/view.h"

#include <sys/mman.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/util.h"
#include "policy/path.h"
#include "sandbox/linux/backend.h"
#include "sandbox/linux/view_parts.h"

struct building {
	const struct nono_capset *set;
	const struct nono_deny *deny; /* the one that is being covered */
	struct nono_view *view;
};

void nono_view_free(struct nono_view *view)
{
	if (!view)
		return;
	for (size_t i = 0; i < view->len; i++)
		free(view->covers[i].path);
	for (size_t i = 0; i < view->watch_count; i++)
		free(view->watches[i].path);
	free(view->watches);
	if (view->keeper)
		(void)munmap(view->keeper, sizeof(*view->keeper));
	for (size_t i = 0; i < view->copy_count; i++)
		free(view->copies[i].text);
	free(view->covers);
	free(view->copies);
	free(view);
}

void nono_view_init(struct nono_view *view)
{
	*view = (struct nono_view){.uid = geteuid(), .gid = getegid()};
	/* Who is not root has no use for the capabilities that would be kept. */
	view->kind = view->uid == 0 && nono_caps_may_mount() ? NONO_VIEW_ROOT : NONO_VIEW_USER;
}

int nono_view_add(struct nono_view *view, enum nono_cover_kind kind, const char *path, struct nono_error *err)
{
	struct nono_cover *items;
	struct nono_cover cover = {.kind = kind};

	if (view->len >= NONO_COVERS)
		return nono_fail(err, NONO_E_LIMIT, 0, "more than %d denied paths lie below granted directories",
				 NONO_COVERS);
	items = nono_grow(view->covers, view->len, &view->room, sizeof(*items));
	if (!items)
		return nono_nomem(err);
	view->covers = items;
	cover.path = strdup(path);
	if (!cover.path)
		return nono_nomem(err);
	items[view->len++] = cover;
	return 0;
}

bool nono_view_is_writable(const struct nono_capset *set, const char *dir)
{
	for (size_t i = 0; i < set->grant_count; i++) {
		const struct nono_grant *g = &set->grants[i];

		if (!g->is_file && (g->access & NONO_ACCESS_WRITE) && nono_path_is_within(dir, g->node.real))
			return true;
	}
	return false;
}

/* A mount keeps an object and no name: what is above must not be moved away and made anew. */
static int add_pins(const struct building *b, const char *path, struct nono_error *err)
{
	_cleanup_(nono_freep) char *above = nono_path_parent(path);
	int rc = 0;

	while (above && above[1] && rc == 0) {
		_cleanup_(nono_freep) char *parent = nono_path_parent(above);

		if (!parent)
			return nono_nomem(err);
		if (!nono_view_is_writable(b->set, parent))
			return 0;
		rc = nono_view_add(b->view, NONO_COVER_PIN, above, err);
		free(above);
		above = TAKE(parent);
	}
	return above ? rc : nono_nomem(err);
}

static int add_cover(const struct building *b, const char *path, struct nono_error *err)
{
	bool hide = b->deny->tier == NONO_TIER_MASK;
	int rc = hide ? 0 : add_pins(b, path, err);

	if (rc == 0)
		rc = nono_view_add(b->view, hide ? NONO_COVER_HIDE : NONO_COVER_READ_ONLY, path, err);
	if (rc < 0)
		return rc;
	b->view->covers[b->view->len - 1].dev = b->deny->dev;
	b->view->covers[b->view->len - 1].ino = b->deny->ino;
	return 0;
}

/* What was granted below it all the same: a rule lifted for a part of it, nono's own answers. */
static int add_holes(const struct building *b, const struct nono_deny *d, struct nono_error *err)
{
	size_t count = 0;
	int rc = 0;

	for (size_t i = 0; i < b->set->grant_count && rc == 0; i++) {
		const struct nono_grant *g = &b->set->grants[i];

		if (!nono_path_is_below(g->node.real, d->real) || (d->write_only && !(g->access & NONO_ACCESS_WRITE)))
			continue;
		if (count++ == NONO_HOLES)
			return nono_fail(err, NONO_E_LIMIT, 0,
					 "more than %d paths are granted below %s, which is denied", NONO_HOLES,
					 d->written);
		rc = nono_view_add(b->view, NONO_COVER_HOLE, g->node.real, err);
		if (rc == 0)
			b->view->covers[b->view->len - 1].read_only = !(g->access & NONO_ACCESS_WRITE);
	}
	return rc;
}

static int add_deny(struct building *b, const struct nono_deny *d, struct nono_error *err)
{
	int rc;

	b->deny = d;
	rc = add_cover(b, d->real, err);
	return rc == 0 ? add_holes(b, d, err) : rc;
}

static int by_place(const void *a, const void *b)
{
	const struct nono_cover *x = a, *y = b;
	int order = nono_path_compare(x->path, y->path);

	/* Of one place the strongest first: the others go. */
	return order ? order : (int)y->kind - (int)x->kind;
}

/* Directories before what is below them; one cover for each place; below a hidden one only what shines through. */
static void settle_covers(struct nono_view *view)
{
	const char *hidden = NULL, *hole = NULL;
	size_t kept = 0;

	if (view->len)
		qsort(view->covers, view->len, sizeof(*view->covers), by_place);
	for (size_t i = 0; i < view->len; i++) {
		struct nono_cover *cover = &view->covers[i];
		bool twice = kept && strcmp(view->covers[kept - 1].path, cover->path) == 0;
		bool below = hidden && nono_path_is_within(cover->path, hidden) &&
			     !(hole && nono_path_is_within(cover->path, hole));

		if (twice || (below && cover->kind != NONO_COVER_HOLE)) {
			free(cover->path);
			continue;
		}
		if (cover->kind == NONO_COVER_HIDE)
			hidden = cover->path;
		if (cover->kind == NONO_COVER_HOLE)
			hole = cover->path;
		view->covers[kept++] = *cover;
	}
	view->len = kept;
}

static bool is_watched(const struct nono_view *view, const char *dir)
{
	for (size_t i = 0; i < view->watch_count; i++)
		if (strcmp(view->watches[i].path, dir) == 0)
			return true;
	return false;
}

static bool is_granted_dir(const struct nono_capset *set, const char *dir)
{
	for (size_t i = 0; i < set->grant_count; i++)
		if (!set->grants[i].is_file && nono_path_is_within(dir, set->grants[i].node.real))
			return true;
	return false;
}

/* The directories in which a covered thing, or one that it is in, could be replaced: as far up as grants reach. */
static int add_watches(const struct building *b, const char *path, struct nono_error *err)
{
	struct nono_view *view = b->view;
	_cleanup_(nono_freep) char *dir = nono_path_parent(path);

	while (dir && is_granted_dir(b->set, dir) && !is_watched(view, dir) && view->watch_count < NONO_WATCHES) {
		struct nono_view_watch *items = nono_grow(view->watches, view->watch_count, &view->watch_room,
							  sizeof(*items));
		char *parent;

		if (!items)
			return nono_nomem(err);
		view->watches = items;
		parent = nono_path_parent(dir);
		if (!parent)
			return nono_nomem(err);
		items[view->watch_count++] = (struct nono_view_watch){.path = TAKE(dir)};
		dir = parent;
	}
	return dir ? 0 : nono_nomem(err);
}

static int watch_covers(const struct building *b, struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < b->view->len && rc == 0; i++) {
		const struct nono_cover *cover = &b->view->covers[i];

		if (cover->kind == NONO_COVER_HIDE || cover->kind == NONO_COVER_READ_ONLY)
			rc = add_watches(b, cover->path, err);
	}
	return rc;
}

/* The process that is yet to be forked will say there who keeps. */
static int share_keeper(struct nono_view *view, struct nono_error *err)
{
	void *room = mmap(NULL, sizeof(*view->keeper), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (room == MAP_FAILED)
		return nono_nomem(err);
	view->keeper = room;
	return 0;
}

static bool is_for_view(const struct nono_deny *d)
{
	return d->covered && (d->tier == NONO_TIER_MASK || d->tier == NONO_TIER_READ_ONLY);
}

static bool needs_view(const struct nono_capset *set)
{
	for (size_t i = 0; i < set->deny_count; i++)
		if (is_for_view(&set->denies[i]))
			return true;
	return false;
}

static int add_all(struct building *b, struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < b->set->deny_count && rc == 0; i++) {
		const struct nono_deny *d = &b->set->denies[i];

		if (is_for_view(d))
			rc = add_deny(b, d, err);
	}
	if (rc == 0 && b->view->kind == NONO_VIEW_USER)
		rc = nono_view_add_copies(b->view, err);
	if (rc < 0)
		return rc;
	settle_covers(b->view);
	rc = watch_covers(b, err);
	return rc == 0 && b->view->watch_count ? share_keeper(b->view, err) : rc;
}

int nono_view_build(const struct nono_capset *set, struct nono_view **ret, struct nono_error *err)
{
	struct building b = {.set = set};
	int rc;

	*ret = NULL;
	if (!needs_view(set))
		return 0;
	b.view = calloc(1, sizeof(*b.view));
	if (!b.view)
		return nono_nomem(err);
	nono_view_init(b.view);
	rc = add_all(&b, err);
	if (rc < 0)
		nono_view_free(b.view);
	else
		*ret = b.view;
	return rc;
}
