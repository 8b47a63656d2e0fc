/* session_hooks.c - a profile's session_hooks, around a run.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/session_hooks.h"

#include "base/util.h"
#include "cli/output.h"

int session_hooks_check(const struct context *ctx, struct nono_error *err)
{
	const struct nono_session_hook *after = &ctx->profile.session_hooks.after;

	if (!after->script || ctx->args->command != CMD_WRAP)
		return 0;
	return nono_fail(err, NONO_E_POLICY, 0,
			 "profile %s: session_hooks.after needs nono to stay until the command ends: use nono run",
			 after->origin);
}

static const char *word_of(enum nono_session_when when)
{
	return when == NONO_SESSION_BEFORE ? "before" : "after";
}

static const struct nono_session_hook *hook_of(const struct context *ctx, enum nono_session_when when)
{
	return when == NONO_SESSION_BEFORE ? &ctx->profile.session_hooks.before : &ctx->profile.session_hooks.after;
}

void session_hooks_show(const struct context *ctx)
{
	for (int when = NONO_SESSION_BEFORE; when <= NONO_SESSION_AFTER; when++) {
		const struct nono_session_hook *hook = hook_of(ctx, (enum nono_session_when)when);
		_cleanup_(nono_freep) char *script = NULL;

		if (hook->script)
			output_line("outside the sandbox, %s the command: %s [profile %s]",
				    word_of((enum nono_session_when)when),
				    nono_session_script(hook, &ctx->vars, &script, NULL) < 0 ? hook->script : script,
				    hook->origin);
	}
}

static const char *outcome(const struct nono_session *session, const struct nono_session_report *report)
{
	if (session->when == NONO_SESSION_AFTER)
		return "";
	return report->interrupted ? "; nothing was started" : "; the run goes on";
}

static void warn_of(const struct nono_session *session, const struct nono_session_report *report)
{
	const char *origin = session->hook->origin;
	struct nono_error text = {0};

	if (report->problem) {
		(void)nono_fail(&text, NONO_E_POLICY, 0, "session_hooks.%s of profile %s: %s%s", word_of(session->when),
				origin, report->problem, outcome(session, report));
		output_warning(text.text);
	}
	for (size_t i = 0; i < report->refused.len; i++) {
		(void)nono_fail(&text, NONO_E_POLICY, 0,
				"session_hooks.before of profile %s: %s is not set: programs load code by it, or it is "
				"nono's own",
				origin, report->refused.items[i]);
		output_warning(text.text);
	}
}

static int run(const struct context *ctx, enum nono_session_when when, const char *id, int exit_code,
	       struct nono_session_report *ret, struct nono_error *err)
{
	const struct nono_session session = {.when = when,
					     .hook = hook_of(ctx, when),
					     .id = id,
					     .vars = &ctx->vars,
					     .env = ctx->env,
					     .set = &ctx->set,
					     .state_dir = ctx->state_dir,
					     .quiet = ctx->args->silent,
					     .exit_code = exit_code};
	int rc;

	output_line("  outside the sandbox: session_hooks.%s of profile %s", word_of(when), session.hook->origin);
	rc = nono_session_run(&session, ret, err);
	if (rc == 0)
		warn_of(&session, ret);
	return rc;
}

int session_hooks_before(const struct context *ctx, struct session_hooks *hooks, int *ret_signal,
			 struct nono_error *err)
{
	_cleanup_(nono_session_report_done) struct nono_session_report report = {0};
	int rc = 0;

	if (!ctx->profile.session_hooks.before.script && !ctx->profile.session_hooks.after.script)
		return 0;
	rc = nono_session_new_id(hooks->id, err);
	if (rc < 0)
		return rc;
	hooks->began = true;
	if (ctx->profile.session_hooks.before.script)
		rc = run(ctx, NONO_SESSION_BEFORE, hooks->id, 0, &report, err);
	*ret_signal = report.interrupted;
	hooks->variables = TAKE(report.variables);
	return rc;
}

void session_hooks_after(const struct context *ctx, const struct session_hooks *hooks, int exit_code)
{
	_cleanup_(nono_session_report_done) struct nono_session_report report = {0};

	if (hooks->began && ctx->profile.session_hooks.after.script)
		(void)run(ctx, NONO_SESSION_AFTER, hooks->id, exit_code, &report, NULL);
}

void session_hooks_done(struct session_hooks *hooks)
{
	for (size_t i = 0; i < hooks->variables.len; i++)
		explicit_bzero(hooks->variables.items[i], strlen(hooks->variables.items[i]));
	nono_strv_done(&hooks->variables);
}
