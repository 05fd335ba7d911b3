/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "sockeye/base/mem.h"
#include "sockeye/screen/input.h"

#define LATER 100000 /* longer than any patience */

static void feed(struct input *in, const char *bytes, size_t len, int64_t now_ms)
{
	while (len > 0) {
		size_t room;
		unsigned char *to = input_room(in, &room);

		assert_true(room > 0);
		if (room > len)
			room = len;
		memcpy(to, bytes, room);
		input_fed(in, room, now_ms);
		bytes += room;
		len -= room;
	}
}

/* The names of the keys that are there now, each followed by a blank. */
static const char *names(struct input *in, int64_t now_ms)
{
	static char text[512];
	size_t len = 0;
	struct key k;

	text[0] = '\0';
	while (input_next(in, now_ms, &k)) {
		char name[KEY_NAME_SIZE] = "?";

		if (k.code != KEYC_UNKNOWN)
			key_name(k, name);
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s ", name);
		assert_true(len < sizeof(text));
	}
	return text;
}

static void expect(const char *bytes, const char *keys)
{
	struct input in = { 0 };

	feed(&in, bytes, strlen(bytes), 0);
	assert_string_equal(names(&in, LATER), keys);
	assert_int_equal(input_wait_ms(&in, LATER), -1);
}

static void test_input_characters(void **state)
{
	(void)state;
	expect("aZ5?", "a Z 5 ? ");
	expect(" ", "Space ");
	expect("\r\n\t", "Enter Enter Tab ");
	expect("\x7f\b", "BkSp BkSp ");
	expect("\x0c", "C-l ");
	expect("\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80", "\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x98\x80 ");
}

static void test_input_broken_utf8_is_unknown(void **state)
{
	(void)state;
	expect("\xff", "? ");
	expect("\xc0\x80", "? ? ");
	expect("\xed\xa0\x80", "? ? ? "); /* a surrogate */
	expect("\xc3q", "? q ");
	expect("\xe6\x97", "? ? "); /* cut off, and nothing more comes */
	expect("\xc2\x9b", "? ");   /* C1 CSI, coded */
}

static void test_input_sequences(void **state)
{
	(void)state;
	expect("\033[A\033[B\033[C\033[D", "Up Down Right Left ");
	expect("\033OA\033OB\033OC\033OD", "Up Down Right Left ");
	expect("\033[H\033[F\033[1~\033[4~\033[7~\033[8~", "Home End Home End Home End ");
	expect("\033[2~\033[3~\033[5~\033[6~\033[Z", "Ins Del PgUp PgDn S-Tab ");
	expect("\033OP\033[11~\033[15~\033[17~\033[21~\033[24~", "F1 F1 F5 F6 F10 F12 ");
	expect("\033OM\033Oq", "Enter 1 ");
}

/* What we do not know must be one unknown key: never the letters that it is made of. */
static void test_input_unknown_sequences_do_not_fall_apart(void **state)
{
	(void)state;
	expect("\033[1;5A", "? ");
	expect("\033[999~\033[16~\033[~", "? ? ? ");
	expect("\033[200;1~", "? ");
	expect("\033[3q\033[25 ~", "? ? ");
	expect("\033[ 1~", "? ");
	expect("\033O~", "? ");
	expect("\033[1;\003", "? C-c ");
}

static void test_input_answers_are_no_keys(void **state)
{
	struct input in = { 0 };

	(void)state;
	expect("\033[?62;c\033[>0;276;0c\033[?1;2$y", "");
	assert_false(in.answered_sync);
	feed(&in, "q\033[?2026;2$yj", 13, 0);
	assert_string_equal(names(&in, 0), "q j ");
	assert_true(in.answered_sync);
	assert_int_equal(in.sync, 2);
}

/* A mouse mode that another program left on. */
static void test_input_mouse_reports_are_no_keys(void **state)
{
	(void)state;
	expect("\033[M q!x", "x ");
	expect("\033[<0;10;20Mx\033[<0;10;20m", "Mouse x ");
}

