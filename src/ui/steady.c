/* SPDX-License-Identifier: MIT */
#include "steady.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sockeye/base/index.h"
#include "sockeye/base/mem.h"

/* Numbers that differ by no more than this part of the greater one are near each other. */
#define NEAR 0.05

void steady_init(struct steady *s, const struct steady_ops *ops, const void *source)
{
	*s = (struct steady){ .ops = ops, .source = source };
}

void steady_free(struct steady *s)
{
	free(s->item);
	free(s->note);
	free(s->rank);
}

/* ---- lines and rows -------------------------------------------------- */

/* How many of the window's rows come before this one in the view. */
static uint32_t ranks_below(const struct steady *s, uint32_t row)
{
	uint32_t lo = 0, hi = s->n_rank;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (s->rank[mid] < row)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The nth row of the view that is not in the window. */
static uint32_t nth_free(const struct steady *s, uint32_t nth)
{
	uint32_t lo = 0, hi = s->n_rank;

	/* rank[i] - i rows before rank[i] are free. */
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (s->rank[mid] - mid <= nth)
			lo = mid + 1;
		else
			hi = mid;
	}
	return nth + lo;
}

uint32_t steady_lines(const struct steady *s)
{
	return s->rows - s->n_rank + s->n;
}

uint32_t steady_row(const struct steady *s, uint32_t line, const struct steady_item **gone)
{
	const struct steady_item *item;

	*gone = NULL;
	if (line < s->base)
		return nth_free(s, line);
	if (line - s->base >= s->n)
		return nth_free(s, line - s->n);
	item = &s->item[line - s->base];
	if (item->row == IDX_NONE)
		*gone = item;
	return item->row;
}

uint32_t steady_find(const struct steady *s, uint64_t id)
{
	uint32_t row = s->ops->find(s->source, id), nth, below;

	if (row == IDX_NONE && s->n_rank == s->n)
		return IDX_NONE;
	below = row == IDX_NONE ? 0 : ranks_below(s, row);
	if (row == IDX_NONE || (below < s->n_rank && s->rank[below] == row)) {
		for (uint32_t i = 0; i < s->n; i++)
			if (s->item[i].id == id)
				return s->base + i;
		return IDX_NONE;
	}
	nth = row - below;
	return nth < s->base ? nth : nth + s->n;
}

/* ---- noting ---------------------------------------------------------- */

static void make_room(struct steady *s)
{
	if (s->item != NULL)
		return;
	s->item = xcalloc(STEADY_ROWS, sizeof(*s->item));
	s->note = xcalloc(STEADY_ROWS, sizeof(*s->note));
	s->rank = xcalloc(STEADY_ROWS, sizeof(*s->rank));
}

void steady_note(struct steady *s, uint32_t top, uint32_t height)
{
	uint32_t lines = steady_lines(s), n = lines < STEADY_ROWS ? lines : STEADY_ROWS;
	/* As much above the screen as below it, as far as there is. */
	uint32_t above = height < n ? (n - height) / 2 : 0;
	uint32_t first = top > above ? top - above : 0;

	make_room(s);
	if (first > lines - n)
		first = lines - n;
	for (uint32_t i = 0; i < n; i++) {
		struct steady_item *to = &s->note[i];
		uint32_t line = first + i;

		if (line >= s->base && line - s->base < s->n) {
			*to = s->item[line - s->base];
		} else {
			const struct steady_item *gone;
			uint32_t row = steady_row(s, line, &gone);

			*to = (struct steady_item){ .id = s->ops->row_id(s->source, row),
						    .row = row,
						    .before = row };
		}
		to->seen = line >= top && line - top < height ? line - top : STEADY_UNSEEN;
	}
	s->n_note = n;
	s->note_base = first;
}

/* ---- a new result ---------------------------------------------------- */

