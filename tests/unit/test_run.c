/* test_run.c - starting a command, its end, what it inherits.  SPDX-License-Identifier: Apache-2.0 */
#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/util.h"
#include "run/internal.h"
#include "run/run.h"
#include "run_stub.h"
#include "t.h"

static const int works = 0;
static char *const no_env[] = {(char *)"PATH=/usr/bin:/bin", NULL};

/* Runs `sh -c @script`; the result's exit code, failed stage and signal. */
static struct nono_run_result run_sh(const char *script)
{
	char *const argv[] = {(char *)"sh", (char *)"-c", (char *)script, NULL};
	struct nono_run_spec spec = {
		.program = "/bin/sh", .argv = argv, .envp = no_env, .sandbox = stub_sandbox(&works)};
	struct nono_run_result result = {0};
	struct nono_error err;

	REQUIRE(nono_run_supervised(&spec, &result, &err) == 0);
	return result;
}

/* Runs a program without arguments. */
static struct nono_run_result run_program(const char *program, const char *cwd)
{
	char *const argv[] = {(char *)program, NULL};
	struct nono_run_spec spec = {
		.program = program, .argv = argv, .envp = no_env, .cwd = cwd, .sandbox = stub_sandbox(&works)};
	struct nono_run_result result = {0};
	struct nono_error err;

	REQUIRE(nono_run_supervised(&spec, &result, &err) == 0);
	return result;
}

static void in_new_dir(void)
{
	REQUIRE(chdir(t_tmpdir()) == 0);
}

static void put_file(const char *name, const void *data, size_t len, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	REQUIRE(fd >= 0 && write(fd, data, len) == (ssize_t)len && fchmod(fd, mode) == 0);
	(void)close(fd);
}

TEST(run_exit_codes)
{
	for (int code = 0; code < 256; code++) {
		char script[16];
		struct nono_run_result result;

		(void)snprintf(script, sizeof(script), "exit %d", code);
		result = run_sh(script);
		CHECK_INT(result.exit_code, code);
		CHECK_INT(result.term_signal, 0);
		CHECK_INT(result.failed.stage, NONO_STAGE_NONE);
	}
}

TEST(run_signal_deaths)
{
	static const int deadly[] = {SIGTERM, SIGINT, SIGHUP, SIGKILL, SIGSEGV, SIGABRT, SIGPIPE, SIGUSR1};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(deadly); i++) {
		char script[32];
		struct nono_run_result result;

		(void)snprintf(script, sizeof(script), "kill -%d $$", deadly[i]);
		result = run_sh(script);
		CHECK_INT(result.term_signal, deadly[i]);
		CHECK_INT(result.exit_code, 128 + deadly[i]);
	}
}

TEST(run_refuses_without_sandbox)
{
	char *const argv[] = {(char *)"true", NULL};
	struct nono_run_spec spec = {.program = "/bin/true", .argv = argv, .envp = no_env};
	struct nono_stage_report report = {0};
	struct nono_run_result result = {.exit_code = 77};
	struct nono_error err = {0};

	CHECK_INT(nono_run_supervised(&spec, &result, &err), -NONO_E_POLICY);
	CHECK_INT(err.code, NONO_E_POLICY);
	CHECK_INT(result.exit_code, 77);
	nono_run_direct(&spec, &report);
	CHECK_INT(report.stage, NONO_STAGE_SETTINGS);
	CHECK_INT(report.sys_errno, EINVAL);
}

TEST(run_refuses_empty_argv)
{
	char *const argv[] = {NULL};
	struct nono_run_spec spec = {
		.program = "/bin/true", .argv = argv, .envp = no_env, .sandbox = stub_sandbox(&works)};
	struct nono_run_result result = {0};

	CHECK_INT(nono_run_supervised(&spec, &result, NULL), -NONO_E_USAGE);
}

TEST(run_sandbox_failure_is_reported_and_nothing_runs)
{
	static const int broken = EOPNOTSUPP;
	char *const argv[] = {(char *)"sh", (char *)"-c", (char *)"echo > ran", NULL};
	struct nono_run_spec spec = {
		.program = "/bin/sh", .argv = argv, .envp = no_env, .sandbox = stub_sandbox(&broken)};
	struct nono_run_result result = {0};

	in_new_dir();
	CHECK_INT(nono_run_supervised(&spec, &result, NULL), 0);
	CHECK_INT(result.failed.stage, NONO_STAGE_LANDLOCK);
	CHECK_INT(result.failed.sys_errno, EOPNOTSUPP);
	CHECK_INT(result.exit_code, 126);
	CHECK(access("ran", F_OK) < 0);
	spec.sandbox = stub_sandbox(&works);
	CHECK_INT(nono_run_supervised(&spec, &result, NULL), 0);
	CHECK(access("ran", F_OK) == 0);
}

