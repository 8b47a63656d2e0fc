/* test_sandbox.c - what prepare refuses and says, and what apply does besides Landlock and seccomp.
 * SPDX-License-Identifier: Apache-2.0 */
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "sandbox/linux/backend.h"
#include "sandbox_t.h"
#include "t.h"

#define KEPT_CAPS 0x4fbU

/* What prepare refuses, and what it says. */

static int prepare(struct nono_capset *set, struct nono_error *err)
{
	struct nono_sandbox *sandbox = NULL;
	int rc = nono_sandbox_prepare(set, &sandbox, err);

	CHECK((rc == 0) == (sandbox != NULL));
	nono_sandbox_free(sandbox);
	return rc;
}

TEST(prepare_without_landlock)
{
	struct nono_capset set = {.verbose = true};
	struct nono_error err = {0};

	if (!lower_abi(0))
		SKIP("needs a build with test_hooks");
	CHECK_INT(prepare(&set, &err), -NONO_E_UNSUPPORTED);
	CHECK(strstr(err.text, "Linux 5.13") && strstr(err.text, "lsm="));
}

TEST(prepare_ports_need_abi_4)
{
	struct nono_capset set = {.verbose = true};
	struct nono_error err = {0};

	add_port(&set.network.connect, 443, 443);
	if (lower_abi(3)) {
		CHECK_INT(prepare(&set, &err), -NONO_E_UNSUPPORTED);
		CHECK(strstr(err.text, "Linux 6.7"));
	}
	if (lower_abi(4))
		CHECK_INT(prepare(&set, &err), 0);
	nono_capset_done(&set);
}

TEST(prepare_same_sandbox_needs_abi_6)
{
	struct nono_capset set = {.signal_mode = NONO_SIGNAL_SAME_SANDBOX};
	struct nono_error err = {0};

	if (lower_abi(5)) {
		CHECK_INT(prepare(&set, &err), -NONO_E_UNSUPPORTED);
		CHECK(strstr(err.text, "Linux 6.12"));
	}
	if (lower_abi(6))
		CHECK_INT(prepare(&set, &err), 0);
	nono_capset_done(&set);
}

TEST(prepare_weaknesses_are_said)
{
	static const size_t infos[] = {0, 3, 2, 1, 1, 0, 0};

	if (!lower_abi(1))
		SKIP("needs a build with test_hooks");
	for (int abi = 1; abi <= 6; abi++) {
		struct nono_capset set = {.verbose = true};
		size_t warnings = 0;

		if (!lower_abi(abi))
			continue;
		CHECK_INT(prepare(&set, NULL), 0);
		for (size_t i = 0; i < set.note_count; i++)
			warnings += set.notes[i].level == NONO_NOTE_WARNING;
		CHECK_INT((int)warnings, abi < 6);
		CHECK_INT((int)(set.note_count - warnings), (int)infos[abi]);
		nono_capset_done(&set);
		/* What is not asked for is not missed. */
		set = (struct nono_capset){.verbose = true, .signal_mode = NONO_SIGNAL_ALL, .ipc_mode = NONO_IPC_FULL};
		CHECK_INT(prepare(&set, NULL), 0);
		CHECK_INT((int)set.note_count, (int)infos[abi]);
		nono_capset_done(&set);
	}
}

static int op_read(const char *path)
{
	return result_of(open(path, O_RDONLY));
}

TEST(prepare_pipes_need_no_rule)
{
	struct nono_capset set = {.verbose = true};
	struct nono_error err = {0};
	char path[64];
	int fds[2];

	REQUIRE(pipe2(fds, O_CLOEXEC) == 0);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[0]);
	REQUIRE(add_grant(&set, path, NONO_RIGHTS_READ));
	CHECK_INT(prepare(&set, &err), 0);
	CHECK(set.note_count > 0 && strstr(set.notes[set.note_count - 1].text, path));
	CHECK_INT(try_in(&set, op_read, path), 0); /* needs no rule, indeed */
	/* Under any other name such an object was not expected, and is not passed over. */
	free(set.grants[0].written);
	set.grants[0].written = strdup("/home/user/pipe");
	CHECK_INT(prepare(&set, &err), -NONO_E_SYSTEM);
	CHECK(strstr(err.text, "/home/user/pipe"));
	nono_capset_done(&set);
}

