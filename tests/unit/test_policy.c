/* test_policy.c - variables, paths, patterns, quoting, the environment.  SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/quote.h"
#include "base/util.h"
#include "policy/build.h"
#include "policy/capjson.h"
#include "policy/compose.h"
#include "policy/environment.h"
#include "policy/explain.h"
#include "policy/path.h"
#include "t.h"

static char *const plain_env[] = {"HOME=/home/u/", "EMPTY=", "X=/x", "XDG_STATE_HOME=/var/state", NULL};

static void expands_to(const struct nono_vars *vars, const char *text, const char *want)
{
	_cleanup_(nono_freep) char *got = NULL;
	struct nono_error err = {0};

	CHECK_INT(nono_vars_expand(vars, text, &got, &err), 0);
	CHECK_STR(got, want);
}

TEST(variables_end_where_names_end)
{
	struct nono_vars vars;
	struct nono_error err = {0};

	REQUIRE(nono_vars_init(&vars, plain_env, "/work dir", 7, &err) == 0);
	expands_to(&vars, "~", "/home/u");
	expands_to(&vars, "~/a/", "/home/u/a");
	expands_to(&vars, "$HOME/a", "/home/u/a");
	expands_to(&vars, "/p/$HOMEX", "/p/$HOMEX");
	expands_to(&vars, "$HOME.d", "/home/u.d");
	expands_to(&vars, "$WORKDIR/b", "/work dir/b");
	expands_to(&vars, "$TMPDIR/o-$UID", "/tmp/o-7");
	expands_to(&vars, "$XDG_STATE_HOME/n", "/var/state/n");
	expands_to(&vars, "$XDG_CACHE_HOME", "/home/u/.cache");
	expands_to(&vars, "$X/y", "/x/y");
	expands_to(&vars, "rel/", "/work dir/rel");
	expands_to(&vars, "/a~b/$", "/a~b/$");
	expands_to(&vars, "/n\nl/\xff", "/n\nl/\xff");
	expands_to(&vars, "$XDG_RUNTIME_DIR/s", "/work dir/$XDG_RUNTIME_DIR/s");
	nono_vars_done(&vars);
}

TEST(variables_must_be_absolute)
{
	static char *const relative[] = {"HOME=here", NULL};
	static char *const none[] = {NULL};
	struct nono_vars vars = {0};
	struct nono_error err = {0};

	CHECK_INT(nono_vars_init(&vars, relative, "/", 0, &err), -NONO_E_POLICY);
	CHECK(strstr(err.text, "HOME is 'here'"));
	CHECK_INT(nono_vars_init(&vars, none, "/", 0, &err), -NONO_E_POLICY);
	CHECK(strstr(err.text, "HOME is not set"));
	CHECK(vars.home == NULL);
}

TEST(paths_compare_by_component)
{
	CHECK(nono_path_is_below("/a/b", "/a"));
	CHECK(!nono_path_is_below("/ab", "/a"));
	CHECK(!nono_path_is_below("/a", "/a"));
	CHECK(nono_path_is_below("/a", "/"));
	CHECK(!nono_path_is_below("/", "/"));
	CHECK(nono_path_is_within("/a", "/a"));
	CHECK(nono_path_compare("/a/b", "/a-b") < 0);
	CHECK(nono_path_compare("/a", "/a/b") < 0);
	CHECK(nono_path_compare("/a", "/a") == 0);
}

TEST(untrusted_text_is_escaped)
{
	static const struct {
		const char *in, *text, *shell;
	} cases[] = {
		{"plain-1.txt", "plain-1.txt", "plain-1.txt"},
		{"two words", "two words", "'two words'"},
		{"a\033[2Jb", "a\\x1b[2Jb", "$'a\\x1b[2Jb'"},
		{"it's", "it's", "$'it\\'s'"},
		{"\xc3\xa9", "\xc3\xa9", "'\xc3\xa9'"},
		{"\xff", "\\xff", "$'\\xff'"},
		{"\xe2\x80\xae", "\\xe2\\x80\\xae", "$'\\xe2\\x80\\xae'"}, /* right-to-left override */
		{"\xc0\xaf", "\\xc0\\xaf", "$'\\xc0\\xaf'"},		   /* overlong */
		{"", "", "$''"},
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(cases); i++) {
		_cleanup_(nono_buf_done) struct nono_buf text = {0};
		_cleanup_(nono_buf_done) struct nono_buf shell = {0};

		nono_quote_text(&text, cases[i].in);
		nono_quote_shell(&shell, cases[i].in);
		CHECK_STR(text.data ? text.data : "", cases[i].text);
		if (*cases[i].in)
			CHECK_STR(shell.data, cases[i].shell);
	}
}

