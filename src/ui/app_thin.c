/* SPDX-License-Identifier: MIT */
/*
 * Samples without what the user's filter leaves out. Every list is behind that filter, so none of
 * them needs those rows, pins or not; only the filter counts, which changes less often than pins.
 *
 * A sample that another choice was made for is not shown: the rows before it stay until the right
 * one comes. What is about all sockets (findings, history, the flood view, pages of text) and the
 * prompt, where any filter can be typed, have whole samples.
 */
#include "app_state.h"
#include "sockeye/filter/bytecode.h"

/* Below this a whole sample costs little. */
#define THIN_FROM 50000
/* So many rows tell how much would be left out. */
#define LOOK_AT 4096
/* A longer program costs the kernel more than it saves. */
#define CODE_MAX 4096

static bool comes(const struct thin *t, const struct sock *s)
{
	if ((t->states[s->proto] >> s->state & 1) == 0)
		return false;
	/* Only of these two the kernel is given the program. */
	if (s->proto > PROTO_UDP)
		return true;
	return t->code == NULL || bytecode_run(t->code, t->code_len, s) != 0;
}

/* Whether more than half would be left out. */
static bool leaves_out_most(const struct thin *t, const struct snap *s)
{
	uint32_t step = s->n_sock / LOOK_AT + 1, looked = 0, came = 0;

	for (uint32_t row = 0; row < s->n_sock; row += step, looked++)
		came += comes(t, &s->sock[row]);
	return came < looked / 2;
}

void app_thin_decide(struct app *a)
{
	struct thinning *now = &a->thinning;
	struct thin *t = &now->thin;
	struct filter *f;

	now->on = false;
	if (a->latest == NULL || a->latest->thinned || a->latest->n_sock < THIN_FROM ||
	    a->filter.len == 0)
		return;
	f = filter_parse(a->filter.s, a->filter.len, NULL);
	if (f == NULL)
		return;
	/* Who listens is asked for beside any filter. */
	*t = (struct thin){ .choice = t->choice + 1, .listeners = true };
	for (unsigned p = 0; p < PROTO_COUNT; p++)
		t->states[p] = filter_states_of(f, (enum proto)p);
	buf_reset(&now->code);
	if (filter_compile(f, &now->code) != OFFLOAD_NONE && now->code.len <= CODE_MAX) {
		t->code = now->code.s;
		t->code_len = now->code.len;
	}
	now->on = leaves_out_most(t, a->latest);
	filter_free(f);
}

static bool needs_all(const struct app *a)
{
	return a->asked == ASKED_FILTER || a->screen == SCREEN_FLOOD || a->explained.open ||
	       a->watched.open || a->status;
}

const struct thin *app_thin(const struct app *a)
{
	return a->thinning.on && !needs_all(a) ? &a->thinning.thin : NULL;
}

/* Of what is on the screen; the panes of the overview go on behind a list. */
static bool any_needs(const struct app *a, bool (*needs)(const struct pane *p))
{
	if ((a->screen == SCREEN_LISTENERS && needs(&a->listeners)) ||
	    (a->screen == SCREEN_NETNS && needs(&a->netns)) ||
	    (a->screen == SCREEN_SOCKETS && needs(&a->sockets)) ||
	    (a->screen == SCREEN_FLOOD && needs(&a->flood)))
		return true;
	for (unsigned i = 0; i < PANE_COUNT; i++)
		if (needs(&a->pane[i]))
			return true;
	return false;
}

bool app_needs_places(const struct app *a)
{
	return any_needs(a, pane_needs_places);
}

bool app_needs_details(const struct app *a)
{
	return any_needs(a, pane_needs_details);
}

bool app_needs_netns(const struct app *a)
{
	return a->screen == SCREEN_NETNS || a->asked == ASKED_FILTER ||
	       any_needs(a, pane_needs_netns);
}

bool app_suits(const struct app *a, const struct snap *s)
{
	const struct thin *t = app_thin(a);

	if ((!s->placed && app_needs_places(a)) || (!s->detailed && app_needs_details(a)))
		return false;
	return !s->thinned || (t != NULL && s->choice == t->choice);
}
