/* SPDX-License-Identifier: MIT */
/* The application's data: samples in, views made. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app_acts.h"
#include "app_state.h"
#include "sockeye/base/mem.h"

/* Rows that a view works on before a key can overtake: a few milliseconds. */
#define SLICE      4096
#define MESSAGE_MS 3000
/* A sample that is older than so many intervals is not live. */
#define STALE_AFTER 3
/* Rows keep their places for so long after the last key that moves. */
#define HOLD_MS 3000

/* ---- life ------------------------------------------------------------ */

static char *clean_copy(const char *raw, enum text_set set)
{
	size_t size = TEXT_ROOM(strlen(raw)) + 1;
	char *buf = xmalloc(size);

	text_clean(raw, strlen(raw), set, buf, size);
	return buf;
}

struct app *app_new(const struct app_cfg *cfg)
{
	static const struct pane_kind *const kinds[PANE_COUNT] = {
		[PANE_STATES] = &kind_states,
		[PANE_PROCESSES] = &kind_processes,
		[PANE_REMOTES] = &kind_remotes,
	};
	struct app *a = xcalloc(1, sizeof(*a));
	struct err e;

	a->select = cfg->select;
	a->chosen = cfg->select.protos;
	a->set = cfg->set;
	a->utc = cfg->utc;
	a->pace = (struct pace){ .max_percent = cfg->max_percent,
				 .asked_ms = cfg->prefs.interval_ms };
	a->max_sockets = cfg->max_sockets;
	a->marks_untold = cfg->marks_untold;
	a->netns_looked = cfg->netns;
	a->netns_ino = cfg->netns_ino;
	a->facts = cfg->facts;
	a->host = clean_copy(cfg->host != NULL ? cfg->host : "", cfg->set);
	a->ask.due_ms = INT64_MAX;
	a->ask.completer = complete_new();
	a->sample_ms = a->hold_until_ms = INT64_MIN;
	a->want_changed = true;
	a->focus = PANE_PROCESSES;
	for (unsigned i = 0; i < PANE_COUNT; i++)
		pane_init(&a->pane[i], kinds[i], &a->select, a->set);
	pane_init(&a->listeners, &kind_listeners, &a->select, a->set);
	pane_init(&a->netns, &kind_netns, &a->select, a->set);
	pane_init(&a->sockets, &kind_sockets, &a->select, a->set);
	pane_init(&a->flood, &kind_flood, &a->select, a->set);
	app_flood_set(a, 0);
	for (unsigned i = 0; i < PANE_COUNT; i++)
		a->pane[i].alerts = &a->alerts;
	a->flood.alerts = &a->alerts;
	a->history = history_new();
	a->namer = cfg->namer;
	app_set_names(a, cfg->names);
	app_apply_prefs(a, &cfg->prefs);
	app_set_filter(a, cfg->filter_text != NULL ? cfg->filter_text : "");
	app_refilter(a, &e);
	app_resize(a, 1, 1);
	if (cfg->notice != NULL) {
		app_tell(a, cfg->notice);
		a->message_until_ms = INT64_MAX;
	}
	return a;
}

void app_free(struct app *a)
{
	if (a == NULL)
		return;
	for (unsigned i = 0; i < PANE_COUNT; i++)
		pane_free(&a->pane[i]);
	pane_free(&a->listeners);
	pane_free(&a->netns);
	pane_free(&a->sockets);
	pane_free(&a->flood);
	buf_free(&a->copied);
	page_free(&a->explained.page);
	page_free(&a->watched.page);
	snap_unref(a->noting);
	history_free(a->history);
	snap_unref(a->shown);
	snap_unref(a->latest);
	prompt_history_free(&a->finds);
	prompt_history_free(&a->ask.history);
	buf_free(&a->thinning.code);
	buf_free(&a->ask.opened);
	buf_free(&a->ask.canonical);
	complete_free(a->ask.completer);
	buf_free(&a->ss);
	buf_free(&a->trial);
	buf_free(&a->filter);
	buf_free(&a->drill);
	buf_free(&a->whole);
	free(a->host);
	free(a);
}

/* ---- samples and views ------------------------------------------------ */

static void tell_failure(struct app *a, const struct pane *p)
{
	if (view_failed(p->view))
		app_say(a, "not enough memory for a new picture: this is the old one");
}

static void start_pane(struct app *a, struct pane *p)
{
	p->interval_ms = pace_interval_ms(&a->pace);
	if (a->shown == NULL || !app_suits(a, a->shown))
		return;
	pane_start(p, a->shown);
	tell_failure(a, p);
}

