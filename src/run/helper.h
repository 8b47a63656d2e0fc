/* helper.h - a program that nono runs for itself, outside any sandbox.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_RUN_HELPER_H
#define NONO_RUN_HELPER_H

#include <stdbool.h>

#include "base/error.h"

/* What is to be run; everything is borrowed. */
struct nono_helper_spec {
	int fd; /* the program, open: this file is executed, whatever its name leads to by now */
	char *const *argv;
	char *const *envp;
	bool quiet;	  /* its output is dropped; else both streams are nono's error output */
	int timeout_secs; /* 0: no limit */
};

struct nono_helper_result {
	int exit_code;	 /* its own, or 128+N */
	int exec_errno;	 /* not 0: it could not be executed */
	bool timed_out;	 /* so it was ended */
	int interrupted; /* not 0: nono was asked to end by this signal, and ended it */
};

/**
 * nono_run_helper - run it to its end.
 * It has a process group of its own, standard input from /dev/null, no descriptor of nono's, and ends when nono does.
 * Over its time, or when somebody asks nono to end (HUP INT QUIT TERM), its group gets SIGTERM and a second later
 * SIGKILL. Processes that it leaves behind otherwise are left alone. Signal mask and dispositions are afterwards as
 * before. Returns 0 or -NONO_E_SYSTEM when not even a process could be made. Single-threaded callers only.
 */
int nono_run_helper(const struct nono_helper_spec *spec, struct nono_helper_result *ret, struct nono_error *err);

#endif
