/* test_relay.c - the command's error output: copied unchanged, and understood.  SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "base/util.h"
#include "run/run.h"
#include "run/scan.h"
#include "run_stub.h"
#include "t.h"

static const int works = 0;
static char *const no_env[] = {(char *)"PATH=/usr/bin:/bin", NULL};

static struct nono_observed_list scan_pieces(const char *text, size_t len, size_t piece)
{
	static struct nono_scan scan;
	struct nono_observed_list found = {0};

	nono_scan_init(&scan);
	for (size_t at = 0; at < len; at += piece)
		nono_scan_feed(&scan, text + at, len - at < piece ? len - at : piece);
	nono_scan_finish(&scan, &found);
	return found;
}

/* As text: each path, and the first letter of its hint, small when guessed. */
static void describe(const struct nono_observed_list *found, char *out, size_t bytes)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < found->len && len < bytes; i++) {
		char letter = (found->items[i].guessed ? "rwcux" : "RWCUX")[found->items[i].hint];
		int n = snprintf(out + len, bytes - len, "%s%c:%s", i ? "|" : "", letter, found->items[i].path);

		len += (size_t)n;
	}
}

static const struct {
	const char *line;
	const char *expected;
} lines[] = {
	/* Python, node, Go, Rust, Java */
	{"PermissionError: [Errno 13] Permission denied: '/root/x'", "r:/root/x"},
	{"OSError: [Errno 30] Read-only file system: '/usr/a b'", "w:/usr/a b"},
	{"PermissionError: [Errno 1] Operation not permitted: '/a' -> '/b'", "r:/a|r:/b"},
	{"Error: EACCES: permission denied, open '/etc/shadow'", "r:/etc/shadow"},
	{"Error: EACCES: permission denied, mkdir '/usr/lib/node_modules'", "C:/usr/lib/node_modules"},
	{"Error: EPERM: operation not permitted, unlink 'C:x'", "U:C:x"},
	{"npm ERR! Error: EROFS: read-only file system, open '/x/y'", "w:/x/y"},
	{"open /etc/shadow: permission denied", "r:/etc/shadow"},
	{"2024/11/24 12:00:00 open conf.yaml: permission denied", "r:conf.yaml"},
	{"fork/exec ./tool: permission denied", "X:./tool"},
	{"Error: failed to open /x/y: Permission denied (os error 13)", "r:/x/y"},
	{"Error: Permission denied (os error 13)", ""},
	{"java.io.FileNotFoundException: /x/y (Permission denied)", "r:/x/y"},
	/* coreutils and shells */
	{"cat: flag.txt: Permission denied", "R:flag.txt"},
	{"cat: /home/u/my flag.txt: Permission denied", "R:/home/u/my flag.txt"},
	{"cp: cannot create regular file 'out/x': Permission denied", "C:out/x"},
	{"rm: cannot remove '/x': Operation not permitted", "U:/x"},
	{"mkdir: cannot create directory \xe2\x80\x98/a/b\xe2\x80\x99: Permission denied", "C:/a/b"},
	{"mkdir: das Verzeichnis \xe2\x80\x9e/a/b\xe2\x80\x9c: EACCES", "C:/a/b"},
	{"x: impossible d'ouvrir \xc2\xab\xc2\xa0/a/b\xc2\xa0\xc2\xbb: EACCES", "r:/a/b"},
	{"bash: line 1: /a/b: Permission denied", "r:/a/b"},
	{"bash: ./run.sh: /bin/nosh: bad interpreter: Permission denied", "r:/bin/nosh|r:./run.sh"},
	{"sh: 1: cannot create /a/b: Permission denied", "C:/a/b"},
	{"sh: 1: cannot create out.txt: Permission denied", "C:out.txt"},
	{"sh: 1: cannot create /a b/c d: Permission denied", "C:/a b/c d"},
	{"sh: 12: cannot open ../a b: Permission denied", "r:../a b"},
	{"tar: x.txt: Cannot open: Permission denied", "r:x.txt"},
	{"tee: /a/b: Read-only file system", "W:/a/b"},
	{"find: `/root': Permission denied", "r:/root"},
	{"PERMISSION DENIED: /x", "r:/x"},
	{"python3: can't open file '/a/it's x': [Errno 13] Permission denied", "r:/a/it's x"},
	/* names that coreutils write as a shell would read them */
	{"cat: '/a/b'$'\\n''c': Permission denied", "R:/a/b\nc"},
	{"cat: '/a/caf'$'\\351': Permission denied", "R:/a/caf\351"},
	{"cat: ''$'\\t\\033''x': Permission denied", "R:\t\033x"},
	{"cat: '/a/q'\\''uo\"te': Permission denied", "R:/a/q'uo\"te"},
	{"cat: \"/a/it's\": Permission denied", "R:/a/it's"},
	{"cat: '/a/b'$'\\000''c': Permission denied", "R:/a/b'$'\\000''c"},
	{"cat: '/a/b'$'\\q''c': Permission denied", "R:/a/b'$'\\q''c"},
	{"cat: '/a/end ': Permission denied", "R:/a/end "},
	/* git, gcc, ld */
	{"fatal: unable to access '/h/.gitconfig': Permission denied", "r:/h/.gitconfig"},
	{"fatal: could not open '.git/HEAD' for writing: Permission denied", "W:.git/HEAD"},
	{"/usr/bin/ld: cannot open output file a.out: Permission denied", "r:a.out"},
	{"/bin/rm: cannot remove '/a/b': Permission denied", "U:/a/b"},
	{"/usr/bin/cat: /a/b: Permission denied", "R:/a/b"},
	{"/a/b: Permission denied", "r:/a/b"},
	{"a.c:1:10: fatal error: /x/y.h: Permission denied", "r:/x/y.h"},
	{"  File \"/x/y.py\", EACCES", "r:/x/y.py"},
	{"trace (/x/y.js:10:5): EACCES", "r:/x/y.js"},
	{"cp --to=/x/y; EPERM", "r:/x/y"},
	/* colours */
	{"\033[31mcat: \033[1m/x/y\033[0m: Permission denied\033[K", "R:/x/y"},
	{"\033]0;/title/x\007cat: /x/y: Permission denied", "R:/x/y"},
	/* nothing to be seen */
	{"cat: flag.txt: No such file or directory", ""},
	{"git@github.com: Permission denied (publickey).", ""},
	{"fatal: unable to access 'https://x/y': Permission denied", ""},
	{"socket: Operation not permitted", ""},
	{"ping: socket: Operation not permitted", ""},
	{"bind: Permission denied", ""},
	{"SUPERMAN reads /a/comic", ""},
	{"// EACCES", ""},
	{"see https://x.org/y for EACCES", ""},
	{"", ""},
	{"Permission denied", ""},
	{"'Permission denied", ""},
};

