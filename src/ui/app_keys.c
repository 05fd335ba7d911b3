/* SPDX-License-Identifier: MIT */
/* What keys do. */
#include <stdlib.h>
#include <string.h>

#include "app_acts.h"
#include "app_state.h"
#include "help.h"
#include "sockeye/base/mem.h"
#include "status.h"

/* What i turns through; an interval between two of them goes on to the next. */
static const unsigned intervals_ms[] = { 500, 1000, 2000, 5000, 10000, 30000, 60000 };

static void refilter(struct app *a)
{
	struct err e;

	if (app_refilter(a, &e) < 0)
		app_tell(a, e.msg);
}

static void go_to(struct app *a, enum app_screen screen)
{
	a->screen = screen;
	app_layout(a);
}

/* ---- panes and rows ---- */

static void set_focus(struct app *a, unsigned pane)
{
	a->focus = pane;
	app_layout(a);
}

static void act_next_pane(struct app *a)
{
	set_focus(a, (a->focus + 1) % PANE_COUNT);
}

static void act_prev_pane(struct app *a)
{
	set_focus(a, (a->focus + PANE_COUNT - 1) % PANE_COUNT);
}

static void act_states(struct app *a)
{
	set_focus(a, PANE_STATES);
}

static void act_processes(struct app *a)
{
	set_focus(a, PANE_PROCESSES);
}

static void act_remotes(struct app *a)
{
	set_focus(a, PANE_REMOTES);
}

/* Whoever pins a state asks who has most of it. */
static void follow_states(struct app *a)
{
	pane_sort_by_count(&a->pane[PANE_PROCESSES]);
	pane_sort_by_count(&a->pane[PANE_REMOTES]);
}

static int add_pin(struct app *a, struct pane *p, uint32_t row, struct pin pin, struct err *e)
{
	char buf[FIELD_TEXT_SIZE];
	struct buf expr = { 0 };
	struct clean label;
	int rc;

	pane_row_expr(p, row, &expr, &label, buf);
	pin.order = ++a->pin_order;
	rc = pins_add(&p->pins, &pin, expr.s, label);
	buf_free(&expr);
	if (rc < 0)
		return err_set(e, rc, "no more than %d rows of a pane are pinned at once",
			       PINS_MAX);
	if (p == &a->pane[PANE_STATES])
		follow_states(a);
	rc = app_refilter(a, e);
	if (rc < 0)
		pins_remove(&p->pins, p->pins.n - 1);
	return rc;
}

/* A row that is pinned the other way is turned round. */
static void pin_row(struct app *a, bool negated)
{
	struct pane *p = app_focus(a);
	uint32_t row = table_cursor_row(&p->table);
	struct err e = { 0 };
	bool again = false;
	uint64_t id;
	size_t pinned;

	if (row == IDX_NONE) {
		app_say(a, "there is no row here");
		return;
	}
	id = p->table.ops->row_id(p, row);
	pinned = pins_find(&p->pins, id);
	table_hold(&p->table);
	if (pinned != PIN_NONE) {
		again = p->pins.pin[pinned].negated == negated;
		p->pins.pin[pinned].negated = negated;
	}
	if (again)
		pins_remove(&p->pins, pinned);
	else if (pinned == PIN_NONE)
		add_pin(a, p, row, (struct pin){ .id = id, .negated = negated }, &e);
	pane_pins_changed(p);
	refilter(a);
	if (e.code < 0)
		app_tell(a, e.msg);
}

static void act_pin(struct app *a)
{
	pin_row(a, false);
}

static void act_pin_not(struct app *a)
{
	pin_row(a, true);
}

void app_open_sockets(struct app *a, const char *expr, unsigned drill_pane)
{
	buf_reset(&a->drill);
	buf_str(&a->drill, expr);
	a->drill_pane = drill_pane;
	if (a->screen != SCREEN_SOCKETS)
		a->parent = a->screen;
	pane_forget(&a->sockets);
	go_to(a, SCREEN_SOCKETS);
	refilter(a);
	/* The expression may be that of the last visit, which started nothing. */
	if (!view_busy(a->sockets.view))
		app_start_pane(a, &a->sockets);
}

static void act_open(struct app *a)
{
	struct pane *p = app_focus(a);
	uint32_t row = table_cursor_row(&p->table);
	char buf[FIELD_TEXT_SIZE];
	struct buf expr = { 0 };
	struct clean label;

	if (row == IDX_NONE) {
		app_say(a, "there is no row here");
		return;
	}
	pane_row_expr(p, row, &expr, &label, buf);
	app_open_sockets(a, expr.s,
			 a->screen == SCREEN_OVERVIEW ? a->focus
			 : a->screen == SCREEN_FLOOD  ? PANE_FLOOD
						      : PANE_NONE);
	buf_free(&expr);
}

