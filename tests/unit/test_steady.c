/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "sockeye/base/index.h"
#include "sockeye/base/mem.h"
#include "steady.h"

/* A source is a line of text: "a=100 b=90" are two items, sorted here by number, then by name. */
struct row {
	uint64_t id;
	double number;
};

struct source {
	struct row *row;
	uint32_t n;
	bool named; /* its numbers are none */
};

static uint32_t source_rows(const void *source)
{
	return ((const struct source *)source)->n;
}

static uint64_t source_row_id(const void *source, uint32_t row)
{
	const struct source *s = source;

	assert_true(row < s->n);
	return s->row[row].id;
}

static uint32_t source_find(const void *source, uint64_t id)
{
	const struct source *s = source;

	for (uint32_t i = 0; i < s->n; i++)
		if (s->row[i].id == id)
			return i;
	return IDX_NONE;
}

static bool source_number(const void *source, uint32_t row, double *n)
{
	const struct source *s = source;

	*n = s->row[row].number;
	return !s->named;
}

static const struct steady_ops ops = { source_rows, source_row_id, source_find, source_number };

static int compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? 1 : -1;
	return (x->id > y->id) - (x->id < y->id);
}

struct fixture {
	struct source source;
	struct steady steady;
};

static void set_rows(struct fixture *f, const char *text)
{
	f->source.n = 0;
	for (; *text != '\0'; text += *text == ' ') {
		struct row *r = &f->source.row[f->source.n++];
		char *end;

		r->id = (unsigned char)*text;
		r->number = strtod(text + 2, &end);
		text = end;
	}
	if (f->source.n > 0)
		qsort(f->source.row, f->source.n, sizeof(*f->source.row), compare_rows);
}

static void start_many(struct fixture *f, uint32_t rows)
{
	*f = (struct fixture){ .source = { .row = xcalloc(rows, sizeof(struct row)) } };
	steady_init(&f->steady, &ops, &f->source);
}

static void start(struct fixture *f, const char *text)
{
	start_many(f, 26);
	set_rows(f, text);
	steady_update(&f->steady, STEADY_ANEW, false);
}

static void stop(struct fixture *f)
{
	steady_free(&f->steady);
	free(f->source.row);
}

#define SCREEN 20

static void next(struct fixture *f, enum steady_how how, const char *text)
{
	steady_note(&f->steady, 0, SCREEN);
	set_rows(f, text);
	steady_update(&f->steady, how, false);
}

/* Whatever was done, lines are the rows, each once, and the gone: and find says the same. */
static void check_whole(const struct steady *s)
{
	uint32_t lines = steady_lines(s), gone_lines = 0;
	char *met = xcalloc(s->rows + 1, 1);

	for (uint32_t line = 0; line < lines; line++) {
		const struct steady_item *gone;
		uint32_t row = steady_row(s, line, &gone);

		assert_true((row == IDX_NONE) == (gone != NULL));
		if (gone != NULL) {
			gone_lines++;
			assert_int_equal(steady_find(s, gone->id), line);
			continue;
		}
		assert_true(row < s->rows);
		assert_int_equal(met[row], 0);
		met[row] = 1;
		if (line < 40 || line % 97 == 0 || lines - line < 40)
			assert_int_equal(steady_find(s, s->ops->row_id(s->source, row)), line);
	}
	assert_int_equal(lines, s->rows + gone_lines);
	free(met);
}

/* Lines as letters, those of items that are gone after a "-". */
static void check_lines(const struct fixture *f, const char *want)
{
	char got[64];
	size_t len = 0;

	check_whole(&f->steady);
	for (uint32_t line = 0; line < steady_lines(&f->steady); line++) {
		const struct steady_item *gone;
		uint32_t row = steady_row(&f->steady, line, &gone);

		if (gone != NULL)
			got[len++] = '-';
		got[len++] = (char)(gone != NULL ? gone->id : f->source.row[row].id);
	}
	got[len] = '\0';
	assert_string_equal(got, want);
}

/* ---- a calm order ---- */

static void test_steady_begins_in_the_true_order(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, "a=1 b=3 c=2 d=2");
	check_lines(&f, "bcda");
	stop(&f);
	start(&f, "");
	check_lines(&f, "");
	next(&f, STEADY_CALM, "a=1 b=2");
	check_lines(&f, "ba");
	next(&f, STEADY_CALM, "");
	check_lines(&f, "");
	stop(&f);
}

static void test_steady_near_neighbours_keep_their_places_once(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, "a=100 b=99 c=10");
	next(&f, STEADY_CALM, "a=100 b=104 c=10");
	check_lines(&f, "abc");
	/* It wavers: */
	next(&f, STEADY_CALM, "a=100 b=99 c=10");
	check_lines(&f, "abc");
	next(&f, STEADY_CALM, "a=100 b=101 c=10");
	check_lines(&f, "abc");
	/* and lasts. */
	next(&f, STEADY_CALM, "a=100 b=102 c=10");
	check_lines(&f, "bac");
	stop(&f);
}

