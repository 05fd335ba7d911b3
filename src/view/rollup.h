/* SPDX-License-Identifier: MIT */
/*
 * Puts addresses of one prefix into one group, after the last row: where there are many of them and
 * none alone explains the number. The groups of the addresses stay, without a row.
 */
#ifndef SOCKEYE_SRC_VIEW_ROLLUP_H
#define SOCKEYE_SRC_VIEW_ROLLUP_H

#include "sockeye/base/index.h"

struct grouper;
struct result;

struct rollup {
	struct index ix;
	struct arena net;
	unsigned step;
	uint32_t next, groups, pairs; /* where the step is; how many there were before it */
};

void rollup_init(struct rollup *ru);
void rollup_free(struct rollup *ru);
void rollup_begin(struct rollup *ru);

/*
 * Goes on as far as budget goes, which it is taken from. before: the last result of the same query,
 * or NULL; what was rolled up there stays so for longer. 1 when all is done, 0 or -ENOMEM.
 */
int rollup_step(struct grouper *gr, const struct result *before, uint32_t *budget);
/* The prefix's group that an address is part of, or IDX_NONE. */
uint32_t rollup_parent(const struct grouper *gr, uint32_t group);
bool rollup_hides(const struct grouper *gr, uint32_t group);
/* How many sockets a prefix's group would have had in the result before. */
uint32_t rollup_base(const struct grouper *gr, uint32_t group);

#endif
