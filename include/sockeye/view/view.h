/* SPDX-License-Identifier: MIT */
/*
 * A view: one snapshot, filtered, grouped, sorted. Panes and reports read views and nothing else.
 *
 * Work is done in slices, so that a key can overtake; until the new result is complete the old one
 * stays readable. A view holds a reference to the snapshot that its visible result is of. One thread.
 */
#ifndef SOCKEYE_VIEW_VIEW_H
#define SOCKEYE_VIEW_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "sockeye/filter/filter.h"
#include "sockeye/model/field.h"

enum by {
	BY_STATE,
	BY_PROCESS,
	BY_PROGRAM,
	BY_USER,
	BY_REMOTE,
	BY_LISTENER,
	BY_CONTAINER, /* with want.places */
	BY_UNIT,
	BY_NETNS,
	BY_SOCKET,
	BY_COUNT
};

const char *by_name(enum by by);           /* "state", ... as in --by */
int by_by_name(const char *s, size_t len); /* -1 */

enum column {
#define COLUMN(id, name, title, width, right, help) COL_##id,
#include "sockeye/view/columns.def"
	COL_STATE, /* COL_STATE + enum tcp_state: how many are in that state */
	COL_COUNT = COL_STATE + ST_COUNT
};

struct column_info {
	const char *name, *title, *help;
	unsigned char width;
	bool right;
};

const struct column_info *column_info(enum column c);
/* A column's name or any spelling of a state; -1. */
int column_by_name(const char *s, size_t len);
/* Whether rows of this grouping have the column. */
bool column_of(enum by by, enum column c);
/* Whether its figures are there only with query.distinct. */
bool column_is_distinct(enum column c);
/* Whether it is made of view_ends(), which are there only with query.ends. */
bool column_is_ends(enum column c);
/* Whether it is bytes a second, which are there only where the snapshot is rated. */
bool column_is_rate(enum column c);
/* Whether rows have an order by it. */
bool column_sorts(enum column c);
/* Whether there are rows only in a snapshot with places (struct want), or figures in the column. */
bool by_is_place(enum by by);
bool column_is_place(enum column c);
/*
 * What --sort FIELD means for this grouping: an enum column, for BY_SOCKET an enum field_id; -1 when
 * its rows have no such key. Takes the keys of the JSON rows and any spelling of a state.
 */
int sort_by_name(enum by by, const char *s, size_t len);

/* Which sockets are looked at at all (-t -u -4 -6 -l): what totals count. Where there are MPTCP sockets,
 * their TCP subflows are no sockets besides. */
struct select {
	unsigned protos; /* 1u << enum proto */
	bool v4, v6;     /* -4: AF_INET and IPv4-mapped; -6: the rest of AF_INET6 */
	bool listening;  /* only LISTEN, and unconnected ones of what needs no connection */
	/* Of those without internet addresses: bits by SOCK_STREAM, ...; 0: all types. */
	uint16_t types[PROTO_COUNT];
};

bool select_has(const struct select *sel, const struct sock *s);

struct query {
	struct select select;
	struct filter
		*filter; /* NULL: everything; borrowed until the next view_set() or view_free(),
				   which is why it is NULL in what view_query() returns */
	enum by by;
	uint8_t prefix4, prefix6; /* BY_REMOTE: 32 and 128 for single addresses */
	bool rollup;    /* BY_REMOTE: single addresses, but one group for a prefix of many */
	bool hide_own;  /* BY_REMOTE: no rows for this host's own addresses, if there are others */
	uint8_t sort;   /* enum column; BY_SOCKET: enum field_id; SORT_NATURAL */
	bool ascending; /* no matter for SORT_NATURAL */
	bool distinct;  /* also count processes, peers and addresses of each group (dearer);
				   implied when the sort asks for one of them */
	bool ends;      /* also find where each group listens: see view_ends() */
};

/*
 * With query.rollup a prefix has a row in the place of its addresses when there are so many of them,
 * and the largest has no more than half of their sockets. Once it has, it keeps it down to fewer, and
 * up to three quarters.
 */
