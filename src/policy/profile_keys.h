/* profile_keys.h - the table of profile keys, for the policy layer itself.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_POLICY_PROFILE_KEYS_H
#define NONO_POLICY_PROFILE_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/limits.h"

/* What a value looks like, and which type of struct nono_profile's field it fills. */
enum nono_key_kind {
	NONO_KIND_SECTION, /* object whose keys are rows of their own; kept: struct nono_session_hook */
	NONO_KIND_MAP,	   /* object of any keys; each value is as row PATH.* says; kept: struct nono_hooks */
	NONO_KIND_ITEMS,   /* list; each item is as row PATH.* says; not kept */
	NONO_KIND_STRING,  /* char * */
	NONO_KIND_BOOL,	   /* enum nono_tri */
	NONO_KIND_ENUM,	   /* int: place in words, from 1 */
	NONO_KIND_INT,	   /* checked against least and most; not kept */
	NONO_KIND_LIST,	   /* of strings: struct nono_entries */
	NONO_KIND_PORTS,   /* list of numbers: struct nono_ports */
	NONO_KIND_RANGES,  /* list of [first, last]: struct nono_ports */
	NONO_KIND_PAIRS,   /* object of strings: struct nono_pairs */
	NONO_KIND_ANY,	   /* anything; not kept */
	NONO_KIND_BODY,	   /* a profile without extends and platform_overrides: struct nono_profile * */
	NONO_KINDS,
};

/* How a field of a base and of its child become one. */
enum nono_key_merge {
	NONO_MERGE_NONE,	/* nothing to join: a section, or a part of a value that is not kept */
	NONO_MERGE_ALWAYS,	/* the child's, absent or not */
	NONO_MERGE_APPEND,	/* base then child, first occurrence kept */
	NONO_MERGE_CHILD,	/* the child's where it is set */
	NONO_MERGE_OR,		/* true where one is */
	NONO_MERGE_WORKDIR,	/* the child's where it is set and not "none" */
	NONO_MERGE_PAIRS,	/* by name, the child's wins */
	NONO_MERGE_CREDENTIALS, /* the same; base entries for a variable that the child fills are dropped */
	NONO_MERGE_BODY,	/* joined as profiles are */
	NONO_MERGE_HOOKS,	/* by app, the child's wins */
	NONO_MERGE_HOOK,	/* the child's as a whole where it is set */
	NONO_MERGES,
};

/* What nono does with a key that is set to something other than null, false and empty. */
enum nono_key_class {
	NONO_CLASS_USED,
	NONO_CLASS_UNUSED,  /* a convenience that is not built yet: accepted, told with -v */
	NONO_CLASS_UNBUILT, /* protects, and is not built yet: a run refuses */
};

/* What takes an inherited value away, where absence would inherit it. */
enum nono_key_clear { NONO_CLEAR_NEVER, NONO_CLEAR_NULL, NONO_CLEAR_EMPTY };

#define NONO_KEY_NOT_KEPT UINT16_MAX

/* NULL, or what is wrong with a text and what to write instead. Static. */
typedef const char *(*nono_key_check)(const char *text);

struct nono_key {
	const char *path; /* canonical */
	uint8_t name_at;  /* where its last name begins: 0 at the top */
	uint8_t kind, merge, cls, clear;
	uint16_t offset;  /* in the struct that is read into: nono_profile, or what begins with one */
	uint16_t written; /* offset of a bool that says that a list was written, or 0 */
	bool nullable;
	bool required;		   /* in its section */
	bool single;		   /* a lone string will do for a list */
	bool text_too;		   /* a string will do for an item */
	bool object_only;	   /* of anything, only an object */
	bool top_only;		   /* not in a body of platform_overrides */
	bool set_by_presence;	   /* a section that says something even when it is empty */
	const char *when_key;	   /* entries may be {when_key: text, "when": predicate} */
	const char *words;	   /* of an enum: "a|b|!c"; ! marks a word that is not built yet */
	int32_t least, most;	   /* of an int (a most below least: no upper bound); least of a port */
	nono_key_check check;	   /* each text of it */
	nono_key_check check_name; /* each name of a map */
};

