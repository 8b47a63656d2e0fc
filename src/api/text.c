/* text.c - arguments of calls: text and modes.  SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>

#include "api/api.h"
#include "base/buf.h"
#include "base/quote.h"
#include "base/util.h"
#include "policy/path.h"

/* What jansson's objects get for the C library's stdin (tools/mergelib.py): no stream equals it. */
extern const void *const nono_no_stdin;
const void *const nono_no_stdin = NULL;

NonoErrorCode nono_api_check_text(const char *name, const char *text)
{
	if (!text)
		return nono_api_null(name);
	if (!nono_utf8_valid(text))
		return nono_api_fail(NONO_ERROR_CODE_ERR_INVALID_ARG, "%s is not UTF-8", name);
	return NONO_ERROR_CODE_OK;
}

char *nono_api_copy(const char *text)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};
	char *copy;

	for (size_t room = strlen(text); room;) {
		size_t n = nono_utf8_decode(text, room, NULL);

		nono_buf_add(&out, n ? text : "\xef\xbf\xbd", n ? n : 3);
		text += n ? n : 1;
		room -= n ? n : 1;
	}
	copy = nono_buf_take(&out);
	if (!copy)
		(void)nono_api_nomem();
	return copy;
}

NonoErrorCode nono_api_absolute(const char *path, char **ret)
{
	_cleanup_(nono_freep) char *cwd = NULL;
	NonoErrorCode code = nono_api_check_text("the path", path);

	if (code != NONO_ERROR_CODE_OK)
		return code;
	if (!*path)
		return nono_api_fail(NONO_ERROR_CODE_ERR_PATH_NOT_FOUND, "an empty path names nothing");
	if (path[0] == '/') {
		*ret = nono_path_trim(path);
		return *ret ? NONO_ERROR_CODE_OK : nono_api_nomem();
	}
	cwd = getcwd(NULL, 0);
	if (!cwd)
		return nono_api_fail(NONO_ERROR_CODE_ERR_PATH_CANONICALIZATION,
				     "%s: the current directory, where it starts, is gone", path);
	*ret = nono_path_join(cwd, path);
	return *ret ? NONO_ERROR_CODE_OK : nono_api_nomem();
}

/* Where .. leads depends on links, so dropping it could name another place. */
static const char *path_problem(const char *path)
{
	if (path[0] != '/')
		return "not absolute; begin it with /";
	for (const char *s = path; *s; s += strcspn(s, "/")) {
		s += strspn(s, "/");
		if (strncmp(s, "..", 2) == 0 && (s[2] == '/' || !s[2]))
			return "has .. in it; write the path that it leads to";
	}
	return strnlen(path, PATH_MAX) < PATH_MAX ? NULL : "longer than 4095 bytes, which no path is";
}

int nono_api_plain_path(const char *path, char **ret, const char **ret_problem, struct nono_error *err)
{
	const char *problem = path_problem(path);
	char *plain, *end;

	if (problem) {
		*ret = NULL;
		*ret_problem = problem;
		return 0;
	}
	plain = end = malloc(strlen(path) + 2);
	if (!plain)
		return nono_nomem(err);
	while (*path) {
		size_t len;

		path += strspn(path, "/");
		len = strcspn(path, "/");
		if (len > 0 && !(len == 1 && *path == '.')) {
			*end++ = '/';
			memcpy(end, path, len);
			end += len;
		}
		path += len;
	}
	if (end == plain)
		*end++ = '/';
	*end = '\0';
	*ret = plain;
	return 0;
}

bool nono_api_access(uint32_t mode, enum nono_access *ret)
{
	static const enum nono_access accesses[] = {
		[NONO_ACCESS_MODE_READ] = NONO_ACCESS_READ,
		[NONO_ACCESS_MODE_WRITE] = NONO_ACCESS_WRITE,
		[NONO_ACCESS_MODE_READ_WRITE] = NONO_ACCESS_READWRITE,
	};

	if (mode >= NONO_ARRAY_SIZE(accesses)) {
		(void)nono_api_fail(NONO_ERROR_CODE_ERR_INVALID_ARG,
				    "access mode %u: there are 0 (read), 1 (write) and 2 (read and write)", mode);
		return false;
	}
	*ret = accesses[mode];
	return true;
}

uint32_t nono_api_mode(enum nono_access access)
{
	static const uint32_t modes[] = {
		[NONO_ACCESS_NONE] = NONO_ACCESS_MODE_INVALID,
		[NONO_ACCESS_READ] = NONO_ACCESS_MODE_READ,
		[NONO_ACCESS_WRITE] = NONO_ACCESS_MODE_WRITE,
		[NONO_ACCESS_READWRITE] = NONO_ACCESS_MODE_READ_WRITE,
	};

	return modes[access & NONO_ACCESS_READWRITE];
}
