/* SPDX-License-Identifier: MIT */
/*
 * What is asked of some TCP sockets only, because of all of them it would be too dear: since when a
 * CLOSE_WAIT is one (tcp_info), and how many connections a listener dropped (skmeminfo).
 */
#ifndef SOCKEYE_SRC_COLLECT_TCP_FACTS_H
#define SOCKEYE_SRC_COLLECT_TCP_FACTS_H

#include <stdbool.h>

#include "sockeye/collect/nl.h"
#include "sockeye/model/snap.h"

struct tcp_facts {
	int64_t since_ns; /* CLOCK_MONOTONIC at which CLOSE_WAITs were asked last, 0 never */
	bool untold;      /* there have been some since then that should be */
};

/*
 * Asks for the facts of the rows in b, of which a dump is done. CLOSE_WAITs are asked in the first
 * snapshot, and when the one before had some that it had never seen in another state, but every
 * TCP_FACTS_PERIOD_S at most: it is a walk over all connections. told: the dump told of these. by_family: the kernel does not know
 * the legacy request. Facts that do not come are missed by nobody. 0, or -ECANCELED.
 */
#define TCP_FACTS_PERIOD_S 5
int tcp_facts_update(struct tcp_facts *f, struct nl *nl, bool by_family, bool told,
		     struct snap_builder *b, int cancel_fd);

/*
 * Decodes the payload of one message, at a 4-aligned address, of a row in this state. now_ns:
 * CLOCK_MONOTONIC at which the kernel said so. false: it does not say.
 */
bool tcp_facts_since(const void *payload, size_t len, int64_t now_ns, uint32_t *since_s);
/* The measures of a connection; what its kernel does not have is 0. */
bool tcp_facts_stat(const void *payload, size_t len, enum tcp_state st, struct tcp_stat *t);
bool tcp_facts_drops(const void *payload, size_t len, uint32_t *drops);

#endif
