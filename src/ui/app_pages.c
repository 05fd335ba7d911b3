/* SPDX-License-Identifier: MIT */
/* Pages that are read over a screen: why, and all about one socket. */
#include <stdio.h>
#include <string.h>

#include "app_acts.h"
#include "app_state.h"
#include "bar.h"
#include "explain_page.h"
#include "sockeye/base/fmt.h"
#include "sockeye/base/mem.h"
#include "sockeye/model/names.h"

#define STATES    ARRAY_SIZE(state_life)
#define TEXT_SIZE 128
/* Rows that the history reads at a time: a millisecond. */
#define NOTE_SLICE 65536

static struct clean own(const char *s)
{
	return text_own(s, strlen(s));
}

bool app_reads(const struct app *a)
{
	return a->explained.open || a->watched.open;
}

bool app_reads_beside(const struct app *a)
{
	return a->watched.open && !a->watched.whole && !a->explained.open &&
	       a->screen == SCREEN_SOCKETS && a->w >= LAYOUT_BESIDE_W && a->h >= LAYOUT_MIN_H;
}

/* ---- why ------------------------------------------------------------- */

static uint32_t count_state(const struct snap *s, unsigned state)
{
	uint32_t n = 0;

	for (uint32_t row = 0; row < s->n_sock; row++)
		n += s->sock[row].proto == PROTO_TCP && s->sock[row].state == state;
	return n;
}

static void add_state_title(struct page *p, const struct snap *s, unsigned state)
{
	uint32_t n = count_state(s, state);
	char text[TEXT_SIZE], number[FMT_SIZE];

	fmt_group(number, n);
	snprintf(text, sizeof(text), "%s   %s %s", state_name(state), number,
		 n == 1 ? "socket" : "sockets");
	page_line(p, ROLE_TEXT, own(text));
}

static void add_finding_title(struct page *p, const struct finding *f, enum text_set set)
{
	char text[TEXT_ROOM(FINDING_TEXT_SIZE)];

	/* Only the mark is coloured: the text may go on in a line without it. */
	page_text(p, TEXT_LIT("!"), ROLE_TEXT,
		  text_clean(f->text, strlen(f->text), set, text, sizeof(text)));
	p->item[p->n - 1].term_role = finding_role(f);
}

static const struct finding *find_again(const struct app *a, const struct finding *f)
{
	for (unsigned i = 0; i < a->alerts.found.n; i++)
		if (finding_same(&a->alerts.found.item[i], f))
			return &a->alerts.found.item[i];
	return NULL;
}

static void make_explained(struct app *a)
{
	struct explained *e = &a->explained;
	struct explanation x = { .n = 0 };
	const struct finding *f = e->state == 0 ? find_again(a, &e->what) : NULL;

	/* A whole sample is on its way. */
	if (!e->open || a->latest == NULL || a->latest->thinned)
		return;
	e->over = e->state == 0 && f == NULL;
	/* What is over stays as it was last. */
	if (e->over && e->page.n > 0)
		return;
	page_reset(&e->page);
	if (e->state != 0) {
		add_state_title(&e->page, a->latest, e->state);
		explain_state(&x, (enum tcp_state)e->state, a->latest, app_history(a));
	} else {
		if (f != NULL)
			e->what = *f;
		add_finding_title(&e->page, &e->what, a->set);
		explain_finding(&x, &e->what, a->latest, app_history(a));
	}
	if (x.n > 0 && x.line[0].kind != EXPLAIN_HEAD)
		page_blank(&e->page);
	explain_page(&e->page, &x, a->set);
	explanation_free(&x);
}

/* f NULL: the state. */
static void open_explained(struct app *a, const struct finding *f, unsigned state)
{
	struct explained *e = &a->explained;

	if (a->latest == NULL) {
		app_say(a, "there is no sample yet");
		return;
	}
	e->open = true;
	e->over = false;
	e->state = f != NULL ? 0 : state;
	if (f != NULL)
		e->what = *f;
	e->top = 0;
	page_reset(&e->page);
	make_explained(a);
}

/* Findings and then the states, as the keys go through them; which of them it is. */
static unsigned place_of(const struct app *a, const struct explained *e)
{
	unsigned n = a->alerts.found.n;

	if (e->state == 0) {
		for (unsigned i = 0; i < n; i++)
			if (finding_same(&a->alerts.found.item[i], &e->what))
				return i;
		return 0;
	}
	for (unsigned i = 0; i < STATES; i++)
		if (state_life[i] == e->state)
			return n + i;
	return n;
}

