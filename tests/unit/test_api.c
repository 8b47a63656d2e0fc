/* test_api.c - the C library: sets, questions, errors, threads.  SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>

#include "api_t.h"

static bool is_denied(NonoQueryContext *ctx, const char *path, uint32_t mode)
{
	NonoQueryResult r = {0};

	CHECK_INT(nono_query_context_query_path(ctx, path, mode, &r), OK);
	nono_string_free(r.granted_path);
	nono_string_free(r.access);
	nono_string_free(r.granted);
	nono_string_free(r.requested);
	return r.status == NONO_QUERY_STATUS_DENIED;
}

TEST(values_that_bindings_know)
{
	CHECK_INT(NONO_ERROR_CODE_ERR_UNKNOWN, -99);
	CHECK_INT(NONO_ERROR_CODE_ERR_TRUST_VERIFICATION, -13);
	CHECK_INT(NONO_DIAGNOSTIC_CODE_OTHER, 99);
	CHECK_INT(NONO_DIAGNOSTIC_CODE_CANCELLED, 14);
	CHECK_INT(NONO_CAPABILITY_SOURCE_TAG_PROFILE, 3);
	CHECK_INT(NONO_QUERY_REASON_NETWORK_BLOCKED, 4);
	CHECK(NONO_ACCESS_MODE_INVALID == UINT32_MAX);
	CHECK_INT(sizeof(NonoQueryResult), 2 * sizeof(int) + 4 * sizeof(char *));
	CHECK_INT(sizeof(NonoSupportInfo), 3 * sizeof(char *));
}

TEST(nothing_is_fine_to_free)
{
	nono_string_free(NULL);
	nono_capability_set_free(NULL);
	nono_query_context_free(NULL);
	nono_sandbox_state_free(NULL);
	nono_explanation_clear(NULL);
	CHECK(!nono_last_error());
	CHECK_INT(nono_last_diagnostic_code(), NONO_DIAGNOSTIC_CODE_OTHER);
	CHECK(!nono_last_remediation_json());
}

/* Each of these gets NULL where something is needed; each must say so, and none may crash. */
TEST(null_sets)
{
	char *s;

#define GIVES(call, value)                \
	do {                              \
		nono_clear_error();       \
		CHECK((call) == (value)); \
		CHECK_ERROR("is NULL");   \
	} while (0)
	GIVES(nono_capability_set_allow_path(NULL, "/", 0), INVALID);
	GIVES(nono_capability_set_allow_file(NULL, "/", 0), INVALID);
	GIVES(nono_capability_set_set_network_blocked(NULL, true), INVALID);
	GIVES(nono_capability_set_set_network_mode(NULL, 0), INVALID);
	GIVES(nono_capability_set_network_mode(NULL), NONO_NETWORK_MODE_BLOCKED);
	GIVES(nono_capability_set_set_proxy_port(NULL, 1), INVALID);
	GIVES(nono_capability_set_proxy_port(NULL), 0);
	GIVES(nono_capability_set_allow_command(NULL, "x"), INVALID);
	GIVES(nono_capability_set_block_command(NULL, "x"), INVALID);
	GIVES(nono_capability_set_add_platform_rule(NULL, "(allow x)"), INVALID);
	GIVES(nono_capability_set_path_covered(NULL, "/"), false);
	GIVES(nono_capability_set_is_network_blocked(NULL), false);
	GIVES((s = nono_capability_set_summary(NULL)), NULL);
	GIVES((s = nono_capability_set_notes(NULL)), NULL);
	GIVES(nono_capability_set_fs_count(NULL), 0);
	GIVES((s = nono_capability_set_fs_original(NULL, 0)), NULL);
	GIVES((s = nono_capability_set_fs_resolved(NULL, 0)), NULL);
	GIVES(nono_capability_set_fs_access(NULL, 0), NONO_ACCESS_MODE_INVALID);
	GIVES(nono_capability_set_fs_is_file(NULL, 0), false);
	GIVES(nono_capability_set_fs_source_tag(NULL, 0), NONO_CAPABILITY_SOURCE_TAG_USER);
	GIVES((s = nono_capability_set_fs_source_group_name(NULL, 0)), NULL);
	GIVES(nono_query_context_new(NULL), NULL);
	GIVES(nono_query_context_query_path(NULL, "/", 0, &(NonoQueryResult){0}), INVALID);
	GIVES(nono_query_context_query_network(NULL, &(NonoQueryResult){0}), INVALID);
	GIVES(nono_sandbox_apply(NULL), INVALID);
	GIVES(nono_sandbox_state_from_caps(NULL), NULL);
	GIVES((s = nono_sandbox_state_to_json(NULL)), NULL);
	GIVES(nono_sandbox_state_from_json(NULL), NULL);
	GIVES(nono_sandbox_state_to_caps(NULL), NULL);
	GIVES((s = nono_merge_diagnostic_report_json(NULL, NULL)), NULL);
	GIVES(nono_profile_load_caps(NULL, NULL, &(NonoCapabilitySet *){NULL}), INVALID);
	GIVES(nono_profile_load_caps(NULL, &(NonoProfileOptions)NONO_PROFILE_OPTIONS_INIT, NULL), INVALID);
	GIVES(nono_explain_path(NULL, "/", 0, &(NonoExplanation){0}), INVALID);
	GIVES(nono_run_command(NULL, (const char *[]){"x", NULL}, NULL, &(NonoRunResult){0}), INVALID);
	GIVES(nono_run_command_controlled(NULL, (const char *[]){"x", NULL}, NULL, NULL, &(NonoRunResult){0}, NULL),
	      INVALID);
#undef GIVES
	nono_clear_error();
	nono_capability_set_deduplicate(NULL);
	CHECK_ERROR("caps is NULL");
}