#define ROLLUP_MIN  8
#define ROLLUP_STAY 6

/* BY_STATE: by number; BY_SOCKET: state, local, remote; others: sockets descending, then key. */
#define SORT_NATURAL 0xff

struct totals {
	uint32_t total;   /* selected, before the filter */
	uint32_t matched; /* after it: everything below counts these */
	uint32_t born;    /* of these, with SOCK_NEW; and: */
	uint32_t brief;   /* that came and went since then, as far as the filter can tell */
	uint32_t proto[PROTO_COUNT];
	uint32_t state[ST_COUNT]; /* TCP */
	uint32_t without_remote;
	uint32_t own_hidden;     /* have a remote, but no row for query.hide_own */
	uint32_t extra_holds;    /* sum of holders - 1 */
	uint32_t shared;         /* sockets with more than one holder */
	uint32_t processes;      /* that hold any of them */
	uint32_t why[WHY_COUNT]; /* without a process, by reason; WHY_OWNED: with one */
};

union group_key {
	struct {               /* BY_STATE */
		uint8_t state; /* of TCP; 0: the row of another protocol */
		uint8_t proto;
	};
	struct {               /* BY_PROCESS */
		uint32_t proc; /* row of snap.proc */
		int32_t pid;
	};
	uint32_t comm;          /* BY_PROGRAM: string id */
	uint32_t uid;           /* BY_USER */
	uint32_t netns;         /* BY_NETNS: row of snap.netns; IDX_NONE where nobody asked */
	struct {                /* BY_CONTAINER, BY_UNIT */
		uint32_t name;  /* string id; STR_NONE: in none */
		uint32_t place; /* row of snap.place: one of those with that name */
	} in;
	struct { /* BY_REMOTE, BY_LISTENER */
		struct addr addr;
		uint32_t ifindex; /* link-local remotes */
		uint32_t netns;   /* BY_LISTENER and link-local remotes, as snap_netns() */
		uint16_t port;    /* BY_LISTENER */
		uint8_t bits;     /* BY_REMOTE: prefix length */
	} end;
};

struct group {
	uint64_t id; /* the same item in another snapshot has the same id, in this view; never 0 */
	uint8_t why; /* enum why; not WHY_OWNED: the row of sockets without a process for this reason */
	bool has_delta; /* false for a first sample or after the query changed */
	bool fresh;     /* has_delta, and the group was not there then */
	bool own;       /* BY_REMOTE with query.hide_own: of this host's own addresses */
	union group_key key;
	uint32_t sockets, udp, shared;
	uint32_t state[ST_COUNT];             /* TCP sockets in that state */
	uint64_t recv_q, send_q;              /* without LISTEN */
	uint64_t in, out;                     /* bytes since the sample before, where snap.rated */
	uint32_t processes, peers, addresses; /* 0 unless query.distinct */
	uint32_t born;        /* with SOCK_NEW, in a first sample all; and those that came and went
				 since the last one, of which a group may have nothing else */
	uint32_t oldest_s;    /* longest time that one of them has been seen in its state */
	uint32_t seen_s;      /* monotonic second since which it is known to have been there */
	uint32_t idle, timed; /* without data for IDLE_MS; of so many it is known: see snap.tcp */
	uint32_t listeners, accept_queue,
		accept_max;      /* BY_LISTENER: of all that listen there, filter or not */
	uint32_t drops, dropped; /* of these: since they listen; since the last sample */
	uint32_t
		netns; /* of all its sockets, as snap_netns(); IDX_NONE: of several, or nobody asked */
	uint32_t place; /* BY_NETNS: a row of snap.place in whose container all its sockets are, as
				   far as it is known, or PLACE_SEVERAL; IDX_NONE: not known of any */
	uint32_t first; /* a row of the group; IDX_NONE for an empty one. BY_LISTENER: a listening
				   row, the others by view_next_listener() */
	int32_t delta;  /* sockets against the last complete result of the same query */
};

/* Sockets of a group are in several containers, or some of them in one. */
#define PLACE_SEVERAL (IDX_NONE - 1)

