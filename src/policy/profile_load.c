/* profile_load.c - finding a profile and all that it extends.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <sys/stat.h>

#include "base/nearest.h"
#include "base/quote.h"
#include "base/util.h"
#include "policy/profile.h"
#include "policy/profile_keys.h"

/* One profile text, found but not read; a file, or built in. */
struct source {
	char *file; /* owned; NULL: built in */
	uint64_t dev, ino;
	const struct nono_builtin_profile *builtin; /* NULL: a file */
	char *name; /* a file's base name without its suffix, or the built-in's; owned */
};

/* The chain from a profile to the one that the user named. */
struct link {
	const struct link *down; /* the profile that extends this one */
	const struct source *source;
	size_t depth; /* parent links below */
};

struct loader {
	const struct nono_profile_lookup *lookup;
	size_t loads;
	struct nono_strv files; /* read so far, canonical */
	struct nono_error *err;
};

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

static const char *const suffixes[] = {".jsonc", ".json"}; /* the first one found wins */

static void source_done(struct source *s)
{
	free(s->file);
	free(s->name);
	*s = (struct source){0};
}

static char *join_path(const char *dir, const char *name, const char *suffix)
{
	char *path = NULL;

	return asprintf(&path, "%s/%s%s", dir, name, suffix) < 0 ? NULL : path;
}

static char *dir_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup(".");
	return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

/* The base name of a file without .json or .jsonc. */
static char *stem(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t len = strlen(name);

	for (size_t i = 0; i < NONO_ARRAY_SIZE(suffixes); i++) {
		size_t n = strlen(suffixes[i]);

		if (len > n && strcmp(name + len - n, suffixes[i]) == 0)
			return strndup(name, len - n);
	}
	return strdup(name);
}

static bool same_source(const struct source *a, const struct source *b)
{
	if (!a->file || !b->file)
		return a->builtin && a->builtin == b->builtin;
	return a->dev == b->dev && a->ino == b->ino;
}

static bool in_chain(const struct link *link, const struct source *source)
{
	for (; link; link = link->down)
		if (same_source(link->source, source))
			return true;
	return false;
}

/*
 * Look at one file. Returns 1 when it is there, 0 when it is not. A link that leads nowhere is an error: taking the
 * next profile of that name instead would run with another policy than the one that was installed.
 */
static int find_file(struct loader *l, char *path, struct source *ret)
{
	const struct nono_fs *fs = l->lookup->fs;
	_cleanup_(nono_freep) char *file = path;
	_cleanup_(nono_freep) char *name = NULL;
	struct nono_node node = {.fd = -1};
	struct nono_error why = {0};
	int rc;

	if (!path)
		return nono_nomem(l->err);
	rc = fs->stat(fs, path, false, &node, &why);
	if (rc == -NONO_E_NOTFOUND)
		return 0;
	if (rc == 0 && S_ISLNK(node.mode))
		rc = fs->stat(fs, path, true, &node, &why);
	if (rc == -NONO_E_NOTFOUND)
		return nono_fail(l->err, NONO_E_NOTFOUND, 0, "profile '%s' is a link that leads nowhere", path);
	if (rc < 0)
		return nono_fail(l->err, why.code, 0, "profile: %s", why.text);
	name = stem(path);
	if (!name)
		return nono_nomem(l->err);
	*ret = (struct source){.file = TAKE(file), .dev = node.dev, .ino = node.ino, .name = TAKE(name)};
	return 1;
}

/* NAME.jsonc or NAME.json in a directory. 1 when found. */
static int find_in_dir(struct loader *l, const char *dir, const char *name, struct source *ret)
{
	int rc = 0;

	for (size_t i = 0; i < NONO_ARRAY_SIZE(suffixes) && rc == 0; i++)
		rc = find_file(l, join_path(dir, name, suffixes[i]), ret);
	return rc;
}

static char *profiles_dir(const struct loader *l)
{
	return join_path(l->lookup->config_dir, "profiles", "");
}

