/* cmd_run.c - nono run, nono wrap and what nono shell shares with them.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd_run.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>

#include "base/quote.h"
#include "base/util.h"
#include "cli/agent_hooks.h"
#include "cli/capfile.h"
#include "cli/commands.h"
#include "cli/diagnostics.h"
#include "cli/footer.h"
#include "cli/logfile.h"
#include "cli/output.h"
#include "cli/remedy.h"
#include "cli/save.h"
#include "cli/session_hooks.h"
#include "cli/workdir.h"
#include "policy/command.h"
#include "policy/environment.h"
#include "policy/path.h"
#include "run/run.h"
#include "sandbox/sandbox.h"

/* Everything that one run needs, made before anything is started. */
struct job {
	const struct run_kind *kind;
	struct context ctx;
	struct nono_strv argv, envp;
	char *program, *cap_file;
	struct nono_sandbox *sandbox;
	size_t notes_shown;
	struct session_hooks hooks;
	struct outcome outcome;
	int interrupted_by; /* the signal that the terminal sent and the command died of; 0: none */
	char *named[2];	    /* the command that the profile names */
};

static void job_done(struct job *job)
{
	context_done(&job->ctx);
	nono_strv_done(&job->argv);
	nono_strv_done(&job->envp);
	free(job->program);
	free(job->cap_file);
	nono_sandbox_free(job->sandbox);
	session_hooks_done(&job->hooks);
	nono_refusals_done(&job->outcome.refused);
}

static void show_notes(struct job *job)
{
	output_notes(&job->ctx.set, job->notes_shown, job->ctx.args->verbose > 0);
	job->notes_shown = job->ctx.set.note_count;
}

/* ---- what is to be started ---- */

static int build_argv(struct job *job, struct nono_error *err)
{
	const struct context *ctx = &job->ctx;
	int rc = 0;

	for (char **word = ctx->args->words; *word && rc == 0; word++)
		rc = nono_strv_add(&job->argv, *word, err);
	for (size_t i = 0; i < ctx->profile.command_args.len && rc == 0 && !job->kind->own_words; i++) {
		_cleanup_(nono_freep) char *text = NULL;

		rc = nono_vars_substitute(&ctx->vars, ctx->profile.command_args.items[i].text, &text, err);
		if (rc == 0)
			rc = nono_strv_add(&job->argv, text, err);
	}
	return rc;
}

/* A profile may name the program; then none is needed on the command line. */
static int take_binary(struct job *job, struct nono_error *err)
{
	struct context *ctx = &job->ctx;

	if (ctx->args->words && ctx->args->words[0])
		return 0;
	if (!ctx->profile.binary)
		return nono_fail(err, NONO_E_USAGE, 0,
				 "no command to run: nono run [options] -- COMMAND [ARGUMENT...]");
	job->named[0] = ctx->profile.binary;
	ctx->args->words = job->named;
	return 0;
}

static int find_command(struct job *job, int *ret_exit, struct nono_error *err)
{
	const struct context *ctx = &job->ctx;
	const char *path = nono_environ_get(ctx->env, "PATH", 4);
	_cleanup_(nono_freep) char *full = NULL;
	int rc = nono_run_find_program(ctx->args->words[0], path, ctx->vars.workdir, &job->program, err);

	if (rc == -NONO_E_NOTFOUND)
		*ret_exit = 127;
	else if (rc == -NONO_E_SYSTEM)
		*ret_exit = 126;
	if (rc < 0)
		return rc;
	/* What is started keeps its relative name (a script sees it as $0); what is judged is the file. */
	full = job->program[0] == '/' ? strdup(job->program) : nono_path_join(ctx->vars.workdir, job->program);
	if (!full)
		return nono_nomem(err);
	return nono_command_check(&ctx->set, &nono_fs_host, ctx->args->words[0], full, err);
}

