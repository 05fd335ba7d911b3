/* SPDX-License-Identifier: MIT */
/*
 * The last texts of the rows on the screen: an item that is gone cannot be asked for them any more.
 * What is noted is looked at only after it was taken, so that a row which is gone already can be
 * noted again from here.
 */
#ifndef SOCKEYE_SRC_UI_KEPT_H
#define SOCKEYE_SRC_UI_KEPT_H

#include "sockeye/base/buf.h"
#include "sockeye/ui/table.h"

struct kept_page {
	struct buf text;            /* cell after cell, row after row, each with a NUL */
	uint32_t *start;            /* of each cell in text; room for n_room rows */
	uint8_t column[TABLE_COLS]; /* ids */
	uint32_t n_rows, n_cols, n_room;
};

/* All zero is empty. */
struct kept {
	struct kept_page page, note;
};

void kept_free(struct kept *k);
/* Notes the rows of the table that are on the screen and before row end. */
void kept_note(struct kept *k, const struct table *t, uint32_t end);
/* What was noted takes the place of what there was; without a note nothing is left. */
void kept_take(struct kept *k);
/* The cell of a column in a row so far below the top of the screen; empty when there is none. */
struct clean kept_cell(const struct kept *k, uint32_t row, unsigned column);

#endif
