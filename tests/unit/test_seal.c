/* test_seal.c - denies under other names, and what a set is called.  SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/util.h"
#include "fakefs.h"
#include "policy/build.h"
#include "policy/capjson.h"
#include "policy/compose.h"
#include "policy/explain.h"
#include "t.h"

static char *const env[] = {"HOME=/home/u", NULL};

struct fixture {
	struct fakefs *fs;
	struct nono_vars vars;
	struct nono_flags flags;
	struct nono_capset set;
	struct nono_compose compose;
	struct nono_error err;
};

static void fixture_init(struct fixture *f)
{
	*f = (struct fixture){.fs = fakefs_new()};
	REQUIRE(nono_vars_init(&f->vars, env, "/home/u/p", 1000, &f->err) == 0);
	f->compose = (struct nono_compose){
		.flags = &f->flags, .vars = &f->vars, .fs = fakefs_fs(f->fs), .platform = NONO_PLATFORM_LINUX};
	fakefs_dir(f->fs, "/home/u/p");
	fakefs_file(f->fs, "/home/u/.ssh/keys/id", "key");
}

static int compose(struct fixture *f)
{
	int rc = nono_compose(&f->compose, &f->set, &f->err);

	return rc == 0 ? nono_capset_seal(&f->compose, &f->set, &f->err) : rc;
}

static void fixture_done(struct fixture *f)
{
	nono_capset_done(&f->set);
	nono_flags_done(&f->flags);
	nono_vars_done(&f->vars);
	fakefs_free(f->fs);
}

static const struct nono_grant *granted(const struct fixture *f, const char *path)
{
	for (size_t i = 0; i < f->set.grant_count; i++)
		if (strcmp(f->set.grants[i].written, path) == 0)
			return &f->set.grants[i];
	return NULL;
}

TEST(a_grant_below_another_name_of_a_denied_directory_is_dropped)
{
	struct fixture f;

	fixture_init(&f);
	fakefs_bind(f.fs, "/mnt/again", "/home/u/.ssh");
	fakefs_dir(f.fs, "/mnt/other");
	REQUIRE(nono_strv_add(&f.flags.read, "/mnt/again/keys", NULL) == 0);
	REQUIRE(nono_strv_add(&f.flags.read, "/mnt/other", NULL) == 0);
	CHECK_INT(compose(&f), 0);
	CHECK(!granted(&f, "/mnt/again/keys"));
	CHECK(granted(&f, "/mnt/other"));
	CHECK_INT(f.set.note_count, 1);
	CHECK(strstr(f.set.notes[0].text, "group deny_credentials denies it"));
	fixture_done(&f);
}

TEST(an_override_inside_a_denied_directory_is_no_wider_than_the_grant)
{
	struct fixture f;

	fixture_init(&f);
	fakefs_file(f.fs, "/home/u/.ssh/other", "key");
	REQUIRE(nono_strv_add(&f.flags.read_file, "/home/u/.ssh/keys/id", NULL) == 0);
	REQUIRE(nono_strv_add(&f.flags.read_file, "/home/u/.ssh/other", NULL) == 0);
	REQUIRE(nono_strv_add(&f.flags.bypass, "/home/u/.ssh/keys/id", NULL) == 0);
	CHECK_INT(compose(&f), 0);
	CHECK(granted(&f, "/home/u/.ssh/keys/id"));
	CHECK(!granted(&f, "/home/u/.ssh/other"));
	CHECK_STR(f.set.notes[0].text, "--override-deny lifts the protection of /home/u/.ssh/keys/id");
	fixture_done(&f);
}

TEST(no_override_reaches_into_nonos_own_state)
{
	struct fixture f;

	fixture_init(&f);
	fakefs_file(f.fs, "/home/u/.local/state/nono/c/x", "");
	REQUIRE(nono_strv_add(&f.flags.read_file, "/home/u/.local/state/nono/c/x", NULL) == 0);
	REQUIRE(nono_strv_add(&f.flags.bypass, "/home/u/.local/state/nono/c/x", NULL) == 0);
	CHECK_INT(compose(&f), 0);
	CHECK(!granted(&f, "/home/u/.local/state/nono/c/x"));
	fixture_done(&f);
}

static const struct nono_deny *denied(const struct fixture *f, const char *path)
{
	for (size_t i = 0; i < f->set.deny_count; i++)
		if (strcmp(f->set.denies[i].written, path) == 0)
			return &f->set.denies[i];
	return NULL;
}

static enum nono_reason reason_at(const struct fixture *f, const char *path, enum nono_op op)
{
	_cleanup_(nono_answer_done) struct nono_answer a = {0};

	REQUIRE(nono_explain(&f->set, f->compose.fs, path, op, &a, NULL) == 0);
	return a.reason;
}

TEST(a_flag_closes_a_path_and_its_text_is_no_pattern)
{
	struct fixture f;

	fixture_init(&f);
	fakefs_file(f.fs, "/home/u/d/letter", "x");
	fakefs_file(f.fs, "/home/u/d/*", "x");
	REQUIRE(nono_strv_add(&f.flags.read_file, "/home/u/d/letter", NULL) == 0);
	REQUIRE(nono_strv_add(&f.flags.read_file, "/home/u/d/*", NULL) == 0);
	REQUIRE(nono_strv_add(&f.flags.deny, "/home/u/d/*", NULL) == 0);
	CHECK_INT(compose(&f), 0);
	CHECK(granted(&f, "/home/u/d/letter"));
	CHECK(!granted(&f, "/home/u/d/*"));
	CHECK_INT(reason_at(&f, "/home/u/d/*", NONO_OP_READ), NONO_REASON_FILESYSTEM_DENY);
	CHECK_STR(f.set.notes[0].text, "/home/u/d/* (flag --read-file) is not granted: flag --deny denies it");
	fixture_done(&f);
}

TEST(a_flag_closes_a_path_for_writing)
{
	struct fixture f;

	fixture_init(&f);
	fakefs_file(f.fs, "/home/u/d/letter", "x");
	REQUIRE(nono_strv_add(&f.flags.allow, "/home/u/d", NULL) == 0);
	REQUIRE(nono_strv_add(&f.flags.deny_write, "/home/u/d", NULL) == 0);
	CHECK_INT(compose(&f), 0);
	REQUIRE(denied(&f, "/home/u/d"));
	CHECK(denied(&f, "/home/u/d")->write_only && denied(&f, "/home/u/d")->exists);
	CHECK_INT(granted(&f, "/home/u/d")->access, NONO_ACCESS_READ);
	CHECK_INT(reason_at(&f, "/home/u/d/letter", NONO_OP_READ), NONO_REASON_GRANTED_PATH);
	for (enum nono_op op = NONO_OP_WRITE; op <= NONO_OP_UNLINK; op++)
		CHECK_INT(reason_at(&f, "/home/u/d/letter", op), NONO_REASON_FILESYSTEM_DENY);
	CHECK_STR(f.set.notes[0].text,
		  "/home/u/d (flag --allow) is not granted for writing: flag --deny-write denies it");
	fixture_done(&f);
}

TEST(one_path_cannot_be_denied_and_opened_by_flags)
{
	struct fixture f;

	fixture_init(&f);
	REQUIRE(nono_strv_add(&f.flags.read, "/home/u/.ssh", NULL) == 0);
	REQUIRE(nono_strv_add(&f.flags.bypass, "/home/u/.ssh", NULL) == 0);
	REQUIRE(nono_strv_add(&f.flags.deny_write, "/home/u/.ssh", NULL) == 0);
	CHECK_INT(compose(&f), -NONO_E_USAGE);
	CHECK_STR(f.err.text, "/home/u/.ssh is given with --deny-write and with --override-deny: which one holds?");
	fixture_done(&f);
}

/* Of a rule by flag only a path further down, named by flag, gets out; an override further up leaves it alone. */
TEST(what_a_flag_denies)
{
	static const struct {
		const char *deny, *bypass, *profile_bypass;
		bool granted;
	} cases[] = {
		{"/home/u/.ssh/keys", "/home/u/.ssh", NULL, false},
		{"/home/u/.ssh/keys", "/home/u/.ssh/keys/id", NULL, true},
		{"/home/u/.ssh/keys", NULL, "/home/u/.ssh/keys/id", false},
		{"/home/u/.ssh/keys", NULL, "/home/u/.ssh/keys", false},
		{NULL, NULL, "/home/u/.ssh/keys/id", true},
		{NULL, "/home/u/.ssh", NULL, true},
		{NULL, NULL, NULL, false},
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(cases); i++) {
		struct nono_profile profile = {0};
		struct fixture f;

		fixture_init(&f);
		f.compose.profile = &profile;
		REQUIRE(nono_strv_add(&f.flags.read_file, "/home/u/.ssh/keys/id", NULL) == 0);
		if (cases[i].deny)
			REQUIRE(nono_strv_add(&f.flags.deny, cases[i].deny, NULL) == 0);
		if (cases[i].bypass)
			REQUIRE(nono_strv_add(&f.flags.bypass, cases[i].bypass, NULL) == 0);
		if (cases[i].profile_bypass)
			REQUIRE(nono_entries_add(&profile.filesystem.bypass_protection, cases[i].profile_bypass, "p",
						 false, NULL) == 0);
		CHECK_INT(compose(&f), 0);
		if (!granted(&f, "/home/u/.ssh/keys/id") == cases[i].granted)
			FAIL("case %zu: %s", i, cases[i].granted ? "not granted" : "granted");
		nono_profile_done(&profile);
		fixture_done(&f);
	}
}

