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

/* An empty table of so many slots in mem; IDX_NONE is all ones. */
static int fill_none(struct arena *mem, uint32_t slots)
{
	size_t bytes;
	void *p;

	if (__builtin_mul_overflow(slots, sizeof(uint32_t), &bytes))
		return -ENOMEM;
	arena_reset(mem);
	p = arena_push(mem, bytes);
	if (!p)
		return -ENOMEM;
	memset(p, 0xff, bytes);
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
	for (uint32_t i = 0; i <= ix->mask; i++) {
		uint32_t row = ix->slot[i], at;

		if (row == IDX_NONE)
			continue;
		at = index_first(&bigger, hash(&bigger, ctx, row));
		while (index_row(&bigger, at) != IDX_NONE)
			at = index_next(&bigger, at);
		index_put(&bigger, at, row);
	}
	arena_free(&ix->mem);
	*ix = bigger;
	return 0;
}
