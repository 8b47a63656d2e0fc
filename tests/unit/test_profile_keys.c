/* test_profile_keys.c - the key table, and the checks of single texts.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/util.h"
#include "policy/profile.h"
#include "policy/profile_keys.h"
#include "t.h"

static bool has_row(const char *path)
{
	size_t count = 0;

	for (size_t i = 0; i < nono_key_count; i++)
		count += strcmp(nono_keys[i].path, path) == 0;
	return count == 1;
}

/* The section of a row must be a row that holds keys of its own. */
static bool section_is_there(const struct nono_key *k)
{
	char section[128];

	if (k->name_at == 0)
		return true;
	(void)snprintf(section, sizeof(section), "%.*s", k->name_at - 1, k->path);
	for (size_t i = 0; i < nono_key_count; i++) {
		const struct nono_key *s = &nono_keys[i];

		if (strcmp(s->path, section) == 0)
			return strcmp(k->path + k->name_at, "*") == 0
				       ? s->kind == NONO_KIND_MAP || s->kind == NONO_KIND_ITEMS
				       : s->kind == NONO_KIND_SECTION;
	}
	return false;
}

TEST(rows_are_sound)
{
	for (size_t i = 0; i < nono_key_count; i++) {
		const struct nono_key *k = &nono_keys[i];
		bool many = k->kind == NONO_KIND_MAP || k->kind == NONO_KIND_ITEMS, sound;
		bool hook = k->merge == NONO_MERGE_HOOKS || k->merge == NONO_MERGE_HOOK;
		bool not_kept = ((many || k->kind == NONO_KIND_SECTION) && !hook) || k->kind == NONO_KIND_ANY ||
				k->kind == NONO_KIND_INT;
		bool fills = k->kind == NONO_KIND_PORTS || k->kind == NONO_KIND_RANGES || k->kind == NONO_KIND_PAIRS ||
			     k->kind == NONO_KIND_BODY;

		sound = has_row(k->path) && section_is_there(k) && (k->kind == NONO_KIND_ENUM) == (k->words != NULL) &&
			!(not_kept && k->offset != NONO_KEY_NOT_KEPT) &&
			!(many && !nono_key_find(k->path, "*", NULL)) &&
			!(k->offset != NONO_KEY_NOT_KEPT && k->merge == NONO_MERGE_NONE) && k->kind < NONO_KINDS &&
			!((fills || hook) && k->offset == NONO_KEY_NOT_KEPT) &&
			(k->merge == NONO_MERGE_HOOKS) == (k->kind == NONO_KIND_MAP && hook);
		if (!sound)
			t_fail(__FILE__, __LINE__, "row %s", k->path);
	}
}

TEST(aliases_lead_to_rows)
{
	for (size_t i = 0; i < nono_key_alias_count; i++) {
		const struct nono_key_alias *a = &nono_key_aliases[i];

		if (!has_row(a->canonical) || has_row(a->path))
			t_fail(__FILE__, __LINE__, "alias %s", a->path);
	}
}

static bool reads_file(const char *path, char *room, size_t size)
{
	FILE *f = fopen(path, "re");
	size_t len;

	if (!f)
		return false;
	len = fread(room, 1, size - 1, f);
	room[len] = '\0';
	(void)fclose(f);
	return len < size - 1;
}

/* Every key and every older name stands in the format page, as `path`. */
TEST(keys_are_documented)
{
	static char page[128 * 1024];
	char word[160];

	REQUIRE(reads_file(t_data("../../docs/format/profile.md"), page, sizeof(page)));
	for (size_t i = 0; i < nono_key_count; i++) {
		(void)snprintf(word, sizeof(word), "`%s`", nono_keys[i].path);
		if (!strstr(page, word))
			t_fail(__FILE__, __LINE__, "%s is not in docs/format/profile.md", word);
	}
	for (size_t i = 0; i < nono_key_alias_count; i++) {
		(void)snprintf(word, sizeof(word), "| `%s` | `%s` |", nono_key_aliases[i].path,
			       nono_key_aliases[i].canonical);
		if (!strstr(page, word))
			t_fail(__FILE__, __LINE__, "%s is not in docs/format/profile.md", word);
	}
}

