/* install.c - the hook of an agent program: put in, looked at, taken out.  SPDX-License-Identifier: Apache-2.0 */
#include "hooks/install.h"

#include <stdio.h>

#include "base/quote.h"
#include "base/util.h"
#include "hooks/settings.h"

#define TRIES 5 /* while somebody else is writing the settings, too */

/* One piece of work. */
struct job {
	const struct nono_hook_request *request;
	char *path; /* of the settings; owned */
	struct nono_settings settings;
	struct stat before; /* of the settings, from before they were read */
	bool was_there;
	struct nono_hook_record record; /* of the last installation */
	bool has_record;
	char *program, *command; /* owned */
	struct nono_hook_entry entry;
	struct nono_hook_report report;
	bool passing; /* what it reports may be over by the next run, which tries again */
	struct nono_error *err;
};

static void job_done(struct job *job)
{
	nono_settings_done(&job->settings);
	nono_hook_record_done(&job->record);
	nono_hook_report_done(&job->report);
	free(job->path);
	free(job->program);
	free(job->command);
}

void nono_hook_report_done(struct nono_hook_report *report)
{
	if (!report)
		return;
	free(report->settings);
	free(report->command);
	free(report->problem);
	free(report->element);
	*report = (struct nono_hook_report){0};
}

int nono_hook_check(const struct nono_hook *hook, const struct nono_hook_app **ret, struct nono_error *err)
{
	const struct nono_hook_app *app = nono_hook_app_find(hook->app);

	if (app && strcmp(hook->script, app->script) != 0)
		return nono_fail(
			err, NONO_E_POLICY, 0,
			"profile %s: hooks.%s.script is '%s', and nono installs no program but its own: write %s",
			hook->origin, hook->app, hook->script, app->script);
	if (app && !*hook->event)
		return nono_fail(err, NONO_E_POLICY, 0, "profile %s: hooks.%s.event is empty: write PostToolUseFailure",
				 hook->origin, hook->app);
	*ret = app;
	return 0;
}

/* ---- the command ---- */

static bool same_program(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* The path that nono was started by may be a link that outlives an update; else the program itself. */
static const char *choose_program(const struct nono_hook_request *r)
{
	if (r->started && r->started[0] == '/' && !nono_has_prefix(r->started, "/proc/") &&
	    !nono_has_prefix(r->started, "/dev/") && same_program(r->started, r->self))
		return r->started;
	return r->self;
}

static int set_program(struct job *job, const char *program)
{
	_cleanup_(nono_buf_done) struct nono_buf command = {0};
	char *copy = strdup(program);

	nono_quote_shell(&command, program);
	if (!command.failed && command.data[0] == '$') {
		free(copy);
		return nono_fail(job->err, NONO_E_POLICY, 0,
				 "nono's own path %s cannot be written into a hook: move it to a plainer one", program);
	}
	nono_buf_printf(&command, " hook %s", job->request->app->name);
	free(job->program);
	free(job->command);
	job->program = copy;
	job->command = nono_buf_take(&command);
	job->entry.command = job->command;
	return job->program && job->command ? 0 : nono_nomem(job->err);
}

/* What is kept of an earlier installation may be lost or unreadable: then settings are all there is to go by. */
static int begin(struct job *job, const struct nono_hook_request *request, struct nono_error *err)
{
	*job = (struct job){.request = request, .settings = {.dir_fd = -1}, .err = err};
	job->has_record = nono_hook_record_read(request->state_dir, request->app, &job->record, NULL) > 0;
	job->entry = (struct nono_hook_entry){.app = request->app,
					      .home = request->home,
					      .event = request->event,
					      .matcher = request->matcher,
					      .recorded = job->has_record ? job->record.command : NULL};
	if (asprintf(&job->path, "%s/%s/%s", request->home, request->app->directory, request->app->settings) < 0) {
		job->path = NULL;
		return nono_nomem(err);
	}
	return set_program(job, choose_program(request));
}

static struct nono_hook_stamp stamp_of(const struct nono_hook_request *r, const char *program,
				       const struct stat *settings)
{
	return (struct nono_hook_stamp){.event = r->event,
					.matcher = r->matcher,
					.self = r->self,
					.home = r->home,
					.program = program,
					.settings = settings};
}

bool nono_hook_is_current(const struct nono_hook_request *request)
{
	const struct nono_hook_stamp stamp = stamp_of(request, NULL, NULL);

	return nono_hook_stamp_read(request->state_dir, request->app, &stamp) != NONO_HOOK_STAMP_OLD;
}

/* All is well, or its problem will have been said: nothing is to be done until what was looked at changes. */
static int write_stamp(const struct job *job, bool well)
{
	const struct nono_hook_request *r = job->request;
	const struct stat *settings = job->was_there ? &job->before : NULL;
	struct nono_hook_stamp stamp;

	if (well && job->settings.exists)
		settings = &job->settings.st;
	stamp = stamp_of(r, well ? job->program : "", settings);
	return nono_hook_stamp_write(r->state_dir, r->app, &stamp, job->err);
}

/* ---- looking ---- */

/* Will the next run meet it again? A full disk is emptied, memory freed. */
static bool is_lasting(const struct nono_error *why)
{
	static const int lasting[] = {EACCES, EPERM, EROFS, ELOOP, ENOENT, ENOTDIR, EISDIR, ENAMETOOLONG};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(lasting); i++)
		if (why->sys_errno == lasting[i])
			return true;
	return why->code != NONO_E_SYSTEM;
}

