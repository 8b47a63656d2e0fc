/* passage.c - does the way to a path lead through a covered directory?  SPDX-License-Identifier: Apache-2.0 */
#include "policy/passage.h"

#include <sys/stat.h>

#include "base/limits.h"
#include "base/util.h"
#include "policy/path.h"

struct walk {
	const struct nono_capset *set;
	const struct nono_fs *fs;
	char *at;   /* canonical so far; owned */
	char *rest; /* still to go, without a slash in front; owned */
	unsigned int links;
	const struct nono_deny *found;
};

static void walk_done(struct walk *w)
{
	free(w->at);
	free(w->rest);
}

static bool masks_directories(const struct nono_capset *set)
{
	for (size_t i = 0; i < set->deny_count; i++)
		if (set->denies[i].tier == NONO_TIER_MASK && set->denies[i].is_dir)
			return true;
	return false;
}

static const struct nono_deny *find_mask(const struct nono_capset *set, const struct nono_node *node)
{
	for (size_t i = 0; i < set->deny_count; i++) {
		const struct nono_deny *d = &set->denies[i];

		if (d->tier == NONO_TIER_MASK && d->is_dir && d->ino == node->ino && d->dev == node->dev)
			return d;
	}
	return NULL;
}

/* Take the next step off the way; NULL at its end or without memory. */
static char *next_step(struct walk *w)
{
	size_t len = strcspn(w->rest, "/");
	char *step = len ? strndup(w->rest, len) : NULL;

	len += strspn(w->rest + len, "/");
	memmove(w->rest, w->rest + len, strlen(w->rest + len) + 1);
	return step;
}

/* A link: what it says comes before the rest. */
static int follow(struct walk *w, const char *link, struct nono_error *err)
{
	_cleanup_(nono_freep) char *target = NULL;
	char *rest;
	int rc = w->fs->readlink(w->fs, link, &target, err);

	if (rc < 0)
		return rc;
	if (++w->links > NONO_LINKS)
		return nono_fail(err, NONO_E_SYSTEM, ELOOP, "too many links on the way to '%s'", link);
	rest = nono_path_join(target + strspn(target, "/"), w->rest);
	if (!rest)
		return nono_nomem(err);
	free(w->rest);
	w->rest = rest;
	if (target[0] == '/')
		w->at[1] = '\0';
	return 0;
}

/* 1: there is nothing further. */
static int go(struct walk *w, const char *step, struct nono_error *err)
{
	_cleanup_(nono_freep) char *path = strcmp(step, "..") ? nono_path_join(w->at, step) : nono_path_parent(w->at);
	struct nono_node node = {.fd = -1};
	int rc;

	if (!path)
		return nono_nomem(err);
	rc = nono_path_look(w->fs, path, false, &node, err);
	if (rc < 0)
		return rc == -NONO_E_NOTFOUND ? 1 : rc;
	if (S_ISLNK(node.mode) && w->fs->readlink)
		return follow(w, path, err);
	free(w->at);
	w->at = TAKE(path);
	w->found = S_ISDIR(node.mode) ? find_mask(w->set, &node) : NULL;
	return 0;
}

int nono_passage(const struct nono_capset *set, const struct nono_fs *fs, const char *path,
		 const struct nono_deny **ret, struct nono_error *err)
{
	_cleanup_(walk_done) struct walk w = {.set = set, .fs = fs};
	int rc = 0;

	*ret = NULL;
	if (!masks_directories(set))
		return 0;
	w.at = strdup("/");
	w.rest = strdup(path + strspn(path, "/"));
	if (!w.at || !w.rest)
		return nono_nomem(err);
	while (rc == 0 && *w.rest && !w.found) {
		_cleanup_(nono_freep) char *step = next_step(&w);

		if (!step)
			return nono_nomem(err);
		rc = strcmp(step, ".") ? go(&w, step, err) : 0;
	}
	if (rc < 0)
		return rc;
	*ret = w.found;
	return 0;
}