TEST(other_nulls)
{
	NonoCapabilitySet *caps = nono_capability_set_new();
	NonoQueryContext *ctx = nono_query_context_new(caps);

	CHECK_INT(nono_capability_set_allow_path(caps, NULL, 0), INVALID);
	CHECK_INT(nono_capability_set_allow_file(caps, NULL, 0), INVALID);
	CHECK_INT(nono_capability_set_allow_command(caps, NULL), INVALID);
	CHECK_INT(nono_capability_set_block_command(caps, NULL), INVALID);
	CHECK_INT(nono_capability_set_add_platform_rule(caps, NULL), INVALID);
	CHECK(!nono_capability_set_path_covered(caps, NULL));
	CHECK_INT(nono_query_context_query_path(ctx, NULL, 0, &(NonoQueryResult){0}), INVALID);
	CHECK_INT(nono_query_context_query_path(ctx, "/", 0, NULL), INVALID);
	CHECK_INT(nono_query_context_query_network(ctx, NULL), INVALID);
	CHECK_INT(nono_explain_path(caps, NULL, 0, &(NonoExplanation){0}), INVALID);
	CHECK_INT(nono_explain_path(caps, "/", 0, NULL), INVALID);
	CHECK_INT(nono_capability_set_fs_count(caps), 0);
	nono_query_context_free(ctx);
	nono_capability_set_free(caps);
}

TEST(grants_and_their_entries)
{
	NonoCapabilitySet *caps = nono_capability_set_new();
	const char *dir = make_dir("dir"), *file = make_file("file", ""), *link = in_dir("link");

	REQUIRE(symlink(dir, link) == 0);
	CHECK_INT(nono_capability_set_allow_path(caps, link, NONO_ACCESS_MODE_READ), OK);
	CHECK_INT(nono_capability_set_allow_file(caps, file, NONO_ACCESS_MODE_READ_WRITE), OK);
	CHECK_INT(nono_capability_set_allow_file(caps, "/dev/null", NONO_ACCESS_MODE_WRITE), OK);
	CHECK(!nono_last_error());
	CHECK_INT(nono_capability_set_fs_count(caps), 3);
	CHECK_TEXT(nono_capability_set_fs_original(caps, 0), link);
	CHECK_TEXT(nono_capability_set_fs_resolved(caps, 0), dir);
	CHECK_INT(nono_capability_set_fs_access(caps, 0), NONO_ACCESS_MODE_READ);
	CHECK(!nono_capability_set_fs_is_file(caps, 0));
	CHECK_INT(nono_capability_set_fs_source_tag(caps, 0), NONO_CAPABILITY_SOURCE_TAG_USER);
	CHECK(!nono_capability_set_fs_source_group_name(caps, 0));
	CHECK(!nono_last_error());
	CHECK_INT(nono_capability_set_fs_access(caps, 1), NONO_ACCESS_MODE_READ_WRITE);
	CHECK(nono_capability_set_fs_is_file(caps, 1));
	CHECK_INT(nono_capability_set_fs_access(caps, 2), NONO_ACCESS_MODE_WRITE);
	nono_capability_set_free(caps);
}

