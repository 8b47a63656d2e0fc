/* test_broker_attack.c - ways around a floor and its broker.  SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "broker_t.h"
#include "t.h"

#define RW (NONO_RIGHTS_READ | NONO_RIGHTS_WRITE)
#define ROUNDS 10000

/* box/.env is denied, and box/dark with what is in it; box/sub was there at start; box/ok, box/new came later. */
static void make_box(struct box *b)
{
	box_open(b);
	REQUIRE(mkdir("box", 0755) == 0 && mkdir("box/sub", 0755) == 0 && mkdir("box/dark", 0755) == 0);
	REQUIRE(box_write("box/.env", "SECRET") && box_write("box/dark/key", "SECRET") && mkdir("out", 0755) == 0);
	REQUIRE(box_write("out/file", "SECRET"));
	box_grant(b, "box", RW);
	box_grant(b, "/proc", NONO_RIGHTS_READ);
	box_grant(b, "/dev", RW);
	box_deny(b, "box/.env", false);
	box_deny(b, "box/dark", false);
	box_split(b);
	REQUIRE(box_write("box/fine", "public") && mkdir("box/new", 0755) == 0 && box_write("box/sub/x", "public"));
}

/* In the child: every spelling is refused, and the control beside them is read. */
static int spellings(struct box *b, const void *arg)
{
	static const char *const links[] = {"/proc/self/root%s/box/.env",
					    "/proc/self/cwd/box/.env%.0s",
					    "/proc/thread-self/cwd/box/.env%.0s",
					    "/dev/fd/../cwd/box/.env%.0s",
					    "box/sub/../.env%.0s",
					    "box/new/../.env%.0s",
					    "./box//./.env%.0s",
					    "box/dark/key%.0s",
					    "box/sub/../dark/key%.0s",
					    "out/file%.0s",
					    "box/new/to-env%.0s",
					    "box/to-dark/key%.0s",
					    "box/sub/abs%.0s"};
	char path[512], data[64];

	(void)arg;
	(void)snprintf(path, sizeof(path), "%s/box/.env", t_tmpdir());
	if (symlink("../.env", "box/new/to-env") < 0 || symlink("dark", "box/to-dark") < 0 ||
	    symlink(path, "box/sub/abs") < 0)
		return 100;
	for (size_t i = 0; i < NONO_ARRAY_SIZE(links); i++) {
		errno = 0;
		(void)snprintf(path, sizeof(path), links[i], t_tmpdir());
		if (box_read(path, data)[0] || errno != EACCES) {
			(void)snprintf(b->text, BOX_TEXT, "%s: '%s', errno %d", path, data, errno);
			return 1 + (int)i;
		}
	}
	(void)snprintf(path, sizeof(path), "/proc/self/root%s/box/fine", t_tmpdir());
	return strcmp(box_read(path, data), "public") == 0 &&
			       strcmp(box_read("/dev/fd/../cwd/box/fine", data), "public") == 0
		       ? 0
		       : 101;
}

TEST(other_spellings)
{
	struct box b;

	make_box(&b);
	CHECK_INT(box_run(&b, spellings, NULL), 0);
	CHECK_STR(b.text, "");
	box_close(&b);
}

/* A descriptor that names the denied file, without access, is no way to it either. */
static int by_path_descriptor(struct box *b, const void *arg)
{
	char path[64], data[64];
	int fd = open("box/.env", O_PATH), dark = open("box/dark", O_PATH | O_DIRECTORY);

	(void)b;
	(void)arg;
	if (fd < 0 || dark < 0)
		return 1;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (box_read(path, data)[0] || errno != EACCES || openat(fd, "", O_RDONLY) >= 0)
		return 2;
	if (openat(dark, "key", O_RDONLY) >= 0 || errno != EACCES || openat(dark, ".", O_RDONLY) >= 0)
		return 3;
	if (linkat(AT_FDCWD, path, AT_FDCWD, "box/a", AT_SYMLINK_FOLLOW) == 0 ||
	    linkat(AT_FDCWD, path, AT_FDCWD, "box/sub/a", AT_SYMLINK_FOLLOW) == 0 ||
	    linkat(fd, "", AT_FDCWD, "box/a", AT_EMPTY_PATH) == 0)
		return 4;
	if (renameat(dark, "key", AT_FDCWD, "box/a") == 0 || renameat(dark, "key", AT_FDCWD, "box/sub/a") == 0 ||
	    linkat(dark, "key", AT_FDCWD, "box/a", 0) == 0 || unlinkat(dark, "key", 0) == 0)
		return 5;
	if (openat(dark, "made", O_WRONLY | O_CREAT, 0600) >= 0 || mkdirat(dark, "made", 0700) == 0 ||
	    renameat(AT_FDCWD, "box/fine", dark, "made") == 0)
		return 6;
	if (fchdir(dark) < 0 || open("key", O_RDONLY) >= 0 || open("../.env", O_RDONLY) >= 0)
		return 7;
	return strcmp(box_read("../fine", data), "public") == 0 ? 0 : 8;
}

