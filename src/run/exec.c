/* exec.c - the file that a command's name stands for.  SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/quote.h"
#include "base/util.h"
#include "run/run.h"

#define DEFAULT_PATH "/bin:/usr/bin"

/* DIR/NAME, below @cwd where DIR is relative; always with a slash, so that execve does not search again. */
static char *join(const char *cwd, const char *dir, size_t dir_len, const char *name)
{
	_cleanup_(nono_buf_done) struct nono_buf b = {0};

	if (dir_len == 0 || dir[0] != '/') {
		nono_buf_puts(&b, cwd ? cwd : ".");
		nono_buf_puts(&b, "/");
	}
	if (dir_len > 0) {
		nono_buf_add(&b, dir, dir_len);
		if (dir[dir_len - 1] != '/')
			nono_buf_puts(&b, "/");
	}
	nono_buf_puts(&b, name);
	return nono_buf_take(&b);
}

/*
 * 0, or the errno that execve would give. A directory is passed over, as shells do, and so is what cannot be looked at:
 * a directory of somebody else's in PATH does not make a missing command a forbidden one.
 */
static int judge(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno == EACCES ? ENOENT : errno;
	if (!S_ISREG(st.st_mode))
		return ENOENT;
	return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0 ? errno : 0;
}

/* The errno values that say that there is nothing to run at a place; any other one says nothing, so it ends the search.
 */
static bool is_missing(int sys_errno)
{
	static const int missing[] = {ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG, ESTALE, ENODEV, ETIMEDOUT};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(missing); i++)
		if (missing[i] == sys_errno)
			return true;
	return false;
}

static int not_known(const char *path, int sys_errno, struct nono_error *err)
{
	_cleanup_(nono_buf_done) struct nono_buf shown = {0};

	nono_quote_text(&shown, path);
	if (shown.failed || !shown.data)
		return nono_nomem(err);
	return nono_fail(err, NONO_E_SYSTEM, sys_errno, "cannot look for the command at '%s'", shown.data);
}

static int not_found(const char *name, const char *path, struct nono_error *err)
{
	_cleanup_(nono_buf_done) struct nono_buf shown = {0}, where = {0};

	nono_quote_text(&shown, name);
	nono_quote_text(&where, path);
	if (shown.failed || where.failed || !shown.data)
		return nono_nomem(err);
	return nono_fail(err, NONO_E_NOTFOUND, 0, "'%s': command not found in PATH (%s)", shown.data,
			 where.data ? where.data : "empty");
}

static int not_executable(const char *refused, struct nono_error *err)
{
	_cleanup_(nono_buf_done) struct nono_buf shown = {0};

	nono_quote_text(&shown, refused);
	if (shown.failed || !shown.data)
		return nono_nomem(err);
	return nono_fail(err, NONO_E_SYSTEM, EACCES, "'%s' may not be executed, and PATH has no other of that name",
			 shown.data);
}

static int search(const char *name, const char *path, const char *cwd, char **ret_path, struct nono_error *err)
{
	_cleanup_(nono_freep) char *refused = NULL;
	const char *dir = path;

	for (;;) {
		size_t len = strcspn(dir, ":");
		_cleanup_(nono_freep) char *candidate = join(cwd, dir, len, name);
		int why;

		if (!candidate)
			return nono_nomem(err);
		why = judge(candidate);
		if (why == 0) {
			*ret_path = TAKE(candidate);
			return 0;
		}
		if (why != EACCES && !is_missing(why))
			return not_known(candidate, why, err);
		if (why == EACCES && !refused)
			refused = TAKE(candidate);
		if (dir[len] == '\0')
			break;
		dir += len + 1;
	}
	return refused ? not_executable(refused, err) : not_found(name, path, err);
}

int nono_run_find_program(const char *name, const char *path, const char *cwd, char **ret_path, struct nono_error *err)
{
	char *copy;

	if (!*name)
		return nono_fail(err, NONO_E_NOTFOUND, 0, "the command's name is empty");
	if (!strchr(name, '/'))
		return search(name, path ? path : DEFAULT_PATH, cwd, ret_path, err);
	copy = strdup(name);
	if (!copy)
		return nono_nomem(err);
	*ret_path = copy;
	return 0;
}
