/* test_broker_change.c - names that a broker makes, moves and removes.  SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/util.h"
#include "broker_t.h"
#include "t.h"

#define R NONO_RIGHTS_READ
#define RW (NONO_RIGHTS_READ | NONO_RIGHTS_WRITE)
#define SWAP 2
#define NO_REPLACE 1

/*
 * box: .env is denied, key may be read only, .git/hooks is denied and missing with its directory; sub and old were
 * there at start, in was too and is a level for in/.env; new, fresh and new/inner came later. ro may be read, also
 * ro/level, for which ro/level/.env is denied. out is not granted.
 */
static void make_box(struct box *b)
{
	box_open(b);
	REQUIRE(mkdir("box", 0755) == 0 && mkdir("box/sub", 0755) == 0 && mkdir("box/in", 0755) == 0);
	REQUIRE(mkdir("out", 0755) == 0 && mkdir("ro", 0755) == 0 && mkdir("ro/dir", 0755) == 0);
	REQUIRE(box_write("box/.env", "secret") && box_write("box/in/.env", "secret") && box_write("box/key", "key"));
	REQUIRE(box_write("box/old", "old") && box_write("box/sub/file", "file") && box_write("out/file", "out"));
	REQUIRE(box_write("ro/.env", "secret") && box_write("ro/file", "file"));
	box_grant(b, "box", RW);
	box_grant(b, "ro", R);
	box_deny(b, "box/.env", false);
	box_deny(b, "box/in/.env", false);
	box_deny(b, "box/key", true);
	box_deny(b, "box/.git/hooks", false);
	box_deny(b, "ro/.env", false);
	box_split(b);
	REQUIRE(mkdir("box/new", 0755) == 0 && box_write("box/fresh", "fresh") && box_write("box/new/inner", "inner"));
	REQUIRE(symlink("fresh", "box/link") == 0 && box_write("ro/fresh", "fresh"));
}

enum verb { MKDIR, MKFIFO, MKCHAR, SYMLINK, LINK, LINK_TARGET, UNLINK, RMDIR, RENAME, TRUNCATE, CREATE, READ, WRITE };

struct step {
	enum verb verb;
	const char *from, *to;
	unsigned int flags;
	const char *want;
};

