/* output.c - everything that a person reads.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/output.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include "base/quote.h"
#include "base/util.h"
#include "base/width.h"
#include "cli/logfile.h"
#include "policy/build.h"

#define COLUMNS 80 /* of a paragraph, and where nothing says how wide the terminal is */
#define LEAST_COLUMNS 40
#define RULE_COLUMN 8	 /* where the path of a rule begins */
#define MESSAGE_INDENT 6 /* as long as "nono: " */

enum answer { UNKNOWN, NO, YES };

static struct {
	bool silent;
	bool muted;			  /* the line that is being built is not for the terminal */
	enum answer on_stdout, on_stderr; /* colour; asked when it is needed */
	bool has_theme;
	struct theme theme;
	struct nono_buf shown, plain; /* the line that is being built: for the terminal, for the log */
} output;

void output_init(bool silent)
{
	output.silent = output.muted = silent;
}

void output_set_theme(const char *name)
{
	_cleanup_(nono_freep) char *text = NULL;
	bool known = !name || theme_known(name);

	theme_make(known ? name : "mocha", &output.theme);
	output.has_theme = true;
	if (!known &&
	    asprintf(&text, "there is no theme '%s', so mocha is used; there are: %s", name, theme_names()) >= 0)
		output_warning(text);
}

bool output_coloured(FILE *stream)
{
	enum answer *answer = stream == stdout ? &output.on_stdout : &output.on_stderr;

	if (*answer == UNKNOWN)
		*answer = theme_wants_colour(fileno(stream)) ? YES : NO;
	return *answer == YES;
}

const char *output_style(FILE *stream, enum output_role role)
{
	if (!output_coloured(stream))
		return "";
	if (!output.has_theme)
		output_set_theme(NULL);
	return output.theme.start[role];
}

const char *output_plain(FILE *stream)
{
	return output_coloured(stream) ? output.theme.stop : "";
}

/* A text may quote what a program or a file name contains: nothing in it may act on the terminal or begin a line. */
void output_text(struct nono_buf *out, FILE *stream, enum output_role role, const char *text)
{
	const char *style = role == OUTPUT_PLAIN ? "" : output_style(stream, role);

	nono_buf_puts(out, style);
	nono_quote_text(out, text);
	if (*style)
		nono_buf_puts(out, output_plain(stream));
}

/* Columns of the first @len bytes. */
static size_t width(const char *text, size_t len)
{
	char word[NONO_OUTPUT_BYTES];

	if (len >= sizeof(word))
		return len;
	memcpy(word, text, len);
	word[len] = '\0';
	return nono_width(word);
}

/* Columns of the terminal; elsewhere (0) a message is one line, for whoever searches in it. */
static size_t terminal_columns(void)
{
	struct winsize size;

	if (!isatty(STDERR_FILENO))
		return 0;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col < LEAST_COLUMNS)
		return COLUMNS;
	return size.ws_col;
}

/*
 * Append text in lines of at most @columns; a longer word has a line of its own. @at: columns that the first line has
 * already; @indent: of those after it; @columns 0: one line however long.
 */
