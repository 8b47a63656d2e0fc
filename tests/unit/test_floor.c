/* test_floor.c - which directories are split around denied paths, and what gets a rule.
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/util.h"
#include "fakefs.h"
#include "policy/path.h"
#include "sandbox/linux/floor.h"
#include "sandbox/linux/landlock.h"
#include "t.h"

#define R NONO_RIGHTS_READ
#define W NONO_RIGHTS_WRITE
#define ITEMS 8

struct row_grant {
	const char *path;
	uint32_t rights;
	bool redundant;
};

struct row_deny {
	const char *path;
	bool write_only;
};

/* What a set makes of the tree below; "path:rw" each, sorted by path, in one line. */
struct row {
	const char *what;
	struct row_grant grants[ITEMS];
	struct row_deny denies[ITEMS];
	struct nono_floor_place places[2];
	bool list_levels;
	const char *levels, *rules, *names, *replaced;
};

/* "/home/u/p" is also "/mnt/p"; "/home/u/link" leads to p; "hard" is the denied key under another name. */
static struct fakefs *make_tree(void)
{
	struct fakefs *f = fakefs_new();

	fakefs_file(f, "/etc/passwd", "");
	fakefs_file(f, "/home/u/.ssh/config", "");
	fakefs_file(f, "/home/u/.ssh/id", "key");
	fakefs_file(f, "/home/u/p/.env", "secret");
	fakefs_file(f, "/home/u/p/a", "");
	fakefs_file(f, "/home/u/p/src/.env", "secret");
	fakefs_file(f, "/home/u/p/src/b", "");
	fakefs_file(f, "/home/u/p/src/deep/c", "");
	fakefs_file(f, "/home/u/x/y", "");
	fakefs_symlink(f, "/home/u/link", "p");
	fakefs_bind(f, "/mnt/p", "/home/u/p");
	return f;
}

