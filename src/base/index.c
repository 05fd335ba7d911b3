/* SPDX-License-Identifier: MIT */
#include "sockeye/base/index.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "sockeye/base/err.h"

#define SLOTS_MIN 64u
#define SLOTS_MAX (1u << 31)
/* As many are cleared in the time that one is moved. */
#define CLEAR_SLOTS 16

/* Early in the boot, or under a filter of system calls, the kernel may have no random bytes. */
static uint64_t seed_of_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec << 32 ^ (uint64_t)now.tv_nsec << 8 ^ (uint64_t)getpid();
}

static uint64_t draw_seed(void)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != (ssize_t)sizeof(seed))
		seed = seed_of_clock();
	return seed;
}

/* Slots for an index of so many rows that stays at most half full; 0 when there cannot be. */
static uint32_t slots_for(uint32_t rows)
{
	uint32_t slots = SLOTS_MIN;

	if (rows > SLOTS_MAX / 2)
		return 0;
	while (slots / 2 < rows)
		slots *= 2;
	return slots;
}

/* Room for a table in mem, or NULL. */
static void *take_table(struct arena *mem, uint32_t slots)
{
	size_t bytes;

	if (__builtin_mul_overflow(slots, sizeof(uint32_t), &bytes))
		return NULL;
	arena_reset(mem);
	return arena_push(mem, bytes);
}

/* An empty table of so many slots in mem; IDX_NONE is all ones. */
static int fill_none(struct arena *mem, uint32_t slots)
{
	void *p = take_table(mem, slots);

	if (!p)
		return -ENOMEM;
	memset(p, 0xff, slots * sizeof(uint32_t));
	return 0;
}

static void use_table(struct index *ix, uint32_t slots)
{
	ix->slot = (uint32_t *)(void *)ix->mem.base;
	ix->mask = slots - 1;
	ix->used = 0;
}

void index_init(struct index *ix)
{
	*ix = (struct index){ .seed = draw_seed() };
	if (fill_none(&ix->mem, SLOTS_MIN) < 0)
		die("out of memory");
	use_table(ix, SLOTS_MIN);
}

void index_free(struct index *ix)
{
	arena_free(&ix->mem);
	arena_free(&ix->next);
	arena_free(&ix->own);
	*ix = (struct index){ 0 };
}

void index_release(struct index *ix)
{
	arena_free(&ix->mem);
	if (fill_none(&ix->mem, SLOTS_MIN) < 0)
		die("out of memory");
	use_table(ix, SLOTS_MIN);
}

int index_reset(struct index *ix, uint32_t rows)
{
	uint32_t slots = slots_for(rows);
	int rc = 0;

	arena_free(&ix->next);
	if (!slots || fill_none(&ix->mem, slots) < 0) {
		slots = SLOTS_MIN;
		rc = -ENOMEM;
		/* An arena never gives back the pages that index_init() asked for. */
		if (fill_none(&ix->mem, slots) < 0)
			die("out of memory");
	}
	use_table(ix, slots);
	return rc;
}

int index_reset_in(struct index *ix, uint32_t rows, struct arena *lent)
{
	ix->own = ix->mem;
	ix->mem = *lent;
	*lent = (struct arena){ 0 };
	return index_reset(ix, rows);
}

/* The small table was never touched, so it is as empty as it was. */
void index_return(struct index *ix, struct arena *lent)
{
	if (ix->own.base == NULL)
		return;
	if (lent->base != NULL) {
		arena_free(&ix->mem);
	} else {
		*lent = ix->mem;
		lent->used = 0;
	}
	ix->mem = ix->own;
	ix->own = (struct arena){ 0 };
	use_table(ix, SLOTS_MIN);
}

static void move_slots(const struct index *ix, struct index *bigger, uint32_t from, uint32_t to,
		       uint64_t (*hash)(const struct index *, const void *ctx, uint32_t row),
		       const void *ctx)
{
	for (uint32_t i = from; i < to; i++) {
		uint32_t row = ix->slot[i], at;

		if (row == IDX_NONE)
			continue;
		at = index_first(bigger, hash(bigger, ctx, row));
		while (index_row(bigger, at) != IDX_NONE)
			at = index_next(bigger, at);
		index_put(bigger, at, row);
	}
}

static void become(struct index *ix, const struct index *bigger)
{
	arena_free(&ix->mem);
	arena_free(&ix->next);
	*ix = *bigger;
}

int index_grow(struct index *ix,
	       uint64_t (*hash)(const struct index *, const void *ctx, uint32_t row),
	       const void *ctx)
{
	struct index bigger = { .seed = ix->seed };
	uint32_t slots;

	if (!index_full(ix))
		return 0;
	slots = slots_for(ix->used + 1);
	if (!slots || fill_none(&bigger.mem, slots) < 0)
		return -ENOMEM;
	use_table(&bigger, slots);
	move_slots(ix, &bigger, 0, ix->mask + 1, hash, ctx);
	become(ix, &bigger);
	return 0;
}

static int begin_growth(struct index *ix, uint32_t rows)
{
	uint32_t slots = slots_for(rows);

	arena_free(&ix->next);
	ix->cleared = ix->moved = 0;
	ix->next_used = ix->used;
	return slots && take_table(&ix->next, slots) ? 0 : -ENOMEM;
}

/* Clears a part of the larger table. */
static void clear_slots(struct index *ix, uint32_t slots, uint32_t *budget)
{
	uint32_t left = slots - ix->cleared, n = left;

	if (left / CLEAR_SLOTS >= *budget)
		n = *budget * CLEAR_SLOTS;
	memset(ix->next.base + ix->cleared * sizeof(uint32_t), 0xff, n * sizeof(uint32_t));
	ix->cleared += n;
	*budget -= n / CLEAR_SLOTS;
}

int index_grow_ahead(struct index *ix, uint32_t more,
		     uint64_t (*hash)(const struct index *, const void *ctx, uint32_t row),
		     const void *ctx, uint32_t *budget)
{
	struct index bigger;
	uint32_t rows, slots, n;

	if (__builtin_add_overflow(ix->used, more, &rows))
		return -ENOMEM;
	if (rows <= (ix->mask + 1) / 2)
		return 1;
	/* What was put meanwhile may be missing in the part that is filled. */
	if ((!ix->next.base || ix->next_used != ix->used) && begin_growth(ix, rows) < 0)
		return -ENOMEM;
	slots = (uint32_t)(ix->next.used / sizeof(uint32_t));
	clear_slots(ix, slots, budget);
	if (ix->cleared < slots)
		return 0;
	bigger = (struct index){ .seed = ix->seed, .mem = ix->next };
	use_table(&bigger, slots);
	n = ix->mask + 1 - ix->moved < *budget ? ix->mask + 1 - ix->moved : *budget;
	move_slots(ix, &bigger, ix->moved, ix->moved + n, hash, ctx);
	ix->moved += n;
	*budget -= n;
	if (ix->moved <= ix->mask)
		return 0;
	bigger.used = ix->used;
	ix->next = (struct arena){ 0 };
	become(ix, &bigger);
	return 1;
}
