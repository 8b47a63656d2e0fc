/* test_api_nomem.c - the C library: every allocation of its own fails in turn.  SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdarg.h>

#include "api_t.h"

/*
 * The linker leads these calls of ours here (--wrap, tests/meson.build). jansson's own allocations are left alone: the
 * reader of 2.14 runs past its buffer when one fails.
 */
static long until = -1; /* allocations until one fails; negative: none does */

static bool fails(void)
{
	if (until < 0 || --until > 0)
		return false;
	until = -1;
	errno = ENOMEM;
	return true;
}

#define WRAP(result, name, parameters, arguments)                \
	result __real_##name parameters;                         \
	result __wrap_##name parameters;                         \
	result __wrap_##name parameters                          \
	{                                                        \
		return fails() ? NULL : __real_##name arguments; \
	}

struct json_t;
WRAP(void *, malloc, (size_t n), (n))
WRAP(void *, calloc, (size_t count, size_t n), (count, n))
WRAP(void *, realloc, (void *p, size_t n), (p, n))
WRAP(void *, reallocarray, (void *p, size_t count, size_t n), (p, count, n))
WRAP(char *, strdup, (const char *s), (s))
WRAP(char *, strndup, (const char *s, size_t n), (s, n))
WRAP(char *, getcwd, (char *room, size_t n), (room, n))
WRAP(struct json_t *, json_object, (void), ())
WRAP(struct json_t *, json_array, (void), ())
WRAP(struct json_t *, json_string, (const char *s), (s))
WRAP(struct json_t *, json_integer, (long long n), (n))
WRAP(char *, json_dumps, (const struct json_t *j, size_t flags), (j, flags))

int __wrap_vasprintf(char **ret, const char *fmt, va_list ap);
int __real_vasprintf(char **ret, const char *fmt, va_list ap);
int __wrap_vasprintf(char **ret, const char *fmt, va_list ap)
{
	return fails() ? -1 : __real_vasprintf(ret, fmt, ap);
}

int __wrap_asprintf(char **ret, const char *fmt, ...);
int __wrap_asprintf(char **ret, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = __wrap_vasprintf(ret, fmt, ap);
	va_end(ap);
	return n;
}

/* Does it all over, until it gets through without a failure; leaks and worse are the sanitizers' to find. */
static void torture(void (*run)(NonoCapabilitySet *), NonoCapabilitySet *caps, long least)
{
	long n = 0;
	bool failed = true;

	t_time_limit(120);
	while (failed) {
		nono_clear_error();
		until = ++n;
		run(caps);
		failed = until < 0;
		until = -1;
	}
	CHECK(n > least);
}

static void build(NonoCapabilitySet *unused)
{
	NonoCapabilitySet *caps = nono_capability_set_new();
	NonoSupportInfo info;

	(void)unused;
	(void)nono_capability_set_allow_path(caps, "/etc", NONO_ACCESS_MODE_READ);
	(void)nono_capability_set_allow_file(caps, "/etc/passwd", NONO_ACCESS_MODE_READ);
	(void)nono_capability_set_allow_path(caps, "/etc/passwd", NONO_ACCESS_MODE_READ);
	(void)nono_capability_set_set_proxy_port(caps, 3128);
	(void)nono_capability_set_set_network_mode(caps, NONO_NETWORK_MODE_PROXY_ONLY);
	(void)nono_capability_set_allow_command(caps, "a");
	(void)nono_capability_set_block_command(caps, "b");
	(void)nono_capability_set_add_platform_rule(caps, "(allow x)");
	nono_capability_set_deduplicate(caps);
	(void)nono_capability_set_path_covered(caps, "etc/x");
	nono_capability_set_free(caps);
	info = nono_sandbox_support_info();
	nono_string_free(info.platform);
	nono_string_free(info.details);
	nono_string_free(nono_last_error());
	nono_string_free(nono_last_remediation_json());
}

static void ask(NonoCapabilitySet *caps)
{
	NonoQueryContext *ctx = nono_query_context_new(caps);
	NonoQueryResult r = {0};
	NonoExplanation e;

	(void)nono_query_context_query_path(ctx, "/etc/passwd", NONO_ACCESS_MODE_READ, &r);
	nono_string_free(r.granted_path);
	nono_string_free(r.access);
	r = (NonoQueryResult){0};
	(void)nono_query_context_query_path(ctx, "/etc/passwd", NONO_ACCESS_MODE_WRITE, &r);
	nono_string_free(r.granted);
	nono_string_free(r.requested);
	nono_query_context_free(ctx);
	if (nono_explain_path(caps, "/usr/bin", NONO_OPERATION_CREATE, &e) == OK)
		nono_explanation_clear(&e);
	nono_string_free(nono_capability_set_summary(caps));
}

