/* path.c - canonical paths as text.  SPDX-License-Identifier: Apache-2.0 */
#include "policy/path.h"

#include "base/util.h"

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

int nono_path_resolve(const struct nono_fs *fs, const char *path, struct nono_resolved *ret, struct nono_error *err)
{
	_cleanup_(nono_resolved_done) struct nono_resolved r = {.node = {.fd = -1}};
	int rc = fs->open(fs, path, &r.node, err);

	if (rc == 0) {
		r.exists = true;
		r.real = strdup(r.node.real);
		rc = r.real ? 0 : nono_nomem(err);
	} else if (rc == -NONO_E_NOTFOUND) {
		rc = resolve_missing(fs, path, &r, err);
	}
	if (rc < 0)
		return rc;
	nono_closep(&r.node.fd);
	r.node.fd = -1;
	*ret = r;
	r = (struct nono_resolved){.node = {.fd = -1}};
	return 0;
}