static void deny_write(struct fixture *f, const char *path, enum nono_source_kind kind)
{
	const struct nono_builder b = {.set = &f->set, .vars = &f->vars, .fs = f->compose.fs};
	const struct nono_deny_request r = {.text = path, .kind = kind, .source = "g", .write_only = true};

	REQUIRE(nono_build_deny(&b, &r, &f->err) == 0);
}

/* What a group closes for writing, a grant that names it opens; one that only contains it does not. */
TEST(a_groups_write_rule_yields_to_a_grant_that_names_it)
{
	static const struct {
		const char *grant, *deny;
		enum nono_source_kind kind;
		bool writes;
	} cases[] = {
		{"/home/u/agent", "/home/u/agent", NONO_SOURCE_GROUP, true},
		{"/home/u/agent/logs", "/home/u/agent", NONO_SOURCE_GROUP, true},
		{"/home/u/agent", "/home/u/agent", NONO_SOURCE_PROFILE, false},
		{"/home/u/agent/logs", "/home/u/agent", NONO_SOURCE_PROFILE, false},
		{"/home/u/agent/logs", "/home/u/agent", NONO_SOURCE_USER, false},
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(cases); i++) {
		struct fixture f;

		fixture_init(&f);
		fakefs_file(f.fs, "/home/u/agent/logs/x", "x");
		REQUIRE(nono_strv_add(&f.flags.allow, cases[i].grant, NULL) == 0);
		CHECK_INT(nono_compose(&f.compose, &f.set, &f.err), 0);
		deny_write(&f, cases[i].deny, cases[i].kind);
		CHECK_INT(nono_capset_seal(&f.compose, &f.set, &f.err), 0);
		REQUIRE(granted(&f, cases[i].grant));
		if (((granted(&f, cases[i].grant)->access & NONO_ACCESS_WRITE) != 0) != cases[i].writes)
			FAIL("case %zu: %s", i, cases[i].writes ? "cannot be written" : "can be written");
		fixture_done(&f);
	}
}

