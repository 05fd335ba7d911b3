/* SPDX-License-Identifier: MIT */
/* What is selected: the user's filter, the pins and what was opened, as one expression. */
#include <stdlib.h>
#include <string.h>

#include "app_state.h"
#include "sockeye/base/mem.h"

static void set_text(struct buf *b, const char *text)
{
	buf_reset(b);
	buf_str(b, text);
}

/*
 * In the filter's own words: as it was given it may hold comments, which would swallow what pins
 * are joined with.
 */
void app_set_filter(struct app *a, const char *text)
{
	struct filter *f = filter_parse(text, strlen(text), NULL);
	const char *remark = f != NULL ? filter_remark(f) : NULL;

	set_text(&a->filter, "");
	if (f != NULL)
		filter_print(f, &a->filter);
	if (remark != NULL)
		text_clean(remark, strlen(remark), a->set, a->remark, sizeof(a->remark));
	filter_free(f);
	for (unsigned i = 0; i < PINNED_PANES; i++) {
		pins_clear(&app_pinned(a, i)->pins);
		pane_pins_changed(app_pinned(a, i));
	}
	set_text(&a->drill, "");
	a->drill_pane = PANE_NONE;
	app_thin_decide(a);
}

static const struct pane *pinned(const struct app *a, unsigned i)
{
	return i == PANE_FLOOD ? &a->flood : &a->pane[i];
}

struct pane *app_pinned(struct app *a, unsigned i)
{
	return i == PANE_FLOOD ? &a->flood : &a->pane[i];
}

static void add_and(struct buf *out, const char *expr)
{
	if (expr[0] == '\0')
		return;
	if (out->len > 0)
		buf_str(out, " and ");
	buf_fmt(out, "(%s)", expr);
}

/* The user's filter and the pins, those of one pane left out. What is typed stands for them all. */
static void print_expr(const struct app *a, unsigned without, struct buf *out)
{
	buf_str(out, "");
	add_and(out, a->trying ? a->trial.s : a->filter.s);
	for (unsigned i = 0; i < PINNED_PANES && !a->trying; i++) {
		struct buf pins = { 0 };

		if (i == without)
			continue;
		pins_print(&pinned(a, i)->pins, &pins);
		if (pins.len > 0)
			add_and(out, pins.s);
		buf_free(&pins);
	}
}

/* Of the list, or without one, of what all panes have in common. */
static void print_shown(const struct app *a, struct buf *out)
{
	bool opened = a->screen == SCREEN_SOCKETS;

	print_expr(a, opened ? a->drill_pane : PANE_NONE, out);
	if (opened && !a->trying)
		add_and(out, a->drill.s);
}

void app_print_filter(const struct app *a, struct buf *out)
{
	struct buf expr = { 0 };
	struct filter *f;

	print_shown(a, &expr);
	f = filter_parse(expr.s, expr.len, NULL);
	buf_str(out, "");
	if (f != NULL)
		filter_print(f, out);
	filter_free(f);
	buf_free(&expr);
}

static void note_whole(struct app *a)
{
	struct buf canonical = { 0 };
	size_t size;
	char *clean;

	app_print_filter(a, &canonical);
	size = TEXT_ROOM(canonical.len) + 1;
	clean = xmalloc(size);
	text_clean(canonical.s, canonical.len, a->set, clean, size);
	set_text(&a->whole, clean);
	free(clean);
	buf_free(&canonical);
}

/* The first error stays. True: the pane is to be started. */
static bool set_expr(struct pane *p, const struct buf *expr, struct err *e)
{
	struct err why;
	bool differs = pane_set_expr(p, expr->s, &why);

	if (why.code < 0 && e->code == 0)
		*e = why;
	return differs;
}

int app_refilter(struct app *a, struct err *e)
{
	struct buf expr = { 0 };

	e->code = 0;
	for (unsigned i = 0; i < PANE_COUNT; i++) {
		buf_reset(&expr);
		print_expr(a, i, &expr);
		if (set_expr(&a->pane[i], &expr, e) && a->screen == SCREEN_OVERVIEW)
			app_start_pane(a, &a->pane[i]);
	}
	if (app_list(a) != NULL) {
		buf_reset(&expr);
		/* Like those of the overview it keeps all of its rows. */
		if (a->screen == SCREEN_FLOOD)
			print_expr(a, PANE_FLOOD, &expr);
		else
			print_shown(a, &expr);
		if (set_expr(app_list(a), &expr, e))
			app_start_pane(a, app_list(a));
	}
	note_whole(a);
	buf_free(&expr);
	return e->code;
}

uint32_t app_matched(const struct app *a)
{
	const struct pane *p = a->screen == SCREEN_FLOOD ? &a->flood : &a->pane[PANE_STATES];
	uint32_t n = 0;

	if (a->screen == SCREEN_SOCKETS)
		return view_totals(a->sockets.view)->matched;
	if (a->screen == SCREEN_LISTENERS)
		return view_totals(a->listeners.view)->matched;
	if (a->screen == SCREEN_NETNS)
		return view_totals(a->netns.view)->matched;
	if (p->pins.n == 0 || a->trying)
		return view_totals(p->view)->matched;
	/* That pane leaves its own pins out. But each socket is in one row, so they add up. */
	for (uint32_t i = 0; i < view_rows(p->view); i++) {
		const struct group *g = view_group(p->view, i);

		if (pins_pass(&p->pins, g->id))
			n += g->sockets;
	}
	return n;
}
