/* SPDX-License-Identifier: MIT */
/* What the mouse does: nothing that keys could not, and nothing that cannot be undone. */
#include "app_acts.h"
#include "app_state.h"
#include "sockeye/base/index.h"

/* A second press on a row within this time is Enter. */
#define TWICE_MS   400
#define WHEEL_ROWS 3

void app_act_mouse(struct app *a)
{
	a->mouse = !a->mouse;
	a->mouse_changed = true;
	app_say(a, a->mouse ? "mouse on; m again: off" : "mouse off");
}

bool app_wants_mouse(struct app *a, bool *on)
{
	bool changed = a->mouse_changed;

	a->mouse_changed = false;
	*on = a->mouse;
	return changed;
}

static bool inside(struct rect r, struct mouse m)
{
	return m.x >= r.x && m.x < r.x + r.w && m.y >= r.y && m.y < r.y + r.h;
}

/* The pane under the pointer and where it is, or NULL. */
static struct pane *pane_at(struct app *a, struct mouse m, struct rect *r)
{
	if (app_list(a) != NULL) {
		*r = a->layout.list;
		return inside(*r, m) ? app_list(a) : NULL;
	}
	for (unsigned i = 0; i < PANE_COUNT; i++) {
		*r = a->layout.pane[i];
		if (inside(*r, m))
			return &a->pane[i];
	}
	return NULL;
}

static void sort_by(struct app *a, struct pane *p, unsigned col)
{
	struct table *t = &p->table;

	if (!p->kind->sortable || col >= t->n_cols || t->col[col].unsorted)
		return;
	if (t->sort == col)
		t->ascending = !t->ascending;
	else
		table_sort_by(t, col);
	app_start_pane(a, p);
}

static bool is_second(const struct app *a, struct mouse m)
{
	return a->now_ms - a->pressed_ms < TWICE_MS && a->pressed.x == m.x && a->pressed.y == m.y;
}

/* True: the row was pressed twice. */
static bool press_row(struct app *a, struct table *t, uint32_t row, struct mouse m)
{
	bool second = is_second(a, m);

	if (row == IDX_NONE)
		return false;
	/* A third press does not begin with the second. */
	a->pressed = m;
	a->pressed_ms = second ? INT64_MIN / 2 : a->now_ms;
	if (second)
		return true;
	table_go(t, row);
	return false;
}

static bool press_pane(struct app *a, struct pane *p, struct rect r, struct mouse m)
{
	if (m.y == r.y) {
		sort_by(a, p, table_column_under(&p->table, m.x - r.x));
		return false;
	}
	if (press_row(a, &p->table, table_row_under(&p->table, m.y - r.y), m))
		return true;
	pane_follow(p, 0);
	app_hold(a);
	return false;
}

static int wheel_rows(struct mouse m)
{
	return m.did == MOUSE_WHEEL_UP ? -WHEEL_ROWS : WHEEL_ROWS;
}

static void mouse_in_choice(struct app *a, struct mouse m)
{
	struct table *t = &a->chooser.table;
	struct rect r = a->layout.list;
	uint32_t row = inside(r, m) ? table_row_under(t, m.y - r.y) : IDX_NONE;

	if (m.did != MOUSE_PRESS)
		table_roll(t, wheel_rows(m));
	else if (row != IDX_NONE)
		table_go(t, row);
}

static void roll_page(struct app *a, struct mouse m)
{
	for (int i = 0; m.did != MOUSE_PRESS && i < WHEEL_ROWS; i++)
		app_page_act(a, m.did == MOUSE_WHEEL_UP ? ACT_UP : ACT_DOWN);
}

bool app_mouse(struct app *a, struct mouse m, struct key *k)
{
	struct rect r;
	struct pane *p;

	*k = (struct key){ KEYC_ENTER };
	if (!a->mouse || a->copying || a->help || a->status || a->asked == ASKED_FIND)
		return false;
	if (app_reads(a)) {
		roll_page(a, m);
		return false;
	}
	if (a->asked == ASKED_COLUMNS) {
		mouse_in_choice(a, m);
		return false;
	}
	a->find.running = false;
	p = pane_at(a, m, &r);
	if (p == NULL)
		return false;
	if (m.did != MOUSE_PRESS) {
		table_roll(&p->table, wheel_rows(m));
		pane_follow(p, 0);
		app_hold(a);
		return false;
	}
	for (unsigned i = 0; i < PANE_COUNT; i++)
		if (p == &a->pane[i])
			a->focus = i;
	return press_pane(a, p, r, m);
}
