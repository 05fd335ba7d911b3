/* SPDX-License-Identifier: MIT */
/*
 * Stable sorting by 64-bit keys, one byte a pass from the least significant on, so that it can be
 * put down after any pass. Bytes in which no two keys differ cost nothing.
 *
 * Longer keys are sorted word by word from the last to the first: because each sort is stable, the
 * order of the words that came before stays among equals.
 */
#ifndef SOCKEYE_SRC_VIEW_SORT_H
#define SOCKEYE_SRC_VIEW_SORT_H

#include <stdbool.h>
#include <stdint.h>

struct sort_item {
	uint64_t key;
	uint32_t row;
};

struct sort {
	struct sort_item *item;  /* the order so far; after the last pass, the result */
	struct sort_item *spare; /* as long; its contents are of no interest */
	uint32_t n;
	uint64_t vary; /* bits in which keys differ, of the bytes that are not done */
};

/* Borrows both arrays, which change places with each pass. */
void sort_begin(struct sort *s, struct sort_item *item, struct sort_item *spare, uint32_t n);
/* One pass over all items. True when they are in order. */
bool sort_pass(struct sort *s);

#endif
