/* SPDX-License-Identifier: MIT */
/* The choice of columns, and columns that do not fit. */
#include "app_acts.h"
#include "app_state.h"

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

void app_act_scroll_left(struct app *a)
{
	scroll(a, -1);
}

void app_act_scroll_right(struct app *a)
{
	scroll(a, 1);
}
