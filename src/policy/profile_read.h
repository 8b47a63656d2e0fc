/* profile_read.h - between the files that read a profile, or a manifest.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_POLICY_PROFILE_READ_H
#define NONO_POLICY_PROFILE_READ_H

#include "base/json.h"
#include "policy/profile.h"
#include "policy/profile_keys.h"
#include "policy/profile_when.h"

/* One body that is being read. All borrowed. */
struct nono_reading {
	const struct nono_key_table *table;
	const struct nono_json *doc;
	const struct nono_profile_origin *origin;
	struct nono_when_host host;
	struct nono_profile *p;		 /* offsets of the table start here */
	const char *seen[NONO_KEYS_MAX]; /* the path that each key was written as */
	bool nested;			 /* a body of platform_overrides */
	struct nono_findings *findings;	 /* where to note what is wrong and go on; NULL: the first error ends it */
	struct nono_error *err;
};

/* Decodes a value whose JSON type was checked. *ret_set: does it say anything (not false, not empty)? */
typedef int (*nono_decode_fn)(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at,
			      json_t *value, bool *ret_set);

/* One for each kind; profile_decode.c has those of single values, profile_parse.c those that hold other keys. */
int nono_decode_string(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at, json_t *value,
		       bool *ret_set);
int nono_decode_bool(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at, json_t *value,
		     bool *ret_set);
int nono_decode_enum(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at, json_t *value,
		     bool *ret_set);
int nono_decode_int(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at, json_t *value,
		    bool *ret_set);
int nono_decode_list(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at, json_t *value,
		     bool *ret_set);
int nono_decode_ports(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at, json_t *value,
		      bool *ret_set);
int nono_decode_ranges(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at, json_t *value,
		       bool *ret_set);
int nono_decode_pairs(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at, json_t *value,
		      bool *ret_set);
int nono_decode_any(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at, json_t *value,
		    bool *ret_set);

/** nono_read_hook - keep hooks.@app, which was checked. 0 or -NONO_E_NOMEM. */
int nono_read_hook(struct nono_reading *r, struct nono_hooks *field, const char *app, json_t *value);

/** nono_read_session_hook - keep a section of session_hooks, which was checked. 0 or -NONO_E_NOMEM. */
int nono_read_session_hook(struct nono_reading *r, struct nono_session_hook *field, json_t *value);

/** nono_read_object - walk an object along r->table: every key of it is known, and every value is as its row says. */
int nono_read_object(struct nono_reading *r, json_t *object);

/** nono_read_fail - an error about a value or, with NONO_JSON_AT_KEY, a key. Returns -NONO_E_PARSE. */
int nono_read_fail(struct nono_reading *r, const struct nono_json_at *at, enum nono_json_spot spot, const char *fmt,
		   ...) __attribute__((format(printf, 4, 5)));

/** nono_read_text - a text against the check of its row; 0 or -NONO_E_PARSE. */
int nono_read_text(struct nono_reading *r, nono_key_check check, const struct nono_json_at *at,
		   enum nono_json_spot spot, const char *text);

/**
 * nono_read_on - go on after an error about one value, if this reading notes findings.
 * Returns 0 where @rc is 0 or was noted, else @rc.
 */
int nono_read_on(struct nono_reading *r, int rc);

/**
 * nono_profile_parse_all - as nono_profile_parse, but note what is wrong and go on.
 * @findings: NULL: the first error ends it. Where some were noted, @ret holds what could be read
 * @err:      not NULL where @findings is not
 */
int nono_profile_parse_all(const char *text, size_t len, const char *os_release,
			   const struct nono_profile_origin *origin, struct nono_findings *findings,
			   struct nono_profile *ret, struct nono_error *err);

/** nono_group_is_doubtful - is this no name of a group, or, in groups.exclude, that of one which must stay? */
bool nono_group_is_doubtful(const struct nono_key *key, const char *name);

/** nono_read_group - note what is wrong with the name of a group in a list. 0 or -NONO_E_NOMEM. */
int nono_read_group(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at,
		    const char *name);

/** nono_read_path - note a path that hardly means what its writer thinks. 0 or -NONO_E_NOMEM. */
int nono_read_path(struct nono_reading *r, const struct nono_json_at *at, const char *text);

/** nono_read_limit - is a list or object small enough; 0 or -NONO_E_LIMIT. */
int nono_read_limit(struct nono_reading *r, const struct nono_json_at *at, size_t count);

/** nono_read_field - where a row's field is in the profile being read; NULL where it is not kept. */
void *nono_read_field(const struct nono_reading *r, const struct nono_key *key);

#endif
