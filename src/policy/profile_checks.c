/* profile_checks.c - what single texts of a profile must look like.  SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "base/util.h"
#include "policy/profile.h"
#include "policy/profile_keys.h"

#define DIGITS "0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

static bool made_of(const char *text, const char *set)
{
	return *text && !text[strspn(text, set)];
}

bool nono_profile_name_ok(const char *name)
{
	size_t len = strlen(name);

	return len < NONO_NAME_BYTES && made_of(name, LETTERS DIGITS "-") && name[0] != '-' && name[len - 1] != '-';
}

static bool has_suffix(const char *text, const char *suffix)
{
	size_t len = strlen(text), suffix_len = strlen(suffix);

	return len >= suffix_len && strcmp(text + len - suffix_len, suffix) == 0;
}

bool nono_profile_is_reference(const char *text)
{
	const char *slash = strchr(text, '/');

	return slash && slash[1] && !strchr(slash + 1, '/') && !strchr(".~/", text[0]) && !has_suffix(text, ".json") &&
	       !has_suffix(text, ".jsonc");
}

const char *nono_check_base(const char *text)
{
	if (nono_profile_name_ok(text))
		return NULL;
	if (nono_profile_is_reference(text))
		return "packs are not available; put the profile among your own and write its name";
	return "not the name of a profile; write letters, digits and - only";
}

const char *nono_check_path(const char *text)
{
	return *text ? NULL : "an empty path; write one, such as $HOME/project";
}

const char *nono_check_group(const char *text)
{
	return *text ? NULL : "an empty name; write a group's, such as git_config";
}

const char *nono_check_command(const char *text)
{
	return *text ? NULL : "an empty name; write a command's, such as rm";
}

const char *nono_check_word(const char *text)
{
	return made_of(text, LETTERS DIGITS "_") ? NULL : "not a name of letters, digits and _";
}

const char *nono_check_dash_word(const char *text)
{
	return made_of(text, LETTERS DIGITS "_-") ? NULL : "not a name of letters, digits, _ and -";
}

/* A pattern that would match nothing would keep a variable that was meant to be held back, so it is refused. */
const char *nono_check_env_pattern(const char *text)
{
	const char *star = strchr(text, '*');

	if (!*text)
		return "an empty name; write a variable's, or PREFIX*";
	return star && star[1] ? "a * only stands at the end; write a variable's whole name, or PREFIX*" : NULL;
}

const char *nono_check_env_set(const char *text)
{
	if (!made_of(text, LETTERS DIGITS "_") || strchr(DIGITS, text[0]))
		return "not a variable's name; write letters, digits and _";
	if (strcmp(text, "PATH") == 0)
		return "PATH cannot be set here; it is the caller's";
	return nono_has_prefix(text, "NONO_") ? "NONO_ variables are nono's own; use another name" : NULL;
}

/* Variables that make a program load code or find other programs (compared without case). */
static const char *const loading_vars[] = {
	"BASH_ENV",
	"CDPATH",
	"DOTNET_STARTUP_HOOKS",
	"ENV",
	"GOFLAGS",
	"HOME",
	"IFS",
	"JAVA_TOOL_OPTIONS",
	"NODE_OPTIONS",
	"NODE_PATH",
	"PATH",
	"PERL5LIB",
	"PERL5OPT",
	"PROMPT_COMMAND",
	"PYTHONPATH",
	"PYTHONSTARTUP",
	"RUBYLIB",
	"RUBYOPT",
	"SHELL",
	"_JAVA_OPTIONS",
};
static const char *const loading_prefixes[] = {"LD_", "DYLD_", "BASH_FUNC_", "NONO_"};

static bool loads_code(const char *name)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(loading_vars); i++)
		if (strcasecmp(name, loading_vars[i]) == 0)
			return true;
	for (size_t i = 0; i < NONO_ARRAY_SIZE(loading_prefixes); i++)
		if (strncasecmp(name, loading_prefixes[i], strlen(loading_prefixes[i])) == 0)
			return true;
	return false;
}

/* "[Ll][Dd]_" */
static void any_case(struct nono_buf *out, const char *word)
{
	for (; *word; word++)
		if (strchr(LETTERS, *word))
			nono_buf_printf(out, "[%c%c]", *word & ~0x20, *word | 0x20);
		else
			nono_buf_add(out, word, 1);
}