TEST(descriptors_without_access)
{
	struct box b;

	make_box(&b);
	CHECK_INT(box_run(&b, by_path_descriptor, NULL), 0);
	CHECK(access("box/dark/key", F_OK) == 0 && access("box/dark/made", F_OK) < 0);
	box_close(&b);
}

/* The supervisor's /proc holds more than the child's: nothing of it comes through. */
static int through_supervisor(struct box *b, const void *arg)
{
	char path[64];
	int opened = 0;

	(void)b;
	(void)arg;
	for (int i = 0; i < 64; i++) {
		int fd;

		(void)snprintf(path, sizeof(path), "/proc/%d/fd/%d", getppid(), i);
		fd = open(path, O_RDONLY | O_NONBLOCK);
		opened += fd >= 0;
	}
	(void)snprintf(path, sizeof(path), "/proc/%d/root/etc/passwd", getppid());
	opened += open(path, O_RDONLY) >= 0;
	(void)snprintf(path, sizeof(path), "/proc/%d/environ", getppid());
	opened += open(path, O_RDONLY) >= 0;
	return opened;
}

TEST(nothing_of_the_supervisors)
{
	struct box b;

	make_box(&b);
	REQUIRE(open("out/file", O_RDONLY) >= 0); /* it has the secret open itself */
	CHECK_INT(box_run(&b, through_supervisor, NULL), 0);
	box_close(&b);
}

/* One that made itself unreadable gets what the kernel alone gives. */
static int undumpable(struct box *b, const void *arg)
{
	char data[64];

	(void)b;
	(void)arg;
	if (prctl(PR_SET_DUMPABLE, 0) < 0)
		return 1;
	if (box_read("box/.env", data)[0] || box_read("box/fine", data)[0])
		return 2;
	return strcmp(box_read("box/sub/x", data), "public") == 0 ? 0 : 3;
}

TEST(a_caller_that_cannot_be_read)
{
	struct box b;

	make_box(&b);
	CHECK_INT(box_run(&b, undumpable, NULL), 0);
	box_close(&b);
}

/* A text that another thread changes while it is read. */
struct flip {
	_Alignas(uint64_t) char path[64];
	volatile bool stop;
};

static void *flip_text(void *arg)
{
	struct flip *f = arg;
	volatile uint64_t *start = (volatile uint64_t *)f->path;
	uint64_t denied, granted;

	memcpy(&denied, "box/.env", sizeof(denied));
	memcpy(&granted, "box/fine", sizeof(granted));
	while (!f->stop) {
		*start = denied;
		*start = granted;
	}
	return NULL;
}

/* Opens it again and again; the number of secrets read, and what else came of it, in the text. */
static int race(struct box *b, struct flip *f)
{
	unsigned int good = 0, refused = 0, leaked = 0, other = 0;

	for (int i = 0; i < ROUNDS; i++) {
		char data[8] = "";
		int fd = open(f->path, O_RDONLY | O_CLOEXEC);

		if (fd < 0) {
			refused += errno == EACCES;
			other += errno != EACCES && errno != ENOENT;
			continue;
		}
		if (read(fd, data, 6) != 6)
			other++;
		good += strcmp(data, "public") == 0;
		leaked += strcmp(data, "SECRET") == 0;
		(void)close(fd);
	}
	(void)snprintf(b->text, BOX_TEXT, "%s%s%u leaked, %u odd", good > 100 ? "" : "never good, ",
		       refused > 100 ? "" : "never refused, ", leaked, other);
	return 0;
}

static int race_memory(struct box *b, const void *arg)
{
	struct flip *f = mmap(NULL, sizeof(*f), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_t thread;

	(void)arg;
	(void)snprintf(f->path, sizeof(f->path), "box/fine");
	if (pthread_create(&thread, NULL, flip_text, f))
		return 1;
	(void)race(b, f);
	f->stop = true;
	(void)pthread_join(thread, NULL);
	return 0;
}

TEST(a_path_that_changes_in_memory)
{
	struct box b;

	t_time_limit(120);
	make_box(&b);
	CHECK_INT(box_run(&b, race_memory, NULL), 0);
	CHECK_STR(b.text, "0 leaked, 0 odd");
	box_close(&b);
}

static int race_link(struct box *b, const void *arg)
{
	static struct flip f;

	(void)snprintf(f.path, sizeof(f.path), "%s", (const char *)arg);
	return race(b, &f);
}

/* The host's own process, the strongest that could: it exchanges two names without a pause. */
static pid_t exchange(const char *one, const char *two)
{
	pid_t pid = fork();

	while (pid == 0)
		if (syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, two, 2) < 0)
			_exit(1);
	return pid;
}

