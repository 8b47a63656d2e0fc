/* report.c - what happened in a run, for programs.  SPDX-License-Identifier: Apache-2.0 */
#include "run/report.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/jsontext.h"
#include "base/util.h"
#include "policy/build.h"

#define EXIT_NOT_FOUND 127

/* One entry of diagnostics. Texts are borrowed; what is NULL is left out. */
struct diagnostic {
	const char *code, *severity, *message, *hint;
	const char *remediation; /* JSON text */
	const char *path, *access;
	const char *detail; /* JSON text */
};

static void add_raw(struct nono_buf *out, const char *key, const char *json)
{
	if (!json)
		return;
	nono_json_key(out, key);
	nono_buf_puts(out, json);
}

static void add_diagnostic(struct nono_buf *out, const struct diagnostic *d)
{
	nono_buf_puts(out, out->len && out->data[out->len - 1] == '}' ? ",{" : "{");
	nono_json_member(out, "code", d->code);
	nono_json_member(out, "severity", d->severity);
	nono_json_member(out, "message", d->message);
	nono_json_member(out, "hint", d->hint);
	add_raw(out, "remediation", d->remediation);
	nono_json_member(out, "path", d->path);
	nono_json_member(out, "access", d->access);
	add_raw(out, "detail", d->detail);
	nono_buf_puts(out, "}");
}

/* ---- what was refused ---- */

const char *nono_report_access(enum nono_op op)
{
	static const char *const words[] = {
		[NONO_OP_READ] = "Read",    [NONO_OP_WRITE] = "Write",	[NONO_OP_READWRITE] = "ReadWrite",
		[NONO_OP_CREATE] = "Write", [NONO_OP_UNLINK] = "Write", [NONO_OP_EXEC] = "Read",
	};

	return words[op];
}

static const char *reason_of(const struct nono_answer *a)
{
	return a->reason == NONO_REASON_INSUFFICIENT_ACCESS ? "InsufficientAccess" : "PolicyBlocked";
}

static void add_grant_path(struct nono_buf *out, const char *path, const char *access, bool is_file)
{
	nono_buf_puts(out, "{");
	nono_json_member(out, "kind", "grant_path");
	nono_json_member(out, "path", path);
	nono_json_member(out, "access", access);
	nono_buf_puts(out, is_file ? ",\"is_file\":true}" : ",\"is_file\":false}");
}

static void add_detail(struct nono_buf *out, const char *kind, const char *key, const char *value)
{
	nono_buf_puts(out, "{");
	nono_json_member(out, "kind", kind);
	nono_json_member(out, key, value);
	nono_buf_puts(out, "}");
}

struct texts {
	struct nono_buf message, remediation, detail;
};

static void texts_done(struct texts *t)
{
	nono_buf_done(&t->message);
	nono_buf_done(&t->remediation);
	nono_buf_done(&t->detail);
}

/* A text that found no memory must not come out as if it had been left out on purpose. */
static void add_with(struct nono_buf *out, struct diagnostic *d, const struct texts *t)
{
	out->failed |= t->message.failed || t->remediation.failed || t->detail.failed;
	d->message = t->message.data;
	d->remediation = t->remediation.data;
	d->detail = t->detail.data;
	if (!out->failed)
		add_diagnostic(out, d);
}

void nono_report_remediation(struct nono_buf *out, const struct nono_refusal *refusal)
{
	static const char *const words[] = {"", "Read", "Write", "ReadWrite"};
	_cleanup_(nono_remedy_done) struct nono_remedy remedy = {0};

	if (nono_answer_remedy(&refusal->answer, refusal->op, &remedy, NULL) < 0)
		out->failed = true;
	else if (remedy.path)
		add_grant_path(out, remedy.path, words[remedy.access], remedy.is_file);
}

char *nono_report_message(const struct nono_refusal *refusal)
{
	static const char *const doing[] = {
		[NONO_OP_READ] = "reading",  [NONO_OP_WRITE] = "writing",   [NONO_OP_READWRITE] = "reading and writing",
		[NONO_OP_CREATE] = "making", [NONO_OP_UNLINK] = "removing", [NONO_OP_EXEC] = "running",
	};
	_cleanup_(nono_buf_done) struct nono_buf text = {0};
	char source[NONO_NAME_BYTES * 2];

	nono_buf_printf(&text, "%s %s is refused: ", doing[refusal->op], refusal->answer.real);
	if (refusal->answer.deny)
		nono_buf_printf(&text, "denied by %s",
				nono_source_text(&refusal->answer.deny->source, source, sizeof(source)));
	else
		nono_buf_puts(&text, refusal->answer.grant ? "what is granted there does not suffice" : "not granted");
	if (refusal->likely)
		nono_buf_puts(&text, "; the command was given this path, which may be why it failed");
	return nono_buf_take(&text);
}