static const struct row rows[] = {
	{"nothing denied", {{"/home/u/p", R}}, {{0}}, {{0}}, false, "", "", "", ""},
	{"not below the grant", {{"/home/u/p", R}}, {{"/home/u/.ssh"}}, {{0}}, false, "", "", "", ""},
	{"in the grant itself",
	 {{"/home/u/p", R | W}},
	 {{"/home/u/p/.env"}},
	 {{0}},
	 false,
	 "/home/u/p:rw",
	 "/home/u/p/a:rw /home/u/p/src:rw",
	 ".env@/home/u/p",
	 "/home/u/p"},
	{"deeper",
	 {{"/home/u/p", R | W}},
	 {{"/home/u/p/src/.env"}},
	 {{0}},
	 false,
	 "/home/u/p:rw /home/u/p/src:rw",
	 "/home/u/p/.env:rw /home/u/p/a:rw /home/u/p/src/b:rw /home/u/p/src/deep:rw",
	 ".env@/home/u/p/src",
	 "/home/u/p"},
	{"with what a list gives away",
	 {{"/home/u/p", R}},
	 {{"/home/u/p/src/.env"}},
	 {{0}},
	 true,
	 "/home/u/p:r /home/u/p/src:r",
	 "/home/u/p/.env:r /home/u/p/a:r /home/u/p/src/b:r /home/u/p/src/deep:r /home/u/p:l /home/u/p/src:l",
	 ".env@/home/u/p/src",
	 "/home/u/p"},
	{"a directory, and links beside it",
	 {{"/home/u", R}},
	 {{"/home/u/.ssh"}},
	 {{0}},
	 false,
	 "/home/u:r",
	 "/home/u/p:r /home/u/x:r",
	 ".ssh@/home/u",
	 "/home/u"},
	{"grants in one another",
	 {{"/home/u", R}, {"/home/u/p", R | W}, {"/home/u/x", R | W}, {"/etc", R}},
	 {{"/home/u/p/.env"}},
	 {{0}},
	 false,
	 "/home/u:r /home/u/p:rw",
	 "/home/u/.ssh:r /home/u/x:r /home/u/p/a:rw /home/u/p/src:rw",
	 ".env@/home/u/p",
	 "/home/u /home/u/p"},
	{"a grant of the same directory by another name",
	 {{"/home/u/p", R}, {"/mnt/p", R | W}},
	 {{"/home/u/p/.env"}},
	 {{0}},
	 false,
	 "/home/u/p:rw",
	 "/home/u/p/a:rw /home/u/p/src:rw",
	 ".env@/home/u/p",
	 "/home/u/p /mnt/p"},
	{"a grant above another name of the denied file, which is told",
	 {{"/mnt", R}},
	 {{"/home/u/p/.env"}},
	 {{"/mnt/p/.env", 0}},
	 false,
	 "/mnt:r /mnt/p:r",
	 "/mnt/p/a:r /mnt/p/src:r",
	 ".env@/mnt/p",
	 "/mnt"},
	{"the whole tree",
	 {{"/", R}},
	 {{"/home/u/p/.env"}},
	 {{"/mnt/p/.env", 0}},
	 false,
	 "/:r /home:r /home/u:r /home/u/p:r /mnt:r /mnt/p:r",
	 "/etc:r /home/u/.ssh:r /home/u/x:r /home/u/p/a:r /home/u/p/src:r /mnt/p/a:r /mnt/p/src:r",
	 ".env@/home/u/p .env@/mnt/p",
	 "/"},
	{"a grant inside a denied directory has its rule again",
	 {{"/home/u", R | W}, {"/home/u/.ssh/config", R, true}, {"/home/u/x", R, true}},
	 {{"/home/u/.ssh"}},
	 {{0}},
	 false,
	 "/home/u:rw",
	 "/home/u/p:rw /home/u/x:rw /home/u/.ssh/config:r /home/u/x:r",
	 ".ssh@/home/u",
	 "/home/u"},
	{"a denied name inside a grant inside a denied directory",
	 {{"/home/u", R | W}, {"/home/u/p/src", R, true}},
	 {{"/home/u/p"}, {"/home/u/p/src/.env"}},
	 {{0}},
	 false,
	 "/home/u:rw /home/u/p/src:r",
	 "/home/u/.ssh:rw /home/u/x:rw /home/u/p/src/b:r /home/u/p/src/deep:r",
	 "p@/home/u .env@/home/u/p/src",
	 "/home/u /home/u/p/src"},
	{"what is missing, and its directory too",
	 {{"/home/u/x", R | W}},
	 {{"/home/u/x/.git/hooks"}, {"/home/u/x/.env"}},
	 {{0}},
	 false,
	 "/home/u/x:rw",
	 "/home/u/x/y:rw",
	 ".git/hooks@/home/u/x .env@/home/u/x",
	 "/home/u/x"},
	{"writing alone is denied",
	 {{"/home/u/p", R | W}},
	 {{"/home/u/p/src", true}},
	 {{0}},
	 false,
	 "/home/u/p:rw",
	 "/home/u/p/.env:rw /home/u/p/a:rw /home/u/p/src:r",
	 "src@/home/u/p",
	 "/home/u/p"},
	{"writing alone is denied, and the grant reads",
	 {{"/home/u/p", R}},
	 {{"/home/u/p/src", true}},
	 {{0}},
	 false,
	 "",
	 "",
	 "",
	 ""},
	{"writing is denied here, reading there",
	 {{"/home/u/p", R | W}},
	 {{"/home/u/p/src", true}, {"/home/u/p/src/.env"}},
	 {{0}},
	 false,
	 "/home/u/p:rw /home/u/p/src:r",
	 "/home/u/p/.env:rw /home/u/p/a:rw /home/u/p/src/b:r /home/u/p/src/deep:r",
	 "src@/home/u/p .env@/home/u/p/src",
	 "/home/u/p"},
};

