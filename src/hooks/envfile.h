/* envfile.h - variables that a session hook hands over.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_HOOKS_ENVFILE_H
#define NONO_HOOKS_ENVFILE_H

#include "base/strv.h"

/**
 * nono_envfile_parse - lines of NAME=value, nothing else: no blank line, no comment, no quotation marks to be taken
 * off.
 * @text, @len: need not be NUL-terminated
 * @ret:     NAME=value each, the last of a name; the caller's
 * @refused: names that would make programs load code, or are nono's own; left out of @ret; the caller's
 * Returns 0, -NONO_E_PARSE ("line N: ...", never with what the line says), -NONO_E_LIMIT, -NONO_E_NOMEM. Pure.
 */
int nono_envfile_parse(const char *text, size_t len, struct nono_strv *ret, struct nono_strv *refused,
		       struct nono_error *err);

#endif
