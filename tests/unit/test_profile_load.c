/* test_profile_load.c - finding profiles, and what they extend.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <sys/stat.h>

#include "base/util.h"
#include "fakefs.h"
#include "profile_t.h"
#include "t.h"

#define DIR "/home/u/.config/nono/profiles/"

static int load_with(struct fakefs *f, const char *which, const struct nono_strv *extends, struct nono_profile *ret,
		     struct nono_error *err)
{
	const struct nono_profile_lookup lookup = {.fs = fakefs_fs(f),
						   .config_dir = "/home/u/.config/nono",
						   .os_release = PROFILE_OS_RELEASE,
						   .workdir = "/proj"};

	return nono_profile_load(&lookup, which, extends, ret, err);
}

static struct nono_profile load(struct fakefs *f, const char *which)
{
	struct nono_profile p = {0};
	struct nono_error err = {0};

	if (load_with(f, which, NULL, &p, &err) < 0) {
		t_fail(__FILE__, __LINE__, "%s: %s", which, err.text);
		t_require(false, __FILE__, __LINE__, "see above");
	}
	return p;
}

static void check_fails(struct fakefs *f, const char *which, int code, const char *text)
{
	_cleanup_(nono_profile_done) struct nono_profile p = {0};
	struct nono_error err = {0};

	CHECK_INT(load_with(f, which, NULL, &p, &err), -code);
	CHECK_STR(err.text, text);
}

static void check_reads(const struct nono_profile *p, const char *expected)
{
	_cleanup_(nono_freep) char *reads = profile_texts(&p->filesystem.read);

	CHECK_STR(reads, expected);
}

/* A profile that extends these and reads /NAME. */
static void put(struct fakefs *f, const char *dir, const char *name, const char *extends)
{
	char path[256], text[1024];

	(void)snprintf(path, sizeof(path), "%s%s.json", dir, name);
	(void)snprintf(text, sizeof(text), "{\"extends\":%s,\"filesystem\":{\"read\":[\"/%s\"]}}", extends, name);
	fakefs_file(f, path, text);
}

TEST(builtin_profiles)
{
	_cleanup_(fakefs_freep) struct fakefs *f = fakefs_new();

	for (size_t i = 0; i < nono_builtin_profile_count; i++) {
		_cleanup_(nono_profile_done) struct nono_profile p = load(f, nono_builtin_profiles[i].name);

		CHECK_STR(p.meta.name, nono_builtin_profiles[i].name);
		CHECK_INT(p.unbuilt_protecting.len, 0);
		CHECK_INT(p.network.block, NONO_TRI_FALSE);
		if (p.filesystem.allow.len) {
			CHECK_STR(p.filesystem.allow.items[0].origin, nono_builtin_profiles[i].name);
			CHECK(p.filesystem.allow.items[0].builtin);
		}
	}
}

TEST(users_over_builtin_and_jsonc_over_json)
{
	_cleanup_(fakefs_freep) struct fakefs *f = fakefs_new();
	_cleanup_(nono_profile_done) struct nono_profile json = {0}, jsonc = {0};

	put(f, DIR, "codex", "null");
	json = load(f, "codex");
	check_reads(&json, "/codex");
	CHECK_STR(json.filesystem.read.items[0].origin, "codex");
	CHECK(!json.filesystem.read.items[0].builtin);
	fakefs_file(f, DIR "codex.jsonc", "{// mine\n\"filesystem\":{\"read\":[\"/c\",],},}");
	jsonc = load(f, "codex");
	check_reads(&jsonc, "/c");
}

TEST(paths)
{
	_cleanup_(fakefs_freep) struct fakefs *f = fakefs_new();
	static const char *const forms[] = {"/p/here.json",  "here.json", "./here.json", "/p/../proj/here.json",
					    "sub/here.json", "./plain",	  "/proj/plain"};

	put(f, "/p/", "here", "null");
	put(f, "/proj/", "here", "null");
	put(f, "/proj/sub/", "here", "null");
	fakefs_file(f, "/proj/plain", "{\"filesystem\":{\"read\":[\"/here\"]}}");
	for (size_t i = 0; i < NONO_ARRAY_SIZE(forms); i++) {
		_cleanup_(nono_profile_done) struct nono_profile p = load(f, forms[i]);

		check_reads(&p, "/here");
	}
	check_fails(f, "./none.json", NONO_E_NOTFOUND, "there is no profile file './none.json'");
	check_fails(f, "ns/pack", NONO_E_NOTFOUND,
		    "'ns/pack' names a pack, and packs are not available; for a file write ./ns/pack");
}

