/* addon.c - the calls of nono.h for JavaScript.  SPDX-License-Identifier: Apache-2.0 */
#define NAPI_VERSION 8
#include <node_api.h>
#include <nono.h>
#include <stdlib.h>
#include <string.h>

#define ARGS 4

/* Every function here gets its arguments in this form. What is missing is undefined. */
struct call {
	napi_env env;
	napi_value args[ARGS];
};

static napi_value undefined(napi_env env)
{
	napi_value v = NULL;

	(void)napi_get_undefined(env, &v);
	return v;
}

static struct call call_of(napi_env env, napi_callback_info info)
{
	struct call c = {env, {NULL}};
	size_t count = ARGS;

	(void)napi_get_cb_info(env, info, &count, c.args, NULL, NULL);
	return c;
}

/* ---- strings and errors ---- */

static napi_value string_value(napi_env env, const char *s)
{
	napi_value v = NULL;

	if (!s)
		(void)napi_get_null(env, &v);
	else
		(void)napi_create_string_utf8(env, s, NAPI_AUTO_LENGTH, &v);
	return v;
}

/* A string of the library's becomes one of JavaScript's and is freed; NULL becomes null. */
static napi_value take(napi_env env, char *s)
{
	napi_value v = string_value(env, s);

	nono_string_free(s);
	return v;
}

static napi_value number(napi_env env, double n)
{
	napi_value v = NULL;

	(void)napi_create_double(env, n, &v);
	return v;
}

static napi_value boolean(napi_env env, bool b)
{
	napi_value v = NULL;

	(void)napi_get_boolean(env, b, &v);
	return v;
}

static void set(napi_env env, napi_value object, const char *name, napi_value v)
{
	(void)napi_set_named_property(env, object, name, v);
}

static napi_value object(napi_env env)
{
	napi_value v = NULL;

	(void)napi_create_object(env, &v);
	return v;
}

/* Throw the last error: a text, a code, and what would help. */
static napi_value fail(napi_env env, int code)
{
	napi_value error = NULL, text = take(env, nono_last_error());

	(void)napi_create_error(env, NULL, text, &error);
	set(env, error, "code", number(env, code));
	set(env, error, "diagnostic", number(env, nono_last_diagnostic_code()));
	set(env, error, "remediation", take(env, nono_last_remediation_json()));
	nono_clear_error();
	(void)napi_throw(env, error);
	return undefined(env);
}

static napi_value done(napi_env env, NonoErrorCode code)
{
	return code == NONO_ERROR_CODE_OK ? undefined(env) : fail(env, code);
}

/* A text for the library, to be freed; NULL for null, undefined and, with an exception, what is no string. */
static char *text(napi_env env, napi_value v)
{
	napi_valuetype type = napi_undefined;
	size_t len = 0;
	char *s;

	if (!v || napi_typeof(env, v, &type) != napi_ok || type == napi_undefined || type == napi_null)
		return NULL;
	if (napi_get_value_string_utf8(env, v, NULL, 0, &len) != napi_ok) {
		(void)napi_throw_type_error(env, NULL, "a string is needed");
		return NULL;
	}
	s = malloc(len + 1);
	if (s && napi_get_value_string_utf8(env, v, s, len + 1, &len) == napi_ok && strlen(s) == len)
		return s;
	free(s);
	(void)napi_throw_type_error(env, NULL, s ? "a string has a NUL" : "out of memory");
	return NULL;
}

static bool is_throwing(napi_env env)
{
	bool throwing = false;

	(void)napi_is_exception_pending(env, &throwing);
	return throwing;
}

static uint32_t uint(napi_env env, napi_value v)
{
	uint32_t n = UINT32_MAX;

	(void)napi_get_value_uint32(env, v, &n);
	return n;
}

/* ---- handles: freed with the JavaScript object that holds them ---- */

static void free_caps(napi_env env, void *data, void *hint)
{
	(void)env;
	(void)hint;
	nono_capability_set_free(data);
}

