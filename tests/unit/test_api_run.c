/* test_api_run.c - the C library: the process, a command, profiles.  SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "api_t.h"

static NonoCapabilitySet *caps_for(const char *dir, uint32_t mode)
{
	NonoCapabilitySet *caps = nono_capability_set_new();

	CHECK_INT(nono_capability_set_allow_path(caps, dir, mode), OK);
	return caps;
}

/* ---- the process itself ---- */

TEST(apply_refuses_and_allows)
{
	const char *file = make_file("file", ""), *inside = in_dir("dir/inside");
	NonoCapabilitySet *caps = caps_for(make_dir("dir"), NONO_ACCESS_MODE_READ_WRITE);

	if (!nono_sandbox_is_supported())
		SKIP("landlock: this kernel has none");
	t_no_leak_check();
	CHECK_INT(errno_of_open(file, O_RDONLY), 0);
	CHECK_INT(nono_sandbox_apply(caps), OK);
	CHECK_INT(errno_of_open(file, O_RDONLY), EACCES);
	CHECK_INT(errno_of_open(inside, O_WRONLY | O_CREAT), 0);
	CHECK_INT(errno_of_open(inside, O_RDONLY), 0);
	CHECK(socket(AF_INET, SOCK_STREAM, 0) >= 0);
	CHECK(kill(getppid(), 0) < 0 && errno == EPERM); /* alone, it is kept from others */
	nono_capability_set_free(caps);
}

TEST(apply_network)
{
	NonoCapabilitySet *caps = nono_capability_set_new();

	if (!nono_sandbox_is_supported())
		SKIP("landlock: this kernel has none");
	t_no_leak_check();
	CHECK(socket(AF_INET, SOCK_STREAM, 0) >= 0);
	CHECK_INT(nono_capability_set_set_network_blocked(caps, true), OK);
	CHECK_INT(nono_sandbox_apply(caps), OK); /* no grant at all: every file is refused too */
	CHECK(socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EACCES);
	CHECK(socket(AF_UNIX, SOCK_STREAM, 0) >= 0);
	CHECK_INT(errno_of_open("/etc/passwd", O_RDONLY), EACCES);
}

TEST(apply_needs_something_to_apply)
{
	NonoCapabilitySet *caps = nono_capability_set_new();
	const char *file = make_file("file", "");

	CHECK_INT(nono_sandbox_apply(caps), NONO_ERROR_CODE_ERR_NO_CAPABILITIES);
	CHECK_ERROR("empty");
	CHECK_INT(errno_of_open(file, O_RDONLY), 0);
	CHECK_INT(nono_capability_set_allow_file(caps, file, NONO_ACCESS_MODE_READ), OK);
	t_no_leak_check();
	CHECK_INT(nono_sandbox_apply(caps), OK);
	nono_capability_set_free(caps);
}

static void *open_later(void *arg)
{
	int *pipe_fd = arg;
	char c;

	CHECK(read(pipe_fd[0], &c, 1) == 1);
	return (void *)(intptr_t)errno_of_open(in_dir("file"), O_RDONLY);
}

TEST(apply_confines_every_thread)
{
	NonoCapabilitySet *caps = caps_for(make_dir("dir"), NONO_ACCESS_MODE_READ);
	pthread_t threads[3];
	int fds[2];
	void *result;

	if (!nono_sandbox_is_supported())
		SKIP("landlock: this kernel has none");
	(void)make_file("file", "");
	t_no_leak_check();
	REQUIRE(pipe2(fds, O_CLOEXEC) == 0);
	for (size_t i = 0; i < 3; i++)
		REQUIRE(pthread_create(&threads[i], NULL, open_later, fds) == 0);
	CHECK_INT(errno_of_open(in_dir("file"), O_RDONLY), 0);
	CHECK_INT(nono_sandbox_apply(caps), OK);
	CHECK(write(fds[1], "xxx", 3) == 3);
	for (size_t i = 0; i < 3; i++) {
		(void)pthread_join(threads[i], &result);
		CHECK_INT((intptr_t)result, EACCES);
	}
	nono_capability_set_free(caps);
}