static void step_explained(struct app *a, unsigned step)
{
	unsigned n = a->alerts.found.n, all = n + (unsigned)STATES;
	unsigned place = (place_of(a, &a->explained) + step + all) % all;

	if (place < n) {
		struct finding f = a->alerts.found.item[place];

		open_explained(a, &f, 0);
	} else {
		open_explained(a, NULL, state_life[place - n]);
	}
}

static void close_explained(struct app *a)
{
	a->explained.open = false;
	page_free(&a->explained.page);
	app_layout(a);
}

static void open_behind(struct app *a)
{
	const struct explained *e = &a->explained;
	struct buf expr = { 0 };

	if (e->state != 0)
		buf_fmt(&expr, "state %s", state_word(e->state));
	else
		buf_str(&expr, e->what.expr);
	if (expr.len == 0) {
		app_say(a, "no sockets of this machine stand behind it");
	} else {
		close_explained(a);
		a->watched.open = false;
		a->want_changed = true;
		page_free(&a->watched.page);
		app_open_sockets(a, expr.s, PANE_NONE);
	}
	buf_free(&expr);
}

/* ---- what is to be explained ----------------------------------------- */

static const struct finding *worst(const struct app *a)
{
	return a->alerts.found.n > 0 ? &a->alerts.found.item[0] : NULL;
}

static const struct finding *of_kind(const struct app *a, enum finding_kind kind)
{
	for (unsigned i = 0; i < a->alerts.found.n; i++)
		if (a->alerts.found.item[i].kind == kind)
			return &a->alerts.found.item[i];
	return NULL;
}

static const struct group *group_under_cursor(const struct pane *p)
{
	uint32_t row = table_cursor_row(&p->table);
	const struct pin *pin;
	uint32_t at = row != IDX_NONE ? pane_view_row(p, row, &pin) : IDX_NONE;

	return at != IDX_NONE ? view_group(p->view, at) : NULL;
}

/* What was found of the process under the cursor, else the worst. */
static const struct finding *of_process(const struct app *a, const struct group *g)
{
	for (unsigned i = 0; g != NULL && g->why == WHY_OWNED && i < a->alerts.found.n; i++)
		if (a->alerts.found.item[i].pid == g->key.pid)
			return &a->alerts.found.item[i];
	return worst(a);
}

static void explain_overview(struct app *a)
{
	const struct pane *p = app_focus(a);
	const struct group *g = group_under_cursor(p);
	const struct finding *f = worst(a);

	if (p->kind->by == BY_STATE && g != NULL && g->key.state != 0) {
		open_explained(a, NULL, g->key.state);
		return;
	}
	if (p->kind->by == BY_PROCESS)
		f = of_process(a, g);
	if (f == NULL) {
		app_say(a, "nothing stands out; on a state, e explains it");
		return;
	}
	open_explained(a, f, 0);
}

static void explain_listener(struct app *a)
{
	const struct finding *f = of_kind(a, FINDING_ACCEPT_QUEUE);

	open_explained(a, f, ST_LISTEN);
}

static void explain_socket_state(struct app *a, const struct sock *k)
{
	if (k == NULL)
		app_say(a, "there is no row here");
	else if (k->proto != PROTO_TCP)
		app_say(a, k->proto == PROTO_UDP ? "UDP has no states"
						 : "only states of TCP are explained");
	else
		open_explained(a, NULL, k->state);
}

static uint32_t socket_under_cursor(const struct app *a)
{
	uint32_t row = table_cursor_row(&a->sockets.table);
	const struct pin *pin;
	uint32_t at = row != IDX_NONE ? pane_view_row(&a->sockets, row, &pin) : IDX_NONE;

	return at != IDX_NONE ? view_sock(a->sockets.view, at) : IDX_NONE;
}

void app_act_explain(struct app *a)
{
	uint32_t row;

	if (a->watched.open) {
		explain_socket_state(a, &a->watched.sock);
		return;
	}
	switch (a->screen) {
	case SCREEN_OVERVIEW:
	case SCREEN_NETNS:
		explain_overview(a);
		break;
	case SCREEN_LISTENERS:
		explain_listener(a);
		break;
	case SCREEN_FLOOD:
		open_explained(a, of_kind(a, FINDING_HALF_OPEN_FLOOD), ST_SYN_RECV);
		break;
	case SCREEN_SOCKETS:
		row = socket_under_cursor(a);
		explain_socket_state(a, row != IDX_NONE ? &view_snap(a->sockets.view)->sock[row]
							: NULL);
		break;
	}
}

/* ---- one socket ------------------------------------------------------ */