static void test_input_paste_never_acts(void **state)
{
	struct input in = { 0 };
	char flood[3 * INPUT_SIZE];

	(void)state;
	expect("a\033[200~qK\ryes\033[201~b", "a b ");
	expect("\033[200~\033[A\033[2\033[200~\033[201~j", "j ");
	expect("\033[201~k", "k ");

	memset(flood, 'q', sizeof(flood));
	feed(&in, "\033[200~", 6, 0);
	assert_string_equal(names(&in, 0), "");
	for (size_t i = 0; i < sizeof(flood); i += 1000) {
		feed(&in, flood + i, sizeof(flood) - i < 1000 ? sizeof(flood) - i : 1000, 0);
		assert_string_equal(names(&in, 0), "");
	}
	/* The end marker in two pieces. */
	feed(&in, "q\033[20", 5, 0);
	assert_string_equal(names(&in, 0), "");
	feed(&in, "1~x", 3, 0);
	assert_string_equal(names(&in, 0), "x ");
}

static void test_input_endless_paste_gives_the_keys_back(void **state)
{
	struct input in = { 0 };

	(void)state;
	feed(&in, "\033[200~qqq", 9, 1000);
	assert_string_equal(names(&in, 1000), "");
	assert_int_equal(input_wait_ms(&in, 1000), INPUT_PASTE_MS);
	assert_string_equal(names(&in, 1000 + INPUT_PASTE_MS - 1), "");
	assert_string_equal(names(&in, 1000 + INPUT_PASTE_MS), "");
	feed(&in, "j", 1, 1000 + INPUT_PASTE_MS);
	assert_string_equal(names(&in, 1000 + INPUT_PASTE_MS), "j ");
}

static void test_input_lone_escape_waits(void **state)
{
	struct input in = { 0 };

	(void)state;
	assert_int_equal(input_wait_ms(&in, 0), -1);
	feed(&in, "\033", 1, 50);
	assert_string_equal(names(&in, 50), "");
	assert_int_equal(input_wait_ms(&in, 60), INPUT_ESC_MS - 10);
	assert_string_equal(names(&in, 50 + INPUT_ESC_MS - 1), "");
	assert_string_equal(names(&in, 50 + INPUT_ESC_MS), "Esc ");
	assert_int_equal(input_wait_ms(&in, 200), -1);

	/* Typed ahead: the key after it tells that it was Esc. */
	feed(&in, "\033q", 2, 300);
	assert_string_equal(names(&in, 300), "Esc q ");
	feed(&in, "\033\033", 2, 400);
	assert_string_equal(names(&in, 400), "Esc ");
	assert_string_equal(names(&in, 400 + INPUT_ESC_MS), "Esc ");
}

static void test_input_torn_sequence_is_put_together(void **state)
{
	static const char seq[] = "\033[15~";
	struct input in = { 0 };

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(seq) - 1; i++) {
		feed(&in, seq + i, 1, (int64_t)i * 90);
		assert_string_equal(names(&in, (int64_t)i * 90), "");
	}
	feed(&in, "~", 1, 400);
	assert_string_equal(names(&in, 400), "F5 ");
}

static void test_input_cut_off_sequence_is_one_unknown(void **state)
{
	struct input in = { 0 };

	(void)state;
	feed(&in, "\033[1;5", 5, 0);
	assert_string_equal(names(&in, INPUT_TORN_MS - 1), "");
	assert_string_equal(names(&in, INPUT_TORN_MS), "? ");
	expect("\033[", "Esc [ ");
	expect("\033O", "Esc O ");
}

static void test_input_bindings_go_first(void **state)
{
	struct input in = { 0 };

	(void)state;
	input_bind(&in, "\033[[A", KEYC_F1); /* the Linux console */
	input_bind(&in, "\033[D", KEYC_UP);  /* a strange terminal */
	input_bind(&in, "\001x", KEYC_HOME); /* one that uses no ESC */
	input_bind(&in, "", KEYC_END);
	input_bind(&in, "q", KEYC_END);
	input_bind(&in, "\033[999999999999999~", KEYC_END);
	assert_int_equal(in.n_bind, 3);
	feed(&in, "\033[[A\033[D\001xq", 10, 0);
	assert_string_equal(names(&in, 0), "F1 Up Home q ");
	feed(&in, "\001", 1, 0);
	assert_string_equal(names(&in, 0), "");
	assert_string_equal(names(&in, INPUT_ESC_MS), "C-a ");
}

