/* SPDX-License-Identifier: MIT */
/*
 * What was: totals of every state, the kernel's counters, and the processes, remotes and listeners
 * that mattered, over the last ten minutes at full step and thinner before that. It is what "growing",
 * "usual" and "full in" are said from. The memory is bounded, whatever happens. One thread.
 */
#ifndef SOCKEYE_INSIGHT_HISTORY_H
#define SOCKEYE_INSIGHT_HISTORY_H

#include "sockeye/model/snap.h"

struct history;

struct history *history_new(void);
void history_free(struct history *h); /* NULL is fine */

/*
 * Notes a sample, each once, in the order in which they were taken. Reads the rows once; keeps no
 * reference to the snapshot.
 */
void history_add(struct history *h, const struct snap *s);

/* How long the history is: from its first sample to its last; 0 with fewer than two. */
int64_t history_span_ns(const struct history *h);

#endif
