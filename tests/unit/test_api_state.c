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
		{FS("{\"original\":\"/\",\"path\":\"/\",\"access\":\"rw\",\"is_file\":false}"), "fs[0]: access"},
		{FS("{\"original\":\"/\",\"path\":\"/\",\"access\":\"read\",\"is_file\":0}"), "fs[0]: needs"},
		{FS("{\"original\":\"/\",\"path\":\"/\",\"access\":\"read\",\"is_file\":false,\"mode\":1}"),
		 "fs[0]: there is no key 'mode'"},
		{FS("{\"original\":\"/\",\"path\":\"/\",\"access\":\"read\",\"is_file\":false,\"source\":\"x\"}"),
		 "fs[0]: source"},
		{FS("{\"original\":\"/\",\"path\":\"/a\\u0000b\",\"access\":\"read\",\"is_file\":false}"), "the state"},
		{"{\"fs\":[],\"allowed_commands\":[1]" REST, "allowed_commands[0]: not a string"},
		{"{\"fs\":[],\"blocked_commands\":1" REST, "blocked_commands: not a list"},
		{"{\"fs\":[],\"deny_paths\":[\"x\"]" REST, "deny_paths[0]: not an absolute path"},
		{"{\"fs\":[],\"denies\":[{\"path\":\"x\"}]" REST, "denies[0]"},
		{"{\"fs\":[],\"denies\":[{}]" REST, "denies[0]: needs path"},
		{"{\"fs\":[],\"connect_ports\":[[2,1]]" REST, "connect_ports[0]"},
		{"{\"fs\":[],\"connect_ports\":[[1,65536]]" REST, "connect_ports[0]"},
		{"{\"fs\":[],\"bind_ports\":[[1]]" REST, "bind_ports[0]"},
		{"{\"fs\":[],\"proxy_port\":65536" REST, "proxy_port"},
		{"{\"fs\":[],\"proxy_port\":1,\"bind_ports\":[[1,2]]" REST, "proxy_port: goes with no other"},
		{"{\"fs\":[],\"version\":2" REST, "version"},
		{"{\"fs\":[],\"signal_mode\":9" REST, "signal_mode"},
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