TEST(prepare_ruleset_closes_on_exec)
{
	struct nono_capset set = {.verbose = true};
	struct nono_sandbox *sandbox = NULL;

	REQUIRE(nono_sandbox_prepare(&set, &sandbox, NULL) == 0);
	CHECK_INT(fcntl(sandbox->ruleset_fd, F_GETFD), FD_CLOEXEC);
	nono_sandbox_free(sandbox);
	nono_capset_done(&set);
}

/* The rest of what apply does. */

static int op_capabilities(const char *arg)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};
	uint32_t inside = arg ? KEPT_CAPS : 0;

	if (syscall(SYS_capget, &header, data) < 0)
		return errno;
	if ((data[0].permitted | data[0].effective) & ~inside || data[1].permitted || data[1].effective)
		return EPERM;
	return data[0].inheritable || data[1].inheritable || prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 0, 0, 0);
}

static int op_bounding(const char *arg)
{
	(void)arg;
	for (unsigned long cap = 0; cap < 64; cap++) {
		int there = prctl(PR_CAPBSET_READ, cap, 0, 0, 0);

		if (there > 0 && (cap > 31 || !(KEPT_CAPS & 1U << cap)))
			return EPERM;
	}
	return 0;
}

/* What is kept is good for something: a root's tools change owners and users. */
static int op_owner(const char *arg)
{
	(void)arg;
	return result_of(setgid(65534) < 0 ? -1 : setuid(65534));
}

static int op_no_new_privs(const char *arg)
{
	(void)arg;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 2 ? 0 : EPERM;
}

TEST(apply_locks_privileges)
{
	struct nono_capset set = {.verbose = true};

	CHECK_INT(try_in(NULL, op_no_new_privs, NULL), EPERM);
	CHECK_INT(try_in(&set, op_no_new_privs, NULL), 0);
	CHECK_INT(try_in(&set, op_capabilities, NULL), 0);
}

TEST_ROOT(apply_drops_capabilities)
{
	struct nono_capset set = {.verbose = true};

	CHECK_INT(try_in(NULL, op_capabilities, "root"), EPERM);
	CHECK_INT(try_in(NULL, op_bounding, NULL), EPERM);
	CHECK_INT(try_in(&set, op_capabilities, "root"), 0);
	CHECK_INT(try_in(&set, op_bounding, NULL), 0);
	CHECK_INT(try_in(&set, op_no_new_privs, NULL), 0);
	CHECK_INT(try_in(&set, op_owner, NULL), 0);
}

/* Who lacks SETPCAP cannot shrink the bounding set, and is not kept from running. */
TEST_ROOT(apply_with_few_capabilities)
{
	struct nono_capset set = {.verbose = true};
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{.permitted = 1U << CAP_NET_RAW, .effective = 1U << CAP_NET_RAW}};

	REQUIRE(syscall(SYS_capset, &header, data) == 0);
	CHECK_INT(try_in(NULL, op_capabilities, NULL), EPERM);
	CHECK_INT(try_in(&set, op_capabilities, NULL), 0);
}

TEST(apply_reports_the_stage)
{
	struct nono_sandbox broken = {.ruleset_fd = -1, .filter = &nono_seccomp_no_truncate};
	struct nono_stage_report report = {0};

	CHECK_INT(nono_sandbox_apply_child(&broken, &report), -1);
	CHECK_INT(report.stage, NONO_STAGE_LANDLOCK);
	CHECK_INT(report.sys_errno, EBADF);
	CHECK_STR(nono_stage_text(NONO_STAGE_LANDLOCK), "apply the Landlock ruleset");
}
