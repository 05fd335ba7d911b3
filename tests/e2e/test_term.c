/* SPDX-License-Identifier: MIT */
/* The terminal layer alone (termdemo) on a pseudo-terminal. */
#include <signal.h>
#include <string.h>

#include "sockeye/base/mem.h"
#include "tty.h"

static struct vt *start(const struct vt_cfg *cfg, const char *word)
{
	char demo[] = "./termdemo", arg[32];
	char *argv[] = { demo, word ? arg : NULL, NULL };
	struct vt *v;

	snprintf(arg, sizeof(arg), "%s", word ? word : "");
	v = vt_open(cfg, argv);
	assert_true(vt_wait_text(v, "line", LIMIT_MS));
	return v;
}

static void test_term_suits_the_terminal(void **state)
{
	static const struct {
		const char *type, *set;
		bool color, alt_screen, paste;
	} cases[] = {
		{ "xterm-256color", "utf8", true, true, true },
		{ "xterm", "utf8", true, true, true },
		{ "screen-256color", "utf8", true, true, true },
		{ "tmux-256color", "utf8", true, true, true },
		{ "linux", "ascii", true, false, false },
		{ "vt100", "ascii", false, false, false },
		{ "vt220", "ascii", false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct vt *v = start(&(struct vt_cfg){ .type = cases[i].type }, NULL);

		assert_true(vt_has(v, cases[i].set));
		assert_int_equal(vt_has(v, "wide \u65e5\u672c e\u0301 line \u2502"),
				 cases[i].set[0] == 'u');
		assert_int_equal(vt_has(v, "wide ???? ? line ?"), cases[i].set[0] == 'a');
		assert_int_equal(vt_seqs(v)->colour > 0, cases[i].color);
		assert_int_equal(vt_seqs(v)->alt_screen, cases[i].alt_screen);
		assert_int_equal(vt_seqs(v)->paste, cases[i].paste);
		assert_int_equal(vt_seqs(v)->mouse, 0);
		vt_keys(v, "q");
		assert_int_equal(tty_exit_status(v), 0);
		tty_assert_as_found(v);
		vt_free(v);
	}
}

static void test_term_colour_only_if_wanted(void **state)
{
	static const char *const no_color[] = { "NO_COLOR=1", NULL };
	static const char *const empty[] = { "NO_COLOR=", NULL };
	static const struct {
		const char *const *env;
		const char *word;
		bool color;
	} cases[] = {
		{ NULL, NULL, true },         { NULL, "never", false }, { no_color, NULL, false },
		{ no_color, "always", true }, { empty, NULL, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct vt *v = start(&(struct vt_cfg){ .env = cases[i].env }, cases[i].word);

		assert_int_equal(vt_seqs(v)->colour > 0, cases[i].color);
		vt_free(v);
	}
}

static void test_term_locale_decides_the_characters(void **state)
{
	static const char *const c_locale[] = { "LC_ALL=C", NULL };
	struct vt *v = start(&(struct vt_cfg){ .env = c_locale }, NULL);

	(void)state;
	assert_true(vt_has(v, "ascii"));
	vt_free(v);
	v = start(&(struct vt_cfg){ 0 }, "ascii");
	assert_true(vt_has(v, "wide ???? ? line ?"));
	vt_free(v);
}

static void test_term_keys(void **state)
{
	static const char *const types[] = { "xterm-256color", "screen", "tmux-256color", "linux",
					     "vt100" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct vt *v = start(&(struct vt_cfg){ .type = types[i], .cols = 120 }, NULL);

		vt_keys(v,
			"a<Up><Down><Left><Right><PgUp><PgDn><Tab><Enter><C-l><BS>\xc3\xa9<Esc>");
		assert_true(vt_wait_text(
			v, "keys a Up Down Left Right PgUp PgDn Tab Enter C-l BkSp", LIMIT_MS));
		assert_true(vt_wait_text(v, " Esc", LIMIT_MS));
		vt_free(v);
	}
}

/* The answer about mode 2026 comes among the keys. */
static void test_term_brackets_frames_where_the_terminal_can(void **state)
{
	struct vt *v = start(&(struct vt_cfg){ 0 }, NULL);

	(void)state;
	vt_keys(v, "a");
	assert_true(vt_wait_text(v, "keys a", LIMIT_MS));
	assert_true(vt_seqs(v)->frame_begin > 0);
	vt_free(v);

	v = start(&(struct vt_cfg){ .no_sync = true }, NULL);
	vt_keys(v, "a");
	assert_true(vt_wait_text(v, "keys a", LIMIT_MS));
	vt_keys(v, "b");
	assert_true(vt_wait_text(v, "keys a b", LIMIT_MS));
	assert_int_equal(vt_seqs(v)->frame_begin, 0);
	vt_free(v);
}

static void test_term_paste_is_no_key(void **state)
{
	struct vt *v = start(&(struct vt_cfg){ 0 }, NULL);

	(void)state;
	vt_keys(v, "a");
	vt_paste(v, "qqq\rb\033[A");
	vt_keys(v, "c");
	assert_true(vt_wait_text(v, "keys a c", LIMIT_MS));
	vt_free(v);
}

static void test_term_sends_nothing_when_nothing_differs(void **state)
{
	struct vt *v = start(&(struct vt_cfg){ 0 }, NULL);
	unsigned long long bytes;

	(void)state;
	vt_keys(v, "a");
	assert_true(vt_wait_text(v, "keys a", LIMIT_MS));
	vt_pump(v, 100);
	bytes = vt_bytes(v);
	for (int i = 0; i < 5; i++) {
		vt_signal(v, SIGWINCH); /* draws again */
		vt_pump(v, 20);
	}
	assert_int_equal(vt_bytes(v), bytes);
	vt_free(v);
}

static void test_term_left_as_found_by_every_signal(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT,  SIGHUP, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2,
				       SIGSEGV, SIGABRT, SIGBUS, SIGFPE,  SIGILL,  SIGSYS };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		struct vt *v = start(&(struct vt_cfg){ 0 }, NULL);

		vt_signal(v, signals[i]);
		assert_int_equal(tty_exit_status(v), 128 + signals[i]);
		tty_assert_as_found(v);
		vt_free(v);
	}
}

