/* SPDX-License-Identifier: MIT */
#include "status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bar.h"
#include "sockeye/base/fmt.h"
#include "sockeye/base/mem.h"
#include "sockeye/model/names.h"

#define LINES_MAX 64
#define LINE_SIZE 256
#define TERM_W    24 /* of what a line tells of */
#define HEAD_H    1
#define FOOT_H    1
/* Narrower than this texts are cut by the edge: a word a line is no text. */
#define TEXT_LEAST_W 16
#define NS_PER_MS    INT64_C(1000000)
#define NS_PER_S     INT64_C(1000000000)

/* A head (no text), a term and what is said of it, or the rest of that (no term). */
struct line {
	char term[TERM_W + 1]; /* clean, like text */
	char text[LINE_SIZE];
	enum role role;
};

struct page {
	struct line line[LINES_MAX];
	unsigned n, width;
};

/* ---- lines ----------------------------------------------------------- */

static struct line *add_line(struct page *p)
{
	if (p->n == LINES_MAX)
		return &p->line[LINES_MAX - 1];
	p->line[p->n] = (struct line){ .role = ROLE_TEXT };
	return &p->line[p->n++];
}

static void add_head(struct page *p, const char *title)
{
	struct line *l;

	if (p->n > 0)
		add_line(p);
	l = add_line(p);
	l->role = ROLE_LABEL;
	snprintf(l->term, sizeof(l->term), "%s", title);
}

/* ASCII only: whole words, if one fits at all. */
static size_t words_that_fit(const char *text, size_t width)
{
	size_t len = strlen(text), end;

	if (len <= width)
		return len;
	for (end = width; end > 0 && text[end] != ' '; end--)
		;
	return end > 0 ? end : width;
}

