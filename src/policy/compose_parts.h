/* compose_parts.h - the steps of nono_compose, in their order.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_POLICY_COMPOSE_PARTS_H
#define NONO_POLICY_COMPOSE_PARTS_H

#include "policy/build.h"
#include "policy/compose.h"

/** nono_compose_groups - the base groups that stay, then the profile's own. */
int nono_compose_groups(const struct nono_builder *b, const struct nono_compose *c, struct nono_error *err);

/** nono_compose_unknown_group - the error for a group that is not there, naming the nearest. Returns -NONO_E_POLICY. */
int nono_compose_unknown_group(const struct nono_entry *entry, struct nono_error *err);

/** nono_compose_check_required - refuse groups.exclude of required groups, which leave only by trust_groups. */
int nono_compose_check_required(const struct nono_profile *profile, struct nono_error *err);

/** nono_compose_profile - a profile's filesystem entries, denies and commands. */
int nono_compose_profile(const struct nono_builder *b, const struct nono_profile *p, struct nono_error *err);

/** nono_compose_flags - the flags that mirror them. */
int nono_compose_flags(const struct nono_builder *b, const struct nono_flags *f, struct nono_error *err);

/** nono_compose_manifest - a manifest's entries: all there is, for no group applies beside it. */
int nono_compose_manifest(const struct nono_builder *b, const struct nono_manifest *m, struct nono_error *err);

/** nono_compose_overrides - lift deny rules that a profile or a flag names and also grants. */
int nono_compose_overrides(const struct nono_builder *b, const struct nono_compose *c, struct nono_error *err);

#endif
