/* SPDX-License-Identifier: MIT */
/* The flood view: is this an attack, from where, what fills up first, what would keep it off. */
#include <stdio.h>
#include <string.h>

#include "app_acts.h"
#include "app_state.h"
#include "bar.h"
#include "sockeye/base/fmt.h"
#include "sockeye/base/mem.h"

#define TEXT_SIZE 160
#define GAP       3
/* The newest cells of the trends, as many as a sparkline has. */
#define TREND_FROM (FLOOD_TREND - TREND_CELLS)
_Static_assert(FLOOD_TREND >= TREND_CELLS, "a trend fills its sparkline");

static const struct {
	uint8_t prefix4, prefix6;
	const char *said;
} steps[] = {
	{ 24, 48, "by /24 and /48" },
	{ 16, 32, "by /16 and /32" },
	{ 32, 128, "each address" },
};

static struct clean own(const char *s)
{
	return text_own(s, strlen(s));
}

/* ---- opening --------------------------------------------------------- */

void app_flood_set(struct app *a, unsigned step)
{
	a->flood_step = step % ARRAY_SIZE(steps);
	a->flood.query.prefix4 = steps[a->flood_step].prefix4;
	a->flood.query.prefix6 = steps[a->flood_step].prefix6;
}

void app_flood_make(struct app *a)
{
	if (a->screen == SCREEN_FLOOD && a->latest != NULL && !a->latest->thinned)
		flood_make(&a->flooded, a->latest, app_history(a));
}

void app_flood_prefixes(struct app *a)
{
	bool pinned = a->flood.pins.n > 0;
	struct err e;

	app_flood_set(a, a->flood_step + 1);
	pins_clear(&a->flood.pins);
	pane_pins_changed(&a->flood);
	app_start_pane(a, &a->flood);
	if (pinned && app_refilter(a, &e) < 0)
		app_tell(a, e.msg);
	else
		app_say(a, "remotes: %s%s", steps[a->flood_step].said,
			pinned ? "; the pins were of other rows: they are gone" : "");
}

/* ---- what would keep the prefix off ---------------------------------- */

static const struct group *selected(const struct app *a)
{
	const struct pane *p = &a->flood;
	uint32_t row = table_cursor_row(&p->table);
	const struct pin *pin;
	uint32_t at =
		row != IDX_NONE && !pane_is_gone(p, row) ? pane_view_row(p, row, &pin) : IDX_NONE;

	return at != IDX_NONE ? view_group(p->view, at) : NULL;
}

/* The port that most of its half-open connections came to; 0 when they came to several alike. */
static uint16_t port_of(const struct app *a, const struct group *g)
{
	const struct snap *s = view_snap(a->flood.view);
	uint16_t port = 0;
	uint32_t n = 0;

	/* Boyer and Moore's vote: the one port that can have more than half of them. */
	for (uint32_t row = 0; row < s->n_sock; row++) {
		const struct sock *k = &s->sock[row];

		if (k->proto != PROTO_TCP || k->state != ST_SYN_RECV ||
		    !addr_in(&k->remote, &g->key.end.addr, g->key.end.bits))
			continue;
		if (n == 0)
			port = k->lport;
		if (k->lport == port)
			n++;
		else
			n--;
	}
	return n > 0 ? port : 0;
}

static bool print_remedies(const struct app *a, struct buf *out)
{
	const struct group *g = selected(a);

	/* Whoever keeps this machine itself off has another problem. */
	if (g == NULL || addr_is_loopback(&g->key.end.addr))
		return false;
	flood_remedies(out, &g->key.end.addr, g->key.end.bits, port_of(a, g));
	return out->len > 0;
}

void app_act_copy(struct app *a)
{
	buf_reset(&a->copied);
	if (!print_remedies(a, &a->copied))
		app_say(a, "there is nobody here to be kept off");
	else
		a->copying = true;
}

void app_copy_key(struct app *a, struct key k)
{
	enum action act = keymap_find(CTX_HELP, k);

	if (act == ACT_REDRAW)
		a->redraw = true;
	else if (act == ACT_SUSPEND)
		a->suspend = true;
	else
		a->copying = false;
}

/* With nothing else on their lines, so that they can be selected; a long one goes on below. */
void app_copy_draw(const struct app *a, struct canvas *c)
{
	struct rect line = { 0, 0, c->w, 1 };
	const char *at = a->copied.s;

	while (*at != '\0' && line.y < c->h) {
		size_t len = strcspn(at, "\n");

		if (len > (size_t)c->w)
			len = (size_t)c->w;
		canvas_put(c, line, 0, line.y, ROLE_TEXT, text_own(at, len));
		line.y++;
		at += len;
		at += *at == '\n';
	}
}

