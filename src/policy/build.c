/* build.c - single grants and deny rules: from a text to an object.  SPDX-License-Identifier: Apache-2.0 */
#include "policy/build.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/util.h"
#include "policy/path.h"

/* Names that mean the process which opens them; resolved here they would mean nono. */
static const char *const self_names[] = {"/proc/self", "/proc/thread-self", "/dev/fd"};
static const char *const stream_names[] = {"/dev/stdin", "/dev/stdout", "/dev/stderr"};

/* Trees of the kernel's own, where writing changes the machine: never granted for writing. */
static const char *const kernel_trees[] = {"/proc", "/sys"};

static bool within_any(const char *path, const char *const *trees, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (nono_path_is_within(path, trees[i]))
			return true;
	return false;
}

#define WITHIN_ANY(path, trees) within_any(path, trees, NONO_ARRAY_SIZE(trees))

/* What an access means on this kind of object. */
static uint32_t rights_for(enum nono_access access, uint32_t mode)
{
	uint32_t rights = 0;

	if (access & NONO_ACCESS_READ)
		rights |= NONO_RIGHTS_READ;
	if (access & NONO_ACCESS_WRITE)
		rights |= NONO_RIGHTS_WRITE;
	if (S_ISDIR(mode))
		return rights;
	if (S_ISCHR(mode) || (S_ISBLK(mode) && (access & NONO_ACCESS_WRITE)))
		rights |= NONO_RIGHT_IOCTL_DEV;
	return rights & NONO_RIGHTS_FILE;
}

/* Terminals and devices are told what to do by ioctl. */
static uint32_t device_dir_rights(const char *real)
{
	return nono_path_is_within(real, "/dev") ? NONO_RIGHT_IOCTL_DEV : 0;
}

int nono_build_path(const struct nono_builder *b, enum nono_source_kind kind, const char *text, char **ret,
		    struct nono_error *err)
{
	bool written = kind == NONO_SOURCE_GROUP || kind == NONO_SOURCE_PROFILE || kind == NONO_SOURCE_MANIFEST;

	if (written || text[0] != '/')
		return nono_vars_expand(b->vars, text, ret, err);
	*ret = nono_path_trim(text);
	return *ret ? 0 : nono_nomem(err);
}

static int note_missing(const struct nono_builder *b, const struct nono_grant_request *r, const char *path,
			const char *why, struct nono_error *err)
{
	return nono_capset_note(b->set, r->loud ? NONO_NOTE_WARNING : NONO_NOTE_INFO, err, "%s %s: %s, skipped",
				r->source, path, why);
}

/* Two groups often name the same path; what it leads to is asked once. NULL when it was not granted before. */
static const struct nono_grant *find_twin(const struct nono_capset *set, const char *path, uint32_t hash)
{
	for (size_t i = 0; i < set->grant_count; i++)
		if (set->grants[i].hash == hash && strcmp(set->grants[i].written, path) == 0)
			return &set->grants[i];
	return NULL;
}

/* The same object once more; its descriptor is a copy, for a rule of its own. */
static int copy_node(const struct nono_node *from, struct nono_node *ret, struct nono_error *err)
{
	struct nono_node node = *from;

	node.real = strdup(from->real);
	if (!node.real)
		return nono_nomem(err);
	node.fd = from->fd < 0 ? -1 : fcntl(from->fd, F_DUPFD_CLOEXEC, 3);
	if (from->fd >= 0 && node.fd < 0) {
		free(node.real);
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot copy a descriptor");
	}
	*ret = node;
	return 0;
}

/* Says nothing about the path: the next one may work, and a run would get some of what it was granted. */
static bool is_shortage(int sys_errno)
{
	return sys_errno == EMFILE || sys_errno == ENFILE || sys_errno == ENOMEM;
}

/* Open what is to be granted. 1: it is not there, or not for this user; noted, and to be skipped. */
static int open_node(const struct nono_builder *b, const struct nono_grant_request *r, const char *path,
		     struct nono_node *ret, struct nono_error *err)
{
	/* What a process calls itself is another directory in each: only the whole of /proc covers all. */
	const char *target = WITHIN_ANY(path, self_names) ? "/proc" : path;
	const struct nono_grant *twin = find_twin(b->set, path, nono_hash_text(path));
	struct nono_error why = {0};
	int rc;

