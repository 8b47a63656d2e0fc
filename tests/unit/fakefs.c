/* fakefs.c - a file system made of a table.  SPDX-License-Identifier: Apache-2.0 */
#include "fakefs.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/util.h"

#define CALLER_UID 1000
#define PATH_PARTS 128
#define LINKS_MAX 40

struct name {
	char *text;
	struct object *object;
	struct name *next;
};

/* Objects are freed with the file system, not before: names only point. */
struct object {
	uint64_t dev, ino;
	uint32_t mode, names;
	unsigned int uid;
	int sys_errno;
	char *data; /* of a file; target of a link */
	size_t len;
	struct name *entries; /* of a directory */
	struct object *next;
};

struct fakefs {
	struct nono_fs fs;
	struct object *root, *all;
	uint64_t next_ino;
};

/* Where a walk is: the names passed, and their objects; part 0 is the root. */
struct walk {
	char *names[PATH_PARTS];
	struct object *objects[PATH_PARTS];
	size_t count;
	unsigned int links;
};

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

static _Noreturn void broken(const char *what, const char *path)
{
	(void)fprintf(stderr, "fakefs: %s: %s\n", what, path);
	abort();
}

static struct object *object_new(struct fakefs *f, uint32_t mode)
{
	struct object *o = must(calloc(1, sizeof(*o)));

	o->dev = 1;
	o->ino = f->next_ino++;
	o->mode = mode;
	o->uid = CALLER_UID;
	o->next = f->all;
	f->all = o;
	return o;
}

static struct name *find_name(const struct object *dir, const char *text)
{
	for (struct name *n = dir->entries; n; n = n->next)
		if (strcmp(n->text, text) == 0)
			return n;
	return NULL;
}

static void walk_cut(struct walk *w, size_t count)
{
	while (w->count > count)
		free(w->names[--w->count]);
}

static void walk_done(struct walk *w)
{
	walk_cut(w, 0);
}

static int walk_path(struct walk *w, const char *path, bool follow);

static int walk_enter(struct walk *w, const char *text, bool follow)
{
	const struct object *dir = w->objects[w->count - 1];
	const struct name *n;

	if (dir->sys_errno)
		return dir->sys_errno;
	if (!S_ISDIR(dir->mode))
		return ENOTDIR;
	if (strcmp(text, "..") == 0) {
		walk_cut(w, w->count > 1 ? w->count - 1 : 1);
		return 0;
	}
	n = find_name(dir, text);
	if (!n)
		return ENOENT;
	if (S_ISLNK(n->object->mode) && follow) {
		if (n->object->sys_errno || ++w->links > LINKS_MAX)
			return n->object->sys_errno ? n->object->sys_errno : ELOOP;
		return walk_path(w, n->object->data, true);
	}
	if (w->count == PATH_PARTS)
		return ENAMETOOLONG;
	w->names[w->count] = must(strdup(text));
	w->objects[w->count++] = n->object;
	return 0;
}

static int walk_path(struct walk *w, const char *path, bool follow)
{
	_cleanup_(nono_freep) char *copy = must(strdup(path));
	char *rest = NULL;
	int sys_errno = 0;

	if (path[0] == '/')
		walk_cut(w, 1);
	for (char *part = strtok_r(copy, "/", &rest); part && sys_errno == 0;) {
		char *next = strtok_r(NULL, "/", &rest);

		if (strcmp(part, ".") != 0)
			sys_errno = walk_enter(w, part, next || follow);
		part = next;
	}
	return sys_errno;
}

static int walk_start(struct fakefs *f, struct walk *w, const char *path, bool follow)
{
	if (path[0] != '/')
		broken("not absolute", path);
	w->names[0] = must(strdup(""));
	w->objects[0] = f->root;
	w->count = 1;
	return walk_path(w, path, follow);
}

static int find(struct fakefs *f, const char *path, bool follow, struct object **ret, char **ret_real)
{
	_cleanup_(walk_done) struct walk w = {0};
	_cleanup_(nono_freep) char *real = NULL;
	int sys_errno = walk_start(f, &w, path, follow);
	size_t len = 2;

	if (sys_errno)
		return sys_errno;
	*ret = w.objects[w.count - 1];
	if ((*ret)->sys_errno)
		return (*ret)->sys_errno;
	for (size_t i = 1; i < w.count; i++)
		len += strlen(w.names[i]) + 1;
	real = must(calloc(1, len));
	for (size_t i = 1, at = 0; i < w.count; i++)
		at += (size_t)snprintf(real + at, len - at, "/%s", w.names[i]);
	if (w.count == 1)
		real[0] = '/';
	if (ret_real)
		*ret_real = TAKE(real);
	return 0;
}

