/* SPDX-License-Identifier: MIT */
/*
 * A hash index over the rows of an array: the only hash table in the program.
 *
 * It holds row numbers, four bytes each, and no keys: those lie in the rows already, and only the
 * caller knows where. Open addressing, linear probing, at most half full. Rows are never taken
 * out one by one; the index is emptied and built again. The seed is drawn at random, so that remote
 * addresses, which an attacker chooses, cannot be made to collide.
 *
 *	uint64_t h = index_hash(ix, key);
 *	for (uint32_t at = index_first(ix, h); index_row(ix, at) != IDX_NONE; at = index_next(ix, at))
 *		if (rows[index_row(ix, at)].key == key)
 *			return index_row(ix, at);
 *	index_put(ix, at, new_row);
 */
#ifndef SOCKEYE_BASE_INDEX_H
#define SOCKEYE_BASE_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "sockeye/base/mem.h"

#define IDX_NONE UINT32_MAX

struct index {
	uint32_t *slot;
	uint32_t mask, used;
	uint64_t seed;
	struct arena mem;
	struct arena next; /* a larger table that is being filled: see index_grow_ahead() */
	struct arena own;  /* while mem is lent: a small table */
	uint32_t cleared, moved, next_used;
};

/* All zero is not valid: draws the seed and makes a small table. */
void index_init(struct index *ix);
void index_free(struct index *ix);

/* Empties it and gives its memory back, but for that of a small table. */
void index_release(struct index *ix);

/* Empties it and makes room for rows entries without growing. 0 or -ENOMEM (then it is empty). */
int index_reset(struct index *ix, uint32_t rows);

/*
 * The same in memory that is lent, for an index that is needed for a part of the time: what was in it is
 * lost, and *lent is empty until index_return() empties the index and gives it back. Where *lent has got
 * other memory meanwhile, that stays and the lent one is freed. Such an index does not grow.
 */
int index_reset_in(struct index *ix, uint32_t rows, struct arena *lent);
void index_return(struct index *ix, struct arena *lent);

/*
 * Makes room for one more entry; call before index_put(). hash(ctx, row) must give what
 * index_hash() gave for that row: it is asked only when the table doubles. 0 or -ENOMEM.
 */
int index_grow(struct index *ix,
	       uint64_t (*hash)(const struct index *, const void *ctx, uint32_t row),
	       const void *ctx);

/*
 * The same ahead of need and in slices, as doubling a large table takes long: makes room for that many
 * more entries. Goes on as far as budget goes, which it is taken from, and must be called again
 * until there is room; looking up is possible meanwhile. 1 when there is room, 0 when not yet, or
 * -ENOMEM.
 */
int index_grow_ahead(struct index *ix, uint32_t more,
		     uint64_t (*hash)(const struct index *, const void *ctx, uint32_t row),
		     const void *ctx, uint32_t *budget);

static inline uint64_t index_hash(const struct index *ix, uint64_t key)
{
	key ^= ix->seed;
	key ^= key >> 33;
	key *= 0xff51afd7ed558ccdULL;
	key ^= key >> 33;
	key *= 0xc4ceb9fe1a85ec53ULL;
	return key ^ key >> 33;
}

/* For keys of 16 bytes, given as two words. */
static inline uint64_t index_hash2(const struct index *ix, uint64_t a, uint64_t b)
{
	return index_hash(ix, index_hash(ix, a) ^ b);
}

static inline uint32_t index_first(const struct index *ix, uint64_t hash)
{
	return (uint32_t)hash & ix->mask;
}

/*
 * Asks for the slot of a hash that will be looked up soon: over many rows, ask some sixteen ahead,
 * as most of a lookup in a large table is waiting for memory.
 */
static inline void index_prefetch(const struct index *ix, uint64_t hash)
{
	__builtin_prefetch(&ix->slot[index_first(ix, hash)]);
}

static inline uint32_t index_next(const struct index *ix, uint32_t at)
{
	return (at + 1) & ix->mask;
}

static inline uint32_t index_row(const struct index *ix, uint32_t at)
{
	return ix->slot[at];
}

static inline void index_put(struct index *ix, uint32_t at, uint32_t row)
{
	ix->slot[at] = row;
	ix->used++;
}

static inline bool index_full(const struct index *ix)
{
	return ix->used >= (ix->mask + 1) / 2;
}

#endif
