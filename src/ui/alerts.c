/* SPDX-License-Identifier: MIT */
#include "alerts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sockeye/base/mem.h"

#define SHOWN_MAX 3
#define GAP       3 /* between two findings */
/* What is this much worse overtakes; with less, the order stays. */
#define CLEARLY 1.3

/* ---- order ----------------------------------------------------------- */

bool finding_same(const struct finding *a, const struct finding *b)
{
	return a->kind == b->kind && a->pid == b->pid && strcmp(a->expr, b->expr) == 0;
}

static bool has(const struct findings *f, const struct finding *x, const struct finding **at)
{
	for (unsigned i = 0; i < f->n; i++)
		if (finding_same(&f->item[i], x)) {
			*at = &f->item[i];
			return true;
		}
	return false;
}

static bool overtakes(const struct finding *below, const struct finding *above)
{
	if (below->severity != above->severity)
		return below->severity > above->severity;
	return below->weight > above->weight * CLEARLY;
}

static void settle(struct findings *f)
{
	for (unsigned i = 1; i < f->n; i++)
		for (unsigned k = i; k > 0 && overtakes(&f->item[k], &f->item[k - 1]); k--) {
			struct finding x = f->item[k];

			f->item[k] = f->item[k - 1];
			f->item[k - 1] = x;
		}
}

void alerts_take(struct alerts *a, const struct findings *f)
{
	struct findings *next = xmalloc(sizeof(*next));
	const struct finding *at;

	next->n = 0;
	for (unsigned i = 0; i < a->found.n; i++)
		if (has(f, &a->found.item[i], &at) && !has(next, at, &at))
			next->item[next->n++] = *at;
	for (unsigned i = 0; i < f->n; i++)
		if (!has(next, &f->item[i], &at))
			next->item[next->n++] = f->item[i];
	settle(next);
	a->found = *next;
	free(next);
}

/* ---- marks ----------------------------------------------------------- */

unsigned finding_state(const struct finding *f)
{
	switch (f->kind) {
	case FINDING_CLOSE_WAIT_LEAK:
		return ST_CLOSE_WAIT;
	case FINDING_HALF_OPEN_FLOOD:
		return ST_SYN_RECV;
	case FINDING_ACCEPT_QUEUE:
		return ST_LISTEN;
	case FINDING_TIMEWAIT_LIMIT:
		return ST_TIME_WAIT;
	case FINDING_CONNECTION_FLOOD:
	case FINDING_EPHEMERAL_PORTS:
	case FINDING_ORPHANS:
	case FINDING_CONNTRACK:
	case FINDING_DESCRIPTORS:
	case FINDING_SLOW_READER:
	case FINDING_COUNT:
		break;
	}
	return 0;
}

enum role finding_role(const struct finding *f)
{
	return f->severity == SEVERITY_CRIT ? ROLE_CRIT : ROLE_WARN;
}

static unsigned mark_of(const struct finding *f)
{
	return f->severity == SEVERITY_CRIT ? MARK_CRIT : MARK_WARN;
}

/* The worse of the two. */
static unsigned worse(unsigned mark, const struct finding *f)
{
	return mark == MARK_CRIT ? mark : mark_of(f);
}

unsigned alerts_of_state(const struct alerts *a, unsigned state)
{
	unsigned mark = 0;

	for (unsigned i = 0; a != NULL && state != 0 && i < a->found.n; i++)
		if (finding_state(&a->found.item[i]) == state)
			mark = worse(mark, &a->found.item[i]);
	return mark;
}

unsigned alerts_of_process(const struct alerts *a, int32_t pid)
{
	unsigned mark = 0;

	for (unsigned i = 0; a != NULL && pid != 0 && i < a->found.n; i++)
		if (a->found.item[i].pid == pid)
			mark = worse(mark, &a->found.item[i]);
	return mark;
}

/* "203.0.113.0/24", or one address. */
static bool parse_net(const char *s, struct addr *net, unsigned *bits)
{
	const char *slash = strchr(s, '/');
	size_t len = slash != NULL ? (size_t)(slash - s) : strlen(s);

	if (!addr_parse(s, len, net))
		return false;
	*bits = addr_is_v4(net) ? 32 : 128;
	if (slash != NULL)
		*bits = (unsigned)strtoul(slash + 1, NULL, 10);
	return true;
}

static bool is_about(const struct finding *f, const struct addr *net, unsigned bits)
{
	for (unsigned i = 0; i < f->n_evidence; i++) {
		const struct evidence *e = &f->evidence[i];
		struct addr around;
		unsigned n;

		if (e->type == EVIDENCE_TEXT &&
		    (strcmp(e->key, "prefix") == 0 || strcmp(e->key, "remote") == 0) &&
		    parse_net(e->text, &around, &n) && n <= bits && addr_in(net, &around, n))
			return true;
	}
	return false;
}

unsigned alerts_of_remote(const struct alerts *a, const struct addr *net, unsigned bits)
{
	unsigned mark = 0;

	for (unsigned i = 0; a != NULL && i < a->found.n; i++)
		if (is_about(&a->found.item[i], net, bits))
			mark = worse(mark, &a->found.item[i]);
	return mark;
}

/* ---- the row --------------------------------------------------------- */

