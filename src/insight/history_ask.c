/* SPDX-License-Identifier: MIT */
/* What a history tells: rates, medians, trends and growth. */
#include <stdlib.h>

#include "history_parts.h"

#define RATE_NS       (10 * NS_PER_S)
#define USUAL_MINUTES 10
#define USUAL_NS      (600 * NS_PER_S)
#define GROWTH_S      10.0 /* a growth is of this time, or of three samples where they are rarer */
#define STEADY_S      5.0
#define STEADY_GAIN   10.0
#define STEADY_RISES  3u

/* The point to compare the newest with; NULL: there is none. */
static const struct point *before(const struct history *h)
{
	const struct point *now = history_point(h, 0), *then = NULL, *p;

	for (uint32_t back = 1; (p = history_point(h, back)) != NULL; back++) {
		if (then != NULL && now->mono_ns - p->mono_ns > RATE_NS)
			break;
		then = p;
	}
	return then;
}

double history_rate(const struct history *h, enum counter_id id)
{
	const struct point *now = history_point(h, 0), *then = before(h);

	if (then == NULL || ((now->known & then->known) >> id & 1) == 0)
		return -1;
	if (now->counter[id] < then->counter[id] || now->mono_ns <= then->mono_ns)
		return -1;
	return (double)(now->counter[id] - then->counter[id]) * (double)NS_PER_S /
	       (double)(now->mono_ns - then->mono_ns);
}

double history_new_rate(const struct history *h)
{
	const struct point *now = history_point(h, 0), *then = before(h), *p;
	uint64_t sum = 0;

	if (then == NULL || now->mono_ns <= then->mono_ns)
		return -1;
	for (uint32_t back = 0; (p = history_point(h, back)) != then; back++)
		sum += p->fresh;
	return (double)sum * (double)NS_PER_S / (double)(now->mono_ns - then->mono_ns);
}

static int cmp_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Of the minutes before this one: what is happening now is not what is usual. */
static double usual(const struct history *h, bool fresh, unsigned state)
{
	double v[MINUTES];
	unsigned n = 0;

	for (uint32_t back = 1; back < h->n_minutes; back++) {
		const struct minute *m =
			&h->minute[(h->minute_head + 2 * MINUTES - 1 - back) % MINUTES];

		if (!fresh)
			v[n++] = m->state[state];
		else if (m->new_per_s >= 0)
			v[n++] = (double)m->new_per_s;
	}
	if (n < USUAL_MINUTES || history_span_ns(h) < USUAL_NS)
		return -1;
	qsort(v, n, sizeof(*v), cmp_double);
	return n % 2 == 1 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

double history_usual(const struct history *h, enum tcp_state st)
{
	return usual(h, false, st);
}

double history_usual_new(const struct history *h)
{
	return usual(h, true, 0);
}

/* ---- trends ---------------------------------------------------------- */

static void trend(const struct history *h, bool fresh, unsigned state, int64_t step_ns,
		  uint32_t *out, unsigned n)
{
	const struct point *now = history_point(h, 0), *p;

	for (unsigned i = 0; i < n; i++)
		out[i] = HISTORY_UNKNOWN;
	for (uint32_t back = 0; (p = history_point(h, back)) != NULL; back++) {
		int64_t step = (now->mono_ns - p->mono_ns) / step_ns;
		uint32_t *at, v = fresh ? p->fresh : p->state[state];

		if (step >= n)
			return;
		at = &out[n - 1 - (unsigned)step];
		if (v == HISTORY_UNKNOWN)
			continue;
		if (*at != HISTORY_UNKNOWN && fresh)
			*at += v;
		else if (*at == HISTORY_UNKNOWN || v > *at)
			*at = v;
	}
}

void history_trend(const struct history *h, enum tcp_state st, int64_t step_ns, uint32_t *out,
		   unsigned n)
{
	trend(h, false, st, step_ns, out, n);
}

void history_new_trend(const struct history *h, int64_t step_ns, uint32_t *out, unsigned n)
{
	trend(h, true, 0, step_ns, out, n);
}

/* ---- growth ---------------------------------------------------------- */

double fit_slope(const double *t, const double *v, unsigned n)
{
	double mt = 0, mv = 0, tv = 0, tt = 0;

	for (unsigned i = 0; i < n; i++) {
		mt += t[i] / n;
		mv += v[i] / n;
	}
	for (unsigned i = 0; i < n; i++) {
		tv += (t[i] - mt) * (v[i] - mv);
		tt += (t[i] - mt) * (t[i] - mt);
	}
	return tt > 0 ? tv / tt : 0;
}

/*
 * Newest first: t is the time back in seconds, so slopes are turned round. What grows is looked at
 * from where it began to: a burst is one rise, and what began a moment ago is not thinned by the
 * quiet before.
 */
static struct growth growth_of(const double *t, const double *v, unsigned n)
{
	struct growth g = { .known = n >= 3 };
	unsigned last = 0, begin = 0, newest = 0, rises = 0, falls = 0;

	if (!g.known)
		return g;
	while (last + 1 < n && (last < 2 || t[last + 1] <= GROWTH_S))
		last++;
	for (unsigned i = 1; i <= last; i++) {
		falls += v[i - 1] < v[i];
		if (v[i - 1] <= v[i])
			continue;
		if (rises++ == 0)
			newest = i;
		begin = i;
	}
	g.steady = begin >= 2 && rises >= (begin < STEADY_RISES ? begin : STEADY_RISES) &&
		   falls * 5 <= begin && newest * 2 <= begin + 1 && t[begin] >= STEADY_S * 0.9 &&
		   v[0] - v[begin] >= STEADY_GAIN;
	if (!g.steady)
		begin = n - 1;
	g.per_s = -fit_slope(t, v, begin + 1);
	g.span_s = t[begin];
	return g;
}

struct growth history_growth(const struct history *h, const struct proc *p, enum track_value v)
{
	const struct track *t = history_track(h, p);
	double at[TRACK_POINTS], value[TRACK_POINTS];
	uint32_t now_ms = 0;
	unsigned n = 0;

	if (t == NULL || t->seen != h->samples)
		return (struct growth){ 0 };
	for (; n < t->n; n++) {
		const struct track_point *q =
			&t->at[(t->head + 2 * TRACK_POINTS - 1 - n) % TRACK_POINTS];

		if (n == 0)
			now_ms = q->ms;
		if (v == TRACK_FDS && q->value[v] == 0) /* not known then */
			break;
		at[n] = (now_ms - q->ms) / 1000.0;
		value[n] = q->value[v];
	}
	return growth_of(at, value, n);
}

struct growth history_state_growth(const struct history *h, enum tcp_state st)
{
	const struct point *now = history_point(h, 0), *p;
	double at[TRACK_POINTS], value[TRACK_POINTS];
	unsigned n = 0;

	for (; n < TRACK_POINTS && (p = history_point(h, n)) != NULL; n++) {
		at[n] = (double)(now->mono_ns - p->mono_ns) / (double)NS_PER_S;
		value[n] = p->state[st];
	}
	return growth_of(at, value, n);
}
