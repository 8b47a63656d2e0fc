/* run.h - one run of one command.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_RUN_RUN_H
#define NONO_RUN_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/limits.h"
#include "sandbox/sandbox.h"

/* What is to be started; everything is borrowed. */
struct nono_run_spec {
	const char *program; /* resolved, absolute or with a slash */
	char *const *argv;   /* not empty; NULL at the end */
	char *const *envp;
	const char *cwd;		    /* where to start; NULL: where nono is */
	const struct nono_sandbox *sandbox; /* never NULL: nothing runs unconfined */
	bool observe;			    /* look at the error output, if it is no terminal */
};

/* What a line of error output says was being done. */
enum nono_op_hint {
	NONO_OP_HINT_READ,
	NONO_OP_HINT_WRITE,
	NONO_OP_HINT_CREATE,
	NONO_OP_HINT_UNLINK,
	NONO_OP_HINT_EXEC
};

/* A path-like word of a line that also tells of a refusal. The text is the command's: escape it before printing. */
struct nono_observed {
	char *path; /* as written, relative ones too; owned; control characters only where they were escaped */
	enum nono_op_hint hint;
	bool guessed; /* no word of the line said which operation; hint is the likeliest one */
	bool bare;    /* no slash in it: may be a word of another kind, so ask whether it exists */
};

struct nono_observed_list {
	struct nono_observed *items; /* owned; at most NONO_OBSERVED_PATHS, in the order seen, none twice */
	size_t len;
	int missed_errno; /* why something may be missing; 0 */
};

/** nono_observed_done - free the paths and the list, leaving it empty. NULL is fine. */
void nono_observed_done(struct nono_observed_list *list);

/* Who ended a command. */
enum nono_run_stop {
	NONO_STOP_NONE,	   /* nobody was asked to */
	NONO_STOP_TIMEOUT, /* its time was over */
	NONO_STOP_SIGNAL,  /* a signal was passed on to it before its end, which may have other reasons */
};

/* How a contained run can be ended from outside. */
struct nono_run_control {
	uint32_t timeout_ms; /* from its start; then SIGTERM, and SIGCONT; 0: no limit */
	uint32_t grace_ms;   /* from there to SIGKILL; 0: SIGKILL at once */
	int signal_fd;	     /* each byte read from it is a signal for the command; -1: none; borrowed */
	bool own_group; /* it leads a process group, all of which is signalled, and killed when it ended after its time
			 */
};

struct nono_run_result {
	struct nono_stage_report failed; /* stage NONE when the command was started */
	int exit_code;			 /* the command's, or 128+N; 126 or 127 when it was not started */
	int term_signal;		 /* 0 or N */
	enum nono_run_stop stop;	 /* of a contained run */
	bool by_terminal;		 /* a key sent it, to nono too: who waits for nono should see it die of that */
	bool observed;			 /* its error output was looked at; false on a terminal */
	int cut_errno;			 /* why some of its error output was not passed on; 0 */
	struct nono_observed_list paths; /* from its error output; empty unless exit_code is other than 0 */
};

/** nono_run_result_done - free what it holds. NULL is fine. */
void nono_run_result_done(struct nono_run_result *result);

/**
 * nono_run_secure_stdio - open /dev/null on those of the descriptors 0 to 2 that are closed.
 * Must be main's first act, before anything can be opened under such a number. Returns 0 or -NONO_E_SYSTEM.
 */
int nono_run_secure_stdio(struct nono_error *err);

/**
 * nono_run_supervised - start the command, stay, forward signals, mirror stops, wait.
 * @spec:   borrowed
 * @result: set on return 0 only; then the caller's (nono_run_result_done)
 *
 * The command stays in the caller's process group, so that job control is the shell's. What the terminal sends reaches
 * the command by itself; what a process sends to nono alone (HUP INT QUIT TERM TSTP USR1 USR2 WINCH) is passed on, so a
 * process that signals the whole group is heard twice. A hangup of the terminal is passed on where nono leads its
 * session, because the kernel then tells nobody else. The caller becomes non-dumpable, for good. While it lasts,
 * signals are blocked; afterwards mask and dispositions are as before.
 *
 * Where the command leaves a background process with its relayed error output, a process is left behind that copies on
 * until that one is gone.
 *
 * Returns 0 also when the child could not start (result->failed says where), -NONO_E_POLICY (no sandbox),
 * -NONO_E_USAGE (an empty argv), -NONO_E_SYSTEM, -NONO_E_NOMEM when not even a child could be made.
 * Single-threaded callers only.
 */
