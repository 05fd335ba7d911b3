/* SPDX-License-Identifier: MIT */
/* What the screen shows: the bars around the panes, and who draws the rest. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "app_state.h"
#include "bar.h"
#include "help.h"
#include "sockeye/base/fmt.h"

#define TEXT_SIZE 128
/* A host's name is cut before figures are left out. */
#define HOST_MAX_CELLS 24
/* What is left of a filter before what stands beside it is left out. */
#define FILTER_LEAST 12
/* Where figures that change would move their neighbours, they get their most common width. */
#define WIDE 72
/* Of the kernel's own, shown before there are rows. */
#define PULSE_COUNTS 4

static struct clean own(const char *s)
{
	return text_own(s, strlen(s));
}

/* ---- status ---- */

static struct clean clock_text(const struct app *a, bool seconds, char buf[FMT_SIZE])
{
	time_t t = (time_t)(a->shown->wall_ns / NS_PER_S);
	struct tm tm;

	if ((a->utc ? gmtime_r(&t, &tm) : localtime_r(&t, &tm)) == NULL ||
	    strftime(buf, FMT_SIZE, seconds ? "%H:%M:%S" : "%H:%M", &tm) == 0)
		return TEXT_LIT("");
	return own(buf);
}

static struct piece state_piece(const struct app *a, char buf[TEXT_SIZE])
{
	struct piece p = { .text = TEXT_LIT("live"), .gap = 2, .right = true };
	char text[FMT_SIZE];

	if (a->shown == NULL) {
		p.text = a->trouble.code < 0 ? TEXT_LIT("no sample")
					     : TEXT_LIT("waiting for the first sample");
	} else if (a->paused) {
		snprintf(buf, TEXT_SIZE, "PAUSED %s, %u samples behind",
			 clock_text(a, true, text).s, a->behind);
		p.text = own(buf);
		p.role = ROLE_PAST;
	} else if (app_stale(a)) {
		fmt_age(text, (uint64_t)(a->now_ms - a->sample_ms) / 1000);
		snprintf(buf, TEXT_SIZE, "! STALE %s", text);
		p.text = own(buf);
		p.role = ROLE_CRIT;
	} else if (app_holds(a)) {
		p.text = TEXT_LIT("order held");
	}
	return p;
}

static struct clean total_text(const struct app *a, char buf[TEXT_SIZE])
{
	const struct totals *t = view_totals(a->sockets.view);
	char n[FMT_SIZE], of[FMT_SIZE];

	if (a->screen != SCREEN_SOCKETS) {
		fmt_group(n, a->now.sockets);
		snprintf(buf, TEXT_SIZE, "%*s", a->w >= WIDE ? 7 : 0, a->now.thinned ? "?" : n);
	} else {
		fmt_group(n, t->matched);
		fmt_group(of, t->total);
		snprintf(buf, TEXT_SIZE, "%s of %s", n, a->now.thinned ? "?" : of);
	}
	return own(buf);
}

/* "+319/2s": the change of the total, and the time it took. */
static struct clean change_text(const struct app *a, char buf[TEXT_SIZE])
{
	int64_t change = (int64_t)a->now.sockets - a->before.sockets;
	int64_t ms = (a->now.mono_ns - a->before.mono_ns) / NS_PER_MS;
	char n[FMT_SIZE], span[FMT_SIZE], text[TEXT_SIZE] = "";

	if (a->before.mono_ns != 0 && ms > 0 && change != 0 && !a->now.thinned &&
	    !a->before.thinned) {
		fmt_delta(n, change);
		fmt_interval(span, span_ms(a->now.mono_ns - a->before.mono_ns,
					   pace_interval_ms(&a->pace)));
		snprintf(text, sizeof(text), "%s/%s", n, span);
	}
	snprintf(buf, TEXT_SIZE, "%-*s", a->w >= WIDE ? 9 : 0, text);
	return own(buf);
}