TEST(names)
{
	_cleanup_(fakefs_freep) struct fakefs *f = fakefs_new();
	static const char *const good[] = {"a", "A-1", "node-dev", "0"};
	static const char *const bad[] = {"", "-", "-a", "a-", "bad_name", "a.b", "..", "\xc3\xa9", "a b", "a\n"};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(good); i++)
		CHECK(nono_profile_name_ok(good[i]));
	for (size_t i = 0; i < NONO_ARRAY_SIZE(bad); i++)
		CHECK(!nono_profile_name_ok(bad[i]));
	check_fails(
		f, "bad_name", NONO_E_PARSE,
		"'bad_name' is not the name of a profile: names have letters, digits and - only; a file needs a / or "
		"ends in .json");
}

TEST(unknown_names)
{
	_cleanup_(fakefs_freep) struct fakefs *f = fakefs_new();

	put(f, DIR, "special", "\"claude-cod\"");
	check_fails(f, "specal", NONO_E_NOTFOUND,
		    "there is no profile 'specal' in /home/u/.config/nono/profiles or among the built-in ones; did you "
		    "mean "
		    "special?");
	check_fails(f, "zzzzzzzz", NONO_E_NOTFOUND,
		    "there is no profile 'zzzzzzzz' in /home/u/.config/nono/profiles or among the built-in ones; "
		    "nono profile list shows all");
	check_fails(f, "special", NONO_E_NOTFOUND,
		    DIR "special.json:1:12: extends: there is no profile 'claude-cod' in /home/u/.config/nono/profiles "
			"or among the "
			"built-in ones; did you mean claude-code?");
}

TEST(base_then_child)
{
	_cleanup_(fakefs_freep) struct fakefs *f = fakefs_new();
	_cleanup_(nono_profile_done) struct nono_profile p = {0}, q = {0}, r = {0};
	_cleanup_(nono_strv_done) struct nono_strv extra = {0};
	struct nono_error err = {0};

	put(f, DIR, "one", "[]");
	put(f, DIR, "two", "\"one\"");
	put(f, DIR, "three", "\"one\"");
	put(f, DIR, "top", "[\"three\",\"two\",\"three\"]");
	p = load(f, "top");
	check_reads(&p, "/one /three /two /top");
	REQUIRE(nono_strv_add(&extra, "two", &err) == 0);
	REQUIRE(load_with(f, "top", &extra, &q, &err) == 0);
	check_reads(&q, "/one /two /three /top");
	REQUIRE(load_with(f, "default", &extra, &r, &err) == 0);
	check_reads(&r, "/one /two");
	REQUIRE(nono_strv_add(&extra, "a/b", &err) == 0);
	CHECK_INT(load_with(f, "top", &extra, &r, &err), -NONO_E_USAGE);
	CHECK_STR(err.text,
		  "--extends 'a/b': packs are not available; put the profile among your own and write its name");
}