/* ---- the head -------------------------------------------------------- */

/* "1,940"; below ten, tenths. */
static const char *rate(char buf[FMT_SIZE], double r)
{
	if (r < 10 && r > 0)
		snprintf(buf, FMT_SIZE, "%.1f", r);
	else
		fmt_group(buf, (uint64_t)(r + 0.5));
	return buf;
}

static struct clean spark(const struct app *a, const uint32_t *cells, char buf[SPARK_SIZE])
{
	return spark_text(cells + TREND_FROM, a->set, buf);
}

static void draw_verdict(const struct app *a, struct canvas *c, struct rect line)
{
	enum role role = a->flooded.likely ? ROLE_CRIT : ROLE_TEXT;
	char text[TEXT_ROOM(sizeof(a->flooded.head))], cut[sizeof(text) + 8];
	int x = canvas_put(c, line, 0, line.y, role,
			   a->flooded.likely ? TEXT_LIT("! ") : TEXT_LIT("  "));
	struct clean head =
		text_clean(a->flooded.head, strlen(a->flooded.head), a->set, text, sizeof(text));

	canvas_put(c, line, x, line.y, role,
		   alerts_cut(head, line.w - x, a->set, cut, sizeof(cut)));
}

static const char *cookies_word(const struct app *a)
{
	const struct sysctls *s = &a->latest->sysctls;

	if (!s->known[SYS_SYNCOOKIES])
		return "";
	if (s->value[SYS_SYNCOOKIES] == 0)
		return "OFF";
	return s->value[SYS_SYNCOOKIES] == 1 ? "when full" : "always";
}

static void draw_half_open(const struct app *a, struct canvas *c, struct rect line)
{
	const struct flood *f = &a->flooded;
	char n[FMT_SIZE], half[TEXT_SIZE], fresh[TEXT_SIZE], cookies[TEXT_SIZE], usual[TEXT_SIZE];
	char trend[SPARK_SIZE], news[SPARK_SIZE];
	struct bar b = { .n = 0 };

	fmt_group(n, f->half_open);
	snprintf(half, sizeof(half), "  Half-open %7s", n);
	bar_add(&b, (struct piece){ .text = own(half) });
	bar_add(&b, (struct piece){ .text = spark(a, f->half_trend, trend), .gap = 2, .drop = 3 });
	fmt_group(n, f->usual >= 0 ? (uint64_t)(f->usual + 0.5) : 0);
	snprintf(usual, sizeof(usual), "usual %s", n);
	if (f->usual >= 0)
		bar_add(&b, (struct piece){ .text = own(usual), .gap = 2, .drop = 2 });
	if (f->new_per_s >= 0) {
		snprintf(fresh, sizeof(fresh), "new/s %7s", rate(n, f->new_per_s));
		bar_add(&b, (struct piece){ .text = own(fresh), .gap = GAP, .drop = 1 });
		bar_add(&b, (struct piece){
				    .text = spark(a, f->new_trend, news), .gap = 2, .drop = 4 });
	}
	snprintf(cookies, sizeof(cookies), "syncookies %s%s%s",
		 f->cookies_sent_per_s >= 0 ? rate(n, f->cookies_sent_per_s) : "",
		 f->cookies_sent_per_s >= 0 ? "/s " : "", cookies_word(a));
	if (f->cookies_sent_per_s >= 0 || cookies_word(a)[0] != '\0')
		bar_add(&b, (struct piece){ .text = own(cookies), .gap = GAP, .drop = 1 });
	bar_draw(&b, c, line, a->set);
}

static bool is_full(const struct flood_listener *l)
{
	return l->queue > l->limit;
}