/* A daemon closes what it does not know; what then has the number must not be granted in its place. */
TEST(apply_notices_closed_descriptors)
{
	const char *secret = make_dir("secret");
	NonoCapabilitySet *caps = caps_for(make_dir("dir"), NONO_ACCESS_MODE_READ);

	for (int fd = 3; fd < 100; fd++)
		(void)close(fd);
	CHECK_INT(nono_sandbox_apply(caps), NONO_ERROR_CODE_ERR_IO);
	CHECK_ERROR("closed by the program");
	for (int fd = 3; fd < 20; fd++)
		(void)open(secret, O_PATH | O_CLOEXEC);
	CHECK_INT(nono_sandbox_apply(caps), NONO_ERROR_CODE_ERR_IO);
	CHECK_INT(errno_of_open(secret, O_RDONLY), 0);
	nono_capability_set_free(caps);
}

TEST(apply_sixteen_times)
{
	NonoCapabilitySet *caps = caps_for("/", NONO_ACCESS_MODE_READ);

	if (!nono_sandbox_is_supported())
		SKIP("landlock: this kernel has none");
	t_no_leak_check();
	for (int i = 0; i < 16; i++)
		CHECK_INT(nono_sandbox_apply(caps), OK);
	CHECK_INT(nono_sandbox_apply(caps), NONO_ERROR_CODE_ERR_SANDBOX_INIT);
	CHECK_ERROR("17th");
	nono_capability_set_free(caps);
}

/* ---- one command ---- */

static const char *const plain_env[] = {"PATH=/usr/bin:/bin", NULL};

/* What a shell needs to run, and the test's directory. */
static NonoCapabilitySet *shell_caps(void)
{
	static const char *const dirs[] = {"/usr", "/bin", "/lib", "/lib64", "/etc"};
	NonoCapabilitySet *caps = nono_capability_set_new();

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (access(dirs[i], F_OK) == 0)
			CHECK_INT(nono_capability_set_allow_path(caps, dirs[i], NONO_ACCESS_MODE_READ), OK);
	CHECK_INT(nono_capability_set_allow_file(caps, "/dev/null", NONO_ACCESS_MODE_READ_WRITE), OK);
	return caps;
}

static NonoErrorCode run_sh(const NonoCapabilitySet *caps, const char *script, NonoRunResult *ret)
{
	const char *argv[] = {"sh", "-c", script, NULL};
	NonoRunOptions opts = NONO_RUN_OPTIONS_INIT;
	int fds[2];
	NonoErrorCode code;

	REQUIRE(pipe2(fds, O_CLOEXEC) == 0);
	opts.env = plain_env;
	opts.stdout_fd = opts.stderr_fd = fds[1]; /* a pipe is looked at */
	code = nono_run_command(caps, argv, &opts, ret);
	(void)close(fds[0]);
	(void)close(fds[1]);
	return code;
}

TEST(run_tells_how_it_ended)
{
	NonoCapabilitySet *caps = shell_caps();
	NonoRunResult r = {0};

	if (!nono_sandbox_is_supported())
		SKIP("landlock: this kernel has none");
	CHECK_INT(run_sh(caps, "exit 0", &r), OK);
	CHECK_INT(r.exit_code, 0);
	CHECK_HAS(r.report_json, "\"denials\":[]");
	nono_string_free(r.report_json);
	CHECK_INT(run_sh(caps, "exit 7", &r), OK);
	CHECK_INT(r.exit_code, 7);
	CHECK_INT(r.signal, 0);
	nono_string_free(r.report_json);
	CHECK_INT(run_sh(caps, "kill -9 $$", &r), OK);
	CHECK_INT(r.exit_code, 137);
	CHECK_INT(r.signal, 9);
	nono_string_free(r.report_json);
	nono_capability_set_free(caps);
}