TEST(page_profile_through_links)
{
	_cleanup_(fakefs_freep) struct fakefs *f = fakefs_new();
	_cleanup_(nono_profile_done) struct nono_profile p = {0};

	fakefs_file(
		f, "/nix/store/abc-hm_profile",
		"{\"extends\":\"claude-code\",\"filesystem\":{\"read\":[\"/home/u/.nix-profile/bin/\"]},"
		"\"meta\":{\"name\":\"my-special-profile\"},\"policy\":{\"add_deny_access\":[\"/home/u/flag.txt\"]}}");
	fakefs_mode(f, "/nix/store", S_IFDIR | 01775);
	fakefs_owner(f, "/nix/store/abc-hm_profile", 0);
	fakefs_mode(f, "/nix/store/abc-hm_profile", S_IFREG | 0444);
	fakefs_symlink(f, "/nix/store/def-files/my-special-profile.json", "/nix/store/abc-hm_profile");
	fakefs_symlink(f, DIR "my-special-profile.json", "/nix/store/def-files/my-special-profile.json");
	p = load(f, "my-special-profile");
	CHECK_STR(p.meta.name, "my-special-profile");
	CHECK_STR(p.filesystem.deny.items[0].text, "/home/u/flag.txt");
	CHECK_STR(p.filesystem.deny.items[0].origin, "my-special-profile");
	CHECK_STR(p.filesystem.allow.items[0].origin, "claude-code");
	CHECK_INT(p.workdir.access, NONO_WORKDIR_READWRITE);
}

TEST(own_name_means_the_builtin)
{
	_cleanup_(fakefs_freep) struct fakefs *f = fakefs_new();
	_cleanup_(nono_profile_done) struct nono_profile p = {0}, q = {0};

	put(f, DIR, "node-dev", "\"node-dev\"");
	put(f, DIR, "default", "\"claude-code\"");
	put(f, DIR, "mine", "\"mine\"");
	p = load(f, "node-dev");
	CHECK(nono_entries_has(&p.groups.include, "node_runtime"));
	CHECK(nono_entries_has(&p.filesystem.read, "/node-dev"));
	/* The built-in claude-code extends default, which is being built: the built-in one is meant. */
	q = load(f, "default");
	CHECK(nono_entries_has(&q.filesystem.read, "/default"));
	CHECK(nono_entries_has(&q.filesystem.allow, "$HOME/.claude"));
	check_fails(f, "mine", NONO_E_POLICY,
		    DIR "mine.json:1:12: extends: profile mine extends itself; that means the built-in profile of this "
			"name, and there is none");
}

TEST(siblings_come_first)
{
	_cleanup_(fakefs_freep) struct fakefs *f = fakefs_new();
	_cleanup_(nono_profile_done) struct nono_profile p = {0}, q = {0};

	put(f, "/repo/", "child", "[\"base\",\"codex\"]");
	fakefs_file(f, "/repo/base.json", "{\"filesystem\":{\"read\":[\"/beside\"]}}");
	put(f, DIR, "base", "null");
	put(f, DIR, "codex", "null");
	p = load(f, "/repo/child.json");
	check_reads(&p, "/beside /codex /child");
	/* Reached through a link, both directories are looked in: the link's first. */
	fakefs_symlink(f, "/links/child.json", "/repo/child.json");
	fakefs_file(f, "/links/codex.json", "{\"filesystem\":{\"read\":[\"/linked\"]}}");
	q = load(f, "/links/child.json");
	check_reads(&q, "/beside /linked /child");
}

TEST(circles)
{
	_cleanup_(fakefs_freep) struct fakefs *f = fakefs_new();

	put(f, DIR, "a", "\"b\"");
	put(f, DIR, "b", "\"c\"");
	put(f, DIR, "c", "[\"default\",\"a\"]");
	check_fails(f, "a", NONO_E_POLICY, "profiles extend each other in a circle: a -> b -> c -> a");
	fakefs_symlink(f, DIR "d.json", DIR "a.json");
	check_fails(f, "d", NONO_E_POLICY, "profiles extend each other in a circle: d -> b -> c -> a");
}

/* p0 extends p1 and so on; the last of them stands alone. */
static void put_chain(struct fakefs *f, int links)
{
	char name[16], base[16];

	for (int i = 0; i <= links; i++) {
		(void)snprintf(name, sizeof(name), "p%d", i);
		(void)snprintf(base, sizeof(base), i < links ? "\"p%d\"" : "null", i + 1);
		put(f, DIR, name, base);
	}
}

