/* internal.h - between the files of src/run.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_RUN_INTERNAL_H
#define NONO_RUN_INTERNAL_H

#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/types.h>
#include <termios.h>

#include "run/run.h"

/* All that the child needs, made ready by the parent: the child allocates nothing. */
struct nono_launch {
	const struct nono_run_spec *spec;
	char **sh_argv;	   /* for a script without #!, as execvp does; owned; NULL: not possible */
	int relay_fd;	   /* becomes descriptor 2; -1: not relayed */
	bool relay_stdout; /* and 1 as well */
};

/** nono_launch_init - make ready; 0, -NONO_E_POLICY, -NONO_E_USAGE, -NONO_E_NOMEM. */
int nono_launch_init(struct nono_launch *launch, const struct nono_run_spec *spec, struct nono_error *err);

/** nono_launch_done - free what it holds. */
void nono_launch_done(struct nono_launch *launch);

/** nono_launch_child - set up, confine, exec. Returns only on failure, with @report filled. */
void nono_launch_child(const struct nono_launch *launch, struct nono_stage_report *report);

#define NONO_SAID_WORDS 8

/** nono_say_child - write at most NONO_SAID_WORDS words (NULL: nothing) as one piece, without stdio. */
void nono_say_child(int fd, const char *const *words, size_t count);

/** nono_close_on_exec_child - mark every descriptor above 2 close-on-exec. 0 or -1. */
int nono_close_on_exec_child(void);

/**
 * nono_fork_unseen - a new process that the caller's program does not notice: no SIGCHLD when it ends, no waitpid(-1)
 * finds it, no handler of pthread_atfork runs. It may make system calls only; waited for with __WALL. As fork.
 */
pid_t nono_fork_unseen(void);

/* How the command ended. */
struct nono_end {
	int status;	  /* waitpid's */
	bool by_terminal; /* of an interrupt or quit that the terminal sent to nono as well */
};

/** nono_run_set_result - what the report pipe and waitpid's status say. 0 or -NONO_E_SYSTEM. */
int nono_run_set_result(struct nono_run_result *result, int report_fd, const struct nono_end *end,
			struct nono_error *err);

/* What is left of the time a command has, and what it was told. */
struct nono_stopper {
	const struct nono_run_control *control; /* borrowed; NULL: neither */
	int order_fd;				/* to nono_stopper_wait_child; borrowed */
	int signal_fd;				/* of the control, until its end; -1 */
	int64_t deadline_ms;			/* of CLOCK_MONOTONIC; -1: none */
	enum nono_run_stop stop;
};

/** nono_stopper_begin - the time begins. @order_fd: a pipe's write end, which does not block. */
void nono_stopper_begin(struct nono_stopper *s, const struct nono_run_control *control, int order_fd);

/** nono_stopper_wait_ms - how long poll may wait for something else; -1: for ever. */
int nono_stopper_wait_ms(const struct nono_stopper *s);

/** nono_stopper_step - after poll: pass on the signals that @fd, signal_fd's, says are there; end it when it is time.
 */
void nono_stopper_step(struct nono_stopper *s, const struct pollfd *fd);

/**
 * nono_stopper_wait_child - wait for the command, and do to it what the stopper orders. The caller is its parent.
 * @order_fd:   a pipe's read end
 * @own_group:  the command leads a process group, and all of it is meant
 * @ret_status: waitpid's
 * Returns 0, or -1 where it could not be watched and was killed.
 */
int nono_stopper_wait_child(pid_t child, int order_fd, bool own_group, int *ret_status);

/* How signals were before nono blocked some, and where it reads them now. */
struct nono_signals {
	sigset_t taken; /* blocked, read from fd */
	sigset_t old_mask;
	struct sigaction old_chld;
	bool chld_changed;
	int fd; /* a signalfd; -1 when empty */
};

/** nono_signals_take - block what is to be forwarded or watched; 0 or -NONO_E_SYSTEM. Restore after both. */
int nono_signals_take(struct nono_signals *signals, struct nono_error *err);

/** nono_signals_restore - drop what is pending, restore mask and dispositions, close. */
void nono_signals_restore(struct nono_signals *signals);

/** nono_signals_restore_child - the same for the child: as nono found them; nothing is read or closed. 0 or -1. */
int nono_signals_restore_child(const struct nono_signals *signals);

/* How the terminal was set when the command was started. */
struct nono_tty {
	int fd; /* borrowed, one of 0 to 2; -1: no terminal, or not the one in front of it */
	struct termios modes;
};

/** nono_tty_save - remember the modes of the terminal, if this group is the one in front of it. */
void nono_tty_save(struct nono_tty *tty);

/**
 * nono_tty_restore - set them again. For a command that a signal killed: a shell does so for its own commands, and sees
 * nono exit.
 */
void nono_tty_restore(const struct nono_tty *tty);

struct nono_relay;

/**
 * nono_wait_command - forward signals, mirror stops, relay, until the command has ended.
 * @relay: NULL where nothing is relayed; drained as far as nobody else writes on
 * @ret:   set on success only; the child is gone then
 * Returns 0 or -NONO_E_SYSTEM.
 */
int nono_wait_command(pid_t child, const struct nono_signals *signals, struct nono_relay *relay, struct nono_end *ret,
		      struct nono_error *err);

#endif
