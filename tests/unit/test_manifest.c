/* test_manifest.c - manifests: what they may say, and that a set's manifest is the set.
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/util.h"
#include "policy/build.h"
#include "policy/compose.h"
#include "policy/path.h"
#include "profile_t.h"
#include "t.h"

static int parse(const char *text, struct nono_manifest *ret, struct nono_error *err)
{
	return nono_manifest_parse(text, strlen(text), "m.json", ret, err);
}

/* ---- what is refused, and where ---- */

TEST(what_cannot_be_read)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{"", "m.json:1:1: "},
		{"{}", "m.json:1:1: version is missing; write \"version\": \"...\""},
		{"{\"version\": \"0.2.0\"}", "m.json:1:13: version: '0.2.0' is not known; write 0.1.0"},
		{"{\"version\": 1}", "m.json:1:13: version: expected a string, found a number"},
		{"{\"version\": \"0.1.0\", \"filesytem\": {}}",
		 "m.json:1:22: filesytem: unknown key; did you mean filesystem?"},
		{"{\"version\": \"0.1.0\",\n \"filesystem\": {\"grant\": []}}",
		 "m.json:2:17: filesystem.grant: unknown key; did you mean filesystem.grants?"},
		{"{\"version\": \"0.1.0\", \"filesystem\": {\"read\": []}}",
		 "m.json:1:37: filesystem.read: unknown key; known here: grants, deny, deny_unlink"},
		{"{\"version\": \"0.1.0\", \"filesystem\": {\"grants\": [{\"path\": \"/x\"}]}}",
		 "m.json:1:48: filesystem.grants[0]: access is missing; write \"access\": \"...\""},
		{"{\"version\": \"0.1.0\", \"filesystem\": {\"grants\": [{\"path\": \"/x\", \"access\": \"r\"}]}}",
		 "m.json:1:73: filesystem.grants[0].access: 'r' is not known; write read, write or readwrite"},
		{"{\"version\": \"0.1.0\", \"filesystem\": {\"grants\": [{\"path\": \"\", \"access\": \"read\"}]}}",
		 "m.json:1:57: filesystem.grants[0].path: an empty path; write one, such as $HOME/project"},
		{"{\"version\": \"0.1.0\", \"filesystem\": {\"grants\": [\"/x\"]}}",
		 "m.json:1:48: filesystem.grants[0]: expected an object {}, found a string"},
		{"{\"version\": \"0.1.0\", \"filesystem\": {\"deny\": [{\"path\": \"/x\", \"paht\": 1}]}}",
		 "m.json:1:61: filesystem.deny[0].paht: unknown key; did you mean filesystem.deny.*.path?"},
		{"{\"version\": \"0.1.0\", \"network\": {\"mode\": \"open\"}}",
		 "m.json:1:42: network.mode: 'open' is not known; write unrestricted, blocked or proxy"},
		{"{\"version\": \"0.1.0\", \"network\": {\"ports\": {\"bind\": [0]}}}",
		 "m.json:1:53: network.ports.bind[0]: expected a port from 1 to 65535, found a number out of range"},
		{"{\"version\": \"0.1.0\", \"network\": {\"ports\": {\"localhost_range\": [[9, 3]]}}}",
		 "m.json:1:64: network.ports.localhost_range[0]: the first port is above the last; write [3, 9]"},
		{"{\"version\": \"0.1.0\", \"process\": {\"exec_strategy\": \"fork\"}}",
		 "m.json:1:51: process.exec_strategy: 'fork' is not known; write direct, monitor or supervised"},
		{"{\"version\": \"0.1.0\", \"resources\": {\"memory_bytes\": 0}}",
		 "m.json:1:52: resources.memory_bytes: out of range; write a number of at least 1"},
		{"{\"version\": \"0.1.0\", \"version\": \"0.1.0\"}", "m.json:1:22: version: "},
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(cases); i++) {
		_cleanup_(nono_manifest_done) struct nono_manifest m = {0};
		struct nono_error err = {0};

		CHECK_INT(parse(cases[i].text, &m, &err), -NONO_E_PARSE);
		CHECK_HAS(err.text, cases[i].error);
	}
}

