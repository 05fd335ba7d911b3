/* SPDX-License-Identifier: MIT */
/*
 * Counts different things a group, each once: a set of pairs of a group and a thing. One set holds
 * either processes or remote addresses.
 */
#ifndef SOCKEYE_SRC_VIEW_DISTINCT_H
#define SOCKEYE_SRC_VIEW_DISTINCT_H

#include "sockeye/base/index.h"
#include "sockeye/model/sock.h"

struct distinct {
	struct index ix;
	struct arena pair;
};

/* A pair that is to be added. */
struct distinct_ask {
	uint64_t hash;
	uint32_t group, thing;
	bool first; /* answered: this group did not have it yet */
};

/* How many pairs there are, and each of them. */
static inline uint32_t distinct_pairs(const struct distinct *d)
{
	return d->ix.used;
}
void distinct_pair(const struct distinct *d, uint32_t i, uint32_t *group, uint32_t *thing);

void distinct_init(struct distinct *d);
void distinct_free(struct distinct *d);
void distinct_reset(struct distinct *d);

void distinct_ask_proc(const struct distinct *d, uint32_t group, uint32_t proc,
		       struct distinct_ask *ask);
/* The remote address of a row. */
void distinct_ask_remote(const struct distinct *d, uint32_t group, const struct sock *sock,
			 uint32_t row, struct distinct_ask *ask);
/* Makes room for that many pairs in slices: index_grow_ahead(). */
int distinct_room(struct distinct *d, uint32_t more, uint32_t *budget);
/* Adds n pairs, better many than one after the other. sock: NULL for processes. 0 or -ENOMEM. */
int distinct_add(struct distinct *d, const struct sock *sock, struct distinct_ask *ask, uint32_t n);

#endif
