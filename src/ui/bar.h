/* SPDX-License-Identifier: MIT */
/* One row of words, and which of them are left out where there is little room. */
#ifndef SOCKEYE_UI_BAR_H
#define SOCKEYE_UI_BAR_H

#include <stddef.h>

#include "sockeye/screen/canvas.h"

struct piece {
	struct clean text;
	enum role role;
	uint8_t gap;   /* blanks before it, if it is not the first on its side */
	uint8_t drop;  /* those with the highest are left out first, together; 0: never */
	uint8_t least; /* may be cut to so many columns before others are left out; 0: not */
	bool right;    /* stands at the right end */
};

#define BAR_PIECES 64

struct bar {
	struct piece piece[BAR_PIECES];
	size_t n;
};

/* Texts are borrowed until the bar is drawn. More than BAR_PIECES and empty texts are left out. */
void bar_add(struct bar *b, struct piece p);

/*
 * Leaves pieces out until the rest fits. Then the one that may be cut is, else the last on the
 * left; and what is too much even so goes by the edge.
 */
void bar_draw(struct bar *b, struct canvas *c, struct rect line, enum text_set set);

#endif
