/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <errno.h>

#include "sockeye/base/index.h"

#define ROWS 200000u

struct rows {
	uint64_t *key;
	uint32_t count;
};

static uint64_t hash_row(const struct index *ix, const void *ctx, uint32_t row)
{
	const struct rows *rows = ctx;

	return index_hash(ix, rows->key[row]);
}

/* All keys the same: each probe passes over all that went before. */
static uint64_t hash_same(const struct index *ix, const void *ctx, uint32_t row)
{
	(void)ix;
	(void)ctx;
	(void)row;
	return 42;
}

static uint32_t find(const struct index *ix, const struct rows *rows, uint64_t key, uint32_t *at)
{
	*at = index_first(ix, index_hash(ix, key));
	for (; index_row(ix, *at) != IDX_NONE; *at = index_next(ix, *at))
		if (rows->key[index_row(ix, *at)] == key)
			break;
	return index_row(ix, *at);
}

static void add(struct index *ix, struct rows *rows, uint64_t key)
{
	uint32_t at;

	assert_int_equal(index_grow(ix, hash_row, rows), 0);
	assert_true(find(ix, rows, key, &at) == IDX_NONE);
	rows->key[rows->count] = key;
	index_put(ix, at, rows->count++);
}

static struct rows rows_new(void)
{
	return (struct rows){ calloc(ROWS, sizeof(uint64_t)), 0 };
}

/* Keys that differ in their high bits only, or by one: what a poor hash would pile up. */
static uint64_t nth_key(uint32_t i)
{
	return i % 2 ? (uint64_t)i << 40 : i;
}

static void test_index_finds_what_was_put(void **state)
{
	struct rows rows = rows_new();
	struct index ix;
	uint32_t at;

	(void)state;
	index_init(&ix);
	for (uint32_t i = 0; i < ROWS; i++)
		add(&ix, &rows, nth_key(i));
	assert_int_equal(ix.used, ROWS);
	assert_true(ix.used <= (ix.mask + 1) / 2);
	for (uint32_t i = 0; i < ROWS; i++) {
		index_prefetch(&ix, index_hash(&ix, nth_key(i)));
		assert_int_equal(find(&ix, &rows, nth_key(i), &at), i);
		assert_true(find(&ix, &rows, ~nth_key(i), &at) == IDX_NONE);
	}
	index_free(&ix);
	free(rows.key);
}

static void test_index_reset_makes_room_and_reuses(void **state)
{
	struct rows rows = rows_new();
	struct index ix;
	uint32_t at, mask;
	uint32_t *slot;

	(void)state;
	index_init(&ix);
	assert_int_equal(index_reset(&ix, ROWS), 0);
	slot = ix.slot;
	mask = ix.mask;
	for (int round = 0; round < 3; round++) {
		rows.count = 0;
		for (uint32_t i = 0; i < ROWS; i++)
			add(&ix, &rows, nth_key(i) + (uint64_t)round * 7);
		/* As much as was asked for went in without growing. */
		assert_ptr_equal(ix.slot, slot);
		assert_int_equal(ix.mask, mask);
		assert_int_equal(index_reset(&ix, ROWS), 0);
		assert_ptr_equal(ix.slot, slot);
		assert_int_equal(ix.used, 0);
		assert_true(find(&ix, &rows, nth_key(5), &at) == IDX_NONE);
	}
	index_free(&ix);
	free(rows.key);
}

static void test_index_reset_to_few_is_small(void **state)
{
	struct index ix;

	(void)state;
	index_init(&ix);
	assert_int_equal(index_reset(&ix, ROWS), 0);
	for (int round = 0; round < 12; round++)
		assert_int_equal(index_reset(&ix, 10), 0);
	assert_true(ix.mem.size <= 64 << 10);
	for (uint32_t i = 0; i <= ix.mask; i++)
		assert_true(ix.slot[i] == IDX_NONE);
	index_free(&ix);
}

