/* SPDX-License-Identifier: MIT */
/* The choice of columns, and columns that do not fit. */
#include "app_acts.h"
#include "app_state.h"
#include "sockeye/base/mem.h"

void app_act_columns(struct app *a)
{
	if (!app_focus(a)->kind->sortable) {
		app_say(a, "the states keep their columns");
		return;
	}
	chooser_open(&a->chooser, app_focus(a), a->set);
	a->asked = ASKED_COLUMNS;
	app_layout(a);
}

static void leave(struct app *a)
{
	a->asked = ASKED_NOTHING;
	app_layout(a);
}

static void say_fixed(struct app *a, bool done)
{
	if (!done)
		app_say(a, "it stays there");
}

bool app_columns_act(struct app *a, enum action act)
{
	struct chooser *ch = &a->chooser;

	if (table_move(&ch->table, act))
		return true;
	if (act == ACT_TOGGLE && !chooser_toggle(ch)) {
		app_say(a, "the first column names the rows: it stays");
	} else if (act == ACT_EARLIER || act == ACT_LATER) {
		say_fixed(a, chooser_shift(ch, act == ACT_EARLIER ? -1 : 1));
	} else if (act == ACT_RESET) {
		chooser_reset(ch, app_focus(a));
	} else if (act == ACT_BACK || act == ACT_QUIT) {
		leave(a);
	} else if (act == ACT_ACCEPT) {
		chooser_apply(ch, app_focus(a));
		leave(a);
		app_start_pane(a, app_focus(a));
	} else {
		return act == ACT_TOGGLE;
	}
	return true;
}

static void scroll(struct app *a, int step)
{
	if (!table_scroll(&app_focus(a)->table, step))
		app_say(a, step > 0 ? "this is the last column" : "this is the first column");
	/* What is shown now may need figures that the view has not. */
	app_layout(a);
}

/* ---- what is measured only for a column ------------------------------- */

static bool is_measured(const struct pane *p, unsigned id)
{
	return pane_is_rate(p, id) || (p->kind->by != BY_SOCKET && id == COL_IDLE);
}

/* Rows may be in order by a column that has no room. */
static bool shows_measures(const struct pane *p)
{
	const struct table *t = &p->table;

	if (t->sort < t->n_cols && is_measured(p, t->col[t->sort].id))
		return true;
	for (unsigned i = 0; i < t->shown; i++)
		if (is_measured(p, t->col[table_column_at(t, i)].id))
			return true;
	return false;
}

bool app_shows_measures(struct app *a)
{
	if (app_list(a) != NULL)
		return shows_measures(app_list(a));
	for (unsigned i = 0; i < PANE_COUNT; i++)
		if (a->layout.pane[i].h > 0 && shows_measures(&a->pane[i]))
			return true;
	return false;
}

static bool has_rates(const struct pane *p)
{
	for (unsigned i = 0; i < p->table.n_cols; i++)
		if (pane_is_rate(p, p->table.col[i].id))
			return true;
	return false;
}

/* In all lists at once: who follows bytes from a process to its sockets wants them there too. */
void app_act_rates(struct app *a)
{
	struct pane *const lists[] = { &a->pane[PANE_PROCESSES], &a->pane[PANE_REMOTES],
				       &a->listeners, &a->netns, &a->sockets };
	struct pane *focus = app_focus(a);
	bool on = !has_rates(focus->kind->sortable ? focus : lists[0]);

	if (a->screen == SCREEN_FLOOD) {
		app_say(a, "half-open connections have no bytes to count");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		pane_show_rates(lists[i], on);
	app_layout(a);
	app_start_views(a);
	app_say(a, on ? "bytes a second in and out, as soon as there are two samples of them"
		      : "no bytes a second any more");
}

void app_act_scroll_left(struct app *a)
{
	scroll(a, -1);
}

void app_act_scroll_right(struct app *a)
{
	scroll(a, 1);
}