static int prepare_policy(struct job *job, int *ret_exit, struct nono_error *err)
{
	struct context *ctx = &job->ctx;
	int rc = take_binary(job, err);

	if (rc == 0)
		rc = context_check_built(ctx, err);
	if (rc == 0)
		rc = workdir_share(ctx, &job->notes_shown, &job->outcome.needs_workdir, err);
	if (rc == 0)
		rc = context_settle(ctx, err);
	if (rc == 0)
		rc = nono_capset_doubts(&ctx->compose, &ctx->set, err);
	if (rc == 0)
		rc = find_command(job, ret_exit, err);
	return rc == 0 ? build_argv(job, err) : rc;
}

static int build_environment(struct job *job, struct nono_error *err)
{
	const struct context *ctx = &job->ctx;
	const struct nono_environment e = {.profile = ctx->compose.profile,
					   .vars = &ctx->vars,
					   .clean = ctx->args->clean_env,
					   .cap_file = job->cap_file,
					   .cwd = ctx->args->workdir ? ctx->vars.workdir : NULL,
					   .more = &job->hooks.variables};

	return nono_environment_build(&e, ctx->env, &job->envp, err);
}

/* @ret_signal: not 0: a person broke it off. */
static int prepare_start(struct job *job, int *ret_signal, struct nono_error *err)
{
	struct context *ctx = &job->ctx;
	int rc;

	show_notes(job);
	rc = agent_hooks_install(ctx, err);
	if (rc == 0)
		rc = session_hooks_before(ctx, &job->hooks, ret_signal, err);
	if (rc < 0 || *ret_signal)
		return rc;
	rc = capfile_write(ctx, &job->cap_file, err);
	if (rc == 0)
		rc = build_environment(job, err);
	if (rc == 0 && job->kind->dress)
		rc = job->kind->dress(ctx, &job->argv, &job->envp, err);
	return rc == 0 ? nono_sandbox_prepare(&ctx->set, &job->sandbox, err) : rc;
}

static int note_unused(struct context *ctx, struct nono_error *err)
{
	const struct nono_entries *keys = &ctx->profile.unbuilt_convenience;
	int rc = 0;

	for (size_t i = 0; i < keys->len && rc == 0; i++)
		rc = nono_capset_note(&ctx->set, NONO_NOTE_INFO, err, "%s (profile %s) is not used yet",
				      keys->items[i].text, keys->items[i].origin);
	return rc;
}

static int print_dry_run(const struct job *job, struct nono_error *err)
{
	_cleanup_(nono_buf_done) struct nono_buf line = {0};

	output_capabilities(&job->ctx.set, job->ctx.args->verbose > 0);
	nono_buf_puts(&line, "$");
	for (size_t i = 0; i < job->argv.len; i++) {
		nono_buf_puts(&line, " ");
		nono_quote_shell(&line, job->argv.items[i]);
	}
	if (line.failed)
		return nono_nomem(err);
	session_hooks_show(&job->ctx);
	output_line("dry run: nothing was started");
	output_part(OUTPUT_PLAIN, "%s", line.data);
	output_unlogged();
	return 0;
}

/* ---- starting it ---- */

static bool explains(const struct job *job)
{
	return job->kind->explains && !job->ctx.args->no_diagnostics && (!job->ctx.args->silent || logfile_is_open());
}

/* The sandbox may be why a program cannot start: the evaluator knows. */
static void try_exec(struct job *job, const char *path)
{
	if (*path)
		(void)nono_refusals_try(&job->outcome.refused, path, NONO_OP_EXEC);
}

/* Where nothing of nono's stays that could explain more. */
static void say_refused_exec(const struct job *job)
{
	const struct nono_refusals *refused = &job->outcome.refused;

	for (size_t i = 0; i < refused->len; i++) {
		const struct nono_answer *a = &refused->items[i].answer;
		_cleanup_(nono_freep) char *flag = remedy_text(job->ctx.args, a, NONO_OP_EXEC);

		output_line("  the sandbox does not grant running %s", a->real);
		if (flag && *flag)
			output_line("      to allow it: %s", flag);
	}
}

