/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "json_check.h"
#include "sockeye/output/json.h"

static void assert_text(struct buf *b, const char *want)
{
	assert_string_equal(b->s, want);
	assert_true(json_is_valid(b->s, b->len));
	buf_free(b);
}

static void test_json_writes_every_kind_of_value(void **state)
{
	struct buf b = { 0 };
	struct json j = { .out = &b };

	(void)state;
	json_open(&j, NULL, '{');
	json_uint(&j, "big", UINT64_MAX);
	json_int(&j, "least", INT64_MIN);
	json_int(&j, "most", INT64_MAX);
	json_bool(&j, "yes", true);
	json_bool(&j, "no", false);
	json_null(&j, "none");
	json_word(&j, "word", "it is");
	json_str(&j, "part", "parting", 4);
	json_close(&j, '}');
	assert_text(&b, "{\"big\":18446744073709551615,\"least\":-9223372036854775808,"
			"\"most\":9223372036854775807,\"yes\":true,\"no\":false,\"none\":null,"
			"\"word\":\"it is\",\"part\":\"part\"}");
}

static void test_json_puts_commas_between_members_only(void **state)
{
	struct buf b = { 0 };
	struct json j = { .out = &b };

	(void)state;
	json_open(&j, NULL, '{');
	json_open(&j, "empty", '[');
	json_close(&j, ']');
	json_open(&j, "rows", '[');
	json_open(&j, NULL, '{');
	json_close(&j, '}');
	json_open(&j, NULL, '{');
	json_uint(&j, "a", 1);
	json_uint(&j, "b", 2);
	json_close(&j, '}');
	json_uint(&j, NULL, 3);
	json_close(&j, ']');
	json_null(&j, "last");
	json_close(&j, '}');
	assert_text(&b, "{\"empty\":[],\"rows\":[{},{\"a\":1,\"b\":2},3],\"last\":null}");
}

static void assert_str(const char *bytes, size_t len, const char *want)
{
	struct buf b = { 0 };
	struct json j = { .out = &b };

	json_str(&j, NULL, bytes, len);
	assert_text(&b, want);
}

#define ASSERT_STR(literal, want) assert_str(literal, sizeof(literal) - 1, want)

static void test_json_escapes_what_ends_or_controls(void **state)
{
	(void)state;
	ASSERT_STR("", "\"\"");
	ASSERT_STR("a\"b\\c/d", "\"a\\\"b\\\\c/d\"");
	ASSERT_STR("\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"");
	ASSERT_STR("\0\x01\x1b[2J\x7f", "\"\\u0000\\u0001\\u001b[2J\\u007f\"");
	ASSERT_STR("\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0", "\"\\u0080\\u009b\\u009f\xc2\xa0\"");
}

static void test_json_passes_utf8_and_replaces_the_rest(void **state)
{
	(void)state;
	ASSERT_STR("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\x9f",
		   "\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\x9f\"");
	/* A lone byte, a cut character, an overlong form, a surrogate, beyond the last plane. */
	ASSERT_STR("\xff", "\"\xef\xbf\xbd\"");
	ASSERT_STR("a\xe2\x82", "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
	ASSERT_STR("\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\"");
	ASSERT_STR("\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	ASSERT_STR("\xf4\x90\x80\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void test_json_is_valid_for_any_bytes(void **state)
{
	uint64_t random = test_seed();

	(void)state;
	for (int round = 0; round < 2000; round++) {
		unsigned char bytes[40];
		size_t len = test_random(&random) % sizeof(bytes);
		struct buf b = { 0 };
		struct json j = { .out = &b };

		for (size_t i = 0; i < len; i++)
			bytes[i] = (unsigned char)test_random(&random);
		json_str(&j, NULL, bytes, len);
		assert_true(json_is_valid(b.s, b.len));
		buf_free(&b);
	}
}

static void test_json_checker_refuses(void **state)
{
	static const char *const bad[] = { "",         "{",     "{}{}",   "{\"a\":1,}", "[1,]",
					   "[01]",     "nul",   "\"\n\"", "\"\\x41\"",  "{a:1}",
					   "\"\x7f\"", "[1 2]", "1.",     "-",          "\"\xff\"",
					   "\"",       "[1]\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(json_is_valid(bad[i], strlen(bad[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_writes_every_kind_of_value),
		cmocka_unit_test(test_json_puts_commas_between_members_only),
		cmocka_unit_test(test_json_escapes_what_ends_or_controls),
		cmocka_unit_test(test_json_passes_utf8_and_replaces_the_rest),
		cmocka_unit_test(test_json_is_valid_for_any_bytes),
		cmocka_unit_test(test_json_checker_refuses),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