void nono_loading_pattern(struct nono_buf *out)
{
	nono_buf_puts(out, "^(?!(?:");
	for (size_t i = 0; i < NONO_ARRAY_SIZE(loading_vars); i++) {
		nono_buf_puts(out, i ? "|" : "");
		any_case(out, loading_vars[i]);
	}
	nono_buf_puts(out, ")$");
	for (size_t i = 0; i < NONO_ARRAY_SIZE(loading_prefixes); i++) {
		nono_buf_puts(out, "|");
		any_case(out, loading_prefixes[i]);
	}
	nono_buf_puts(out, ")[A-Za-z0-9_]+$");
}

const char *nono_check_env_destination(const char *text)
{
	if (!made_of(text, LETTERS DIGITS "_"))
		return "not a variable's name; write letters, digits and _";
	return loads_code(text) ? "programs load code by this variable; use another one" : NULL;
}

/* Where a credential may be kept: parts after the scheme, and characters that they must not have. */
static const struct {
	const char *scheme;
	size_t least, most; /* parts between slashes */
	const char *banned;
	const char *problem;
} stores[] = {
	{"op://", 3, 4, ";|&$(){}<>!\\\"'`\r\n?#", "write op://VAULT/ITEM/FIELD"},
	{"bw://", 1, 2, ";|&$(){}<>!\\\"'`\r\n?#=", "write bw://ITEM or bw://ITEM/FIELD"},
	{"apple-password://", 2, 2, ";|&$(){}<>!\\\"'`\r\n?#", "write apple-password://SERVER/ACCOUNT"},
	{"apple-passwords://", 2, 2, ";|&$(){}<>!\\\"'`\r\n?#", "write apple-passwords://SERVER/ACCOUNT"},
	{"keyring://", 2, 2, ";|&$(){}<>!\\\"'`\r\n#?", "write keyring://SERVICE/ACCOUNT"},
};

#define REFERENCE_BYTES 1024

/* Parts between slashes, 0 where one of them is empty. */
static size_t count_parts(const char *text, size_t len)
{
	size_t count = 1, begin = 0;

	for (size_t i = 0; i <= len; i++) {
		if (i < len && text[i] != '/')
			continue;
		if (i == begin)
			return 0;
		count += i < len;
		begin = i + 1;
	}
	return count;
}

static const char *check_store(size_t i, const char *rest)
{
	static const char decode[] = "?decode=go-keyring";
	size_t len = strlen(rest), parts;

	if (strcmp(stores[i].scheme, "keyring://") == 0 && len > strlen(decode) &&
	    strcmp(rest + len - strlen(decode), decode) == 0)
		len -= strlen(decode);
	parts = count_parts(rest, len);
	if (parts < stores[i].least || parts > stores[i].most || strcspn(rest, stores[i].banned) < len)
		return stores[i].problem;
	return NULL;
}

static bool has_dotdot(const char *path)
{
	for (const char *s = path; (s = strstr(s, "..")); s++)
		if ((s == path || s[-1] == '/') && (s[2] == '/' || !s[2]))
			return true;
	return false;
}

static const char *check_file_reference(const char *path)
{
	if (path[0] != '/' || !path[1] || has_dotdot(path) || path[strcspn(path, "\r\n;`|$&><")])
		return "write file:///ABSOLUTE/PATH, without .. and special characters";
	return NULL;
}

const char *nono_check_credential(const char *text)
{
	if (!*text)
		return "an empty name; write the credential's";
	if (strlen(text) > REFERENCE_BYTES)
		return "longer than 1024 bytes";
	if (nono_has_prefix(text, "env://")) {
		const char *problem = nono_check_env_destination(text + strlen("env://"));

		return problem ? "write env://VARIABLE, and none that loads code" : NULL;
	}
	if (nono_has_prefix(text, "file://"))
		return check_file_reference(text + strlen("file://"));
	for (size_t i = 0; i < NONO_ARRAY_SIZE(stores); i++)
		if (nono_has_prefix(text, stores[i].scheme))
			return check_store(i, text + strlen(stores[i].scheme));
	if (strstr(text, "://"))
		return "an unknown store; write op://, bw://, keyring://, apple-password://, file://, env:// or a "
		       "plain name";
	return NULL;
}

const char *nono_check_script(const char *text)
{
	bool absolute = text[0] == '/' || text[0] == '$' || nono_has_prefix(text, "~/");

	return absolute ? NULL : "not an absolute path; begin it with /";
}
