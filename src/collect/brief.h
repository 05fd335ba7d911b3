/* SPDX-License-Identifier: MIT */
/*
 * Sockets that came and went between two samples: those of the feed of ended ones that neither dump
 * told of. Cookies say which those are, as a socket keeps its own to the last, and the ends of those in
 * TIME_WAIT.
 */
#ifndef SOCKEYE_SRC_COLLECT_BRIEF_H
#define SOCKEYE_SRC_COLLECT_BRIEF_H

#include "sockeye/collect/ended.h"
#include "sockeye/model/source.h"

/* All zero is one that was not asked for yet. */
struct brief {
	struct ended_feed *feed; /* NULL: nobody asks, or there is none */
	unsigned protos;         /* that it is of */
	int64_t cpu_ns;          /* of its thread, at the last sample */
	struct ended_list list;
};

/* After the last row. Says in SRC_ENDED how that went. 0 or -ENOMEM. */
int brief_update(struct brief *br, struct snap_builder *b, const struct want *w);
void brief_free(struct brief *br); /* what it holds, not br */

/*
 * Adds those of the list that neither the rows nor those of the snapshot before tell of, where w had
 * both tell of all. 0 or -ENOMEM.
 */
int brief_add(struct snap_builder *b, const struct ended_list *l, const struct want *w);

#endif
