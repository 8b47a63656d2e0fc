/* test_api_state.c - the C library: sets as text, reports.  SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>

#include "api_t.h"

static char *json_of(const NonoCapabilitySet *caps)
{
	NonoSandboxState *state = nono_sandbox_state_from_caps(caps);
	char *json = nono_sandbox_state_to_json(state);

	REQUIRE(json);
	nono_sandbox_state_free(state);
	return json;
}

/* A text that is read and written again comes out the same; the set made of it gives the same text as well. */
static NonoCapabilitySet *round_trip(const NonoCapabilitySet *caps)
{
	char *first = json_of(caps), *second, *third;
	NonoSandboxState *state = nono_sandbox_state_from_json(first);
	NonoCapabilitySet *back;

	REQUIRE(state);
	second = nono_sandbox_state_to_json(state);
	CHECK_STR(second, first);
	back = nono_sandbox_state_to_caps(state);
	REQUIRE(back);
	third = json_of(back);
	CHECK_STR(third, first);
	nono_sandbox_state_free(state);
	nono_string_free(first);
	nono_string_free(second);
	nono_string_free(third);
	return back;
}

TEST(a_state_is_what_bindings_know)
{
	NonoCapabilitySet *caps = nono_capability_set_new();
	const char *dir = make_dir("dir"), *link = in_dir("link");
	json_t *j, *entry;
	char *text;

	REQUIRE(symlink("dir", link) == 0);
	CHECK_INT(nono_capability_set_allow_path(caps, link, NONO_ACCESS_MODE_READ_WRITE), OK);
	CHECK_INT(nono_capability_set_set_network_blocked(caps, true), OK);
	CHECK_INT(nono_capability_set_allow_command(caps, "git"), OK);
	CHECK_INT(nono_capability_set_block_command(caps, "curl"), OK);
	text = json_of(caps);
	j = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	entry = json_array_get(json_object_get(j, "fs"), 0);
	CHECK_STR(json_string_value(json_object_get(entry, "original")), link);
	CHECK_STR(json_string_value(json_object_get(entry, "path")), dir);
	CHECK_STR(json_string_value(json_object_get(entry, "access")), "readwrite");
	CHECK(json_is_false(json_object_get(entry, "is_file")));
	CHECK(json_is_true(json_object_get(j, "net_blocked")));
	CHECK_STR(json_string_value(json_array_get(json_object_get(j, "allowed_commands"), 0)), "git");
	CHECK_STR(json_string_value(json_array_get(json_object_get(j, "blocked_commands"), 0)), "curl");
	json_decref(j);
	nono_string_free(text);
	nono_capability_set_free(caps);
}

TEST(sets_come_back)
{
	static const uint32_t modes[] = {NONO_NETWORK_MODE_BLOCKED, NONO_NETWORK_MODE_ALLOW_ALL,
					 NONO_NETWORK_MODE_PROXY_ONLY};
	const char *dir = make_dir("d\xe2\x80\x8b\"\n"), *file = make_file("file", ""), *link = in_dir("link");

	REQUIRE(symlink("file", link) == 0);
	for (size_t i = 0; i < 3; i++) {
		NonoCapabilitySet *caps = nono_capability_set_new(), *back;

		CHECK_INT(nono_capability_set_allow_path(caps, dir, NONO_ACCESS_MODE_READ), OK);
		CHECK_INT(nono_capability_set_allow_file(caps, link, NONO_ACCESS_MODE_WRITE), OK);
		CHECK_INT(nono_capability_set_add_platform_rule(caps, "(allow sysctl-read)"), OK);
		CHECK_INT(nono_capability_set_set_proxy_port(caps, 3128), OK);
		CHECK_INT(nono_capability_set_set_network_mode(caps, modes[i]), OK);
		back = round_trip(caps);
		CHECK_INT(nono_capability_set_network_mode(back), modes[i]);
		CHECK_INT(nono_capability_set_proxy_port(back), nono_capability_set_proxy_port(caps));
		CHECK_INT(nono_capability_set_fs_count(back), 2);
		CHECK_TEXT(nono_capability_set_fs_resolved(back, 0), dir);
		CHECK_TEXT(nono_capability_set_fs_original(back, 1), link);
		CHECK_TEXT(nono_capability_set_fs_resolved(back, 1), file);
		CHECK_INT(nono_capability_set_fs_access(back, 1), NONO_ACCESS_MODE_WRITE);
		nono_capability_set_free(back);
		nono_capability_set_free(caps);
	}
}