TEST(scan_lines)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(lines); i++) {
		struct nono_observed_list found = scan_pieces(lines[i].line, strlen(lines[i].line), 4096);
		char got[512];

		describe(&found, got, sizeof(got));
		if (strcmp(got, lines[i].expected) != 0)
			printf("# %s\n", lines[i].line);
		CHECK_STR(got, lines[i].expected);
		nono_observed_done(&found);
	}
}

TEST(scan_joins_the_lines_of_npm)
{
	static const char text[] =
		"npm error path /before\nnpm error code EACCES\nnpm error syscall mkdir\nnpm error path /a b\n"
		"npm error dest /no\nnpm ERR! code ENOENT\nnpm ERR! path /missing\nnpm ERR! code EPERM\n"
		"npm ERR! path /c\nmy npm error path /d\n";
	struct nono_observed_list found = scan_pieces(text, sizeof(text) - 1, 9999);
	char got[512];

	describe(&found, got, sizeof(got));
	CHECK_STR(got, "r:/a b|r:/c");
	nono_observed_done(&found);
}

TEST(scan_is_the_same_in_any_pieces)
{
	_cleanup_(nono_freep) char *text = malloc(65536);
	static const size_t pieces[] = {1, 2, 3, 7, 64, 1000, 16384};
	char expected[4096], got[4096];
	size_t len = 0;

	REQUIRE(text);
	for (size_t i = 0; i < NONO_ARRAY_SIZE(lines); i++)
		len += (size_t)snprintf(text + len, 65536 - len, "%s\n", lines[i].line);
	/* A line that is too long to be kept: what is behind the limit is not seen, however it comes. */
	memset(text + len, 'x', 20000);
	memcpy(text + len, "cat: /early: EACCES ", 20);
	memcpy(text + len + 19900, " EACCES: '/late' \ncat: /last: EACCES", 36);
	len += 19936;
	for (size_t i = 0; i < NONO_ARRAY_SIZE(pieces); i++) {
		struct nono_observed_list found = scan_pieces(text, len, pieces[i]);

		describe(&found, i ? got : expected, sizeof(got));
		nono_observed_done(&found);
		if (i)
			CHECK_STR(got, expected);
	}
	CHECK(strstr(expected, "/early"));
	CHECK(strstr(expected, "/last"));
	CHECK(!strstr(expected, "/late"));
}