TEST(too_many_ports)
{
	_cleanup_(nono_manifest_done) struct nono_manifest m = {0};
	struct nono_error err = {0};

	CHECK_INT(parse("{\"version\": \"0.1.0\", \"network\": {\"ports\": {\"localhost_range\": [[1, 16384]]}}}", &m,
			&err),
		  0);
	nono_manifest_done(&m);
	CHECK_INT(parse("{\"version\": \"0.1.0\", \"network\": {\"ports\": {\"localhost_range\": [[1, 9000], [9001, "
			"16385]]}}}",
			&m, &err),
		  -NONO_E_LIMIT);
	CHECK_HAS(err.text, "network.ports.localhost_range: more than 16384 ports in all");
}

TEST(what_cannot_be_enforced_yet)
{
	static const struct {
		const char *part, *unbuilt;
	} cases[] = {
		{"\"network\": {\"mode\": \"proxy\"}", "network.mode"},
		{"\"network\": {\"mode\": \"blocked\"}", ""},
		{"\"network\": {\"mode\": \"blocked\", \"dns\": false}", ""},
		{"\"network\": {\"dns\": false}", "network.dns"},
		{"\"network\": {\"dns\": true, \"allow_domains\": []}", ""},
		{"\"network\": {\"allow_domains\": [\"a.org\"]}", "network.allow_domains"},
		{"\"network\": {\"endpoints\": [{\"host\": \"a\", \"rules\": [{\"method\": \"GET\", \"path\": "
		 "\"/\"}]}]}",
		 "network.endpoints"},
		{"\"credentials\": [{\"name\": \"a\", \"upstream\": \"https://a\", \"source\": \"env://A\", "
		 "\"inject\": "
		 "{\"mode\": \"header\"}}]",
		 "credentials"},
		{"\"resources\": {\"memory_bytes\": 68719476736, \"max_processes\": 7}",
		 "resources.memory_bytes resources.max_processes"},
		{"\"rollback\": {\"enabled\": true}", "rollback.enabled"},
		{"\"rollback\": {\"enabled\": false, \"exclude_globs\": [\"*.o\"]}", ""},
		{"\"process\": {\"exec_strategy\": \"direct\"}", ""},
		{"\"process\": {\"exec_strategy\": \"monitor\"}", ""},
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(cases); i++) {
		_cleanup_(nono_manifest_done) struct nono_manifest m = {0};
		_cleanup_(nono_freep) char *found = NULL;
		struct nono_error err = {0};
		char text[1024];

		(void)snprintf(text, sizeof(text), "{\"version\": \"0.1.0\", %s}", cases[i].part);
		CHECK_INT(parse(text, &m, &err), 0);
		found = profile_texts(&m.rules.unbuilt_protecting);
		CHECK_STR(found, cases[i].unbuilt);
	}
}

/* ---- there and back ---- */

static int by_port(const void *a, const void *b)
{
	const struct nono_port_range *x = a, *y = b;

	return x->lo != y->lo ? x->lo - y->lo : x->hi - y->hi;
}

static void dump_ports(struct nono_buf *out, const char *what, struct nono_ports *ports)
{
	if (ports->len)
		qsort(ports->items, ports->len, sizeof(*ports->items), by_port);
	nono_buf_printf(out, "%s:", what);
	for (size_t i = 0; i < ports->len; i++)
		if (i == 0 || by_port(&ports->items[i], &ports->items[i - 1]))
			nono_buf_printf(out, " %u-%u", ports->items[i].lo, ports->items[i].hi);
	nono_buf_puts(out, "\n");
}

