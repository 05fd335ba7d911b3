/* SPDX-License-Identifier: MIT */
/*
 * What was: totals of every state, the kernel's counters, and the processes, listeners and remote
 * prefixes that mattered, over the last ten minutes at full step (at most two samples a second) and
 * a point a minute for eight hours before that. It is what "growing", "usual" and "full in" are said
 * from. It takes less than 1.2 MiB whatever happens, and 32 bytes for each process of the newest sample.
 * One thread.
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

/*
 * The same in slices, for a million rows take long: what is begun must be stepped to its end, with
 * the snapshot held all the while, before the history is asked or another sample begun. A step
 * reads that many rows; true when the sample is noted.
 */
void history_begin(struct history *h, const struct snap *s);
bool history_step(struct history *h, uint32_t rows);

/* How long the history is: from its first sample to its last; 0 with fewer than two. */
int64_t history_span_ns(const struct history *h);

/* Bytes that it takes now. */
size_t history_memory(const struct history *h);

#define HISTORY_UNKNOWN UINT32_MAX

/* A counter of the kernel, a second, over the last ten seconds or two samples; < 0: not known. */
double history_rate(const struct history *h, enum counter_id id);

/* Connections that are new in a sample, a second, over the same time; < 0: not known. */
double history_new_rate(const struct history *h);

/* The median of a state over the minutes before this one; < 0 with fewer than ten of them. */
double history_usual(const struct history *h, enum tcp_state st);
double history_usual_new(const struct history *h); /* the same of new connections a second */

/*
 * The last n steps, oldest first: the most sockets in this state in each, HISTORY_UNKNOWN where there
 * was no sample; and how many connections were new in it.
 */
void history_trend(const struct history *h, enum tcp_state st, int64_t step_ns, uint32_t *out,
		   unsigned n);
void history_new_trend(const struct history *h, int64_t step_ns, uint32_t *out, unsigned n);

/* How something grows, a second, by least squares over samples that are known. */
struct growth {
	bool known;   /* three samples or more */
	bool steady;  /* rising for five seconds or more, ten or more in all, hardly ever falling */
	double per_s; /* steady: of the last ten seconds, else of all that is known */
	double span_s; /* the time that it is of */
};

enum track_value { TRACK_SOCKETS, TRACK_CLOSE_WAIT, TRACK_FDS, TRACK_STUCK, TRACK_VALUES };

/* Of a process of the newest sample; not known where it was not among those that mattered. */
struct growth history_growth(const struct history *h, const struct proc *p, enum track_value v);
struct growth history_state_growth(const struct history *h, enum tcp_state st);

#endif