static void add(struct page *p, enum role role, const char *term, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

static void add(struct page *p, enum role role, const char *term, const char *fmt, ...)
{
	char text[LINE_SIZE];
	const char *at = text;
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	do {
		struct line *l = add_line(p);
		size_t len = words_that_fit(at, p->width);

		l->role = role;
		snprintf(l->term, sizeof(l->term), "%s", at == text ? term : "");
		snprintf(l->text, sizeof(l->text), "%.*s", (int)len, at);
		at += len;
		while (*at == ' ')
			at++;
	} while (*at != '\0');
}

/* ---- what they say --------------------------------------------------- */

static void add_sources(struct page *p, const struct status *s)
{
	char why[TEXT_ROOM(sizeof(s->trouble->msg))];
	struct clean reason;

	add_head(p, "Sources");
	if (s->trouble->code < 0) {
		reason = text_clean(s->trouble->msg, strlen(s->trouble->msg), TEXT_ASCII, why,
				    sizeof(why));
		add(p, ROLE_CRIT, "! last sample", "failed: %s", reason.s);
	}
	for (unsigned i = 0; s->snap != NULL && i < SRC_COUNT; i++) {
		const struct source_state *src = &s->snap->source[i];
		const char *name = source_name((enum source_id)i);
		char term[TERM_W + 1];

		reason = text_clean(src->reason, strlen(src->reason), TEXT_ASCII, why, sizeof(why));
		snprintf(term, sizeof(term), "! %s", name);
		switch (src->status) {
		case SOURCE_NOT_ASKED:
			add(p, ROLE_DIM, name, "not asked for");
			break;
		case SOURCE_OK:
			add(p, ROLE_TEXT, name, "complete");
			break;
		case SOURCE_PARTIAL:
			add(p, ROLE_WARN, term, "not complete: %s", reason.s);
			break;
		case SOURCE_ABSENT:
			add(p, ROLE_WARN, term, "nothing: %s", reason.s);
			break;
		}
	}
	if (s->snap != NULL && !s->snap->close_known)
		add(p, ROLE_UNKNOWN, "? CLOSE", "not reported by this kernel, or not asked for");
}

static void add_owners(struct page *p, const struct snap *s)
{
	uint32_t count[WHY_COUNT] = { 0 };
	char n[FMT_SIZE], of[FMT_SIZE];

	for (uint32_t row = 0; row < s->n_sock; row++)
		count[snap_why(s, row)]++;
	add_head(p, "Owners");
	fmt_group(n, count[WHY_OWNED]);
	fmt_group(of, s->n_sock);
	add(p, ROLE_TEXT, "attributed", "%s of %s sockets", n, of);
	for (unsigned why = WHY_OWNED + 1; why < WHY_COUNT; why++) {
		bool unseen = why == WHY_NOT_PERMITTED || why == WHY_OTHER_PIDNS;
		char term[TERM_W + 1];

		if (count[why] == 0)
			continue;
		fmt_group(n, count[why]);
		snprintf(term, sizeof(term), "%s%s", unseen ? "? " : "", why_title(why));
		add(p, unseen ? ROLE_UNKNOWN : ROLE_TEXT, term, "%s   %s", n, why_help(why));
	}
}

static void milliseconds(char buf[FMT_SIZE], int64_t ns)
{
	int64_t tenths = (ns + NS_PER_MS / 20) / (NS_PER_MS / 10);

	snprintf(buf, FMT_SIZE, "%lld.%lld ms", (long long)tenths / 10, (long long)tenths % 10);
}

static void add_cpu(struct page *p, const struct status *s)
{
	int64_t span_ns = s->now.mono_ns - s->then.mono_ns;
	int64_t cpu_ns = s->now.cpu_ns - s->then.cpu_ns;
	uint64_t permille;
	char span[FMT_SIZE];

	if (span_ns <= 0 || cpu_ns < 0)
		return;
	permille = (uint64_t)((double)cpu_ns * 1000 / (double)span_ns + 0.5);
	fmt_age(span, (uint64_t)((span_ns + NS_PER_S / 2) / NS_PER_S));
	add(p, ROLE_TEXT, "CPU", "%u.%u %% of one core in the last %s", (unsigned)permille / 10,
	    (unsigned)permille % 10, span);
}

static void add_interval(struct page *p, const struct pace *pace)
{
	char now[FMT_SIZE], asked[FMT_SIZE];

	fmt_interval(now, pace_interval_ms(pace));
	fmt_interval(asked, pace->asked_ms);
	if (pace_is_stretched(pace))
		add(p, ROLE_WARN, "! interval",
		    "%s instead of %s, to use at most %u %% of one core (--max-cpu)", now, asked,
		    pace->max_percent);
	else
		add(p, ROLE_TEXT, "interval", "%s", now);
}

static void add_cost(struct page *p, const struct status *s)
{
	char total[FMT_SIZE], dump[FMT_SIZE], owners[FMT_SIZE], cpu[FMT_SIZE], n[FMT_SIZE];
	char dirs[FMT_SIZE];

	add_head(p, "Own cost");
	add_interval(p, s->pace);
	if (s->snap != NULL) {
		const struct snap_cost *c = &s->snap->cost;

		milliseconds(total, c->total_ns);
		milliseconds(dump, c->dump_ns);
		milliseconds(owners, c->owners_ns);
		milliseconds(cpu, c->cpu_ns);
		add(p, ROLE_TEXT, "last sample", "%s (sockets %s, owners %s), of that CPU %s",
		    total, dump, owners, cpu);
		fmt_group(n, c->readlinks);
		fmt_group(dirs, c->getdents);
		add(p, ROLE_TEXT, "owner map", "%s links read, %s directory reads", n, dirs);
	}
	add_cpu(p, s);
	if (s->now.rss_bytes > 0) {
		fmt_bytes(n, s->now.rss_bytes);
		add(p, ROLE_TEXT, "memory", "%s resident", n);
	}
}

static uint64_t snap_bytes(const struct snap *s)
{
	return (uint64_t)s->n_sock * (sizeof(*s->sock) + sizeof(*s->ext)) +
	       (uint64_t)s->n_owner * sizeof(*s->owner) + (uint64_t)s->n_proc * sizeof(*s->proc) +
	       (uint64_t)s->n_user * sizeof(*s->user) + (uint64_t)s->n_ifname * sizeof(*s->ifname);
}

static void add_snapshot(struct page *p, const struct snap *s)
{
	const struct {
		const char *term;
		uint64_t n;
	} sizes[] = {
		{ "sockets", s->n_sock }, { "descriptors", s->n_owner }, { "processes", s->n_proc },
		{ "users", s->n_user },   { "interfaces", s->n_ifname },
	};
	char n[FMT_SIZE];

	add_head(p, "Snapshot");
	fmt_group(n, s->seq);
	add(p, ROLE_TEXT, "number", "%s", n);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		fmt_group(n, sizes[i].n);
		add(p, ROLE_TEXT, sizes[i].term, "%s", n);
	}
	fmt_bytes(n, snap_bytes(s));
	add(p, ROLE_TEXT, "size", "%s without names", n);
}

