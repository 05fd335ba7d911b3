/* SPDX-License-Identifier: MIT */
/* What a row of the pane of remotes is: an address or a prefix, this host's own ones or not. */
#include <string.h>

#include "app_acts.h"
#include "app_state.h"
#include "sockeye/base/mem.h"

static const struct {
	const char *name, *said;
	uint8_t prefix4, prefix6;
	bool rollup;
} modes[REMOTES_COUNT] = {
	[REMOTES_MIXED] = { "mixed", "addresses, and a prefix where there are many", 24, 48, true },
	[REMOTES_ADDRESS] = { "address", "each address", 32, 128, false },
	[REMOTES_24_48] = { "24", "by /24 and /48", 24, 48, false },
	[REMOTES_16_32] = { "16", "by /16 and /32", 16, 32, false },
};

const char *app_remotes_name(enum remotes_by by)
{
	return modes[by].name;
}

int app_remotes_by_name(const char *s)
{
	for (int by = 0; by < REMOTES_COUNT; by++)
		if (strcmp(s, modes[by].name) == 0)
			return by;
	return -1;
}

void app_set_remotes(struct app *a, enum remotes_by by, bool show_own)
{
	struct query *q = &a->pane[PANE_REMOTES].query;

	a->remotes = by;
	a->show_own = show_own;
	q->prefix4 = modes[by].prefix4;
	q->prefix6 = modes[by].prefix6;
	q->rollup = modes[by].rollup;
	q->hide_own = !show_own;
}

static void start(struct app *a)
{
	a->focus = PANE_REMOTES;
	app_layout(a);
	app_start_pane(a, &a->pane[PANE_REMOTES]);
}

/* The pins go, as those of processes do: a prefix is not what was pinned. */
void app_act_prefixes(struct app *a)
{
	struct pane *p = &a->pane[PANE_REMOTES];
	bool pinned = p->pins.n > 0;
	struct err e;

	if (a->screen == SCREEN_FLOOD) {
		app_flood_prefixes(a);
		return;
	}
	app_set_remotes(a, (a->remotes + 1) % REMOTES_COUNT, a->show_own);
	pins_clear(&p->pins);
	pane_pins_changed(p);
	start(a);
	if (pinned && app_refilter(a, &e) < 0)
		app_tell(a, e.msg);
	else
		app_say(a, "remotes: %s%s", modes[a->remotes].said,
			pinned ? "; the pins were of other rows: they are gone" : "");
}

void app_act_own(struct app *a)
{
	app_set_remotes(a, a->remotes, !a->show_own);
	start(a);
	app_say(a, a->show_own ? "this host's own addresses are shown among the remotes"
			       : "this host's own addresses are hidden among the remotes");
}