static void touch(const char *dir, const char *name)
{
	char path[4096];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	REQUIRE(fd >= 0);
	(void)close(fd);
}

static void make(const char *dir, const char *name)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	REQUIRE(mkdir(path, 0700) == 0);
}

static int collect(void *arg, const char *path, struct nono_error *err)
{
	return nono_strv_add(arg, path, err);
}

static size_t matches(const char *dir, const char *pattern)
{
	_cleanup_(nono_strv_done) struct nono_strv found = {0};
	struct nono_error err = {0};
	char path[4096];

	int count;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, pattern);
	count = nono_glob(&nono_fs_host, path, collect, &found, &err);
	CHECK_INT(count, found.len);
	return found.len;
}

TEST(patterns)
{
	const char *dir = t_tmpdir();
	struct nono_error err = {0};

	make(dir, "a");
	make(dir, "a/b");
	make(dir, "a/b/c");
	touch(dir, ".env");
	touch(dir, "a/.env");
	touch(dir, "a/b/c/.env");
	touch(dir, "a/x.pem");
	CHECK_INT(matches(dir, "**/.env"), 3);
	CHECK_INT(matches(dir, "*/.env"), 1);
	CHECK_INT(matches(dir, "a/**/.env"), 2);
	CHECK_INT(matches(dir, "a/*.pem"), 1);
	CHECK_INT(matches(dir, "a/x*m"), 1);
	CHECK_INT(matches(dir, "none/*"), 0);
	CHECK_INT(nono_glob(&nono_fs_host, "/x/*?", collect, NULL, &err), -NONO_E_POLICY);
}

static struct nono_vars home_vars(char *home_line, size_t size)
{
	static char *env[2];
	struct nono_vars vars;
	struct nono_error err = {0};

	(void)snprintf(home_line, size, "HOME=%s/home", t_tmpdir());
	env[0] = home_line;
	if (mkdir(home_line + 5, 0700) < 0)
		FAIL("mkdir %s", home_line + 5);
	REQUIRE(nono_vars_init(&vars, env, t_tmpdir(), 1, &err) == 0);
	return vars;
}

struct fixture {
	char home_line[512];
	struct nono_vars vars;
	struct nono_flags flags;
	struct nono_profile profile;
	struct nono_capset set;
	struct nono_error err;
	struct nono_compose compose;
};

static void fixture_init(struct fixture *f)
{
	*f = (struct fixture){.set.verbose = true};
	f->vars = home_vars(f->home_line, sizeof(f->home_line));
	f->compose = (struct nono_compose){.profile = &f->profile,
					   .flags = &f->flags,
					   .vars = &f->vars,
					   .fs = &nono_fs_host,
					   .platform = NONO_PLATFORM_LINUX};
}

static int fixture_compose(struct fixture *f)
{
	int rc = nono_compose(&f->compose, &f->set, &f->err);

	return rc == 0 ? nono_capset_seal(&f->compose, &f->set, &f->err) : rc;
}

static void fixture_done(struct fixture *f)
{
	nono_capset_done(&f->set);
	nono_flags_done(&f->flags);
	nono_profile_done(&f->profile);
	nono_vars_done(&f->vars);
}

static const char *in_home(const struct fixture *f, const char *name)
{
	static char paths[4][1024];
	static unsigned int next;
	char *path = paths[next++ % 4];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", f->vars.home, name);
	return path;
}