TEST(entries_beyond_the_last)
{
	static const uintptr_t beyond[] = {1, 2, UINTPTR_MAX};
	NonoCapabilitySet *caps = nono_capability_set_new();

	CHECK_INT(nono_capability_set_allow_path(caps, t_tmpdir(), 0), OK);
	for (size_t i = 0; i < 3; i++) {
		CHECK(!nono_capability_set_fs_original(caps, beyond[i]));
		CHECK_ERROR("there is no entry");
		CHECK(!nono_capability_set_fs_resolved(caps, beyond[i]));
		CHECK_ERROR("there is no entry");
		CHECK(nono_capability_set_fs_access(caps, beyond[i]) == NONO_ACCESS_MODE_INVALID);
		CHECK_ERROR("there is no entry");
		CHECK(!nono_capability_set_fs_is_file(caps, beyond[i]));
		CHECK_ERROR("there is no entry");
		CHECK_INT(nono_capability_set_fs_source_tag(caps, beyond[i]), NONO_CAPABILITY_SOURCE_TAG_USER);
		CHECK_ERROR("there is no entry");
		CHECK(!nono_capability_set_fs_source_group_name(caps, beyond[i]));
		CHECK_ERROR("there is no entry");
	}
	nono_capability_set_free(caps);
}

TEST(paths_that_cannot_be_granted)
{
	NonoCapabilitySet *caps = nono_capability_set_new();
	const char *dir = make_dir("dir"), *file = make_file("file", ""), *loop = in_dir("loop");

	REQUIRE(symlink("loop", loop) == 0);
	CHECK_INT(nono_capability_set_allow_path(caps, in_dir("no"), 0), NONO_ERROR_CODE_ERR_PATH_NOT_FOUND);
	CHECK_ERROR("does not exist");
	CHECK_INT(nono_capability_set_allow_path(caps, "", 0), NONO_ERROR_CODE_ERR_PATH_NOT_FOUND);
	CHECK_INT(nono_capability_set_allow_path(caps, file, 0), NONO_ERROR_CODE_ERR_EXPECTED_DIRECTORY);
	CHECK_ERROR("nono_capability_set_allow_file");
	CHECK_INT(nono_capability_set_allow_file(caps, dir, 0), NONO_ERROR_CODE_ERR_EXPECTED_FILE);
	CHECK_ERROR("nono_capability_set_allow_path");
	CHECK_INT(nono_capability_set_allow_file(caps, loop, 0), NONO_ERROR_CODE_ERR_PATH_CANONICALIZATION);
	CHECK_INT(nono_last_diagnostic_code(), NONO_DIAGNOSTIC_CODE_IO_ERROR);
	CHECK_ERROR("loop");
	CHECK_INT(nono_capability_set_allow_path(caps, dir, 3), INVALID);
	CHECK_ERROR("access mode 3");
	CHECK_INT(nono_capability_set_allow_path(caps, dir, NONO_ACCESS_MODE_INVALID), INVALID);
	CHECK_INT(nono_capability_set_allow_path(caps, "/tmp/\xff", 0), INVALID);
	CHECK_ERROR("not UTF-8");
	CHECK_INT(nono_capability_set_allow_path(caps, "/proc", NONO_ACCESS_MODE_READ_WRITE), INVALID);
	CHECK_ERROR("never granted");
	CHECK_INT(nono_capability_set_allow_path(caps, "/proc", NONO_ACCESS_MODE_WRITE), INVALID);
	CHECK_ERROR("never granted; ask for reading");
	CHECK_INT(nono_capability_set_fs_count(caps), 0);
	nono_capability_set_free(caps);
}

/* An object is meant, not a name: what took the name since is another one. */
TEST(a_name_that_is_granted_twice)
{
	NonoCapabilitySet *caps = nono_capability_set_new();
	const char *file = make_file("file", "old"), *aside = in_dir("aside");
	NonoQueryContext *ctx;

	CHECK_INT(nono_capability_set_allow_file(caps, file, NONO_ACCESS_MODE_READ), OK);
	REQUIRE(rename(file, aside) == 0);
	(void)make_file("file", "new");
	ctx = nono_query_context_new(caps);
	CHECK(is_denied(ctx, file, NONO_ACCESS_MODE_READ));
	CHECK(!is_denied(ctx, aside, NONO_ACCESS_MODE_READ));
	nono_query_context_free(ctx);
	CHECK_INT(nono_capability_set_allow_file(caps, file, NONO_ACCESS_MODE_WRITE), OK);
	ctx = nono_query_context_new(caps);
	CHECK(!is_denied(ctx, file, NONO_ACCESS_MODE_WRITE));
	CHECK(is_denied(ctx, aside, NONO_ACCESS_MODE_WRITE));
	nono_query_context_free(ctx);
	nono_capability_set_free(caps);
}

