/* profile_lists.h - the list types of a profile; for the policy layer itself.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_POLICY_PROFILE_LISTS_H
#define NONO_POLICY_PROFILE_LISTS_H

#include <jansson.h>

#include "policy/profile.h"
#include "policy/profile_keys.h"

/** nono_entries_set_place - keep a copy of @place with the entry of this text, the first one. 0 or -NONO_E_NOMEM. */
int nono_entries_set_place(struct nono_entries *e, const char *text, const char *place, struct nono_error *err);

/** nono_entries_remove - take out the entry with this text, if there is one. */
void nono_entries_remove(struct nono_entries *e, const char *text);

/** nono_entries_join - append @more's entries that are not there yet; @more is emptied. 0 or -NONO_E_NOMEM. */
int nono_entries_join(struct nono_entries *e, struct nono_entries *more, struct nono_error *err);

/** nono_pairs_set - put a copy of (name, value, origin) in, in the place of a pair of that name. 0 or -NONO_E_NOMEM. */
int nono_pairs_set(struct nono_pairs *p, const char *name, const char *value, const char *origin,
		   struct nono_error *err);

/** nono_pairs_join - set each of @more, which is emptied. 0 or -NONO_E_NOMEM. */
int nono_pairs_join(struct nono_pairs *p, struct nono_pairs *more, struct nono_error *err);

/** nono_pairs_drop_values - take out the pairs whose value is one of @other's values. */
void nono_pairs_drop_values(struct nono_pairs *p, const struct nono_pairs *other);

/** nono_pairs_done - free it, leaving an empty list. */
void nono_pairs_done(struct nono_pairs *p);

/** nono_hooks_set - put a copy of @hook in, in the place of that of the same app. 0 or -NONO_E_NOMEM. */
int nono_hooks_set(struct nono_hooks *h, const struct nono_hook *hook, struct nono_error *err);

/** nono_hooks_join - set each of @more, which is emptied. 0 or -NONO_E_NOMEM. */
int nono_hooks_join(struct nono_hooks *h, struct nono_hooks *more, struct nono_error *err);

/** nono_hooks_done - free it, leaving an empty list. */
void nono_hooks_done(struct nono_hooks *h);

/** nono_session_hook_done - free it, leaving none. */
void nono_session_hook_done(struct nono_session_hook *hook);

/** nono_ports_add - append a range, unless that very range is there. 0 or -NONO_E_NOMEM. */
int nono_ports_add(struct nono_ports *p, uint16_t lo, uint16_t hi, struct nono_error *err);

/** nono_ports_join - add each of @more, which is emptied. 0 or -NONO_E_NOMEM. */
int nono_ports_join(struct nono_ports *p, struct nono_ports *more, struct nono_error *err);

/** nono_ports_done - free it, leaving an empty list. */
void nono_ports_done(struct nono_ports *p);

/** nono_key_is_other - is a key's value kept as JSON, in nono_profile.others? */
bool nono_key_is_other(const struct nono_key *key);

/** nono_others_get - the value of a key, borrowed; NULL where there is none. */
json_t *nono_others_get(const struct nono_others *o, const struct nono_key *key);

/** nono_others_set - keep @value (a new reference) in the place of the key's. 0 or -NONO_E_NOMEM. */
int nono_others_set(struct nono_others *o, const struct nono_key *key, json_t *value, struct nono_error *err);

/** nono_others_join - put @more, which is emptied, over @o as the key table says. 0 or -NONO_E_NOMEM. */
int nono_others_join(struct nono_others *o, struct nono_others *more, struct nono_error *err);

/** nono_others_done - free it, leaving none. */
void nono_others_done(struct nono_others *o);

#endif
