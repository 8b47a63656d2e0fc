/* test_helper.c - programs that nono runs for itself: judged, run, ended; the variables they hand over.
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/util.h"
#include "hooks/envfile.h"
#include "hooks/trusted.h"
#include "policy/build.h"
#include "run/helper.h"
#include "t.h"

static const struct nono_capset nothing;

/* A file of the test's directory, or a directory of it. Static, until the next call but one. */
static const char *at(const char *name)
{
	static char rooms[2][PATH_MAX];
	static int next;
	char *room = rooms[next++ % 2];

	(void)snprintf(room, PATH_MAX, "%s/%s", t_tmpdir(), name);
	return room;
}

static void put(const char *name, const char *text, mode_t mode)
{
	_cleanup_(nono_closep) int fd = open(at(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	REQUIRE(fd >= 0 && nono_write_full(fd, text, strlen(text)) == 0 && fchmod(fd, mode) == 0);
}

static const char *get(const char *name)
{
	static char text[4096];
	_cleanup_(nono_closep) int fd = open(at(name), O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : nono_read_full(fd, text, sizeof(text) - 1);

	if (len < 0)
		return "(none)";
	text[len] = '\0';
	return text;
}

/* ---- running ---- */

static struct nono_helper_result run(const char *script, int timeout_secs)
{
	static char *const argv[] = {(char *)"script", NULL};
	char dir[PATH_MAX];
	char *env[] = {dir, (char *)"PATH=/usr/bin:/bin", NULL};
	struct nono_helper_spec spec = {.argv = argv, .envp = env, .quiet = true, .timeout_secs = timeout_secs};
	struct nono_helper_result result = {0};
	struct nono_error err = {0};

	(void)snprintf(dir, sizeof(dir), "DIR=%s", t_tmpdir());
	put("script", script, 0700);
	spec.fd = open(at("script"), O_PATH | O_CLOEXEC);
	REQUIRE(spec.fd >= 0);
	if (nono_run_helper(&spec, &result, &err) < 0)
		FAIL("%s", err.text);
	(void)close(spec.fd);
	return result;
}

TEST(runs_to_its_end)
{
	struct nono_helper_result result = run("#!/bin/sh\necho done >$DIR/out; exit 7\n", 0);

	CHECK_INT(result.exit_code, 7);
	CHECK(!result.timed_out && !result.interrupted && !result.exec_errno);
	CHECK_STR(get("out"), "done\n");
	CHECK_INT(run("#!/bin/sh\nkill -KILL $$\n", 5).exit_code, 128 + SIGKILL);
}

TEST(has_surroundings_of_its_own)
{
	int secret = open("/dev/null", O_RDONLY);

	REQUIRE(secret >= 0);
	(void)run("#!/bin/sh\n(read -r x || echo no input; ps -o pgid= -p $$ | tr -d ' '; echo $$; env | grep -c .; "
		  "ls /proc/$$/fd | grep -vc '^[0-2]$') >$DIR/out 2>&1\n",
		  0);
	/* Nothing but the script's own descriptors: what it is read by, and the one it is opened as. */
	{
		_cleanup_(nono_freep) char *text = strdup(get("out"));
		char *save = NULL, *line = strtok_r(text, "\n", &save), *group, *pid;

		CHECK_STR(line, "no input");
		group = strtok_r(NULL, "\n", &save);
		pid = strtok_r(NULL, "\n", &save);
		CHECK_STR(group, pid);
		(void)strtok_r(NULL, "\n", &save);
		line = strtok_r(NULL, "\n", &save);
		CHECK(line && strtoul(line, NULL, 10) <= 2);
	}
	(void)close(secret);
}

/* It is executed by its descriptor: what the name leads to by then does not matter. */
TEST(runs_what_was_opened)
{
	static char *const argv[] = {(char *)"x", NULL};
	char dir[PATH_MAX];
	char *env[] = {dir, NULL};
	struct nono_helper_spec spec = {.argv = argv, .envp = env, .quiet = true};
	struct nono_helper_result result = {0};

	(void)snprintf(dir, sizeof(dir), "DIR=%s", t_tmpdir());
	put("good", "#!/bin/sh\necho good >$DIR/out\n", 0700);
	put("bad", "#!/bin/sh\necho bad >$DIR/out\n", 0700);
	spec.fd = nono_trusted_open(at("good"), &nothing, &nono_fs_host, NULL);
	REQUIRE(spec.fd >= 0 && rename(at("bad"), at("good")) == 0);
	CHECK_INT(nono_run_helper(&spec, &result, NULL), 0);
	CHECK_STR(get("out"), "good\n");
	(void)close(spec.fd);
}

TEST(cannot_be_run)
{
	CHECK_INT(run("no interpreter named\n", 0).exec_errno, ENOEXEC);
	CHECK_INT(run("#!/nowhere/sh\n", 0).exec_errno, ENOENT);
}

/* Ended counts, whether or not anybody took note of it. */
static bool is_running(const char *pid)
{
	char path[64], text[256] = "";
	_cleanup_(nono_closep) int fd = -1;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)strtol(pid, NULL, 10));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || nono_read_full(fd, text, sizeof(text) - 1) <= 0)
		return false;
	return !strstr(text, ") Z ") && !strstr(text, ") X ");
}