TEST(an_empty_set_comes_back)
{
	NonoCapabilitySet *caps = nono_capability_set_new();

	nono_capability_set_free(round_trip(caps));
	nono_capability_set_free(caps);
}

TEST(what_others_write)
{
	NonoSandboxState *state;
	NonoCapabilitySet *caps;
	char json[8192];

	(void)snprintf(json, sizeof(json),
		       "{\"fs\":[{\"original\":\"~/x\",\"path\":\"%s\",\"access\":\"read\",\"is_file\":false}],"
		       "\"net_blocked\":true,\"allowed_commands\":[],\"blocked_commands\":[],"
		       "\"bypass_protection_paths\":[\"/x\"],\"deny_paths\":[\"/nowhere\"],\"allowed_domains\":[],"
		       "\"resource_limits\":null}",
		       t_tmpdir());
	state = nono_sandbox_state_from_json(json);
	REQUIRE(state);
	caps = nono_sandbox_state_to_caps(state);
	REQUIRE(caps);
	CHECK_TEXT(nono_capability_set_fs_original(caps, 0), t_tmpdir());
	CHECK(nono_capability_set_is_network_blocked(caps));
	nono_capability_set_free(caps);
	nono_sandbox_state_free(state);
}

TEST(states_are_read_strictly)
{
#define REST ",\"net_blocked\":false}"
#define FS(entry) "{\"fs\":[" entry "]" REST
	static const struct {
		const char *json, *complaint;
	} bad[] = {
		{"", "1:0"},
		{"not valid json", "the state:1:"},
		{"[]", "not an object"},
		{"{}", "fs is missing"},
		{"{\"fs\":[]}", "net_blocked is missing"},
		{"{\"fs\":[],\"net_blocked\":0}", "net_blocked: not a Boolean"},
		{"{\"fs\":{}" REST, "fs: not a list"},
		{"{\"fs\":[],\"fs\":[]" REST, "duplicate"},
		{"{\"fs\":[],\"net_bloked\":true" REST, "no key 'net_bloked'"},
		{FS("1"), "fs[0]: not an object"},
		{FS("{}"), "fs[0]: needs"},
		{FS("{\"original\":\"/\",\"path\":\"x\",\"access\":\"read\",\"is_file\":false}"), "not absolute"},
		{FS("{\"original\":\"/\",\"path\":\"/\",\"access\":\"rw\",\"is_file\":false}"),
		 "fs[0].access: not known"},
		{FS("{\"original\":\"/\",\"path\":\"/\",\"access\":\"read\",\"is_file\":0}"), "fs[0]: needs"},
		{FS("{\"original\":\"/\",\"path\":\"/\",\"access\":\"read\",\"is_file\":false,\"mode\":1}"),
		 "fs[0]: there is no key 'mode'"},
		{FS("{\"original\":\"/\",\"path\":\"/\",\"access\":\"read\",\"is_file\":false,\"source\":\"x\"}"),
		 "fs[0]: source"},
		{FS("{\"original\":\"/\",\"path\":\"/a\\u0000b\",\"access\":\"read\",\"is_file\":false}"), "the state"},
		{"{\"fs\":[],\"allowed_commands\":[1]" REST, "allowed_commands[0]: not a string"},
		{"{\"fs\":[],\"blocked_commands\":1" REST, "blocked_commands: not a list"},
		{"{\"fs\":[],\"deny_paths\":[\"x\"]" REST, "deny_paths[0]: not absolute; begin it with /"},
		{"{\"fs\":[],\"deny_paths\":[1]" REST, "deny_paths[0]: not a string"},
		{"{\"fs\":[],\"denies\":[{\"path\":\"x\"}]" REST, "denies[0]"},
		{"{\"fs\":[],\"denies\":[{}]" REST, "denies[0]: needs path"},
		{"{\"fs\":[],\"connect_ports\":[[2,1]]" REST, "connect_ports[0]"},
		{"{\"fs\":[],\"connect_ports\":[[1,65536]]" REST, "connect_ports[0]"},
		{"{\"fs\":[],\"bind_ports\":[[1]]" REST, "bind_ports[0]"},
		{"{\"fs\":[],\"proxy_port\":65536" REST, "proxy_port"},
		{"{\"fs\":[],\"proxy_port\":1,\"bind_ports\":[[1,2]]" REST, "proxy_port: goes with no other"},
		{"{\"fs\":[],\"version\":2" REST, "version"},
		{"{\"fs\":[],\"signal_mode\":9" REST, "signal_mode: not a number from 1 to 3"},
		{"{\"fs\":[],\"ipc_mode\":\"some\"" REST, "ipc_mode"},
		{"{\"fs\":[],\"blocked_sources\":[\"user\"]" REST, "blocked_sources: more entries than"},
		{"{\"fs\":[],\"blocked_commands\":[\"a\"],\"blocked_sources\":[\"x\"]" REST,
		 "blocked_sources[0]: source: not known"},
		{"{\"fs\":[],\"namespaces\":1" REST, "namespaces: not a Boolean"},
		{"{\"fs\":[],\"allowed_domains\":[\"example\"]" REST, "allowed_domains: this library cannot"},
		{"{\"fs\":[],\"resource_limits\":{\"memory\":1}" REST, "resource_limits: this library cannot"},
		{"{\"fs\":[],\"domain_endpoints\":false" REST, "domain_endpoints: this library cannot"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK(!nono_sandbox_state_from_json(bad[i].json));
		CHECK_INT(nono_last_diagnostic_code(), NONO_DIAGNOSTIC_CODE_CONFIGURATION_ERROR);
		CHECK_ERROR(bad[i].complaint);
	}
	CHECK(nono_sandbox_state_from_json(NULL) == NULL);
}

TEST(states_are_bounded)
{
	size_t size = 1024 * 1024 + 2;
	char *text = malloc(size);

	REQUIRE(text);
	memset(text, ' ', size - 1);
	text[size - 1] = '\0';
	CHECK(!nono_sandbox_state_from_json(text));
	CHECK_ERROR("larger than 1048576 bytes");
	memset(text, '[', 100000);
	text[100000] = '\0';
	CHECK(!nono_sandbox_state_from_json(text));
	CHECK_ERROR("the state:1:");
	free(text);
}

/* What the calls of a set refuse is refused in a state too, with the same words. */
TEST(a_state_holds_what_a_set_may)
{
	static const char *const names[] = {"", "bin/x", "/", ".", ".."};
	static const char *const rules[] = {"(allow file-read*)", "(allow file-read* (regex #\".*\"))", "(unbalanced",
					    "x"};
	NonoCapabilitySet *caps = nono_capability_set_new();
	char json[1200], longest[256 + 1];

	memset(longest, 'x', 256);
	longest[256] = '\0';
	for (size_t i = 0; i <= sizeof(names) / sizeof(names[0]); i++) {
		const char *name = i < sizeof(names) / sizeof(names[0]) ? names[i] : longest, *behind;
		char *text;

		CHECK_INT(nono_capability_set_block_command(caps, name), INVALID);
		text = nono_last_error();
		REQUIRE(text);
		behind = strstr(text, "': ");
		REQUIRE(behind);
		for (int allow = 0; allow < 2; allow++) {
			(void)snprintf(json, sizeof(json),
				       "{\"fs\":[],\"net_blocked\":false,\"%s_commands\":[\"a\",\"%s\"]}",
				       allow ? "allowed" : "blocked", name);
			CHECK(!nono_sandbox_state_from_json(json));
			CHECK_ERROR(behind + 3);
			CHECK(!nono_sandbox_state_from_json(json));
			CHECK_ERROR(allow ? "allowed_commands[1]: " : "blocked_commands[1]: ");
		}
		nono_string_free(text);
	}
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		json_t *state = json_pack("{s:[],s:b,s:[s,s]}", "fs", "net_blocked", 0, "platform_rules",
					  "(allow sysctl-read)", rules[i]);
		char *text = json_dumps(state, 0);

		CHECK_INT(nono_capability_set_add_platform_rule(caps, rules[i]), INVALID);
		CHECK(!nono_sandbox_state_from_json(text));
		CHECK_ERROR("platform_rules[1]: ");
		free(text);
		json_decref(state);
	}
	longest[255] = '\0';
	CHECK_INT(nono_capability_set_allow_command(caps, longest), OK);
	CHECK_INT(nono_capability_set_block_command(caps, "a b\n\xc3\xa4"), OK);
	nono_capability_set_free(round_trip(caps));
	nono_capability_set_free(caps);
}

