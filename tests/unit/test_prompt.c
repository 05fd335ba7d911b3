/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "prompt.h"
#include "sockeye/base/buf.h"

struct fixture {
	struct prompt prompt;
	struct prompt_history history;
};

static void open_prompt(struct fixture *f, const char *text)
{
	memset(f, 0, sizeof(*f));
	prompt_open(&f->prompt, "Find", &f->history, text);
}

static enum prompt_did press(struct fixture *f, const char *name)
{
	struct key k;

	assert_true(key_parse(name, &k));
	return prompt_key(&f->prompt, k);
}

/* Keys by name, parted by blanks. */
static void type(struct fixture *f, const char *keys)
{
	char *copy = strdup(keys), *next = copy, *name;

	while ((name = strsep(&next, " ")) != NULL)
		press(f, name);
	free(copy);
}

static void test_prompt_takes_characters(void **state)
{
	struct fixture f;

	(void)state;
	open_prompt(&f, "");
	assert_int_equal(press(&f, "a"), PROMPT_CHANGED);
	type(&f, "Space \xc3\xa9 \xe4\xb8\x80");
	assert_string_equal(f.prompt.text, "a \xc3\xa9\xe4\xb8\x80");
	assert_int_equal(f.prompt.at, f.prompt.len);
	/* Nothing that must not be shown gets in. */
	assert_int_equal(prompt_key(&f.prompt, (struct key){ 0x202e }), PROMPT_REFUSED);
	assert_int_equal(prompt_key(&f.prompt, (struct key){ 0x9b }), PROMPT_REFUSED);
	assert_int_equal(press(&f, "C-g"), PROMPT_REFUSED);
	assert_int_equal(press(&f, "F5"), PROMPT_REFUSED);
	assert_string_equal(f.prompt.text, "a \xc3\xa9\xe4\xb8\x80");
}

static void test_prompt_edits_in_the_line(void **state)
{
	struct fixture f;

	(void)state;
	open_prompt(&f, "one two");
	type(&f, "C-a x End y");
	assert_string_equal(f.prompt.text, "xone twoy");
	assert_int_equal(press(&f, "Left"), PROMPT_MOVED);
	type(&f, "Left BkSp Del");
	assert_string_equal(f.prompt.text, "xone ty");
	type(&f, "Home Del Right Right C-d");
	assert_string_equal(f.prompt.text, "on ty");
	type(&f, "C-e C-w");
	assert_string_equal(f.prompt.text, "on ");
	type(&f, "C-w");
	assert_string_equal(f.prompt.text, "");
	assert_int_equal(press(&f, "BkSp"), PROMPT_MOVED);
	assert_int_equal(press(&f, "Left"), PROMPT_MOVED);
	assert_int_equal(press(&f, "Right"), PROMPT_MOVED);
}

static void test_prompt_erases_to_the_left(void **state)
{
	struct fixture f;

	(void)state;
	open_prompt(&f, "state close-wait");
	type(&f, "Left Left Left Left C-u");
	assert_string_equal(f.prompt.text, "wait");
	assert_int_equal(f.prompt.at, 0);
}

/* A character and its marks go together, and never by halves. */
static void test_prompt_steps_over_whole_characters(void **state)
{
	struct fixture f;

	(void)state;
	open_prompt(&f, "ae\xcc\x81\xe4\xb8\x80");
	type(&f, "Left");
	assert_int_equal(f.prompt.at, 4);
	type(&f, "Left");
	assert_int_equal(f.prompt.at, 1);
	type(&f, "Right BkSp");
	assert_string_equal(f.prompt.text, "a\xe4\xb8\x80");
	type(&f, "Del");
	assert_string_equal(f.prompt.text, "a");
}

