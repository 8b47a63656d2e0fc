/* launch.c - starting the command: what happens around fork and exec.  SPDX-License-Identifier: Apache-2.0 */
#include "run/run.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "base/util.h"
#include "run/internal.h"
#include "run/relay.h"

/* Numbers of the kernel's, which older headers lack: close_range is Linux 5.9, its flag 5.11. */
#define SYS_NR_CLOSE_RANGE 436
#define CLOSE_RANGE_SET_CLOEXEC (1U << 2)

#define FIRST_EXTRA_FD 3
#define EXIT_NOT_STARTED 126
#define EXIT_NOT_FOUND 127
#define SHELL "/bin/sh"

int nono_run_secure_stdio(struct nono_error *err)
{
	for (int fd = 0; fd < FIRST_EXTRA_FD; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/* Inherited by the command on purpose, so not close-on-exec; the lowest free number is the one missing.
		 */
		if (errno != EBADF || open("/dev/null", O_RDWR) != fd)
			return nono_fail(err, NONO_E_SYSTEM, errno, "cannot open /dev/null as descriptor %d", fd);
	}
	return 0;
}

int nono_run_exit_code(const struct nono_stage_report *report)
{
	bool missing = report->stage == NONO_STAGE_EXEC && report->sys_errno == ENOENT;

	return missing ? EXIT_NOT_FOUND : EXIT_NOT_STARTED;
}

void nono_run_result_done(struct nono_run_result *result)
{
	if (!result)
		return;
	nono_observed_done(&result->paths);
	*result = (struct nono_run_result){0};
}

int nono_launch_init(struct nono_launch *launch, const struct nono_run_spec *spec, struct nono_error *err)
{
	size_t argc = 0;

	*launch = (struct nono_launch){.spec = spec, .relay_fd = -1};
	if (!spec->sandbox)
		return nono_fail(err, NONO_E_POLICY, EINVAL, "no sandbox to start '%s' in", spec->program);
	while (spec->argv[argc])
		argc++;
	if (argc == 0)
		return nono_fail(err, NONO_E_USAGE, 0, "no name to start '%s' by", spec->program);
	if (spec->program[0] == '-')
		return 0; /* the shell would take it for an option */
	launch->sh_argv = calloc(argc + 2, sizeof(*launch->sh_argv));
	if (!launch->sh_argv)
		return nono_nomem(err);
	launch->sh_argv[0] = (char *)SHELL;
	launch->sh_argv[1] = (char *)spec->program;
	memcpy(launch->sh_argv + 2, spec->argv + 1, (argc - 1) * sizeof(*launch->sh_argv));
	return 0;
}

void nono_launch_done(struct nono_launch *launch)
{
	free(launch->sh_argv);
	launch->sh_argv = NULL;
}

/* Where close_range is missing: one by one. A limit too high to count up to is an error, not a leak. */
static int mark_each_child(void)
{
	struct rlimit limit;
	rlim_t end;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -1;
	/* The hard limit: descriptors stay open above a soft limit that was lowered. */
	end = limit.rlim_max > limit.rlim_cur ? limit.rlim_max : limit.rlim_cur;
	if (end > NONO_CLOSE_LOOP_FDS) {
		errno = EMFILE;
		return -1;
	}
	for (int fd = FIRST_EXTRA_FD; fd < (int)end; fd++)
		if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 && errno != EBADF)
			return -1;
	return 0;
}

/* Marked, not closed: the sandbox's own descriptors and the report pipe are needed until exec. */
int nono_close_on_exec_child(void)
{
	if (syscall(SYS_NR_CLOSE_RANGE, FIRST_EXTRA_FD, ~0U, CLOSE_RANGE_SET_CLOEXEC) == 0)
		return 0;
	return errno == ENOSYS || errno == EINVAL || errno == EPERM ? mark_each_child() : -1;
}

