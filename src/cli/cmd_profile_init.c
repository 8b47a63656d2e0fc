/* cmd_profile_init.c - nono profile init.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <sys/stat.h>

#include "base/quote.h"
#include "base/util.h"
#include "cli/commands.h"
#include "cli/outfile.h"
#include "cli/output.h"
#include "cli/profile_names.h"
#include "cli/profile_new.h"
#include "policy/build.h"
#include "policy/groups.h"
#include "policy/path.h"
#include "policy/profile_keys.h"

static int check_name(const struct arguments *args, const char *name, struct nono_error *err)
{
	if (!nono_profile_name_ok(name))
		return nono_fail(err, NONO_E_PARSE, 0,
				 "'%s' is not a name for a profile: letters, digits and - only, no - at an end", name);
	if (nono_builtin_profile_find(name) && !args->profiles.output && !args->profiles.force)
		return nono_fail(
			err, NONO_E_POLICY, 0,
			"%s is a built-in profile, which yours would take the place of; choose another name and "
			"--extends %s, or say --force",
			name, name);
	return 0;
}

/* What the new profile names must be there. */
static int check_parts(struct context *ctx, struct nono_error *err)
{
	const struct nono_profile_lookup lookup = context_lookup(ctx);
	const struct nono_strv *extends = &ctx->args->profiles.extends, *groups = &ctx->args->profiles.groups;
	const char *self[2];
	int rc = 0;

	for (size_t i = 0; i < extends->len && rc == 0; i++) {
		_cleanup_(nono_profile_done) struct nono_profile base = {0};
		const char *problem = nono_check_base(extends->items[i]);

		if (problem)
			return nono_fail(err, NONO_E_USAGE, 0, "--extends '%s': %s", extends->items[i], problem);
		rc = nono_profile_load(&lookup, extends->items[i], NULL, &base, err);
	}
	for (size_t i = 0; i < groups->len && rc == 0; i++)
		if (!nono_group_expand(groups->items[i], self)) {
			const char *near = nono_group_nearest(groups->items[i]);

			rc = nono_fail(err, NONO_E_NOTFOUND, 0, "--groups: there is no group '%s'%s%s%s",
				       groups->items[i], near ? "; did you mean '" : "", near ? near : "",
				       near ? "'?" : "; nono profile groups lists them");
		}
	return rc;
}

/* ---- what the profile is to grant ---- */

/* A path as a profile writes it: absolute, ~ for the home directory, meaning itself. */
static int profile_path(const struct context *ctx, const char *written, char **ret, struct nono_error *err)
{
	_cleanup_(nono_freep) char *path = context_path(ctx, written);
	_cleanup_(nono_freep) char *real = path && strstr(path, "/.") ? realpath(path, NULL) : NULL;
	_cleanup_(nono_freep) char *text = path ? home_text(ctx, real ? real : path) : NULL;
	_cleanup_(nono_freep) char *trimmed = text ? nono_path_trim(text) : NULL;
	struct stat st;

	if (!trimmed)
		return nono_nomem(err);
	if (!*written)
		return nono_fail(err, NONO_E_USAGE, 0, "an empty path on the command line");
	if (strpbrk(trimmed, "$*"))
		return nono_fail(err, NONO_E_POLICY, 0, "a profile cannot name '%s': $ and * mean something else in it",
				 trimmed);
	if (stat(path, &st) < 0 && errno == ENOENT) {
		_cleanup_(nono_buf_done) struct nono_buf line = {0};

		nono_buf_printf(&line, "%s does not exist; a run skips it until it does", path);
		output_warning(line.failed ? "a path does not exist" : line.data);
	}
	*ret = TAKE(trimmed);
	return 0;
}

/* The options' paths, as the profile is to have them. *ret_any: are there any? */
static int take_paths(const struct context *ctx, bool *ret_any, struct nono_error *err)
{
	struct nono_flags *f = &ctx->args->flags;
	struct nono_strv *const lists[] = {&f->allow,		&f->read,
					   &f->write,		&f->allow_file,
					   &f->read_file,	&f->write_file,
					   &f->unix_socket,	&f->unix_socket_bind,
					   &f->unix_socket_dir, &f->unix_socket_dir_bind,
					   &f->bypass};

	*ret_any = ctx->args->block_net || f->open_port.len || f->listen_port.len || f->connect_port.len;
	for (size_t i = 0; i < NONO_ARRAY_SIZE(lists); i++)
		for (size_t j = 0; j < lists[i]->len; j++) {
			char *text = NULL;
			int rc = profile_path(ctx, lists[i]->items[j], &text, err);

			if (rc < 0)
				return rc;
			free(lists[i]->items[j]);
			lists[i]->items[j] = text;
			*ret_any = true;
		}
	return 0;
}

/* What is granted must be what a run would grant: it is put together as a run does it. */
static int check_grants(const struct context *ctx, const char *name, const struct nono_buf *text,
			struct nono_error *err)
{
	const struct nono_profile_origin origin = {.file = "the new profile", .name = name};
	const struct nono_strv *extends = &ctx->args->profiles.extends;
	_cleanup_(nono_profile_done) struct nono_profile all = {0}, own = {0};
	_cleanup_(nono_capset_done) struct nono_capset set = {0};
	struct nono_compose compose = {
		.profile = &all, .vars = &ctx->vars, .fs = &nono_fs_host, .platform = NONO_PLATFORM_LINUX};
	int rc = nono_profile_parse(text->data, text->len, ctx->os_release, &origin, &own, err);

