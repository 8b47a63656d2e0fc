/* path.c - canonical paths as text.  SPDX-License-Identifier: Apache-2.0 */
#include "policy/path.h"

#include "base/util.h"

/* As many links as the kernel follows (MAXSYMLINKS). */
#define LINKS_MAX 40

/* What is left of @path behind @dir, or NULL when they part before; most pairs part at the second byte. */
static const char *behind(const char *path, const char *dir)
{
	while (*dir && *dir == *path) {
		dir++;
		path++;
	}
	return *dir ? NULL : path;
}

bool nono_path_is_below(const char *path, const char *dir)
{
	const char *rest = behind(path, dir);

	if (!rest || !*rest)
		return false;
	return *rest == '/' || rest[-1] == '/';
}

bool nono_path_is_within(const char *path, const char *dir)
{
	const char *rest = behind(path, dir);

	return rest && (!*rest || *rest == '/' || rest[-1] == '/');
}

char *nono_path_join(const char *dir, const char *name)
{
	size_t dir_len = strcmp(dir, "/") ? strlen(dir) : 0, name_len = strlen(name);
	char *path = malloc(dir_len + name_len + 2);

	if (!path)
		return NULL;
	memcpy(path, dir, dir_len);
	path[dir_len] = '/';
	memcpy(path + dir_len + 1, name, name_len + 1);
	return path;
}

char *nono_path_trim(const char *path)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	return strndup(path, len);
}

char *nono_path_parent(const char *path)
{
	const char *slash = strrchr(path, '/');

	return !slash || slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

const char *nono_path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A slash sorts before every other byte, so that "/a/b" comes before "/a-b". */
static int byte_rank(unsigned char c)
{
	if (c == '\0')
		return -1;
	return c == '/' ? 0 : c;
}

int nono_path_compare(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return byte_rank((unsigned char)*a) - byte_rank((unsigned char)*b);
}

void nono_resolved_done(struct nono_resolved *r)
{
	if (!r)
		return;
	nono_node_done(&r->node);
	free(r->real);
	*r = (struct nono_resolved){.node = {.fd = -1}};
}

int nono_path_look(const struct nono_fs *fs, const char *path, bool follow, struct nono_node *ret,
		   struct nono_error *err)
{
	struct nono_error why = {0};
	int rc = fs->stat(fs, path, follow, ret, NULL);

	if (rc == 0 || rc == -NONO_E_NOTFOUND)
		return rc;
	rc = fs->stat(fs, path, follow, ret, &why);
	if (rc < 0 && rc != -NONO_E_NOTFOUND && err)
		*err = why;
	return rc;
}

/* The nearest existing ancestor of a path that does not exist; @ret->real is that plus what is missing. */
static int resolve_missing(const struct nono_fs *fs, const char *path, struct nono_resolved *ret,
			   struct nono_error *err)
{
	_cleanup_(nono_freep) char *dir = strdup(path);
	size_t cut = strlen(path);

	while (dir && cut > 0) {
		int rc;

		while (cut > 0 && path[cut - 1] != '/')
			cut--;
		while (cut > 1 && path[cut - 1] == '/')
			cut--;
		dir[cut] = '\0';
		rc = fs->open(fs, dir, &ret->node, err);
		if (rc == 0)
			break;
		if (rc != -NONO_E_NOTFOUND || cut <= 1)
			return rc;
	}
	if (!dir)
		return nono_nomem(err);
	ret->parent_missing = strchr(path + cut + (cut > 1), '/') != NULL;
	ret->real = nono_path_join(ret->node.real, path + cut + (path[cut] == '/'));
	return ret->real ? 0 : nono_nomem(err);
}

/*
 * Where a path goes on when the first thing missing on its way is a link that leads nowhere: the kernel would make what
 * the link names, so that is the place meant. *ret is NULL when it is no link.
 */
static int follow_dangling(const struct nono_fs *fs, const struct nono_resolved *at, char **ret, struct nono_error *err)
{
	size_t dir_len = strcmp(at->node.real, "/") ? strlen(at->node.real) : 0;
	size_t len = dir_len + 1 + strcspn(at->real + dir_len + 1, "/");
	_cleanup_(nono_freep) char *link = strndup(at->real, len);
	_cleanup_(nono_freep) char *target = NULL;
	_cleanup_(nono_freep) char *place = NULL;
	int rc;

	if (!link)
		return nono_nomem(err);
	rc = fs->readlink ? fs->readlink(fs, link, &target, NULL) : -NONO_E_NOTFOUND;
	if (rc < 0 && rc != -NONO_E_NOTFOUND)
		rc = fs->readlink(fs, link, &target, err);
	if (rc < 0)
		return rc == -NONO_E_NOTFOUND ? 0 : rc;
	place = target[0] == '/' ? strdup(target) : nono_path_join(at->node.real, target);
	if (!place)
		return nono_nomem(err);
	*ret = at->real[len] ? nono_path_join(place, at->real + len + 1) : TAKE(place);
	return *ret ? 0 : nono_nomem(err);
}

/* One step: what @path leads to, or, in *ret_next, where a dangling link on its way says to go on. */
static int resolve_once(const struct nono_fs *fs, const char *path, struct nono_resolved *ret, char **ret_next,
			struct nono_error *err)
{
	int rc = fs->open(fs, path, &ret->node, err);

	if (rc == 0) {
		ret->exists = true;
		ret->real = strdup(ret->node.real);
		return ret->real ? 0 : nono_nomem(err);
	}
	if (rc != -NONO_E_NOTFOUND)
		return rc;
	rc = resolve_missing(fs, path, ret, err);
	return rc < 0 ? rc : follow_dangling(fs, ret, ret_next, err);
}

int nono_path_resolve(const struct nono_fs *fs, const char *path, struct nono_resolved *ret, struct nono_error *err)
{
	_cleanup_(nono_freep) char *current = strdup(path);

	for (int links = 0; current && links < LINKS_MAX; links++) {
		_cleanup_(nono_resolved_done) struct nono_resolved r = {.node = {.fd = -1}};
		char *next = NULL;
		int rc = resolve_once(fs, current, &r, &next, err);

		if (rc < 0)
			return rc;
		if (!next) {
			nono_closep(&r.node.fd);
			r.node.fd = -1;
			*ret = r;
			r = (struct nono_resolved){.node = {.fd = -1}};
			return 0;
		}
		free(current);
		current = next;
	}
	return current ? nono_fail(err, NONO_E_SYSTEM, ELOOP, "cannot follow '%s'", path) : nono_nomem(err);
}
