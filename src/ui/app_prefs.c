/* SPDX-License-Identifier: MIT */
/* What the user may want again the next time: read from the panes, and given to them. */
#include <errno.h>
#include <string.h>

#include "app_state.h"

#define KINDS_MAX 5

/* What may show the list, NULL behind the last. */
static const struct pane_kind *const kinds[LIST_COUNT][KINDS_MAX + 1] = {
	[LIST_PROCESSES] = { &kind_processes, &kind_programs, &kind_users, &kind_containers,
			     &kind_units },
	[LIST_REMOTES] = { &kind_remotes },
	[LIST_LISTENERS] = { &kind_listeners },
	[LIST_NAMESPACES] = { &kind_netns, &kind_netns_containers },
	[LIST_SOCKETS] = { &kind_sockets },
};

static struct pane *pane_of(struct app *a, enum pref_list list)
{
	switch (list) {
	case LIST_PROCESSES:
		return &a->pane[PANE_PROCESSES];
	case LIST_REMOTES:
		return &a->pane[PANE_REMOTES];
	case LIST_LISTENERS:
		return &a->listeners;
	case LIST_NAMESPACES:
		return &a->netns;
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

/* ---- of the panes ---- */

static void group_list(struct pane *p, enum pref_list list, enum by by)
{
	for (unsigned k = 0; kinds[list][k] != NULL; k++)
		if (kinds[list][k]->by == by && kinds[list][k] != p->kind)
			pane_set_kind(p, kinds[list][k]);
}

static void sort_list(struct pane *p, const struct app_sort *sort)
{
	unsigned col = find_column(&p->table, sort->column);

	if (!sort->given || col == TABLE_UNSORTED)
		return;
	p->table.sort = col;
	p->table.ascending = sort->ascending;
}

void app_apply_prefs(struct app *a, const struct app_prefs *prefs)
{
	app_set_remotes(a, prefs->remotes, prefs->show_own);
	for (size_t i = 0; i < prefs->n_filters; i++)
		prompt_history_add(&a->ask.history, prefs->filters[i]);
	/* The order last: it may be by a column that only this grouping and this choice have. */
	for (unsigned i = 0; i < LIST_COUNT; i++) {
		struct pane *p = pane_of(a, (enum pref_list)i);

		group_list(p, (enum pref_list)i, prefs->group[i]);
		if (prefs->columns[i].n > 0)
			pane_choose_columns(p, prefs->columns[i].id, prefs->columns[i].n);
		sort_list(p, &prefs->sort[i]);
	}
}

/* What the kind shows by itself is not kept, but where bytes a second are among it. */
static void get_columns(const struct pane *p, struct app_columns *c)
{
	c->n = (uint8_t)p->n_choice;
	memcpy(c->id, p->choice, p->n_choice);
	if (p->n_choice > 0 || !p->rates)
		return;
	for (unsigned i = 0; i < p->table.n_cols; i++)
		c->id[c->n++] = p->table.col[i].id;
}

void app_get_prefs(struct app *a, struct app_prefs *prefs)
{
	*prefs = (struct app_prefs){ .interval_ms = a->pace.asked_ms,
				     .remotes = a->remotes,
				     .show_own = a->show_own,
				     .filters = (const char *const *)a->ask.history.text,
				     .n_filters = a->ask.history.n };
	for (unsigned i = 0; i < LIST_COUNT; i++) {
		const struct pane *p = pane_of(a, (enum pref_list)i);
		const struct table *t = &p->table;

		prefs->group[i] = p->kind->by;
		get_columns(p, &prefs->columns[i]);
		if (t->sort == TABLE_UNSORTED)
			continue;
		prefs->sort[i] = (struct app_sort){ .given = true,
						    .column = t->col[t->sort].id,
						    .ascending = t->ascending };
	}
}

/* ---- by name ---- */

int app_sort_by_name(enum pref_list list, const char *s, size_t len)
{
	for (unsigned i = 0; kinds[list][i] != NULL; i++) {
		int id = sort_by_name(kinds[list][i]->by, s, len);

		if (id >= 0 && pane_kind_has(kinds[list][i], (unsigned)id))
			return id;
	}
	return -1;
}

static int find_name(enum pref_list list, const char *s, size_t len)
{
	int id = list == LIST_SOCKETS ? field_by_name(s, len) : column_by_name(s, len);

	for (unsigned i = 0; id >= 0 && kinds[list][i] != NULL; i++)
		if (pane_kind_has(kinds[list][i], (unsigned)id))
			return id;
	return -1;
}

const char *app_column_name(enum pref_list list, uint8_t column)
{
	if (list == LIST_SOCKETS)
		return field_table[column].name;
	return column_info((enum column)column)->name;
}

int app_add_columns(struct app_columns *c, enum pref_list list, const char *names, struct err *e)
{
	static const char blanks[] = " \t";
	struct app_columns all = *c;
	const char *name = names;

	for (;;) {
		const char *end = name + strcspn(name, ",");
		size_t len;
		int id;

		name += strspn(name, blanks);
		len = strcspn(name, " \t,");
		if (name + len + strspn(name + len, blanks) != end)
			len = 0; /* two words are no name */
		id = find_name(list, name, len);
		if (id < 0)
			return err_set(e, -EINVAL, "not a column of this list");
		if (memchr(all.id, id, all.n) != NULL)
			return err_set(e, -EINVAL, "a column is there twice");
		/* Each column once: there is room for all that there are. */
		all.id[all.n++] = (uint8_t)id;
		if (*end == '\0')
			break;
		name = end + 1;
	}
	*c = all;
	return 0;
}

/* Its place among what may show the list. */
static unsigned kind_index(enum pref_list list, const struct pane_kind *k)
{
	unsigned i = 0;

	while (kinds[list][i] != NULL && kinds[list][i] != k)
		i++;
	return i;
}

const struct pane_kind *app_next_kind(const struct pane_kind *k)
{
	for (unsigned list = 0; list < LIST_COUNT; list++) {
		unsigned i = kind_index((enum pref_list)list, k);

		if (kinds[list][i] == k)
			return kinds[list][i + 1] != NULL ? kinds[list][i + 1] : kinds[list][0];
	}
	return k;
}

bool app_can_group(enum pref_list list, enum by by)
{
	bool found = false;

	for (unsigned k = 0; kinds[list][k] != NULL; k++)
		found |= kinds[list][k]->by == by;
	return found && kinds[list][1] != NULL;
}