static int find_builtin(struct loader *l, const char *name, struct source *ret)
{
	const struct nono_builtin_profile *builtin = nono_builtin_profile_find(name);
	char *copy;

	if (!builtin)
		return 0;
	copy = strdup(name);
	if (!copy)
		return nono_nomem(l->err);
	*ret = (struct source){.builtin = builtin, .name = copy};
	return 1;
}

static int offer_file(void *arg, const char *entry, bool is_dir, struct nono_error *err)
{
	struct nono_strv *names = arg;
	char *name = stem(entry);

	(void)is_dir;
	if (name && strcmp(name, entry) == 0) {
		free(name);
		return 0;
	}
	return nono_strv_take(names, name, err);
}

static int unknown_profile(struct loader *l, const char *name)
{
	_cleanup_(nono_freep) char *dir = profiles_dir(l);
	_cleanup_(nono_strv_done) struct nono_strv own = {0};
	_cleanup_(nono_buf_done) struct nono_buf shown = {0}, near = {0};
	struct nono_nearest nearest = {.word = name};

	if (dir)
		(void)l->lookup->fs->list(l->lookup->fs, dir, offer_file, &own, NULL);
	for (size_t i = 0; i < own.len; i++)
		nono_nearest_offer(&nearest, own.items[i]);
	for (size_t i = 0; i < nono_builtin_profile_count; i++)
		nono_nearest_offer(&nearest, nono_builtin_profiles[i].name);
	nono_quote_text(&shown, name);
	if (nearest.best)
		nono_quote_text(&near, nearest.best);
	if (!dir || shown.failed || near.failed)
		return nono_nomem(l->err);
	return nono_fail(l->err, NONO_E_NOTFOUND, 0,
			 "there is no profile '%.*s' in %s or among the built-in ones%s%s%s", NONO_NAME_BYTES,
			 shown.data ? shown.data : "", dir, near.data ? "; did you mean " : "",
			 near.data ? near.data : "", near.data ? "?" : "; nono profile list shows all");
}

/* What the user named: a path, or a name. */
static int find_named(struct loader *l, const char *which, struct source *ret)
{
	const struct nono_profile_lookup *lookup = l->lookup;
	_cleanup_(nono_freep) char *dir = NULL;
	size_t len = strlen(which);
	bool suffixed = (len > 5 && strcmp(which + len - 5, ".json") == 0) ||
			(len > 6 && strcmp(which + len - 6, ".jsonc") == 0);
	int rc;

	if (nono_profile_is_reference(which))
		return nono_fail(l->err, NONO_E_NOTFOUND, 0,
				 "'%s' names a pack, and packs are not available; for a file write ./%s", which, which);
	if (suffixed || strchr(which, '/')) {
		bool relative = which[0] != '/' && lookup->workdir;

		rc = find_file(l, relative ? join_path(lookup->workdir, which, "") : strdup(which), ret);
		return rc == 0 ? nono_fail(l->err, NONO_E_NOTFOUND, 0, "there is no profile file '%s'", which) : rc;
	}
	if (!nono_profile_name_ok(which))
		return nono_fail(
			l->err, NONO_E_PARSE, 0,
			"'%s' is not the name of a profile: names have letters, digits and - only; a file needs a / "
			"or ends in .json",
			which);
	dir = profiles_dir(l);
	if (!dir)
		return nono_nomem(l->err);
	rc = find_in_dir(l, dir, which, ret);
	if (rc == 0)
		rc = find_builtin(l, which, ret);
	return rc == 0 ? unknown_profile(l, which) : rc;
}

/*
 * A base in one directory. What the profile itself is, is passed over: a file that extends its own name means what it
 * shadows; so does, for a built-in profile, a user's file that is being built already. 1 when found.
 */
static int find_base_in(struct loader *l, const struct link *child, const char *dir, const char *name,
			struct source *ret)
{
	_cleanup_(source_done) struct source found = {0};
	int rc = dir ? find_in_dir(l, dir, name, &found) : nono_nomem(l->err);

	if (rc <= 0)
		return rc;
	if (same_source(child->source, &found) || (child->source->builtin && in_chain(child, &found)))
		return 0;
	*ret = TAKE(found);
	return 1;
}