static void check_all(nono_key_check check, const char *const *texts, size_t count, bool good)
{
	for (size_t i = 0; i < count; i++)
		if ((check(texts[i]) == NULL) != good)
			t_fail(__FILE__, __LINE__, "%s: '%s'", good ? "refused" : "accepted", texts[i]);
}

TEST(credential_references)
{
	static const char *const good[] = {
		"api_key",
		"my key",
		"op://vault/item/field",
		"op://vault/item/section/field",
		"env://API_KEY",
		"bw://id",
		"bw://id/password",
		"apple-password://host/user",
		"apple-passwords://host/user",
		"keyring://service/account",
		"keyring://service/account?decode=go-keyring",
		"file:///etc/key",
	};
	static const char *const bad[] = {
		"",
		"op://vault/item",
		"op://vault//field",
		"op://a/b/c/d/e",
		"op://v/i/$(x)",
		"op://v/i/f?x",
		"env://",
		"env://LD_PRELOAD",
		"env://A-B",
		"bw://",
		"bw://a/b/c",
		"apple-password://host",
		"keyring://service",
		"keyring://service/account?decode=other",
		"keyring://s/?decode=go-keyring",
		"file://etc/key",
		"file:///",
		"file:///a/../b",
		"file:///a;b",
		"vault://a/b",
		"cmd://x",
	};

	check_all(nono_check_credential, good, NONO_ARRAY_SIZE(good), true);
	check_all(nono_check_credential, bad, NONO_ARRAY_SIZE(bad), false);
}

TEST(variables)
{
	static const char *const good[] = {"API_KEY", "a", "1A", "LDX", "PATHS"};
	static const char *const bad[] = {"",		"A-B",	   "LD_PRELOAD",   "ld_audit",	    "DYLD_X",
					  "PATH",	"HOME",	   "ENV",	   "bash_env",	    "IFS",
					  "PYTHONPATH", "GOFLAGS", "NODE_OPTIONS", "_JAVA_OPTIONS", "NONO_X",
					  "A B",	"SHELL"};
	static const char *const patterns[] = {"A", "A*", "*"};
	static const char *const not_patterns[] = {"", "*A", "A*B", "**", "A**"};

	check_all(nono_check_env_destination, good, NONO_ARRAY_SIZE(good), true);
	check_all(nono_check_env_destination, bad, NONO_ARRAY_SIZE(bad), false);
	check_all(nono_check_env_pattern, patterns, NONO_ARRAY_SIZE(patterns), true);
	check_all(nono_check_env_pattern, not_patterns, NONO_ARRAY_SIZE(not_patterns), false);
}

TEST(seatbelt_rules)
{
	static const char *const good[] = {
		"(allow sysctl-read)",
		"(allow sysctl-write (sysctl-name \"kern.grade_cputype\"))",
		"(allow file-read* (subpath \"/opt\"))",
		"(deny file-read* (subpath \"/\"))",
		"(deny file-write*)",
		"(allow mach-lookup (global-name \"a)b\"))",
		"(allow a)\n (allow b)",
		"(allow file-read* (literal \"/\"))",
		"(allow file-read-metadata)",
		"(allow file-read* (subpath \"/x\" \"/y\"))",
		"(allow file-read* (prefix \"/opt/\") (with no-log))",
		"(allow file-read* (require-all (subpath \"/x\") (require-not (subpath \"/x/y\"))))",
		"(deny file-read* (regex #\".*\"))",
		"(allow mach-lookup (global-name-regex #\".*\"))",
	};
	static const char *const bad[] = {
		"",
		"allow x",
		" (allow x)",
		"(allow x",
		"(allow x))",
		"(allow x) y",
		"(allow \"x)",
		"(allow file-read* (subpath \"/\"))",
		"(allow file-write*\n\t(subpath\n\"/\"))",
		"(allow file-read*)",
		"(allow file* (subpath \"//\"))",
		"(allow file-read* (subpath #\"/\"))",
		"(allow default)",
		"(deny x)(allow file-write* (subpath \"/.\"))",
		"(allow file-read* ; (subpath \"/x\")\n)",
		"(allow file-read* #| (subpath \"/x\") |# )",
		"(allow file-read* (require-any (subpath \"/\")))",
		"(allow file-read* (subpath \"/x\" \"/\"))",
		"(allow file-read* (prefix \"/\"))",
		"(allow file-read* (require-not (subpath \"/x\")))",
		"(allow file-read* (with no-log))",
		"(allow (with no-log) file-write-data)",
		"(allow file-read-data)",
	};

	check_all(nono_check_seatbelt, good, NONO_ARRAY_SIZE(good), true);
	check_all(nono_check_seatbelt, bad, NONO_ARRAY_SIZE(bad), false);
}

