/* SPDX-License-Identifier: MIT */
#include "own.h"

#include <errno.h>

struct item {
	struct addr addr;
	uint32_t netns;
	bool asked;
};

void own_init(struct own *o)
{
	*o = (struct own){ .last = IDX_NONE };
	index_init(&o->ix);
}

void own_free(struct own *o)
{
	index_free(&o->ix);
	arena_free(&o->item);
}

void own_reset(struct own *o)
{
	arena_reset(&o->item);
	o->last = IDX_NONE;
	/* Without memory for as many as last time it is small and grows as it must. */
	(void)index_reset(&o->ix, o->ix.used);
}

static uint64_t hash_of(const struct index *ix, uint32_t netns, const struct addr *a)
{
	return index_hash2(ix, addr_hi(a) ^ (uint64_t)netns << 32, addr_lo(a));
}

static uint64_t hash_item(const struct index *ix, const void *ctx, uint32_t i)
{
	const struct item *item = ctx;

	return hash_of(ix, item[i].netns, &item[i].addr);
}

static struct item *items(const struct own *o)
{
	return (void *)o->item.base;
}

/* The item, or IDX_NONE and *at, where it belongs. */
static uint32_t find(const struct own *o, uint32_t netns, const struct addr *a, uint32_t *at)
{
	uint32_t i;

	*at = index_first(&o->ix, hash_of(&o->ix, netns, a));
	while ((i = index_row(&o->ix, *at)) != IDX_NONE &&
	       !(addr_equal(&items(o)[i].addr, a) && items(o)[i].netns == netns))
		*at = index_next(&o->ix, *at);
	return i;
}

/* The item, which is added if it is not there; IDX_NONE without memory. */
static uint32_t add(struct own *o, uint32_t netns, const struct addr *a)
{
	struct item *item;
	uint32_t at, i;

	if (index_grow(&o->ix, hash_item, o->item.base) < 0)
		return IDX_NONE;
	i = find(o, netns, a, &at);
	if (i != IDX_NONE)
		return i;
	i = o->ix.used;
	item = arena_push(&o->item, sizeof(*item));
	if (item == NULL)
		return IDX_NONE;
	*item = (struct item){ .addr = *a, .netns = netns };
	index_put(&o->ix, at, i);
	return i;
}

int own_look(struct own *o, const struct snap *s, uint32_t from, uint32_t to)
{
	for (uint32_t row = from; row < to; row++) {
		const struct addr *a = &s->sock[row].local;
		uint32_t netns = snap_netns(s, row);

		/* A host has few addresses, and its sockets the same one in long runs. */
		if (o->last != IDX_NONE && addr_equal(&items(o)[o->last].addr, a) &&
		    items(o)[o->last].netns == netns)
			continue;
		if (!sock_is_inet(&s->sock[row]) || addr_is_any(a))
			continue;
		o->last = add(o, netns, a);
		if (o->last == IDX_NONE)
			return -ENOMEM;
	}
	return 0;
}

int own_ask(struct own *o, uint32_t netns, const struct addr *a, bool *first)
{
	uint32_t at, i = find(o, netns, a, &at);

	*first = false;
	if (i == IDX_NONE) {
		if (!addr_is_loopback(a))
			return 0;
		i = add(o, netns, a);
		if (i == IDX_NONE)
			return -ENOMEM;
	}
	*first = !items(o)[i].asked;
	items(o)[i].asked = true;
	return 1;
}
