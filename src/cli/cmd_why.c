/* cmd_why.c - nono why: may a command do this, and by which rule?  SPDX-License-Identifier: Apache-2.0 */
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/prctl.h>

#include "base/jsontext.h"
#include "base/util.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/output.h"
#include "cli/selfset.h"
#include "cli/why.h"
#include "policy/explain.h"
#include "policy/path.h"

#define EXIT_DENIED 3 /* with --check */

static const struct {
	const char *word;
	enum nono_op op;
} op_words[] = {
	{"read", NONO_OP_READ},	    {"write", NONO_OP_WRITE},	{"readwrite", NONO_OP_READWRITE},
	{"create", NONO_OP_CREATE}, {"unlink", NONO_OP_UNLINK}, {"exec", NONO_OP_EXEC},
};

static int find_op(const char *word, enum nono_op *ret, struct nono_error *err)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(op_words); i++)
		if (!word || strcmp(op_words[i].word, word) == 0) {
			*ret = op_words[i].op;
			return 0;
		}
	return nono_fail(err, NONO_E_USAGE, 0, "--op '%s': say read, write, readwrite, create, unlink or exec", word);
}

int why_path(const struct question *q, struct report *r, struct nono_error *err)
{
	const char *path = q->args->why_path;
	_cleanup_(nono_freep) char *whole = path[0] == '/' ? strdup(path) : nono_path_join(q->cwd, path);
	_cleanup_(nono_answer_done) struct nono_answer a = {0};
	enum nono_op op = NONO_OP_READ;
	int rc = whole ? find_op(q->args->why_op, &op, err) : nono_nomem(err);

	if (rc == 0 && !*path)
		rc = nono_fail(err, NONO_E_USAGE, 0, "--path '': an empty path");
	if (rc == 0)
		rc = nono_explain(q->set, &nono_fs_host, whole, op, &a, err);
	a.exact = true;
	if (rc == 0)
		report_path(r, q, &a, op);
	return rc;
}

/* Of several questions the first of these. */
static int ask(const struct question *q, struct report *r, struct nono_error *err)
{
	if (q->args->why_command)
		return why_command(q, r, err);
	if (q->args->why_path)
		return why_path(q, r, err);
	if (q->args->why_host)
		return why_host(q, r, err);
	if (q->args->why_scope)
		return why_scope(q, r, err);
	return nono_fail(err, NONO_E_NOTFOUND, 0,
			 "what is the question? Name --path PATH, --host HOST, --command NAME or --scope SCOPE");
}

static int finish(struct report *r, struct nono_error *err)
{
	_cleanup_(nono_freep) char *text = NULL;

	if (r->json)
		nono_buf_puts(&r->out, "}\n");
	text = nono_buf_take(&r->out);
	if (!text)
		return nono_nomem(err);
	(void)fputs(text, stdout); /* main looks whether it got there */
	return 0;
}

/* Prints the answer; the exit code, or a negative error code. */
static int answer(const struct question *q, struct nono_error *err)
{
	struct report r = {.json = q->args->json};
	int rc = ask(q, &r, err);

	if (rc == 0)
		rc = finish(&r, err);
	nono_buf_done(&r.out);
	if (rc < 0)
		return rc;
	return q->args->why_check && !r.yes ? EXIT_DENIED : 0;
}

/* Every sandbox of nono's sets both; one that is inside another has no place to leave its rules in. */
static bool is_confined(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == SECCOMP_MODE_FILTER;
}

/* Nothing is denied here, so --check succeeds. */
static int not_sandboxed(const struct arguments *args, struct nono_error *err)
{
	struct report r = {.json = args->json};
	int rc;

	if (is_confined())
		return nono_fail(
			err, NONO_E_NOTFOUND, 0,
			"NONO_CAP_FILE is not set, and yet this process is confined: its rules were not written "
			"down (a sandbox in another one, or a home that cannot be written)");
	report_start(&r, "NOT SANDBOXED", "not_sandboxed");
	report_add(&r, "Reason", "message", "NONO_CAP_FILE is not set");
	rc = finish(&r, err);
	nono_buf_done(&r.out);
	return rc;
}

/* The set that nono left for those inside. */
static int why_self(const struct arguments *args, char *const *env, struct nono_error *err)
{
	_cleanup_(nono_capset_done) struct nono_capset set = {0};
	_cleanup_(nono_freep) char *cwd = getcwd(NULL, 0);
	struct question q = {.args = args, .set = &set, .cwd = cwd ? cwd : "/", .env = env, .self = true};
	int rc = selfset_read(env, &set, err);

	if (rc < 0)
		return rc;
	return rc ? answer(&q, err) : not_sandboxed(args, err);
}

int cmd_why(struct arguments *args, char *const *env, struct nono_error *err)
{
	struct context ctx = {0};
	int rc;

	if (args->why_self)
		return why_self(args, env, err);
	rc = context_init(&ctx, args, env, false, err);
	/* What a run would share of the working directory without asking. */
	if (rc == 0 && args->allow_cwd)
		rc = nono_compose_workdir(&ctx.compose, &ctx.set, nono_workdir_access(ctx.compose.profile),
					  "--allow-cwd", err);
	if (rc == 0)
		rc = context_settle(&ctx, err);
	if (rc == 0) {
		const struct question q = {
			.args = args, .set = &ctx.set, .vars = &ctx.vars, .cwd = ctx.cwd, .env = env};

		rc = answer(&q, err);
	}
	context_done(&ctx);
	return rc;
}
