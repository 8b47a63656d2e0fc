/* nono.h - a capability sandbox as a library.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_H
#define NONO_H

/*
 * A capability set says what a process may do. Questions about it are answered before anything is confined
 * (nono_query_context_*, nono_explain_path); then the calling process is confined for good (nono_sandbox_apply), or one
 * command is run in the sandbox (nono_run_command).
 *
 * Conventions of every call, unless its own text says otherwise:
 * - Strings are UTF-8 and end with NUL. What is passed in is borrowed for the call and copied where it is kept. A
 *   returned char * is the caller's, to be freed with nono_string_free.
 * - NULL where something is needed gives NONO_ERROR_CODE_ERR_INVALID_ARG, or what the call returns for "nothing".
 * - A call that fails sets the calling thread's last error (nono_last_error); one that succeeds leaves it alone. Out of
 *   memory is a failure like any other (NONO_ERROR_CODE_ERR_UNKNOWN, "out of memory") and is not listed at each call.
 * - Threads: every call may be made in any thread, and in several at once. "Reads" an object: others may read it
 *   meanwhile. "Changes" it, or frees it: nobody else may use it meanwhile. Different objects are independent. A call
 *   without an object depends on no other call. None is for signal handlers, nor for the child of a fork of a process
 *   that has threads.
 * - Nothing is printed, logged or read from the environment; the process is never ended; no signal handler stays.
 *
 * Linux 5.13 or later with Landlock. Link with pkg-config nono, or -lnono -lpthread -ldl -lm for the static library.
 */

/* More than this header needs: existing clients take free(3) from it. */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Access to a path. */
#define NONO_ACCESS_MODE_READ 0
#define NONO_ACCESS_MODE_WRITE 1
#define NONO_ACCESS_MODE_READ_WRITE 2
#define NONO_ACCESS_MODE_INVALID UINT32_MAX /* there is no such entry */

/* Access to the network. */
#define NONO_NETWORK_MODE_BLOCKED 0
#define NONO_NETWORK_MODE_ALLOW_ALL 1
#define NONO_NETWORK_MODE_PROXY_ONLY 2 /* TCP to one port, see nono_capability_set_set_proxy_port */

/* What a call returns: 0, or what kind of failure it was. */
typedef enum NonoErrorCode {
	NONO_ERROR_CODE_OK = 0,
	NONO_ERROR_CODE_ERR_PATH_NOT_FOUND = -1,	/* a path, a profile or a program does not exist */
	NONO_ERROR_CODE_ERR_EXPECTED_DIRECTORY = -2,	/* it is something else */
	NONO_ERROR_CODE_ERR_EXPECTED_FILE = -3,		/* it is a directory */
	NONO_ERROR_CODE_ERR_PATH_CANONICALIZATION = -4, /* it cannot be followed to where it leads */
	NONO_ERROR_CODE_ERR_NO_CAPABILITIES = -5,	/* the set says nothing at all */
	NONO_ERROR_CODE_ERR_SANDBOX_INIT = -6,		/* the sandbox could not be set up */
	NONO_ERROR_CODE_ERR_UNSUPPORTED_PLATFORM = -7,	/* this system cannot enforce it */
	NONO_ERROR_CODE_ERR_BLOCKED_COMMAND = -8,	/* the set refuses to start this command */
	NONO_ERROR_CODE_ERR_CONFIG_PARSE = -9,		/* a state, a report or a policy that cannot be accepted */
	NONO_ERROR_CODE_ERR_PROFILE_PARSE = -10,	/* a profile that cannot be read */
	NONO_ERROR_CODE_ERR_IO = -11,			/* a system call failed */
	NONO_ERROR_CODE_ERR_INVALID_ARG = -12,		/* NULL, an unknown mode, text that is not UTF-8 ... */
	NONO_ERROR_CODE_ERR_TRUST_VERIFICATION = -13,	/* not returned yet */
	NONO_ERROR_CODE_ERR_UNKNOWN = -99		/* anything else, out of memory included */
} NonoErrorCode;