static void free_context(napi_env env, void *data, void *hint)
{
	(void)env;
	(void)hint;
	nono_query_context_free(data);
}

static napi_value handle(napi_env env, void *data, napi_finalize done_fn)
{
	napi_value v = NULL;

	if (!data)
		return fail(env, NONO_ERROR_CODE_ERR_UNKNOWN);
	(void)napi_create_external(env, data, done_fn, NULL, &v);
	return v;
}

/* What index.js passes; NULL for anything else, which the library refuses. */
static void *pointer(napi_env env, napi_value v)
{
	void *data = NULL;

	return v && napi_get_value_external(env, v, &data) == napi_ok ? data : NULL;
}

/* ---- sets ---- */

static napi_value caps_new(napi_env env, napi_callback_info info)
{
	(void)info;
	return handle(env, nono_capability_set_new(), free_caps);
}

typedef NonoErrorCode (*text_call)(NonoCapabilitySet *caps, const char *s);
typedef NonoErrorCode (*grant_call)(NonoCapabilitySet *caps, const char *s, uint32_t mode);

static napi_value with_text(napi_env env, napi_callback_info info, text_call f)
{
	struct call c = call_of(env, info);
	char *s = text(env, c.args[1]);
	napi_value v = is_throwing(env) ? NULL : done(env, f(pointer(env, c.args[0]), s));

	free(s);
	return v;
}

static napi_value grant(napi_env env, napi_callback_info info, grant_call f)
{
	struct call c = call_of(env, info);
	char *s = text(env, c.args[1]);
	napi_value v = is_throwing(env) ? NULL : done(env, f(pointer(env, c.args[0]), s, uint(env, c.args[2])));

	free(s);
	return v;
}

static napi_value allow_path(napi_env env, napi_callback_info info)
{
	return grant(env, info, nono_capability_set_allow_path);
}

static napi_value allow_file(napi_env env, napi_callback_info info)
{
	return grant(env, info, nono_capability_set_allow_file);
}

static napi_value allow_command(napi_env env, napi_callback_info info)
{
	return with_text(env, info, nono_capability_set_allow_command);
}

static napi_value block_command(napi_env env, napi_callback_info info)
{
	return with_text(env, info, nono_capability_set_block_command);
}

static napi_value add_platform_rule(napi_env env, napi_callback_info info)
{
	return with_text(env, info, nono_capability_set_add_platform_rule);
}

static napi_value set_network_mode(napi_env env, napi_callback_info info)
{
	struct call c = call_of(env, info);

	return done(env, nono_capability_set_set_network_mode(pointer(env, c.args[0]), uint(env, c.args[1])));
}

static napi_value set_proxy_port(napi_env env, napi_callback_info info)
{
	struct call c = call_of(env, info);
	uint32_t port = uint(env, c.args[1]);

	if (port > UINT16_MAX) {
		(void)napi_throw_range_error(env, NULL, "a port is a number from 0 to 65535");
		return NULL;
	}
	return done(env, nono_capability_set_set_proxy_port(pointer(env, c.args[0]), (uint16_t)port));
}

static napi_value network(napi_env env, napi_callback_info info)
{
	struct call c = call_of(env, info);
	const NonoCapabilitySet *caps = pointer(env, c.args[0]);
	napi_value v = object(env);

	set(env, v, "mode", number(env, nono_capability_set_network_mode(caps)));
	set(env, v, "proxyPort", number(env, nono_capability_set_proxy_port(caps)));
	return v;
}

static napi_value deduplicate(napi_env env, napi_callback_info info)
{
	struct call c = call_of(env, info);

	nono_capability_set_deduplicate(pointer(env, c.args[0]));
	return undefined(env);
}

static napi_value path_covered(napi_env env, napi_callback_info info)
{
	struct call c = call_of(env, info);
	char *s = text(env, c.args[1]);
	napi_value v = is_throwing(env) ? NULL
					: boolean(env, nono_capability_set_path_covered(pointer(env, c.args[0]), s));

	free(s);
	return v;
}

