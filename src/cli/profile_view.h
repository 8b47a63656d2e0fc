/* profile_view.h - one composed profile, for showing it.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_PROFILE_VIEW_H
#define NONO_CLI_PROFILE_VIEW_H

#include "cli/context.h"
#include "cli/screen.h"
#include "policy/profile_value.h"

struct profile_view {
	const char *name;	       /* as the person named it; borrowed */
	struct nono_profile_text text; /* its own */
	struct nono_profile profile;   /* with all that it extends */
	struct nono_strv groups;       /* that apply */
};

/**
 * profile_view_load - find a profile, compose it and list its groups.
 * @ret: a zeroed struct, to be given to profile_view_done after failure too. Errors as nono_profile_load's.
 */
int profile_view_load(struct context *ctx, const char *which, struct profile_view *ret, struct nono_error *err);

/** profile_view_done - free it. */
void profile_view_done(struct profile_view *v);

/** profile_view_json - append the keys of profile show --json. */
int profile_view_json(const struct profile_view *v, struct nono_buf *out, struct nono_error *err);

/** profile_view_text - append what profile show prints for a person. */
int profile_view_text(const struct context *ctx, const struct profile_view *v, size_t width, struct nono_buf *out,
		      struct nono_error *err);

/** profile_value_words - append JSON as a person would write it down: without quotes, brackets only inside others. */
void profile_value_words(struct nono_buf *out, const json_t *value);

/** key_is_meta - is this a key about the profile itself, not about what it allows: meta, extends. */
bool key_is_meta(const struct nono_key *key);

/** key_section_len - bytes of the path of a key's section; 0 at the top. */
size_t key_section_len(const struct nono_key *key);

#endif