static void write_down(NonoCapabilitySet *caps)
{
	NonoSandboxState *state = nono_sandbox_state_from_caps(caps);
	char *json = nono_sandbox_state_to_json(state);
	NonoSandboxState *again = nono_sandbox_state_from_json(json);
	NonoCapabilitySet *back = nono_sandbox_state_to_caps(again);

	/* All or nothing. */
	CHECK(!back || nono_capability_set_fs_count(back) == nono_capability_set_fs_count(caps));
	nono_capability_set_free(back);
	nono_sandbox_state_free(again);
	nono_sandbox_state_free(state);
	nono_string_free(json);
	json = nono_session_diagnostic_report_to_json(
		1, "[{\"path\":\"/x\",\"access\":\"Read\",\"reason\":\"PolicyBlocked\"}]", "[]",
		"[{\"operation\":\"file-read-data\",\"target\":\"/y\"}]");
	nono_string_free(nono_merge_diagnostic_report_json(json, "[]"));
	nono_string_free(json);
}

static void run(NonoCapabilitySet *caps)
{
	static const char *const env[] = {"PATH=/usr/bin:/bin", NULL};
	const char *argv[] = {"ls", "/nowhere", NULL};
	const NonoRunControl control = NONO_RUN_CONTROL_INIT;
	NonoRunOptions opts = NONO_RUN_OPTIONS_INIT;
	int sink[2];
	NonoRunResult r;

	REQUIRE(pipe2(sink, O_CLOEXEC) == 0);
	opts.env = env;
	opts.stderr_fd = sink[1];
	if (nono_run_command_controlled(caps, argv, &opts, &control, &r, NULL) == OK) {
		CHECK_INT(r.exit_code, 2);
		nono_string_free(r.report_json);
	}
	(void)close(sink[0]);
	(void)close(sink[1]);
}

static void load(NonoCapabilitySet *unused)
{
	NonoProfileOptions opts = NONO_PROFILE_OPTIONS_INIT;
	NonoCapabilitySet *caps;

	(void)unused;
	opts.home = "/var/tmp";
	opts.workdir = "/";
	if (nono_profile_load_caps(NULL, &opts, &caps) != OK)
		return;
	(void)nono_capability_set_allow_path(caps, "/etc", NONO_ACCESS_MODE_READ);
	nono_string_free(nono_capability_set_notes(caps));
	nono_capability_set_free(caps);
}

static NonoCapabilitySet *some_caps(void)
{
	static const char *const dirs[] = {"/usr", "/bin", "/lib", "/lib64", "/etc"};
	NonoCapabilitySet *caps = nono_capability_set_new();

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (access(dirs[i], F_OK) == 0)
			CHECK_INT(nono_capability_set_allow_path(caps, dirs[i], NONO_ACCESS_MODE_READ), OK);
	CHECK_INT(nono_capability_set_block_command(caps, "x"), OK);
	return caps;
}

static void torture_with_caps(void (*part)(NonoCapabilitySet *), long least)
{
	NonoCapabilitySet *caps = some_caps();

	torture(part, caps, least);
	nono_capability_set_free(caps);
}

TEST(building)
{
	torture(build, NULL, 40);
}

TEST(asking)
{
	torture_with_caps(ask, 40);
}

TEST(writing_down)
{
	torture_with_caps(write_down, 60);
}

TEST(running)
{
	if (!nono_sandbox_is_supported())
		SKIP("landlock: this kernel has none");
	torture_with_caps(run, 10);
}

TEST(composing)
{
	torture(load, NULL, 200);
}

TEST(the_error_itself_needs_none)
{
	char *text;

	until = 1;
	CHECK(!nono_capability_set_new());
	until = -1;
	text = nono_last_error();
	CHECK_STR(text, "out of memory");
	CHECK_INT(nono_last_diagnostic_code(), NONO_DIAGNOSTIC_CODE_OTHER);
	nono_string_free(text);
}
