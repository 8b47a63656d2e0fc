/* test_groups.c - the compiled-in groups and built-in profiles.  SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "policy/groups.h"
#include "policy/path.h"
#include "policy/profile.h"
#include "policy/rights.h"
#include "policy/vars.h"
#include "t.h"

#ifndef NONO_TEST_DATA
#define NONO_TEST_DATA "tests/data"
#endif

static const char *const base_order[] = {
	"deny_credentials",
	"deny_keychains_macos",
	"deny_keychains_linux",
	"deny_browser_data_macos",
	"deny_browser_data_linux",
	"deny_macos_private",
	"deny_shell_history",
	"deny_shell_configs",
	"system_read_macos",
	"system_read_linux_core",
	"system_write_macos",
	"system_write_linux",
	"user_tools",
	"homebrew_macos",
	"homebrew_linux",
	"dangerous_commands",
	"dangerous_commands_macos",
	"dangerous_commands_linux",
};

/* The first of them, and no others, are required. */
#define REQUIRED_COUNT 8

static const char *const profile_names[] = {
	"bun-dev",  "claude-code", "claude-no-kc",	"codex",    "default",
	"go-dev",   "java-dev",	   "linux-host-compat", "mise-dev", "node-dev",
	"openclaw", "opencode",	   "python-dev",	"rust-dev", "swival",
};

static size_t list_len(const char *const *list)
{
	size_t n = 0;

	while (list[n])
		n++;
	return n;
}

static bool list_has(const char *const *list, const char *word)
{
	for (; *list; list++)
		if (strcmp(*list, word) == 0)
			return true;
	return false;
}

static bool has_duplicates(const char *const *list)
{
	for (; *list; list++)
		if (list_has(list + 1, *list))
			return true;
	return false;
}

TEST(base_is_applied_in_order)
{
	size_t n = 0;

	for (size_t i = 0; i < nono_group_count; i++) {
		if (!nono_groups[i].base)
			continue;
		REQUIRE(n < NONO_ARRAY_SIZE(base_order));
		CHECK_STR(nono_groups[i].name, base_order[n]);
		n++;
	}
	CHECK_INT(n, NONO_ARRAY_SIZE(base_order));
}

TEST(required_groups)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(base_order); i++) {
		const struct nono_group *g = nono_group_find(base_order[i]);

		REQUIRE(g != NULL);
		CHECK_INT(g->required, i < REQUIRED_COUNT);
	}
	for (size_t i = 0; i < nono_group_count; i++)
		CHECK(!nono_groups[i].required || nono_groups[i].base);
}

TEST(group_table_is_complete)
{
	for (size_t i = 0; i < nono_group_count; i++) {
		const struct nono_group *g = &nono_groups[i];
		const char *const *lists[] = {g->allow_read,  g->allow_write,	g->allow_readwrite,
					      g->deny_access, g->deny_commands, g->symlink_pairs};
		size_t said = g->deny_unlink;

		CHECK(nono_group_find(g->name) == g);
		CHECK(g->description[0] != '\0');
		for (size_t j = 0; j < NONO_ARRAY_SIZE(lists); j++) {
			REQUIRE(lists[j] != NULL);
			CHECK(!has_duplicates(lists[j]));
			said += list_len(lists[j]);
		}
		CHECK(said > 0);
		CHECK_INT(list_len(g->symlink_pairs) % 2, 0);
	}
}

TEST(find_knows_own_names_only)
{
	CHECK(nono_group_find("git_config") != NULL);
	CHECK(nono_group_find("vscode") == NULL);
	CHECK(nono_group_find("") == NULL);
	CHECK(nono_group_find("git_confi") == NULL);
}

TEST(expand_gives_a_group_itself)
{
	const char *self[2] = {"x", "x"};
	const char *const *names = nono_group_expand("git_config", self);

	REQUIRE(names == self);
	CHECK_STR(names[0], "git_config");
	CHECK(names[1] == NULL);
	CHECK(nono_group_expand("no_such_group", self) == NULL);
}

TEST(expand_gives_the_groups_of_older_names)
{
	static const struct {
		const char *name;
		const char *groups[5];
	} known[] = {
		{"system_read_linux",
		 {"system_read_linux_core", "linux_runtime_state", "linux_sysfs_read", "linux_temp_read"}},
		{"vscode", {"vscode_macos", "vscode_linux"}},
		{"homebrew", {"homebrew_macos", "homebrew_linux"}},
	};

	CHECK_INT(nono_group_alias_count, NONO_ARRAY_SIZE(known));
	for (size_t i = 0; i < NONO_ARRAY_SIZE(known); i++) {
		const char *self[2];
		const char *const *names = nono_group_expand(known[i].name, self);

		REQUIRE(names != NULL);
		REQUIRE(list_len(names) == list_len(known[i].groups));
		for (size_t j = 0; names[j]; j++) {
			CHECK_STR(names[j], known[i].groups[j]);
			CHECK(nono_group_find(names[j]) != NULL);
		}
	}
}

