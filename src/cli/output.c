/* output.c - everything that a person reads on standard error.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/output.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/quote.h"
#include "base/util.h"
#include "policy/build.h"

static struct {
	bool silent;
	bool colour;
} output;

void output_init(bool silent)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	output.silent = silent;
	output.colour = isatty(STDERR_FILENO) && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

const char *output_colour(enum output_role role)
{
	static const char *const codes[] = {
		[OUTPUT_PLAIN] = "\033[0m", [OUTPUT_BOLD] = "\033[1m",	 [OUTPUT_FAINT] = "\033[2m",
		[OUTPUT_RED] = "\033[31m",  [OUTPUT_GREEN] = "\033[32m", [OUTPUT_YELLOW] = "\033[33m",
	};

	return output.colour ? codes[role] : "";
}

/* A text may quote what a program or a file name contains: nothing in it may act on the terminal or begin a line. */
static void put_escaped(const char *text)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};

	nono_quote_text(&out, text);
	(void)fputs(out.failed || !out.data ? "" : out.data, stderr);
}

void output_error(const struct nono_error *err)
{
	(void)fprintf(stderr, "%snono:%s ", output_colour(OUTPUT_RED), output_colour(OUTPUT_PLAIN));
	put_escaped(err->text);
	(void)fputc('\n', stderr);
}

void output_warning(const char *text)
{
	if (output.silent)
		return;
	(void)fprintf(stderr, "%snono:%s ", output_colour(OUTPUT_YELLOW), output_colour(OUTPUT_PLAIN));
	put_escaped(text);
	(void)fputc('\n', stderr);
}

void output_status(const char *text)
{
	if (!output.silent)
		(void)fprintf(stderr, "  %s%s%s\n", output_colour(OUTPUT_FAINT), text, output_colour(OUTPUT_PLAIN));
}

void output_line(const char *fmt, ...)
{
	_cleanup_(nono_freep) char *text = NULL;
	va_list ap;

	if (output.silent)
		return;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	put_escaped(text ? text : "(out of memory)");
	(void)fputc('\n', stderr);
}

void output_notes(const struct nono_capset *set, size_t first, bool verbose)
{
	for (size_t i = first; i < set->note_count; i++)
		if (set->notes[i].level == NONO_NOTE_WARNING)
			output_warning(set->notes[i].text);
		else if (verbose)
			output_status(set->notes[i].text);
}

static const char *badge(enum nono_access access)
{
	static const char *const words[] = {"-", "r", "w", "r+w"};

	return words[access & NONO_ACCESS_READWRITE];
}

static void print_ports(const char *what, const struct nono_ports *ports)
{
	_cleanup_(nono_buf_done) struct nono_buf text = {0};

	for (size_t i = 0; i < ports->len; i++) {
		const struct nono_port_range *r = &ports->items[i];

		nono_buf_printf(&text, "%s%u", i ? ", " : "", r->lo);
		if (r->hi != r->lo)
			nono_buf_printf(&text, "-%u", r->hi);
	}
	if (ports->len && !text.failed)
		output_line("  %-5s %s only: %s", "net", what, text.data);
}

static void print_network(const struct nono_network *net)
{
	if (net->block)
		output_line("  %-5s blocked%s", "net", net->connect.len || net->bind.len ? ", but:" : "");
	else if (!net->connect.len)
		output_line("  %-5s outbound allowed", "net");
	print_ports("TCP connections to port", &net->connect);
	print_ports("TCP listening on port", &net->bind);
}

void output_capabilities(const struct nono_capset *set, bool all)
{
	size_t hidden = 0;

	output_line("Capabilities:");
	for (size_t i = 0; i < set->grant_count; i++) {
		const struct nono_grant *g = &set->grants[i];
		char source[NONO_NAME_BYTES * 2];

		if (!all && g->source.kind < NONO_SOURCE_PROFILE) {
			hidden++;
			continue;
		}
		(void)nono_source_text(&g->source, source, sizeof(source));
		output_line("  %-5s %s (%s) [%s]", badge(g->access), g->node.real, g->is_file ? "file" : "dir", source);
	}
	if (hidden)
		output_line("  %-5s %zu paths of the system and of groups (-v to show)", "", hidden);
	for (size_t i = 0; all && i < set->deny_count; i++) {
		char source[NONO_NAME_BYTES * 2];

		output_line("  %-5s %s (not granted) [%s]", set->denies[i].write_only ? "no w" : "deny",
			    set->denies[i].written, nono_source_text(&set->denies[i].source, source, sizeof(source)));
	}
	print_network(&set->network);
}
