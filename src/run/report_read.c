/* report_read.c - the records that a report is made of, strictly read.  SPDX-License-Identifier: Apache-2.0 */
#include "base/util.h"
#include "run/report.h"

static const char *const access_words[] = {"Read", "Write", "ReadWrite", NULL};
static const char *const reason_words[] = {"PolicyBlocked", "InsufficientAccess", "UserDenied", "RateLimited",
					   "BackendError",  "UnixSocketDenied",	  NULL};
static const char *const severity_words[] = {"info", "warning", "error", NULL};
static const char *const proxy_words[] = {"credential_not_found",	 "credential_unavailable",
					  "oauth_client_id_unavailable", "oauth_client_secret_unavailable",
					  "oauth_token_exchange_failed", NULL};

/* One member of a record. */
struct field {
	const char *name;
	const char *const *words; /* the values there are; NULL: any string */
	bool optional;
	bool any; /* any kind of value */
};

#define FIELDS 8

static const struct kind {
	const char *what; /* for messages */
	struct field fields[FIELDS];
} kinds[] = {
	[NONO_RECORD_DENIAL] = {"denials", {{"path"}, {"access", access_words}, {"reason", reason_words}}},
	[NONO_RECORD_IPC_DENIAL] = {"ipc_denials",
				    {{"target"},
				     {"operation"},
				     {"reason"},
				     {"remediation", NULL, true, true},
				     {"suggested_flag", NULL, true}}},
	[NONO_RECORD_VIOLATION] = {"violations", {{"operation"}, {"target"}}},
	[NONO_RECORD_PROXY] = {"proxy diagnostics",
			       {{"code", proxy_words},
				{"severity", severity_words},
				{"route_prefix"},
				{"credential_ref", NULL, true},
				{"message"},
				{"hint", NULL, true}}},
};

static const struct field *find_field(const struct kind *kind, const char *name)
{
	for (const struct field *f = kind->fields; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

static bool is_word(const struct field *field, const char *text)
{
	for (const char *const *word = field->words; word && *word; word++)
		if (strcmp(*word, text) == 0)
			return true;
	return !field->words;
}

static bool is_value(const struct field *field, const json_t *value)
{
	if (field->any || (field->optional && json_is_null(value)))
		return true;
	return json_is_string(value) && is_word(field, json_string_value(value));
}

static int check_record(const struct kind *kind, size_t index, json_t *record, struct nono_error *err)
{
	const char *name;
	json_t *value;

	if (!json_is_object(record))
		return nono_fail(err, NONO_E_PARSE, 0, "%s[%zu]: not an object", kind->what, index);
	json_object_foreach (record, name, value) {
		const struct field *field = find_field(kind, name);

		if (!field)
			return nono_fail(err, NONO_E_PARSE, 0, "%s[%zu]: there is no key '%.64s'", kind->what, index,
					 name);
		if (!is_value(field, value))
			return nono_fail(err, NONO_E_PARSE, 0, "%s[%zu].%s: not a value that this key has", kind->what,
					 index, name);
	}
	for (const struct field *f = kind->fields; f->name; f++)
		if (!f->optional && !json_object_get(record, f->name))
			return nono_fail(err, NONO_E_PARSE, 0, "%s[%zu]: %s is missing", kind->what, index, f->name);
	return 0;
}

static int check_list(const struct kind *kind, json_t *list, struct nono_error *err)
{
	size_t i;
	json_t *record;

	if (!json_is_array(list))
		return nono_fail(err, NONO_E_PARSE, 0, "%s: not a list", kind->what);
	if (json_array_size(list) > NONO_LIST_ITEMS)
		return nono_fail(err, NONO_E_LIMIT, 0, "%s: more than %d records", kind->what, NONO_LIST_ITEMS);
	json_array_foreach (list, i, record) {
		int rc = check_record(kind, i, record, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Any JSON text, bounded; what it has to be is checked afterwards. */
static int load(const char *what, const char *text, json_t **ret, struct nono_error *err)
{
	size_t len = strnlen(text, NONO_REPORT_BYTES + 1);
	json_error_t where;

	if (len > NONO_REPORT_BYTES)
		return nono_fail(err, NONO_E_LIMIT, 0, "%s: more than %d bytes", what, NONO_REPORT_BYTES);
	*ret = json_loadb(text, len, JSON_REJECT_DUPLICATES, &where);
	if (*ret)
		return 0;
	if (json_error_code(&where) == json_error_out_of_memory)
		return nono_nomem(err);
	return nono_fail(err, NONO_E_PARSE, 0, "%s:%d:%d: %s", what, where.line, where.column, where.text);
}

int nono_report_read(enum nono_record_kind kind, const char *text, json_t **ret, struct nono_error *err)
{
	_cleanup_(json_decrefp) json_t *list = NULL;
	int rc;

	if (!text || !*text) {
		*ret = NULL;
		return 0;
	}
	rc = load(kinds[kind].what, text, &list, err);
	if (rc == 0)
		rc = check_list(&kinds[kind], list, err);
	if (rc == 0)
		*ret = TAKE(list);
	return rc;
}

/* A report has these members, no others; the diagnostics are text for people and are only handed on. */
static int check_session(json_t *session, struct nono_error *err)
{
	static const struct {
		const char *name;
		enum nono_record_kind kind;
	} lists[] = {{"denials", NONO_RECORD_DENIAL},
		     {"ipc_denials", NONO_RECORD_IPC_DENIAL},
		     {"violations", NONO_RECORD_VIOLATION}};

	if (!json_is_object(session) || json_object_size(session) != NONO_ARRAY_SIZE(lists) + 2 ||
	    !json_is_integer(json_object_get(session, "exit_code")) ||
	    !json_is_array(json_object_get(session, "diagnostics")))
		return nono_fail(err, NONO_E_PARSE, 0, "session: not a session report");
	for (size_t i = 0; i < NONO_ARRAY_SIZE(lists); i++) {
		int rc = check_list(&kinds[lists[i].kind], json_object_get(session, lists[i].name), err);

		if (rc < 0)
			return nono_fail_in(err, rc, "session");
	}
	return 0;
}

int nono_report_merge(const char *session, const char *proxy, char **ret, struct nono_error *err)
{
	_cleanup_(json_decrefp) json_t *report = NULL;
	_cleanup_(json_decrefp) json_t *rows = NULL;
	_cleanup_(json_decrefp) json_t *whole = NULL;
	int rc = load("session", session, &report, err);

	if (rc == 0)
		rc = check_session(report, err);
	if (rc == 0)
		rc = nono_report_read(NONO_RECORD_PROXY, proxy, &rows, err);
	if (rc < 0)
		return rc;
	whole = json_pack("{s:O,s:O*}", "session", report, "proxy", rows);
	*ret = whole ? json_dumps(whole, JSON_COMPACT) : NULL;
	return *ret ? 0 : nono_nomem(err);
}
