/* test_broker_programs.c - programs at work in the level of a floor.  SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "broker_t.h"
#include "t.h"

#define R NONO_RIGHTS_READ
#define RW (NONO_RIGHTS_READ | NONO_RIGHTS_WRITE)

/* A project with a denied .env, where a program works as in its own directory. */
static void make_project(struct box *b)
{
	static const char *const readable[] = {"/usr", "/bin", "/lib", "/lib64", "/etc", "/proc", "/opt"};

	box_open(b);
	REQUIRE(mkdir("project", 0755) == 0 && mkdir("project/src", 0755) == 0);
	REQUIRE(box_write("project/.env", "SECRET") && box_write("project/src/b.c", "int b(void) { return 0; }\n"));
	box_grant(b, "project", RW);
	box_grant(b, "/dev", RW);
	for (size_t i = 0; i < NONO_ARRAY_SIZE(readable); i++)
		if (access(readable[i], X_OK) == 0)
			box_grant(b, readable[i], R);
	box_deny(b, "project/.env", false);
	box_split(b);
}

static int shell(struct box *b, const void *arg)
{
	char script[4096], home[256], *const argv[] = {(char *)"sh", (char *)"-euc", script, NULL};
	char path[] = "PATH=/usr/local/bin:/usr/bin:/bin",
	     language[] = "LC_ALL=C", *const env[] = {home, path, language, NULL};

	(void)b;
	(void)snprintf(script, sizeof(script), "no() { if \"$@\"; then exit 9; fi; }\n%s\necho the end",
		       (const char *)arg);
	(void)snprintf(home, sizeof(home), "HOME=%s/project", t_tmpdir());
	if (chdir("project") < 0 || dup2(open("output", O_RDWR | O_CREAT | O_TRUNC, 0644), 1) != 1 || dup2(1, 2) != 2)
		return 120;
	(void)execve("/bin/sh", argv, env);
	return 121;
}

static void show_output(void)
{
	_cleanup_(nono_closep) int fd = open("project/output", O_RDONLY | O_CLOEXEC);
	char text[2048];
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	text[len < 0 ? 0 : len] = '\0';
	FAIL("it said:\n%s", text);
}

static void run_job(const char *program, const char *script)
{
	struct box b;
	char data[64];

	if (access(program, X_OK) < 0)
		SKIP("programs: one is not installed");
	t_time_limit(120);
	make_project(&b);
	if (!CHECK_INT(box_run(&b, shell, script), 0))
		show_output();
	CHECK_STR(box_read("project/.env", data), "SECRET");
	box_close(&b);
}

TEST(shell)
{
	run_job("/bin/sh", "echo one > a; cat a; cp a b; mv b c; ln a d; ln -s a e; cat c d e; mkdir -p x/y; mv a x/y;"
			   "echo two >> x/y/a; test \"$(cat x/y/a)\" = \"one\ntwo\"; rm -r x; ls -la; rm c d e;"
			   "no cat .env; no cp .env f; no mv .env f; no ln .env f; no rm -f .env; no sh -c 'echo x > "
			   ".env'; test ! -e f;"
			   "find . -name 'a*'; mktemp -d ./tXXXXXX; touch -d 2001-01-01 t; chmod 600 t; rm t");
}

/* The limit: what is new in a level has no right to be executed, for nobody can execute for another. */
TEST(new_programs)
{
	run_job("/bin/sh",
		"cp /bin/true src/t; src/t; cp /bin/true t; no ./t; mv src/t u; no ./u; mv u src/t; src/t;"
		"mkdir new; cp /bin/true new/t; no new/t; printf 'echo one\\n' > s; chmod +x s; no ./s; sh s");
}

TEST(git)
{
	run_job("/usr/bin/git", "git init -q .; git config user.name u; git config user.email u@h; echo text > file;"
				"echo .env > .gitignore; echo output >> .gitignore; git add -A; git commit -qm one;"
				"echo more >> file; git commit -qam two; git switch -qc other; git mv file moved;"
				"git commit -qm three; git switch -q -; git merge -q other; git stash list; git gc -q;"
				"git worktree add -q tree; git -C tree log --oneline; git status --short; git fsck;"
				"test \"$(git rev-list --count HEAD)\" = 3; no git add -f .env; git clone -q . copy;"
				"test -f copy/moved; git tag t; git branch -D other; rm -rf copy");
}

TEST(make_and_gcc)
{
	run_job("/usr/bin/gcc",
		"mkdir tmp; export TMPDIR=$PWD/tmp; for i in 1 2 3 4 5 6; do"
		" echo \"int f$i(void) { return $i; }\" > f$i.c; done;"
		"printf 'all: lib.a\\nlib.a: f1.o f2.o f3.o f4.o f5.o f6.o src/b.o\\n\\tar rc $@ $^\\n' > Makefile;"
		"make -j2 all; test \"$(ar t lib.a | wc -l)\" = 7; make -q all; rm f*.o lib.a");
}

TEST(python)
{
	run_job("/usr/bin/python3",
		"cat > m.py <<'X'\nVALUE = 7\nX\ncat > main.py <<'X'\nimport m, os, shutil, sqlite3, subprocess, "
		"tempfile\n"
		"with tempfile.TemporaryDirectory(dir='.') as d:\n"
		"    open(os.path.join(d, 'x'), 'w').write('x')\n"
		"    shutil.copytree(d, 'copied')\n"
		"with tempfile.TemporaryFile(dir='.') as f:\n"
		"    f.write(b'x')\n"
		"c = sqlite3.connect('base.db')\nc.execute('create table t (a)')\nc.execute('insert into t values "
		"(1)')\n"
		"c.commit()\nassert c.execute('select * from t').fetchall() == [(1,)]\n"
		"assert subprocess.run(['cat', 'm.py'], capture_output=True).stdout == b'VALUE = 7\\n'\n"
		"assert m.VALUE == 7 and os.path.exists('__pycache__') and os.listdir('copied') == ['x']\n"
		"shutil.rmtree('copied')\n"
		"for name in ('.env', 'src/../.env', os.path.abspath('.env')):\n"
		"    try:\n        open(name)\n    except PermissionError:\n        continue\n    raise "
		"SystemExit(name)\n"
		"X\npython3 main.py; rm -r __pycache__");
}

TEST(tar)
{
	run_job("/usr/bin/tar",
		"mkdir d; echo a > d/a; ln -s a d/b; ln d/a d/c; mkfifo d/p; chmod 751 d; tar cf x.tar d;"
		"mkdir to; tar xf x.tar -C to; test \"$(cat to/d/b)\" = a; test -p to/d/p; test to/d/a -ef to/d/c;"
		"test \"$(stat -c %a to/d)\" = 751; tar czf - d | tar tzf -; rm -r d to x.tar");
}

TEST(node)
{
	run_job("/usr/bin/node",
		"cat > a.js <<'X'\nconst fs = require('fs');\nfs.writeFileSync('b.js', 'module.exports = 7');\n"
		"if (require('./b.js') !== 7) process.exit(1);\nfs.renameSync('b.js', 'src/b.js');\n"
		"fs.mkdirSync('deep/er', {recursive: true});\nfs.rmSync('deep', {recursive: true});\n"
		"try { fs.readFileSync('.env'); process.exit(2); } catch (e) { if (e.code !== 'EACCES') "
		"process.exit(3); }\n"
		"fs.promises.readFile('a.js').then(() => console.log('read'));\nX\nnode a.js; node src/b.js");
}
