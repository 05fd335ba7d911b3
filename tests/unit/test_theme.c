/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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

/*
 * With the goldens of the screens, which tell roles and not looks, these are the pictures:
 * attributes (b u r) and colour of every role with no, eight and 256 colours.
 */
static void test_theme_looks_as_designed(void **state)
{
	static const struct {
		enum role role;
		const char *look[THEME_COUNT];
	} cases[ROLE_COUNT] = {
		{ ROLE_TEXT, { "-", "-", "-" } },       { ROLE_DIM, { "-", "-", "-243" } },
		{ ROLE_LABEL, { "u", "u", "u" } },      { ROLE_FOCUS, { "r", "r", "r" } },
		{ ROLE_CURSOR, { "r", "r", "r" } },     { ROLE_CURSOR_OFF, { "b", "b", "b" } },
		{ ROLE_PIN, { "bu", "b5", "b98" } },    { ROLE_NEW, { "b", "b", "b31" } },
		{ ROLE_WARN, { "b", "-5", "b166" } },   { ROLE_CRIT, { "br", "b1", "b196" } },
		{ ROLE_KEY, { "b", "b", "b31" } },      { ROLE_PAST, { "r", "r5", "r98" } },
		{ ROLE_DANGER, { "b", "b1", "b196" } }, { ROLE_UNKNOWN, { "-", "-", "-243" } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		for (int t = 0; t < THEME_COUNT; t++) {
			const struct style s = theme_style((enum theme)t, cases[i].role);
			char look[16], fg[8] = "";

			if (s.fg != STYLE_DEFAULT)
				snprintf(fg, sizeof(fg), "%d", s.fg);
			snprintf(look, sizeof(look), "%s%s%s%s%s", s.attrs == 0 ? "-" : "",
				 s.attrs & STYLE_BOLD ? "b" : "",
				 s.attrs & STYLE_UNDERLINE ? "u" : "",
				 s.attrs & STYLE_REVERSE ? "r" : "", fg);
			assert_string_equal(look, cases[i].look[t]);
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

/* ---- looks of one's own ---- */

static void test_theme_palette_has_what_the_terminal_has(void **state)
{
	static const struct {
		int colors, palette;
	} cases[] = {
		{ -1, 0 }, { 2, 0 }, { 8, 8 }, { 16, 16 }, { 88, 88 }, { 256, 256 }, { 1 << 24, 8 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(theme_palette(cases[i].colors, false), cases[i].palette);
		assert_int_equal(theme_palette(cases[i].colors, true), 0);
	}
}

static void test_theme_own_takes_whole_looks(void **state)
{
	static const struct {
		const char *text;
		enum role role;
		int attrs, fg;
	} cases[] = {
		{ "crit=196", ROLE_CRIT, 0, 196 },
		{ "crit=196:warn=166", ROLE_WARN, 0, 166 },
		{ "crit=bold,196", ROLE_CRIT, STYLE_BOLD, 196 },
		{ "crit=196,bold", ROLE_CRIT, STYLE_BOLD, 196 },
		{ "cursor-off=underline,reverse", ROLE_CURSOR_OFF, STYLE_UNDERLINE | STYLE_REVERSE,
		  STYLE_DEFAULT },
		{ "dim=default", ROLE_DIM, 0, STYLE_DEFAULT },
		{ "pin=0", ROLE_PIN, 0, 0 },
		{ "pin=255", ROLE_PIN, 0, 255 },
		{ ":pin=007::", ROLE_PIN, 0, 7 },
		{ "pin=1:pin=bold,2", ROLE_PIN, STYLE_BOLD, 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct theme_own own = { .given = { false } };
		struct err e;

		assert_int_equal(theme_own_add(&own, cases[i].text, &e), 0);
		assert_true(own.given[cases[i].role]);
		assert_int_equal(own.style[cases[i].role].attrs, cases[i].attrs);
		assert_int_equal(own.style[cases[i].role].fg, cases[i].fg);
		assert_false(own.given[ROLE_TEXT]);
	}
}

static void test_theme_own_leaves_bad_entries_out(void **state)
{
	static const struct {
		const char *text;
		size_t pos;
		const char *msg;
	} cases[] = {
		{ "crti=1:new=3", 0, "no such role" },
		{ "new=3:crti=1", 6, "no such role" },
		{ "new=3:=1", 6, "no such role" },
		{ "new=3:crit", 6, "a look is" },
		{ "new=3:crit=", 6, "a look is" },
		{ "crit=256:new=3", 0, "a look is" },
		{ "crit=99999999999999999999:new=3", 0, "a look is" },
		{ "crit=-1:new=3", 0, "a look is" },
		{ "crit=bold,:new=3", 0, "a look is" },
		{ "crit=,bold:new=3", 0, "a look is" },
		{ "crit=blink:new=3", 0, "a look is" },
		{ "crit=Bold:new=3", 0, "a look is" },
		{ "crit=1=2:new=3", 0, "a look is" },
		{ " crit=1:new=3:dim=x", 0, "no such role" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct theme_own own = { .given = { false } };
		struct err e;

		assert_int_equal(theme_own_add(&own, cases[i].text, &e), -EINVAL);
		assert_int_equal(e.pos, cases[i].pos);
		assert_memory_equal(e.msg, cases[i].msg, strlen(cases[i].msg));
		assert_false(own.given[ROLE_CRIT]);
		assert_true(own.given[ROLE_NEW]);
	}
}

static void test_theme_own_prints_what_it_takes(void **state)
{
	uint64_t seed = test_seed();
	struct theme_own own = { .given = { false } };
	struct buf text = { .s = NULL };

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		struct theme_own again = { .given = { false } };
		enum role r = (enum role)(test_random(&seed) % ROLE_COUNT);
		struct err e;

		own.given[r] = true;
		own.style[r].attrs = (uint8_t)(test_random(&seed) % 8);
		own.style[r].fg = (int16_t)((int)(test_random(&seed) % 257) - 1);
		buf_reset(&text);
		buf_str(&text, "");
		for (unsigned at = 0; at < ROLE_COUNT; at++) {
			theme_own_print(&own, (enum role)at, &text);
			buf_char(&text, ':');
		}
		assert_int_equal(theme_own_add(&again, text.s, &e), 0);
		for (unsigned at = 0; at < ROLE_COUNT; at++) {
			assert_int_equal(again.given[at], own.given[at]);
			assert_int_equal(again.style[at].attrs, own.style[at].attrs);
			assert_int_equal(again.style[at].fg, own.style[at].fg);
		}
	}
	buf_free(&text);
}

/* A colour that the terminal has not got is no reason to show something else than the theme. */
static void test_theme_own_look_needs_its_colour(void **state)
{
	struct theme_own own = { .given = { false } };
	struct err e;

	(void)state;
	assert_int_equal(theme_own_add(&own, "crit=underline,12:warn=reverse", &e), 0);
	assert_int_equal(theme_own_style(&own, THEME_256, ROLE_CRIT, 256).fg, 12);
	assert_int_equal(theme_own_style(&own, THEME_8, ROLE_CRIT, 16).fg, 12);
	assert_int_equal(theme_own_style(&own, THEME_8, ROLE_CRIT, 8).fg,
			 theme_style(THEME_8, ROLE_CRIT).fg);
	assert_int_equal(theme_own_style(&own, THEME_MONO, ROLE_CRIT, 0).attrs,
			 theme_style(THEME_MONO, ROLE_CRIT).attrs);
	assert_int_equal(theme_own_style(&own, THEME_MONO, ROLE_WARN, 0).attrs, STYLE_REVERSE);
	assert_int_equal(theme_own_style(&own, THEME_256, ROLE_PIN, 256).fg,
			 theme_style(THEME_256, ROLE_PIN).fg);
	assert_int_equal(theme_own_style(NULL, THEME_256, ROLE_PIN, 256).fg,
			 theme_style(THEME_256, ROLE_PIN).fg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_theme_chooses_by_colours),
		cmocka_unit_test(test_theme_mono_has_no_colour),
		cmocka_unit_test(test_theme_normal_text_is_plain),
		cmocka_unit_test(test_theme_alarms_stand_out_everywhere),
		cmocka_unit_test(test_theme_looks_as_designed),
		cmocka_unit_test(test_theme_colours_are_readable_on_both_grounds),
		cmocka_unit_test(test_theme_palette_has_what_the_terminal_has),
		cmocka_unit_test(test_theme_own_takes_whole_looks),
		cmocka_unit_test(test_theme_own_leaves_bad_entries_out),
		cmocka_unit_test(test_theme_own_prints_what_it_takes),
		cmocka_unit_test(test_theme_own_look_needs_its_colour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
