/* envfile.c - variables that a session hook hands over.  SPDX-License-Identifier: Apache-2.0 */
#include "hooks/envfile.h"

#include <string.h>

#include "base/util.h"
#include "policy/environment.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
#define DIGITS "0123456789"

/* Bytes of the name before the =; 0 where it is none. */
static size_t name_len(const char *line)
{
	size_t len = strspn(line, LETTERS DIGITS);

	return line[len] == '=' && !strchr(DIGITS, line[0]) ? len : 0;
}

static bool is_refused(const char *name, size_t len)
{
	return nono_environment_is_dangerous(name, len) || nono_has_prefix(name, "NONO_");
}

static int take_line(char *line, struct nono_strv *ret, struct nono_strv *refused, struct nono_error *err)
{
	size_t len = name_len(line);

	line[len] = '\0';
	if (is_refused(line, len))
		return nono_strv_add_new(refused, line, err);
	return nono_environment_set(ret, line, line + len + 1, err);
}

static int parse(char *text, struct nono_strv *ret, struct nono_strv *refused, struct nono_error *err)
{
	int rc = 0;

	for (int number = 1; *text && rc == 0; number++) {
		char *end = strchrnul(text, '\n'), *next = *end ? end + 1 : end;

		*end = '\0';
		if (number > NONO_ENV_FILE_LINES)
			return nono_fail(err, NONO_E_LIMIT, 0, "more than %d lines", NONO_ENV_FILE_LINES);
		if (name_len(text) == 0)
			return nono_fail(err, NONO_E_PARSE, 0, "line %d: write NAME=value, and nothing else", number);
		rc = take_line(text, ret, refused, err);
		text = next;
	}
	return rc;
}

int nono_envfile_parse(const char *text, size_t len, struct nono_strv *ret, struct nono_strv *refused,
		       struct nono_error *err)
{
	_cleanup_(nono_strv_done) struct nono_strv set = {0}, left_out = {0};
	_cleanup_(nono_freep) char *copy = strndup(text, len);
	int rc;

	if (!copy)
		return nono_nomem(err);
	if (len > NONO_ENV_FILE_BYTES)
		return nono_fail(err, NONO_E_LIMIT, 0, "larger than %d bytes", NONO_ENV_FILE_BYTES);
	if (strlen(copy) != len)
		return nono_fail(err, NONO_E_PARSE, 0, "a NUL byte");
	rc = parse(copy, &set, &left_out, err);
	if (rc < 0)
		return rc;
	*ret = TAKE(set);
	*refused = TAKE(left_out);
	return 0;
}