/* A name of raw bytes may have been put in: a byte that is no character is one step. */
static void test_prompt_steps_over_raw_bytes(void **state)
{
	struct fixture f;

	(void)state;
	open_prompt(&f, "a\xff\x80\x80\x80\x80\xe4\xb8");
	for (size_t at = 8; at > 0; at--) {
		assert_int_equal(f.prompt.at, at);
		assert_int_equal(press(&f, "Left"), PROMPT_MOVED);
	}
	assert_int_equal(f.prompt.at, 0);
	for (size_t at = 1; at <= 8; at++) {
		type(&f, "Right");
		assert_int_equal(f.prompt.at, at);
	}
	type(&f, "BkSp BkSp BkSp Left Left Del");
	assert_string_equal(f.prompt.text, "a\xff\x80\x80");
}

static void test_prompt_replaces_before_the_cursor(void **state)
{
	struct fixture f;
	char longest[PROMPT_SIZE];

	(void)state;
	open_prompt(&f, "state clo and pid 1");
	for (int i = 0; i < 10; i++)
		press(&f, "Left");
	assert_true(prompt_replace(&f.prompt, 6, "close-wait"));
	assert_string_equal(f.prompt.text, "state close-wait and pid 1");
	assert_int_equal(f.prompt.at, 16);
	assert_int_equal(f.prompt.len, 26);
	assert_true(prompt_replace(&f.prompt, 6, ""));
	assert_string_equal(f.prompt.text, "state  and pid 1");
	/* What has no room changes nothing. */
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_false(prompt_replace(&f.prompt, 6, longest));
	assert_string_equal(f.prompt.text, "state  and pid 1");
}

static void test_prompt_tells_columns(void **state)
{
	const struct rect line = { 0, 0, 20, 1 };
	struct fixture f;

	(void)state;
	open_prompt(&f, "a\xff\xe4\xb8\x80z");
	assert_int_equal(prompt_column(&f.prompt, line, TEXT_LIT(""), 0, TEXT_UTF8), 6);
	assert_int_equal(prompt_column(&f.prompt, line, TEXT_LIT(""), 2, TEXT_UTF8), 11);
	assert_int_equal(prompt_column(&f.prompt, line, TEXT_LIT(""), 5, TEXT_UTF8), 13);
	assert_int_equal(prompt_column(&f.prompt, line, TEXT_LIT(""), 6, TEXT_UTF8), 14);
	/* What is scrolled away has none. */
	open_prompt(&f, "0123456789abcdefghij");
	assert_int_equal(prompt_column(&f.prompt, line, TEXT_LIT(""), 0, TEXT_UTF8), -1);
	assert_int_equal(prompt_column(&f.prompt, line, TEXT_LIT(""), 20, TEXT_UTF8), 19);
	type(&f, "Home");
	assert_int_equal(prompt_column(&f.prompt, line, TEXT_LIT(""), 0, TEXT_UTF8), 6);
	assert_int_equal(prompt_column(&f.prompt, line, TEXT_LIT(""), 20, TEXT_UTF8), -1);
}

static void test_prompt_is_bounded(void **state)
{
	char longest[2 * PROMPT_SIZE];
	struct fixture f;

	(void)state;
	open_prompt(&f, "");
	for (int i = 0; i < PROMPT_SIZE - 1; i++)
		assert_int_equal(press(&f, "x"), PROMPT_CHANGED);
	assert_int_equal(press(&f, "x"), PROMPT_REFUSED);
	assert_int_equal(f.prompt.len, PROMPT_SIZE - 1);
	/* A text that is too long is cut between characters. */
	memset(longest, 'y', sizeof(longest));
	memcpy(longest + PROMPT_SIZE - 2, "\xe4\xb8\x80", 3);
	longest[sizeof(longest) - 1] = '\0';
	open_prompt(&f, longest);
	assert_int_equal(f.prompt.len, PROMPT_SIZE - 2);
}

static void test_prompt_ends(void **state)
{
	struct fixture f;

	(void)state;
	open_prompt(&f, "x");
	assert_int_equal(press(&f, "Enter"), PROMPT_ACCEPTED);
	assert_int_equal(press(&f, "Esc"), PROMPT_CANCELLED);
	assert_string_equal(f.prompt.text, "x");
}