TEST(no_exception_from_a_groups_write_rule_weakens_another_rule)
{
	struct fixture f;

	fixture_init(&f);
	fakefs_file(f.fs, "/home/u/agent/logs/x", "x");
	REQUIRE(nono_strv_add(&f.flags.allow, "/home/u/agent/logs", NULL) == 0);
	REQUIRE(nono_strv_add(&f.flags.deny, "/home/u/agent", NULL) == 0);
	CHECK_INT(nono_compose(&f.compose, &f.set, &f.err), 0);
	deny_write(&f, "/home/u/agent", NONO_SOURCE_GROUP);
	CHECK_INT(nono_capset_seal(&f.compose, &f.set, &f.err), 0);
	CHECK(!granted(&f, "/home/u/agent/logs"));
	CHECK_INT(f.set.exempt.len, 0);
	fixture_done(&f);
}

static void digest_of(const struct nono_capset *set, char ret[2 * NONO_DIGEST_BYTES + 1])
{
	uint8_t digest[NONO_DIGEST_BYTES];

	REQUIRE(nono_capset_digest(set, digest, NULL) == 0);
	for (size_t i = 0; i < sizeof(digest); i++)
		(void)snprintf(ret + 2 * i, 3, "%02x", digest[i]);
}

/* Change something that the text shows: the name changes with the text, and comes back with it. */
#define CHECK_NAMED(set, field, other)                                        \
	do {                                                                  \
		__typeof__(field) kept_ = (field);                            \
		char before_[33], changed_[33], after_[33];                   \
		_cleanup_(nono_freep) char *text_ = nono_capset_to_json(set); \
		_cleanup_(nono_freep) char *changed_text_ = NULL;             \
		digest_of(set, before_);                                      \
		(field) = (other);                                            \
		digest_of(set, changed_);                                     \
		changed_text_ = nono_capset_to_json(set);                     \
		(field) = kept_;                                              \
		digest_of(set, after_);                                       \
		REQUIRE(text_ &&changed_text_);                               \
		CHECK(strcmp(text_, changed_text_) != 0);                     \
		CHECK(strcmp(before_, changed_) != 0);                        \
		CHECK_STR(before_, after_);                                   \
	} while (0)

