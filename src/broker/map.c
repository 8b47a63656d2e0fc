/* map.c - objects by number, directories by climbing, names by text.  SPDX-License-Identifier: Apache-2.0 */
#include "broker/map.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>

#include "base/util.h"
#include "policy/path.h"

/* File systems on which names fold, and the flag of a directory on others (linux/fs.h, linux/magic.h). */
#define FLAG_CASEFOLD 0x40000000
#define IOC_GETFLAGS _IOR('f', 1, long)
static const uint32_t folding[] = {
	0x4d44,	    /* msdos, vfat */
	0x2011bab0, /* exfat */
	0x5346544e, /* ntfs */
	0x7366746e, /* ntfs3 */
	0xff534d42, /* cifs */
	0xfe534d42, /* smb2 */
	0x482b,	    /* hfs+ */
};

void nono_map_done(struct nono_map *map)
{
	if (!map)
		return;
	for (size_t i = 0; map->levels && i < map->level_count; i++)
		nono_closep(&map->levels[i].fd);
	for (size_t i = 0; map->names && i < map->name_count; i++) {
		nono_closep(&map->names[i].fd);
		free(map->names[i].rest);
	}
	free(map->levels);
	free(map->names);
	free(map->objects);
	*map = (struct nono_map){0};
}

static size_t first_slot(const struct nono_map *map, uint64_t dev, uint64_t ino)
{
	return (size_t)((ino ^ dev * 31) * UINT64_C(0x9e3779b97f4a7c15) >> 32) & map->mask;
}

/* The object's slot, or the free one where it belongs. */
static struct nono_object *slot(const struct nono_map *map, uint64_t dev, uint64_t ino)
{
	size_t i = first_slot(map, dev, ino);

	while (map->objects[i].used && (map->objects[i].ino != ino || map->objects[i].dev != dev))
		i = (i + 1) & map->mask;
	return &map->objects[i];
}

static struct nono_object *add_object(struct nono_map *map, uint64_t dev, uint64_t ino)
{
	struct nono_object *o = slot(map, dev, ino);

	if (!o->used)
		*o = (struct nono_object){.used = true, .dev = dev, .ino = ino, .name = NONO_MAP_NONE};
	return o;
}

static void add_rule(struct nono_map *map, uint64_t dev, uint64_t ino, uint32_t rights, bool closed)
{
	struct nono_object *o = slot(map, dev, ino);

	closed = closed && (!o->used || o->closed);
	o = add_object(map, dev, ino);
	o->rights |= rights;
	o->closed = closed;
}

static void add_rules(struct nono_map *map, const struct nono_capset *set, const struct nono_floor *floor)
{
	for (size_t i = 0; i < set->grant_count; i++) {
		const struct nono_grant *g = &set->grants[i];
		bool closed = true;

		for (size_t j = 0; j < floor->level_count; j++)
			closed = closed && !nono_path_is_below(floor->levels[j].path, g->node.real);
		if (!g->redundant && floor->grants[i] == NONO_FLOOR_KEPT)
			add_rule(map, g->node.dev, g->node.ino, g->rights, closed);
	}
	for (size_t i = 0; i < floor->rule_count; i++)
		add_rule(map, floor->rules[i].dev, floor->rules[i].ino, floor->rules[i].rights, true);
}

static bool names_fold(int fd)
{
	_cleanup_(nono_closep) int readable = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;
	long flags = 0;

	if (fstatfs(fd, &fs) == 0)
		for (size_t i = 0; i < NONO_ARRAY_SIZE(folding); i++)
			if ((uint32_t)fs.f_type == folding[i])
				return true;
	return readable >= 0 && ioctl(readable, IOC_GETFLAGS, &flags) == 0 && (flags & FLAG_CASEFOLD);
}

static int add_levels(struct nono_map *map, const struct nono_floor *floor, struct nono_error *err)
{
	for (size_t i = 0; i < floor->level_count; i++) {
		const struct nono_floor_level *l = &floor->levels[i];
		int fd = open(l->path, O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);
		struct nono_object *o;
		struct stat st;

		map->levels[i] = (struct nono_map_level){.fd = fd, .rights = l->rights};
		map->level_count = i + 1;
		if (fd < 0 || fstat(fd, &st) < 0)
			return nono_fail(err, NONO_E_SYSTEM, errno, "cannot open '%s'", l->path);
		if (st.st_ino != l->ino || st.st_dev != l->dev)
			return nono_fail(err, NONO_E_POLICY, 0, "'%s' was replaced while the run was prepared",
					 l->path);
		map->levels[i].folds = names_fold(fd);
		o = add_object(map, l->dev, l->ino);
		o->zone = NONO_ZONE_LEVEL;
		o->closed = false;
		o->level = i;
		o->rights = l->rights;
	}
	return 0;
}

