/* SPDX-License-Identifier: MIT */
#include "rollup.h"

#include <errno.h>

#include "group.h"

#define V4_BITS 32
#define V6_BITS 128

enum step { STEP_COUNT, STEP_BEFORE, STEP_MERGE, STEP_PROCESSES, STEP_DONE };

struct net {
	uint64_t hash;
	struct addr addr;
	uint32_t ifindex, netns;
	uint32_t addresses, sockets, most; /* most: of one address */
	uint32_t before;                   /* sockets in the result before */
	uint32_t group;                    /* IDX_NONE: it has none */
	uint8_t bits;
	bool own, was; /* was: it had a group in the result before */
};

void rollup_init(struct rollup *ru)
{
	*ru = (struct rollup){ .step = STEP_DONE };
	index_init(&ru->ix);
}

void rollup_free(struct rollup *ru)
{
	index_free(&ru->ix);
	arena_free(&ru->net);
}

void rollup_begin(struct rollup *ru)
{
	arena_reset(&ru->net);
	(void)index_reset(&ru->ix, ru->ix.used);
	ru->step = STEP_COUNT;
	ru->next = ru->groups = ru->pairs = 0;
}

/* ---- prefixes -------------------------------------------------------- */

static struct net *nets(const struct grouper *gr)
{
	return (void *)gr->rollup.net.base;
}

/* The net of each group. */
static uint32_t *marks(const struct grouper *gr)
{
	return (void *)gr->mark.base;
}

static uint64_t hash_net(const struct index *ix, const void *ctx, uint32_t i)
{
	const struct net *net = ctx;

	(void)ix;
	return net[i].hash;
}

/* The prefix that the group's address is in, or that it is. */
static struct net net_of(const struct grouper *gr, const struct group *g)
{
	const struct query *q = &gr->r->query;
	bool v4 = addr_is_v4(&g->key.end.addr);
	struct net net = {
		.bits = v4 ? q->prefix4 : q->prefix6,
		.ifindex = g->key.end.ifindex,
		.netns = g->key.end.netns,
		.own = g->own,
		.group = IDX_NONE,
	};
	const struct index *ix = &gr->rollup.ix;

	net.addr = addr_prefix(&g->key.end.addr, net.bits);
	if (net.bits < LINK_LOCAL_BITS) {
		net.ifindex = 0;
		net.netns = IDX_NONE;
	}
	net.hash = index_hash2(ix, addr_hi(&net.addr), addr_lo(&net.addr));
	net.hash =
		index_hash2(ix, net.hash, ((uint64_t)net.netns << 32 | net.ifindex) << 1 | net.own);
	return net;
}

/* Where it is, or IDX_NONE and *at, where it belongs. */
static uint32_t find_net(const struct grouper *gr, const struct net *net, uint32_t *at)
{
	const struct index *ix = &gr->rollup.ix;
	uint32_t i;

	for (*at = index_first(ix, net->hash); (i = index_row(ix, *at)) != IDX_NONE;
	     *at = index_next(ix, *at)) {
		const struct net *n = &nets(gr)[i];

		if (n->hash == net->hash && addr_equal(&n->addr, &net->addr) &&
		    n->ifindex == net->ifindex && n->netns == net->netns && n->own == net->own &&
		    n->bits == net->bits)
			break;
	}
	return i;
}

static uint32_t add_net(struct grouper *gr, const struct net *new)
{
	struct rollup *ru = &gr->rollup;
	uint32_t at, i;
	struct net *net;

	if (index_grow(&ru->ix, hash_net, ru->net.base) < 0)
		return IDX_NONE;
	i = find_net(gr, new, &at);
	if (i != IDX_NONE)
		return i;
	i = ru->ix.used;
	net = arena_push(&ru->net, sizeof(*net));
	if (net == NULL)
		return IDX_NONE;
	*net = *new;
	index_put(&ru->ix, at, i);
	return i;
}

