/* option_table.h - the table of options, for parsing, --help and more.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_OPTION_TABLE_H
#define NONO_CLI_OPTION_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* What an option's value does to its field. */
enum option_kind {
	OPTION_SWITCH,	   /* bool */
	OPTION_NO_EFFECT,  /* accepted, not shown; no field */
	OPTION_COUNT,	   /* int */
	OPTION_STRING,	   /* const char * */
	OPTION_LIST,	   /* struct nono_strv */
	OPTION_COMMA_LIST, /* the same, several with commas */
	OPTION_PORT,	   /* struct nono_ports */
};

struct option_def {
	const char *name;
	char letter;	     /* 0: none */
	const char *metavar; /* NULL: takes no value */
	const char *environment;
	uint64_t commands; /* bits by enum command */
	enum option_kind kind;
	size_t offset; /* in struct arguments */
	const char *help;
	const char *title; /* starts a group in --help; then nothing else is set */
};

extern const struct option_def option_defs[];
extern const size_t option_def_count;

/* Older spellings. */
struct option_alias {
	const char *older, *name;
};
extern const struct option_alias option_aliases[];
extern const size_t option_alias_count;

/* Known, and refused until they are built. */
struct option_later {
	const char *name, *environment;
};
extern const struct option_later option_later[];
extern const size_t option_later_count;

#endif