TEST(run_tells_what_was_refused)
{
	NonoCapabilitySet *caps = shell_caps();
	const char *secret = make_file("secret", "x");
	char script[5000], want[5000];
	NonoRunResult r = {0};

	if (!nono_sandbox_is_supported())
		SKIP("landlock: this kernel has none");
	(void)snprintf(script, sizeof(script), "cat %s", secret);
	CHECK_INT(run_sh(caps, script, &r), OK);
	CHECK_INT(r.exit_code, 1);
	(void)snprintf(want, sizeof(want), "{\"path\":\"%s\",\"access\":\"Read\",\"reason\":\"PolicyBlocked\"}",
		       secret);
	CHECK_HAS(r.report_json, want);
	(void)snprintf(want, sizeof(want), "\"hint\":\"--read-file %s\"", secret);
	CHECK_HAS(r.report_json, want);
	nono_string_free(r.report_json);
	/* The control: the same with a grant. And this process was not confined. */
	CHECK_INT(nono_capability_set_allow_file(caps, secret, NONO_ACCESS_MODE_READ), OK);
	CHECK_INT(run_sh(caps, script, &r), OK);
	CHECK_INT(r.exit_code, 0);
	nono_string_free(r.report_json);
	CHECK_INT(errno_of_open(secret, O_WRONLY), 0);
	nono_capability_set_free(caps);
}

TEST(run_gives_the_command_what_was_said)
{
	NonoCapabilitySet *caps = shell_caps();
	const char *out = make_file("out", ""), *dir = make_dir("dir");
	const char *argv[] = {"sh", "-c", "pwd; echo \"$A.$LD_LIBRARY_PATH\"; read x; echo $x", NULL};
	const char *const env[] = {"A=1", "LD_LIBRARY_PATH=/x", "PATH=/bin", NULL};
	NonoRunOptions opts = NONO_RUN_OPTIONS_INIT;
	char text[5000] = "", want[5000];
	NonoRunResult r = {0};
	int in[2];

	if (!nono_sandbox_is_supported())
		SKIP("landlock: this kernel has none");
	REQUIRE(pipe2(in, O_CLOEXEC) == 0 && write(in[1], "line\n", 5) == 5);
	CHECK_INT(nono_capability_set_allow_path(caps, dir, NONO_ACCESS_MODE_READ), OK);
	opts.env = env;
	opts.workdir = dir;
	opts.stdin_fd = in[0];
	opts.stdout_fd = open(out, O_WRONLY | O_CLOEXEC);
	CHECK_INT(nono_run_command(caps, argv, &opts, &r), OK);
	CHECK_INT(r.exit_code, 0);
	nono_string_free(r.report_json);
	(void)close(opts.stdout_fd);
	opts.stdout_fd = open(out, O_RDONLY | O_CLOEXEC);
	CHECK(read(opts.stdout_fd, text, sizeof(text) - 1) > 0);
	(void)snprintf(want, sizeof(want), "%s\n1./x\nline\n", dir);
	CHECK_STR(text, want);
	nono_capability_set_free(caps);
}

