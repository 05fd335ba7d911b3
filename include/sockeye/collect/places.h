/* SPDX-License-Identifier: MIT */
/*
 * Where sockets and their holders are: struct want.places, snap.place. From the control group that a
 * socket was made in, which the kernel tells with it, and from those of processes, /proc/PID/cgroup,
 * which are kept from sample to sample. Nobody is asked: no runtime, no daemon. One thread at a time.
 */
#ifndef SOCKEYE_COLLECT_PLACES_H
#define SOCKEYE_COLLECT_PLACES_H

#include <stddef.h>
#include <stdint.h>

#include "sockeye/model/snap.h"

struct places;

/* root is the proc file system, groups where cgroup2 is mounted; NULL for where they usually are. */
struct places *places_new(const char *root, const char *groups);
void places_free(struct places *p);

/* Before the first row of each sample: rows get places. */
void places_begin(struct places *p, struct snap_builder *b);
/* The place of a control group of this number, for snap_beside(SIDE_PLACE); 0 where there is none. */
uint32_t places_of_group(struct places *p, struct snap_builder *b, uint64_t id);
/*
 * After the owners: the places of the processes in b; says in SRC_CGROUPS how complete that is. 0,
 * or -ECANCELED soon after cancel_fd (-1: none) became readable.
 */
int places_update(struct places *p, struct snap_builder *b, int cancel_fd);

#endif