static int fail(struct nono_error *err, int sys_errno, const char *what, const char *path)
{
	enum nono_error_code code = sys_errno == ENOENT || sys_errno == ENOTDIR ? NONO_E_NOTFOUND : NONO_E_SYSTEM;

	return nono_fail(err, code, sys_errno, "cannot %s '%s'", what, path);
}

static void fill(struct nono_node *node, const struct object *o)
{
	*node = (struct nono_node){.fd = -1, .dev = o->dev, .ino = o->ino, .mode = o->mode, .nlink = o->names};
}

static int fake_open(const struct nono_fs *fs, const char *path, struct nono_node *ret, struct nono_error *err)
{
	struct object *o = NULL;
	char *real = NULL;
	int sys_errno = find(fs->ctx, path, true, &o, &real);

	if (sys_errno)
		return fail(err, sys_errno, "open", path);
	fill(ret, o);
	ret->real = real;
	return 0;
}

static int fake_stat(const struct nono_fs *fs, const char *path, bool follow, struct nono_node *ret,
		     struct nono_error *err)
{
	struct object *o = NULL;
	int sys_errno = find(fs->ctx, path, follow, &o, NULL);

	if (sys_errno)
		return fail(err, sys_errno, "look at", path);
	fill(ret, o);
	return 0;
}

static int fake_list(const struct nono_fs *fs, const char *path, nono_fs_entry_fn fn, void *arg, struct nono_error *err)
{
	struct object *o = NULL;
	int sys_errno = find(fs->ctx, path, true, &o, NULL), rc = 0;

	if (sys_errno == 0 && !S_ISDIR(o->mode))
		sys_errno = ENOTDIR;
	if (sys_errno)
		return fail(err, sys_errno, "list", path);
	for (const struct name *n = o->entries; n && rc >= 0; n = n->next)
		rc = fn(arg, n->text, S_ISDIR(n->object->mode), err);
	return rc < 0 ? rc : 0;
}

static int fake_read(const struct nono_fs *fs, const char *path, size_t max_bytes, char **ret_data, size_t *ret_len,
		     struct nono_error *err)
{
	struct object *o = NULL;
	int sys_errno = find(fs->ctx, path, true, &o, NULL);
	char *data;

	if (sys_errno)
		return fail(err, sys_errno, "read", path);
	if (!S_ISREG(o->mode) || (o->uid != 0 && o->uid != CALLER_UID) || (o->mode & (S_IWGRP | S_IWOTH)))
		return nono_fail(err, NONO_E_POLICY, 0, "'%s' is not safe", path);
	if (o->len > max_bytes)
		return nono_fail(err, NONO_E_LIMIT, 0, "'%s' is larger than %zu bytes", path, max_bytes);
	data = must(malloc(o->len + 1));
	if (o->len)
		memcpy(data, o->data, o->len);
	data[o->len] = '\0';
	*ret_data = data;
	*ret_len = o->len;
	return 0;
}

/* The directory that @path is to be in, made where it is missing, and its last name. */
static struct object *parent_of(struct fakefs *f, const char *path, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	_cleanup_(nono_freep) char *dir = NULL;
	struct object *o = NULL;

	if (!slash || !slash[1])
		broken("not a path to something", path);
	*ret_name = slash + 1;
	dir = must(slash == path ? strdup("/") : strndup(path, (size_t)(slash - path)));
	if (find(f, dir, true, &o, NULL) != 0) {
		fakefs_dir(f, dir);
		if (find(f, dir, true, &o, NULL) != 0)
			broken("cannot make", dir);
	}
	return o;
}

static void put(struct fakefs *f, const char *path, struct object *o)
{
	const char *text = NULL;
	struct object *dir = parent_of(f, path, &text);
	struct name *n;

	if (!S_ISDIR(dir->mode) || find_name(dir, text))
		broken("cannot make", path);
	n = must(calloc(1, sizeof(*n)));
	n->text = must(strdup(text));
	n->object = o;
	n->next = dir->entries;
	dir->entries = n;
	o->names++;
}

static struct object *get(struct fakefs *f, const char *path)
{
	_cleanup_(walk_done) struct walk w = {0};

