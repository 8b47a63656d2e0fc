/* diagnostics.c - how a run went, for programs.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/diagnostics.h"

#include <stdio.h>

#include "base/jsontext.h"
#include "base/util.h"
#include "cli/remedy.h"
#include "policy/path.h"
#include "run/report.h"

/* By enum nono_error_code: a run that did not start. */
static const char *const failure_codes[] = {
	[NONO_E_NONE] = "other",
	[NONO_E_SYSTEM] = "io_error",
	[NONO_E_NOMEM] = "other",
	[NONO_E_LIMIT] = "configuration_error",
	[NONO_E_PARSE] = "configuration_error",
	[NONO_E_POLICY] = "configuration_error",
	[NONO_E_NOTFOUND] = "configuration_error",
	[NONO_E_USAGE] = "configuration_error",
	[NONO_E_UNSUPPORTED] = "unsupported_platform_feature",
	[NONO_E_BLOCKED] = "configuration_error",
};

/* The start of an entry of diagnostics; the caller closes it. */
static void begin_entry(struct nono_buf *out, const char *code, const char *severity, const char *message,
			const char *hint)
{
	nono_buf_puts(out, out->data[out->len - 1] == '[' ? "{" : ",{");
	nono_json_member(out, "code", code);
	nono_json_member(out, "severity", severity);
	nono_json_member(out, "message", message);
	nono_json_member(out, "hint", hint && *hint ? hint : NULL);
}

static void add_remediation(struct nono_buf *out, const struct nono_refusal *r, bool allow_cwd)
{
	_cleanup_(nono_buf_done) struct nono_buf text = {0};

	if (allow_cwd)
		nono_buf_puts(&text, "{\"kind\":\"allow_cwd\"}");
	else
		nono_report_remediation(&text, r);
	out->failed |= text.failed;
	if (!text.len)
		return;
	nono_json_key(out, "remediation");
	nono_buf_puts(out, text.data);
}

/* Is this about the working directory, which was not shared? Then one flag is the answer. */
static bool is_about_workdir(const struct context *ctx, const struct nono_refusal *r)
{
	return ctx->workdir_withheld && !r->answer.deny && nono_path_is_within(r->answer.real, ctx->workdir_withheld);
}

static void add_refusal(struct nono_buf *out, const struct context *ctx, const struct outcome *outcome,
			const struct nono_refusal *r)
{
	_cleanup_(nono_freep) char *message = nono_report_message(r);
	_cleanup_(nono_freep) char *hint = remedy_text(ctx->args, &r->answer, r->op);
	bool workdir = is_about_workdir(ctx, r);
	const char *code = workdir ? "cwd_access_required" : "sandbox_denied_path";

	begin_entry(out, r->likely && !workdir ? "command_failed_likely_sandbox" : code,
		    r->likely ? "warning" : "error", message ? message : "", workdir ? "--allow-cwd" : hint);
	add_remediation(out, r, workdir);
	nono_json_member(out, "path", r->answer.real);
	nono_json_member(out, "access", nono_report_access(r->op));
	if (outcome->started && !r->likely) {
		nono_json_key(out, "detail");
		nono_buf_puts(out, "{\"kind\":\"stderr_observation\",\"observation_kind\":\"likely_sandbox_path\"}");
	}
	nono_buf_puts(out, "}");
}

static void add_host(struct nono_buf *out, const struct context *ctx, const struct nono_target *host)
{
	char text[NONO_HOST_BYTES + 64], hint[64] = "--allow-net";

	if (ctx->set.network.connect.len)
		(void)snprintf(hint, sizeof(hint), "--allow-connect-port %u", host->port);
	begin_entry(out, "sandbox_denied_network", "warning", nono_report_host(host, text, sizeof(text)),
		    ctx->args->config ? NULL : hint);
	nono_buf_puts(out, ",\"remediation\":{\"kind\":\"grant_network\"}}");
}

/* A command that failed, and nothing was found that explains it. */
static void add_unexplained(struct nono_buf *out, const struct outcome *outcome)
{
	char text[128];

	if (outcome->term_signal) {
		(void)snprintf(text, sizeof(text), "the command was ended by signal %d", outcome->term_signal);
		begin_entry(out, "other", "info", text, NULL);
	} else if (outcome->observed) {
		begin_entry(out, "command_failed_application", "info",
			    "nothing that the policy refuses was found in what the command was given or what it said",
			    NULL);
	} else {
		begin_entry(out, "other", "info",
			    "nothing that the policy refuses was found in what the command was given; what it said "
			    "was not looked at",
			    NULL);
	}
	nono_buf_puts(out, "}");
}

static void add_failure(struct nono_buf *out, const struct outcome *outcome)
{
	const struct nono_error *failure = outcome->failure;
	const char *code = failure_codes[failure->code];

	if (outcome->exit_code == 127)
		code = "command_not_found";
	else if (outcome->needs_workdir)
		code = "cwd_access_required";
	begin_entry(out, code, "error", failure->text, NULL);
	if (outcome->needs_workdir)
		nono_buf_puts(out, ",\"remediation\":{\"kind\":\"allow_cwd\"}");
	nono_buf_puts(out, "}");
}

/* The two that every report ends with. */
static void add_fixed(struct nono_buf *out)
{
	begin_entry(out, "other", "info", "to see everything that is granted, run it with --dry-run -v",
		    "nono run --dry-run -v");
	nono_buf_puts(out, ",\"remediation\":{\"kind\":\"run_discovery\"}}");
	begin_entry(out, "other", "info", "to ask about one path, say which", "nono why --path PATH");
	nono_buf_puts(out, ",\"remediation\":{\"kind\":\"check_policy\"}}");
}

static void add_diagnostics(struct nono_buf *out, const struct context *ctx, const struct outcome *outcome)
{
	const struct nono_refusals *refused = &outcome->refused;
	char text[64];

	if (outcome->failure)
		add_failure(out, outcome);
	for (size_t i = 0; i < refused->len; i++)
		add_refusal(out, ctx, outcome, &refused->items[i]);
	if (refused->more) {
		(void)snprintf(text, sizeof(text), "%zu more operations are refused", refused->more);
		begin_entry(out, "other", "info", text, NULL);
		nono_buf_puts(out, "}");
	}
	for (size_t i = 0; i < refused->host_count; i++)
		add_host(out, ctx, &refused->hosts[i]);
	if (outcome->started && outcome->exit_code && !refused->len && !refused->host_count)
		add_unexplained(out, outcome);
	add_fixed(out);
}

void diagnostics_print(const struct context *ctx, const struct outcome *outcome)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0}, pretty = {0};

	nono_buf_printf(&out, "{\"session\":{\"exit_code\":%d,\"denials\":[", outcome->exit_code);
	nono_report_denials(&out, &outcome->refused);
	/* Local sockets and macOS have their places; nothing reports about them yet. */
	nono_buf_puts(&out, "],\"ipc_denials\":[],\"violations\":[],\"diagnostics\":[");
	if (!out.failed)
		add_diagnostics(&out, ctx, outcome);
	nono_buf_puts(&out, "]}}");
	if (!out.failed)
		nono_json_pretty(&pretty, out.data);
	(void)fputs(pretty.failed || out.failed ? "{}\n" : pretty.data, stderr);
}