/* A rule on a level alone may list; all else reads, or reads and writes; what a file cannot have is no difference. */
static const char *word(uint32_t rights)
{
	if (rights == NONO_RIGHT_READ_DIR)
		return "l";
	if (rights & NONO_RIGHT_WRITE_FILE)
		return "rw";
	return rights & NONO_RIGHT_READ_FILE ? "r" : "?";
}

static void fill_set(struct nono_capset *set, const struct row *row, const struct nono_fs *fs)
{
	set->grants = calloc(ITEMS, sizeof(*set->grants));
	set->denies = calloc(ITEMS, sizeof(*set->denies));
	REQUIRE(set->grants && set->denies);
	for (const struct row_grant *g = row->grants; g < row->grants + ITEMS && g->path; g++) {
		struct nono_grant *grant = &set->grants[set->grant_count++];

		*grant = (struct nono_grant){.rights = g->rights, .redundant = g->redundant};
		REQUIRE(fs->open(fs, g->path, &grant->node, NULL) == 0);
		grant->is_file = !S_ISDIR(grant->node.mode);
	}
	for (const struct row_deny *d = row->denies; d < row->denies + ITEMS && d->path; d++)
		set->denies[set->deny_count++] = (struct nono_deny){.real = strdup(d->path),
								    .write_only = d->write_only};
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Words in any order: those of a directory come as the file system lists it. */
static char *sorted(const char *text)
{
	_cleanup_(nono_freep) char *copy = strdup(text);
	struct nono_buf out = {0};
	char *words[64], *rest = NULL;
	size_t count = 0;

	for (char *w = strtok_r(copy, " ", &rest); w && count < NONO_ARRAY_SIZE(words); w = strtok_r(NULL, " ", &rest))
		words[count++] = w;
	qsort(words, count, sizeof(words[0]), by_text);
	for (size_t i = 0; i < count; i++)
		nono_buf_printf(&out, "%s%s", i ? " " : "", words[i]);
	return nono_buf_take(&out);
}

static void check_words(const struct row *row, const char *kind, struct nono_buf *got, const char *want)
{
	_cleanup_(nono_freep) char *text = nono_buf_take(got), *got_sorted = sorted(text), *want_sorted = sorted(want);

	if (strcmp(got_sorted, want_sorted) != 0)
		FAIL("%s: %s are [%s], not [%s]", row->what, kind, got_sorted, want_sorted);
}

static void check_floor(const struct row *row, const struct nono_floor *f, const struct nono_capset *set)
{
	struct nono_buf levels = {0}, rules = {0}, names = {0}, replaced = {0};

	for (size_t i = 0; i < f->level_count; i++)
		nono_buf_printf(&levels, "%s:%s ", f->levels[i].path, word(f->levels[i].rights));
	for (size_t i = 0; i < f->rule_count; i++)
		nono_buf_printf(&rules, "%s:%s ", f->rules[i].path, word(f->rules[i].rights));
	for (size_t i = 0; i < f->name_count; i++)
		nono_buf_printf(&names, "%s@%s ", f->names[i].rest, f->levels[f->names[i].level].path);
	for (size_t i = 0; i < set->grant_count; i++)
		if (f->grants[i] == NONO_FLOOR_REPLACED)
			nono_buf_printf(&replaced, "%s ", set->grants[i].node.real);
	check_words(row, "levels", &levels, row->levels);
	check_words(row, "rules", &rules, row->rules);
	check_words(row, "names", &names, row->names);
	check_words(row, "replaced grants", &replaced, row->replaced);
}

TEST(levels_and_rules)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(rows); i++) {
		_cleanup_(fakefs_freep) struct fakefs *f = make_tree();
		_cleanup_(nono_capset_done) struct nono_capset set = {0};
		_cleanup_(nono_floor_done) struct nono_floor floor = {0};
		struct nono_floor_options options = {.list_levels = rows[i].list_levels, .places = rows[i].places};
		struct nono_error err = {0};

		while (options.place_count < 2 && rows[i].places[options.place_count].path)
			options.place_count++;
		fill_set(&set, &rows[i], fakefs_fs(f));
		if (!CHECK_INT(nono_floor_build(&set, fakefs_fs(f), &options, &floor, &err), 0))
			FAIL("%s: %s", rows[i].what, err.text);
		else
			check_floor(&rows[i], &floor, &set);
	}
}

