/* refusals.c - which operations a policy refuses, among what a command said and was given.
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/refusals.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "policy/path.h"

#define EXIT_NOT_EXECUTED 126 /* of a shell, and of nono */

const char *nono_refusal_word(const struct nono_refusal *refusal)
{
	switch (refusal->op) {
	case NONO_OP_CREATE:
		return "file-write-create";
	case NONO_OP_UNLINK:
		return "file-write-unlink";
	case NONO_OP_EXEC:
		return "process-exec";
	case NONO_OP_WRITE:
	case NONO_OP_READWRITE:
		return refusal->answer.exists ? "file-write-data" : "file-write-create";
	case NONO_OP_READ:
	default:
		return "file-read-data";
	}
}

static enum nono_op op_of_hint(enum nono_op_hint hint)
{
	static const enum nono_op ops[] = {
		[NONO_OP_HINT_READ] = NONO_OP_READ,	[NONO_OP_HINT_WRITE] = NONO_OP_WRITE,
		[NONO_OP_HINT_CREATE] = NONO_OP_CREATE, [NONO_OP_HINT_UNLINK] = NONO_OP_UNLINK,
		[NONO_OP_HINT_EXEC] = NONO_OP_EXEC,
	};

	return ops[hint];
}

static bool is_listed(const struct nono_refusals *r, const char *real)
{
	for (size_t i = 0; i < r->len; i++)
		if (strcmp(r->items[i].answer.real, real) == 0)
			return true;
	return false;
}

/* What this user may not look at, or what no path can be, says nothing of the sandbox; what failed today may. */
static void note_unknown(struct nono_refusals *r, const struct nono_error *why)
{
	static const int passing[] = {EINTR, EIO, EMFILE, ENFILE, ENOMEM};
	bool unknown = why->code == NONO_E_NOMEM;

	for (size_t i = 0; i < NONO_ARRAY_SIZE(passing); i++)
		unknown |= why->sys_errno == passing[i];
	if (unknown)
		r->why = *why;
}

static char *absolute_path(struct nono_refusals *r, const char *path)
{
	char *full = path[0] == '/' ? strdup(path) : nono_path_join(r->cwd, path);

	if (!full)
		(void)nono_nomem(&r->why);
	return full;
}

bool nono_refusals_try(struct nono_refusals *r, const char *path, enum nono_op op)
{
	_cleanup_(nono_freep) char *full = absolute_path(r, path);
	struct nono_error why = {0};
	struct nono_answer a;

	if (!full)
		return false;
	if (nono_explain(r->set, r->fs, full, op, &a, &why) < 0) {
		note_unknown(r, &why);
		return false;
	}
	if (a.allowed || is_listed(r, a.real)) {
		bool refused = !a.allowed;

		nono_answer_done(&a);
		return refused;
	}
	if (r->len < NONO_ARRAY_SIZE(r->items)) {
		r->items[r->len++] = (struct nono_refusal){.op = op, .answer = a};
		return true;
	}
	r->more++;
	nono_answer_done(&a);
	return true;
}

bool nono_refusals_exists(struct nono_refusals *r, const char *path, bool *ret_dir)
{
	_cleanup_(nono_freep) char *full = absolute_path(r, path);
	struct nono_error why = {0};
	struct nono_node node;

	if (!full)
		return false;
	if (nono_path_look(r->fs, full, true, &node, &why) < 0) {
		note_unknown(r, &why);
		return false;
	}
	if (ret_dir)
		*ret_dir = S_ISDIR(node.mode);
	return true;
}

/* bash connects where it seems to open these. */
static bool is_no_file(const char *path)
{
	return strncmp(path, "/dev/tcp/", 9) == 0 || strncmp(path, "/dev/udp/", 9) == 0;
}

void nono_refusals_try_observed(struct nono_refusals *r, const struct nono_observed *seen)
{
	enum nono_op op = op_of_hint(seen->hint);
	bool is_dir = false, exists = nono_refusals_exists(r, seen->path, &is_dir);

	/* What a shell could not create need not be there. */
	if ((seen->bare && !exists && seen->hint != NONO_OP_HINT_CREATE) || is_no_file(seen->path))
		return;
	if (!exists && op == NONO_OP_READ)
		op = NONO_OP_CREATE;
	else if (exists && op == NONO_OP_CREATE && !is_dir)
		op = NONO_OP_WRITE; /* a shell's ">" says "cannot create" of what is there too */
	if (!nono_refusals_try(r, seen->path, op) && exists && seen->guessed)
		(void)nono_refusals_try(r, seen->path, NONO_OP_WRITE);
}

