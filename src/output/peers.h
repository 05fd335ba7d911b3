/* SPDX-License-Identifier: MIT */
/* For each process, the processes at the other ends of its UNIX sockets. */
#ifndef SOCKEYE_SRC_OUTPUT_PEERS_H
#define SOCKEYE_SRC_OUTPUT_PEERS_H

#include "sockeye/view/view.h"

struct peer_pair {
	uint32_t proc, peer; /* rows of the snapshot's processes */
};

struct peers {
	struct peer_pair *pair; /* by proc, then peer; each once */
	size_t n, size;
};

/* Of the sockets that q selects and whose filter passes. All zero at first. */
void peers_make(struct peers *p, const struct snap *s, const struct query *q);
void peers_free(struct peers *p);
/* Those of one process; *n is how many. */
const struct peer_pair *peers_of(const struct peers *p, uint32_t proc, size_t *n);

#endif
