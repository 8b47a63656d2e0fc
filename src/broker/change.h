/* change.h - names made, moved and removed for another process.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BROKER_CHANGE_H
#define NONO_BROKER_CHANGE_H

#include "broker/client.h"
#include "broker/map.h"
#include "broker/reply.h"

enum nono_change_kind {
	NONO_CHANGE_MKDIR,
	NONO_CHANGE_MKNOD,
	NONO_CHANGE_SYMLINK, /* @path: what it says; @path2: the link */
	NONO_CHANGE_LINK,
	NONO_CHANGE_UNLINK,
	NONO_CHANGE_RMDIR,
	NONO_CHANGE_RENAME,
	NONO_CHANGE_TRUNCATE,
};

/* One call, with the arguments in registers. */
struct nono_change {
	enum nono_change_kind kind;
	int dir_fd, dir2_fd;
	uint64_t path, path2; /* addresses */
	unsigned int flags;   /* LINK: AT_*; RENAME: RENAME_* */
	mode_t mode;	      /* MKDIR, MKNOD */
	int64_t length;	      /* TRUNCATE */
};

/**
 * nono_broker_change - what the call is to be answered.
 * @ret: NONO_REPLY_EMPTY before
 * The kernel goes on where no name in a directory without rule is touched. All else is done here, in the directories
 * that were found, where the grants allow it: by Landlock's own rules (EACCES for what may not be made or removed,
 * EXDEV for what would be allowed more than before), and never with a denied name or object, a level, or, but for mkdir
 * and rmdir, a name above a denied one. Thread-safe where threads do not share a umask (CLONE_FS).
 */
void nono_broker_change(const struct nono_map *map, struct nono_client *client, const struct nono_change *call,
			struct nono_reply *ret);

#endif