TEST(relative_paths_start_here)
{
	NonoCapabilitySet *caps = nono_capability_set_new();
	const char *dir = make_dir("dir");

	REQUIRE(chdir(t_tmpdir()) == 0);
	CHECK_INT(nono_capability_set_allow_path(caps, "dir", 0), OK);
	CHECK_TEXT(nono_capability_set_fs_original(caps, 0), dir);
	CHECK_TEXT(nono_capability_set_fs_resolved(caps, 0), dir);
	CHECK(nono_capability_set_path_covered(caps, "dir/below/not/there"));
	CHECK(!nono_capability_set_path_covered(caps, "."));
	nono_capability_set_free(caps);
}

TEST(duplicates_are_joined)
{
	NonoCapabilitySet *caps = nono_capability_set_new();
	const char *dir = make_dir("dir"), *other = make_dir("other"), *link = in_dir("link");
	NonoQueryContext *ctx;

	REQUIRE(symlink("dir", link) == 0);
	CHECK_INT(nono_capability_set_allow_path(caps, dir, NONO_ACCESS_MODE_READ), OK);
	CHECK_INT(nono_capability_set_allow_path(caps, other, NONO_ACCESS_MODE_READ), OK);
	CHECK_INT(nono_capability_set_allow_path(caps, link, NONO_ACCESS_MODE_WRITE), OK);
	CHECK_INT(nono_capability_set_allow_path(caps, dir, NONO_ACCESS_MODE_READ), OK);
	nono_capability_set_deduplicate(caps);
	CHECK_INT(nono_capability_set_fs_count(caps), 2);
	CHECK_INT(nono_capability_set_fs_access(caps, 0), NONO_ACCESS_MODE_READ_WRITE);
	CHECK_INT(nono_capability_set_fs_access(caps, 1), NONO_ACCESS_MODE_READ);
	ctx = nono_query_context_new(caps);
	CHECK(!is_denied(ctx, in_dir("dir/new"), NONO_ACCESS_MODE_READ_WRITE));
	CHECK(is_denied(ctx, in_dir("other/new"), NONO_ACCESS_MODE_WRITE));
	nono_query_context_free(ctx);
	nono_capability_set_free(caps);
}

TEST(what_is_covered)
{
	NonoCapabilitySet *caps = nono_capability_set_new();
	const char *file = make_file("file", ""), *dir = make_dir("dir");

	CHECK_INT(nono_capability_set_allow_file(caps, file, NONO_ACCESS_MODE_WRITE), OK);
	CHECK_INT(nono_capability_set_allow_path(caps, dir, NONO_ACCESS_MODE_READ), OK);
	CHECK(nono_capability_set_path_covered(caps, file));
	CHECK(nono_capability_set_path_covered(caps, dir));
	CHECK(nono_capability_set_path_covered(caps, in_dir("dir/a/b")));
	CHECK(!nono_capability_set_path_covered(caps, in_dir("file/x")));
	CHECK(!nono_capability_set_path_covered(caps, in_dir("dirx")));
	CHECK(!nono_capability_set_path_covered(caps, t_tmpdir()));
	nono_capability_set_free(caps);
}

TEST(network_modes)
{
	NonoCapabilitySet *caps = nono_capability_set_new();
	NonoQueryContext *ctx;
	NonoQueryResult r;

	CHECK_INT(nono_capability_set_network_mode(caps), NONO_NETWORK_MODE_ALLOW_ALL);
	CHECK_INT(nono_capability_set_set_network_blocked(caps, true), OK);
	CHECK_INT(nono_capability_set_network_mode(caps), NONO_NETWORK_MODE_BLOCKED);
	CHECK(nono_capability_set_is_network_blocked(caps));
	ctx = nono_query_context_new(caps);
	CHECK_INT(nono_query_context_query_network(ctx, &r), OK);
	CHECK(r.status == NONO_QUERY_STATUS_DENIED && r.reason == NONO_QUERY_REASON_NETWORK_BLOCKED);
	CHECK(!r.granted_path && !r.access && !r.granted && !r.requested);
	CHECK_INT(nono_capability_set_set_network_blocked(caps, false), OK);
	CHECK(!nono_capability_set_is_network_blocked(caps));
	CHECK_INT(nono_query_context_query_network(ctx, &r), OK);
	CHECK_INT(r.status, NONO_QUERY_STATUS_DENIED); /* asked of the copy */
	nono_query_context_free(ctx);
	ctx = nono_query_context_new(caps);
	CHECK_INT(nono_query_context_query_network(ctx, &r), OK);
	CHECK(r.status == NONO_QUERY_STATUS_ALLOWED && r.reason == NONO_QUERY_REASON_NETWORK_ALLOWED);
	nono_query_context_free(ctx);
	CHECK_INT(nono_capability_set_set_network_mode(caps, 3), INVALID);
	CHECK_ERROR("network mode 3");
	CHECK_INT(nono_capability_set_network_mode(caps), NONO_NETWORK_MODE_ALLOW_ALL);
	nono_capability_set_free(caps);
}

