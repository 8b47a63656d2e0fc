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
	void operator()(char *s) const
	{
		nono_string_free(s);
	}
};
} // namespace

int main()
{
	std::unique_ptr<NonoCapabilitySet, Free> caps(nono_capability_set_new());
	NonoRunOptions run = NONO_RUN_OPTIONS_INIT;
	NonoProfileOptions profile = NONO_PROFILE_OPTIONS_INIT;
	NonoErrorCode code = nono_capability_set_allow_path(caps.get(), "/no/such", NONO_ACCESS_MODE_READ);
	std::unique_ptr<char, Free> text(nono_last_error());
	bool ok = code == NONO_ERROR_CODE_ERR_PATH_NOT_FOUND && text &&
		  std::string(text.get()).find("/no/such") != std::string::npos && run.stdout_fd == -1 &&
		  profile.size == sizeof(NonoProfileOptions);

	ok = ok && nono_capability_set_allow_path(caps.get(), "/etc", NONO_ACCESS_MODE_READ) == NONO_ERROR_CODE_OK &&
	     nono_capability_set_fs_access(caps.get(), 1) == NONO_ACCESS_MODE_INVALID;
	std::printf("%sok - C++\n", ok ? "" : "not ");
	return ok ? 0 : 1;
}
