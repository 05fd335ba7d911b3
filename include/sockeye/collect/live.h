/* SPDX-License-Identifier: MIT */
/* The running kernel as a source: sock_diag (else /proc/net), owners from /proc, counters, users. */
#ifndef SOCKEYE_COLLECT_LIVE_H
#define SOCKEYE_COLLECT_LIVE_H

#include "sockeye/model/source.h"

extern const struct source_ops live_source;

#endif
