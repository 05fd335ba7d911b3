/* SPDX-License-Identifier: MIT */
/* Which listening socket a connection came through, told by the local end alone. */
#ifndef SOCKEYE_MODEL_LISTENERS_H
#define SOCKEYE_MODEL_LISTENERS_H

#include "sockeye/model/sock.h"

struct listeners;

/*
 * Looks through n rows for those that listen. in_netns, snap.in_netns, may be NULL: all are in the same
 * namespace, 0. The arrays are borrowed and must not move or change as long as it is used. NULL
 * without memory.
 */
struct listeners *listeners_new(const struct sock *sock, const struct sock_ext *ext,
				const uint32_t *in_netns, uint32_t n);
void listeners_free(struct listeners *l); /* NULL is fine */

/*
 * The row of the listener that this TCP connection, bound to this device (0: to none), came through:
 * the exact address first, then the wildcard of the family, which for AF_INET6 is dual stack. IDX_NONE
 * when there is none, so that it was made from here.
 */
uint32_t listeners_find(const struct listeners *l, const struct sock *s, uint32_t netns,
			uint32_t ifindex);

#endif