/* A problem of the settings is reported, not returned; 1 when there is one. */
static int problem(struct job *job, const struct nono_error *why)
{
	job->passing = !is_lasting(why);
	job->report.problem = strdup(why->text);
	return job->report.problem ? 1 : nono_nomem(job->err);
}

/* One that a person gets over by adding the entry where it belongs. */
static int problem_by_hand(struct job *job, const struct nono_error *why)
{
	int rc = problem(job, why);

	if (rc > 0 && job->report.found != NONO_HOOK_PRESENT)
		job->report.element = nono_hook_element(&job->entry);
	return rc;
}

static int kept_by_others(struct job *job)
{
	struct nono_error why = {0};

	(void)nono_fail(&why, NONO_E_POLICY, 0, "%s %s", job->settings.path, job->settings.kept_by);
	return problem_by_hand(job, &why);
}

/* A path in the settings that leads to this program is as good as the one that would be written. */
static int adopt_program(struct job *job, json_t *settings)
{
	_cleanup_(nono_freep) char *program = nono_hook_program(&job->entry, settings);

	return program && same_program(program, job->request->self) ? set_program(job, program) : 0;
}

/* Read the settings and find the entry. 1: they cannot be read. */
static int look(struct job *job)
{
	const struct nono_hook_request *r = job->request;
	_cleanup_(nono_jsonedit_done) struct nono_jsonedit e = {0};
	struct nono_error why = {0};
	int rc;

	nono_settings_done(&job->settings);
	job->was_there = lstat(job->path, &job->before) == 0;
	rc = nono_settings_read(r->home, r->app, &job->settings, &why);
	if (rc == 0)
		rc = nono_jsonedit_init(&e, job->settings.path, job->settings.text, strlen(job->settings.text), &why);
	if (rc == -NONO_E_NOMEM)
		return nono_nomem(job->err);
	if (rc < 0)
		return problem(job, &why);
	rc = adopt_program(job, e.doc.root);
	if (rc == 0)
		job->report.found = nono_hook_find(&job->entry, e.doc.root);
	return rc;
}

static int finish(struct job *job, struct nono_hook_report *ret)
{
	job->report.settings = TAKE(job->path);
	job->report.command = TAKE(job->command);
	*ret = TAKE(job->report);
	return 0;
}

int nono_hook_status(const struct nono_hook_request *request, struct nono_hook_report *ret, struct nono_error *err)
{
	_cleanup_(job_done) struct job job = {.settings = {.dir_fd = -1}};
	const struct nono_hook_stamp stamp = stamp_of(request, NULL, NULL);
	int rc = begin(&job, request, err);

	if (rc == 0)
		rc = look(&job);
	if (rc == 0 && job.settings.kept_by && job.report.found != NONO_HOOK_PRESENT)
		rc = kept_by_others(&job);
	if (rc < 0)
		return rc;
	job.report.off = nono_hook_stamp_read(request->state_dir, request->app, &stamp) == NONO_HOOK_STAMP_OFF;
	return finish(&job, ret);
}

/* ---- putting in ---- */

/* The settings without the hook: the bytes from before where nobody else wrote since. 1: those; 0: taken out of it. */
static int without_hook(struct job *job, char **ret)
{
	const char *text = job->settings.text;
	enum nono_hook_change change;
	int rc = job->has_record ? nono_hook_record_undo(&job->record, text, ret, job->err) : 0;

	if (rc != 0)
		return rc;
	return nono_hook_take(&job->entry, job->settings.path, text, ret, &change, job->err);
}

/* What is kept is written first: should nono die in between, nothing was changed. */
static int keep_record(struct job *job, const char *after)
{
	const struct nono_hook_request *r = job->request;
	_cleanup_(nono_freep) char *before = NULL;
	struct nono_hook_record record = {.command = job->command,
					  .event = (char *)r->event,
					  .matcher = (char *)r->matcher,
					  .existed = job->settings.exists};
	int rc = without_hook(job, &before);

	if (rc < 0)
		return rc;
	/* Undone to the very beginning: the file is as new as it was then. */
	if (rc > 0)
		record.existed = job->record.existed;
	rc = nono_hook_record_difference(&record, before, after, job->err);
	if (rc == 0)
		rc = nono_hook_record_write(r->state_dir, r->app, &record, job->err);
	free(record.removed);
	return rc;
}

