/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "sockeye/base/mem.h"
#include "sockeye/ui/keymap.h"

static enum action find(enum context ctx, const char *name)
{
	struct key k;

	assert_true(key_parse(name, &k));
	return keymap_find(ctx, k);
}

static void test_keymap_falls_back_on_the_wider_context(void **state)
{
	(void)state;
	assert_int_equal(find(CTX_OVERVIEW, "Space"), ACT_PIN);
	assert_int_equal(find(CTX_OVERVIEW, "j"), ACT_DOWN);
	assert_int_equal(find(CTX_OVERVIEW, "q"), ACT_QUIT);
	assert_int_equal(find(CTX_SOCKETS, "Space"), ACT_NONE);
	assert_int_equal(find(CTX_SOCKETS, "<"), ACT_SORT_PREV);
	assert_int_equal(find(CTX_OVERVIEW, "<"), ACT_NONE);
	assert_int_equal(find(CTX_GLOBAL, "j"), ACT_NONE);
	assert_int_equal(find(CTX_HELP, "PgDn"), ACT_PAGE_DOWN);
}

/* A slow link may tear ESC [ A and ESC O P apart. */
static void test_keymap_leaves_pieces_of_sequences_free(void **state)
{
	(void)state;
	for (enum context ctx = 0; ctx < CTX_COUNT; ctx++) {
		assert_int_equal(find(ctx, "["), ACT_NONE);
		assert_int_equal(find(ctx, "O"), ACT_NONE);
		assert_int_equal(find(ctx, "A"), ACT_NONE);
	}
}

static void test_keymap_escape_never_quits(void **state)
{
	(void)state;
	for (enum context ctx = 0; ctx < CTX_COUNT; ctx++)
		assert_int_equal(find(ctx, "Esc"), ACT_BACK);
}

static void test_keymap_prints_keys_in_order(void **state)
{
	char buf[KEYMAP_TEXT_SIZE];

	(void)state;
	assert_string_equal(keymap_keys(CTX_OVERVIEW, ACT_UP, 9, buf).s, "Up k");
	assert_string_equal(keymap_keys(CTX_OVERVIEW, ACT_HELP, 1, buf).s, "?");
	assert_string_equal(keymap_keys(CTX_SOCKETS, ACT_SORT_NEXT, 9, buf).s, "s >");
	assert_string_equal(keymap_keys(CTX_SOCKETS, ACT_PIN, 9, buf).s, "");
}

/* Each action can be reached, and what keymap_keys() says is what keymap_find() does. */
static void test_keymap_reaches_every_action(void **state)
{
	(void)state;
	for (enum action a = ACT_NONE + 1; a < ACT_COUNT; a++) {
		unsigned reached = 0;

		for (enum context ctx = 0; ctx < CTX_COUNT; ctx++) {
			char keys[KEYMAP_TEXT_SIZE], *next = keys, *name;

			keymap_keys(ctx, a, SIZE_MAX, keys);
			while ((name = strsep(&next, " ")) != NULL && name[0] != '\0') {
				assert_int_equal(find(ctx, name), a);
				reached++;
			}
		}
		if (reached == 0)
			fail_msg("no key does %s", action_table[a].name);
	}
}

static void test_keymap_footer_tells_of_keys_that_work(void **state)
{
	char buf[KEYMAP_TEXT_SIZE];

	(void)state;
	for (enum context ctx = 0; ctx < CTX_COUNT; ctx++)
		for (const uint8_t *a = keymap_footer(ctx); *a != ACT_NONE; a++)
			assert_true(keymap_keys(ctx, (enum action) * a, 1, buf).cells > 0);
}

static void test_action_texts_fit_their_places(void **state)
{
	(void)state;
	for (enum action a = ACT_NONE + 1; a < ACT_COUNT; a++) {
		const struct action_info *info = &action_table[a];

		assert_true(info->name[0] != '\0' && info->help[0] != '\0');
		assert_in_range(strlen(info->label), 1, 9);
		assert_in_range(strlen(info->help), 1, 48);
		for (enum action b = a + 1; b < ACT_COUNT; b++)
			assert_string_not_equal(info->name, action_table[b].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keymap_falls_back_on_the_wider_context),
		cmocka_unit_test(test_keymap_leaves_pieces_of_sequences_free),
		cmocka_unit_test(test_keymap_escape_never_quits),
		cmocka_unit_test(test_keymap_prints_keys_in_order),
		cmocka_unit_test(test_keymap_reaches_every_action),
		cmocka_unit_test(test_keymap_footer_tells_of_keys_that_work),
		cmocka_unit_test(test_action_texts_fit_their_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
