/* why_process.c - nono why --scope and --command.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/util.h"
#include "cli/why.h"
#include "policy/build.h"
#include "policy/command.h"
#include "policy/path.h"
#include "run/run.h"
#include "sandbox/sandbox.h"

#define SCOPE_ABI 6 /* Landlock's first that has scopes: Linux 6.12 */

/* What a policy says of one scope. */
enum wish { WISH_UNKNOWN, WISH_NO, WISH_YES };

static enum wish wish_signal(const struct nono_capset *set)
{
	return set->signal_mode == NONO_SIGNAL_ALL ? WISH_NO : WISH_YES;
}

static enum wish wish_abstract(const struct nono_capset *set)
{
	return set->ipc_mode == NONO_IPC_FULL ? WISH_NO : WISH_YES;
}

static const struct scope {
	const char *name;
	enum wish (*wish)(const struct nono_capset *set);
	const char *held, *open; /* what it means */
} scopes[] = {
	{"signal", wish_signal, "only processes of the same sandbox can be sent signals",
	 "every process of the same user can be sent signals"},
	{"abstract-unix-socket", wish_abstract, "abstract unix sockets of programs outside cannot be connected to",
	 "abstract unix sockets of programs outside can be connected to"},
};

static const struct scope *find_scope(const char *name)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(scopes); i++)
		if (strcmp(scopes[i].name, name) == 0)
			return &scopes[i];
	return NULL;
}

/* A capability file of an older nono does not say; a policy that is composed here always does. */
static enum wish wish_of(const struct question *q, const struct scope *scope)
{
	bool said = q->set->signal_mode != NONO_SIGNAL_UNSET && q->set->ipc_mode != NONO_IPC_UNSET;

	return q->self && !said ? WISH_UNKNOWN : scope->wish(q->set);
}

static const char *state_of(enum wish wish, bool supported)
{
	if (wish == WISH_UNKNOWN)
		return "unavailable";
	if (wish == WISH_NO)
		return "not_requested";
	return supported ? "enforced" : "unsupported";
}

int why_scope(const struct question *q, struct report *r, struct nono_error *err)
{
	const struct scope *scope = find_scope(q->args->why_scope);
	int abi = nono_sandbox_abi();
	bool supported = abi >= SCOPE_ABI, enforced;
	enum wish wish;

	if (!scope)
		return nono_fail(err, NONO_E_USAGE, 0, "--scope '%s': say signal or abstract-unix-socket",
				 q->args->why_scope);
	wish = wish_of(q, scope);
	enforced = wish == WISH_YES && supported;
	r->yes = enforced;
	report_start(r, "SCOPE", "scope");
	report_add(r, "Scope", "scope", scope->name);
	report_add(r, "State", "state", state_of(wish, supported));
	report_add_bool(r, "Requested", "requested", wish == WISH_YES);
	report_add_bool(r, "Enforced", "enforced", enforced);
	report_add_bool(r, "Supported", "supported", supported);
	if (abi)
		report_add_number(r, "Kernel ABI", "kernel_abi", abi);
	if (wish == WISH_UNKNOWN)
		report_add(r, "Details", "details", "the capability file does not say; an older nono wrote it");
	else if (wish == WISH_YES && !supported)
		report_add(r, "Details", "details", "this kernel cannot hold it: Linux 6.12 (Landlock ABI 6) can");
	else
		report_add(r, "Details", "details", enforced ? scope->held : scope->open);
	return 0;
}

/* ---- commands ---- */

static void report_rule(struct report *r, const struct nono_command_answer *a)
{
	char text[NONO_NAME_BYTES * 3], source[NONO_NAME_BYTES * 2];
	bool manifest = a->rule->source.kind == NONO_SOURCE_MANIFEST;

	(void)snprintf(text, sizeof(text), a->allowed ? "an exception from the rule for '%s'" : "the rule for '%s'",
		       a->name);
	report_add(r, "Rule", "rule", text);
	report_add(r, "Policy", "policy_source", report_source(r, &a->rule->source, source, sizeof(source)));
	(void)snprintf(text, sizeof(text),
		       manifest ? "in the manifest, process.allowed_commands: %s" : "--allow-command %s", a->name);
	if (!a->allowed)
		report_add(r, "Suggested fix", "suggested_flag", text);
}

static const char *command_reason(const struct nono_command_answer *a)
{
	if (!a->rule)
		return "command_not_policy_controlled";
	return a->allowed ? "invocation_policy_allowed" : "command_policy_denied";
}

/* The file that would be run, absolute; NULL where there is none. */
static int find_program(const struct question *q, const char *name, char **ret, struct nono_error *err)
{
	const char *path = nono_environ_get(q->env, "PATH", 4);
	_cleanup_(nono_freep) char *found = NULL;
	struct nono_node node;

	if (nono_run_find_program(name, path, q->cwd, &found, NULL) < 0)
		return 0;
	*ret = found[0] == '/' ? TAKE(found) : nono_path_join(q->cwd, found);
	if (!*ret)
		return nono_nomem(err);
	if (nono_fs_host.stat(&nono_fs_host, *ret, true, &node, NULL) < 0) {
		free(*ret);
		*ret = NULL;
	}
	return 0;
}

int why_command(const struct question *q, struct report *r, struct nono_error *err)
{
	const char *name = q->args->why_command;
	_cleanup_(nono_freep) char *program = NULL;
	_cleanup_(nono_answer_done) struct nono_answer file = {.allowed = true};
	struct nono_command_answer a = {0};
	int rc = *name ? find_program(q, name, &program, err)
		       : nono_fail(err, NONO_E_USAGE, 0, "--command '': an empty name");

	if (rc == 0)
		rc = nono_command_explain(q->set, &nono_fs_host, name, program, &a, err);
	if (rc == 0 && program)
		rc = nono_explain(q->set, &nono_fs_host, program, NONO_OP_EXEC, &file, err);
	if (rc < 0)
		return rc;
	/* What is not blocked by its name may still not be run. */
	if (a.allowed && !file.allowed)
		report_path(r, q, &file, NONO_OP_EXEC);
	else
		report_verdict(r, a.allowed, command_reason(&a));
	report_add(r, "Command", "command", name);
	report_add(r, "Program", "program", program ? program : r->json ? NULL : "not found in PATH");
	if (a.rule)
		report_rule(r, &a);
	report_add(r, "Note", "warning", "only the command that nono itself starts is judged by its name");
	return 0;
}
