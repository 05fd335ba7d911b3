/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "fake.h"
#include "trend.h"

#define BEGIN_MS  INT64_C(1795167062000) /* a step begins here */
#define SECOND_NS INT64_C(1000000000)

struct bench {
	struct snap_pool *pool;
	const struct snap *snap;
	struct view *view;
	struct trend *trend;
	struct query query;
};

static void open_bench(struct bench *b)
{
	*b = (struct bench){
		.pool = snap_pool_new(),
		.view = view_new(),
		.trend = trend_new(),
		.query = { .select = { .protos = 3, .v4 = true, .v6 = true },
			   .by = BY_REMOTE,
			   .prefix4 = 32,
			   .prefix6 = 128,
			   .sort = SORT_NATURAL },
	};
}

static void close_bench(struct bench *b)
{
	trend_free(b->trend);
	view_free(b->view);
	snap_unref(b->snap);
	snap_pool_free(b->pool);
}

/* So many seconds after the beginning, sockets as the fixture says. */
static void sample(struct bench *b, double at_s, unsigned hold_s, const char *socks)
{
	const struct snap *before = b->snap;
	struct buf text = { 0 };

	buf_fmt(&text, "sample %lld\n%s", (long long)(BEGIN_MS + (int64_t)(at_s * 1000)), socks);
	b->snap = fake_snap(text.s, b->pool, before);
	snap_unref(before);
	view_set(b->view, b->snap, &b->query);
	view_finish(b->view);
	trend_sample(b->trend, b->view, 0, hold_s * SECOND_NS);
	buf_free(&text);
}

/* n sockets of 10.0.0.last */
static void sample_of(struct bench *b, double at_s, unsigned last, unsigned n)
{
	char line[128];

	snprintf(line, sizeof(line), "sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.%u:1000 times %u\n",
		 last, n);
	sample(b, at_s, 2, n > 0 ? line : "");
}

/* The cells of the first row of the view: "? 0 5". */
static void check_row(const struct bench *b, uint32_t row, const char *expected)
{
	const uint32_t *cell = trend_cells(b->trend, view_row_id(b->view, row));
	struct buf got = { 0 };

	buf_str(&got, "");
	for (unsigned i = 0; cell != NULL && i < TREND_CELLS; i++) {
		if (cell[i] == TREND_UNKNOWN)
			buf_str(&got, i > 0 ? " ?" : "?");
		else
			buf_fmt(&got, i > 0 ? " %u" : "%u", cell[i]);
	}
	assert_string_equal(got.s, expected);
	buf_free(&got);
}

/* ---- time ---- */

static void test_trend_moves_once_a_step(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	sample_of(&b, 0, 2, 5);
	check_row(&b, 0, "? ? ? ? ? ? ? ? ? 5");
	sample_of(&b, 2, 2, 6);
	sample_of(&b, 4, 2, 7);
	check_row(&b, 0, "? ? ? ? ? ? ? ? ? 5");
	sample_of(&b, 6, 2, 8);
	sample_of(&b, 8, 2, 9);
	check_row(&b, 0, "? ? ? ? ? ? ? ? 5 8");
	close_bench(&b);
}

static void test_trend_never_goes_back(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	sample_of(&b, 60, 2, 5);
	sample_of(&b, 30, 2, 6);
	check_row(&b, 0, "? ? ? ? ? ? ? ? ? 5");
	close_bench(&b);
}

static void test_trend_leaves_gaps_blank(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	sample_of(&b, 0, 2, 5);
	sample_of(&b, 6, 2, 5);
	sample_of(&b, 24, 2, 7);
	check_row(&b, 0, "? ? ? ? ? 5 5 ? ? 7");
	sample_of(&b, 24 + 600, 2, 9);
	check_row(&b, 0, "? ? ? ? ? ? ? ? ? 9");
	close_bench(&b);
}

/* With an interval of more than a step a value holds until the next one is due. */
static void test_trend_holds_a_value_for_a_long_interval(void **state)
{
	static const char socks[] = "sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:1000 times 3\n";
	static const char more[] = "sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:1000 times 4\n";
	struct bench b;

	(void)state;
	open_bench(&b);
	sample(&b, 0, 10, socks);
	sample(&b, 10, 10, more);
	sample(&b, 20, 10, socks);
	check_row(&b, 0, "? ? ? ? ? ? 3 4 4 3");
	close_bench(&b);
}

static void test_trend_forgets_when_it_is_cleared(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	sample_of(&b, 0, 2, 5);
	trend_clear(b.trend);
	assert_null(trend_cells(b.trend, view_row_id(b.view, 0)));
	sample_of(&b, 2, 2, 6);
	check_row(&b, 0, "? ? ? ? ? ? ? ? ? 6");
	close_bench(&b);
}

/* ---- rows ---- */

/* All rows were looked at before: one that comes up had no sockets then. */
static void test_trend_knows_that_a_new_row_was_not_there(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	sample_of(&b, 0, 2, 5);
	sample_of(&b, 6, 2, 5);
	sample_of(&b, 12, 3, 9);
	check_row(&b, 0, "? ? ? ? ? ? ? 0 0 9");
	close_bench(&b);
}

