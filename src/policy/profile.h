/* profile.h - one profile, decoded or composed from several.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_POLICY_PROFILE_H
#define NONO_POLICY_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strv.h"
#include "policy/fs.h"
#include "policy/rights.h"

/* One entry of a list and the profile that it came from, which every explanation names. */
struct nono_entry {
	char *text;    /* as written, not expanded; owned */
	char *origin;  /* the profile's name; owned */
	char *place;   /* "FILE:LINE:COLUMN: key.path" of a name that may stand for nothing; owned; NULL: not kept */
	bool builtin;  /* that profile is compiled in */
	uint32_t hash; /* of text, so that long lists are searched fast */
};

struct nono_entries {
	struct nono_entry *items;
	size_t len;
	size_t room;
};

/* name -> value: environment.set_vars, env_credentials. */
struct nono_pair {
	char *name;
	char *value;
	char *origin;
};

struct nono_pairs {
	struct nono_pair *items;
	size_t len;
	size_t room;
};

/* hooks.APP: what an agent program is to call, and when. */
struct nono_hook {
	char *app;
	char *event, *matcher, *script;
	char *origin;
};

struct nono_hooks {
	struct nono_hook *items;
	size_t len;
	size_t room;
};

/* session_hooks.before or .after: a program that nono runs outside the sandbox. No script: none. */
struct nono_session_hook {
	char *script; /* as written, not expanded */
	char *origin;
	bool builtin;
	int timeout_secs; /* 0: no limit */
};

struct nono_port_range {
	uint16_t lo, hi; /* both included */
};

struct nono_ports {
	struct nono_port_range *items;
	size_t len;
	size_t room;
};

struct nono_key;
struct json_t;

/* The value of a key that has no field of its own. */
struct nono_other {
	const struct nono_key *key; /* static */
	struct json_t *value;	    /* owned; conditions are settled; null: takes an inherited value away */
};

struct nono_others {
	struct nono_other *items;
	size_t len;
	size_t room;
};

/* A Boolean that may be absent. Absent is 0, so that a zeroed profile is an empty one. */
enum nono_tri { NONO_TRI_UNSET = 0, NONO_TRI_FALSE, NONO_TRI_TRUE };

/* Scalars of security.*: 0 is absent, values in the order of the key table. */
enum nono_signal_mode { NONO_SIGNAL_UNSET, NONO_SIGNAL_ISOLATED, NONO_SIGNAL_SAME_SANDBOX, NONO_SIGNAL_ALL };
enum nono_ipc_mode { NONO_IPC_UNSET, NONO_IPC_SHARED_MEMORY_ONLY, NONO_IPC_FULL };
enum nono_workdir {
	NONO_WORKDIR_UNSET,
	NONO_WORKDIR_NONE,
	NONO_WORKDIR_READ,
	NONO_WORKDIR_WRITE,
	NONO_WORKDIR_READWRITE
};

enum nono_namespaces { NONO_NAMESPACES_UNSET, NONO_NAMESPACES_DENY, NONO_NAMESPACES_ALLOW };

/*
 * The field names follow the canonical key names; profile_keys.def binds one to the other. Every field is set by
 * the parser and joined by nono_profile_merge as the key table says.
 */
struct nono_profile {
	struct {
		char *name, *version, *description, *author;
	} meta;
	struct nono_entries extends;
	struct {
		struct nono_entries include, exclude;
	} groups;
	struct nono_entries trust_groups;
	struct {
		struct nono_entries allow, deny;
	} commands;
	struct {
		struct nono_entries allow, read, write, allow_file, read_file, write_file;
		struct nono_entries deny, deny_write, bypass_protection, suppress_save_prompt;
		struct nono_entries unix_socket, unix_socket_bind;
		struct nono_entries unix_socket_dir, unix_socket_dir_bind;
		struct nono_entries unix_socket_subtree, unix_socket_subtree_bind;
	} filesystem;
	struct {
		enum nono_tri block;
		struct nono_ports open_port, listen_port, connect_port; /* ranges are joined in */
	} network;
	struct {
		int signal_mode, process_info_mode,
			ipc_mode; /* enums above; process_info_mode has signal_mode's values */
		enum nono_tri capability_elevation;
	} security;
	struct {
		struct nono_entries allow_vars, deny_vars;
		bool allow_vars_set; /* allow_vars was written, so an empty list means: inherit nothing */
		struct nono_pairs set_vars;
	} environment;
	struct nono_pairs env_credentials;
	struct {
		int access; /* enum nono_workdir */
	} workdir;
	struct {
		struct nono_entries exclude_patterns, exclude_globs;
	} rollback;
	struct {
		int namespaces; /* enum nono_namespaces */
	} linux_;
	struct nono_hooks hooks;
	struct {
		struct nono_session_hook before, after;
	} session_hooks;
	enum nono_tri interactive;
	struct nono_entries command_args;
	char *binary;
	struct nono_others others;
	/* Canonical key paths that are set to something and not built yet, each with its profile. */
	struct nono_entries unbuilt_protecting;	 /* a run refuses */
	struct nono_entries unbuilt_convenience; /* -v says unused */
	struct nono_entries cleared; /* key paths whose inherited mark in the two lists above this profile takes away */
	struct nono_strv files;	     /* canonical paths of the files that a load read; built-in ones have none */
	struct nono_profile
		*platform; /* platform_overrides of this system, not applied yet; owned; NULL after a load */
};

/** nono_profile_done - free all of it, leaving an empty profile. NULL is fine. */
void nono_profile_done(struct nono_profile *p);

/** nono_profile_free - the same for one on the heap, and the memory itself. NULL is fine. */
void nono_profile_free(struct nono_profile *p);

