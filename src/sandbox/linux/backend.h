/* backend.h - what the parts of the Linux back end share.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_SANDBOX_LINUX_BACKEND_H
#define NONO_SANDBOX_LINUX_BACKEND_H

#include <stdint.h>

#include "sandbox/linux/seccomp.h"
#include "sandbox/linux/view.h"
#include "sandbox/sandbox.h"

struct nono_sandbox {
	int ruleset_fd;			    /* owned, CLOEXEC */
	uint32_t restrict_flags;	    /* LL_RESTRICT_* */
	const struct nono_bpf *filter;	    /* static */
	const struct nono_bpf *no_truncate; /* static; NULL where Landlock knows truncation itself */
	struct nono_view *view;		    /* owned; NULL: the files as they are */
};

/**
 * nono_caps_drop_child - give up every capability, or every one but those that change nothing outside the granted
 * files. One system call for who has none. Returns 0, or -1 with errno.
 */
int nono_caps_drop_child(bool keep_harmless);

/** nono_caps_may_mount - does the calling process have CAP_SYS_ADMIN? */
bool nono_caps_may_mount(void);

/** nono_seccomp_load_child - load one program for good; needs no_new_privs. Returns 0, or -1 with errno. */
int nono_seccomp_load_child(const struct nono_bpf *program);

#endif