/* What an error means to whoever runs commands in a sandbox. */
typedef enum NonoDiagnosticCode {
	NONO_DIAGNOSTIC_CODE_SANDBOX_DENIED_PATH = 0,
	NONO_DIAGNOSTIC_CODE_SANDBOX_DENIED_NETWORK = 1,
	NONO_DIAGNOSTIC_CODE_SANDBOX_DENIED_UNIX_SOCKET = 2,
	NONO_DIAGNOSTIC_CODE_COMMAND_NOT_FOUND = 3,
	NONO_DIAGNOSTIC_CODE_COMMAND_FAILED_LIKELY_SANDBOX = 4,
	NONO_DIAGNOSTIC_CODE_COMMAND_FAILED_APPLICATION = 5,
	NONO_DIAGNOSTIC_CODE_CREDENTIAL_NOT_FOUND = 6,
	NONO_DIAGNOSTIC_CODE_CREDENTIAL_UNAVAILABLE = 7,
	NONO_DIAGNOSTIC_CODE_UNSUPPORTED_PLATFORM_FEATURE = 8,
	NONO_DIAGNOSTIC_CODE_ROLLBACK_BUDGET_EXCEEDED = 9,
	NONO_DIAGNOSTIC_CODE_CWD_ACCESS_REQUIRED = 10,
	NONO_DIAGNOSTIC_CODE_CONFIGURATION_ERROR = 11,
	NONO_DIAGNOSTIC_CODE_TRUST_VERIFICATION_FAILED = 12,
	NONO_DIAGNOSTIC_CODE_IO_ERROR = 13,
	NONO_DIAGNOSTIC_CODE_CANCELLED = 14,
	NONO_DIAGNOSTIC_CODE_OTHER = 99
} NonoDiagnosticCode;

/* Who put a grant into a set. */
typedef enum NonoCapabilitySourceTag {
	NONO_CAPABILITY_SOURCE_TAG_USER = 0, /* a call of nono_capability_set_allow_* */
	NONO_CAPABILITY_SOURCE_TAG_GROUP = 1,
	NONO_CAPABILITY_SOURCE_TAG_SYSTEM = 2,
	NONO_CAPABILITY_SOURCE_TAG_PROFILE = 3
} NonoCapabilitySourceTag;

typedef enum NonoQueryStatus { NONO_QUERY_STATUS_ALLOWED = 0, NONO_QUERY_STATUS_DENIED = 1 } NonoQueryStatus;

typedef enum NonoQueryReason {
	NONO_QUERY_REASON_GRANTED_PATH = 0,
	NONO_QUERY_REASON_NETWORK_ALLOWED = 1,
	NONO_QUERY_REASON_PATH_NOT_GRANTED = 2,	   /* no grant covers it, or a deny rule does */
	NONO_QUERY_REASON_INSUFFICIENT_ACCESS = 3, /* a grant covers it, but not for this */
	NONO_QUERY_REASON_NETWORK_BLOCKED = 4
} NonoQueryReason;

typedef struct NonoCapabilitySet NonoCapabilitySet;
typedef struct NonoQueryContext NonoQueryContext;
typedef struct NonoSandboxState NonoSandboxState;

/* The answer to a question. The strings are the caller's (nono_string_free each), NULL where they say nothing. */
typedef struct NonoQueryResult {
	enum NonoQueryStatus status;
	enum NonoQueryReason reason;
	char *granted_path; /* GRANTED_PATH: the grant */
	char *access;	    /* GRANTED_PATH: its access: "read", "write", "read+write" */
	char *granted;	    /* INSUFFICIENT_ACCESS: what the nearest grant gives */
	char *requested;    /* INSUFFICIENT_ACCESS: what was asked for */
} NonoQueryResult;

/* What this system can do. The strings are the caller's (nono_string_free each); NULL without memory. */
typedef struct NonoSupportInfo {
	bool is_supported;
	char *platform; /* "linux" */
	char *details;	/* the kernel's release, Landlock's ABI, and what an older one leaves open; text for people */
} NonoSupportInfo;

/* ---- errors and strings ---- */

/**
 * nono_last_error - the text of the last failure in the calling thread, safe to print (no control characters).
 * Returns the caller's string, or NULL when there was none since the thread began or nono_clear_error, and without
 * memory. Threads: each has its own.
 */
char *nono_last_error(void);

/** nono_clear_error - forget the calling thread's last failure. Threads: each has its own. */
void nono_clear_error(void);

/**
 * nono_last_diagnostic_code - what the last failure means; NONO_DIAGNOSTIC_CODE_OTHER when there was none.
 * Threads: each has its own.
 */