TEST(the_proxys_port)
{
	NonoCapabilitySet *caps = nono_capability_set_new();

	CHECK_INT(nono_capability_set_proxy_port(caps), 0);
	CHECK_INT(nono_capability_set_set_proxy_port(caps, 8080), OK);
	CHECK_INT(nono_capability_set_proxy_port(caps), 0); /* in this mode there is none */
	CHECK_INT(nono_capability_set_set_network_mode(caps, NONO_NETWORK_MODE_PROXY_ONLY), OK);
	CHECK_INT(nono_capability_set_proxy_port(caps), 8080);
	CHECK(!nono_capability_set_is_network_blocked(caps));
	CHECK_INT(nono_capability_set_set_proxy_port(caps, 0), OK);
	CHECK_INT(nono_sandbox_apply(caps), INVALID);
	CHECK_ERROR("set_proxy_port");
	nono_capability_set_free(caps);
}

TEST(commands_and_rules)
{
	NonoCapabilitySet *caps = nono_capability_set_new();

	CHECK_INT(nono_capability_set_allow_command(caps, "git"), OK);
	CHECK_INT(nono_capability_set_block_command(caps, "curl"), OK);
	CHECK_INT(nono_capability_set_block_command(caps, ""), INVALID);
	CHECK_INT(nono_capability_set_block_command(caps, "/bin/curl"), INVALID);
	CHECK_ERROR("no command's name");
	CHECK_INT(nono_capability_set_add_platform_rule(caps, "(version 1)"), OK);
	CHECK_INT(nono_capability_set_add_platform_rule(caps, "(allow file-read* (subpath \"/x\"))"), OK);
	CHECK_INT(nono_capability_set_add_platform_rule(caps, "(allow file-read* (subpath \"/\"))"), INVALID);
	CHECK_ERROR("every file");
	CHECK_INT(nono_capability_set_add_platform_rule(caps, "(allow file-read* (regex #\".*\"))"), INVALID);
	CHECK_ERROR("every file");
	CHECK_INT(nono_capability_set_add_platform_rule(caps, "(allow file-read* (regex #\"^/opt/\"))"), OK);
	CHECK_INT(nono_capability_set_add_platform_rule(caps, "(unbalanced"), INVALID);
	CHECK_INT(nono_capability_set_add_platform_rule(caps, ""), INVALID);
	nono_capability_set_free(caps);
}

/* As many as a state that is read back may have; and a name is no longer than a file's. */
TEST(commands_are_bounded)
{
	NonoCapabilitySet *caps = nono_capability_set_new();
	char name[300];

	memset(name, 'x', sizeof(name));
	name[255] = '\0';
	CHECK_INT(nono_capability_set_allow_command(caps, name), OK);
	CHECK_INT(nono_capability_set_block_command(caps, name), OK);
	name[255] = 'x';
	name[256] = '\0';
	CHECK_INT(nono_capability_set_allow_command(caps, name), INVALID);
	CHECK_ERROR("longer than 255 bytes");
	CHECK_INT(nono_capability_set_block_command(caps, name), INVALID);
	CHECK_INT(nono_capability_set_block_command(caps, ".."), INVALID);
	CHECK_INT(nono_capability_set_block_command(caps, "\xff"), INVALID);
	CHECK_ERROR("cmd is not UTF-8");
	for (int i = 1; i < 4096; i++) {
		(void)snprintf(name, sizeof(name), "%d", i);
		CHECK_INT(nono_capability_set_allow_command(caps, name), OK);
		CHECK_INT(nono_capability_set_block_command(caps, name), OK);
		CHECK_INT(nono_capability_set_add_platform_rule(caps, "(allow x)"), OK);
	}
	CHECK_INT(nono_capability_set_add_platform_rule(caps, "(allow x)"), OK);
	CHECK_INT(nono_capability_set_allow_command(caps, "one more"), INVALID);
	CHECK_ERROR("4096 allowed commands already");
	CHECK_INT(nono_capability_set_allow_command(caps, "7"), OK); /* it is there already */
	CHECK_INT(nono_capability_set_block_command(caps, "one more"), INVALID);
	CHECK_ERROR("4096 blocked commands already");
	CHECK_INT(nono_capability_set_add_platform_rule(caps, "(allow x)"), INVALID);
	CHECK_ERROR("4096 platform rules already");
	nono_capability_set_free(caps);
}

