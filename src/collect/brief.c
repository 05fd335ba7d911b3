/* SPDX-License-Identifier: MIT */
#include "brief.h"

#include <errno.h>
#include <string.h>

#include "sockeye/base/index.h"

/* ---- which of them ------------------------------------------------------- */

/* Those of a socket that has an end of its own, which a half-open one and one in TIME_WAIT have not. */
static const unsigned full_states[PROTO_COUNT] = {
	[PROTO_TCP] = ST_ALL & ~(ST_BIT(ST_SYN_RECV) | ST_BIT(ST_TIME_WAIT) | ST_BIT(ST_LISTEN) |
				 ST_BIT(ST_CLOSE)),
	[PROTO_UDP] = ST_BIT(ST_ESTABLISHED) | ST_BIT(ST_CLOSE),
};

static uint32_t choice_of(const struct want *w)
{
	return w->thin != NULL ? w->thin->choice : 0;
}

/*
 * Whether both samples were told of all there is: else a socket that is in neither was there for long.
 * What a choice of addresses leaves out does not pass the filter that it is made of.
 */
static bool is_whole(const struct snap_builder *b, const struct want *w, enum proto p)
{
	const struct snap *prev = snap_prev(b);

	if (prev == NULL || prev->choice != choice_of(w) ||
	    (w->thin != NULL && (full_states[p] & ~w->thin->states[p]) != 0))
		return false;
	return prev->source[source_of(p)].status == SOURCE_OK &&
	       snap_status(b, source_of(p)) == SOURCE_OK;
}

/* A TCP socket without a remote end listened, or was never used; no connection came and went. */
static bool is_connection(const struct ended *x)
{
	return x->proto != PROTO_TCP || x->rport != 0 || !addr_is_any(&x->remote);
}

/* What it was last. One that was never established tried to be. */
static uint8_t state_of(const struct ended *x)
{
	if (x->proto != PROTO_TCP)
		return x->state;
	return x->flags & ENDED_OPENED ? ST_ESTABLISHED : ST_SYN_SENT;
}

static struct sock row_of(const struct ended *x)
{
	return (struct sock){
		.local = x->local,
		.remote = x->remote,
		.cookie = x->cookie,
		.lport = x->lport,
		.rport = x->rport,
		.family = x->family,
		.proto = x->proto,
		.state = state_of(x),
	};
}

/* ---- those that are in TIME_WAIT ------------------------------------------- */

/*
 * The minisocket inherits the cookie, but only if the socket had one yet: it gets it when it is asked for,
 * so one that no dump has seen has another in TIME_WAIT than when it is freed. Its ends tell that the
 * row is of the same connection.
 */
struct minis {
	struct index ix;
	const struct sock *rows;
	uint32_t n;
	bool made;
};

static uint64_t hash_ends(const struct index *ix, const struct sock *s)
{
	uint64_t h = index_hash2(ix, addr_hi(&s->local), addr_lo(&s->local));

	h = index_hash2(ix, h ^ addr_hi(&s->remote), addr_lo(&s->remote));
	return index_hash(ix, h ^ ((uint64_t)s->lport << 16 | s->rport));
}

static bool same_ends(const struct sock *a, const struct sock *b)
{
	return a->lport == b->lport && a->rport == b->rport && a->family == b->family &&
	       addr_equal(&a->local, &b->local) && addr_equal(&a->remote, &b->remote);
}

static bool is_mini(const struct sock *s)
{
	return s->proto == PROTO_TCP && s->ino == 0 &&
	       (s->state == ST_TIME_WAIT || s->state == ST_FIN_WAIT2);
}

static uint32_t find_ends(const struct minis *m, const struct sock *s, uint32_t *at)
{
	uint32_t row;

	for (*at = index_first(&m->ix, hash_ends(&m->ix, s));
	     (row = index_row(&m->ix, *at)) != IDX_NONE; *at = index_next(&m->ix, *at))
		if (same_ends(&m->rows[row], s))
			break;
	return row;
}

/* Without the memory for it there are none. */
static void gather_minis(struct minis *m)
{
	uint32_t n = 0, at;

	m->made = true;
	for (uint32_t row = 0; row < m->n; row++)
		n += is_mini(&m->rows[row]);
	if (index_reset(&m->ix, n) != 0)
		return;
	for (uint32_t row = 0; row < m->n; row++)
		if (is_mini(&m->rows[row]) && find_ends(m, &m->rows[row], &at) == IDX_NONE)
			index_put(&m->ix, at, row);
}