TEST(is_ended_in_time)
{
	struct nono_helper_result result = run("#!/bin/sh\nsleep 600 & echo $! >$DIR/pid; sleep 600\n", 1);
	int tries = 0;

	CHECK(result.timed_out);
	CHECK_INT(result.exit_code, 128 + SIGTERM);
	/* what it started in its group went too */
	while (is_running(get("pid")) && tries++ < 500)
		(void)usleep(20000);
	CHECK(!is_running(get("pid")));
	result = run("#!/bin/sh\ntrap '' TERM; while :; do sleep 1; done\n", 1);
	CHECK(result.timed_out);
	CHECK_INT(result.exit_code, 128 + SIGKILL);
	/* enough time is no reason */
	result = run("#!/bin/sh\nexit 0\n", 60);
	CHECK(!result.timed_out && result.exit_code == 0);
}

TEST(is_ended_with_nono)
{
	pid_t self = getpid(), child = fork();
	struct nono_helper_result result;
	sigset_t mask;

	REQUIRE(child >= 0);
	if (child == 0) {
		while (access(at("started"), F_OK) < 0)
			(void)usleep(10000);
		(void)kill(self, SIGINT);
		_exit(0);
	}
	result = run("#!/bin/sh\necho >$DIR/started; sleep 600\n", 0);
	CHECK_INT(result.interrupted, SIGINT);
	CHECK_INT(result.exit_code, 128 + SIGTERM);
	/* afterwards signals are as before */
	REQUIRE(sigprocmask(SIG_BLOCK, NULL, &mask) == 0);
	CHECK(!sigismember(&mask, SIGINT) && !sigismember(&mask, SIGCHLD));
	(void)waitpid(child, NULL, 0);
}

TEST(a_parent_that_ignores_its_children)
{
	(void)signal(SIGCHLD, SIG_IGN);
	CHECK_INT(run("#!/bin/sh\nexit 3\n", 0).exit_code, 3);
	CHECK(signal(SIGCHLD, SIG_DFL) == SIG_IGN);
}

/* ---- judging ---- */

static void check_trusted(const char *path, const struct nono_capset *set, const char *problem)
{
	struct nono_error err = {0};
	_cleanup_(nono_closep) int fd = nono_trusted_open(path, set, &nono_fs_host, &err);

	if (problem && fd < 0)
		CHECK_HAS(err.text, problem);
	else
		CHECK_STR(fd < 0 ? err.text : NULL, problem);
}

TEST(trusted_programs)
{
	char link[PATH_MAX];

	put("good", "x", 0755);
	REQUIRE(mkdir(at("dir"), 0755) == 0);
	(void)snprintf(link, sizeof(link), "%s", at("dir/link"));
	REQUIRE(symlink("../good", link) == 0 && symlink(t_tmpdir(), at("dir/back")) == 0);
	check_trusted(at("good"), &nothing, NULL);
	check_trusted(at("./dir/..//good"), &nothing, NULL);
	check_trusted(link, &nothing, NULL);
	check_trusted(at("dir/back/dir/link"), &nothing, NULL);
	check_trusted("/bin/sh", &nothing, NULL);
}