static napi_value summary(napi_env env, napi_callback_info info)
{
	struct call c = call_of(env, info);

	return take(env, nono_capability_set_summary(pointer(env, c.args[0])));
}

static napi_value notes(napi_env env, napi_callback_info info)
{
	struct call c = call_of(env, info);

	return take(env, nono_capability_set_notes(pointer(env, c.args[0])));
}

static napi_value entry(napi_env env, const NonoCapabilitySet *caps, uintptr_t i)
{
	napi_value v = object(env);

	set(env, v, "original", take(env, nono_capability_set_fs_original(caps, i)));
	set(env, v, "resolved", take(env, nono_capability_set_fs_resolved(caps, i)));
	set(env, v, "access", number(env, nono_capability_set_fs_access(caps, i)));
	set(env, v, "isFile", boolean(env, nono_capability_set_fs_is_file(caps, i)));
	set(env, v, "source", number(env, nono_capability_set_fs_source_tag(caps, i)));
	set(env, v, "group", take(env, nono_capability_set_fs_source_group_name(caps, i)));
	return v;
}

static napi_value entries(napi_env env, napi_callback_info info)
{
	struct call c = call_of(env, info);
	const NonoCapabilitySet *caps = pointer(env, c.args[0]);
	uintptr_t count = nono_capability_set_fs_count(caps);
	napi_value list = NULL;

	(void)napi_create_array(env, &list);
	for (uintptr_t i = 0; i < count; i++)
		(void)napi_set_element(env, list, (uint32_t)i, entry(env, caps, i));
	return list;
}

/* ---- questions ---- */

static napi_value context_new(napi_env env, napi_callback_info info)
{
	struct call c = call_of(env, info);

	return handle(env, nono_query_context_new(pointer(env, c.args[0])), free_context);
}

static napi_value result(napi_env env, const NonoQueryResult *r)
{
	napi_value v = object(env);

	set(env, v, "allowed", boolean(env, r->status == NONO_QUERY_STATUS_ALLOWED));
	set(env, v, "reason", number(env, r->reason));
	set(env, v, "grantedPath", take(env, r->granted_path));
	set(env, v, "access", take(env, r->access));
	set(env, v, "granted", take(env, r->granted));
	set(env, v, "requested", take(env, r->requested));
	return v;
}

static napi_value query_path(napi_env env, napi_callback_info info)
{
	struct call c = call_of(env, info);
	char *s = text(env, c.args[1]);
	NonoQueryResult r;
	NonoErrorCode code;

	if (is_throwing(env))
		return NULL;
	code = nono_query_context_query_path(pointer(env, c.args[0]), s, uint(env, c.args[2]), &r);
	free(s);
	return code == NONO_ERROR_CODE_OK ? result(env, &r) : fail(env, code);
}

static napi_value query_network(napi_env env, napi_callback_info info)
{
	struct call c = call_of(env, info);
	NonoQueryResult r;
	NonoErrorCode code = nono_query_context_query_network(pointer(env, c.args[0]), &r);

	return code == NONO_ERROR_CODE_OK ? result(env, &r) : fail(env, code);
}

static napi_value explain(napi_env env, napi_callback_info info)
{
	struct call c = call_of(env, info);
	char *s = text(env, c.args[1]);
	NonoExplanation e;
	NonoErrorCode code;
	napi_value v;

	if (is_throwing(env))
		return NULL;
	code = nono_explain_path(pointer(env, c.args[0]), s, uint(env, c.args[2]), &e);
	free(s);
	if (code != NONO_ERROR_CODE_OK)
		return fail(env, code);
	v = object(env);
	set(env, v, "allowed", boolean(env, e.allowed));
	set(env, v, "reason", string_value(env, e.reason));
	set(env, v, "path", string_value(env, e.path));
	set(env, v, "grantedPath", string_value(env, e.granted_path));
	set(env, v, "access", string_value(env, e.access));
	set(env, v, "source", string_value(env, e.source));
	set(env, v, "rule", string_value(env, e.rule));
	set(env, v, "suggestedFlag", string_value(env, e.suggested_flag));
	nono_explanation_clear(&e);
	return v;
}

