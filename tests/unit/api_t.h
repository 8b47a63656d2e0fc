/* api_t.h - what the tests of the C library share.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_TESTS_UNIT_API_T_H
#define NONO_TESTS_UNIT_API_T_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nono.h"
#include "t.h"

#define OK NONO_ERROR_CODE_OK
#define INVALID NONO_ERROR_CODE_ERR_INVALID_ARG

/* A path below the test's own directory; four at a time. */
static inline const char *in_dir(const char *name)
{
	static char paths[4][4096];
	static unsigned int next;
	char *path = paths[next++ % 4];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", t_tmpdir(), name);
	return path;
}

static inline const char *make_dir(const char *name)
{
	const char *path = in_dir(name);

	REQUIRE(mkdir(path, 0700) == 0);
	return path;
}

static inline const char *make_file(const char *name, const char *text)
{
	const char *path = in_dir(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	REQUIRE(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	(void)close(fd);
	return path;
}

/* The last error, checked for a part of its text and forgotten. */
static inline void check_error(const char *part, const char *file, int line)
{
	char *text = nono_last_error();

	(void)t_check_has(text, part, file, line, "nono_last_error()");
	nono_string_free(text);
	nono_clear_error();
}
#define CHECK_ERROR(part) check_error(part, __FILE__, __LINE__)

/* A string of the library's, compared and freed. */
static inline void check_text(char *got, const char *want, const char *file, int line)
{
	(void)t_check_str(got, want, file, line, "text");
	nono_string_free(got);
}
#define CHECK_TEXT(got, want) check_text(got, want, __FILE__, __LINE__)

static inline int errno_of_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);
	int result = fd < 0 ? errno : 0;

	if (fd >= 0)
		(void)close(fd);
	return result;
}

#endif
