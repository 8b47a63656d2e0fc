/* test_broker_open.c - a file opened by a broker is as if it had been opened.  SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "broker_t.h"
#include "t.h"

#define RW (NONO_RIGHTS_READ | NONO_RIGHTS_WRITE)
#define RD O_RDONLY
#define WR O_WRONLY
#define CR O_CREAT
#define EX O_EXCL

/* box/.env is denied, box/sub was there at start; all else came later. */
static void make_box(struct box *b)
{
	box_open(b);
	REQUIRE(mkdir("box", 0755) == 0 && mkdir("box/sub", 0755) == 0 && mkdir("out", 0755) == 0);
	REQUIRE(box_write("box/.env", "secret") && box_write("out/file", "outside"));
	box_grant(b, "box", RW);
	box_deny(b, "box/.env", false);
	box_split(b);
}

struct row {
	const char *path; /* below the place where the case is tried */
	int flags;
	mode_t mode, umask;
};

static const struct row rows[] = {
	{"file", RD, 0, 022},
	{"file", WR, 0, 022},
	{"file", O_RDWR, 0, 022},
	{"file", RD | O_CLOEXEC, 0, 022},
	{"file", O_RDWR | O_APPEND, 0, 022},
	{"file", O_RDWR | O_TRUNC, 0, 022},
	{"file", RD | O_TRUNC, 0, 022},
	{"file", WR | CR, 0600, 022},
	{"file", WR | CR | O_TRUNC, 0600, 022},
	{"file", WR | CR | EX, 0600, 022},
	{"file", RD | O_DIRECTORY, 0, 022},
	{"file", RD | O_NOFOLLOW, 0, 022},
	{"file", RD | O_NONBLOCK, 0, 022},
	{"file", O_RDWR | O_SYNC, 0, 022},
	{"file", O_RDWR | O_DSYNC | O_NOATIME, 0, 022},
	{"file", O_PATH, 0, 022},
	{"file", O_ACCMODE, 0, 022},
	{"file/", RD, 0, 022},
	{"file/.", RD, 0, 022},
	{"file/..", RD, 0, 022},
	{"file/x", RD, 0, 022},
	{"./file", RD, 0, 022},
	{".//.//file", RD, 0, 022},
	{"dir/../file", RD, 0, 022},
	{"dir/up/file", RD, 0, 022},
	{"new", RD, 0, 022},
	{"new", WR | CR, 0666, 022},
	{"new", WR | CR, 0666, 077},
	{"new", O_RDWR | CR, 0666, 0},
	{"new", WR | CR | EX, 0640, 027},
	{"new", WR | CR | EX | O_CLOEXEC | O_APPEND, 0600, 022},
	{"new", O_RDWR | CR, 04755, 022},
	{"new", O_RDWR | CR, 01777, 022},
	{"new", RD | CR, 0444, 022},
	{"new", O_RDWR | CR, 0, 022},
	{"new", WR | CR | O_TRUNC, 0666, 0777},
	{"new", WR | CR | O_NOFOLLOW, 0644, 022},
	{"new", WR | CR | O_NONBLOCK, 0644, 022},
	{"new", RD | CR | O_DIRECTORY, 0644, 022},
	{"new/", WR | CR, 0644, 022},
	{"new/x", WR | CR, 0644, 022},
	{"new/", RD, 0, 022},
	{"noread", RD, 0, 022},
	{"noread", WR, 0, 022},
	{"noread", WR | CR, 0600, 022},
	{"nowrite", WR, 0, 022},
	{"nowrite", RD | O_TRUNC, 0, 022},
	{"program", WR, 0, 022},
	{"link", RD, 0, 022},
	{"link", RD | O_NOFOLLOW, 0, 022},
	{"link", O_PATH | O_NOFOLLOW, 0, 022},
	{"link", WR | CR, 0600, 022},
	{"link", WR | CR | EX, 0600, 022},
	{"link/", RD, 0, 022},
	{"dangling", RD, 0, 022},
	{"dangling", WR | CR, 0600, 022},
	{"dangling", WR | CR | EX, 0600, 022},
	{"dangling", WR | CR | O_NOFOLLOW, 0600, 022},
	{"loop", RD, 0, 022},
	{"loop", WR | CR, 0600, 022},
	{"loop/x", RD, 0, 022},
	{"dirlink", RD, 0, 022},
	{"dirlink", RD | O_DIRECTORY, 0, 022},
	{"dirlink", RD | O_DIRECTORY | O_NOFOLLOW, 0, 022},
	{"dirlink/", RD | O_NOFOLLOW, 0, 022},
	{"dirlink/inner", O_RDWR, 0, 022},
	{"dirlink/made", O_RDWR | CR, 0600, 022},
	{"dir", RD, 0, 022},
	{"dir", RD | O_DIRECTORY | O_CLOEXEC, 0, 022},
	{"dir", WR, 0, 022},
	{"dir", O_RDWR | CR, 0600, 022},
	{"dir", RD | CR, 0600, 022},
	{"dir", RD | O_TRUNC, 0, 022},
	{"dir/", RD, 0, 022},
	{"dir/", RD | CR, 0644, 022},
	{"dir/.", RD, 0, 022},
	{"dir/..", RD, 0, 022},
	{"dir/inner", RD, 0, 022},
	{"dir/made", WR | CR, 0644, 022},
	{"closed/x", RD, 0, 022},
	{"closed/x", WR | CR, 0644, 022},
	{".", RD, 0, 022},
	{".", O_RDWR, 0, 022},
	{".", O_RDWR | O_TMPFILE, 0640, 022},
	{".", WR | O_TMPFILE | EX, 0640, 0},
	{"dir", O_RDWR | O_TMPFILE, 0666, 077},
	{"file", O_RDWR | O_TMPFILE, 0666, 077},
	{".", RD | O_TMPFILE, 0666, 077},
	{"", RD, 0, 022},
	{"fifo", RD | O_NONBLOCK, 0, 022},
	{"fifo", WR | O_NONBLOCK, 0, 022},
	{"fifo", O_RDWR, 0, 022},
	{"socket", RD, 0, 022},
	{"far", RD, 0, 022},
};

