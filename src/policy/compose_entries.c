/* compose_entries.c - filesystem.* of a profile and the flags that mirror it.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/util.h"
#include "policy/command.h"
#include "policy/compose_parts.h"
#include "policy/path.h"

struct fs_key {
	size_t profile, flags; /* offsets of the lists; flags 0: no such flag */
	const char *key, *flag;
	enum nono_access access;
	enum nono_expect profile_expect, flag_expect;
	const char *key_hint, *flag_hint; /* what to write for the other kind of object */
	bool make_parent;		  /* a socket to be made: a missing one grants its directory */
};

#define P(field) offsetof(struct nono_profile, filesystem.field)
#define F(field) offsetof(struct nono_flags, field)
#define ANY NONO_EXPECT_ANY
#define DIR_ NONO_EXPECT_DIR
#define FILE_ NONO_EXPECT_FILE

static const struct fs_key fs_keys[] = {
	{P(allow), F(allow), "filesystem.allow", "--allow", NONO_ACCESS_READWRITE, ANY, DIR_, "", "--allow-file",
	 false},
	{P(read), F(read), "filesystem.read", "--read", NONO_ACCESS_READ, ANY, DIR_, "", "--read-file", false},
	{P(write), F(write), "filesystem.write", "--write", NONO_ACCESS_WRITE, ANY, DIR_, "", "--write-file", false},
	{P(allow_file), F(allow_file), "filesystem.allow_file", "--allow-file", NONO_ACCESS_READWRITE, FILE_, FILE_,
	 "filesystem.allow", "--allow", false},
	{P(read_file), F(read_file), "filesystem.read_file", "--read-file", NONO_ACCESS_READ, FILE_, FILE_,
	 "filesystem.read", "--read", false},
	{P(write_file), F(write_file), "filesystem.write_file", "--write-file", NONO_ACCESS_WRITE, FILE_, FILE_,
	 "filesystem.write", "--write", false},
	{P(unix_socket), F(unix_socket), "filesystem.unix_socket", "--allow-unix-socket", NONO_ACCESS_READ, FILE_,
	 FILE_, "filesystem.unix_socket_dir", "--allow-unix-socket-dir", false},
	{P(unix_socket_bind), F(unix_socket_bind), "filesystem.unix_socket_bind", "--allow-unix-socket-bind",
	 NONO_ACCESS_READWRITE, FILE_, FILE_, "filesystem.unix_socket_dir_bind", "--allow-unix-socket-dir-bind", true},
	{P(unix_socket_dir), F(unix_socket_dir), "filesystem.unix_socket_dir", "--allow-unix-socket-dir",
	 NONO_ACCESS_READ, DIR_, DIR_, "filesystem.unix_socket", "--allow-unix-socket", false},
	{P(unix_socket_dir_bind), F(unix_socket_dir_bind), "filesystem.unix_socket_dir_bind",
	 "--allow-unix-socket-dir-bind", NONO_ACCESS_READWRITE, DIR_, DIR_, "filesystem.unix_socket_bind",
	 "--allow-unix-socket-bind", false},
	{P(unix_socket_subtree), 0, "filesystem.unix_socket_subtree", NULL, NONO_ACCESS_READ, DIR_, DIR_,
	 "filesystem.unix_socket", "", false},
	{P(unix_socket_subtree_bind), 0, "filesystem.unix_socket_subtree_bind", NULL, NONO_ACCESS_READWRITE, DIR_, DIR_,
	 "filesystem.unix_socket_bind", "", false},
};

#undef P
#undef F

/* Of files only those with a text that means "nothing yet" are made; a lock is the program's own to make. */
static bool may_be_made(const char *path, bool file)
{
	size_t len = strlen(path);

	return !file || (len > 5 && strcmp(path + len - 5, ".json") == 0);
}

/* 0, 1 where another nono was faster, or an error. */
static int make_one(const struct nono_builder *b, const char *path, bool file, struct nono_error *err)
{
	struct nono_error why = {0};
	int rc = file ? b->fs->make_file(b->fs, path, "{}\n", &why) : b->fs->make_dir(b->fs, path, &why);

	if (rc < 0 && why.sys_errno == EEXIST)
		return 1;
	if (rc < 0 && err)
		*err = why;
	return rc;
}

/* A home that cannot be written is no reason to run nothing: what is missing is simply not granted. */
static int make_and_tell(const struct nono_builder *b, const char *path, bool file, const char *origin,
			 struct nono_error *err)
{
	struct nono_error why = {0};
	int rc = make_one(b, path, file, &why);

