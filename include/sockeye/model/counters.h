/* SPDX-License-Identifier: MIT */
/*
 * The kernel's own counters that tell what rows cannot: drops, cookies, resets, limits.
 * Which ones: counters.def. Values are as the kernel counts them since the namespace was made
 * (gauges are marked); TCP_ORPHAN, TCP_ALLOC and TCP_MEM are of the whole machine.
 */
#ifndef SOCKEYE_MODEL_COUNTERS_H
#define SOCKEYE_MODEL_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum counter_id {
#define COUNTER(id, file, prefix, key, gauge, title, help) CTR_##id,
#include "sockeye/model/counters.def"
	CTR_COUNT
};

struct counter_info {
	const char *file;   /* below /proc/thread-self/net/ */
	const char *prefix; /* of the line, with the colon: "TcpExt:" */
	const char *key;    /* the kernel's name */
	const char *title;  /* at most 16 columns; "" when it is not shown on the overview */
	const char *help;
	bool gauge; /* a level, not a sum: no rate */
};

struct counters {
	uint64_t value[CTR_COUNT];
	bool known[CTR_COUNT]; /* the kernel has it and it could be read */
};

extern const struct counter_info counter_table[CTR_COUNT];

#endif
