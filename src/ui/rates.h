/* SPDX-License-Identifier: MIT */
/* The kernel's counters as rates between two samples, and the block that shows them. */
#ifndef SOCKEYE_UI_RATES_H
#define SOCKEYE_UI_RATES_H

#include "sockeye/model/source.h"
#include "sockeye/screen/canvas.h"

struct rates {
	uint64_t tenths[CTR_COUNT]; /* per second, times ten; never 0 for a counter that rose */
	bool known[CTR_COUNT];      /* there is a sample before to compare with */
	bool shown[CTR_COUNT];      /* the kernel has the counter */
};

/* before may be none. A counter that fell (another namespace, a new boot) has no rate. */
void rates_make(struct rates *r, const struct pulse *before, const struct pulse *now);

/*
 * Head and as many counters as there is room for, in the order of the table. Those that rise and
 * tell of drops come in first, then others that rise.
 */
void rates_draw(const struct rates *r, struct canvas *c, struct rect area);

#endif
