/* agent_hooks.c - the hooks of a profile's agents, before a run.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/agent_hooks.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/util.h"
#include "cli/output.h"

int agent_hooks_check(struct context *ctx, struct nono_error *err)
{
	const struct nono_hooks *hooks = &ctx->profile.hooks;
	const struct nono_hook_app *app;
	int rc = 0;

	for (size_t i = 0; i < hooks->len && rc == 0; i++) {
		const struct nono_hook *hook = &hooks->items[i];

		rc = nono_hook_check(hook, &app, err);
		if (rc == 0 && !app)
			rc = nono_capset_note(&ctx->set, NONO_NOTE_WARNING, err,
					      "profile %s: hooks.%s is passed over: nono has hooks for %s only",
					      hook->origin, hook->app, nono_hook_apps[0].name);
	}
	return rc;
}

struct nono_hook_request agent_hooks_request(const struct context *ctx, const struct nono_hook_app *app,
					     const struct nono_hook *hook)
{
	return (struct nono_hook_request){.app = app,
					  .event = hook->event,
					  .matcher = hook->matcher,
					  .home = ctx->vars.home,
					  .state_dir = ctx->state_dir,
					  .self = ctx->self_exe,
					  .started = ctx->started};
}

static void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void warn(const char *fmt, ...)
{
	char text[NONO_ERROR_BYTES * 2];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	output_warning(text);
}

void agent_hooks_say(const struct nono_hook_app *app, const struct nono_hook_report *report)
{
	const char *file = report->settings;

	switch (report->change) {
	case NONO_HOOK_ADDED:
		warn("added a hook to %s that tells %s what is refused (undo: nono hooks remove)", file, app->title);
		break;
	case NONO_HOOK_UPDATED:
		warn("updated nono's hook in %s", file);
		break;
	case NONO_HOOK_REPLACED:
		warn("in %s, nono's own hook took the place of the older ~/%s", file, app->older);
		break;
	case NONO_HOOK_TAKEN:
		warn("took nono's hook out of %s%s", file,
		     report->restored ? ", which is again what it was before" : "; what others wrote there stays");
		break;
	case NONO_HOOK_SAME:
		break;
	}
	if (report->problem)
		warn("the hook that tells %s what is refused is not installed: %s%s%s", app->title, report->problem,
		     report->element ? "; what to add under \"hooks\": " : "", report->element ? report->element : "");
}

/*
 * A settings file that was granted by name is another object now: the one that nono wrote. Whatever a program inside
 * another run put at that name meanwhile, a link to a key for one, is not; the grant stays with the old file then.
 */
static void refresh_grant(struct nono_grant *g, const struct nono_hook_report *report)
{
	struct nono_node node = {.fd = -1};
	struct nono_error why = {0};

	if (nono_fs_host.open(&nono_fs_host, report->settings, &node, &why) < 0) {
		warn("%s was replaced and is not granted in this run: %s", report->settings, why.text);
		return;
	}
	if (node.dev == report->new_dev && node.ino == report->new_ino) {
		nono_node_done(&g->node);
		g->node = node;
		return;
	}
	nono_node_done(&node);
	warn("%s was replaced by somebody else and is not granted in this run", report->settings);
}

static void refresh_grants(struct context *ctx, const struct nono_hook_report *report)
{
	for (size_t i = 0; i < ctx->set.grant_count && report->new_ino && report->old_ino; i++) {
		struct nono_grant *g = &ctx->set.grants[i];

		if (g->is_file && g->node.ino == report->old_ino && g->node.dev == report->old_dev)
			refresh_grant(g, report);
	}
}

static int install_one(struct context *ctx, const struct nono_hook_app *app, const struct nono_hook *hook,
		       struct nono_error *err)
{
	const struct nono_hook_request request = agent_hooks_request(ctx, app, hook);
	_cleanup_(nono_hook_report_done) struct nono_hook_report report = {0};
	struct nono_error why = {0};
	int rc;

	if (nono_hook_is_current(&request))
		return 0;
	rc = nono_hook_install(&request, &report, &why);
	if (rc == -NONO_E_NOMEM)
		return nono_nomem(err);
	if (rc < 0) {
		warn("the hook that tells %s what is refused is not installed: %s", app->title, why.text);
		return 0;
	}
	agent_hooks_say(app, &report);
	refresh_grants(ctx, &report);
	return 0;
}

int agent_hooks_install(struct context *ctx, struct nono_error *err)
{
	const struct nono_hooks *hooks = &ctx->profile.hooks;
	int rc = 0;

	if (!hooks->len || !ctx->has_home || ctx->args->silent || nono_environ_get(ctx->env, "NONO_CAP_FILE", 13))
		return 0;
	for (size_t i = 0; i < hooks->len && rc == 0; i++) {
		const struct nono_hook_app *app = nono_hook_app_find(hooks->items[i].app);

		if (app)
			rc = install_one(ctx, app, &hooks->items[i], err);
	}
	return rc;
}