static void add_where(const struct app *a, struct bar *b, char *cut, size_t size)
{
	struct clean arrow = a->set == TEXT_ASCII ? TEXT_LIT(">") : TEXT_LIT("\xe2\x80\xba");

	if (a->message[0] != '\0') {
		bar_add(b, (struct piece){ .text = TEXT_LIT(" ") });
		bar_add(b, (struct piece){ .text = own(a->message) });
		return;
	}
	bar_add(b, (struct piece){ .text = TEXT_LIT(" sockeye"), .drop = 9 });
	bar_add(b, (struct piece){ .text = TEXT_LIT(" "), .gap = 1, .drop = 2 });
	bar_add(b,
		(struct piece){ .text = text_cut(own(a->host), HOST_MAX_CELLS, a->set, cut, size),
				.drop = 2 });
	if (a->screen == SCREEN_LISTENERS ||
	    (a->screen == SCREEN_SOCKETS && a->parent == SCREEN_LISTENERS)) {
		bar_add(b, (struct piece){ .text = arrow, .gap = 1, .drop = 3 });
		bar_add(b, (struct piece){ .text = TEXT_LIT("listeners"), .gap = 1, .drop = 3 });
	}
	if (a->screen == SCREEN_NETNS ||
	    (a->screen == SCREEN_SOCKETS && a->parent == SCREEN_NETNS)) {
		bar_add(b, (struct piece){ .text = arrow, .gap = 1, .drop = 3 });
		bar_add(b, (struct piece){ .text = app_by_containers(a) ? TEXT_LIT("containers")
									: TEXT_LIT("namespaces"),
					   .gap = 1,
					   .drop = 3 });
	}
	if (a->screen == SCREEN_FLOOD ||
	    (a->screen == SCREEN_SOCKETS && a->parent == SCREEN_FLOOD)) {
		bar_add(b, (struct piece){ .text = arrow, .gap = 1, .drop = 3 });
		bar_add(b, (struct piece){ .text = TEXT_LIT("flood"), .gap = 1, .drop = 3 });
	}
	if (a->screen == SCREEN_SOCKETS) {
		bar_add(b, (struct piece){ .text = arrow, .gap = 1, .drop = 3 });
		bar_add(b, (struct piece){ .text = TEXT_LIT("sockets"), .gap = 1, .drop = 3 });
	}
	if (a->watched.open) {
		bar_add(b, (struct piece){ .text = arrow, .gap = 1, .drop = 3 });
		bar_add(b, (struct piece){ .text = TEXT_LIT("socket"), .gap = 1, .drop = 3 });
	}
	if (a->explained.open) {
		bar_add(b, (struct piece){ .text = arrow, .gap = 1, .drop = 3 });
		bar_add(b, (struct piece){ .text = TEXT_LIT("why"), .gap = 1, .drop = 3 });
	}
}

static bool follows(const struct app *a)
{
	switch (a->screen) {
	case SCREEN_OVERVIEW:
		break;
	case SCREEN_LISTENERS:
		return a->listeners.follow != 0;
	case SCREEN_NETNS:
		return a->netns.follow != 0;
	case SCREEN_SOCKETS:
		return a->sockets.follow != 0;
	case SCREEN_FLOOD:
		return a->flood.follow != 0;
	}
	return a->pane[a->focus].follow != 0;
}

void app_draw_status(const struct app *a, struct canvas *c)
{
	char state[TEXT_SIZE], every[TEXT_SIZE], when[FMT_SIZE], total[TEXT_SIZE];
	char change[TEXT_SIZE], interval[FMT_SIZE], cut[HOST_MAX_CELLS * 16];
	struct bar b = { .n = 0 };

	add_where(a, &b, cut, sizeof(cut));
	if (a->asked != ASKED_COLUMNS && follows(a))
		bar_add(&b,
			(struct piece){ .text = TEXT_LIT("follows"), .drop = 10, .right = true });
	bar_add(&b, state_piece(a, state));
	fmt_interval(interval, pace_interval_ms(&a->pace));
	snprintf(every, sizeof(every), pace_is_stretched(&a->pace) ? "slowed to %s" : "every %s",
		 interval);
	bar_add(&b, (struct piece){ .text = own(every), .gap = 2, .drop = 8, .right = true });
	if (a->shown != NULL) {
		struct piece clock = { .text = clock_text(a, pace_interval_ms(&a->pace) >= 1000,
							  when),
				       .gap = 2,
				       .drop = 7,
				       .right = true };

		if (!a->paused)
			bar_add(&b, clock);
		bar_add(&b,
			(struct piece){
				.text = total_text(a, total), .gap = 2, .drop = 4, .right = true });
		if (a->screen != SCREEN_SOCKETS) {
			bar_add(&b, (struct piece){ .text = TEXT_LIT("sockets"),
						    .gap = 1,
						    .drop = 6,
						    .right = true });
			bar_add(&b, (struct piece){ .text = change_text(a, change),
						    .gap = 2,
						    .drop = 5,
						    .right = true });
		}
	}
	bar_draw(&b, c, a->layout.status, a->set);
}

