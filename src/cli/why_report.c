/* why_report.c - how nono why says what it found.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/jsontext.h"
#include "base/quote.h"
#include "base/util.h"
#include "cli/output.h"
#include "cli/remedy.h"
#include "cli/why.h"
#include "policy/build.h"

void report_start(struct report *r, const char *heading, const char *status)
{
	if (!r->json) {
		output_text(&r->out, stdout, r->yes ? OUTPUT_GOOD : OUTPUT_ERROR, heading);
		nono_buf_puts(&r->out, "\n");
		return;
	}
	nono_buf_puts(&r->out, "{");
	nono_json_member(&r->out, "status", status);
}

void report_verdict(struct report *r, bool allowed, const char *reason)
{
	r->yes = allowed;
	report_start(r, allowed ? "ALLOWED" : "DENIED", allowed ? "allowed" : "denied");
	report_add(r, "Reason", "reason", reason);
}

static void add_line(struct report *r, const char *label, const char *value)
{
	nono_buf_printf(&r->out, "  %s: ", label);
	nono_quote_text(&r->out, value);
	nono_buf_puts(&r->out, "\n");
}

void report_add(struct report *r, const char *label, const char *key, const char *value)
{
	if (!value || !*value)
		return;
	if (r->json)
		nono_json_member(&r->out, key, value);
	else
		add_line(r, label, value);
}

void report_add_bool(struct report *r, const char *label, const char *key, bool value)
{
	if (!r->json) {
		add_line(r, label, value ? "yes" : "no");
		return;
	}
	nono_json_key(&r->out, key);
	nono_buf_puts(&r->out, value ? "true" : "false");
}

void report_add_number(struct report *r, const char *label, const char *key, long value)
{
	if (r->json)
		nono_json_key(&r->out, key);
	else
		nono_buf_printf(&r->out, "  %s: ", label);
	nono_buf_printf(&r->out, r->json ? "%ld" : "%ld\n", value);
}

const char *report_source(const struct report *r, const struct nono_source *source, char *room, size_t size)
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

	report_add(r, "Granted by", "granted_path", g->node.real);
	report_add(r, "Access", "access", nono_access_word(g->access));
	report_add(r, "Source", "source", report_source(r, &g->source, source, sizeof(source)));
}

/* Several grants that allow together what none allows alone. */
static void add_union(struct report *r, const struct nono_answer *a)
{
	_cleanup_(nono_buf_done) struct nono_buf sources = {0};
	char source[NONO_NAME_BYTES * 2];

	if (a->part_count)
		report_add(r, NULL, "granted_path", r->json ? a->parts[0]->node.real : NULL);
	for (size_t i = 0; i < a->part_count; i++) {
		const struct nono_grant *g = a->parts[i];
		const char *text = report_source(r, &g->source, source, sizeof(source));

		nono_buf_printf(&sources, "%s%s", i ? " + " : "", text);
		if (r->json)
			continue;
		report_add(r, "Granted by", NULL, g->node.real);
		report_add(r, "Access", NULL, nono_access_word(g->access));
		report_add(r, "Source", NULL, text);
	}
	if (!r->json)
		return;
	report_add(r, NULL, "access", "readwrite");
	report_add(r, NULL, "source", sources.data);
}

static void add_nearest(struct report *r, const struct nono_grant *g)
{
	char source[NONO_NAME_BYTES * 2];

	report_add(r, "Closest match", "matching_path", g->node.real);
	report_add(r, "Access", "matching_access", nono_access_word(g->access));
	if (!r->json)
		return;
	nono_json_key(&r->out, "matching_capability");
	nono_buf_puts(&r->out, "{");
	nono_json_member(&r->out, "path", g->node.real);
	nono_json_member(&r->out, "access", nono_access_word(g->access));
	nono_json_member(&r->out, "source", report_source(r, &g->source, source, sizeof(source)));
	nono_buf_puts(&r->out, "}");
}

/* For people: programs have the flag, and know the keys. */
static void add_profile_line(struct report *r, const struct question *q, const struct nono_answer *a, enum nono_op op)
{
	_cleanup_(nono_freep) char *text = NULL;

	if (r->json || !q->vars || q->args->config || a->reason == NONO_REASON_STALE_FILE_GRANT)
		return;
	text = remedy_profile_text(q->vars->home, a, op);
	r->out.failed |= !text;
	report_add(r, "In a profile", NULL, text);
}

static void add_denial(struct report *r, const struct question *q, const struct nono_answer *a, enum nono_op op)
{
	_cleanup_(nono_freep) char *remedy = remedy_text(q->args, a, op);
	bool stale = a->reason == NONO_REASON_STALE_FILE_GRANT;
	char source[NONO_NAME_BYTES * 2];

	r->out.failed |= !remedy;
	if (a->deny) {
		report_add(r, "Rule", "details", a->deny->written);
		report_add(r, "Policy", "policy_source", report_source(r, &a->deny->source, source, sizeof(source)));
	}
	if (stale)
		report_add(r, "Details", "details",
			   "another file has taken the place of the one that was granted; a new run is granted it, and "
			   "a grant of its directory covers both");
	if (a->grant && !a->deny)
		add_nearest(r, a->grant);
	if (a->deny && a->deny->permanent)
		report_add(r, "Suggested fix", "suggested_flag", "none: this is nono's own");
	else if (!r->json && !stale && remedy && !*remedy)
		report_add(r, "Suggested fix", NULL, "none: denied paths lie in what would have to be granted");
	else
		report_add(r, nono_answer_make_first(a) ? "Suggested fix, once it exists" : "Suggested fix",
			   "suggested_flag", stale ? NULL : remedy);
	add_profile_line(r, q, a, op);
}

void report_path(struct report *r, const struct question *q, const struct nono_answer *a, enum nono_op op)
{
	report_verdict(r, a->allowed, nono_reason_word(a->reason));
	report_add(r, "Path", "path", a->real);
	if (!a->allowed)
		add_denial(r, q, a, op);
	else if (a->reason == NONO_REASON_GRANTED_PATH_UNION)
		add_union(r, a);
	else if (a->grant)
		add_grant(r, a->grant);
}
