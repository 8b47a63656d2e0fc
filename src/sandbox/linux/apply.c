/* apply.c - confining the child for good, between fork and exec.  SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "sandbox/linux/backend.h"
#include "sandbox/linux/landlock.h"

/* In a user namespace of its own no capability is harmless: what covers denied files belongs to the user. */
static int caps_child(const struct nono_sandbox *sandbox)
{
	return nono_caps_drop_child(!sandbox->view || sandbox->view->kind == NONO_VIEW_ROOT);
}

static int no_new_privs_child(const struct nono_sandbox *sandbox)
{
	(void)sandbox;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static int landlock_child(const struct nono_sandbox *sandbox)
{
	return (int)syscall(LL_SYS_RESTRICT_SELF, sandbox->ruleset_fd, sandbox->restrict_flags);
}

static int seccomp_child(const struct nono_sandbox *sandbox)
{
	if (sandbox->no_truncate && nono_seccomp_load_child(sandbox->no_truncate) < 0)
		return -1;
	return nono_seccomp_load_child(sandbox->filter);
}

void nono_sandbox_attend_child(const struct nono_sandbox *sandbox)
{
	if (sandbox->view)
		sandbox->view->attended = true;
}

void nono_sandbox_reap(const struct nono_sandbox *sandbox)
{
	const struct nono_view *view = sandbox->view;

	if (!view || !view->keeper || !*view->keeper)
		return;
	while (waitpid(*view->keeper, NULL, __WALL) < 0 && errno == EINTR)
		;
}

int nono_sandbox_apply_child(const struct nono_sandbox *sandbox, struct nono_stage_report *report)
{
	/* The view first, while it may be made. Then in this order: Landlock wants no_new_privs, and without Landlock a
	 * capability could undo much of the rest. */
	static const struct {
		enum nono_stage stage;
		int (*apply)(const struct nono_sandbox *sandbox);
	} steps[] = {
		{NONO_STAGE_CAPABILITIES, caps_child},
		{NONO_STAGE_NO_NEW_PRIVS, no_new_privs_child},
		{NONO_STAGE_LANDLOCK, landlock_child},
		{NONO_STAGE_SECCOMP, seccomp_child},
	};

	if (sandbox->view && nono_view_enter_child(sandbox->view, report) < 0)
		return -1;
	for (size_t i = 0; i < NONO_ARRAY_SIZE(steps); i++) {
		if (steps[i].apply(sandbox) == 0)
			continue;
		report->stage = steps[i].stage;
		report->sys_errno = errno;
		return -1;
	}
	return 0;
}
