/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "sockeye/screen/canvas.h"

#define WIDE     "\xe4\xb8\x80" /* two columns */
#define MARK     "\xcc\x81"     /* combining acute accent */
#define RING     "\xcc\x8a"
#define TILDE    "\xcc\x83"
#define ELLIPSIS "\xe2\x80\xa6"

static struct clean own(const char *s)
{
	return text_own(s, strlen(s));
}

static void check_text(const struct canvas *c, const char *expected)
{
	struct buf b = { 0 };

	canvas_text(c, &b);
	assert_string_equal(b.s, expected);
	buf_free(&b);
}

static void check_roles(const struct canvas *c, const char *expected)
{
	struct buf b = { 0 };

	canvas_roles(c, &b);
	assert_string_equal(b.s, expected);
	buf_free(&b);
}

static struct rect whole(const struct canvas *c)
{
	return (struct rect){ 0, 0, c->w, c->h };
}

static struct canvas canvas_of(int w, int h)
{
	struct canvas c;

	canvas_init(&c);
	canvas_resize(&c, w, h);
	return c;
}

static void test_canvas_size_is_clamped_and_cleared(void **state)
{
	struct canvas c = canvas_of(0, -3);

	(void)state;
	assert_int_equal(c.w, 1);
	assert_int_equal(c.h, 1);
	canvas_resize(&c, CANVAS_MAX_W + 1, 1 << 30);
	assert_int_equal(c.w, CANVAS_MAX_W);
	assert_int_equal(c.h, CANVAS_MAX_H);
	canvas_put(&c, whole(&c), 0, 0, ROLE_CRIT, own("x"));
	canvas_resize(&c, 3, 1);
	check_text(&c, "\n");
	check_roles(&c, "...\n");
	assert_int_equal(c.cursor_x, -1);
	canvas_free(&c);
}

static void test_canvas_put_returns_columns_and_sets_roles(void **state)
{
	struct canvas c = canvas_of(6, 2);

	(void)state;
	assert_int_equal(canvas_put(&c, whole(&c), 1, 1, ROLE_KEY, own("a" WIDE "b")), 4);
	check_text(&c, "\n a" WIDE "b\n");
	check_roles(&c, "......\n.kkkk.\n");
	canvas_free(&c);
}

static void test_canvas_put_clips_on_all_sides(void **state)
{
	struct canvas c = canvas_of(6, 3);
	struct rect clip = { 1, 1, 3, 1 };

	(void)state;
	canvas_put(&c, clip, 0, 0, ROLE_TEXT, own("above"));
	canvas_put(&c, clip, 0, 2, ROLE_TEXT, own("below"));
	canvas_put(&c, clip, 0, 1, ROLE_TEXT, own("abcdef"));
	check_text(&c, "\n bcd\n\n");
	canvas_put(&c, (struct rect){ -5, -5, 7, 7 }, -2, 0, ROLE_TEXT, own("vwxyz"));
	check_text(&c, "xy\n bcd\n\n");
	assert_int_equal(canvas_put(&c, whole(&c), 6, 0, ROLE_TEXT, own("x")), 0);
	assert_int_equal(canvas_put(&c, (struct rect){ 2, 0, 0, 3 }, 2, 0, ROLE_TEXT, own("x")), 0);
	canvas_free(&c);
}