/* One grant of everything in /d, of which /d/secret is denied. */
static int build(struct fakefs *f, struct nono_floor *floor, struct nono_error *err)
{
	static const struct row row = {"", {{"/d", R | W}}, {{"/d/secret"}}, {{0}}, false, "", "", "", ""};
	_cleanup_(nono_capset_done) struct nono_capset set = {0};
	const struct nono_floor_options options = {0};

	fill_set(&set, &row, fakefs_fs(f));
	return nono_floor_build(&set, fakefs_fs(f), &options, floor, err);
}

TEST(a_hard_link_beside_the_denied_file_gets_no_rule)
{
	_cleanup_(fakefs_freep) struct fakefs *f = fakefs_new();
	_cleanup_(nono_floor_done) struct nono_floor floor = {0};

	fakefs_file(f, "/d/secret", "");
	fakefs_file(f, "/d/other", "");
	fakefs_hardlink(f, "/d/copy", "/d/secret");
	REQUIRE(build(f, &floor, NULL) == 0);
	CHECK_INT(floor.rule_count, 1);
	CHECK_STR(floor.rules[0].path, "/d/other");
	CHECK(floor.names[0].exists && floor.names[0].ino);
}

TEST(a_bind_of_the_level_inside_itself_gets_no_rule)
{
	_cleanup_(fakefs_freep) struct fakefs *f = fakefs_new();
	_cleanup_(nono_floor_done) struct nono_floor floor = {0};

	fakefs_file(f, "/d/secret", "");
	fakefs_file(f, "/d/other", "");
	fakefs_bind(f, "/d/again", "/d");
	REQUIRE(build(f, &floor, NULL) == 0);
	CHECK_INT(floor.rule_count, 1);
	CHECK_STR(floor.rules[0].path, "/d/other");
}

TEST(rights_fit_the_object)
{
	_cleanup_(fakefs_freep) struct fakefs *f = fakefs_new();
	_cleanup_(nono_floor_done) struct nono_floor floor = {0};

	fakefs_file(f, "/d/secret", "");
	fakefs_file(f, "/d/other", "");
	REQUIRE(build(f, &floor, NULL) == 0);
	CHECK(floor.rules[0].is_file);
	CHECK_INT(floor.rules[0].rights & ~NONO_RIGHTS_FILE, 0);
	CHECK_INT(floor.levels[0].rights, R | W);
}

TEST(limits)
{
	_cleanup_(fakefs_freep) struct fakefs *f = fakefs_new();
	_cleanup_(nono_floor_done) struct nono_floor floor = {0};
	struct nono_error err = {0};
	char path[32];

	fakefs_file(f, "/d/secret", "");
	for (int i = 1; i < NONO_FLOOR_RULES; i++) {
		(void)snprintf(path, sizeof(path), "/d/%d", i);
		fakefs_file(f, path, "");
	}
	CHECK_INT(build(f, &floor, &err), 0);
	CHECK_INT(floor.rule_count, NONO_FLOOR_RULES - 1);
	nono_floor_done(&floor);
	fakefs_file(f, "/d/last", "");
	CHECK_INT(build(f, &floor, &err), -NONO_E_LIMIT);
	CHECK_HAS(err.text, "more than 1024 entries");
	CHECK(!floor.rules);
}

