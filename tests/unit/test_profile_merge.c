/* test_profile_merge.c - a profile over its base.  SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "base/util.h"
#include "profile_t.h"
#include "t.h"

static const struct nono_profile_origin base_origin = {.file = "base.json", .name = "base", .builtin = true};

static struct nono_profile parse_base(const char *text)
{
	struct nono_profile p = {0};
	struct nono_error err = {0};

	if (nono_profile_parse(text, strlen(text), NULL, &base_origin, &p, &err) < 0) {
		t_fail(__FILE__, __LINE__, "refused: %s", err.text);
		t_require(false, __FILE__, __LINE__, "see above");
	}
	return p;
}

static struct nono_profile merged(const char *base_text, const char *child_text)
{
	struct nono_profile base = parse_base(base_text), child = profile_good(child_text);
	struct nono_error err = {0};

	REQUIRE(nono_profile_merge(&base, &child, &err) == 0);
	return base;
}

TEST(lists_append)
{
	_cleanup_(nono_profile_done) struct nono_profile p = merged(
		"{\"filesystem\":{\"read\":[\"/a\",\"/"
		"b\"]},\"trust_groups\":[\"x\"],\"network\":{\"open_port\":[1,2]}}",
		"{\"filesystem\":{\"read\":[\"/c\",\"/a\"],\"deny\":[\"/d\"]},\"network\":{\"open_port\":[2,3]}}");
	_cleanup_(nono_freep) char *reads = profile_texts(&p.filesystem.read);

	CHECK_STR(reads, "/a /b /c");
	CHECK_STR(p.filesystem.read.items[0].origin, "base");
	CHECK(p.filesystem.read.items[0].builtin);
	CHECK_STR(p.filesystem.read.items[2].origin, "p");
	CHECK(!p.filesystem.read.items[2].builtin);
	CHECK_INT(p.filesystem.deny.len, 1);
	CHECK_INT(p.trust_groups.len, 1);
	CHECK_INT(p.network.open_port.len, 3);
}

TEST(meta_is_the_childs)
{
	_cleanup_(nono_profile_done) struct nono_profile p = merged(
		"{\"meta\":{\"name\":\"b\",\"author\":\"x\"},\"extends\":\"y\"}", "{\"meta\":{\"name\":\"c\"}}");
	_cleanup_(nono_profile_done) struct nono_profile q = merged("{\"meta\":{\"name\":\"b\"}}", "{}");

	CHECK_STR(p.meta.name, "c");
	CHECK_STR(p.meta.author, NULL);
	CHECK_INT(p.extends.len, 0);
	CHECK_STR(q.meta.name, NULL);
}

/* One number of the merged profile for texts of base and child. */
struct scalar {
	const char *base, *child;
	size_t offset;
	int expected;
};

#define AT(field) offsetof(struct nono_profile, field)

TEST(scalars)
{
	static const struct scalar cases[] = {
		{"{\"security\":{\"signal_mode\":\"allow_all\"}}", "{}", AT(security.signal_mode), NONO_SIGNAL_ALL},
		{"{\"security\":{\"signal_mode\":\"allow_all\"}}", "{\"security\":{\"signal_mode\":\"isolated\"}}",
		 AT(security.signal_mode), NONO_SIGNAL_ISOLATED},
		{"{\"security\":{\"signal_mode\":\"allow_all\"}}", "{\"security\":{\"signal_mode\":null}}",
		 AT(security.signal_mode), NONO_SIGNAL_ALL},
		{"{\"security\":{\"capability_elevation\":true}}", "{\"security\":{\"capability_elevation\":false}}",
		 AT(security.capability_elevation), NONO_TRI_FALSE},
		{"{\"interactive\":true}", "{\"interactive\":false}", AT(interactive), NONO_TRI_TRUE},
		{"{}", "{\"interactive\":true}", AT(interactive), NONO_TRI_TRUE},
		{"{\"interactive\":false}", "{}", AT(interactive), NONO_TRI_FALSE},
		{"{\"network\":{\"block\":true}}", "{\"network\":{\"block\":false}}", AT(network.block), NONO_TRI_TRUE},
		{"{\"workdir\":{\"access\":\"read\"}}", "{\"workdir\":{\"access\":\"none\"}}", AT(workdir.access),
		 NONO_WORKDIR_READ},
		{"{\"workdir\":{\"access\":\"readwrite\"}}", "{\"workdir\":{\"access\":\"read\"}}", AT(workdir.access),
		 NONO_WORKDIR_READ},
		{"{}", "{\"workdir\":{\"access\":\"none\"}}", AT(workdir.access), NONO_WORKDIR_NONE},
		{"{\"linux\":{\"namespaces\":\"allow\"}}", "{\"linux\":{\"namespaces\":\"deny\"}}",
		 AT(linux_.namespaces), NONO_NAMESPACES_DENY},
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(cases); i++) {
		_cleanup_(nono_profile_done) struct nono_profile p = merged(cases[i].base, cases[i].child);

		CHECK_INT(*(const int *)((const char *)&p + cases[i].offset), cases[i].expected);
	}
}

