/* SPDX-License-Identifier: MIT */
#include "sort.h"

#include <string.h>

/* Starts on the least significant digit that is left. */
static void begin_pass(struct sort *s)
{
	memset(s->start, 0, sizeof(s->start));
	s->next = 0;
	s->moves = false;
}

void sort_begin(struct sort *s, struct sort_item *item, struct sort_item *spare, uint32_t n,
		uint64_t vary)
{
	s->item = item;
	s->spare = spare;
	s->n = n;
	s->vary = n > 1 ? vary : 0;
	begin_pass(s);
}

static unsigned digit(const struct sort_item *it, unsigned shift)
{
	return it->key >> shift & (SORT_DIGITS - 1);
}

static void count(struct sort *s, unsigned shift, uint32_t end)
{
	for (uint32_t i = s->next; i < end; i++)
		s->start[digit(&s->item[i], shift)]++;
}

static void place_digits(struct sort *s)
{
	uint32_t at = 0;

	for (unsigned d = 0; d < SORT_DIGITS; d++) {
		uint32_t n = s->start[d];

		s->start[d] = at;
		at += n;
	}
}

static void move(struct sort *s, unsigned shift, uint32_t end)
{
	for (uint32_t i = s->next; i < end; i++)
		s->spare[s->start[digit(&s->item[i], shift)]++] = s->item[i];
}

static void end_pass(struct sort *s, unsigned shift)
{
	struct sort_item *swap = s->item;

	s->item = s->spare;
	s->spare = swap;
	s->vary &= ~((uint64_t)(SORT_DIGITS - 1) << shift);
	begin_pass(s);
}

bool sort_step(struct sort *s, uint32_t *budget)
{
	while (s->vary != 0 && *budget > 0) {
		unsigned shift = (unsigned)__builtin_ctzll(s->vary);
		uint32_t left = s->n - s->next, n = left < *budget ? left : *budget;

		(s->moves ? move : count)(s, shift, s->next + n);
		s->next += n;
		*budget -= n;
		if (n < left)
			break;
		if (s->moves) {
			end_pass(s, shift);
			continue;
		}
		place_digits(s);
		s->next = 0;
		s->moves = true;
	}
	return s->vary == 0;
}
