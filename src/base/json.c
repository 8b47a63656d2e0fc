/* json.c - jansson, with every complaint at its place.  SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json_text.h"
#include "base/quote.h"
#include "base/util.h"

static json_malloc_t inner_malloc; /* jansson's, or what the program that uses this library gave it */
static _Thread_local bool lacked_memory;

static void *watched_malloc(size_t bytes)
{
	void *block = inner_malloc(bytes);

	lacked_memory |= !block;
	return block;
}

/* The same functions are found and set again by every thread. */
static void watch_memory(void)
{
	json_malloc_t alloc;
	json_free_t release;

	json_get_alloc_funcs(&alloc, &release);
	if (alloc != watched_malloc) {
		inner_malloc = alloc;
		json_set_alloc_funcs(watched_malloc, release);
	}
	lacked_memory = false;
}

bool nono_json_lacked_memory(void)
{
	return lacked_memory;
}

void nono_json_done(struct nono_json *doc)
{
	if (!doc)
		return;
	json_decref(doc->root);
	free(doc->plain);
	*doc = (struct nono_json){0};
}

const char *nono_json_type_name(const json_t *value)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "an object {}", [JSON_ARRAY] = "a list []", [JSON_STRING] = "a string",
		[JSON_INTEGER] = "a number",	[JSON_REAL] = "a fraction", [JSON_TRUE] = "true",
		[JSON_FALSE] = "false",		[JSON_NULL] = "null",
	};

	return names[json_typeof(value)];
}

/*
 * What jansson complains of, by its code and the beginning of its text, as a person needs to hear it. What is not here
 * is said in jansson's own words.
 */
static const struct {
	enum json_error_code code;
	const char *begins, *text;
} complaints[] = {
	{json_error_premature_end_of_input, "", "the text ends too early; a \", } or ] is missing"},
	{json_error_end_of_input_expected, "", "there is more text after the closing }"},
	{json_error_null_character, "", "\\u0000 is not allowed in a string"},
	{json_error_null_byte_in_key, "", "\\u0000 is not allowed in a key"},
	{json_error_duplicate_key, "", "the key is there twice; keep one"},
	{json_error_numeric_overflow, "", "the number is too large"},
	{json_error_invalid_syntax, "invalid token", "not a value; write true, false, null, a number or \"text\""},
	{json_error_invalid_syntax, "unexpected token", "a value is missing here"},
	{json_error_invalid_syntax, "string or '}'", "expected a key in double quotes, or }"},
	{json_error_invalid_syntax, "']' expected", "expected , or ]"},
	{json_error_invalid_syntax, "'}' expected", "expected , or }"},
	{json_error_invalid_syntax, "':' expected", "expected : after the key"},
	{json_error_invalid_syntax, "unexpected newline", "a string that does not end on its line; close it with \""},
	{json_error_invalid_syntax, "control character", "a control character in a string; write \\n, \\t or \\u00XX"},
};

static const char *syntax_text(const json_error_t *error)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(complaints); i++)
		if (complaints[i].code == json_error_code(error) && nono_has_prefix(error->text, complaints[i].begins))
			return complaints[i].text;
	return NULL;
}

/* jansson's words without the "near ..." at their end, which the place says better, and safe to print. */
static void jansson_text(struct nono_buf *out, const json_error_t *error)
{
	char text[JSON_ERROR_TEXT_LENGTH];
	char *near;

	(void)snprintf(text, sizeof(text), "%s", error->text);
	near = strstr(text, " near ");
	if (near)
		*near = '\0';
	nono_quote_text(out, text);
}

/* jansson's place is the end of the token that it stopped at. */
static int syntax_fail(const struct nono_json *doc, const json_error_t *error, struct nono_error *err)
{
	_cleanup_(nono_buf_done) struct nono_buf path = {0};
	_cleanup_(nono_buf_done) struct nono_buf words = {0};
	enum json_error_code code = json_error_code(error);
	const char *text = syntax_text(error);
	size_t offset = error->position > 0 ? (size_t)error->position : 0;
	bool with_path = code == json_error_duplicate_key;

	if (offset > doc->len)
		offset = doc->len;
	if (code == json_error_premature_end_of_input)
		offset = doc->len;
	else if (offset > 0)
		offset = nono_json_token_at(doc->plain, doc->len, offset - 1, &path);
	if (!text)
		jansson_text(&words, error);
	if (path.failed || words.failed || lacked_memory)
		return nono_nomem(err);
	return nono_json_fail_offset(doc->file, doc->text, offset, err, NONO_E_PARSE, "%s%s%s",
				     with_path && path.data ? path.data : "", with_path && path.data ? ": " : "",
				     text	  ? text
				     : words.data ? words.data
						  : "not JSON");
}

static bool is_blank(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!strchr(" \t\r\n", text[i]))
			return false;
	return true;
}

int nono_json_parse(const char *file, const char *text, size_t len, struct nono_json *ret, struct nono_error *err)
{
	_cleanup_(nono_json_done) struct nono_json doc = {.file = file, .text = text, .len = len};
	json_error_t error = {0};
	int rc;

	doc.plain = malloc(len + 1);
	if (!doc.plain)
		return nono_nomem(err);
	doc.plain[len] = '\0';
	rc = nono_jsonc_plain(file, text, len, doc.plain, err);
	if (rc < 0)
		return rc;
	if (is_blank(doc.plain, len))
		return nono_json_fail_offset(file, text, 0, err, NONO_E_PARSE, "the file is empty; write at least {}");
	watch_memory();
	doc.root = json_loadb(doc.plain, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (lacked_memory)
		return nono_nomem(err);
	if (!doc.root)
		return syntax_fail(&doc, &error, err);
	if (!json_is_object(doc.root))
		return nono_json_fail(&doc, NULL, NONO_JSON_AT_VALUE, err, NONO_E_PARSE,
				      "expected an object {}, found %s", nono_json_type_name(doc.root));
	*ret = TAKE(doc);
	return 0;
}

/* The key path of a chain, root first, shortened at its beginning where it is very long. */
static void path_text(const struct nono_json_at *at, struct nono_buf *out)
{
	const struct nono_json_at *steps[NONO_JSON_DEPTH + 1];
	size_t count = 0;

	for (; at && count < NONO_ARRAY_SIZE(steps); at = at->up)
		steps[count++] = at;
	while (count-- > 0) {
		if (steps[count]->key)
			nono_json_path_key(out, steps[count]->key);
		else
			nono_buf_printf(out, "[%zu]", steps[count]->index);
	}
}

int nono_json_fail(const struct nono_json *doc, const struct nono_json_at *at, enum nono_json_spot spot,
		   struct nono_error *err, enum nono_error_code code, const char *fmt, ...)
{
	_cleanup_(nono_buf_done) struct nono_buf path = {0};
	char message[NONO_ERROR_BYTES];
	const char *text;
	size_t offset;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	path_text(at, &path);
	offset = nono_json_locate(doc->plain, doc->len, at, spot);
	if (path.failed || lacked_memory)
		return nono_nomem(err);
	text = path.data ? path.data : "";
	return nono_json_fail_offset(doc->file, doc->text, offset, err, code, "%s%.*s%s%s",
				     path.len > NONO_JSON_PATH_BYTES ? "..." : "", NONO_JSON_PATH_BYTES,
				     path.len > NONO_JSON_PATH_BYTES ? text + path.len - NONO_JSON_PATH_BYTES : text,
				     path.len ? ": " : "", message);
}
