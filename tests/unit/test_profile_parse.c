/* test_profile_parse.c - what a profile may say, and how it is refused.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/buf.h"
#include "base/util.h"
#include "policy/profile_keys.h"
#include "profile_t.h"
#include "t.h"

struct refused {
	const char *text, *error;
};

static void check_refused(const struct refused *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		_cleanup_(nono_profile_done) struct nono_profile p = {0};
		struct nono_error err = {0};

		CHECK_INT(profile_parse(cases[i].text, &p, &err), -NONO_E_PARSE);
		CHECK_STR(err.text, cases[i].error);
	}
}

TEST(unknown_keys)
{
	static const struct refused cases[] = {
		{"{\"filesystem\":\n  {\"raed\": []}}",
		 "p.json:2:4: filesystem.raed: unknown key; did you mean filesystem.read?"},
		{"{\"network\":{\"blok\":true}}",
		 "p.json:1:13: network.blok: unknown key; did you mean network.block?"},
		{"{\"filesytem\":{}}", "p.json:1:2: filesytem: unknown key; did you mean filesystem?"},
		{"{\"read_file\":[]}", "p.json:1:2: read_file: unknown key; did you mean filesystem.read_file?"},
		{"{\"network\":{\"add_deny_access\":[]}}",
		 "p.json:1:13: network.add_deny_access: unknown key; did you mean policy.add_deny_access?"},
		{"{\"policy\":{\"overide_deny\":[]}}",
		 "p.json:1:12: policy.overide_deny: unknown key; did you mean policy.override_deny?"},
		{"{\"workdir\":{\"Access\":\"read\"}}",
		 "p.json:1:13: workdir.Access: unknown key; did you mean workdir.access?"},
		{"{\"workdir\":{\"qqqqqqqq\":\"read\"}}",
		 "p.json:1:13: workdir.qqqqqqqq: unknown key; known here: access"},
		{"{\"hooks\":{\"a\":{\"event\":\"\",\"matcher\":\"\",\"scrip\":\"\"}}}",
		 "p.json:1:40: hooks.a.scrip: unknown key; did you mean hooks.*.script?"},
		{"{\"hooks\":{\"*\":1}}", "p.json:1:15: hooks[\"*\"]: expected an object {}, found a number"},
		{"{\"filesystem\":{\"read\":[{\"path\":\"/\",\"wen\":\"linux\"}]}}",
		 "p.json:1:36: filesystem.read[0].wen: unknown key; an entry has path and when"},
		{"{\"groups\":{\"include\":[{\"path\":\"x\"}]}}",
		 "p.json:1:24: groups.include[0].path: unknown key; an entry has name and when"},
	};

	check_refused(cases, NONO_ARRAY_SIZE(cases));
}

TEST(wrong_types)
{
	static const struct refused cases[] = {
		{"{\"filesystem\":[]}", "p.json:1:15: filesystem: expected an object {}, found a list []"},
		{"{\"filesystem\":null}", "p.json:1:15: filesystem: expected an object {}, found null"},
		{"{\"filesystem\":{\"read\":\"/x\"}}",
		 "p.json:1:23: filesystem.read: expected a list of strings such as [\"...\"], found a string"},
		{"{\"filesystem\":{\"read\":null}}",
		 "p.json:1:23: filesystem.read: expected a list of strings such as [\"...\"], found null"},
		{"{\"filesystem\":{\"read\":[\"/x\", 1]}}", "p.json:1:30: filesystem.read[1]: expected a string or "
							    "{\"path\": ..., \"when\": ...}, found a number"},
		{"{\"commands\":{\"deny\":[{}]}}",
		 "p.json:1:22: commands.deny[0]: expected a string, found an object {}"},
		{"{\"interactive\":\"true\"}", "p.json:1:16: interactive: expected true or false, found a string"},
		{"{\"interactive\":1}", "p.json:1:16: interactive: expected true or false, found a number"},
		{"{\"network\":{\"block\":null}}", "p.json:1:21: network.block: expected true or false, found null"},
		{"{\"meta\":{\"name\":\"x\",\"version\":1.5}}",
		 "p.json:1:31: meta.version: expected a string, found a fraction"},
		{"{\"meta\":{\"version\":\"1\"}}", "p.json:1:9: meta: name is missing; write \"name\": \"...\""},
		{"{\"extends\":3}",
		 "p.json:1:12: extends: expected a list of strings such as [\"...\"], found a number"},
		{"{\"extends\":[3]}", "p.json:1:13: extends[0]: expected a string, found a number"},
		{"{\"workdir\":{\"access\":\"rw\"}}",
		 "p.json:1:22: workdir.access: 'rw' is not known; write none, read, write or readwrite"},
		{"{\"security\":{\"signal_mode\":\"al\\u001b\"}}",
		 "p.json:1:28: security.signal_mode: 'al\\x1b' is not known; write isolated, allow_same_sandbox or "
		 "allow_all"},
		{"{\"linux\":{\"af_unix_mediation\":\"!pathname\"}}",
		 "p.json:1:31: linux.af_unix_mediation: '!pathname' is not known; write off or pathname"},
		{"{\"command_policies\":null}", "p.json:1:21: command_policies: expected an object {}, found null"},
		{"{\"session_hooks\":{\"before\":{}}}",
		 "p.json:1:28: session_hooks.before: script is missing; write \"script\": \"...\""},
		{"{\"session_hooks\":{\"before\":{\"script\":\"x\"}}}",
		 "p.json:1:38: session_hooks.before.script: not an absolute path; begin it with /"},
		{"{\"session_hooks\":{\"after\":{\"script\":\"/x\",\"timeout_secs\":0}}}",
		 "p.json:1:57: session_hooks.after.timeout_secs: out of range; write a number from 1 to 2147483647"},
		{"{\"hooks\":{\"a\":{\"event\":\"e\",\"matcher\":\"m\"}}}",
		 "p.json:1:15: hooks.a: script is missing; write \"script\": \"...\""},
		{"{\"network\":{\"allow_domain\":[\"a\",1]}}",
		 "p.json:1:33: network.allow_domain[1]: expected an object {}, found a number"},
		{"{\"network\":{\"allow_domain\":[{\"endpoints\":[]}]}}",
		 "p.json:1:29: network.allow_domain[0]: domain is missing; write \"domain\": \"...\""},
		{"{\"credential_routes\":[1]}",
		 "p.json:1:23: credential_routes[0]: expected an object {}, found a number"},
		{"{\"network\":{\"custom_credentials\":{\"x\":{}}}}",
		 "p.json:1:39: network.custom_credentials.x: upstream is missing; write \"upstream\": \"...\""},
	};

	check_refused(cases, NONO_ARRAY_SIZE(cases));
}

TEST(wrong_values)
{
	static const struct refused cases[] = {
		{"{\"filesystem\":{\"read\":[\"\"]}}",
		 "p.json:1:24: filesystem.read[0]: an empty path; write one, such as $HOME/project"},
		{"{\"network\":{\"open_port\":[70000]}}",
		 "p.json:1:26: network.open_port[0]: expected a port from 0 to 65535, found a number out of range"},
		{"{\"network\":{\"port_allow\":[1,-1]}}",
		 "p.json:1:29: network.port_allow[1]: expected a port from 0 to 65535, found a number out of range"},
		{"{\"network\":{\"connect_port\":[80.0]}}",
		 "p.json:1:29: network.connect_port[0]: expected a port from 0 to 65535, found a fraction"},
		{"{\"network\":{\"listen_port_range\":[[2,1]]}}",
		 "p.json:1:34: network.listen_port_range[0]: the first port is above the last; write [1, 2]"},
		{"{\"network\":{\"open_port_range\":[[2]]}}",
		 "p.json:1:32: network.open_port_range[0]: expected a pair of ports such as [8000, 8010]"},
		{"{\"network\":{\"open_port_range\":[[2,65536]]}}",
		 "p.json:1:35: network.open_port_range[0][1]: expected a port from 0 to 65535, found a number out of "
		 "range"},
		{"{\"extends\":\"../x\"}",
		 "p.json:1:12: extends: not the name of a profile; write letters, digits and - only"},
		{"{\"extends\":[\"a\",\"-b\"]}",
		 "p.json:1:17: extends[1]: not the name of a profile; write letters, digits and - only"},
		{"{\"extends\":\"ns/pack\"}",
		 "p.json:1:12: extends: packs are not available; put the profile among your own and write its name"},
		{"{\"environment\":{\"set_vars\":{\"PATH\":\"/x\"}}}",
		 "p.json:1:29: environment.set_vars.PATH: PATH cannot be set here; it is the caller's"},
		{"{\"environment\":{\"set_vars\":{\"1A\":\"/x\"}}}",
		 "p.json:1:29: environment.set_vars.1A: not a variable's name; write letters, digits and _"},
		{"{\"environment\":{\"set_vars\":{\"NONO_X\":\"/x\"}}}",
		 "p.json:1:29: environment.set_vars.NONO_X: NONO_ variables are nono's own; use another name"},
		{"{\"environment\":{\"set_vars\":{\"A\":1}}}",
		 "p.json:1:33: environment.set_vars.A: expected a string, found a number"},
		{"{\"environment\":{\"deny_vars\":[\"*_KEY\"]}}",
		 "p.json:1:30: environment.deny_vars[0]: a * only stands at the end; write a variable's whole name, or "
		 "PREFIX*"},
		{"{\"secrets\":{\"k\":\"ld_preload\"}}",
		 "p.json:1:17: secrets.k: programs load code by this variable; use another one"},
		{"{\"env_credentials\":{\"k\":{\"env_var\":\"PATH\",\"when\":\"linux\"}}}",
		 "p.json:1:36: env_credentials.k.env_var: programs load code by this variable; use another one"},
		{"{\"env_credentials\":{\"op://a/b\":\"X\"}}",
		 "p.json:1:21: env_credentials[\"op://a/b\"]: write op://VAULT/ITEM/FIELD"},
		{"{\"filesystem\":{\"read\":[{\"when\":\"linux\"}]}}",
		 "p.json:1:24: filesystem.read[0]: path is missing; write {\"path\": ..., \"when\": ...}"},
		{"{\"filesystem\":{\"read\":[{\"path\":\"/x\",\"when\":[]}]}}",
		 "p.json:1:44: filesystem.read[0].when: an empty list never holds; write a predicate or leave it out"},
		{"{\"filesystem\":{\"read\":[{\"path\":\"/x\",\"when\":[\"linux\",\"\"]}]}}",
		 "p.json:1:53: filesystem.read[0].when[1]: a predicate begins with a system: linux, macos or windows"},
		{"{\"filesystem\":{\"read\":[{\"path\":\"/x\",\"when\":1}]}}",
		 "p.json:1:44: filesystem.read[0].when: expected a predicate such as \"linux\", found a number"},
		{"{\"unsafe_macos_seatbelt_rules\":[\"(allow x\"]}",
		 "p.json:1:33: unsafe_macos_seatbelt_rules[0]: brackets or quotes do not match; write one whole rule, "
		 "such as "
		 "(allow sysctl-read)"},
		{"{\"platform_overrides\":{\"linux\":{\"extends\":\"x\"}}}",
		 "p.json:1:33: platform_overrides.linux.extends: cannot stand inside platform_overrides; write it at "
		 "the top"},
		{"{\"platform_overrides\":{\"macos\":{\"platform_overrides\":{}}}}",
		 "p.json:1:33: platform_overrides.macos.platform_overrides: cannot stand inside platform_overrides; "
		 "write it at "
		 "the top"},
		{"{\"platform_overrides\":{\"windows\":{\"filesystem\":{\"raed\":[]}}}}",
		 "p.json:1:49: platform_overrides.windows.filesystem.raed: unknown key; did you mean filesystem.read?"},
	};

	check_refused(cases, NONO_ARRAY_SIZE(cases));
}

TEST(lists_are_bounded)
{
	_cleanup_(nono_buf_done) struct nono_buf text = {0};
	_cleanup_(nono_profile_done) struct nono_profile p = {0};
	struct nono_error err = {0};

	nono_buf_puts(&text, "{\"filesystem\":{\"read\":[\"/0\"");
	for (int i = 1; i < NONO_LIST_ITEMS; i++)
		nono_buf_printf(&text, ",\"/%d\"", i);
	text.len = strlen(text.data);
	nono_buf_puts(&text, "]}}");
	REQUIRE(profile_parse(text.data, &p, &err) == 0);
	CHECK_INT(p.filesystem.read.len, NONO_LIST_ITEMS);
	nono_profile_done(&p);
	text.len -= 3;
	nono_buf_puts(&text, ",1]}}");
	CHECK_INT(profile_parse(text.data, &p, &err), -NONO_E_LIMIT);
	CHECK_STR(err.text, "p.json:1:23: filesystem.read: more than 4096 entries");
}

TEST(size_is_bounded)
{
	static char text[NONO_PROFILE_BYTES + 2];
	_cleanup_(nono_profile_done) struct nono_profile p = {0};
	struct nono_error err = {0};

	memset(text, ' ', sizeof(text) - 1);
	memcpy(text, "{}", 2);
	CHECK_INT(profile_parse(text, &p, &err), -NONO_E_LIMIT);
	text[NONO_PROFILE_BYTES] = '\0';
	CHECK_INT(profile_parse(text, &p, &err), 0);
}

TEST(values_are_kept)
{
	_cleanup_(nono_profile_done) struct nono_profile p = profile_good(
		"{\"meta\":{\"name\":\"n\"},\"extends\":\"base\",\"workdir\":{\"access\":\"readwrite\"},"
		"\"security\":{\"signal_mode\":\"allow_all\",\"ipc_mode\":\"full\",\"capability_elevation\":false},"
		"\"linux\":{\"namespaces\":\"allow\"},\"network\":{\"open_port\":[80],\"open_port_range\":[[1,2],[80,"
		"80]]},"
		"\"environment\":{\"allow_vars\":[],\"set_vars\":{\"A\":\"b\"}},\"interactive\":true,"
		"\"filesystem\":{\"read\":[\"/b\",\"/a\",\"/b\",\"/x y\\n\\u00e9\"]}}");
	_cleanup_(nono_freep) char *reads = profile_texts(&p.filesystem.read);

	CHECK_STR(p.meta.name, "n");
	CHECK_STR(p.extends.items[0].text, "base");
	CHECK_INT(p.workdir.access, NONO_WORKDIR_READWRITE);
	CHECK_INT(p.security.signal_mode, NONO_SIGNAL_ALL);
	CHECK_INT(p.security.ipc_mode, NONO_IPC_FULL);
	CHECK_INT(p.security.capability_elevation, NONO_TRI_FALSE);
	CHECK_INT(p.linux_.namespaces, NONO_NAMESPACES_ALLOW);
	CHECK_INT(p.network.open_port.len, 2);
	CHECK(p.environment.allow_vars_set);
	CHECK_STR(p.environment.set_vars.items[0].value, "b");
	CHECK_INT(p.interactive, NONO_TRI_TRUE);
	CHECK_INT(p.network.block, NONO_TRI_UNSET);
	CHECK_STR(reads, "/b /a /x y\n\xc3\xa9");
	CHECK_STR(p.filesystem.read.items[0].origin, "p");
}

TEST(empty_and_null)
{
	static const char *const texts[] = {
		"{}",
		"{\"extends\":null}",
		"{\"extends\":[]}",
		"{\"environment\":null}",
		"{\"open_urls\":null}",
		"{\"binary\":null}",
		"{\"platform_overrides\":null}",
		"{\"$schema\":\"x\"}",
		"{\"security\":{\"signal_mode\":null}}",
		"{\"linux\":{\"af_unix_mediation\":null}}",
		"{\"allow_gpu\":null}",
		"{\"network\":{\"credentials\":null}}",
		"{\"policy\":{}}",
		"{\"platform_overrides\":{\"linux\":null}}",
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(texts); i++) {
		_cleanup_(nono_profile_done) struct nono_profile p = profile_good(texts[i]), empty = {0};
		_cleanup_(nono_freep) char *a = profile_dump(&p);
		_cleanup_(nono_freep) char *b = profile_dump(&empty);

		CHECK_STR(a, b);
	}
}

TEST(entries_for_this_system)
{
	_cleanup_(nono_profile_done) struct nono_profile p = profile_good(
		"{\"filesystem\":{\"read\":[{\"path\":\"/l\",\"when\":\"linux\"},{\"path\":\"/m\",\"when\":\"macos\"},"
		"{\"path\":\"/u\",\"when\":[\"macos\",\"linux:ubuntu:>=24\"]},{\"path\":\"/n\",\"when\":\"!linux\"},"
		"{\"path\":\"/d\",\"when\":\"linux:debian-like\"},{\"path\":\"/p\"}]},"
		"\"groups\":{\"include\":[{\"name\":\"g\",\"when\":\"!macos\"}]},"
		"\"open_urls\":{\"allow_origins\":[{\"origin\":\"https://x\",\"when\":\"windows\"}]},"
		"\"env_credentials\":{\"k\":{\"env_var\":\"A\",\"when\":\"macos\"}},"
		"\"platform_overrides\":{\"linux\":{\"filesystem\":{\"read\":[\"/"
		"over\"]}},\"macos\":{\"interactive\":true}}}");
	_cleanup_(nono_freep) char *reads = profile_texts(&p.filesystem.read);

	CHECK_STR(reads, "/l /u /d /p");
	CHECK_INT(p.groups.include.len, 1);
	CHECK_INT(p.env_credentials.len, 0);
	CHECK_INT(p.unbuilt_protecting.len + p.unbuilt_convenience.len, 0);
	REQUIRE(p.platform != NULL);
	CHECK_STR(p.platform->filesystem.read.items[0].text, "/over");
}

struct mark {
	const char *text, *protecting, *convenience;
};

TEST(what_is_not_built_is_marked)
{
	static const struct mark cases[] = {
		{"{\"network\":{\"network_profile\":\"developer\"}}", "network.network_profile", ""},
		{"{\"network\":{\"network_profile\":null}}", "", ""},
		{"{\"network\":{\"proxy_allow\":[\"a\"],\"proxy_credentials\":[\"b\"]}}",
		 "network.allow_domain network.credentials", ""},
		{"{\"network\":{\"allow_domain\":[],\"deny_domain\":[],\"upstream_proxy\":\"\"}}", "", ""},
		{"{\"network\":{\"deny_domain\":[\"a\"],\"upstream_bypass\":[\"b\"]}}",
		 "network.deny_domain network.upstream_bypass", ""},
		{"{\"network\":{\"tls_intercept\":{}}}", "network.tls_intercept", ""},
		{"{\"network\":{\"no_proxy\":[\"a\"],\"allow_http2\":true}}", "",
		 "network.no_proxy network.allow_http2"},
		{"{\"network\":{\"custom_credentials\":{\"x\":{\"upstream\":\"https://x\"}}}}",
		 "network.custom_credentials", ""},
		{"{\"secrets\":{\"k\":\"API_KEY\"}}", "env_credentials", ""},
		{"{\"credential_capture\":{\"x\":{\"command\":[\"a\"],\"timeout_secs\":300}}}", "credential_capture",
		 ""},
		{"{\"command_policies\":{\"commands\":{}}}", "", ""},
		{"{\"command_policies\":{\"commands\":{\"git\":{}}}}", "command_policies.commands", ""},
		{"{\"linux\":{\"af_unix_mediation\":\"off\",\"sandbox_policy\":\"landlock\"}}", "", ""},
		{"{\"linux\":{\"af_unix_mediation\":\"pathname\",\"sandbox_policy\":\"external\"}}",
		 "linux.af_unix_mediation linux.sandbox_policy", ""},
		{"{\"open_urls\":{\"allow_origins\":[],\"allow_localhost\":false}}", "", ""},
		{"{\"open_urls\":{\"allow_localhost\":true},\"allow_launch_services\":true,\"skipdirs\":[\"a\"]}", "",
		 "open_urls allow_launch_services skipdirs"},
		{"{\"undo\":{\"exclude_patterns\":[\"a\"]},\"packs\":[\"a/"
		 "b\"],\"diagnostics\":{\"suppress_system_services\":[]}}",
		 "", "rollback packs"},
		{"{\"hooks\":{\"a\":{\"event\":\"e\",\"matcher\":\"m\",\"script\":\"s\"}}}", "", ""},
		{"{\"session_hooks\":{\"before\":{\"script\":\"/x\"}}}", "", ""},
		{"{\"security\":{\"capability_elevation\":true,\"wsl2_proxy_policy\":\"insecure_proxy\"}}", "",
		 "security.capability_elevation security.wsl2_proxy_policy"},
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(cases); i++) {
		_cleanup_(nono_profile_done) struct nono_profile p = profile_good(cases[i].text);
		_cleanup_(nono_freep) char *protecting = profile_texts(&p.unbuilt_protecting);
		_cleanup_(nono_freep) char *convenience = profile_texts(&p.unbuilt_convenience);

		CHECK_STR(protecting, cases[i].protecting);
		CHECK_STR(convenience, cases[i].convenience);
	}
}

/* A value that the kind of a key accepts. */
static const char *sample(const struct nono_key *k)
{
	static const char *const samples[NONO_KINDS] = {
		[NONO_KIND_SECTION] = "{\"exclude_patterns\":[\"a\"],\"exclude_globs\":[\"*.b\"]}",
		[NONO_KIND_ITEMS] = "[\"a\",{\"domain\":\"b\"}]",
		[NONO_KIND_STRING] = "\"a\"",
		[NONO_KIND_LIST] = "[\"b\",\"a\"]",
		[NONO_KIND_PORTS] = "[8080,1]",
		[NONO_KIND_PAIRS] = "{\"key\":\"VARIABLE\"}",
	};

	return samples[k->kind];
}

