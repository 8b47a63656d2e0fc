/* error.c - what went wrong, on the caller's stack.  SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int nono_fail(struct nono_error *err, enum nono_error_code code, int sys_errno, const char *fmt, ...)
{
	int saved_errno = errno;
	va_list ap;
	size_t len;

	if (!err)
		return -(int)code;
	err->code = code;
	err->sys_errno = sys_errno;
	va_start(ap, fmt);
	(void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	len = strlen(err->text);
	if (sys_errno)
		(void)snprintf(err->text + len, sizeof(err->text) - len, ": %s", strerrordesc_np(sys_errno));
	errno = saved_errno;
	return -(int)code;
}

int nono_fail_in(struct nono_error *err, int rc, const char *fmt, ...)
{
	char context[NONO_ERROR_BYTES];
	size_t len, room;
	va_list ap;

	if (!err)
		return rc;
	va_start(ap, fmt);
	(void)vsnprintf(context, sizeof(context) - 2, fmt, ap);
	va_end(ap);
	len = strlen(context);
	memcpy(context + len, ": ", 3);
	len += 2;
	room = sizeof(err->text) - len;
	memmove(err->text + len, err->text, strnlen(err->text, room - 1) + 1);
	err->text[sizeof(err->text) - 1] = '\0';
	memcpy(err->text, context, len);
	return rc;
}

int nono_nomem(struct nono_error *err)
{
	return nono_fail(err, NONO_E_NOMEM, 0, "out of memory");
}
