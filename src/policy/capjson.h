/* capjson.h - a capability set as JSON (docs/format/capability-file.md).  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_POLICY_CAPJSON_H
#define NONO_POLICY_CAPJSON_H

#include "policy/capset.h"

/** nono_capset_to_json - the sealed set as text, the caller's to free; NULL without memory. */
char *nono_capset_to_json(const struct nono_capset *set);

/**
 * nono_capset_from_json - what was written, as a set that answers nono_explain alike (it has no descriptors).
 * @name: what the text is, for errors. Returns 0, -NONO_E_PARSE, -NONO_E_LIMIT, -NONO_E_NOMEM.
 */
int nono_capset_from_json(const char *text, size_t len, const char *name, struct nono_capset *ret,
			  struct nono_error *err);

#endif
