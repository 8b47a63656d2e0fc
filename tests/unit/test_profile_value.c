/* test_profile_value.c - what a composed profile says, as JSON.  SPDX-License-Identifier: Apache-2.0 */
#include "base/jsontext.h"
#include "base/util.h"
#include "policy/profile_value.h"
#include "profile_t.h"
#include "t.h"

/* The value of a key; "" where there is none. */
static char *value_of(const struct nono_profile *p, const char *path)
{
	_cleanup_(json_decrefp) json_t *value = NULL;
	const struct nono_key *key = nono_key_by_path(path);
	struct nono_error err = {0};
	struct nono_buf out = {0};

	REQUIRE(key != NULL && nono_key_has_value(key));
	REQUIRE(nono_profile_value(p, key, &value, &err) == 0);
	nono_buf_puts(&out, "");
	if (value)
		nono_json_value(&out, value);
	return nono_buf_take(&out);
}

static void check(const struct nono_profile *p, const char *path, const char *expected)
{
	_cleanup_(nono_freep) char *found = value_of(p, path);

	CHECK_STR(found, expected);
}

TEST(each_kind)
{
	_cleanup_(nono_profile_done) struct nono_profile p = profile_good(
		"{\"binary\":\"b\",\"interactive\":true,\"workdir\":{\"access\":\"write\"},"
		"\"linux\":{\"sandbox_policy\":\"external\"},"
		"\"filesystem\":{\"read\":[\"/a\",{\"path\":\"/b\",\"when\":\"linux\"},{\"path\":\"/"
		"c\",\"when\":\"macos\"}]},"
		"\"network\":{\"open_port\":[1],\"open_port_range\":[[2,3],[4,4]]},"
		"\"environment\":{\"set_vars\":{\"A\":\"1\"},\"allow_vars\":[]},"
		"\"credential_capture\":{\"c\":{\"ttl_secs\":5}},\"command_policies\":{\"entrypoint\":[1]}}");

	check(&p, "binary", "\"b\"");
	check(&p, "interactive", "true");
	check(&p, "workdir.access", "\"write\"");
	check(&p, "linux.sandbox_policy", "\"external\"");
	check(&p, "filesystem.read", "[\"/a\",\"/b\"]");
	check(&p, "filesystem.write", "");
	check(&p, "network.open_port", "[1,4]");
	check(&p, "network.open_port_range", "[[2,3]]");
	check(&p, "network.block", "");
	check(&p, "environment.set_vars", "{\"A\":\"1\"}");
	/* Nothing is inherited: an empty list that says something. */
	check(&p, "environment.allow_vars", "[]");
	check(&p, "environment.deny_vars", "");
	check(&p, "credential_capture", "{\"c\":{\"ttl_secs\":5}}");
	check(&p, "command_policies.entrypoint", "[1]");
}

TEST(older_names_are_folded)
{
	_cleanup_(nono_profile_done) struct nono_profile p = profile_good(
		"{\"policy\":{\"add_deny_access\":[\"/a\"]},\"network\":{\"proxy_allow\":[\"x\"]},"
		"\"secrets\":{\"k\":\"V\"},\"undo\":{\"exclude_globs\":[\"g\"]}}");

	check(&p, "filesystem.deny", "[\"/a\"]");
	check(&p, "network.allow_domain", "[\"x\"]");
	check(&p, "env_credentials", "{\"k\":\"V\"}");
	check(&p, "rollback.exclude_globs", "[\"g\"]");
}

TEST(conditions_are_settled)
{
	_cleanup_(nono_profile_done) struct nono_profile p = profile_good(
		"{\"open_urls\":{\"allow_origins\":[{\"origin\":\"m\",\"when\":\"macos\"},\"a\","
		"{\"origin\":\"l\",\"when\":\"linux:ubuntu\"}]}}");

	check(&p, "open_urls", "{\"allow_origins\":[\"a\",\"l\"]}");
}

/* A condition that does not hold here is no reason not to look at the rest of the entry. */
TEST(entries_of_other_systems_are_checked)
{
	struct nono_profile p = {0};
	struct nono_error err = {0};

	CHECK_INT(profile_parse("{\"filesystem\":{\"read\":[{\"path\":\"\",\"when\":\"macos\"}]}}", &p, &err),
		  -NONO_E_PARSE);
	CHECK_STR(err.text, "p.json:1:32: filesystem.read[0].path: an empty path; write one, such as $HOME/project");
}

struct join {
	const char *base, *child, *key, *expected;
};

