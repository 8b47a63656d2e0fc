/* settings.c - an agent's settings file, read and replaced as a whole.  SPDX-License-Identifier: Apache-2.0 */
#include "hooks/settings.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>

#include "base/io.h"
#include "base/util.h"
#include "policy/path.h"

#define EMPTY "{}\n"

void nono_settings_done(struct nono_settings *s)
{
	if (!s)
		return;
	nono_closep(&s->dir_fd);
	free(s->directory);
	free(s->path);
	free(s->text);
	*s = (struct nono_settings){.dir_fd = -1};
}

static const char *base_name(const struct nono_settings *s)
{
	return nono_path_base(s->path);
}

static int fail(const struct nono_settings *s, struct nono_error *err, const char *what)
{
	return nono_fail(err, NONO_E_SYSTEM, errno, "cannot %s %s", what, s->path);
}

static const char *why_kept(const struct stat *st)
{
	if (S_ISLNK(st->st_mode))
		return "is a link, so something else (Home-Manager, a dotfiles tool) keeps it: change it there";
	if (st->st_nlink > 1)
		return "has other names (hard links), so something else keeps it: change it there";
	if (!(st->st_mode & S_IWUSR))
		return "is read-only: run chmod u+w on it, or change it by hand";
	if (st->st_uid != geteuid() && geteuid() != 0)
		return "belongs to another user: have its owner change it";
	return NULL;
}

/* Read what the name leads to. */
static int read_text(struct nono_settings *s, struct nono_error *err)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (S_ISLNK(s->st.st_mode) ? 0 : O_NOFOLLOW);
	_cleanup_(nono_closep) int fd = openat(s->dir_fd, base_name(s), flags);
	struct stat st;
	ssize_t len;

	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(s, err, "read");
	if (!S_ISREG(st.st_mode))
		return nono_fail(err, NONO_E_POLICY, 0, "%s is not a regular file", s->path);
	if (st.st_size > NONO_SETTINGS_BYTES)
		return nono_fail(err, NONO_E_LIMIT, 0, "%s is larger than %d bytes", s->path, NONO_SETTINGS_BYTES);
	s->text = calloc(1, (size_t)st.st_size + 2);
	if (!s->text)
		return nono_nomem(err);
	len = nono_read_full(fd, s->text, (size_t)st.st_size + 1);
	if (len < 0)
		return fail(s, err, "read");
	if (len > st.st_size)
		return nono_fail(err, NONO_E_LIMIT, 0, "%s grew while it was read", s->path);
	if (strlen(s->text) != (size_t)len)
		return nono_fail(err, NONO_E_PARSE, 0, "%s has a NUL byte in it", s->path);
	return 0;
}

static int look(struct nono_settings *s, struct nono_error *err)
{
	s->dir_fd = open(s->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir_fd < 0)
		return errno == ENOENT ? 0 : nono_fail(err, NONO_E_SYSTEM, errno, "cannot open %s", s->directory);
	if (fstatat(s->dir_fd, base_name(s), &s->st, AT_SYMLINK_NOFOLLOW) == 0)
		s->exists = true;
	else if (errno != ENOENT)
		return fail(s, err, "look at");
	return 0;
}

int nono_settings_read(const char *home, const struct nono_hook_app *app, struct nono_settings *ret,
		       struct nono_error *err)
{
	_cleanup_(nono_settings_done) struct nono_settings s = {.dir_fd = -1};
	int rc;

	s.directory = nono_path_join(home, app->directory);
	s.path = s.directory ? nono_path_join(s.directory, app->settings) : NULL;
	if (!s.path)
		return nono_nomem(err);
	rc = look(&s, err);
	if (rc == 0 && s.exists) {
		s.kept_by = why_kept(&s.st);
		rc = read_text(&s, err);
	} else if (rc == 0) {
		s.text = strdup(EMPTY);
		rc = s.text ? 0 : nono_nomem(err);
	}
	if (rc < 0)
		return rc;
	*ret = s;
	s = (struct nono_settings){.dir_fd = -1};
	return 0;
}

/* ---- writing ---- */

static int check_writable(const struct nono_settings *s, struct nono_error *err)
{
	return s->kept_by ? nono_fail(err, NONO_E_POLICY, 0, "%s %s", s->path, s->kept_by) : 0;
}

