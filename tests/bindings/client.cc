// client.cc - nono.h in C++: clean, and usable with its own habits.  SPDX-License-Identifier: Apache-2.0
#include <nono.h>

#include <cstdio>
#include <memory>
#include <string>

namespace
{
struct Free {
	void operator()(NonoCapabilitySet *caps) const
	{
		nono_capability_set_free(caps);
	}
	void operator()(NonoQueryContext *ctx) const
	{
		nono_query_context_free(ctx);
	}
	void operator()(NonoSandboxState *state) const
	{
		nono_sandbox_state_free(state);
	}
	void operator()(char *s) const
	{
		nono_string_free(s);
	}
};

using Caps = std::unique_ptr<NonoCapabilitySet, Free>;
using Context = std::unique_ptr<NonoQueryContext, Free>;
using State = std::unique_ptr<NonoSandboxState, Free>;
using Text = std::unique_ptr<char, Free>;

int failures;

void check(bool ok, const char *what)
{
	if (!ok)
		std::printf("not ok - %s\n", what);
	failures += ok ? 0 : 1;
}

std::string last_error()
{
	Text text(nono_last_error());

	return text ? text.get() : "";
}

// Every macro of the header as an expression, and every structure with what it begins with.
void initializers()
{
	NonoRunOptions run = NONO_RUN_OPTIONS_INIT;
	NonoRunControl control = NONO_RUN_CONTROL_INIT;
	NonoProfileOptions profile = NONO_PROFILE_OPTIONS_INIT;
	const std::uint32_t modes[] = {NONO_ACCESS_MODE_READ, NONO_ACCESS_MODE_WRITE, NONO_ACCESS_MODE_READ_WRITE,
				       NONO_ACCESS_MODE_INVALID};
	const std::uint32_t networks[] = {NONO_NETWORK_MODE_BLOCKED, NONO_NETWORK_MODE_ALLOW_ALL,
					  NONO_NETWORK_MODE_PROXY_ONLY};

	check(run.size == sizeof(run) && run.stdin_fd == -1 && run.stdout_fd == -1 && run.env == nullptr,
	      "run options");
	check(control.size == sizeof(control) && control.signal_fd == -1 && control.grace_ms == 2000, "run control");
	check(profile.size == sizeof(profile) && profile.home == nullptr && !profile.share_workdir, "profile options");
	check(modes[2] == 2 && networks[2] == 2, "modes");
}

void sets()
{
	Caps caps(nono_capability_set_new());
	NonoQueryResult result = NonoQueryResult();
	NonoExplanation why = NonoExplanation();

	check(nono_capability_set_allow_path(caps.get(), "/no/such", NONO_ACCESS_MODE_READ) ==
		      NONO_ERROR_CODE_ERR_PATH_NOT_FOUND,
	      "a missing path");
	check(last_error().find("/no/such") != std::string::npos, "its name");
	check(nono_capability_set_allow_path(caps.get(), "/etc", NONO_ACCESS_MODE_READ) == NONO_ERROR_CODE_OK,
	      "a grant");
	check(nono_capability_set_fs_access(caps.get(), 1) == NONO_ACCESS_MODE_INVALID, "no second one");

	Context ctx(nono_query_context_new(caps.get()));

	check(nono_query_context_query_path(ctx.get(), "/etc", NONO_ACCESS_MODE_READ, &result) == NONO_ERROR_CODE_OK &&
		      result.status == NONO_QUERY_STATUS_ALLOWED,
	      "a question");
	nono_string_free(result.granted_path);
	nono_string_free(result.access);
	check(nono_explain_path(caps.get(), "/var", NONO_OPERATION_READ, &why) == NONO_ERROR_CODE_OK && !why.allowed,
	      "why");
	nono_explanation_clear(&why);

	State state(nono_sandbox_state_from_caps(caps.get()));
	Text json(nono_sandbox_state_to_json(state.get()));
	State again(nono_sandbox_state_from_json(json.get()));
	Caps back(nono_sandbox_state_to_caps(again.get()));

	check(nono_capability_set_fs_count(back.get()) == 1, "a state");
}

void commands()
{
	Caps caps(nono_capability_set_new());
	NonoRunControl control = NONO_RUN_CONTROL_INIT;
	NonoRunResult result = NonoRunResult();
	NonoRunStop stop = NONO_RUN_STOP_SIGNAL;
	const char *const argv[] = {"/bin/sh", "-c", "while :; do :; done", nullptr};

	for (const char *dir : {"/usr", "/bin", "/lib", "/lib64"})
		if (nono_capability_set_allow_path(caps.get(), dir, NONO_ACCESS_MODE_READ) != NONO_ERROR_CODE_OK)
			nono_clear_error();
	control.timeout_ms = 50;
	control.grace_ms = 0;
	check(nono_run_command_controlled(caps.get(), argv, nullptr, &control, &result, &stop) == NONO_ERROR_CODE_OK,
	      "a command");
	check(result.signal == 9 && stop == NONO_RUN_STOP_TIMEOUT, "ended in time");
	nono_string_free(result.report_json);
}
} // namespace

int main()
{
	initializers();
	sets();
	commands();
	if (!failures)
		std::printf("ok - C++\n");
	return failures ? 1 : 0;
}