static void act_listeners(struct app *a)
{
	go_to(a, SCREEN_LISTENERS);
	refilter(a);
	if (!view_busy(a->listeners.view))
		app_start_pane(a, &a->listeners);
}

static void act_netns(struct app *a)
{
	go_to(a, SCREEN_NETNS);
	refilter(a);
	if (!view_busy(a->netns.view))
		app_start_pane(a, &a->netns);
	/* Else it stands beneath the list. */
	if (app_other_netns(a) != NULL && a->layout.info.h == 0)
		app_say(a, "%s", app_other_netns(a));
}

bool app_by_containers(const struct app *a)
{
	return by_is_place(a->netns.kind->by);
}

const char *app_other_netns(const struct app *a)
{
	switch (a->netns_looked) {
	case NETNS_UNTOLD:
	case NETNS_OWN:
		return "only our own namespace: --all-netns shows all";
	case NETNS_ONE:
		return "one namespace (-N): --all-netns shows all";
	case NETNS_ALL:
		break;
	}
	return NULL;
}

static void act_containers(struct app *a)
{
	pane_set_kind(&a->netns, app_next_kind(a->netns.kind));
	app_layout(a);
	app_start_pane(a, &a->netns);
}

/* ---- what processes are grouped by ---- */

/*
 * The pins of the pane go: a row of the new grouping is not what was pinned, and the rows of the
 * old one could not be unpinned any more.
 */
static void act_group_by(struct app *a)
{
	struct pane *p = &a->pane[PANE_PROCESSES];
	bool pinned = p->pins.n > 0;

	pane_set_kind(p, app_next_kind(p->kind));
	set_focus(a, PANE_PROCESSES);
	app_start_pane(a, p);
	refilter(a);
	if (pinned)
		app_say(a, "the pins were of other rows: they are gone");
}

/* ---- back ---- */

static void leave_list(struct app *a)
{
	enum app_screen to = a->screen == SCREEN_SOCKETS ? a->parent : SCREEN_OVERVIEW;

	pane_forget(app_list(a));
	go_to(a, to);
	refilter(a);
	app_start_views(a);
}

static void act_flood(struct app *a)
{
	if (a->screen == SCREEN_FLOOD) {
		leave_list(a);
		return;
	}
	go_to(a, SCREEN_FLOOD);
	app_flood_make(a);
	refilter(a);
	if (!view_busy(a->flood.view))
		app_start_pane(a, &a->flood);
}

static bool unpin_last(struct app *a)
{
	struct pane *last = NULL;

	/* Pins of a pane stand in the order in which they were made. */
	for (unsigned i = 0; i < PINNED_PANES; i++) {
		struct pane *p = app_pinned(a, i);

		if (p->pins.n > 0 &&
		    (last == NULL ||
		     p->pins.pin[p->pins.n - 1].order > last->pins.pin[last->pins.n - 1].order))
			last = p;
	}
	if (last == NULL)
		return false;
	pins_remove(&last->pins, last->pins.n - 1);
	pane_pins_changed(last);
	refilter(a);
	return true;
}

static void act_back(struct app *a)
{
	if (a->screen != SCREEN_OVERVIEW)
		leave_list(a);
	else if (!unpin_last(a))
		app_say(a, "this is the first screen; q quits");
}

static void act_quit(struct app *a)
{
	if (a->screen != SCREEN_OVERVIEW)
		leave_list(a);
	else
		a->done = true;
}

static void act_clear(struct app *a)
{
	app_set_filter(a, "");
	refilter(a);
}

/* ---- sorting ---- */

static bool can_sort(struct app *a)
{
	if (!app_focus(a)->kind->sortable)
		app_say(a, "the states keep their order");
	return app_focus(a)->kind->sortable;
}

static void sort_step(struct app *a, int step)
{
	if (!can_sort(a))
		return;
	table_sort_step(&app_focus(a)->table, step);
	app_start_pane(a, app_focus(a));
}

static void act_sort_next(struct app *a)
{
	sort_step(a, 1);
}

static void act_sort_prev(struct app *a)
{
	sort_step(a, -1);
}

static void act_sort_reverse(struct app *a)
{
	struct pane *p = app_focus(a);

	if (!can_sort(a))
		return;
	p->table.ascending = !p->table.ascending;
	app_start_pane(a, p);
}

/* ---- looking ---- */

static void act_zoom(struct app *a)
{
	if (!a->zoom && a->layout.form != FORM_SPLIT) {
		app_say(a, "the screen has room for one pane only");
		return;
	}
	a->zoom = !a->zoom;
	app_layout(a);
}