/* All of a set but who said it. */
static char *dump(struct nono_capset *set)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};

	for (size_t i = 0; i < set->grant_count; i++) {
		const struct nono_grant *g = &set->grants[i];

		nono_buf_printf(&out, "grant %s = %s %d %x %d %d %" PRIu64 ":%" PRIu64 "\n", g->written, g->node.real,
				g->access, g->rights, g->is_file, g->redundant, g->node.dev, g->node.ino);
	}
	for (size_t i = 0; i < set->deny_count; i++) {
		const struct nono_deny *d = &set->denies[i];

		nono_buf_printf(&out, "deny %s = %s, %s %d %d %d %" PRIu64 ":%" PRIu64 "\n", d->written, d->real,
				d->alias ? d->alias : "-", d->exists, d->write_only, d->permanent, d->dev, d->ino);
	}
	for (size_t i = 0; i < set->blocked_count; i++)
		nono_buf_printf(&out, "blocked %s\n", set->blocked[i].name);
	for (size_t i = 0; i < set->allowed_commands.len; i++)
		nono_buf_printf(&out, "allowed %s\n", set->allowed_commands.items[i]);
	nono_buf_printf(&out, "block %d signals %d ipc %d namespaces %d unlink %d\n", set->network.block,
			set->signal_mode, set->ipc_mode, set->namespaces, set->no_unlink);
	dump_ports(&out, "connect", &set->network.connect);
	dump_ports(&out, "bind", &set->network.bind);
	return nono_buf_take(&out);
}

static char home_text[4096];
static char *const home_env[] = {home_text, NULL};

/* A home directory with what profiles speak of. */
static void make_home(struct nono_vars *vars)
{
	static const char *const dirs[] = {"/.ssh",
					   "/.claude",
					   "/.cargo",
					   "/.config",
					   "/.config/git",
					   "/.local",
					   "/.local/share",
					   "/project",
					   "/sp ace",
					   "/dol$HOME",
					   "/new\nline",
					   "/right\xe2\x80\xaeto-left",
					   "/\xc3\xa9t\xc3\xa9"};
	static const char *const files[] = {"/.bashrc", "/.ssh/id_ed25519", "/.claude.json", "/.gitconfig",
					    "/a*b",	"/project/.env",    "/key"};
	char path[4096];
	struct nono_error err = {0};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(dirs); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", t_tmpdir(), dirs[i]);
		REQUIRE(mkdir(path, 0700) == 0);
	}
	for (size_t i = 0; i < NONO_ARRAY_SIZE(files); i++) {
		int fd;

		(void)snprintf(path, sizeof(path), "%s%s", t_tmpdir(), files[i]);
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		REQUIRE(fd >= 0);
		(void)close(fd);
	}
	(void)snprintf(path, sizeof(path), "%s/link", t_tmpdir());
	REQUIRE(symlink("key", path) == 0);
	(void)snprintf(home_text, sizeof(home_text), "HOME=%s", t_tmpdir());
	(void)snprintf(path, sizeof(path), "%s/project", t_tmpdir());
	REQUIRE(nono_vars_init(vars, home_env, path, getuid(), &err) == 0);
}

static void compose(const struct nono_compose *c, struct nono_capset *set)
{
	struct nono_error err = {0};

	if (nono_compose(c, set, &err) < 0 || nono_capset_seal(c, set, &err) < 0) {
		t_fail(__FILE__, __LINE__, "%s", err.text);
		REQUIRE(false);
	}
}

