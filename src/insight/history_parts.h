/* SPDX-License-Identifier: MIT */
/* The inside of the history, for those who judge it. */
#ifndef SOCKEYE_SRC_INSIGHT_HISTORY_PARTS_H
#define SOCKEYE_SRC_INSIGHT_HISTORY_PARTS_H

#include "sockeye/insight/history.h"

#define NS_PER_S  INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)

#define POINTS        1204 /* ten minutes at two a second */
#define MINUTES       480
#define TRACKS        128 /* processes */
#define TRACK_POINTS  128
#define QUEUES        64 /* listeners that somebody waits at, or that have dropped */
#define QUEUE_POINTS  32
#define STANDING      8192 /* sockets with unread data */
#define POINT_STEP_MS 500

/* A sample. */
struct point {
	int64_t mono_ns, over_ns; /* when; since the one before, 0 for the first */
	uint64_t counter[CTR_COUNT];
	uint64_t known; /* 1 << enum counter_id */
	uint32_t state[ST_COUNT];
	uint32_t fresh; /* new connections since the point before; HISTORY_UNKNOWN for the first */
};
_Static_assert(CTR_COUNT <= 64, "a bit for each counter");

struct minute {
	int64_t minute; /* of the monotonic clock */
	uint32_t state[ST_COUNT];
	float new_per_s; /* < 0: not known */
};

/* Points stand apart by half a second at least, but for the newest, which is always there. */
struct track {
	int32_t pid; /* 0: free */
	uint64_t start;
	uint64_t seen; /* history.samples when it was last there */
	uint32_t n, head, score;
	struct track_point {
		uint32_t ms, value[TRACK_VALUES];
	} at[TRACK_POINTS];
};

struct queue {
	struct addr addr;
	uint16_t port;  /* 0: free */
	uint64_t netns; /* as snap_netns_ino() */
	uint64_t seen;
	uint32_t n, head;
	struct queue_point {
		uint32_t ms, waiting, limit, drops;
	} at[QUEUE_POINTS];
};

/* A socket with unread data. */
struct standing {
	uint64_t cookie; /* 0: free */
	uint32_t since_ms, rxq;
	uint16_t samples;
	bool never_fell, never_small;
};

/* What the newest sample says of one process. */
struct now {
	uint32_t close_wait; /* sockets in CLOSE_WAIT of which it is the first holder */
	uint32_t aged, old;  /* of those, that nothing is sent on: for two seconds, for a minute */
	uint32_t stuck;      /* open sockets with data that it does not read */
	uint64_t stuck_bytes;
};

struct history {
	/* The sample that is being noted, or NULL; the rows so far, and what they come to. */
	const struct snap *adding;
	uint32_t next;
	struct point noted;

	uint64_t samples;
	int64_t first_ns;
	struct point point[POINTS];
	uint32_t n_points, point_head; /* head: the next to be written */
	struct minute minute[MINUTES];
	uint32_t n_minutes, minute_head;
	struct track track[TRACKS];
	struct queue queue[QUEUES];
	struct standing standing[2][STANDING]; /* of this sample and of the one before */
	uint32_t n_standing;                   /* in that of this sample */
	/* Of the newest sample. */
	struct now *now; /* by row of snap.proc */
	uint32_t n_now, room_now;
	struct now nobody;  /* sockets with a file but without a process that is known */
	uint32_t from_here; /* connections with a local port that the kernel may have given out */
};

/* The newest but back; NULL: there is none. */
const struct point *history_point(const struct history *h, uint32_t back);
const struct track *history_track(const struct history *h, const struct proc *p);
/* Of the listener in this row. */
const struct queue *history_queue(const struct history *h, const struct snap *s, uint32_t row);
/* Drops of a listener a second; < 0: not known. */
double queue_drops(const struct queue *q);
/* In how many samples in a row, the newest first, it was full. */
unsigned queue_full(const struct queue *q);

/* Least squares through n values at t seconds: what v grows in a second. */
double fit_slope(const double *t, const double *v, unsigned n);

#endif
