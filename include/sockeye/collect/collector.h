/* SPDX-License-Identifier: MIT */
/*
 * The collector thread: takes samples from a source and hands the newest over through one slot.
 *
 * Neither side waits for the other: a snapshot that nobody took is dropped for the next one. The
 * functions are for one user thread; collector_fd() becomes readable when there is news.
 */
#ifndef SOCKEYE_COLLECT_COLLECTOR_H
#define SOCKEYE_COLLECT_COLLECTOR_H

#include "sockeye/model/source.h"

struct collector;

/* Opens the source in the calling thread (rights, namespaces), then starts the thread. */
int collector_start(struct collector **out, const struct source_ops *src, unsigned interval_ms,
		    const struct want *w, struct err *e);
int collector_fd(const struct collector *c);
/* The newest snapshot since the last call, or NULL. The caller unrefs it. Clears collector_fd(). */
const struct snap *collector_take(struct collector *c);
/* The newest pulse since the last call; false when there is none. */
bool collector_pulse(struct collector *c, struct pulse *p);
/* The reason why the last sample failed, copied; false when it did not. */
bool collector_failed(struct collector *c, struct err *e);
/* From the next sample on; a shorter interval takes effect at once. Copies what w borrows. */
void collector_want(struct collector *c, unsigned interval_ms, const struct want *w);
/*
 * A pulse comes before the first sample, and then each pulse_ms between samples; 0: no more, as at
 * the start.
 */
void collector_pulse_every(struct collector *c, unsigned pulse_ms);
void collector_now(struct collector *c); /* take a sample without waiting for the interval */
/*
 * Cancels a sample that is under way, ends the thread, closes the source. Every snapshot that was
 * taken must have been given back: their memory goes too. NULL is fine.
 */
void collector_stop(struct collector *c);

#endif