/* Some are put while a larger table is being filled, though nobody should: none is lost. */
static void grow_in_slices(struct index *ix, struct rows *rows, uint64_t *random, bool disturb)
{
	uint32_t budget, slices = 0;
	int rc;

	do {
		budget = 1 + (uint32_t)(test_random(random) % 3000);
		rc = index_grow_ahead(ix, 256, hash_row, rows, &budget);
		assert_true(rc == 1 || (rc == 0 && budget == 0));
		if (rc == 0 && disturb && test_random(random) % 8 == 0 && rows->count < ROWS)
			add(ix, rows, nth_key(rows->count));
		slices++;
	} while (rc != 1);
	assert_true(ix->used + 256 <= (ix->mask + 1) / 2);
	if (!disturb && ix->used > 100000)
		assert_true(slices == 1 || slices > 50);
}

static void test_index_grows_ahead_in_slices(void **state)
{
	uint64_t random = test_seed();

	(void)state;
	for (int disturb = 0; disturb < 2; disturb++) {
		struct rows rows = rows_new();
		struct index ix;
		uint32_t at;

		index_init(&ix);
		while (rows.count < ROWS) {
			uint32_t slots;

			grow_in_slices(&ix, &rows, &random, disturb);
			slots = ix.mask;
			for (int i = 0; i < 256 && rows.count < ROWS; i++)
				add(&ix, &rows, nth_key(rows.count));
			assert_int_equal(ix.mask, slots);
		}
		assert_int_equal(ix.used, ROWS);
		for (uint32_t i = 0; i < ROWS; i++)
			assert_int_equal(find(&ix, &rows, nth_key(i), &at), i);
		index_free(&ix);
		free(rows.key);
	}
}

/* A table that was being filled is of no use after a reset. */
static void test_index_reset_drops_growth(void **state)
{
	struct rows rows = rows_new();
	uint32_t at, budget = 1;
	struct index ix;

	(void)state;
	index_init(&ix);
	for (uint32_t i = 0; i < 64; i++)
		add(&ix, &rows, i);
	assert_int_equal(index_grow_ahead(&ix, ROWS, hash_row, &rows, &budget), 0);
	assert_int_equal(index_reset(&ix, 1), 0);
	for (rows.count = 0; rows.count < 64;)
		add(&ix, &rows, 1000 + rows.count);
	budget = UINT32_MAX;
	assert_int_equal(index_grow_ahead(&ix, ROWS, hash_row, &rows, &budget), 1);
	assert_true(find(&ix, &rows, 1, &at) == IDX_NONE);
	assert_int_equal(find(&ix, &rows, 1063, &at), 63);
	index_free(&ix);
	free(rows.key);
}

static void test_index_is_full_at_half(void **state)
{
	struct rows rows = rows_new();
	struct index ix;

	(void)state;
	index_init(&ix);
	assert_int_equal(index_reset(&ix, 64), 0);
	for (uint32_t i = 0; i < 64; i++) {
		assert_false(index_full(&ix));
		add(&ix, &rows, i);
	}
	assert_int_equal(ix.mask, 127);
	assert_true(index_full(&ix));
	add(&ix, &rows, 64);
	assert_int_equal(ix.mask, 255);
	assert_false(index_full(&ix));
	index_free(&ix);
	free(rows.key);
}

static void test_index_more_than_it_can_hold_is_refused(void **state)
{
	struct rows rows = rows_new();
	struct index ix;
	uint32_t at;

	(void)state;
	index_init(&ix);
	add(&ix, &rows, 1);
	assert_int_equal(index_reset(&ix, UINT32_MAX), -ENOMEM);
	assert_int_equal(index_reset(&ix, (1u << 30) + 1), -ENOMEM);
	/* Empty, and good for use. */
	assert_int_equal(ix.used, 0);
	assert_true(find(&ix, &rows, 1, &at) == IDX_NONE);
	rows.count = 0;
	for (uint32_t i = 0; i < 1000; i++)
		add(&ix, &rows, i);
	assert_int_equal(find(&ix, &rows, 999, &at), 999);
	index_free(&ix);
	free(rows.key);
}

