/* SPDX-License-Identifier: MIT */
/* Puts sockets into groups, a batch of rows at a time. */
#ifndef SOCKEYE_SRC_VIEW_GROUP_H
#define SOCKEYE_SRC_VIEW_GROUP_H

#include "distinct.h"
#include "result.h"

/* Small enough to stay in the first cache while a batch goes through several hands. */
#define BATCH 256

/* A row that passed the filter. */
struct hit {
	uint32_t row;
	uint32_t holders; /* processes */
};

struct grouper {
	struct result *r; /* being made */
	struct distinct procs, remotes;
	struct arena
		group_of;    /* uint32_t a row of snap.proc or snap.user: its group, or IDX_NONE */
	struct arena listen; /* uint32_t: listening rows, for ends */
	uint32_t next_listen;
	struct arena mark; /* uint32_t a group: see the groupings that use it */
	uint32_t why_group[WHY_COUNT];
	uint32_t last_uid, last_user;
	uint32_t now_s;           /* monotonic second of the snapshot, as since_s */
	struct addr mask4, mask6; /* of BY_REMOTE's prefixes */
};

/* The group of each row of snap.proc or snap.user. */
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
/* At most BATCH rows. Not BY_SOCKET. 0 or -ENOMEM. */
int grouper_add(struct grouper *gr, const struct hit *hit, uint32_t n);
/* After the last row: whether this group is to be shown. */
bool grouper_keeps(const struct grouper *gr, uint32_t group);

/* ---- with query.ends: group_ends.c ---- */

/* A part of grouper_look(). */
int grouper_look_ends(struct grouper *gr, uint32_t from, uint32_t to);
/* A connection of the group came through a listener, or not. */
void grouper_note_port(struct grouper *gr, uint32_t group, uint32_t row);
/*
 * After the last row: gives groups the ends where they listen, as far as budget goes, which it is
 * taken from. True when that is done.
 */
bool grouper_ends(struct grouper *gr, uint32_t *budget);

#endif