void app_start_pane(struct app *a, struct pane *p)
{
	start_pane(a, p);
	p->awaited = view_busy(p->view);
}

void app_start_views(struct app *a)
{
	struct pane *list = app_list(a);

	if (list != NULL) {
		start_pane(a, list);
		return;
	}
	for (unsigned i = 0; i < PANE_COUNT; i++)
		start_pane(a, &a->pane[i]);
}

/* The panes of the overview that go on behind another screen, once a step of their trends. */
static void start_behind(struct app *a)
{
	for (unsigned i = 0; i < PANE_COUNT && a->screen != SCREEN_OVERVIEW; i++)
		if (pane_trend_due(&a->pane[i], a->shown->mono_ns))
			start_pane(a, &a->pane[i]);
}

static void beat(struct app *a, const struct pulse *p)
{
	if (p->mono_ns <= a->pulse.mono_ns)
		return;
	rates_make(&a->rates, &a->pulse, p);
	a->pulse = *p;
}

void app_pulse(struct app *a, const struct pulse *p)
{
	if (!a->paused)
		beat(a, p);
}

void app_adopt(struct app *a)
{
	struct pulse p;

	a->behind = 0;
	if (a->latest == NULL || a->latest == a->shown || !app_suits(a, a->latest))
		return;
	p = (struct pulse){ .wall_ns = a->latest->wall_ns,
			    .mono_ns = a->latest->mono_ns,
			    .counters = a->latest->counters };
	beat(a, &p);
	snap_unref(a->shown);
	a->shown = snap_ref(a->latest);
	app_start_views(a);
	start_behind(a);
	if (a->asked == ASKED_FILTER)
		app_filter_recount(a);
}

void app_snap(struct app *a, const struct snap *s)
{
	/* One that is too late: what it was made for is no longer asked for. */
	if (!app_suits(a, s))
		return;
	snap_unref(a->latest);
	a->latest = snap_ref(s);
	a->sample_came = true;
	if (!s->thinned)
		app_note(a, s);
	if (!s->thinned && !a->thinning.on)
		app_thin_decide(a);
	if (a->paused) {
		a->behind++;
		app_notice_paused(a);
		return;
	}
	if (!app_busy(a))
		app_adopt(a);
	app_notice(a);
}

void app_self(struct app *a, const struct app_self *self)
{
	if (a->n_self == SELF_SAMPLES)
		memmove(&a->self[0], &a->self[1], --a->n_self * sizeof(a->self[0]));
	a->self[a->n_self++] = *self;
	a->want_changed |= pace_note(&a->pace, self->cpu_ns);
}

struct status app_status(const struct app *a)
{
	struct status s = { .snap = a->latest,
			    .trouble = &a->trouble,
			    .facts = &a->facts,
			    .pace = &a->pace,
			    .set = a->set,
			    .top = a->status_top };

	if (a->n_self > 0) {
		s.now = a->self[a->n_self - 1];
		s.then = a->self[0];
	}
	return s;
}

void app_trouble(struct app *a, const struct err *e)
{
	if (e != NULL)
		a->trouble = *e;
	else
		a->trouble.code = 0;
}

static bool views_busy(const struct app *a)
{
	for (unsigned i = 0; i < PANE_COUNT; i++)
		if (view_busy(a->pane[i].view))
			return true;
	return (a->screen == SCREEN_SOCKETS && view_busy(a->sockets.view)) ||
	       (a->screen == SCREEN_LISTENERS && view_busy(a->listeners.view)) ||
	       (a->screen == SCREEN_NETNS && view_busy(a->netns.view)) ||
	       (a->screen == SCREEN_FLOOD && view_busy(a->flood.view));
}

/* A search counts: no new sample takes the rows away under it. */
bool app_busy(const struct app *a)
{
	return a->find.running || a->due != 0 || views_busy(a);
}

static void note_total(struct app *a, const struct pane *p)
{
	const struct snap *s = view_snap(p->view);
	uint32_t sockets = view_totals(p->view)->total;

	if (s->mono_ns == a->now.mono_ns)
		return;
	a->before = a->now;
	a->now = (struct total){ sockets, s->mono_ns, s->thinned };
}

static bool step(struct app *a, struct pane *p)
{
	if (!view_busy(p->view))
		return false;
	if (pane_step(p, SLICE))
		note_total(a, p);
	else if (!view_busy(p->view))
		tell_failure(a, p);
	return true;
}

void app_await(struct app *a, struct pane *p)
{
	while (p->awaited && step(a, p))
		;
}

