/* SPDX-License-Identifier: MIT */
/* One complete answer of a view, and the one that is being made. */
#ifndef SOCKEYE_SRC_VIEW_RESULT_H
#define SOCKEYE_SRC_VIEW_RESULT_H

#include "sockeye/base/index.h"
#include "sockeye/view/view.h"

struct listener_link {
	uint32_t sock, next; /* rows of the snapshot */
};

struct result {
	const struct snap *snap; /* referenced */
	struct query query;
	struct buf filter_text; /* what query.filter prints as: the filter itself may be gone */
	struct totals totals;
	struct arena group; /* struct group, in the order in which they were found */
	struct arena ends;  /* struct group_ends a group; empty without query.ends */
	struct arena link;  /* struct listener_link, by sock */
	struct arena own;   /* struct addr: see view_own() */
	struct arena order; /* uint32_t a visible row: its group, or its row of the snapshot */
	struct arena rank;  /* the other way round: IDX_NONE for what is not visible */
	struct index ix;    /* groups by id */
	int64_t delta_ns;
};

static inline struct group *result_groups(const struct result *r)
{
	return (void *)r->group.base;
}

static inline struct group_ends *result_ends(const struct result *r)
{
	return (void *)r->ends.base;
}

static inline uint32_t result_n_groups(const struct result *r)
{
	return (uint32_t)(r->group.used / sizeof(struct group));
}

static inline const uint32_t *result_order(const struct result *r)
{
	return (const void *)r->order.base;
}

static inline uint32_t result_rows(const struct result *r)
{
	return (uint32_t)(r->order.used / sizeof(uint32_t));
}

/* Where the group with this id is, or IDX_NONE. */
static inline uint32_t result_find(const struct result *r, uint64_t id)
{
	const struct group *g = result_groups(r);
	uint32_t i;

	for (uint32_t at = index_first(&r->ix, id); (i = index_row(&r->ix, at)) != IDX_NONE;
	     at = index_next(&r->ix, at))
		if (g[i].id == id)
			break;
	return i;
}

#endif
