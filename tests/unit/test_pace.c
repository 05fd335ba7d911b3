/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "pace.h"

#define MS INT64_C(1000000)

/* Refreshes of so many milliseconds of CPU, one after the other. */
static void refresh(struct pace *p, int64_t *cpu, int64_t cost_ms, unsigned times)
{
	while (times-- > 0)
		(void)pace_note(p, *cpu += cost_ms * MS);
}

static void test_pace_keeps_what_was_asked_for(void **state)
{
	struct pace p = { .max_percent = 10, .asked_ms = 2000 };
	int64_t cpu = 5 * MS;

	(void)state;
	assert_int_equal(pace_interval_ms(&p), 2000);
	refresh(&p, &cpu, 200, 20);
	assert_int_equal(pace_interval_ms(&p), 2000);
	assert_false(pace_is_stretched(&p));
}

static void test_pace_stretches_to_the_ceiling(void **state)
{
	struct pace p = { .max_percent = 10, .asked_ms = 2000 };
	int64_t cpu = 0;

	(void)state;
	/* The first picture is far dearer than those after it. */
	refresh(&p, &cpu, 6000, 1);
	assert_false(pace_is_stretched(&p));
	assert_false(pace_note(&p, cpu += 1203 * MS));
	assert_true(pace_note(&p, cpu += 1201 * MS));
	assert_int_equal(pace_interval_ms(&p), 12500);
	assert_true(pace_is_stretched(&p));
	/* What wavers does not change it. */
	assert_false(pace_note(&p, cpu += 1180 * MS));
	assert_false(pace_note(&p, cpu += 1230 * MS));
	assert_int_equal(pace_interval_ms(&p), 12500);
}

static void test_pace_comes_back_when_it_is_cheap_again(void **state)
{
	struct pace p = { .max_percent = 10, .asked_ms = 2000 };
	int64_t cpu = MS;

	(void)state;
	refresh(&p, &cpu, 1000, 5);
	assert_int_equal(pace_interval_ms(&p), 10000);
	refresh(&p, &cpu, 10, 1);
	assert_true(pace_is_stretched(&p));
	refresh(&p, &cpu, 10, 1);
	assert_int_equal(pace_interval_ms(&p), 2000);
}

static void test_pace_lets_one_dear_refresh_pass(void **state)
{
	struct pace p = { .max_percent = 10, .asked_ms = 1000 };
	int64_t cpu = MS;

	(void)state;
	refresh(&p, &cpu, 5, 5);
	refresh(&p, &cpu, 4000, 1);
	assert_int_equal(pace_interval_ms(&p), 1000);
	refresh(&p, &cpu, 5, 5);
	assert_int_equal(pace_interval_ms(&p), 1000);
}

static void test_pace_of_100_percent_is_none(void **state)
{
	struct pace p = { .max_percent = PACE_PERCENT_MAX, .asked_ms = 100 };
	int64_t cpu = MS;

	(void)state;
	refresh(&p, &cpu, 5000, 10);
	assert_int_equal(pace_interval_ms(&p), 100);
}

static void test_pace_holds_for_what_is_asked_next(void **state)
{
	struct pace p = { .max_percent = 10, .asked_ms = 2000 };
	int64_t cpu = MS;

	(void)state;
	refresh(&p, &cpu, 500, 4);
	assert_int_equal(pace_interval_ms(&p), 5000);
	pace_ask(&p, 500);
	assert_int_equal(pace_interval_ms(&p), 5000);
	assert_true(pace_is_stretched(&p));
	pace_ask(&p, 10000);
	assert_int_equal(pace_interval_ms(&p), 10000);
	assert_false(pace_is_stretched(&p));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pace_keeps_what_was_asked_for),
		cmocka_unit_test(test_pace_stretches_to_the_ceiling),
		cmocka_unit_test(test_pace_comes_back_when_it_is_cheap_again),
		cmocka_unit_test(test_pace_lets_one_dear_refresh_pass),
		cmocka_unit_test(test_pace_of_100_percent_is_none),
		cmocka_unit_test(test_pace_holds_for_what_is_asked_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