static const struct nono_key *canonical(const struct nono_key_alias *a)
{
	for (size_t i = 0; i < nono_key_count; i++)
		if (strcmp(nono_keys[i].path, a->canonical) == 0)
			return &nono_keys[i];
	return NULL;
}

TEST(older_names_mean_the_same)
{
	for (size_t i = 0; i < nono_key_alias_count; i++) {
		const struct nono_key_alias *a = &nono_key_aliases[i];
		const struct nono_key *k = canonical(a);
		_cleanup_(nono_freep) char *old_text = k ? profile_nested(a->path, sample(k)) : NULL;
		_cleanup_(nono_freep) char *new_text = k ? profile_nested(a->canonical, sample(k)) : NULL;
		_cleanup_(nono_profile_done) struct nono_profile old_way = {0}, new_way = {0}, empty = {0};
		_cleanup_(nono_freep) char *old_dump = NULL;
		_cleanup_(nono_freep) char *new_dump = NULL;
		_cleanup_(nono_freep) char *empty_dump = profile_dump(&empty);

		REQUIRE(k != NULL && sample(k) != NULL);
		old_way = profile_good(old_text);
		new_way = profile_good(new_text);
		old_dump = profile_dump(&old_way);
		new_dump = profile_dump(&new_way);
		CHECK_STR(old_dump, new_dump);
		CHECK(strcmp(new_dump, empty_dump) != 0);
	}
}