/* Its stack is used up, or that of another thread, or an assertion of ours does not hold. */
static void test_term_left_as_found_by_its_own_faults(void **state)
{
	static const struct {
		const char *key;
		int signal;
	} cases[] = { { "o", SIGSEGV }, { "t", SIGSEGV }, { "!", SIGABRT } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct vt *v = start(&(struct vt_cfg){ 0 }, NULL);

		vt_keys(v, cases[i].key);
		assert_int_equal(tty_exit_status(v), 128 + cases[i].signal);
		tty_assert_as_found(v);
		vt_free(v);
	}
}

static void test_term_left_as_found_by_a_hung_program(void **state)
{
	struct vt *v = start(&(struct vt_cfg){ 0 }, NULL);
	int64_t begin = vt_now_ms();

	(void)state;
	vt_keys(v, "x");
	vt_signal(v, SIGTERM);
	assert_int_equal(tty_exit_status(v), 128 + SIGTERM);
	assert_in_range(vt_now_ms() - begin, 0, 1000 * test_slow());
	tty_assert_as_found(v);
	vt_free(v);
}

/* A terminal without an alternate screen is cleared, so that nothing of ours stays on it. */
static void test_term_crash_without_alternate_screen_clears(void **state)
{
	struct vt *v = start(&(struct vt_cfg){ .type = "linux" }, NULL);

	(void)state;
	vt_signal(v, SIGSEGV);
	assert_int_equal(tty_exit_status(v), 128 + SIGSEGV);
	assert_false(vt_has(v, "role"));
	tty_assert_as_found(v);
	vt_free(v);
}

/* What a pseudo-terminal holds is full: the program sits in a write. */
static void test_term_ends_while_nobody_reads(void **state)
{
	static const int signals[] = { SIGTERM, SIGSEGV };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		struct vt *v = start(&(struct vt_cfg){ .rows = 100, .cols = 300 }, NULL);
		int64_t begin;

		vt_keys(v, "f");
		assert_true(vt_wait_text(v, "frame 1", LIMIT_MS));
		assert_true(vt_wait_full(v, LIMIT_MS));
		vt_signal(v, signals[i]);
		begin = vt_now_ms();
		assert_int_equal(tty_exit_status(v), 128 + signals[i]);
		assert_in_range(vt_now_ms() - begin, 0, 1000 * test_slow());
		tty_assert_as_found(v);
		vt_free(v);
	}
}

static void test_term_absurd_sizes(void **state)
{
	static const struct {
		int rows, cols;
		const char *text;
	} sizes[] = {
		{ 1, 1, "s" },
		{ 2, 3, "siz" },
		{ 500, 1000, "size 1000x500" },
		{ 24, 80, "size 80x24" },
	};
	struct vt *v = start(&(struct vt_cfg){ 0 }, NULL);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		vt_resize(v, sizes[i].rows, sizes[i].cols);
		assert_true(vt_wait_text(v, sizes[i].text, LIMIT_MS));
	}
	vt_resize(v, 0, 0);
	vt_pump(v, 50);
	vt_resize(v, 30, 90);
	assert_true(vt_wait_text(v, "size 90x30", LIMIT_MS));
	vt_keys(v, "q");
	assert_int_equal(tty_exit_status(v), 0);
	tty_assert_as_found(v);
	vt_free(v);
}

static void test_term_refuses_what_cannot_be_a_screen(void **state)
{
	static const struct {
		const char *type, *reason;
	} cases[] = {
		{ "dumb", "cannot move the cursor" },
		{ "no-such-terminal", "is not known" },
		{ "", "TERM is not set" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char demo[] = "./termdemo";
		char *argv[] = { demo, NULL };
		struct vt *v = vt_open(&(struct vt_cfg){ .type = cases[i].type }, argv);

		assert_int_equal(tty_exit_status(v), 1);
		assert_true(vt_has(v, cases[i].reason));
		assert_int_equal(vt_seqs(v)->csi + vt_seqs(v)->escape, 0);
		vt_free(v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_term_suits_the_terminal),
		cmocka_unit_test(test_term_colour_only_if_wanted),
		cmocka_unit_test(test_term_locale_decides_the_characters),
		cmocka_unit_test(test_term_keys),
		cmocka_unit_test(test_term_brackets_frames_where_the_terminal_can),
		cmocka_unit_test(test_term_paste_is_no_key),
		cmocka_unit_test(test_term_sends_nothing_when_nothing_differs),
		cmocka_unit_test(test_term_left_as_found_by_every_signal),
		cmocka_unit_test(test_term_left_as_found_by_its_own_faults),
		cmocka_unit_test(test_term_left_as_found_by_a_hung_program),
		cmocka_unit_test(test_term_crash_without_alternate_screen_clears),
		cmocka_unit_test(test_term_ends_while_nobody_reads),
		cmocka_unit_test(test_term_absurd_sizes),
		cmocka_unit_test(test_term_refuses_what_cannot_be_a_screen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
