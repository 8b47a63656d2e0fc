/* error.c - the last error of each thread; strings; the version.  SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>

#include "api/api.h"
#include "base/buf.h"
#include "base/jsontext.h"
#include "base/quote.h"
#include "base/util.h"
#include "nono_config.h"

enum remedy { REMEDY_NONE, REMEDY_GRANT_PATH, REMEDY_CHECK_POLICY };

/* In memory that is there already, so that having none left can be said. */
static _Thread_local struct {
	bool failed;
	struct nono_error err;
	NonoDiagnosticCode diagnostic;
	enum remedy remedy;
	enum nono_access access;
	bool is_file;
	char path[PATH_MAX];
} last;

static const struct {
	NonoErrorCode code;
	NonoDiagnosticCode diagnostic;
} meanings[] = {
	{NONO_ERROR_CODE_ERR_PATH_NOT_FOUND, NONO_DIAGNOSTIC_CODE_CONFIGURATION_ERROR},
	{NONO_ERROR_CODE_ERR_EXPECTED_DIRECTORY, NONO_DIAGNOSTIC_CODE_CONFIGURATION_ERROR},
	{NONO_ERROR_CODE_ERR_EXPECTED_FILE, NONO_DIAGNOSTIC_CODE_CONFIGURATION_ERROR},
	{NONO_ERROR_CODE_ERR_PATH_CANONICALIZATION, NONO_DIAGNOSTIC_CODE_IO_ERROR},
	{NONO_ERROR_CODE_ERR_NO_CAPABILITIES, NONO_DIAGNOSTIC_CODE_CONFIGURATION_ERROR},
	{NONO_ERROR_CODE_ERR_UNSUPPORTED_PLATFORM, NONO_DIAGNOSTIC_CODE_UNSUPPORTED_PLATFORM_FEATURE},
	{NONO_ERROR_CODE_ERR_BLOCKED_COMMAND, NONO_DIAGNOSTIC_CODE_COMMAND_FAILED_LIKELY_SANDBOX},
	{NONO_ERROR_CODE_ERR_CONFIG_PARSE, NONO_DIAGNOSTIC_CODE_CONFIGURATION_ERROR},
	{NONO_ERROR_CODE_ERR_PROFILE_PARSE, NONO_DIAGNOSTIC_CODE_CONFIGURATION_ERROR},
	{NONO_ERROR_CODE_ERR_IO, NONO_DIAGNOSTIC_CODE_IO_ERROR},
	{NONO_ERROR_CODE_ERR_INVALID_ARG, NONO_DIAGNOSTIC_CODE_CONFIGURATION_ERROR},
};

/* The code for an error from inside, where the caller knows none that says more. */
static const NonoErrorCode codes[] = {
	[NONO_E_NONE] = NONO_ERROR_CODE_ERR_UNKNOWN,
	[NONO_E_SYSTEM] = NONO_ERROR_CODE_ERR_IO,
	[NONO_E_NOMEM] = NONO_ERROR_CODE_ERR_UNKNOWN,
	[NONO_E_LIMIT] = NONO_ERROR_CODE_ERR_INVALID_ARG,
	[NONO_E_PARSE] = NONO_ERROR_CODE_ERR_CONFIG_PARSE,
	[NONO_E_POLICY] = NONO_ERROR_CODE_ERR_CONFIG_PARSE,
	[NONO_E_NOTFOUND] = NONO_ERROR_CODE_ERR_PATH_NOT_FOUND,
	[NONO_E_USAGE] = NONO_ERROR_CODE_ERR_INVALID_ARG,
	[NONO_E_UNSUPPORTED] = NONO_ERROR_CODE_ERR_UNSUPPORTED_PLATFORM,
	[NONO_E_BLOCKED] = NONO_ERROR_CODE_ERR_BLOCKED_COMMAND,
};

static NonoErrorCode set_last(NonoErrorCode code)
{
	last.failed = true;
	last.remedy = REMEDY_NONE;
	last.diagnostic = NONO_DIAGNOSTIC_CODE_OTHER;
	for (size_t i = 0; i < NONO_ARRAY_SIZE(meanings); i++)
		if (meanings[i].code == code)
			last.diagnostic = meanings[i].diagnostic;
	return code;
}

NonoErrorCode nono_api_fail(NonoErrorCode code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(last.err.text, sizeof(last.err.text), fmt, ap);
	va_end(ap);
	return set_last(code);
}

NonoErrorCode nono_api_fail_as(NonoErrorCode code, const struct nono_error *err)
{
	last.err = *err;
	return set_last(err->code == NONO_E_NOMEM ? codes[NONO_E_NOMEM] : code);
}

NonoErrorCode nono_api_fail_error(const struct nono_error *err)
{
	NonoErrorCode code = nono_api_fail_as(codes[err->code], err);

	if (err->code == NONO_E_POLICY || err->code == NONO_E_BLOCKED)
		nono_api_suggest_policy();
	return code;
}

NonoErrorCode nono_api_nomem(void)
{
	(void)nono_nomem(&last.err);
	return set_last(codes[NONO_E_NOMEM]);
}

NonoErrorCode nono_api_null(const char *name)
{
	return nono_api_fail(NONO_ERROR_CODE_ERR_INVALID_ARG, "%s is NULL", name);
}

void nono_api_diagnose(NonoDiagnosticCode code)
{
	last.diagnostic = code;
}

void nono_api_suggest_path(const char *path, enum nono_access access, bool is_file)
{
	if (strlen(path) >= sizeof(last.path))
		return;
	memcpy(last.path, path, strlen(path) + 1);
	last.access = access;
	last.is_file = is_file;
	last.remedy = REMEDY_GRANT_PATH;
}

void nono_api_suggest_policy(void)
{
	last.remedy = REMEDY_CHECK_POLICY;
}

/* ---- the calls ---- */

/* A text may hold what came from a file's name, and may have been cut within a character: it is made printable. */
char *nono_last_error(void)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};

	if (!last.failed)
		return NULL;
	nono_quote_text(&out, last.err.text);
	return nono_buf_take(&out);
}

void nono_clear_error(void)
{
	last.failed = false;
}

NonoDiagnosticCode nono_last_diagnostic_code(void)
{
	return last.failed ? last.diagnostic : NONO_DIAGNOSTIC_CODE_OTHER;
}

char *nono_last_remediation_json(void)
{
	static const char *const words[] = {"Read", "Read", "Write", "ReadWrite"};
	_cleanup_(nono_buf_done) struct nono_buf out = {0};

	if (!last.failed || last.remedy == REMEDY_NONE)
		return NULL;
	if (last.remedy == REMEDY_CHECK_POLICY)
		return strdup("{\"kind\":\"check_policy\"}");
	nono_buf_puts(&out, "{\"kind\":\"grant_path\"");
	nono_json_member(&out, "path", last.path);
	nono_json_member(&out, "access", words[last.access & NONO_ACCESS_READWRITE]);
	nono_buf_puts(&out, last.is_file ? ",\"is_file\":true}" : ",\"is_file\":false}");
	return nono_buf_take(&out);
}

void nono_string_free(char *s)
{
	free(s);
}

char *nono_version(void)
{
	return nono_api_copy(NONO_VERSION);
}
