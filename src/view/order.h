/* SPDX-License-Identifier: MIT */
/*
 * The order of a view's rows, and sorting by it in slices.
 *
 * A key is a number of words. In a first pass over the rows each word's least and greatest value are
 * found, which says how many bits of it matter; as many words as fit then make one number to sort by.
 * So most orders of a million rows need the rows' own memory twice, one row after the other, and
 * never again.
 */
#ifndef SOCKEYE_SRC_VIEW_ORDER_H
#define SOCKEYE_SRC_VIEW_ORDER_H

#include "result.h"
#include "sort.h"

struct order_word {
	uint8_t what; /* of a group: enum word; of a socket: enum field_id */
	uint8_t part; /* which 64 bits of it, or which column */
	bool down;
	uint64_t min, max;
};

#define ORDER_WORDS (3 * FIELD_KEYS + 1)

enum order_stage { ORDER_SURVEYS, ORDER_GATHERS, ORDER_SORTS, ORDER_DONE };

struct order {
	struct arena item, spare; /* struct sort_item */
	struct sort sort;
	struct order_word word[ORDER_WORDS]; /* least significant first */
	unsigned words;
	unsigned at, end; /* the words that are sorted by now */
	enum order_stage stage;
	uint32_t next; /* item that the stage has come to */
};

void order_free(struct order *o);
/* Starts anew for this query. */
void order_begin(struct order *o, const struct query *q);
/* Adds a row: of the result's groups, or BY_SOCKET of the snapshot. 0 or -ENOMEM. */
int order_add(struct order *o, uint32_t row);
/* After the last order_add(). 0 or -ENOMEM. */
int order_seal(struct order *o);
/* Goes on as far as budget goes, which it is taken from. True when the rows are in order. */
bool order_step(struct order *o, const struct result *r, uint32_t *budget);
/* The rows, in order once order_step() said so. */
const struct sort_item *order_items(const struct order *o, uint32_t *n);

#endif
