/* probe.c - what this machine can enforce: the parts put together.  SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/probe.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "base/util.h"
#include "sandbox/linux/probe_parts.h"
#include "sandbox/sandbox.h"

const char *nono_probe_state_word(enum nono_probe_state state)
{
	static const char *const words[] = {"works", "missing", "unclear", "broken", "info"};

	return words[state];
}

const char *nono_probe_section_word(enum nono_probe_section section)
{
	static const char *const words[] = {"sandbox", "supervisor", "namespaces", "system"};

	return words[section];
}

void nono_probe_add(struct nono_probe *p, enum nono_probe_section section, const char *id, const char *title,
		    enum nono_probe_state state, const char *fmt, ...)
{
	struct nono_probe_check *check = &p->checks[p->count];
	va_list ap;

	if (p->count >= NONO_PROBE_CHECKS)
		return;
	p->count++;
	*check = (struct nono_probe_check){.section = section, .id = id, .title = title, .state = state};
	va_start(ap, fmt);
	(void)vsnprintf(check->text, sizeof(check->text), fmt, ap);
	va_end(ap);
}

int nono_probe_wait(int fd)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	int n;

	do
		n = poll(&wait, 1, NONO_PROBE_MS);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		errno = ETIMEDOUT;
	return n > 0 ? 0 : -1;
}

static int take_result(pid_t child, int fd, void *result, size_t size)
{
	int saved_errno, rc = nono_probe_wait(fd);
	ssize_t n;

	if (rc == 0) {
		n = read(fd, result, size);
		rc = n == (ssize_t)size ? 0 : -1;
		if (n >= 0)
			errno = ECHILD;
	}
	saved_errno = errno;
	(void)kill(child, SIGKILL);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	errno = saved_errno;
	return rc;
}

int nono_probe_fork(nono_probe_fn fn, const void *arg, void *result, size_t size)
{
	_cleanup_(nono_closep) int read_end = -1, write_end = -1;
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	read_end = ends[0];
	write_end = ends[1];
	child = fork();
	if (child < 0)
		return -1;
	if (child == 0) {
		fn(arg, result);
		_exit(write(write_end, result, size) == (ssize_t)size ? 0 : 1);
	}
	nono_closep(&write_end);
	write_end = -1;
	return take_result(child, read_end, result, size);
}

void nono_probe_read_file(const char *path, char *ret, size_t size)
{
	_cleanup_(nono_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n = fd < 0 ? 0 : read(fd, ret, size - 1);

	ret[n > 0 ? n : 0] = '\0';
	if (n > 0 && ret[n - 1] == '\n')
		ret[n - 1] = '\0';
}

static void add_kernel(struct nono_probe *p)
{
	struct utsname name;

	if (uname(&name) < 0)
		return;
	(void)snprintf(p->kernel, sizeof(p->kernel), "%s %.60s %.20s", name.sysname, name.release, name.machine);
}

const char *nono_probe_release(int abi)
{
	static const char *const releases[] = {"5.13", "5.19", "6.2", "6.7", "6.10", "6.12", "6.15"};
	size_t last = NONO_ARRAY_SIZE(releases);

	return releases[(size_t)abi < last ? (size_t)abi - 1 : last - 1];
}

static void add_landlock(struct nono_probe *p)
{
	struct nono_capset none = {0};
	struct nono_sandbox *sandbox = NULL;
	struct nono_error err = {0};

	p->abi = nono_sandbox_abi();
	if (p->abi) {
		nono_probe_add(p, NONO_PROBE_SANDBOX, "landlock", "Landlock", NONO_PROBE_WORKS,
			       "ABI %d (Linux %s and later)", p->abi, nono_probe_release(p->abi));
		return;
	}
	/* What a run would say. */
	if (nono_sandbox_prepare(&none, &sandbox, &err) == 0)
		nono_sandbox_free(sandbox);
	(void)snprintf(p->no_landlock, sizeof(p->no_landlock), "%s", err.text);
	nono_probe_add(p, NONO_PROBE_SANDBOX, "landlock", "Landlock", NONO_PROBE_MISSING,
		       "nono can confine nothing on this machine");
}

/* The probe's own directory, empty again by the time. */
struct place {
	char path[PATH_MAX];
};

static void place_done(struct place *place)
{
	if (place->path[0])
		(void)rmdir(place->path);
}

int nono_probe_machine(const char *dir, struct nono_probe *ret, struct nono_error *err)
{
	_cleanup_(place_done) struct place place = {0};
	int rc;

	*ret = (struct nono_probe){0};
	add_kernel(ret);
	add_landlock(ret);
	if (snprintf(place.path, sizeof(place.path), "%s/nono-probe-XXXXXX", dir) >= PATH_MAX - 32 ||
	    !mkdtemp(place.path)) {
		place.path[0] = '\0';
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot make a directory below '%s'; set TMPDIR to one",
				 dir);
	}
	rc = nono_probe_trials(place.path, ret, err);
	if (rc < 0)
		return rc;
	nono_probe_notify(ret);
	nono_probe_spaces(place.path, ret);
	nono_probe_system(ret);
	return 0;
}
