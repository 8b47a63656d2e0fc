/* footer.c - what is said after a command that failed.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/footer.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/quote.h"
#include "base/util.h"
#include "cli/output.h"
#include "policy/build.h"
#include "run/refusals.h"

static void print_row(const struct nono_refusal *row)
{
	bool once_made;
	_cleanup_(nono_freep) char *flag = nono_answer_flag(&row->answer, row->op, &once_made);
	const struct nono_deny *deny = row->answer.deny;
	char source[NONO_NAME_BYTES * 2];

	output_part(OUTPUT_ERROR, "  %s ", nono_refusal_word(row));
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

static void print_nothing_found(const struct context *ctx, const struct nono_refusals *rows, bool observed)
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
	_cleanup_(nono_refusals_done) struct nono_refusals rows = {
		.set = &ctx->set, .fs = &nono_fs_host, .cwd = ctx->vars.workdir};

	nono_refusals_collect(&rows, result, ctx->args->words + 1);
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
		for (size_t i = 0; i < rows.len; i++)
			print_row(&rows.items[i]);
		if (rows.more)
			output_line("  and %zu more", rows.more);
	} else {
		print_nothing_found(ctx, &rows, result->observed);
	}
	if (rows.why.code)
		output_line("What the policy refuses could not be found out in full: %s", rows.why.text);
}