/* ---- the sandbox ---- */

static napi_value apply(napi_env env, napi_callback_info info)
{
	struct call c = call_of(env, info);

	return done(env, nono_sandbox_apply(pointer(env, c.args[0])));
}

static napi_value version(napi_env env, napi_callback_info info)
{
	(void)info;
	return take(env, nono_version());
}

static napi_value support_info(napi_env env, napi_callback_info info)
{
	NonoSupportInfo found = nono_sandbox_support_info();
	napi_value v = object(env);

	(void)info;
	set(env, v, "isSupported", boolean(env, found.is_supported));
	set(env, v, "platform", take(env, found.platform));
	set(env, v, "details", take(env, found.details));
	return v;
}

static napi_value to_json(napi_env env, napi_callback_info info)
{
	struct call c = call_of(env, info);
	NonoSandboxState *state = nono_sandbox_state_from_caps(pointer(env, c.args[0]));
	char *json = state ? nono_sandbox_state_to_json(state) : NULL;

	nono_sandbox_state_free(state);
	return json ? take(env, json) : fail(env, NONO_ERROR_CODE_ERR_UNKNOWN);
}

static napi_value from_json(napi_env env, napi_callback_info info)
{
	struct call c = call_of(env, info);
	char *s = text(env, c.args[0]);
	NonoSandboxState *state;
	NonoCapabilitySet *caps;

	if (is_throwing(env))
		return NULL;
	state = nono_sandbox_state_from_json(s);
	caps = state ? nono_sandbox_state_to_caps(state) : NULL;
	nono_sandbox_state_free(state);
	free(s);
	return handle(env, caps, free_caps);
}

/* An array of strings as C wants it; NULL for null and undefined, and with an exception. */
static const char **strings(napi_env env, napi_value v)
{
	uint32_t count = 0;
	char **list;

	if (napi_get_array_length(env, v, &count) != napi_ok)
		return NULL;
	list = calloc((size_t)count + 1, sizeof(*list));
	for (uint32_t i = 0; list && i < count && !is_throwing(env); i++) {
		napi_value item = NULL;

		(void)napi_get_element(env, v, i, &item);
		list[i] = text(env, item);
		if (!list[i] && !is_throwing(env))
			(void)napi_throw_type_error(env, NULL, "a string is needed");
	}
	return (const char **)list;
}

static void free_strings(const char **list)
{
	for (const char **s = list; s && *s; s++)
		free((char *)*s);
	free(list);
}

static napi_value member(napi_env env, napi_value from, const char *name)
{
	napi_value v = NULL;

	(void)napi_get_named_property(env, from, name, &v);
	return v;
}

static int descriptor(napi_env env, napi_value options, const char *name)
{
	int32_t fd = -1;

	(void)napi_get_value_int32(env, member(env, options, name), &fd);
	return fd;
}

static bool flag(napi_env env, napi_value options, const char *name)
{
	bool b = false;

	(void)napi_get_value_bool(env, member(env, options, name), &b);
	return b;
}

static uint32_t milliseconds(napi_env env, napi_value options, const char *name, uint32_t otherwise)
{
	(void)napi_get_value_uint32(env, member(env, options, name), &otherwise);
	return otherwise;
}