static void test_canvas_never_shows_half_of_a_wide_character(void **state)
{
	struct canvas c = canvas_of(4, 1);

	(void)state;
	/* Cut at the right edge, at the left edge. */
	canvas_put(&c, whole(&c), 3, 0, ROLE_TEXT, own(WIDE));
	check_text(&c, "\n");
	canvas_put(&c, whole(&c), -1, 0, ROLE_TEXT, own(WIDE "b"));
	check_text(&c, " b\n");
	/* Overwritten from the right, from the left. */
	canvas_clear(&c);
	canvas_put(&c, whole(&c), 1, 0, ROLE_TEXT, own(WIDE));
	canvas_put(&c, whole(&c), 2, 0, ROLE_TEXT, own("x"));
	check_text(&c, "  x\n");
	canvas_put(&c, whole(&c), 1, 0, ROLE_TEXT, own(WIDE));
	canvas_put(&c, whole(&c), 1, 0, ROLE_TEXT, own("y"));
	check_text(&c, " y\n");
	canvas_put(&c, whole(&c), 0, 0, ROLE_TEXT, own(WIDE WIDE));
	canvas_fill(&c, (struct rect){ 1, 0, 2, 1 }, ROLE_TEXT, '-');
	check_text(&c, " --\n");
	canvas_free(&c);
}

static void test_canvas_keeps_two_combining_marks(void **state)
{
	struct canvas c = canvas_of(3, 1);

	(void)state;
	canvas_put(&c, whole(&c), 0, 0, ROLE_TEXT, own("a" MARK RING TILDE "b"));
	check_text(&c, "a" MARK RING "b\n");
	canvas_put(&c, whole(&c), 0, 0, ROLE_TEXT, own("x"));
	check_text(&c, "xb\n");
	/* A mark whose base is cut off goes with it. */
	canvas_put(&c, (struct rect){ 1, 0, 2, 1 }, 0, 0, ROLE_TEXT, own("q" MARK "r"));
	check_text(&c, "xr\n");
	canvas_free(&c);
}

static void test_canvas_paint_and_fill_stay_inside(void **state)
{
	struct canvas c = canvas_of(4, 2);

	(void)state;
	canvas_put(&c, whole(&c), 0, 0, ROLE_TEXT, own("abcd"));
	canvas_paint(&c, (struct rect){ 2, 0, 100, 1 }, ROLE_CURSOR);
	canvas_fill(&c, (struct rect){ -1, 1, 2, 100 }, ROLE_DIM, '=');
	check_text(&c, "abcd\n=\n");
	check_roles(&c, "..cc\n-...\n");
	canvas_free(&c);
}

/* Whatever is written, each row holds exactly as many columns as the canvas is wide. */
static void test_canvas_rows_always_add_up(void **state)
{
	static const char *const texts[] = {
		"a", WIDE, "ab" WIDE, WIDE WIDE, "a" MARK, ELLIPSIS "x"
	};
	uint64_t rng = test_seed();
	struct canvas c = canvas_of(7, 3);

	(void)state;
	for (int turn = 0; turn < 5000; turn++) {
		struct rect clip = { (int)(test_random(&rng) % 12) - 3,
				     (int)(test_random(&rng) % 6) - 2, (int)(test_random(&rng) % 9),
				     (int)(test_random(&rng) % 5) };
		int x = (int)(test_random(&rng) % 14) - 4, y = (int)(test_random(&rng) % 5) - 1;

		if (test_random(&rng) % 4 == 0)
			canvas_fill(&c, clip, ROLE_TEXT, '.');
		else
			canvas_put(&c, clip, x, y, ROLE_TEXT, own(texts[test_random(&rng) % 6]));
		for (int row = 0; row < c.h; row++)
			for (int col = 0; col < c.w; col++) {
				const struct cell *cell = canvas_at(&c, col, row);

				if (cell->width == 2)
					assert_true(col + 1 < c.w && cell[1].width == 0);
				if (cell->width == 0)
					assert_true(col > 0 && cell[-1].width == 2);
			}
	}
	canvas_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_canvas_size_is_clamped_and_cleared),
		cmocka_unit_test(test_canvas_put_returns_columns_and_sets_roles),
		cmocka_unit_test(test_canvas_put_clips_on_all_sides),
		cmocka_unit_test(test_canvas_never_shows_half_of_a_wide_character),
		cmocka_unit_test(test_canvas_keeps_two_combining_marks),
		cmocka_unit_test(test_canvas_paint_and_fill_stay_inside),
		cmocka_unit_test(test_canvas_rows_always_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