NonoDiagnosticCode nono_last_diagnostic_code(void);

/**
 * nono_last_remediation_json - what would help against the last failure, as a JSON object with a member "kind":
 * "grant_path" (with "path", "access", "is_file"), "check_policy". Returns the caller's string; NULL when nothing is
 * known to help, and without memory. Threads: each has its own.
 */
char *nono_last_remediation_json(void);

/** nono_string_free - free a string that one of these calls returned. NULL is fine. Threads: frees @s. */
void nono_string_free(char *s);

/** nono_version - the library's version, such as "0.1.0". Returns the caller's string; NULL without memory. Threads:
 * any.
 */
char *nono_version(void);

/* ---- capability sets ---- */

/**
 * nono_capability_set_new - an empty set: no file may be opened; the network is open.
 * Returns the caller's set (nono_capability_set_free); NULL without memory. Threads: any.
 */
NonoCapabilitySet *nono_capability_set_new(void);

/** nono_capability_set_free - free a set, and close its descriptors. NULL is fine. Threads: frees @caps. */
void nono_capability_set_free(NonoCapabilitySet *caps);

/**
 * nono_capability_set_allow_path - grant a directory and all that is below it.
 * @path: followed to the directory it leads to now; that one is kept open (one descriptor a grant, close-on-exec), so
 *        that it is meant whatever happens to the name. A relative path starts in the current directory
 * @mode: NONO_ACCESS_MODE_*. Reading includes executing; writing includes making, removing and renaming, not reading
 * Returns OK, ERR_PATH_NOT_FOUND (also for ""), ERR_EXPECTED_DIRECTORY, ERR_PATH_CANONICALIZATION (it cannot be
 * followed, or leads to no place in the file system), ERR_CONFIG_PARSE (the set was made of a profile that denies it,
 * or something below it), ERR_INVALID_ARG (an unknown mode, writing below /proc or /sys, which is never granted, more
 * than 8192 grants), ERR_IO (no descriptor to be had). On failure the set is as before. Threads: changes @caps.
 */
NonoErrorCode nono_capability_set_allow_path(NonoCapabilitySet *caps, const char *path, uint32_t mode);

/**
 * nono_capability_set_allow_file - grant one file, or another object that is no directory.
 * As nono_capability_set_allow_path; ERR_EXPECTED_FILE for a directory. Threads: changes @caps.
 */
NonoErrorCode nono_capability_set_allow_file(NonoCapabilitySet *caps, const char *path, uint32_t mode);

/**
 * nono_capability_set_set_network_blocked - BLOCKED or ALLOW_ALL; the last call that sets a mode wins.
 * Returns OK, ERR_INVALID_ARG (NULL). Threads: changes @caps.
 */
NonoErrorCode nono_capability_set_set_network_blocked(NonoCapabilitySet *caps, bool blocked);

/**
 * nono_capability_set_set_network_mode - what of the network may be used.
 * @mode: NONO_NETWORK_MODE_*. BLOCKED: no sockets but unix ones. PROXY_ONLY: TCP connections to the proxy's port and
 *        nothing else; the port on any host, because the kernel knows ports only
 * A mode takes the place of single ports that a profile or a state named.
 * Returns OK, ERR_INVALID_ARG (an unknown mode). On failure the set is as before. Threads: changes @caps.
 */
NonoErrorCode nono_capability_set_set_network_mode(NonoCapabilitySet *caps, uint32_t mode);

/**
 * nono_capability_set_network_mode - the mode; BLOCKED for NULL, and where a profile or a state names single ports, to
 * connect to or to listen on: more is open there than BLOCKED says (nono_capability_set_summary tells which).
 * Threads: reads @caps.
 */
uint32_t nono_capability_set_network_mode(const NonoCapabilitySet *caps);

/**
 * nono_capability_set_set_proxy_port - the port of PROXY_ONLY, 1 to 65535; 0 takes it away. In another mode it is kept
 * until that one is set.
 * Returns OK, ERR_INVALID_ARG (NULL). On failure the set is as before. Threads: changes @caps.
 */
NonoErrorCode nono_capability_set_set_proxy_port(NonoCapabilitySet *caps, uint16_t port);