static bool allowed(const struct fixture *f, const char *path, enum nono_op op)
{
	_cleanup_(nono_answer_done) struct nono_answer a = {0};

	CHECK_INT(nono_explain(&f->set, &nono_fs_host, path, op, &a, NULL), 0);
	return a.allowed;
}

static bool noted(const struct fixture *f, const char *text)
{
	for (size_t i = 0; i < f->set.note_count; i++)
		if (strstr(f->set.notes[i].text, text))
			return true;
	return false;
}

TEST(base_groups_alone)
{
	struct fixture f;

	fixture_init(&f);
	touch(f.vars.home, ".bashrc");
	touch(f.vars.home, "notes");
	CHECK_INT(fixture_compose(&f), 0);
	CHECK(allowed(&f, "/usr/bin/env", NONO_OP_EXEC));
	CHECK(allowed(&f, "/etc/passwd", NONO_OP_READ));
	CHECK(!allowed(&f, "/etc/passwd", NONO_OP_WRITE));
	CHECK(allowed(&f, "/tmp", NONO_OP_WRITE));
	CHECK(allowed(&f, "/proc/self/status", NONO_OP_READ));
	CHECK(!allowed(&f, in_home(&f, ".bashrc"), NONO_OP_READ));
	CHECK(!allowed(&f, in_home(&f, "notes"), NONO_OP_READ));
	CHECK(!allowed(&f, in_home(&f, "new"), NONO_OP_CREATE));
	fixture_done(&f);
}

/* /tmp is not shared then, but what is shared on purpose in it is. */
TEST(a_home_in_a_temporary_directory)
{
	_cleanup_(nono_vars_done) struct nono_vars vars = {0};
	char dir[] = "/tmp/nono-home-XXXXXX", home[64];
	char *const env[] = {home, NULL};
	struct fixture f;
	size_t said = 0;

	REQUIRE(mkdtemp(dir) != NULL);
	(void)snprintf(home, sizeof(home), "HOME=%s", dir);
	fixture_init(&f);
	REQUIRE(nono_vars_init(&vars, env, dir, 1, &f.err) == 0);
	f.compose.vars = &vars;
	CHECK_INT(nono_compose(&f.compose, &f.set, &f.err), 0);
	CHECK(!allowed(&f, dir, NONO_OP_READ));
	CHECK_INT(nono_compose_workdir(&f.compose, &f.set, NONO_ACCESS_READ, "--allow-cwd", &f.err), 0);
	CHECK(allowed(&f, dir, NONO_OP_READ));
	CHECK(!allowed(&f, "/tmp", NONO_OP_READ));
	for (size_t i = 0; i < f.set.note_count; i++)
		said += strstr(f.set.notes[i].text, "/tmp is not shared") != NULL;
	CHECK_INT(said, 1);
	CHECK_INT(rmdir(dir), 0);
	fixture_done(&f);
}

static const struct nono_deny *find_rule(const struct fixture *f, const char *end)
{
	for (size_t i = 0; i < f->set.deny_count; i++) {
		const struct nono_deny *d = &f->set.denies[i];
		size_t len = strlen(d->written), tail = strlen(end);

		if (len >= tail && strcmp(d->written + len - tail, end) == 0)
			return d;
	}
	return NULL;
}

TEST(a_deny_below_a_grant_is_marked_and_refused_where_nobody_plans)
{
	struct fixture f;

	fixture_init(&f);
	REQUIRE(nono_strv_add(&f.flags.read, f.vars.home, NULL) == 0);
	CHECK_INT(fixture_compose(&f), 0);
	REQUIRE(find_rule(&f, "/.ssh"));
	CHECK(find_rule(&f, "/.ssh")->covered);
	CHECK_INT(find_rule(&f, "/.ssh")->tier, NONO_TIER_NONE);
	/* Nothing writes there: what is denied for writing only is in no danger. */
	CHECK(!find_rule(&f, "/.config/nono")->covered);
	CHECK_INT(nono_capset_refuse_covered(&f.set, "of a reason", NULL, &f.err), -NONO_E_POLICY);
	CHECK(strstr(f.err.text, "here, because of a reason: "));
	CHECK(strstr(f.err.text, "/home (flag --read) contains"));
	CHECK(strstr(f.err.text, ".ssh, denied by group deny_credentials"));
	fixture_done(&f);
}

