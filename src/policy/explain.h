/* explain.h - what is allowed, by which rule, and what would change it.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_POLICY_EXPLAIN_H
#define NONO_POLICY_EXPLAIN_H

#include "policy/capset.h"

enum nono_op {
	NONO_OP_READ,	   /* open for reading; list a directory */
	NONO_OP_WRITE,	   /* open for writing, make it where it is missing; make files in a directory */
	NONO_OP_READWRITE, /* both */
	NONO_OP_CREATE,	   /* make a file of this name */
	NONO_OP_UNLINK,	   /* remove the name */
	NONO_OP_EXEC,	   /* run the file */
};

enum nono_reason {
	NONO_REASON_GRANTED_PATH,
	NONO_REASON_GRANTED_PATH_UNION,	 /* no single grant, but several together */
	NONO_REASON_SENSITIVE_PATH,	 /* a group's deny rule, or nono's own files */
	NONO_REASON_FILESYSTEM_DENY,	 /* a profile's or manifest's deny rule */
	NONO_REASON_INSUFFICIENT_ACCESS, /* granted, but not for this */
	NONO_REASON_PATH_NOT_GRANTED,
	NONO_REASON_STALE_FILE_GRANT, /* the file that was granted has been replaced by another */
};

/* Each of them gives a right that is needed and that none before it gives. */
#define NONO_UNION_GRANTS 16

/* An answer about one path. What it points to lives as long as the set. */
struct nono_answer {
	bool allowed;
	enum nono_reason reason;
	const struct nono_grant
		*grant;		      /* the grant that allows, or the nearest one that does not suffice; may be NULL */
	const struct nono_deny *deny; /* the rule that denies; may be NULL */
	const struct nono_grant *parts[NONO_UNION_GRANTS]; /* those that allow together, where no single one does */
	size_t part_count;
	uint32_t missing; /* NONO_RIGHT_* that no grant gives */
	char *real;	  /* canonical path; owned */
	char *dir;	  /* what is needed is needed of this directory, the nearest there is; owned; or NULL */
	bool exists, is_dir;
	bool exact;    /* set by the caller: a remedy is to allow what was asked and no more */
	bool too_wide; /* a directory that would have to be granted holds other denied paths: no run starts so */
};

/**
 * nono_explain - may the command do this to the path? The answer is the kernel's own for a sealed set: rights of the
 * object and of every directory above it, compared by device and inode, are joined.
 * @path: absolute. Returns 0, -NONO_E_SYSTEM where the path cannot be looked at, -NONO_E_NOMEM. Thread-safe.
 */
int nono_explain(const struct nono_capset *set, const struct nono_fs *fs, const char *path, enum nono_op op,
		 struct nono_answer *ret, struct nono_error *err);

/**
 * nono_rights_at - the joined rights of an object, as the kernel computes them.
 * @real: canonical path of something that exists
 */
int nono_rights_at(const struct nono_capset *set, const struct nono_fs *fs, const char *real, uint32_t *ret,
		   struct nono_error *err);

/** nono_reason_word - "granted_path", "path_not_granted" ...: what `why --json` prints. Static. */
const char *nono_reason_word(enum nono_reason reason);

/** nono_access_word - "read", "write", "read+write". Static. */
const char *nono_access_word(enum nono_access access);

/* What would allow what was denied. */
struct nono_remedy {
	const struct nono_deny *lift; /* the rule that has to be lifted, too; the answer's; NULL: none */
	char *path;		      /* to be granted; owned; NULL: nothing would allow it */
	enum nono_access access;
	bool is_file;
};

/** nono_answer_remedy - work that out. Returns 0 or -NONO_E_NOMEM. */
int nono_answer_remedy(const struct nono_answer *a, enum nono_op op, struct nono_remedy *ret, struct nono_error *err);

/** nono_remedy_done - free it. NULL is fine. */
void nono_remedy_done(struct nono_remedy *r);

/**
 * nono_answer_flag - the flags that would allow what was denied, quoted for a shell; "" where nothing would.
 * The caller's to free; NULL without memory.
 */
char *nono_answer_flag(const struct nono_answer *a, enum nono_op op);

/** nono_answer_make_first - do those flags work only for a file that somebody has made before? */
bool nono_answer_make_first(const struct nono_answer *a);

/** nono_answer_done - free it. NULL is fine. */
void nono_answer_done(struct nono_answer *a);

#endif
