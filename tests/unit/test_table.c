/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "sockeye/base/index.h"
#include "sockeye/ui/table.h"

/* A pane of named rows: the id is the row's number, its name a letter. */
#define ROWS_MAX 64

struct rows {
	uint64_t id[ROWS_MAX];
	unsigned marks[ROWS_MAX];
	enum role number_role[ROWS_MAX];
	uint32_t n;
};

static uint32_t op_rows(const void *pane)
{
	return ((const struct rows *)pane)->n;
}

static uint64_t op_row_id(const void *pane, uint32_t row)
{
	return ((const struct rows *)pane)->id[row];
}

static uint32_t op_find(const void *pane, uint64_t id)
{
	const struct rows *r = pane;

	for (uint32_t i = 0; i < r->n; i++)
		if (r->id[i] == id)
			return i;
	return IDX_NONE;
}

static struct clean op_cell(const void *pane, uint32_t row, unsigned id, char *buf, enum role *role)
{
	const struct rows *r = pane;
	int len;

	if (id == 0)
		len = snprintf(buf, TABLE_CELL_SIZE, "name-%02u", (unsigned)r->id[row]);
	else
		len = snprintf(buf, TABLE_CELL_SIZE, "%u", (unsigned)r->id[row] * id);
	if (id == 1)
		*role = r->number_role[row];
	return text_own(buf, (size_t)len);
}

static unsigned op_marks(const void *pane, uint32_t row)
{
	return ((const struct rows *)pane)->marks[row];
}

static const struct table_ops ops = {
	.rows = op_rows,
	.row_id = op_row_id,
	.find = op_find,
	.cell = op_cell,
	.marks = op_marks,
};

struct fixture {
	struct rows rows;
	struct table table;
	struct canvas canvas;
};

static const struct table_column columns[] = {
	{ .title = { "Name", 4, 4 }, .id = 0, .min = 7, .width = 9, .max = 9 },
	{ .title = { "One", 3, 3 }, .id = 1, .min = 4, .width = 4, .max = 4, .right = true },
	{ .title = { "Seven", 5, 5 }, .id = 7, .min = 5, .width = 5, .max = 5, .right = true },
};

/* Rows 1 to n. */
static void fill(struct fixture *f, uint32_t n)
{
	memset(&f->rows, 0, sizeof(f->rows));
	for (uint32_t i = 0; i < n; i++)
		f->rows.id[i] = i + 1;
	f->rows.n = n;
}

static void open_table(struct fixture *f, uint32_t n, int w, int h)
{
	fill(f, n);
	table_init(&f->table, &ops, &f->rows, TEXT_UTF8);
	memcpy(f->table.col, columns, sizeof(columns));
	f->table.n_cols = ARRAY_SIZE(columns);
	canvas_init(&f->canvas);
	canvas_resize(&f->canvas, w, h);
	table_fit(&f->table, w, h);
	table_sync(&f->table);
}

static void close_table(struct fixture *f)
{
	canvas_free(&f->canvas);
}

static void check_screen(struct fixture *f, const char *expected)
{
	struct buf b = { 0 };

	canvas_clear(&f->canvas);
	table_draw(&f->table, &f->canvas, (struct rect){ 0, 0, f->canvas.w, f->canvas.h }, true);
	canvas_text(&f->canvas, &b);
	assert_string_equal(b.s, expected);
	buf_free(&b);
}

static void set_ids(struct fixture *f, const unsigned *id, uint32_t n)
{
	fill(f, n);
	for (uint32_t i = 0; i < n; i++)
		f->rows.id[i] = id[i];
}

#define IDS(f, ...)                                   \
	set_ids(f, (const unsigned[]){ __VA_ARGS__ }, \
		sizeof((unsigned[]){ __VA_ARGS__ }) / sizeof(unsigned))

/* ---- columns ---- */

static void test_table_drops_whole_columns_from_the_end(void **state)
{
	struct fixture f;

	(void)state;
	open_table(&f, 2, 22, 3);
	check_screen(&f, " Name       One Seven\n"
			 ">name-01      1     7\n"
			 " name-02      2    14\n");
	table_fit(&f.table, 18, 3);
	assert_int_equal(f.table.shown, 2);
	table_fit(&f.table, 20, 3);
	assert_int_equal(f.table.shown, 3);
	close_table(&f);
}

static void test_table_gives_spare_room_to_names_up_to_their_most(void **state)
{
	struct fixture f;

	(void)state;
	open_table(&f, 1, 40, 2);
	assert_int_equal(f.table.col_width[0], 9);
	f.table.col[0].max = 12;
	table_fit(&f.table, 40, 2);
	assert_int_equal(f.table.col_width[0], 12);
	assert_int_equal(f.table.col_width[1], 4);
	close_table(&f);
}