/* A directory that cannot be written is a problem of the settings like another. */
static int write_failed(struct job *job, int rc, const struct nono_error *why)
{
	job->report.change = NONO_HOOK_SAME;
	job->report.old_ino = 0;
	if (rc == -NONO_E_SYSTEM)
		return problem_by_hand(job, why);
	return nono_fail(job->err, why->code, 0, "%s", why->text);
}

static int put_once(struct job *job)
{
	_cleanup_(nono_freep) char *text = NULL;
	struct nono_error why = {0};
	int rc = look(job);

	if (rc != 0 || job->report.found == NONO_HOOK_PRESENT)
		return rc;
	rc = nono_hook_put(&job->entry, job->settings.path, job->settings.text, &text, &job->report.change, &why);
	if (rc == -NONO_E_NOMEM)
		return nono_nomem(job->err);
	if (rc < 0 || job->settings.kept_by) {
		job->report.change = NONO_HOOK_SAME;
		return rc < 0 ? problem(job, &why) : kept_by_others(job);
	}
	rc = keep_record(job, text);
	if (rc < 0)
		return rc;
	if (job->settings.exists) {
		job->report.old_dev = job->settings.st.st_dev;
		job->report.old_ino = job->settings.st.st_ino;
	}
	rc = nono_settings_write(&job->settings, text, &why);
	if (rc < 0)
		return write_failed(job, rc, &why);
	job->report.found = NONO_HOOK_PRESENT;
	job->report.new_dev = job->settings.st.st_dev;
	job->report.new_ino = job->settings.st.st_ino;
	return 0;
}

/* As long as somebody else writes the settings at the same time. */
static int repeat(struct job *job, int (*once)(struct job *job))
{
	int rc = -NONO_E_BLOCKED;

	for (int i = 0; i < TRIES && rc == -NONO_E_BLOCKED; i++) {
		nono_hook_report_done(&job->report);
		job->passing = false;
		rc = once(job);
	}
	return rc;
}

int nono_hook_install(const struct nono_hook_request *request, struct nono_hook_report *ret, struct nono_error *err)
{
	_cleanup_(nono_closep) int lock = nono_hook_lock(request->state_dir, err);
	_cleanup_(job_done) struct job job = {.settings = {.dir_fd = -1}};
	int rc = lock < 0 ? lock : begin(&job, request, err);

	/* An update that removes a running program leaves it with a name that leads nowhere. */
	if (rc == 0 && access(job.program, X_OK) < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "nono's own program %s", job.program);
	if (rc == 0)
		rc = repeat(&job, put_once);
	if (rc < 0)
		return rc;
	rc = job.passing ? 0 : write_stamp(&job, rc == 0);
	return rc < 0 ? rc : finish(&job, ret);
}

/* ---- taking out ---- */

static int take_once(struct job *job)
{
	_cleanup_(nono_freep) char *text = NULL;
	bool gone;
	int rc = look(job);

	if (rc != 0)
		return rc;
	rc = without_hook(job, &text);
	if (rc < 0)
		return rc;
	job->report.restored = rc > 0;
	gone = rc > 0 && !job->record.existed;
	if (strcmp(text, job->settings.text) == 0 && !gone)
		return 0;
	if (job->settings.kept_by) {
		job->report.restored = false;
		job->report.found = NONO_HOOK_PRESENT;
		return kept_by_others(job);
	}
	rc = gone ? nono_settings_unlink(&job->settings, job->err)
		  : nono_settings_write(&job->settings, text, job->err);
	if (rc == 0)
		job->report.change = NONO_HOOK_TAKEN;
	return rc;
}

int nono_hook_remove(const struct nono_hook_request *request, struct nono_hook_report *ret, struct nono_error *err)
{
	_cleanup_(nono_closep) int lock = nono_hook_lock(request->state_dir, err);
	_cleanup_(job_done) struct job job = {.settings = {.dir_fd = -1}};
	int rc = lock < 0 ? lock : begin(&job, request, err);

	if (rc == 0)
		rc = repeat(&job, take_once);
	if (rc < 0)
		return rc;
	if (rc == 0)
		nono_hook_record_remove(request->state_dir, request->app);
	job.report.off = true;
	rc = nono_hook_stamp_off(request->state_dir, request->app, err);
	return rc < 0 ? rc : finish(&job, ret);
}
