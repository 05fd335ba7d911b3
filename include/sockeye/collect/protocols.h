/* SPDX-License-Identifier: MIT */
/* Which protocols the kernel has: those that are built in, and the modules that are loaded. */
#ifndef SOCKEYE_COLLECT_PROTOCOLS_H
#define SOCKEYE_COLLECT_PROTOCOLS_H

#include <stdint.h>

/*
 * Whether /proc/net/protocols has one whose name begins with this: "SCTP" for SCTP and SCTPv6. What is
 * not in it can have no sockets. Nothing is loaded for the question. 1, 0, or a negative errno where
 * it cannot be told: -ENODATA for a list that has not even TCP, as emulations have. *sockets, unless
 * NULL: how many it counts in this thread's network namespace, which only some protocols have done.
 * root: of /proc, NULL for that.
 */
int protocols_has(const char *root, const char *name, uint64_t *sockets);

#endif