/* ---- findings ---- */

struct problem {
	const char *what, *why; /* why may be foreign */
	unsigned more;          /* problems beside this one */
	enum role role;
};

/* The worst problem of the sample that is shown; false when there is none. */
static bool find_problem(const struct app *a, struct problem *p)
{
	unsigned n = 0;

	*p = (struct problem){ .role = ROLE_WARN };
	if (a->trouble.code < 0) {
		p->what = "the last sample failed";
		p->why = a->trouble.msg;
		p->role = ROLE_CRIT;
		n++;
	}
	for (unsigned i = 0; a->shown != NULL && i < SRC_COUNT; i++) {
		const struct source_state *s = &a->shown->source[i];

		if (s->status != SOURCE_PARTIAL && s->status != SOURCE_ABSENT)
			continue;
		/* Most kernels lack some of them. */
		if (s->status == SOURCE_ABSENT && i > SRC_UDP && i < SRC_OWNERS)
			continue;
		if (n++ > 0)
			continue;
		p->what = source_name((enum source_id)i);
		p->why = s->reason;
	}
	p->more = n > 0 ? n - 1 : 0;
	return n > 0;
}

/* What a person can do about it. */
static const char *advice(const struct app *a)
{
	const struct totals *t = view_totals(a->pane[PANE_PROCESSES].view);

	return t->why[WHY_NOT_PERMITTED] > 0 ? "run as root to see all owners" : "";
}

struct count {
	char text[TEXT_SIZE];
};

/* Until there are rows: what the kernel counts itself. Texts are in buf. */
static void add_pulse(const struct app *a, struct bar *b, struct count buf[PULSE_COUNTS])
{
	static const struct {
		enum counter_id id;
		const char *title;
	} counts[PULSE_COUNTS] = {
		{ CTR_SOCKETS_USED, "sockets" },
		{ CTR_CURR_ESTAB, "ESTAB+CLOSE_WAIT" },
		{ CTR_TCP_TW, "TIME_WAIT" },
		{ CTR_TCP_ORPHAN, "orphans" },
	};
	const struct counters *c = &a->pulse.counters;

	if (a->pulse.mono_ns == 0)
		return;
	bar_add(b, (struct piece){ .text = TEXT_LIT("counters:"), .role = ROLE_LABEL });
	for (unsigned i = 0; i < PULSE_COUNTS; i++) {
		char n[FMT_SIZE];

		if (!c->known[counts[i].id])
			continue;
		fmt_group(n, c->value[counts[i].id]);
		snprintf(buf[i].text, TEXT_SIZE, "%s %s", counts[i].title, n);
		bar_add(b,
			(struct piece){ .text = own(buf[i].text), .gap = 2, .drop = (uint8_t)i });
	}
}

static void add_calm(const struct app *a, struct bar *b, char buf[TEXT_SIZE],
		     struct count counts[PULSE_COUNTS])
{
	const struct totals *t = view_totals(a->pane[PANE_STATES].view);
	char tcp[FMT_SIZE], udp[FMT_SIZE], procs[FMT_SIZE];

	if (a->remark[0] != '\0') {
		bar_add(b, (struct piece){ .text = own(a->remark) });
		return;
	}
	if (a->shown == NULL)
		add_pulse(a, b, counts);
	if (a->shown == NULL || a->screen != SCREEN_OVERVIEW)
		return;
	if (a->shown->thinned) {
		bar_add(b, (struct piece){ .text = TEXT_LIT("  the kernel tells only of what is "
							    "filtered: no findings meanwhile"),
					   .role = ROLE_DIM });
		return;
	}
	fmt_group(tcp, t->proto[PROTO_TCP]);
	fmt_group(udp, t->proto[PROTO_UDP]);
	fmt_group(procs, t->processes);
	snprintf(buf, TEXT_SIZE, "  TCP %s   UDP %s   processes %s", tcp, udp, procs);
	bar_add(b, (struct piece){ .text = own(buf), .role = ROLE_DIM });
}

