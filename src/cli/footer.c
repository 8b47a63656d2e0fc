/* footer.c - what is said after a command that failed.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/footer.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/quote.h"
#include "base/util.h"
#include "cli/output.h"
#include "policy/build.h"
#include "policy/explain.h"
#include "policy/path.h"

/* One refused operation. */
struct row {
	enum nono_op op;
	struct nono_answer answer;
};

struct rows {
	struct row items[NONO_FOOTER_ROWS];
	size_t len, more;      /* more: refused ones without a place */
	struct nono_error why; /* an answer that was not to be had, the last one */
};

static const char *op_word(const struct row *row)
{
	switch (row->op) {
	case NONO_OP_CREATE:
		return "file-write-create";
	case NONO_OP_UNLINK:
		return "file-write-unlink";
	case NONO_OP_EXEC:
		return "process-exec";
	case NONO_OP_WRITE:
	case NONO_OP_READWRITE:
		return row->answer.exists ? "file-write-data" : "file-write-create";
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

static bool is_listed(const struct rows *rows, const char *real)
{
	for (size_t i = 0; i < rows->len; i++)
		if (strcmp(rows->items[i].answer.real, real) == 0)
			return true;
	return false;
}

/* What this user may not look at, or what no path can be, says nothing of the sandbox; what failed today may. */
static void note_unknown(struct rows *rows, const struct nono_error *why)
{
	static const int passing[] = {EIO, EMFILE, ENFILE, ENOMEM};
	bool unknown = why->code == NONO_E_NOMEM;

	for (size_t i = 0; i < NONO_ARRAY_SIZE(passing); i++)
		unknown |= why->sys_errno == passing[i];
	if (unknown)
		rows->why = *why;
}

/* Does a path exist; one that cannot be looked at does not. */
static bool is_there(struct rows *rows, const char *path, bool *ret_dir)
{
	struct nono_error why = {0};
	struct nono_node node;
	int rc = nono_path_look(&nono_fs_host, path, true, &node, &why);

	if (rc < 0)
		note_unknown(rows, &why);
	else if (ret_dir)
		*ret_dir = S_ISDIR(node.mode);
	return rc == 0;
}

/* Ask the evaluator; true when the policy refuses and a row was made (or counted). */
static bool try_op(const struct context *ctx, struct rows *rows, const char *path, enum nono_op op)
{
	struct nono_answer a;
	struct nono_error why = {0};

	if (nono_explain(&ctx->set, &nono_fs_host, path, op, &a, &why) < 0) {
		note_unknown(rows, &why);
		return false;
	}
	if (a.allowed || is_listed(rows, a.real)) {
		bool refused = !a.allowed;

		nono_answer_done(&a);
		return refused;
	}
	if (rows->len < NONO_FOOTER_ROWS) {
		rows->items[rows->len++] = (struct row){op, a};
		return true;
	}
	rows->more++;
	nono_answer_done(&a);
	return true;
}

static char *absolute_path(const struct context *ctx, struct rows *rows, const char *word)
{
	char *path = word[0] == '/' ? strdup(word) : nono_path_join(ctx->vars.workdir, word);

	if (!path)
		(void)nono_nomem(&rows->why);
	return path;
}

/*
 * A word of the command line names a path if there is something of that name, or if it looks like one: not a script
 * that has a path in it.
 */
static void try_word(const struct context *ctx, struct rows *rows, const char *word)
{
	const char *value = word[0] == '-' ? strchr(word, '=') : NULL;
	_cleanup_(nono_freep) char *path = NULL;

	if (word[0] == '-' && !value)
		return;
	word = value ? value + 1 : word;
	if (!*word || strlen(word) >= 4096)
		return;
	path = absolute_path(ctx, rows, word);
	if (!path)
		return;
	if (is_there(rows, path, NULL))
		(void)(try_op(ctx, rows, path, NONO_OP_READ) || try_op(ctx, rows, path, NONO_OP_WRITE));
	else if (strchr(word, '/') && !strpbrk(word, " \t\n;|&<>"))
		(void)try_op(ctx, rows, path, NONO_OP_CREATE);
}

static void try_observed(const struct context *ctx, struct rows *rows, const struct nono_observed *seen)
{
	_cleanup_(nono_freep) char *path = absolute_path(ctx, rows, seen->path);
	enum nono_op op;
	bool is_dir = false;
	bool exists;

	if (!path)
		return;
	exists = is_there(rows, path, &is_dir);
	if (seen->bare && !exists)
		return;
	op = op_of_hint(seen->hint);
	if (!exists && op == NONO_OP_READ)
		op = NONO_OP_CREATE;
	else if (exists && op == NONO_OP_CREATE && !is_dir)
		op = NONO_OP_WRITE; /* a shell's ">" says "cannot create" of what is there too */
	if (!try_op(ctx, rows, path, op) && exists && seen->guessed)
		(void)try_op(ctx, rows, path, NONO_OP_WRITE);
}

static void collect(const struct context *ctx, const struct nono_run_result *result, struct rows *rows)
{
	if (result->paths.missed_errno)
		(void)nono_fail(&rows->why, NONO_E_SYSTEM, result->paths.missed_errno,
				"cannot look at the command's error output");
	for (size_t i = 0; i < result->paths.len; i++)
		try_observed(ctx, rows, &result->paths.items[i]);
	/* What the command itself said is nearer to the truth than what it was given. */
	if (rows->len)
		return;
	for (char **word = ctx->args->words + 1; *word; word++)
		try_word(ctx, rows, *word);
}

static void print_row(const struct row *row)
{
	bool once_made;
	_cleanup_(nono_freep) char *flag = nono_answer_flag(&row->answer, row->op, &once_made);
	const struct nono_deny *deny = row->answer.deny;
	char source[NONO_NAME_BYTES * 2];

	output_part(OUTPUT_ERROR, "  %s ", op_word(row));
	output_part(OUTPUT_PLAIN, "%s", row->answer.real);
	output_denied();
	if (deny)
		output_line("      denied by %s", nono_source_text(&deny->source, source, sizeof(source)));
	if (!flag) {
		output_line("      out of memory before it was known what would allow it");
	} else if (*flag) {
		output_part(OUTPUT_PLAIN, "      to allow it: ");
		output_part(OUTPUT_TYPE, "%s", flag);
		output_part(OUTPUT_PLAIN, "%s", once_made ? " (once the file is there)" : "");
		output_end();
	} else if (deny && deny->permanent) {
		output_line("      permanent: no flag allows it");
	} else {
		output_line("      no flag allows it: its directory holds denied paths");
	}
}

static void print_nothing_found(const struct context *ctx, const struct rows *rows, bool observed)
{
	_cleanup_(nono_buf_done) struct nono_buf hint = {0};

	if (!rows->why.code)
		output_line("Nothing that the policy refuses was found in what it was given%s.",
			    observed ? " or what it said" : "");
	if (!observed)
		output_line("Error output on a terminal is not looked at: add 2>&1 | cat to learn more.");
	output_part(OUTPUT_PLAIN, "To ask about a path: ");
	nono_buf_puts(&hint, "nono why");
	if (ctx->args->profile) {
		nono_buf_puts(&hint, " --profile ");
		nono_quote_shell(&hint, ctx->args->profile);
	}
	nono_buf_puts(&hint, " --path PATH");
	output_part(OUTPUT_TYPE, "%s", hint.failed ? "nono why --path PATH" : hint.data);
	output_end();
}

void footer_print(const struct context *ctx, const struct nono_run_result *result)
{
	struct rows rows = {0};

	collect(ctx, result, &rows);
	output_line("%s", "");
	output_part(OUTPUT_HEADING, "NONO DIAGNOSTIC");
	output_unlogged();
	output_part(OUTPUT_QUIET, "────────────────────────");
	output_unlogged();
	output_line("The command failed.%s (exit code %d)", rows.len ? " This may be due to sandbox restrictions." : "",
		    result->exit_code);
	output_line("%s", "");
	if (rows.len) {
		output_line("Sandbox denied the following operations:");
		for (size_t i = 0; i < rows.len; i++) {
			print_row(&rows.items[i]);
			nono_answer_done(&rows.items[i].answer);
		}
		if (rows.more)
			output_line("  and %zu more", rows.more);
	} else {
		print_nothing_found(ctx, &rows, result->observed);
	}
	if (rows.why.code)
		output_line("What the policy refuses could not be found out in full: %s", rows.why.text);
}