TEST(scan_is_bounded)
{
	_cleanup_(nono_freep) char *text = malloc(1 << 20);
	struct nono_observed_list found;
	size_t len = 0;

	REQUIRE(text);
	for (int i = 0; i < 5000; i++)
		len += (size_t)snprintf(text + len, (1 << 20) - len, "cat: /file%d: Permission denied\n", i);
	found = scan_pieces(text, len, 5000);
	CHECK_INT(found.len, NONO_OBSERVED_PATHS);
	CHECK_STR(found.items[63].path, "/file63");
	nono_observed_done(&found);
	len = (size_t)snprintf(text, 1 << 20, "EACCES '/");
	memset(text + len, 'y', 5000);
	memcpy(text + len + 5000, "' /ok", 5);
	found = scan_pieces(text, len + 5005, 5000);
	CHECK_INT(found.len, 1);
	CHECK_STR(found.items[0].path, "/ok");
	nono_observed_done(&found);
}

TEST(scan_forgets_duplicates_and_control_characters)
{
	static const char text[] = "cat: /x: EACCES\ncat: /x: EACCES\nrm: '/x': EACCES\ncat: '/a\001b': EACCES\n"
				   "cat: /c\177d: EACCES";
	struct nono_observed_list found = scan_pieces(text, sizeof(text) - 1, 9999);
	char got[512];

	describe(&found, got, sizeof(got));
	CHECK_STR(got, "R:/x|U:/x|R:/a|R:/c");
	nono_observed_done(&found);
}

/* Text made to be slow: every byte may open a quotation, a word or a refusal. */
TEST(scan_is_linear)
{
	static const char *const patterns[] = {"'",  " '",     "`' ",	" '/",	 "perm", "\xe2\x80\x98", "/", " /",
					       ": ", "EACCES", "\033[", "\033]", ":1"};
	_cleanup_(nono_freep) char *text = malloc(NONO_OBSERVED_LINE_BYTES);
	struct timespec begin, end;

	t_time_limit(60);
	REQUIRE(text);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
	for (size_t i = 0; i < NONO_ARRAY_SIZE(patterns); i++) {
		size_t len = strlen(patterns[i]);

		for (size_t at = 0; at < NONO_OBSERVED_LINE_BYTES; at++)
			text[at] = patterns[i][at % len];
		memcpy(text, "EACCES ", 7);
		text[NONO_OBSERVED_LINE_BYTES - 1] = '\n';
		for (int times = 0; times < 20; times++) {
			struct nono_observed_list found = scan_pieces(text, NONO_OBSERVED_LINE_BYTES, 65536);

			nono_observed_done(&found);
		}
	}
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	CHECK(end.tv_sec - begin.tv_sec < 10); /* about 0.3 s; a square would be minutes */
}

/* In a process of its own: become the run, with @fd as error output and, with @both, as output. */
static pid_t spawn_run(const char *script, int fd, bool both)
{
	char *const argv[] = {(char *)"sh", (char *)"-c", (char *)script, NULL};
	struct nono_run_spec spec = {
		.program = "/bin/sh", .argv = argv, .envp = no_env, .sandbox = stub_sandbox(&works), .observe = true};
	struct nono_run_result result = {0};
	pid_t pid = fork();

	REQUIRE(pid >= 0);
	if (pid != 0)
		return pid;
	if (dup3(fd, STDERR_FILENO, 0) < 0 || (both && dup3(fd, STDOUT_FILENO, 0) < 0))
		_exit(200);
	for (int other = 3; other < 64; other++)
		(void)close(other); /* this test's, the other end of the pipe among them */
	if (nono_run_supervised(&spec, &result, NULL) < 0)
		_exit(201);
	_exit(result.paths.len ? 50 + (int)result.paths.len : result.exit_code);
}