static void test_prompt_recalls_what_was_typed(void **state)
{
	struct fixture f;

	(void)state;
	open_prompt(&f, "");
	assert_int_equal(press(&f, "Up"), PROMPT_MOVED);
	prompt_history_add(&f.history, "one");
	prompt_history_add(&f.history, "two");
	prompt_history_add(&f.history, "one");
	prompt_history_add(&f.history, "");
	assert_int_equal(f.history.n, 2);
	prompt_open(&f.prompt, "Find", &f.history, "");
	type(&f, "d");
	assert_int_equal(press(&f, "Up"), PROMPT_CHANGED);
	assert_string_equal(f.prompt.text, "one");
	type(&f, "Up Up Up");
	assert_string_equal(f.prompt.text, "two");
	type(&f, "Down Down");
	assert_string_equal(f.prompt.text, "d");
	assert_int_equal(press(&f, "Down"), PROMPT_MOVED);
	for (int i = 0; i < 2 * PROMPT_HISTORY; i++) {
		char text[16];

		snprintf(text, sizeof(text), "%d", i);
		prompt_history_add(&f.history, text);
	}
	assert_int_equal(f.history.n, PROMPT_HISTORY);
	assert_string_equal(f.history.text[PROMPT_HISTORY - 1], "99");
	prompt_history_free(&f.history);
}

/* ---- drawing ---- */

static void check_line(const struct fixture *f, int w, enum text_set set, const char *note,
		       const char *want, int cursor)
{
	struct buf got = { 0 };
	struct canvas c;

	canvas_init(&c);
	canvas_resize(&c, w, 1);
	prompt_draw(&f->prompt, &c, (struct rect){ 0, 0, w, 1 }, text_own(note, strlen(note)),
		    ROLE_TEXT, set);
	canvas_text(&c, &got);
	assert_string_equal(got.s, want);
	assert_int_equal(c.cursor_x, cursor);
	canvas_free(&c);
	buf_free(&got);
}

static void test_prompt_draws_its_cursor_in_view(void **state)
{
	struct fixture f;

	(void)state;
	open_prompt(&f, "abcdefgh");
	check_line(&f, 20, TEXT_UTF8, "", "Find: abcdefgh\n", 14);
	check_line(&f, 12, TEXT_UTF8, "", "Find: defgh\n", 11);
	type(&f, "Home");
	check_line(&f, 12, TEXT_UTF8, "", "Find: abcdef\n", 6);
	check_line(&f, 40, TEXT_UTF8, "not found", "Find: abcdefgh                 not found\n", 6);
	check_line(&f, 24, TEXT_UTF8, "not found", "Find: abcdefgh\n", 6);
	check_line(&f, 3, TEXT_UTF8, "", "Fin\n", -1);
}

static void test_prompt_shows_what_the_terminal_can(void **state)
{
	struct fixture f;

	(void)state;
	open_prompt(&f, "\xe4\xb8\x80x");
	check_line(&f, 20, TEXT_UTF8, "", "Find: \xe4\xb8\x80x\n", 9);
	check_line(&f, 20, TEXT_ASCII, "", "Find: \\u{4e00}x\n", 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prompt_takes_characters),
		cmocka_unit_test(test_prompt_edits_in_the_line),
		cmocka_unit_test(test_prompt_erases_to_the_left),
		cmocka_unit_test(test_prompt_steps_over_whole_characters),
		cmocka_unit_test(test_prompt_steps_over_raw_bytes),
		cmocka_unit_test(test_prompt_replaces_before_the_cursor),
		cmocka_unit_test(test_prompt_tells_columns),
		cmocka_unit_test(test_prompt_is_bounded),
		cmocka_unit_test(test_prompt_ends),
		cmocka_unit_test(test_prompt_recalls_what_was_typed),
		cmocka_unit_test(test_prompt_draws_its_cursor_in_view),
		cmocka_unit_test(test_prompt_shows_what_the_terminal_can),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
