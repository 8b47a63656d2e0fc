/* test_report.c - the report of a run, written and read.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <sys/stat.h>

#include "base/util.h"
#include "run/report.h"
#include "t.h"

static const char *text_at(const json_t *j, const char *list, size_t i, const char *key)
{
	return json_string_value(json_object_get(json_array_get(json_object_get(j, list), i), key));
}

static const char *kind_at(const json_t *j, size_t i, const char *part)
{
	const json_t *d = json_array_get(json_object_get(j, "diagnostics"), i);

	return json_string_value(json_object_get(json_object_get(d, part), "kind"));
}

/* The report of three lists, decoded; fails the test where one is not accepted. */
static json_t *report_of(int exit_code, const char *denials, const char *ipc, const char *violations)
{
	_cleanup_(nono_report_done) struct nono_report r = {.exit_code = exit_code};
	_cleanup_(nono_freep) char *text = NULL;
	json_t *j;

	CHECK_INT(nono_report_read(NONO_RECORD_DENIAL, denials, &r.denials, NULL), 0);
	CHECK_INT(nono_report_read(NONO_RECORD_IPC_DENIAL, ipc, &r.ipc_denials, NULL), 0);
	CHECK_INT(nono_report_read(NONO_RECORD_VIOLATION, violations, &r.violations, NULL), 0);
	text = nono_report_text(&r);
	REQUIRE(text);
	j = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	REQUIRE(j);
	CHECK_INT(json_integer_value(json_object_get(j, "exit_code")), exit_code);
	return j;
}

TEST(nothing_refused)
{
	json_t *j = report_of(0, NULL, "", NULL);

	CHECK_INT(json_object_size(j), 5);
	CHECK_INT(json_array_size(json_object_get(j, "denials")), 0);
	REQUIRE(json_array_size(json_object_get(j, "diagnostics")) == 2);
	CHECK_STR(kind_at(j, 0, "remediation"), "run_discovery");
	CHECK_STR(kind_at(j, 1, "remediation"), "check_policy");
	CHECK_STR(text_at(j, "diagnostics", 0, "severity"), "info");
	json_decref(j);
	j = report_of(1, NULL, NULL, NULL);
	CHECK_STR(text_at(j, "diagnostics", 0, "code"), "command_failed_application");
	json_decref(j);
	j = report_of(127, NULL, NULL, NULL);
	CHECK_STR(text_at(j, "diagnostics", 0, "code"), "command_not_found");
	json_decref(j);
}

TEST(what_was_not_looked_at_is_said)
{
	const struct nono_report r = {.exit_code = 1, .unobserved = true};
	_cleanup_(nono_freep) char *text = nono_report_text(&r);
	json_t *j = text ? json_loads(text, 0, NULL) : NULL;

	REQUIRE(j);
	CHECK_STR(text_at(j, "diagnostics", 0, "code"), "other");
	CHECK_HAS(text_at(j, "diagnostics", 0, "message"), "was not looked at");
	/* A program that reads it has no command line. */
	for (size_t i = 0; i < json_array_size(json_object_get(j, "diagnostics")); i++)
		CHECK(!strstr(text_at(j, "diagnostics", i, "message"), "nono "));
	json_decref(j);
}

