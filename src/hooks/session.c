/* session.c - a profile's session_hooks: programs run outside the sandbox, around the command.
 * SPDX-License-Identifier: Apache-2.0 */
#include "hooks/session.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/util.h"
#include "hooks/envfile.h"
#include "hooks/trusted.h"
#include "policy/environment.h"
#include "policy/path.h"
#include "run/helper.h"

/* Not the caller's: a directory in it that the command can write would choose the programs that a script runs. */
#define HELPER_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* One hook that is being run. */
struct job {
	const struct nono_session *session;
	struct nono_session_report report;
	char *script;		    /* owned */
	char *directory, *env_file; /* of a before hook; owned, NULL: not made */
	struct nono_strv argv, envp;
	struct nono_error *err;
};

void nono_session_report_done(struct nono_session_report *report)
{
	if (!report)
		return;
	free(report->problem);
	nono_strv_done(&report->variables);
	nono_strv_done(&report->refused);
	*report = (struct nono_session_report){0};
}

int nono_session_new_id(char ret[NONO_SESSION_ID_BYTES], struct nono_error *err)
{
	uint64_t number;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot get a random number");
	(void)snprintf(ret, NONO_SESSION_ID_BYTES, "%016" PRIx64, number);
	return 0;
}

int nono_session_script(const struct nono_session_hook *hook, const struct nono_vars *vars, char **ret,
			struct nono_error *err)
{
	_cleanup_(nono_freep) char *path = NULL;
	int rc = nono_vars_substitute(vars, hook->script, &path, err);

	if (rc < 0)
		return rc;
	if (path[0] != '/')
		return nono_fail(err, NONO_E_POLICY, 0, "'%s' is not an absolute path", path);
	*ret = TAKE(path);
	return 0;
}

/* ---- the file of variables ---- */

/* Whatever stands under its name now is overwritten, if it is a file of ours, and goes. */
static void remove_env_file(struct job *job)
{
	static const char zeros[4096];
	_cleanup_(nono_closep) int fd = -1;
	struct stat st;

	if (!job->env_file)
		return;
	fd = open(job->env_file, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1)
		for (off_t left = st.st_size < NONO_ENV_FILE_BYTES ? st.st_size : NONO_ENV_FILE_BYTES; left > 0;
		     left -= (off_t)sizeof(zeros))
			if (nono_write_full(fd, zeros, left < (off_t)sizeof(zeros) ? (size_t)left : sizeof(zeros)) < 0)
				break;
	(void)unlink(job->env_file);
	(void)rmdir(job->directory);
}

static void job_done(struct job *job)
{
	remove_env_file(job);
	nono_session_report_done(&job->report);
	nono_strv_done(&job->argv);
	nono_strv_done(&job->envp);
	free(job->script);
	free(job->directory);
	free(job->env_file);
}