const char *nono_refusals_path_of(const char *word)
{
	const char *value = word[0] == '-' ? strchr(word, '=') : NULL;

	if (word[0] == '-' && !value)
		return NULL;
	word = value ? value + 1 : word;
	return *word && strlen(word) < NONO_OBSERVED_PATH_BYTES ? word : NULL;
}

/* Does a word that names nothing look like a path: no script that has one in it, no address. */
static bool looks_like_path(const char *word)
{
	return strchr(word, '/') && !strpbrk(word, " \t\n;|&<>\"'`$(){}*?") && !strstr(word, "://");
}

/* A name that is not there, in a directory that is, may be one that was to be made. */
static void try_missing(struct nono_refusals *r, const char *path)
{
	_cleanup_(nono_freep) char *full = absolute_path(r, path);
	_cleanup_(nono_freep) char *parent = full ? nono_path_parent(full) : NULL;
	size_t before = r->len;

	if (parent && nono_refusals_exists(r, parent, NULL) && nono_refusals_try(r, path, NONO_OP_CREATE) &&
	    r->len > before)
		r->items[before].guess = true;
}

void nono_refusals_try_word(struct nono_refusals *r, const char *word, bool missing)
{
	const char *path = nono_refusals_path_of(word);
	size_t before = r->len;

	if (!path)
		return;
	if (nono_refusals_exists(r, path, NULL))
		(void)(nono_refusals_try(r, path, NONO_OP_READ) || nono_refusals_try(r, path, NONO_OP_WRITE));
	else if (missing && looks_like_path(path))
		try_missing(r, path);
	if (r->len > before)
		r->items[before].likely = true;
}

/* What a shell could not run, it says no more of than what it could not read. */
static void blame_exec(struct nono_refusals *r)
{
	for (size_t i = 0; i < r->len; i++)
		if (r->items[i].op == NONO_OP_READ && !r->items[i].likely && !r->items[i].answer.is_dir &&
		    access(r->items[i].answer.real, X_OK) == 0)
			r->items[i].op = NONO_OP_EXEC;
}

/* A URL names a host; that it was tried is likely. */
static void try_url(struct nono_refusals *r, const char *word)
{
	const char *url = nono_refusals_path_of(word);
	struct nono_target target = {.port = 0};

	if (!url || r->host_count == NONO_ARRAY_SIZE(r->hosts) || !strstr(url, "://") ||
	    nono_target_read(url, &target, NULL) < 0 || nono_network_allows(&r->set->network, target.port))
		return;
	for (size_t i = 0; i < r->host_count; i++)
		if (r->hosts[i].port == target.port && strcmp(r->hosts[i].host, target.host) == 0)
			return;
	r->hosts[r->host_count++] = target;
}

void nono_refusals_collect(struct nono_refusals *r, const struct nono_run_result *result, char *const *words)
{
	if (result->paths.missed_errno)
		(void)nono_fail(&r->why, NONO_E_SYSTEM, result->paths.missed_errno,
				"cannot look at the command's error output");
	for (char *const *word = words; *word; word++)
		try_url(r, *word);
	for (size_t i = 0; i < result->paths.len; i++)
		nono_refusals_try_observed(r, &result->paths.items[i]);
	if (result->exit_code == EXIT_NOT_EXECUTED)
		blame_exec(r);
	/*
	 * What the command itself said is nearer to the truth than what it was given: had it been refused to make
	 * something, it would have said so, if anybody listened.
	 */
	if (r->len)
		return;
	for (char *const *word = words; *word; word++)
		nono_refusals_try_word(r, *word, !result->observed);
}

void nono_refusals_done(struct nono_refusals *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->len; i++)
		nono_answer_done(&r->items[i].answer);
	r->len = r->more = r->host_count = 0;
}
