/* SPDX-License-Identifier: MIT */
/*
 * The last minute of the rows of a pane: how many sockets each had, at fixed steps of the monotonic
 * clock, so that a picture of it moves once a step and not with each sample.
 *
 * What was not seen is not known and stays blank: the time before the first sample, a gap in the
 * samples, a row that nobody looked at. The memory is bounded: rows that were not among those shown
 * for the longest time make room for others.
 */
#ifndef SOCKEYE_UI_TREND_H
#define SOCKEYE_UI_TREND_H

#include "sockeye/view/view.h"

#define TREND_CELLS   10
#define TREND_STEP_NS INT64_C(6000000000)
#define TREND_ITEMS   384 /* rows that are remembered */
#define TREND_ROWS    256 /* of the top of a view, that are looked at in each step */
#define TREND_NEAR    64  /* and so many from the first that is on the screen */
#define TREND_UNKNOWN UINT32_MAX

struct trend;

struct trend *trend_new(void);
void trend_free(struct trend *t); /* NULL is fine */
/* Rows mean other things now: nothing is known of them. */
void trend_clear(struct trend *t);

/*
 * The view has a new result. Does nothing before the next step has begun. A value holds until the
 * next sample is due, twice hold_ns at most: beyond that there is a gap. first: the row that is
 * uppermost on the screen.
 */
void trend_sample(struct trend *t, const struct view *v, uint32_t first, int64_t hold_ns);

/* Whether a result of this instant would begin a new step. */
bool trend_due(const struct trend *t, int64_t mono_ns);

/* The cells of a row by its id, the oldest first; NULL for one that is not known. */
const uint32_t *trend_cells(const struct trend *t, uint64_t id);

#define SPARK_SIZE (TREND_CELLS * 3 + 1)

/*
 * A character a cell, scaled to the largest; blank for TREND_UNKNOWN, a low mark for zero. In buf
 * of SPARK_SIZE bytes. cells may be NULL.
 */
struct clean spark_text(const uint32_t *cells, enum text_set set, char *buf);

#endif
