/* SPDX-License-Identifier: MIT */
/* What a snapshot is made of: shared by snap.c, which fills it, and seal.c, which freezes it. */
#ifndef SOCKEYE_SRC_MODEL_SNAP_BUILDER_H
#define SOCKEYE_SRC_MODEL_SNAP_BUILDER_H

#include <pthread.h>
#include <stdatomic.h>

#include "sockeye/model/snap.h"

/* One descriptor on one row, in the order in which the owner map finds them. */
struct hold {
	uint32_t row, proc;
	int32_t fd;
};

/* A frozen snapshot and a builder are the same memory at two times of its life. */
struct snap_builder {
	struct snap snap; /* first: a snapshot's address is its builder's */
	atomic_uint refs;
	struct snap_pool *pool;
	struct snap_builder *next_free;
	const struct snap *prev;
	struct arena sock, ext, owner, hold, proc, user, ifname, place, netns;
	uint32_t here;                 /* row of netns that is being told of; IDX_NONE: of none */
	struct arena side[SIDE_COUNT]; /* an entry for each row, of those in sides */
	unsigned sides;                /* 1u << enum snap_side */
	struct index cookies;          /* rows of sock */
	struct index users;            /* rows of user, until they are sorted */
	bool births_unknown;
	struct arena details, cgroup; /* of SIDE_DETAIL */
	struct index cgroups;         /* rows of cgroup, until they are sorted */
	struct strpool str;
	enum why unfound;
	bool close_told;             /* snap_set_close() was called */
	uint32_t limit;              /* of rows */
	uint32_t tcp_rows[ST_COUNT]; /* by state */
	struct detail detail;        /* snap.detail points here, or nowhere */
};

struct snap_pool {
	pthread_mutex_t lock;
	struct snap_builder *free;
	struct arena hold; /* of the last builder: see builder_give_back() */
	uint64_t seq;
	uint32_t usual_rows; /* of the last snapshot: room to make for the next one */
};

/* The namespace of each row, in a builder that has them. */
static inline uint32_t *builder_in_netns(const struct snap_builder *b)
{
	return (void *)b->side[SIDE_NETNS].base;
}

/* ---- namespaces: netns.c ---- */

/* What makes the cookies of the namespace that is being told of unlike those of others. */
uint64_t builder_salt(const struct snap_builder *b, bool of_kernel);
/* The row of netns that a row of the snapshot before would be in, or IDX_NONE. */
uint32_t builder_netns_of(const struct snap_builder *b, uint32_t prev_row);
void builder_set_ports(struct snap_builder *b, uint16_t first, uint16_t last);

/* The memory that only building needs, a sixth of a snapshot, is for the next builder. */
void builder_give_back(struct snap_builder *b);
/* snap_detail.c: what snap_row_detail() and snap_cgroup_path() read. */
void builder_seal_details(struct snap_builder *b);

#endif