TEST(run_exec_failures)
{
	struct nono_run_result result = run_program("/no/such/program", NULL);

	CHECK_INT(result.failed.stage, NONO_STAGE_EXEC);
	CHECK_INT(result.failed.sys_errno, ENOENT);
	CHECK_INT(result.exit_code, 127);
	result = run_program("/etc/passwd", NULL);
	CHECK_INT(result.failed.stage, NONO_STAGE_EXEC);
	CHECK_INT(result.failed.sys_errno, EACCES);
	CHECK_INT(result.exit_code, 126);
	result = run_program("/bin/true", "/no/such/directory");
	CHECK_INT(result.failed.stage, NONO_STAGE_CHDIR);
	CHECK_INT(result.failed.sys_errno, ENOENT);
	CHECK_INT(result.exit_code, 126);
	result = run_program("/bin/true", "/");
	CHECK_INT(result.failed.stage, NONO_STAGE_NONE);
	CHECK_INT(result.exit_code, 0);
}

TEST(run_script_without_interpreter_line)
{
	static const char text[] = "test \"$1\" = '' && exit 5\n";
	static const char binary[] = "\001\002\0\003\n";

	in_new_dir();
	put_file("script", text, sizeof(text) - 1, 0700);
	put_file("binary", binary, sizeof(binary) - 1, 0700);
	CHECK_INT(run_program("./script", NULL).exit_code, 5);
	CHECK_INT(run_program("./binary", NULL).failed.sys_errno, ENOEXEC);
	CHECK_INT(run_program("./binary", NULL).exit_code, 126);
}

TEST(run_starts_in_cwd)
{
	char *const argv[] = {(char *)"sh", (char *)"-c", (char *)"test \"$(pwd -P)\" = /usr", NULL};
	struct nono_run_spec spec = {
		.program = "/bin/sh", .argv = argv, .envp = no_env, .cwd = "/usr", .sandbox = stub_sandbox(&works)};
	struct nono_run_result result = {0};

	CHECK_INT(nono_run_supervised(&spec, &result, NULL), 0);
	CHECK_INT(result.exit_code, 0);
}

TEST(run_leaks_no_descriptor)
{
	int high = fcntl(STDERR_FILENO, F_DUPFD, 200);

	REQUIRE(high >= 200 && fcntl(STDERR_FILENO, F_DUPFD, 3) >= 3);
	/* 3 is ls's own. */
	CHECK_INT(run_sh("test \"$(ls /proc/self/fd | tr '\\n' ' ')\" = '0 1 2 3 '").exit_code, 0);
}

TEST(run_leaks_no_descriptor_without_close_range)
{
	REQUIRE(fcntl(STDERR_FILENO, F_DUPFD, 200) >= 200);
	stub_forget_call(436, ENOSYS);
	CHECK_INT(run_sh("test \"$(ls /proc/self/fd | tr '\\n' ' ')\" = '0 1 2 3 '").exit_code, 0);
}

TEST(run_closed_stdio_is_dev_null)
{
	int report = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);

	for (int fd = 0; fd < 3; fd++)
		(void)close(fd);
	CHECK_INT(nono_run_secure_stdio(NULL), 0);
	CHECK_INT(
		run_sh("for i in 0 1 2; do test \"$(readlink /proc/$$/fd/$i)\" = /dev/null || exit 1; done").exit_code,
		0);
	(void)dup3(report, STDERR_FILENO, 0);
	(void)dup3(report, STDOUT_FILENO, 0);
}

TEST(run_child_has_signals_as_found)
{
	/* HUP is bit 0 of the mask and TERM bit 14; among the ignored CHLD is bit 16 and USR2 bit 11. */
	char *const blocked[] = {(char *)"grep", (char *)"-q", (char *)"^SigBlk:.*[012389ab]..[13579bdf]$",
				 (char *)"/proc/self/status", NULL};
	char *const ignored[] = {(char *)"grep", (char *)"-q", (char *)"^SigIgn:.*[13579bdf].[89a-f]..$",
				 (char *)"/proc/self/status", NULL};
	struct nono_run_spec spec = {
		.program = "/bin/grep", .argv = blocked, .envp = no_env, .sandbox = stub_sandbox(&works)};
	struct nono_run_result result = {0};
	sigset_t mask;

	(void)signal(SIGCHLD, SIG_IGN);
	(void)signal(SIGUSR2, SIG_IGN);
	(void)sigemptyset(&mask);
	(void)sigaddset(&mask, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &mask, NULL);
	CHECK_INT(nono_run_supervised(&spec, &result, NULL), 0);
	CHECK_INT(result.exit_code, 0);
	spec.argv = ignored;
	CHECK_INT(nono_run_supervised(&spec, &result, NULL), 0);
	CHECK_INT(result.exit_code, 0);
	/* And the caller's are back as well. */
	CHECK(signal(SIGCHLD, SIG_DFL) == SIG_IGN);
	(void)sigprocmask(SIG_BLOCK, NULL, &mask);
	CHECK_INT(sigismember(&mask, SIGHUP), 1);
	CHECK_INT(sigismember(&mask, SIGTERM), 0);
}

