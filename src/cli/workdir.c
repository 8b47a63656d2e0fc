/* workdir.c - may the command use the working directory?  SPDX-License-Identifier: Apache-2.0 */
#include "cli/workdir.h"

#include <sys/stat.h>

#include "base/util.h"
#include "cli/output.h"
#include "cli/prompt.h"
#include "policy/build.h"
#include "policy/explain.h"
#include "policy/path.h"
#include "sandbox/sandbox.h"

/* What stands between the directory and its being shared. */
enum obstacle {
	OBSTACLE_NONE,
	OBSTACLE_DENIED,   /* a deny rule is for it, or for a directory above */
	OBSTACLE_CONTAINS, /* denied paths lie in it, and cannot be kept apart from the rest */
};

static int find_obstacle(const struct context *ctx, enum nono_access level, enum obstacle *ret, struct nono_error *err)
{
	_cleanup_(nono_answer_done) struct nono_answer a = {0};
	enum nono_op op = level & NONO_ACCESS_WRITE ? NONO_OP_READWRITE : NONO_OP_READ;
	int rc = nono_explain(&ctx->set, &nono_fs_host, ctx->vars.workdir, op, &a, err);

	if (rc < 0)
		return rc;
	if (a.deny)
		*ret = OBSTACLE_DENIED;
	else
		*ret = a.too_wide && !nono_sandbox_has_view() ? OBSTACLE_CONTAINS : OBSTACLE_NONE;
	return 0;
}

static int fail_silent(const struct context *ctx, enum obstacle obstacle, struct nono_error *err)
{
	static const char *const texts[] = {
		[OBSTACLE_NONE] = "and --silent cannot ask: add --allow-cwd",
		[OBSTACLE_DENIED] = "and a rule denies it: choose another with --workdir DIR",
		[OBSTACLE_CONTAINS] = "and denied paths lie in it: choose another with --workdir DIR",
	};

	return nono_fail(err, NONO_E_POLICY, 0, "the working directory %s is not shared %s", ctx->vars.workdir,
			 texts[obstacle]);
}

static void say_not_shared(const struct context *ctx, enum nono_access level, enum obstacle obstacle)
{
	bool home = strcmp(ctx->vars.workdir, ctx->vars.home) == 0;

	if (obstacle == OBSTACLE_NONE) {
		output_line("  the working directory is not shared (--allow-cwd would share it: %s)",
			    nono_access_word(level));
		return;
	}
	if (obstacle == OBSTACLE_DENIED) {
		output_line("  the working directory is not shared: a rule denies it");
		return;
	}
	output_line("  %s is not shared: denied paths lie in it",
		    home ? "your home directory" : "the working directory");
	output_line("  (--allow DIR and --read DIR share single directories)");
}

/* Ask, or say why not. */
static int ask(struct context *ctx, enum nono_access level, size_t *notes_shown, bool *ret_agreed,
	       struct nono_error *err)
{
	enum obstacle obstacle;
	int rc = find_obstacle(ctx, level, &obstacle, err);

	*ret_agreed = false;
	if (rc < 0)
		return rc;
	if (ctx->args->silent)
		return fail_silent(ctx, obstacle, err);
	if (!ctx->args->dry_run && obstacle == OBSTACLE_NONE && prompt_possible()) {
		output_notes(&ctx->set, *notes_shown, ctx->args->verbose > 0);
		*notes_shown = ctx->set.note_count;
		*ret_agreed = prompt_workdir(ctx->vars.workdir, nono_access_word(level),
					     strcmp(ctx->vars.workdir, ctx->vars.home) == 0);
	}
	if (!*ret_agreed)
		say_not_shared(ctx, level, obstacle);
	ctx->workdir_unshareable = obstacle != OBSTACLE_NONE;
	return 0;
}

/* Another sandbox's command may exchange what a name stands for: what was shared must be where the command will be. */
static int check_workdir(const struct context *ctx, struct nono_error *err)
{
	const struct nono_grant *last = ctx->set.grant_count ? &ctx->set.grants[ctx->set.grant_count - 1] : NULL;
	struct stat here;

	if (ctx->args->workdir || !last || strcmp(last->written, ctx->vars.workdir) != 0)
		return 0;
	if (stat(".", &here) < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot look at the current directory");
	if (here.st_dev == last->node.dev && here.st_ino == last->node.ino)
		return 0;
	return nono_fail(err, NONO_E_POLICY, 0, "%s is not the directory any more that nono was started in",
			 ctx->vars.workdir);
}

/* Noted for explanations, unless sharing it is no answer to anything. Hands on @rc. */
static int withhold(struct context *ctx, bool *ret_needed, int rc)
{
	_cleanup_(nono_resolved_done) struct nono_resolved at = {.node = {.fd = -1}};

	if (!ctx->workdir_unshareable && nono_path_resolve(&nono_fs_host, ctx->vars.workdir, &at, NULL) == 0)
		ctx->workdir_withheld = TAKE(at.real);
	*ret_needed = rc < 0;
	return rc;
}

int workdir_share(struct context *ctx, size_t *notes_shown, bool *ret_needed, struct nono_error *err)
{
	enum nono_access level = nono_workdir_access(ctx->compose.profile);
	bool covered = false, agreed = ctx->args->allow_cwd;
	int rc;

	/* A manifest grants the working directory itself, or means it not to be shared. */
	if (level == NONO_ACCESS_NONE || ctx->args->config)
		return 0;
	rc = context_covers_workdir(ctx, level, &covered, err);
	if (rc < 0 || covered)
		return rc;
	if (agreed && strcmp(ctx->vars.workdir, ctx->vars.home) == 0)
		output_line("  the working directory is your home directory: everything in it but what rules deny is "
			    "shared");
	if (!agreed)
		rc = ask(ctx, level, notes_shown, &agreed, err);
	if (rc < 0 || !agreed)
		return withhold(ctx, ret_needed, rc);
	rc = nono_compose_workdir(&ctx->compose, &ctx->set, level,
				  ctx->args->allow_cwd ? "--allow-cwd" : "answer at the prompt", err);
	return rc < 0 ? rc : check_workdir(ctx, err);
}
