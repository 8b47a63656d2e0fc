/* test_probe.c - what the machine is found to enforce, and what would be said elsewhere.
 * SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>

#include "sandbox/linux/probe_parts.h"
#include "sandbox_t.h"
#include "t.h"

static const struct nono_probe_check *find(const struct nono_probe *p, const char *id)
{
	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->checks[i].id, id) == 0)
			return &p->checks[i];
	FAIL("there is no check %s", id);
	return &p->checks[0];
}

static bool check_is(const struct nono_probe *p, const char *id, enum nono_probe_state state, const char *text)
{
	const struct nono_probe_check *c = find(p, id);

	if (c->state != state)
		FAIL("%s is %s: %s", id, nono_probe_state_word(c->state), c->text);
	return CHECK_HAS(c->text, text);
}

static void probe(struct nono_probe *p)
{
	struct nono_error err = {0};

	if (nono_probe_machine(t_tmpdir(), p, &err) < 0)
		FAIL("%s", err.text);
}

static int entries(const char *dir)
{
	DIR *d = opendir(dir);
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		(void)closedir(d);
	return n;
}

static int open_fds(void)
{
	return entries("/proc/self/fd");
}

/* Everything that this kernel's Landlock knows was refused inside and possible outside. */
static void all_of_the_sandbox_works(void)
{
	int before = open_fds();
	struct nono_probe p;

	if (nono_sandbox_abi() < 6)
		SKIP("landlock: ABI 6 is needed");
	probe(&p);
	for (size_t i = 0; i < p.count; i++)
		if (p.checks[i].section == NONO_PROBE_SANDBOX && p.checks[i].state != NONO_PROBE_WORKS)
			FAIL("%s is %s: %s", p.checks[i].id, nono_probe_state_word(p.checks[i].state),
			     p.checks[i].text);
	CHECK(p.count > 20 && p.abi == nono_sandbox_abi() && nono_has_prefix(p.kernel, "Linux "));
	CHECK_INT(open_fds(), before);
	CHECK_INT(entries(t_tmpdir()), 2);
	CHECK(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0);
}

TEST(the_sandbox_works)
{
	all_of_the_sandbox_works();
}

TEST_ROOT(the_sandbox_works_for_root)
{
	all_of_the_sandbox_works();
}

TEST(a_call_is_answered_by_another_process)
{
	struct nono_probe p = {0};

	nono_probe_notify(&p);
	if (find(&p, "notify")->state == NONO_PROBE_MISSING)
		SKIP("notify: no seccomp notification here");
	check_is(&p, "notify", NONO_PROBE_WORKS, "a call was answered");
	check_is(&p, "notify_fd", NONO_PROBE_WORKS, "a descriptor was handed over");
	CHECK_INT((int)p.count, 3);
}

TEST(namespaces_are_tried)
{
	struct nono_probe p = {0};

	nono_probe_spaces(t_tmpdir(), &p);
	if (find(&p, "user_namespace")->state == NONO_PROBE_MISSING)
		SKIP("userns: no user namespaces here");
	check_is(&p, "mount", NONO_PROBE_WORKS, "covered by another");
	check_is(&p, "pid_namespace", NONO_PROBE_WORKS, "/proc of their own");
	CHECK_INT(entries(t_tmpdir()), 2);
}

static bool no_namespaces_allowed(void)
{
	int fd;
	bool done;

	if (unshare(CLONE_NEWUSER) < 0)
		return false;
	/* The limit belongs to the namespace, whose owner may set it. */
	fd = open("/proc/sys/user/max_user_namespaces", O_WRONLY | O_CLOEXEC);
	done = fd >= 0 && write(fd, "0", 1) == 1;
	if (fd >= 0)
		(void)close(fd);
	return done;
}