static int compare_ranks(const void *a, const void *b)
{
	uint32_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

/* The window is complete: what its rows are. */
static void take_ranks(struct steady *s)
{
	s->n_rank = 0;
	for (uint32_t i = 0; i < s->n; i++)
		if (s->item[i].row != IDX_NONE)
			s->rank[s->n_rank++] = s->item[i].row;
	if (s->n_rank > 0)
		qsort(s->rank, s->n_rank, sizeof(s->rank[0]), compare_ranks);
}

/* Where the items that were noted are now. */
static void find_noted(struct steady *s, bool same)
{
	for (uint32_t i = 0; i < s->n_note; i++) {
		struct steady_item *item = &s->note[i];
		uint32_t row = s->ops->find(s->source, item->id);

		if (!same)
			item->before = item->row;
		if (item->before == IDX_NONE)
			item->before = row;
		item->row = row;
	}
}

static void take_anew(struct steady *s)
{
	s->n = s->n_rank = s->base = 0;
}

static void hold_places(struct steady *s)
{
	uint32_t free_rows;

	s->n = 0;
	for (uint32_t i = 0; i < s->n_note; i++)
		if (s->note[i].row != IDX_NONE || s->note[i].seen != STEADY_UNSEEN)
			s->item[s->n++] = s->note[i];
	take_ranks(s);
	free_rows = s->rows - s->n_rank;
	s->base = s->note_base < free_rows ? s->note_base : free_rows;
}

static void take_number(const struct steady *s, struct steady_item *item)
{
	if (!s->ops->number(s->source, item->row, &item->number))
		item->number = NAN;
}

/* The first row of the new window: what was on the screen stays in it. */
static uint32_t window_start(const struct steady *s, uint32_t n)
{
	uint32_t at = 0, start;

	while (at < s->n_note && (s->note[at].row == IDX_NONE || s->note[at].seen == STEADY_UNSEEN))
		at++;
	if (s->note_base == 0 || at == s->n_note)
		return 0;
	start = s->note[at].row > at ? s->note[at].row - at : 0;
	return start < s->rows - n ? start : s->rows - n;
}

static bool is_near(double a, double b)
{
	double size = fabs(a) > fabs(b) ? fabs(a) : fabs(b);

	return fabs(a - b) <= NEAR * size;
}

/* In the true order, and for good: by far, or in the sample before as well. */
static bool goes_before(const struct steady_item *x, const struct steady_item *y)
{
	return x->row < y->row && (x->before < y->before || !is_near(x->number, y->number));
}

/* Puts an item that was there before behind those that it does not overtake. */
static void insert_calm(struct steady *s, const struct steady_item *x)
{
	uint32_t at = s->n++;

	for (; at > 0 && goes_before(x, &s->item[at - 1]); at--)
		s->item[at] = s->item[at - 1];
	s->item[at] = *x;
}

/* Adds the rows that the window has not yet, each before the first item that comes after it. */
static void merge_new(struct steady *s, uint32_t start, uint32_t n)
{
	uint32_t row = start, known = 0, made = 0;

	for (uint32_t i = 0; i <= s->n; i++) {
		uint32_t end = i < s->n ? s->item[i].row : start + n;

		for (; row < end; row++) {
			if (known < s->n_rank && s->rank[known] == row) {
				known++;
				continue;
			}
			s->note[made++] = (struct steady_item){
				.id = s->ops->row_id(s->source, row), .row = row, .before = row
			};
		}
		if (i < s->n)
			s->note[made++] = s->item[i];
	}
	memcpy(s->item, s->note, made * sizeof(s->item[0]));
	s->n = made;
}

static void calm_places(struct steady *s)
{
	uint32_t n = s->rows < STEADY_ROWS ? s->rows : STEADY_ROWS, start = window_start(s, n);

	s->n = 0;
	for (uint32_t i = 0; i < s->n_note; i++) {
		struct steady_item *item = &s->note[i];

		if (item->row < start || item->row - start >= n)
			continue;
		take_number(s, item);
		insert_calm(s, item);
	}
	take_ranks(s);
	merge_new(s, start, n);
	take_ranks(s);
	s->base = start;
}

void steady_update(struct steady *s, enum steady_how how, bool same)
{
	double n;

	s->rows = s->ops->rows(s->source);
	/* Names and the like do not waver: their order is the true one. */
	if (how == STEADY_CALM && s->rows > 0 && !s->ops->number(s->source, 0, &n))
		how = STEADY_ANEW;
	if (how != STEADY_ANEW)
		find_noted(s, same);
	if (how == STEADY_ANEW || s->n_note == 0)
		take_anew(s);
	else if (how == STEADY_HOLD)
		hold_places(s);
	else
		calm_places(s);
	s->n_note = 0;
}
