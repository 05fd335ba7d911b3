/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "sockeye/base/mem.h"
#include "sockeye/screen/theme.h"

static void test_theme_chooses_by_colours(void **state)
{
	static const struct {
		int colors;
		enum theme theme;
	} cases[] = {
		{ -1, THEME_MONO }, { 0, THEME_MONO }, { 2, THEME_MONO },  { 8, THEME_8 },
		{ 16, THEME_8 },    { 88, THEME_8 },   { 256, THEME_256 }, { 1 << 24, THEME_8 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(theme_choose(cases[i].colors, false), cases[i].theme);
		assert_int_equal(theme_choose(cases[i].colors, true), THEME_MONO);
	}
}

static void test_theme_mono_has_no_colour(void **state)
{
	(void)state;
	for (int r = 0; r < ROLE_COUNT; r++)
		assert_int_equal(theme_style(THEME_MONO, (enum role)r).fg, STYLE_DEFAULT);
}

static void test_theme_normal_text_is_plain(void **state)
{
	(void)state;
	for (int t = 0; t < THEME_COUNT; t++) {
		const struct style s = theme_style((enum theme)t, ROLE_TEXT);

		assert_int_equal(s.fg, STYLE_DEFAULT);
		assert_int_equal(s.attrs, 0);
	}
}

/* Where there is no colour, what wants attention must still stand out. */
static void test_theme_alarms_stand_out_everywhere(void **state)
{
	static const enum role roles[] = { ROLE_FOCUS, ROLE_CURSOR, ROLE_PIN, ROLE_WARN,
					   ROLE_CRIT,  ROLE_DANGER, ROLE_PAST };

	(void)state;
	for (int t = 0; t < THEME_COUNT; t++)
		for (size_t i = 0; i < ARRAY_SIZE(roles); i++) {
			const struct style s = theme_style((enum theme)t, roles[i]);

			assert_true(s.attrs != 0 || s.fg != STYLE_DEFAULT);
		}
}

static double linear(unsigned c)
{
	double x = c / 255.0, y = (x + 0.055) / 1.055, r = y * y;

	/* y to the power of 2.4, without the mathematics library: close enough at two digits. */
	for (int i = 0; i < 40; i++) {
		double r5 = r * r * r * r * r, y12 = y * y * y * y * y * y;

		y12 *= y12;
		r -= (r5 - y12) / (5 * r * r * r * r);
	}
	return x <= 0.04045 ? x / 12.92 : r;
}

static double luminance(int color)
{
	static const unsigned level[] = { 0x00, 0x5f, 0x87, 0xaf, 0xd7, 0xff };
	unsigned i = (unsigned)color - 16, grey = 8 + 10 * ((unsigned)color - 232);

	if (color >= 232)
		return linear(grey);
	return 0.2126 * linear(level[i / 36]) + 0.7152 * linear(level[i / 6 % 6]) +
	       0.0722 * linear(level[i % 6]);
}

/* WCAG 2: nobody guesses the background, so each colour must be readable on black and on white. */
static void test_theme_colours_are_readable_on_both_grounds(void **state)
{
	(void)state;
	for (int r = 0; r < ROLE_COUNT; r++) {
		const int fg = theme_style(THEME_256, (enum role)r).fg;

		if (fg == STYLE_DEFAULT)
			continue;
		assert_in_range(fg, 16, 255);
		assert_true((luminance(fg) + 0.05) / 0.05 >= 3.8);
		assert_true(1.05 / (luminance(fg) + 0.05) >= 3.8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_theme_chooses_by_colours),
		cmocka_unit_test(test_theme_mono_has_no_colour),
		cmocka_unit_test(test_theme_normal_text_is_plain),
		cmocka_unit_test(test_theme_alarms_stand_out_everywhere),
		cmocka_unit_test(test_theme_colours_are_readable_on_both_grounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