/* A word of the command line that names something refused is a guess: nothing tells that it was tried. */
static void add_refusal(struct nono_buf *out, const struct nono_refusal *f)
{
	_cleanup_(texts_done) struct texts t = {0};
	_cleanup_(nono_freep) char *flag = nono_answer_flag(&f->answer, f->op);
	_cleanup_(nono_freep) char *message = nono_report_message(f);
	struct diagnostic d = {.code = f->likely ? "command_failed_likely_sandbox" : "sandbox_denied_path",
			       .severity = f->likely ? "warning" : "error",
			       .path = f->answer.real,
			       .access = nono_report_access(f->op)};

	out->failed |= !flag || !message;
	if (out->failed)
		return;
	d.hint = *flag ? flag : NULL;
	nono_buf_puts(&t.message, message);
	nono_report_remediation(&t.remediation, f);
	if (!f->likely)
		add_detail(&t.detail, "stderr_observation", "observation_kind", "likely_sandbox_path");
	add_with(out, &d, &t);
}

static void add_more(struct nono_buf *out, size_t more)
{
	char text[64];
	const struct diagnostic d = {.code = "other", .severity = "info", .message = text};

	(void)snprintf(text, sizeof(text), "%zu more operations are refused", more);
	if (more)
		add_diagnostic(out, &d);
}

const char *nono_report_host(const struct nono_target *host, char *room, size_t size)
{
	(void)snprintf(room, size, "connecting to %s port %u is refused", host->host, host->port);
	return room;
}

static void add_host(struct nono_buf *out, const struct nono_target *host)
{
	char text[NONO_HOST_BYTES + 64];
	const struct diagnostic d = {.code = "sandbox_denied_network",
				     .severity = "warning",
				     .message = nono_report_host(host, text, sizeof(text)),
				     .remediation = "{\"kind\":\"grant_network\"}"};

	add_diagnostic(out, &d);
}

static bool is_directory(const char *path)
{
	struct nono_node node;

	return path[0] == '/' && nono_fs_host.stat(&nono_fs_host, path, true, &node, NULL) == 0 && S_ISDIR(node.mode);
}

static const char *text_of(const json_t *record, const char *key)
{
	return json_string_value(json_object_get(record, key));
}

static void add_denial(struct nono_buf *out, const json_t *record)
{
	_cleanup_(texts_done) struct texts t = {0};
	const char *path = text_of(record, "path"), *access = text_of(record, "access");
	struct diagnostic d = {.code = "sandbox_denied_path", .severity = "error", .path = path, .access = access};

	nono_buf_printf(&t.message, "The sandbox refused %s access to %s",
			strcmp(access, "Read") == 0    ? "read"
			: strcmp(access, "Write") == 0 ? "write"
						       : "read and write",
			path);
	add_grant_path(&t.remediation, path, access, !is_directory(path));
	add_detail(&t.detail, "supervised_denial", "reason", text_of(record, "reason"));
	add_with(out, &d, &t);
}

static void add_ipc_denial(struct nono_buf *out, const json_t *record)
{
	_cleanup_(texts_done) struct texts t = {0};
	const char *target = text_of(record, "target"), *operation = text_of(record, "operation");
	struct diagnostic d = {.code = "sandbox_denied_unix_socket",
			       .severity = "error",
			       .hint = text_of(record, "suggested_flag"),
			       .path = target[0] == '/' ? target : NULL};

	nono_buf_printf(&t.message, "The sandbox refused %s of %s", operation, target);
	if (d.path) {
		nono_buf_puts(&t.remediation, "{\"kind\":\"grant_unix_socket\"");
		nono_json_member(&t.remediation, "path", target);
		nono_buf_printf(&t.remediation, ",\"bind\":%s}", strcmp(operation, "bind") == 0 ? "true" : "false");
	}
	nono_buf_puts(&t.detail, "{\"kind\":\"ipc_denial\"");
	nono_json_member(&t.detail, "operation", operation);
	nono_json_member(&t.detail, "target", target);
	nono_json_member(&t.detail, "ipc_reason", text_of(record, "reason"));
	nono_buf_puts(&t.detail, "}");
	add_with(out, &d, &t);
}

static void add_violation(struct nono_buf *out, const json_t *record)
{
	_cleanup_(texts_done) struct texts t = {0};
	const char *target = text_of(record, "target"), *operation = text_of(record, "operation");
	bool network = nono_has_prefix(operation, "network"), file = nono_has_prefix(operation, "file-");
	bool writes = nono_has_prefix(operation, "file-write");
	struct diagnostic d = {.severity = "error", .code = "other"};

	if (network)
		d.code = "sandbox_denied_network";
	else if (file)
		d = (struct diagnostic){.severity = "error",
					.code = "sandbox_denied_path",
					.path = target,
					.access = writes ? "Write" : "Read"};
	nono_buf_printf(&t.message, "The sandbox refused %s of %s", operation, target);
	if (network)
		nono_buf_puts(&t.remediation, "{\"kind\":\"grant_network\"}");
	else if (file)
		add_grant_path(&t.remediation, target, d.access, !is_directory(target));
	nono_buf_puts(&t.detail, "{\"kind\":\"seatbelt_violation\"");
	nono_json_member(&t.detail, "operation", operation);
	nono_json_member(&t.detail, "target", target);
	nono_buf_puts(&t.detail, "}");
	add_with(out, &d, &t);
}

