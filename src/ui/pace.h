/* SPDX-License-Identifier: MIT */
/*
 * How often sockeye looks: as often as it was asked to, unless that costs the machine more of a core
 * than it may. Then the interval is stretched, and who draws says so.
 */
#ifndef SOCKEYE_SRC_UI_PACE_H
#define SOCKEYE_SRC_UI_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define PACE_PERCENT_MAX 100 /* no ceiling: the interval is kept */

/* The middle one of so many counts: one refresh that was dear for once slows nothing down. */
#define PACE_COSTS 3

/* All zero but max_percent and asked_ms: nothing is known of the cost yet. */
struct pace {
	unsigned max_percent; /* of one core, on average */
	unsigned asked_ms;
	unsigned interval_ms;        /* that is kept now; 0: asked_ms */
	int64_t cpu_ns;              /* of the process at the last sample; 0: there was none */
	int64_t cost_ns[PACE_COSTS]; /* of the last refreshes, the newest first */
	unsigned n_costs;
};

/* A sample came; cpu_ns is what all threads have used up to now. True when interval_ms changes. */
bool pace_note(struct pace *p, int64_t cpu_ns);
/* The user asks for another interval. */
void pace_ask(struct pace *p, unsigned asked_ms);

static inline unsigned pace_interval_ms(const struct pace *p)
{
	return p->interval_ms != 0 ? p->interval_ms : p->asked_ms;
}

static inline bool pace_is_stretched(const struct pace *p)
{
	return pace_interval_ms(p) > p->asked_ms;
}

#endif
