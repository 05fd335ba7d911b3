/* SPDX-License-Identifier: MIT */
/* The order of a view's rows: which keys, from the last to the first, and sorting by them in
 * slices. */
#ifndef SOCKEYE_SRC_VIEW_ORDER_H
#define SOCKEYE_SRC_VIEW_ORDER_H

#include "result.h"
#include "sort.h"

struct order_word {
	uint8_t what; /* of a group: enum word; of a socket: enum field_id */
	uint8_t part; /* which 64 bits of it, or which column */
	bool down;
};

#define ORDER_WORDS (3 * FIELD_KEYS + 1)

struct order {
	struct arena item, spare; /* struct sort_item */
	struct sort sort;
	struct order_word word[ORDER_WORDS]; /* least significant first */
	unsigned words, at;
	bool sorting; /* by word[at]: its keys are gathered */
};

void order_free(struct order *o);
/* Starts anew for this query. */
void order_begin(struct order *o, const struct query *q);
/* Adds a row: of the result's groups, or BY_SOCKET of the snapshot. 0 or -ENOMEM. */
int order_add(struct order *o, uint32_t row);
/* After the last order_add(). 0 or -ENOMEM. */
int order_seal(struct order *o);
/* Goes over all rows once. True when they are in order. */
bool order_step(struct order *o, const struct result *r);
/* The rows, in order once order_step() said so. */
const struct sort_item *order_items(const struct order *o, uint32_t *n);

#endif
