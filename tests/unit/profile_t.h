/* profile_t.h - what the tests of profiles share.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_TESTS_PROFILE_T_H
#define NONO_TESTS_PROFILE_T_H

#include "policy/profile.h"

#define PROFILE_OS_RELEASE                                                                              \
	"NAME=\"Ubuntu\"\n# ID=comment\nID=ubuntu\nID_LIKE=\"debian linuxish\"\nVERSION_ID=\"24.04\"\n" \
	"VARIANT_ID='server'\n"

/** profile_parse - parse a text named p.json, of profile p. Returns what nono_profile_parse does. */
int profile_parse(const char *text, struct nono_profile *ret, struct nono_error *err);

/** profile_good - the same, ending the test if it is refused. */
struct nono_profile profile_good(const char *text);

/** profile_dump - everything that a profile says, a line a key, in the order of the key table. The caller's. */
char *profile_dump(const struct nono_profile *p);

/** profile_nested - {"a":{"b":VALUE}} for the path a.b. The caller's. */
char *profile_nested(const char *path, const char *value);

/** profile_texts - the texts of a list, with a blank between. The caller's. */
char *profile_texts(const struct nono_entries *e);

#endif
