/* SPDX-License-Identifier: MIT */
/* Find as you type. */
#include "app_acts.h"
#include "app_state.h"

/* Rows that are looked at before a key can overtake: a few milliseconds. */
#define FIND_SLICE 2048

static const char *newest(const struct app *a)
{
	return a->finds.n > 0 ? a->finds.text[a->finds.n - 1] : "";
}

/* From the row that the prompt was opened on. */
static void find_typed(struct app *a)
{
	struct table *t = &app_focus(a)->table;

	table_return(t, &a->found_from);
	a->find_missed = false;
	find_set(&a->find, a->prompt.text, a->set);
	find_begin(&a->find, t, t->cursor, 1);
}

void app_act_find(struct app *a)
{
	a->found_from = table_place(&app_focus(a)->table);
	a->find_missed = false;
	a->asked = ASKED_FIND;
	prompt_open(&a->prompt, "Find", &a->finds, "");
	app_layout(a);
}

static void find_on(struct app *a, int step)
{
	const struct table *t = &app_focus(a)->table;

	if (newest(a)[0] == '\0') {
		app_say(a, "nothing was looked for yet: / asks");
		return;
	}
	find_set(&a->find, newest(a), a->set);
	find_begin_after(&a->find, t, t->cursor, step);
}

void app_act_find_next(struct app *a)
{
	find_on(a, 1);
}

void app_act_find_prev(struct app *a)
{
	find_on(a, -1);
}

static void close_prompt(struct app *a)
{
	a->asked = ASKED_NOTHING;
	app_layout(a);
}

static void accept(struct app *a)
{
	bool again = a->prompt.text[0] == '\0', missed = a->find_missed;

	prompt_history_add(&a->finds, a->prompt.text);
	close_prompt(a);
	if (again)
		find_on(a, 1);
	else if (missed)
		app_say(a, "not found");
}

static void cancel(struct app *a)
{
	a->find.running = false;
	table_return(&app_focus(a)->table, &a->found_from);
	close_prompt(a);
}

bool app_prompt_key(struct app *a, struct key k)
{
	switch (prompt_key(&a->prompt, k)) {
	case PROMPT_REFUSED:
		return false;
	case PROMPT_MOVED:
		break;
	case PROMPT_CHANGED:
		find_typed(a);
		app_hold(a);
		break;
	case PROMPT_ACCEPTED:
		accept(a);
		break;
	case PROMPT_CANCELLED:
		cancel(a);
		break;
	}
	return true;
}

static void tell_end(struct app *a, enum find_result result)
{
	if (result == FIND_NONE && a->asked == ASKED_FIND)
		a->find_missed = true;
	else if (result == FIND_NONE)
		app_say(a, "not found");
	else if (a->find.wrapped)
		app_say(a, a->find.step > 0 ? "on from the top" : "on from the end");
}

static void work(struct app *a, uint32_t budget)
{
	struct pane *p = app_focus(a);
	uint32_t row;
	enum find_result result = find_step(&a->find, &p->table, budget, &row);

	if (result == FIND_MORE)
		return;
	tell_end(a, result);
	if (result != FIND_HIT)
		return;
	pane_follow(p, 0);
	table_go(&p->table, row);
	app_hold(a);
}

void app_find_work(struct app *a)
{
	work(a, FIND_SLICE);
}

void app_find_await(struct app *a)
{
	if (a->find.running)
		work(a, UINT32_MAX);
}
