/* SPDX-License-Identifier: MIT */
/*
 * A search through the rows of a table, in slices: over a million rows it takes seconds, and keys
 * come meanwhile. The rows must stay the same until it is over.
 */
#ifndef SOCKEYE_SRC_UI_FIND_H
#define SOCKEYE_SRC_UI_FIND_H

#include "sockeye/ui/table.h"

#define FIND_SIZE 4100 /* of a pattern, with the NUL: room for a cleaned line of a prompt */

struct find {
	char pattern[FIND_SIZE]; /* clean; "": none */
	bool any_case;           /* ASCII letters of either case are the same */
	bool running;
	int step;      /* 1 downwards, -1 upwards */
	uint32_t next; /* the row to look at */
	uint32_t left; /* rows to look at */
	bool wrapped;  /* went on at the other end */
};

/*
 * What is looked for: a part of the row as it is shown, its columns with one blank between them.
 * Upper case counts only where the pattern, which is raw, has any.
 */
void find_set(struct find *f, const char *pattern, enum text_set set);

/* Goes once round: this row is looked at first, or last. Nothing runs without a pattern. */
void find_begin(struct find *f, const struct table *t, uint32_t row, int step);
void find_begin_after(struct find *f, const struct table *t, uint32_t row, int step);

enum find_result { FIND_MORE, FIND_HIT, FIND_NONE };

/* Looks at no more than budget rows. FIND_HIT: *row is it. The search is over but for FIND_MORE. */
enum find_result find_step(struct find *f, const struct table *t, uint32_t budget, uint32_t *row);

#endif
