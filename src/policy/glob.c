/* glob.c - patterns in filesystem.* of a profile.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <sys/stat.h>

#include "base/util.h"
#include "policy/build.h"
#include "policy/path.h"

struct glob_walk {
	const struct nono_fs *fs;
	struct nono_strv matches;
	size_t seen; /* directory entries looked at */
};

/* The names in one directory that a component is compared with. */
struct glob_level {
	struct glob_walk *walk;
	const char *dir;
	const char *component; /* pattern, up to len */
	size_t len;
	const char *rest; /* the components after it, or "" */
	int depth;
};

static int walk_pattern(struct glob_walk *w, const char *dir, const char *pattern, int depth, struct nono_error *err);

bool nono_is_pattern(const char *text)
{
	return strchr(text, '*') != NULL;
}

/* Does @name match @pattern[0..len), where * stands for any bytes. Linear: only the last * is gone back to. */
static bool component_matches(const char *pattern, size_t len, const char *name)
{
	size_t p = 0, star = len, mark = 0, n = 0;

	while (name[n]) {
		if (p < len && pattern[p] == '*') {
			star = p++;
			mark = n;
		} else if (p < len && pattern[p] == name[n]) {
			p++;
			n++;
		} else if (star < len) {
			p = star + 1;
			n = ++mark;
		} else {
			return false;
		}
	}
	while (p < len && pattern[p] == '*')
		p++;
	return p == len;
}

static int visit(void *arg, const char *name, bool is_dir, struct nono_error *err)
{
	struct glob_level *level = arg;
	_cleanup_(nono_freep) char *path = NULL;
	bool deep = level->len == 2 && strncmp(level->component, "**", 2) == 0;
	int rc;

	if (++level->walk->seen > NONO_GLOB_ENTRIES)
		return nono_fail(err, NONO_E_LIMIT, 0, "more than %d entries below '%s': use a narrower pattern",
				 NONO_GLOB_ENTRIES, level->dir);
	if (!deep && !component_matches(level->component, level->len, name))
		return 0;
	path = nono_path_join(level->dir, name);
	if (!path)
		return nono_nomem(err);
	if (deep) /* ** stays for what is below, and is nothing for what comes next */
		return is_dir ? walk_pattern(level->walk, path, level->component, level->depth + 1, err) : 0;
	if (!*level->rest)
		return nono_strv_add_new(&level->walk->matches, path, err);
	rc = is_dir ? walk_pattern(level->walk, path, level->rest, level->depth + 1, err) : 0;
	return rc;
}

/* Match what is left of a pattern below one directory. */
static int walk_pattern(struct glob_walk *w, const char *dir, const char *pattern, int depth, struct nono_error *err)
{
	struct glob_level level = {.walk = w, .dir = dir, .component = pattern, .depth = depth};
	int rc;

	if (depth > NONO_GLOB_DEPTH)
		return nono_fail(err, NONO_E_LIMIT, 0, "'%s' is more than %d levels deep for a pattern", dir,
				 NONO_GLOB_DEPTH);
	level.len = strcspn(pattern, "/");
	level.rest = pattern + level.len + strspn(pattern + level.len, "/");
	if (level.len == 2 && strncmp(pattern, "**", 2) == 0) {
		if (!*level.rest)
			return nono_strv_add_new(&w->matches, dir, err);
		rc = walk_pattern(w, dir, level.rest, depth + 1, err);
		if (rc < 0)
			return rc;
	}
	rc = w->fs->list(w->fs, dir, visit, &level, err);
	if (rc == -NONO_E_NOTFOUND || (rc == -NONO_E_SYSTEM && err && err->sys_errno == EACCES))
		return 0;
	return rc;
}

char *nono_glob_root(const char *pattern)
{
	const char *star = strchr(pattern, '*');
	size_t len = (size_t)(star - pattern);

	while (len > 1 && pattern[len - 1] != '/')
		len--;
	while (len > 1 && pattern[len - 1] == '/')
		len--;
	return strndup(pattern, len);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int nono_glob(const struct nono_fs *fs, const char *pattern, nono_glob_fn fn, void *arg, struct nono_error *err)
{
	struct glob_walk w = {.fs = fs};
	_cleanup_(nono_freep) char *root = nono_glob_root(pattern);
	struct nono_error scratch = {0};
	int rc;

	if (!root)
		return nono_nomem(err);
	if (strpbrk(pattern, "?[]"))
		return nono_fail(err, NONO_E_POLICY, 0, "'%s': a pattern knows * and ** only, not ? or [ ]", pattern);
	rc = walk_pattern(&w, root, pattern + strlen(root) + strspn(pattern + strlen(root), "/"), 0, &scratch);
	if (rc < 0 && err)
		*err = scratch;
	if (rc == 0 && w.matches.len)
		qsort(w.matches.items, w.matches.len, sizeof(*w.matches.items), by_name);
	for (size_t i = 0; rc >= 0 && i < w.matches.len; i++)
		rc = fn(arg, w.matches.items[i], err);
	if (rc >= 0)
		rc = (int)w.matches.len;
	nono_strv_done(&w.matches);
	return rc;
}