static void add_problem(const struct app *a, struct bar *b, const struct problem *p, char *why,
			size_t size)
{
	bar_add(b, (struct piece){ .text = TEXT_LIT("!"), .role = p->role });
	bar_add(b, (struct piece){ .text = own(p->what), .role = p->role, .gap = 1 });
	bar_add(b, (struct piece){ .text = TEXT_LIT(":"), .role = p->role });
	bar_add(b, (struct piece){ .text = text_clean(p->why, strlen(p->why), a->set, why, size),
				   .gap = 1 });
	bar_add(b, (struct piece){ .text = own(advice(a)), .gap = 2, .drop = 1, .right = true });
}

/*
 * A sample that failed is worse than whatever was found in the one before; that a source is not
 * complete stands behind what was found, as it is so for as long as the rights are missing.
 */
static void draw_found(const struct app *a, const struct problem *p, bool problem, struct canvas *c)
{
	struct rect rest = a->layout.findings;
	int used = alerts_draw(&a->alerts, c, rest, a->set) + 3;
	char text[TEXT_SIZE];
	struct clean t;

	snprintf(text, sizeof(text), "! %s not complete: see I", p->what);
	rest.x += used;
	rest.w -= used;
	t = own(text);
	if (problem && (int)t.cells <= rest.w)
		canvas_put(c, rest, rest.x, rest.y, p->role, t);
}

static void draw_findings(const struct app *a, struct canvas *c)
{
	char why[TEXT_ROOM(sizeof(a->trouble.msg))], more[TEXT_SIZE], calm[TEXT_SIZE];
	struct count counts[PULSE_COUNTS];
	struct bar b = { .n = 0 };
	struct problem p = { .what = "" };
	bool problem = find_problem(a, &p);

	if (a->layout.findings.h == 0)
		return;
	if (a->alerts.found.n > 0 && a->trouble.code >= 0) {
		draw_found(a, &p, problem, c);
		return;
	}
	if (problem) {
		add_problem(a, &b, &p, why, sizeof(why));
		snprintf(more, sizeof(more), "(%u more)", p.more);
		if (p.more > 0)
			bar_add(&b, (struct piece){ .text = own(more), .gap = 2, .right = true });
	} else if (a->layout.form == FORM_TINY) {
		snprintf(more, sizeof(more), "too small (<%dx%d)", LAYOUT_MIN_W, LAYOUT_MIN_H);
		bar_add(&b, (struct piece){ .text = own(more), .role = ROLE_DIM });
	} else {
		add_calm(a, &b, calm, counts);
	}
	bar_draw(&b, c, a->layout.findings, a->set);
}

/* ---- filter ---- */

static void add_key(struct bar *b, struct clean key, struct clean label, unsigned gap,
		    unsigned drop, bool right)
{
	bar_add(b, (struct piece){ .text = key,
				   .role = ROLE_KEY,
				   .gap = (uint8_t)gap,
				   .drop = (uint8_t)drop,
				   .right = right });
	bar_add(b,
		(struct piece){ .text = label, .gap = 1, .drop = (uint8_t)drop, .right = right });
}