/* Compose a profile, write its manifest, compose that: the same. */
static void check_round(const struct nono_profile *p, const struct nono_vars *vars, const char *name)
{
	_cleanup_(nono_capset_done) struct nono_capset first = {0}, second = {0};
	_cleanup_(nono_manifest_done) struct nono_manifest m = {0};
	_cleanup_(nono_freep) char *text = NULL;
	_cleanup_(nono_freep) char *was = NULL;
	_cleanup_(nono_freep) char *is = NULL;
	_cleanup_(nono_freep) char *again = NULL;
	struct nono_compose c = {.profile = p,
				 .vars = vars,
				 .fs = &nono_fs_host,
				 .self_exe = "/bin/true",
				 .platform = NONO_PLATFORM_LINUX};
	struct nono_error err = {0};

	compose(&c, &first);
	REQUIRE(nono_manifest_write(&first, vars, &text, &err) == 0);
	if (nono_manifest_parse(text, strlen(text), "m.json", &m, &err) < 0) {
		t_fail(__FILE__, __LINE__, "%s: %s", name, err.text);
		return;
	}
	c.profile = NULL;
	c.manifest = &m;
	compose(&c, &second);
	was = dump(&first);
	is = dump(&second);
	if (strcmp(was, is) != 0)
		t_fail(__FILE__, __LINE__, "%s: this was\n%s\nand became\n%s", name, was, is);
	REQUIRE(nono_manifest_write(&second, vars, &again, &err) == 0);
	CHECK_STR(again, text);
}

TEST(every_builtin_profile_is_its_manifest)
{
	_cleanup_(nono_vars_done) struct nono_vars vars = {0};
	const struct nono_profile_lookup lookup = {.fs = &nono_fs_host, .config_dir = "/nonexistent"};
	struct nono_error err = {0};

	make_home(&vars);
	check_round(NULL, &vars, "the base groups");
	CHECK(nono_builtin_profile_count >= 15);
	for (size_t i = 0; i < nono_builtin_profile_count; i++) {
		_cleanup_(nono_profile_done) struct nono_profile p = {0};
		const char *name = nono_builtin_profiles[i].name;

		REQUIRE(nono_profile_load(&lookup, name, NULL, &p, &err) == 0);
		check_round(&p, &vars, name);
	}
}

TEST(everything_that_a_set_can_say)
{
	static const char *const texts[] = {
		"{\"filesystem\": {\"allow\": [\"$WORKDIR\"], \"read\": [\"~/sp ace\", \"~/*.json\"], \"write\": "
		"[\"~/.cargo\"],"
		" \"read_file\": [\"~/link\"], \"deny\": [\"~/a*b\", \"~/.config/**/token\", \"~/nowhere/x\", "
		"\"~/.gitconfig\"]}}",
		"{\"filesystem\": {\"read\": [\"~/.ssh\"], \"bypass_protection\": [\"~/.ssh\"], \"deny\": "
		"[\"~/link\"]}}",
		"{\"filesystem\": {\"read\": [\"~/new\\nline\", \"~/right\\u202eto-left\", \"~/\xc3\xa9t\xc3\xa9\"]}}",
		"{\"trust_groups\": [\"deny_credentials\", \"dangerous_commands\"]}",
		"{\"network\": {\"block\": true}}",
		"{\"network\": {\"open_port\": [80], \"open_port_range\": [[3000, 3010]], \"listen_port\": [443, 80],"
		" \"listen_port_range\": [[5000, 5001]], \"connect_port\": [22, 443]}}",
		"{\"network\": {\"block\": true, \"listen_port\": [8080]}}",
		"{\"security\": {\"signal_mode\": \"allow_all\", \"ipc_mode\": \"full\"}, \"linux\": {\"namespaces\": "
		"\"allow\"}}",
		"{\"security\": {\"signal_mode\": \"allow_same_sandbox\", \"ipc_mode\": \"shared_memory_only\"}}",
		"{\"commands\": {\"allow\": [\"rm\", \"na\\\"me\"], \"deny\": [\"curl\"]}}",
	};
	_cleanup_(nono_vars_done) struct nono_vars vars = {0};

	make_home(&vars);
	for (size_t i = 0; i < NONO_ARRAY_SIZE(texts); i++) {
		_cleanup_(nono_profile_done) struct nono_profile p = profile_good(texts[i]);

		check_round(&p, &vars, texts[i]);
	}
}