void app_work(struct app *a)
{
	bool worked = step(a, app_focus(a));

	for (unsigned i = 0; i < PANE_COUNT && !worked; i++)
		worked = step(a, &a->pane[i]);
	if (!worked && a->find.running)
		app_find_work(a);
	else if (!worked)
		app_notice_step(a);
	/* A sample that came meanwhile had to wait: else the views would never be complete. */
	if (!app_busy(a) && !a->paused)
		app_adopt(a);
}

bool app_wants_sample(struct app *a, unsigned *interval_ms, unsigned *pulse_ms, struct want *w)
{
	bool measures = app_shows_measures(a);
	bool changed = a->want_changed || measures != a->measures_asked;
	const struct thin *thin = app_thin(a);
	uint32_t choice = thin != NULL ? thin->choice : 0;
	bool needed = app_needs_places(a), placed = needed || a->asked == ASKED_FILTER;
	bool netns = app_needs_netns(a);
	/* A candidate of the prompt may come from them as well. */
	bool detailed =
		app_needs_details(a) || (a->ask.found != NULL && a->ask.found->details != 0);

	/* Whoever waits for what was left out does not wait for the interval. */
	a->thinning.asked_now |= choice != a->thinning.asked || (needed && !a->thinning.placed) ||
				 (netns && !a->netns_asked) || (detailed && !a->thinning.detailed);
	changed = changed || netns != a->netns_asked || choice != a->thinning.asked ||
		  placed != a->thinning.placed || detailed != a->thinning.detailed;
	a->thinning.asked = choice;
	a->thinning.placed = placed;
	a->thinning.detailed = detailed;
	a->netns_asked = netns;
	a->want_changed = false;
	a->measures_asked = measures;
	*interval_ms = pace_interval_ms(&a->pace);
	*pulse_ms = pace_is_stretched(&a->pace) ? a->pace.asked_ms : 0;
	*w = (struct want){
		.protos = a->select.protos,
		.close = true,
		.owners = true,
		.brief = true,
		.tcp_stat = measures,
		.places = placed,
		.details = detailed ? DETAIL_PART_SOCKET : 0,
		.netns = netns && a->netns_looked == NETNS_UNTOLD ? NETNS_OWN : a->netns_looked,
		.netns_ino = a->netns_ino,
		.max_sockets = a->max_sockets,
		.thin = thin,
	};
	if (a->watched.open) {
		w->detail = a->watched.sock;
		w->detail_ifindex = a->watched.ifindex;
	}
	return changed;
}

bool app_wants_now(struct app *a)
{
	bool wanted = a->watched.now || a->thinning.asked_now;

	a->watched.now = a->thinning.asked_now = false;
	return wanted;
}

/* ---- time ------------------------------------------------------------ */

static int64_t stale_at(const struct app *a)
{
	return a->sample_ms + STALE_AFTER * (int64_t)pace_interval_ms(&a->pace);
}

bool app_stale(const struct app *a)
{
	return !a->paused && a->sample_ms != INT64_MIN && !a->sample_came &&
	       a->now_ms > stale_at(a);
}

static void hold_panes(struct app *a, bool hold)
{
	for (unsigned i = 0; i < PANE_COUNT; i++)
		pane_hold(&a->pane[i], hold);
	pane_hold(&a->listeners, hold);
	pane_hold(&a->netns, hold);
	pane_hold(&a->sockets, hold);
	pane_hold(&a->flood, hold);
}

void app_hold(struct app *a)
{
	a->hold_until_ms = a->now_ms + HOLD_MS;
	hold_panes(a, true);
}

bool app_holds(const struct app *a)
{
	return a->hold_until_ms != INT64_MIN;
}

void app_tick(struct app *a, int64_t now_ms)
{
	a->now_ms = now_ms;
	if (a->sample_came)
		a->sample_ms = now_ms;
	a->sample_came = false;
	if (a->message[0] != '\0' && now_ms >= a->message_until_ms)
		a->message[0] = '\0';
	if (now_ms >= a->ask.due_ms)
		app_filter_follow(a);
	/* A picture that is paused does not move. */
	if (app_holds(a) && now_ms >= a->hold_until_ms && !a->paused) {
		a->hold_until_ms = INT64_MIN;
		hold_panes(a, false);
	}
}

int64_t app_wake_ms(const struct app *a)
{
	int64_t wake;

	if (a->sample_came)
		return a->now_ms;
	wake = a->ask.due_ms;
	if (a->message[0] != '\0' && a->message_until_ms < wake)
		wake = a->message_until_ms;
	if (app_holds(a) && !a->paused && a->hold_until_ms < wake)
		wake = a->hold_until_ms;
	if (a->paused || a->sample_ms == INT64_MIN)
		return wake;
	/* Once it is stale its age is shown, in seconds. */
	if (app_stale(a)) {
		int64_t next = a->now_ms + 1000 - (a->now_ms - a->sample_ms) % 1000;

		return next < wake ? next : wake;
	}
	return stale_at(a) + 1 < wake ? stale_at(a) + 1 : wake;
}