static void note_seen(struct watched *w, const struct snap *s, uint32_t row)
{
	const struct sock *k = &s->sock[row];
	int64_t age_ns = (int64_t)field_number(s, row, F_AGE) * NS_PER_S;

	if (w->n_seen > 0 && w->seen[w->n_seen - 1].state == k->state)
		return;
	if (w->n_seen == DETAIL_SEEN)
		memmove(&w->seen[0], &w->seen[1], --w->n_seen * sizeof(w->seen[0]));
	w->seen[w->n_seen++] = (struct detail_seen){ k->state, s->wall_ns - age_ns };
}

static void make_watched(struct app *a, const struct snap *s)
{
	struct watched *w = &a->watched;
	struct explanation x = { .n = 0 };
	uint32_t row = snap_find(s, w->sock.cookie);
	const struct detail *d = s->detail;
	struct detail_shown shown;

	w->gone = row == IDX_NONE;
	/* What is gone stays as it was last. */
	if (w->gone)
		return;
	w->there_ms = a->now_ms;
	w->sock = s->sock[row];
	w->ifindex = s->ext[row].ifindex;
	note_seen(w, s, row);
	explain_socket(&x, s, row, app_history(a));
	shown = (struct detail_shown){
		.snap = s,
		.row = row,
		.detail = d != NULL && d->cookie == w->sock.cookie ? d : NULL,
		.means = &x,
		.seen = w->seen,
		.n_seen = w->n_seen,
		.namer = a->names ? a->namer : NULL,
		.set = a->set,
		.utc = a->utc,
	};
	w->detailed = shown.detail != NULL;
	page_reset(&w->page);
	detail_page(&w->page, &shown);
	explanation_free(&x);
}

static void watch(struct app *a, const struct snap *s, uint32_t row)
{
	struct watched *w = &a->watched;

	w->open = w->now = true;
	w->gone = false;
	w->sock = s->sock[row];
	w->ifindex = s->ext[row].ifindex;
	w->n_seen = w->top = 0;
	page_reset(&w->page);
	make_watched(a, s);
	a->want_changed = true;
	app_layout(a);
}

void app_act_detail(struct app *a)
{
	uint32_t row = socket_under_cursor(a);

	if (row == IDX_NONE)
		app_say(a, "there is no row here");
	else
		watch(a, view_snap(a->sockets.view), row);
}

static void step_watched(struct app *a, enum action move)
{
	uint32_t row;

	app_await(a, &a->sockets);
	table_settle(&a->sockets.table);
	table_move(&a->sockets.table, move);
	app_hold(a);
	row = socket_under_cursor(a);
	if (row != IDX_NONE &&
	    view_snap(a->sockets.view)->sock[row].cookie != a->watched.sock.cookie)
		watch(a, view_snap(a->sockets.view), row);
	else
		app_say(a, move == ACT_DOWN ? "this is the last socket of the list"
					    : "this is the first socket of the list");
}

static void close_watched(struct app *a)
{
	a->watched.open = false;
	page_free(&a->watched.page);
	a->want_changed = true;
	app_layout(a);
}

/* ---- what each sample is asked: a key may overtake between two of these ---- */

const struct history *app_history(struct app *a)
{
	if (a->noting != NULL) {
		history_step(a->history, UINT32_MAX);
		snap_unref(a->noting);
		a->noting = NULL;
	}
	return a->history;
}

enum { DUE_NOTED, DUE_FOUND, DUE_FLOOD, DUE_EXPLAINED, DUE_WATCHED };

void app_note(struct app *a, const struct snap *s)
{
	app_history(a);
	a->noting = snap_ref(s);
	history_begin(a->history, s);
	a->due |= 1u << DUE_NOTED;
}

static void note(struct app *a)
{
	if (a->noting == NULL)
		return;
	if (!history_step(a->history, NOTE_SLICE)) {
		a->due |= 1u << DUE_NOTED;
		return;
	}
	snap_unref(a->noting);
	a->noting = NULL;
}

static void find(struct app *a)
{
	struct findings f;

	/* They are of all sockets. */
	if (a->latest->thinned)
		f.n = 0;
	else
		findings_make(&f, a->latest, app_history(a));
	alerts_take(&a->alerts, &f);
}

void app_watched_remake(struct app *a)
{
	if (a->watched.open && a->latest != NULL)
		make_watched(a, a->paused ? a->shown : a->latest);
}

static void remake_watched(struct app *a)
{
	if (a->watched.open)
		make_watched(a, a->latest);
}

static void (*const notices[])(struct app *a) = {
	[DUE_NOTED] = note,
	[DUE_FOUND] = find,
	[DUE_FLOOD] = app_flood_make,
	[DUE_EXPLAINED] = make_explained,
	[DUE_WATCHED] = remake_watched,
};

void app_notice(struct app *a)
{
	if (a->latest != NULL)
		a->due = (1u << ARRAY_SIZE(notices)) - 1;
}