static void test_steady_five_percent_is_near_and_more_is_not(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, "a=96 b=90");
	next(&f, STEADY_CALM, "a=95 b=100");
	check_lines(&f, "ab");
	stop(&f);
	start(&f, "a=96 b=90");
	next(&f, STEADY_CALM, "a=94 b=100");
	check_lines(&f, "ba");
	stop(&f);
	start(&f, "a=1 b=0");
	next(&f, STEADY_CALM, "a=0 b=1");
	check_lines(&f, "ba");
	stop(&f);
	start(&f, "a=-90 b=-96");
	next(&f, STEADY_CALM, "a=-100 b=-96");
	check_lines(&f, "ab");
	stop(&f);
}

/* Equal numbers: the identity decides, once that has lasted. */
static void test_steady_ties_settle_by_identity(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, "b=11 a=10 c=5");
	next(&f, STEADY_CALM, "b=10 a=10 c=5");
	check_lines(&f, "bac");
	next(&f, STEADY_CALM, "b=10 a=10 c=5");
	check_lines(&f, "abc");
	for (int i = 0; i < 5; i++) {
		next(&f, STEADY_CALM, "b=10 a=10 c=10");
		next(&f, STEADY_CALM, "b=10 a=10 c=10");
		check_lines(&f, "abc");
	}
	stop(&f);
}

static void test_steady_moves_over_many_at_once(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, "a=100 b=80 c=60 d=40 e=20");
	next(&f, STEADY_CALM, "a=100 b=80 c=60 d=40 e=90");
	check_lines(&f, "aebcd");
	next(&f, STEADY_CALM, "a=1 b=80 c=60 d=40 e=90");
	check_lines(&f, "ebcda");
	next(&f, STEADY_CALM, "a=50 b=40 c=30 d=20 e=10");
	check_lines(&f, "abcde");
	stop(&f);
}

static void test_steady_new_ones_come_where_they_belong(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, "a=100 b=50 c=10");
	next(&f, STEADY_CALM, "a=100 b=50 c=10 d=99 e=1");
	check_lines(&f, "adbce");
	next(&f, STEADY_CALM, "b=50 c=10 e=1");
	check_lines(&f, "bce");
	stop(&f);
}

/* The same sample again, say with another column: that is not a second one. */
static void test_steady_the_same_sample_is_no_second_one(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, "a=100 b=99");
	next(&f, STEADY_CALM, "a=100 b=101");
	for (int i = 0; i < 3; i++) {
		steady_note(&f.steady, 0, SCREEN);
		steady_update(&f.steady, STEADY_CALM, true);
		check_lines(&f, "ab");
	}
	next(&f, STEADY_CALM, "a=100 b=101");
	check_lines(&f, "ba");
	stop(&f);
}

static void test_steady_names_stand_in_the_true_order(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, "a=100 b=99");
	f.source.named = true;
	next(&f, STEADY_CALM, "a=100 b=101");
	check_lines(&f, "ba");
	stop(&f);
}

static void test_steady_another_question_is_sorted_at_once(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, "a=100 b=99 c=98");
	next(&f, STEADY_HOLD, "b=100 c=100");
	check_lines(&f, "-abc");
	next(&f, STEADY_ANEW, "a=98 b=99 c=100");
	check_lines(&f, "cba");
	stop(&f);
}

/* ---- held ---- */

static void test_steady_hold_keeps_every_place(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, "a=100 b=50 c=10");
	next(&f, STEADY_HOLD, "a=1 b=2 c=300 d=200 e=500");
	check_lines(&f, "abced");
	next(&f, STEADY_HOLD, "a=1 c=300 d=200 e=100 f=1000");
	check_lines(&f, "a-bcedf");
	/* Gone lines stay as long as it is held, and what comes back is where it was. */
	next(&f, STEADY_HOLD, "a=1 b=7 d=200 e=100");
	check_lines(&f, "ab-ced-f");
	steady_note(&f.steady, 0, SCREEN);
	steady_update(&f.steady, STEADY_CALM, true);
	check_lines(&f, "deba");
	stop(&f);
}

static void test_steady_gone_items_know_where_they_were_seen(void **state)
{
	const struct steady_item *gone;
	struct fixture f;

	(void)state;
	start(&f, "a=9 b=8 c=7 d=6 e=5");
	steady_note(&f.steady, 1, 2);
	set_rows(&f, "a=9");
	steady_update(&f.steady, STEADY_HOLD, false);
	/* b and c were on the screen, d and e were not. */
	check_lines(&f, "a-b-c");
	steady_row(&f.steady, 2, &gone);
	assert_int_equal(gone->seen, 1);
	stop(&f);
}