TEST(a_set_is_named_after_all_that_its_text_shows)
{
	static char other[] = "other";
	struct nono_port_range port = {1, 2};
	struct fixture f;
	struct nono_grant *g;
	struct nono_deny *d;

	fixture_init(&f);
	REQUIRE(nono_strv_add(&f.flags.read, "/home/u/p", NULL) == 0);
	REQUIRE(nono_strv_add(&f.flags.allow_command, "rm", NULL) == 0);
	CHECK_INT(compose(&f), 0);
	REQUIRE(f.set.grant_count && f.set.deny_count && f.set.blocked_count);
	g = &f.set.grants[f.set.grant_count - 1];
	d = &f.set.denies[f.set.deny_count - 1];
	CHECK_NAMED(&f.set, g->written, other);
	CHECK_NAMED(&f.set, g->node.real, other);
	CHECK_NAMED(&f.set, g->node.dev, 77);
	CHECK_NAMED(&f.set, g->node.ino, 77777);
	CHECK_NAMED(&f.set, g->access, NONO_ACCESS_WRITE);
	CHECK_NAMED(&f.set, g->rights, g->rights ^ 2);
	CHECK_NAMED(&f.set, g->redundant, !g->redundant);
	CHECK_NAMED(&f.set, g->is_file, !g->is_file);
	CHECK_NAMED(&f.set, g->source.name, other);
	CHECK_NAMED(&f.set, g->source.kind, NONO_SOURCE_GROUP);
	CHECK_NAMED(&f.set, d->written, other);
	CHECK_NAMED(&f.set, d->real, other);
	CHECK_NAMED(&f.set, d->alias, other);
	CHECK_NAMED(&f.set, d->exists, !d->exists);
	CHECK_NAMED(&f.set, d->write_only, !d->write_only);
	CHECK_NAMED(&f.set, d->permanent, !d->permanent);
	CHECK_NAMED(&f.set, d->covered, true);
	d->covered = true;
	CHECK_NAMED(&f.set, d->tier, NONO_TIER_MASK);
	CHECK_NAMED(&f.set, d->source.name, other);
	CHECK_NAMED(&f.set, f.set.grant_count, f.set.grant_count - 1);
	CHECK_NAMED(&f.set, f.set.deny_count, f.set.deny_count - 1);
	CHECK_NAMED(&f.set, f.set.blocked_count, f.set.blocked_count - 1);
	CHECK_NAMED(&f.set, f.set.allowed_commands.items[0], other);
	CHECK_NAMED(&f.set, f.set.blocked[0].source.name, other);
	CHECK_NAMED(&f.set, f.set.signal_mode, NONO_SIGNAL_ALL);
	CHECK_NAMED(&f.set, f.set.ipc_mode, NONO_IPC_FULL);
	CHECK_NAMED(&f.set, f.set.network.block, true);
	f.set.network.bind = (struct nono_ports){.items = &port, .len = 1};
	CHECK_NAMED(&f.set, port.hi, 3);
	f.set.network.bind = (struct nono_ports){0};
	fixture_done(&f);
}