static bool is_single(const struct group *g)
{
	return g->key.end.bits == (addr_is_v4(&g->key.end.addr) ? V4_BITS : V6_BITS);
}

/*
 * Many addresses, and the largest has no more than half of the sockets. What was rolled up stays so
 * while it is not far from that: a row that comes and goes with one socket cannot be read.
 */
static bool rolls(const struct net *net)
{
	uint64_t most = net->most, sockets = net->sockets;

	if (net->was)
		return net->addresses >= ROLLUP_STAY && most * 4 <= sockets * 3;
	return net->addresses >= ROLLUP_MIN && most * 2 <= sockets;
}

/* ---- steps: at most BATCH groups, or pairs, each --------------------- */

/* Each look-up misses the cache twice: as in grouper_add(), these overlap. */
static void fetch_nets(const struct grouper *gr, const struct group *g, uint32_t n, struct net *net)
{
	const struct index *ix = &gr->rollup.ix;

	for (uint32_t i = 0; i < n; i++) {
		net[i] = net_of(gr, &g[i]);
		index_prefetch(ix, net[i].hash);
	}
	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = index_row(ix, index_first(ix, net[i].hash));

		if (at != IDX_NONE)
			__builtin_prefetch(&nets(gr)[at], 1);
	}
}

static int count_addresses(struct grouper *gr, const struct result *before, uint32_t from,
			   uint32_t to)
{
	const struct group *g = &result_groups(gr->r)[from];
	const uint32_t n = to - from;
	struct net new[BATCH];

	(void)before;
	fetch_nets(gr, g, n, new);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = add_net(gr, &new[i]);
		struct net *net;

		if (at == IDX_NONE)
			return -ENOMEM;
		net = &nets(gr)[at];
		net->addresses++;
		net->sockets += g[i].sockets;
		net->most = g[i].sockets > net->most ? g[i].sockets : net->most;
		marks(gr)[from + i] = at;
	}
	return 0;
}

/* The groups of the addresses are there also where they had no row. */
static int look_before(struct grouper *gr, const struct result *before, uint32_t from, uint32_t to)
{
	const struct group *g = &result_groups(before)[from];
	const uint32_t n = to - from;
	struct net net[BATCH];

	fetch_nets(gr, g, n, net);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t at, found = find_net(gr, &net[i], &at);

		if (found == IDX_NONE)
			continue;
		if (is_single(&g[i]))
			nets(gr)[found].before += g[i].sockets;
		else
			nets(gr)[found].was = true;
	}
	return 0;
}

static void add_up(struct group *sum, const struct group *g)
{
	if (sum->first == IDX_NONE)
		sum->first = g->first;
	sum->sockets += g->sockets;
	sum->udp += g->udp;
	sum->shared += g->shared;
	sum->recv_q += g->recv_q;
	sum->send_q += g->send_q;
	sum->in += g->in;
	sum->out += g->out;
	sum->born += g->born;
	sum->idle += g->idle;
	sum->timed += g->timed;
	sum->addresses++;
	for (unsigned st = 0; st < ST_COUNT; st++)
		sum->state[st] += g->state[st];
	if (g->oldest_s > sum->oldest_s)
		sum->oldest_s = g->oldest_s;
}

static int make_group(struct grouper *gr, uint32_t at)
{
	struct net net = nets(gr)[at];
	uint32_t group = grouper_put_net(gr, &net.addr, net.netns, net.ifindex, net.bits, net.own);

	if (group == IDX_NONE)
		return -ENOMEM;
	nets(gr)[at].group = group;
	marks(gr)[group] = at;
	return 0;
}

static int merge_address(struct grouper *gr, uint32_t i)
{
	uint32_t at = marks(gr)[i];

	if (!rolls(&nets(gr)[at]))
		return 0;
	if (nets(gr)[at].group == IDX_NONE && make_group(gr, at) < 0)
		return -ENOMEM;
	add_up(&result_groups(gr->r)[nets(gr)[at].group], &result_groups(gr->r)[i]);
	if (gr->r->query.ends)
		grouper_add_ends(gr, nets(gr)[at].group, i);
	return 0;
}

