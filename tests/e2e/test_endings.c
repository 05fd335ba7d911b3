/* SPDX-License-Identifier: MIT */
/* However the whole program ends: the terminal is as it was found. */
#include <signal.h>
#include <sys/resource.h>

#include "program.h"
#include "sockeye/base/mem.h"

static void test_terminal_left_as_found_by_keys(void **state)
{
	static const struct {
		const char *keys;
		int status;
	} cases[] = {
		{ "q", 0 },
		{ "<C-c>", 128 + SIGINT },
		{ "<C-\\>", 128 + SIGQUIT },
		{ "/<C-\\>", 128 + SIGQUIT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct vt *v = program_start_web((struct vt_cfg){ 0 });

		vt_keys(v, cases[i].keys);
		assert_int_equal(tty_exit_status(v), cases[i].status);
		tty_assert_as_found(v);
		vt_free(v);
	}
}

/* What may be on the screen when it happens: the keys that bring it, and what it is known by. */
// clang-format off
static const struct {
	const char *keys, *text;
} pages[] = {
	{ "", "java[2211]" },
	{ "<Space><Enter>", "row 1 of 66" },
	{ "/nginx", "Enter keep" },
	{ "fstate clo", " Tab completes " },
	{ "fstate close-wait<Enter>Y", "ss -tan state close-wait" },
	{ "c", " columns are shown" },
	{ "?", "sockeye help" },
	{ "I", "sockeye status" },
	{ "L", "row 1 of 3" },
	{ "C", "row 1 of 1   only our own namespace" },
	{ "<Space><Enter><Enter>", "Owner    java[2211]" },
	{ "1jjjjjje", "What it means" },
	{ "d", "What this looks like" },
	{ "dy", "ip saddr 192.0.2.0/24" },
	{ "p", "PAUSED" },
};
// clang-format on

static const int deadly[] = { SIGTERM, SIGHUP, SIGINT,  SIGQUIT, SIGSEGV, SIGBUS,
			      SIGFPE,  SIGILL, SIGABRT, SIGSYS,  SIGALRM, SIGUSR1 };

/* A reader of a pipe that has gone, and a limit of files, are for those who write to them. */
static const int harmless[] = { SIGPIPE, SIGXFSZ };

static struct vt *start_on_page(size_t page, struct vt_cfg cfg)
{
	struct vt *v = program_start_web(cfg);

	vt_keys(v, pages[page].keys);
	if (!vt_wait_text(v, pages[page].text, LIMIT_MS))
		fail_msg("page %zu did not come", page);
	return v;
}

/*
 * Which pages meet which signals: one of FEW by turns, so that each page and each signal has its share
 * every time, and another one the next time; all of them with SOCKEYE_LONG.
 */
#define FEW 4

static void test_terminal_left_as_found_by_any_signal_on_any_page(void **state)
{
	const size_t turn = getenv("SOCKEYE_LONG") ? 0 : 1 + test_seed() % FEW;

	(void)state;
	for (size_t page = 0; page < ARRAY_SIZE(pages); page++)
		for (size_t i = 0; i < ARRAY_SIZE(deadly); i++) {
			struct vt *v;

			if (turn > 0 && (page + i + turn) % FEW != 0)
				continue;
			v = start_on_page(page, (struct vt_cfg){ 0 });
			vt_signal(v, deadly[i]);
			assert_int_equal(tty_exit_status(v), 128 + deadly[i]);
			tty_assert_as_found(v);
			vt_free(v);
		}
}

static void test_terminal_lives_on_after_pipe_and_xfsz(void **state)
{
	(void)state;
	for (size_t page = 0; page < ARRAY_SIZE(pages); page++) {
		struct vt *v = start_on_page(page, (struct vt_cfg){ 0 });

		for (size_t i = 0; i < ARRAY_SIZE(harmless); i++)
			vt_signal(v, harmless[i]);
		vt_resize(v, 30, 100);
		assert_true(vt_wait_frames(v, 1, LIMIT_MS));
		vt_keys(v, "<Esc><Esc><Esc>");
		program_wait_footer(v);
		vt_keys(v, "q");
		assert_int_equal(tty_exit_status(v), 0);
		tty_assert_as_found(v);
		vt_free(v);
	}
}

/* The keys that stop it come when a frame is about to be written, or while it is. */
static void end_while_stopped(size_t page, int signal)
{
	static const char *const args[] = { "-d", "0.1", NULL };
	struct vt *v = program_start((struct vt_cfg){ 0 }, "growing.fake", NULL, args);
	int64_t begin;

	assert_true(vt_wait_text(v, "java[2211]", LIMIT_MS));
	vt_keys(v, pages[page].keys);
	vt_keys(v, "<C-s>");
	assert_true(vt_wait_full(v, LIMIT_MS));
	vt_pump(v, 150); /* a frame would be due */
	vt_signal(v, signal);
	begin = vt_now_ms();
	assert_int_equal(tty_exit_status(v), 128 + signal);
	assert_in_range(vt_now_ms() - begin, 0, 1000 * test_slow());
	tty_assert_as_found(v);
	vt_free(v);
}

static void test_terminal_ends_while_output_is_stopped(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(deadly); i++)
		end_while_stopped(i % ARRAY_SIZE(pages), deadly[i]);
	for (size_t page = 0; page < ARRAY_SIZE(pages); page++) {
		end_while_stopped(page, SIGTERM);
		end_while_stopped(page, SIGSEGV);
	}
}

/* Stopped between two frames. */
static void test_terminal_quits_while_output_is_stopped(void **state)
{
	static const char *const args[] = { "-d", "3600", NULL };
	struct vt *v = program_start((struct vt_cfg){ 0 }, "web.fake", NULL, args);

	(void)state;
	assert_true(vt_wait_text(v, "java[2211]", LIMIT_MS));
	vt_pump(v, 300); /* what the first sample still draws */
	vt_keys(v, "<C-s>");
	assert_true(vt_wait_full(v, LIMIT_MS));
	program_quit(v);
}

static int64_t children_cpu_ms(void)
{
	struct rusage u;

	getrusage(RUSAGE_CHILDREN, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
	       (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
}

/* With a sanitizer memory is looked through at the end. */
#define VANISHED_CPU_MS ((SANITIZED ? 500 : 100) * test_slow())

/* As sudo and nohup leave it: nobody tells, one has to notice. */
static void test_terminal_vanishes(void **state)
{
	(void)state;
	for (size_t page = 0; page < ARRAY_SIZE(pages); page++)
		for (int ignored = 0; ignored <= 1; ignored++) {
			struct vt *v =
				start_on_page(page, (struct vt_cfg){ .ignore_hup = ignored });
			int64_t begin = vt_now_ms();
			int64_t cpu = children_cpu_ms() + program_cpu_ms(vt_pid(v));

			vt_hangup(v);
			assert_int_equal(tty_exit_status(v), 128 + SIGHUP);
			assert_in_range(vt_now_ms() - begin, 0, 2000 * test_slow());
			assert_in_range(children_cpu_ms() - cpu, 0, VANISHED_CPU_MS);
			vt_free(v);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_terminal_left_as_found_by_keys),
		cmocka_unit_test(test_terminal_left_as_found_by_any_signal_on_any_page),
		cmocka_unit_test(test_terminal_lives_on_after_pipe_and_xfsz),
		cmocka_unit_test(test_terminal_ends_while_output_is_stopped),
		cmocka_unit_test(test_terminal_quits_while_output_is_stopped),
		cmocka_unit_test(test_terminal_vanishes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
