/* prepare.c - what a set needs of the kernel, before anybody is confined.  SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "base/util.h"
#include "sandbox/linux/backend.h"
#include "sandbox/linux/landlock.h"

int nono_sandbox_abi(void)
{
	int abi = nono_landlock_abi();

	return abi > 0 ? abi : 0;
}

static bool wants_ports(const struct nono_capset *set)
{
	return set->network.connect.len || set->network.bind.len;
}

static bool wants_same_sandbox(const struct nono_capset *set)
{
	return set->signal_mode == NONO_SIGNAL_SAME_SANDBOX;
}

/* What a policy may ask for and an older Landlock cannot hold: refused, never left out. */
static const struct {
	int abi;
	bool (*wanted)(const struct nono_capset *set);
	const char *text;
} needs[] = {
	{4, wants_ports, "restricting TCP ports needs Linux 6.7 or later (Landlock ABI 4)"},
	{6, wants_same_sandbox, "signal_mode 'allow_same_sandbox' needs Linux 6.12 or later (Landlock ABI 6)"},
};

/* What an older kernel does more strictly, or never promised. */
static const struct {
	int abi;
	const char *text;
} infos[] = {
	{2, "this kernel refuses to move or link files from one directory to another in a sandbox; "
	    "Linux 5.19 (Landlock ABI 2) and later can allow it where the policy does"},
	{3, "this kernel's Landlock does not know truncation; truncate(2) and openat2(2) are refused instead; "
	    "Linux 6.2 (Landlock ABI 3) and later allow them where the policy does"},
	{5, "this kernel does not restrict ioctl(2) on device files that may be opened; "
	    "Linux 6.10 (Landlock ABI 5) and later do"},
};

/* [signals wanted isolated][abstract sockets wanted isolated] */
static const char *const weak_scopes[2][2] = {
	{NULL, "connections to abstract unix sockets of other programs"},
	{"signals to other processes of the same user",
	 "signals to other processes of the same user and connections to abstract unix sockets of other programs"},
};

static int no_landlock(int sys_errno, struct nono_error *err)
{
	if (sys_errno == EOPNOTSUPP)
		return nono_fail(err, NONO_E_UNSUPPORTED, 0,
				 "Landlock (Linux 5.13 or later) is built into this kernel but not enabled: add "
				 "'landlock' to the lsm= boot parameter");
	return nono_fail(err, NONO_E_UNSUPPORTED, sys_errno,
			 "this system offers no Landlock: nono needs Linux 5.13 or later, built with "
			 "CONFIG_SECURITY_LANDLOCK and with 'landlock' in the lsm= boot parameter");
}

static int refuse_unmet(const struct nono_capset *set, int abi, struct nono_error *err)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(needs); i++) {
		if (abi < needs[i].abi && needs[i].wanted(set))
			return nono_fail(err, NONO_E_UNSUPPORTED, 0, "%s; this kernel has ABI %d", needs[i].text, abi);
	}
	return 0;
}

static int note_older(struct nono_capset *set, int abi, struct nono_error *err)
{
	const char *weak;
	int rc = 0;

	for (size_t i = 0; i < NONO_ARRAY_SIZE(infos) && rc == 0; i++) {
		if (abi < infos[i].abi)
			rc = nono_capset_note(set, NONO_NOTE_INFO, err, "%s", infos[i].text);
	}
	weak = weak_scopes[set->signal_mode != NONO_SIGNAL_ALL][set->ipc_mode != NONO_IPC_FULL];
	if (rc == 0 && abi < 6 && weak)
		rc = nono_capset_note(set, NONO_NOTE_WARNING, err,
				      "this kernel cannot refuse %s; Linux 6.12 (Landlock ABI 6) and later can", weak);
	return rc;
}

int nono_sandbox_prepare(struct nono_capset *set, struct nono_sandbox **ret, struct nono_error *err)
{
	_cleanup_(nono_closep) int fd = -1;
	struct nono_sandbox *sandbox;
	struct nono_view *view = NULL;
	int abi, rc;

	abi = nono_landlock_abi();
	if (abi < 1)
		return no_landlock(-abi, err);
	/* Nobody has planned for them: a run never starts with a rule that is not enforced. */
	rc = nono_capset_refuse_covered(set, NULL, NULL, err);
	if (rc == 0)
		rc = refuse_unmet(set, abi, err);
	if (rc == 0)
		rc = nono_landlock_build(set, abi, &fd, err);
	if (rc == 0)
		rc = note_older(set, abi, err);
	if (rc < 0)
		return rc;
	sandbox = calloc(1, sizeof(*sandbox));
	if (!sandbox)
		return nono_nomem(err);
	rc = nono_view_build(set, &view, err);
	if (rc < 0) {
		free(sandbox);
		return rc;
	}
	*sandbox = (struct nono_sandbox){
		.ruleset_fd = TAKE_FD(fd),
		/* A domain made inside must not be able to flood the system's audit log. */
		.restrict_flags = abi >= 7 ? LL_RESTRICT_LOG_SUBDOMAINS_OFF : 0,
		.filter = nono_seccomp_select(set),
		.no_truncate = abi < 3 ? &nono_seccomp_no_truncate : NULL,
		.view = view,
	};
	*ret = sandbox;
	return 0;
}

void nono_sandbox_free(struct nono_sandbox *sandbox)
{
	if (!sandbox)
		return;
	nono_closep(&sandbox->ruleset_fd);
	nono_view_free(sandbox->view);
	free(sandbox);
}

const char *nono_sandbox_item_path(const struct nono_sandbox *sandbox, const struct nono_stage_report *report)
{
	const struct nono_view *view = sandbox->view;

	return view && report->item && report->item <= view->len ? view->covers[report->item - 1].path : NULL;
}
