/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "sockeye/base/buf.h"

static void test_buf_adds_pieces_in_order(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_str(&b, "one");
	buf_char(&b, ' ');
	buf_add(&b, "two\0three", 9);
	buf_fmt(&b, " %d%s", 4, "!");
	buf_fill(&b, '.', 3);
	assert_int_equal(b.len, 3 + 1 + 9 + 3 + 3);
	assert_memory_equal(b.s, "one two\0three 4!...", b.len + 1);
	buf_free(&b);
	assert_null(b.s);
	assert_int_equal(b.len, 0);
	buf_free(&b);
}

static void test_buf_of_nothing_is_an_empty_string(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_reset(&b);
	assert_null(b.s);
	buf_add(&b, NULL, 0);
	assert_string_equal(b.s, "");
	buf_fill(&b, 'x', 0);
	buf_fmt(&b, "%s", "");
	assert_int_equal(b.len, 0);
	assert_string_equal(b.s, "");
	buf_free(&b);
}

static void test_buf_reset_keeps_the_memory(void **state)
{
	struct buf b = { 0 };
	size_t size;
	char *s;

	(void)state;
	buf_fill(&b, 'x', 1000);
	s = b.s;
	size = b.size;
	buf_reset(&b);
	assert_int_equal(b.len, 0);
	assert_string_equal(b.s, "");
	buf_fill(&b, 'y', 1000);
	assert_ptr_equal(b.s, s);
	assert_int_equal(b.size, size);
	buf_free(&b);
}

/* Each length, so that each distance from the end of the memory occurs. */
static void test_buf_formats_any_length_at_any_place(void **state)
{
	char text[300];

	(void)state;
	memset(text, 'z', sizeof(text));
	for (int before = 0; before < 130; before++) {
		for (int len = 0; len < 300; len += before % 7 + 1) {
			struct buf b = { 0 };

			buf_fill(&b, 'a', (size_t)before);
			buf_fmt(&b, "<%.*s>", len, text);
			assert_int_equal(b.len, before + len + 2);
			assert_int_equal(strlen(b.s), b.len);
			assert_int_equal(b.s[before], '<');
			assert_int_equal(b.s[b.len - 1], '>');
			buf_free(&b);
		}
	}
}

static void test_buf_grows_byte_by_byte(void **state)
{
	struct buf b = { 0 };

	(void)state;
	for (int i = 0; i < 10000; i++) {
		buf_char(&b, (char)('a' + i % 26));
		assert_int_equal(b.s[b.len], '\0');
	}
	for (int i = 0; i < 10000; i++)
		assert_int_equal(b.s[i], 'a' + i % 26);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buf_adds_pieces_in_order),
		cmocka_unit_test(test_buf_of_nothing_is_an_empty_string),
		cmocka_unit_test(test_buf_reset_keeps_the_memory),
		cmocka_unit_test(test_buf_formats_any_length_at_any_place),
		cmocka_unit_test(test_buf_grows_byte_by_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