struct line {
	char text[TEXT_ROOM(FINDING_TEXT_SIZE)];
	char cut[TEXT_ROOM(FINDING_TEXT_SIZE) + 8];
	struct clean shown; /* of it, in one of them */
};

/* What it is and how much of it: up to the first comma or colon that a blank follows. */
static size_t headline(struct clean text)
{
	for (uint32_t i = 0; i + 1 < text.len; i++)
		if ((text.s[i] == ',' || text.s[i] == ':') && text.s[i + 1] == ' ')
			return i;
	return text.len;
}

struct clean alerts_head(const struct alerts *a, enum text_set set, char buf[ALERT_HEAD_SIZE])
{
	const char *raw = a->found.item[0].text;
	struct clean text = text_clean(raw, strlen(raw), set, buf, ALERT_HEAD_SIZE);
	size_t len = headline(text);

	buf[len] = '\0';
	return text_own(buf, len);
}

struct clean alerts_cut(struct clean text, int room, enum text_set set, char *buf, size_t size)
{
	struct clean dots = set == TEXT_ASCII ? TEXT_LIT("~") : TEXT_LIT("\xe2\x80\xa6");
	uint32_t end = text.len;

	if ((int)text.cells <= room)
		return text;
	while (end > 0) {
		struct clean part = text_own(text.s, end);

		if ((int)(part.cells + 1 + dots.cells) <= room)
			break;
		for (end--; end > 0 && text.s[end] != ' '; end--)
			;
	}
	/* Not even one: then it is the name without the number. */
	if (end == 0)
		return text_own(text.s, strcspn(text.s, " "));
	while (end > 0 && (text.s[end - 1] == ',' || text.s[end - 1] == ':'))
		end--;
	snprintf(buf, size, "%.*s %s", (int)end, text.s, dots.s);
	return text_own(buf, strlen(buf));
}

static int draw_one(const struct finding *f, struct clean text, struct canvas *c, struct rect line)
{
	enum role role = finding_role(f);
	size_t head = headline(text);
	int x = line.x;

	x += canvas_put(c, line, x, line.y, role, TEXT_LIT("! "));
	x += canvas_put(c, line, x, line.y, role, text_own(text.s, head));
	x += canvas_put(c, line, x, line.y, ROLE_TEXT, text_own(text.s + head, text.len - head));
	return x - line.x;
}

static int more_width(unsigned more)
{
	char text[32];

	return more > 0 ? snprintf(text, sizeof(text), "(%u more)", more) + GAP : 0;
}

/*
 * How many of them, with a note on the others, go into so many columns; at least one. Those after the
 * first may be no more than their head.
 */
static unsigned choose(struct line *l, unsigned n, unsigned of, int room)
{
	int used = 2 + (int)l[0].shown.cells;
	unsigned fit = 1;

	for (; fit < n; fit++) {
		struct line *x = &l[fit];
		int left = room - used - GAP - 2 - more_width(of - fit - 1);
		struct clean head = text_own(x->shown.s, headline(x->shown));

		if ((int)x->shown.cells > left)
			x->shown = head;
		if ((int)x->shown.cells > left)
			break;
		used += GAP + 2 + (int)x->shown.cells;
	}
	return fit;
}

/* What room is left goes to the last one, which may be no more than its head. */
static void widen_last(struct line *l, const struct alerts *a, unsigned fit, enum text_set set,
		       int room)
{
	struct line *x = &l[fit - 1];
	const char *raw = a->found.item[fit - 1].text;
	uint32_t head = x->shown.len;
	struct clean whole, cut;

	for (unsigned i = 0; i + 1 < fit; i++)
		room -= (int)l[i].shown.cells + GAP + 2;
	whole = text_clean(raw, strlen(raw), set, x->text, sizeof(x->text));
	cut = alerts_cut(whole, room, set, x->cut, sizeof(x->cut));
	/* It is worth it only for words beyond the head. */
	if (fit > 1 && ((int)cut.cells > room || cut.len <= head + strlen(" \xe2\x80\xa6")))
		cut = text_own(whole.s, head);
	x->shown = cut;
}

int alerts_draw(const struct alerts *a, struct canvas *c, struct rect line, enum text_set set)
{
	unsigned of = a->found.n, n = of < SHOWN_MAX ? of : SHOWN_MAX, fit;
	struct line l[SHOWN_MAX];
	struct rect rest = line;
	char more[32];
	int room;

	if (n == 0)
		return 0;
	for (unsigned i = 0; i < n; i++) {
		const char *raw = a->found.item[i].text;

		l[i].shown = text_clean(raw, strlen(raw), set, l[i].text, sizeof(l[i].text));
	}
	fit = choose(l, n, of, line.w);
	room = line.w - 2 - more_width(of - fit);
	widen_last(l, a, fit, set, room);
	for (unsigned i = 0; i < fit; i++) {
		rest.w = line.w - (rest.x - line.x);
		rest.x += draw_one(&a->found.item[i], l[i].shown, c, rest) + GAP;
	}
	snprintf(more, sizeof(more), "(%u more)", of - fit);
	if (of > fit && line.x + line.w - rest.x >= (int)strlen(more))
		rest.x += canvas_put(c, line, rest.x, line.y, ROLE_TEXT,
				     text_own(more, strlen(more))) +
			  GAP;
	return rest.x - GAP - line.x;
}