TEST(what_the_streams_lead_to_does_not_name_a_set)
{
	struct fixture f, g;
	char one[33], two[33];

	fixture_init(&f);
	fixture_init(&g);
	for (int i = 0; i < 2; i++) {
		struct fakefs *fs = i ? g.fs : f.fs;

		fakefs_file(fs, i ? "/home/u/log" : "/dev/pts/1", "");
		fakefs_symlink(fs, "/dev/stdout", i ? "/home/u/log" : "/dev/pts/1");
		fakefs_id(fs, i ? "/home/u/log" : "/dev/pts/1", 1, 1000);
	}
	fakefs_file(g.fs, "/dev/pts/1", "");
	CHECK_INT(compose(&f), 0);
	CHECK_INT(compose(&g), 0);
	REQUIRE(granted(&g, "/dev/stdout"));
	CHECK_STR(granted(&g, "/dev/stdout")->node.real, "/home/u/log");
	for (size_t i = 0; i < f.set.grant_count; i++)
		f.set.grants[i].node.ino = 1;
	for (size_t i = 0; i < g.set.grant_count; i++)
		g.set.grants[i].node.ino = 1;
	digest_of(&f.set, one);
	digest_of(&g.set, two);
	CHECK_STR(one, two);
	fixture_done(&f);
	fixture_done(&g);
}

/* From the vectors that SipHash's authors publish: the key 00 .. 0f, the text 00, 01, .. of some length. */
TEST(siphash_vectors)
{
	static const struct {
		size_t len;
		const char *want;
	} vectors[] = {{0, "a3817f04ba25a8e66df67214c7550293"},
		       {1, "da87c1d86b99af44347659119b22fc45"},
		       {7, "a1f1ebbed8dbc153c0b84aa61ff08239"},
		       {8, "3b62a9ba6258f5610f83e264f31497b4"},
		       {63, "5150d1772f50834a503e069a973fbd7c"}};
	uint8_t key[16], text[64], digest[NONO_DIGEST_BYTES];
	char got[33];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)i;
	memcpy(key, text, sizeof(key));
	for (size_t i = 0; i < NONO_ARRAY_SIZE(vectors); i++) {
		nono_digest(key, text, vectors[i].len, digest);
		for (size_t j = 0; j < sizeof(digest); j++)
			(void)snprintf(got + 2 * j, 3, "%02x", digest[j]);
		CHECK_STR(got, vectors[i].want);
	}
}

static void opens_as(const char *path, const char *want)
{
	_cleanup_(nono_node_done) struct nono_node node = {.fd = -1};
	struct nono_error err = {0};

	CHECK_INT(nono_fs_host.open(&nono_fs_host, path, &node, &err), 0);
	CHECK_STR(node.real, want);
}

TEST(canonical_names_on_the_host)
{
	char dir[512], path[600], want[600];
	struct nono_node node = {.fd = -1};

	(void)snprintf(dir, sizeof(dir), "%s/d", t_tmpdir());
	REQUIRE(mkdir(dir, 0700) == 0);
	(void)snprintf(want, sizeof(want), "%s/.hidden", dir);
	REQUIRE(mkdir(want, 0700) == 0);
	(void)snprintf(path, sizeof(path), "%s/link", dir);
	REQUIRE(symlink(".hidden", path) == 0);
	opens_as(path, want);
	opens_as(want, want);
	(void)snprintf(path, sizeof(path), "%s/.hidden/", dir);
	opens_as(path, want);
	(void)snprintf(path, sizeof(path), "%s//.hidden/.", dir);
	opens_as(path, want);
	(void)snprintf(path, sizeof(path), "%s/.hidden/../.hidden", dir);
	opens_as(path, want);
	(void)snprintf(path, sizeof(path), "%s/link/..", dir);
	opens_as(path, dir);
	opens_as("/", "/");
	(void)snprintf(path, sizeof(path), "%s/link/missing", dir);
	CHECK_INT(nono_fs_host.open(&nono_fs_host, path, &node, NULL), -NONO_E_NOTFOUND);
	(void)snprintf(path, sizeof(path), "%s/missing/x", dir);
	CHECK_INT(nono_fs_host.open(&nono_fs_host, path, &node, NULL), -NONO_E_NOTFOUND);
}
