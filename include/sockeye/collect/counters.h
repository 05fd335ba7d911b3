/* SPDX-License-Identifier: MIT */
/* The counters of model/counters.def, read from /proc/thread-self/net. */
#ifndef SOCKEYE_COLLECT_COUNTERS_H
#define SOCKEYE_COLLECT_COUNTERS_H

#include "sockeye/model/snap.h"

/*
 * Reads what there is into the builder's counters and says in SRC_COUNTERS how that went.
 * root is the proc file system, NULL for /proc. Counters that this kernel does not have stay
 * unknown; that is no problem of the source.
 */
void counters_read(struct snap_builder *b, const char *root);

/* The same without a builder: what cannot be read stays unknown. */
void counters_fill(struct counters *c, const char *root);
/* The same, of how many sockets there are alone. */
void counters_fill_sockets(struct counters *c, const char *root);

/*
 * Reads the range of ports that the kernel gives out itself (net.ipv4.ip_local_port_range of the
 * calling thread's network namespace); unreadable, the builder keeps the kernel's default.
 */
void local_ports_read(struct snap_builder *b, const char *root);

#endif