/**
 * nono_capability_set_proxy_port - that port; 0 in any other mode, where none was set, and for NULL.
 * Threads: reads @caps.
 */
uint16_t nono_capability_set_proxy_port(const NonoCapabilitySet *caps);

/**
 * nono_capability_set_allow_command - a command that nono_run_command starts although a rule blocks it.
 * @cmd: its name without a directory: 1 to 255 bytes of UTF-8, of any characters but /, and neither . nor .. ; it is
 *       compared byte for byte. One that is there already is not added again
 * Returns OK, ERR_INVALID_ARG (a name that no command has; more than 4096 names). On failure the set is as before.
 * Threads: changes @caps.
 */
NonoErrorCode nono_capability_set_allow_command(NonoCapabilitySet *caps, const char *cmd);

/**
 * nono_capability_set_block_command - a command that nono_run_command refuses to start. The name of the command as
 * given, of the file that is found for it, and of what that leads to are compared. What a command that was started
 * starts itself is the business of the grants.
 * @cmd: as above. Returns and threads: as above.
 */
NonoErrorCode nono_capability_set_block_command(NonoCapabilitySet *caps, const char *cmd);

/**
 * nono_capability_set_add_platform_rule - a rule in the words of a system's own sandbox; on Linux it is checked and
 * changes nothing.
 * @rule: a Seatbelt rule such as (allow sysctl-read)
 * Returns OK, ERR_INVALID_ARG (malformed; it would open every file, by (subpath "/"), a regular expression that meets
 * every path, or without a condition; more than 4096 rules). On failure the set is as before. Threads: changes @caps.
 */
NonoErrorCode nono_capability_set_add_platform_rule(NonoCapabilitySet *caps, const char *rule);

/**
 * nono_capability_set_deduplicate - join entries of one object; what is left gives what they gave together. NULL sets
 * the last error. Threads: changes @caps.
 */
void nono_capability_set_deduplicate(NonoCapabilitySet *caps);

/**
 * nono_capability_set_path_covered - is a path a granted file, or a granted directory or below one, whatever the
 * access? It need not exist. False for NULL and where it cannot be followed (then the last error is set).
 * Threads: reads @caps.
 */
bool nono_capability_set_path_covered(const NonoCapabilitySet *caps, const char *path);

/** nono_capability_set_is_network_blocked - is the mode BLOCKED? False for NULL. Threads: reads @caps. */
bool nono_capability_set_is_network_blocked(const NonoCapabilitySet *caps);

/**
 * nono_capability_set_summary - the set in a few lines for people, safe to print.
 * Returns the caller's string; NULL for NULL and without memory. Threads: reads @caps.
 */
char *nono_capability_set_summary(const NonoCapabilitySet *caps);

/** nono_capability_set_fs_count - number of file-system entries; 0 for NULL. Threads: reads @caps. */
uintptr_t nono_capability_set_fs_count(const NonoCapabilitySet *caps);

/**
 * nono_capability_set_fs_original - the path of an entry as it was given, made absolute.
 * @index: from 0 to the count, less one. Returns the caller's string; NULL beyond (then the last error is set).
 * Threads: reads @caps.
 */
char *nono_capability_set_fs_original(const NonoCapabilitySet *caps, uintptr_t index);

/** nono_capability_set_fs_resolved - what that path led to. All else as above. */
char *nono_capability_set_fs_resolved(const NonoCapabilitySet *caps, uintptr_t index);

/**
 * nono_capability_set_fs_access - an entry's NONO_ACCESS_MODE_*; NONO_ACCESS_MODE_INVALID beyond the last (then the
 * last error is set). Threads: reads @caps.
 */
uint32_t nono_capability_set_fs_access(const NonoCapabilitySet *caps, uintptr_t index);

/**
 * nono_capability_set_fs_is_file - is the entry no directory? False beyond the last (then the last error is set).
 * Threads: reads @caps.
 */
bool nono_capability_set_fs_is_file(const NonoCapabilitySet *caps, uintptr_t index);

/**
 * nono_capability_set_fs_source_tag - where the entry comes from; USER beyond the last (then the last error is set).
 * Threads: reads @caps.
 */
NonoCapabilitySourceTag nono_capability_set_fs_source_tag(const NonoCapabilitySet *caps, uintptr_t index);

