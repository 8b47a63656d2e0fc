/* view_parts.h - between the files that build a view.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_SANDBOX_LINUX_VIEW_PARTS_H
#define NONO_SANDBOX_LINUX_VIEW_PARTS_H

#include "sandbox/linux/view.h"

/* What covers others, made when it is first needed and copied from then on. */
struct nono_masks {
	int dir_fd, file_fd;
};

#define NONO_MASKS_NONE ((struct nono_masks){-1, -1})

/* Raw system calls only; 0 or a descriptor, or -1 with errno. */

/** nono_view_open_child - a covered thing, by its canonical name: no part of it may be a link. O_PATH. */
int nono_view_open_child(const char *path);

/**
 * nono_view_cover_child - cover one thing.
 * @first: it must be there, and be the object that was planned for: somebody may just have moved it (ESTALE)
 */
int nono_view_cover_child(const struct nono_view *view, struct nono_masks *masks, const struct nono_cover *cover,
			  bool first);

/**
 * nono_view_keep_child - leave a process behind that covers again what somebody outside replaces by rename while the
 * calling process lives. It watches before this returns. Best effort: between the rename and the new cover there is a
 * window, see docs/guide/threat-model.md.
 */
int nono_view_keep_child(struct nono_view *view);

/** nono_view_add - one more cover; @path is copied. 0, -NONO_E_LIMIT, -NONO_E_NOMEM. */
int nono_view_add(struct nono_view *view, enum nono_cover_kind kind, const char *path, struct nono_error *err);

/**
 * nono_view_add_copies - the system's settings that ssh takes only from root or the user, as the user's.
 * In a namespace with one user root's files look like nobody's, and ssh refuses included settings of anybody else
 * (readconf.c of OpenSSH: "Bad owner or permissions"). 0 also where there are none; -NONO_E_NOMEM.
 */
int nono_view_add_copies(struct nono_view *view, struct nono_error *err);

#endif