/** nono_entries_add - append a copy of (text, origin, builtin) unless an entry with that text is there. 0 or -NOMEM. */
int nono_entries_add(struct nono_entries *e, const char *text, const char *origin, bool builtin,
		     struct nono_error *err);

/** nono_entries_has - is there an entry with this text. */
bool nono_entries_has(const struct nono_entries *e, const char *text);

/** nono_entries_done - free it, leaving an empty list. */
void nono_entries_done(struct nono_entries *e);

/* Where a text came from: for messages and for the origin of its entries. */
struct nono_profile_origin {
	const char *file; /* shown in errors: a path, or "built-in profile NAME" */
	const char *name; /* origin of its entries */
	bool builtin;
};

/**
 * nono_profile_parse - decode one profile text; extends is recorded, not followed.
 * @text, @len: JSON or JSONC; need not be NUL-terminated; borrowed
 * @os_release: os-release text for `when` predicates, or NULL where there is none; borrowed
 * @origin:     borrowed
 * @ret:        set on success only; then the caller's (nono_profile_done)
 * Returns 0, -NONO_E_PARSE (text "FILE:LINE:COLUMN: key.path: what is wrong" and, for an unknown key, the nearest
 * known one), -NONO_E_LIMIT, -NONO_E_NOMEM. Reads nothing but its arguments. Thread-safe.
 */
int nono_profile_parse(const char *text, size_t len, const char *os_release, const struct nono_profile_origin *origin,
		       struct nono_profile *ret, struct nono_error *err);

/**
 * nono_profile_merge - put @child over @base, which becomes the result (rules: docs/format/profile.md).
 * @child is emptied. Returns 0 or -NONO_E_NOMEM (then both may be partly joined and are still to be freed).
 */
int nono_profile_merge(struct nono_profile *base, struct nono_profile *child, struct nono_error *err);

/**
 * nono_profile_apply_platform - join what platform_overrides say for this system; the last step of a load.
 * Meta and extends stay. Returns 0 or -NONO_E_NOMEM.
 */
int nono_profile_apply_platform(struct nono_profile *p, struct nono_error *err);

/* Where profiles are looked for. */
struct nono_profile_lookup {
	const struct nono_fs *fs; /* borrowed */
	const char *config_dir;	  /* $XDG_CONFIG_HOME/nono, absolute; borrowed */
	const char *os_release;	  /* text of os-release, or NULL; borrowed */
	const char *workdir;	  /* where a relative path starts, absolute; NULL: taken as it is; borrowed */
};

/**
 * nono_profile_load - find a profile by name or path and compose it with all it extends.
 * @lookup:  borrowed
 * @which:   a name (letters, digits, -), or a path (contains / or ends in .json or .jsonc)
 * @extends: extra bases from --extends, before the file's own; may be NULL
 * @ret:     set on success only; meta is the profile's own
 * Names are looked for in CONFIG/profiles/NAME.jsonc, NAME.json, then among the built-in ones; a user file that
 * extends its own name reaches the built-in it shadows. Returns 0, -NONO_E_NOTFOUND (names the nearest), -NONO_E_PARSE,
 * -NONO_E_POLICY (unsafe file, cycle, too many levels), -NONO_E_SYSTEM, -NONO_E_NOMEM. Thread-safe.
 */
int nono_profile_load(const struct nono_profile_lookup *lookup, const char *which, const struct nono_strv *extends,
		      struct nono_profile *ret, struct nono_error *err);

/* A profile as it is written, before what it extends. */
struct nono_profile_text {
	char *file;	  /* its path, or "built-in profile NAME"; owned */
	char *name;	  /* the file's base name without its suffix, or the built-in's; owned */
	const char *text; /* borrowed from @data or the program */
	size_t len;
	char *data; /* owned; NULL: built in */
	bool builtin;
};

/** nono_profile_find - read the text of a profile; @which and errors as nono_profile_load's. */
int nono_profile_find(const struct nono_profile_lookup *lookup, const char *which, struct nono_profile_text *ret,
		      struct nono_error *err);

/** nono_profile_text_done - free it, leaving none. */
void nono_profile_text_done(struct nono_profile_text *text);

/* All that there is to say about a profile. */
struct nono_findings {
	struct nono_strv errors;   /* "FILE:LINE:COLUMN: key.path: ..." where there is a place */
	struct nono_strv warnings; /* likewise */
	struct nono_strv
		moved; /* keys that were written by a name from before they moved, such as policy.override_deny */
};

/**
 * nono_profile_validate - read a profile and all that it extends, and go on after what is wrong, so that all is found.
 * @which: as nono_profile_load's
 * @ret:   a zeroed struct; what is wrong with the profile, a file that cannot be read included, is an entry of errors
 * Returns 0 or -NONO_E_NOMEM. Thread-safe.
 */
int nono_profile_validate(const struct nono_profile_lookup *lookup, const char *which, struct nono_findings *ret,
			  struct nono_error *err);

/** nono_findings_done - free them, leaving none. */
void nono_findings_done(struct nono_findings *f);

/** nono_profile_name_ok - is this a profile name: ASCII letters, digits and -, no - at either end, not empty. */
bool nono_profile_name_ok(const char *name);

/* A profile that is compiled in (generated from data/profiles). */
struct nono_builtin_profile {
	const char *name;
	const char *json;
	size_t json_len;
};
extern const struct nono_builtin_profile nono_builtin_profiles[];
extern const size_t nono_builtin_profile_count;

/** nono_builtin_profile_find - by name; NULL if there is none. Static storage. */
const struct nono_builtin_profile *nono_builtin_profile_find(const char *name);

#endif
