/* SPDX-License-Identifier: MIT */
#include "status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bar.h"
#include "page.h"
#include "sockeye/base/fmt.h"
#include "sockeye/base/mem.h"
#include "sockeye/model/names.h"

#define LINE_SIZE 256
#define TERM_W    24 /* of what a line tells of */
#define HEAD_H    1
#define FOOT_H    1
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)

/* ---- lines ----------------------------------------------------------- */

static struct clean own(const char *s)
{
	return text_own(s, strlen(s));
}

static void add_head(struct page *p, const char *title)
{
	page_head(p, own(title));
}

static void add(struct page *p, enum role role, const char *term, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

static void add(struct page *p, enum role role, const char *term, const char *fmt, ...)
{
	char text[LINE_SIZE];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	page_term(p, TERM_W, role, own(term), role == ROLE_DIM ? ROLE_DIM : ROLE_TEXT, own(text));
}

/* ---- what they say --------------------------------------------------- */

/* Sources that most runs have no use for. */
static bool is_optional(enum source_id id)
{
	return (id > SRC_UDP && id < SRC_OWNERS) || id == SRC_CGROUPS || id == SRC_NETNS;
}

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

		if (src->status == SOURCE_NOT_ASKED && is_optional((enum source_id)i))
			continue;
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
	if (s->owners_how[0] != '\0')
		add(p, ROLE_TEXT, "found by", "%s", s->owners_how);
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
	if (f->kept != NULL)
		add(p, ROLE_TEXT, "kept", "%s", f->kept);
	if (f->sandbox != NULL)
		add(p, ROLE_TEXT, "sandbox", "%s", f->sandbox);
	add_head(p, "Versions");
	add(p, ROLE_TEXT, "sockeye", "%s", f->version != NULL ? f->version : "-");
	add(p, ROLE_TEXT, "kernel", "%s",
	    f->kernel != NULL
		    ? text_clean(f->kernel, strlen(f->kernel), TEXT_ASCII, kernel, sizeof(kernel)).s
		    : "-");
}

static void make_page(struct page *p, const struct status *s)
{
	add_sources(p, s);
	if (s->snap != NULL)
		add_owners(p, s->snap);
	add_cost(p, s);
	if (s->snap != NULL)
		add_snapshot(p, s->snap);
	add_facts(p, s->facts);
}

/* ---- drawing --------------------------------------------------------- */

static int rows_of(int h)
{
	return h > HEAD_H + FOOT_H ? h - HEAD_H - FOOT_H : 1;
}

bool status_scroll(struct status *s, enum action act, int w, int h)
{
	struct page p = { .n = 0 };
	bool scrolled;

	make_page(&p, s);
	scrolled = page_scroll(&s->top, act, page_last_top(&p, w, rows_of(h)), rows_of(h));
	page_free(&p);
	return scrolled;
}

static void draw_bars(const struct status *s, const struct page *p, struct canvas *c)
{
	struct rect line = { 0, 0, c->w, 1 };
	struct bar head = { .n = 0 };
	char where[PAGE_WHERE_SIZE];

	bar_add(&head, (struct piece){ .text = TEXT_LIT(" sockeye status") });
	bar_add(&head, (struct piece){ .text = page_where(p, c->w, rows_of(c->h), s->top, where),
				       .gap = 2,
				       .drop = 1,
				       .right = true });
	bar_add(&head, (struct piece){ .text = TEXT_LIT(" "), .drop = 1, .right = true });
	bar_draw(&head, c, line, s->set);
	if (c->h <= HEAD_H + FOOT_H)
		return;
	line.y = c->h - FOOT_H;
	canvas_put(c, line, 0, line.y, ROLE_KEY,
		   TEXT_LIT("Up Down PgUp PgDn scroll, any other key closes"));
}

void status_draw(const struct status *s, struct canvas *c)
{
	struct page p = { .n = 0 };

	make_page(&p, s);
	draw_bars(s, &p, c);
	page_draw(&p, c, (struct rect){ 0, HEAD_H, c->w, rows_of(c->h) }, s->top, s->set);
	page_free(&p);
}
