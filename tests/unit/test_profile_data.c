/* test_profile_data.c - the files below tests/data/profiles.  SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/util.h"
#include "profile_t.h"
#include "t.h"

#define FILES_MAX 64

static bool read_file(const char *dir, const char *name, struct nono_buf *ret)
{
	char path[512], part[4096];
	size_t n;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "re");
	if (!f)
		return false;
	nono_buf_puts(ret, "");
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		nono_buf_add(ret, part, n);
	(void)fclose(f);
	return true;
}

static int parse_file(const char *dir, const char *name, struct nono_profile *ret, struct nono_error *err)
{
	static const struct nono_profile_origin origin = {.file = "p", .name = "p"};
	_cleanup_(nono_buf_done) struct nono_buf text = {0};

	REQUIRE(read_file(dir, name, &text));
	return nono_profile_parse(text.data, text.len, PROFILE_OS_RELEASE, &origin, ret, err);
}

static void check_good(const char *dir, const char *name)
{
	_cleanup_(nono_profile_done) struct nono_profile p = {0};
	struct nono_error err = {0};

	if (parse_file(dir, name, &p, &err) < 0)
		t_fail(__FILE__, __LINE__, "%s: %s", name, err.text);
}

static void check_bad(const char *dir, const char *name)
{
	_cleanup_(nono_profile_done) struct nono_profile p = {0};
	_cleanup_(nono_buf_done) struct nono_buf expected = {0};
	char beside[300], wanted[NONO_ERROR_BYTES];
	struct nono_error err = {0};

	(void)snprintf(beside, sizeof(beside), "%s.expected", name);
	REQUIRE(read_file(dir, beside, &expected));
	expected.data[strcspn(expected.data, "\n")] = '\0';
	(void)snprintf(wanted, sizeof(wanted), "p:%s", expected.data);
	CHECK(parse_file(dir, name, &p, &err) < 0);
	CHECK_STR(err.text, wanted);
}

/* Every profile of a directory; returns how many there are. */
static size_t each(const char *dir, void (*check)(const char *dir, const char *name))
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	size_t count = 0;

	REQUIRE(d != NULL);
	while ((entry = readdir(d))) {
		const char *suffix = strrchr(entry->d_name, '.');

		if (!suffix || (strcmp(suffix, ".json") != 0 && strcmp(suffix, ".jsonc") != 0))
			continue;
		check(dir, entry->d_name);
		count++;
	}
	(void)closedir(d);
	return count;
}

TEST(good_files)
{
	CHECK_INT(each(t_data("profiles/good"), check_good), 5);
}

TEST(bad_files)
{
	CHECK_INT(each(t_data("profiles/bad"), check_bad), 16);
}

TEST(page_profile)
{
	_cleanup_(nono_profile_done) struct nono_profile p = {0};
	struct nono_error err = {0};

	REQUIRE(parse_file(t_data("profiles/good"), "page.json", &p, &err) == 0);
	CHECK_STR(p.meta.name, "my-special-profile");
	CHECK_STR(p.extends.items[0].text, "claude-code");
	CHECK_STR(p.filesystem.read.items[0].text, "/home/user/.nix-profile/bin/");
	CHECK_STR(p.filesystem.deny.items[0].text, "/home/user/flag.txt");
}

TEST(all_sections)
{
	_cleanup_(nono_profile_done) struct nono_profile p = {0};
	_cleanup_(nono_freep) char *protecting = NULL;
	_cleanup_(nono_freep) char *convenience = NULL;
	struct nono_error err = {0};

	REQUIRE(parse_file(t_data("profiles/good"), "all.jsonc", &p, &err) == 0);
	protecting = profile_texts(&p.unbuilt_protecting);
	convenience = profile_texts(&p.unbuilt_convenience);
	CHECK_STR(protecting,
		  "network.network_profile network.allow_domain network.deny_domain network.credentials "
		  "network.custom_credentials network.upstream_proxy network.upstream_bypass network.tls_intercept "
		  "env_credentials credential_capture credential_providers credential_routes command_policies.commands "
		  "command_policies.executable_dirs");
	CHECK_STR(convenience,
		  "network.no_proxy network.allow_http2 security.capability_elevation "
		  "security.approval_backends security.approval_defaults unsafe_macos_seatbelt_rules rollback "
		  "open_urls allow_launch_services skipdirs packs diagnostics");
	CHECK_INT(p.filesystem.unix_socket_subtree_bind.len, 1);
	CHECK_INT(p.network.listen_port.len, 2);
}