static void draw_queues(const struct app *a, struct canvas *c, struct rect line)
{
	const struct flood *f = &a->flooded;
	char text[FLOOD_LISTENERS][TEXT_SIZE], n[FMT_SIZE];
	struct bar b = { .n = 0 };
	bool full = false;

	for (unsigned i = 0; i < f->n_listeners; i++)
		full |= is_full(&f->listener[i]);
	bar_add(&b, (struct piece){ .text = full ? TEXT_LIT("!") : TEXT_LIT(" "),
				    .role = full ? ROLE_CRIT : ROLE_TEXT });
	bar_add(&b, (struct piece){ .text = TEXT_LIT("Accept q"), .gap = 1 });
	for (unsigned i = 0; i < f->n_listeners; i++) {
		const struct flood_listener *l = &f->listener[i];
		int len = snprintf(text[i], TEXT_SIZE, ":%u %u/%u%s", l->port, l->queue, l->limit,
				   is_full(l) ? " FULL" : "");

		if (l->drops_per_s > 0)
			snprintf(text[i] + len, TEXT_SIZE - (size_t)len, ", drops %s/s",
				 rate(n, l->drops_per_s));
		bar_add(&b, (struct piece){ .text = own(text[i]),
					    .role = is_full(l) ? ROLE_CRIT : ROLE_TEXT,
					    .gap = GAP,
					    .drop = (uint8_t)i });
	}
	if (f->n_listeners == 0)
		bar_add(&b, (struct piece){ .text = TEXT_LIT("nothing listens"), .gap = GAP });
	bar_draw(&b, c, line, a->set);
}

/* Where connections were lost: with cookies a flood shows here and nowhere else. */
static void draw_lost(const struct app *a, struct canvas *c, struct rect line)
{
	const struct flood *f = &a->flooded;
	const struct {
		const char *what;
		double rate;
	} lost[] = {
		{ "listen drops", f->drops_per_s },
		{ "accept queue full", f->overflows_per_s },
		{ "SYN queue full", f->reqq_drop_per_s },
		{ "cookies received", f->cookies_recv_per_s },
		{ "cookies failed", f->cookies_failed_per_s },
	};
	char text[ARRAY_SIZE(lost)][TEXT_SIZE], n[FMT_SIZE];
	struct bar b = { .n = 0 };

	bar_add(&b, (struct piece){ .text = TEXT_LIT("  Kernel  ") });
	for (size_t i = 0; i < ARRAY_SIZE(lost); i++) {
		if (lost[i].rate < 0)
			continue;
		snprintf(text[i], TEXT_SIZE, "%s %s/s", lost[i].what, rate(n, lost[i].rate));
		bar_add(&b, (struct piece){ .text = own(text[i]), .gap = GAP, .drop = (uint8_t)i });
	}
	if (b.n == 1)
		bar_add(&b, (struct piece){ .text = TEXT_LIT("no rates yet"), .gap = GAP });
	bar_draw(&b, c, line, a->set);
}

/* ---- what it looks like ---------------------------------------------- */

static void add_remedies(struct page *p, const struct app *a)
{
	struct buf lines = { 0 };
	const char *at;

	if (!print_remedies(a, &lines)) {
		buf_free(&lines);
		return;
	}
	page_head(
		p,
		TEXT_LIT("What would keep the selected ones off (sockeye runs nothing; y copies)"));
	for (at = lines.s; *at != '\0';) {
		size_t len = strcspn(at, "\n");

		page_text(p, TEXT_LIT(""), ROLE_TEXT, text_own(at, len));
		at += len;
		at += *at == '\n';
	}
	page_text(p, TEXT_LIT(""), ROLE_TEXT,
		  TEXT_LIT("A NAT or proxy may hide many honest users behind one address."));
	buf_free(&lines);
}

static void make_text(const struct app *a, struct page *p)
{
	char text[TEXT_ROOM(sizeof(a->flooded.verdict))];

	page_head(p, TEXT_LIT("What this looks like"));
	page_text(p, TEXT_LIT(""), ROLE_TEXT,
		  text_clean(a->flooded.verdict, strlen(a->flooded.verdict), a->set, text,
			     sizeof(text)));
	add_remedies(p, a);
}

void app_flood_draw(const struct app *a, struct canvas *c)
{
	static void (*const heads[])(const struct app *a, struct canvas *c,
				     struct rect line) = { draw_half_open, draw_queues, draw_lost };
	struct rect line = a->layout.head;
	struct page p = { .n = 0 };

	if (a->latest != NULL && a->layout.findings.h > 0)
		draw_verdict(a, c, a->layout.findings);
	for (size_t i = 0; a->latest != NULL && i < ARRAY_SIZE(heads) && (int)i < a->layout.head.h;
	     i++) {
		line.y = a->layout.head.y + (int)i;
		line.h = 1;
		heads[i](a, c, line);
	}
	table_draw(&a->flood.table, c, a->layout.list, true);
	if (a->latest == NULL || a->layout.info.h == 0)
		return;
	make_text(a, &p);
	page_draw(&p, c, a->layout.info, 0, a->set);
	page_free(&p);
}
