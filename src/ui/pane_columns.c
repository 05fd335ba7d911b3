/* SPDX-License-Identifier: MIT */
/* Which columns a pane has, and in which order: the kind's own, or what the user chose of them. */
#include <string.h>

#include "pane.h"

/* The index of a column, or n. */
static unsigned find_column(const struct table_column *col, unsigned n, uint8_t id)
{
	unsigned i = 0;

	while (i < n && col[i].id != id)
		i++;
	return i;
}

/* Puts the columns that were chosen in their order, as far as this kind of the pane has them. */
static void apply_choice(struct pane *p)
{
	struct table_column all[TABLE_COLS];
	unsigned n = p->table.n_cols;

	memcpy(all, p->table.col, sizeof(all));
	p->table.n_cols = 0;
	for (unsigned i = 0; i < p->n_choice; i++) {
		unsigned at = find_column(all, n, p->choice[i]);

		if (at < n)
			p->table.col[p->table.n_cols++] = all[at];
	}
}

/* A socket list has fields in the place of columns. */
_Static_assert((int)F_COUNT <= (int)COL_COUNT, "a choice has room for every field");

/* Without a choice: those that are not only there to be chosen. */
static void leave_spare(struct table *t)
{
	unsigned n = 0;

	for (unsigned i = 0; i < t->n_cols; i++)
		if (!t->col[i].spare)
			t->col[n++] = t->col[i];
	t->n_cols = n;
}

void pane_make_columns(struct pane *p)
{
	struct table *t = &p->table;
	bool sorted = t->sort != TABLE_UNSORTED && t->sort < t->n_cols;
	uint8_t by = sorted ? t->col[t->sort].id : 0, usual;

	p->kind->columns(p);
	usual = t->col[p->kind->sort].id;
	if (p->n_choice > 0)
		apply_choice(p);
	else
		leave_spare(t);
	t->skip = 0;
	if (!p->kind->sortable)
		return;
	t->sort = sorted ? find_column(t->col, t->n_cols, by) : t->n_cols;
	if (t->sort < t->n_cols)
		return;
	/* Not sorted by what is not there. */
	t->sort = find_column(t->col, t->n_cols, usual);
	t->ascending = p->kind->ascending;
	if (t->sort == t->n_cols) {
		t->sort = 0;
		t->ascending = !t->col[0].right;
	}
}

unsigned pane_all_columns(struct pane *p, struct table_column all[TABLE_COLS])
{
	struct table shown = p->table;
	unsigned n;

	p->kind->columns(p);
	n = p->table.n_cols;
	memcpy(all, p->table.col, sizeof(p->table.col));
	p->table = shown;
	return n;
}

static bool is_usual(const struct pane *p, const struct table_column *all, unsigned n_all)
{
	unsigned same = 0;

	for (unsigned i = 0; i < n_all; i++) {
		if (all[i].spare)
			continue;
		if (same == p->n_choice || p->choice[same] != all[i].id)
			return false;
		same++;
	}
	return same == p->n_choice;
}

void pane_choose_columns(struct pane *p, const uint8_t *id, unsigned n)
{
	struct table_column all[TABLE_COLS];
	unsigned n_all = pane_all_columns(p, all), chosen = 0;

	p->choice[chosen++] = all[0].id;
	for (unsigned i = 0; i < n; i++)
		if (id[i] != all[0].id)
			p->choice[chosen++] = id[i];
	p->n_choice = chosen;
	/* What the kind shows anyway is no choice: it may grow. */
	if (is_usual(p, all, n_all))
		p->n_choice = 0;
	pane_make_columns(p);
	table_fit(&p->table, p->table.width, p->table.height + 1);
	table_sync(&p->table);
}