static int merge_addresses(struct grouper *gr, const struct result *before, uint32_t from,
			   uint32_t to)
{
	int rc = 0;

	(void)before;
	for (uint32_t i = from; i < to; i++)
		__builtin_prefetch(&nets(gr)[marks(gr)[i]]);
	for (uint32_t i = from; i < to && rc == 0; i++)
		rc = merge_address(gr, i);
	return rc;
}

/* A process that has connections to several of the addresses is one process. */
static int merge_processes(struct grouper *gr, const struct result *before, uint32_t from,
			   uint32_t to)
{
	struct distinct_ask ask[BATCH];
	uint32_t n = 0;
	int rc;

	(void)before;
	for (uint32_t i = from; i < to; i++) {
		uint32_t group, proc;

		distinct_pair(&gr->procs, i, &group, &proc);
		group = rollup_parent(gr, group);
		if (group != IDX_NONE)
			distinct_ask_proc(&gr->procs, group, proc, &ask[n++]);
	}
	rc = distinct_add(&gr->procs, NULL, ask, n);
	for (uint32_t i = 0; i < n && rc == 0; i++)
		result_groups(gr->r)[ask[i].group].processes += ask[i].first;
	return rc;
}

static int (*const steps[STEP_DONE])(struct grouper *gr, const struct result *before, uint32_t from,
				     uint32_t to) = {
	[STEP_COUNT] = count_addresses,
	[STEP_BEFORE] = look_before,
	[STEP_MERGE] = merge_addresses,
	[STEP_PROCESSES] = merge_processes,
};

static uint32_t step_end(const struct grouper *gr, const struct result *before)
{
	switch ((enum step)gr->rollup.step) {
	case STEP_COUNT:
	case STEP_MERGE:
		return gr->rollup.groups;
	case STEP_BEFORE:
		return before != NULL ? result_n_groups(before) : 0;
	case STEP_PROCESSES:
		return gr->rollup.pairs;
	case STEP_DONE:
		break;
	}
	return 0;
}

static int make_room(struct grouper *gr, uint32_t *budget)
{
	struct rollup *ru = &gr->rollup;
	int rc = index_grow_ahead(&ru->ix, BATCH, hash_net, ru->net.base, budget);

	return rc == 1 ? grouper_room(gr, budget) : rc;
}

int rollup_step(struct grouper *gr, const struct result *before, uint32_t *budget)
{
	struct rollup *ru = &gr->rollup;

	/* Groups and pairs that are made here come after those. */
	if (ru->step == STEP_COUNT && ru->next == 0) {
		ru->groups = result_n_groups(gr->r);
		ru->pairs = distinct_pairs(&gr->procs);
	}
	while (ru->step != STEP_DONE && *budget > 0) {
		uint32_t end = step_end(gr, before);

		while (*budget > 0 && ru->next < end) {
			uint32_t n = end - ru->next < BATCH ? end - ru->next : BATCH;
			int rc = make_room(gr, budget);

			if (rc == 1)
				rc = steps[ru->step](gr, before, ru->next, ru->next + n);
			else
				n = 0;
			if (rc < 0)
				return rc;
			ru->next += n;
			*budget -= n < *budget ? n : *budget;
		}
		if (ru->next < end)
			break;
		ru->step++;
		ru->next = 0;
	}
	return ru->step == STEP_DONE;
}

uint32_t rollup_parent(const struct grouper *gr, uint32_t group)
{
	uint32_t net = nets(gr)[marks(gr)[group]].group;

	return net != group ? net : IDX_NONE;
}

bool rollup_hides(const struct grouper *gr, uint32_t group)
{
	return rollup_parent(gr, group) != IDX_NONE;
}

uint32_t rollup_base(const struct grouper *gr, uint32_t group)
{
	const struct net *net = &nets(gr)[marks(gr)[group]];

	return net->group == group ? net->before : 0;
}
