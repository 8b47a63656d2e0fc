/* api.h - what the files of the C library share.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_API_API_H
#define NONO_API_API_H

#include "base/error.h"
#include "base/strv.h"
#include "policy/capset.h"
#include "policy/profile.h"
#include "policy/vars.h"

/* Of all that the library's objects define, only what this header declares is seen outside. */
#pragma GCC visibility push(default)
#include "nono.h"
#pragma GCC visibility pop

struct nono_stage_report;

struct NonoCapabilitySet {
	struct nono_capset set;
	uint32_t network_mode; /* NONO_NETWORK_MODE_*; set.network follows it (nono_api_set_network) */
	uint16_t proxy_port;
	struct nono_strv rules; /* of another system; kept and not used */

	/* A set made of a profile: sealed, with what a run needs of the profile. */
	bool composed;
	struct nono_strv env; /* what vars.env points to */
	struct nono_vars vars;
	struct nono_profile profile;
};

struct NonoQueryContext {
	struct nono_capset set; /* without descriptors */
	uint32_t network_mode;
};

struct NonoSandboxState {
	struct nono_capset set; /* without descriptors */
	uint32_t network_mode;
	uint16_t proxy_port;
	struct nono_strv rules;
};

/**
 * nono_api_fail - set the calling thread's last error. Allocates nothing.
 * @fmt: printf format. Returns @code.
 */
NonoErrorCode nono_api_fail(NonoErrorCode code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** nono_api_fail_error - the same from an error of the library's inside. Returns the code that stands for it. */
NonoErrorCode nono_api_fail_error(const struct nono_error *err);

/** nono_api_fail_as - the same with a code that the caller knows better. Returns @code, or ERR_UNKNOWN without memory.
 */
NonoErrorCode nono_api_fail_as(NonoErrorCode code, const struct nono_error *err);

/** nono_api_nomem - out of memory. Returns ERR_UNKNOWN. */
NonoErrorCode nono_api_nomem(void);

/** nono_api_null - an argument is NULL; @name is its name. Returns ERR_INVALID_ARG. */
NonoErrorCode nono_api_null(const char *name);

/** nono_api_diagnose - say what the last error means, where that is more than its code says. */
void nono_api_diagnose(NonoDiagnosticCode code);

/** nono_api_suggest_path - granting this would help against the last error. */
void nono_api_suggest_path(const char *path, enum nono_access access, bool is_file);

/** nono_api_suggest_policy - looking at the policy would help against the last error. */
void nono_api_suggest_policy(void);

/** nono_api_check_text - is an argument there, and UTF-8? OK, or ERR_INVALID_ARG. */
NonoErrorCode nono_api_check_text(const char *name, const char *text);

/** nono_api_copy - a copy of a text, with U+FFFD for what is not UTF-8; NULL, and the last error, without memory. */
char *nono_api_copy(const char *text);

/**
 * nono_api_absolute - a path of the caller's, checked, from the root on.
 * @ret: set on success only; the caller's to free
 */
NonoErrorCode nono_api_absolute(const char *path, char **ret);

/**
 * nono_api_plain_path - an absolute path of a state as its canonical one is written: without // and /./ and a slash at
 * its end, which change nothing.
 * @ret:         set on success only; the caller's to free; NULL where the path cannot be used
 * @ret_problem: then what is wrong with it and what to write instead; static
 * Returns 0, or -NONO_E_NOMEM.
 */
int nono_api_plain_path(const char *path, char **ret, const char **ret_problem, struct nono_error *err);

/** nono_api_access - what a NONO_ACCESS_MODE_* means; false for an unknown one. */
bool nono_api_access(uint32_t mode, enum nono_access *ret);

/** nono_api_mode - the reverse. */
uint32_t nono_api_mode(enum nono_access access);

/** nono_api_set_network - make @set's network rules those of a mode. ERR_UNKNOWN without memory, else OK. */
NonoErrorCode nono_api_set_network(struct nono_capset *set, uint32_t mode, uint16_t proxy_port);

/** nono_api_network_mode - the mode that comes nearest to the rules of a set that no mode was set for. */
uint32_t nono_api_network_mode(const struct nono_capset *set);

/**
 * nono_api_grant - open a path and add it to a set; what a deny rule of the set forbids is refused.
 * @path: absolute
 * On failure the set is as before.
 */
NonoErrorCode nono_api_grant(struct nono_capset *set, const char *path, enum nono_access access, bool is_file);

/** nono_api_settle - hold a set's grants against its deny rules, where it has any; its grants may become fewer. */
NonoErrorCode nono_api_settle(struct nono_capset *set);

/**
 * nono_api_check_ready - can a set be enforced at all? It is not empty, PROXY_ONLY has its port, and every descriptor
 * is still the one that was opened.
 */
NonoErrorCode nono_api_check_ready(const NonoCapabilitySet *caps);

/** nono_api_fail_stage - set the last error from a step of confining that the kernel refused. ERR_SANDBOX_INIT. */
NonoErrorCode nono_api_fail_stage(const struct nono_stage_report *report, const char *consequence);

/** nono_api_state_read - decode a state, strictly (nono_sandbox_state_from_json). @ret is a zeroed state. */
NonoErrorCode nono_api_state_read(const char *json, struct NonoSandboxState *ret);

#endif
