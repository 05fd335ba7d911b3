/* SPDX-License-Identifier: MIT */
/* The interfaces that sockets are bound to: few numbers, many times each. */
#ifndef SOCKEYE_COLLECT_DEVICES_H
#define SOCKEYE_COLLECT_DEVICES_H

#include <stdint.h>

#include "sockeye/model/snap.h"

/* Interfaces beyond this many go without a name. */
#define DEVICES_MAX 256

/* All zero is the empty set. */
struct devices {
	uint32_t n, last; /* last: place of the number that was added or found last */
	uint32_t ifindex[DEVICES_MAX];
};

void devices_add(struct devices *d, uint32_t ifindex); /* 0, which is no interface, is left out */
/* Adds to b the names of those that exist, in this thread's network namespace. */
void devices_name(const struct devices *d, struct snap_builder *b);

#endif
