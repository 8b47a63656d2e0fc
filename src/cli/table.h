/* table.h - aligned columns for people.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_CLI_TABLE_H
#define NONO_CLI_TABLE_H

#include "cli/screen.h"

#define TABLE_COLUMNS 6

struct table_row {
	struct {
		char *text; /* escaped; owned */
		enum output_role role;
	} cells[TABLE_COLUMNS];
	size_t count;
};

/* A zeroed struct is an empty table. Without memory it is marked failed, and table_put says so. */
struct table {
	struct table_row *rows;
	size_t len, room;
	size_t least[TABLE_COLUMNS]; /* columns are at least this wide */
	bool failed;
};

/** table_row - begin a row. */
void table_row(struct table *t);

/** table_cell - the row's next cell; copied and escaped. What is more than TABLE_COLUMNS is dropped. */
void table_cell(struct table *t, enum output_role role, const char *text);

/**
 * table_put - append the rows, two blanks between columns and @indent in front; what is wider than @width is cut with
 * an ellipsis, the last column first. Wide and combining characters count as a terminal shows them.
 */
void table_put(const struct table *t, size_t indent, size_t width, struct nono_buf *out);

/** table_align - make the columns of two tables equally wide. */
void table_align(struct table *a, struct table *b);

/** table_done - free it, leaving an empty table. */
void table_done(struct table *t);

#endif