static void act_follow(struct app *a)
{
	struct pane *p = app_focus(a);
	uint32_t row = table_cursor_row(&p->table);

	if (p->follow != 0)
		pane_follow(p, 0);
	else if (row == IDX_NONE)
		app_say(a, "there is no row here");
	else
		pane_follow(p, p->table.cursor_id);
}

/* ---- time and program ---- */

static void act_pause(struct app *a)
{
	a->paused = !a->paused;
	if (a->paused)
		return;
	/* What the pause put off. */
	app_tick(a, a->now_ms);
	app_notice(a);
	app_adopt(a);
}

static void act_interval(struct app *a)
{
	unsigned next = intervals_ms[0];

	for (size_t i = ARRAY_SIZE(intervals_ms); i-- > 0;)
		if (intervals_ms[i] > a->pace.asked_ms)
			next = intervals_ms[i];
	pace_ask(&a->pace, next);
	a->want_changed = true;
}

static void act_help(struct app *a)
{
	a->help = true;
	a->help_page = 0;
}

static void act_status(struct app *a)
{
	a->status = true;
	a->status_top = 0;
}

static void act_save(struct app *a)
{
	a->save = true;
}

static void act_redraw(struct app *a)
{
	a->redraw = true;
}

static void act_suspend(struct app *a)
{
	a->suspend = true;
}

/* Those of a table are not here: the table does them. */
static void (*const acts[ACT_COUNT])(struct app *a) = {
	[ACT_NEXT_PANE] = act_next_pane,
	[ACT_PREV_PANE] = act_prev_pane,
	[ACT_PANE_STATES] = act_states,
	[ACT_PANE_PROCESSES] = act_processes,
	[ACT_PANE_REMOTES] = act_remotes,
	[ACT_LISTENERS] = act_listeners,
	[ACT_NETNS] = act_netns,
	[ACT_CONTAINERS] = act_containers,
	[ACT_FLOOD] = act_flood,
	[ACT_COPY] = app_act_copy,
	[ACT_GROUP_BY] = act_group_by,
	[ACT_PREFIXES] = app_act_prefixes,
	[ACT_OWN] = app_act_own,
	[ACT_FAMILIES] = app_act_families,
	[ACT_NAMES] = app_act_names,
	[ACT_STATUS] = act_status,
	[ACT_PIN] = act_pin,
	[ACT_PIN_NOT] = act_pin_not,
	[ACT_FILTER] = app_act_filter,
	[ACT_OPEN] = act_open,
	[ACT_DETAIL] = app_act_detail,
	[ACT_EXPLAIN] = app_act_explain,
	[ACT_BACK] = act_back,
	[ACT_CLEAR] = act_clear,
	[ACT_SS] = app_act_ss,
	[ACT_SORT_NEXT] = act_sort_next,
	[ACT_SORT_PREV] = act_sort_prev,
	[ACT_SORT_REVERSE] = act_sort_reverse,
	[ACT_FIND] = app_act_find,
	[ACT_FIND_NEXT] = app_act_find_next,
	[ACT_FIND_PREV] = app_act_find_prev,
	[ACT_FOLLOW] = act_follow,
	[ACT_COLUMNS] = app_act_columns,
	[ACT_RATES] = app_act_rates,
	[ACT_SCROLL_LEFT] = app_act_scroll_left,
	[ACT_SCROLL_RIGHT] = app_act_scroll_right,
	[ACT_ZOOM] = act_zoom,
	[ACT_PAUSE] = act_pause,
	[ACT_INTERVAL] = act_interval,
	[ACT_MOUSE] = app_act_mouse,
	[ACT_HELP] = act_help,
	[ACT_SAVE] = act_save,
	[ACT_REDRAW] = act_redraw,
	[ACT_SUSPEND] = act_suspend,
	[ACT_QUIT] = act_quit,
};

/* ---- keys ---- */

static void help_key(struct app *a, struct key k)
{
	struct help h = { .ctx = app_context(a),
			  .pane = app_reads(a) ? NULL : app_focus(a),
			  .set = a->set };
	unsigned last = help_pages(&h, a->w, a->h) - 1;
	enum action act = keymap_find(CTX_HELP, k);

	if (act == ACT_PAGE_DOWN || act == ACT_DOWN)
		a->help_page += a->help_page < last;
	else if (act == ACT_PAGE_UP || act == ACT_UP)
		a->help_page -= a->help_page > 0;
	else if (act == ACT_FIRST)
		a->help_page = 0;
	else if (act == ACT_LAST)
		a->help_page = last;
	else if (act == ACT_REDRAW || act == ACT_SUSPEND)
		acts[act](a);
	else
		a->help = false;
}

