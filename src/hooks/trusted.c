/* trusted.c - a program that only its user or root can have put there.  SPDX-License-Identifier: Apache-2.0 */
#include "hooks/trusted.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/util.h"
#include "policy/explain.h"
#include "policy/path.h"

/* How far a walk has come. */
struct walk {
	const char *path; /* all of it, for messages */
	const struct nono_capset *set;
	const struct nono_fs *fs;
	int at;	    /* the directory, or at the end the file; owned */
	char *rest; /* what is still to go, relative to ->at; owned */
	unsigned int links;
	struct nono_error *err;
};

static void walk_done(struct walk *w)
{
	nono_closep(&w->at);
	free(w->rest);
}

static int refuse(const struct walk *w, int fd, const char *what)
{
	char link[32], real[PATH_MAX];
	ssize_t len;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, real, sizeof(real) - 1);
	real[len > 0 ? len : 0] = '\0';
	return nono_fail(w->err, NONO_E_POLICY, 0, "%s: %s %s", w->path, len > 0 ? real : "a directory on the way",
			 what);
}

static int fail(const struct walk *w)
{
	enum nono_error_code code = errno == ENOENT || errno == ENOTDIR ? NONO_E_NOTFOUND : NONO_E_SYSTEM;

	return nono_fail(w->err, code, errno, "%s", w->path);
}

static bool is_ours(const struct stat *st)
{
	return st->st_uid == 0 || st->st_uid == getuid();
}

/* The rights of the sandboxed command at an open object. */
static int rights_at(const struct walk *w, int fd, uint32_t *ret)
{
	char link[32], real[PATH_MAX];
	ssize_t len;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, real, sizeof(real) - 1);
	if (len < 0)
		return fail(w);
	real[len] = '\0';
	return nono_rights_at(w->set, w->fs, real, ret, w->err);
}

/* A directory in which a name is about to be looked up. */
static int check_directory(const struct walk *w)
{
	uint32_t rights = 0;
	struct stat st;
	int rc;

	if (fstat(w->at, &st) < 0)
		return fail(w);
	if (!is_ours(&st))
		return refuse(w, w->at, "belongs to another user");
	if ((st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX))
		return refuse(w, w->at, "can be changed by everybody: run chmod o-w on it");
	rc = rights_at(w, w->at, &rights);
	if (rc == 0 && rights & (NONO_RIGHTS_MAKE | NONO_RIGHTS_REMOVE))
		return refuse(w, w->at,
			      "can be changed by the command: keep programs that run outside of what is "
			      "granted for writing");
	return rc;
}

static int check_program(const struct walk *w, const struct stat *st)
{
	uint32_t rights = 0;
	int rc;

	if (!S_ISREG(st->st_mode))
		return refuse(w, w->at, "is not a regular file");
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return refuse(w, w->at, "can be changed by others: run chmod go-w on it");
	if (!(st->st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)))
		return refuse(w, w->at, "is not executable: run chmod u+x on it");
	/* Who can write it by another name is not known. Root's own are written by nobody else. */
	if (st->st_nlink > 1 && st->st_uid != 0)
		return refuse(w, w->at, "has other names (hard links)");
	rc = rights_at(w, w->at, &rights);
	if (rc == 0 && rights & (NONO_RIGHT_WRITE_FILE | NONO_RIGHT_TRUNCATE))
		return refuse(w, w->at,
			      "can be changed by the command: keep programs that run outside of what is "
			      "granted for writing");
	return rc;
}

/* Go on at the root, or stay, with the link's text before what is left. */
static int follow(struct walk *w, int link)
{
	char target[PATH_MAX];
	ssize_t len = readlinkat(link, "", target, sizeof(target) - 1);
	char *rest;

	if (len < 0)
		return fail(w);
	target[len] = '\0';
	if (++w->links > NONO_LINKS) {
		errno = ELOOP;
		return fail(w);
	}
	if (asprintf(&rest, "%s/%s", target, w->rest) < 0)
		return nono_nomem(w->err);
	free(w->rest);
	w->rest = rest;
	if (target[0] == '/') {
		nono_closep(&w->at);
		w->at = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	return w->at < 0 ? fail(w) : 0;
}

/* Take the next name off what is left; "" at the end. */
static int take_name(struct walk *w, char name[NAME_MAX + 1])
{
	size_t skip = strspn(w->rest, "/"), len = strcspn(w->rest + skip, "/");

	if (len > NAME_MAX) {
		errno = ENAMETOOLONG;
		return fail(w);
	}
	memcpy(name, w->rest + skip, len);
	name[len] = '\0';
	memmove(w->rest, w->rest + skip + len, strlen(w->rest + skip + len) + 1);
	return 0;
}

/* One name further. Returns 1 at the end of the path. */
static int step(struct walk *w)
{
	_cleanup_(nono_closep) int next = -1;
	char name[NAME_MAX + 1] = "";
	struct stat st;
	int rc = take_name(w, name);

	if (rc < 0 || !*name)
		return rc < 0 ? rc : 1;
	rc = check_directory(w);
	if (rc < 0)
		return rc;
	next = openat(w->at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (next < 0 || fstat(next, &st) < 0)
		return fail(w);
	/* In a directory like /tmp everybody can put a name. */
	if (!is_ours(&st))
		return refuse(w, next, "belongs to another user");
	if (S_ISLNK(st.st_mode))
		return follow(w, next);
	nono_closep(&w->at);
	w->at = TAKE_FD(next);
	return 0;
}

int nono_trusted_open(const char *path, const struct nono_capset *set, const struct nono_fs *fs, struct nono_error *err)
{
	_cleanup_(walk_done) struct walk w = {.path = path, .set = set, .fs = fs, .at = -1, .err = err};
	struct stat st;
	int rc = 0;

	w.rest = strdup(path);
	if (!w.rest)
		return nono_nomem(err);
	w.at = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (w.at < 0)
		return fail(&w);
	while (rc == 0)
		rc = step(&w);
	if (rc > 0)
		rc = fstat(w.at, &st) < 0 ? fail(&w) : check_program(&w, &st);
	return rc < 0 ? rc : TAKE_FD(w.at);
}