TEST(strings)
{
	_cleanup_(nono_profile_done) struct nono_profile p = merged("{\"binary\":\"a\"}", "{\"binary\":\"b\"}");
	_cleanup_(nono_profile_done) struct nono_profile q = merged("{\"binary\":\"a\"}", "{\"binary\":null}");

	CHECK_STR(p.binary, "b");
	CHECK_STR(q.binary, "a");
}

TEST(pairs_by_name)
{
	_cleanup_(nono_profile_done) struct nono_profile p = merged(
		"{\"environment\":{\"set_vars\":{\"A\":\"1\",\"B\":\"2\"}},\"secrets\":{\"x\":\"V\",\"y\":\"W\",\"z\":"
		"\"X\"}}",
		"{\"environment\":{\"set_vars\":{\"C\":\"4\",\"A\":\"3\"}},\"env_credentials\":{\"n\":\"V\",\"z\":"
		"\"Z\"}}");

	REQUIRE(p.environment.set_vars.len == 3);
	CHECK_STR(p.environment.set_vars.items[0].name, "A");
	CHECK_STR(p.environment.set_vars.items[0].value, "3");
	CHECK_STR(p.environment.set_vars.items[0].origin, "p");
	CHECK_STR(p.environment.set_vars.items[2].name, "C");
	/* x filled V, which the child fills from n; y stays; z has the child's variable. */
	REQUIRE(p.env_credentials.len == 3);
	CHECK_STR(p.env_credentials.items[0].name, "y");
	CHECK_STR(p.env_credentials.items[1].name, "z");
	CHECK_STR(p.env_credentials.items[1].value, "Z");
	CHECK_STR(p.env_credentials.items[2].name, "n");
}

TEST(allow_vars_written_or_not)
{
	_cleanup_(nono_profile_done) struct nono_profile none = merged("{}",
								       "{\"environment\":{\"deny_vars\":[\"A\"]}}");
	_cleanup_(nono_profile_done) struct nono_profile kept = merged("{\"environment\":{\"allow_vars\":[]}}", "{}");
	_cleanup_(nono_profile_done) struct nono_profile both = merged("{\"environment\":{\"allow_vars\":[\"A\"]}}",
								       "{\"environment\":{\"allow_vars\":[\"B\"]}}");

	CHECK(!none.environment.allow_vars_set);
	CHECK(kept.environment.allow_vars_set);
	CHECK(both.environment.allow_vars_set);
	CHECK_INT(both.environment.allow_vars.len, 2);
}

struct marks {
	const char *base, *child, *protecting, *convenience;
};

TEST(marks_are_inherited_and_cleared)
{
	static const struct marks cases[] = {
		{"{\"network\":{\"network_profile\":\"d\"}}", "{}", "network.network_profile", ""},
		{"{\"network\":{\"network_profile\":\"d\"}}", "{\"network\":{\"network_profile\":null}}", "", ""},
		{"{\"network\":{\"network_profile\":null}}", "{\"network\":{\"network_profile\":\"d\"}}",
		 "network.network_profile", ""},
		{"{\"network\":{\"credentials\":[\"a\"]}}", "{\"network\":{\"credentials\":null}}",
		 "network.credentials", ""},
		{"{\"network\":{\"credentials\":[\"a\"]}}", "{\"network\":{\"proxy_credentials\":[]}}", "", ""},
		{"{\"network\":{\"allow_domain\":[\"a\"]}}", "{\"network\":{\"allow_domain\":[]}}",
		 "network.allow_domain", ""},
		{"{\"linux\":{\"af_unix_mediation\":\"pathname\"}}", "{\"linux\":{\"af_unix_mediation\":\"off\"}}", "",
		 ""},
		{"{\"allow_gpu\":true}", "{\"allow_gpu\":false}", "", ""},
		{"{\"allow_gpu\":true}", "{\"allow_gpu\":null}", "", "allow_gpu"},
		{"{\"open_urls\":{\"allow_localhost\":true}}", "{\"open_urls\":{}}", "", ""},
		{"{\"open_urls\":{\"allow_localhost\":true}}", "{\"open_urls\":null}", "", "open_urls"},
		{"{\"network\":{\"tls_intercept\":{}}}", "{\"network\":{\"tls_intercept\":null}}",
		 "network.tls_intercept", ""},
		{"{\"network\":{\"allow_http2\":true}}", "{\"network\":{\"allow_http2\":false}}", "",
		 "network.allow_http2"},
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(cases); i++) {
		_cleanup_(nono_profile_done) struct nono_profile p = merged(cases[i].base, cases[i].child);
		_cleanup_(nono_freep) char *protecting = profile_texts(&p.unbuilt_protecting);
		_cleanup_(nono_freep) char *convenience = profile_texts(&p.unbuilt_convenience);

		CHECK_STR(protecting, cases[i].protecting);
		CHECK_STR(convenience, cases[i].convenience);
	}
}

