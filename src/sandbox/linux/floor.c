/* floor.c - levels, their entries' rules, and the names withheld.  SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/linux/floor.h"

#include <sys/stat.h>

#include "base/buf.h"
#include "base/util.h"
#include "policy/path.h"

/* A directory above a denied place. */
struct dir {
	char *path;
	bool is_dir; /* it is there, and a directory */
	uint64_t dev, ino;
	ssize_t parent;	 /* index of the nearest one above it, or -1 */
	uint32_t rights; /* what grants on it and above it give */
	bool granted;	 /* a grant is on it itself */
	bool split;
	size_t level; /* its index among the levels, if split */
};

/* A denied path, by one of its names. */
struct place {
	const char *path; /* borrowed */
	size_t deny;
	bool write_only, exists;
	uint64_t dev, ino;
};

struct work {
	const struct nono_capset *set;
	const struct nono_fs *fs;
	const struct nono_floor_options *options;
	struct nono_floor *floor;
	struct dir *dirs;
	size_t dir_count, dir_room;
	struct place *places;
	size_t place_count, place_room;
	size_t siblings;
	const struct dir *level; /* whose entries are visited */
};

static void work_done(struct work *w)
{
	for (size_t i = 0; i < w->dir_count; i++)
		free(w->dirs[i].path);
	free(w->dirs);
	free(w->places);
}

void nono_floor_done(struct nono_floor *floor)
{
	if (!floor)
		return;
	for (size_t i = 0; i < floor->level_count; i++)
		free(floor->levels[i].path);
	for (size_t i = 0; i < floor->rule_count; i++)
		free(floor->rules[i].path);
	for (size_t i = 0; i < floor->name_count; i++)
		free(floor->names[i].path);
	free(floor->levels);
	free(floor->rules);
	free(floor->names);
	free(floor->grants);
	*floor = (struct nono_floor){0};
}

static bool has_dir(const struct work *w, const char *path, size_t len)
{
	for (size_t i = w->dir_count; i-- > 0;)
		if (strncmp(w->dirs[i].path, path, len) == 0 && w->dirs[i].path[len] == '\0')
			return true;
	return false;
}

static int add_dir(struct work *w, const char *path, size_t len, struct nono_error *err)
{
	struct nono_node node = {.fd = -1};
	struct dir *dirs, d = {.parent = -1};
	int rc;

	dirs = nono_grow(w->dirs, w->dir_count, &w->dir_room, sizeof(*dirs));
	if (!dirs)
		return nono_nomem(err);
	w->dirs = dirs;
	d.path = strndup(path, len);
	if (!d.path)
		return nono_nomem(err);
	dirs[w->dir_count++] = d;
	rc = nono_path_look(w->fs, d.path, false, &node, err);
	if (rc == -NONO_E_NOTFOUND)
		return 0;
	if (rc < 0)
		return rc;
	dirs[w->dir_count - 1].is_dir = S_ISDIR(node.mode);
	dirs[w->dir_count - 1].dev = node.dev;
	dirs[w->dir_count - 1].ino = node.ino;
	return 0;
}