static void test_input_endless_sequence_does_not_block(void **state)
{
	struct input in = { 0 };
	char junk[INPUT_SIZE];
	struct key k;
	size_t room;

	(void)state;
	memset(junk, '1', sizeof(junk));
	memcpy(junk, "\033[", 2);
	feed(&in, junk, sizeof(junk), 0);
	assert_true(input_next(&in, 0, &k));
	assert_int_equal(k.code, KEYC_UNKNOWN);
	assert_false(input_next(&in, 0, &k));
	input_room(&in, &room);
	assert_int_equal(room, INPUT_SIZE);
}

/* Whatever comes, in whatever pieces: it ends, and a key after silence is that key. */
static void test_input_survives_anything(void **state)
{
	static const char *const pieces[] = { "\033",      "[",         "O",      "200~", "201~",
					      "\033[200~", "\033[201~", "\033[M", "?",    ";",
					      "$y",        "1",         "A",      "~",    "\xc3",
					      "\xff",      "q" };
	uint64_t seed = test_seed();
	struct input in = { 0 };
	int64_t now = 0;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		const char *p = pieces[test_random(&seed) % ARRAY_SIZE(pieces)];
		struct key k;
		unsigned n = 0;

		feed(&in, p, strlen(p), now);
		now += (int64_t)(test_random(&seed) % 150);
		while (input_next(&in, now, &k))
			assert_true(++n <= INPUT_SIZE);
	}
	while (input_wait_ms(&in, now) >= 0) {
		now += LATER;
		names(&in, now);
	}
	feed(&in, "q", 1, now);
	assert_string_equal(names(&in, now), "q ");
}

static struct mouse decode_mouse(const char *bytes, unsigned *n)
{
	struct input in = { .start = 0 };
	struct mouse m = { .x = -1 };
	struct key k;
	size_t room;

	memcpy(input_room(&in, &room), bytes, strlen(bytes));
	input_fed(&in, strlen(bytes), 0);
	for (*n = 0; input_next(&in, 0, &k); ++*n)
		if (key_is_mouse(k))
			m = key_mouse(k);
	return m;
}

static void test_input_takes_presses_and_the_wheel(void **state)
{
	static const char *const dropped[] = {
		"\033[<0;5;7m",   "\033[<1;5;7M",    "\033[<32;5;7M",  "\033[<0;0;7M",
		"\033[<0;5;0M",   "\033[<0;1001;7M", "\033[<0;5;501M", "\033[<0;5M",
		"\033[<0;5;7;9M", "\033[<M",         "\033[<;;M",      "\033[<0;99999999999;7M",
		"\033[<66;5;7M",
	};
	struct mouse m;
	unsigned n;

	(void)state;
	m = decode_mouse("\033[<0;5;7M", &n);
	assert_true(m.did == MOUSE_PRESS && m.x == 4 && m.y == 6);
	m = decode_mouse("\033[<64;1000;500M", &n);
	assert_true(m.did == MOUSE_WHEEL_UP && m.x == 999 && m.y == 499);
	/* With shift and control held. */
	m = decode_mouse("\033[<85;1;1M", &n);
	assert_true(m.did == MOUSE_WHEEL_DOWN && m.x == 0 && m.y == 0);
	assert_int_equal(n, 1);
	for (size_t i = 0; i < ARRAY_SIZE(dropped); i++) {
		decode_mouse(dropped[i], &n);
		if (n != 0)
			fail_msg("%s is a key", dropped[i] + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_input_characters),
		cmocka_unit_test(test_input_broken_utf8_is_unknown),
		cmocka_unit_test(test_input_sequences),
		cmocka_unit_test(test_input_unknown_sequences_do_not_fall_apart),
		cmocka_unit_test(test_input_answers_are_no_keys),
		cmocka_unit_test(test_input_mouse_reports_are_no_keys),
		cmocka_unit_test(test_input_paste_never_acts),
		cmocka_unit_test(test_input_endless_paste_gives_the_keys_back),
		cmocka_unit_test(test_input_lone_escape_waits),
		cmocka_unit_test(test_input_torn_sequence_is_put_together),
		cmocka_unit_test(test_input_cut_off_sequence_is_one_unknown),
		cmocka_unit_test(test_input_bindings_go_first),
		cmocka_unit_test(test_input_endless_sequence_does_not_block),
		cmocka_unit_test(test_input_survives_anything),
		cmocka_unit_test(test_input_takes_presses_and_the_wheel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
