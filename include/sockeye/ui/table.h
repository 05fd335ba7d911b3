/* SPDX-License-Identifier: MIT */
/*
 * The one table that draws every pane: head, rows, marks, cursor, scrolling.
 *
 * The cursor belongs to an item (row_id), not to a line: after each new view the item keeps its
 * place on the screen and the rows move behind it. A cursor that was never moved stays on the first
 * row. When the item is gone its last known text stays under the bar, marked "-", until the next
 * key.
 *
 * The first column is always there; the others may be scrolled sideways beneath it.
 */
#ifndef SOCKEYE_UI_TABLE_H
#define SOCKEYE_UI_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "sockeye/base/text.h"
#include "sockeye/screen/canvas.h"
#include "sockeye/ui/action.h"

#define TABLE_COLS      32
#define TABLE_CELL_SIZE 512 /* room that cell() is given */
#define TABLE_UNSORTED  TABLE_COLS

/* * + - stand before the row, ! ? right after the first column. */
enum table_mark {
	MARK_PIN = 1 << 0,
	MARK_NEW = 1 << 1,
	MARK_GONE = 1 << 2,
	MARK_WARN = 1 << 3,    /* ! */
	MARK_CRIT = 1 << 4,    /* ! */
	MARK_UNKNOWN = 1 << 5, /* ? */
};

struct table_column {
	struct clean title;      /* and note, below: borrowed */
	uint8_t id;              /* what cell() is asked for */
	uint8_t min, width, max; /* cells: the least, what is wished, and what spare room may add */
	bool right;              /* a number: aligned to the right */
	bool middle;             /* cut in the middle: both ends tell something */
	bool unsorted;           /* rows have no order by it */
	bool spare;              /* shown only when it is chosen */
	const char *tail;        /* from the last of these characters on it is not cut; or NULL */
	struct clean note;       /* shown after the title where the column has room */
};

struct table_ops {
	uint32_t (*rows)(const void *pane);
	uint64_t (*row_id)(const void *pane, uint32_t row); /* never 0 */
	uint32_t (*find)(const void *pane, uint64_t id);    /* its row, or IDX_NONE */
	/* May be made in buf, of TABLE_CELL_SIZE bytes. *role is ROLE_TEXT before. */
	struct clean (*cell)(const void *pane, uint32_t row, unsigned id, char *buf,
			     enum role *role);
	unsigned (*marks)(const void *pane, uint32_t row); /* enum table_mark */
};

#define TABLE_KEPT_SIZE 128

struct table_kept { /* one cell of the row under the cursor, as it was last; clean */
	char text[TABLE_KEPT_SIZE];
	uint32_t len;
};

struct table {
	const struct table_ops *ops;
	const void *pane; /* borrowed; given to ops */
	enum text_set set;
	struct table_column col[TABLE_COLS]; /* most important first */
	unsigned n_cols;
	unsigned sort; /* index in col, or TABLE_UNSORTED: the order is fixed */
	bool ascending;
	struct clean note; /* shown at the right end of the head where there is room; borrowed */

	int width, height;             /* cells; rows that fit under the head */
	unsigned skip;                 /* columns after the first that are scrolled away */
	unsigned shown;                /* columns that fit */
	uint8_t col_width[TABLE_COLS]; /* of the columns that are shown, from the left */

	uint64_t cursor_id;   /* 0: no row */
	uint32_t cursor, top; /* lines: rows, and the line of an item that is gone */
	bool moved, gone;
	bool centred; /* the cursor stands in the middle, as far as there are rows */
	struct table_kept kept[TABLE_COLS];
};

void table_init(struct table *t, const struct table_ops *ops, const void *pane, enum text_set set);

/* Says how much room there is, head included. */
void table_fit(struct table *t, int w, int h);

/* The rows, or the titles, are others now. */
void table_sync(struct table *t);
/* A key came: a row that is gone goes away. */
void table_settle(struct table *t);
/* Does ACT_UP to ACT_LAST; false for any other action. */
bool table_move(struct table *t, enum action a);
/* Puts the cursor on a row, which comes to the middle if it was not to be seen. */
void table_go(struct table *t, uint32_t row);
/* Rolls the rows under the bar, down for a positive number, as far as there are any. */
void table_roll(struct table *t, int rows);
/* The row so far below the head's line, or IDX_NONE. */
uint32_t table_row_under(const struct table *t, int y);
/* The index in col of the column so far from the left, or n_cols. */
unsigned table_column_under(const struct table *t, int x);

struct table_place { /* where a table was, to return to */
	uint64_t id;
	uint32_t cursor, top;
	bool moved;
};

struct table_place table_place(const struct table *t);
void table_return(struct table *t, const struct table_place *place);

/* The cursor stays with its item from now on, as if it had been moved there. */
void table_hold(struct table *t);
/* The row under the cursor, or IDX_NONE when there is none or it is gone. */
uint32_t table_cursor_row(const struct table *t);

/* The index in col of the column that is shown in this place. */
unsigned table_column_at(const struct table *t, unsigned place);
/* Scrolls one column to the right (1) or back (-1). False when there is nothing more. */
bool table_scroll(struct table *t, int step);

/* Takes the sort to the next (step 1) or previous (-1) column, which comes into view. */
void table_sort_step(struct table *t, int step);
/* A number is first sorted from the top down, a text upwards. The column comes into view. */
void table_sort_by(struct table *t, unsigned col);

void table_draw(const struct table *t, struct canvas *c, struct rect r, bool focused);

#endif