static void test_table_cuts_names_before_it_drops_the_first_number(void **state)
{
	struct fixture f;

	(void)state;
	open_table(&f, 1, 14, 2);
	f.table.col[0].min = 20;
	table_fit(&f.table, 14, 2);
	assert_int_equal(f.table.shown, 2);
	assert_int_equal(f.table.col_width[0], 8);
	check_screen(&f, " Name      One\n"
			 ">name-01     1\n");
	close_table(&f);
}

static void test_table_is_drawn_at_any_size(void **state)
{
	(void)state;
	for (int w = 1; w < 30; w++)
		for (int h = 1; h < 6; h++) {
			struct fixture f;

			open_table(&f, 5, w, h);
			table_sort_by(&f.table, 2);
			table_move(&f.table, ACT_LAST);
			table_draw(&f.table, &f.canvas, (struct rect){ 0, 0, w, h }, true);
			close_table(&f);
		}
}

/* ---- the sort mark ---- */

static void test_table_marks_the_sorted_column_once(void **state)
{
	struct fixture f;

	(void)state;
	open_table(&f, 1, 22, 2);
	table_sort_by(&f.table, 1);
	check_screen(&f, " Name      One\xe2\x96\xbc Seven\n"
			 ">name-01      1     7\n");
	table_sort_step(&f.table, 1);
	assert_false(f.table.ascending);
	check_screen(&f, " Name       One Seven\xe2\x96\xbc\n"
			 ">name-01      1      7\n");
	table_sort_step(&f.table, 1);
	assert_true(f.table.ascending);
	f.table.set = TEXT_ASCII;
	check_screen(&f, " Name^      One Seven\n"
			 ">name-01      1     7\n");
	table_sort_step(&f.table, -1);
	assert_int_equal(f.table.sort, 2);
	close_table(&f);
}

static void test_table_sort_brings_its_column_into_view(void **state)
{
	struct fixture f;

	(void)state;
	open_table(&f, 1, 16, 2);
	assert_int_equal(f.table.shown, 2);
	table_sort_by(&f.table, 1);
	table_sort_step(&f.table, 1);
	assert_int_equal(f.table.sort, 2);
	check_screen(&f, " Name     Seven\xe2\x96\xbc\n"
			 ">name-01       7\n");
	table_sort_step(&f.table, 1);
	assert_int_equal(f.table.sort, 0);
	table_sort_step(&f.table, 1);
	check_screen(&f, " Name      One\xe2\x96\xbc\n"
			 ">name-01      1\n");
	f.table.sort = TABLE_UNSORTED;
	table_sort_step(&f.table, 1);
	assert_int_equal(f.table.sort, TABLE_UNSORTED);
	close_table(&f);
}

static void test_table_scrolls_sideways_under_the_first_column(void **state)
{
	struct fixture f;

	(void)state;
	open_table(&f, 1, 16, 2);
	assert_false(table_scroll(&f.table, -1));
	assert_true(table_scroll(&f.table, 1));
	check_screen(&f, " Name      Seven\n"
			 ">name-01       7\n");
	assert_int_equal(table_column_at(&f.table, 0), 0);
	assert_int_equal(table_column_at(&f.table, 1), 2);
	assert_false(table_scroll(&f.table, 1));
	assert_true(table_scroll(&f.table, -1));
	assert_int_equal(table_column_at(&f.table, 1), 1);
	/* Where there is room for all, nothing stays away. */
	table_scroll(&f.table, 1);
	table_fit(&f.table, 22, 2);
	assert_int_equal(f.table.skip, 0);
	assert_int_equal(f.table.shown, 3);
	assert_false(table_scroll(&f.table, 1));
	close_table(&f);
}

static void test_table_goes_to_a_row(void **state)
{
	struct fixture f;

	(void)state;
	open_table(&f, 60, 22, 11);
	table_go(&f.table, 5);
	assert_int_equal(f.table.top, 0);
	assert_int_equal(f.table.cursor, 5);
	table_go(&f.table, 30);
	assert_int_equal(f.table.top, 25);
	table_go(&f.table, 59);
	assert_int_equal(f.table.top, 50);
	f.table.centred = true;
	table_go(&f.table, 52);
	assert_int_equal(f.table.top, 47);
	table_move(&f.table, ACT_FIRST);
	assert_int_equal(f.table.top, 0);
	close_table(&f);
}

/* ---- the cursor belongs to an item ---- */

static void test_table_cursor_that_never_moved_stays_first(void **state)
{
	struct fixture f;

	(void)state;
	open_table(&f, 3, 16, 3);
	IDS(&f, 9, 1, 2, 3);
	table_sync(&f.table);
	check_screen(&f, " Name       One\n"
			 ">name-09      9\n"
			 " name-01      1\n");
	close_table(&f);
}

