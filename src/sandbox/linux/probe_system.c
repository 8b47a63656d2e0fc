/* probe_system.c - control groups, Yama, WSL: what the system says of itself.  SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/util.h"
#include "sandbox/linux/probe_parts.h"

#define PROC_TEXT_BYTES 65536

/* ---- control groups ---- */

/* The mount point of version 2 in the text of mountinfo: "36 35 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw". */
static bool find_mount(const char *mountinfo, char *ret, size_t size)
{
	const char *type = strstr(mountinfo, " - cgroup2 "), *line = type;

	if (!type)
		return false;
	while (line > mountinfo && line[-1] != '\n')
		line--;
	for (int field = 0; field < 4; field++)
		line += strcspn(line, " ") + 1;
	return snprintf(ret, size, "%.*s", (int)strcspn(line, " "), line) < (int)size;
}

/* "0::/user.slice/..." */
static bool find_group(const char *cgroup, char *ret, size_t size)
{
	const char *line = nono_has_prefix(cgroup, "0::") ? cgroup : strstr(cgroup, "\n0::");

	if (!line)
		return false;
	line = strstr(line, "0::") + 3;
	return snprintf(ret, size, "%.*s", (int)strcspn(line, "\n"), line) < (int)size;
}

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at += len)
		if ((at == text || at[-1] == ' ') && (!at[len] || at[len] == ' '))
			return true;
	return false;
}

void nono_probe_judge_cgroup(struct nono_probe *p, const char *group, const char *controllers, int made)
{
	const char *id = "cgroup", *title = "limits by control groups";
	const bool memory = has_word(controllers, "memory"), pids = has_word(controllers, "pids");

	if (made == EACCES || made == EPERM)
		nono_probe_add(p, NONO_PROBE_SYSTEM, id, title, NONO_PROBE_MISSING,
			       "the group %s is not this user's; nono can be started in one that is: systemd-run "
			       "--user --scope -p Delegate=yes nono ...",
			       group);
	else if (made == EROFS)
		nono_probe_add(p, NONO_PROBE_SYSTEM, id, title, NONO_PROBE_MISSING,
			       "mounted read-only, as in containers");
	else if (made)
		nono_probe_add(p, NONO_PROBE_SYSTEM, id, title, NONO_PROBE_MISSING, "cannot make a group in %s: %s",
			       group, strerror(made));
	else if (!memory || !pids)
		nono_probe_add(p, NONO_PROBE_SYSTEM, id, title, NONO_PROBE_MISSING,
			       "groups can be made, but %s%s%s cannot be limited in them: not handed down, or held by "
			       "control groups of version 1",
			       memory ? "" : "memory", memory || pids ? "" : " and ", pids ? "" : "processes");
	else
		nono_probe_add(p, NONO_PROBE_SYSTEM, id, title, NONO_PROBE_WORKS,
			       "groups for memory and processes can be made");
}

/* Makes a group and removes it again. Returns 0 or an errno. */
static int try_group(const char *path)
{
	char own[PATH_MAX];

	if (snprintf(own, sizeof(own), "%s/nono-probe-%d", path, (int)getpid()) >= (int)sizeof(own))
		return ENAMETOOLONG;
	if (mkdir(own, 0700) < 0)
		return errno;
	return rmdir(own) < 0 ? errno : 0;
}

static void add_cgroup(struct nono_probe *p)
{
	static char text[PROC_TEXT_BYTES];
	char mount[PATH_MAX], group[PATH_MAX], path[2 * PATH_MAX + 32], controllers[1024];
	bool found;

	nono_probe_read_file("/proc/self/mountinfo", text, sizeof(text));
	found = find_mount(text, mount, sizeof(mount));
	nono_probe_read_file("/proc/self/cgroup", text, sizeof(text));
	found = found && find_group(text, group, sizeof(group));
	if (!found) {
		nono_probe_add(p, NONO_PROBE_SYSTEM, "cgroup", "limits by control groups", NONO_PROBE_MISSING,
			       "no control groups of version 2 are mounted");
		return;
	}
	(void)snprintf(path, sizeof(path), "%s%s/cgroup.controllers", mount, group);
	nono_probe_read_file(path, controllers, sizeof(controllers));
	(void)snprintf(path, sizeof(path), "%s%s", mount, group);
	nono_probe_judge_cgroup(p, group, controllers, try_group(path));
}

/* ---- the rest ---- */

void nono_probe_judge_yama(struct nono_probe *p, const char *scope)
{
	static const char *const meanings[] = {
		"0: outside sandboxes programs of one user may trace each other",
		"1: outside sandboxes programs may trace their own children",
		"2: only an administrator may trace programs",
		"3: nobody may trace programs",
	};
	const char *text = "not there: outside sandboxes programs of one user may trace each other";

	if (scope[0] >= '0' && scope[0] <= '3' && !scope[1])
		text = meanings[scope[0] - '0'];
	nono_probe_add(p, NONO_PROBE_SYSTEM, "yama", "Yama", NONO_PROBE_INFO, "%s", text);
}

void nono_probe_judge_release(struct nono_probe *p, const char *release)
{
	if (strcasestr(release, "microsoft"))
		nono_probe_add(p, NONO_PROBE_SYSTEM, "wsl2", "WSL2", NONO_PROBE_INFO,
			       "sandboxes hold within Linux; programs of Windows that are started from here are not in "
			       "them");
}

void nono_probe_system(struct nono_probe *p)
{
	char text[256];

	add_cgroup(p);
	nono_probe_read_file("/proc/sys/kernel/yama/ptrace_scope", text, sizeof(text));
	nono_probe_judge_yama(p, text);
	nono_probe_read_file("/proc/sys/kernel/osrelease", text, sizeof(text));
	nono_probe_judge_release(p, text);
}
