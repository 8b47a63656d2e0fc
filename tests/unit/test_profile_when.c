/* test_profile_when.c - predicates on entries.  SPDX-License-Identifier: Apache-2.0 */
#include "base/util.h"
#include "policy/profile_when.h"
#include "profile_t.h"
#include "t.h"

static const struct nono_when_host ubuntu = {"linux", PROFILE_OS_RELEASE};
static const struct nono_when_host bare = {"linux", NULL};
static const struct nono_when_host mac = {"macos", "VERSION_ID=14.5.1"};
static const struct nono_when_host arch = {"linux", "ID=arch\nVERSION_ID=rolling"};

struct when {
	const struct nono_when_host *host;
	const char *text;
	bool holds;
};

TEST(predicates)
{
	static const struct when cases[] = {
		{&ubuntu, "linux", true},
		{&ubuntu, "!linux", false},
		{&ubuntu, "macos", false},
		{&ubuntu, "!macos", true},
		{&ubuntu, "plan9", false},
		{&ubuntu, "plan9:any:thing", false},
		{&ubuntu, "!plan9", true},
		{&ubuntu, "linux:ubuntu", true},
		{&ubuntu, "linux:debian", false},
		{&ubuntu, "linux:debian-like", true},
		{&ubuntu, "linux:ubuntu-like", true},
		{&ubuntu, "linux:linux-like", false},
		{&ubuntu, "linux:linuxish-like", true},
		{&ubuntu, "linux:comment", false},
		{&ubuntu, "!linux:debian", true},
		{&ubuntu, "linux:ubuntu:24.04", true},
		{&ubuntu, "linux:ubuntu:==24.4", true},
		{&ubuntu, "linux:ubuntu:24", false},
		{&ubuntu, "linux:ubuntu:>=24", true},
		{&ubuntu, "linux:ubuntu:>24.04", false},
		{&ubuntu, "linux:ubuntu:>24.3", true},
		{&ubuntu, "linux:ubuntu:<24.10", true},
		{&ubuntu, "linux:ubuntu:<=24.04", true},
		{&ubuntu, "linux:ubuntu:<=9", false},
		{&ubuntu, "linux:ubuntu:>=24.04.0", true},
		{&ubuntu, "linux:ubuntu:>=24.04.1", false},
		{&ubuntu, "linux:ubuntu:>=24:server", true},
		{&ubuntu, "linux:ubuntu:>=24:desktop", false},
		{&bare, "linux", true},
		{&bare, "linux:ubuntu", false},
		{&bare, "!linux:ubuntu", true},
		{&arch, "linux:arch:>=0", false},
		{&arch, "linux:arch", true},
		{&mac, "macos:>=14", true},
		{&mac, "macos:>14.6", false},
		{&mac, "linux:ubuntu:>=24", false},
		{&mac, "windows:>=10:19045", false},
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(cases); i++) {
		bool holds = !cases[i].holds;

		CHECK_STR(nono_when_test(cases[i].text, cases[i].host, &holds), NULL);
		if (holds != cases[i].holds)
			t_fail(__FILE__, __LINE__, "%s: %d", cases[i].text, holds);
	}
}

TEST(malformed_predicates)
{
	static const char *const texts[] = {
		"",
		"!",
		"!!linux",
		":ubuntu",
		"linux:",
		"linux::24",
		"linux:ubuntu:",
		"linux:ubuntu:24:",
		"linux:ubuntu:x",
		"linux:ubuntu:>=",
		"linux:ubuntu:=24",
		"linux:ubuntu:24.",
		"linux:ubuntu:.4",
		"linux:ubuntu:2..4",
		"linux:ubuntu:>= 24",
		"linux:a b",
		"linux:ubuntu:24:server:more",
		"macos:x",
		"macos:14:more",
		"Linux OS",
		"plan9::",
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(texts); i++) {
		bool holds = false;

		if (!nono_when_test(texts[i], &ubuntu, &holds))
			t_fail(__FILE__, __LINE__, "accepted: '%s'", texts[i]);
		/* Malformed text is an error on the systems that it is not about, too. */
		if (!nono_when_test(texts[i], &mac, &holds))
			t_fail(__FILE__, __LINE__, "accepted on macOS: '%s'", texts[i]);
	}
}