TEST(records_of_each_kind)
{
	json_t *j = report_of(1, "[{\"path\":\"/etc\",\"access\":\"Write\",\"reason\":\"PolicyBlocked\"}]",
			      "[{\"target\":\"/run/x\",\"operation\":\"bind\",\"reason\":\"r\",\"remediation\":null}]",
			      "[{\"operation\":\"network-outbound\",\"target\":\"h:1\"},"
			      "{\"operation\":\"file-write-data\",\"target\":\"/f\\u0007\"},"
			      "{\"operation\":\"mach-lookup\",\"target\":\"s\"}]");

	REQUIRE(json_array_size(json_object_get(j, "diagnostics")) == 8);
	CHECK_STR(text_at(j, "diagnostics", 0, "code"), "command_failed_likely_sandbox");
	CHECK_STR(text_at(j, "diagnostics", 1, "code"), "sandbox_denied_path");
	CHECK_STR(text_at(j, "diagnostics", 1, "path"), "/etc");
	CHECK_STR(text_at(j, "diagnostics", 1, "access"), "Write");
	CHECK_STR(kind_at(j, 1, "remediation"), "grant_path");
	CHECK_STR(kind_at(j, 1, "detail"), "supervised_denial");
	CHECK_STR(text_at(j, "diagnostics", 2, "code"), "sandbox_denied_unix_socket");
	CHECK_STR(kind_at(j, 2, "remediation"), "grant_unix_socket");
	CHECK_STR(text_at(j, "diagnostics", 3, "code"), "sandbox_denied_network");
	CHECK_STR(kind_at(j, 3, "remediation"), "grant_network");
	CHECK_STR(text_at(j, "diagnostics", 4, "code"), "sandbox_denied_path");
	CHECK_STR(text_at(j, "violations", 1, "target"), "/f\a");
	CHECK_STR(text_at(j, "diagnostics", 5, "code"), "other");
	CHECK_STR(kind_at(j, 7, "remediation"), "check_policy");
	json_decref(j);
}

TEST(refusals_with_their_flags)
{
	struct nono_capset set = {0};
	struct nono_refusals refused = {.set = &set, .fs = &nono_fs_host, .cwd = "/"};
	struct nono_report r = {.exit_code = 1, .refusals = &refused};
	_cleanup_(nono_freep) char *text = NULL;
	json_t *j;

	CHECK(nono_refusals_try(&refused, "/etc/passwd", NONO_OP_READ));
	text = nono_report_text(&r);
	j = text ? json_loads(text, 0, NULL) : NULL;
	REQUIRE(j);
	CHECK_STR(text_at(j, "denials", 0, "path"), "/etc/passwd");
	CHECK_STR(text_at(j, "denials", 0, "access"), "Read");
	CHECK_STR(text_at(j, "denials", 0, "reason"), "PolicyBlocked");
	CHECK_STR(text_at(j, "diagnostics", 1, "hint"), "--read-file /etc/passwd");
	CHECK_STR(text_at(j, "diagnostics", 1, "message"), "reading /etc/passwd is refused: not granted");
	CHECK_STR(kind_at(j, 1, "remediation"), "grant_path");
	CHECK_STR(kind_at(j, 1, "detail"), "stderr_observation");
	json_decref(j);
	nono_refusals_done(&refused);
}

TEST(records_are_read_strictly)
{
	static const struct {
		enum nono_record_kind kind;
		const char *text, *complaint;
		int rc;
	} bad[] = {
		{NONO_RECORD_DENIAL, "[", "denials:1:1", -NONO_E_PARSE},
		{NONO_RECORD_DENIAL, "{}", "not a list", -NONO_E_PARSE},
		{NONO_RECORD_DENIAL, "[1]", "denials[0]: not an object", -NONO_E_PARSE},
		{NONO_RECORD_DENIAL, "[{}]", "path is missing", -NONO_E_PARSE},
		{NONO_RECORD_DENIAL, "[{\"path\":1}]", "denials[0].path", -NONO_E_PARSE},
		{NONO_RECORD_DENIAL, "[{\"path\":\"/\",\"path\":\"/\"}]", "duplicate", -NONO_E_PARSE},
		{NONO_RECORD_DENIAL, "[{\"pth\":\"/\"}]", "no key 'pth'", -NONO_E_PARSE},
		{NONO_RECORD_DENIAL, "[{\"path\":\"/\",\"access\":\"read\",\"reason\":\"PolicyBlocked\"}]",
		 "denials[0].access", -NONO_E_PARSE},
		{NONO_RECORD_PROXY,
		 "[{\"code\":\"credential_not_found\",\"severity\":\"loud\",\"route_prefix\":\"\",\"message\":\"\"}]",
		 "proxy diagnostics[0].severity", -NONO_E_PARSE},
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(bad); i++) {
		struct nono_error err = {0};
		json_t *list = NULL;

		CHECK_INT(nono_report_read(bad[i].kind, bad[i].text, &list, &err), bad[i].rc);
		CHECK_HAS(err.text, bad[i].complaint);
		CHECK(!list);
	}
}