static void add_facts(struct page *p, const struct app_facts *f)
{
	char kernel[LINE_SIZE];

	add_head(p, "Rights");
	for (size_t i = 0; i < f->n_rights; i++)
		add(p, ROLE_WARN, "! missing", "%s", f->rights[i]);
	if (f->n_rights == 0)
		add(p, ROLE_TEXT, "missing", "none");
	add_head(p, "Versions");
	add(p, ROLE_TEXT, "sockeye", "%s", f->version != NULL ? f->version : "-");
	add(p, ROLE_TEXT, "kernel", "%s",
	    f->kernel != NULL
		    ? text_clean(f->kernel, strlen(f->kernel), TEXT_ASCII, kernel, sizeof(kernel)).s
		    : "-");
}

static void make_page(struct page *p, const struct status *s, int w)
{
	/* A blank at both ends, and two before the text. */
	unsigned used = TERM_W + 4;

	p->n = 0;
	p->width = TEXT_LEAST_W;
	if (w > (int)(used + TEXT_LEAST_W))
		p->width = (unsigned)w - used;
	add_sources(p, s);
	if (s->snap != NULL)
		add_owners(p, s->snap);
	add_cost(p, s);
	if (s->snap != NULL)
		add_snapshot(p, s->snap);
	add_facts(p, s->facts);
}

/* ---- drawing --------------------------------------------------------- */

static unsigned rows_of(int h)
{
	return h > HEAD_H + FOOT_H ? (unsigned)(h - HEAD_H - FOOT_H) : 1;
}

static unsigned last_top(const struct page *p, int h)
{
	return p->n > rows_of(h) ? p->n - rows_of(h) : 0;
}

unsigned status_last_top(const struct status *s, int w, int h)
{
	struct page p;

	make_page(&p, s, w);
	return last_top(&p, h);
}

static void draw_bars(const struct status *s, const struct page *p, unsigned top, struct canvas *c)
{
	struct rect line = { 0, 0, c->w, 1 };
	struct bar head = { .n = 0 };
	char where[FMT_SIZE * 3];

	bar_add(&head, (struct piece){ .text = TEXT_LIT(" sockeye status") });
	if (last_top(p, c->h) > 0) {
		unsigned end = top + rows_of(c->h);

		snprintf(where, sizeof(where), "lines %u-%u of %u ", top + 1,
			 end < p->n ? end : p->n, p->n);
		bar_add(&head, (struct piece){ .text = text_own(where, strlen(where)),
					       .gap = 2,
					       .drop = 1,
					       .right = true });
	}
	bar_draw(&head, c, line, s->set);
	if (c->h <= HEAD_H + FOOT_H)
		return;
	line.y = c->h - FOOT_H;
	canvas_put(c, line, 0, line.y, ROLE_KEY,
		   TEXT_LIT("Up Down PgUp PgDn scroll, any other key closes"));
}

void status_draw(const struct status *s, struct canvas *c)
{
	unsigned top = s->top, rows = rows_of(c->h);
	struct page p;

	make_page(&p, s, c->w);
	if (top > last_top(&p, c->h))
		top = last_top(&p, c->h);
	draw_bars(s, &p, top, c);
	for (unsigned i = 0; i < rows && top + i < p.n; i++) {
		const struct line *l = &p.line[top + i];
		struct rect r = { 0, HEAD_H + (int)i, c->w, 1 };
		bool head = l->role == ROLE_LABEL;

		canvas_put(c, r, head ? 1 : 2, r.y, l->role, text_own(l->term, strlen(l->term)));
		canvas_put(c, r, TERM_W + 3, r.y, l->role == ROLE_DIM ? ROLE_DIM : ROLE_TEXT,
			   text_own(l->text, strlen(l->text)));
	}
}
