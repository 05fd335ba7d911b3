/* SPDX-License-Identifier: MIT */
/*
 * Names in the place of addresses and ports, which the user switches on. What is drawn is only looked
 * up; asked for is what stands on the screen, and nothing else.
 */
#include "app_acts.h"
#include "app_state.h"

static void each_pane(struct app *a, void (*visit)(struct pane *p, const struct namer *n),
		      const struct namer *n)
{
	struct pane *others[] = { &a->listeners, &a->netns, &a->sockets, &a->flood };

	for (unsigned i = 0; i < PANE_COUNT; i++)
		visit(&a->pane[i], n);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		visit(others[i], n);
}

static void set_namer(struct pane *p, const struct namer *n)
{
	p->namer = n;
}

void app_set_names(struct app *a, bool on)
{
	a->names = on && a->namer != NULL;
	each_pane(a, set_namer, a->names ? a->namer : NULL);
}

void app_act_names(struct app *a)
{
	app_set_names(a, !a->names);
	app_watched_remake(a);
	if (a->namer == NULL)
		app_say(a, "there is nobody to ask for names");
	else
		app_say(a, a->names ? "names: DNS is asked for what is shown"
				    : "addresses and ports as numbers");
}

static void ask_pane(const struct pane *p)
{
	const struct table *t = &p->table;
	uint32_t rows = pane_shown_rows(p);

	for (uint32_t row = t->top; row < rows && row < t->top + (uint32_t)t->height; row++) {
		const struct pin *pin;
		uint32_t at = pane_view_row(p, row, &pin);

		if (at == IDX_NONE)
			continue;
		if (p->kind->by == BY_SOCKET)
			namer_ask_row(p->namer, view_snap(p->view), view_sock(p->view, at));
		else
			namer_ask(p->namer, pane_named_addr(p, view_group(p->view, at)));
	}
}

void app_ask_names(struct app *a)
{
	const struct pane *list = app_list(a);

	if (!a->names || app_busy(a))
		return;
	if (list != NULL) {
		ask_pane(list);
		return;
	}
	for (unsigned i = 0; i < PANE_COUNT; i++)
		if (a->layout.pane[i].h > 0)
			ask_pane(&a->pane[i]);
}
