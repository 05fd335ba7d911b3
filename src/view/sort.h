/* SPDX-License-Identifier: MIT */
/*
 * Stable sorting by 64-bit keys, one digit a pass from the least significant on, in slices. Digits in
 * which no two keys differ cost nothing.
 *
 * Longer keys are sorted word by word from the last to the first: because each sort is stable, the
 * order of the words that came before stays among equals.
 */
#ifndef SOCKEYE_SRC_VIEW_SORT_H
#define SOCKEYE_SRC_VIEW_SORT_H

#include <stdbool.h>
#include <stdint.h>

#define SORT_DIGIT_BITS 8
#define SORT_DIGITS     (1u << SORT_DIGIT_BITS)

struct sort_item {
	uint64_t key;
	uint32_t row;
};

struct sort {
	struct sort_item *item;  /* the order so far; after the last pass, the result */
	struct sort_item *spare; /* as long; its contents are of no interest */
	uint32_t n;
	uint64_t vary; /* bits in which keys may differ, of the digits that are not done */
	uint32_t start
		[SORT_DIGITS]; /* how many items have the digit, then where the next one goes */
	uint32_t next;         /* item that the pass has come to */
	bool moves;            /* they are counted */
};

/*
 * Borrows both arrays, which change places with each pass. vary: all bits in which keys differ, at
 * least.
 */
void sort_begin(struct sort *s, struct sort_item *item, struct sort_item *spare, uint32_t n,
		uint64_t vary);
/*
 * Goes on as far as budget goes, which it is taken from: each pass goes over all items twice. True
 * when they are in order.
 */
bool sort_step(struct sort *s, uint32_t *budget);

#endif