static NonoSandboxState *state_with(const char *form, const char *path)
{
	char json[8192];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	(void)snprintf(json, sizeof(json), form, path);
#pragma GCC diagnostic pop
	return nono_sandbox_state_from_json(json);
}

#define GRANT(path) "{\"fs\":[{\"original\":\"x\",\"path\":\"" path "\",\"access\":\"read\",\"is_file\":false}]" REST
#define DENY "{\"fs\":[],\"denies\":[{\"path\":\"/x\",\"%s\":\"/a/../b\"}]" REST

/* A path that is written in another way but names the same place is taken; .. may name another one. */
TEST(paths_that_are_not_canonical)
{
	static const char *const same[] = {"//%s", "%s/", "%s//", "%s/.", "/.%s", "/.//.%s/././", "%s"};
	static const char *const bad[] = {"/..", "/a/..", "/a/../b", "/../a", "/a/b/../", "/a/.//..//."};
	const char *dir = make_dir("dir");
	char path[5000], longest[5000];

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		NonoSandboxState *state;
		NonoCapabilitySet *caps;

		(void)snprintf(path, sizeof(path), "%.*s%s%s", (int)strcspn(same[i], "%"), same[i], dir,
			       strchr(same[i], '%') + 2);
		state = state_with(GRANT("%s"), path);
		REQUIRE(state);
		caps = nono_sandbox_state_to_caps(state);
		REQUIRE(caps);
		CHECK_TEXT(nono_capability_set_fs_resolved(caps, 0), dir);
		nono_capability_set_free(caps);
		nono_sandbox_state_free(state);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK(!state_with(GRANT("%s"), bad[i]));
		CHECK_ERROR("fs[0].path: has .. in it; write the path that it leads to");
		CHECK(!state_with("{\"fs\":[],\"deny_paths\":[\"/\",\"%s\"]" REST, bad[i]));
		CHECK_ERROR("deny_paths[1]: has .. in it");
	}
	CHECK(!state_with(DENY, "real"));
	CHECK_ERROR("denies[0].real: has ..");
	CHECK(!state_with(DENY, "alias"));
	CHECK_ERROR("denies[0].alias: has ..");
	memset(longest, 'x', 4096);
	longest[0] = '/';
	longest[4096] = '\0';
	CHECK(!state_with(GRANT("%s"), longest));
	CHECK_ERROR("fs[0].path: longer than 4095 bytes");
	/* Dots in a name are a name. */
	nono_sandbox_state_free(state_with(GRANT("%s"), "/..a/b../..."));
	CHECK(!nono_last_error());
}

