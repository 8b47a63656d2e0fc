/* broker_t.h - a floor, a confined child, and its broker.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_TESTS_UNIT_BROKER_T_H
#define NONO_TESTS_UNIT_BROKER_T_H

#include <stdbool.h>
#include <stdint.h>

#include "broker/map.h"
#include "policy/capset.h"
#include "sandbox/linux/floor.h"

#define BOX_TEXT 4096

/*
 * A granted tree and what is denied in it. Paths are relative to the test's directory, which is where the process
 * stands after box_open.
 */
struct box {
	struct nono_capset set;
	struct nono_floor floor;
	struct nono_map map;
	int ruleset_fd;
	char *text;	     /* BOX_TEXT bytes, shared with the child: what it has to say */
	unsigned int kernel; /* calls that went on in the kernel, and others */
	unsigned int served;
	unsigned int denied; /* of these, because of a denied name */
};

/** box_open - go to the test's directory, with nothing granted. */
void box_open(struct box *b);
void box_close(struct box *b);

/** box_grant, box_deny - add to the set, before box_split. A granted path exists, a denied one need not. */
void box_grant(struct box *b, const char *path, uint32_t rights);
void box_deny(struct box *b, const char *path, bool write_only);

/** box_split - make floor, map and ruleset of it. */
void box_split(struct box *b);

/**
 * box_run - a child in the sandbox, served until it ends.
 * @fn: runs in the child; what it returns is its exit code, which box_run returns; -1 where a signal ended it
 */
int box_run(struct box *b, int (*fn)(struct box *b, const void *arg), const void *arg);

/** box_run_native - the same without sandbox and broker. */
int box_run_native(struct box *b, int (*fn)(struct box *b, const void *arg), const void *arg);

/** box_result - how a call ended: "ok" or an errno's name, as an expectation is written. Static text. */
const char *box_result(long returned);

/** box_write - make a file with this text, or write it anew; false on failure. */
bool box_write(const char *path, const char *text);

/** box_read - the first bytes of a file, NUL-terminated, or "" with errno where it cannot be opened. */
const char *box_read(const char *path, char ret[64]);

#endif
