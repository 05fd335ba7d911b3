/* SPDX-License-Identifier: MIT */
/*
 * Sockets of all families beside TCP and UDP, from sock_diag, or from /proc/net where that is refused
 * or not there. Each says in its source which it was and what is missing.
 */
#ifndef SOCKEYE_SRC_COLLECT_FAMILIES_H
#define SOCKEYE_SRC_COLLECT_FAMILIES_H

#include "sockeye/collect/nl.h"
#include "sockeye/model/source.h"

struct devices;

/* What is remembered of one kernel's refusals in one network namespace; all zero at first. */
struct families {
	struct {
		int64_t until_ns; /* CLOCK_MONOTONIC; 0: none */
		int why;          /* negative errno */
	} refused[PROTO_COUNT];
};

/*
 * Adds the sockets that w wants of the network namespace of nl; nl may be NULL, and nl_error says
 * why. root is the proc file system, NULL for /proc. d gets the interfaces that they are bound to.
 * 0; -ECANCELED; -ENOMEM. A family that is not to be had is no error.
 */
int families_update(struct families *f, struct nl *nl, int nl_error, const char *root,
		    struct devices *d, struct snap_builder *b, const struct want *w, int cancel_fd);

#endif
