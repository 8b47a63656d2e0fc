/* run.c - one command in the sandbox.  SPDX-License-Identifier: Apache-2.0 */
#include "run/run.h"

#include <fcntl.h>

#include "api/api.h"
#include "base/util.h"
#include "policy/command.h"
#include "policy/environment.h"
#include "policy/explain.h"
#include "policy/path.h"
#include "run/refusals.h"
#include "run/report.h"

/* What one run needs, made before anything is started. */
struct job {
	const NonoCapabilitySet *caps;
	struct nono_strv argv, envp;
	char *workdir; /* absolute */
	char *program; /* as started */
	struct nono_sandbox *sandbox;
	int stdio[3];
	struct nono_run_control control;
	NonoRunStop stop;
};

static void job_done(struct job *job)
{
	nono_strv_done(&job->argv);
	nono_strv_done(&job->envp);
	free(job->workdir);
	free(job->program);
	nono_sandbox_free(job->sandbox);
}

static NonoErrorCode check_arguments(const char *const *argv, const NonoRunOptions *opts, const NonoRunResult *out)
{
	if (!argv || !out)
		return nono_api_null(argv ? "out" : "argv");
	if (!argv[0])
		return nono_api_fail(NONO_ERROR_CODE_ERR_INVALID_ARG, "argv names no command");
	if (opts->size != sizeof(*opts))
		return nono_api_fail(NONO_ERROR_CODE_ERR_INVALID_ARG,
				     "opts->size is %zu: begin with NONO_RUN_OPTIONS_INIT", opts->size);
	if (opts->workdir && opts->workdir[0] != '/')
		return nono_api_fail(NONO_ERROR_CODE_ERR_INVALID_ARG, "opts->workdir is '%s', which is not absolute",
				     opts->workdir);
	return NONO_ERROR_CODE_OK;
}

static NonoErrorCode take_control(struct job *job, const NonoRunControl *control)
{
	if (control->size != sizeof(*control))
		return nono_api_fail(NONO_ERROR_CODE_ERR_INVALID_ARG,
				     "control->size is %zu: begin with NONO_RUN_CONTROL_INIT", control->size);
	if (control->signal_fd >= 0 && fcntl(control->signal_fd, F_GETFD) < 0)
		return nono_api_fail(NONO_ERROR_CODE_ERR_INVALID_ARG,
				     "control->signal_fd is %d, which is not open: give one that can be read, or -1",
				     control->signal_fd);
	job->control = (struct nono_run_control){.timeout_ms = control->timeout_ms,
						 .grace_ms = control->grace_ms,
						 .signal_fd = control->signal_fd < 0 ? -1 : control->signal_fd,
						 .own_group = control->own_group};
	return NONO_ERROR_CODE_OK;
}

/* A profile's rules for the environment; without one the caller's list is taken as it is. */
static int take_environment(struct job *job, const char *const *env, struct nono_error *err)
{
	static const char *const none[] = {NULL};
	const struct nono_environment e = {.profile = &job->caps->profile, .vars = &job->caps->vars};
	_cleanup_(nono_strv_done) struct nono_strv given = {0};
	int rc = 0;

	for (size_t i = 0; rc == 0 && env && env[i]; i++)
		rc = nono_strv_add(&given, env[i], err);
	if (rc < 0)
		return rc;
	if (!job->caps->composed) {
		job->envp = TAKE(given);
		return 0;
	}
	return nono_environment_build(&e, given.items ? given.items : (char *const *)none, &job->envp, err);
}

static int take_workdir(struct job *job, const char *workdir, struct nono_error *err)
{
	job->workdir = workdir ? strdup(workdir) : getcwd(NULL, 0);
	if (job->workdir)
		return 0;
	return workdir ? nono_nomem(err) : nono_fail(err, NONO_E_SYSTEM, errno, "the current directory is gone");
}

static int take_words(struct job *job, const char *const *argv, const NonoRunOptions *opts, struct nono_error *err)
{
	const int given[] = {opts->stdin_fd, opts->stdout_fd, opts->stderr_fd};
	int rc = take_workdir(job, opts->workdir, err);

	for (int i = 0; i < 3; i++)
		job->stdio[i] = given[i] < 0 ? i : given[i];
	for (size_t i = 0; rc == 0 && argv[i]; i++)
		rc = nono_strv_add(&job->argv, argv[i], err);
	return rc == 0 ? take_environment(job, opts->env, err) : rc;
}

static NonoErrorCode find_command(struct job *job)
{
	static char *const none[] = {NULL};
	const char *path = nono_environ_get(job->envp.items ? job->envp.items : none, "PATH", 4);
	_cleanup_(nono_freep) char *full = NULL;
	struct nono_error err = {0};
	int rc = nono_run_find_program(job->argv.items[0], path, job->workdir, &job->program, &err);

	if (rc < 0) {
		NonoErrorCode code = nono_api_fail_error(&err);

		if (rc == -NONO_E_NOTFOUND)
			nono_api_diagnose(NONO_DIAGNOSTIC_CODE_COMMAND_NOT_FOUND);
		return code;
	}
	full = job->program[0] == '/' ? strdup(job->program) : nono_path_join(job->workdir, job->program);
	if (!full)
		return nono_api_nomem();
	rc = nono_command_check(&job->caps->set, &nono_fs_host, job->argv.items[0], full, &err);
	return rc < 0 ? nono_api_fail_error(&err) : NONO_ERROR_CODE_OK;
}

