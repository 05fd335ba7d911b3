/* SPDX-License-Identifier: MIT */
/*
 * The choice of columns: a table with a row for each column that a pane can have, those that it
 * shows first and in their order. The first names the rows and stays.
 */
#ifndef SOCKEYE_SRC_UI_CHOOSER_H
#define SOCKEYE_SRC_UI_CHOOSER_H

#include "pane.h"

struct chooser_row {
	struct clean title;
	const char *help;
	uint8_t id;
	bool on, spare; /* spare: not shown unless it is chosen */
};

struct chooser {
	struct table table;
	struct chooser_row row[TABLE_COLS];
	unsigned n;
};

/* What the pane has now. The chooser must not be moved in memory after that. */
void chooser_open(struct chooser *ch, struct pane *p, enum text_set set);

/* Shows the column under the cursor or hides it. False: it is the first, which stays. */
bool chooser_toggle(struct chooser *ch);
/* Moves it one place to the left (-1) or right (1), and the cursor with it. False as above, and at
 * the end. */
bool chooser_shift(struct chooser *ch, int step);
/* All columns in the order of the pane's kind. */
void chooser_reset(struct chooser *ch, struct pane *p);

unsigned chooser_count(const struct chooser *ch); /* that are shown */
/* The pane shows what was chosen. */
void chooser_apply(const struct chooser *ch, struct pane *p);

#endif
