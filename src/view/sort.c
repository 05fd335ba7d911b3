/* SPDX-License-Identifier: MIT */
#include "sort.h"

#define DIGIT_BITS 8
#define DIGITS     (1u << DIGIT_BITS)

void sort_begin(struct sort *s, struct sort_item *item, struct sort_item *spare, uint32_t n)
{
	uint64_t vary = 0;

	for (uint32_t i = 1; i < n; i++)
		vary |= item[i].key ^ item[0].key;
	*s = (struct sort){ .item = item, .spare = spare, .n = n, .vary = vary };
}

static unsigned digit(const struct sort_item *it, unsigned shift)
{
	return it->key >> shift & (DIGITS - 1);
}

static void scatter(struct sort *s, unsigned shift)
{
	struct sort_item *swap = s->item;
	uint32_t start[DIGITS] = { 0 };
	uint32_t at = 0;

	for (uint32_t i = 0; i < s->n; i++)
		start[digit(&s->item[i], shift)]++;
	for (unsigned d = 0; d < DIGITS; d++) {
		uint32_t count = start[d];

		start[d] = at;
		at += count;
	}
	for (uint32_t i = 0; i < s->n; i++)
		s->spare[start[digit(&s->item[i], shift)]++] = s->item[i];
	s->item = s->spare;
	s->spare = swap;
}

bool sort_pass(struct sort *s)
{
	unsigned shift;

	if (s->vary == 0)
		return true;
	shift = (unsigned)__builtin_ctzll(s->vary) / DIGIT_BITS * DIGIT_BITS;
	scatter(s, shift);
	s->vary &= ~((uint64_t)(DIGITS - 1) << shift);
	return s->vary == 0;
}