TEST(a_file_grant_equal_to_a_deny_is_dropped_and_said)
{
	struct fixture f;

	fixture_init(&f);
	touch(f.vars.home, ".bashrc");
	REQUIRE(nono_strv_add(&f.flags.read_file, in_home(&f, ".bashrc"), NULL) == 0);
	CHECK_INT(fixture_compose(&f), 0);
	CHECK(!allowed(&f, in_home(&f, ".bashrc"), NONO_OP_READ));
	CHECK(noted(&f, "group deny_shell_configs denies it; --override-deny"));
	fixture_done(&f);
}

TEST(an_override_needs_a_grant_and_then_lifts)
{
	struct fixture f;

	fixture_init(&f);
	touch(f.vars.home, ".bashrc");
	REQUIRE(nono_strv_add(&f.flags.bypass, in_home(&f, ".bashrc"), NULL) == 0);
	CHECK_INT(fixture_compose(&f), -NONO_E_POLICY);
	CHECK(strstr(f.err.text, "--read-file"));
	nono_capset_done(&f.set);
	REQUIRE(nono_strv_add(&f.flags.read_file, in_home(&f, ".bashrc"), NULL) == 0);
	CHECK_INT(fixture_compose(&f), 0);
	CHECK(allowed(&f, in_home(&f, ".bashrc"), NONO_OP_READ));
	CHECK(noted(&f, "lifts the protection"));
	fixture_done(&f);
}

TEST(an_override_of_a_directory_serves_a_file_in_it)
{
	struct fixture f;

	fixture_init(&f);
	make(f.vars.home, ".ssh");
	touch(f.vars.home, ".ssh/key");
	touch(f.vars.home, ".ssh/other");
	REQUIRE(nono_strv_add(&f.flags.bypass, in_home(&f, ".ssh"), NULL) == 0);
	REQUIRE(nono_strv_add(&f.flags.read_file, in_home(&f, ".ssh/key"), NULL) == 0);
	CHECK_INT(fixture_compose(&f), 0);
	CHECK(allowed(&f, in_home(&f, ".ssh/key"), NONO_OP_READ));
	CHECK(!allowed(&f, in_home(&f, ".ssh/key"), NONO_OP_WRITE));
	CHECK(!allowed(&f, in_home(&f, ".ssh/other"), NONO_OP_READ));
	CHECK(!allowed(&f, in_home(&f, ".ssh"), NONO_OP_READ));
	fixture_done(&f);
}

TEST(nonos_own_files)
{
	struct fixture f;

	fixture_init(&f);
	make(f.vars.home, ".nono");
	make(f.vars.home, ".config");
	make(f.vars.home, ".config/nono");
	touch(f.vars.home, ".config/nono/x");
	REQUIRE(nono_strv_add(&f.flags.allow, in_home(&f, ".nono"), NULL) == 0);
	REQUIRE(nono_strv_add(&f.flags.bypass, in_home(&f, ".nono"), NULL) == 0);
	REQUIRE(nono_strv_add(&f.flags.allow, in_home(&f, ".config/nono"), NULL) == 0);
	CHECK_INT(fixture_compose(&f), 0);
	CHECK(!allowed(&f, in_home(&f, ".nono"), NONO_OP_READ));
	CHECK(allowed(&f, in_home(&f, ".config/nono/x"), NONO_OP_READ));
	CHECK(!allowed(&f, in_home(&f, ".config/nono/x"), NONO_OP_WRITE));
	fixture_done(&f);
}

static void add_entry(struct nono_entries *e, const char *text)
{
	REQUIRE(nono_entries_add(e, text, "t", false, NULL) == 0);
}