/**
 * nono_capability_set_fs_source_group_name - the group that an entry comes from. Returns the caller's string; NULL
 * where it comes from elsewhere (the last error is left alone) and beyond the last (then it is set).
 * Threads: reads @caps.
 */
char *nono_capability_set_fs_source_group_name(const NonoCapabilitySet *caps, uintptr_t index);

/* ---- questions ---- */

/**
 * nono_query_context_new - a copy of a set, to ask questions of; later changes of the set do not show in it, and the
 * set may be freed. It keeps no descriptors.
 * Returns the caller's context (nono_query_context_free); NULL for NULL and without memory (then the last error is
 * set). Threads: reads @caps.
 */
NonoQueryContext *nono_query_context_new(const NonoCapabilitySet *caps);

/** nono_query_context_free - free it. NULL is fine. Threads: frees @ctx. */
void nono_query_context_free(NonoQueryContext *ctx);

/**
 * nono_query_context_query_path - would the sandbox let a path be opened? The answer is the kernel's own: the grants of
 * the object and of every directory above it are joined. File permissions are not looked at.
 * @path: need not exist: then reading and writing are asked of the directory it would be in. A relative one starts in
 *        the current directory
 * @mode: NONO_ACCESS_MODE_*
 * @out_result: filled in on success only; its strings are the caller's
 * Returns OK (also for DENIED), ERR_PATH_NOT_FOUND (""), ERR_PATH_CANONICALIZATION (links in a circle, a name that is
 * too long, a current directory that is gone), ERR_INVALID_ARG. Threads: reads @ctx.
 */
NonoErrorCode nono_query_context_query_path(const NonoQueryContext *ctx, const char *path, uint32_t mode,
					    NonoQueryResult *out_result);

/**
 * nono_query_context_query_network - would the sandbox let connections be made? NETWORK_BLOCKED exactly where the mode
 * is BLOCKED, single ports or not.
 * @out_result: filled in on success only; its strings are NULL
 * Returns OK (also for DENIED), ERR_INVALID_ARG (NULL). Threads: reads @ctx.
 */
NonoErrorCode nono_query_context_query_network(const NonoQueryContext *ctx, NonoQueryResult *out_result);

/* ---- confining the calling process ---- */

/**
 * nono_sandbox_apply - confine the calling process, every thread of it, for good; what it starts is confined too.
 * Beside what the set says: no privileges are gained by exec any more, capabilities of root that reach past the sandbox
 * are given up, system calls that would lead out of it fail (docs: threat model). Descriptors that are open stay
 * usable, so close what the process shall not have.
 *
 * Threads: all are confined together or none is. They are called by the signal that the C library keeps for setuid(2);
 * blocking system calls of theirs may end with EINTR. Because each thread gets a domain of its own, a process that has
 * threads at this moment is not kept from signalling processes outside, unless the set comes from a profile that says
 * so; a process without threads is.
 *
 * It reads @caps, and must not be called by two threads at once.
 *
 * Returns OK; ERR_NO_CAPABILITIES (an empty set: nothing granted and the network open), ERR_UNSUPPORTED_PLATFORM (no
 * Landlock, or the kernel lacks what the set needs), ERR_INVALID_ARG (NULL, PROXY_ONLY without a port), ERR_IO (a
 * thread that does not answer, a descriptor of the set that the program closed): nothing was confined.
 * ERR_SANDBOX_INIT: the kernel refused a step; the process may be confined in part and must not go on as if it were
 * confined.
 */
NonoErrorCode nono_sandbox_apply(const NonoCapabilitySet *caps);

/** nono_sandbox_is_supported - can this system confine anything? Threads: any. */
bool nono_sandbox_is_supported(void);

/**
 * nono_sandbox_support_info - the same with a text. The two strings are the caller's, NULL without memory (then the
 * last error is set). Threads: any.
 */
NonoSupportInfo nono_sandbox_support_info(void);

/* ---- a set as text ---- */

/**
 * nono_sandbox_state_from_caps - a copy of a set, to be written down; it keeps no descriptors, and the set may be
 * freed. What a profile says of a command's environment is not in it. Returns the caller's state
 * (nono_sandbox_state_free); NULL for NULL and without memory (then the last error is set). Threads: reads @caps.
 */
NonoSandboxState *nono_sandbox_state_from_caps(const NonoCapabilitySet *caps);

