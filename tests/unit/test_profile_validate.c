/* test_profile_validate.c - all that is wrong with a profile.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/buf.h"
#include "base/util.h"
#include "fakefs.h"
#include "profile_t.h"
#include "t.h"

#define PROFILES "/home/u/.config/nono/profiles"
#define DIR PROFILES "/"

static struct nono_findings look(const char *text)
{
	_cleanup_(fakefs_freep) struct fakefs *f = fakefs_new();
	const struct nono_profile_lookup lookup = {
		.fs = fakefs_fs(f), .config_dir = "/home/u/.config/nono", .os_release = PROFILE_OS_RELEASE};
	struct nono_findings found = {0};
	struct nono_error err = {0};

	fakefs_file(f, DIR "x.json", text);
	fakefs_file(f, DIR "broken.json", "{\"filesystem\":{\"read\":5}}");
	fakefs_file(f, DIR "odd.json", "{\"groups\":{\"include\":[\"git_confg\"]}}");
	REQUIRE(nono_profile_validate(&lookup, "x", &found, &err) == 0);
	return found;
}

/* The lines of a list, without the file's name. */
static char *lines(const struct nono_strv *list)
{
	struct nono_buf out = {0};
	size_t len = strlen(DIR "x.json:");

	nono_buf_puts(&out, "");
	for (size_t i = 0; i < list->len; i++)
		nono_buf_printf(&out, "%s\n",
				list->items[i] + (nono_has_prefix(list->items[i], DIR "x.json:") ? len : 0));
	return nono_buf_take(&out);
}

static void check_errors(const char *text, const char *expected)
{
	_cleanup_(nono_findings_done) struct nono_findings found = look(text);
	_cleanup_(nono_freep) char *errors = lines(&found.errors);

	CHECK_STR(errors, expected);
}

TEST(nothing_is_wrong)
{
	_cleanup_(nono_findings_done) struct nono_findings found = look(
		"{\"extends\":\"claude-code\",\"groups\":{\"include\":[\"nix_runtime\",\"vscode\"]}}");

	CHECK_INT(found.errors.len + found.warnings.len + found.moved.len, 0);
}

TEST(every_error_of_a_section)
{
	check_errors(
		"{\"filesystem\": {\"raed\": [], \"read\": [\"\", 5, \"/ok\", \"\"], \"allow\": \"x\"}, \"blok\": 1}",
		"1:17: filesystem.raed: unknown key; did you mean filesystem.read?\n"
		"1:38: filesystem.read[0]: an empty path; write one, such as $HOME/project\n"
		"1:42: filesystem.read[1]: expected a string or {\"path\": ..., \"when\": ...}, found a number\n"
		"1:52: filesystem.read[3]: an empty path; write one, such as $HOME/project\n"
		"1:66: filesystem.allow: expected a list of strings such as [\"...\"], found a string\n"
		"1:72: blok: unknown key; did you mean network.block?\n");
}

TEST(every_kind_goes_on)
{
	check_errors("{\"network\":{\"open_port\":[70000,1,\"x\"],\"open_port_range\":[[2,1],[1]],"
		     "\"allow_domain\":[{\"domain\":1},{}]},\n"
		     "\"environment\":{\"set_vars\":{\"PATH\":\"x\",\"A\":1}},\n"
		     "\"hooks\":{\"a\":{},\"b\":5}}",
		     "1:26: network.open_port[0]: expected a port from 0 to 65535, found a number out of range\n"
		     "1:34: network.open_port[2]: expected a port from 0 to 65535, found a string\n"
		     "1:58: network.open_port_range[0]: the first port is above the last; write [1, 2]\n"
		     "1:64: network.open_port_range[1]: expected a pair of ports such as [8000, 8010]\n"
		     "1:95: network.allow_domain[0].domain: expected a string, found a number\n"
		     "1:98: network.allow_domain[1]: domain is missing; write \"domain\": \"...\"\n"
		     "2:28: environment.set_vars.PATH: PATH cannot be set here; it is the caller's\n"
		     "2:43: environment.set_vars.A: expected a string, found a number\n"
		     "3:14: hooks.a: event is missing; write \"event\": \"...\"\n"
		     "3:21: hooks.b: expected an object {}, found a number\n");
}

TEST(a_text_that_is_no_json_has_one)
{
	check_errors("{\"a\": 1,,}", "1:9: expected a key in double quotes, or }\n");
}

TEST(groups_and_their_places)
{
	_cleanup_(nono_findings_done) struct nono_findings found = look(
		"{\"groups\": {\"include\": [\"git_confg\"],\n"
		" \"exclude\": [\"deny_credentials\", \"user_tools\", \"nope\"]},\n"
		" \"trust_groups\": [\"deny_shell_histry\"]}");
	_cleanup_(nono_freep) char *errors = lines(&found.errors);
	_cleanup_(nono_freep) char *warnings = lines(&found.warnings);

	CHECK_STR(errors,
		  "1:25: groups.include[0]: there is no group 'git_confg'; did you mean 'git_config'?\n"
		  "2:14: groups.exclude[0]: 'deny_credentials' is a required group; only trust_groups removes those\n"
		  "3:19: trust_groups[0]: there is no group 'deny_shell_histry'; did you mean 'deny_shell_history'?\n");
	CHECK_STR(warnings, "2:48: groups.exclude[2]: there is no group 'nope', so nothing is left out\n");
}

TEST(what_it_extends_counts)
{
	check_errors("{\"extends\":\"nobody\"}", "1:12: extends: there is no profile 'nobody' in " PROFILES
						 " or among the built-in ones; nono profile list shows all\n");
	check_errors(
		"{\"extends\":\"broken\"}", DIR
		"broken.json:1:23: filesystem.read: expected a list of strings such as [\"...\"], found a number\n");
	check_errors("{\"extends\":\"odd\"}", DIR
		     "odd.json:1:23: groups.include[0]: there is no group 'git_confg'; did you mean 'git_config'?\n");
}

TEST(older_names_are_told)
{
	_cleanup_(nono_findings_done) struct nono_findings found = look(
		"{\"security\":{\"groups\":[]},\"policy\":{\"override_deny\":[]},\"undo\":{},"
		"\"platform_overrides\":{\"macos\":{\"policy\":{\"add_allow_read\":[]}}}}");
	_cleanup_(nono_freep) char *moved = lines(&found.moved);

	CHECK_INT(found.errors.len, 0);
	CHECK_STR(moved, "security.groups\npolicy.override_deny\npolicy.add_allow_read\n");
}

TEST(there_is_an_end)
{
	_cleanup_(nono_buf_done) struct nono_buf text = {0};
	_cleanup_(nono_findings_done) struct nono_findings found = {0};

	nono_buf_puts(&text, "{\"packs\":[0");
	for (int i = 0; i < 200; i++)
		nono_buf_puts(&text, ",0");
	nono_buf_puts(&text, "]}");
	found = look(text.data);
	CHECK_INT(found.errors.len, NONO_FINDINGS + 1);
}

TEST(a_file_that_is_not_there)
{
	_cleanup_(fakefs_freep) struct fakefs *f = fakefs_new();
	_cleanup_(nono_findings_done) struct nono_findings found = {0};
	const struct nono_profile_lookup lookup = {.fs = fakefs_fs(f), .config_dir = "/home/u/.config/nono"};
	struct nono_error err = {0};

	CHECK_INT(nono_profile_validate(&lookup, "/tmp/none.json", &found, &err), 0);
	REQUIRE(found.errors.len == 1);
	CHECK_STR(found.errors.items[0], "there is no profile file '/tmp/none.json'");
}
