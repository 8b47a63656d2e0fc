/* manifest.h - capability manifests: a whole policy in one file.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_POLICY_MANIFEST_H
#define NONO_POLICY_MANIFEST_H

#include "policy/capset.h"
#include "policy/profile.h"
#include "policy/vars.h"

struct nono_manifest_grant {
	char *path; /* as written, not expanded; owned */
	enum nono_access access;
	bool is_file;
};

struct nono_manifest {
	struct nono_profile rules; /* ports, commands, modes, and what is not built yet; nothing else of it is set */
	char *name;		   /* what explanations call it; owned */
	struct nono_manifest_grant *grants;
	size_t grant_count, grant_room;
	struct nono_strv deny, deny_write;
	int network_mode; /* place among the words of its row, 0: not said */
	enum nono_tri dns, deny_unlink;
};

/** nono_manifest_done - free all of it, leaving an empty manifest. NULL is fine. */
void nono_manifest_done(struct nono_manifest *m);

/**
 * nono_manifest_parse - decode a manifest (docs/format/manifest.md).
 * @text, @len: JSON or JSONC; need not be NUL-terminated; borrowed
 * @file: for messages and explanations; copied
 * @ret:  set on success only; then the caller's (nono_manifest_done)
 * What cannot be enforced yet is listed in rules.unbuilt_protecting. Returns 0, -NONO_E_PARSE ("FILE:LINE:COLUMN:
 * key.path: ..."), -NONO_E_LIMIT, -NONO_E_NOMEM. Reads nothing but its arguments. Thread-safe.
 */
int nono_manifest_parse(const char *text, size_t len, const char *file, struct nono_manifest *ret,
			struct nono_error *err);

/**
 * nono_manifest_write - the manifest of a capability set: composing what it says gives the same grants, denies, ports,
 * commands and modes.
 * @set:  sealed; what nono grants and denies by itself (its own program and files) is left out, for every run has it
 * @vars: paths below its home directory are written with ~
 * @ret:  the text, the caller's to free; set on success only
 * What a set does not hold is not in a manifest: the environment, arguments of the command, the working directory.
 * Returns 0, -NONO_E_POLICY (a path that no manifest can hold: not UTF-8, or with a $), -NONO_E_NOMEM. Thread-safe.
 */
int nono_manifest_write(const struct nono_capset *set, const struct nono_vars *vars, char **ret,
			struct nono_error *err);

#endif
