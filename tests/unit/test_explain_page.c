/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "explain_page.h"
#include "sockeye/base/mem.h"

struct line {
	enum explain_kind kind;
	const char *text;
};

static void check(const struct line *l, unsigned n, int w, const char *wanted)
{
	struct explanation x = { .n = 0 };
	struct page p = { .n = 0 };
	struct buf text = { 0 };
	struct canvas c;

	x.line = xcalloc(n, sizeof(x.line[0]));
	for (x.n = 0; x.n < n; x.n++) {
		x.line[x.n].kind = l[x.n].kind;
		x.line[x.n].at = x.text.len;
		buf_add(&x.text, l[x.n].text, strlen(l[x.n].text) + 1);
	}
	explain_page(&p, &x, TEXT_UTF8);
	canvas_init(&c);
	canvas_resize(&c, w, (int)page_lines(&p, w));
	page_draw(&p, &c, (struct rect){ 0, 0, w, c.h }, 0, TEXT_UTF8);
	canvas_text(&c, &text);
	assert_string_equal(text.s, wanted);
	buf_free(&text);
	canvas_free(&c);
	page_free(&p);
	explanation_free(&x);
}

static void test_explain_page_numbers_lists_and_aligns_figures(void **state)
{
	static const struct line lines[] = {
		{ EXPLAIN_HEAD, "Here, now" },
		{ EXPLAIN_FIGURE, "1,187\tjava[2211]" },
		{ EXPLAIN_FIGURE, "17\t3 others" },
		{ EXPLAIN_HEAD, "What to do" },
		{ EXPLAIN_ITEM, "first" },
		{ EXPLAIN_ITEM, "second, which goes on for longer than a line" },
		{ EXPLAIN_HEAD, "Settings" },
		{ EXPLAIN_FIGURE, "somaxconn\t4096" },
		{ EXPLAIN_ITEM, "what it does" },
		{ EXPLAIN_FIGURE, "tcp_syncookies\t1" },
		{ EXPLAIN_HEAD, "In short" },
		{ EXPLAIN_TEXT, "one" },
		{ EXPLAIN_TEXT, "two" },
		{ EXPLAIN_ITEM, "counted anew" },
	};

	(void)state;
	check(lines, ARRAY_SIZE(lines), 40,
	      " Here, now\n"
	      "  1,187  java[2211]\n"
	      "     17  3 others\n"
	      "\n"
	      " What to do\n"
	      "   1. first\n"
	      "   2. second, which goes on for longer\n"
	      "      than a line\n"
	      "\n"
	      " Settings\n"
	      "  somaxconn       4096\n"
	      "      what it does\n"
	      "  tcp_syncookies  1\n"
	      "\n"
	      " In short\n"
	      "   one\n"
	      "\n"
	      "   two\n"
	      "   1. counted anew\n");
}

static void test_explain_page_escapes_foreign_text(void **state)
{
	static const struct line lines[] = {
		{ EXPLAIN_TEXT, "a\x1b[2J" },
		{ EXPLAIN_FIGURE, "x\x07\t\xff" },
		{ EXPLAIN_ITEM, "\xe2\x80\xae" },
	};

	(void)state;
	check(lines, ARRAY_SIZE(lines), 40, "   a\\e[2J\n  x\\x07  \\xff\n      \\u{202e}\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_explain_page_numbers_lists_and_aligns_figures),
		cmocka_unit_test(test_explain_page_escapes_foreign_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
