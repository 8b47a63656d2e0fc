/* cmd_hooks.c - nono hooks: is nono's hook in an agent's settings; put it in; take it out.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/jsontext.h"
#include "base/quote.h"
#include "base/util.h"
#include "cli/agent_hooks.h"
#include "cli/commands.h"
#include "cli/output.h"

/* One command: whose hook, as which profile says. */
struct subject {
	struct context ctx;
	const struct nono_hook_app *app;
	struct nono_hook_request request;
	struct nono_hook_report report;
};

static void subject_done(struct subject *s)
{
	nono_hook_report_done(&s->report);
	context_done(&s->ctx);
}

static int find_app(const struct arguments *args, const struct nono_hook_app **ret, struct nono_error *err)
{
	const char *name = args->operand_count ? args->operands[0] : nono_hook_apps[0].name;

	*ret = nono_hook_app_find(name);
	return *ret ? 0
		    : nono_fail(err, NONO_E_USAGE, 0, "nono has no hook for '%s'; it has one for %s", name,
				nono_hook_apps[0].name);
}

/* What the hook is, is said by the profile that has the agent's name, or by the one that was asked for. */
static int begin(struct subject *s, struct arguments *args, char *const *env, struct nono_error *err)
{
	const struct nono_hooks *hooks = &s->ctx.profile.hooks;
	const struct nono_hook_app *app;
	int rc = find_app(args, &s->app, err);

	if (rc < 0)
		return rc;
	if (!args->profile)
		args->profile = s->app->name;
	rc = context_load(&s->ctx, args, env, err);
	for (size_t i = 0; i < hooks->len && rc == 0; i++) {
		if (strcmp(hooks->items[i].app, s->app->name) != 0)
			continue;
		s->request = agent_hooks_request(&s->ctx, s->app, &hooks->items[i]);
		return nono_hook_check(&hooks->items[i], &app, err);
	}
	return rc < 0 ? rc
		      : nono_fail(err, NONO_E_NOTFOUND, 0, "profile %s has no hooks.%s", args->profile, s->app->name);
}

/* ---- status ---- */

static const char *const state_words[] = {
	[NONO_HOOK_ABSENT] = "absent", [NONO_HOOK_OUTDATED] = "outdated", [NONO_HOOK_PRESENT] = "installed"};

static void add_json(struct nono_buf *out, const struct subject *s)
{
	const struct nono_hook_report *r = &s->report;

	nono_buf_puts(out, "{\"hooks\":[{");
	nono_json_member(out, "app", s->app->name);
	nono_json_member(out, "state", state_words[r->found]);
	nono_buf_printf(out, ",\"left_out\":%s", r->off ? "true" : "false");
	nono_json_member(out, "settings", r->settings);
	nono_json_member(out, "event", s->request.event);
	nono_json_member(out, "matcher", s->request.matcher);
	nono_json_member(out, "command", r->command);
	nono_json_member(out, "problem", r->problem);
	nono_json_member(out, "to_add", r->element);
	nono_buf_puts(out, "}]}\n");
}

static void add_line(struct nono_buf *out, const char *label, const char *value)
{
	if (!value)
		return;
	nono_buf_printf(out, "  %-9s ", label);
	nono_quote_text(out, value);
	nono_buf_puts(out, "\n");
}

static const char *state_text(const struct nono_hook_report *r)
{
	if (r->found == NONO_HOOK_PRESENT)
		return "installed";
	if (r->off)
		return "left out, as you said (nono hooks install puts it in)";
	if (r->problem)
		return r->found == NONO_HOOK_OUTDATED ? "outdated" : "not installed";
	return r->found == NONO_HOOK_OUTDATED ? "outdated; the next run updates it"
					      : "not installed yet; the next run installs it";
}

static void add_text(struct nono_buf *out, const struct subject *s)
{
	const struct nono_hook_report *r = &s->report;

	nono_buf_printf(out, "%s: %s\n", s->app->name, state_text(r));
	add_line(out, "problem", r->problem);
	add_line(out, "to add", r->element);
	add_line(out, "settings", r->settings);
	add_line(out, "event", s->request.event);
	add_line(out, "matcher", s->request.matcher);
	add_line(out, "command", r->command);
}

int cmd_hooks_status(struct arguments *args, char *const *env, struct nono_error *err)
{
	_cleanup_(subject_done) struct subject s = {0};
	_cleanup_(nono_buf_done) struct nono_buf out = {0};
	int rc = begin(&s, args, env, err);

	if (rc == 0)
		rc = nono_hook_status(&s.request, &s.report, err);
	if (rc < 0)
		return rc;
	if (args->json)
		add_json(&out, &s);
	else
		add_text(&out, &s);
	if (out.failed)
		return nono_nomem(err);
	if (fputs(out.data, stdout) == EOF || fflush(stdout) == EOF)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot write the answer");
	return 0;
}

/* ---- install, remove ---- */

static int finish(const struct subject *s, const char *same, struct nono_error *err)
{
	const struct nono_hook_report *r = &s->report;

	if (r->problem)
		return nono_fail(err, NONO_E_POLICY, 0, "%s%s%s", r->problem,
				 r->element ? "; what to add under \"hooks\": " : "", r->element ? r->element : "");
	if (r->change == NONO_HOOK_SAME)
		output_line("%s: %s", s->app->name, same);
	else
		agent_hooks_say(s->app, r);
	return 0;
}

int cmd_hooks_install(struct arguments *args, char *const *env, struct nono_error *err)
{
	_cleanup_(subject_done) struct subject s = {0};
	int rc = begin(&s, args, env, err);

	if (rc == 0)
		rc = nono_hook_install(&s.request, &s.report, err);
	return rc < 0 ? rc : finish(&s, "installed already", err);
}

int cmd_hooks_remove(struct arguments *args, char *const *env, struct nono_error *err)
{
	_cleanup_(subject_done) struct subject s = {0};
	int rc = begin(&s, args, env, err);

	if (rc == 0)
		rc = nono_hook_remove(&s.request, &s.report, err);
	return rc < 0 ? rc : finish(&s, "not installed; runs leave it out from now on", err);
}