	if (twin)
		return copy_node(&twin->node, ret, err);
	/* Most paths of groups do not exist: nothing is written about that unless somebody wants to read it. */
	rc = b->fs->open(b->fs, target, ret, NULL);
	if (rc < 0 && rc != -NONO_E_NOTFOUND)
		rc = b->fs->open(b->fs, target, ret, &why);
	if (rc == -NONO_E_NOTFOUND) {
		rc = note_missing(b, r, path, "does not exist", err);
		return rc < 0 ? rc : 1;
	}
	if (rc == -NONO_E_SYSTEM && !is_shortage(why.sys_errno)) {
		rc = note_missing(b, r, path, why.text, err);
		return rc < 0 ? rc : 1;
	}
	if (rc < 0 && err)
		*err = why;
	return rc;
}

/* 0: as expected, 1: noted and to be skipped. */
static int check_kind(const struct nono_builder *b, const struct nono_grant_request *r, const char *path, bool is_dir,
		      struct nono_error *err)
{
	const char *found = is_dir ? "directory" : "file";
	int rc;

	if (r->expect != (is_dir ? NONO_EXPECT_FILE : NONO_EXPECT_DIR))
		return 0;
	if (!r->lenient)
		return nono_fail(err, NONO_E_POLICY, 0, "%s%s %s: this is a %s; use %s",
				 r->kind == NONO_SOURCE_PROFILE ? "profile " : "", r->source, path, found,
				 r->file_hint);
	rc = nono_capset_note(b->set, NONO_NOTE_INFO, err, "%s %s: this is a %s, skipped", r->source, path, found);
	return rc < 0 ? rc : 1;
}

/* Adjust a request to the few objects that are special; false when there is nothing to grant. */
static bool adjust_special(const char *path, struct nono_node *node, enum nono_access *access)
{
	if (node->real[0] != '/') /* a pipe, a socket: no file system path, nothing that a rule could say */
		return false;
	if (WITHIN_ANY(path, stream_names) && S_ISDIR(node->mode))
		return false;
	if (WITHIN_ANY(node->real, kernel_trees)) {
		*access &= (unsigned int)~NONO_ACCESS_WRITE;
		return *access != NONO_ACCESS_NONE;
	}
	return true;
}

static int store_grant(const struct nono_builder *b, const struct nono_grant_request *r, const char *path,
		       struct nono_node *node, enum nono_access access, struct nono_error *err)
{
	struct nono_grant *grant;
	int rc = nono_capset_new_grant(b->set, &grant, err);

	if (rc < 0)
		return rc;
	grant->written = strdup(path);
	grant->hash = nono_hash_text(path);
	grant->access = access;
	grant->is_file = !S_ISDIR(node->mode);
	grant->rights = rights_for(access, node->mode);
	if (!grant->is_file)
		grant->rights |= device_dir_rights(node->real);
	grant->node = *node;
	*node = (struct nono_node){.fd = -1};
	if (!grant->written)
		return nono_nomem(err);
	return nono_source_set(&grant->source, r->kind, r->source, err);
}

/*
 * Grant one existing object; @path is expanded and holds no pattern. What turns out to lie outside @tree (NULL: there
 * is none) is passed over.
 */
static int grant_path(const struct nono_builder *b, const struct nono_grant_request *r, const char *path,
		      const char *tree, struct nono_error *err)
{
	_cleanup_(nono_node_done) struct nono_node node = {.fd = -1};
	enum nono_access access = r->access;
	int rc = open_node(b, r, path, &node, err);

	if (rc)
		return rc < 0 ? rc : 0;
	if ((tree && !nono_path_is_within(node.real, tree)) || !adjust_special(path, &node, &access))
		return 0;
	if (access != r->access && r->kind >= NONO_SOURCE_PROFILE) {
		rc = nono_capset_note(b->set, NONO_NOTE_WARNING, err,
				      "%s %s: writing below /proc and /sys is never granted", r->source, path);
		if (rc < 0)
			return rc;
	}
	rc = check_kind(b, r, path, S_ISDIR(node.mode), err);
	if (rc)
		return rc < 0 ? rc : 0;
	return store_grant(b, r, path, &node, access, err);
}

struct glob_grant {
	const struct nono_builder *b;
	const struct nono_grant_request *request;
	const char *root; /* canonical */
};