void app_notice_paused(struct app *a)
{
	if (a->watched.open && !a->watched.detailed)
		a->due |= 1u << DUE_WATCHED;
}

void app_notice_step(struct app *a)
{
	for (unsigned i = 0; i < ARRAY_SIZE(notices); i++)
		if (a->due >> i & 1) {
			a->due &= ~(1u << i);
			notices[i](a);
			return;
		}
}

static bool scroll(struct app *a, enum action act)
{
	struct explained *e = &a->explained;
	const struct page *p = e->open ? &e->page : &a->watched.page;
	struct layout l;

	layout_page(&l, a->w, a->h);
	if (app_reads_beside(a))
		l.list = a->layout.page;
	return page_scroll(e->open ? &e->top : &a->watched.top, act,
			   page_last_top(p, l.list.w, l.list.h), l.list.h);
}

static void zoom_watched(struct app *a)
{
	if (a->w < LAYOUT_BESIDE_W) {
		app_say(a, "from %d columns on it stands beside the list", LAYOUT_BESIDE_W);
		return;
	}
	a->watched.whole = !a->watched.whole;
	app_layout(a);
}

bool app_page_act(struct app *a, enum action act)
{
	bool why = a->explained.open;

	if (scroll(a, act))
		return true;
	if (act == ACT_BACK || act == ACT_QUIT || (act == ACT_EXPLAIN && why))
		(why ? close_explained : close_watched)(a);
	else if (act == ACT_NEXT_ITEM && why)
		step_explained(a, 1);
	else if (act == ACT_PREV_ITEM && why)
		step_explained(a, a->alerts.found.n + (unsigned)STATES - 1);
	else if (act == ACT_NEXT_ITEM || act == ACT_PREV_ITEM)
		step_watched(a, act == ACT_NEXT_ITEM ? ACT_DOWN : ACT_UP);
	else if (act == ACT_OPEN && why)
		open_behind(a);
	else if (act == ACT_ZOOM)
		zoom_watched(a);
	else if (act == ACT_CLEAR)
		/* What it would clear is not to be seen from here. */
		app_say(a, "there is no filter on this page");
	else
		return false;
	return true;
}

/* ---- drawing --------------------------------------------------------- */

static void describe(const struct app *a, char text[TEXT_SIZE], bool *alarm)
{
	const struct explained *e = &a->explained;
	unsigned n = a->alerts.found.n, place = place_of(a, e);
	char age[FMT_SIZE];

	*alarm = false;
	if (!e->open) {
		fmt_age(age, (uint64_t)(a->now_ms - a->watched.there_ms) / 1000);
		*alarm = a->watched.gone;
		text[0] = '\0';
		if (a->watched.gone)
			snprintf(text, TEXT_SIZE, "! gone %s ago: this was known last", age);
	} else if (e->over) {
		snprintf(text, TEXT_SIZE, " over: this was found last");
	} else if (e->state == 0) {
		snprintf(text, TEXT_SIZE, " finding %u of %u", place + 1, n);
	} else {
		snprintf(text, TEXT_SIZE, " state %u of %u", place - n + 1, (unsigned)STATES);
	}
}

void app_draw_page(const struct app *a, struct canvas *c)
{
	const struct explained *e = &a->explained;
	const struct page *p = e->open ? &e->page : &a->watched.page;
	unsigned top = e->open ? e->top : a->watched.top;
	char text[TEXT_SIZE], where[PAGE_WHERE_SIZE];
	struct bar b = { .n = 0 };
	struct layout l;
	bool alarm;

	layout_page(&l, a->w, a->h);
	app_draw_status(a, c);
	page_draw(p, c, l.list, top, a->set);
	describe(a, text, &alarm);
	bar_add(&b, (struct piece){ .text = own(text), .role = alarm ? ROLE_WARN : ROLE_DIM });
	bar_add(&b, (struct piece){ .text = page_where(p, l.list.w, l.list.h, top, where),
				    .gap = 2,
				    .drop = 1,
				    .right = true });
	if (l.info.h > 0)
		bar_draw(&b, c, l.info, a->set);
	app_draw_footer(a, c);
}

void app_draw_beside(const struct app *a, struct canvas *c)
{
	struct rect r = a->layout.page, foot = { r.x, r.y + r.h - 1, r.w, 1 };
	char text[TEXT_SIZE];
	bool alarm;

	canvas_fill(c, a->layout.rule, ROLE_TEXT, a->set == TEXT_ASCII ? '|' : 0x2502);
	describe(a, text, &alarm);
	if (alarm)
		r.h--;
	page_draw(&a->watched.page, c, r, a->watched.top, a->set);
	if (alarm)
		canvas_put(c, foot, foot.x + 1, foot.y, ROLE_WARN, own(text));
}
