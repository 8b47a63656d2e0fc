/* fs.h - the file system as the policy sees it: the host's, or a table in tests.  SPDX-License-Identifier: Apache-2.0
 */
#ifndef NONO_POLICY_FS_H
#define NONO_POLICY_FS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* One object, reached by a path once and identified from then on by device and inode. */
struct nono_node {
	int fd; /* O_PATH descriptor, owned; -1 where the file system has none to give */
	uint64_t dev;
	uint64_t ino;
	uint32_t mode; /* st_mode */
	uint32_t nlink;
	char *real; /* canonical path, owned */
};

/** nono_node_done - close and free; leaves an empty node. A zeroed node must have fd -1 first. NULL is fine. */
void nono_node_done(struct nono_node *node);

struct nono_fs;

/* Called for each entry of a directory but . and ..; a negative return ends the walk and is handed on. */
typedef int (*nono_fs_entry_fn)(void *arg, const char *name, bool is_dir, struct nono_error *err);

/*
 * All paths are absolute. Failures are -NONO_E_NOTFOUND where the path leads nowhere (ENOENT, ENOTDIR, a dangling
 * link), -NONO_E_SYSTEM with errno for anything else (EACCES, ELOOP ...), -NONO_E_NOMEM.
 */
struct nono_fs {
	void *ctx;
	/* Follow links and open what is reached as O_PATH. */
	int (*open)(const struct nono_fs *fs, const char *path, struct nono_node *ret_node, struct nono_error *err);
	/* The same without a descriptor (ret_node->fd is -1); follows links only if @follow; ret_node->real is NULL. */
	int (*stat)(const struct nono_fs *fs, const char *path, bool follow, struct nono_node *ret_node,
		    struct nono_error *err);
	/* What a link says; -NONO_E_NOTFOUND where there is no link. NULL: this file system has none that lead nowhere.
	 */
	int (*readlink)(const struct nono_fs *fs, const char *path, char **ret, struct nono_error *err);
	/* Visit a directory's entries in no particular order. */
	int (*list)(const struct nono_fs *fs, const char *path, nono_fs_entry_fn fn, void *arg, struct nono_error *err);
	/*
	 * Read a whole file that only root or the caller can change: follow links, judge the descriptor reached
	 * (regular, owner root or caller, not writable by group or others). *ret_data is NUL-terminated, the caller's.
	 */
	int (*read)(const struct nono_fs *fs, const char *path, size_t max_bytes, char **ret_data, size_t *ret_len,
		    struct nono_error *err);
	/* Make a missing directory, parents too, mode 0700. NULL where nothing may be created (why, --dry-run). */
	int (*make_dir)(const struct nono_fs *fs, const char *path, struct nono_error *err);
	/* Make a missing file, mode 0600, with this text; one that is there is -NONO_E_SYSTEM, EEXIST. NULL as above.
	 */
	int (*make_file)(const struct nono_fs *fs, const char *path, const char *text, struct nono_error *err);
};

/** nono_fs_host - the real file system; static, read-only, thread-safe. Creates nothing: make_* are NULL. */
extern const struct nono_fs nono_fs_host;

/** nono_fs_host_making - the real file system, able to create what is missing. */
extern const struct nono_fs nono_fs_host_making;

#endif