/* A rule that denies holds however its path is written, and where it is a link, for what that leads to. */
TEST(denied_paths_are_found)
{
	static const char *const forms[] = {"%s", "%s/", "/./%s//."};
	const char *secret = make_dir("secret"), *link = in_dir("link"), *file = make_file("secret/file", "");

	REQUIRE(symlink("secret", link) == 0);
	for (size_t i = 0; i < 6; i++) {
		NonoSandboxState *state;
		NonoCapabilitySet *caps;
		char path[5000], *summary;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		(void)snprintf(path, sizeof(path), forms[i / 2], i % 2 ? link : secret);
#pragma GCC diagnostic pop
		state = state_with("{\"fs\":[],\"deny_paths\":[\"%s\"]" REST, path);
		REQUIRE(state);
		caps = nono_sandbox_state_to_caps(state);
		REQUIRE(caps);
		CHECK_INT(nono_capability_set_allow_file(caps, file, NONO_ACCESS_MODE_READ),
			  NONO_ERROR_CODE_ERR_CONFIG_PARSE);
		CHECK_ERROR("denied by a rule");
		CHECK_INT(nono_capability_set_allow_path(caps, t_tmpdir(), NONO_ACCESS_MODE_READ),
			  NONO_ERROR_CODE_ERR_CONFIG_PARSE);
		summary = nono_capability_set_summary(caps);
		CHECK_HAS(summary, i % 2 ? "/link\n" : "/secret\n");
		nono_string_free(summary);
		nono_capability_set_free(caps);
		nono_sandbox_state_free(state);
	}
}