	for (size_t i = 0; i < extends->len && rc == 0; i++) {
		_cleanup_(nono_profile_done) struct nono_profile base = {0};

		rc = context_load_profile(ctx, extends->items[i], NULL, &base, err);
		if (rc == 0)
			rc = nono_profile_merge(&all, &base, err);
	}
	if (rc == 0)
		rc = nono_profile_merge(&all, &own, err);
	if (rc == 0)
		rc = nono_compose(&compose, &set, err);
	return rc == 0 ? nono_capset_seal(&compose, &set, err) : rc;
}

/* ---- where it goes ---- */

static char *file_path(const char *dir, const char *name, const char *suffix)
{
	char *path = NULL;

	return asprintf(&path, "%s/%s%s", dir, name, suffix) < 0 ? NULL : path;
}

/* Where the profile goes, and whether comments may stand there: what ends in .json is often read as plain JSON. */
struct target {
	char *path; /* owned */
	bool commented;
};

static void target_done(struct target *t)
{
	free(t->path);
}

/* Take a path, NULL where there was no memory for it. */
static int set_target(struct target *t, char *path, struct nono_error *err)
{
	size_t len = path ? strlen(path) : 0;

	t->path = path;
	t->commented = len > 6 && strcmp(path + len - 6, ".jsonc") == 0;
	return path ? 0 : nono_nomem(err);
}

/* Among the user's profiles. One that is there keeps its suffix, so that there are never two of a name. */
static int own_target(const struct context *ctx, const char *name, struct target *ret, struct nono_error *err)
{
	_cleanup_(nono_freep) char *dir = profiles_dir(ctx);
	_cleanup_(nono_freep) char *plain = dir ? file_path(dir, name, ".json") : NULL;
	_cleanup_(nono_freep) char *commented = dir ? file_path(dir, name, ".jsonc") : NULL;
	struct stat st;
	int rc;

	if (!plain || !commented)
		return nono_nomem(err);
	rc = nono_fs_host_making.make_dir(&nono_fs_host_making, dir, err);
	if (rc < 0)
		return rc;
	if (lstat(commented, &st) == 0 || (ctx->args->profiles.full && lstat(plain, &st) < 0))
		return set_target(ret, TAKE(commented), err);
	return set_target(ret, TAKE(plain), err);
}

static int find_target(const struct context *ctx, const char *name, struct target *ret, struct nono_error *err)
{
	const char *output = ctx->args->profiles.output;

	if (!output)
		return own_target(ctx, name, ret, err);
	if (!*output)
		return nono_fail(err, NONO_E_USAGE, 0, "--output '': an empty path");
	return set_target(ret, context_path(ctx, output), err);
}

static void tell_step(const char *what, const char *type, const char *which, const char *rest)
{
	output_part(OUTPUT_PLAIN, "%s", what);
	output_part(OUTPUT_TYPE, "%s%s", type, which);
	output_part(*which ? OUTPUT_TYPE : OUTPUT_PLAIN, "%s", rest);
	output_end();
}

/* Where it is, and what to type next. */
static void tell(const struct context *ctx, const char *name, const char *path)
{
	_cleanup_(nono_buf_done) struct nono_buf word = {0};
	_cleanup_(nono_freep) char *shown = home_text(ctx, path);
	const char *which = name;

	if (ctx->args->profiles.output) {
		nono_quote_shell(&word, path);
		which = word.failed ? path : word.data;
	}
	output_line("Wrote %s", shown ? shown : path);
	tell_step("  edit it     ", "nono profile guide", "", " explains what can stand in it");
	tell_step("  check it    ", "nono profile validate ", which, "");
	tell_step("  use it      ", "nono run --allow-cwd --profile ", which, " -- COMMAND");
}

int cmd_profile_init(struct arguments *args, char *const *env, struct nono_error *err)
{
	_cleanup_(context_done) struct context ctx = {0};
	_cleanup_(target_done) struct target target = {0};
	_cleanup_(nono_buf_done) struct nono_buf text = {0};
	const char *name = args->operands[0];
	bool grants = false;
	int rc = context_start(&ctx, args, env, err);

	if (rc == 0)
		rc = check_name(args, name, err);
	if (rc == 0)
		rc = check_parts(&ctx, err);
	if (rc == 0)
		rc = take_paths(&ctx, &grants, err);
	if (rc == 0)
		rc = find_target(&ctx, name, &target, err);
	if (rc < 0)
		return rc;
	profile_new(args, name, target.commented, &text);
	if (text.failed)
		return nono_nomem(err);
	if (grants)
		rc = check_grants(&ctx, name, &text, err);
	if (rc == 0)
		rc = outfile_write(target.path, text.data, text.len, 0600, args->profiles.force, err);
	if (rc == 0)
		tell(&ctx, name, target.path);
	return rc;
}