static void report_failed_exec(struct job *job, const struct nono_stage_report *failed, struct nono_error *err)
{
	struct nono_exec_cause cause = {0};
	_cleanup_(nono_closep) int fd = open(job->program, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd >= 0)
		nono_run_why_exec_failed(fd, failed->sys_errno, &cause);
	(void)nono_fail(err, NONO_E_SYSTEM, failed->sys_errno, "cannot run %s", job->program);
	output_error(err);
	if (*cause.text)
		output_line("  %s", cause.text);
	try_exec(job, job->program);
	try_exec(job, cause.helper);
}

static int report_failed_start(struct job *job, const struct nono_stage_report *failed, struct nono_error *err)
{
	const char *item = nono_sandbox_item_path(job->sandbox, failed);

	if (failed->stage == NONO_STAGE_EXEC) {
		report_failed_exec(job, failed, err);
		return nono_run_exit_code(failed);
	}
	if (failed->stage == NONO_STAGE_LANDLOCK && failed->sys_errno == E2BIG)
		(void)nono_fail(
			err, NONO_E_UNSUPPORTED, 0,
			"this is the 17th sandbox inside one another and Linux holds 16, so nothing was started");
	else
		(void)nono_fail(err, NONO_E_SYSTEM, failed->sys_errno, "cannot %s%s%s, so nothing was started",
				nono_stage_text(failed->stage), item ? " " : "", item ? item : "");
	output_error(err);
	return nono_run_exit_code(failed);
}

/* Arguments may be secrets: their number is enough. */
static void log_start(const struct job *job)
{
	const char *profile = job->ctx.args->profile;

	logfile_put(LOG_LEVEL_INFO, "start of %s with %zu argument%s, profile %s, in %s", job->program,
		    job->argv.len - 1, job->argv.len == 2 ? "" : "s", profile ? profile : "(none)",
		    job->ctx.vars.workdir);
}

/* A shell ends its loop or script only when what it waited for died of the interrupt. */
static void die_as_interrupted(int signo)
{
	(void)signal(signo, SIG_DFL);
	(void)raise(signo);
}

/* A refusal to start it is one like any other. */
static int explain_failed_start(struct job *job, struct nono_run_result *result, struct nono_error *err)
{
	const struct nono_refusals *refused = &job->outcome.refused;

	result->exit_code = report_failed_start(job, &result->failed, err);
	if (refused->len && explains(job)) {
		footer_print(&job->ctx, result, refused);
		save_offer(&job->ctx, refused);
	} else {
		say_refused_exec(job);
	}
	return result->exit_code;
}

/* A person who ended it with a signal knows why. */
static void explain_end(struct job *job, const struct nono_run_result *result)
{
	struct outcome *outcome = &job->outcome;

	outcome->started = true;
	outcome->term_signal = result->term_signal;
	outcome->observed = result->observed;
	if (!result->exit_code || result->term_signal)
		return;
	if (explains(job) || job->ctx.args->diagnostics_json)
		nono_refusals_collect(&outcome->refused, result, job->argv.items + 1);
	if (!explains(job))
		return;
	footer_print(&job->ctx, result, &outcome->refused);
	save_offer(&job->ctx, &outcome->refused);
}

static int start_supervised(struct job *job, const struct nono_run_spec *spec, struct nono_error *err)
{
	struct nono_run_result result = {0};
	int rc, code;

	output_status("mode supervised (supervisor)");
	output_status("Applying sandbox...");
	if (job->kind->hint)
		output_status(job->kind->hint);
	log_start(job);
	rc = nono_run_supervised(spec, &result, err);
	if (rc < 0)
		return rc;
	code = result.exit_code;
	logfile_put(LOG_LEVEL_INFO, "end of %s, exit code %d", job->program, code);
	if (result.cut_errno) {
		(void)nono_fail(err, NONO_E_SYSTEM, result.cut_errno,
				"some of the command's error output was lost, and it may have ended because of that");
		output_error(err);
	}
	if (result.failed.stage != NONO_STAGE_NONE)
		code = explain_failed_start(job, &result, err);
	else
		explain_end(job, &result);
	if (result.by_terminal)
		job->interrupted_by = result.term_signal;
	nono_run_result_done(&result);
	return code;
}

