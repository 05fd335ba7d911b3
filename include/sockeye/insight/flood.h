/* SPDX-License-Identifier: MIT */
/*
 * A flood, judged: half-open connections, new ones, cookies and drops as rates, the listeners whose
 * queues fill, and a verdict in words with the numbers behind it.
 */
#ifndef SOCKEYE_INSIGHT_FLOOD_H
#define SOCKEYE_INSIGHT_FLOOD_H

#include "sockeye/base/buf.h"
#include "sockeye/insight/history.h"

#define FLOOD_LISTENERS 8
#define FLOOD_TREND     12

struct flood_listener {
	uint32_t row; /* of that snapshot: the first of those that share address and port */
	uint16_t port;
	uint32_t half_open, queue, limit;
	double drops_per_s; /* < 0: not known */
};

struct flood {
	uint32_t half_open;
	double usual; /* median of half_open in the history, < 0 before there is enough of it */
	double new_per_s, cookies_sent_per_s, cookies_recv_per_s, cookies_failed_per_s;
	double reqq_drop_per_s, overflows_per_s, drops_per_s; /* < 0: not known */
	uint32_t half_trend[FLOOD_TREND],
		new_trend[FLOOD_TREND];                  /* oldest first, UINT32_MAX: not known */
	struct flood_listener listener[FLOOD_LISTENERS]; /* fullest first */
	unsigned n_listeners;
	bool likely;       /* the verdict is that there is a flood */
	char head[200];    /* "SYN flood likely: half-open 512 (usual 41), 488 of them ..."; ours */
	char verdict[400]; /* a sentence or two; ours */
};

void flood_make(struct flood *f, const struct snap *s, const struct history *h);

/*
 * Appends ready-to-paste lines, each ended by \n, that would keep this prefix off: nft, iptables or
 * ip6tables, ip route. Nothing is run. port 0: all ports.
 */
void flood_remedies(struct buf *out, const struct addr *a, unsigned bits, uint16_t port);

#endif