static int take_relay_child(const struct nono_launch *launch)
{
	if (launch->relay_fd < 0)
		return 0;
	if (launch->relay_stdout && dup3(launch->relay_fd, STDOUT_FILENO, 0) < 0)
		return -1;
	return dup3(launch->relay_fd, STDERR_FILENO, 0) < 0 ? -1 : 0;
}

/* No NUL in the first line: bash's test for a file that a shell could make sense of. Unreadable: the shell fails too.
 */
static bool is_text_child(const char *program)
{
	char head[128];
	ssize_t len;
	int fd = open(program, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return false;
	len = read(fd, head, sizeof(head));
	(void)close(fd);
	for (ssize_t i = 0; i < len && head[i] != '\n'; i++)
		if (head[i] == '\0')
			return false;
	return len >= 0;
}

static void exec_child(const struct nono_launch *launch)
{
	const struct nono_run_spec *spec = launch->spec;

	(void)execve(spec->program, spec->argv, spec->envp);
	if (errno != ENOEXEC)
		return;
	if (launch->sh_argv && is_text_child(spec->program))
		(void)execve(SHELL, launch->sh_argv, spec->envp);
	errno = ENOEXEC; /* what is wrong is the file, not the shell */
}

void nono_launch_child(const struct nono_launch *launch, struct nono_stage_report *report)
{
	const struct nono_run_spec *spec = launch->spec;

	report->stage = NONO_STAGE_SETTINGS;
	report->sys_errno = EINVAL;
	if (!spec->sandbox)
		return;
	if (take_relay_child(launch) < 0 || nono_close_on_exec_child() < 0) {
		report->sys_errno = errno;
		return;
	}
	if (spec->cwd && chdir(spec->cwd) < 0) {
		report->stage = NONO_STAGE_CHDIR;
		report->sys_errno = errno;
		return;
	}
	if (nono_sandbox_apply_child(spec->sandbox, report) != 0)
		return;
	exec_child(launch);
	report->stage = NONO_STAGE_EXEC;
	report->sys_errno = errno;
}

void nono_say_child(int fd, const char *const *words, size_t count)
{
	struct iovec pieces[NONO_SAID_WORDS];

	for (size_t i = 0; i < count && i < NONO_SAID_WORDS; i++)
		pieces[i] = (struct iovec){(void *)words[i], words[i] ? strlen(words[i]) : 0};
	(void)!writev(fd, pieces, (int)(count < NONO_SAID_WORDS ? count : NONO_SAID_WORDS));
}

/* The report could not be sent: then nono's error output is told. */
static void say_report_child(const struct nono_stage_report *report, int sys_errno)
{
	const char *const words[] = {"nono: cannot ",
				     nono_stage_text(report->stage),
				     ": ",
				     strerrordesc_np(report->sys_errno),
				     ", and cannot report it: ",
				     strerrordesc_np(sys_errno),
				     "\n"};

	nono_say_child(STDERR_FILENO, words, NONO_ARRAY_SIZE(words));
}

/* The new process: dies with nono, has signals as nono found them, becomes the command or reports why not. */
static _Noreturn void run_child(const struct nono_launch *launch, const struct nono_signals *signals, int report_fd,
				pid_t parent)
{
	struct nono_stage_report report = {.stage = NONO_STAGE_SETTINGS};

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && nono_signals_restore_child(signals) == 0) {
		/* Had nono died before the prctl, nothing would have told this process. */
		if (getppid() != parent)
			_exit(EXIT_NOT_STARTED);
		nono_sandbox_attend_child(launch->spec->sandbox);
		nono_launch_child(launch, &report);
	} else {
		report.sys_errno = errno;
	}
	if (write(report_fd, &report, sizeof(report)) != (ssize_t)sizeof(report))
		say_report_child(&report, errno);
	_exit(nono_run_exit_code(&report));
}

/* Only the child's end tells whether there is a report, so it is read then, and starting costs no wake-up. */
int nono_run_set_result(struct nono_run_result *result, int report_fd, const struct nono_end *end,
			struct nono_error *err)
{
	struct nono_stage_report report;
	ssize_t len = read(report_fd, &report, sizeof(report));
	bool ambiguous = WIFEXITED(end->status) &&
			 (WEXITSTATUS(end->status) == EXIT_NOT_STARTED || WEXITSTATUS(end->status) == EXIT_NOT_FOUND);

