/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "sockeye/base/mem.h"
#include "sockeye/base/text.h"
#include "sockeye/screen/key.h"

static void check_both_ways(uint32_t code, const char *name)
{
	char buf[KEY_NAME_SIZE];
	struct key k = { 0 };

	assert_int_equal(key_name((struct key){ code }, buf), strlen(name));
	assert_string_equal(buf, name);
	assert_true(key_parse(name, &k));
	assert_int_equal(k.code, code);
}

static void test_key_names_go_both_ways(void **state)
{
	static const struct {
		uint32_t code;
		const char *name;
	} keys[] = {
		{ 'q', "q" },
		{ 'G', "G" },
		{ '/', "/" },
		{ ' ', "Space" },
		{ KEYC_ENTER, "Enter" },
		{ KEYC_ESC, "Esc" },
		{ KEYC_TAB, "Tab" },
		{ KEYC_BACKTAB, "S-Tab" },
		{ KEYC_BACKSPACE, "BkSp" },
		{ KEYC_PGDN, "PgDn" },
		{ KEYC_CTRL('L'), "C-l" },
		{ KEYC_CTRL('z'), "C-z" },
		{ KEYC_F1, "F1" },
		{ KEYC_F12, "F12" },
		{ 0xe9, "\xc3\xa9" },
		{ 0x4e00, "\xe4\xb8\x80" },
		{ 0x202e, "U+202E" },
		{ 0x7f, "U+007F" },
		{ 'F', "F" },
		{ 'U', "U" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		check_both_ways(keys[i].code, keys[i].name);
}

static void test_key_name_of_any_code_is_printable_and_parses_back(void **state)
{
	(void)state;
	for (uint32_t code = 1; code <= KEYC_UNKNOWN; code++) {
		char buf[KEY_NAME_SIZE], clean[KEY_NAME_SIZE * 8];
		size_t len = key_name((struct key){ code }, buf);
		struct key k = { 0 };

		assert_in_range(len, 1, KEY_NAME_SIZE - 1);
		assert_int_equal(strlen(buf), len);
		assert_string_equal(text_clean(buf, len, TEXT_UTF8, clean, sizeof(clean)).s, buf);
		/* U+110000 is the start of our own numbers and no key. */
		if (code == KEYC_BASE)
			continue;
		assert_true(key_parse(buf, &k));
		assert_int_equal(k.code, code);
	}
}

static void test_key_parse_refuses_what_is_no_key(void **state)
{
	static const char *const bad[] = { "",     "qq",   "F0",       "F13", "F1x",
					   "F01",  "C-",   "C-A",      "C-1", "C-aa",
					   "U+",   "U+x",  "U+110000", "tab", "U+FFFFFFFFFF",
					   "\xff", "\x1b", "\x7f",     "U+g", "Spac" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct key k;

		if (key_parse(bad[i], &k))
			fail_msg("\"%s\" is taken for a key", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_key_names_go_both_ways),
		cmocka_unit_test(test_key_name_of_any_code_is_printable_and_parses_back),
		cmocka_unit_test(test_key_parse_refuses_what_is_no_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