static int make_directory(struct nono_settings *s, struct nono_error *err)
{
	if (s->dir_fd >= 0)
		return 0;
	if (mkdir(s->directory, 0700) < 0 && errno != EEXIST)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot make %s", s->directory);
	s->dir_fd = open(s->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return s->dir_fd < 0 ? nono_fail(err, NONO_E_SYSTEM, errno, "cannot open %s", s->directory) : 0;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* Is the name what it was when it was read? */
static int check_unchanged(const struct nono_settings *s, struct nono_error *err)
{
	struct stat now;
	bool exists = fstatat(s->dir_fd, base_name(s), &now, AT_SYMLINK_NOFOLLOW) == 0;

	if (!exists && errno != ENOENT)
		return fail(s, err, "look at");
	if (exists != s->exists || (exists && !same_file(&now, &s->st)))
		return nono_fail(err, NONO_E_BLOCKED, 0, "%s was changed by somebody else meanwhile", s->path);
	return 0;
}

/* Of a new file, those of its directory: root may be doing this for a user. */
static int keep_owner(const struct nono_settings *s, int fd, struct nono_error *err)
{
	struct stat made, like = s->st;

	if (fstat(fd, &made) < 0 || (!s->exists && fstat(s->dir_fd, &like) < 0))
		return fail(s, err, "look at");
	if (made.st_uid == like.st_uid && (made.st_gid == like.st_gid || !s->exists))
		return 0;
	return fchown(fd, like.st_uid, like.st_gid) < 0 ? fail(s, err, "keep the owner of") : 0;
}

static int fill(const struct nono_settings *s, int fd, const char *text, struct nono_error *err)
{
	int rc = keep_owner(s, fd, err);

	if (rc < 0)
		return rc;
	if (fchmod(fd, s->exists ? s->st.st_mode & 0777 : 0600) < 0 || nono_write_full(fd, text, strlen(text)) < 0 ||
	    fsync(fd) < 0)
		return fail(s, err, "write");
	return 0;
}

/* A new file must not take the place of one that came meanwhile. */
static int put_in_place(const struct nono_settings *s, const char *aside, struct nono_error *err)
{
	int rc = check_unchanged(s, err);

	if (rc < 0)
		return rc;
	if (s->exists)
		rc = renameat(s->dir_fd, aside, s->dir_fd, base_name(s));
	else
		rc = renameat2(s->dir_fd, aside, s->dir_fd, base_name(s), RENAME_NOREPLACE);
	if (rc < 0 && !s->exists && errno == EINVAL) /* a file system without that */
		rc = renameat(s->dir_fd, aside, s->dir_fd, base_name(s));
	if (rc < 0 && errno == EEXIST)
		return nono_fail(err, NONO_E_BLOCKED, 0, "%s was made by somebody else meanwhile", s->path);
	return rc < 0 ? fail(s, err, "replace") : 0;
}

static int write_aside(struct nono_settings *s, const char *aside, const char *text, struct nono_error *err)
{
	_cleanup_(nono_closep) int fd = openat(s->dir_fd, aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
					       0600);
	int rc;

	if (fd < 0)
		return fail(s, err, "write beside");
	rc = fill(s, fd, text, err);
	if (rc == 0)
		rc = put_in_place(s, aside, err);
	if (rc < 0) {
		(void)unlinkat(s->dir_fd, aside, 0);
		return rc;
	}
	(void)fsync(s->dir_fd);
	s->exists = true;
	return fstat(fd, &s->st) < 0 ? fail(s, err, "look at") : 0;
}

int nono_settings_write(struct nono_settings *s, const char *text, struct nono_error *err)
{
	_cleanup_(nono_freep) char *aside = NULL;
	unsigned int number;
	int rc = check_writable(s, err);

	if (rc == 0)
		rc = make_directory(s, err);
	if (rc < 0)
		return rc;
	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot get a random number");
	if (asprintf(&aside, ".%s.nono-%08x", base_name(s), number) < 0) {
		aside = NULL;
		return nono_nomem(err);
	}
	return write_aside(s, aside, text, err);
}

int nono_settings_unlink(struct nono_settings *s, struct nono_error *err)
{
	int rc = check_writable(s, err);

	if (rc == 0)
		rc = check_unchanged(s, err);
	if (rc < 0)
		return rc;
	if (unlinkat(s->dir_fd, base_name(s), 0) < 0)
		return fail(s, err, "remove");
	(void)fsync(s->dir_fd);
	s->exists = false;
	return 0;
}
