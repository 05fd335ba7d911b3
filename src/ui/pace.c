/* SPDX-License-Identifier: MIT */
#include "pace.h"

#include <stdlib.h>
#include <string.h>

#define NS_PER_MS INT64_C(1000000)
/* A stretched interval is a whole number of these, so that it can be read and stands still. */
#define STEP_MS 500
/* It becomes shorter only when it may be by more than a fifth. */
#define CALM   5
#define MAX_MS 3600000

static int cmp_cost(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* What a refresh costs as a rule; of two, the cheaper one. */
static int64_t usual_cost(const struct pace *p)
{
	int64_t cost[PACE_COSTS];

	if (p->n_costs < 2)
		return 0;
	memcpy(cost, p->cost_ns, sizeof(cost));
	qsort(cost, p->n_costs, sizeof(cost[0]), cmp_cost);
	return cost[(p->n_costs - 1) / 2];
}

/* The least interval at which a refresh of the usual cost keeps to the ceiling. */
static unsigned least_ms(const struct pace *p)
{
	int64_t ms;

	if (p->max_percent == 0 || p->max_percent >= PACE_PERCENT_MAX)
		return p->asked_ms;
	ms = usual_cost(p) / p->max_percent * 100 / NS_PER_MS;
	if (ms <= (int64_t)p->asked_ms)
		return p->asked_ms;
	ms = (ms + STEP_MS - 1) / STEP_MS * STEP_MS;
	return ms < MAX_MS ? (unsigned)ms : MAX_MS;
}

static bool settle(struct pace *p)
{
	unsigned was = pace_interval_ms(p), least = least_ms(p);

	if (least < was && least > p->asked_ms && was - least <= was / CALM)
		return false;
	p->interval_ms = least;
	return least != was;
}

bool pace_note(struct pace *p, int64_t cpu_ns)
{
	int64_t cost = cpu_ns - p->cpu_ns;
	bool first = p->cpu_ns == 0;

	p->cpu_ns = cpu_ns;
	/* The first sample builds what later ones only keep: it says nothing of them. */
	if (first || cost < 0)
		return false;
	memmove(&p->cost_ns[1], &p->cost_ns[0], sizeof(p->cost_ns) - sizeof(p->cost_ns[0]));
	p->cost_ns[0] = cost;
	p->n_costs += p->n_costs < PACE_COSTS;
	return settle(p);
}

void pace_ask(struct pace *p, unsigned asked_ms)
{
	p->asked_ms = asked_ms;
	p->interval_ms = 0;
	(void)settle(p);
}