TEST(a_summary_is_for_people)
{
	NonoCapabilitySet *caps = nono_capability_set_new();
	const char *dir = make_dir("a\tb");
	char *s = nono_capability_set_summary(caps);

	CHECK_HAS(s, "files: none");
	CHECK_HAS(s, "network: open");
	nono_string_free(s);
	CHECK_INT(nono_capability_set_allow_path(caps, t_tmpdir(), NONO_ACCESS_MODE_READ), OK);
	CHECK_INT(nono_capability_set_allow_path(caps, dir, NONO_ACCESS_MODE_READ_WRITE), OK);
	CHECK_INT(nono_capability_set_block_command(caps, "curl"), OK);
	s = nono_capability_set_summary(caps);
	CHECK_HAS(s, t_tmpdir());
	CHECK_HAS(s, "read+write");
	CHECK_HAS(s, "/a\\x09b");
	CHECK_HAS(s, "blocked command: curl");
	nono_string_free(s);
	nono_capability_set_free(caps);
}

TEST(answers)
{
	NonoCapabilitySet *caps = nono_capability_set_new();
	const char *dir = make_dir("dir"), *file = make_file("file", "");
	NonoQueryContext *ctx;
	NonoQueryResult r = {0};

	CHECK_INT(nono_capability_set_allow_path(caps, dir, NONO_ACCESS_MODE_READ), OK);
	ctx = nono_query_context_new(caps);
	CHECK_INT(nono_query_context_query_path(ctx, in_dir("dir/not/there"), NONO_ACCESS_MODE_READ, &r), OK);
	CHECK(r.status == NONO_QUERY_STATUS_ALLOWED && r.reason == NONO_QUERY_REASON_GRANTED_PATH);
	CHECK_TEXT(r.granted_path, dir);
	CHECK_TEXT(r.access, "read");
	CHECK(!r.granted && !r.requested);
	CHECK_INT(nono_query_context_query_path(ctx, dir, NONO_ACCESS_MODE_READ_WRITE, &r), OK);
	CHECK(r.status == NONO_QUERY_STATUS_DENIED && r.reason == NONO_QUERY_REASON_INSUFFICIENT_ACCESS);
	CHECK(!r.granted_path && !r.access);
	CHECK_TEXT(r.granted, "read");
	CHECK_TEXT(r.requested, "read+write");
	CHECK_INT(nono_query_context_query_path(ctx, file, NONO_ACCESS_MODE_READ, &r), OK);
	CHECK(r.status == NONO_QUERY_STATUS_DENIED && r.reason == NONO_QUERY_REASON_PATH_NOT_GRANTED);
	CHECK(!r.granted_path && !r.access && !r.granted && !r.requested);
	CHECK_INT(nono_query_context_query_path(ctx, dir, 3, &r), INVALID);
	/* The copy does not change with the set. */
	CHECK_INT(nono_capability_set_allow_file(caps, file, NONO_ACCESS_MODE_READ), OK);
	CHECK(is_denied(ctx, file, NONO_ACCESS_MODE_READ));
	nono_query_context_free(ctx);
	ctx = nono_query_context_new(caps);
	nono_capability_set_free(caps);
	CHECK(!is_denied(ctx, file, NONO_ACCESS_MODE_READ));
	nono_query_context_free(ctx);
}

/* Two grants together allow what none does alone. */
TEST(answers_join_grants)
{
	NonoCapabilitySet *caps = nono_capability_set_new();
	const char *dir = make_dir("dir"), *file = make_file("dir/file", "");
	NonoQueryContext *ctx;
	NonoQueryResult r = {0};

	CHECK_INT(nono_capability_set_allow_path(caps, dir, NONO_ACCESS_MODE_READ), OK);
	CHECK_INT(nono_capability_set_allow_file(caps, file, NONO_ACCESS_MODE_WRITE), OK);
	ctx = nono_query_context_new(caps);
	CHECK_INT(nono_query_context_query_path(ctx, file, NONO_ACCESS_MODE_READ_WRITE, &r), OK);
	CHECK_INT(r.status, NONO_QUERY_STATUS_ALLOWED);
	CHECK_TEXT(r.access, "read+write");
	CHECK_TEXT(r.granted_path, file);
	nono_query_context_free(ctx);
	nono_capability_set_free(caps);
}