/** nono_sandbox_state_free - free it. NULL is fine. Threads: frees @state. */
void nono_sandbox_state_free(NonoSandboxState *state);

/**
 * nono_sandbox_state_to_json - the state as a JSON object (docs/format/capability-file.md). The same state always gives
 * the same text. Returns the caller's string; NULL for NULL, for a path that is not UTF-8 (ERR_UNKNOWN: a profile's
 * pattern can lead to one) and without memory: then the last error is set. Threads: reads @state.
 */
char *nono_sandbox_state_to_json(const NonoSandboxState *state);

/**
 * nono_sandbox_state_from_json - read what was written. Nothing is looked up in the file system.
 * @json: at most 1 MiB. An unknown key, a value of another kind, and what could not be enforced (domains, endpoints,
 *        resource limits) are refused. Needed are fs, with original, path, access and is_file of each entry, and
 *        net_blocked. Names of commands and platform rules are those that the calls above accept. A path is absolute;
 *        // and /./ and a slash at its end are dropped, .. is refused
 * Returns the caller's state; NULL for NULL (ERR_INVALID_ARG) and for a text that is refused (ERR_CONFIG_PARSE): the
 * last error names the key and says what to change. Threads: any.
 */
NonoSandboxState *nono_sandbox_state_from_json(const char *json);

/**
 * nono_sandbox_state_to_caps - a set of a state. Each path is opened anew and must lead to itself still; what a group
 * or a profile granted and is not there as it was is left out, and told by nono_capability_set_notes. A denied path is
 * looked up where the state does not say what it is: a link is denied at both ends.
 * Returns the caller's set; NULL on failure (the last error says why): a path that is missing, leads elsewhere now or
 * is of another kind, or is denied. Threads: reads @state.
 */
NonoCapabilitySet *nono_sandbox_state_to_caps(const NonoSandboxState *state);

/* ---- reports ---- */

/**
 * nono_session_diagnostic_report_to_json - a report of a run, of what was refused in it (docs/format/report.md).
 * @exit_code: the command's, or 128 + signal
 * @denials_json, @ipc_denials_json, @violations_json: JSON lists of records, at most 1 MiB each; NULL and "" are empty
 * Returns the caller's string; NULL on failure (ERR_CONFIG_PARSE: a text that is no list, too long, or has a record
 * that is not of its form): the last error names list and record. Threads: any.
 */
char *nono_session_diagnostic_report_to_json(int32_t exit_code, const char *denials_json, const char *ipc_denials_json,
					     const char *violations_json);

/**
 * nono_merge_diagnostic_report_json - {"session": REPORT, "proxy": [...]}.
 * @session_json: what the call above returned; needed
 * @proxy_diagnostics_json: a JSON list of the proxy's records, which are objects; with NULL and "" there is no "proxy"
 * Returns the caller's string; NULL on failure (@session_json is NULL: ERR_INVALID_ARG; it is no such report, or the
 * other no such list: ERR_CONFIG_PARSE): the last error says which. Threads: any.
 */
char *nono_merge_diagnostic_report_json(const char *session_json, const char *proxy_diagnostics_json);

/* ---- additions: profiles, explanations, running a command ---- */

/*
 * What a profile is composed with. Start with NONO_PROFILE_OPTIONS_INIT: size tells the library which members there
 * are. All is borrowed for the call.
 */
typedef struct NonoProfileOptions {
	size_t size;
	const char *home;	/* the home directory, absolute; needed */
	const char *workdir;	/* where relative paths start and what $WORKDIR is, absolute; needed */
	const char *config_dir; /* where profiles/NAME.json is, absolute; NULL: nono in env's XDG_CONFIG_HOME, else
				 * home/.config/nono */
	const char *const *env; /* NAME=value, NULL at the end: the variables that policies may use; NULL: none */
	bool share_workdir;	/* grant the working directory as the profile's workdir.access says */
	bool create_missing;	/* make the directories that a built-in profile keeps, where they are missing */
} NonoProfileOptions;

/* A macro, so that it also names the members of later versions. */
#define NONO_PROFILE_OPTIONS_INIT                                                \
	{                                                                        \
		sizeof(NonoProfileOptions), NULL, NULL, NULL, NULL, false, false \
	}