/* The file that NONO_CAP_FILE names says modes in words, and who blocks a command. */
TEST(a_capability_file_is_a_state)
{
	NonoSandboxState *state = nono_sandbox_state_from_json(
		"{\"version\":1,\"fs\":[{\"original\":\"/etc\",\"path\":\"/etc\",\"access\":\"read\",\"is_file\":false,"
		"\"source\":\"group:base\",\"dev\":1,\"ino\":2,\"rights\":3}],\"denies\":[{\"path\":\"/x\","
		"\"source\":\"group:g\"}],\"net_blocked\":true,\"connect_ports\":[[1,2]],\"bind_ports\":[],"
		"\"allowed_commands\":[],\"blocked_commands\":[\"rm\"],\"blocked_sources\":[\"group:g\"],"
		"\"signal_mode\":\"allow_same_sandbox\",\"ipc_mode\":\"full\"}");
	char *json = nono_sandbox_state_to_json(state);
	NonoRunResult r = {0};
	NonoCapabilitySet *caps;

	CHECK_HAS(json, "\"signal_mode\":2");
	CHECK_HAS(json, "\"ipc_mode\":2");
	caps = nono_sandbox_state_to_caps(state);
	REQUIRE(caps);
	CHECK_INT(nono_run_command(caps, (const char *[]){"/bin/rm", NULL}, NULL, &r),
		  NONO_ERROR_CODE_ERR_BLOCKED_COMMAND);
	CHECK_ERROR("group g");
	nono_capability_set_free(caps);
	nono_string_free(json);
	nono_sandbox_state_free(state);
}