static void race_exchanged(struct box *b, const char *one, const char *two, const char *path)
{
	pid_t pid = exchange(one, two);

	REQUIRE(pid > 0);
	CHECK_INT(box_run(b, race_link, path), 0);
	CHECK_STR(b->text, "0 leaked, 0 odd");
	CHECK(waitpid(pid, NULL, WNOHANG) == 0);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

TEST(a_link_that_changes)
{
	struct box b;

	t_time_limit(120);
	make_box(&b);
	REQUIRE(symlink("../.env", "box/sub/a") == 0 && symlink("../fine", "box/sub/b") == 0);
	race_exchanged(&b, "box/sub/a", "box/sub/b", "box/sub/a");
	REQUIRE(symlink(".env", "box/a") == 0 && symlink("fine", "box/b") == 0);
	race_exchanged(&b, "box/a", "box/b", "box/a");
	box_close(&b);
}

TEST(a_directory_that_changes)
{
	struct box b;

	t_time_limit(120);
	make_box(&b);
	REQUIRE(mkdir("box/new/d", 0755) == 0 && box_write("box/new/d/key", "public"));
	REQUIRE(symlink("../dark", "box/new/e") == 0);
	race_exchanged(&b, "box/new/d", "box/new/e", "box/new/d/key");
	box_close(&b);
}

/* Who has the rights moves things about while it opens: by the broker, in many threads. */
static void *move_about(void *arg)
{
	volatile bool *stop = arg;

	while (!*stop) {
		(void)rename("box/fine", "box/sub/fine");
		(void)rename("box/.env", "box/sub/fine");
		(void)rename("box/sub/fine", "box/fine");
		(void)link("box/.env", "box/new/fine");
		(void)rename("box/dark", "box/new/dark");
		(void)syscall(SYS_renameat2, AT_FDCWD, "box/fine", AT_FDCWD, "box/.env", 2);
	}
	return NULL;
}

static int race_moves(struct box *b, const void *arg)
{
	static volatile bool stop;
	static struct flip f;
	pthread_t threads[2];

	(void)arg;
	(void)snprintf(f.path, sizeof(f.path), "box/fine");
	for (int i = 0; i < 2; i++)
		if (pthread_create(&threads[i], NULL, move_about, (void *)&stop))
			return 1;
	for (int i = 0; i < 3000; i++) {
		char data[64];

		if (strcmp(box_read(i & 1 ? "box/fine" : "box/sub/fine", data), "SECRET") == 0)
			(void)snprintf(b->text, BOX_TEXT, "leaked");
	}
	stop = true;
	for (int i = 0; i < 2; i++)
		(void)pthread_join(threads[i], NULL);
	return 0;
}

TEST(names_that_move_about)
{
	struct box b;
	char data[64];

	t_time_limit(120);
	make_box(&b);
	CHECK_INT(box_run(&b, race_moves, NULL), 0);
	CHECK_STR(b.text, "");
	CHECK_STR(box_read("box/.env", data), "SECRET");
	CHECK_STR(box_read("box/dark/key", data), "SECRET");
	CHECK(access("box/new/fine", F_OK) < 0);
	box_close(&b);
}

/* What the host replaces, under whatever name it is prepared in: never readable by the denied name. */
TEST(the_host_replaces)
{
	struct box b;
	pid_t pid;

	t_time_limit(120);
	make_box(&b);
	pid = fork();
	while (pid == 0)
		if (!box_write("out/next", "SECRET") || rename("out/next", "box/.env") < 0)
			_exit(1);
	CHECK_INT(box_run(&b, race_link, "box/.env"), 0);
	CHECK_STR(b.text, "never good, 0 leaked, 0 odd");
	CHECK(waitpid(pid, NULL, WNOHANG) == 0);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	box_close(&b);
}

/* Who gave up root gets what his own user may have, and nothing as root. */
static int as_another_user(struct box *b, const void *arg)
{
	char data[64];
	int before = strcmp(box_read("box/fine", data), "public") == 0;

	(void)b;
	(void)arg;
	if (!before || setresgid(65533, 65533, 65533) < 0 || setresuid(65533, 65533, 65533) < 0)
		return 1;
	if (box_read("box/fine", data)[0] || open("box/made", O_WRONLY | O_CREAT, 0600) >= 0 || unlink("box/fine") == 0)
		return 2;
	return strcmp(box_read("box/sub/x", data), "public") == 0 ? 0 : 3;
}

TEST_ROOT(a_caller_with_another_user)
{
	struct box b;

	make_box(&b);
	REQUIRE(chmod(".", 0711) == 0 && chmod("box/fine", 0600) == 0 && chmod("box", 0777) == 0);
	CHECK_INT(box_run(&b, as_another_user, NULL), 0);
	CHECK(access("box/made", F_OK) < 0 && access("box/fine", F_OK) == 0);
	box_close(&b);
}