TEST(run_makes_itself_unreadable_but_not_the_command)
{
	CHECK_INT(run_sh("test -O /proc/$$/mem").exit_code, 0);
	CHECK_INT(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
}

/* A process that runs @script supervised; its pid. Its exit code is the run's. */
static pid_t spawn_nono(const char *script)
{
	pid_t pid = fork();

	REQUIRE(pid >= 0);
	if (pid == 0)
		_exit(run_sh(script).exit_code);
	return pid;
}

static void wait_for_file(const char *name)
{
	for (int i = 0; i < 500 && access(name, F_OK) < 0; i++)
		(void)usleep(10000);
	REQUIRE(access(name, F_OK) == 0);
}

static int end_of(pid_t pid)
{
	int status;

	REQUIRE(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(run_forwards_what_processes_send)
{
	static const struct {
		int signo;
		const char *name;
	} sent[] = {{SIGTERM, "TERM"}, {SIGHUP, "HUP"},	  {SIGINT, "INT"},    {SIGQUIT, "QUIT"},
		    {SIGUSR1, "USR1"}, {SIGUSR2, "USR2"}, {SIGWINCH, "WINCH"}};

	in_new_dir();
	for (size_t i = 0; i < NONO_ARRAY_SIZE(sent); i++) {
		char script[128];
		pid_t nono;

		(void)unlink("ready");
		(void)snprintf(script, sizeof(script), "trap 'exit 9' %s; echo > ready; while :; do sleep 0.05; done",
			       sent[i].name);
		nono = spawn_nono(script);
		wait_for_file("ready");
		REQUIRE(kill(nono, sent[i].signo) == 0);
		CHECK_INT(end_of(nono), 9);
	}
}

TEST(run_command_dies_with_nono)
{
	char pid_text[16] = "";
	pid_t nono, command;
	int fd;

	in_new_dir();
	nono = spawn_nono("echo $$ > tmp; mv tmp ready; exec sleep 100");
	wait_for_file("ready");
	fd = open("ready", O_RDONLY | O_CLOEXEC);
	REQUIRE(fd >= 0 && read(fd, pid_text, sizeof(pid_text) - 1) > 0);
	command = (pid_t)strtoul(pid_text, NULL, 10);
	REQUIRE(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0);
	CHECK_INT(kill(command, 0), 0);
	REQUIRE(kill(nono, SIGKILL) == 0);
	CHECK_INT(end_of(nono), -SIGKILL);
	CHECK_INT(end_of(command), -SIGKILL);
}

TEST(run_stop_is_mirrored_and_continued)
{
	int status;
	pid_t nono;

	in_new_dir();
	nono = spawn_nono("echo > ready; kill -STOP $$; exit 6");
	REQUIRE(waitpid(nono, &status, WUNTRACED) == nono);
	REQUIRE(WIFSTOPPED(status));
	CHECK_INT(WSTOPSIG(status), SIGSTOP);
	REQUIRE(kill(nono, SIGCONT) == 0);
	CHECK_INT(end_of(nono), 6);
}

TEST(run_direct_becomes_the_command)
{
	char *const argv[] = {(char *)"sh", (char *)"-c", (char *)"exit 8", NULL};
	struct nono_run_spec spec = {
		.program = "/bin/sh", .argv = argv, .envp = no_env, .sandbox = stub_sandbox(&works)};
	struct nono_stage_report report = {0};
	pid_t pid = fork();

	if (pid == 0) {
		nono_run_direct(&spec, &report);
		_exit(99);
	}
	CHECK_INT(end_of(pid), 8);
	spec.program = "/no/such/program";
	nono_run_direct(&spec, &report);
	CHECK_INT(report.stage, NONO_STAGE_EXEC);
	CHECK_INT(report.sys_errno, ENOENT);
}

TEST(find_program)
{
	_cleanup_(nono_freep) char *a = NULL, *b = NULL, *c = NULL, *d = NULL;
	struct nono_error err;

	in_new_dir();
	REQUIRE(mkdir("bin", 0700) == 0 && mkdir("bin/tool", 0700) == 0 && mkdir("late", 0700) == 0);
	put_file("here", "", 0, 0700);
	put_file("late/tool", "", 0, 0700);
	put_file("late/plain", "", 0, 0600);
	CHECK_INT(nono_run_find_program("a/b", NULL, NULL, &a, &err), 0);
	CHECK_STR(a, "a/b");
	CHECK_INT(nono_run_find_program("here", "/nowhere::bin", NULL, &b, &err), 0);
	CHECK_STR(b, "./here");
	CHECK_INT(nono_run_find_program("tool", "bin:late/", "/tmp/..", &c, &err), -NONO_E_NOTFOUND);
	CHECK_INT(nono_run_find_program("tool", "bin:late/", NULL, &c, &err), 0); /* bin/tool is a directory */
	CHECK_STR(c, "./late/tool");
	CHECK_INT(nono_run_find_program("no\033such", "/bin", NULL, &d, &err), -NONO_E_NOTFOUND);
	CHECK_STR(err.text, "'no\\x1bsuch': command not found in PATH (/bin)");
	CHECK_INT(nono_run_find_program("", "/bin", NULL, &d, &err), -NONO_E_NOTFOUND);
	CHECK(!d);
}

TEST(find_program_not_executable)
{
	_cleanup_(nono_freep) char *found = NULL;
	struct nono_error err = {0};

	in_new_dir();
	put_file("plain", "", 0, 0600);
	CHECK_INT(nono_run_find_program("plain", ":/bin", NULL, &found, &err), -NONO_E_SYSTEM);
	CHECK_INT(err.sys_errno, EACCES);
}

static struct nono_exec_cause cause_of(const char *name, int sys_errno)
{
	_cleanup_(nono_closep) int fd = open(name, O_RDONLY | O_CLOEXEC);
	struct nono_exec_cause cause;

	nono_run_why_exec_failed(fd, sys_errno, &cause);
	return cause;
}

TEST(why_exec_failed_scripts)
{
	struct nono_exec_cause cause;

	in_new_dir();
	put_file("a", "#! /no/such/interp -x\n", 22, 0700);
	cause = cause_of("a", ENOENT);
	CHECK_INT(cause.kind, NONO_EXEC_CAUSE_INTERPRETER);
	CHECK_STR(cause.helper, "/no/such/interp");
	CHECK_STR(cause.text, "its interpreter '/no/such/interp' does not exist");
	put_file("b", "#!/bin/sh\r\n", 11, 0700);
	CHECK(strstr(cause_of("b", ENOENT).text, "DOS"));
	put_file("c", "#!/bin/sh\n", 10, 0700);
	CHECK_INT(cause_of("c", ENOENT).kind, NONO_EXEC_CAUSE_UNKNOWN);
	put_file("d", "\001\002\003", 3, 0700);
	CHECK_INT(cause_of("d", ENOEXEC).kind, NONO_EXEC_CAUSE_FORMAT);
	CHECK_INT(cause_of("d", EACCES).kind, NONO_EXEC_CAUSE_UNKNOWN);
	CHECK_STR(cause_of("/", EACCES).text, "it is a directory");
	put_file("e", "#!/bin/sh\n", 10, 0600);
	CHECK_STR(cause_of("e", EACCES).text, "it is not marked as executable: chmod +x would do that");
}

/* A program's headers, with a loader at offset 256. */
static void put_elf(const char *name, unsigned int machine, const char *loader)
{
	struct {
		Elf64_Ehdr head;
		Elf64_Phdr part;
		char pad[256 - sizeof(Elf64_Ehdr) - sizeof(Elf64_Phdr)];
		char loader[64];
	} file = {.head = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
			   .e_type = ET_EXEC,
			   .e_machine = (Elf64_Half)machine,
			   .e_phoff = sizeof(Elf64_Ehdr),
			   .e_phentsize = sizeof(Elf64_Phdr),
			   .e_phnum = 1},
		  .part = {.p_type = PT_INTERP, .p_offset = 256, .p_filesz = strlen(loader) + 1}};

	memcpy(file.loader, loader, strlen(loader));
	put_file(name, &file, sizeof(file), 0700);
}

TEST(why_exec_failed_programs)
{
	struct nono_exec_cause cause;

	in_new_dir();
	put_elf("a", EM_X86_64, "/no/such/ld.so");
	cause = cause_of("a", ENOENT);
	CHECK_INT(cause.kind, NONO_EXEC_CAUSE_LOADER);
	CHECK_STR(cause.helper, "/no/such/ld.so");
	CHECK_STR(cause.text, "its loader '/no/such/ld.so' does not exist");
	put_elf("b", EM_S390, "/no/such/ld.so");
	cause = cause_of("b", ENOEXEC);
	CHECK_INT(cause.kind, NONO_EXEC_CAUSE_ARCHITECTURE);
	CHECK(strstr(cause.text, "built for s390"));
	REQUIRE(truncate("b", 40) == 0);
	CHECK_INT(cause_of("b", ENOENT).kind, NONO_EXEC_CAUSE_FORMAT);
	REQUIRE(truncate("a", 70) == 0);
	CHECK_INT(cause_of("a", ENOENT).kind, NONO_EXEC_CAUSE_UNKNOWN);
}