static void test_trend_counts_a_row_that_is_gone_as_none(void **state)
{
	struct bench b;
	uint64_t id;

	(void)state;
	open_bench(&b);
	sample_of(&b, 0, 2, 5);
	id = view_row_id(b.view, 0);
	sample_of(&b, 6, 3, 1);
	assert_int_equal(trend_cells(b.trend, id)[TREND_CELLS - 1], 0);
	sample_of(&b, 12, 2, 4);
	check_row(&b, 0, "? ? ? ? ? ? ? 5 0 4");
	close_bench(&b);
}

static void test_trend_drops_what_was_empty_for_a_minute(void **state)
{
	struct bench b;
	uint64_t id;

	(void)state;
	open_bench(&b);
	sample_of(&b, 0, 2, 5);
	id = view_row_id(b.view, 0);
	for (int step = 1; step <= TREND_CELLS; step++) {
		assert_non_null(trend_cells(b.trend, id));
		sample_of(&b, step * 6, 3, 1);
	}
	assert_null(trend_cells(b.trend, id));
	close_bench(&b);
}

/* n rows of one socket each; those from the first address on have two. */
static void sample_many(struct bench *b, double at_s, unsigned n, unsigned first)
{
	struct buf text = { 0 };

	for (unsigned i = 0; i < n; i++)
		buf_fmt(&text, "sock tcp ESTABLISHED 10.0.0.1:80 10.1.%u.%u:1000 times %u\n",
			i / 250, i % 250, i >= first ? 2u : 1u);
	sample(b, at_s, 2, text.s);
	buf_free(&text);
}

static void test_trend_is_bounded(void **state)
{
	struct bench b;
	unsigned known = 0;

	(void)state;
	open_bench(&b);
	sample_many(&b, 0, 2000, 2000);
	check_row(&b, TREND_ROWS - 1, "? ? ? ? ? ? ? ? ? 1");
	check_row(&b, TREND_ROWS, "");
	/* Others are on top now: there was no look at them, so what they had is not known. */
	sample_many(&b, 6, 2000, 1700);
	check_row(&b, 0, "? ? ? ? ? ? ? ? ? 2");
	for (uint32_t row = 0; row < view_rows(b.view); row++)
		known += trend_cells(b.trend, view_row_id(b.view, row)) != NULL;
	assert_in_range(known, TREND_ROWS, TREND_ITEMS);
	close_bench(&b);
}

static void test_trend_looks_at_the_rows_on_the_screen(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	sample_many(&b, 0, 1000, 1000);
	trend_sample(b.trend, b.view, 900, SECOND_NS);
	check_row(&b, 900, "");
	sample_many(&b, 2, 1000, 1000);
	trend_clear(b.trend);
	trend_sample(b.trend, b.view, 900, SECOND_NS);
	check_row(&b, 900, "? ? ? ? ? ? ? ? ? 1");
	check_row(&b, 0, "? ? ? ? ? ? ? ? ? 1");
	close_bench(&b);
}

/* ---- looks ---- */

static void test_trend_is_scaled_to_its_own_most(void **state)
{
	static const struct {
		uint32_t cells[TREND_CELLS];
		const char *ascii;
	} cases[] = {
		{ { 0, 1, 2, 3, 4, 5, 6, 7, 7, 0 }, "..:-=+*##." },
		{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, ".........." },
		{ { 9, 9, 9, 9, 9, 9, 9, 9, 9, 9 }, "##########" },
		{ { 1, 4000000000, 1, 1, 1, 1, 1, 1, 1, 2000000000 }, ".#.......=" },
	};
	static const uint32_t blank[TREND_CELLS] = { TREND_UNKNOWN, TREND_UNKNOWN, 0, 8 };
	char buf[SPARK_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(spark_text(cases[i].cells, TEXT_ASCII, buf).s, cases[i].ascii);
	assert_string_equal(
		spark_text(blank, TEXT_UTF8, buf).s,
		"  \xe2\x96\x81\xe2\x96\x88"
		"\xe2\x96\x81\xe2\x96\x81\xe2\x96\x81\xe2\x96\x81\xe2\x96\x81\xe2\x96\x81");
	assert_int_equal(spark_text(blank, TEXT_UTF8, buf).cells, TREND_CELLS);
	assert_int_equal(spark_text(NULL, TEXT_UTF8, buf).cells, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trend_moves_once_a_step),
		cmocka_unit_test(test_trend_never_goes_back),
		cmocka_unit_test(test_trend_leaves_gaps_blank),
		cmocka_unit_test(test_trend_holds_a_value_for_a_long_interval),
		cmocka_unit_test(test_trend_forgets_when_it_is_cleared),
		cmocka_unit_test(test_trend_knows_that_a_new_row_was_not_there),
		cmocka_unit_test(test_trend_counts_a_row_that_is_gone_as_none),
		cmocka_unit_test(test_trend_drops_what_was_empty_for_a_minute),
		cmocka_unit_test(test_trend_is_bounded),
		cmocka_unit_test(test_trend_looks_at_the_rows_on_the_screen),
		cmocka_unit_test(test_trend_is_scaled_to_its_own_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
