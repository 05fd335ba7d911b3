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

bool pane_is_rate(const struct pane *p, unsigned id)
{
	if (p->kind->by == BY_SOCKET)
		return id == F_IN_RATE || id == F_OUT_RATE;
	return column_is_rate((enum column)id);
}

/* Not only there to be chosen. */
static bool is_shown(const struct pane *p, const struct table_column *col)
{
	return !col->spare || (p->rates && pane_is_rate(p, col->id));
}

/* Without a choice. */
static void leave_spare(struct pane *p)
{
	struct table *t = &p->table;
	unsigned n = 0;

	for (unsigned i = 0; i < t->n_cols; i++)
		if (is_shown(p, &t->col[i]))
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
		leave_spare(p);
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

bool pane_kind_has(const struct pane_kind *kind, unsigned id)
{
	struct pane p = {
		.kind = kind,
		.query.select = { .protos = PROTOS_ALL, .v4 = true, .v6 = true },
	};
	struct table_column all[TABLE_COLS];
	unsigned n = pane_all_columns(&p, all), i = 0;

	while (i < n && all[i].id != id)
		i++;
	return i < n;
}

static bool is_usual(const struct pane *p, const struct table_column *all, unsigned n_all)
{
	unsigned same = 0;

	for (unsigned i = 0; i < n_all; i++) {
		if (!is_shown(p, &all[i]))
			continue;
		if (same == p->n_choice || p->choice[same] != all[i].id)
			return false;
		same++;
	}
	return same == p->n_choice;
}

static void settle(struct pane *p)
{
	pane_make_columns(p);
	table_fit(&p->table, p->table.width, p->table.height + 1);
	table_sync(&p->table);
}

void pane_choose_columns(struct pane *p, const uint8_t *id, unsigned n)
{
	struct table_column all[TABLE_COLS];
	unsigned n_all = pane_all_columns(p, all), chosen = 0;

	p->choice[chosen++] = all[0].id;
	p->rates = false;
	for (unsigned i = 0; i < n; i++) {
		if (id[i] != all[0].id)
			p->choice[chosen++] = id[i];
		p->rates |= pane_is_rate(p, id[i]);
	}
	p->n_choice = chosen;
	/* What the kind shows anyway is no choice: it may grow. */
	if (is_usual(p, all, n_all))
		p->n_choice = 0;
	settle(p);
}

/* Where in the choice a column would stand: behind the last of those that are usually before it. */
static unsigned place_of(const struct pane *p, const struct table_column *all, unsigned at)
{
	while (at-- > 0)
		for (unsigned i = 0; i < p->n_choice; i++)
			if (p->choice[i] == all[at].id)
				return i + 1;
	return 0;
}

static void choose_rates(struct pane *p, bool on)
{
	struct table_column all[TABLE_COLS];
	unsigned n_all = pane_all_columns(p, all), n = 0;

	for (unsigned i = 0; i < p->n_choice; i++)
		if (!pane_is_rate(p, p->choice[i]))
			p->choice[n++] = p->choice[i];
	p->n_choice = n;
	for (unsigned i = 0; i < n_all && on; i++) {
		unsigned to;

		if (!pane_is_rate(p, all[i].id))
			continue;
		to = place_of(p, all, i);
		memmove(&p->choice[to + 1], &p->choice[to], p->n_choice++ - to);
		p->choice[to] = all[i].id;
	}
}

void pane_show_rates(struct pane *p, bool on)
{
	p->rates = on;
	if (p->n_choice > 0)
		choose_rates(p, on);
	settle(p);
}