/* Where the caller may not look, the directory above answers. */
TEST(answers_about_what_cannot_be_looked_at)
{
	NonoCapabilitySet *caps = nono_capability_set_new();
	const char *closed = make_dir("closed"), *inside = in_dir("closed/secret/file");
	NonoQueryContext *ctx;

	REQUIRE(chmod(closed, 0) == 0);
	REQUIRE(access(inside, F_OK) < 0 && errno == EACCES);
	ctx = nono_query_context_new(caps);
	CHECK(is_denied(ctx, inside, NONO_ACCESS_MODE_READ));
	nono_query_context_free(ctx);
	CHECK_INT(nono_capability_set_allow_path(caps, t_tmpdir(), NONO_ACCESS_MODE_READ), OK);
	ctx = nono_query_context_new(caps);
	CHECK(!is_denied(ctx, inside, NONO_ACCESS_MODE_READ));
	CHECK(is_denied(ctx, inside, NONO_ACCESS_MODE_WRITE));
	nono_query_context_free(ctx);
	nono_capability_set_free(caps);
}

TEST(explanations)
{
	NonoCapabilitySet *caps = nono_capability_set_new();
	const char *dir = make_dir("dir"), *file = make_file("file", "");
	NonoExplanation e = {0};

	CHECK_INT(nono_capability_set_allow_path(caps, dir, NONO_ACCESS_MODE_READ), OK);
	CHECK_INT(nono_explain_path(caps, dir, NONO_OPERATION_READ, &e), OK);
	CHECK(e.allowed);
	CHECK_STR(e.reason, "granted_path");
	CHECK_STR(e.path, dir);
	CHECK_STR(e.granted_path, dir);
	CHECK_STR(e.access, "read");
	CHECK_STR(e.source, "user");
	CHECK(!e.rule && !e.suggested_flag);
	nono_explanation_clear(&e);
	CHECK(!e.reason && !e.path);
	CHECK_INT(nono_explain_path(caps, file, NONO_OPERATION_EXEC, &e), OK);
	CHECK(!e.allowed);
	CHECK_STR(e.reason, "path_not_granted");
	CHECK_HAS(e.suggested_flag, "--read-file ");
	CHECK(!e.granted_path && !e.source);
	nono_explanation_clear(&e);
	CHECK_INT(nono_explain_path(caps, in_dir("dir/x"), NONO_OPERATION_CREATE, &e), OK);
	CHECK_STR(e.reason, "insufficient_access");
	CHECK_STR(e.granted_path, dir);
	nono_explanation_clear(&e);
	CHECK_INT(nono_explain_path(caps, dir, NONO_OPERATION_EXEC + 1, &e), INVALID);
	CHECK_ERROR("operation 6");
	nono_capability_set_free(caps);
}

/* ---- errors ---- */

TEST(errors_stay_until_they_are_cleared)
{
	NonoCapabilitySet *caps = nono_capability_set_new();
	char *first, *second;

	CHECK_INT(nono_capability_set_allow_path(caps, "/no/such", 0), NONO_ERROR_CODE_ERR_PATH_NOT_FOUND);
	CHECK_INT(nono_capability_set_allow_path(caps, t_tmpdir(), 0), OK);
	first = nono_last_error();
	second = nono_last_error();
	CHECK_HAS(first, "/no/such");
	CHECK_STR(first, second);
	CHECK_INT(nono_last_diagnostic_code(), NONO_DIAGNOSTIC_CODE_CONFIGURATION_ERROR);
	CHECK_INT(nono_capability_set_set_network_mode(caps, 99), INVALID);
	CHECK_ERROR("network mode 99");
	CHECK(!nono_last_error());
	CHECK_INT(nono_last_diagnostic_code(), NONO_DIAGNOSTIC_CODE_OTHER);
	nono_string_free(first);
	nono_string_free(second);
	nono_capability_set_free(caps);
}