	if (rc == -NONO_E_NOMEM)
		return nono_nomem(err);
	if (rc < 0)
		return nono_capset_note(b->set, NONO_NOTE_WARNING, err, "profile %s: %s", origin, why.text);
	if (rc > 0)
		return 0;
	return nono_capset_note(b->set, NONO_NOTE_WARNING, err, "created %s for profile %s", path, origin);
}

/*
 * A built-in profile works at its first run: the directories that its program keeps, and the files, are made where
 * they are missing. Only names without patterns, only what can be written, only where nono may make things at all.
 */
static int make_missing(const struct nono_builder *b, const struct fs_key *k, const struct nono_entry *e,
			struct nono_error *err)
{
	bool file = k->profile_expect == FILE_;
	_cleanup_(nono_freep) char *path = NULL;
	struct nono_error why = {0};
	struct nono_node node;
	int rc;

	if (!e->builtin || k->access != NONO_ACCESS_READWRITE || !b->fs->make_dir || k->make_parent)
		return 0;
	rc = nono_build_path(b, NONO_SOURCE_PROFILE, e->text, &path, err);
	if (rc < 0 || nono_is_pattern(e->text))
		return rc;
	rc = nono_path_look(b->fs, path, false, &node, &why);
	if (rc == 0 || why.sys_errno == EACCES) /* there, or where this user makes nothing */
		return 0;
	if (rc != -NONO_E_NOTFOUND) {
		if (err)
			*err = why;
		return nono_fail_in(err, rc, "profile %s", e->origin);
	}
	if (!may_be_made(path, file))
		return 0;
	return make_and_tell(b, path, file, e->origin, err);
}

/* A socket that is yet to be made needs its directory. */
static int grant_parent_if_missing(const struct nono_builder *b, struct nono_grant_request *r, bool *ret_done,
				   struct nono_error *err)
{
	_cleanup_(nono_freep) char *path = NULL;
	_cleanup_(nono_freep) char *parent = NULL;
	struct nono_grant_request dir = *r;
	struct nono_node node;
	int rc = nono_build_path(b, r->kind, r->text, &path, err);

	*ret_done = false;
	if (rc < 0)
		return rc;
	if (b->fs->stat(b->fs, path, true, &node, NULL) != -NONO_E_NOTFOUND)
		return 0;
	parent = nono_path_parent(path);
	if (!parent)
		return nono_nomem(err);
	dir.text = parent;
	dir.expect = DIR_;
	*ret_done = true;
	return nono_build_grant(b, &dir, err);
}

static int grant_entry(const struct nono_builder *b, const struct fs_key *k, struct nono_grant_request *r,
		       struct nono_error *err)
{
	bool done = false;
	int rc = k->make_parent ? grant_parent_if_missing(b, r, &done, err) : 0;

	return rc < 0 || done ? rc : nono_build_grant(b, r, err);
}

static int apply_profile_list(const struct nono_builder *b, const struct nono_profile *p, const struct fs_key *k,
			      struct nono_error *err)
{
	const struct nono_entries *list = (const struct nono_entries *)((const char *)p + k->profile);
	int rc = 0;

	for (size_t i = 0; i < list->len && rc == 0; i++) {
		const struct nono_entry *e = &list->items[i];
		struct nono_grant_request r = {.text = e->text,
					       .access = k->access,
					       .expect = k->profile_expect,
					       .kind = NONO_SOURCE_PROFILE,
					       .source = e->origin,
					       .file_hint = k->key_hint,
					       .lenient = e->builtin};

		rc = make_missing(b, k, e, err);
		if (rc == 0)
			rc = grant_entry(b, k, &r, err);
	}
	return rc;
}

static int apply_flag_list(const struct nono_builder *b, const struct nono_flags *f, const struct fs_key *k,
			   struct nono_error *err)
{
	const struct nono_strv *list = (const struct nono_strv *)((const char *)f + k->flags);
	int rc = 0;

	for (size_t i = 0; k->flag && i < list->len && rc == 0; i++) {
		struct nono_grant_request r = {.text = list->items[i],
					       .access = k->access,
					       .expect = k->flag_expect,
					       .kind = NONO_SOURCE_USER,
					       .source = k->flag,
					       .file_hint = k->flag_hint,
					       .loud = true};

		rc = grant_entry(b, k, &r, err);
	}
	return rc;
}

