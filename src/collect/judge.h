/* SPDX-License-Identifier: MIT */
/* How a dump went, for whoever reads the report. */
#ifndef SOCKEYE_SRC_COLLECT_JUDGE_H
#define SOCKEYE_SRC_COLLECT_JUDGE_H

#include "sockeye/collect/nl.h"
#include "sockeye/model/snap.h"

/* The TCP sockets that there are by the kernel's counters. */
uint64_t judge_counted(struct snap_builder *b);

/* Whether the kernel's answer was no, not an accident on the way. */
bool judge_refused(int rc, const struct nl_stats *st);

/* Says of the source what a dump that brought rows, or ended well, leaves to be said. */
void judge_dump(struct snap_builder *b, enum source_id id, int rc, const struct nl_stats *st);

#endif
