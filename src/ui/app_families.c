/* SPDX-License-Identifier: MIT */
/* Which families of sockets are shown: what the program was started with, and more of them. */
#include "app_acts.h"
#include "app_state.h"

/* What a key adds to what was chosen at the start, one after the other. */
static const struct {
	unsigned protos;
	const char *said;
} steps[] = {
	{ 0, "the sockets that were chosen at the start" },
	{ PROTO_BIT(PROTO_UNIX), "UNIX sockets as well" },
	{ PROTOS_ALL, "sockets of all families" },
};

static void show(struct app *a, unsigned protos)
{
	struct pane *const lists[] = { &a->listeners, &a->netns, &a->sockets, &a->flood };

	a->select.protos = protos;
	for (unsigned i = 0; i < PANE_COUNT; i++)
		pane_select(&a->pane[i], &a->select);
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		pane_select(lists[i], &a->select);
	a->want_changed = a->thinning.asked_now = true;
	app_layout(a);
	if (a->shown != NULL)
		app_start_views(a);
}

void app_act_families(struct app *a)
{
	unsigned before = a->select.protos;

	/* A step that adds nothing is none. */
	do {
		a->families = (a->families + 1) % ARRAY_SIZE(steps);
		show(a, a->chosen | steps[a->families].protos);
	} while (a->families != 0 && a->select.protos == before);
	app_tell(a, steps[a->families].said);
}

void app_families_for(struct app *a, unsigned protos)
{
	if (protos == 0 || (protos & a->select.protos) != 0)
		return;
	show(a, a->select.protos | protos);
}