TEST(files_that_others_could_change)
{
	char other[PATH_MAX];

	put("file", "x", 0755);
	(void)snprintf(other, sizeof(other), "%s", at("file2"));
	REQUIRE(chmod(at("file"), 0775) == 0);
	check_trusted(at("file"), &nothing, "/file can be changed by others: run chmod go-w on it");
	REQUIRE(chmod(at("file"), 0757) == 0);
	check_trusted(at("file"), &nothing, "/file can be changed by others");
	REQUIRE(chmod(at("file"), 0644) == 0);
	check_trusted(at("file"), &nothing, "/file is not executable: run chmod u+x on it");
	REQUIRE(chmod(at("file"), 0755) == 0 && link(at("file"), other) == 0);
	check_trusted(at("file"), &nothing, "/file has other names (hard links)");
	REQUIRE(unlink(other) == 0);
	check_trusted(at("file"), &nothing, NULL);
	check_trusted(t_tmpdir(), &nothing, "is not a regular file");
	check_trusted(at("nowhere"), &nothing, "/nowhere: No such file or directory");
	check_trusted(at("file/x"), &nothing, "Not a directory");
	REQUIRE(symlink("loop", at("loop")) == 0);
	check_trusted(at("loop"), &nothing, "Too many levels of symbolic links");
}

TEST(directories_that_others_could_change)
{
	REQUIRE(mkdir(at("dir"), 0755) == 0);
	put("dir/file", "x", 0755);
	check_trusted(at("dir/file"), &nothing, NULL);
	REQUIRE(chmod(at("dir"), 0757) == 0);
	check_trusted(at("dir/file"), &nothing, "/dir can be changed by everybody: run chmod o-w on it");
	/* as /tmp: names of others cannot be taken away there */
	REQUIRE(chmod(at("dir"), 01757) == 0);
	check_trusted(at("dir/file"), &nothing, NULL);
	/* the way to a link counts as well as the way from it */
	REQUIRE(chmod(at("dir"), 0755) == 0 && mkdir(at("open"), 0777) == 0 && chmod(at("open"), 0777) == 0);
	REQUIRE(symlink("../dir/file", at("open/link")) == 0);
	check_trusted(at("open/link"), &nothing, "/open can be changed by everybody");
}

TEST_ROOT(things_of_others)
{
	REQUIRE(mkdir(at("dir"), 0755) == 0);
	put("dir/file", "x", 0755);
	check_trusted(at("dir/file"), &nothing, NULL);
	REQUIRE(chown(at("dir/file"), 65532, 65532) == 0);
	check_trusted(at("dir/file"), &nothing, "/dir/file belongs to another user");
	REQUIRE(chown(at("dir/file"), 0, 0) == 0 && chown(at("dir"), 65532, 65532) == 0);
	check_trusted(at("dir/file"), &nothing, "/dir belongs to another user");
	REQUIRE(chown(at("dir"), 0, 0) == 0 && symlink("dir", at("link")) == 0 &&
		lchown(at("link"), 65532, 65532) == 0);
	check_trusted(at("link/file"), &nothing, "/link belongs to another user");
}

static void grant(struct nono_capset *set, const char *path, uint32_t rights)
{
	struct nono_grant *g = NULL;
	struct stat st;

	REQUIRE(stat(path, &st) == 0 && nono_capset_new_grant(set, &g, NULL) == 0);
	g->node = (struct nono_node){.fd = -1, .dev = st.st_dev, .ino = st.st_ino, .mode = st.st_mode};
	g->rights = rights;
	g->is_file = !S_ISDIR(st.st_mode);
}