static long do_step(const struct step *s)
{
	switch (s->verb) {
	case MKDIR:
		return mkdir(s->from, 0755);
	case MKFIFO:
		return mkfifo(s->from, 0644);
	case MKCHAR:
		return mknod(s->from, S_IFCHR | 0644, 0);
	case SYMLINK:
		return symlink(s->to, s->from);
	case LINK:
		return link(s->from, s->to);
	case LINK_TARGET:
		return linkat(AT_FDCWD, s->from, AT_FDCWD, s->to, AT_SYMLINK_FOLLOW);
	case UNLINK:
		return unlink(s->from);
	case RMDIR:
		return rmdir(s->from);
	case RENAME:
		return syscall(SYS_renameat2, AT_FDCWD, s->from, AT_FDCWD, s->to, s->flags);
	case TRUNCATE:
		return truncate(s->from, 2);
	case CREATE:
		return open(s->from, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	case READ:
		return open(s->from, O_RDONLY | O_CLOEXEC);
	case WRITE:
	default:
		return open(s->from, O_WRONLY | O_CLOEXEC);
	}
}

static int do_steps(struct box *b, const void *arg)
{
	for (const struct step *s = arg; s->want; s++) {
		long rc = do_step(s);

		if (strcmp(box_result(rc), s->want) != 0)
			(void)snprintf(b->text + strlen(b->text), BOX_TEXT - strlen(b->text),
				       "step %d (%s %s): %s, not %s; ", (int)(s - (const struct step *)arg), s->from,
				       s->to ? s->to : "", box_result(rc), s->want);
		if (rc >= 0 && s->verb >= CREATE)
			(void)close((int)rc);
	}
	return 0;
}

static void run_steps(const struct step *steps, unsigned int denied)
{
	struct box b;

	make_box(&b);
	CHECK_INT(box_run(&b, do_steps, steps), 0);
	CHECK_STR(b.text, "");
	CHECK_INT(b.denied, denied);
	/* Whatever was tried, what is denied is where it was. */
	CHECK(access("box/.env", F_OK) == 0 && access("box/in/.env", F_OK) == 0 && access("box/key", F_OK) == 0);
	CHECK(access("box/.git/hooks", F_OK) < 0);
	box_close(&b);
}

TEST(names_are_made_and_removed)
{
	static const struct step steps[] = {
		{MKDIR, "box/dir", NULL, 0, "ok"},
		{MKDIR, "box/dir/", NULL, 0, "EEXIST"},
		{MKDIR, "box/dir/deep", NULL, 0, "ok"},
		{MKDIR, "box/other/", NULL, 0, "ok"},
		{MKDIR, "box/missing/x", NULL, 0, "ENOENT"},
		{MKDIR, "box/sub/dir", NULL, 0, "ok"},
		{MKDIR, "box/fresh/x", NULL, 0, "ENOTDIR"},
		{MKDIR, "box", NULL, 0, "EEXIST"},
		{CREATE, "box/dir/deep/file", NULL, 0, "ok"},
		{CREATE, "box/link", NULL, 0, "ok"},
		{MKFIFO, "box/pipe", NULL, 0, "ok"},
		{MKFIFO, "box/pipe", NULL, 0, "EEXIST"},
		{MKCHAR, "box/device", NULL, 0, "EACCES"},
		{SYMLINK, "box/to", "file", 0, "ok"},
		{SYMLINK, "box/to", "file", 0, "EEXIST"},
		{SYMLINK, "box/sub/to", "file", 0, "ok"},
		{UNLINK, "box/to", NULL, 0, "ok"},
		{UNLINK, "box/to", NULL, 0, "ENOENT"},
		{UNLINK, "box/pipe", NULL, 0, "ok"},
		{UNLINK, "box/fresh/", NULL, 0, "ENOTDIR"},
		{UNLINK, "box/old", NULL, 0, "ok"},
		{UNLINK, "box/dir", NULL, 0, "EISDIR"},
		{RMDIR, "box/fresh", NULL, 0, "ENOTDIR"},
		{RMDIR, "box/dir", NULL, 0, "ENOTEMPTY"},
		{RMDIR, "box/dir/deep", NULL, 0, "ENOTEMPTY"},
		{UNLINK, "box/dir/deep/file", NULL, 0, "ok"},
		{RMDIR, "box/dir/deep/", NULL, 0, "ok"},
		{RMDIR, "box/dir", NULL, 0, "ok"},
		{TRUNCATE, "box/link", NULL, 0, "ok"},
		{TRUNCATE, "box/sub/file", NULL, 0, "ok"},
		{TRUNCATE, "box/new", NULL, 0, "EISDIR"},
		{TRUNCATE, "box/missing", NULL, 0, "ENOENT"},
		{0},
	};

	run_steps(steps, 0);
}

TEST(names_are_moved_and_linked)
{
	static const struct step steps[] = {
		{RENAME, "box/fresh", "box/a", 0, "ok"},
		{RENAME, "box/fresh", "box/a", 0, "ENOENT"},
		{RENAME, "box/a", "box/old", NO_REPLACE, "EEXIST"},
		{RENAME, "box/a", "box/old", 0, "ok"},
		{READ, "box/old", NULL, 0, "ok"},
		{WRITE, "box/old", NULL, 0, "ok"},
		{RENAME, "box/old", "box/sub/a", 0, "ok"},
		{READ, "box/sub/a", NULL, 0, "ok"},
		{RENAME, "box/sub/a", "box/new/a", 0, "ok"},
		{READ, "box/new/a", NULL, 0, "ok"},
		{RENAME, "box/new/a", "box/sub/file", SWAP, "ok"},
		{RENAME, "box/new/a", "box/missing", SWAP, "ENOENT"},
		{RENAME, "box/new/a", "box/b/", 0, "ENOTDIR"},
		{RENAME, "box/new", "box/sub/new", 0, "ok"},
		{READ, "box/sub/new/inner", NULL, 0, "ok"},
		{RENAME, "box/sub/new", "box/sub2", 0, "ok"},
		{RENAME, "box/sub2", "box/sub2/x", 0, "EINVAL"},
		{RENAME, "box/sub", "box/sub3", 0, "ok"},
		{READ, "box/sub3/file", NULL, 0, "ok"},
		{LINK, "box/sub3/file", "box/linked", 0, "ok"},
		{LINK, "box/sub3/file", "box/linked", 0, "EEXIST"},
		{LINK, "box/linked", "box/sub3/linked", 0, "ok"},
		{LINK, "box/sub2", "box/sub4", 0, "EPERM"},
		{LINK, "box/link", "box/link2", 0, "ok"},
		{LINK_TARGET, "box/link", "box/link3", 0, "ENOENT"}, /* it leads nowhere by now */
		{LINK, "box/linked", "box/linked/", 0, "EEXIST"},
		{0},
	};

	run_steps(steps, 0);
}

TEST(denied_names_are_left_alone)
{
	static const struct step steps[] = {
		{READ, "box/.env", NULL, 0, "EACCES"},
		{WRITE, "box/.env", NULL, 0, "EACCES"},
		{CREATE, "box/.env", NULL, 0, "EACCES"},
		{TRUNCATE, "box/.env", NULL, 0, "EACCES"},
		{UNLINK, "box/.env", NULL, 0, "EACCES"},
		{RENAME, "box/.env", "box/a", 0, "EACCES"},
		{RENAME, "box/.env", "box/sub/a", 0, "EACCES"},
		{RENAME, "box/.env", "box/new/a", 0, "EACCES"},
		{RENAME, "box/in/.env", "box/a", 0, "EACCES"},
		{RENAME, "box/fresh", "box/.env", 0, "EACCES"},
		{RENAME, "box/sub/file", "box/.env", 0, "EACCES"},
		{RENAME, "box/fresh", "box/.env", SWAP, "EACCES"},
		{LINK, "box/.env", "box/a", 0, "EACCES"},
		{LINK, "box/.env", "box/sub/a", 0, "EACCES"},
		{LINK, "box/fresh", "box/.env", 0, "EEXIST"},
		{0},
	};

	run_steps(steps, 14);
}

TEST(levels_stay_where_they_are)
{
	static const struct step steps[] = {
		{RENAME, "box/in", "box/a", 0, "EACCES"},      {RENAME, "box/in", "box/sub/in", 0, "EACCES"},
		{RENAME, "box/new", "box/in", 0, "EACCES"},    {RENAME, "box/in", "box/new", SWAP, "EACCES"},
		{RENAME, "box/sub", "box/in", SWAP, "EACCES"}, {RENAME, "box", "out/box", 0, "EACCES"},
		{RMDIR, "box/in", NULL, 0, "EACCES"},	       {0},
	};

	run_steps(steps, 0);
}

TEST(what_may_only_be_read)
{
	static const struct step steps[] = {
		{READ, "box/key", NULL, 0, "ok"},
		{WRITE, "box/key", NULL, 0, "EACCES"},
		{CREATE, "box/key", NULL, 0, "EACCES"},
		{TRUNCATE, "box/key", NULL, 0, "EACCES"},
		{UNLINK, "box/key", NULL, 0, "EACCES"},
		{RENAME, "box/key", "box/a", 0, "EACCES"},
		{RENAME, "box/fresh", "box/key", 0, "EACCES"},
		{LINK, "box/key", "box/a", 0, "EACCES"},
		{LINK, "box/key", "box/sub/a", 0, "EACCES"},
		{READ, "ro/file", NULL, 0, "ok"},
		{READ, "ro/fresh", NULL, 0, "ok"},
		{READ, "ro", NULL, 0, "ok"},
		{READ, "ro/.env", NULL, 0, "EACCES"},
		{WRITE, "ro/fresh", NULL, 0, "EACCES"},
		{TRUNCATE, "ro/fresh", NULL, 0, "EACCES"},
		{CREATE, "ro/a", NULL, 0, "EACCES"},
		{MKDIR, "ro/a", NULL, 0, "EACCES"},
		{SYMLINK, "ro/a", "x", 0, "EACCES"},
		{UNLINK, "ro/fresh", NULL, 0, "EACCES"},
		{RENAME, "ro/fresh", "box/a", 0, "EACCES"},
		{RENAME, "box/fresh", "ro/a", 0, "EACCES"},
		{LINK, "ro/fresh", "box/a", 0, "EXDEV"}, /* it could be written there */
		{LINK, "ro/file", "box/a", 0, "EXDEV"},
		{LINK, "ro/file", "box/new/a", 0, "EXDEV"},
		{LINK, "box/fresh", "ro/a", 0, "EACCES"},
		{LINK, "out/file", "box/a", 0, "EXDEV"},
		{RENAME, "out/file", "box/a", 0, "EACCES"},
		{RENAME, "box/fresh", "out/a", 0, "EACCES"},
		{0},
	};

	run_steps(steps, 6);
}

/* The name .git may become a directory, in the usual way; nothing may bring hooks along. */
TEST(names_above_what_is_missing)
{
	static const struct step steps[] = {
		{SYMLINK, "box/.git", "new", 0, "EACCES"},
		{RENAME, "box/new", "box/.git", 0, "EACCES"},
		{RENAME, "box/sub", "box/.git", 0, "EACCES"},
		{LINK, "box/fresh", "box/.git", 0, "EACCES"},
		{CREATE, "box/.git", NULL, 0, "EACCES"},
		{MKFIFO, "box/.git", NULL, 0, "EACCES"},
		{MKDIR, "box/.git", NULL, 0, "ok"},
		{CREATE, "box/.git/config", NULL, 0, "ok"},
		{READ, "box/.git", NULL, 0, "ok"},
		{MKDIR, "box/.git/hooks", NULL, 0, "EACCES"},
		{SYMLINK, "box/.git/hooks", "../new", 0, "EACCES"},
		{RENAME, "box/new", "box/.git/hooks", 0, "EACCES"},
		{RENAME, "box/sub/file", "box/.git/hooks", 0, "EACCES"},
		{MKDIR, "box/.git/hooks2", NULL, 0, "ok"},
		{RENAME, "box/.git", "box/g", 0, "EACCES"},
		{UNLINK, "box/.git/config", NULL, 0, "ok"},
		{RMDIR, "box/.git/hooks2", NULL, 0, "ok"},
		{RMDIR, "box/.git", NULL, 0, "ok"},
		{0},
	};

	run_steps(steps, 4);
}

/* The host puts things where denied names are, and denied things elsewhere. */
TEST(what_the_host_moves)
{
	static const struct step steps[] = {
		{READ, "box/.env", NULL, 0, "EACCES"},
		{UNLINK, "box/.env", NULL, 0, "EACCES"},
		{READ, "box/moved", NULL, 0, "EACCES"},
		{READ, "box/second", NULL, 0, "EACCES"},
		{RENAME, "box/second", "box/a", 0, "EACCES"},
		{LINK, "box/second", "box/a", 0, "EACCES"},
		{READ, "box/key", NULL, 0, "ok"},
		{WRITE, "box/key", NULL, 0, "EACCES"},
		{READ, "box/.git", NULL, 0, "ok"},
		{READ, "box/.git/config", NULL, 0, "ok"},
		{READ, "box/.git/hooks", NULL, 0, "EACCES"},
		{READ, "box/.git/hooks/x", NULL, 0, "EACCES"},
		{WRITE, "box/.git/hooks/x", NULL, 0, "EACCES"},
		{UNLINK, "box/.git/hooks/x", NULL, 0, "EACCES"},
		{CREATE, "box/.git/hooks/y", NULL, 0, "EACCES"},
		{RENAME, "box/.git/hooks", "box/h", 0, "EACCES"},
		{0},
	};
	struct box b;

	make_box(&b);
	REQUIRE(rename("box/.env", "box/moved") == 0 && box_write("box/.env", "the next secret"));
	REQUIRE(link("box/.env", "box/second") == 0 && unlink("box/key") == 0 && box_write("box/key", "next"));
	REQUIRE(mkdir("box/.git", 0755) == 0 && mkdir("box/.git/hooks", 0755) == 0);
	REQUIRE(box_write("box/.git/hooks/x", "hook") && box_write("box/.git/config", "config"));
	CHECK_INT(box_run(&b, do_steps, steps), 0);
	CHECK_STR(b.text, "");
	CHECK_INT(b.denied, 13);
	box_close(&b);
}

/* A number of an inode is given to the next file when the first is gone: that is another file. */
TEST(a_number_used_again)
{
	static const struct step steps[] = {{READ, "box/again", NULL, 0, "ok"}, {READ, "box/old", NULL, 0, "ok"}, {0}};
	struct box b;

	make_box(&b);
	for (int i = 0; i < 50; i++) {
		REQUIRE(unlink("box/.env") == 0 && box_write("box/again", "again"));
		REQUIRE(unlink("box/old") == 0 && box_write("box/old", "old"));
		CHECK_INT(box_run(&b, do_steps, steps), 0);
		CHECK_STR(b.text, "");
		REQUIRE(unlink("box/again") == 0 && box_write("box/.env", "secret"));
	}
	box_close(&b);
}

static int tmpfile_linked(struct box *b, const void *arg)
{
	char path[64];
	int fd = open("box", O_RDWR | O_TMPFILE, 0644), other = open("box/sub", O_RDWR | O_TMPFILE, 0644);

	(void)arg;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || other < 0 || write(fd, "temporary", 9) != 9)
		return 1;
	if (linkat(AT_FDCWD, path, AT_FDCWD, "box/.env", AT_SYMLINK_FOLLOW) == 0)
		return 2;
	if (linkat(AT_FDCWD, path, AT_FDCWD, "box/named", AT_SYMLINK_FOLLOW) < 0)
		return 3;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", other);
	if (linkat(AT_FDCWD, path, AT_FDCWD, "box/other", AT_SYMLINK_FOLLOW) < 0)
		return 4;
	(void)box_read("box/named", b->text);
	return 0;
}

