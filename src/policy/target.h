/* target.h - where a connection is to go to.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_POLICY_TARGET_H
#define NONO_POLICY_TARGET_H

#include "policy/capset.h"

#define NONO_HOST_BYTES 256 /* a name has at most 253 */

/* A host, as it was written, or a URL, taken apart. */
struct nono_target {
	char host[NONO_HOST_BYTES];
	unsigned int port; /* 0: not said */
	bool has_path;
};

/**
 * nono_target_read - take a name, an address or a URL apart; a URL without a port has that of its scheme.
 * Returns 0 or -NONO_E_USAGE, whose message says what to write and never quotes @text: a URL may hold a password.
 * *ret may be written on failure. Thread-safe. Source: RFC 3986, section 3.2.
 */
int nono_target_read(const char *text, struct nono_target *ret, struct nono_error *err);

/** nono_port_read - a number from 1 to 65535. 0, or -1 where @len bytes of @text are none. */
int nono_port_read(const char *text, size_t len, unsigned int *ret);

/** nono_network_allows - may it connect to this TCP port? */
bool nono_network_allows(const struct nono_network *network, unsigned int port);

#endif