	if (len != 0 && len != (ssize_t)sizeof(report) && ambiguous)
		return nono_fail(err, NONO_E_SYSTEM, len < 0 ? errno : EIO,
				 "cannot read whether the command was started");
	if (len == (ssize_t)sizeof(report)) {
		result->failed = report;
		result->exit_code = nono_run_exit_code(&report);
	} else if (WIFSIGNALED(end->status)) {
		result->term_signal = WTERMSIG(end->status);
		result->exit_code = 128 + result->term_signal;
		result->by_terminal = end->by_terminal;
	} else {
		result->exit_code = WEXITSTATUS(end->status);
	}
	return 0;
}

static int fork_and_wait(struct nono_launch *launch, struct nono_relay *relay, struct nono_run_result *result,
			 struct nono_error *err)
{
	_cleanup_(nono_signals_restore) struct nono_signals signals = {.fd = -1};
	_cleanup_(nono_closep) int report_read = -1, report_write = -1;
	pid_t child, parent = getpid();
	struct nono_end end = {0};
	struct nono_tty tty;
	int ends[2], rc;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot make a pipe");
	report_read = ends[0];
	report_write = ends[1];
	rc = nono_signals_take(&signals, err);
	if (rc < 0)
		return rc;
	nono_tty_save(&tty);
	/*
	 * A plain fork: sharing the address space (vfork) saves a tenth of the time, and would suspend nono until exec,
	 * deaf to a Ctrl-Z that stops the child before it got there: a terminal nobody gives back.
	 */
	child = fork();
	if (child < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot make a process");
	if (child == 0)
		run_child(launch, &signals, report_write, parent);
	nono_closep(&report_write);
	report_write = -1;
	nono_relay_started(relay);
	rc = nono_wait_command(child, &signals, relay, &end, err);
	if (rc < 0)
		return rc;
	nono_sandbox_reap(launch->spec->sandbox);
	rc = nono_run_set_result(result, report_read, &end, err);
	if (rc == 0 && result->term_signal)
		nono_tty_restore(&tty);
	return rc;
}

int nono_run_supervised(const struct nono_run_spec *spec, struct nono_run_result *result, struct nono_error *err)
{
	_cleanup_(nono_launch_done) struct nono_launch launch = {0};
	_cleanup_(nono_relay_freep) struct nono_relay *relay = NULL;
	struct nono_run_result done = {0};
	int rc;

	rc = nono_run_secure_stdio(err);
	if (rc == 0)
		rc = nono_launch_init(&launch, spec, err);
	if (rc == 0 && spec->observe)
		rc = nono_relay_new(&relay, err);
	if (rc < 0)
		return rc;
	launch.relay_fd = nono_relay_command_fd(relay, &launch.relay_stdout);
	/* Before the fork, so that the command never sees a nono whose memory could be read. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot make nono's memory unreadable");
	rc = fork_and_wait(&launch, relay, &done, err);
	if (rc < 0)
		return rc;
	done.observed = relay != NULL;
	done.cut_errno = nono_relay_cut_errno(relay);
	if (done.exit_code != 0)
		nono_relay_take_paths(relay, &done.paths);
	*result = TAKE(done);
	return 0;
}

void nono_run_direct(const struct nono_run_spec *spec, struct nono_stage_report *report)
{
	_cleanup_(nono_launch_done) struct nono_launch launch = {0};
	int rc;

	report->stage = NONO_STAGE_SETTINGS;
	if (nono_run_secure_stdio(NULL) < 0) {
		report->sys_errno = errno;
		return;
	}
	rc = nono_launch_init(&launch, spec, NULL);
	if (rc < 0) {
		report->sys_errno = rc == -NONO_E_NOMEM ? ENOMEM : EINVAL;
		return;
	}
	nono_launch_child(&launch, report);
}