/* A profile that cleared something clears it too where it is itself put over another. */
TEST(clearing_is_kept)
{
	struct nono_profile middle = merged("{\"network\":{\"network_profile\":\"d\"}}",
					    "{\"network\":{\"network_profile\":null}}");
	_cleanup_(nono_profile_done) struct nono_profile base = parse_base("{\"network\":{\"network_profile\":\"e\"}}");
	struct nono_error err = {0};

	CHECK_INT(base.unbuilt_protecting.len, 1);
	REQUIRE(nono_profile_merge(&base, &middle, &err) == 0);
	CHECK_INT(base.unbuilt_protecting.len, 0);
}

TEST(platform_bodies)
{
	_cleanup_(nono_profile_done) struct nono_profile p = merged(
		"{\"platform_overrides\":{\"linux\":{\"filesystem\":{\"read\":[\"/"
		"pb\"]},\"network\":{\"network_profile\":\"d\"}}}}",
		"{\"meta\":{\"name\":\"c\"},\"filesystem\":{\"read\":[\"/c\"]},"
		"\"platform_overrides\":{\"linux\":{\"meta\":{\"name\":\"other\"},\"filesystem\":{\"read\":[\"/pc\"]},"
		"\"network\":{\"network_profile\":null}},\"macos\":{\"filesystem\":{\"read\":[\"/mac\"]}}}}");
	_cleanup_(nono_freep) char *reads = NULL;
	struct nono_error err = {0};

	REQUIRE(nono_profile_apply_platform(&p, &err) == 0);
	reads = profile_texts(&p.filesystem.read);
	CHECK_STR(reads, "/c /pb /pc");
	CHECK_STR(p.meta.name, "c");
	CHECK(p.platform == NULL);
	CHECK_INT(p.unbuilt_protecting.len, 0);
}

#define HOOK(event) "{\"event\":\"" event "\",\"matcher\":\"m\",\"script\":\"s\"}"

TEST(hooks_by_app)
{
	_cleanup_(nono_profile_done) struct nono_profile p = merged(
		"{\"hooks\":{\"a\":" HOOK("1") ",\"b\":" HOOK("2") "}}",
		"{\"hooks\":{\"c\":" HOOK("3") ",\"a\":" HOOK("4") "}}");

	REQUIRE(p.hooks.len == 3);
	CHECK_STR(p.hooks.items[0].app, "a");
	CHECK_STR(p.hooks.items[0].event, "4");
	CHECK_STR(p.hooks.items[0].origin, "p");
	CHECK_STR(p.hooks.items[1].app, "b");
	CHECK_STR(p.hooks.items[1].origin, "base");
	CHECK_STR(p.hooks.items[2].app, "c");
}

/* A script and its time belong together. */
TEST(session_hooks_whole)
{
	_cleanup_(nono_profile_done) struct nono_profile p = merged(
		"{\"session_hooks\":{\"before\":{\"script\":\"/a\",\"timeout_secs\":7},"
		"\"after\":{\"script\":\"/b\",\"timeout_secs\":8}}}",
		"{\"session_hooks\":{\"before\":{\"script\":\"/c\"},\"after\":null}}");

	CHECK_STR(p.session_hooks.before.script, "/c");
	CHECK_STR(p.session_hooks.before.origin, "p");
	CHECK(!p.session_hooks.before.builtin);
	CHECK_INT(p.session_hooks.before.timeout_secs, 0);
	CHECK_STR(p.session_hooks.after.script, "/b");
	CHECK_INT(p.session_hooks.after.timeout_secs, 8);
	CHECK(p.session_hooks.after.builtin);
}

/* Merging into nothing changes nothing, and the child is left empty. */
TEST(over_nothing)
{
	static const char text[] =
		"{\"meta\":{\"name\":\"c\"},\"extends\":[\"a\"],\"undo\":{\"exclude_globs\":[\"*.o\"]},\"binary\":"
		"\"x\","
		"\"network\":{\"block\":false,\"listen_port_range\":[[1,2]],\"network_profile\":null},"
		"\"environment\":{\"allow_vars\":[\"A*\"],\"set_vars\":{\"K\":\"v\"}},\"hooks\":{\"a\":{\"event\":"
		"\"e\","
		"\"matcher\":\"m\",\"script\":\"s\"}},\"session_hooks\":{\"after\":{\"script\":\"/"
		"x\",\"timeout_secs\":3}},\"allow_gpu\":true,"
		"\"platform_overrides\":{\"linux\":{\"interactive\":true}}}";
	_cleanup_(nono_profile_done) struct nono_profile p = {0}, child = profile_good(text), same = profile_good(text),
							 empty = {0};
	_cleanup_(nono_freep) char *expected = profile_dump(&same);
	_cleanup_(nono_freep) char *nothing = profile_dump(&empty);
	_cleanup_(nono_freep) char *found = NULL;
	_cleanup_(nono_freep) char *left = NULL;
	struct nono_error err = {0};

	REQUIRE(nono_profile_merge(&p, &child, &err) == 0);
	found = profile_dump(&p);
	left = profile_dump(&child);
	CHECK_STR(found, expected);
	CHECK_STR(left, nothing);
}