static void test_table_item_keeps_its_place_on_the_screen(void **state)
{
	struct fixture f;

	(void)state;
	open_table(&f, 20, 16, 5);
	for (int i = 0; i < 9; i++)
		table_move(&f.table, ACT_DOWN);
	table_move(&f.table, ACT_UP);
	check_screen(&f, " Name       One\n"
			 " name-07      7\n"
			 " name-08      8\n"
			 ">name-09      9\n"
			 " name-10     10\n");
	/* Three rows come before it: the rows move, the bar does not. */
	IDS(&f, 30, 31, 32, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
	table_sync(&f.table);
	check_screen(&f, " Name       One\n"
			 " name-07      7\n"
			 " name-08      8\n"
			 ">name-09      9\n"
			 " name-10     10\n");
	assert_int_equal(table_cursor_row(&f.table), 11);
	/* Near an end the bar must move, the item stays. */
	IDS(&f, 9, 1, 2, 3, 4, 5);
	table_sync(&f.table);
	check_screen(&f, " Name       One\n"
			 ">name-09      9\n"
			 " name-01      1\n"
			 " name-02      2\n"
			 " name-03      3\n");
	close_table(&f);
}

static void test_table_item_that_is_gone_stays_until_a_key(void **state)
{
	struct fixture f;

	(void)state;
	open_table(&f, 5, 22, 5);
	table_move(&f.table, ACT_DOWN);
	IDS(&f, 1, 3, 4, 5);
	table_sync(&f.table);
	check_screen(&f, " Name       One Seven\n"
			 " name-01      1     7\n"
			 ">name-02  -   2    14\n"
			 " name-03      3    21\n"
			 " name-04      4    28\n");
	assert_true(f.table.gone);
	assert_int_equal(table_cursor_row(&f.table), IDX_NONE);
	/* Another sample changes nothing about that. */
	table_sync(&f.table);
	assert_true(f.table.gone);
	/* It may come back, */
	IDS(&f, 2, 1, 3, 4, 5);
	table_sync(&f.table);
	assert_false(f.table.gone);
	assert_int_equal(table_cursor_row(&f.table), 0);
	/* or else the next key gives the bar to the row in its place. */
	IDS(&f, 1, 3, 4, 5);
	table_sync(&f.table);
	table_settle(&f.table);
	assert_false(f.table.gone);
	assert_int_equal(f.table.cursor_id, 1);
	close_table(&f);
}

static void test_table_says_gone_where_there_is_room(void **state)
{
	struct fixture f;

	(void)state;
	open_table(&f, 3, 40, 3);
	f.table.col[0].width = f.table.col[0].max = 14;
	table_fit(&f.table, 40, 3);
	table_move(&f.table, ACT_LAST);
	IDS(&f, 1, 2);
	table_sync(&f.table);
	check_screen(&f, " Name            One Seven\n"
			 " name-02           2    14\n"
			 ">name-03 gone  -   3    21\n");
	close_table(&f);
}

static void test_table_survives_that_all_rows_go(void **state)
{
	struct fixture f;

	(void)state;
	open_table(&f, 3, 16, 3);
	table_move(&f.table, ACT_LAST);
	fill(&f, 0);
	table_sync(&f.table);
	check_screen(&f, " Name       One\n"
			 ">name-03  -   3\n\n");
	table_settle(&f.table);
	check_screen(&f, " Name       One\n\n\n");
	assert_true(table_move(&f.table, ACT_PAGE_DOWN));
	assert_int_equal(table_cursor_row(&f.table), IDX_NONE);
	fill(&f, 2);
	table_sync(&f.table);
	assert_int_equal(f.table.cursor_id, 1);
	close_table(&f);
}

/* ---- moving ---- */

static void test_table_pages_and_ends(void **state)
{
	struct fixture f;

	(void)state;
	open_table(&f, 10, 16, 5);
	table_move(&f.table, ACT_PAGE_DOWN);
	assert_int_equal(f.table.cursor, 4);
	assert_int_equal(f.table.top, 4);
	table_move(&f.table, ACT_PAGE_DOWN);
	assert_int_equal(f.table.cursor, 8);
	assert_int_equal(f.table.top, 6);
	table_move(&f.table, ACT_PAGE_DOWN);
	assert_int_equal(f.table.cursor, 9);
	table_move(&f.table, ACT_DOWN);
	assert_int_equal(f.table.cursor, 9);
	table_move(&f.table, ACT_PAGE_UP);
	assert_int_equal(f.table.cursor, 5);
	assert_int_equal(f.table.top, 2);
	table_move(&f.table, ACT_FIRST);
	assert_int_equal(f.table.cursor, 0);
	table_move(&f.table, ACT_UP);
	assert_int_equal(f.table.cursor, 0);
	table_move(&f.table, ACT_LAST);
	assert_int_equal(f.table.cursor, 9);
	assert_int_equal(f.table.top, 6);
	assert_false(table_move(&f.table, ACT_PIN));
	close_table(&f);
}

/* Random moves, sizes and rows: the cursor is in view and, unless it is gone, on its item. */
static void test_table_cursor_is_always_in_view(void **state)
{
	uint64_t rng = test_seed();
	struct fixture f;

	(void)state;
	open_table(&f, 10, 22, 6);
	for (int turn = 0; turn < 20000; turn++) {
		uint64_t before = f.table.cursor_id;
		unsigned what = (unsigned)(test_random(&rng) % 10);
		uint32_t row;

		if (what == 0) {
			table_fit(&f.table, 1 + (int)(test_random(&rng) % 40),
				  1 + (int)(test_random(&rng) % 12));
		} else if (what < 4) {
			fill(&f, (uint32_t)(test_random(&rng) % 30));
			for (uint32_t i = 0; i < f.rows.n; i++)
				f.rows.id[i] = 1 + (i * 7 + turn) % 40;
			table_sync(&f.table);
			if (f.table.moved && before != 0)
				assert_int_equal(f.table.cursor_id, before);
		} else {
			table_settle(&f.table);
			table_move(&f.table, (enum action)(ACT_UP + test_random(&rng) % 6));
		}
		row = table_cursor_row(&f.table);
		if (row != IDX_NONE)
			assert_int_equal(f.rows.id[row], f.table.cursor_id);
		else
			assert_true(f.table.gone || f.rows.n == 0);
		assert_true(f.table.cursor >= f.table.top);
		assert_true(f.table.cursor - f.table.top <
			    (f.table.height > 0 ? (uint32_t)f.table.height : 1));
	}
	close_table(&f);
}

/* ---- marks ---- */

static void test_table_marks_have_their_places(void **state)
{
	struct fixture f;
	struct buf roles = { 0 };

	(void)state;
	open_table(&f, 6, 16, 7);
	f.rows.marks[0] = MARK_PIN;
	f.rows.marks[1] = MARK_PIN | MARK_CRIT;
	f.rows.marks[2] = MARK_NEW;
	f.rows.marks[3] = MARK_NEW | MARK_PIN | MARK_WARN;
	f.rows.marks[4] = MARK_GONE | MARK_PIN;
	f.rows.marks[5] = MARK_UNKNOWN;
	table_move(&f.table, ACT_DOWN);
	/* Under the bar the mark moves to the other place, unless ! stands there. */
	check_screen(&f, " Name       One\n"
			 "*name-01      1\n"
			 ">name-02  !   2\n"
			 "+name-03      3\n"
			 "*name-04  !   4\n"
			 "-name-05      5\n"
			 " name-06  ?   6\n");
	table_move(&f.table, ACT_UP);
	check_screen(&f, " Name       One\n"
			 ">name-01  *   1\n"
			 "*name-02  !   2\n"
			 "+name-03      3\n"
			 "*name-04  !   4\n"
			 "-name-05      5\n"
			 " name-06  ?   6\n");
	canvas_roles(&f.canvas, &roles);
	assert_string_equal(roles.s, "ffffffffffffffff\n"
				     "cccccccccccccccc\n"
				     "pppppppp..C.....\n"
				     "nnnnnnnn........\n"
				     "pppppppp..w.....\n"
				     "--------......-.\n"
				     "..........?.....\n");
	buf_free(&roles);
	close_table(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_drops_whole_columns_from_the_end),
		cmocka_unit_test(test_table_gives_spare_room_to_names_up_to_their_most),
		cmocka_unit_test(test_table_cuts_names_before_it_drops_the_first_number),
		cmocka_unit_test(test_table_is_drawn_at_any_size),
		cmocka_unit_test(test_table_marks_the_sorted_column_once),
		cmocka_unit_test(test_table_sort_brings_its_column_into_view),
		cmocka_unit_test(test_table_scrolls_sideways_under_the_first_column),
		cmocka_unit_test(test_table_goes_to_a_row),
		cmocka_unit_test(test_table_cursor_that_never_moved_stays_first),
		cmocka_unit_test(test_table_item_keeps_its_place_on_the_screen),
		cmocka_unit_test(test_table_item_that_is_gone_stays_until_a_key),
		cmocka_unit_test(test_table_says_gone_where_there_is_room),
		cmocka_unit_test(test_table_survives_that_all_rows_go),
		cmocka_unit_test(test_table_pages_and_ends),
		cmocka_unit_test(test_table_cursor_is_always_in_view),
		cmocka_unit_test(test_table_marks_have_their_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
