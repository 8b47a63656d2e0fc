/* save.h - what was refused becomes a profile, if the person wants.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_SAVE_H
#define NONO_CLI_SAVE_H

#include "cli/context.h"
#include "run/refusals.h"

enum save_choice { SAVE_SKIP, SAVE_GRANT, SAVE_SUPPRESS };

/* One refused operation that a profile could allow. */
struct save_row {
	const struct nono_refusal *refusal; /* borrowed */
	struct nono_remedy remedy;
	char *text;   /* what is to be granted, as a profile writes it */
	char *object; /* what was refused, likewise */
	enum save_choice choice;
};

struct save_rows {
	struct save_row items[NONO_FOOTER_ROWS];
	size_t len;
};

/** save_offer - ask, and write. Never changes what the run's exit code is. */
void save_offer(const struct context *ctx, const struct nono_refusals *refused);

/** save_can_ask - is there a person who could be asked, and a profile that it could go into? */
bool save_can_ask(const struct context *ctx);

/** save_is_unwanted - did the person say that no question is to be asked (NONO_NO_SAVE_PROMPT)? */
bool save_is_unwanted(const struct context *ctx);

/**
 * save_choose - show the rows and let the person choose; secrets ask once more.
 * Returns false where nothing is to be saved.
 */
bool save_choose(struct save_rows *rows);

/**
 * save_write - put the chosen rows into the user's profile @name: one of its own, or one that is there and that nono
 * can write again without losing anything of it. What is written was loaded before, and lets everything that was
 * granted through.
 * @ret_path: where it is, the caller's
 * Returns 0, -NONO_E_POLICY (a name that cannot be taken, or what was granted would not be allowed), or as
 * nono_profile_load.
 */
int save_write(const struct context *ctx, const char *name, const struct save_rows *rows, char **ret_path,
	       struct nono_error *err);

/** save_can_extend - is there a profile of this name that nono can write again without losing anything? */
bool save_can_extend(const struct context *ctx, const char *name);

/** save_is_taken - is there a profile of this name, built in or the user's? */
bool save_is_taken(const struct context *ctx, const char *name);

/** save_would_allow - would a profile that grants this one row, over the one that was used, let it through? */
bool save_would_allow(const struct context *ctx, const struct save_row *row);

#endif