/* The caller's set is only read: prepare adds its notes to another one of the same grants. */
static int prepare_sandbox(struct job *job, struct nono_error *err)
{
	struct nono_capset view = job->caps->set, notes = {0};
	int rc;

	view.notes = NULL;
	view.note_count = view.note_room = 0;
	rc = nono_sandbox_prepare(&view, &job->sandbox, err);
	notes.notes = view.notes;
	notes.note_count = view.note_count;
	nono_capset_done(&notes);
	return rc;
}

/* ---- how it ended ---- */

/* Did the sandbox keep the program, or what it needs to start, from being run? Then say so. */
static bool explain_refused(const struct job *job, const char *path)
{
	_cleanup_(nono_answer_done) struct nono_answer a = {0};
	_cleanup_(nono_freep) char *full = path[0] == '/' ? strdup(path) : nono_path_join(job->workdir, path);

	if (!full || nono_explain(&job->caps->set, &nono_fs_host, full, NONO_OP_EXEC, &a, NULL) < 0 || a.allowed)
		return false;
	(void)nono_api_fail(NONO_ERROR_CODE_ERR_SANDBOX_INIT, "cannot run %s: the sandbox does not grant reading %s",
			    job->program, a.real);
	nono_api_diagnose(NONO_DIAGNOSTIC_CODE_SANDBOX_DENIED_PATH);
	nono_api_suggest_path(a.real, NONO_ACCESS_READ, true);
	return true;
}

static NonoErrorCode fail_start(const struct job *job, const struct nono_stage_report *failed)
{
	_cleanup_(nono_closep) int fd = -1;
	struct nono_exec_cause cause = {0};
	struct nono_error err = {0};

	if (failed->stage != NONO_STAGE_EXEC)
		return nono_api_fail_stage(failed, "nothing was started");
	fd = open(job->program, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0)
		nono_run_why_exec_failed(fd, failed->sys_errno, &cause);
	if (explain_refused(job, job->program) || (*cause.helper && explain_refused(job, cause.helper)))
		return NONO_ERROR_CODE_ERR_SANDBOX_INIT;
	(void)nono_fail(&err, NONO_E_SYSTEM, failed->sys_errno, "cannot run %s%s%s", job->program,
			*cause.text ? ", because " : "", cause.text);
	return nono_api_fail_as(
		failed->sys_errno == ENOENT ? NONO_ERROR_CODE_ERR_PATH_NOT_FOUND : NONO_ERROR_CODE_ERR_IO, &err);
}

static char *report_text(const struct job *job, const struct nono_run_result *result)
{
	_cleanup_(nono_refusals_done) struct nono_refusals refused = {
		.set = &job->caps->set, .fs = &nono_fs_host, .cwd = job->workdir};
	const struct nono_report report = {.unobserved = !result->observed,
					   .exit_code = result->exit_code,
					   .term_signal = result->term_signal,
					   .refusals = &refused};

	if (result->exit_code && !result->term_signal)
		nono_refusals_collect(&refused, result, job->argv.items + 1);
	return nono_report_text(&report);
}

static NonoErrorCode start(struct job *job, bool controlled, NonoRunResult *out)
{
	static const NonoRunStop stops[] = {[NONO_STOP_NONE] = NONO_RUN_STOP_NONE,
					    [NONO_STOP_TIMEOUT] = NONO_RUN_STOP_TIMEOUT,
					    [NONO_STOP_SIGNAL] = NONO_RUN_STOP_SIGNAL};
	static char *const none[] = {NULL};
	const struct nono_run_spec spec = {.program = job->program,
					   .argv = job->argv.items,
					   .envp = job->envp.items ? job->envp.items : none,
					   .cwd = job->workdir,
					   .sandbox = job->sandbox,
					   .observe = true};
	_cleanup_(nono_run_result_done) struct nono_run_result result = {0};
	struct nono_error err = {0};
	char *text;

	if (nono_run_contained(&spec, job->stdio, controlled ? &job->control : NULL, &result, &err) < 0)
		return nono_api_fail_error(&err);
	if (result.failed.stage != NONO_STAGE_NONE)
		return fail_start(job, &result.failed);
	text = report_text(job, &result);
	if (!text)
		return nono_api_nomem();
	*out = (NonoRunResult){.exit_code = result.exit_code, .signal = result.term_signal, .report_json = text};
	job->stop = stops[result.stop];
	return NONO_ERROR_CODE_OK;
}

NonoErrorCode nono_run_command_controlled(const NonoCapabilitySet *caps, const char *const *argv,
					  const NonoRunOptions *opts, const NonoRunControl *control, NonoRunResult *out,
					  NonoRunStop *out_stop)
{
	static const NonoRunOptions defaults = NONO_RUN_OPTIONS_INIT;
	_cleanup_(job_done) struct job job = {.caps = caps};
	struct nono_error err = {0};
	NonoErrorCode code;

	opts = opts ? opts : &defaults;
	code = nono_api_check_ready(caps);
	if (code == NONO_ERROR_CODE_OK)
		code = check_arguments(argv, opts, out);
	if (code == NONO_ERROR_CODE_OK && control)
		code = take_control(&job, control);
	if (code != NONO_ERROR_CODE_OK)
		return code;
	if (take_words(&job, argv, opts, &err) < 0)
		return nono_api_fail_error(&err);
	code = find_command(&job);
	if (code != NONO_ERROR_CODE_OK)
		return code;
	if (prepare_sandbox(&job, &err) < 0)
		return nono_api_fail_error(&err);
	code = start(&job, control != NULL, out);
	if (code == NONO_ERROR_CODE_OK && out_stop)
		*out_stop = job.stop;
	return code;
}

NonoErrorCode nono_run_command(const NonoCapabilitySet *caps, const char *const *argv, const NonoRunOptions *opts,
			       NonoRunResult *out)
{
	return nono_run_command_controlled(caps, argv, opts, NULL, out, NULL);
}