int nono_run_supervised(const struct nono_run_spec *spec, struct nono_run_result *result, struct nono_error *err);

/**
 * nono_run_contained - start the command and wait for it, in a program that has threads, signal handlers and children
 * of its own: none of these is touched. Signals are not forwarded but by @control; the command dies with the calling
 * thread.
 * @spec:    borrowed
 * @stdio:   what the command gets as descriptors 0 to 2; borrowed. Where 0, 1 or 2 itself is named and not open, it
 * gets /dev/null
 * @control: borrowed; NULL: nothing ends it. What it had written when its time was over is passed on as far as nobody
 *           has to be waited for; the rest as for a background process
 * @result:  as above
 * The command starts with the signal mask of the calling thread, and with default dispositions but for what is ignored;
 * SIGPIPE is never ignored. Returns as nono_run_supervised. Thread-safe.
 */
int nono_run_contained(const struct nono_run_spec *spec, const int stdio[3], const struct nono_run_control *control,
		       struct nono_run_result *result, struct nono_error *err);

/**
 * nono_run_direct - confine this process and become the command.
 * @spec: borrowed; observe means nothing here
 * Returns only on failure, @report filled: the caller must exit at once (it may be confined already).
 */
void nono_run_direct(const struct nono_run_spec *spec, struct nono_stage_report *report);

/** nono_run_exit_code - what a shell's $? is when starting a command failed so: 127 for a missing one, else 126. */
int nono_run_exit_code(const struct nono_stage_report *report);

/**
 * nono_run_find_program - the file that a command's name stands for, as execvp finds it.
 * @name:     with a slash: itself, unchecked (execve judges it)
 * @path:     value of PATH, or NULL for the system's default; an empty element means @cwd
 * @cwd:      where the command will start, for relative elements of @path; NULL: where nono is
 * @ret_path: set on success only; the caller's to free
 * Returns 0, -NONO_E_NOTFOUND (exit code 127), -NONO_E_SYSTEM with sys_errno EACCES (126: there is one, but it may not
 * be executed) or with what looking for it failed with, -NONO_E_NOMEM. Thread-safe.
 */
int nono_run_find_program(const char *name, const char *path, const char *cwd, char **ret_path, struct nono_error *err);

enum nono_exec_cause_kind {
	NONO_EXEC_CAUSE_UNKNOWN,
	NONO_EXEC_CAUSE_INTERPRETER, /* a script's #! program is missing or may not be executed */
	NONO_EXEC_CAUSE_LOADER,	     /* the same of a program's dynamic loader */
	NONO_EXEC_CAUSE_ARCHITECTURE,
	NONO_EXEC_CAUSE_FORMAT, /* neither a script nor a program */
	NONO_EXEC_CAUSE_MODE,	/* a directory, or nobody may execute it */
};

struct nono_exec_cause {
	enum nono_exec_cause_kind kind;
	char helper[NONO_EXEC_HEAD_BYTES]; /* the interpreter or loader, raw; "" where there is none */
	char text[NONO_ERROR_BYTES];	   /* a clause for a person, safe to print; "" when unknown */
};

/**
 * nono_run_why_exec_failed - why execve of a file that is there failed.
 * @fd:        the file, open for reading, at any offset; borrowed
 * @sys_errno: execve's
 * @ret:       always set
 * Reads at most a few KiB at fixed places; asks whether the helper named there exists. Thread-safe.
 */
void nono_run_why_exec_failed(int fd, int sys_errno, struct nono_exec_cause *ret);

#endif
