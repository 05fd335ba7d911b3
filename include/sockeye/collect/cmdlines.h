/* SPDX-License-Identifier: MIT */
/*
 * What a process was started as, and its control group: for a few processes at a time.
 *
 * To read a command line the kernel takes a lock of the process's memory, which may be held for
 * ever. So it is read in a thread of its own; who waits too long goes on without. One thread calls
 * these functions.
 */
#ifndef SOCKEYE_COLLECT_CMDLINES_H
#define SOCKEYE_COLLECT_CMDLINES_H

#include <stdint.h>

#include "sockeye/model/detail.h"
#include "sockeye/model/snap.h"

#define CMDLINE_MAX 4096 /* bytes that are kept, as of a cgroup's path */

struct cmdlines;

/*
 * lookup writes of process pid the path of its cgroup, a NUL and the arguments as
 * /proc/PID/cmdline has them, cut at size, and returns the length, 0 when it is gone. It is called
 * in another thread, one call at a time. NULL: reads /proc.
 */
struct cmdlines *cmdlines_new(size_t (*lookup)(uint32_t pid, char *text, size_t size));
void cmdlines_free(struct cmdlines *c);

/*
 * Fills in what is known of the holders, n at most DETAIL_HOLDERS, whose identities are start[];
 * what takes too long comes with a later sample. 0, or -ECANCELED soon after cancel_fd (-1: none)
 * became readable.
 */
int cmdlines_fill(struct cmdlines *c, struct snap_builder *b, struct detail_holder *holder,
		  const uint64_t *start, uint32_t n, int cancel_fd);

#endif
