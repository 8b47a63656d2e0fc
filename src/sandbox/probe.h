/* probe.h - what this machine can enforce, found out by trying.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_SANDBOX_PROBE_H
#define NONO_SANDBOX_PROBE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define NONO_PROBE_CHECKS 48
#define NONO_PROBE_TEXT_BYTES 320

enum nono_probe_state {
	NONO_PROBE_WORKS,
	NONO_PROBE_MISSING, /* this system does not offer it, or not to this user */
	NONO_PROBE_UNCLEAR, /* could not be tried */
	NONO_PROBE_BROKEN,  /* what should have been refused got through, or the other way round */
	NONO_PROBE_INFO,    /* nothing to try */
};

/* What a check is for. */
enum nono_probe_section {
	NONO_PROBE_SANDBOX,    /* every run */
	NONO_PROBE_SUPERVISOR, /* runs that need decisions while they last */
	NONO_PROBE_NAMESPACES,
	NONO_PROBE_SYSTEM,
};

struct nono_probe_check {
	enum nono_probe_section section;
	const char *id, *title; /* static */
	enum nono_probe_state state;
	char text[NONO_PROBE_TEXT_BYTES]; /* what was seen, or why not; may quote the system */
};

struct nono_probe {
	int abi;			    /* of Landlock; 0: none */
	char kernel[160];		    /* "Linux 6.18.0 x86_64" */
	char no_landlock[NONO_ERROR_BYTES]; /* where abi is 0: why, and what enables it */
	struct nono_probe_check checks[NONO_PROBE_CHECKS];
	size_t count;
};

/**
 * nono_probe_machine - try everything that nono builds on.
 * @dir: where a directory of its own may be made and removed again; absolute
 * @ret: filled in; the caller's, no memory of its own
 *
 * Children are forked: one does a list of things freely, others do the same inside real sandboxes, where each of them
 * must be refused for the right reason while something granted goes on working; further ones make namespaces and a
 * listener. The caller itself is not confined and keeps nothing open. Takes some tens of milliseconds; a child that
 * hangs is ended after NONO_PROBE_MS.
 * Returns 0, -NONO_E_SYSTEM (no directory, no process), -NONO_E_NOMEM. Single-threaded callers only.
 */
int nono_probe_machine(const char *dir, struct nono_probe *ret, struct nono_error *err);

/** nono_probe_state_word - "works", "missing", "unclear", "broken", "info". Static. */
const char *nono_probe_state_word(enum nono_probe_state state);

/** nono_probe_section_word - "sandbox", "supervisor", "namespaces", "system". Static. */
const char *nono_probe_section_word(enum nono_probe_section section);

#endif