TEST(joined)
{
	static const struct join cases[] = {
		{"{\"packs\":[\"a\",\"b\"]}", "{\"packs\":[\"b\",\"c\"]}", "packs", "[\"a\",\"b\",\"c\"]"},
		{"{\"network\":{\"allow_domain\":[\"a\",{\"domain\":\"b\"}]}}",
		 "{\"network\":{\"allow_domain\":[{\"domain\":\"b\"},\"c\"]}}", "network.allow_domain",
		 "[\"a\",{\"domain\":\"b\"},\"c\"]"},
		{"{\"network\":{\"network_profile\":\"a\"}}", "{}", "network.network_profile", "\"a\""},
		{"{\"network\":{\"network_profile\":\"a\"}}", "{\"network\":{\"network_profile\":null}}",
		 "network.network_profile", ""},
		{"{\"network\":{\"network_profile\":null}}", "{\"network\":{\"network_profile\":\"a\"}}",
		 "network.network_profile", "\"a\""},
		{"{\"network\":{\"upstream_proxy\":\"a\"}}", "{\"network\":{\"upstream_proxy\":null}}",
		 "network.upstream_proxy", "\"a\""},
		{"{\"network\":{\"credentials\":[\"a\"]}}", "{\"network\":{\"credentials\":[]}}", "network.credentials",
		 ""},
		{"{\"network\":{\"credentials\":[\"a\"]}}", "{\"network\":{\"credentials\":[\"b\"]}}",
		 "network.credentials", "[\"a\",\"b\"]"},
		{"{\"network\":{\"allow_http2\":true}}", "{\"network\":{\"allow_http2\":false}}", "network.allow_http2",
		 "true"},
		{"{\"allow_gpu\":true}", "{\"allow_gpu\":false}", "allow_gpu", "false"},
		{"{\"open_urls\":{\"allow_origins\":[\"a\"],\"allow_localhost\":true}}",
		 "{\"open_urls\":{\"allow_origins\":[\"b\"]}}", "open_urls", "{\"allow_origins\":[\"b\"]}"},
		{"{\"open_urls\":{\"allow_origins\":[\"a\"]}}", "{\"open_urls\":null}", "open_urls",
		 "{\"allow_origins\":[\"a\"]}"},
		{"{\"hooks\":{\"a\":{\"event\":\"1\",\"matcher\":\"\",\"script\":\"\"}}}",
		 "{\"hooks\":{\"b\":{\"event\":\"2\",\"matcher\":\"\",\"script\":\"\"},"
		 "\"a\":{\"event\":\"3\",\"matcher\":\"\",\"script\":\"\"}}}",
		 "hooks",
		 "{\"a\":{\"event\":\"3\",\"matcher\":\"\",\"script\":\"\"},"
		 "\"b\":{\"event\":\"2\",\"matcher\":\"\",\"script\":\"\"}}"},
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(cases); i++) {
		_cleanup_(nono_profile_done) struct nono_profile base = profile_good(cases[i].base);
		_cleanup_(nono_profile_done) struct nono_profile child = profile_good(cases[i].child);
		struct nono_error err = {0};

		REQUIRE(nono_profile_merge(&base, &child, &err) == 0);
		check(&base, cases[i].key, cases[i].expected);
	}
}

/* Every key that can hold something keeps it, also those that nothing uses yet. */
TEST(every_key_keeps_its_value)
{
	static const char *const samples[NONO_KINDS] = {
		[NONO_KIND_SECTION] = "{}",    [NONO_KIND_MAP] = "{}",	       [NONO_KIND_ITEMS] = "[]",
		[NONO_KIND_STRING] = "\"x\"",  [NONO_KIND_BOOL] = "true",      [NONO_KIND_LIST] = "[\"x\"]",
		[NONO_KIND_PORTS] = "[1]",     [NONO_KIND_RANGES] = "[[1,2]]", [NONO_KIND_PAIRS] = "{\"x\":\"X\"}",
		[NONO_KIND_ANY] = "{\"x\":1}",
	};
	size_t count = 0;

	for (size_t i = 0; i < nono_key_count; i++) {
		const struct nono_key *k = &nono_keys[i];
		_cleanup_(nono_freep) char *text = NULL;
		_cleanup_(nono_profile_done) struct nono_profile p = {0};

		if (!nono_key_has_value(k) || !samples[k->kind] ||
		    strchr(samples[k->kind], '}') == samples[k->kind] + 1 ||
		    strchr(samples[k->kind], ']') == samples[k->kind] + 1 || k->check == nono_check_seatbelt ||
		    nono_key_is_in(k, "meta"))
			continue;
		text = profile_nested(k->path, samples[k->kind]);
		p = profile_good(text);
		check(&p, k->path, samples[k->kind]);
		count++;
	}
	CHECK(count > 50);
}
