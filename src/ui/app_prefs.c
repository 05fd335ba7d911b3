/* SPDX-License-Identifier: MIT */
/* What the user may want again the next time: read from the panes, and given to them. */
#include "app_state.h"

#define KINDS_MAX 3

/* What may show the list, NULL behind the last. */
static const struct pane_kind *const kinds[LIST_COUNT][KINDS_MAX + 1] = {
	[LIST_PROCESSES] = { &kind_processes, &kind_programs, &kind_users },
	[LIST_REMOTES] = { &kind_remotes },
	[LIST_SOCKETS] = { &kind_sockets },
};

static struct pane *pane_of(struct app *a, enum pref_list list)
{
	switch (list) {
	case LIST_PROCESSES:
		return &a->pane[PANE_PROCESSES];
	case LIST_REMOTES:
		return &a->pane[PANE_REMOTES];
	case LIST_SOCKETS:
	case LIST_COUNT:
		break;
	}
	return &a->sockets;
}

/* Its place in the table, or TABLE_UNSORTED. */
static unsigned find_column(const struct table *t, int id)
{
	for (unsigned i = 0; i < t->n_cols; i++)
		if (t->col[i].id == id)
			return i;
	return TABLE_UNSORTED;
}

void app_sort_lists(struct app *a, const struct app_sort sort[LIST_COUNT])
{
	for (unsigned i = 0; i < LIST_COUNT; i++) {
		struct table *t = &pane_of(a, (enum pref_list)i)->table;
		unsigned col = find_column(t, sort[i].column);

		if (!sort[i].given || col == TABLE_UNSORTED)
			continue;
		t->sort = col;
		t->ascending = sort[i].ascending;
	}
}

void app_get_prefs(struct app *a, struct app_prefs *p)
{
	*p = (struct app_prefs){ .interval_ms = a->interval_ms };
	for (unsigned i = 0; i < LIST_COUNT; i++) {
		const struct table *t = &pane_of(a, (enum pref_list)i)->table;

		if (t->sort == TABLE_UNSORTED)
			continue;
		p->sort[i] = (struct app_sort){ .given = true,
						.column = t->col[t->sort].id,
						.ascending = t->ascending };
	}
}

/* Which columns there are only a pane knows. */
static int kind_column(const struct pane_kind *kind, const char *s, size_t len)
{
	const struct select all = { .v4 = true, .v6 = true };
	int id = sort_by_name(kind->by, s, len);
	struct pane p;

	pane_init(&p, kind, &all, TEXT_ASCII);
	if (id >= 0 && find_column(&p.table, id) == TABLE_UNSORTED)
		id = -1;
	pane_free(&p);
	return id;
}

int app_sort_by_name(enum pref_list list, const char *s, size_t len)
{
	int id = -1;

	for (unsigned i = 0; id < 0 && kinds[list][i] != NULL; i++)
		id = kind_column(kinds[list][i], s, len);
	return id;
}

const char *app_sort_name(enum pref_list list, uint8_t column)
{
	if (list == LIST_SOCKETS)
		return field_table[column].name;
	return column_info((enum column)column)->name;
}

void app_print_columns(struct app *a, enum pref_list list, struct buf *out)
{
	pane_print_columns(pane_of(a, list), out);
}

int app_set_columns(struct app *a, enum pref_list list, const char *names, struct err *e)
{
	int rc = pane_parse_columns(pane_of(a, list), names, e);

	/* The columns may need figures that the view has not, or it may be sorted by another. */
	if (rc == 0)
		app_start_views(a);
	return rc;
}
