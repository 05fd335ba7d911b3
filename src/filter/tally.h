/* SPDX-License-Identifier: MIT */
/* How many sockets of a snapshot have each value of a field. */
#ifndef SOCKEYE_SRC_FILTER_TALLY_H
#define SOCKEYE_SRC_FILTER_TALLY_H

#include "sockeye/base/index.h"
#include "sockeye/model/snap.h"

#include "tree.h"

/*
 * A value: the two words of an address, in the order of the machine; else hi is 0 and lo a number: of a word of the vocabulary,
 * a string id (comm), a uid, a pid, an interface, a port, a listening row of the snapshot.
 */
struct tally_item {
	uint64_t hi, lo;
	uint32_t count;
	uint32_t last; /* the row that was counted last, and one */
};

struct tally {
	struct arena item; /* struct tally_item, most sockets first */
	struct index ix;
	uint32_t n;
	/* What it is of. */
	const struct snap *snap; /* compared, never followed */
	uint64_t seq;
	enum subject_id subject;
	bool made;
};

void tally_init(struct tally *t);
void tally_free(struct tally *t);

/* Counts, unless that is done. Without memory some values are missing. */
void tally_make(struct tally *t, enum subject_id subject, const struct snap *s);

static inline const struct tally_item *tally_items(const struct tally *t)
{
	return (const void *)t->item.base;
}

#endif