/* ---- many ---- */

static void fill(struct fixture *f, uint32_t n, uint64_t first_id)
{
	f->source.n = n;
	for (uint32_t i = 0; i < n; i++)
		f->source.row[i] = (struct row){ first_id + i, (double)(n - i) };
}

/* Only a window is held: the others are where the view has them. */
static void test_steady_holds_a_window_of_many(void **state)
{
	enum { ROWS = 5000, TOP = 2000 };
	const struct steady_item *gone;
	struct fixture f;

	(void)state;
	start_many(&f, ROWS + 1);
	fill(&f, ROWS, 1);
	steady_update(&f.steady, STEADY_ANEW, false);
	steady_note(&f.steady, TOP, 50);
	/* One that is new comes first of all, so that every rank moves. */
	fill(&f, ROWS + 1, 0);
	f.source.row[0].id = ROWS + 1;
	steady_update(&f.steady, STEADY_HOLD, false);
	assert_int_equal(f.steady.n, STEADY_ROWS);
	check_whole(&f.steady);
	/* What was on the screen stands together, and in the order that it had. */
	for (uint32_t i = 0; i < 50; i++)
		assert_int_equal(f.source.row[steady_row(&f.steady, TOP + i, &gone)].id,
				 f.source.row[steady_row(&f.steady, TOP, &gone)].id + i);
	stop(&f);
}

static void test_steady_calms_a_window_of_many(void **state)
{
	enum { ROWS = 5000, TOP = 4000 };
	const struct steady_item *gone;
	struct fixture f;
	struct row swap;

	(void)state;
	start_many(&f, ROWS);
	fill(&f, ROWS, 1);
	steady_update(&f.steady, STEADY_ANEW, false);
	steady_note(&f.steady, TOP, 50);
	/* Two near neighbours on the screen, and two far above it. */
	swap = f.source.row[TOP + 3];
	f.source.row[TOP + 3] = f.source.row[TOP + 4];
	f.source.row[TOP + 4] = swap;
	swap = f.source.row[3];
	f.source.row[3] = f.source.row[4];
	f.source.row[4] = swap;
	steady_update(&f.steady, STEADY_CALM, false);
	check_whole(&f.steady);
	assert_int_equal(steady_find(&f.steady, TOP + 3 + 1), TOP + 3);
	assert_int_equal(steady_find(&f.steady, TOP + 4 + 1), TOP + 4);
	assert_int_equal(steady_row(&f.steady, 3, &gone), 3);
	stop(&f);
}

/* Random walks: nothing is lost or twice there, and what is far apart is in order. */
static void test_steady_loses_nothing(void **state)
{
	enum { ITEMS = 3000 };
	uint64_t rng = test_seed();
	struct fixture f;

	(void)state;
	start_many(&f, ITEMS);
	for (int turn = 0; turn < 400; turn++) {
		uint32_t lines, some = turn % 3 == 0 ? ITEMS : 40;

		f.source.n = 0;
		for (uint32_t id = 1; id <= some; id++)
			if (test_random(&rng) % 8 != 0)
				f.source.row[f.source.n++] =
					(struct row){ id, (double)(test_random(&rng) % 50) };
		qsort(f.source.row, f.source.n, sizeof(*f.source.row), compare_rows);
		steady_update(&f.steady, (enum steady_how)(test_random(&rng) % 3),
			      test_random(&rng) % 4 == 0);
		check_whole(&f.steady);
		lines = steady_lines(&f.steady);
		for (uint64_t i = test_random(&rng) % 3; i > 0; i--)
			steady_note(&f.steady, (uint32_t)(test_random(&rng) % (lines + 1)),
				    (uint32_t)(test_random(&rng) % 60));
	}
	stop(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steady_begins_in_the_true_order),
		cmocka_unit_test(test_steady_near_neighbours_keep_their_places_once),
		cmocka_unit_test(test_steady_five_percent_is_near_and_more_is_not),
		cmocka_unit_test(test_steady_ties_settle_by_identity),
		cmocka_unit_test(test_steady_moves_over_many_at_once),
		cmocka_unit_test(test_steady_new_ones_come_where_they_belong),
		cmocka_unit_test(test_steady_the_same_sample_is_no_second_one),
		cmocka_unit_test(test_steady_names_stand_in_the_true_order),
		cmocka_unit_test(test_steady_another_question_is_sorted_at_once),
		cmocka_unit_test(test_steady_hold_keeps_every_place),
		cmocka_unit_test(test_steady_gone_items_know_where_they_were_seen),
		cmocka_unit_test(test_steady_holds_a_window_of_many),
		cmocka_unit_test(test_steady_calms_a_window_of_many),
		cmocka_unit_test(test_steady_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