/* A match that leads out of the tree it was found in grants nothing: what was opened is judged, not its name. */
static int grant_match(void *arg, const char *path, struct nono_error *err)
{
	const struct glob_grant *g = arg;

	return grant_path(g->b, g->request, path, g->root, err);
}

static int grant_pattern(const struct nono_builder *b, const struct nono_grant_request *r, const char *pattern,
			 struct nono_error *err)
{
	_cleanup_(nono_freep) char *root = nono_glob_root(pattern);
	_cleanup_(nono_resolved_done) struct nono_resolved at = {.node = {.fd = -1}};
	struct glob_grant g = {b, r, NULL};
	int rc;

	if (!root)
		return nono_nomem(err);
	rc = nono_path_resolve(b->fs, root, &at, err);
	if (rc < 0)
		return rc;
	g.root = at.real;
	rc = nono_glob(b->fs, pattern, grant_match, &g, err);
	if (rc == 0)
		return nono_capset_note(b->set, NONO_NOTE_WARNING, err, "%s %s: the pattern matches nothing", r->source,
					pattern);
	return rc < 0 ? rc : 0;
}

static size_t stars(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == '*';
	return count;
}

/* A pattern could not tell its own * from one in a home directory's name. */
static int check_pattern(const char *text, const char *path, const char *source, struct nono_error *err)
{
	if (stars(text) == stars(path))
		return 0;
	return nono_fail(err, NONO_E_POLICY, 0, "'%s' (%s) is a pattern below a path with a * in its name: %s", text,
			 source, path);
}

int nono_build_grant(const struct nono_builder *b, const struct nono_grant_request *request, struct nono_error *err)
{
	_cleanup_(nono_freep) char *path = NULL;
	int rc;

	if (!*request->text)
		return nono_capset_note(b->set, NONO_NOTE_WARNING, err, "%s: an empty path grants nothing",
					request->source);
	rc = nono_build_path(b, request->kind, request->text, &path, err);
	if (rc < 0)
		return rc;
	/* A flag's path is a name, whatever is in it. */
	if (request->kind == NONO_SOURCE_PROFILE && nono_is_pattern(request->text)) {
		rc = check_pattern(request->text, path, request->source, err);
		return rc < 0 ? rc : grant_pattern(b, request, path, err);
	}
	return grant_path(b, request, path, NULL, err);
}

void nono_dir_cache_done(struct nono_dir_cache *cache)
{
	for (size_t i = 0; i < cache->len; i++) {
		free(cache->items[i].path);
		free(cache->items[i].real);
	}
	free(cache->items);
	*cache = (struct nono_dir_cache){0};
}

/* The canonical form of a directory, which may be missing. */
static int real_dir(const struct nono_builder *b, const char *path, char **ret, struct nono_error *err)
{
	_cleanup_(nono_resolved_done) struct nono_resolved at = {.node = {.fd = -1}};
	struct nono_dir_cache *cache = b->dirs;
	void *items;
	int rc;

	for (size_t i = 0; cache && i < cache->len; i++)
		if (strcmp(cache->items[i].path, path) == 0) {
			*ret = strdup(cache->items[i].real);
			return *ret ? 0 : nono_nomem(err);
		}
	rc = nono_path_resolve(b->fs, path, &at, err);
	if (rc < 0)
		return rc;
	*ret = strdup(at.real);
	if (!*ret || !cache)
		return *ret ? 0 : nono_nomem(err);
	items = nono_grow(cache->items, cache->len, &cache->room, sizeof(*cache->items));
	if (!items)
		return 0; /* it is only a cache */
	cache->items = items;
	cache->items[cache->len].path = strdup(path);
	if (cache->items[cache->len].path)
		cache->items[cache->len++].real = TAKE(at.real);
	return 0;
}

/*
 * Where a denied path is: its place (canonical but for the last step), and, where that is a link, also what it leads
 * to. One system call for each in a directory that is known already.
 */