/* ---- the whole ---- */

static size_t count_refused(const struct nono_report *r)
{
	return json_array_size(r->denials) + json_array_size(r->ipc_denials) + json_array_size(r->violations) +
	       (r->refusals ? r->refusals->len + r->refusals->host_count : 0);
}

static void add_exit(struct nono_buf *out, const struct nono_report *r)
{
	size_t refused = count_refused(r);
	char text[64];
	struct diagnostic d = {.severity = "info",
			       .code = "command_failed_application",
			       .message = "The command failed, and nothing that the sandbox refused is known"};

	if (r->exit_code == 0)
		return;
	if (r->term_signal) {
		(void)snprintf(text, sizeof(text), "The command was ended by signal %d", r->term_signal);
		d = (struct diagnostic){.severity = "info", .code = "other", .message = text};
	} else if (refused) {
		d = (struct diagnostic){.severity = "warning",
					.code = "command_failed_likely_sandbox",
					.message = "The command failed, probably because of what the sandbox refused"};
	} else if (r->exit_code == EXIT_NOT_FOUND) {
		d = (struct diagnostic){.severity = "error",
					.code = "command_not_found",
					.message = "The command, or one that it started, was not found"};
	} else if (r->unobserved) {
		d.code = "other";
		d.message = "The command failed, and what it said was not looked at: whether the sandbox refused "
			    "something is not known";
	}
	add_diagnostic(out, &d);
}

/* Each report ends with these. */
static void add_advice(struct nono_buf *out)
{
	static const struct diagnostic advice[] = {
		{.code = "other",
		 .severity = "info",
		 .message = "To see what a run may do, look at the summary of its capability set",
		 .remediation = "{\"kind\":\"run_discovery\"}"},
		{.code = "other",
		 .severity = "info",
		 .message = "To see which rule answers for a path, ask for an explanation of the path",
		 .remediation = "{\"kind\":\"check_policy\"}"},
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(advice); i++)
		add_diagnostic(out, &advice[i]);
}

static void add_diagnostics(struct nono_buf *out, const struct nono_report *r)
{
	size_t i;
	json_t *record;

	nono_json_key(out, "diagnostics");
	nono_buf_puts(out, "[");
	add_exit(out, r);
	for (i = 0; r->refusals && i < r->refusals->len; i++)
		add_refusal(out, &r->refusals->items[i]);
	if (r->refusals)
		add_more(out, r->refusals->more);
	for (i = 0; r->refusals && i < r->refusals->host_count; i++)
		add_host(out, &r->refusals->hosts[i]);
	json_array_foreach (r->denials, i, record)
		add_denial(out, record);
	json_array_foreach (r->ipc_denials, i, record)
		add_ipc_denial(out, record);
	json_array_foreach (r->violations, i, record)
		add_violation(out, record);
	add_advice(out);
	nono_buf_puts(out, "]");
}

static void add_refused(struct nono_buf *out, const struct nono_refusal *f)
{
	nono_buf_puts(out, out->data[out->len - 1] == '[' ? "{" : ",{");
	nono_json_member(out, "path", f->answer.real);
	nono_json_member(out, "access", nono_report_access(f->op));
	nono_json_member(out, "reason", reason_of(&f->answer));
	nono_buf_puts(out, "}");
}

void nono_report_denials(struct nono_buf *out, const struct nono_refusals *refusals)
{
	for (size_t i = 0; i < refusals->len && !out->failed; i++)
		if (!refusals->items[i].likely)
			add_refused(out, &refusals->items[i]);
}

static void add_records(struct nono_buf *out, const json_t *list)
{
	size_t i;
	json_t *record;

	json_array_foreach (list, i, record) {
		_cleanup_(nono_freep) char *text = json_dumps(record, JSON_COMPACT);

		out->failed |= !text;
		if (out->failed)
			return;
		nono_buf_puts(out, out->data[out->len - 1] == '[' ? "" : ",");
		nono_buf_puts(out, text);
	}
}

char *nono_report_text(const struct nono_report *r)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};

	nono_buf_printf(&out, "{\"exit_code\":%d,\"denials\":[", r->exit_code);
	if (r->refusals)
		nono_report_denials(&out, r->refusals);
	add_records(&out, r->denials);
	nono_buf_puts(&out, "],\"ipc_denials\":[");
	add_records(&out, r->ipc_denials);
	nono_buf_puts(&out, "],\"violations\":[");
	add_records(&out, r->violations);
	nono_buf_puts(&out, "]");
	add_diagnostics(&out, r);
	nono_buf_puts(&out, "}");
	return nono_buf_take(&out);
}

void nono_report_done(struct nono_report *report)
{
	if (!report)
		return;
	json_decref(report->denials);
	json_decref(report->ipc_denials);
	json_decref(report->violations);
	*report = (struct nono_report){0};
}