/**
 * nono_profile_load_caps - compose a set of the built-in groups, a profile and what it extends, as nono run does.
 * @name_or_path: a profile's name, or a path (with a slash, or ending in .json or .jsonc); a relative one starts in
 *                opts->workdir. NULL: the base groups alone
 * @opts:         needed; home and workdir need not exist, then there is nothing of theirs to grant
 * @out:          set on success only: the caller's set. Grants may be added to it, but none that a rule denies
 * Returns OK, ERR_PATH_NOT_FOUND (no such profile; names the nearest), ERR_PROFILE_PARSE (a name that no profile has, a
 * profile that cannot be read or is no regular file), ERR_CONFIG_PARSE (a policy that contradicts itself, such as a
 * grant that contains a denied path), ERR_UNSUPPORTED_PLATFORM (it asks for what cannot be enforced), ERR_INVALID_ARG
 * (a directory or a variable that is not absolute), ERR_IO. Threads: any.
 */
NonoErrorCode nono_profile_load_caps(const char *name_or_path, const NonoProfileOptions *opts, NonoCapabilitySet **out);

/**
 * nono_capability_set_notes - what a person should know of how a set was composed: grants that a rule took away,
 * patterns that match nothing. One a line, safe to print. Returns the caller's string, "" where there is nothing to
 * say; NULL for NULL and without memory. Threads: reads @caps.
 */
char *nono_capability_set_notes(const NonoCapabilitySet *caps);

/* What may be done to a path. The first three have the values of NONO_ACCESS_MODE_*. */
typedef enum NonoOperation {
	NONO_OPERATION_READ = 0,  /* open for reading; list a directory */
	NONO_OPERATION_WRITE = 1, /* open for writing, or make it; make files in a directory */
	NONO_OPERATION_READ_WRITE = 2,
	NONO_OPERATION_CREATE = 3, /* make a file of this name */
	NONO_OPERATION_UNLINK = 4, /* remove the name */
	NONO_OPERATION_EXEC = 5	   /* run the file */
} NonoOperation;

/* Why. The strings are the caller's, freed together by nono_explanation_clear; NULL where they say nothing. */
typedef struct NonoExplanation {
	bool allowed;
	char *reason;	      /* "granted_path", "granted_path_union", "sensitive_path", "filesystem_deny",
			       * "insufficient_access", "path_not_granted" */
	char *path;	      /* what the path leads to */
	char *granted_path;   /* the grant that allows it, or the nearest one that does not suffice */
	char *access;	      /* that grant's: "read", "write", "read+write" */
	char *source;	      /* where grant or rule come from: "group:NAME", "profile:NAME", "user", "system" */
	char *rule;	      /* the deny rule's path */
	char *suggested_flag; /* flags of nono run that would allow it; NULL where none would */
} NonoExplanation;

/**
 * nono_explain_path - may this be done to a path, by which rule, and what would allow it? As nono why. What
 * nono_query_context_query_path says of paths holds here too.
 * @path:      need not exist; "" and what cannot be followed are errors, a missing file is none
 * @operation: NONO_OPERATION_*
 * @out:       filled in on success only; then the caller's (nono_explanation_clear)
 * Returns OK (also for what is denied), ERR_PATH_NOT_FOUND (""), ERR_PATH_CANONICALIZATION, ERR_INVALID_ARG (an unknown
 * operation). Threads: reads @caps.
 */
NonoErrorCode nono_explain_path(const NonoCapabilitySet *caps, const char *path, uint32_t operation,
				NonoExplanation *out);

/** nono_explanation_clear - free an explanation's strings and empty it. NULL is fine. Threads: changes @explanation. */
void nono_explanation_clear(NonoExplanation *explanation);

/* How a command is run. Start with NONO_RUN_OPTIONS_INIT. All is borrowed for the call. */
typedef struct NonoRunOptions {
	size_t size;
	const char *const
		*env;	     /* NAME=value, NULL at the end; NULL: no variables. PATH is where the command is found */
	const char *workdir; /* where it starts, absolute; NULL: the caller's current directory */
	int stdin_fd;	     /* what it gets as descriptors 0 to 2; -1: the caller's own */
	int stdout_fd;
	int stderr_fd;
} NonoRunOptions;

#define NONO_RUN_OPTIONS_INIT                                  \
	{                                                      \
		sizeof(NonoRunOptions), NULL, NULL, -1, -1, -1 \
	}