static int make_env_file(struct job *job)
{
	const struct nono_session *s = job->session;
	_cleanup_(nono_closep) int fd = -1;
	int rc;

	if (s->when != NONO_SESSION_BEFORE)
		return 0;
	if (asprintf(&job->directory, "%s/c/sessions/%s", s->state_dir, s->id) < 0) {
		job->directory = NULL;
		return nono_nomem(job->err);
	}
	rc = nono_fs_host_making.make_dir(&nono_fs_host_making, job->directory, job->err);
	if (rc < 0)
		return rc;
	job->env_file = nono_path_join(job->directory, "env");
	if (!job->env_file)
		return nono_nomem(job->err);
	fd = open(job->env_file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? nono_fail(job->err, NONO_E_SYSTEM, errno, "cannot make %s", job->env_file) : 0;
}

/* A script may replace the file by one of its own: that is judged like any that decides something. */
static int read_env_file(struct job *job)
{
	_cleanup_(nono_freep) char *text = NULL;
	struct nono_error why = {0};
	size_t len;
	int rc;

	if (!job->env_file)
		return 0;
	rc = nono_fs_host.read(&nono_fs_host, job->env_file, NONO_ENV_FILE_BYTES, &text, &len, &why);
	if (rc == 0)
		rc = nono_envfile_parse(text, len, &job->report.variables, &job->report.refused, &why);
	if (text)
		explicit_bzero(text, len);
	if (rc == -NONO_E_NOMEM)
		return nono_nomem(job->err);
	return rc < 0 ? nono_fail(job->err, why.code, 0, "its variables are not used: %s", why.text) : 0;
}

/* ---- running it ---- */

static int build_environment(struct job *job)
{
	const struct nono_session *s = job->session;
	const struct nono_environment plain = {.vars = s->vars, .clean = true};
	bool before = s->when == NONO_SESSION_BEFORE;
	char code[16];
	const struct {
		const char *name, *value;
	} vars[] = {{"PATH", HELPER_PATH},
		    {"NONO_SESSION_ID", s->id},
		    {"NONO_WORKDIR", s->vars->workdir},
		    {"NONO_HOOK_TYPE", before ? "before" : "after"},
		    {"NONO_HOOK_SCRIPT", job->script},
		    {before ? "NONO_ENV_FILE" : "NONO_EXIT_CODE", before ? job->env_file : code}};
	int rc = nono_environment_build(&plain, s->env, &job->envp, job->err);

	(void)snprintf(code, sizeof(code), "%d", s->exit_code);
	for (size_t i = 0; i < NONO_ARRAY_SIZE(vars) && rc == 0; i++)
		rc = nono_environment_set(&job->envp, vars[i].name, vars[i].value, job->err);
	return rc;
}

static int judge_result(const struct job *job, const struct nono_helper_result *result)
{
	const char *script = job->script;

	if (result->exec_errno == ENOEXEC)
		return nono_fail(job->err, NONO_E_POLICY, 0, "%s is no program, and does not begin with #!", script);
	if (result->exec_errno)
		return nono_fail(job->err, NONO_E_SYSTEM, result->exec_errno, "cannot run %s", script);
	if (result->timed_out)
		return nono_fail(job->err, NONO_E_LIMIT, 0, "%s took longer than %d s and was ended", script,
				 job->session->hook->timeout_secs);
	if (result->interrupted)
		return nono_fail(job->err, NONO_E_SYSTEM, 0, "%s was interrupted", script);
	if (result->exit_code)
		return nono_fail(job->err, NONO_E_SYSTEM, 0, "%s failed (exit code %d)", script, result->exit_code);
	return 0;
}

static int run(struct job *job)
{
	const struct nono_session *s = job->session;
	_cleanup_(nono_closep) int fd = nono_trusted_open(job->script, s->set, &nono_fs_host, job->err);
	struct nono_helper_spec spec = {.fd = fd, .quiet = s->quiet, .timeout_secs = s->hook->timeout_secs};
	struct nono_helper_result result = {0};
	int rc = fd < 0 ? fd : make_env_file(job);

	if (rc == 0)
		rc = build_environment(job);
	if (rc == 0)
		rc = nono_strv_add(&job->argv, job->script, job->err);
	if (rc < 0)
		return rc;
	spec.argv = job->argv.items;
	spec.envp = job->envp.items;
	rc = nono_run_helper(&spec, &result, job->err);
	if (rc < 0)
		return rc;
	job->report.interrupted = result.interrupted;
	rc = judge_result(job, &result);
	return rc == 0 ? read_env_file(job) : rc;
}

int nono_session_run(const struct nono_session *session, struct nono_session_report *ret, struct nono_error *err)
{
	struct nono_error why = {0};
	_cleanup_(job_done) struct job job = {.session = session, .err = &why};
	int rc = nono_session_script(session->hook, session->vars, &job.script, &why);

	if (rc == 0)
		rc = run(&job);
	if (rc == -NONO_E_NOMEM)
		return nono_nomem(err);
	if (rc < 0) {
		nono_strv_done(&job.report.variables);
		job.report.problem = strdup(why.text);
		if (!job.report.problem)
			return nono_nomem(err);
	}
	*ret = TAKE(job.report);
	return 0;
}