/* In #"", and, where it has no backslash, in "" as well. */
static void check_regex(const char *text, const char *complaint)
{
	for (int raw = strchr(text, '\\') != NULL; raw < 2; raw++) {
		char rule[8192];
		const char *problem;

		(void)snprintf(rule, sizeof(rule), "(allow file-read* (regex %s\"%s\"))", raw ? "#" : "", text);
		problem = nono_check_seatbelt(rule);
		if (complaint ? !problem || !strstr(problem, complaint) : problem != NULL)
			t_fail(__FILE__, __LINE__, "%s: '%s'", rule, problem ? problem : "accepted");
	}
}

/* A regular expression that meets every path opens every file, however it is written. */
TEST(seatbelt_regular_expressions)
{
	static const char *const everything[] = {
		"",
		".",
		".*",
		".+",
		"^.*$",
		"^.*",
		"/",
		"^/",
		"^/.*",
		"^/.+$",
		"(.*)",
		"^(/.*)?$",
		"(.|x)",
		"^(/|x).*",
		"x*",
		"x?",
		"x{0,3}",
		"()",
		"(x|)",
		"[/]",
		"[^x]",
		"[[:print:]]",
		"[a-z]",
		"^[/-z]+",
		"\\/",
		"\\.*",
		"\\S",
		"^\\W",
		"^/[^/]+/",
		"^(/[^/]+)+$",
		".*?",
		".+?$",
		"^.{2,}",
		"^/?.{1}",
		"((((.))))*",
		"(?:.*)",
		"^^.*$$",
		"x|^/|y",
		"^/(.*/)*[^/]*$",
		"[]/]",
	};
	static const char *const some[] = {
		"^/opt",       "^/opt/.*",
		"\\.git(/|$)", "^/private/var/folders/[^/]+/T/",
		"/\\.[^/]+$",  "^/dev/tty[0-9]*$",
		"^$",	       "x+",
		"x{1,}",       "^[^/]",
		"^/.?$",       "[[:cntrl:]]",
		"^/(a|b)/c",   "s$",
		"[]x]{2}",     "a{3}",
		"\\*",	       "^/x+?",
	};
	static const char *const unclear[] = {"(", ")", "[", "[[:x:]]", "x{", "(?=x)", "(.)\\1", "[a", "x{1"};
	char deep[100], slow[400] = "";
	size_t len = 0;

	for (size_t i = 0; i < NONO_ARRAY_SIZE(everything); i++)
		check_regex(everything[i], "it would open every file");
	for (size_t i = 0; i < NONO_ARRAY_SIZE(some); i++)
		check_regex(some[i], NULL);
	for (size_t i = 0; i < NONO_ARRAY_SIZE(unclear); i++)
		check_regex(unclear[i], "cannot be told; write a simpler one");
	/* In a string that is not raw, each backslash is written twice. */
	CHECK(nono_check_seatbelt("(allow file-read* (regex \"\\.\"))"));
	CHECK(nono_check_seatbelt("(allow file-read* (regex \"\\\\S\"))"));
	CHECK(!nono_check_seatbelt("(allow file-read* (regex \"\\\\.git/\"))"));
	CHECK(nono_check_seatbelt("(allow file-read* (regex #\"^/opt\" #\"^/\"))"));
	CHECK(nono_check_seatbelt("(allow file-read* (require-any (regex #\"^/\")))"));
	/* It takes no time, whatever is written. */
	memset(deep, '(', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	check_regex(deep, "cannot be told");
	for (size_t i = 0; i < 40; i++) /* 20 groups, one in another */
		len += (size_t)snprintf(slow + len, sizeof(slow) - len, i < 20 ? "(" : ".?){1,60}");
	check_regex(slow, "cannot be told");
}
