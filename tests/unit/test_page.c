/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "page.h"
#include "sockeye/base/mem.h"

static void check_page(const struct page *p, int w, int h, unsigned top, const char *wanted)
{
	struct canvas c;
	struct buf text = { 0 };

	canvas_init(&c);
	canvas_resize(&c, w, h);
	page_draw(p, &c, (struct rect){ 0, 0, w, h }, top, TEXT_UTF8);
	canvas_text(&c, &text);
	assert_string_equal(text.s, wanted);
	buf_free(&text);
	canvas_free(&c);
}

static void make(struct page *p)
{
	*p = (struct page){ .n = 0 };
	page_head(p, TEXT_LIT("First"));
	page_text(p, TEXT_LIT(""), ROLE_TEXT, TEXT_LIT("one two three four five six"));
	page_text(p, TEXT_LIT("1."), ROLE_TEXT, TEXT_LIT("seven eight nine ten eleven"));
	page_head(p, TEXT_LIT("Second"));
	page_term(p, 6, ROLE_TEXT, TEXT_LIT("a term too long"), ROLE_TEXT,
		  TEXT_LIT("what is said of it"));
	page_term(p, 6, ROLE_TEXT, TEXT_LIT(""), ROLE_TEXT, TEXT_LIT("and more"));
}

static void test_page_wraps_at_words(void **state)
{
	struct page p;

	(void)state;
	make(&p);
	check_page(&p, 26, 12, 0,
		   " First\n"
		   "   one two three four\n"
		   "   five six\n"
		   "   1. seven eight nine\n"
		   "      ten eleven\n"
		   "\n"
		   " Second\n"
		   "  a ter\xe2\x80\xa6 what is said of\n"
		   "         it\n"
		   "         and more\n"
		   "\n\n");
	assert_int_equal(page_lines(&p, 26), 10);
	assert_int_equal(page_lines(&p, 80), 7);
	page_free(&p);
}

/* By columns, not by bytes: and neither a wide character nor one with a mark is torn. */
static void test_page_wraps_what_is_wide(void **state)
{
	struct page p = { .n = 0 };

	(void)state;
	page_text(&p, TEXT_LIT(""), ROLE_TEXT,
		  TEXT_LIT("x\xe4\xb8\x80\xe4\xba\x8c\xe4\xb8\x89\xe5\x9b\x9b\xe4\xba\x94"
			   "\xe4\xb8\x80\xe4\xba\x8c\xe4\xb8\x89\xe5\x9b\x9b\xe4\xba\x94"
			   " aaaaaaaaaaaaaaae\xcc\x81y"));
	check_page(&p, 20, 4, 0,
		   "   x\xe4\xb8\x80\xe4\xba\x8c\xe4\xb8\x89\xe5\x9b\x9b\xe4\xba\x94"
		   "\xe4\xb8\x80\xe4\xba\x8c\n"
		   "   \xe4\xb8\x89\xe5\x9b\x9b\xe4\xba\x94\n"
		   "   aaaaaaaaaaaaaaae\xcc\x81\n"
		   "   y\n");
	page_free(&p);
}

static void test_page_shows_its_end_when_it_is_scrolled_too_far(void **state)
{
	char where[PAGE_WHERE_SIZE];
	struct page p;

	(void)state;
	make(&p);
	assert_int_equal(page_last_top(&p, 26, 3), 7);
	assert_int_equal(page_last_top(&p, 26, 10), 0);
	check_page(&p, 26, 3, 99,
		   "  a ter\xe2\x80\xa6 what is said of\n"
		   "         it\n"
		   "         and more\n");
	assert_string_equal(page_where(&p, 26, 3, 99, where).s, "lines 8-10 of 10");
	assert_string_equal(page_where(&p, 26, 10, 0, where).s, "");
	page_free(&p);
}

static void test_page_scrolls(void **state)
{
	static const struct {
		enum action act;
		unsigned from, to;
	} cases[] = {
		{ ACT_DOWN, 0, 1 },    { ACT_DOWN, 7, 7 },      { ACT_UP, 0, 0 },
		{ ACT_UP, 99, 6 },     { ACT_PAGE_DOWN, 1, 4 }, { ACT_PAGE_DOWN, 6, 7 },
		{ ACT_PAGE_UP, 7, 4 }, { ACT_PAGE_UP, 2, 0 },   { ACT_FIRST, 5, 0 },
		{ ACT_LAST, 0, 7 },
	};
	unsigned top = 3;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned at = cases[i].from;

		assert_true(page_scroll(&at, cases[i].act, 7, 4));
		assert_int_equal(at, cases[i].to);
	}
	assert_false(page_scroll(&top, ACT_HELP, 7, 4));
	assert_int_equal(top, 3);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page_wraps_at_words),
		cmocka_unit_test(test_page_wraps_what_is_wide),
		cmocka_unit_test(test_page_shows_its_end_when_it_is_scrolled_too_far),
		cmocka_unit_test(test_page_scrolls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
