/* SPDX-License-Identifier: MIT */
#include "sockeye/ui/layout.h"

#include <string.h>

#include "sockeye/model/sock.h"

#define SPLIT_MIN_W 72
#define SPLIT_MIN_H 12
/* From here on findings and filter have a row each. */
#define TALL 12
/* Mark, name, alert, count, blank, change: the widest row of a state. */
#define STATES_W 25
/* From here on with a trend as well: two blanks and its cells. */
#define TREND_MIN_W    110
#define STATES_TREND_W (STATES_W + 12)
/* Head, the states of TCP, UDP. */
#define STATES_H (1 + ST_COUNT - 1 + 1)
/* The flood view: figures, the least that its table has, the most that its text needs. */
#define FLOOD_TALL          18
#define FLOOD_HEAD_H        3
#define FLOOD_TABLE_LEAST_H 6
#define FLOOD_TEXT_H        11
/* A blank row, the head and at least one counter. */
#define COUNTERS_MIN_H 3

/* Cuts rows off the top or the bottom of what is left. */
static struct rect take_top(struct rect *left, int rows)
{
	struct rect r = *left;

	r.h = rows < left->h ? rows : left->h;
	left->y += r.h;
	left->h -= r.h;
	return r;
}

static struct rect take_bottom(struct rect *left, int rows)
{
	struct rect r = *left;

	r.h = rows < left->h ? rows : left->h;
	left->h -= r.h;
	r.y += left->h;
	return r;
}

static enum layout_form form_of(int w, int h)
{
	if (w < LAYOUT_MIN_W || h < LAYOUT_MIN_H)
		return FORM_TINY;
	return w < SPLIT_MIN_W || h < SPLIT_MIN_H ? FORM_PAGES : FORM_SPLIT;
}

/* The rows that every screen has; what is left between them is returned. */
static struct rect take_bars(struct layout *l, int w, int h)
{
	struct rect body = { 0, 0, w, h };

	memset(l, 0, sizeof(*l));
	l->form = form_of(w, h);
	l->status = take_top(&body, 1);
	if (l->form == FORM_TINY) {
		l->findings = take_top(&body, 1);
		return body;
	}
	/* Where rows are dear, findings and filter share one. */
	if (h >= TALL)
		l->findings = take_top(&body, 1);
	l->filter = take_top(&body, 1);
	l->footer = take_bottom(&body, 1);
	return body;
}

static void split(struct layout *l, struct rect body, unsigned others)
{
	int states_w = body.w >= TREND_MIN_W ? STATES_TREND_W : STATES_W;
	struct rect left = { body.x, body.y, states_w, body.h };
	struct rect right = { body.x + states_w + 1, body.y, body.w - states_w - 1, body.h };

	l->rule = (struct rect){ body.x + states_w, body.y, 1, body.h };
	l->pane[PANE_STATES] = take_top(&left, STATES_H + (int)others);
	if (left.h >= COUNTERS_MIN_H) {
		take_top(&left, 1);
		l->counters = left;
	}
	l->pane[PANE_PROCESSES] = take_top(&right, (right.h + 1) / 2);
	l->pane[PANE_REMOTES] = right;
}

void layout_overview(struct layout *l, int w, int h, unsigned focus, unsigned others)
{
	struct rect body = take_bars(l, w, h);

	if (l->form == FORM_SPLIT)
		split(l, body, others);
	else
		l->pane[focus] = body;
}

void layout_list(struct layout *l, int w, int h)
{
	struct rect body = take_bars(l, w, h);

	if (l->form != FORM_TINY)
		l->info = take_bottom(&body, 1);
	l->list = body;
}

void layout_flood(struct layout *l, int w, int h)
{
	struct rect body = take_bars(l, w, h);

	if (h >= TALL)
		l->head = take_top(&body, h >= FLOOD_TALL ? FLOOD_HEAD_H : 1);
	/* The table keeps a head and some rows; the text gets what is left, up to what it needs. */
	if (body.h > FLOOD_TABLE_LEAST_H + 2)
		l->info = take_bottom(&body, body.h - FLOOD_TABLE_LEAST_H < FLOOD_TEXT_H
						     ? body.h - FLOOD_TABLE_LEAST_H
						     : FLOOD_TEXT_H);
	l->list = body;
}

void layout_beside(struct layout *l)
{
	int left = l->list.w / 2;

	l->rule = (struct rect){ left, l->list.y, 1, l->list.h + l->info.h };
	l->page = (struct rect){ left + 1, l->list.y, l->list.w - left - 1, l->rule.h };
	l->list.w = l->info.w = left;
}

void layout_page(struct layout *l, int w, int h)
{
	struct rect body = { 0, 0, w, h };

	memset(l, 0, sizeof(*l));
	l->form = form_of(w, h);
	l->status = take_top(&body, 1);
	if (l->form != FORM_TINY) {
		l->footer = take_bottom(&body, 1);
		l->info = take_bottom(&body, 1);
	}
	l->list = body;
}

void layout_zoom(struct layout *l, unsigned focus)
{
	struct rect body = l->rule;

	if (l->form != FORM_SPLIT)
		return;
	for (unsigned i = 0; i < PANE_COUNT; i++) {
		int right = l->pane[i].x + l->pane[i].w;

		body.w = right > body.w ? right : body.w;
		l->pane[i].h = 0;
	}
	body.x = 0;
	l->pane[focus] = body;
	l->counters.h = l->rule.h = 0;
	l->form = FORM_PAGES;
}

static void cut_bottom(struct rect *r, int end)
{
	if (r->y + r->h > end)
		r->h = end > r->y ? end - r->y : 0;
}

void layout_prompt(struct layout *l, int w, int h, int rows)
{
	int foot = l->footer.h > 0 ? l->footer.y : h, top = foot > rows ? foot - rows : 0;

	for (unsigned i = 0; i < PANE_COUNT; i++)
		cut_bottom(&l->pane[i], top);
	cut_bottom(&l->counters, top);
	cut_bottom(&l->rule, top);
	cut_bottom(&l->list, top);
	cut_bottom(&l->info, top);
	cut_bottom(&l->head, top);
	l->prompt = (struct rect){ 0, top, w, foot - top };
}