TEST(a_level_that_cannot_be_listed)
{
	_cleanup_(fakefs_freep) struct fakefs *f = fakefs_new();
	_cleanup_(nono_floor_done) struct nono_floor floor = {0};
	struct nono_error err = {0};

	fakefs_file(f, "/d/secret", "");
	fakefs_file(f, "/d/foreign", "");
	fakefs_file(f, "/d/other", "");
	fakefs_fail(f, "/d/foreign", EACCES);
	REQUIRE(build(f, &floor, &err) == 0);
	CHECK_INT(floor.rule_count, 1); /* what nono may not look at is left out */
	nono_floor_done(&floor);
	fakefs_fail(f, "/d/foreign", EIO);
	CHECK_INT(build(f, &floor, &err), -NONO_E_SYSTEM);
	CHECK_INT(err.sys_errno, EIO);
	CHECK(!floor.rules);
}

static int opens(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int sys_errno = fd < 0 ? errno : 0;

	if (fd >= 0)
		(void)close(fd);
	return sys_errno;
}

static void make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	REQUIRE(fd >= 0);
	(void)close(fd);
}

/* The kernel's own answer to a floor. "other" has another object's rule by the time it is made: it has none. */
TEST(the_kernel_withholds)
{
	_cleanup_(nono_capset_done) struct nono_capset set = {0};
	_cleanup_(nono_floor_done) struct nono_floor floor = {0};
	const struct nono_floor_options options = {0};
	const struct ll_ruleset_attr attr = {.handled_access_fs = nono_landlock_rights(nono_landlock_ask())};
	struct nono_error err = {0};
	int ruleset;

	if (nono_landlock_ask() < 1)
		SKIP("landlock: none");
	REQUIRE(chdir(t_tmpdir()) == 0 && mkdir("d", 0700) == 0 && mkdir("d/sub", 0700) == 0);
	make_file("d/secret");
	make_file("d/file");
	make_file("d/other");
	make_file("d/sub/file");
	set.grants = calloc(1, sizeof(*set.grants));
	set.denies = calloc(1, sizeof(*set.denies));
	REQUIRE(set.grants && set.denies);
	set.grants[0] = (struct nono_grant){.rights = R | W};
	REQUIRE(nono_fs_host.open(&nono_fs_host, "d", &set.grants[0].node, NULL) == 0);
	set.denies[0].real = nono_path_join(set.grants[0].node.real, "secret");
	set.grant_count = set.deny_count = 1;
	REQUIRE(nono_floor_build(&set, &nono_fs_host, &options, &floor, &err) == 0);
	REQUIRE(rename("d/other", "d/kept") == 0);
	make_file("d/other");
	ruleset = (int)syscall(LL_SYS_CREATE_RULESET, &attr, sizeof(attr), 0);
	REQUIRE(ruleset >= 0);
	CHECK_INT(nono_floor_add_rules(&floor, (uint32_t)attr.handled_access_fs, ruleset, &err), 0);
	CHECK_INT(nono_floor_add_rules(&floor, (uint32_t)attr.handled_access_fs, -1, &err), -NONO_E_SYSTEM);
	nono_floor_done(&floor);
	nono_capset_done(&set);
	CHECK_INT(opens("d/secret"), 0); /* so far */
	t_no_leak_check();
	REQUIRE(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && syscall(LL_SYS_RESTRICT_SELF, ruleset, 0) == 0);
	CHECK_INT(opens("d/secret"), EACCES);
	CHECK_INT(opens("d/other"), EACCES);
	CHECK_INT(opens("d"), EACCES);
	CHECK_INT(opens("d/file"), 0);
	CHECK_INT(opens("d/sub"), 0);
	CHECK_INT(opens("d/sub/file"), 0);
	make_file("d/sub/new");
	CHECK(rename("d/secret", "d/sub/new") < 0);
	CHECK(link("d/secret", "d/sub/link") < 0);
	CHECK(unlink("d/file") < 0 && unlink("d/sub/file") == 0);
}