/* Ports alone: the mode is the nearest one, and the summary says what is open. */
TEST(ports_make_a_mode)
{
	static const struct {
		const char *ports, *summary;
		bool blocked;
	} cases[] = {
		{"\"net_blocked\":true,\"bind_ports\":[[80,80]]", "network: blocked; listening on TCP ports 80\n",
		 true},
		{"\"net_blocked\":false,\"bind_ports\":[[80,80],[1000,2000]]",
		 "network: single ports; connections to any port; listening on TCP ports 80, 1000-2000\n", true},
		{"\"net_blocked\":false,\"connect_ports\":[[443,443]]",
		 "network: single ports; connections to TCP ports 443; listening on any port\n", true},
		{"\"net_blocked\":true,\"connect_ports\":[[443,443]],\"bind_ports\":[[1,2]]",
		 "network: blocked; connections to TCP ports 443; listening on TCP ports 1-2\n", true},
		{"\"net_blocked\":false,\"proxy_port\":3128",
		 "network: the proxy's port only; connections to TCP ports 3128\n", false},
		{"\"net_blocked\":false,\"bind_ports\":[]", "network: open\n", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		NonoSandboxState *state = state_with("{\"fs\":[],%s}", cases[i].ports);
		NonoCapabilitySet *caps = nono_sandbox_state_to_caps(state);
		NonoQueryContext *ctx = nono_query_context_new(caps);
		NonoQueryResult r = {0};
		char *summary = nono_capability_set_summary(caps);

		CHECK_HAS(summary, cases[i].summary);
		CHECK_INT(nono_capability_set_is_network_blocked(caps), cases[i].blocked);
		CHECK_INT(nono_query_context_query_network(ctx, &r), OK);
		CHECK_INT(r.status == NONO_QUERY_STATUS_DENIED, cases[i].blocked);
		/* What is said of ports is something to apply. */
		CHECK(i == 5 || nono_run_command(caps, (const char *[]){"/no/such", NULL}, NULL, &(NonoRunResult){0}) !=
					NONO_ERROR_CODE_ERR_NO_CAPABILITIES);
		nono_string_free(summary);
		nono_query_context_free(ctx);
		nono_capability_set_free(round_trip(caps));
		nono_capability_set_free(caps);
		nono_sandbox_state_free(state);
	}
}

static NonoSandboxState *state_of(const NonoCapabilitySet *caps)
{
	char *json = json_of(caps);
	NonoSandboxState *state = nono_sandbox_state_from_json(json);

	REQUIRE(state);
	nono_string_free(json);
	return state;
}

/* A path must lead to itself still: not to where somebody put a link since. */
TEST(a_path_that_leads_elsewhere_now)
{
	NonoCapabilitySet *caps = nono_capability_set_new();
	const char *dir = make_dir("dir"), *aside = in_dir("aside"), *secret = make_dir("secret");
	NonoSandboxState *state;

	CHECK_INT(nono_capability_set_allow_path(caps, dir, NONO_ACCESS_MODE_READ), OK);
	state = state_of(caps);
	REQUIRE(rename(dir, aside) == 0);
	CHECK(!nono_sandbox_state_to_caps(state));
	CHECK_ERROR("does not exist");
	REQUIRE(symlink(secret, dir) == 0);
	CHECK(!nono_sandbox_state_to_caps(state));
	CHECK_ERROR("/secret now");
	REQUIRE(unlink(dir) == 0);
	(void)make_file("dir", "");
	CHECK(!nono_sandbox_state_to_caps(state));
	CHECK_ERROR("no directory");
	nono_sandbox_state_free(state);
	nono_capability_set_free(caps);
}

/* The spelling that was given is only a name: what counts is where it leads. */
TEST(a_spelling_that_lies)
{
	const char *dir = make_dir("dir"), *secret = make_dir("secret");
	NonoSandboxState *state;
	NonoCapabilitySet *caps;
	char json[12000];

	(void)snprintf(json, sizeof(json),
		       "{\"fs\":[{\"original\":\"%s\",\"path\":\"%s\",\"access\":\"read\",\"is_file\":false}],"
		       "\"net_blocked\":false}",
		       secret, dir);
	state = nono_sandbox_state_from_json(json);
	REQUIRE(state);
	caps = nono_sandbox_state_to_caps(state);
	REQUIRE(caps);
	CHECK_TEXT(nono_capability_set_fs_original(caps, 0), dir);
	CHECK(!nono_capability_set_path_covered(caps, secret));
	nono_capability_set_free(caps);
	nono_sandbox_state_free(state);
}

/* ---- reports ---- */

TEST(reports)
{
	char *report = nono_session_diagnostic_report_to_json(
		1, "[{\"path\":\"/etc/shadow\",\"access\":\"Read\",\"reason\":\"PolicyBlocked\"}]", NULL, "");
	char *merged;

	CHECK_HAS(report, "{\"exit_code\":1,\"denials\":[{\"path\":\"/etc/shadow\"");
	CHECK_HAS(report, "\"code\":\"sandbox_denied_path\"");
	CHECK_HAS(report, "{\"kind\":\"check_policy\"}}]}");
	merged = nono_merge_diagnostic_report_json(report, NULL);
	CHECK_HAS(merged, "{\"session\":{\"exit_code\":1,");
	nono_string_free(merged);
	CHECK(!nono_merge_diagnostic_report_json("{}", NULL));
	CHECK_ERROR("not a session report");
	CHECK(!nono_merge_diagnostic_report_json(report, "[1]"));
	CHECK_ERROR("proxy diagnostics[0]");
	CHECK(!nono_session_diagnostic_report_to_json(0, "[{\"path\":\"/\"}]", NULL, NULL));
	CHECK_ERROR("denials[0]: access is missing");
	CHECK(!nono_session_diagnostic_report_to_json(0, NULL, "{}", NULL));
	CHECK_ERROR("ipc_denials: not a list");
	nono_string_free(report);
}
