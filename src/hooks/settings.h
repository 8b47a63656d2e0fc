/* settings.h - an agent's settings file, read and replaced as a whole.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_HOOKS_SETTINGS_H
#define NONO_HOOKS_SETTINGS_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/error.h"
#include "hooks/app.h"

/*
 * What runs inside may write the directory, so the file is whatever it likes: a link, a pipe, somebody else's. It is
 * looked at without following links, read once, and replaced by rename if it is still the same.
 */
struct nono_settings {
	char *directory, *path; /* owned */
	int dir_fd;		/* -1: the directory is missing */
	bool exists;
	struct stat st;	     /* of the name itself */
	char *text;	     /* "{}\n" where there is no file; owned, NUL-terminated */
	const char *kept_by; /* NULL, or why nono must not write it, and what to do; static */
};

/**
 * nono_settings_read - read the settings of an app, through a link too.
 * @home: absolute. Returns 0 also where there are none; -NONO_E_POLICY (no regular file), -NONO_E_LIMIT,
 * -NONO_E_PARSE (a NUL byte), -NONO_E_SYSTEM, -NONO_E_NOMEM. @ret is then the caller's (nono_settings_done).
 */
int nono_settings_read(const char *home, const struct nono_hook_app *app, struct nono_settings *ret,
		       struct nono_error *err);

/**
 * nono_settings_write - replace the file, or make it (mode 0600, the directory 0700 where that is missing, too).
 * Mode and owner stay. Written beside it, flushed and renamed, so that every reader sees the old text or the new.
 * Returns 0 (then ->st is the new file's); -NONO_E_POLICY where ->kept_by forbids it; -NONO_E_BLOCKED where somebody
 * changed the file since it was read: read again; -NONO_E_SYSTEM, -NONO_E_NOMEM.
 */
int nono_settings_write(struct nono_settings *s, const char *text, struct nono_error *err);

/** nono_settings_unlink - remove the file. As nono_settings_write. */
int nono_settings_unlink(struct nono_settings *s, struct nono_error *err);

/** nono_settings_done - close and free, leaving it empty. NULL is fine; a zeroed one must have dir_fd -1 first. */
void nono_settings_done(struct nono_settings *s);

#endif