static void test_index_probes_past_the_end(void **state)
{
	struct index ix;

	(void)state;
	index_init(&ix);
	/* All want slot 42 of 64; the last ones lie around the end. */
	for (uint32_t row = 0; row < 300; row++) {
		uint32_t at, seen = 0;

		assert_int_equal(index_grow(&ix, hash_same, NULL), 0);
		for (at = index_first(&ix, 42); index_row(&ix, at) != IDX_NONE;
		     at = index_next(&ix, at))
			seen++;
		assert_int_equal(seen, row);
		index_put(&ix, at, row);
	}
	index_free(&ix);
}

static void test_index_seeds_differ(void **state)
{
	struct index a, b;

	(void)state;
	index_init(&a);
	index_init(&b);
	assert_true(a.seed != b.seed);
	assert_true(index_hash(&a, 1) != index_hash(&b, 1));
	assert_true(index_hash2(&a, 1, 2) != index_hash2(&a, 2, 1));
	index_free(&a);
	index_free(&b);
}

static void test_index_released(void **state)
{
	struct rows rows = rows_new();
	struct index ix;
	uint32_t at;

	(void)state;
	index_init(&ix);
	for (uint32_t i = 0; i < 10000; i++)
		add(&ix, &rows, nth_key(i));
	index_release(&ix);
	assert_true(ix.mem.size < 100000);
	assert_true(find(&ix, &rows, nth_key(7), &at) == IDX_NONE);
	rows.count = 0;
	for (uint32_t i = 0; i < 10000; i++)
		add(&ix, &rows, nth_key(i));
	assert_int_equal(find(&ix, &rows, nth_key(7), &at), 7);
	index_free(&ix);
	free(rows.key);
}

static void test_index_in_lent_memory(void **state)
{
	struct rows rows = rows_new();
	struct arena lent = { 0 }, others = { 0 };
	struct index ix;
	void *base;
	uint32_t at;

	(void)state;
	index_init(&ix);
	index_return(&ix, &lent); /* nothing was lent */
	assert_non_null(arena_push(&lent, 1 << 20));
	base = lent.base;
	for (int round = 0; round < 2; round++) {
		rows.count = 0;
		assert_int_equal(index_reset_in(&ix, 10000, &lent), 0);
		assert_null(lent.base);
		for (uint32_t i = 0; i < 10000; i++)
			add(&ix, &rows, nth_key(i));
		assert_int_equal(find(&ix, &rows, nth_key(7), &at), 7);
		index_return(&ix, &lent);
		assert_ptr_equal(lent.base, base);
		assert_int_equal(lent.used, 0);
		assert_true(find(&ix, &rows, nth_key(7), &at) == IDX_NONE);
	}
	/* Whoever lent it has got other memory by then. */
	assert_int_equal(index_reset_in(&ix, 10000, &lent), 0);
	assert_non_null(arena_push(&others, 8));
	index_return(&ix, &others);
	assert_int_equal(others.used, 8);
	assert_true(find(&ix, &rows, nth_key(7), &at) == IDX_NONE);
	index_free(&ix);
	arena_free(&others);
	free(rows.key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_index_released),
		cmocka_unit_test(test_index_in_lent_memory),
		cmocka_unit_test(test_index_finds_what_was_put),
		cmocka_unit_test(test_index_reset_makes_room_and_reuses),
		cmocka_unit_test(test_index_reset_to_few_is_small),
		cmocka_unit_test(test_index_grows_ahead_in_slices),
		cmocka_unit_test(test_index_reset_drops_growth),
		cmocka_unit_test(test_index_is_full_at_half),
		cmocka_unit_test(test_index_more_than_it_can_hold_is_refused),
		cmocka_unit_test(test_index_probes_past_the_end),
		cmocka_unit_test(test_index_seeds_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