TEST(required_groups_leave_only_by_trust)
{
	struct fixture f;

	fixture_init(&f);
	make(f.vars.home, ".ssh");
	add_entry(&f.profile.groups.exclude, "deny_credentials");
	add_entry(&f.profile.groups.exclude, "user_tools");
	CHECK_INT(fixture_compose(&f), -NONO_E_POLICY);
	CHECK(strstr(f.err.text, "'deny_credentials' is a required group; only trust_groups"));
	nono_capset_done(&f.set);
	nono_entries_done(&f.profile.groups.exclude);
	add_entry(&f.profile.trust_groups, "deny_credentials");
	add_entry(&f.profile.filesystem.read, "~/.ssh");
	CHECK_INT(fixture_compose(&f), 0);
	CHECK(allowed(&f, in_home(&f, ".ssh"), NONO_OP_READ));
	CHECK(noted(&f, "deny_credentials"));
	fixture_done(&f);
}

TEST(unknown_groups_name_the_nearest)
{
	struct fixture f;

	fixture_init(&f);
	add_entry(&f.profile.groups.include, "node_runtme");
	CHECK_INT(fixture_compose(&f), -NONO_E_POLICY);
	CHECK(strstr(f.err.text, "did you mean 'node_runtime'?"));
	fixture_done(&f);
}

TEST(older_group_names)
{
	struct fixture f;

	fixture_init(&f);
	make(f.vars.home, ".vscode");
	add_entry(&f.profile.groups.include, "vscode");
	add_entry(&f.profile.groups.include, "system_read_linux");
	CHECK_INT(fixture_compose(&f), 0);
	CHECK(allowed(&f, in_home(&f, ".vscode"), NONO_OP_WRITE));
	CHECK(allowed(&f, "/sys", NONO_OP_READ));
	fixture_done(&f);
}

TEST(write_without_read_has_no_read)
{
	struct fixture f;

	fixture_init(&f);
	make(f.vars.home, "out");
	touch(f.vars.home, "out/f");
	add_entry(&f.profile.filesystem.write, "$HOME/out/");
	CHECK_INT(fixture_compose(&f), 0);
	CHECK(allowed(&f, in_home(&f, "out/f"), NONO_OP_WRITE));
	CHECK(allowed(&f, in_home(&f, "out/f"), NONO_OP_UNLINK));
	CHECK(!allowed(&f, in_home(&f, "out/f"), NONO_OP_READ));
	CHECK(!allowed(&f, in_home(&f, "out"), NONO_OP_READ));
	fixture_done(&f);
}

TEST(writing_to_proc_is_never_granted)
{
	struct fixture f;

	fixture_init(&f);
	REQUIRE(nono_strv_add(&f.flags.allow, "/proc/self", NULL) == 0);
	REQUIRE(nono_strv_add(&f.flags.allow, "/sys/kernel", NULL) == 0);
	CHECK_INT(fixture_compose(&f), 0);
	CHECK(!allowed(&f, "/proc/self/oom_score_adj", NONO_OP_WRITE));
	CHECK(!allowed(&f, "/sys/kernel", NONO_OP_WRITE));
	CHECK(noted(&f, "writing below /proc and /sys is never granted"));
	fixture_done(&f);
}

TEST(deny_patterns_take_what_is_there_and_keep_their_text)
{
	struct fixture f;

	fixture_init(&f);
	make(f.vars.home, "project");
	make(f.vars.home, "project/a");
	make(f.vars.home, "project/a/.env");
	add_entry(&f.profile.filesystem.allow, "~/project");
	add_entry(&f.profile.filesystem.deny, "~/project/**/.env");
	CHECK_INT(fixture_compose(&f), 0);
	REQUIRE(find_rule(&f, "/project/a/.env"));
	CHECK(find_rule(&f, "/project/a/.env")->covered);
	CHECK(find_rule(&f, "/project/a/.env")->exists);
	REQUIRE(find_rule(&f, "/project/**/.env"));
	CHECK(!find_rule(&f, "/project/**/.env")->exists);
	fixture_done(&f);
}