	if (walk_start(f, &w, path, false) != 0)
		broken("is not there", path);
	return w.objects[w.count - 1];
}

void fakefs_dir(struct fakefs *f, const char *path)
{
	struct object *o = NULL;

	if (find(f, path, true, &o, NULL) == 0 && S_ISDIR(o->mode))
		return;
	put(f, path, object_new(f, S_IFDIR | 0755));
}

void fakefs_bytes(struct fakefs *f, const char *path, const void *data, size_t len)
{
	struct object *o = NULL;

	if (find(f, path, true, &o, NULL) != 0) {
		o = object_new(f, S_IFREG | 0644);
		put(f, path, o);
	}
	free(o->data);
	o->data = must(malloc(len + 1));
	if (len)
		memcpy(o->data, data, len);
	o->data[len] = '\0';
	o->len = len;
}

void fakefs_file(struct fakefs *f, const char *path, const char *text)
{
	fakefs_bytes(f, path, text, strlen(text));
}

void fakefs_symlink(struct fakefs *f, const char *path, const char *target)
{
	struct object *o = object_new(f, S_IFLNK | 0777);

	o->data = must(strdup(target));
	o->len = strlen(target);
	put(f, path, o);
}

void fakefs_hardlink(struct fakefs *f, const char *path, const char *existing)
{
	if (S_ISDIR(get(f, existing)->mode))
		broken("is a directory", existing);
	put(f, path, get(f, existing));
}

void fakefs_bind(struct fakefs *f, const char *path, const char *existing)
{
	put(f, path, get(f, existing));
	get(f, existing)->names--; /* a mount is no link */
}

void fakefs_mode(struct fakefs *f, const char *path, uint32_t mode)
{
	get(f, path)->mode = mode;
}

void fakefs_id(struct fakefs *f, const char *path, uint64_t dev, uint64_t ino)
{
	struct object *o = get(f, path);

	o->dev = dev;
	o->ino = ino;
}

void fakefs_owner(struct fakefs *f, const char *path, unsigned int uid)
{
	get(f, path)->uid = uid;
}

void fakefs_fail(struct fakefs *f, const char *path, int sys_errno)
{
	get(f, path)->sys_errno = sys_errno;
}

void fakefs_remove(struct fakefs *f, const char *path)
{
	const char *text = NULL;
	struct object *dir = parent_of(f, path, &text);

	for (struct name **at = &dir->entries; *at; at = &(*at)->next) {
		struct name *n = *at;

		if (strcmp(n->text, text) != 0)
			continue;
		*at = n->next;
		n->object->names--;
		free(n->text);
		free(n);
		return;
	}
	broken("is not there", path);
}

static int fake_make_dir(const struct nono_fs *fs, const char *path, struct nono_error *err)
{
	struct object *o = NULL;

	if (find(fs->ctx, path, true, &o, NULL) == 0)
		return S_ISDIR(o->mode) ? 0 : fail(err, EEXIST, "make", path);
	fakefs_dir(fs->ctx, path);
	fakefs_mode(fs->ctx, path, S_IFDIR | 0700);
	return 0;
}

static int fake_make_file(const struct nono_fs *fs, const char *path, const char *text, struct nono_error *err)
{
	struct object *o = NULL;

	if (find(fs->ctx, path, false, &o, NULL) == 0)
		return fail(err, EEXIST, "make", path);
	fakefs_file(fs->ctx, path, text);
	fakefs_mode(fs->ctx, path, S_IFREG | 0600);
	return 0;
}

struct fakefs *fakefs_new(void)
{
	struct fakefs *f = must(calloc(1, sizeof(*f)));

	f->fs = (struct nono_fs){.ctx = f,
				 .open = fake_open,
				 .stat = fake_stat,
				 .list = fake_list,
				 .read = fake_read,
				 .make_dir = fake_make_dir,
				 .make_file = fake_make_file};
	f->next_ino = 1;
	f->root = object_new(f, S_IFDIR | 0755);
	return f;
}

const struct nono_fs *fakefs_fs(struct fakefs *f)
{
	return &f->fs;
}

void fakefs_free(struct fakefs *f)
{
	if (!f)
		return;
	while (f->all) {
		struct object *o = f->all;

		f->all = o->next;
		while (o->entries) {
			struct name *n = o->entries;

			o->entries = n->next;
			free(n->text);
			free(n);
		}
		free(o->data);
		free(o);
	}
	free(f);
}

void fakefs_freep(struct fakefs **f)
{
	fakefs_free(*f);
}