static int start_direct(struct job *job, const struct nono_run_spec *spec, struct nono_error *err)
{
	struct nono_stage_report failed = {0};
	int code;

	output_status("Applying sandbox...");
	log_start(job);
	nono_run_direct(spec, &failed);
	/* Confined now, or half so: all that is left is to say it. */
	code = report_failed_start(job, &failed, err);
	say_refused_exec(job);
	return code;
}

static int start(struct job *job, struct nono_error *err)
{
	const struct arguments *args = job->ctx.args;
	const struct nono_run_spec spec = {.program = job->program,
					   .argv = job->argv.items,
					   .envp = job->envp.items,
					   .cwd = args->workdir ? job->ctx.vars.workdir : NULL,
					   .sandbox = job->sandbox,
					   .observe = explains(job) || args->diagnostics_json};

	show_notes(job);
	if (args->verbose)
		output_capabilities(&job->ctx.set, true);
	return job->kind->direct ? start_direct(job, &spec, err) : start_supervised(job, &spec, err);
}

static int run_job(struct job *job, struct nono_error *err)
{
	struct arguments *args = job->ctx.args;
	int exit_code = 0, signo = 0, rc = note_unused(&job->ctx, err);

	if (rc == 0)
		rc = agent_hooks_check(&job->ctx, err);
	if (rc == 0)
		rc = session_hooks_check(&job->ctx, err);
	if (rc == 0)
		rc = prepare_policy(job, &exit_code, err);
	if (rc < 0) {
		show_notes(job);
		if (!exit_code)
			return rc;
		output_error(err);
		return exit_code;
	}
	if (args->dry_run) {
		show_notes(job);
		return print_dry_run(job, err);
	}
	rc = prepare_start(job, &signo, err);
	if (rc == 0)
		rc = signo ? 128 + signo : start(job, err);
	session_hooks_after(&job->ctx, &job->hooks, rc < 0 ? 1 : rc);
	return rc;
}

/* The report comes last, so the error that main would print comes before it. */
static int report(struct job *job, int rc, struct nono_error *err)
{
	struct outcome *outcome = &job->outcome;

	if (rc < 0)
		output_error(err);
	if (rc < 0)
		rc = rc == -NONO_E_USAGE ? 2 : 1;
	outcome->exit_code = rc;
	outcome->failure = outcome->started ? NULL : err;
	diagnostics_print(&job->ctx, outcome);
	return rc;
}

int run_command(struct arguments *args, char *const *env, const struct run_kind *kind, struct nono_error *err)
{
	_cleanup_(job_done) struct job job = {.kind = kind};
	int rc = context_init(&job.ctx, args, env, !args->dry_run, err);

	job.outcome.refused = (struct nono_refusals){
		.set = &job.ctx.set, .fs = &nono_fs_host, .cwd = job.ctx.vars.workdir};
	if (rc == 0)
		rc = run_job(&job, err);
	else
		show_notes(&job);
	if (args->diagnostics_json && !args->dry_run)
		rc = report(&job, rc, err);
	if (job.interrupted_by)
		die_as_interrupted(job.interrupted_by);
	return rc;
}

int cmd_run(struct arguments *args, char *const *env, struct nono_error *err)
{
	static const struct run_kind run = {.explains = true}, wrap = {.direct = true};

	return run_command(args, env, args->command == CMD_WRAP ? &wrap : &run, err);
}