TEST(a_nameless_file_gets_a_name)
{
	struct box b;

	make_box(&b);
	CHECK_INT(box_run(&b, tmpfile_linked, NULL), 0);
	CHECK_STR(b.text, "temporary");
	box_close(&b);
}

static int remove_at(struct box *b, const void *arg)
{
	int dir = open("box", O_RDONLY | O_DIRECTORY), sub = open("box/new", O_PATH);

	(void)b;
	(void)arg;
	if (unlinkat(dir, ".env", 0) == 0 || errno != EACCES)
		return 1;
	if (unlinkat(sub, "../.env", 0) == 0 || errno != EACCES)
		return 2;
	if (renameat(sub, "inner", dir, ".env") == 0 || errno != EACCES)
		return 3;
	if (unlinkat(sub, "inner", 99) == 0 || errno != EINVAL)
		return 4;
	if (unlinkat(sub, "inner", 0) < 0 || unlinkat(dir, "new", AT_REMOVEDIR) < 0)
		return 5;
	return mkdirat(dir, "later", 0700) < 0 || symlinkat("x", dir, "x") < 0 || mknodat(dir, "f", S_IFIFO, 0) < 0 ? 6
														    : 0;
}

TEST(by_descriptors)
{
	struct box b;
	struct stat st;

	make_box(&b);
	CHECK_INT(box_run(&b, remove_at, NULL), 0);
	CHECK(stat("box/later", &st) == 0 && (st.st_mode & 07777) == 0700);
	CHECK(access("box/.env", F_OK) == 0 && access("box/new", F_OK) < 0);
	box_close(&b);
}