/* The directory that a profile's file is really in, where it was reached through links; NULL for a built-in one. */
static int real_dir(struct loader *l, const struct source *s, char **ret)
{
	_cleanup_(nono_node_done) struct nono_node node = {.fd = -1};
	int rc;

	if (!s->file)
		return 0;
	rc = l->lookup->fs->open(l->lookup->fs, s->file, &node, l->err);
	if (rc < 0)
		return nono_fail_in(l->err, rc, "profile");
	*ret = dir_name(node.real);
	return *ret ? 0 : nono_nomem(l->err);
}

/* Beside the profile, beside the file that it links to, among the user's, among the built-in ones. */
static int find_base(struct loader *l, const struct link *child, const char *name, struct source *ret)
{
	_cleanup_(nono_freep) char *own = profiles_dir(l);
	_cleanup_(nono_freep) char *beside = child->source->file ? dir_name(child->source->file) : NULL;
	_cleanup_(nono_freep) char *real = NULL;
	int rc = real_dir(l, child->source, &real);

	if (rc == 0 && child->source->file)
		rc = find_base_in(l, child, beside, name, ret);
	if (rc == 0 && real && !nono_streq(real, beside))
		rc = find_base_in(l, child, real, name, ret);
	if (rc == 0 && !(own && nono_streq(own, beside)))
		rc = find_base_in(l, child, own, name, ret);
	if (rc == 0)
		rc = find_builtin(l, name, ret);
	if (rc != 0)
		return rc;
	if (strcmp(name, child->source->name) == 0)
		return nono_fail(
			l->err, NONO_E_POLICY, 0,
			"profile %s extends itself; that means the built-in profile of this name, and there is none",
			name);
	return unknown_profile(l, name);
}

static void chain_text(const struct link *link, struct nono_buf *out)
{
	if (link->down) {
		chain_text(link->down, out);
		nono_buf_puts(out, " -> ");
	}
	nono_quote_text(out, link->source->name);
}

static int check_chain(struct loader *l, const struct link *link)
{
	_cleanup_(nono_buf_done) struct nono_buf chain = {0};
	bool circle = in_chain(link->down, link->source);

	if (++l->loads > NONO_EXTENDS_LOADS)
		return nono_fail(l->err, NONO_E_LIMIT, 0, "more than %d profiles are extended in all",
				 NONO_EXTENDS_LOADS);
	if (!circle && link->depth <= NONO_EXTENDS_DEPTH)
		return 0;
	chain_text(link, &chain);
	if (chain.failed)
		return nono_nomem(l->err);
	return nono_fail(l->err, NONO_E_POLICY, 0, "%s: %s",
			 circle ? "profiles extend each other in a circle"
				: "extends goes deeper than " TEXT(NONO_EXTENDS_DEPTH) " levels",
			 chain.data ? chain.data : "");
}

/* Remember where a file really is: who may change it there changes the policy. */
static int add_file(struct loader *l, const char *path)
{
	_cleanup_(nono_node_done) struct nono_node node = {.fd = -1};
	int rc = l->lookup->fs->open(l->lookup->fs, path, &node, l->err);

	return rc < 0 ? nono_fail_in(l->err, rc, "profile") : nono_strv_add_new(&l->files, node.real, l->err);
}

/* A source's text. */
static int read_text(struct loader *l, const struct source *s, struct nono_profile_text *ret)
{
	const struct nono_fs *fs = l->lookup->fs;
	_cleanup_(nono_profile_text_done) struct nono_profile_text text = {.builtin = !s->file};
	int rc = 0;

	text.name = strdup(s->name);
	if (text.builtin) {
		text.text = s->builtin->json;
		text.len = s->builtin->json_len;
		if (asprintf(&text.file, "built-in profile %s", s->name) < 0)
			text.file = NULL;
	} else {
		text.file = strdup(s->file);
		rc = fs->read(fs, s->file, NONO_PROFILE_BYTES, &text.data, &text.len, l->err);
		text.text = text.data;
	}
	if (rc < 0)
		return nono_fail_in(l->err, rc, "profile");
	if (!text.name || !text.file)
		return nono_nomem(l->err);
	*ret = TAKE(text);
	return 0;
}