TEST(run_that_cannot_start)
{
	NonoCapabilitySet *caps = shell_caps(), *none = nono_capability_set_new();
	NonoRunOptions opts = NONO_RUN_OPTIONS_INIT, wrong = NONO_RUN_OPTIONS_INIT;
	NonoRunResult r = {.exit_code = 77};
	char *json;

	if (!nono_sandbox_is_supported())
		SKIP("landlock: this kernel has none");
	opts.env = plain_env;
	CHECK_INT(nono_run_command(caps, (const char *[]){"no-such-command", NULL}, &opts, &r),
		  NONO_ERROR_CODE_ERR_PATH_NOT_FOUND);
	CHECK_INT(nono_last_diagnostic_code(), NONO_DIAGNOSTIC_CODE_COMMAND_NOT_FOUND);
	CHECK_ERROR("command not found");
	CHECK_INT(nono_run_command(none, (const char *[]){"true", NULL}, &opts, &r),
		  NONO_ERROR_CODE_ERR_NO_CAPABILITIES);
	CHECK_INT(nono_capability_set_allow_path(none, t_tmpdir(), 0), OK);
	CHECK_INT(nono_run_command(none, (const char *[]){"true", NULL}, &opts, &r), NONO_ERROR_CODE_ERR_SANDBOX_INIT);
	CHECK_INT(nono_last_diagnostic_code(), NONO_DIAGNOSTIC_CODE_SANDBOX_DENIED_PATH);
	json = nono_last_remediation_json();
	CHECK_HAS(json, "{\"kind\":\"grant_path\",\"path\":\"/");
	nono_string_free(json);
	CHECK_ERROR("does not grant reading");
	CHECK_INT(nono_capability_set_block_command(caps, "true"), OK);
	CHECK_INT(nono_run_command(caps, (const char *[]){"true", NULL}, &opts, &r),
		  NONO_ERROR_CODE_ERR_BLOCKED_COMMAND);
	CHECK_TEXT(nono_last_remediation_json(), "{\"kind\":\"check_policy\"}");
	CHECK_INT(nono_run_command(caps, (const char *[]){NULL}, &opts, &r), INVALID);
	CHECK_INT(nono_run_command(caps, NULL, &opts, &r), INVALID);
	CHECK_INT(nono_run_command(caps, (const char *[]){"true", NULL}, &opts, NULL), INVALID);
	wrong.size = 1;
	CHECK_INT(nono_run_command(caps, (const char *[]){"true", NULL}, &wrong, &r), INVALID);
	CHECK_ERROR("NONO_RUN_OPTIONS_INIT");
	opts.workdir = "here";
	CHECK_INT(nono_run_command(caps, (const char *[]){"true", NULL}, &opts, &r), INVALID);
	opts.workdir = "/no/such";
	CHECK_INT(nono_run_command(caps, (const char *[]){"ls", NULL}, &opts, &r), NONO_ERROR_CODE_ERR_SANDBOX_INIT);
	CHECK_ERROR("working directory");
	CHECK_INT(r.exit_code, 77);
	nono_capability_set_free(caps);
	nono_capability_set_free(none);
}

TEST(run_within_a_time)
{
	NonoRunControl control = NONO_RUN_CONTROL_INIT;
	NonoRunOptions opts = NONO_RUN_OPTIONS_INIT;
	NonoCapabilitySet *caps = shell_caps();
	const char *slow[] = {"sh", "-c", "exec sleep 100", NULL}, *quick[] = {"sh", "-c", "exit 3", NULL};
	NonoRunStop stop = NONO_RUN_STOP_SIGNAL;
	NonoRunResult r = {0};
	int ends[2];

	if (!nono_sandbox_is_supported())
		SKIP("landlock: this kernel has none");
	t_time_limit(60);
	CHECK_INT(control.grace_ms, 2000);
	CHECK_INT(control.signal_fd, -1);
	opts.env = plain_env;
	CHECK_INT(nono_run_command_controlled(caps, quick, &opts, &control, &r, &stop), OK);
	CHECK_INT(r.exit_code, 3);
	CHECK_INT(stop, NONO_RUN_STOP_NONE);
	nono_string_free(r.report_json);
	CHECK_INT(nono_run_command_controlled(caps, quick, &opts, NULL, &r, NULL), OK);
	CHECK_INT(r.exit_code, 3);
	nono_string_free(r.report_json);
	control.timeout_ms = 100;
	CHECK_INT(nono_run_command_controlled(caps, slow, &opts, &control, &r, &stop), OK);
	CHECK_INT(r.exit_code, 128 + SIGTERM);
	CHECK_INT(r.signal, SIGTERM);
	CHECK_INT(stop, NONO_RUN_STOP_TIMEOUT);
	CHECK_HAS(r.report_json, "\"denials\":[]");
	nono_string_free(r.report_json);
	control.own_group = true;
	control.timeout_ms = 0;
	REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
	control.signal_fd = ends[0];
	REQUIRE(write(ends[1], (const unsigned char[]){SIGINT}, 1) == 1);
	CHECK_INT(nono_run_command_controlled(caps, slow, &opts, &control, &r, &stop), OK);
	CHECK_INT(r.signal, SIGINT);
	CHECK_INT(stop, NONO_RUN_STOP_SIGNAL);
	nono_string_free(r.report_json);
	/* What cannot be used. */
	stop = NONO_RUN_STOP_TIMEOUT;
	control.signal_fd = 999;
	CHECK_INT(nono_run_command_controlled(caps, quick, &opts, &control, &r, &stop), INVALID);
	CHECK_ERROR("control->signal_fd is 999");
	control.signal_fd = -1;
	control.size = 8;
	CHECK_INT(nono_run_command_controlled(caps, quick, &opts, &control, &r, &stop), INVALID);
	CHECK_ERROR("NONO_RUN_CONTROL_INIT");
	CHECK_INT(stop, NONO_RUN_STOP_TIMEOUT);
	nono_capability_set_free(caps);
}

