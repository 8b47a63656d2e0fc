/* probe_spaces.c - user namespaces, and mounts and processes in them.  SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/util.h"
#include "sandbox/linux/probe_parts.h"
#include "sandbox/linux/view.h"

/* How far a child came. */
enum step { STEP_SPACES, STEP_MOUNT, STEP_MASK, STEP_FORK, STEP_PROC, STEP_DONE };

struct progress {
	enum step step; /* the one that failed */
	int sys_errno;
};

struct space {
	const char *dir;
	struct nono_view view;
	bool processes; /* a pid namespace too */
};

static bool enter_child(const struct space *s, struct progress *at)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	at->step = STEP_SPACES;
	return nono_view_spaces_child(&s->view, s->processes ? CLONE_NEWPID : 0) == 0;
}

/* As masks are made: a file system of nono's own, and one of its directories over another. */
static bool mount_child(const struct space *s, struct progress *at)
{
	struct stat over, under, before;

	at->step = STEP_MOUNT;
	if (mount("nono", s->dir, "tmpfs", MS_NOSUID | MS_NODEV, "size=64k,mode=700") < 0 || chdir(s->dir) < 0)
		return false;
	at->step = STEP_MASK;
	if (mkdir("under", 0700) < 0 || mkdir("over", 0) < 0 || stat("under", &before) < 0 ||
	    mount("over", "under", NULL, MS_BIND, NULL) < 0 || stat("over", &over) < 0 || stat("under", &under) < 0)
		return false;
	errno = EPROTO; /* what is seen must have changed */
	return before.st_ino != over.st_ino && under.st_ino == over.st_ino;
}

/* The first process of the new namespace: with a /proc of its own it sees itself as number 1. */
static bool first_process_child(void)
{
	char target[16] = "";

	return mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0 &&
	       readlink("/proc/self", target, sizeof(target) - 1) > 0 && strcmp(target, "1") == 0;
}

static bool processes_child(struct progress *at)
{
	int status = 0;
	pid_t first;

	at->step = STEP_FORK;
	first = fork();
	if (first < 0)
		return false;
	if (first == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		_exit(first_process_child() ? 0 : errno & 0x7f);
	}
	at->step = STEP_PROC;
	if (waitpid(first, &status, 0) != first)
		return false;
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
	return errno == 0;
}

static void space_child(const void *arg, void *result)
{
	const struct space *s = arg;
	struct progress *at = result;
	bool done = enter_child(s, at) && (s->processes ? processes_child(at) : mount_child(s, at));

	at->sys_errno = done ? 0 : errno;
	if (done)
		at->step = STEP_DONE;
}

/* ---- why not ---- */

static bool is_filtered(void)
{
	char status[4096];
	const char *seccomp;

	nono_probe_read_file("/proc/self/status", status, sizeof(status));
	seccomp = strstr(status, "\nSeccomp:\t");
	return seccomp && seccomp[strlen("\nSeccomp:\t")] != '0';
}

void nono_probe_space_reason(int sys_errno, const char *max_namespaces, const char *clone_allowed, const char *apparmor,
			     bool filtered, char *ret, size_t size)
{
	const char *text = strerror(sys_errno);

	if (strcmp(max_namespaces, "0") == 0)
		text = "switched off: user.max_user_namespaces is 0 (sysctl)";
	else if (sys_errno == ENOSPC || sys_errno == EUSERS)
		text = "too many, or too deep inside one another (user.max_user_namespaces)";
	else if (strcmp(clone_allowed, "0") == 0)
		text = "switched off for users: kernel.unprivileged_userns_clone is 0 (sysctl)";
	else if (strcmp(apparmor, "1") == 0 && (sys_errno == EACCES || sys_errno == EPERM))
		text = "refused by AppArmor to programs without a profile that allows them "
		       "(kernel.apparmor_restrict_unprivileged_userns is 1)";
	else if (filtered && (sys_errno == EPERM || sys_errno == ENOSYS))
		text = "refused by a seccomp filter around nono: a container's, a service's or another sandbox's";
	else if (sys_errno == EINVAL || sys_errno == ENOSYS)
		text = "this kernel was built without CONFIG_USER_NS";
	(void)snprintf(ret, size, "%s", text);
}

