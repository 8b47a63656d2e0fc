/* error.h - what went wrong, on the caller's stack.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BASE_ERROR_H
#define NONO_BASE_ERROR_H

#include <stdarg.h>

#include "base/limits.h"

enum nono_error_code {
	NONO_E_NONE,
	NONO_E_SYSTEM,	    /* a system call failed: sys_errno says how */
	NONO_E_NOMEM,	    /* out of memory */
	NONO_E_LIMIT,	    /* larger or deeper than base/limits.h allows */
	NONO_E_PARSE,	    /* text that does not follow its format */
	NONO_E_POLICY,	    /* a policy that cannot be accepted or enforced */
	NONO_E_NOTFOUND,    /* a named thing does not exist */
	NONO_E_USAGE,	    /* a command line that cannot be understood */
	NONO_E_UNSUPPORTED, /* this kernel or system cannot do it */
	NONO_E_BLOCKED,	    /* a command that the policy refuses to start */
};

struct nono_error {
	enum nono_error_code code;
	int sys_errno;		     /* 0 where no system call failed */
	char text[NONO_ERROR_BYTES]; /* outermost context first; always NUL-terminated */
};

/**
 * nono_fail - fill an error and return its code, negated.
 * @err:       filled in; may be NULL
 * @code:      what kind of failure
 * @sys_errno: errno of the failing call, or 0; its message is appended to the text
 * @fmt:       printf format of the text, without a trailing newline
 * Returns -@code. Allocates nothing, keeps errno. Thread-safe.
 */
int nono_fail(struct nono_error *err, enum nono_error_code code, int sys_errno, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/**
 * nono_fail_in - put "context: " in front of an error's text.
 * @err: an error that is filled in; may be NULL
 * @rc:  the negative code to hand on
 * @fmt: printf format of the context
 * Returns @rc. Allocates nothing. Thread-safe.
 */
int nono_fail_in(struct nono_error *err, int rc, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/** nono_nomem - the one error for an allocation that failed. Returns -NONO_E_NOMEM. @err may be NULL. */
int nono_nomem(struct nono_error *err);

#endif