/* The row of it in TIME_WAIT, or IDX_NONE. */
static uint32_t mini_of(struct minis *m, const struct snap_builder *b, const struct sock *s)
{
	uint32_t at;

	/* They move when one is added. */
	m->rows = snap_rows(b, &m->n);
	if (!m->made)
		gather_minis(m);
	return s->proto == PROTO_TCP ? find_ends(m, s, &at) : IDX_NONE;
}

/* All that it carried went since the sample before. */
static void note_bytes(struct tcp_stat *stat, const struct ended *x)
{
	if (stat == NULL)
		return;
	stat->sent = stat->out = x->sent > x->retrans ? x->sent - x->retrans : 0;
	stat->received = stat->in = x->received;
	stat->idle_ms = UINT32_MAX;
}

int brief_add(struct snap_builder *b, const struct ended_list *l, const struct want *w)
{
	const struct snap *prev = snap_prev(b);
	bool whole[PROTO_COUNT], known = true;
	struct minis minis = { .made = false };
	int rc = 0;

	index_init(&minis.ix);

	for (unsigned p = 0; p < PROTO_COUNT; p++) {
		whole[p] = full_states[p] != 0 && is_whole(b, w, (enum proto)p);
		known = known && (whole[p] || full_states[p] == 0 || !(w->protos >> p & 1));
	}
	snap_set_brief(b, known, l->lost + l->lost_more);
	for (uint32_t i = 0; i < l->n && rc == 0; i++) {
		const struct ended *x = ended_at(l, i);
		struct sock s;
		uint32_t mini;

		if (!whole[x->proto] || !is_connection(x) ||
		    snap_find(prev, x->cookie) != IDX_NONE || snap_row(b, x->cookie) != IDX_NONE)
			continue;
		s = row_of(x);
		mini = mini_of(&minis, b, &s);
		if (mini == IDX_NONE)
			rc = snap_add_brief(b, &s, x->ifindex);
		if (rc == 0)
			note_bytes(mini == IDX_NONE ? snap_beside(b, SIDE_TCP)
						    : snap_beside_row(b, SIDE_TCP, mini),
				   x);
	}
	index_free(&minis.ix);
	return rc;
}

/* ---- the feed ------------------------------------------------------------ */

static void stop(struct brief *br)
{
	ended_close(br->feed);
	*br = (struct brief){ .list = br->list };
}

/* False, and said why, when there is nothing to be had. */
static bool listen_to(struct brief *br, struct snap_builder *b, unsigned protos)
{
	struct err e;

	if (br->feed != NULL && br->protos != protos)
		stop(br);
	if (br->feed == NULL && ended_open(&br->feed, protos, &e) != 0) {
		snap_source_fail(b, SRC_ENDED, SOURCE_ABSENT, "%s", e.msg);
		return false;
	}
	br->protos = protos;
	return true;
}

static void say(struct snap_builder *b, const struct ended_list *l)
{
	if (!ended_list_lost(l)) {
		snap_source_ok(b, SRC_ENDED);
		return;
	}
	snap_source_fail(b, SRC_ENDED, SOURCE_PARTIAL, "%s%llu came faster than they were read",
			 l->lost_more ? "more than " : "", (unsigned long long)l->lost);
}

int brief_update(struct brief *br, struct snap_builder *b, const struct want *w)
{
	int64_t cpu_ns;
	int rc;

	/* The feed is of our namespace, whose sockets may be other rows than those. */
	if (!w->brief || w->netns != NETNS_UNTOLD) {
		stop(br);
		ended_list_free(&br->list);
		return 0;
	}
	if (!listen_to(br, b, w->protos))
		return 0;
	rc = ended_take(br->feed, &br->list);
	cpu_ns = ended_cpu_ns(br->feed);
	snap_cost(b)->cpu_ns += cpu_ns - br->cpu_ns;
	br->cpu_ns = cpu_ns;
	if (rc != 0) {
		snap_source_fail(b, SRC_ENDED, SOURCE_ABSENT, "%s", strerror(-rc));
		stop(br);
		return 0;
	}
	say(b, &br->list);
	return brief_add(b, &br->list, w);
}

void brief_free(struct brief *br)
{
	stop(br);
	ended_list_free(&br->list);
}