TEST(a_limit_on_namespaces_is_named)
{
	struct nono_probe p = {0};

	if (!no_namespaces_allowed())
		SKIP("userns: no user namespaces here");
	nono_probe_spaces(t_tmpdir(), &p);
	check_is(&p, "user_namespace", NONO_PROBE_MISSING, "user.max_user_namespaces is 0");
	check_is(&p, "mount", NONO_PROBE_MISSING, "needs user namespaces");
	check_is(&p, "pid_namespace", NONO_PROBE_MISSING, "needs user namespaces");
}

/* What a container looks like from inside: another sandbox of nono's. */
TEST(inside_a_sandbox)
{
	struct nono_capset set = {0};
	struct nono_sandbox *sandbox = NULL;
	struct nono_stage_report report;
	struct nono_probe p;

	t_no_leak_check();
	if (nono_sandbox_abi() < 6)
		SKIP("landlock: ABI 6 is needed");
	REQUIRE(add_grant(&set, "/", NONO_RIGHTS_ALL));
	REQUIRE(nono_sandbox_prepare(&set, &sandbox, NULL) == 0);
	REQUIRE(nono_sandbox_apply_child(sandbox, &report) == 0);
	probe(&p);
	check_is(&p, "read", NONO_PROBE_WORKS, "refused outside the grants");
	check_is(&p, "keyring", NONO_PROBE_UNCLEAR, "it fails outside a sandbox too (Function not implemented)");
	check_is(&p, "no_new_privs", NONO_PROBE_UNCLEAR, "outside a sandbox too");
	check_is(&p, "user_namespace", NONO_PROBE_MISSING, "a seccomp filter around nono");
	nono_sandbox_free(sandbox);
	nono_capset_done(&set);
}

TEST(older_kernels_lack_what_came_later)
{
	struct nono_probe p;

	if (!lower_abi(3))
		SKIP("needs a build with test_hooks");
	probe(&p);
	check_is(&p, "landlock", NONO_PROBE_WORKS, "ABI 3 (Linux 6.2");
	check_is(&p, "read", NONO_PROBE_WORKS, "refused");
	check_is(&p, "truncate", NONO_PROBE_WORKS, "refused");
	check_is(&p, "tcp_connect", NONO_PROBE_MISSING, "needs Linux 6.7 (Landlock ABI 4); this kernel has ABI 3");
	check_is(&p, "device_ioctl", NONO_PROBE_MISSING, "needs Linux 6.10 (Landlock ABI 5)");
	check_is(&p, "signal", NONO_PROBE_MISSING, "needs Linux 6.12 (Landlock ABI 6)");
	check_is(&p, "network", NONO_PROBE_WORKS, "--block-net");
}

TEST(without_landlock_nothing_is_confined)
{
	struct nono_probe p;

	if (!lower_abi(0))
		SKIP("needs a build with test_hooks");
	probe(&p);
	CHECK_INT(p.abi, 0);
	check_is(&p, "landlock", NONO_PROBE_MISSING, "can confine nothing");
	check_is(&p, "read", NONO_PROBE_MISSING, "needs Landlock");
	CHECK_HAS(p.no_landlock, "lsm=");
}

TEST(a_hole_is_told)
{
	static const struct nono_probe_outcome fine = {0, 0}, refused = {0, EACCES}, other = {0, ENOENT},
					       nothing = {EACCES, EACCES};
	static const struct {
		const struct nono_probe_outcome *outside, *inside;
		enum nono_probe_state state;
		const char *text;
	} cases[] = {
		{&fine, &refused, NONO_PROBE_WORKS, "refused outside the grants"},
		{&fine, &fine, NONO_PROBE_BROKEN, "WAS POSSIBLE"},
		{&fine, &nothing, NONO_PROBE_BROKEN, "what was granted is refused too: Permission denied"},
		{&fine, &other, NONO_PROBE_UNCLEAR, "for another reason than the sandbox: No such file"},
		{&refused, &refused, NONO_PROBE_UNCLEAR, "it fails outside a sandbox too (Permission denied)"},
		{&nothing, &refused, NONO_PROBE_UNCLEAR, "it fails outside a sandbox too"},
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(cases); i++) {
		struct nono_probe p = {0};

		nono_probe_judge_trial(&p, "read", cases[i].outside, cases[i].inside);
		check_is(&p, "read", cases[i].state, cases[i].text);
	}
}