static void note_denied(struct nono_map *map, const struct nono_floor_name *n, size_t index)
{
	struct nono_object *o = add_object(map, n->dev, n->ino);

	if (o->name != NONO_MAP_NONE && !map->names[o->name].write_only)
		return;
	o->name = index;
	/* What has a rule, for reading or for a grant of its own inside, stays what the rule says. */
	if (o->zone == NONO_ZONE_KERNEL && !o->rights)
		o->zone = NONO_ZONE_DENIED;
}

static int add_names(struct nono_map *map, const struct nono_floor *floor, struct nono_error *err)
{
	for (size_t i = 0; i < floor->name_count; i++) {
		const struct nono_floor_name *n = &floor->names[i];
		struct nono_map_name *m = &map->names[i];

		*m = (struct nono_map_name){.level = n->level,
					    .deny = n->deny,
					    .write_only = n->write_only,
					    .rest = strdup(n->rest),
					    .fd = -1};
		map->name_count = i + 1;
		if (!m->rest)
			return nono_nomem(err);
		if (n->exists)
			m->fd = open(n->path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		if (n->exists)
			note_denied(map, n, i);
		map->levels[n->level].has_names = true;
	}
	return 0;
}

int nono_map_build(const struct nono_capset *set, const struct nono_floor *floor, struct nono_map *ret,
		   struct nono_error *err)
{
	_cleanup_(nono_map_done) struct nono_map map = {0};
	struct stat root;
	size_t slots = 16, count = set->grant_count + floor->rule_count + floor->level_count + floor->name_count;
	int rc;

	while (slots < 2 * count)
		slots *= 2;
	map.mask = slots - 1;
	map.objects = calloc(slots, sizeof(*map.objects));
	map.levels = calloc(floor->level_count + 1, sizeof(*map.levels));
	map.names = calloc(floor->name_count + 1, sizeof(*map.names));
	if (!map.objects || !map.levels || !map.names)
		return nono_nomem(err);
	if (stat("/", &root) < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot look at '/'");
	map.root_dev = root.st_dev;
	map.root_ino = root.st_ino;
	add_rules(&map, set, floor);
	rc = add_levels(&map, floor, err);
	if (rc == 0)
		rc = add_names(&map, floor, err);
	if (rc == 0)
		*ret = TAKE(map);
	return rc;
}

const struct nono_object *nono_map_find(const struct nono_map *map, const struct stat *st)
{
	const struct nono_object *o = slot(map, st->st_dev, st->st_ino);

	return o->used ? o : NULL;
}

static struct nono_spot spot_of(const struct nono_object *o)
{
	return (struct nono_spot){.zone = o->zone, .level = o->level, .rights = o->rights, .closed = o->closed};
}

struct nono_spot nono_map_below(const struct nono_map *map, const struct nono_spot *parent, const struct stat *st)
{
	const struct nono_object *o = nono_map_find(map, st);
	struct nono_spot spot = *parent;

	if (o)
		return spot_of(o);
	if (spot.zone == NONO_ZONE_LEVEL)
		spot.zone = NONO_ZONE_NEW;
	return spot;
}

/* The directory above; false at the root, and where it cannot be had. */
static bool go_up(const struct nono_map *map, int *fd, struct stat *st)
{
	struct stat above;
	int up;

	if (st->st_ino == map->root_ino && st->st_dev == map->root_dev)
		return false;
	up = openat(*fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	nono_closep(fd);
	*fd = up;
	if (up < 0 || fstat(up, &above) < 0 || (above.st_ino == st->st_ino && above.st_dev == st->st_dev))
		return false;
	*st = above;
	return true;
}

/* The first known object from a directory on upwards, and whether it is the directory itself. */
static const struct nono_object *find_above(const struct nono_map *map, int dir_fd, const struct stat *dir,
					    bool *ret_self)
{
	_cleanup_(nono_closep) int fd = -1;
	const struct nono_object *o = nono_map_find(map, dir);
	struct stat st = *dir;

	*ret_self = o != NULL;
	if (o)
		return o;
	fd = openat(dir_fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (int depth = 0; !o && fd >= 0 && depth < NONO_CHAIN_DEPTH; depth++) {
		if (!go_up(map, &fd, &st))
			return NULL;
		o = nono_map_find(map, &st);
	}
	return o;
}

struct nono_spot nono_map_climb(const struct nono_map *map, int dir_fd, const struct stat *st)
{
	struct nono_spot spot = {0};
	bool self;
	const struct nono_object *o = find_above(map, dir_fd, st, &self);

	if (o)
		spot = spot_of(o);
	if (!self && spot.zone == NONO_ZONE_LEVEL)
		spot.zone = NONO_ZONE_NEW;
	return spot;
}

uint32_t nono_map_rights(const struct nono_map *map, int dir_fd)
{
	_cleanup_(nono_closep) int fd = openat(dir_fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	uint32_t rights = 0;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return 0;
	for (int depth = 0; depth < NONO_CHAIN_DEPTH; depth++) {
		const struct nono_object *o = nono_map_find(map, &st);

		if (o && o->zone == NONO_ZONE_KERNEL)
			rights |= o->rights;
		if (!go_up(map, &fd, &st))
			break;
	}
	return rights;
}

/* The kernel's name of what a descriptor is. */
static bool path_of(int fd, char path[PATH_MAX])
{
	char link[32];
	ssize_t len;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, PATH_MAX - 1);
	if (len <= 0 || path[0] != '/')
		return false;
	path[len] = '\0';
	return true;
}

/* Write where a name is, seen from its level: "name", or "dir/name" in what is new. */
static bool place_of(const struct nono_map *map, const struct nono_spot *dir, int dir_fd, const char *name,
		     char ret[2 * PATH_MAX])
{
	char level[PATH_MAX], path[PATH_MAX];
	size_t len;

	if (dir->zone == NONO_ZONE_LEVEL) {
		(void)snprintf(ret, 2 * PATH_MAX, "%s", name);
		return true;
	}
	if (!path_of(map->levels[dir->level].fd, level) || !path_of(dir_fd, path))
		return false;
	len = strcmp(level, "/") ? strlen(level) : 0;
	if (strncmp(path, level, len) != 0 || path[len] != '/')
		return false;
	(void)snprintf(ret, 2 * PATH_MAX, "%s/%s", path + len + 1, name);
	return true;
}

static enum nono_naming compare(const char *place, const char *denied, bool folds)
{
	size_t place_len = strlen(place), denied_len = strlen(denied);
	size_t len = place_len < denied_len ? place_len : denied_len;

	if ((folds ? strncasecmp(place, denied, len) : strncmp(place, denied, len)) != 0)
		return NONO_NAME_FREE;
	if (place_len < denied_len)
		return denied[len] == '/' ? NONO_NAME_ABOVE : NONO_NAME_FREE;
	return place[len] == '\0' || place[len] == '/' ? NONO_NAME_DENIED : NONO_NAME_FREE;
}

/* Does a denied name of a level lead to this object by now: put there by somebody else, or under a second name? */
static bool leads_to(const struct nono_map *map, const struct nono_map_name *n, const struct stat *object)
{
	struct stat st;

	return fstatat(map->levels[n->level].fd, n->rest, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       st.st_ino == object->st_ino && st.st_dev == object->st_dev;
}

enum nono_naming nono_map_naming(const struct nono_map *map, const struct nono_spot *dir, int dir_fd, const char *name,
				 const struct stat *object, size_t *ret_name)
{
	const struct nono_map_level *level = &map->levels[dir->level];
	const struct nono_object *known = object ? nono_map_find(map, object) : NULL;
	enum nono_naming result = NONO_NAME_FREE;
	char place[2 * PATH_MAX];

	*ret_name = known ? known->name : NONO_MAP_NONE;
	if (*ret_name != NONO_MAP_NONE)
		return NONO_NAME_DENIED;
	if (!level->has_names)
		return NONO_NAME_FREE;
	if (!place_of(map, dir, dir_fd, name, place))
		return NONO_NAME_DENIED;
	for (size_t i = 0; i < map->name_count; i++) {
		const struct nono_map_name *n = &map->names[i];
		enum nono_naming naming;

		if (n->level != dir->level)
			continue;
		naming = compare(place, n->rest, level->folds);
		if (naming == NONO_NAME_DENIED || (object && leads_to(map, n, object))) {
			*ret_name = i;
			return NONO_NAME_DENIED;
		}
		if (naming == NONO_NAME_ABOVE)
			result = NONO_NAME_ABOVE;
	}
	return result;
}
