/* SPDX-License-Identifier: MIT */
/*
 * An aligned table of text, made in two goes: each row is first measured, then made again and
 * printed, so that a table of any length needs the memory of one line.
 */
#ifndef SOCKEYE_SRC_OUTPUT_TABLE_H
#define SOCKEYE_SRC_OUTPUT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sockeye/base/buf.h"
#include "sockeye/base/text.h"

#define TABLE_COLUMNS 24

struct table_cell {
	size_t end;     /* of its text in the line */
	uint32_t cells; /* columns of the terminal */
};

/* All zero is an empty table. Columns are there as soon as the first line has them. */
struct table {
	struct buf line; /* the texts of the cells of one line, one after the other */
	struct table_cell cell[TABLE_COLUMNS];
	unsigned n;
	uint32_t width[TABLE_COLUMNS];
	bool right[TABLE_COLUMNS];
};

void table_begin_line(struct table *t);

/* Cells of the line, from the left. An empty one becomes -. */
void table_word(struct table *t, const char *word); /* of ours, without blanks */
void table_number(struct table *t, uint64_t n);
void table_name(struct table *t, const void *bytes, size_t len, enum text_set set);
/*
 * A cell piece by piece: what was added to t->line since the last cell. Blanks, commas and a
 * leading # in these become \x20, \x2c and \x23.
 */
void table_piece(struct table *t, struct clean text);
void table_piece_name(struct table *t, const void *bytes, size_t len, enum text_set set);
void table_end_cell(struct table *t);

/* Numbers are aligned to the right, also under their head. */
void table_measure(struct table *t);
void table_print(const struct table *t, struct buf *out);
void table_free(struct table *t);

#endif
