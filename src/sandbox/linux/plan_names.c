/* plan_names.c - other names of denied things: hard links, and mounts that show them once more.
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/util.h"
#include "policy/build.h"
#include "policy/path.h"
#include "sandbox/linux/mounts.h"
#include "sandbox/linux/plan.h"

struct search {
	struct nono_capset *set;
	size_t index;	 /* the deny whose other names are looked for; denies may move in memory */
	const char *dir; /* that is being listed */
	size_t seen;	 /* entries looked at */
	size_t depth;
	uint32_t found;
};

/* A rule of its own, so that whoever asks is told of it. */
static int add_name(struct search *s, const char *path, const struct stat *st, struct nono_error *err)
{
	struct nono_deny *d = nono_capset_new_deny(s->set, err), *from;

	if (!d)
		return -NONO_E_NOMEM;
	from = &s->set->denies[s->index];
	d->written = strdup(path);
	d->real = strdup(path);
	d->exists = d->covered = true;
	d->dev = st->st_dev;
	d->ino = st->st_ino;
	d->is_dir = S_ISDIR(st->st_mode);
	d->write_only = from->write_only;
	d->permanent = from->permanent;
	d->cover = from->cover;
	if (!d->written || !d->real)
		return nono_nomem(err);
	return nono_source_set(&d->source, from->source.kind, from->source.name, err);
}

static int walk(struct search *s, const char *dir, struct nono_error *err);

static int visit(void *arg, const char *name, bool is_dir, struct nono_error *err)
{
	struct search *s = arg;
	const struct nono_deny *d = &s->set->denies[s->index];
	_cleanup_(nono_freep) char *path = NULL;
	struct stat st;

	if (++s->seen > NONO_LINK_ENTRIES)
		return -NONO_E_LIMIT;
	path = nono_path_join(s->dir, name);
	if (!path)
		return nono_nomem(err);
	if (is_dir) {
		const char *outer = s->dir;
		int rc = s->depth < NONO_GLOB_DEPTH ? walk(s, path, err) : -NONO_E_LIMIT;

		s->dir = outer;
		return rc;
	}
	if (lstat(path, &st) < 0 || st.st_ino != d->ino || st.st_dev != d->dev)
		return 0;
	s->found++;
	return strcmp(path, d->real) == 0 ? 0 : add_name(s, path, &st, err);
}

static int walk(struct search *s, const char *dir, struct nono_error *err)
{
	struct nono_error why = {0};
	struct stat st;
	int rc;

	if (stat(dir, &st) < 0 || st.st_dev != s->set->denies[s->index].dev)
		return 0; /* a link cannot lead to another file system */
	s->dir = dir;
	s->depth++;
	rc = nono_fs_host.list(&nono_fs_host, dir, visit, s, &why);
	s->depth--;
	if (rc == -NONO_E_SYSTEM || rc == -NONO_E_NOTFOUND)
		return 0; /* what cannot be listed here cannot be found by the command either */
	if (rc < 0 && err && rc != -NONO_E_LIMIT)
		*err = why;
	return rc;
}

/* Only grants of a person or profile, and the one that covers it: nobody links a secret into /usr. */
static bool is_searched(const struct nono_capset *set, const struct nono_deny *d, size_t grant)
{
	const struct nono_grant *g = &set->grants[grant];

	return !g->is_file && !g->redundant && (g->source.kind >= NONO_SOURCE_PROFILE || d->cover == grant);
}

static int find_names(struct search *s, struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < s->set->grant_count && rc == 0; i++) {
		const struct nono_deny *d = &s->set->denies[s->index];

		if (s->found < d->nlink && is_searched(s->set, d, i))
			rc = walk(s, s->set->grants[i].node.real, err);
	}
	return rc;
}

/* Source: statx(2), STATX_MNT_ID since Linux 5.8. */
static int mount_of(const char *path, uint64_t *ret)
{
	struct statx st;

	if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_MNT_ID, &st) < 0)
		return -1;
	errno = ENOSYS;
	if (!(st.stx_mask & STATX_MNT_ID))
		return -1;
	*ret = st.stx_mnt_id;
	return 0;
}

/* Only what can be seen counts: a name may be hidden by another mount, or lead elsewhere because of one. */
static int add_mounted(void *arg, const char *path, uint64_t mount_id, struct nono_error *err)
{
	_cleanup_(nono_freep) char *real = realpath(path, NULL);
	struct stat st;
	uint64_t id;

	if (!real && errno == ENOMEM)
		return nono_nomem(err);
	if (!real || strcmp(real, path) != 0 || mount_of(path, &id) < 0 || id != mount_id || stat(path, &st) < 0)
		return 0;
	return add_name(arg, path, &st, err);
}

static int find_mounted_one(struct nono_capset *set, size_t index, const struct nono_mounts *mounts,
			    struct nono_error *err)
{
	struct search s = {.set = set, .index = index};
	_cleanup_(nono_freep) char *real = strdup(set->denies[index].real);
	uint64_t id;

	if (!real)
		return nono_nomem(err);
	if (mount_of(real, &id) == 0)
		return nono_mounts_aliases(mounts, real, id, add_mounted, &s, err);
	return errno == ENOENT ? 0 : nono_fail(err, NONO_E_SYSTEM, errno, "cannot find the mount of '%s'", real);
}

static int find_mounted(struct nono_capset *set, struct nono_error *err)
{
	_cleanup_(nono_mounts_done) struct nono_mounts mounts = {0};
	size_t count = set->deny_count;
	int rc = nono_mounts_read(&mounts, err);

	for (size_t i = 0; i < count && rc == 0; i++)
		if (set->denies[i].covered && set->denies[i].exists)
			rc = find_mounted_one(set, i, &mounts, err);
	return rc;
}

static int find_linked(struct nono_capset *set, struct nono_error *err)
{
	size_t count = set->deny_count;

	for (size_t i = 0; i < count; i++) {
		struct search s = {.set = set, .index = i};
		const struct nono_deny *d = &set->denies[i];
		int rc;

		if (!d->covered || !d->exists || d->nlink < 2)
			continue;
		rc = find_names(&s, err);
		if (rc < 0 && rc != -NONO_E_LIMIT)
			return rc;
		set->denies[i].other_names = rc == -NONO_E_LIMIT;
	}
	return 0;
}

int nono_plan_names(struct nono_capset *set, struct nono_error *err)
{
	int rc = find_linked(set, err);

	return rc == 0 ? find_mounted(set, err) : rc;
}
