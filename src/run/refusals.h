/* refusals.h - which operations a policy refuses, among what a command said and was given.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_RUN_REFUSALS_H
#define NONO_RUN_REFUSALS_H

#include "policy/explain.h"
#include "policy/target.h"
#include "run/run.h"

/* One refused operation. */
struct nono_refusal {
	enum nono_op op;
	bool likely; /* named on the command line only; nothing tells that it was tried */
	bool guess;  /* and nothing of that name exists, so what was wanted of it is one */
	struct nono_answer answer;
};

/* What was asked, and what was refused of it, each path once. */
struct nono_refusals {
	const struct nono_capset *set; /* all three borrowed, set by the caller */
	const struct nono_fs *fs;
	const char *cwd; /* where relative paths start */
	struct nono_refusal items[NONO_FOOTER_ROWS];
	size_t len, more; /* more: refused ones without a place */
	struct nono_target hosts[NONO_FOOTER_HOSTS];
	size_t host_count;     /* of URLs on the command line to which the policy lets nothing connect */
	struct nono_error why; /* an answer that was not to be had, the last one; code 0: none */
};

/** nono_refusals_try - ask the evaluator. True when the policy refuses. @path may be relative. */
bool nono_refusals_try(struct nono_refusals *r, const char *path, enum nono_op op);

/** nono_refusals_exists - is there something of this name; what cannot be looked at is not. @ret_dir: may be NULL. */
bool nono_refusals_exists(struct nono_refusals *r, const char *path, bool *ret_dir);

/** nono_refusals_try_observed - a path that a program complained of. */
void nono_refusals_try_observed(struct nono_refusals *r, const struct nono_observed *seen);

/**
 * nono_refusals_try_word - a word of a command line, if it may name a path.
 * @missing: also one that names nothing that exists, in a directory that does: it may have been to be made (a guess)
 */
void nono_refusals_try_word(struct nono_refusals *r, const char *word, bool missing);

/**
 * nono_refusals_collect - ask about what a command complained of, or, where that tells nothing, what it was given.
 * @words: the command's arguments without its name; NULL at the end
 */
void nono_refusals_collect(struct nono_refusals *r, const struct nono_run_result *result, char *const *words);

/** nono_refusals_path_of - the path that a word of a command line may name, its --option= left out; NULL: none. */
const char *nono_refusals_path_of(const char *word);

/** nono_refusals_done - free the answers. NULL is fine. */
void nono_refusals_done(struct nono_refusals *r);

/** nono_refusal_word - "file-read-data" ...: the operation, for lists. Static. */
const char *nono_refusal_word(const struct nono_refusal *refusal);

#endif