static void status_key(struct app *a, struct key k)
{
	struct status s = app_status(a);
	enum action act = keymap_find(CTX_HELP, k);

	if (status_scroll(&s, act, a->w, a->h))
		a->status_top = s.top;
	else if (act == ACT_REDRAW || act == ACT_SUSPEND)
		acts[act](a);
	else
		a->status = false;
}

static void say_unknown(struct app *a, struct key k)
{
	char name[KEY_NAME_SIZE], buf[KEY_NAME_SIZE * 8];

	if (k.code == KEYC_UNKNOWN) {
		app_say(a, "that key does nothing here; ? helps");
		return;
	}
	/* A character that the screen cannot show is escaped. */
	key_name(k, name);
	app_say(a, "%s does nothing here; ? helps",
		text_clean(name, strlen(name), a->set, buf, sizeof(buf)).s);
}

static bool acts_on_rows(enum action act)
{
	return action_table[act].section == SECTION_MOVE || act == ACT_PIN || act == ACT_PIN_NOT ||
	       act == ACT_OPEN || act == ACT_DETAIL || act == ACT_COPY || act == ACT_EXPLAIN;
}

/* Whether nothing is left of the row under the cursor that this could be done to. */
static bool cursor_is_gone(const struct pane *p, enum action act)
{
	uint32_t row = table_cursor_row(&p->table);

	if (p->table.gone || row == IDX_NONE || !pane_is_gone(p, row))
		return p->table.gone;
	/* A pin can be taken off it. */
	return (act != ACT_PIN && act != ACT_PIN_NOT) ||
	       pins_find(&p->pins, p->table.cursor_id) == PIN_NONE;
}

/* What is meant for the row that a search will find; any other key ends the search. */
static bool acts_on_found(enum action act)
{
	return act == ACT_PIN || act == ACT_PIN_NOT || act == ACT_OPEN || act == ACT_DETAIL ||
	       act == ACT_EXPLAIN || act == ACT_FOLLOW || act == ACT_FIND_NEXT ||
	       act == ACT_FIND_PREV;
}

/* A key for the screen itself. */
static void screen_key(struct app *a, struct key k)
{
	struct pane *p = app_focus(a);
	enum action act = keymap_find(app_context(a), k);
	bool gone;

	if (acts_on_rows(act))
		app_await(a, p);
	if (acts_on_found(act))
		app_find_await(a);
	a->find.running = false;
	gone = cursor_is_gone(p, act);
	table_settle(&p->table);
	/* What acts on the row acts on the one that was seen, not on its neighbour. */
	if (gone &&
	    (act == ACT_PIN || act == ACT_PIN_NOT || act == ACT_OPEN || act == ACT_DETAIL)) {
		app_say(a, "that row is gone");
	} else if (act == ACT_NONE) {
		say_unknown(a, k);
	} else if (table_move(&p->table, act)) {
		pane_follow(p, 0);
		app_hold(a);
	} else {
		acts[act](a);
	}
}

/* On a page; of the other actions, those of the program go on. */
static void page_key(struct app *a, struct key k)
{
	enum action act = keymap_find(app_context(a), k);

	if (act == ACT_NONE)
		say_unknown(a, k);
	else if (!app_page_act(a, act))
		acts[act](a);
}

/* What is asked takes its own keys; of the others, those of the program go on. */
static void asked_key(struct app *a, struct key k)
{
	enum action act = keymap_find(app_context(a), k);
	bool done = false;

	switch (a->asked) {
	case ASKED_NOTHING:
		break;
	case ASKED_FIND:
		done = app_prompt_key(a, k);
		break;
	case ASKED_COLUMNS:
		done = app_columns_act(a, act);
		break;
	case ASKED_FILTER:
		done = app_filter_key(a, k);
		break;
	}
	if (done)
		return;
	if (acts[act] != NULL)
		acts[act](a);
	else
		say_unknown(a, k);
}

void app_key(struct app *a, struct key k, int64_t now_ms)
{
	app_tick(a, now_ms);
	a->message[0] = '\0';
	a->remark[0] = '\0';
	if (key_is_mouse(k) && !app_mouse(a, key_mouse(k), &k))
		return;
	if (a->copying)
		app_copy_key(a, k);
	else if (a->help)
		help_key(a, k);
	else if (a->on_ss)
		app_ss_key(a, k);
	else if (a->status)
		status_key(a, k);
	else if (a->asked != ASKED_NOTHING)
		asked_key(a, k);
	else if (app_reads(a))
		page_key(a, k);
	else
		screen_key(a, k);
}
