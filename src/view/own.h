/* SPDX-License-Identifier: MIT */
/*
 * Which addresses are this host's own: loopback, and those that any socket of the same network
 * namespace has at its own end. So both halves of a connection from here to here, as a proxy has to its backend, have
 * an own address at the far end.
 */
#ifndef SOCKEYE_SRC_VIEW_OWN_H
#define SOCKEYE_SRC_VIEW_OWN_H

#include "sockeye/base/index.h"
#include "sockeye/model/snap.h"

struct own {
	struct index ix;
	struct arena item;
	uint32_t last; /* the item that was found last, or IDX_NONE */
};

void own_init(struct own *o);
void own_free(struct own *o);
void own_reset(struct own *o);

/* The own ends of these rows. 0 or -ENOMEM. */
int own_look(struct own *o, const struct snap *s, uint32_t from, uint32_t to);
/*
 * 1 for an own address, 0 for another one, or -ENOMEM. *first: an own address is asked for the first
 * time. netns: as snap_netns().
 */
int own_ask(struct own *o, uint32_t netns, const struct addr *a, bool *first);

#endif
