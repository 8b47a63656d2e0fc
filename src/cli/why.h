/* why.h - between the files of nono why.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_WHY_H
#define NONO_CLI_WHY_H

#include "base/buf.h"
#include "cli/options.h"
#include "policy/explain.h"

/* What is asked about, and of whom. All borrowed. */
struct question {
	const struct arguments *args;
	const struct nono_capset *set;
	const struct nono_vars *vars; /* NULL for the sandbox that this process is in */
	const char *cwd;
	char *const *env;
	bool self; /* the set is the one that this process is in */
};

/* One answer, for people and for programs. */
struct report {
	bool json;
	bool yes; /* what --check makes exit code 0 of */
	struct nono_buf out;
};

/** report_start - the verdict: a heading for people, @status for programs. */
void report_start(struct report *r, const char *heading, const char *status);

/** report_verdict - the same for what is allowed or denied, with the reason. */
void report_verdict(struct report *r, bool allowed, const char *reason);

/** report_add - one line, or member; nothing for a text that is NULL or empty. */
void report_add(struct report *r, const char *label, const char *key, const char *value);

/** report_add_bool - yes or no, or true or false. */
void report_add_bool(struct report *r, const char *label, const char *key, bool value);

/** report_add_number - a number. */
void report_add_number(struct report *r, const char *label, const char *key, long value);

/** report_source - for people "group NAME"; for programs "group:NAME", "user"; in @room or static. */
const char *report_source(const struct report *r, const struct nono_source *source, char *room, size_t size);

/** report_path - the answer about a path that the command would use for this. */
void report_path(struct report *r, const struct question *q, const struct nono_answer *a, enum nono_op op);

/* One question each: the answer goes to @r. They return 0 or a negative code. */
int why_path(const struct question *q, struct report *r, struct nono_error *err);
int why_host(const struct question *q, struct report *r, struct nono_error *err);
int why_scope(const struct question *q, struct report *r, struct nono_error *err);
int why_command(const struct question *q, struct report *r, struct nono_error *err);

#endif