/* A connection without data for longer is called idle. */
#define IDLE_MS 60000

#define GROUP_ENDS 4 /* listening ends that are kept of a group */

/*
 * Where a group listens. BY_PROCESS to BY_USER, BY_CONTAINER, BY_UNIT: the listening sockets that it has, filter or
 * not, the lowest ports; all wildcards count as one address. BY_REMOTE: the listeners that its
 * connections came through, most of them first, one for a port.
 */
struct group_ends {
	uint32_t row[GROUP_ENDS]; /* of the snapshot */
	uint32_t hits[GROUP_ENDS];
	uint8_t n;
	bool more; /* there are others */
};

struct view;

struct view *view_new(void);
void view_free(struct view *v);

/* Starts on a new result; whatever was being made is dropped. References s. */
void view_set(struct view *v, const struct snap *s, const struct query *q);
/* Works on about budget rows; true when the result of the last view_set() is complete and visible. */
bool view_step(struct view *v, uint32_t budget);
/* view_step() to the end. */
void view_finish(struct view *v);
bool view_busy(const struct view *v);
/* Whether the last view_set() came to nothing for lack of memory; the result before it stays. */
bool view_failed(const struct view *v);

/* The visible result. Empty (0 rows, NULL snapshot) before the first is complete. */
const struct snap *view_snap(const struct view *v);
const struct query *view_query(const struct view *v);
const struct totals *view_totals(const struct view *v);
uint32_t view_rows(const struct view *v);
uint64_t view_row_id(const struct view *v, uint32_t row); /* group id; BY_SOCKET: cookie */
uint32_t view_find(const struct view *v, uint64_t id);    /* row, or IDX_NONE */
const struct group *view_group(const struct view *v, uint32_t row); /* not BY_SOCKET */
/* Also one without a row: an address that is rolled up, or an own one. NULL when there is none. */
const struct group *view_find_group(const struct view *v, uint64_t id); /* not BY_SOCKET */
/* The own addresses at the far ends of the sockets that query.hide_own is about, each once. */
const struct addr *view_own(const struct view *v, uint32_t *n);
uint32_t view_sock(const struct view *v, uint32_t row); /* BY_SOCKET: row of the snapshot */
/* NULL unless query.ends was set for a grouping that has them. */
const struct group_ends *view_ends(const struct view *v, uint32_t row);
/* BY_LISTENER: the listening row after this one on the same address and port, or IDX_NONE. */
uint32_t view_next_listener(const struct view *v, uint32_t sock);
/* The time between the two samples that deltas compare; 0 when there are none. */
int64_t view_delta_ns(const struct view *v);

/*
 * The figure of a column; 0 for those that are text. COL_DELTA: the bits of an int64_t; what is a
 * second is for the time since the sample before: snap_per_s().
 */
uint64_t group_number(const struct group *g, enum column c);
/* Where a group of BY_PROCESS, BY_CONTAINER, BY_UNIT or BY_NETNS is; NULL for one that is nowhere. */
const struct place *group_place(const struct snap *s, enum by by, const struct group *g);
/*
 * The text of the key, in buf of FIELD_TEXT_SIZE: "CLOSE_WAIT", "java[2211]", "tomcat", "10.4.1.0/24",
 * "fe80::1%eth0", "0.0.0.0:443", "[orphan]".
 */
struct clean group_text(const struct view *v, const struct group *g, enum text_set set, char *buf);
/* The text of a column that is none of figures, "-" where there is none; in buf of FIELD_TEXT_SIZE. */
struct clean group_name(const struct view *v, const struct group *g, enum column c,
			enum text_set set, char *buf);
/*
 * The expression that selects exactly this group's sockets: "pid = 2211", "dst 10.4.1.0/24"; of a
 * listener's group also the listening sockets themselves. Names are quoted where they must be, so that
 * it parses whatever they are; they stay raw, so what shows the expression has to clean it.
 */
void group_filter(const struct view *v, const struct group *g, struct buf *out);

#endif
