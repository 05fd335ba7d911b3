/* SPDX-License-Identifier: MIT */
/* Whom most sockets have in common: an address, a prefix, a port. */
#include <stdlib.h>

#include "find.h"

static uint64_t hash_end(const struct index *ix, const struct addr *a, uint16_t port)
{
	return index_hash2(ix, addr_hi(a) ^ port, addr_lo(a));
}

static uint64_t hash_top(const struct index *ix, const void *ctx, uint32_t row)
{
	const struct tops *t = ctx;

	return hash_end(ix, &t->at[row].addr, t->at[row].port);
}

void tops_init(struct tops *t)
{
	*t = (struct tops){ .at = NULL };
	index_init(&t->ix);
}

void tops_free(struct tops *t)
{
	index_free(&t->ix);
	free(t->at);
}

void tops_add(struct tops *t, const struct addr *a, uint16_t port)
{
	uint32_t at, row;

	if (index_full(&t->ix) && index_grow(&t->ix, hash_top, t) != 0)
		return; /* those that are there go on being counted */
	for (at = index_first(&t->ix, hash_end(&t->ix, a, port));
	     (row = index_row(&t->ix, at)) != IDX_NONE; at = index_next(&t->ix, at)) {
		if (t->at[row].port != port || !addr_equal(&t->at[row].addr, a))
			continue;
		t->at[row].count++;
		return;
	}
	if (t->n == t->room) {
		t->room = t->room > 0 ? t->room * 2 : 64;
		t->at = xreallocarray(t->at, t->room, sizeof(*t->at));
	}
	t->at[t->n] = (struct top){ .addr = *a, .port = port, .count = 1 };
	index_put(&t->ix, at, t->n++);
}

/* Equal counts: the lower end, so that the same sample gives the same answer. */
static bool is_better(const struct top *a, const struct top *b)
{
	int c;

	if (a->count != b->count)
		return a->count > b->count;
	c = addr_cmp(&a->addr, &b->addr);
	return c < 0 || (c == 0 && a->port < b->port);
}

const struct top *tops_best(const struct tops *t)
{
	const struct top *best = NULL;

	for (uint32_t i = 0; i < t->n; i++)
		if (best == NULL || is_better(&t->at[i], best))
			best = &t->at[i];
	return best;
}

static unsigned net_bits(const struct addr *a)
{
	return addr_is_v4(a) ? NEW_BITS4 : NEW_BITS6;
}

static void look_inside(struct crowd *c, const struct snap *s,
			bool (*passes)(const struct snap *s, uint32_t row))
{
	static const struct addr none;
	const struct top *best;
	struct tops addrs, ports;

	tops_init(&addrs);
	tops_init(&ports);
	for (uint32_t row = 0; row < s->n_sock + s->n_brief; row++) {
		const struct sock *k = &s->sock[row];

		if (!passes(s, row) || !addr_in(&k->remote, &c->net, c->bits))
			continue;
		tops_add(&addrs, &k->remote, 0);
		tops_add(&ports, &none, k->lport);
	}
	c->addresses = addrs.n;
	best = tops_best(&ports);
	if (best != NULL && best->count * 2 >= c->count)
		c->port = best->port;
	best = tops_best(&addrs);
	if (best != NULL && best->count >= c->count * ADDRESS_SHARE) {
		c->net = best->addr;
		c->bits = addr_is_v4(&best->addr) ? 32 : 128;
		c->count = best->count;
		c->addresses = 1;
	}
	tops_free(&addrs);
	tops_free(&ports);
}

bool crowd_find(struct crowd *c, const struct snap *s,
		bool (*passes)(const struct snap *s, uint32_t row))
{
	const struct top *best;
	struct tops nets;

	*c = (struct crowd){ .bits = 0 };
	tops_init(&nets);
	for (uint32_t row = 0; row < s->n_sock + s->n_brief; row++) {
		struct addr net;

		if (!passes(s, row))
			continue;
		net = addr_prefix(&s->sock[row].remote, net_bits(&s->sock[row].remote));
		tops_add(&nets, &net, 0);
		c->all++;
	}
	best = tops_best(&nets);
	if (best != NULL) {
		c->net = best->addr;
		c->bits = net_bits(&best->addr);
		c->count = best->count;
	}
	tops_free(&nets);
	if (c->count == 0)
		return false;
	look_inside(c, s, passes);
	return true;
}