TEST(control_groups)
{
	static const struct {
		const char *controllers;
		int made;
		enum nono_probe_state state;
		const char *text;
	} cases[] = {
		{"cpu memory pids", 0, NONO_PROBE_WORKS, "can be made"},
		{"cpu memory", 0, NONO_PROBE_MISSING, "but processes cannot be limited"},
		{"cpu pids", 0, NONO_PROBE_MISSING, "but memory cannot be limited"},
		{"hugetlb_memory", 0, NONO_PROBE_MISSING, "but memory and processes cannot be limited"},
		{"memory pids", EACCES, NONO_PROBE_MISSING,
		 "the group /a is not this user's; nono can be started in one"},
		{"memory pids", EROFS, NONO_PROBE_MISSING, "read-only"},
		{"memory pids", ENOSPC, NONO_PROBE_MISSING, "cannot make a group in /a: No space"},
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(cases); i++) {
		struct nono_probe p = {0};

		nono_probe_judge_cgroup(&p, "/a", cases[i].controllers, cases[i].made);
		check_is(&p, "cgroup", cases[i].state, cases[i].text);
	}
}

TEST(reasons_against_namespaces)
{
	static const struct {
		int sys_errno;
		const char *max, *clone, *apparmor;
		bool filtered;
		const char *text;
	} cases[] = {
		{ENOSPC, "0", "", "", false, "user.max_user_namespaces is 0"},
		{ENOSPC, "100", "", "", false, "too many, or too deep"},
		{EPERM, "100", "0", "", false, "kernel.unprivileged_userns_clone is 0"},
		{EACCES, "100", "1", "1", false, "kernel.apparmor_restrict_unprivileged_userns is 1"},
		{EPERM, "100", "", "0", true, "a seccomp filter around nono"},
		{EINVAL, "", "", "", false, "CONFIG_USER_NS"},
		{EPERM, "100", "", "", false, "Operation not permitted"},
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(cases); i++) {
		char text[NONO_PROBE_TEXT_BYTES];

		nono_probe_space_reason(cases[i].sys_errno, cases[i].max, cases[i].clone, cases[i].apparmor,
					cases[i].filtered, text, sizeof(text));
		CHECK_HAS(text, cases[i].text);
	}
}

TEST(what_is_only_told)
{
	struct nono_probe p = {0};

	nono_probe_judge_release(&p, "6.18.0-generic");
	CHECK_INT((int)p.count, 0);
	nono_probe_judge_release(&p, "5.15.167.4-microsoft-standard-WSL2");
	check_is(&p, "wsl2", NONO_PROBE_INFO, "Windows");
	nono_probe_judge_yama(&p, "1");
	check_is(&p, "yama", NONO_PROBE_INFO, "their own children");
	p.count = 0;
	nono_probe_judge_yama(&p, "");
	check_is(&p, "yama", NONO_PROBE_INFO, "not there");
}

static void hang_child(const void *arg, void *result)
{
	(void)arg;
	(void)result;
	(void)pause();
}

static void die_child(const void *arg, void *result)
{
	(void)arg;
	(void)result;
	_exit(0);
}

TEST(a_child_that_hangs_or_dies)
{
	int result = 0;

	CHECK_INT(nono_probe_fork(hang_child, NULL, &result, sizeof(result)), -1);
	CHECK_INT(errno, ETIMEDOUT);
	CHECK_INT(nono_probe_fork(die_child, NULL, &result, sizeof(result)), -1);
	CHECK_INT(errno, ECHILD);
}
