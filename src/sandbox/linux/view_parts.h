/* view_parts.h - between the files that build a view.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_SANDBOX_LINUX_VIEW_PARTS_H
#define NONO_SANDBOX_LINUX_VIEW_PARTS_H

#include "sandbox/linux/view.h"

/** nono_view_add - one more cover; @path is copied. 0, -NONO_E_LIMIT, -NONO_E_NOMEM. */
int nono_view_add(struct nono_view *view, enum nono_cover_kind kind, const char *path, struct nono_error *err);

/**
 * nono_view_add_copies - the system's settings that ssh takes only from root or the user, as the user's.
 * In a namespace with one user root's files look like nobody's, and ssh refuses included settings of anybody else
 * (readconf.c of OpenSSH: "Bad owner or permissions"). 0 also where there are none; -NONO_E_NOMEM.
 */
int nono_view_add_copies(struct nono_view *view, struct nono_error *err);

#endif
