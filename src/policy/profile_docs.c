/* profile_docs.c - what each key of a profile is for.  SPDX-License-Identifier: Apache-2.0 */
#include "policy/profile_keys.h"

#define TOP(name, kind, offset, merge, cls, doc, ...) doc,
#define KEY(section, name, kind, offset, merge, cls, doc, ...) doc,
#define TOP_ALIAS(name, canonical)
#define ALIAS(section, name, canonical)
#define MOVED(section, name, canonical)

/* In the order of nono_keys. */
static const char *const docs[] = {
#include "policy/profile_keys.def"
};

const char *nono_key_doc(const struct nono_key *key)
{
	return docs[key - nono_keys];
}