static int locate_deny(const struct nono_builder *b, const char *path, struct nono_deny *ret, struct nono_error *err)
{
	_cleanup_(nono_freep) char *parent = nono_path_parent(path);
	_cleanup_(nono_freep) char *dir = NULL;
	_cleanup_(nono_resolved_done) struct nono_resolved at = {.node = {.fd = -1}};
	struct nono_node node = {.fd = -1};
	int rc = parent ? real_dir(b, parent, &dir, err) : nono_nomem(err);

	if (rc < 0)
		return rc;
	ret->real = strcmp(path, "/") ? nono_path_join(dir, nono_path_base(path)) : strdup("/");
	if (!ret->real)
		return nono_nomem(err);
	rc = nono_path_look(b->fs, ret->real, false, &node, err);
	if (rc == -NONO_E_NOTFOUND)
		return 0;
	if (rc < 0)
		return rc;
	if (S_ISLNK(node.mode)) {
		rc = nono_path_resolve(b->fs, path, &at, err);
		if (rc < 0)
			return rc;
		ret->alias = ret->real;
		ret->real = TAKE(at.real);
		node = at.node;
		if (!at.exists)
			return 0;
	}
	ret->exists = true;
	ret->dev = node.dev;
	ret->ino = node.ino;
	ret->is_dir = S_ISDIR(node.mode);
	ret->nlink = ret->is_dir ? 0 : node.nlink;
	return 0;
}

static int deny_path(const struct nono_builder *b, const struct nono_deny_request *r, const char *path,
		     struct nono_error *err)
{
	struct nono_deny *deny = nono_capset_new_deny(b->set, err);
	int rc;

	if (!deny)
		return -NONO_E_NOMEM;
	rc = locate_deny(b, path, deny, err);
	if (rc < 0)
		return nono_fail_in(err, rc, "cannot deny '%s' (%s)", path, r->source);
	if (strstr(deny->real, "/../") || strcmp(nono_path_base(deny->real), "..") == 0)
		return nono_fail(err, NONO_E_POLICY, 0, "cannot deny '%s' (%s): .. after a missing directory", path,
				 r->source);
	deny->written = strdup(path);
	deny->write_only = r->write_only;
	deny->permanent = r->permanent;
	if (!deny->written)
		return nono_nomem(err);
	return nono_source_set(&deny->source, r->kind, r->source, err);
}

struct glob_deny {
	const struct nono_builder *b;
	const struct nono_deny_request *request;
};

static int deny_match(void *arg, const char *path, struct nono_error *err)
{
	const struct glob_deny *g = arg;
	int rc = deny_path(g->b, g->request, path, err);
	const struct nono_deny *d = rc == 0 ? &g->b->set->denies[g->b->set->deny_count - 1] : NULL;

	/* It was there a moment ago, and is somewhere else now. A link that leads nowhere is there. */
	if (d && !d->exists && !d->alias)
		return nono_fail(err, NONO_E_SYSTEM, ESTALE,
				 "'%s' (%s) was moved or removed while denied paths were looked for: start again", path,
				 g->request->source);
	return rc;
}

/* A pattern also stands for names that do not exist yet: its text is kept, to be compared with the grants. */
static int deny_pattern(const struct nono_builder *b, const struct nono_deny_request *r, const char *pattern,
			struct nono_error *err)
{
	struct glob_deny g = {b, r};
	_cleanup_(nono_freep) char *root = nono_glob_root(pattern);
	int rc = nono_glob(b->fs, pattern, deny_match, &g, err);

	if (!root)
		return nono_nomem(err);
	if (rc < 0)
		return rc;
	rc = deny_path(b, r, pattern, err);
	if (rc == 0)
		b->set->denies[b->set->deny_count - 1].is_pattern = true;
	return rc;
}

/* Did a variable that is not set stay in front, so that the path was taken for a relative one? */
static bool unset_at_start(const struct nono_vars *vars, const char *path)
{
	return nono_path_is_below(path, vars->workdir) && path[strlen(vars->workdir) + (vars->workdir[1] != 0)] == '$';
}

int nono_build_deny(const struct nono_builder *b, const struct nono_deny_request *request, struct nono_error *err)
{
	_cleanup_(nono_freep) char *path = NULL;
	int rc = nono_build_path(b, request->kind, request->text, &path, err);

	if (rc < 0)
		return nono_fail_in(err, rc, "%s", request->source);
	if (request->text[0] == '$' && unset_at_start(b->vars, path))
		return nono_fail(err, NONO_E_POLICY, 0, "cannot deny '%s' (%s): the variable is not set", request->text,
				 request->source);
	if (request->kind == NONO_SOURCE_PROFILE && nono_is_pattern(request->text)) {
		rc = check_pattern(request->text, path, request->source, err);
		return rc < 0 ? rc : deny_pattern(b, request, path, err);
	}
	return deny_path(b, request, path, err);
}
