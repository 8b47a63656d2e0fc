/* table.c - aligned columns for people.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#include <stdint.h>

#include "base/quote.h"
#include "base/util.h"
#include "base/width.h"
#include "policy/build.h"

#define GAP 2
#define LEAST_COLUMN 16 /* no column is cut shorter than this */
#define ELLIPSIS "\u2026"

void table_row(struct table *t)
{
	struct table_row *rows = nono_grow(t->rows, t->len, &t->room, sizeof(*rows));

	if (!rows) {
		t->failed = true;
		return;
	}
	t->rows = rows;
	rows[t->len++] = (struct table_row){.count = 0};
}

void table_cell(struct table *t, enum output_role role, const char *text)
{
	struct table_row *row = t->len ? &t->rows[t->len - 1] : NULL;
	_cleanup_(nono_buf_done) struct nono_buf shown = {0};

	if (t->failed || !row || row->count == TABLE_COLUMNS)
		return;
	nono_buf_puts(&shown, "");
	nono_quote_text(&shown, text);
	row->cells[row->count].role = role;
	row->cells[row->count].text = nono_buf_take(&shown);
	if (row->cells[row->count].text)
		row->count++;
	else
		t->failed = true;
}

/* The width of each column: as wide as its widest cell, but no column takes more than half a line from the last. */
static void measure(const struct table *t, size_t width, size_t ret[TABLE_COLUMNS])
{
	size_t most = width / 2 > LEAST_COLUMN ? width / 2 : LEAST_COLUMN;

	memcpy(ret, t->least, sizeof(t->least));
	for (size_t i = 0; i < t->len; i++)
		for (size_t c = 0; c + 1 < t->rows[i].count; c++) {
			size_t columns = nono_width(t->rows[i].cells[c].text);

			ret[c] = columns > ret[c] ? columns : ret[c];
		}
	for (size_t c = 0; c < TABLE_COLUMNS; c++)
		ret[c] = ret[c] > most ? most : ret[c];
}

void table_align(struct table *a, struct table *b)
{
	measure(a, SIZE_MAX, a->least);
	measure(b, SIZE_MAX, b->least);
	for (size_t c = 0; c < TABLE_COLUMNS; c++)
		a->least[c] = b->least[c] = a->least[c] > b->least[c] ? a->least[c] : b->least[c];
}

/* One cell; returns the columns it takes. */
static size_t put_cell(enum output_role role, const char *text, size_t room, struct nono_buf *out)
{
	_cleanup_(nono_freep) char *cut = NULL;
	size_t columns = nono_width(text);

	if (columns > room) {
		size_t bytes = nono_width_fit(text, room - 1, &columns);

		if (asprintf(&cut, "%.*s%s", (int)bytes, text, ELLIPSIS) < 0)
			cut = NULL;
		out->failed |= !cut;
		text = cut ? cut : "";
		columns++;
	}
	screen_text(out, role, text);
	return columns;
}

static void put_row(const struct table_row *row, const size_t widths[TABLE_COLUMNS], size_t indent, size_t width,
		    struct nono_buf *out)
{
	size_t at = indent, count = row->count;

	while (count && !*row->cells[count - 1].text)
		count--;
	screen_pad(out, count ? indent : 0);
	for (size_t c = 0; c < count; c++) {
		bool last = c + 1 == count;
		size_t rest = width > at + LEAST_COLUMN ? width - at : LEAST_COLUMN;
		size_t used = put_cell(row->cells[c].role, row->cells[c].text, last ? rest : widths[c], out);

		if (!last)
			screen_pad(out, widths[c] - used + GAP);
		at += widths[c] + GAP;
	}
	nono_buf_puts(out, "\n");
}

void table_put(const struct table *t, size_t indent, size_t width, struct nono_buf *out)
{
	size_t widths[TABLE_COLUMNS];

	out->failed |= t->failed;
	measure(t, width, widths);
	for (size_t i = 0; i < t->len; i++)
		put_row(&t->rows[i], widths, indent, width, out);
}

void table_done(struct table *t)
{
	for (size_t i = 0; i < t->len; i++)
		for (size_t c = 0; c < t->rows[i].count; c++)
			free(t->rows[i].cells[c].text);
	free(t->rows);
	*t = (struct table){0};
}