TEST(names_of_reference)
{
	static const char *const pairs[][2] = {
		{"secrets", "env_credentials"},
		{"undo", "rollback"},
		{"security.groups", "groups.include"},
		{"security.trust_groups", "trust_groups"},
		{"exclude_groups", "groups.exclude"},
		{"policy.exclude_groups", "groups.exclude"},
		{"security.allowed_commands", "commands.allow"},
		{"policy.add_deny_commands", "commands.deny"},
		{"policy.add_allow_read", "filesystem.read"},
		{"policy.add_allow_write", "filesystem.write"},
		{"policy.add_allow_readwrite", "filesystem.allow"},
		{"policy.add_deny_access", "filesystem.deny"},
		{"policy.override_deny", "filesystem.bypass_protection"},
		{"filesystem.ignore", "filesystem.suppress_save_prompt"},
		{"network.proxy_allow", "network.allow_domain"},
		{"network.allow_proxy", "network.allow_domain"},
		{"network.proxy_credentials", "network.credentials"},
		{"network.port_allow", "network.open_port"},
		{"network.allow_port", "network.open_port"},
		{"network.external_proxy", "network.upstream_proxy"},
		{"network.external_proxy_bypass", "network.upstream_bypass"},
		{"brokered_commands", "command_args"},
	};

	CHECK_INT(nono_key_alias_count, NONO_ARRAY_SIZE(pairs));
	for (size_t i = 0; i < NONO_ARRAY_SIZE(pairs); i++) {
		bool found = false;

		for (size_t j = 0; j < nono_key_alias_count; j++)
			found |= strcmp(nono_key_aliases[j].path, pairs[i][0]) == 0 &&
				 strcmp(nono_key_aliases[j].canonical, pairs[i][1]) == 0;
		if (!found)
			t_fail(__FILE__, __LINE__, "%s is not another name of %s", pairs[i][0], pairs[i][1]);
	}
}

