/* SPDX-License-Identifier: MIT */
/*
 * One dump of TCP by two threads: the kernel's walk is what a dump costs, two walks do not get in
 * each other's way (Linux >= 6.9; before, one waits for the other), and each tells of half of the
 * sockets, which a program chooses by a port (sport or dport at most, or above, a pivot).
 */
#ifndef SOCKEYE_SRC_COLLECT_HALVES_H
#define SOCKEYE_SRC_COLLECT_HALVES_H

#include "sockeye/collect/inet_diag.h"

/* Sockets from which on it is worth a second thread. */
#define HALVES_LEAST 20000

struct halves;

/* The last port of the first half. */
struct pivot {
	bool remote; /* of the remote end */
	uint16_t port;
};

struct halves *halves_new(void);
void halves_free(struct halves *h); /* ends the thread, which is idle; NULL is fine */

/*
 * Chooses the pivot from the ports of some of n rows. False when no port parts them into halves
 * of which the larger is small enough to gain.
 */
bool halves_pivot(const struct sock *rows, uint32_t n, struct pivot *p);
/* The same from the first sockets that the kernel tells of, for when there is no snapshot yet. */
bool halves_taste(int cancel_fd, struct pivot *p);

/*
 * As inet_diag_dump() of a query for AF_UNSPEC, by the calling thread with nl and by one that is
 * kept from call to call with a socket of its own: it adds to b as well, under a lock, until
 * this returns. *st is the sum of both, finished when both are. 1 before anything was asked when
 * there can be no second thread or socket, or the program would be too long.
 */
int halves_dump(struct halves *h, struct nl *nl, const struct inet_query *q, const struct pivot *p,
		struct snap_builder *b, int cancel_fd, struct nl_stats *st);
/* CPU time that the other thread has taken since it began, nanoseconds. */
int64_t halves_cpu_ns(struct halves *h);

#endif