/* How it ended. */
typedef struct NonoRunResult {
	int32_t exit_code; /* the command's, or 128 + signal */
	int32_t signal;	   /* the signal that ended it, or 0 */
	char *report_json; /* what was refused (docs/format/report.md); the caller's (nono_string_free) */
} NonoRunResult;

/**
 * nono_run_command - run one command in the sandbox and wait for its end. The calling process is not confined.
 * @caps: what the command may do; it must be able to read and so to run its program, loader and libraries
 * @argv: the command and its arguments, NULL at the end. Without a slash it is looked for in PATH of the environment
 *        that @opts gives
 * @opts: NULL: NONO_RUN_OPTIONS_INIT
 * @out:  filled in on success only
 * A set made of a profile also applies the profile's rules to the environment and leaves out variables that make
 * programs load code. The command's error output is passed on unchanged and looked at, unless it is a terminal;
 * together with the arguments it tells what the report lists. The command dies with the calling thread. Signals are not
 * passed on; handlers, children and threads of the program are not touched.
 *
 * Returns OK when it ran, however it ended; ERR_PATH_NOT_FOUND (no such command), ERR_BLOCKED_COMMAND,
 * ERR_SANDBOX_INIT and ERR_IO (it could not be started: nothing ran), ERR_NO_CAPABILITIES, ERR_UNSUPPORTED_PLATFORM,
 * ERR_INVALID_ARG (NULL, no command, a size that is not this version's, a working directory that is not absolute).
 * Threads: reads @caps; several may run commands at once.
 */
NonoErrorCode nono_run_command(const NonoCapabilitySet *caps, const char *const *argv, const NonoRunOptions *opts,
			       NonoRunResult *out);

/* How a run can be ended from outside. Start with NONO_RUN_CONTROL_INIT. All is borrowed for the call. */
typedef struct NonoRunControl {
	size_t size;
	uint32_t timeout_ms; /* milliseconds from its start to SIGTERM (and SIGCONT); 0: no limit */
	uint32_t grace_ms;   /* from there to SIGKILL; 0: SIGKILL at once, without SIGTERM */
	int signal_fd;	     /* each byte that is read from it is the number of a signal for the command; -1: none */
	bool own_group;	     /* the command leads a process group of its own, and all of that is meant */
} NonoRunControl;

#define NONO_RUN_CONTROL_INIT                              \
	{                                                  \
		sizeof(NonoRunControl), 0, 2000, -1, false \
	}

/* Was a run ended from outside? */
typedef enum NonoRunStop {
	NONO_RUN_STOP_NONE = 0,	   /* no */
	NONO_RUN_STOP_TIMEOUT = 1, /* its time was over: it got SIGTERM or SIGKILL */
	NONO_RUN_STOP_SIGNAL = 2   /* a signal was passed on to it before it ended, for this reason or another */
} NonoRunStop;

/**
 * nono_run_command_controlled - the same with a limit of time, and a way to send signals while it runs.
 * @control:  NULL: neither, as nono_run_command
 * @out:      as above; a command that was ended has exit_code 128 + signal, or what it chose itself on SIGTERM
 * @out_stop: filled in on success only; NULL: nobody asks
 * signal_fd is the reading end of a pipe, or a socket, that nobody else reads. Writing a byte to the other end is safe
 * in any thread and in a signal handler: SIGTERM asks the command to end, SIGKILL ends it. A byte that is no signal's
 * number is passed over. Bytes that are there before the start count; after the end of the pipe no more are expected,
 * and the command goes on. What was not read when the command ended stays there.
 *
 * Without own_group only the command itself gets signals, and processes that it left go on. With it they all get them,
 * and after a timeout those that are left when the command has ended are killed; but a terminal's keys do not reach the
 * group, and reading from the terminal stops it (SIGTTIN). After a timeout nobody waits for who reads the error output.
 *
 * Returns as nono_run_command; ERR_INVALID_ARG also for a signal_fd that is not open. Threads: as there.
 */
NonoErrorCode nono_run_command_controlled(const NonoCapabilitySet *caps, const char *const *argv,
					  const NonoRunOptions *opts, const NonoRunControl *control, NonoRunResult *out,
					  NonoRunStop *out_stop);

#ifdef __cplusplus
}
#endif

#endif