TEST(nearest_group)
{
	CHECK_STR(nono_group_nearest("deny_credential"), "deny_credentials");
	CHECK_STR(nono_group_nearest("vscod"), "vscode");
	CHECK(nono_group_nearest("qqqqqqqqqq") == NULL);
}

TEST(unlink_protection_has_its_override)
{
	const struct nono_group *g = nono_group_find("unlink_protection");

	REQUIRE(g != NULL);
	CHECK(g->deny_unlink && g->deny_unlink_override_for_user_writable);
}

TEST(never_grant)
{
	static const char *const expected[] = {
		"/etc/shadow",
		"/etc/sudoers",
		"/etc/passwd",
		"/etc/master.passwd",
		"/etc/security",
		"/private/etc/shadow",
		"/private/etc/sudoers",
		"/private/etc/master.passwd",
		"/var/db/dslocal",
		"/boot",
		"/boot/grub",
		"/System/Library/LaunchDaemons",
		"/System/Library/LaunchAgents",
		"/Library/LaunchDaemons",
		"/Library/LaunchAgents",
		"~/.ssh/authorized_keys",
		"~/.ssh/id_rsa",
		"~/.ssh/id_ed25519",
		"~/.ssh/id_ecdsa",
		"~/.ssh/id_dsa",
		"~/.gnupg",
		"/proc/kcore",
		"/proc/kmem",
	};

	CHECK_INT(list_len(nono_never_grant), NONO_ARRAY_SIZE(expected));
	for (size_t i = 0; i < NONO_ARRAY_SIZE(expected); i++)
		CHECK(list_has(nono_never_grant, expected[i]));
}

/* ---- what earlier profiles rely on: tests/data/reference_paths.txt ---- */

struct floor_row {
	const char *group, *rule, *path;
};

static struct nono_vars test_vars(void)
{
	static char home[] = "HOME=/home/u";
	static char *environ_[] = {home, NULL};
	struct nono_vars vars = {0};
	struct nono_error err;

	REQUIRE(nono_vars_init(&vars, environ_, "/w", 1000, &err) == 0);
	return vars;
}

static bool within_one_of(const struct nono_vars *vars, const char *const *list, const char *path)
{
	for (; *list; list++) {
		_cleanup_(nono_freep) char *dir = NULL;
		struct nono_error err;

		REQUIRE(nono_vars_expand(vars, *list, &dir, &err) == 0);
		if (nono_path_is_within(path, dir))
			return true;
	}
	return false;
}

static bool grants(const struct nono_vars *vars, const struct nono_group *g, int access, const char *path)
{
	int covered = 0;

	if (within_one_of(vars, g->allow_read, path))
		covered |= NONO_ACCESS_READ;
	if (within_one_of(vars, g->allow_write, path))
		covered |= NONO_ACCESS_WRITE;
	if (within_one_of(vars, g->allow_readwrite, path))
		covered |= NONO_ACCESS_READWRITE;
	return (covered & access) == access;
}

static int access_of(const char *rule)
{
	static const char *const names[] = {"", "read", "write", "readwrite"};

	for (int i = NONO_ACCESS_READ; i <= NONO_ACCESS_READWRITE; i++)
		if (strcmp(names[i], rule) == 0)
			return i;
	return NONO_ACCESS_NONE;
}

/* Does this group, on its own system, say at least what the row says? */
static bool group_covers(const struct nono_vars *vars, const struct nono_group *g, const struct floor_row *row,
			 const char *path)
{
	if (strcmp(row->rule, "deny") == 0)
		return within_one_of(vars, g->deny_access, path);
	if (strcmp(row->rule, "command") == 0)
		return list_has(g->deny_commands, row->path);
	REQUIRE(access_of(row->rule) != NONO_ACCESS_NONE);
	return grants(vars, g, access_of(row->rule), path);
}

/* Grants may come from the base of the same system as well, which every profile has. */
static bool base_grants(const struct nono_vars *vars, enum nono_platform platform, int access, const char *path)
{
	for (size_t i = 0; i < nono_group_count; i++) {
		const struct nono_group *g = &nono_groups[i];

		if (g->base && (g->platform == NONO_PLATFORM_ANY || g->platform == platform) &&
		    grants(vars, g, access, path))
			return true;
	}
	return false;
}

static bool row_is_covered(const struct nono_vars *vars, const struct floor_row *row)
{
	/* On Linux /dev/fd is a link to /proc/self/fd, and what it leads to is what is granted. */
	const char *written = strcmp(row->path, "/dev/fd") == 0 ? "/proc/self/fd" : row->path;
	_cleanup_(nono_freep) char *path = NULL;
	const char *self[2];
	const char *const *names = nono_group_expand(row->group, self);
	struct nono_error err;

	REQUIRE(names != NULL);
	REQUIRE(nono_vars_expand(vars, written, &path, &err) == 0);
	for (; *names; names++) {
		const struct nono_group *g = nono_group_find(*names);

		REQUIRE(g != NULL);
		if (group_covers(vars, g, row, path) ||
		    (access_of(row->rule) && base_grants(vars, g->platform, access_of(row->rule), path)))
			return true;
	}
	return false;
}