/* Every directory above a path, up to the first that is known already. */
static int add_dirs(struct work *w, const char *path, struct nono_error *err)
{
	size_t len = strlen(path);

	while (len > 1) {
		int rc;

		while (path[len - 1] != '/')
			len--;
		while (len > 1 && path[len - 1] == '/')
			len--;
		if (has_dir(w, path, len))
			return 0;
		rc = add_dir(w, path, len, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int add_place(struct work *w, const char *path, size_t deny, struct nono_error *err)
{
	struct nono_node node = {.fd = -1};
	struct place *places = nono_grow(w->places, w->place_count, &w->place_room, sizeof(*places));
	struct place *p;
	int rc;

	if (!places)
		return nono_nomem(err);
	w->places = places;
	p = &places[w->place_count++];
	*p = (struct place){.path = path, .deny = deny, .write_only = w->set->denies[deny].write_only};
	rc = nono_path_look(w->fs, path, false, &node, err);
	if (rc < 0 && rc != -NONO_E_NOTFOUND)
		return rc;
	p->exists = rc == 0;
	p->dev = node.dev;
	p->ino = node.ino;
	return add_dirs(w, path, err);
}

static int find_places(struct work *w, struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < w->set->deny_count && rc == 0; i++) {
		const struct nono_deny *d = &w->set->denies[i];

		rc = add_place(w, d->real, i, err);
		if (rc == 0 && d->alias)
			rc = add_place(w, d->alias, i, err);
	}
	for (size_t i = 0; i < w->options->place_count && rc == 0; i++)
		rc = add_place(w, w->options->places[i].path, w->options->places[i].deny, err);
	return rc;
}

static int by_path(const void *a, const void *b)
{
	return nono_path_compare(((const struct dir *)a)->path, ((const struct dir *)b)->path);
}

/* Is an object denied, under this name or another? A deny of reading goes before one of writing. */
static const struct place *find_place(const struct work *w, const char *path, uint64_t dev, uint64_t ino)
{
	const struct place *found = NULL;

	for (size_t i = 0; i < w->place_count; i++) {
		const struct place *p = &w->places[i];

		if (!(p->exists && p->ino == ino && p->dev == dev) && strcmp(p->path, path) != 0)
			continue;
		if (!found || found->write_only)
			found = p;
	}
	return found;
}

static uint32_t granted_on(const struct work *w, const struct dir *d)
{
	uint32_t rights = 0;

	for (size_t i = 0; i < w->set->grant_count; i++) {
		const struct nono_grant *g = &w->set->grants[i];

		if (!g->is_file && g->node.ino == d->ino && g->node.dev == d->dev)
			rights |= g->rights;
	}
	return rights;
}

/* What reaches a directory from above, its own grants, and whether that has to be split. */
static void judge_dir(struct work *w, size_t index)
{
	struct dir *d = &w->dirs[index];
	const struct place *denied = find_place(w, d->path, d->dev, d->ino);
	uint32_t own;

	for (size_t i = index; i-- > 0 && d->parent < 0;)
		if (nono_path_is_below(d->path, w->dirs[i].path))
			d->parent = (ssize_t)i;
	if (!d->is_dir)
		return;
	d->rights = d->parent >= 0 ? w->dirs[d->parent].rights : 0;
	if (denied)
		d->rights &= denied->write_only ? NONO_RIGHTS_READ : 0;
	own = granted_on(w, d);
	d->granted = own != 0;
	d->rights |= own;
	for (size_t i = 0; i < w->place_count && !d->split; i++)
		d->split = nono_path_is_below(w->places[i].path, d->path) &&
			   (d->rights & (w->places[i].write_only ? NONO_RIGHTS_WRITE : NONO_RIGHTS_ALL));
}

static int add_level(struct work *w, struct dir *d, struct nono_error *err)
{
	struct nono_floor *f = w->floor;
	struct nono_floor_level *levels;

	if (f->level_count == NONO_FLOOR_LEVELS)
		return nono_fail(err, NONO_E_LIMIT, 0, "more than %d directories lie above denied paths",
				 NONO_FLOOR_LEVELS);
	levels = nono_grow(f->levels, f->level_count, &f->level_room, sizeof(*levels));
	if (!levels)
		return nono_nomem(err);
	f->levels = levels;
	levels[f->level_count] = (struct nono_floor_level){
		.path = strdup(d->path), .dev = d->dev, .ino = d->ino, .rights = d->rights};
	if (!levels[f->level_count].path)
		return nono_nomem(err);
	d->level = f->level_count++;
	return 0;
}

static int find_levels(struct work *w, struct nono_error *err)
{
	int rc = 0;

	if (w->dir_count)
		qsort(w->dirs, w->dir_count, sizeof(*w->dirs), by_path);
	for (size_t i = 0; i < w->dir_count && rc == 0; i++) {
		judge_dir(w, i);
		if (w->dirs[i].split)
			rc = add_level(w, &w->dirs[i], err);
	}
	return rc;
}

static int add_rule(struct work *w, const struct nono_floor_rule *rule, struct nono_error *err)
{
	struct nono_floor *f = w->floor;
	struct nono_floor_rule *rules = nono_grow(f->rules, f->rule_count, &f->rule_room, sizeof(*rules));

	if (!rules)
		return nono_nomem(err);
	f->rules = rules;
	rules[f->rule_count] = *rule;
	rules[f->rule_count].path = strdup(rule->path);
	if (!rules[f->rule_count].path)
		return nono_nomem(err);
	f->rule_count++;
	return 0;
}

static bool is_level(const struct work *w, uint64_t dev, uint64_t ino)
{
	for (size_t i = 0; i < w->floor->level_count; i++)
		if (w->floor->levels[i].ino == ino && w->floor->levels[i].dev == dev)
			return true;
	return false;
}

/* One entry of a level. */
static int visit(void *arg, const char *name, bool is_dir, struct nono_error *err)
{
	struct work *w = arg;
	_cleanup_(nono_freep) char *path = nono_path_join(w->level->path, name);
	struct nono_floor_rule rule = {.path = path, .rights = w->level->rights};
	struct nono_node node = {.fd = -1};
	struct nono_error why = {0};
	const struct place *denied;
	int rc;

	(void)is_dir; /* not every file system says it */
	if (!path)
		return nono_nomem(err);
	if (w->siblings++ == NONO_FLOOR_RULES)
		return nono_fail(err, NONO_E_LIMIT, 0,
				 "more than %d entries stand beside denied paths and the directories above them, '%s' "
				 "among them",
				 NONO_FLOOR_RULES, path);
	rc = nono_path_look(w->fs, path, false, &node, &why);
	/* Gone since; or somebody else's mount, which nono itself may not look at. */
	if (rc == -NONO_E_NOTFOUND || (rc == -NONO_E_SYSTEM && why.sys_errno == EACCES))
		return 0;
	if (rc < 0) {
		if (err)
			*err = why;
		return rc;
	}
	/* What a link leads to is judged where it stands. */
	if (S_ISLNK(node.mode) || is_level(w, node.dev, node.ino))
		return 0;
	denied = find_place(w, path, node.dev, node.ino);
	if (denied)
		rule.rights &= denied->write_only ? NONO_RIGHTS_READ : 0;
	rule.is_file = !S_ISDIR(node.mode);
	rule.dev = node.dev;
	rule.ino = node.ino;
	if (rule.is_file)
		rule.rights &= NONO_RIGHTS_FILE;
	return rule.rights ? add_rule(w, &rule, err) : 0;
}

static int find_siblings(struct work *w, struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < w->dir_count && rc == 0; i++) {
		const struct dir *d = &w->dirs[i];
		struct nono_floor_rule list = {
			.path = d->path, .dev = d->dev, .ino = d->ino, .rights = d->rights & NONO_RIGHT_READ_DIR};

		if (!d->split)
			continue;
		w->level = d;
		rc = w->fs->list(w->fs, d->path, visit, w, err);
		if (rc == -NONO_E_NOTFOUND)
			rc = nono_fail(err, NONO_E_SYSTEM, ENOENT, "cannot list '%s'", d->path);
		if (rc == 0 && w->options->list_levels && list.rights)
			rc = add_rule(w, &list, err);
	}
	return rc;
}

/* The grants on levels have no rule; what they made superfluous below a denied directory has one again. */
static int settle_grants(struct work *w, struct nono_error *err)
{
	struct nono_floor *f = w->floor;
	int rc = 0;

	f->grants = calloc(w->set->grant_count + 1, sizeof(*f->grants));
	if (!f->grants)
		return nono_nomem(err);
	for (size_t i = 0; i < w->set->grant_count; i++) {
		const struct nono_grant *g = &w->set->grants[i];

		f->grants[i] = !g->is_file && is_level(w, g->node.dev, g->node.ino) ? NONO_FLOOR_REPLACED
										    : NONO_FLOOR_KEPT;
	}
	for (size_t i = 0; i < w->set->grant_count && rc == 0; i++) {
		const struct nono_grant *g = &w->set->grants[i];
		const struct nono_floor_rule rule = {.path = g->node.real,
						     .dev = g->node.dev,
						     .ino = g->node.ino,
						     .rights = g->rights,
						     .is_file = g->is_file};
		bool below = false;

		for (size_t j = 0; j < w->set->grant_count && !below; j++)
			below = f->grants[j] == NONO_FLOOR_REPLACED &&
				nono_path_is_within(g->node.real, w->set->grants[j].node.real);
		if (g->redundant && below && f->grants[i] == NONO_FLOOR_KEPT)
			rc = add_rule(w, &rule, err);
	}
	return rc;
}

static const struct dir *level_above(const struct work *w, const char *path)
{
	for (size_t i = w->dir_count; i-- > 0;)
		if (w->dirs[i].split && nono_path_is_below(path, w->dirs[i].path))
			return &w->dirs[i];
	return NULL;
}

static int add_name(struct work *w, const struct place *p, const struct dir *level, struct nono_error *err)
{
	struct nono_floor *f = w->floor;
	size_t above = strcmp(level->path, "/") ? strlen(level->path) : 0;
	struct nono_floor_name *names;
	char *path;

	if (f->name_count == NONO_FLOOR_NAMES)
		return nono_fail(err, NONO_E_LIMIT, 0, "more than %d denied paths lie below grants", NONO_FLOOR_NAMES);
	names = nono_grow(f->names, f->name_count, &f->name_room, sizeof(*names));
	if (!names)
		return nono_nomem(err);
	f->names = names;
	path = strdup(p->path);
	if (!path)
		return nono_nomem(err);
	names[f->name_count++] = (struct nono_floor_name){
		.deny = p->deny,
		.level = level->level,
		.path = path,
		.rest = path + above + 1,
		.write_only = p->write_only,
		.exists = p->exists,
		.dev = p->dev,
		.ino = p->ino,
	};
	return 0;
}

static int find_names(struct work *w, struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < w->place_count && rc == 0; i++) {
		const struct dir *level = level_above(w, w->places[i].path);

		if (level)
			rc = add_name(w, &w->places[i], level, err);
	}
	return rc;
}

int nono_floor_build(const struct nono_capset *set, const struct nono_fs *fs, const struct nono_floor_options *options,
		     struct nono_floor *ret, struct nono_error *err)
{
	_cleanup_(nono_floor_done) struct nono_floor floor = {0};
	_cleanup_(work_done) struct work w = {.set = set, .fs = fs, .options = options, .floor = &floor};
	int rc = find_places(&w, err);

	if (rc == 0)
		rc = find_levels(&w, err);
	if (rc == 0)
		rc = find_siblings(&w, err);
	if (rc == 0)
		rc = settle_grants(&w, err);
	if (rc == 0)
		rc = find_names(&w, err);
	if (rc == 0)
		*ret = TAKE(floor);
	return rc;
}