static void fold(struct nono_buf *out, const char *text, size_t at, size_t indent, size_t columns)
{
	for (bool first = true;; first = false) {
		size_t len = strcspn(text, " "), word = width(text, len);

		if (!first && columns && at + 1 + word > columns) {
			nono_buf_printf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (!first) {
			nono_buf_puts(out, " ");
			at++;
		}
		nono_buf_add(out, text, len);
		at += word;
		if (!text[len])
			return;
		text += len + 1;
	}
}

/* The same text where there is no memory to build it in: every character for itself. */
static void put_pieces(const char *text)
{
	while (*text) {
		size_t len = nono_utf8_len(text);

		if (len)
			(void)fwrite(text, 1, len, stderr);
		else
			(void)fprintf(stderr, "\\x%02x", (unsigned char)*text);
		text += len ? len : 1;
	}
}

/* What a line has so far goes out, and then this. */
static void put_now(size_t so_far, const char *text)
{
	if (so_far)
		(void)fwrite(output.shown.data, 1, so_far, stderr);
	put_pieces(text);
	nono_buf_done(&output.shown);
}

static void add_part(enum output_role role, const char *text)
{
	size_t so_far = output.shown.len;

	output_text(&output.shown, stderr, role, text);
	if (output.shown.failed && !output.muted)
		put_now(so_far, text);
	nono_buf_puts(&output.plain, text);
}

static void end_line(enum log_level level, bool show)
{
	struct nono_buf *shown = &output.shown, *plain = &output.plain;

	nono_buf_puts(shown, "\n");
	if (show)
		(void)fputs(shown->failed ? "\n" : shown->data, stderr);
	if (plain->len && !plain->failed)
		logfile_put(level, "%s", plain->data + strspn(plain->data, " "));
	nono_buf_done(shown);
	nono_buf_done(plain);
}

/* Formatted text of any length, or, where no memory is left, its beginning. */
static void add_formatted(enum output_role role, const char *fmt, va_list ap)
{
	_cleanup_(nono_freep) char *text = NULL;
	char cut[NONO_OUTPUT_BYTES];
	va_list again;

	va_copy(again, ap);
	if (vasprintf(&text, fmt, ap) < 0) {
		text = NULL;
		(void)vsnprintf(cut, sizeof(cut), fmt, again);
	}
	va_end(again);
	add_part(role, text ? text : cut);
}

void output_part(enum output_role role, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_formatted(role, fmt, ap);
	va_end(ap);
}

void output_end(void)
{
	end_line(LOG_LEVEL_INFO, !output.silent);
}

void output_denied(void)
{
	end_line(LOG_LEVEL_DENIED, !output.silent);
}

void output_unlogged(void)
{
	nono_buf_done(&output.plain);
	output_end();
}

/* A whole sentence: folded between words where a terminal is read. */
static void add_message(const char *text)
{
	_cleanup_(nono_buf_done) struct nono_buf quoted = {0};
	size_t so_far = output.shown.len;

	nono_quote_text(&quoted, text);
	if (!quoted.failed)
		fold(&output.shown, quoted.data ? quoted.data : "", MESSAGE_INDENT, MESSAGE_INDENT, terminal_columns());
	if ((quoted.failed || output.shown.failed) && !output.muted)
		put_now(so_far, text);
	nono_buf_puts(&output.plain, text);
}

/* What begins a line on the terminal says in the log its level. */
static void end_labelled(enum output_role role, enum log_level level, const char *text, bool show)
{
	bool muted = output.muted;

	output.muted = !show;
	output_text(&output.shown, stderr, role, "nono:");
	nono_buf_puts(&output.shown, " ");
	if (output.shown.failed && show)
		put_now(0, "nono: ");
	add_message(text);
	end_line(level, show);
	output.muted = muted;
}

void output_error(const struct nono_error *err)
{
	end_labelled(OUTPUT_ERROR, LOG_LEVEL_ERROR, err->text, true);
}

void output_warning(const char *text)
{
	end_labelled(OUTPUT_WARNING, LOG_LEVEL_WARNING, text, !output.silent);
}

void output_status(const char *text)
{
	nono_buf_puts(&output.shown, "  ");
	add_part(OUTPUT_QUIET, text);
	output_end();
}

void output_line(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_formatted(OUTPUT_PLAIN, fmt, ap);
	va_end(ap);
	output_end();
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
	if (ports->len)
		output_line("  %-5s %s only: %s", "net", what, text.failed ? "(out of memory)" : text.data);
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

/* A rule on one line, or, where a terminal has no room for it, its source on a line of its own. */
static void print_rule(enum output_role role, const char *word, const char *path, const char *what,
		       const struct nono_source *from)
{
	char source[NONO_NAME_BYTES * 2];
	_cleanup_(nono_buf_done) struct nono_buf shown = {0};
	size_t columns = terminal_columns(), used;

	(void)nono_source_text(from, source, sizeof(source));
	nono_quote_text(&shown, path);
	nono_buf_printf(&shown, " (%s) [%s]", what, source);
	used = RULE_COLUMN + (shown.failed ? 0 : nono_width(shown.data));
	output_part(role, "  %-5s ", word);
	output_part(OUTPUT_PLAIN, "%s", path);
	if (columns && used > columns)
		nono_buf_printf(&output.shown, "\n%*s", RULE_COLUMN + 1, "");
	output_part(OUTPUT_QUIET, " (%s) [%s]", what, source);
	output_end();
}

static void print_grant(const struct nono_grant *g)
{
	print_rule(OUTPUT_GOOD, badge(g->access), g->node.real, g->is_file ? "file" : "dir", &g->source);
}

static void print_deny(const struct nono_deny *d)
{
	static const char *const how[] = {
		[NONO_TIER_NONE] = "not granted",
		[NONO_TIER_ABSENT] = "not there: what the command makes there is its own",
		[NONO_TIER_MASK] = "masked",
		[NONO_TIER_READ_ONLY] = "read-only",
		[NONO_TIER_SPLIT] = "what is beside it is granted",
	};

	print_rule(OUTPUT_ERROR, d->write_only ? "no w" : "deny", d->written, how[d->tier], &d->source);
}

/* Several names of one object (/dev/stdout, /dev/stderr) in one group make one line. */
static bool is_shown_before(const struct nono_capset *set, size_t index)
{
	const struct nono_grant *g = &set->grants[index];

	for (size_t i = 0; i < index; i++) {
		const struct nono_grant *other = &set->grants[i];

		if (other->access == g->access && other->source.kind == g->source.kind &&
		    nono_streq(other->source.name, g->source.name) && nono_streq(other->node.real, g->node.real))
			return true;
	}
	return false;
}

void output_capabilities(const struct nono_capset *set, bool all)
{
	size_t hidden = 0;

	output_part(OUTPUT_HEADING, "Capabilities:");
	output_end();
	for (size_t i = 0; i < set->grant_count; i++) {
		if (!all && set->grants[i].source.kind < NONO_SOURCE_PROFILE)
			hidden++;
		else if (!is_shown_before(set, i))
			print_grant(&set->grants[i]);
	}
	if (hidden)
		output_line("  %-5s %zu paths of the system and of groups (-v to show)", "", hidden);
	for (size_t i = 0; all && i < set->deny_count; i++)
		print_deny(&set->denies[i]);
	print_network(&set->network);
}

void output_paragraph(FILE *out, size_t indent, size_t column, const char *text)
{
	_cleanup_(nono_buf_done) struct nono_buf lines = {0};

	fold(&lines, text, column, indent, COLUMNS);
	(void)fprintf(out, "%s\n", lines.failed || !lines.data ? text : lines.data);
}