/* (set, argv, {env, cwd, stdin, stdout, stderr, timeout, grace, ownGroup}) */
static napi_value run(napi_env env, napi_callback_info info)
{
	struct call c = call_of(env, info);
	NonoRunOptions opts = NONO_RUN_OPTIONS_INIT;
	NonoRunControl control = NONO_RUN_CONTROL_INIT;
	NonoRunStop stop = NONO_RUN_STOP_NONE;
	NonoErrorCode code = NONO_ERROR_CODE_OK;
	const char **argv = strings(env, c.args[1]), **vars = strings(env, member(env, c.args[2], "env"));
	char *cwd = text(env, member(env, c.args[2], "cwd"));
	NonoRunResult r = {0, 0, NULL};
	napi_value v = NULL;

	opts.env = vars;
	opts.workdir = cwd;
	opts.stdin_fd = descriptor(env, c.args[2], "stdin");
	opts.stdout_fd = descriptor(env, c.args[2], "stdout");
	opts.stderr_fd = descriptor(env, c.args[2], "stderr");
	control.timeout_ms = milliseconds(env, c.args[2], "timeout", 0);
	control.grace_ms = milliseconds(env, c.args[2], "grace", control.grace_ms);
	control.own_group = flag(env, c.args[2], "ownGroup");
	if (!is_throwing(env)) {
		code = nono_run_command_controlled(pointer(env, c.args[0]), argv, &opts, &control, &r, &stop);
		v = code == NONO_ERROR_CODE_OK ? object(env) : fail(env, code);
	}
	if (v && code == NONO_ERROR_CODE_OK) {
		set(env, v, "exitCode", number(env, r.exit_code));
		set(env, v, "signal", number(env, r.signal));
		set(env, v, "stop", number(env, (double)stop));
		set(env, v, "report", take(env, r.report_json));
	}
	free_strings(argv);
	free_strings(vars);
	free(cwd);
	return v;
}

/* (name, {home, workdir, configDir, env, shareWorkdir, createMissing}) */
static napi_value load_profile(napi_env env, napi_callback_info info)
{
	struct call c = call_of(env, info);
	NonoProfileOptions opts = NONO_PROFILE_OPTIONS_INIT;
	NonoErrorCode code = NONO_ERROR_CODE_OK;
	NonoCapabilitySet *caps = NULL;
	char *name = text(env, c.args[0]), *home = text(env, member(env, c.args[1], "home"));
	char *workdir = text(env, member(env, c.args[1], "workdir"));
	char *config_dir = text(env, member(env, c.args[1], "configDir"));
	const char **vars = strings(env, member(env, c.args[1], "env"));
	napi_value v = NULL;

	opts.home = home;
	opts.workdir = workdir;
	opts.config_dir = config_dir;
	opts.env = vars;
	opts.share_workdir = flag(env, c.args[1], "shareWorkdir");
	opts.create_missing = flag(env, c.args[1], "createMissing");
	if (!is_throwing(env)) {
		code = nono_profile_load_caps(name, &opts, &caps);
		v = code == NONO_ERROR_CODE_OK ? handle(env, caps, free_caps) : fail(env, code);
	}
	free(name);
	free(home);
	free(workdir);
	free(config_dir);
	free_strings(vars);
	return v;
}

static napi_value init(napi_env env, napi_value exports)
{
	static const struct {
		const char *name;
		napi_callback f;
	} calls[] = {
		{"capsNew", caps_new},
		{"allowPath", allow_path},
		{"allowFile", allow_file},
		{"allowCommand", allow_command},
		{"blockCommand", block_command},
		{"addPlatformRule", add_platform_rule},
		{"setNetworkMode", set_network_mode},
		{"setProxyPort", set_proxy_port},
		{"network", network},
		{"deduplicate", deduplicate},
		{"pathCovered", path_covered},
		{"summary", summary},
		{"notes", notes},
		{"entries", entries},
		{"contextNew", context_new},
		{"queryPath", query_path},
		{"queryNetwork", query_network},
		{"explain", explain},
		{"apply", apply},
		{"version", version},
		{"supportInfo", support_info},
		{"toJSON", to_json},
		{"fromJSON", from_json},
		{"run", run},
		{"loadProfile", load_profile},
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		napi_value f = NULL;

		(void)napi_create_function(env, calls[i].name, NAPI_AUTO_LENGTH, calls[i].f, NULL, &f);
		set(env, exports, calls[i].name, f);
	}
	return exports;
}

NAPI_MODULE(NODE_GYP_MODULE_NAME, init)