TEST(levels)
{
	_cleanup_(fakefs_freep) struct fakefs *f = fakefs_new();
	_cleanup_(fakefs_freep) struct fakefs *deep = fakefs_new();
	_cleanup_(nono_profile_done) struct nono_profile p = {0};

	put_chain(f, NONO_EXTENDS_DEPTH);
	p = load(f, "p0");
	CHECK_INT(p.filesystem.read.len, NONO_EXTENDS_DEPTH + 1);
	put_chain(deep, NONO_EXTENDS_DEPTH + 1);
	check_fails(deep, "p0", NONO_E_POLICY,
		    "extends goes deeper than 10 levels: p0 -> p1 -> p2 -> p3 -> p4 -> p5 -> p6 -> p7 -> p8 -> p9 -> "
		    "p10 -> p11");
}

/* Few files that are extended over and over must not take for ever. */
TEST(breadth_is_bounded)
{
	_cleanup_(fakefs_freep) struct fakefs *f = fakefs_new();
	_cleanup_(nono_profile_done) struct nono_profile p = {0};
	struct nono_error err = {0};
	char name[16], bases[64];

	for (int i = 0; i < 9; i++) {
		for (char side = 'a'; side <= 'b'; side++) {
			(void)snprintf(name, sizeof(name), "%c%d", side, i);
			(void)snprintf(bases, sizeof(bases), i < 8 ? "[\"a%d\",\"b%d\"]" : "null", i + 1, i + 1);
			put(f, DIR, name, bases);
		}
	}
	CHECK_INT(load_with(f, "a0", NULL, &p, &err), -NONO_E_LIMIT);
	CHECK_STR(err.text, "more than 256 profiles are extended in all");
}

TEST(unsafe_and_broken_files)
{
	_cleanup_(fakefs_freep) struct fakefs *f = fakefs_new();

	put(f, DIR, "shared", "null");
	fakefs_mode(f, DIR "shared.json", S_IFREG | 0664);
	check_fails(f, "shared", NONO_E_POLICY, "profile: '" DIR "shared.json' is not safe");
	put(f, DIR, "others", "null");
	fakefs_owner(f, DIR "others.json", 4711);
	check_fails(f, "others", NONO_E_POLICY, "profile: '" DIR "others.json' is not safe");
	fakefs_dir(f, DIR "dir.json");
	check_fails(f, "dir", NONO_E_POLICY, "profile: '" DIR "dir.json' is not safe");
	/* A link that leads nowhere does not fall back to the built-in profile. */
	fakefs_symlink(f, DIR "codex.json", "/gone.json");
	check_fails(f, "codex", NONO_E_NOTFOUND, "profile '" DIR "codex.json' is a link that leads nowhere");
	put(f, DIR, "swival", "null");
	fakefs_fail(f, DIR "swival.json", EACCES);
	check_fails(f, "swival", NONO_E_SYSTEM, "profile: cannot look at '" DIR "swival.json': Permission denied");
	fakefs_file(f, DIR "broken.json", "{\"extends\":\"default\",\n \"nework\":{}}");
	put(f, DIR, "child", "\"broken\"");
	check_fails(f, "child", NONO_E_PARSE, DIR "broken.json:2:2: nework: unknown key; did you mean network?");
}

TEST(overrides_come_last)
{
	_cleanup_(fakefs_freep) struct fakefs *f = fakefs_new();
	_cleanup_(nono_profile_done) struct nono_profile p = {0};

	fakefs_file(f, DIR "base.json",
		    "{\"filesystem\":{\"read\":[\"/"
		    "1\"]},\"platform_overrides\":{\"linux\":{\"workdir\":{\"access\":\"write\"},"
		    "\"filesystem\":{\"read\":[\"/3\"]}}}}");
	fakefs_file(f, DIR "child.json",
		    "{\"extends\":\"base\",\"meta\":{\"name\":\"x\"},\"workdir\":{\"access\":\"read\"},"
		    "\"filesystem\":{\"read\":[\"/2\"]}}");
	p = load(f, "child");
	check_reads(&p, "/1 /2 /3");
	CHECK_INT(p.workdir.access, NONO_WORKDIR_WRITE);
	CHECK_STR(p.meta.name, "x");
	CHECK(p.platform == NULL);
}