TEST(errors_are_printable)
{
	NonoCapabilitySet *caps = nono_capability_set_new();
	char path[2000];

	CHECK_INT(nono_capability_set_allow_path(caps, "/no\033[31m/\n", 0), NONO_ERROR_CODE_ERR_PATH_NOT_FOUND);
	CHECK_ERROR("/no\\x1b[31m/\\x0a");
	/* Cut in the middle of a character: still text. */
	for (size_t i = 0; i + 4 < sizeof(path); i += 3)
		memcpy(path + i, i ? "\xe2\x82\xac" : "/xx", 4);
	CHECK_INT(nono_capability_set_allow_path(caps, path, 0), NONO_ERROR_CODE_ERR_PATH_CANONICALIZATION);
	CHECK_ERROR("\xe2\x82\xac");
	nono_capability_set_free(caps);
}

TEST(what_would_help)
{
	NonoCapabilitySet *caps = nono_capability_set_new();
	const char *file = make_file("file", "");
	char want[5000];

	(void)snprintf(want, sizeof(want),
		       "{\"kind\":\"grant_path\",\"path\":\"%s\",\"access\":\"ReadWrite\",\"is_file\":true}", file);
	CHECK_INT(nono_capability_set_allow_path(caps, file, 2), NONO_ERROR_CODE_ERR_EXPECTED_DIRECTORY);
	CHECK_TEXT(nono_last_remediation_json(), want);
	CHECK_INT(nono_capability_set_allow_path(caps, "/no/such", 2), NONO_ERROR_CODE_ERR_PATH_NOT_FOUND);
	CHECK(!nono_last_remediation_json());
	nono_capability_set_free(caps);
}

/* ---- threads ---- */

static void *fail_here(void *arg)
{
	NonoCapabilitySet *caps = nono_capability_set_new();
	char part[32];

	(void)snprintf(part, sizeof(part), "/no/%d", (int)(intptr_t)arg);
	CHECK(!nono_last_error());
	for (int i = 0; i < 200; i++) {
		CHECK_INT(nono_capability_set_allow_path(caps, part, 0), NONO_ERROR_CODE_ERR_PATH_NOT_FOUND);
		CHECK_ERROR(part);
	}
	nono_capability_set_free(caps);
	return NULL;
}

TEST(errors_are_a_threads_own)
{
	pthread_t threads[4];

	CHECK_INT(nono_capability_set_set_network_mode(NULL, 0), INVALID);
	for (intptr_t i = 0; i < 4; i++)
		REQUIRE(pthread_create(&threads[i], NULL, fail_here, (void *)(i + 1)) == 0);
	for (size_t i = 0; i < 4; i++)
		(void)pthread_join(threads[i], NULL);
	CHECK_ERROR("caps is NULL");
}

static NonoCapabilitySet *shared_caps;
static NonoQueryContext *shared_ctx;

static void *read_shared(void *arg)
{
	(void)arg;
	for (int i = 0; i < 100; i++) {
		NonoSandboxState *state = nono_sandbox_state_from_caps(shared_caps);
		NonoQueryContext *own = nono_query_context_new(shared_caps);
		char *json = nono_sandbox_state_to_json(state);

		CHECK_HAS(json, t_tmpdir());
		nono_string_free(json);
		nono_string_free(nono_capability_set_summary(shared_caps));
		CHECK_INT(nono_capability_set_fs_count(shared_caps), 1);
		CHECK(!is_denied(shared_ctx, t_tmpdir(), NONO_ACCESS_MODE_READ));
		CHECK(is_denied(own, t_tmpdir(), NONO_ACCESS_MODE_WRITE));
		nono_query_context_free(own);
		nono_sandbox_state_free(state);
	}
	return NULL;
}

TEST(several_threads_read_one_set)
{
	pthread_t threads[4];

	shared_caps = nono_capability_set_new();
	CHECK_INT(nono_capability_set_allow_path(shared_caps, t_tmpdir(), NONO_ACCESS_MODE_READ), OK);
	shared_ctx = nono_query_context_new(shared_caps);
	for (size_t i = 0; i < 4; i++)
		REQUIRE(pthread_create(&threads[i], NULL, read_shared, NULL) == 0);
	for (size_t i = 0; i < 4; i++)
		(void)pthread_join(threads[i], NULL);
	nono_query_context_free(shared_ctx);
	nono_capability_set_free(shared_caps);
}

TEST(version_and_system)
{
	NonoSupportInfo info = nono_sandbox_support_info();
	char *version = nono_version();

	CHECK(version && version[0] >= '0' && version[0] <= '9');
	CHECK_INT(info.is_supported, nono_sandbox_is_supported());
	CHECK_STR(info.platform, "linux");
	CHECK_HAS(info.details, "Landlock ABI ");
	nono_string_free(version);
	nono_string_free(info.platform);
	nono_string_free(info.details);
}
