/* SPDX-License-Identifier: MIT */
#include "distinct.h"

#include <errno.h>

/* The hash is kept, so that the index can grow without asking what the thing is. */
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

static int add_pair(struct distinct *d, uint32_t at, struct pair new)
{
	struct pair *p = arena_push(&d->pair, sizeof(*p));

	if (p == NULL)
		return -ENOMEM;
	*p = new;
	index_put(&d->ix, at, d->ix.used);
	return 1;
}

int distinct_proc(struct distinct *d, uint32_t group, uint32_t proc)
{
	uint64_t hash = index_hash(&d->ix, (uint64_t)group << 32 | proc);
	uint32_t at, i;

	if (index_grow(&d->ix, hash_pair, d->pair.base) < 0)
		return -ENOMEM;
	for (at = index_first(&d->ix, hash); (i = index_row(&d->ix, at)) != IDX_NONE;
	     at = index_next(&d->ix, at)) {
		const struct pair *p = (const struct pair *)(const void *)d->pair.base + i;

		if (p->group == group && p->thing == proc)
			return 0;
	}
	return add_pair(d, at, (struct pair){ hash, group, proc });
}

int distinct_remote(struct distinct *d, uint32_t group, const struct sock *sock, uint32_t row)
{
	const struct addr *a = &sock[row].remote;
	uint64_t hash = index_hash(&d->ix, index_hash2(&d->ix, addr_hi(a), addr_lo(a)) ^ group);
	uint32_t at, i;

	if (index_grow(&d->ix, hash_pair, d->pair.base) < 0)
		return -ENOMEM;
	for (at = index_first(&d->ix, hash); (i = index_row(&d->ix, at)) != IDX_NONE;
	     at = index_next(&d->ix, at)) {
		const struct pair *p = (const struct pair *)(const void *)d->pair.base + i;

		if (p->hash == hash && p->group == group && addr_equal(&sock[p->thing].remote, a))
			return 0;
	}
	return add_pair(d, at, (struct pair){ hash, group, row });
}