struct nono_key_alias {
	const char *path;
	uint8_t name_at;
	const char *canonical;
	bool moved; /* from before the key stood where it does */
};

#define NONO_KEYS_MAX 192 /* rows of a table, at most */

/* The keys of one format. */
struct nono_key_table {
	const struct nono_key *keys;
	size_t count;
	const struct nono_key_alias *aliases;
	size_t alias_count;
};

extern const struct nono_key nono_keys[];
extern const size_t nono_key_count;
extern const struct nono_key_alias nono_key_aliases[];
extern const size_t nono_key_alias_count;

/* nono_profile_table - the four above: the keys of a profile. */
extern const struct nono_key_table nono_profile_table;

/** nono_key_doc - a few words on what a key is for. Static. */
const char *nono_key_doc(const struct nono_key *key);

/** nono_key_moved - is this path an older name of a key that has moved since? */
bool nono_key_moved(const char *path);

/** nono_key_by_path - the row of a canonical path; NULL where there is none. */
const struct nono_key *nono_key_by_path(const char *path);

/**
 * nono_table_find - the row of a key in a section ("" at the top), by its own or an older name.
 * @ret_written: receives the path that was used, its own or the older one; static; may be NULL
 * Returns NULL where there is none.
 */
const struct nono_key *nono_table_find(const struct nono_key_table *table, const char *section, const char *name,
				       const char **ret_written);

/** nono_key_find - the same among the keys of a profile. */
const struct nono_key *nono_key_find(const char *section, const char *name, const char **ret_written);

/** nono_key_is_in - is a row directly in a section. */
bool nono_key_is_in(const struct nono_key *key, const char *section);

/** nono_key_alias_is_in - is another name directly in a section. */
bool nono_key_alias_is_in(const struct nono_key_alias *alias, const char *section);

/**
 * nono_table_nearest - the path of the known key that a mistyped one was meant to be; NULL where none is near. Static.
 */
const char *nono_table_nearest(const struct nono_key_table *table, const char *section, const char *name);

/** nono_key_nearest - the same among the keys of a profile. */
const char *nono_key_nearest(const char *section, const char *name);

/** nono_profile_is_reference - is this NAMESPACE/NAME, what a registry of packs would be asked for. */
bool nono_profile_is_reference(const char *text);

/* Checks that rows name; see nono_key_check. */
const char *nono_check_base(const char *text);
const char *nono_check_path(const char *text);
const char *nono_check_group(const char *text);
const char *nono_check_command(const char *text);
const char *nono_check_env_pattern(const char *text);
const char *nono_check_env_set(const char *text);
const char *nono_check_env_destination(const char *text);
const char *nono_check_credential(const char *text);
const char *nono_check_script(const char *text);
const char *nono_check_seatbelt(const char *text);
const char *nono_check_word(const char *text);
const char *nono_check_dash_word(const char *text);

/* What a regular expression of a Seatbelt rule meets. */
enum nono_regex_reach {
	NONO_REGEX_SOME,
	NONO_REGEX_EVERYTHING, /* paths that have nothing in common */
	NONO_REGEX_UNCLEAR,    /* malformed, or too complicated to tell */
};

/** nono_seatbelt_regex - that, as a string holds it. @raw: of #"text", where the string has no escapes of its own. */
enum nono_regex_reach nono_seatbelt_regex(const char *text, size_t len, bool raw);

/** nono_loading_pattern - append nono_check_env_destination as a regular expression. */
void nono_loading_pattern(struct nono_buf *out);

/** nono_profile_schema - append the JSON schema of profiles (draft 2020-12), made of the table. */
void nono_profile_schema(struct nono_buf *out);

#endif