static int read_source(struct loader *l, const struct source *s, struct nono_profile *ret)
{
	_cleanup_(nono_profile_text_done) struct nono_profile_text text = {0};
	int rc = read_text(l, s, &text);
	const struct nono_profile_origin origin = {.file = text.file, .name = text.name, .builtin = text.builtin};

	if (rc == 0 && !text.builtin)
		rc = add_file(l, text.file);
	if (rc < 0)
		return rc;
	return nono_profile_parse(text.text, text.len, l->lookup->os_release, &origin, ret, l->err);
}

static int load_link(struct loader *l, const struct link *link, const struct nono_strv *extra,
		     struct nono_profile *ret);

/* @place: where the name was written; NULL: as an option. */
static int load_base(struct loader *l, const struct link *child, const char *name, const char *place,
		     struct nono_profile *all)
{
	_cleanup_(source_done) struct source source = {0};
	_cleanup_(nono_profile_done) struct nono_profile base = {0};
	const struct link link = {.down = child, .source = &source, .depth = child->depth + 1};
	int rc = find_base(l, child, name, &source);

	if (rc < 0 && rc != -NONO_E_NOMEM && place)
		return nono_fail_in(l->err, rc, "%s", place);
	if (rc < 0)
		return rc == -NONO_E_NOTFOUND ? nono_fail_in(l->err, rc, "profile %s", child->source->name) : rc;
	if (rc > 0)
		rc = load_link(l, &link, NULL, &base);
	return rc == 0 ? nono_profile_merge(all, &base, l->err) : rc;
}

/* A profile over its bases, left to right; those in @extra come before its own. */
static int load_link(struct loader *l, const struct link *link, const struct nono_strv *extra, struct nono_profile *ret)
{
	_cleanup_(nono_profile_done) struct nono_profile own = {0}, all = {0};
	int rc = check_chain(l, link);

	if (rc == 0)
		rc = read_source(l, link->source, &own);
	for (size_t i = 0; extra && i < extra->len && rc == 0; i++)
		rc = load_base(l, link, extra->items[i], NULL, &all);
	for (size_t i = 0; i < own.extends.len && rc == 0; i++)
		if (!extra || !nono_strv_has(extra, own.extends.items[i].text))
			rc = load_base(l, link, own.extends.items[i].text, own.extends.items[i].place, &all);
	if (rc == 0)
		rc = nono_profile_merge(&all, &own, l->err);
	if (rc < 0)
		return rc;
	*ret = TAKE(all);
	return 0;
}

static int check_extra(const struct nono_strv *extra, struct nono_error *err)
{
	for (size_t i = 0; extra && i < extra->len; i++) {
		const char *problem = nono_check_base(extra->items[i]);

		if (problem)
			return nono_fail(err, NONO_E_USAGE, 0, "--extends '%s': %s", extra->items[i], problem);
	}
	return 0;
}

int nono_profile_load(const struct nono_profile_lookup *lookup, const char *which, const struct nono_strv *extends,
		      struct nono_profile *ret, struct nono_error *err)
{
	struct loader l = {.lookup = lookup, .err = err};
	_cleanup_(source_done) struct source source = {0};
	_cleanup_(nono_profile_done) struct nono_profile p = {0};
	const struct link link = {.source = &source};
	int rc = check_extra(extends, err);

	if (rc == 0)
		rc = find_named(&l, which, &source);
	if (rc > 0)
		rc = load_link(&l, &link, extends, &p);
	if (rc == 0)
		rc = nono_profile_apply_platform(&p, err);
	p.files = TAKE(l.files);
	if (rc < 0)
		return rc;
	*ret = TAKE(p);
	return 0;
}

void nono_profile_text_done(struct nono_profile_text *text)
{
	free(text->file);
	free(text->name);
	free(text->data);
	*text = (struct nono_profile_text){0};
}

int nono_profile_find(const struct nono_profile_lookup *lookup, const char *which, struct nono_profile_text *ret,
		      struct nono_error *err)
{
	struct loader l = {.lookup = lookup, .err = err};
	_cleanup_(source_done) struct source source = {0};
	int rc = find_named(&l, which, &source);

	return rc < 0 ? rc : read_text(&l, &source, ret);
}