void app_say(struct app *a, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(a->message, sizeof(a->message), fmt, args);
	va_end(args);
	a->message_until_ms = a->now_ms + MESSAGE_MS;
}

void app_tell(struct app *a, const char *text)
{
	char buf[MESSAGE_SIZE];

	app_say(a, "%s", text_clean(text, strlen(text), a->set, buf, sizeof(buf)).s);
}

/* ---- room ------------------------------------------------------------ */

struct pane *app_list(struct app *a)
{
	switch (a->screen) {
	case SCREEN_OVERVIEW:
		break;
	case SCREEN_LISTENERS:
		return &a->listeners;
	case SCREEN_NETNS:
		return &a->netns;
	case SCREEN_SOCKETS:
		return &a->sockets;
	case SCREEN_FLOOD:
		return &a->flood;
	}
	return NULL;
}

struct pane *app_focus(struct app *a)
{
	return app_list(a) != NULL ? app_list(a) : &a->pane[a->focus];
}

enum context app_context(const struct app *a)
{
	static const enum context contexts[] = {
		[SCREEN_OVERVIEW] = CTX_OVERVIEW, [SCREEN_LISTENERS] = CTX_LISTENERS,
		[SCREEN_NETNS] = CTX_NETNS,       [SCREEN_SOCKETS] = CTX_SOCKETS,
		[SCREEN_FLOOD] = CTX_FLOOD,
	};

	switch (a->asked) {
	case ASKED_NOTHING:
		break;
	case ASKED_FIND:
		return CTX_PROMPT;
	case ASKED_COLUMNS:
		return CTX_COLUMNS;
	case ASKED_FILTER:
		return CTX_FILTER;
	}
	if (app_reads(a))
		return a->explained.open ? CTX_EXPLAIN : CTX_DETAIL;
	return contexts[a->screen];
}

static void fit(struct app *a, struct pane *p, struct rect r)
{
	if (r.h > 0 && pane_fit(p, r.w, r.h))
		app_start_pane(a, p);
}

/* Those that have a row of their own among the states, beside UDP, which always has one. */
#define OTHER_PROTOS (PROTOS_ALL & ~(PROTO_BIT(PROTO_TCP) | PROTO_BIT(PROTO_UDP)))

static void layout_screen(struct app *a)
{
	if (app_list(a) != NULL || a->asked == ASKED_COLUMNS)
		layout_list(&a->layout, a->w, a->h);
	else
		layout_overview(&a->layout, a->w, a->h, a->focus,
				(unsigned)__builtin_popcount(a->select.protos & OTHER_PROTOS));
	if (app_reads_beside(a))
		layout_beside(&a->layout);
	if (a->screen == SCREEN_FLOOD && a->asked != ASKED_COLUMNS)
		layout_flood(&a->layout, a->w, a->h);
	if (a->zoom && a->screen == SCREEN_OVERVIEW)
		layout_zoom(&a->layout, a->focus);
	if (a->asked == ASKED_FIND)
		layout_prompt(&a->layout, a->w, a->h, 1);
	else if (a->asked == ASKED_FILTER)
		layout_prompt(&a->layout, a->w, a->h, app_filter_rows(a));
}

void app_layout(struct app *a)
{
	struct pane *list = app_list(a);

	layout_screen(a);
	if (a->asked == ASKED_COLUMNS) {
		table_fit(&a->chooser.table, a->layout.list.w, a->layout.list.h);
		return;
	}
	if (list != NULL) {
		fit(a, list, a->layout.list);
		return;
	}
	for (unsigned i = 0; i < PANE_COUNT; i++)
		fit(a, &a->pane[i], a->layout.pane[i]);
}

void app_resize(struct app *a, int w, int h)
{
	a->w = w > 1 ? w : 1;
	a->h = h > 1 ? h : 1;
	app_layout(a);
}

bool app_done(const struct app *a)
{
	return a->done;
}

bool app_wants_suspend(struct app *a)
{
	bool wanted = a->suspend;

	a->suspend = false;
	return wanted;
}

bool app_wants_save(struct app *a)
{
	bool wanted = a->save;

	a->save = false;
	return wanted;
}

bool app_wants_redraw(struct app *a)
{
	bool wanted = a->redraw;

	a->redraw = false;
	return wanted;
}
