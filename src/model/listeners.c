/* SPDX-License-Identifier: MIT */
#include "sockeye/model/listeners.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "sockeye/base/index.h"

#define REUSEPORT_LOOK 64 /* members of one group that are looked at for one connection */

/*
 * Listening sockets by namespace, family, address and port. The members of a SO_REUSEPORT group, which are
 * alike in all of them, are a chain from the first.
 */
struct listener {
	uint32_t row, next; /* of sock; the next member of the group, IDX_NONE for the last */
};

struct listeners {
	struct index ix; /* rows of at[]: the first of each group */
	const struct sock *sock;
	const struct sock_ext *ext;
	const uint32_t *in_netns; /* of the rows; NULL: all are in the same */
	struct arena mem;         /* at[] */
	uint32_t n;
	uint64_t ports[65536 / 64]; /* bit: somebody listens there */
};

static const struct listener *members(const struct listeners *l)
{
	return (const void *)l->mem.base;
}

static uint32_t netns_of(const struct listeners *l, uint32_t row)
{
	return l->in_netns != NULL ? l->in_netns[row] : 0;
}

static uint64_t hash_local(const struct index *ix, uint32_t netns, uint8_t family,
			   const struct addr *a, uint16_t port)
{
	return index_hash2(ix, addr_hi(a) ^ (uint64_t)family << 56 ^ netns,
			   addr_lo(a) ^ (uint64_t)port << 16);
}

static uint64_t hash_listener(const struct index *ix, const void *ctx, uint32_t row)
{
	const struct listeners *l = ctx;
	const struct sock *s = &l->sock[members(l)[row].row];

	return hash_local(ix, netns_of(l, members(l)[row].row), s->family, &s->local, s->lport);
}

/* The first of the group, or IDX_NONE; *at is its place in the index. */
static uint32_t find_group(const struct listeners *l, uint32_t netns, uint8_t family,
			   const struct addr *a, uint16_t port, uint32_t *at)
{
	const struct index *ix = &l->ix;
	uint32_t first;

	for (*at = index_first(ix, hash_local(ix, netns, family, a, port));
	     (first = index_row(ix, *at)) != IDX_NONE; *at = index_next(ix, *at)) {
		const struct sock *s = &l->sock[members(l)[first].row];

		if (s->family == family && s->lport == port && addr_equal(&s->local, a) &&
		    netns_of(l, members(l)[first].row) == netns)
			break;
	}
	return first;
}

static int add(struct listeners *l, uint32_t row)
{
	const struct sock *s = &l->sock[row];
	struct listener *new = arena_push(&l->mem, sizeof(*new)), *all;
	uint32_t at, first;

	if (new == NULL)
		return -ENOMEM;
	if (index_full(&l->ix) && index_grow(&l->ix, hash_listener, l) != 0)
		return -ENOMEM;
	*new = (struct listener){ .row = row, .next = IDX_NONE };
	all = (void *)l->mem.base;
	first = find_group(l, netns_of(l, row), s->family, &s->local, s->lport, &at);
	if (first == IDX_NONE) {
		index_put(&l->ix, at, l->n);
	} else {
		new->next = all[first].next;
		all[first].next = l->n;
	}
	l->ports[s->lport / 64] |= UINT64_C(1) << s->lport % 64;
	l->n++;
	return 0;
}

struct listeners *listeners_new(const struct sock *sock, const struct sock_ext *ext,
				const uint32_t *in_netns, uint32_t n)
{
	struct listeners *l = xcalloc(1, sizeof(*l));

	l->sock = sock;
	l->ext = ext;
	l->in_netns = in_netns;
	index_init(&l->ix);
	for (uint32_t row = 0; row < n; row++) {
		if (sock[row].proto != PROTO_TCP || sock[row].state != ST_LISTEN ||
		    add(l, row) == 0)
			continue;
		listeners_free(l);
		return NULL;
	}
	return l;
}

void listeners_free(struct listeners *l)
{
	if (l == NULL)
		return;
	index_free(&l->ix);
	arena_free(&l->mem);
	free(l);
}

/*
 * A child inherits the family and the bound device of its listener. Of a group, a member with a
 * queue is where a connection that nobody has accepted yet can be.
 */
static uint32_t best_of_group(const struct listeners *l, uint32_t first, const struct sock *s,
			      uint32_t ifindex)
{
	uint32_t best = IDX_NONE;
	int best_score = -1;

	for (int i = 0; i < REUSEPORT_LOOK && first != IDX_NONE;
	     i++, first = members(l)[first].next) {
		uint32_t row = members(l)[first].row;
		uint32_t bound = l->ext[row].ifindex;
		int score = 0;

		if (bound != 0 && bound != ifindex)
			continue;
		if (bound != 0)
			score += 2;
		if (s->ino == 0 && l->sock[row].rxq > 0)
			score++;
		if (score > best_score) {
			best_score = score;
			best = row;
		}
	}
	return best;
}

uint32_t listeners_find(const struct listeners *l, const struct sock *s, uint32_t netns,
			uint32_t ifindex)
{
	static const uint8_t zero[16];
	struct addr any = s->family == AF_INET ? addr_v4(zero) : addr_v6(zero);
	uint32_t at, found;

	if ((l->ports[s->lport / 64] >> s->lport % 64 & 1) == 0)
		return IDX_NONE;
	found = best_of_group(l, find_group(l, netns, s->family, &s->local, s->lport, &at), s,
			      ifindex);
	if (found == IDX_NONE)
		found = best_of_group(l, find_group(l, netns, s->family, &any, s->lport, &at), s,
				      ifindex);
	return found;
}