void nono_probe_why_no_spaces(int sys_errno, char *ret, size_t size)
{
	char max_namespaces[32], clone_allowed[8], apparmor[8];

	nono_probe_read_file("/proc/sys/user/max_user_namespaces", max_namespaces, sizeof(max_namespaces));
	nono_probe_read_file("/proc/sys/kernel/unprivileged_userns_clone", clone_allowed, sizeof(clone_allowed));
	nono_probe_read_file("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", apparmor, sizeof(apparmor));
	nono_probe_space_reason(sys_errno, max_namespaces, clone_allowed, apparmor, is_filtered(), ret, size);
}

static void add_refused(struct nono_probe *p, int sys_errno)
{
	char reason[NONO_PROBE_TEXT_BYTES];

	nono_probe_why_no_spaces(sys_errno, reason, sizeof(reason));
	nono_probe_add(p, NONO_PROBE_NAMESPACES, "user_namespace", "user namespaces", NONO_PROBE_MISSING, "%s", reason);
	nono_probe_add(p, NONO_PROBE_NAMESPACES, "mount", "mounts in them", NONO_PROBE_MISSING,
		       "needs user namespaces");
	nono_probe_add(p, NONO_PROBE_NAMESPACES, "pid_namespace", "process namespaces", NONO_PROBE_MISSING,
		       "needs user namespaces");
}

static void add_mount(struct nono_probe *p, const struct progress *at)
{
	if (at->step == STEP_DONE)
		nono_probe_add(p, NONO_PROBE_NAMESPACES, "mount", "mounts in them", NONO_PROBE_WORKS,
			       "a directory was covered by another one");
	else
		nono_probe_add(p, NONO_PROBE_NAMESPACES, "mount", "mounts in them", NONO_PROBE_MISSING,
			       "the namespace is made, but mounting in it is refused (%s): AppArmor, or a container",
			       strerror(at->sys_errno));
}

static void add_processes(struct nono_probe *p, const struct progress *at)
{
	const char *id = "pid_namespace", *title = "process namespaces";

	if (at->step == STEP_DONE)
		nono_probe_add(p, NONO_PROBE_NAMESPACES, id, title, NONO_PROBE_WORKS, "with a /proc of their own");
	else if (at->step == STEP_PROC)
		nono_probe_add(p, NONO_PROBE_NAMESPACES, id, title, NONO_PROBE_MISSING,
			       "made, but a fresh /proc is refused (%s): parts of /proc are covered, as in containers",
			       strerror(at->sys_errno));
	else
		nono_probe_add(p, NONO_PROBE_NAMESPACES, id, title, NONO_PROBE_MISSING, "%s", strerror(at->sys_errno));
}

void nono_probe_spaces(const char *dir, struct nono_probe *p)
{
	struct space space = {.dir = dir};
	struct progress mounts = {0}, processes = {0};

	nono_view_init(&space.view);
	space.view.kind = NONO_VIEW_USER;
	if (nono_probe_fork(space_child, &space, &mounts, sizeof(mounts)) < 0)
		mounts.sys_errno = errno;
	if (mounts.step == STEP_SPACES) {
		add_refused(p, mounts.sys_errno);
		return;
	}
	nono_probe_add(p, NONO_PROBE_NAMESPACES, "user_namespace", "user namespaces", NONO_PROBE_WORKS,
		       "can be made and mapped");
	add_mount(p, &mounts);
	space.processes = true;
	if (nono_probe_fork(space_child, &space, &processes, sizeof(processes)) < 0)
		processes.sys_errno = errno;
	add_processes(p, &processes);
}
