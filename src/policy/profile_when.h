/* profile_when.h - predicates on entries of a profile.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_POLICY_PROFILE_WHEN_H
#define NONO_POLICY_PROFILE_WHEN_H

#include <stdbool.h>

#define NONO_WHEN_MOST 127 /* bytes of one predicate, without its ! */

/* What predicates are held against; both borrowed. */
struct nono_when_host {
	const char *os;		/* linux, macos, windows */
	const char *os_release; /* text of os-release, or NULL where there is none: then no ID and no version match */
};

/** nono_when_os - the word for the system that this was built for. Static. */
const char *nono_when_os(void);

/**
 * nono_when_test - does a predicate hold: [!]linux[:ID[:VERSION[:VARIANT]]], [!]macos[:VERSION],
 * [!]windows[:VERSION[:BUILD]]. ID-like also matches ID_LIKE; a VERSION may begin with == >= <= > <.
 * Any other system's word is fine and never holds. Returns NULL, or what is wrong with the text (static).
 */
const char *nono_when_test(const char *text, const struct nono_when_host *host, bool *ret);

#endif
