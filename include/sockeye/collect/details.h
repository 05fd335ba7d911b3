/* SPDX-License-Identifier: MIT */
/* Everything about the one socket that somebody looks at: struct want.detail, struct detail. */
#ifndef SOCKEYE_COLLECT_DETAILS_H
#define SOCKEYE_COLLECT_DETAILS_H

#include "sockeye/collect/nl.h"
#include "sockeye/model/source.h"

struct details;

struct details *details_new(void);
void details_free(struct details *d);

/*
 * Gives the control groups in b their paths. Asks for w->detail, if there is one, and puts into b what came, or why nothing did. Its holders
 * are those in b. nl NULL: nl_error says why there is none. 0, or -ECANCELED soon after cancel_fd
 * (-1: none) became readable.
 */
int details_update(struct details *d, struct nl *nl, int nl_error, struct snap_builder *b,
		   const struct want *w, int cancel_fd);

#endif