TEST(two_names_of_one_key)
{
	static const struct refused cases[] = {
		{"{\"undo\":{},\"rollback\":{}}",
		 "p.json:1:12: rollback: means the same as undo, which is there too; keep only rollback"},
		{"{\"env_credentials\":{},\n\"secrets\":{}}", "p.json:2:1: secrets: means the same as env_credentials, "
							      "which is there too; keep only env_credentials"},
		{"{\"network\":{\"proxy_allow\":[],\"allow_proxy\":[]}}",
		 "p.json:1:30: network.allow_proxy: means the same as network.proxy_allow, which is there too; keep "
		 "only network.allow_domain"},
		{"{\"policy\":{\"add_deny_access\":[\"/x\"]},\"filesystem\":{\"deny\":[]}}",
		 "p.json:1:52: filesystem.deny: means the same as policy.add_deny_access, which is there too; keep "
		 "only filesystem.deny"},
		{"{\"trust_groups\":[],\"security\":{\"trust_groups\":[]}}",
		 "p.json:1:32: security.trust_groups: means the same as trust_groups, which is there too; keep only "
		 "trust_groups"},
		{"{\"platform_overrides\":{\"linux\":{\"undo\":{},\"rollback\":{}}}}",
		 "p.json:1:43: platform_overrides.linux.rollback: means the same as undo, which is there too; keep "
		 "only rollback"},
	};
	_cleanup_(nono_profile_done) struct nono_profile p = profile_good(
		"{\"undo\":{},\"platform_overrides\":{\"linux\":{\"rollback\":{}}}}");

	CHECK_INT(p.extends.len, 0);
	check_refused(cases, NONO_ARRAY_SIZE(cases));
}
