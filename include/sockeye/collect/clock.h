/* SPDX-License-Identifier: MIT */
/* Clocks as one number of nanoseconds. */
#ifndef SOCKEYE_COLLECT_CLOCK_H
#define SOCKEYE_COLLECT_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_MS  INT64_C(1000000)
#define NS_PER_SEC INT64_C(1000000000)

static inline int64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * NS_PER_SEC + t.tv_nsec;
}

#endif
