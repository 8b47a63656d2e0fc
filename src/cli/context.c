/* context.c - from the command line to a capability set.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/context.h"

#include <limits.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/stat.h>

#include "base/util.h"
#include "policy/explain.h"
#include "policy/path.h"
#include "sandbox/sandbox.h"

#define OS_RELEASE_BYTES 65536

/* The directory that the person sees: $PWD where it leads to the same, and is not /proc/self/cwd, which always does. */
static int find_cwd(char *const *env, char **ret, struct nono_error *err)
{
	const char *pwd = nono_environ_get(env, "PWD", 3);
	struct stat here, there;

	if (stat(".", &here) < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot look at the current directory");
	if (pwd && pwd[0] == '/' && !strstr(pwd, "/..") && !nono_path_is_within(pwd, "/proc") &&
	    stat(pwd, &there) == 0 && here.st_ino == there.st_ino && here.st_dev == there.st_dev)
		*ret = strdup(pwd);
	else
		*ret = getcwd(NULL, 0);
	if (*ret)
		return 0;
	if (errno == ENOENT)
		return nono_fail(err, NONO_E_SYSTEM, 0, "the current directory is gone: change to one that exists");
	return nono_fail(err, NONO_E_SYSTEM, errno, "cannot find the current directory's name");
}

/* What a person names starts where they are, whatever --workdir says. */
static char *absolute(const char *cwd, const char *home, const char *path)
{
	if (path[0] == '/')
		return strdup(path);
	if (path[0] == '~' && (path[1] == '\0' || path[1] == '/'))
		return path[1] ? nono_path_join(home, path + 2) : strdup(home);
	return nono_path_join(cwd, path);
}

char *context_path(const struct context *ctx, const char *path)
{
	return absolute(ctx->cwd, ctx->vars.home, path);
}

static int absolute_list(const struct context *ctx, struct nono_strv *list, struct nono_error *err)
{
	for (size_t i = 0; i < list->len; i++) {
		char *path = context_path(ctx, list->items[i]);

		if (!*list->items[i]) {
			free(path);
			return nono_fail(err, NONO_E_USAGE, 0, "an empty path on the command line");
		}
		if (!path)
			return nono_nomem(err);
		free(list->items[i]);
		list->items[i] = path;
	}
	return 0;
}

static int absolute_flags(const struct context *ctx, struct nono_flags *f, struct nono_error *err)
{
	struct nono_strv *const lists[] = {&f->allow,
					   &f->read,
					   &f->write,
					   &f->allow_file,
					   &f->read_file,
					   &f->write_file,
					   &f->unix_socket,
					   &f->unix_socket_bind,
					   &f->unix_socket_dir,
					   &f->unix_socket_dir_bind,
					   &f->deny,
					   &f->deny_write,
					   &f->bypass,
					   &f->suppress};
	int rc = 0;

	for (size_t i = 0; i < NONO_ARRAY_SIZE(lists) && rc == 0; i++)
		rc = absolute_list(ctx, lists[i], err);
	return rc;
}

/* A name without . and .. in it is kept as it was given: it may lead through links that the person thinks in. */
static bool has_dots(const char *path)
{
	for (const char *at = path; at; at = strchr(at, '/')) {
		size_t len = strcspn(++at, "/");

		if ((len == 1 || len == 2) && strncmp(at, "..", len) == 0)
			return true;
	}
	return false;
}

static int find_workdir(const struct context *ctx, char **ret, struct nono_error *err)
{
	const char *home = nono_environ_get(ctx->env, "HOME", 4);
	_cleanup_(nono_freep) char *path = NULL;
	struct stat st;

	if (!ctx->args->workdir) {
		*ret = strdup(ctx->cwd);
		return *ret ? 0 : nono_nomem(err);
	}
	path = absolute(ctx->cwd, home ? home : "/", ctx->args->workdir);
	if (!path)
		return nono_nomem(err);
	if (stat(path, &st) < 0 || (!S_ISDIR(st.st_mode) && (errno = ENOTDIR)))
		return nono_fail(err, NONO_E_SYSTEM, errno, "--workdir %s", path);
	*ret = has_dots(path) ? realpath(path, NULL) : TAKE(path);
	return *ret ? 0 : nono_fail(err, NONO_E_SYSTEM, errno, "--workdir %s", path);
}

/*
 * Only a condition on a distribution asks for it; where there is none that counts, such a condition does not hold. One
 * that is there but was not to be had this time is an error: a rule would be left out that holds otherwise.
 */
static int read_os_release(char **ret, struct nono_error *err)
{
	struct nono_error why = {0};
	size_t len;
	int rc = nono_fs_host.read(&nono_fs_host, "/etc/os-release", OS_RELEASE_BYTES, ret, &len, &why);
	bool passing = rc == -NONO_E_NOMEM || (rc == -NONO_E_SYSTEM && why.sys_errno != EACCES);

	if (!passing)
		return 0;
	*err = why;
	return rc;
}

struct nono_profile_lookup context_lookup(const struct context *ctx)
{
	return (struct nono_profile_lookup){
		.fs = &nono_fs_host, .config_dir = ctx->config_dir, .os_release = ctx->os_release, .workdir = ctx->cwd};
}

int context_load_profile(const struct context *ctx, const char *which, const struct nono_strv *extends,
			 struct nono_profile *ret, struct nono_error *err)
{
	const struct nono_profile_lookup lookup = context_lookup(ctx);

	return nono_profile_load(&lookup, which, extends, ret, err);
}

/* A run stops at the first mistake; who mends a profile wants to see them all. Needs no memory: an error may be why. */
static int point_to_validate(const struct context *ctx, struct nono_error *err)
{
	const struct nono_error first = *err;
	const char *profile = ctx->args->profile;
	bool file = strchr(profile, '/') || strstr(profile, ".json");

	if (!file && !nono_profile_name_ok(profile))
		return -NONO_E_PARSE;
	return nono_fail(err, NONO_E_PARSE, 0, "%s (nono profile validate %s tells all that is wrong)", first.text,
			 file ? "FILE" : profile);
}

static int load_profile(struct context *ctx, struct nono_error *err)
{
	int rc;

	if (!ctx->args->profile)
		return 0;
	rc = context_load_profile(ctx, ctx->args->profile, &ctx->args->extends, &ctx->profile, err);
	ctx->has_profile = rc == 0;
	return rc == -NONO_E_PARSE ? point_to_validate(ctx, err) : rc;
}

static int load_manifest(struct context *ctx, struct nono_error *err)
{
	_cleanup_(nono_freep) char *path = context_path(ctx, ctx->args->config);
	_cleanup_(nono_freep) char *text = NULL;
	size_t len;
	int rc;

	if (!path)
		return nono_nomem(err);
	rc = nono_fs_host.read(&nono_fs_host, path, NONO_PROFILE_BYTES, &text, &len, err);
	if (rc < 0)
		return nono_fail_in(err, rc, "manifest");
	return nono_manifest_parse(text, len, ctx->args->config, &ctx->manifest, err);
}

static int find_self(struct context *ctx, struct nono_error *err)
{
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (len < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot read /proc/self/exe: is /proc mounted?");
	ctx->self_exe = strndup(path, (size_t)len);
	return ctx->self_exe ? 0 : nono_nomem(err);
}

/* One that is not there, or out of reach, is done without. */
static int look_home(struct context *ctx, struct nono_error *err)
{
	struct stat home;

	ctx->has_home = stat(ctx->vars.home, &home) == 0;
	if (!ctx->has_home && errno != ENOENT && errno != ENOTDIR && errno != EACCES)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot look at the home directory %s", ctx->vars.home);
	ctx->has_home = ctx->has_home && S_ISDIR(home.st_mode);
	return 0;
}

int context_start(struct context *ctx, struct arguments *args, char *const *env, struct nono_error *err)
{
	_cleanup_(nono_freep) char *workdir = NULL;
	int rc;

	ctx->args = args;
	ctx->env = env;
	/* The kernel puts it above the stack. */
	ctx->started = (const char *)getauxval(AT_EXECFN);
	rc = find_cwd(env, &ctx->cwd, err);
	if (rc == 0)
		rc = find_workdir(ctx, &workdir, err);
	if (rc == 0)
		rc = nono_vars_init(&ctx->vars, env, workdir, getuid(), err);
	if (rc == 0)
		rc = look_home(ctx, err);
	if (rc == 0)
		rc = read_os_release(&ctx->os_release, err);
	if (rc < 0)
		return rc;
	ctx->config_dir = nono_path_join(ctx->vars.config_home, "nono");
	ctx->state_dir = nono_path_join(ctx->vars.state_home, "nono");
	return ctx->config_dir && ctx->state_dir ? 0 : nono_nomem(err);
}

int context_load(struct context *ctx, struct arguments *args, char *const *env, struct nono_error *err)
{
	int rc = context_start(ctx, args, env, err);

	ctx->set.verbose = args->verbose > 0;
	if (rc == 0)
		rc = absolute_flags(ctx, &args->flags, err);
	if (rc == 0)
		rc = find_self(ctx, err);
	if (rc == 0)
		rc = args->config ? load_manifest(ctx, err) : load_profile(ctx, err);
	if (rc == 0)
		ctx->rules = args->config ? &ctx->manifest.rules : &ctx->profile;
	return rc;
}

int context_init(struct context *ctx, struct arguments *args, char *const *env, bool may_create, struct nono_error *err)
{
	int rc = context_load(ctx, args, env, err);

	if (rc < 0)
		return rc;
	ctx->compose = (struct nono_compose){.profile = ctx->has_profile ? &ctx->profile : NULL,
					     .flags = &args->flags,
					     .manifest = args->config ? &ctx->manifest : NULL,
					     .vars = &ctx->vars,
					     .fs = may_create && ctx->has_home ? &nono_fs_host_making : &nono_fs_host,
					     .self_exe = ctx->self_exe,
					     .platform = NONO_PLATFORM_LINUX};
	return nono_compose(&ctx->compose, &ctx->set, err);
}

int context_covers_workdir(const struct context *ctx, enum nono_access level, bool *ret, struct nono_error *err)
{
	_cleanup_(nono_resolved_done) struct nono_resolved at = {.node = {.fd = -1}};
	uint32_t need = 0, rights = 0;
	int rc = nono_path_resolve(&nono_fs_host, ctx->vars.workdir, &at, err);

	if (rc == 0)
		rc = nono_rights_at(&ctx->set, &nono_fs_host, at.real, &rights, err);
	if (rc < 0)
		return rc;
	if (level & NONO_ACCESS_READ)
		need |= NONO_RIGHTS_READ;
	if (level & NONO_ACCESS_WRITE)
		need |= NONO_RIGHTS_WRITE;
	*ret = !(need & ~rights);
	return 0;
}

/* Whoever could make it could write profiles for the next run. */
static int make_config_dir(struct context *ctx, struct nono_error *err)
{
	const struct nono_fs *fs = ctx->compose.fs;

	for (size_t i = 0; i < ctx->set.deny_count; i++) {
		struct nono_deny *d = &ctx->set.denies[i];
		int rc;

		if (!d->permanent || !d->write_only || !d->covered || d->exists)
			continue;
		/* A question and a dry run are about the run that would make it. */
		rc = fs->make_dir ? fs->make_dir(fs, d->real, err) : 0;
		if (rc < 0)
			return nono_fail_in(err, rc, "nono's own %s", d->source.name);
		d->exists = d->is_dir = true;
	}
	return 0;
}

int context_settle(struct context *ctx, struct nono_error *err)
{
	const char *remedy = ctx->args->config ? "take the rule out of the manifest"
					       : "lift a rule with --override-deny PATH";
	int rc = nono_capset_seal(&ctx->compose, &ctx->set, err);

	if (rc == 0)
		rc = make_config_dir(ctx, err);
	return rc == 0 ? nono_sandbox_plan(&ctx->set, NONO_CONFINE_CHILD, remedy, err) : rc;
}

int context_check_built(const struct context *ctx, struct nono_error *err)
{
	return nono_profile_check_built(ctx->rules, ctx->args->config ? "manifest" : "profile", ctx->args->allow_net,
					err);
}

void context_done(struct context *ctx)
{
	nono_capset_done(&ctx->set);
	nono_profile_done(&ctx->profile);
	nono_manifest_done(&ctx->manifest);
	nono_vars_done(&ctx->vars);
	free(ctx->cwd);
	free(ctx->workdir_withheld);
	free(ctx->config_dir);
	free(ctx->state_dir);
	free(ctx->self_exe);
	free(ctx->os_release);
}
