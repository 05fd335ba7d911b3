/* SPDX-License-Identifier: MIT */
/* Puts sockets into groups, a batch of rows at a time. */
#ifndef SOCKEYE_SRC_VIEW_GROUP_H
#define SOCKEYE_SRC_VIEW_GROUP_H

#include "distinct.h"
#include "own.h"
#include "result.h"
#include "rollup.h"

/* fe80::/10: a shorter prefix holds other addresses as well, which are of no interface. */
#define LINK_LOCAL_BITS 10

/* Small enough to stay in the first cache while a batch goes through several hands. */
#define BATCH 256

/* A row that passed the filter. */
struct hit {
	uint32_t row;
	uint32_t holders; /* processes */
};

/* A row of a group whose process and remote address are still to be counted. */
struct later {
	uint32_t group, row;
};

struct grouper {
	struct result *r; /* being made */
	struct distinct procs, remotes;
	struct later later[BATCH];
	uint32_t n_later;
	struct own own;       /* with query.hide_own */
	struct rollup rollup; /* with query.rollup */
	uint32_t own_sockets, other_sockets;
	struct arena group_of; /* uint32_t a row of snap.proc, user, place or netns: its group, or
			     IDX_NONE */
	struct arena listen;   /* uint32_t: listening rows, for ends */
	uint32_t next_listen;
	struct arena mark; /* uint32_t a group: see the groupings that use it */
	uint32_t why_group[WHY_COUNT];
	uint32_t proto_group[PROTO_COUNT]; /* BY_STATE: of UDP and of what else is selected */
	uint32_t last_uid, last_user;
	uint32_t now_s;           /* monotonic second of the snapshot, as since_s */
	struct addr mask4, mask6; /* of BY_REMOTE's prefixes */
	uint8_t bits4, bits6;
};

/* The group of each row of snap.proc, snap.user or snap.place. */
static inline uint32_t *grouper_map(const struct grouper *gr)
{
	return (void *)gr->group_of.base;
}

static inline bool sock_listens(const struct sock *s)
{
	return s->proto == PROTO_TCP && s->state == ST_LISTEN;
}

void grouper_init(struct grouper *gr);
void grouper_free(struct grouper *gr);

/* Starts on r, whose snapshot and query are set. room: about how many groups. 0 or -ENOMEM. */
int grouper_begin(struct grouper *gr, struct result *r, uint32_t room);
/* Looks at all rows of a range, before those of them that passed are added. 0 or -ENOMEM. */
int grouper_look(struct grouper *gr, uint32_t from, uint32_t to);
/*
 * Makes room for what a batch brings, so that no table has to grow at once while a key waits. Goes on
 * as far as budget goes, which it is taken from. 1 when there is room, 0 when not yet, or -ENOMEM.
 */
int grouper_room(struct grouper *gr, uint32_t *budget);
/* At most BATCH rows. Not BY_SOCKET. 0 or -ENOMEM. */
int grouper_add(struct grouper *gr, const struct hit *hit, uint32_t n);
/* After the last row: whether this group is to be shown. */
bool grouper_keeps(const struct grouper *gr, uint32_t group);
/* The prefix's group that the group is part of, or IDX_NONE; it comes after its parts. */
uint32_t grouper_parent(const struct grouper *gr, uint32_t group);
/* How many sockets a group that was not there before is to be compared with. */
uint32_t grouper_base(const struct grouper *gr, uint32_t group);

/* BY_REMOTE: the group of a prefix that is known not to be there yet; IDX_NONE without memory. */
uint32_t grouper_put_net(struct grouper *gr, const struct addr *net, uint32_t netns,
			 uint32_t ifindex, uint8_t bits, bool own);
/* With query.hide_own, before anything else: looks at the own ends of a range. 0 or -ENOMEM. */
int grouper_look_own(struct grouper *gr, uint32_t from, uint32_t to);

/* ---- for groupings elsewhere ---- */

/* The row of sockets that nobody holds for this reason; IDX_NONE without memory, as below. */
uint32_t grouper_why(struct grouper *gr, uint32_t why);
/* BY_PROGRAM, BY_CONTAINER, BY_UNIT: the group of a name, new if need be. */
uint32_t grouper_named(struct grouper *gr, const union group_key *key);
/* Makes grouper_map() for so many rows of a table of the snapshot, of which no group is known. 0 or -ENOMEM. */
int grouper_begin_map(struct grouper *gr, uint32_t rows);
/* Adds one socket to a group. 0 or -ENOMEM, also for IDX_NONE. */
int grouper_tally(struct grouper *gr, uint32_t group, struct hit hit);

/* BY_CONTAINER, BY_UNIT: group_places.c */
int grouper_begin_places(struct grouper *gr);
int grouper_add_places(struct grouper *gr, const struct hit *hit, uint32_t n);

/* ---- with query.distinct: group_count.c ---- */

/* Counts, sooner or later, the different processes and addresses of a group. 0 or -ENOMEM. */
int grouper_count(struct grouper *gr, uint32_t group, uint32_t row);
/* Counts what was left for later. 0 or -ENOMEM. */
int grouper_settle(struct grouper *gr);

/* ---- with query.ends: group_ends.c ---- */

/* A part of grouper_look(). */
int grouper_look_ends(struct grouper *gr, uint32_t from, uint32_t to);
/* A connection of the group came through a listener, or not. */
void grouper_note_port(struct grouper *gr, uint32_t group, uint32_t row);
/* The connections of another group are this one's as well. */
void grouper_add_ends(struct grouper *gr, uint32_t group, uint32_t from);
/*
 * After the last row: gives groups the ends where they listen, as far as budget goes, which it is
 * taken from. True when that is done.
 */
bool grouper_ends(struct grouper *gr, uint32_t *budget);

#endif