TEST(removal_that_was_withheld_stays_so)
{
	_cleanup_(nono_vars_done) struct nono_vars vars = {0};
	_cleanup_(nono_capset_done) struct nono_capset set = {0};
	_cleanup_(nono_manifest_done) struct nono_manifest m = {0};
	_cleanup_(nono_freep) char *text = NULL;
	struct nono_compose c = {.vars = &vars, .fs = &nono_fs_host, .platform = NONO_PLATFORM_LINUX, .manifest = &m};
	struct nono_error err = {0};

	make_home(&vars);
	REQUIRE(parse("{\"version\": \"0.1.0\", \"filesystem\": {\"deny_unlink\": true, \"grants\": "
		      "[{\"path\": \"~/project\", \"access\": \"readwrite\"}]}}",
		      &m, &err) == 0);
	compose(&c, &set);
	REQUIRE(set.grant_count == 1);
	CHECK_INT(set.grants[0].rights & NONO_RIGHTS_REMOVE, 0);
	CHECK_INT(set.grants[0].rights & NONO_RIGHT_MAKE_REG, NONO_RIGHT_MAKE_REG);
	REQUIRE(nono_manifest_write(&set, &vars, &text, &err) == 0);
	CHECK_HAS(text, "\"deny_unlink\": true");
}

/* A path that would be read back as another one is not written. */
TEST(paths_that_no_manifest_can_hold)
{
	static const char *const paths[] = {"/dol$HOME", "/b\xff"};
	_cleanup_(nono_vars_done) struct nono_vars vars = {0};
	char path[4096];

	make_home(&vars);
	(void)snprintf(path, sizeof(path), "%s%s", t_tmpdir(), paths[1]);
	REQUIRE(mkdir(path, 0700) == 0);
	for (size_t i = 0; i < NONO_ARRAY_SIZE(paths); i++) {
		_cleanup_(nono_capset_done) struct nono_capset set = {0};
		_cleanup_(nono_flags_done) struct nono_flags flags = {0};
		const struct nono_compose c = {
			.vars = &vars, .fs = &nono_fs_host, .platform = NONO_PLATFORM_LINUX, .flags = &flags};
		struct nono_error err = {0};
		char *text = NULL;

		(void)snprintf(path, sizeof(path), "%s%s", t_tmpdir(), paths[i]);
		REQUIRE(nono_strv_add(&flags.read, path, &err) == 0);
		compose(&c, &set);
		CHECK_INT(nono_manifest_write(&set, &vars, &text, &err), -NONO_E_POLICY);
		CHECK_HAS(err.text, "cannot be written in a manifest");
		CHECK(text == NULL);
	}
}

TEST(kinds_are_held_to)
{
	_cleanup_(nono_vars_done) struct nono_vars vars = {0};
	static const struct {
		const char *grant, *error;
	} cases[] = {
		{"{\"path\": \"~/key\", \"access\": \"read\"}", "this is a file; use \"type\": \"file\""},
		{"{\"path\": \"~/project\", \"access\": \"read\", \"type\": \"file\"}",
		 "this is a directory; use \"type\": \"directory\""},
		{"{\"path\": \"~/a*b\", \"access\": \"read\", \"type\": \"file\"}", ""},
		{"{\"path\": \"~/none\", \"access\": \"read\"}", ""},
	};

	make_home(&vars);
	for (size_t i = 0; i < NONO_ARRAY_SIZE(cases); i++) {
		_cleanup_(nono_capset_done) struct nono_capset set = {0};
		_cleanup_(nono_manifest_done) struct nono_manifest m = {0};
		const struct nono_compose c = {
			.vars = &vars, .fs = &nono_fs_host, .platform = NONO_PLATFORM_LINUX, .manifest = &m};
		struct nono_error err = {0};
		char text[1024];

		(void)snprintf(text, sizeof(text), "{\"version\": \"0.1.0\", \"filesystem\": {\"grants\": [%s]}}",
			       cases[i].grant);
		REQUIRE(parse(text, &m, &err) == 0);
		CHECK_INT(nono_compose(&c, &set, &err), *cases[i].error ? -NONO_E_POLICY : 0);
		CHECK_HAS(err.text, cases[i].error);
	}
}