static bool split_row(char *line, struct floor_row *ret)
{
	char *rest = line;

	line[strcspn(line, "\n")] = '\0';
	if (line[0] == '#' || line[0] == '\0')
		return false;
	ret->group = strsep(&rest, "\t");
	ret->rule = strsep(&rest, "\t");
	ret->path = rest;
	REQUIRE(ret->path != NULL);
	return true;
}

TEST(reference_paths_are_covered)
{
	FILE *f = fopen(NONO_TEST_DATA "/reference_paths.txt", "re");
	struct nono_vars vars = test_vars();
	char line[512];
	int rows = 0;

	REQUIRE(f != NULL);
	while (fgets(line, sizeof(line), f)) {
		struct floor_row row;
		bool covered;

		if (!split_row(line, &row))
			continue;
		rows++;
		covered = row_is_covered(&vars, &row);
		if (!covered)
			printf("# not covered: %s %s %s\n", row.group, row.rule, row.path);
		CHECK(covered);
	}
	CHECK(rows > 300);
	(void)fclose(f);
	nono_vars_done(&vars);
}

TEST(coverage_check_notices_a_hole)
{
	static const struct floor_row holes[] = {
		{"user_tools", "read", "~/.local/share"},    {"git_config", "readwrite", "~/.gitconfig"},
		{"deny_credentials", "deny", "~/.sshx"},     {"dangerous_commands", "command", "ls"},
		{"system_write_linux", "write", "/usr/bin"}, {"system_read_linux", "read", "/root"},
	};
	struct nono_vars vars = test_vars();

	for (size_t i = 0; i < NONO_ARRAY_SIZE(holes); i++)
		CHECK(!row_is_covered(&vars, &holes[i]));
	nono_vars_done(&vars);
}

/* ---- built-in profiles ---- */

static void free_json(json_t **json)
{
	json_decref(*json);
}

static json_t *parse_builtin(const struct nono_builtin_profile *p)
{
	json_error_t error;
	json_t *json = json_loadb(p->json, p->json_len, JSON_REJECT_DUPLICATES, &error);

	if (!json)
		printf("# %s: %s at %d\n", p->name, error.text, error.position);
	REQUIRE(json_is_object(json));
	return json;
}

static const char *string_at(const json_t *json, const char *section, const char *key)
{
	return json_string_value(json_object_get(json_object_get(json, section), key));
}

TEST(builtin_profiles_are_all_there)
{
	CHECK_INT(nono_builtin_profile_count, NONO_ARRAY_SIZE(profile_names));
	for (size_t i = 0; i < NONO_ARRAY_SIZE(profile_names) && i < nono_builtin_profile_count; i++)
		CHECK_STR(nono_builtin_profiles[i].name, profile_names[i]);
}

TEST(builtin_profiles_are_json_and_name_known_groups)
{
	for (size_t i = 0; i < nono_builtin_profile_count; i++) {
		const struct nono_builtin_profile *p = &nono_builtin_profiles[i];
		_cleanup_(free_json) json_t *json = parse_builtin(p);
		const json_t *include = json_object_get(json_object_get(json, "groups"), "include");
		size_t index;
		json_t *name;

		CHECK_INT(p->json_len, strlen(p->json));
		CHECK_STR(string_at(json, "meta", "name"), p->name);
		json_array_foreach (include, index, name) {
			const struct nono_group *g = nono_group_find(json_string_value(name));

			CHECK(g != NULL && !g->base);
		}
	}
}

/* The network is open in all of them, and the agents' access to the working directory is as documented. */
TEST(builtin_profiles_network_and_workdir)
{
	for (size_t i = 0; i < nono_builtin_profile_count; i++) {
		const struct nono_builtin_profile *p = &nono_builtin_profiles[i];
		_cleanup_(free_json) json_t *json = parse_builtin(p);
		const json_t *network = json_object_get(json, "network");
		const char *access = "readwrite";

		if (strcmp(p->name, "openclaw") == 0)
			access = "read";
		else if (strcmp(p->name, "default") == 0 || strcmp(p->name, "linux-host-compat") == 0)
			access = "none";
		CHECK(json_is_false(json_object_get(network, "block")));
		CHECK_INT(json_object_size(network), 1);
		CHECK_STR(string_at(json, "workdir", "access"), access);
	}
}

TEST(interactive_profiles)
{
	static const char *const interactive[] = {"claude-code", "claude-no-kc", "codex", "opencode", "swival", NULL};

	for (size_t i = 0; i < nono_builtin_profile_count; i++) {
		const struct nono_builtin_profile *p = &nono_builtin_profiles[i];
		_cleanup_(free_json) json_t *json = parse_builtin(p);

		CHECK_INT(json_is_true(json_object_get(json, "interactive")), list_has(interactive, p->name));
	}
}