TEST(sizes_are_bounded)
{
	char *text = malloc(NONO_REPORT_BYTES + 2), *at = text;
	json_t *list = NULL;

	REQUIRE(text);
	memset(text, ' ', NONO_REPORT_BYTES + 1);
	text[NONO_REPORT_BYTES + 1] = '\0';
	CHECK_INT(nono_report_read(NONO_RECORD_DENIAL, text, &list, NULL), -NONO_E_LIMIT);
	*at++ = '[';
	for (int i = 0; i <= NONO_LIST_ITEMS; i++)
		at += snprintf(at, 64, "%s{\"operation\":\"a\",\"target\":\"b\"}", i ? "," : "");
	(void)snprintf(at, 2, "]");
	CHECK_INT(nono_report_read(NONO_RECORD_VIOLATION, text, &list, NULL), -NONO_E_LIMIT);
	free(text);
}

TEST(a_report_and_the_proxys_rows)
{
	static const char row[] = "[{\"code\":\"credential_not_found\",\"severity\":\"error\",\"route_prefix\":\"/"
				  "a\",\"message\":\"m\"}]";
	struct nono_report r = {.exit_code = 3};
	_cleanup_(nono_freep) char *session = nono_report_text(&r);
	_cleanup_(nono_freep) char *alone = NULL;
	_cleanup_(nono_freep) char *both = NULL;
	struct nono_error err = {0};
	char *none = NULL;

	REQUIRE(session);
	CHECK_INT(nono_report_merge(session, NULL, &alone, &err), 0);
	REQUIRE(alone);
	CHECK_HAS(alone, "{\"session\":{\"exit_code\":3,");
	CHECK(!strstr(alone, "\"proxy\""));
	CHECK_INT(nono_report_merge(session, row, &both, &err), 0);
	REQUIRE(both);
	CHECK_HAS(both, "\"proxy\":[{\"code\":\"credential_not_found\"");
	CHECK_INT(nono_report_merge("{}", row, &none, &err), -NONO_E_PARSE);
	CHECK_HAS(err.text, "not a session report");
	CHECK_INT(nono_report_merge(both, NULL, &none, &err), -NONO_E_PARSE);
	CHECK_INT(nono_report_merge(session, "[{}]", &none, &err), -NONO_E_PARSE);
	CHECK(!none);
}

TEST(a_guess_is_no_denial)
{
	struct nono_capset set = {.network.block = true};
	struct nono_refusals refused = {.set = &set, .fs = &nono_fs_host, .cwd = "/", .more = 2, .host_count = 1};
	struct nono_report r = {.exit_code = 1, .refusals = &refused};
	_cleanup_(nono_freep) char *text = NULL, *killed = NULL;
	json_t *j;

	refused.hosts[0] = (struct nono_target){.host = "example.org", .port = 443};
	nono_refusals_try_word(&refused, "/etc/passwd", false);
	text = nono_report_text(&r);
	j = text ? json_loads(text, 0, NULL) : NULL;
	REQUIRE(j);
	CHECK_INT(json_array_size(json_object_get(j, "denials")), 0);
	CHECK_STR(text_at(j, "diagnostics", 1, "code"), "command_failed_likely_sandbox");
	CHECK_STR(text_at(j, "diagnostics", 1, "severity"), "warning");
	CHECK_STR(text_at(j, "diagnostics", 1, "path"), "/etc/passwd");
	CHECK_STR(text_at(j, "diagnostics", 2, "message"), "2 more operations are refused");
	CHECK_STR(text_at(j, "diagnostics", 3, "code"), "sandbox_denied_network");
	json_decref(j);
	nono_refusals_done(&refused);
	r.exit_code = 137;
	r.term_signal = 9;
	killed = nono_report_text(&r);
	CHECK_HAS(killed, "\"The command was ended by signal 9\"");
}
