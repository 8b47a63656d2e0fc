/* report.h - what happened in a run, for programs.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_RUN_REPORT_H
#define NONO_RUN_REPORT_H

#include <jansson.h>

#include "base/buf.h"
#include "base/error.h"
#include "run/refusals.h"

/* What a report is about. A zeroed struct is a run without refusals that ended with 0. */
struct nono_report {
	int exit_code, term_signal;		    /* term_signal: 0 where none ended it */
	bool unobserved;			    /* nobody looked at its error output */
	json_t *denials, *ipc_denials, *violations; /* owned, checked lists of records; NULL: empty */
	const struct nono_refusals *refusals;	    /* borrowed; reported like denials; NULL: none */
};

/* Which list of records a text holds (docs/format/report.md). */
enum nono_record_kind { NONO_RECORD_DENIAL, NONO_RECORD_IPC_DENIAL, NONO_RECORD_VIOLATION, NONO_RECORD_PROXY };

/**
 * nono_report_read - decode a JSON list of records.
 * @text: NULL and "" are an empty list
 * @ret:  set on success only; the caller's (json_decref); NULL for an empty text
 * Strict: unknown keys and words are errors. Returns 0, -NONO_E_PARSE (names the record and the key), -NONO_E_LIMIT,
 * -NONO_E_NOMEM. Thread-safe.
 */
int nono_report_read(enum nono_record_kind kind, const char *text, json_t **ret, struct nono_error *err);

/** nono_report_access - "Read", "Write" or "ReadWrite": the access that an operation is. Static. */
const char *nono_report_access(enum nono_op op);

/**
 * nono_report_denials - append a record, commas between, for each refusal that the command spoke of.
 * @out: ends with the bracket that opens the list
 */
void nono_report_denials(struct nono_buf *out, const struct nono_refusals *refusals);

/**
 * nono_report_message - "reading PATH is refused: denied by group NAME", for one refusal. The caller's to free; NULL
 * without memory.
 */
char *nono_report_message(const struct nono_refusal *refusal);

/** nono_report_host - "connecting to HOST port N is refused", written into @room, which is returned. */
const char *nono_report_host(const struct nono_target *host, char *room, size_t size);

/**
 * nono_report_remediation - what would allow a refusal, as the evaluator says: {"kind":"grant_path",...}; nothing is
 * added where nothing would.
 */
void nono_report_remediation(struct nono_buf *out, const struct nono_refusal *refusal);

/** nono_report_text - the report as a JSON object, the caller's to free; NULL without memory. Thread-safe. */
char *nono_report_text(const struct nono_report *report);

/**
 * nono_report_merge - {"session": ..., "proxy": [...]} of a report and a list of proxy records.
 * @session: a text that nono_report_text wrote
 * @proxy:   may be NULL or "": then there is no member of this name
 * Errors as nono_report_read. *ret is the caller's.
 */
int nono_report_merge(const char *session, const char *proxy, char **ret, struct nono_error *err);

/** nono_report_done - free it. NULL is fine. */
void nono_report_done(struct nono_report *report);

#endif