static void make_place(const char *place)
{
	char text[256];

	REQUIRE(chdir(place) == 0);
	(void)umask(0);
	REQUIRE(box_write("file", "text") && box_write("program", "#!/bin/sh\n") && mkdir("dir", 0755) == 0);
	REQUIRE(box_write("dir/inner", "inner") && box_write("noread", "x") && box_write("nowrite", "x"));
	REQUIRE(chmod("noread", 0200) == 0 && chmod("nowrite", 0400) == 0 && mkdir("closed", 0) == 0);
	REQUIRE(chmod("program", 0755) == 0 && symlink("file", "link") == 0 && symlink("later", "dangling") == 0);
	REQUIRE(symlink("loop", "loop") == 0 && symlink("dir", "dirlink") == 0 && symlink("..", "dir/up") == 0);
	REQUIRE(mkfifo("fifo", 0644) == 0 && mknod("socket", S_IFSOCK | 0644, 0) == 0);
	(void)snprintf(text, sizeof(text), "%s/%s/file", t_tmpdir(), place);
	REQUIRE(symlink(text, "far") == 0);
	(void)umask(022);
	REQUIRE(chdir(t_tmpdir()) == 0);
}

static void empty_place(const char *place)
{
	static const char *const names[] = {"file",	 "program", "dir/inner", "dir/up",  "dir/made",
					    "dir/later", "dir",	    "noread",	 "nowrite", "closed",
					    "link",	 "later",   "dangling",	 "loop",    "dirlink",
					    "new",	 "fifo",    "socket",	 "far"};
	char path[256];

	for (size_t i = 0; i < NONO_ARRAY_SIZE(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", place, names[i]);
		(void)remove(path);
	}
}

/* What came of it: result, kind, mode, size, flags, and what can be read and written through it. */
static int try_row(struct box *b, const void *arg)
{
	const struct row *row = arg;
	char data[16] = "";
	struct stat st;
	ssize_t got;
	int fd;

	(void)umask(row->umask);
	fd = open(row->path, row->flags, row->mode);
	if (fd < 0) {
		(void)snprintf(b->text, BOX_TEXT, "%s", box_result(fd));
		return 0;
	}
	(void)fstat(fd, &st);
	got = pread(fd, data, 15, 0);
	(void)snprintf(b->text, BOX_TEXT, "ok fd %d mode %o size %ld links %ld flags %x cloexec %d read %s '%s' ", fd,
		       st.st_mode, S_ISREG(st.st_mode) ? (long)st.st_size : 0,
		       S_ISDIR(st.st_mode) ? 0 : (long)st.st_nlink, fcntl(fd, F_GETFL) & ~(O_NOFOLLOW | 0100000),
		       fcntl(fd, F_GETFD), box_result(got), data);
	got = write(fd, "more", 4);
	(void)snprintf(b->text + strlen(b->text), BOX_TEXT - strlen(b->text), "write %s at %ld", box_result(got),
		       (long)lseek(fd, 0, SEEK_CUR));
	return 0;
}

/* And what is left in the place afterwards. */
static void add_state(const char *place, char *text)
{
	static const char *const names[] = {"file", "new", "later", "dir", "dir/made", "noread", "nowrite", "fifo"};
	char path[256], data[64];
	struct stat st;

	for (size_t i = 0; i < NONO_ARRAY_SIZE(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", place, names[i]);
		if (lstat(path, &st) < 0)
			continue;
		(void)snprintf(text + strlen(text), BOX_TEXT - strlen(text), "; %s %o %ld %s", names[i], st.st_mode,
			       S_ISDIR(st.st_mode) ? 0 : (long)st.st_size,
			       S_ISREG(st.st_mode) ? box_read(path, data) : "");
	}
}

struct at {
	const struct row *row;
	const char *place;
	bool relative;
};

static int try_at(struct box *b, const void *arg)
{
	const struct at *at = arg;
	char path[512];
	struct row row = *at->row;

	if (at->relative) {
		if (chdir(at->place) < 0)
			return 1;
		return try_row(b, at->row);
	}
	(void)snprintf(path, sizeof(path), "%s/%s/%s", t_tmpdir(), at->place, row.path);
	row.path = path;
	return try_row(b, &row);
}

static void compare(struct box *b, const char *place, bool relative)
{
	char native[BOX_TEXT];

	for (size_t i = 0; i < NONO_ARRAY_SIZE(rows); i++) {
		const struct at at = {.row = &rows[i], .place = place, .relative = relative};

		make_place(place);
		CHECK_INT(box_run_native(b, try_at, &at), 0);
		add_state(place, b->text);
		(void)snprintf(native, sizeof(native), "%s", b->text);
		empty_place(place);
		make_place(place);
		CHECK_INT(box_run(b, try_at, &at), 0);
		add_state(place, b->text);
		if (strcmp(native, b->text) != 0)
			FAIL("%s in %s, flags %o, mode %o, umask %o:\n#   native %s\n#   broker %s", rows[i].path,
			     place, rows[i].flags, rows[i].mode, rows[i].umask, native, b->text);
		empty_place(place);
	}
}

TEST(in_a_level_as_natively)
{
	struct box b;

	t_time_limit(120);
	make_box(&b);
	compare(&b, "box", true);
	CHECK(b.served > NONO_ARRAY_SIZE(rows) / 2);
	box_close(&b);
}

TEST(in_a_new_directory_as_natively)
{
	struct box b;

	t_time_limit(120);
	make_box(&b);
	REQUIRE(mkdir("box/new", 0755) == 0 && mkdir("box/new/er", 0755) == 0);
	compare(&b, "box/new", false);
	compare(&b, "box/new/er", true);
	box_close(&b);
}

TEST(below_a_rule_as_natively)
{
	struct box b;

	t_time_limit(120);
	make_box(&b);
	compare(&b, "box/sub", false);
	box_close(&b);
}

/* In the child: what a list of small steps says, one word each. */
static void say(struct box *b, const char *word)
{
	(void)snprintf(b->text + strlen(b->text), BOX_TEXT - strlen(b->text), "%s ", word);
}

static int use_numbers(struct box *b, const void *arg)
{
	char data[64], path[64];
	int dir = open("box", O_PATH), readable, fd;

	(void)arg;
	say(b, box_result(dir));
	fd = openat(dir, "made", O_RDWR | O_CREAT | O_EXCL, 0600);
	say(b, box_result(fd));
	say(b, box_result(write(fd, "made", 4)));
	readable = openat(dir, ".", O_RDONLY | O_DIRECTORY);
	say(b, box_result(readable));
	say(b, box_result(openat(readable, ".env", O_RDONLY)));
	say(b, box_result(openat(readable, "made", O_RDONLY)));
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	say(b, box_read(path, data));
	(void)snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	say(b, box_read(path, data));
	(void)snprintf(path, sizeof(path), "/proc/thread-self/fd/%d", fd);
	say(b, box_read(path, data));
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d/made", readable);
	say(b, box_read(path, data));
	(void)snprintf(path, sizeof(path), "/proc/%d/cwd/box/made", getpid());
	say(b, box_read(path, data));
	say(b, box_result(openat(99, "x", O_RDONLY)));
	say(b, box_result(openat(fd, "x", O_RDONLY)));
	say(b, box_result(openat(99, "/", O_PATH)));
	say(b, box_result(syscall(SYS_openat, dir, (void *)8, O_RDONLY, 0)));
	say(b, box_result(syscall(437 /* openat2 */, dir, "made", NULL, 0)));
	say(b, box_result(creat("box/made", 0600)));
	return 0;
}

TEST(by_numbers_and_through_proc)
{
	struct box b;

	make_box(&b);
	CHECK_INT(box_run(&b, use_numbers, NULL), 0);
	CHECK_STR(b.text, "ok ok ok ok EACCES ok made made made made made EBADF ENOTDIR ok EFAULT ENOSYS ok ");
	CHECK(b.denied >= 1);
	box_close(&b);
}

static int fill_table(struct box *b, const void *arg)
{
	struct rlimit limit = {.rlim_cur = 16, .rlim_max = 16};
	char data[64];
	int count = 0, one;

	(void)arg;
	one = open("box/made", O_RDWR | O_CREAT, 0600);
	(void)setrlimit(RLIMIT_NOFILE, &limit);
	while (open("box/made", O_RDONLY) >= 0 && count < 100)
		count++;
	say(b, box_result(-1));
	(void)close(one);
	say(b, box_result(open("box/made", O_RDONLY)));
	(void)box_read("box/made", data);
	say(b, box_result(-1));
	return count < 16 ? 0 : 1;
}

TEST(a_full_table_is_an_error)
{
	struct box b;

	make_box(&b);
	CHECK_INT(box_run(&b, fill_table, NULL), 0);
	CHECK_STR(b.text, "EMFILE ok EMFILE ");
	box_close(&b);
}

/* A pipe made at the level: reader and writer wait for each other as natively. */
static int meet(struct box *b, const void *arg)
{
	const struct timespec nap = {.tv_nsec = 60 * 1000 * 1000};
	char data[8] = "";
	pid_t pid;
	int fd;

	(void)arg;
	say(b, box_result(mkfifo("box/pipe", 0600)));
	pid = fork();
	if (pid == 0) {
		(void)nanosleep(&nap, NULL);
		fd = open("box/pipe", O_WRONLY);
		(void)nanosleep(&nap, NULL);
		_exit(write(fd, "through", 7) == 7 ? 0 : 1);
	}
	fd = open("box/pipe", O_RDONLY);
	say(b, box_result(fd));
	say(b, read(fd, data, 7) == 7 ? data : "nothing");
	say(b, fcntl(fd, F_GETFL) & O_NONBLOCK ? "nonblocking" : "blocking");
	(void)waitpid(pid, NULL, 0);
	(void)close(fd);
	pid = fork();
	if (pid == 0) {
		(void)nanosleep(&nap, NULL);
		fd = open("box/pipe", O_RDONLY);
		_exit(read(fd, data, 4) == 4 ? 0 : 1);
	}
	fd = open("box/pipe", O_WRONLY);
	say(b, box_result(fd));
	say(b, box_result(write(fd, "back", 4)));
	(void)waitpid(pid, NULL, 0);
	return 0;
}

TEST(pipes_wait_for_their_other_end)
{
	struct box b;

	make_box(&b);
	CHECK_INT(box_run(&b, meet, NULL), 0);
	CHECK_STR(b.text, "ok ok through blocking ok ok ");
	box_close(&b);
}

static volatile sig_atomic_t signalled;

static void on_alarm(int signal)
{
	(void)signal;
	signalled = 1;
}

static int interrupted(struct box *b, const void *arg)
{
	struct sigaction action = {.sa_handler = on_alarm};
	const struct itimerval soon = {.it_value = {.tv_usec = 50000}, .it_interval = {.tv_usec = 50000}};
	int status = 0;
	pid_t pid;

	(void)arg;
	say(b, box_result(mkfifo("box/pipe", 0600)));
	(void)sigaction(SIGALRM, &action, NULL);
	(void)setitimer(ITIMER_REAL, &soon, NULL);
	say(b, box_result(open("box/pipe", O_RDONLY)));
	say(b, box_result(open("box/pipe", O_WRONLY)));
	action.sa_flags = SA_RESTART;
	(void)sigaction(SIGALRM, &action, NULL);
	if (fork() == 0) {
		const struct timespec nap = {.tv_nsec = 200 * 1000 * 1000};

		(void)nanosleep(&nap, NULL);
		_exit(open("box/pipe", O_RDONLY) < 0);
	}
	say(b, box_result(open("box/pipe", O_WRONLY)));
	(void)wait(NULL);
	(void)mkfifo("box/lonely", 0600);
	pid = fork();
	if (pid == 0) {
		(void)open("box/lonely", O_RDONLY);
		_exit(0);
	}
	(void)poll(NULL, 0, 50);
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFSIGNALED(status) ? 0 : 1;
}

TEST(a_signal_ends_the_waiting)
{
	struct box b;

	make_box(&b);
	CHECK_INT(box_run(&b, interrupted, NULL), 0);
	CHECK_STR(b.text, "ok EINTR EINTR ok ");
	box_close(&b);
}

/* A lease makes an open wait until it is given back; others go on meanwhile. */
static int lease(struct box *b, const void *arg)
{
	struct sigaction action = {.sa_handler = on_alarm};
	char data[64];
	int fd = open("box/leased", O_RDWR | O_CREAT, 0600);
	pid_t pid;

	(void)arg;
	(void)sigaction(SIGIO, &action, NULL);
	say(b, box_result(fcntl(fd, F_SETLEASE, F_WRLCK)));
	pid = fork();
	if (pid == 0) {
		say(b, box_result(open("box/leased", O_RDONLY | O_NONBLOCK)));
		fd = open("box/leased", O_RDONLY);
		say(b, box_result(fd));
		say(b, fcntl(fd, F_GETFL) & O_NONBLOCK ? "nonblocking" : "blocking");
		_exit(0);
	}
	while (!signalled)
		(void)poll(NULL, 0, 5);
	(void)poll(NULL, 0, 50);
	(void)box_write("box/other", "other");
	say(b, box_read("box/other", data));
	say(b, box_result(fcntl(fd, F_SETLEASE, F_UNLCK)));
	(void)waitpid(pid, NULL, 0);
	return 0;
}

TEST(a_lease_holds_up_nobody_else)
{
	struct box b;

	make_box(&b);
	CHECK_INT(box_run(&b, lease, NULL), 0);
	CHECK_STR(b.text, "ok EAGAIN other ok ok blocking ");
	box_close(&b);
}

static int storm(struct box *b, const void *arg)
{
	struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
	const struct itimerval often = {.it_value = {.tv_usec = 100}, .it_interval = {.tv_usec = 100}};
	unsigned int failed = 0;

	(void)arg;
	(void)sigaction(SIGALRM, &action, NULL);
	(void)setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < 3000; i++) {
		int fd = open("box/once", O_WRONLY | O_CREAT | O_EXCL, 0600);

		failed += fd < 0;
		(void)close(fd);
		failed += unlink("box/once") < 0;
	}
	(void)snprintf(b->text, BOX_TEXT, "%u", failed);
	return 0;
}

TEST(signals_repeat_nothing)
{
	struct box b;

	t_time_limit(60);
	make_box(&b);
	CHECK_INT(box_run(&b, storm, NULL), 0);
	CHECK_STR(b.text, "0");
	box_close(&b);
}
