/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "find.h"
#include "sockeye/base/index.h"

/* Two columns; the rows are counted when they are looked at. */
struct rows {
	const char *const (*text)[2];
	uint32_t n;
};

static uint32_t rows_count(const void *pane)
{
	return ((const struct rows *)pane)->n;
}

static uint64_t rows_id(const void *pane, uint32_t row)
{
	(void)pane;
	return row + UINT64_C(1);
}

static uint32_t rows_find(const void *pane, uint64_t id)
{
	return id <= ((const struct rows *)pane)->n ? (uint32_t)id - 1 : IDX_NONE;
}

static struct clean rows_cell(const void *pane, uint32_t row, unsigned id, char *buf,
			      enum role *role)
{
	const char *text = ((const struct rows *)pane)->text[row][id];

	(void)role;
	return text_clean(text, strlen(text), TEXT_UTF8, buf, TABLE_CELL_SIZE);
}

static unsigned rows_marks(const void *pane, uint32_t row)
{
	(void)pane;
	(void)row;
	return 0;
}

static const struct table_ops ops = { rows_count, rows_id, rows_find, rows_cell, rows_marks };

static const char *const text[][2] = {
	{ "java[2211]", "6,120" }, { "nginx[901]", "3,411" }, { "nginx[902]", "1,240" },
	{ "Postgres[77]", "402" }, { "b\x1b[1m", "2211" },
};

struct fixture {
	struct rows rows;
	struct table table;
	struct find find;
};

static void open_rows(struct fixture *f, int w)
{
	memset(f, 0, sizeof(*f));
	f->rows = (struct rows){ text, 5 };
	table_init(&f->table, &ops, &f->rows, TEXT_UTF8);
	for (uint8_t i = 0; i < 2; i++)
		f->table.col[i] = (struct table_column){
			.title = TEXT_LIT("x"), .id = i, .min = 12, .width = 12, .max = 12
		};
	f->table.n_cols = 2;
	table_fit(&f->table, w, 10);
	table_sync(&f->table);
}

/* The row that is found from there on, or -1. */
static int look(struct fixture *f, const char *pattern, uint32_t from, int step)
{
	uint32_t row = 0;

	find_set(&f->find, pattern, TEXT_UTF8);
	find_begin(&f->find, &f->table, from, step);
	return find_step(&f->find, &f->table, UINT32_MAX, &row) == FIND_HIT ? (int)row : -1;
}

static void test_find_looks_at_every_column_that_is_shown(void **state)
{
	struct fixture f;

	(void)state;
	open_rows(&f, 40);
	assert_int_equal(look(&f, "nginx", 0, 1), 1);
	assert_int_equal(look(&f, "402", 0, 1), 3);
	assert_int_equal(look(&f, "[902] 1,2", 0, 1), 2);
	assert_int_equal(look(&f, "apache", 0, 1), -1);
	assert_int_equal(look(&f, "", 0, 1), -1);
	/* What there is no room for is not found: one could not see why. */
	open_rows(&f, 16);
	assert_int_equal(look(&f, "402", 0, 1), -1);
}

static void test_find_goes_once_round(void **state)
{
	struct fixture f;

	(void)state;
	open_rows(&f, 40);
	assert_int_equal(look(&f, "nginx", 2, 1), 2);
	assert_false(f.find.wrapped);
	assert_int_equal(look(&f, "nginx", 3, 1), 1);
	assert_true(f.find.wrapped);
	assert_int_equal(look(&f, "nginx", 0, -1), 2);
	assert_true(f.find.wrapped);
	assert_int_equal(look(&f, "nginx", 4, -1), 2);
	assert_false(f.find.wrapped);
	assert_int_equal(look(&f, "java", 99, 1), 0);
	f.rows.n = 0;
	assert_int_equal(look(&f, "java", 0, 1), -1);
}

static void test_find_goes_on_behind_a_row(void **state)
{
	struct fixture f;
	uint32_t row = 9;

	(void)state;
	open_rows(&f, 40);
	find_set(&f.find, "java", TEXT_UTF8);
	find_begin_after(&f.find, &f.table, 0, 1);
	assert_int_equal(find_step(&f.find, &f.table, 4, &row), FIND_MORE);
	assert_int_equal(find_step(&f.find, &f.table, 1, &row), FIND_HIT);
	assert_int_equal(row, 0);
	assert_true(f.find.wrapped);
	find_set(&f.find, "nginx", TEXT_UTF8);
	find_begin_after(&f.find, &f.table, 0, -1);
	assert_int_equal(find_step(&f.find, &f.table, 9, &row), FIND_HIT);
	assert_int_equal(row, 2);
	assert_true(f.find.wrapped);
	f.rows.n = 0;
	find_begin_after(&f.find, &f.table, 0, 1);
	assert_int_equal(find_step(&f.find, &f.table, 9, &row), FIND_NONE);
}

static void test_find_minds_case_only_where_upper_case_is_asked_for(void **state)
{
	struct fixture f;

	(void)state;
	open_rows(&f, 40);
	assert_int_equal(look(&f, "postgres", 0, 1), 3);
	assert_int_equal(look(&f, "Postgres", 0, 1), 3);
	assert_int_equal(look(&f, "POSTGRES", 0, 1), -1);
	assert_int_equal(look(&f, "Java", 0, 1), -1);
}

static void test_find_sees_what_is_shown_not_what_it_is_made_of(void **state)
{
	struct fixture f;

	(void)state;
	open_rows(&f, 40);
	assert_int_equal(look(&f, "\x1b", 0, 1), 4);
	assert_int_equal(look(&f, "b\\e[1m", 0, 1), 4);
}

static void test_find_works_in_slices(void **state)
{
	struct fixture f;
	uint32_t row = 0;

	(void)state;
	open_rows(&f, 40);
	find_set(&f.find, "postgres", TEXT_UTF8);
	find_begin(&f.find, &f.table, 0, 1);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(find_step(&f.find, &f.table, 1, &row), FIND_MORE);
		assert_true(f.find.running);
	}
	assert_int_equal(find_step(&f.find, &f.table, 1, &row), FIND_HIT);
	assert_int_equal(row, 3);
	assert_false(f.find.running);
	/* It ends also when rows go away under it. */
	find_set(&f.find, "apache", TEXT_UTF8);
	find_begin(&f.find, &f.table, 4, 1);
	f.rows.n = 2;
	assert_int_equal(find_step(&f.find, &f.table, 100, &row), FIND_NONE);
	assert_false(f.find.running);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find_looks_at_every_column_that_is_shown),
		cmocka_unit_test(test_find_goes_once_round),
		cmocka_unit_test(test_find_goes_on_behind_a_row),
		cmocka_unit_test(test_find_minds_case_only_where_upper_case_is_asked_for),
		cmocka_unit_test(test_find_sees_what_is_shown_not_what_it_is_made_of),
		cmocka_unit_test(test_find_works_in_slices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
