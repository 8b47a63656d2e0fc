/* cmd_why.c - nono why: may a command do this, and by which rule?  SPDX-License-Identifier: Apache-2.0 */
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/prctl.h>

#include "base/jsontext.h"
#include "base/quote.h"
#include "base/util.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/output.h"
#include "cli/selfset.h"
#include "policy/build.h"
#include "policy/explain.h"
#include "policy/path.h"

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

/* One answer, for people and for programs. */
struct report {
	bool allowed, json;
	struct nono_buf out;
};

static void start(struct report *r, const char *reason)
{
	if (!r->json) {
		output_text(&r->out, stdout, r->allowed ? OUTPUT_GOOD : OUTPUT_ERROR,
			    r->allowed ? "ALLOWED" : "DENIED");
		nono_buf_printf(&r->out, "\n  Reason: %s\n", reason);
		return;
	}
	nono_buf_puts(&r->out, "{");
	nono_json_member(&r->out, "status", r->allowed ? "allowed" : "denied");
	nono_json_member(&r->out, "reason", reason);
}

static void add(struct report *r, const char *label, const char *key, const char *value)
{
	if (!value || !*value)
		return;
	if (r->json) {
		nono_json_member(&r->out, key, value);
		return;
	}
	nono_buf_printf(&r->out, "  %s: ", label);
	nono_quote_text(&r->out, value);
	nono_buf_puts(&r->out, "\n");
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

/* For people "group NAME"; for programs "group:NAME", "system", "profile", "user", as they know them. */
static const char *source_word(const struct report *r, const struct nono_source *source, char *room, size_t size)
{
	if (!r->json)
		return nono_source_text(source, room, size);
	if (source->kind == NONO_SOURCE_GROUP)
		return nono_source_word(source, room, size);
	return nono_source_words[source->kind];
}

static void add_grant(struct report *r, const struct nono_grant *g)
{
	char source[NONO_NAME_BYTES * 2];

	add(r, "Granted by", "granted_path", g->node.real);
	add(r, "Access", "access", nono_access_word(g->access));
	add(r, "Source", "source", source_word(r, &g->source, source, sizeof(source)));
}

static void add_denial(struct report *r, const struct nono_answer *a, enum nono_op op)
{
	_cleanup_(nono_freep) char *flag = nono_answer_flag(a, op);
	char source[NONO_NAME_BYTES * 2];

	r->out.failed |= !flag;
	if (a->deny) {
		add(r, "Rule", "details", a->deny->written);
		add(r, "Policy", "policy_source", source_word(r, &a->deny->source, source, sizeof(source)));
	} else if (a->grant) {
		add(r, "Closest match", "matching_path", a->grant->node.real);
		add(r, "Access", "matching_access", nono_access_word(a->grant->access));
	}
	if (a->deny && a->deny->permanent)
		add(r, "Suggested fix", "suggested_flag", "none: this is nono's own");
	else if (!r->json && flag && !*flag)
		add(r, "Suggested fix", NULL, "none: denied paths lie in what would have to be granted");
	else
		add(r, nono_answer_make_first(a) ? "Suggested fix, once it exists" : "Suggested fix", "suggested_flag",
		    flag);
}

static int why_path(const struct nono_capset *set, const struct arguments *args, const char *path,
		    struct nono_error *err)
{
	_cleanup_(nono_answer_done) struct nono_answer a = {0};
	struct report r = {.json = args->json};
	enum nono_op op = NONO_OP_READ;
	int rc = find_op(args->why_op, &op, err);

	if (rc == 0)
		rc = nono_explain(set, &nono_fs_host, path, op, &a, err);
	if (rc < 0)
		return rc;
	r.allowed = a.allowed;
	start(&r, nono_reason_word(a.reason));
	add(&r, "Path", "path", a.real);
	if (!a.allowed)
		add_denial(&r, &a, op);
	else if (a.grant)
		add_grant(&r, a.grant);
	return finish(&r, err);
}

static bool port_listed(const struct nono_ports *ports, unsigned int port)
{
	for (size_t i = 0; i < ports->len; i++)
		if (port >= ports->items[i].lo && port <= ports->items[i].hi)
			return true;
	return false;
}

static int why_host(const struct nono_capset *set, const struct arguments *args, struct nono_error *err)
{
	struct report r = {.json = args->json};
	const char *text = args->why_port ? args->why_port : "443";
	char *end;
	unsigned long port;

	errno = 0;
	port = strtoul(text, &end, 10);
	if (errno || *end || port < 1 || port > UINT16_MAX)
		return nono_fail(err, NONO_E_USAGE, 0, "--port '%s': a port is a number from 1 to 65535", text);
	if (set->network.connect.len)
		r.allowed = port_listed(&set->network.connect, (unsigned int)port);
	else
		r.allowed = !set->network.block;
	start(&r, r.allowed ? "network_allowed" : "network_blocked");
	add(&r, "Host", "host", args->why_host);
	if (!r.allowed)
		add(&r, "Suggested fix", "suggested_flag",
		    set->network.connect.len ? "--allow-connect-port PORT" : "--allow-net");
	return finish(&r, err);
}

static int answer(const struct nono_capset *set, const struct arguments *args, const char *cwd, struct nono_error *err)
{
	_cleanup_(nono_freep) char *path = NULL;

	if (args->why_host)
		return why_host(set, args, err);
	if (!args->why_path)
		return nono_fail(err, NONO_E_NOTFOUND, 0, "what is the question? Name --path PATH or --host HOST");
	if (!*args->why_path)
		return nono_fail(err, NONO_E_USAGE, 0, "--path '': an empty path");
	if (args->why_path[0] != '/' && !cwd)
		return nono_fail(err, NONO_E_SYSTEM, 0, "--path %s: the current directory's name is not to be had",
				 args->why_path);
	path = args->why_path[0] == '/' ? strdup(args->why_path) : nono_path_join(cwd, args->why_path);
	return path ? why_path(set, args, path, err) : nono_nomem(err);
}

/* Every sandbox of nono's sets both; one that is inside another has no place to leave its rules in. */
static bool is_confined(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == SECCOMP_MODE_FILTER;
}

static int say_not_sandboxed(bool json, struct nono_error *err)
{
	if (is_confined())
		return nono_fail(
			err, NONO_E_NOTFOUND, 0,
			"NONO_CAP_FILE is not set, and yet this process is confined: its rules were not written "
			"down (a sandbox in another one, or a home that cannot be written)");
	(void)fputs(json ? "{\"status\":\"not_sandboxed\",\"message\":\"NONO_CAP_FILE is not set\"}\n"
			 : "NOT SANDBOXED\n  Reason: NONO_CAP_FILE is not set\n",
		    stdout);
	return 0;
}

/* The set that nono left for those inside. */
static int why_self(const struct arguments *args, char *const *env, struct nono_error *err)
{
	_cleanup_(nono_capset_done) struct nono_capset set = {0};
	_cleanup_(nono_freep) char *cwd = getcwd(NULL, 0);
	int rc = selfset_read(env, &set, err);

	if (rc < 0)
		return rc;
	return rc ? answer(&set, args, cwd ? cwd : "/", err) : say_not_sandboxed(args->json, err);
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
		rc = nono_capset_seal(&ctx.compose, &ctx.set, err);
	if (rc == 0)
		rc = answer(&ctx.set, args, ctx.cwd, err);
	context_done(&ctx);
	return rc;
}