/* Grants, rules and pipes of a program that closed its descriptors 0 to 2 do not get these numbers. */
TEST(run_without_descriptors)
{
	NonoCapabilitySet *caps;
	const char *argv[] = {"sh", "-c", "test -z \"$(cat)\" && ! cat /etc/passwd", NULL};
	NonoRunOptions opts = NONO_RUN_OPTIONS_INIT;
	NonoRunResult r = {.exit_code = -1};
	NonoErrorCode code, granted;
	int saved[3];

	if (!nono_sandbox_is_supported())
		SKIP("landlock: this kernel has none");
	opts.env = plain_env;
	for (int i = 0; i < 3; i++) {
		saved[i] = fcntl(i, F_DUPFD_CLOEXEC, 10);
		(void)close(i);
	}
	caps = nono_capability_set_new();
	granted = nono_capability_set_allow_path(caps, "/usr", NONO_ACCESS_MODE_READ);
	for (size_t i = 0; i < 3; i++)
		if (access((const char *[]){"/bin", "/lib", "/lib64"}[i], F_OK) == 0)
			(void)nono_capability_set_allow_path(caps, (const char *[]){"/bin", "/lib", "/lib64"}[i],
							     NONO_ACCESS_MODE_READ);
	code = nono_run_command(caps, argv, &opts, &r);
	for (int i = 0; i < 3; i++)
		(void)dup2(saved[i], i);
	CHECK_INT(granted, OK);
	CHECK_INT(code, OK);
	CHECK_INT(r.exit_code, 0);
	nono_string_free(r.report_json);
	nono_capability_set_free(caps);
}

/* ---- profiles ---- */

static NonoProfileOptions options(void)
{
	NonoProfileOptions opts = NONO_PROFILE_OPTIONS_INIT;

	if (access(in_dir("home"), F_OK) < 0) {
		(void)make_dir("home");
		(void)make_dir("home/project");
		(void)make_dir("home/.ssh");
		(void)make_dir("home/.config");
		(void)make_dir("home/.config/nono");
		(void)make_dir("home/.config/nono/profiles");
	}
	opts.home = strdup(in_dir("home"));
	opts.workdir = strdup(in_dir("home/project"));
	return opts;
}

static void put_profile(const char *name, const char *text)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "home/.config/nono/profiles/%s.json", name);
	(void)make_file(path, text);
}

static void options_done(NonoProfileOptions *opts)
{
	free((char *)opts->home);
	free((char *)opts->workdir);
}

static bool allowed(const NonoCapabilitySet *caps, const char *path, uint32_t operation)
{
	NonoExplanation e = {0};
	bool yes;

	CHECK_INT(nono_explain_path(caps, path, operation, &e), OK);
	yes = e.allowed;
	nono_explanation_clear(&e);
	return yes;
}