static int end_of(pid_t pid)
{
	int status;

	REQUIRE(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* All that comes until end of file; the caller's to free. */
static char *read_all(int fd, size_t *ret_len)
{
	size_t room = 1 << 16, len = 0;
	char *text = malloc(room);
	ssize_t got;

	while (text && (got = read(fd, text + len, room - len - 1)) > 0) {
		len += (size_t)got;
		if (len + 1 == room)
			text = realloc(text, room *= 2);
	}
	REQUIRE(text);
	text[len] = '\0';
	*ret_len = len;
	return text;
}

static double seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void check_relayed(int read_fd, int write_fd, bool both, const char *script, const char *expected, int code)
{
	_cleanup_(nono_freep) char *text = NULL;
	pid_t pid = spawn_run(script, write_fd, both);
	size_t len;

	(void)close(write_fd);
	text = read_all(read_fd, &len);
	(void)close(read_fd);
	CHECK_STR(text, expected);
	CHECK_INT(end_of(pid), code);
}

TEST(relay_pipe)
{
	int ends[2];

	REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
	check_relayed(ends[0], ends[1], false, "echo one >&2; echo two >&2; exit 7", "one\ntwo\n", 7);
	REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
	check_relayed(ends[0], ends[1], false, "echo cat: /x: EACCES >&2; exit 7", "cat: /x: EACCES\n", 51);
	/* Nothing is asked of a command that succeeded. */
	REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
	check_relayed(ends[0], ends[1], false, "echo cat: /x: EACCES >&2", "cat: /x: EACCES\n", 0);
}

TEST(relay_socket)
{
	int ends[2];

	REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	check_relayed(ends[0], ends[1], true, "echo one; echo cat: /x: EACCES >&2; echo two; exit 7",
		      "one\ncat: /x: EACCES\ntwo\n", 51);
}

TEST(relay_nonblocking_pipe)
{
	_cleanup_(nono_freep) char *text = NULL;
	int ends[2];
	size_t len;
	pid_t pid;

	REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
	REQUIRE(fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0);
	pid = spawn_run("head -c 1000000 /dev/zero >&2", ends[1], false);
	(void)close(ends[1]);
	(void)usleep(200000);
	text = read_all(ends[0], &len);
	CHECK_INT(len, 1000000);
	CHECK_INT(end_of(pid), 0);
}

/* Before Linux 6.4 nothing but poll says whether a pipe has room. */
TEST(relay_without_nowait)
{
	_cleanup_(nono_freep) char *text = NULL;
	int ends[2];
	size_t len;
	pid_t pid;

	stub_forget_call(SYS_pwritev2, EOPNOTSUPP);
	REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
	pid = spawn_run("head -c 1000000 /dev/zero >&2; exit 3", ends[1], false);
	(void)close(ends[1]);
	(void)usleep(200000);
	text = read_all(ends[0], &len);
	CHECK_INT(len, 1000000);
	CHECK_INT(end_of(pid), 3);
}

/* A file is the command's own to write; nono reads what was added, and only that. */
TEST(relay_file)
{
	char name[] = "/tmp/nono-test-relay-XXXXXX", text[64] = "";
	int fd = mkstemp(name);

	REQUIRE(fd >= 0 && unlink(name) == 0);
	REQUIRE(write(fd, "cat: /old: EACCES\n", 18) == 18);
	CHECK_INT(end_of(spawn_run("exit 3", fd, true)), 3);
	CHECK_INT(end_of(spawn_run("test -f /proc/self/fd/2 && echo cat: /x: EACCES >&2; exit 3", fd, true)), 51);
	REQUIRE(pread(fd, text, sizeof(text) - 1, 0) > 0);
	CHECK_STR(text, "cat: /old: EACCES\ncat: /x: EACCES\n");
}

TEST(relay_leaves_devices_alone)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	CHECK_INT(end_of(spawn_run("test -c /dev/fd/2 && test -c /dev/fd/1 && exit 4", null, true)), 4);
}

/* One pipe for both: the order in which the command wrote is the order that arrives. */
TEST(relay_keeps_order_of_both_outputs)
{
	_cleanup_(nono_freep) char *text = NULL;
	char expected[16];
	int ends[2];
	size_t len, at = 0;
	pid_t pid;

	REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
	pid = spawn_run("i=0; while [ $i -lt 2000 ]; do echo $i; echo $i >&2; i=$((i+1)); done", ends[1], true);
	(void)close(ends[1]);
	text = read_all(ends[0], &len);
	CHECK_INT(end_of(pid), 0);
	for (int i = 0; i < 2000; i++) {
		size_t n = (size_t)snprintf(expected, sizeof(expected), "%d\n%d\n", i, i);

		REQUIRE(at + n <= len && memcmp(text + at, expected, n) == 0);
		at += n;
	}
	CHECK_INT(at, len);
}

/* 100 MB of numbers, of which none may be lost, doubled or cut. */
TEST(relay_large_volume)
{
	static const char script[] = "i=0; while [ $i -lt 25 ]; do seq 0 599999; i=$((i+1)); done >&2";
	static char buffer[65536];
	unsigned long number = 0, lines_seen = 0, bytes = 0, wrong = 0;
	int ends[2];
	ssize_t got;
	pid_t pid;

	t_time_limit(60);
	REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
	pid = spawn_run(script, ends[1], false);
	(void)close(ends[1]);
	while ((got = read(ends[0], buffer, sizeof(buffer))) > 0) {
		bytes += (unsigned long)got;
		for (ssize_t i = 0; i < got; i++) {
			if (buffer[i] != '\n') {
				number = number * 10 + (unsigned long)(buffer[i] - '0');
				continue;
			}
			wrong += number != lines_seen++ % 600000;
			number = 0;
		}
	}
	CHECK_INT(end_of(pid), 0);
	CHECK_INT(wrong, 0);
	CHECK_INT(lines_seen, 25 * 600000);
	CHECK_INT(bytes, 25 * 4088890);
}

/* The reader goes away: the command is told by SIGPIPE, also one that has not written since. */
TEST(relay_reader_gone)
{
	int ends[2];
	char byte;
	pid_t pid;

	REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
	pid = spawn_run("while :; do echo y; done >&2", ends[1], false);
	(void)close(ends[1]);
	REQUIRE(read(ends[0], &byte, 1) == 1);
	(void)close(ends[0]);
	CHECK_INT(end_of(pid), 128 + SIGPIPE);

	REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
	pid = spawn_run("sleep 0.3; echo y >&2; exit 3", ends[1], false);
	(void)close(ends[1]);
	(void)close(ends[0]);
	CHECK_INT(end_of(pid), 128 + SIGPIPE);
}

/* The command's exit is nono's at once, and who still writes goes on doing so. */
TEST(relay_background_writer)
{
	_cleanup_(nono_freep) char *text = NULL;
	double begin = seconds();
	int ends[2];
	size_t len;
	pid_t pid;

	REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
	pid = spawn_run("(sleep 1; echo late; sleep 0.2; echo later) >&2 & echo early >&2; exit 4", ends[1], false);
	(void)close(ends[1]);
	CHECK_INT(end_of(pid), 4);
	CHECK(seconds() - begin < 0.7);
	text = read_all(ends[0], &len);
	CHECK_STR(text, "early\nlate\nlater\n");
	CHECK(seconds() - begin >= 1.1);
}

/* Without a reader, the background writer is told so too. */
TEST(relay_background_writer_without_reader)
{
	_cleanup_(nono_freep) char *text = NULL;
	int ends[2], told[2];
	char script[160];
	size_t len;
	pid_t pid;

	REQUIRE(pipe2(ends, O_CLOEXEC) == 0 && pipe2(told, O_CLOEXEC) == 0);
	(void)snprintf(script, sizeof(script), "(trap '' PIPE; sleep 0.5; echo x >&2 || echo refused) 2>&2 & exit 4");
	pid = fork();
	if (pid == 0) {
		(void)dup3(told[1], STDOUT_FILENO, 0);
		_exit(end_of(spawn_run(script, ends[1], false)));
	}
	(void)close(ends[1]);
	(void)close(told[1]);
	CHECK_INT(end_of(pid), 4);
	(void)close(ends[0]);
	text = read_all(told[0], &len);
	CHECK(strstr(text, "refused"));
}

/* A reader that does not read must not keep nono from being stopped and ended. */
TEST(relay_stalled_reader)
{
	int ends[2], status;
	pid_t pid;

	REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
	pid = spawn_run("while :; do echo y; done >&2", ends[1], false);
	(void)close(ends[1]);
	(void)usleep(300000);
	REQUIRE(kill(pid, SIGTSTP) == 0);
	/* Forwarded; in an orphaned group it has no effect, and either is answered by the next. */
	(void)usleep(100000);
	REQUIRE(kill(pid, SIGCONT) == 0 && kill(pid, SIGTERM) == 0);
	for (int i = 0; i < 300 && waitpid(pid, &status, WNOHANG) == 0; i++)
		(void)usleep(10000);
	CHECK_INT(kill(pid, 0), -1);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 128 + SIGTERM);
	(void)close(ends[0]);
}
