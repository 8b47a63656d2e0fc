/* capjson.h - a capability set as JSON (docs/format/capability-file.md).  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_POLICY_CAPJSON_H
#define NONO_POLICY_CAPJSON_H

#include "base/digest.h"
#include "policy/capset.h"

/** nono_capset_to_json - the sealed set as text, the caller's to free; NULL without memory. */
char *nono_capset_to_json(const struct nono_capset *set);

/** nono_grant_is_stream - what /dev/stdin and the like lead to in one run, which the text leaves out. */
bool nono_grant_is_stream(const struct nono_grant *grant);

/**
 * nono_capset_digest - a name for the sealed set's text, made without making the text: two sets whose texts differ have
 * different ones. @ret: set on success only. Returns 0 or -NONO_E_NOMEM. Thread-safe.
 */
int nono_capset_digest(const struct nono_capset *set, uint8_t ret[NONO_DIGEST_BYTES], struct nono_error *err);

/**
 * nono_capset_from_json - what was written, as a set that answers nono_explain alike (it has no descriptors).
 * @name: what the text is, for errors. Returns 0, -NONO_E_PARSE, -NONO_E_LIMIT, -NONO_E_NOMEM.
 */
int nono_capset_from_json(const char *text, size_t len, const char *name, struct nono_capset *ret,
			  struct nono_error *err);

/** nono_signal_mode_of, nono_ipc_mode_of - the mode that a word of the text stands for; -1 for NULL and an unknown
 * one. */
int nono_signal_mode_of(const char *word);
int nono_ipc_mode_of(const char *word);

#endif
