/* SPDX-License-Identifier: MIT */
#include "distinct.h"

#include <errno.h>
#include <string.h>

/*
 * A group and a process, or a group and an IPv4 address, are 64 bits, and no two of those have the
 * same hash: there it says all, and no socket has to be looked at again. thing is IDX_NONE for an
 * IPv4 address, for another one the first row that has it.
 */
struct pair {
	uint64_t hash;
	uint32_t group, thing;
};

void distinct_init(struct distinct *d)
{
	*d = (struct distinct){ 0 };
	index_init(&d->ix);
}

void distinct_free(struct distinct *d)
{
	index_free(&d->ix);
	arena_free(&d->pair);
}

void distinct_reset(struct distinct *d)
{
	arena_reset(&d->pair);
	/* Without memory for as many as last time it is small and grows as it must. */
	(void)index_reset(&d->ix, d->ix.used);
}

void distinct_pair(const struct distinct *d, uint32_t i, uint32_t *group, uint32_t *thing)
{
	const struct pair *p = (const struct pair *)(const void *)d->pair.base + i;

	*group = p->group;
	*thing = p->thing;
}

static uint64_t hash_pair(const struct index *ix, const void *ctx, uint32_t i)
{
	const struct pair *pair = ctx;

	(void)ix;
	return pair[i].hash;
}

int distinct_room(struct distinct *d, uint32_t more, uint32_t *budget)
{
	return index_grow_ahead(&d->ix, more, hash_pair, d->pair.base, budget);
}

void distinct_ask_proc(const struct distinct *d, uint32_t group, uint32_t proc,
		       struct distinct_ask *ask)
{
	ask->hash = index_hash(&d->ix, (uint64_t)group << 32 | proc);
	ask->group = group;
	ask->thing = proc;
}

void distinct_ask_remote(const struct distinct *d, uint32_t group, const struct sock *sock,
			 uint32_t row, struct distinct_ask *ask)
{
	const struct addr *a = &sock[row].remote;
	uint32_t v4;

	ask->group = group;
	if (addr_is_v4(a)) {
		memcpy(&v4, a->b + sizeof(a->b) - sizeof(v4), sizeof(v4));
		ask->hash = index_hash(&d->ix, (uint64_t)group << 32 | v4);
		ask->thing = IDX_NONE;
	} else {
		ask->hash = index_hash(&d->ix, index_hash2(&d->ix, addr_hi(a), addr_lo(a)) ^ group);
		ask->thing = row;
	}
}

static struct pair *pairs(const struct distinct *d)
{
	return (void *)d->pair.base;
}

static bool is_pair(const struct pair *p, const struct sock *sock, const struct distinct_ask *ask)
{
	if (p->hash != ask->hash || p->group != ask->group)
		return false;
	if (p->thing == ask->thing)
		return true;
	return sock != NULL && p->thing != IDX_NONE && ask->thing != IDX_NONE &&
	       addr_equal(&sock[p->thing].remote, &sock[ask->thing].remote);
}

static int add_one(struct distinct *d, const struct sock *sock, struct distinct_ask *ask)
{
	struct pair *p;
	uint32_t at, i;

	if (index_full(&d->ix) && index_grow(&d->ix, hash_pair, d->pair.base) < 0)
		return -ENOMEM;
	for (at = index_first(&d->ix, ask->hash); (i = index_row(&d->ix, at)) != IDX_NONE;
	     at = index_next(&d->ix, at))
		if (is_pair(&pairs(d)[i], sock, ask))
			break;
	ask->first = i == IDX_NONE;
	if (!ask->first)
		return 0;
	p = arena_push(&d->pair, sizeof(*p));
	if (p == NULL)
		return -ENOMEM;
	*p = (struct pair){ ask->hash, ask->group, ask->thing };
	index_put(&d->ix, at, d->ix.used);
	return 0;
}

/* Each look-up misses the cache twice; going over all of them three times, these overlap. */
int distinct_add(struct distinct *d, const struct sock *sock, struct distinct_ask *ask, uint32_t n)
{
	int rc = 0;

	for (uint32_t i = 0; i < n; i++)
		index_prefetch(&d->ix, ask[i].hash);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = index_row(&d->ix, index_first(&d->ix, ask[i].hash));

		if (at != IDX_NONE)
			__builtin_prefetch(&pairs(d)[at]);
	}
	for (uint32_t i = 0; i < n && rc == 0; i++)
		rc = add_one(d, sock, &ask[i]);
	return rc;
}