static void draw_filter(const struct app *a, struct canvas *c)
{
	char counts[TEXT_SIZE], n[FMT_SIZE], of[FMT_SIZE];
	bool some = a->whole.len > 0, merged = a->layout.findings.h == 0;
	char head[ALERT_HEAD_SIZE];
	struct bar b = { .n = 0 };
	struct problem p;

	if (a->layout.filter.h == 0)
		return;
	if (merged && a->alerts.found.n > 0 && a->trouble.code >= 0) {
		/* One row for both: what was found has it, unless there is a filter to be told. */
		if (!some) {
			alerts_draw(&a->alerts, c, a->layout.filter, a->set);
			return;
		}
		bar_add(&b, (struct piece){ .text = TEXT_LIT("!"),
					    .role = finding_role(&a->alerts.found.item[0]) });
		bar_add(&b, (struct piece){ .text = alerts_head(&a->alerts, a->set, head),
					    .role = finding_role(&a->alerts.found.item[0]),
					    .gap = 1 });
	} else if (merged && find_problem(a, &p)) {
		bar_add(&b, (struct piece){ .text = TEXT_LIT("!"), .role = p.role });
		bar_add(&b, (struct piece){ .text = own(p.what), .role = p.role, .gap = 1 });
	}
	bar_add(&b, (struct piece){ .text = TEXT_LIT("Filter"), .role = ROLE_LABEL, .gap = 2 });
	if (!some) {
		bar_add(&b, (struct piece){ .text = TEXT_LIT("none"), .gap = 2 });
		add_key(&b, TEXT_LIT("f"), TEXT_LIT("type one"), 2, 1, true);
		if (a->screen == SCREEN_OVERVIEW)
			add_key(&b, TEXT_LIT("Space"), TEXT_LIT("pins the row"), 3, 2, true);
	} else {
		bar_add(&b, (struct piece){ .text = text_own(a->whole.s, a->whole.len),
					    .role = ROLE_PIN,
					    .gap = 2,
					    .least = FILTER_LEAST });
		fmt_group(n, app_matched(a));
		fmt_group(of, a->now.sockets);
		snprintf(counts, sizeof(counts), "%s of %s", n, a->now.thinned ? "?" : of);
		/* The rows are still those of another filter. */
		if (a->shown != NULL && !app_suits(a, a->shown))
			snprintf(counts, sizeof(counts), "waiting for a sample");
		if (a->screen != SCREEN_SOCKETS)
			bar_add(&b,
				(struct piece){
					.text = own(counts), .gap = 2, .drop = 1, .right = true });
		add_key(&b, TEXT_LIT("x"), TEXT_LIT("clear"), 4, 2, true);
	}
	if (a->screen != SCREEN_OVERVIEW)
		add_key(&b, TEXT_LIT("Esc"), TEXT_LIT("back"), 3, 3, true);
	bar_draw(&b, c, a->layout.filter, a->set);
}

/* ---- footer ---- */

void app_draw_footer(const struct app *a, struct canvas *c)
{
	const uint8_t *list = keymap_footer(app_context(a));
	char keys[BAR_PIECES][KEYMAP_TEXT_SIZE];
	struct bar b = { .n = 0 };

	if (a->layout.footer.h == 0)
		return;
	for (unsigned i = 0; i < BAR_PIECES / 2 && list[i] != ACT_NONE; i++) {
		enum action act = (enum action)list[i];
		struct clean key = keymap_keys(app_context(a), act, 1, keys[i]);
		/* The later ones go first, the last one stays. */
		unsigned drop = list[i + 1] == ACT_NONE ? 0 : i + 1;

		const char *label = action_table[act].label;

		if (act == ACT_APPLY && a->ask.err.code < 0)
			label = "(blocked)";
		if (act == ACT_CONTAINERS && app_by_containers(a))
			label = action_table[ACT_NETNS].label;
		if (key.cells > 0)
			add_key(&b, key, own(label), 2, drop, false);
	}
	bar_draw(&b, c, a->layout.footer, a->set);
}

/* ---- all of it ---- */

static void draw_pages(const struct app *a, struct canvas *c)
{
	struct table t = a->pane[a->focus].table;
	char note[TEXT_SIZE];

	snprintf(note, sizeof(note), "%u/%u Tab", a->focus + 1, (unsigned)PANE_COUNT);
	t.note = own(note);
	table_draw(&t, c, a->layout.pane[a->focus], true);
}

static void draw_overview(const struct app *a, struct canvas *c)
{
	const struct layout *l = &a->layout;
	uint32_t bar = a->set == TEXT_ASCII ? '|' : 0x2502;

	if (l->form != FORM_SPLIT) {
		draw_pages(a, c);
		return;
	}
	canvas_fill(c, l->rule, ROLE_TEXT, bar);
	for (unsigned i = 0; i < PANE_COUNT; i++)
		table_draw(&a->pane[i].table, c, l->pane[i], i == a->focus);
	rates_draw(&a->rates, c, l->counters);
}

