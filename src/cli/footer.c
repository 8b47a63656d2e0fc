/* footer.c - what is said after a command that failed.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/footer.h"

#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/quote.h"
#include "base/util.h"
#include "cli/output.h"
#include "cli/remedy.h"
#include "cli/save.h"
#include "policy/build.h"
#include "run/refusals.h"

static void print_row(const struct context *ctx, const struct nono_refusal *row)
{
	_cleanup_(nono_freep) char *flag = remedy_text(ctx->args, &row->answer, row->op);
	const struct nono_deny *deny = row->answer.deny;
	bool make_first = nono_answer_make_first(&row->answer);
	char source[NONO_NAME_BYTES * 2];

	output_part(OUTPUT_ERROR, "  %s ", nono_refusal_word(row));
	output_part(OUTPUT_PLAIN, "%s", row->answer.real);
	output_denied();
	if (deny)
		output_line("      denied by %s", nono_source_text(&deny->source, source, sizeof(source)));
	if (row->guess)
		output_line("      a guess: there is no such file, and the command may have wanted to make it");
	if (!flag) {
		output_line("      out of memory before it was known what would allow it");
	} else if (*flag) {
		output_part(OUTPUT_PLAIN, "      to allow it: %s", make_first ? "make it first, then " : "");
		output_part(OUTPUT_TYPE, "%s", flag);
		output_end();
		if (make_first)
			output_line("      if it is to be a directory: --write in place of --write-file");
	} else if (row->answer.too_wide) {
		output_line("      no flag allows it: denied paths lie in what would have to be granted");
	} else {
		output_line("      permanent: no flag allows it");
	}
}

static void print_host(const struct context *ctx, const struct nono_target *host)
{
	output_part(OUTPUT_ERROR, "  network-outbound ");
	output_part(OUTPUT_PLAIN, strchr(host->host, ':') ? "[%s]:%u" : "%s:%u", host->host, host->port);
	output_denied();
	if (ctx->args->config) {
		output_line("      denied by the manifest's network section");
		return;
	}
	output_part(OUTPUT_PLAIN, "      to allow it: ");
	if (ctx->set.network.connect.len)
		output_part(OUTPUT_TYPE, "--allow-connect-port %u", host->port);
	else
		output_part(OUTPUT_TYPE, "--allow-net");
	output_end();
}

/* The likeliest reason of all where no refusal was seen: not to be let into the directory, or not to write there. */
static void print_workdir(const struct context *ctx, bool observed)
{
	bool readable = false, writable = false;

	if (ctx->args->config || ctx->workdir_unshareable)
		return;
	if (ctx->workdir_withheld) {
		output_part(OUTPUT_PLAIN, "The working directory was not shared. To share it: ");
		output_part(OUTPUT_TYPE, "--allow-cwd");
		output_end();
		return;
	}
	if (observed || context_covers_workdir(ctx, NONO_ACCESS_READ, &readable, NULL) < 0 || !readable ||
	    context_covers_workdir(ctx, NONO_ACCESS_READWRITE, &writable, NULL) < 0 || writable)
		return;
	output_part(OUTPUT_PLAIN, "The working directory can be read, not written. To allow both: ");
	output_part(OUTPUT_TYPE, "--allow .");
	output_end();
}

/* A person who is not asked whether to keep it can do so all the same. */
static void print_how_to_keep(const struct context *ctx)
{
	const char *profile = ctx->args->profile;
	_cleanup_(nono_buf_done) struct nono_buf word = {0};

	if (ctx->args->config || !isatty(STDIN_FILENO) || save_is_unwanted(ctx) || save_can_ask(ctx))
		return;
	if (profile)
		nono_quote_shell(&word, profile);
	output_part(OUTPUT_PLAIN, "To keep it in a profile: ");
	if (!profile)
		output_part(OUTPUT_TYPE, "nono profile init NAME FLAG...");
	else if (nono_builtin_profile_find(profile))
		output_part(OUTPUT_TYPE, "nono profile init NAME --extends %s FLAG...", profile);
	else
		output_part(OUTPUT_TYPE, "nono why --profile %s --path PATH", word.failed ? profile : word.data);
	output_end();
}

static void print_nothing_found(const struct context *ctx, const struct nono_refusals *rows, bool observed)
{
	_cleanup_(nono_buf_done) struct nono_buf hint = {0};

	if (!rows->why.code && observed) {
		output_line("Nothing that the policy refuses was found in the command or its error output.");
	} else if (!rows->why.code) {
		output_line("No path on the command line is refused. What the command wrote to the terminal");
		output_line("was not read: run it again with 2>&1 | cat at the end to have that explained.");
	}
	print_workdir(ctx, observed);
	output_part(OUTPUT_PLAIN, "To ask about a path: ");
	nono_buf_puts(&hint, "nono why");
	if (ctx->args->profile || ctx->args->config) {
		nono_buf_puts(&hint, ctx->args->config ? " --config " : " --profile ");
		nono_quote_shell(&hint, ctx->args->config ? ctx->args->config : ctx->args->profile);
	}
	nono_buf_puts(&hint, " --path PATH");
	output_part(OUTPUT_TYPE, "%s", hint.failed ? "nono why --path PATH" : hint.data);
	output_end();
}

void footer_print(const struct context *ctx, const struct nono_run_result *result, const struct nono_refusals *refused)
{
	output_line("%s", "");
	output_part(OUTPUT_HEADING, "NONO DIAGNOSTIC");
	output_unlogged();
	output_part(OUTPUT_QUIET, "────────────────────────");
	output_unlogged();
	if (result->failed.stage == NONO_STAGE_EXEC)
		output_line("The command could not be started. (exit code %d)", result->exit_code);
	else
		output_line("The command failed.%s (exit code %d)",
			    refused->len || refused->host_count ? " This may be due to sandbox restrictions." : "",
			    result->exit_code);
	output_line("%s", "");
	if (refused->len || refused->host_count) {
		output_line("Sandbox denied the following operations:");
		for (size_t i = 0; i < refused->len; i++)
			print_row(ctx, &refused->items[i]);
		if (refused->more)
			output_line("  and %zu more", refused->more);
		for (size_t i = 0; i < refused->host_count; i++)
			print_host(ctx, &refused->hosts[i]);
		if (refused->len)
			print_how_to_keep(ctx);
	} else {
		print_nothing_found(ctx, refused, result->observed);
	}
	if (refused->why.code)
		output_line("What the policy refuses could not be found out in full: %s", refused->why.text);
}
