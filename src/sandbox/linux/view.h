/* view.h - files seen with denied things covered.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_SANDBOX_LINUX_VIEW_H
#define NONO_SANDBOX_LINUX_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "policy/capset.h"
#include "sandbox/sandbox.h"

/*
 * A mount namespace in which each denied thing is covered by one that cannot be opened. Who may mount makes only that;
 * everybody else makes a user namespace too, in which only the own user and group exist. Landlock, applied afterwards,
 * refuses every change of mounts, so a view without Landlock protects nothing.
 */
enum nono_view_kind {
	NONO_VIEW_USER, /* user and mount namespace; every capability goes */
	NONO_VIEW_ROOT, /* mount namespace alone: ids and the harmless capabilities stay */
};

/* In the order in which they are put over one another. */
enum nono_cover_kind {
	NONO_COVER_PIN,	      /* on itself: it cannot be renamed any more */
	NONO_COVER_READ_ONLY, /* on itself, read-only */
	NONO_COVER_HIDE,      /* by what cannot be opened */
	NONO_COVER_COPIES,    /* of a directory, by copies of its files that belong to the user */
	NONO_COVER_HOLE,      /* what is granted below one of the above: itself again, on top */
};

struct nono_cover {
	char *path; /* canonical; owned */
	enum nono_cover_kind kind;
	bool read_only; /* HOLE: nothing grants writing there */
	dev_t dev;	/* HIDE, READ_ONLY: the object that was denied; 0, 0: whatever is there */
	ino_t ino;
};

/* A file that is shown as the user's own. */
struct nono_view_copy {
	char name[256];
	char *text; /* owned */
	size_t len;
};

/* A directory that the keeper watches. */
struct nono_view_watch {
	char *path; /* owned */
	int id;	    /* inotify's, in the keeper */
};

struct nono_view {
	enum nono_view_kind kind;
	uid_t uid;
	gid_t gid;
	struct nono_cover *covers; /* directories before what is below them */
	size_t len, room;
	struct nono_view_watch *watches; /* where covered things could be replaced by somebody outside */
	size_t watch_count, watch_room;
	bool attended;	/* the process that made the command waits for the keeper, too */
	pid_t *keeper;	/* shared with whoever is forked; 0 as long as there is none; owned; NULL: nothing to watch */
	dev_t null_dev; /* the null device, as the keeper knows it */
	ino_t null_ino;
	struct nono_view_copy *copies; /* shown by the cover of kind COPIES */
	size_t copy_count;
};

/**
 * nono_view_build - what has to be covered for a set.
 * @set: sealed and planned; borrowed. @ret: set on success only; NULL where nothing has to be; nono_view_free.
 * Returns 0, -NONO_E_SYSTEM, -NONO_E_LIMIT, -NONO_E_NOMEM.
 */
int nono_view_build(const struct nono_capset *set, struct nono_view **ret, struct nono_error *err);

/** nono_view_is_writable - can names be made and removed in a directory, as far as grants go? @dir: canonical. */
bool nono_view_is_writable(const struct nono_capset *set, const char *dir);

/** nono_view_free - free it. NULL is fine. */
void nono_view_free(struct nono_view *view);

/**
 * nono_view_enter_child - move the calling process into the view, for good. Raw system calls only.
 * A process is left beside it, the keeper, out of the command's reach: it ends with the command.
 * @report: filled on failure; ->item is the number of the cover, from 1, where it was one.
 * Returns 0, or -1: then the caller must leave. Sources: open_tree, move_mount, fsopen, fsmount (Linux 5.2),
 * mount_setattr (5.12), idmapped tmpfs (6.3).
 */
int nono_view_enter_child(struct nono_view *view, struct nono_stage_report *report);

/**
 * nono_view_spaces_child - only the namespaces, mapped and cut off from the outside; @flags: more of them. 0 or -1.
 * Raw system calls only. Source: user_namespaces(7).
 */
int nono_view_spaces_child(const struct nono_view *view, int flags);

/** nono_view_init - a view of the kind that this process can make, without covers. */
void nono_view_init(struct nono_view *view);

/* What a trial in a child of its own found. */
struct nono_view_state {
	bool works;
	bool lists; /* but a denied directory can be listed: it is shown empty */
	struct nono_stage_report failed;
};

/** nono_view_probe - can this process make a view? Costs a process and its namespaces. */
void nono_view_probe(struct nono_view_state *ret);

#endif