/* What is beneath a table that takes the whole screen. */
static void draw_info(const struct app *a, struct canvas *c, const char *left, const char *right)
{
	struct bar b = { .n = 0 };

	if (a->layout.info.h == 0)
		return;
	bar_add(&b, (struct piece){ .text = own(left) });
	bar_add(&b, (struct piece){ .text = own(right), .gap = 2, .drop = 1, .right = true });
	bar_draw(&b, c, a->layout.info, a->set);
}

/* note: what else is to be known of the rows. */
static void draw_list(const struct app *a, const struct pane *p, const char *none, const char *note,
		      struct canvas *c)
{
	const struct table *t = &p->table;
	uint32_t rows = pane_shown_rows(p);
	char text[TEXT_SIZE], columns[TEXT_SIZE] = "", n[FMT_SIZE], of[FMT_SIZE];
	size_t len;

	table_draw(t, c, a->layout.list, true);
	fmt_group(n, (uint64_t)t->cursor + 1);
	fmt_group(of, rows);
	if (view_snap(p->view) == NULL)
		snprintf(text, sizeof(text), " working");
	else if (rows == 0)
		snprintf(text, sizeof(text), " %s", none);
	else
		snprintf(text, sizeof(text), " row %s of %s", n, of);
	len = strlen(text);
	if (note != NULL)
		snprintf(text + len, sizeof(text) - len, "   %s", note);
	if (t->shown < t->n_cols && t->skip == 0)
		snprintf(columns, sizeof(columns), "columns 1-%u of %u", t->shown, t->n_cols);
	else if (t->shown < t->n_cols)
		snprintf(columns, sizeof(columns), "columns 1, %u-%u of %u", t->skip + 2,
			 t->skip + t->shown, t->n_cols);
	draw_info(a, c, text, columns);
}

static void draw_chooser(const struct app *a, struct canvas *c)
{
	const struct chooser *ch = &a->chooser;
	char text[TEXT_SIZE];

	table_draw(&ch->table, c, a->layout.list, true);
	snprintf(text, sizeof(text), " %u of %u columns are shown", chooser_count(ch), ch->n);
	draw_info(a, c, text, "");
}

static void draw_prompt(const struct app *a, struct canvas *c)
{
	struct clean note = TEXT_LIT("");
	enum role role = ROLE_TEXT;

	if (a->find.running) {
		note = TEXT_LIT("looking");
	} else if (a->find_missed) {
		note = TEXT_LIT("! not found");
		role = ROLE_WARN;
	}
	prompt_draw(&a->prompt, c, a->layout.prompt, note, role, a->set);
}

void app_draw(struct app *a, struct canvas *c)
{
	canvas_clear(c);
	if (a->copying) {
		app_copy_draw(a, c);
		return;
	}
	if (a->help) {
		struct help h = { .ctx = app_context(a),
				  .pane = app_reads(a) ? NULL : app_focus(a),
				  .set = a->set,
				  .page = a->help_page };

		help_draw(&h, c);
		return;
	}
	if (a->on_ss) {
		app_ss_draw(a, c);
		return;
	}
	if (a->status) {
		struct status s = app_status(a);

		status_draw(&s, c);
		return;
	}
	if (app_reads(a) && !app_reads_beside(a)) {
		app_draw_page(a, c);
		return;
	}
	app_draw_status(a, c);
	if (a->screen != SCREEN_FLOOD || a->asked == ASKED_COLUMNS)
		draw_findings(a, c);
	draw_filter(a, c);
	if (a->asked == ASKED_COLUMNS)
		draw_chooser(a, c);
	else if (a->screen == SCREEN_SOCKETS)
		draw_list(a, &a->sockets, "no socket is like this now", NULL, c);
	else if (a->screen == SCREEN_FLOOD)
		app_flood_draw(a, c);
	else if (a->screen == SCREEN_LISTENERS)
		draw_list(a, &a->listeners,
			  "no listener, and no connection of one, is like this now", NULL, c);
	else if (a->screen == SCREEN_NETNS)
		draw_list(a, &a->netns, "no socket is like this now", app_other_netns(a), c);
	else
		draw_overview(a, c);
	if (app_reads_beside(a))
		app_draw_beside(a, c);
	app_draw_footer(a, c);
	if (a->asked == ASKED_FIND)
		draw_prompt(a, c);
	else if (a->asked == ASKED_FILTER)
		app_filter_draw(a, c);
}
