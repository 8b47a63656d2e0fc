/* profile_value.h - what a composed profile says of each key, as JSON.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_POLICY_PROFILE_VALUE_H
#define NONO_POLICY_PROFILE_VALUE_H

#include <jansson.h>

#include "policy/profile.h"
#include "policy/profile_keys.h"

/** nono_key_has_value - can a profile hold a value for this key? Not for sections and parts of other values. */
bool nono_key_has_value(const struct nono_key *key);

/**
 * nono_profile_value - the value of a key.
 * @ret: a new reference, or NULL where nothing is set or the list is empty (but for an empty list that means something)
 * Returns 0 or -NONO_E_NOMEM. Conditions are settled and older names folded, as the profile was read for this system.
 */
int nono_profile_value(const struct nono_profile *p, const struct nono_key *key, json_t **ret, struct nono_error *err);

#endif
