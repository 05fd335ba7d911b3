/* SPDX-License-Identifier: MIT */
/* Counts different things a group, each once: a set of pairs of a group and a thing. */
#ifndef SOCKEYE_SRC_VIEW_DISTINCT_H
#define SOCKEYE_SRC_VIEW_DISTINCT_H

#include "sockeye/base/index.h"
#include "sockeye/model/sock.h"

struct distinct {
	struct index ix;
	struct arena pair;
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

/* 1 when this group did not have it yet, 0 when it had, -ENOMEM. */
int distinct_proc(struct distinct *d, uint32_t group, uint32_t proc);
/* The same for the remote address of a row. One set holds either processes or addresses. */
int distinct_remote(struct distinct *d, uint32_t group, const struct sock *sock, uint32_t row);

#endif