TEST(a_set_survives_json)
{
	struct fixture f;
	_cleanup_(nono_freep) char *text = NULL;
	struct nono_capset back = {0};
	size_t streams = 0;

	fixture_init(&f);
	make(f.vars.home, "q\"uote\n");
	add_entry(&f.profile.filesystem.allow, "~/q\"uote\n");
	CHECK_INT(fixture_compose(&f), 0);
	text = nono_capset_to_json(&f.set);
	REQUIRE(text);
	REQUIRE(nono_capset_from_json(text, strlen(text), "t", &back, &f.err) == 0);
	for (size_t i = 0; i < f.set.grant_count; i++)
		streams += nono_grant_is_stream(&f.set.grants[i]);
	CHECK_INT(back.grant_count, f.set.grant_count - streams);
	CHECK_INT(back.deny_count, f.set.deny_count);
	nono_capset_done(&f.set);
	f.set = back;
	CHECK(allowed(&f, in_home(&f, "q\"uote\n"), NONO_OP_WRITE));
	CHECK(!allowed(&f, in_home(&f, "other"), NONO_OP_WRITE));
	fixture_done(&f);
}

TEST(a_copy_of_a_set_answers_alike_and_stands_alone)
{
	static struct nono_port_range range = {1, 2};
	struct fixture f;
	struct nono_capset copy = {0};
	_cleanup_(nono_freep) char *before = NULL;
	_cleanup_(nono_freep) char *after = NULL;

	fixture_init(&f);
	make(f.vars.home, "data");
	add_entry(&f.profile.filesystem.allow, "~/data");
	add_entry(&f.profile.filesystem.deny, "~/other");
	add_entry(&f.profile.commands.deny, "rm");
	add_entry(&f.profile.commands.allow, "ls");
	CHECK_INT(fixture_compose(&f), 0);
	REQUIRE((f.set.network.connect.items = malloc(sizeof(range))));
	f.set.network.connect.items[0] = range;
	f.set.network.connect.len = f.set.network.connect.room = 1;
	before = nono_capset_to_json(&f.set);
	CHECK_INT(nono_capset_copy(&f.set, &copy, &f.err), 0);
	nono_capset_done(&f.set);
	after = nono_capset_to_json(&copy);
	CHECK_STR(after, before);
	CHECK(copy.grant_count > 0 && copy.grants[0].node.fd == -1);
	f.set = copy;
	CHECK(allowed(&f, in_home(&f, "data/x"), NONO_OP_CREATE));
	CHECK(!allowed(&f, in_home(&f, "other"), NONO_OP_WRITE));
	fixture_done(&f);
}

static const char *value_of(const struct nono_strv *env, const char *name)
{
	return nono_environ_get(env->items, name, strlen(name));
}

TEST(environment_rules)
{
	static char *const env[] = {"HOME=/h", "PATH=/bin", "LD_PRELOAD=x", "BASH_FUNC_a%%=() {", "NONO_PROFILE=p",
				    "A_KEY=1", "A_TOKEN=2", "KEEP=\xff",    "OP_SESSION_x=1",	  NULL};
	struct nono_profile p = {0};
	struct nono_vars vars;
	struct nono_environment e = {.profile = &p, .vars = &vars, .cap_file = "/c"};
	struct nono_strv out = {0};
	struct nono_error err = {0};

	REQUIRE(nono_vars_init(&vars, env, "/w", 0, &err) == 0);
	add_entry(&p.environment.deny_vars, "A_T*");
	CHECK_INT(nono_environment_build(&e, env, &out, &err), 0);
	CHECK_STR(value_of(&out, "KEEP"), "\xff");
	CHECK_STR(value_of(&out, "A_KEY"), "1");
	CHECK_STR(value_of(&out, "A_TOKEN"), NULL);
	CHECK_STR(value_of(&out, "LD_PRELOAD"), NULL);
	CHECK_STR(value_of(&out, "BASH_FUNC_a%%"), NULL);
	CHECK_STR(value_of(&out, "OP_SESSION_x"), NULL);
	CHECK_STR(value_of(&out, "NONO_PROFILE"), NULL);
	CHECK_STR(value_of(&out, "NONO_CAP_FILE"), "/c");
	nono_strv_done(&out);
	p.environment.allow_vars_set = true;
	CHECK_INT(nono_environment_build(&e, env, &out, &err), 0);
	CHECK_INT(out.len, 1);
	nono_strv_done(&out);
	nono_profile_done(&p);
	nono_vars_done(&vars);
}
