/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "sockeye/base/mem.h"
#include "sort.h"

/* Not a part of any size below. */
#define SLICE 100

/* How many slices had something to do. */
static unsigned sort_all(struct sort *s, struct sort_item *item, struct sort_item *spare,
			 uint32_t n)
{
	unsigned steps = 0;
	uint64_t vary = 0;
	bool done;

	for (uint32_t i = 1; i < n; i++)
		vary |= item[i].key ^ item[0].key;
	sort_begin(s, item, spare, n, vary);
	do {
		uint32_t budget = SLICE;

		done = sort_step(s, &budget);
		steps += budget < SLICE;
	} while (!done);
	return steps;
}

static int cmp_item(const void *a, const void *b)
{
	const struct sort_item *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* row is the place before, so sorting by key and row is what a stable sort by key must give. */
static void check_against_reference(uint32_t n, uint64_t mask, uint64_t *random)
{
	struct sort_item *item = xcalloc(n, sizeof(*item)), *spare = xcalloc(n, sizeof(*spare));
	struct sort_item *want = xcalloc(n, sizeof(*want));
	struct sort s;

	for (uint32_t i = 0; i < n; i++)
		item[i] = (struct sort_item){ test_random(random) & mask, i };
	memcpy(want, item, n * sizeof(*item));
	qsort(want, n, sizeof(*want), cmp_item);
	sort_all(&s, item, spare, n);
	for (uint32_t i = 0; i < n; i++) {
		assert_true(s.item[i].key == want[i].key);
		assert_int_equal(s.item[i].row, want[i].row);
	}
	free(item);
	free(spare);
	free(want);
}

static void test_sort_agrees_with_a_stable_sort(void **state)
{
	static const uint64_t masks[] = {
		0, 1, 0xff, 0x3, 0xff00000000000000, 0x00ff0000ff0000ff, UINT64_MAX
	};
	static const uint32_t sizes[] = { 0, 1, 2, 3, 255, 256, 257, 5000 };
	uint64_t random = test_seed();

	(void)state;
	for (size_t m = 0; m < ARRAY_SIZE(masks); m++)
		for (size_t n = 0; n < ARRAY_SIZE(sizes); n++)
			check_against_reference(sizes[n], masks[m], &random);
}

static void test_sort_skips_bytes_that_do_not_vary(void **state)
{
	struct sort_item item[3] = { { 0x1122334455660788, 0 },
				     { 0x1122334455660788, 1 },
				     { 0x1122334455660588, 2 } };
	struct sort_item spare[3];
	uint32_t budget = 7;
	struct sort s;

	(void)state;
	sort_begin(&s, item, spare, 3, 0x200);
	assert_true(sort_step(&s, &budget));
	assert_int_equal(budget, 1);
	assert_int_equal(s.item[0].row, 2);
	assert_int_equal(s.item[1].row, 0);
	assert_int_equal(s.item[2].row, 1);
}

static void test_sort_of_equal_keys_moves_nothing(void **state)
{
	struct sort_item item[2] = { { 7, 1 }, { 7, 0 } }, spare[2];
	struct sort s;

	(void)state;
	assert_int_equal(sort_all(&s, item, spare, 2), 0);
	assert_ptr_equal(s.item, item);
}

/* The way in which keys longer than a word are sorted. */
static void test_sort_keeps_the_order_of_the_word_before(void **state)
{
	struct sort_item item[4] = { { 2, 0 }, { 1, 1 }, { 2, 2 }, { 1, 3 } }, spare[4];
	static const uint64_t high[4] = { 5, 9, 9, 5 };
	static const uint32_t want[4] = { 3, 0, 1, 2 };
	struct sort s;

	(void)state;
	sort_all(&s, item, spare, 4);
	for (int i = 0; i < 4; i++)
		s.item[i].key = high[s.item[i].row];
	sort_all(&s, s.item, s.spare, 4);
	for (int i = 0; i < 4; i++)
		assert_int_equal(s.item[i].row, want[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sort_agrees_with_a_stable_sort),
		cmocka_unit_test(test_sort_skips_bytes_that_do_not_vary),
		cmocka_unit_test(test_sort_of_equal_keys_moves_nothing),
		cmocka_unit_test(test_sort_keeps_the_order_of_the_word_before),
	};

	return cmocka_run_group_tests_name("sort", tests, NULL, NULL);
}
