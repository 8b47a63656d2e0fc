/* limits.h - every named maximum of the project.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BASE_LIMITS_H
#define NONO_BASE_LIMITS_H

#define NONO_ERROR_BYTES 1024		       /* text of one error, NUL included */
#define NONO_PROFILE_BYTES (1024 * 1024)       /* one profile file */
#define NONO_JSON_DEPTH 32		       /* nesting of objects and lists in a profile */
#define NONO_JSON_PATH_BYTES 512	       /* a key's path such as network.allow_domain[3] */
#define NONO_FINDINGS 50		       /* errors that are told of one profile at once */
#define NONO_EXTENDS_DEPTH 10		       /* parent links of a chain of profiles */
#define NONO_EXTENDS_LOADS 256		       /* profiles read for one composition, counted again in each branch */
#define NONO_NAME_BYTES 128		       /* a profile's or group's name */
#define NONO_LIST_ITEMS 4096		       /* entries of one list of a profile */
#define NONO_COMMAND_BYTES 256		       /* a command's name, NUL included; a file's name is no longer */
#define NONO_GRANTS 8192		       /* grants of one capability set */
#define NONO_GLOB_ENTRIES 50000		       /* directory entries that one glob may look at */
#define NONO_GLOB_DEPTH 64		       /* levels that ** descends */
#define NONO_CHAIN_DEPTH 256		       /* ancestors of one path */
#define NONO_MOUNTS 16384		       /* mounts of one machine */
#define NONO_MOUNTINFO_BYTES (8 * 1024 * 1024) /* their list */
#define NONO_COVERS 4096		       /* things covered in one view */
#define NONO_LINK_ENTRIES 50000		       /* directory entries looked at for other names of a denied file */
#define NONO_WATCHES 1024		       /* directories watched for replacements of covered things */
#define NONO_SPLIT_RULES 200		       /* rules in place of grants that contain denied paths, without masks */
#define NONO_HOLES 32			       /* granted things below one covered directory */
#define NONO_COPIES 64			       /* files shown as the user's own */
#define NONO_COPY_BYTES (64 * 1024)	       /* one of them */
#define NONO_CAPFILE_BYTES (1024 * 1024)       /* a capability file */
#define NONO_RELAY_BYTES 65536		       /* one read of the command's error output */
#define NONO_OBSERVED_PATHS 64		       /* paths kept from a command's error output */
#define NONO_OBSERVED_PATH_BYTES 4096	       /* one such path, NUL included */
#define NONO_OBSERVED_LINE_BYTES 16384	       /* one line of error output; what is longer is cut */
#define NONO_OBSERVED_FILE_BYTES (1024 * 1024) /* end of an error output that is a file */
#define NONO_EXEC_HEAD_BYTES 512	       /* read of a program that could not be started */
#define NONO_ELF_HEADERS 64		       /* program headers looked at in one */
#define NONO_CLOSE_LOOP_FDS (1024 * 1024)      /* descriptors marked one by one where close_range is missing */
#define NONO_REPORT_BYTES (1024 * 1024)	       /* a list of records, or a report, as JSON */
#define NONO_THREADS 4096		       /* threads that are confined together */
#define NONO_OUTPUT_BYTES 2048		       /* one line of nono's own output where memory for more is lacking */
#define NONO_SETTINGS_BYTES (1024 * 1024)      /* an agent's settings file */
#define NONO_HOOK_RECORD_BYTES (1024 * 1024)   /* what is kept of one that was changed */
#define NONO_HOOK_STAMP_BYTES 4608	       /* the line that says a hook is up to date; a path and some numbers */
#define NONO_HOOK_EVENT_BYTES (1024 * 1024)    /* what an agent tells its hook */
#define NONO_ENV_FILE_BYTES (64 * 1024)	       /* variables that a session hook hands over */
#define NONO_ENV_FILE_LINES 256		       /* lines of that file */
#define NONO_LINKS 40			       /* symbolic links followed on the way to a program that nono runs */
#define NONO_HOOK_STRINGS 256		       /* texts of an event that are looked at */
#define NONO_HOOK_WORDS 256		       /* words of a command in it */
#define NONO_FOOTER_ROWS 10		       /* refused operations listed after a run */
#define NONO_FOOTER_HOSTS 4		       /* and hosts */
#define NONO_CONFIG_BYTES (64 * 1024)	       /* config.toml */
#define NONO_TOML_KEYS 1024		       /* keys and tables of one TOML file */
#define NONO_PROBE_MS 5000		       /* time for one child of nono setup */
#define NONO_FLOOR_LEVELS 256		       /* directories that are granted by their entries */
#define NONO_FLOOR_RULES 1024		       /* entries of such directories */
#define NONO_FLOOR_NAMES 512		       /* denied paths below grants */
#define NONO_BROKER_WAITING 64		       /* calls that wait for the other end of a pipe, or a lease */
#define NONO_BROKER_RETRY_MS 10		       /* between two looks after them */
#define NONO_STACK_BYTES (256 * 1024) /* least limit of the stack: 128 KiB of arguments, 80 for ten profiles deep */

#endif