/* What the sandboxed command may write could be another program by the time it is run. */
TEST(programs_that_the_command_could_change)
{
	_cleanup_(nono_capset_done) struct nono_capset dir = {0}, file = {0}, reads = {0}, links = {0};

	REQUIRE(mkdir(at("dir"), 0755) == 0 && mkdir(at("dir/sub"), 0755) == 0 && mkdir(at("links"), 0755) == 0);
	put("dir/sub/file", "x", 0755);
	REQUIRE(symlink("../dir/sub/file", at("links/link")) == 0);
	grant(&dir, at("dir"), NONO_RIGHTS_READ | NONO_RIGHTS_WRITE);
	grant(&file, at("dir/sub/file"), NONO_RIGHT_WRITE_FILE);
	grant(&reads, at("dir"), NONO_RIGHTS_READ);
	grant(&links, at("links"), NONO_RIGHTS_READ | NONO_RIGHTS_WRITE);
	check_trusted(at("dir/sub/file"), &dir, "/dir can be changed by the command");
	check_trusted(at("dir/sub/file"), &file, "/file can be changed by the command");
	check_trusted(at("dir/sub/file"), &reads, NULL);
	check_trusted(at("links/link"), &links, "/links can be changed by the command");
	check_trusted(at("dir/sub/file"), &links, NULL);
}

/* ---- variables ---- */

static void check_variables(const char *text, const char *expected, const char *refused)
{
	_cleanup_(nono_strv_done) struct nono_strv set = {0}, left_out = {0};
	_cleanup_(nono_buf_done) struct nono_buf found = {0}, names = {0};
	struct nono_error err = {0};

	if (nono_envfile_parse(text, strlen(text), &set, &left_out, &err) < 0) {
		CHECK_STR(err.text, expected);
		CHECK_INT(set.len, 0);
		return;
	}
	nono_buf_puts(&found, "");
	nono_buf_puts(&names, "");
	for (size_t i = 0; i < set.len; i++)
		nono_buf_printf(&found, "[%s]", set.items[i]);
	for (size_t i = 0; i < left_out.len; i++)
		nono_buf_printf(&names, "[%s]", left_out.items[i]);
	CHECK_STR(found.data ? found.data : "", expected);
	CHECK_STR(names.data ? names.data : "", refused);
}

TEST(variables_handed_over)
{
	_cleanup_(nono_buf_done) struct nono_buf many = {0};

	check_variables("", "", "");
	check_variables("A=1\nB_2=x y=\"z\"\n", "[A=1][B_2=x y=\"z\"]", "");
	check_variables("A=1", "[A=1]", "");
	check_variables("A=\nA=2\n", "[A=2]", "");
	check_variables("A= # not a comment\t\r\n", "[A= # not a comment\t\r]", "");
	check_variables("LD_PRELOAD=/x\nA=1\nBASH_ENV=x\nNONO_CAP_FILE=/x\nPYTHONPATH=\n", "[A=1]",
			"[LD_PRELOAD][BASH_ENV][NONO_CAP_FILE][PYTHONPATH]");
	check_variables("A=1\n\nB=2\n", "line 2: write NAME=value, and nothing else", "");
	check_variables("# x\n", "line 1: write NAME=value, and nothing else", "");
	check_variables("A=1\nexport B=2\n", "line 2: write NAME=value, and nothing else", "");
	check_variables("A=1\n2B=2\n", "line 2: write NAME=value, and nothing else", "");
	check_variables("=x\n", "line 1: write NAME=value, and nothing else", "");
	check_variables("A\n", "line 1: write NAME=value, and nothing else", "");
	check_variables("A-B=x\n", "line 1: write NAME=value, and nothing else", "");
	for (int i = 0; i <= NONO_ENV_FILE_LINES; i++)
		nono_buf_puts(&many, "A=1\n");
	check_variables(many.data, "more than 256 lines", "");
}

TEST(variables_are_text)
{
	_cleanup_(nono_strv_done) struct nono_strv set = {0}, left_out = {0};
	struct nono_error err = {0};

	CHECK_INT(nono_envfile_parse("A=1\0B=2\n", 8, &set, &left_out, &err), -NONO_E_PARSE);
	CHECK_STR(err.text, "a NUL byte");
}