int nono_build_command(const struct nono_builder *b, const struct nono_command_request *r, struct nono_error *err)
{
	const char *problem = nono_command_name_problem(r->name);

	if (problem)
		return nono_capset_note(b->set, NONO_NOTE_WARNING, err, "'%.64s' (%s) %s no command: %s", r->name,
					r->source ? r->source : nono_source_words[r->kind],
					r->allow ? "allows" : "blocks", problem);
	if (r->allow)
		return nono_strv_add_new(&b->set->allowed_commands, r->name, err);
	return nono_capset_block_command(b->set, r->name, r->kind, r->source, err);
}

int nono_build_commands(const struct nono_builder *b, const struct nono_entries *list,
			const struct nono_command_request *model, struct nono_error *err)
{
	struct nono_command_request r = *model;
	int rc = 0;

	for (size_t i = 0; i < list->len && rc == 0; i++) {
		r.name = list->items[i].text;
		r.source = model->source ? model->source : list->items[i].origin;
		rc = nono_build_command(b, &r, err);
	}
	return rc;
}

static int deny_entries(const struct nono_builder *b, const struct nono_entries *list, bool write_only,
			struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < list->len && rc == 0; i++) {
		const struct nono_entry *e = &list->items[i];
		struct nono_deny_request r = {
			.text = e->text, .kind = NONO_SOURCE_PROFILE, .source = e->origin, .write_only = write_only};

		rc = nono_build_deny(b, &r, err);
	}
	return rc;
}

static int deny_flags(const struct nono_builder *b, const struct nono_strv *list, const char *flag, bool write_only,
		      struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < list->len && rc == 0; i++) {
		struct nono_deny_request r = {
			.text = list->items[i], .kind = NONO_SOURCE_USER, .source = flag, .write_only = write_only};

		rc = nono_build_deny(b, &r, err);
	}
	return rc;
}

static int apply_profile_denies(const struct nono_builder *b, const struct nono_profile *p, struct nono_error *err)
{
	const struct nono_command_request blocks = {.kind = NONO_SOURCE_PROFILE};
	const struct nono_command_request allows = {.kind = NONO_SOURCE_PROFILE, .allow = true};
	int rc = deny_entries(b, &p->filesystem.deny, false, err);

	if (rc == 0)
		rc = deny_entries(b, &p->filesystem.deny_write, true, err);
	if (rc == 0)
		rc = nono_build_commands(b, &p->commands.deny, &blocks, err);
	return rc == 0 ? nono_build_commands(b, &p->commands.allow, &allows, err) : rc;
}

int nono_compose_profile(const struct nono_builder *b, const struct nono_profile *p, struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < NONO_ARRAY_SIZE(fs_keys) && rc == 0; i++)
		rc = apply_profile_list(b, p, &fs_keys[i], err);
	return rc == 0 ? apply_profile_denies(b, p, err) : rc;
}

static int apply_command_flag(const struct nono_builder *b, const struct nono_strv *names, const char *flag, bool allow,
			      struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < names->len && rc == 0; i++) {
		const struct nono_command_request r = {
			.name = names->items[i], .kind = NONO_SOURCE_USER, .source = flag, .allow = allow};

		rc = nono_build_command(b, &r, err);
	}
	return rc;
}

int nono_compose_flags(const struct nono_builder *b, const struct nono_flags *f, struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < NONO_ARRAY_SIZE(fs_keys) && rc == 0; i++)
		rc = apply_flag_list(b, f, &fs_keys[i], err);
	if (rc == 0)
		rc = deny_flags(b, &f->deny, "--deny", false, err);
	if (rc == 0)
		rc = deny_flags(b, &f->deny_write, "--deny-write", true, err);
	if (rc == 0)
		rc = apply_command_flag(b, &f->block_command, "--block-command", false, err);
	return rc == 0 ? apply_command_flag(b, &f->allow_command, "--allow-command", true, err) : rc;
}

void nono_flags_done(struct nono_flags *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < NONO_ARRAY_SIZE(fs_keys); i++)
		if (fs_keys[i].flag)
			nono_strv_done((struct nono_strv *)((char *)f + fs_keys[i].flags));
	nono_strv_done(&f->deny);
	nono_strv_done(&f->deny_write);
	nono_strv_done(&f->bypass);
	nono_strv_done(&f->suppress);
	nono_strv_done(&f->allow_command);
	nono_strv_done(&f->block_command);
	free(f->open_port.items);
	free(f->listen_port.items);
	free(f->connect_port.items);
	*f = (struct nono_flags){0};
}