TEST(a_profile_becomes_a_set)
{
	NonoProfileOptions opts = options();
	NonoCapabilitySet *caps = NULL;
	NonoExplanation e = {0};
	bool group = false, profile = false;

	put_profile("mine", "{\"filesystem\":{\"read\":[\"$WORKDIR\",\"$D\"]},\"network\":{\"block\":true},"
			    "\"workdir\":{\"access\":\"readwrite\"}}");
	opts.env = (const char *const[]){"D=/opt", "HOME=/elsewhere", NULL};
	CHECK_INT(nono_profile_load_caps("mine", &opts, &caps), OK);
	REQUIRE(caps);
	CHECK(allowed(caps, in_dir("home/project/x"), NONO_OPERATION_READ));
	CHECK(!allowed(caps, in_dir("home/project/x"), NONO_OPERATION_WRITE)); /* not shared */
	CHECK(nono_capability_set_is_network_blocked(caps));
	CHECK_INT(nono_explain_path(caps, in_dir("home/.ssh"), NONO_OPERATION_READ, &e), OK);
	CHECK(!e.allowed);
	CHECK_STR(e.reason, "sensitive_path");
	CHECK_STR(e.source, "group:deny_credentials");
	CHECK_STR(e.rule, in_dir("home/.ssh"));
	CHECK_HAS(e.suggested_flag, "--override-deny");
	nono_explanation_clear(&e);
	for (uintptr_t i = 0; i < nono_capability_set_fs_count(caps); i++) {
		char *name = nono_capability_set_fs_source_group_name(caps, i);

		group |= name != NULL;
		profile |= nono_capability_set_fs_source_tag(caps, i) == NONO_CAPABILITY_SOURCE_TAG_PROFILE;
		nono_string_free(name);
	}
	CHECK(group && profile);
	nono_capability_set_free(caps);
	opts.share_workdir = true;
	CHECK_INT(nono_profile_load_caps("mine", &opts, &caps), OK);
	CHECK(allowed(caps, in_dir("home/project/x"), NONO_OPERATION_WRITE));
	nono_capability_set_free(caps);
	options_done(&opts);
}

/* What is added to a set of a profile is held against its rules, and refused instead of dropped. */
TEST(grants_beside_a_profile)
{
	NonoProfileOptions opts = options();
	NonoCapabilitySet *caps = NULL, *back;
	NonoSandboxState *state;
	uintptr_t count;
	char *json;

	CHECK_INT(nono_profile_load_caps(NULL, &opts, &caps), OK);
	count = nono_capability_set_fs_count(caps);
	CHECK_INT(nono_capability_set_allow_path(caps, in_dir("home/.ssh"), 0), NONO_ERROR_CODE_ERR_CONFIG_PARSE);
	CHECK_TEXT(nono_last_remediation_json(), "{\"kind\":\"check_policy\"}");
	CHECK_ERROR("denied by a rule");
	CHECK_INT(nono_capability_set_allow_path(caps, in_dir("home"), 0), NONO_ERROR_CODE_ERR_CONFIG_PARSE);
	CHECK_ERROR("contains denied paths");
	CHECK_INT(nono_capability_set_fs_count(caps), count);
	CHECK_INT(nono_capability_set_allow_path(caps, in_dir("home/project"), 0), OK);
	CHECK(allowed(caps, in_dir("home/project"), NONO_OPERATION_READ));
	/* As text and back it holds the same rules. */
	state = nono_sandbox_state_from_caps(caps);
	json = nono_sandbox_state_to_json(state);
	nono_sandbox_state_free(state);
	state = nono_sandbox_state_from_json(json);
	back = nono_sandbox_state_to_caps(state);
	REQUIRE(back);
	CHECK(allowed(back, in_dir("home/project"), NONO_OPERATION_READ));
	CHECK_INT(nono_capability_set_allow_path(back, in_dir("home/.ssh"), 0), NONO_ERROR_CODE_ERR_CONFIG_PARSE);
	nono_string_free(json);
	nono_sandbox_state_free(state);
	nono_capability_set_free(back);
	nono_capability_set_free(caps);
	options_done(&opts);
}

