/* screen.c - what a person reads on standard output.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/screen.h"

#include <stdarg.h>
#include <stdint.h>
#include <sys/ioctl.h>

#include "base/jsontext.h"
#include "base/quote.h"
#include "base/util.h"
#include "base/width.h"

#define LEAST_WIDTH 20

static size_t environment_width(void)
{
	const char *text = getenv("COLUMNS");
	unsigned long width = text ? strtoul(text, NULL, 10) : 0;

	return width >= LEAST_WIDTH && width < UINT16_MAX ? width : 0;
}

size_t screen_width(void)
{
	size_t given = environment_width();
	struct winsize size = {0};

	if (!isatty(STDOUT_FILENO))
		return given ? given : SIZE_MAX;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= LEAST_WIDTH)
		return size.ws_col;
	return given ? given : 80;
}

void screen_text(struct nono_buf *out, enum output_role role, const char *text)
{
	if (*text)
		output_text(out, stdout, role, text);
}

void screen_line(struct nono_buf *out, enum output_role role, const char *fmt, ...)
{
	_cleanup_(nono_freep) char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	out->failed |= !text;
	screen_text(out, role, text ? text : "");
	nono_buf_puts(out, "\n");
}

void screen_pad(struct nono_buf *out, size_t count)
{
	while (count-- > 0)
		nono_buf_puts(out, " ");
}

/* One word where it fits, else at the beginning of the next line; returns the column after it. */
static size_t fill_word(struct nono_buf *out, const char *word, size_t indent, size_t column, size_t width, bool first)
{
	size_t columns = nono_width(word);

	if (!first && column + 1 + columns > width) {
		nono_buf_puts(out, "\n");
		screen_pad(out, indent);
		column = indent;
		first = true;
	}
	nono_buf_puts(out, first ? "" : " ");
	nono_buf_puts(out, word);
	return column + columns + !first;
}

void screen_fill(struct nono_buf *out, enum output_role role, const char *text, size_t indent, size_t column,
		 size_t width)
{
	_cleanup_(nono_buf_done) struct nono_buf shown = {0};
	bool first = true;
	char *rest = NULL;

	nono_buf_puts(&shown, "");
	nono_quote_text(&shown, text);
	out->failed |= shown.failed;
	nono_buf_puts(out, role == OUTPUT_PLAIN ? "" : output_style(stdout, role));
	for (char *word = shown.failed ? NULL : strtok_r(shown.data, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest)) {
		column = fill_word(out, word, indent, column, width, first);
		first = false;
	}
	nono_buf_puts(out, role == OUTPUT_PLAIN ? "" : output_plain(stdout));
	nono_buf_puts(out, "\n");
}

int screen_put(struct nono_buf *out, struct nono_error *err)
{
	if (out->failed)
		return nono_nomem(err);
	if ((out->len && fwrite(out->data, 1, out->len, stdout) != out->len) || fflush(stdout) == EOF)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot write to standard output");
	return 0;
}

int screen_json(struct nono_buf *json, struct nono_error *err)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};

	if (json->failed)
		return nono_nomem(err);
	nono_json_pretty(&out, json->data);
	return screen_put(&out, err);
}
