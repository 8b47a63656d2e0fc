/* probe_parts.h - what the probes share.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_SANDBOX_LINUX_PROBE_PARTS_H
#define NONO_SANDBOX_LINUX_PROBE_PARTS_H

#include <sys/types.h>

#include "sandbox/probe.h"

/** nono_probe_add - one more check; text as printf. */
void nono_probe_add(struct nono_probe *p, enum nono_probe_section section, const char *id, const char *title,
		    enum nono_probe_state state, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* Runs in a child of its own: fills in @result, allocates nothing, and returns; the child then ends. */
typedef void (*nono_probe_fn)(const void *arg, void *result);

/**
 * nono_probe_fork - run @fn in a child and take its result.
 * @result, @size: what the child fills in, as it is here at first; at most PIPE_BUF bytes
 * Returns 0; -1 with errno where there is no process, the child ended early (ECHILD) or took too long (ETIMEDOUT).
 */
int nono_probe_fork(nono_probe_fn fn, const void *arg, void *result, size_t size);

/** nono_probe_wait - wait for something to read until the time of a probe is over. Returns 0, or -1 with errno. */
int nono_probe_wait(int fd);

/** nono_probe_release - the Linux that brought a version of Landlock (from 1 up), "6.12". Static. */
const char *nono_probe_release(int abi);

/** nono_probe_read_file - the beginning of a small file, without its last newline; "" where there is none. */
void nono_probe_read_file(const char *path, char *ret, size_t size);

/* The parts, in the order of the report. */

/** nono_probe_trials - a list of things, tried freely and inside real sandboxes; @dir is the probe's own, and empty. */
int nono_probe_trials(const char *dir, struct nono_probe *p, struct nono_error *err);

/** nono_probe_notify - seccomp user notification: a real round trip. */
void nono_probe_notify(struct nono_probe *p);

/** nono_probe_spaces - user namespaces, mounts and processes in them; @dir as above. */
void nono_probe_spaces(const char *dir, struct nono_probe *p);

/** nono_probe_system - control groups, keyrings, Yama, WSL. */
void nono_probe_system(struct nono_probe *p);

/* For tests: what follows from what the system says. */

/* Of one trial: errors of what is granted and of what should be refused, 0 where it worked. */
struct nono_probe_outcome {
	int granted, other;
};

/** nono_probe_judge_trial - what its outcomes outside and inside a sandbox mean. */
void nono_probe_judge_trial(struct nono_probe *p, const char *id, const struct nono_probe_outcome *outside,
			    const struct nono_probe_outcome *inside);

/** nono_probe_judge_cgroup - may the user make groups with limits? @made: errno of trying, 0 if it worked. */
void nono_probe_judge_cgroup(struct nono_probe *p, const char *group, const char *controllers, int made);

/** nono_probe_judge_yama - what ptrace_scope means; "" where there is no Yama. */
void nono_probe_judge_yama(struct nono_probe *p, const char *scope);

/** nono_probe_judge_release - what a kernel's release tells beyond its number. */
void nono_probe_judge_release(struct nono_probe *p, const char *release);

/** nono_probe_why_no_spaces - the same, with what this system says. */
void nono_probe_why_no_spaces(int sys_errno, char *ret, size_t size);

/** nono_probe_space_reason - why a user namespace was refused; @sys_errno from unshare or from writing the map. */
void nono_probe_space_reason(int sys_errno, const char *max_namespaces, const char *clone_allowed, const char *apparmor,
			     bool filtered, char *ret, size_t size);

#endif