TEST(profiles_that_cannot_be_loaded)
{
	NonoProfileOptions opts = options(), wrong = opts;
	NonoCapabilitySet *caps = NULL;

	put_profile("broken", "{\"filesystem\": {\"raed\": []}}");
	put_profile("torn", "{\"filesystem\": {\"read\": [\"~\"]}}");
	put_profile("later", "{\"network\": {\"allow_domain\": [\"example\"]}}");
	CHECK_INT(nono_profile_load_caps("claude-cod", &opts, &caps), NONO_ERROR_CODE_ERR_PATH_NOT_FOUND);
	CHECK_ERROR("claude-code");
	CHECK_INT(nono_profile_load_caps("broken", &opts, &caps), NONO_ERROR_CODE_ERR_PROFILE_PARSE);
	CHECK_ERROR("raed");
	CHECK_INT(nono_profile_load_caps("torn", &opts, &caps), NONO_ERROR_CODE_ERR_CONFIG_PARSE);
	CHECK_ERROR("contains denied paths");
	CHECK_INT(nono_profile_load_caps("later", &opts, &caps), NONO_ERROR_CODE_ERR_UNSUPPORTED_PLATFORM);
	CHECK_INT(nono_last_diagnostic_code(), NONO_DIAGNOSTIC_CODE_UNSUPPORTED_PLATFORM_FEATURE);
	CHECK_ERROR("network.allow_domain");
	wrong.home = NULL;
	CHECK_INT(nono_profile_load_caps(NULL, &wrong, &caps), INVALID);
	wrong.home = "here";
	CHECK_INT(nono_profile_load_caps(NULL, &wrong, &caps), INVALID);
	CHECK_ERROR("opts->home");
	wrong = opts;
	wrong.size = 0;
	CHECK_INT(nono_profile_load_caps(NULL, &wrong, &caps), INVALID);
	wrong = opts;
	wrong.env = (const char *const[]){"TMPDIR=here", NULL};
	CHECK_INT(nono_profile_load_caps(NULL, &wrong, &caps), INVALID);
	CHECK_ERROR("TMPDIR");
	CHECK(!caps);
	options_done(&opts);
}

TEST(notes_of_composing)
{
	NonoProfileOptions opts = options();
	NonoCapabilitySet *caps = NULL;
	NonoSandboxState *state;
	char *notes;

	put_profile("mine", "{\"filesystem\":{\"read\":[\"~/none-*\",\"~/.ssh\"]}}");
	CHECK_INT(nono_profile_load_caps("mine", &opts, &caps), OK);
	notes = nono_capability_set_notes(caps);
	CHECK_HAS(notes, "the pattern matches nothing\n");
	CHECK_HAS(notes, "deny_credentials denies it");
	nono_string_free(notes);
	nono_capability_set_free(caps);
	caps = nono_capability_set_new();
	CHECK_TEXT(nono_capability_set_notes(caps), "");
	nono_capability_set_free(caps);
	put_profile("slash", "{\"commands\":{\"deny\":[\"/bin/rm\",\"mv\"],\"allow\":[\"..\"]}}");
	CHECK_INT(nono_profile_load_caps("slash", &opts, &caps), OK);
	notes = nono_capability_set_notes(caps);
	CHECK_HAS(notes, "'/bin/rm' (slash) blocks no command: it has a slash");
	CHECK_HAS(notes, "'..' (slash) allows no command");
	nono_string_free(notes);
	/* What is left can be written down and read back. */
	state = nono_sandbox_state_from_caps(caps);
	notes = nono_sandbox_state_to_json(state);
	CHECK_HAS(notes, "\"mv\"]");
	nono_sandbox_state_free(state);
	state = nono_sandbox_state_from_json(notes);
	CHECK(state);
	nono_sandbox_state_free(state);
	nono_string_free(notes);
	nono_capability_set_free(caps);
	options_done(&opts);
}

TEST(a_profile_runs_a_command)
{
	NonoProfileOptions opts = options();
	NonoCapabilitySet *caps = NULL;
	NonoRunResult r = {0};

	if (!nono_sandbox_is_supported())
		SKIP("landlock: this kernel has none");
	put_profile("mine",
		    "{\"environment\":{\"set_vars\":{\"GREETING\":\"$HOME!\"}},\"commands\":{\"deny\":[\"tr\"]}}");
	(void)make_file("home/.ssh/id", "secret");
	CHECK_INT(nono_profile_load_caps("mine", &opts, &caps), OK);
	CHECK_INT(run_sh(caps, "case $GREETING in */home!) exit 3;; esac", &r), OK);
	CHECK_INT(r.exit_code, 3);
	nono_string_free(r.report_json);
	CHECK_INT(nono_run_command(caps, (const char *[]){"/usr/bin/tr", NULL}, NULL, &r),
		  NONO_ERROR_CODE_ERR_BLOCKED_COMMAND);
	CHECK_INT(nono_capability_set_allow_command(caps, "tr"), OK);
	CHECK_INT(nono_run_command(caps, (const char *[]){"/usr/bin/tr", "a", "b", NULL}, NULL, &r), OK);
	nono_string_free(r.report_json);
	nono_capability_set_free(caps);
	options_done(&opts);
}
