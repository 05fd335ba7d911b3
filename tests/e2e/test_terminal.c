/* SPDX-License-Identifier: MIT */
/* The whole program on a pseudo-terminal, on fixtures instead of the kernel. */
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "program.h"
#include "sockeye/base/mem.h"

/* ---- what it shows and does -------------------------------------------- */

static void test_terminal_first_screen(void **state)
{
	struct vt *v = program_start_web((struct vt_cfg){ 0 });

	(void)state;
	assert_true(vt_alt_screen(v));
	assert_true(vt_has(v, "sockeye"));
	assert_true(vt_has(v, "SYN_RECV       12"));
	assert_true(vt_has(v, "nginx[901]"));
	assert_true(vt_has(v, "203.0.113.9"));
	assert_true(vt_has(v, "e why"));
	assert_true(vt_seqs(v)->colour > 0);
	program_quit(v);
}

static void test_terminal_pin_enter_and_back(void **state)
{
	struct vt *v = program_start_web((struct vt_cfg){ 0 });

	(void)state;
	vt_keys(v, "<Space>");
	assert_true(vt_wait_text(v, "pid = 2211", LIMIT_MS));
	assert_true(vt_wait_gone(v, "203.0.113.9", LIMIT_MS));
	assert_true(vt_has(v, "nginx[901]")); /* the pane of the pin keeps its rows */
	vt_keys(v, "<Enter>");
	assert_true(vt_wait_text(v, "row 1 of 66", LIMIT_MS));
	assert_true(vt_has(v, "10.4.1.18:42000"));
	vt_keys(v, "<Down><PgDn>");
	vt_keys(v, "<Esc>");
	assert_true(vt_wait_text(v, "TIME_WAIT", LIMIT_MS));
	vt_keys(v, "<Space>");
	assert_true(vt_wait_text(v, "203.0.113.9", LIMIT_MS));
	program_quit(v);
}

/* A few letters, Tab and Enter narrow all panes. */
static void test_terminal_filter_is_completed(void **state)
{
	struct vt *v = program_start_web((struct vt_cfg){ 0 });

	(void)state;
	assert_true(vt_has(v, "nginx[901]"));
	vt_keys(v, "fstate clo");
	assert_true(vt_wait_text(v, " Tab completes ", LIMIT_MS));
	assert_true(vt_wait_text(v, "close-wait   the peer has closed", LIMIT_MS));
	vt_keys(v, "<Tab>");
	assert_true(vt_wait_text(v, "Filter: state close-wait", LIMIT_MS));
	/* The lists follow before it is taken. */
	assert_true(vt_wait_gone(v, "nginx[901]", LIMIT_MS));
	assert_true(vt_wait_text(v, "45 match", LIMIT_MS));
	vt_keys(v, "<Enter>");
	assert_true(vt_wait_gone(v, "Filter: ", LIMIT_MS));
	assert_true(vt_wait_text(v, "Filter  state close-wait", LIMIT_MS));
	assert_true(vt_wait_text(v, "SYN_RECV        0", LIMIT_MS));
	assert_true(vt_has(v, "java[2211]"));
	assert_true(vt_has(v, "10.4.1.17"));
	assert_false(vt_has(v, "nginx[901]"));
	assert_false(vt_has(v, "203.0.113.9"));
	vt_keys(v, "Y");
	assert_true(vt_wait_text(v, "ss -tan state close-wait", LIMIT_MS));
	vt_keys(v, "<Esc>x");
	assert_true(vt_wait_text(v, "nginx[901]", LIMIT_MS));
	program_quit(v);
}

static void test_terminal_pages(void **state)
{
	struct vt *v = program_start_web((struct vt_cfg){ 0 });

	(void)state;
	vt_keys(v, "1jjjjjje");
	assert_true(vt_wait_text(v, "What it means", LIMIT_MS));
	assert_true(vt_wait_text(v, "CLOSE_WAIT   45 sockets", LIMIT_MS));
	assert_true(vt_wait_text(v, "state 7 of 11", LIMIT_MS));
	vt_keys(v, "<Right>");
	assert_true(vt_wait_text(v, "LAST_ACK   0 sockets", LIMIT_MS));
	vt_keys(v, "<Esc>");
	assert_true(vt_wait_text(v, "Kernel counters", LIMIT_MS));
	vt_keys(v, "d");
	assert_true(vt_wait_text(v, "What this looks like", LIMIT_MS));
	assert_true(vt_wait_text(v, "192.0.2.0/24", LIMIT_MS));
	vt_keys(v, "y");
	assert_true(vt_wait_gone(v, "sockeye", LIMIT_MS));
	assert_true(vt_wait_text(v, "ip saddr 192.0.2.0/24", LIMIT_MS));
	vt_keys(v, "<Esc>");
	assert_true(vt_wait_text(v, "What this looks like", LIMIT_MS));
	vt_keys(v, "d<Enter><Enter>");
	assert_true(vt_wait_text(v, "10.4.0.7:8080", LIMIT_MS));
	assert_true(vt_wait_text(v, "Owner    java[2211]", LIMIT_MS));
	vt_keys(v, "qq");
	program_quit(v);
}

static void test_terminal_keys_typed_ahead(void **state)
{
	struct vt *v = program_start_web((struct vt_cfg){ 0 });

	(void)state;
	vt_keys(v, "<Space><Enter>");
	assert_true(vt_wait_text(v, "row 1 of 66", LIMIT_MS));
	vt_keys(v, "jjjj<Up>");
	assert_true(vt_wait_text(v, "row 4 of 66", LIMIT_MS));
	vt_keys(v, "<Esc><Esc><Esc><Esc>"); /* never quits */
	assert_true(vt_wait_text(v, "nginx[901]", LIMIT_MS));
	program_quit(v);
}

static void test_terminal_ends_after_the_samples(void **state)
{
	static const char *const args[] = { "-d", "0.1", "-c", "2", NULL };
	struct vt *v = program_start((struct vt_cfg){ 0 }, "web.fake", NULL, args);

	(void)state;
	assert_int_equal(tty_exit_status(v), 0);
	assert_true(vt_seqs(v)->alt_screen > 0);
	tty_assert_as_found(v);
	vt_free(v);
}

static void test_terminal_paste_does_nothing(void **state)
{
	struct vt *v = program_start_web((struct vt_cfg){ 0 });

	(void)state;
	vt_paste(v, "q \rq");
	vt_keys(v, "<Down><Space>"); /* so that the paste has been read for sure */
	assert_true(vt_wait_text(v, "pid = 901", LIMIT_MS));
	assert_false(vt_has(v, "pid = 2211"));
	program_quit(v);
}

static void test_terminal_hostile_names(void **state)
{
	static const char *const visible[] = { "\\e]0;x\\x07", "\\x9b31m", "\\u{202e}evil\\xff",
					       "\\x0d\\n\\t" };
	static const char *const args[] = { "-d", "0.1", NULL };
	struct vt *v = program_start((struct vt_cfg){ .rows = 40, .cols = 200 }, "hostile.fake",
				     NULL, args);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(visible); i++)
		assert_true(vt_wait_text(v, visible[i], LIMIT_MS));
	vt_keys(v, "<Enter>");
	assert_true(vt_wait_text(v, "row 1 of", LIMIT_MS));
	vt_keys(v, "<Esc>");
	assert_true(vt_wait_text(v, "LAST_ACK", LIMIT_MS));
	assert_true(vt_alt_screen(v));
	assert_int_equal(vt_seqs(v)->osc, 0);
	assert_int_equal(vt_seqs(v)->dcs, 0);
	assert_int_equal(vt_seqs(v)->c1, 0);
	program_quit(v);
}

/* ---- terminals --------------------------------------------------------- */

static void test_terminal_same_text_everywhere(void **state)
{
	static const struct {
		const char *type, *more;
		bool color, alt_screen;
	} cases[] = {
		{ "xterm", NULL, true, true },
		{ "xterm-256color", "NO_COLOR=1", false, true },
		{ "screen", NULL, true, true },
		{ "tmux-256color", NULL, true, true },
		{ "linux", NULL, true, false },
		{ "vt100", NULL, false, false },
		{ "xterm-256color", "LC_ALL=C", true, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct vt *v = program_start((struct vt_cfg){ .type = cases[i].type }, "web.fake",
					     cases[i].more, NULL);

		program_wait_first_screen(v);
		vt_keys(v, "<Space>"); /* something in colour */
		assert_true(vt_wait_text(v, "pid = 2211", LIMIT_MS));
		assert_int_equal(vt_seqs(v)->colour > 0, cases[i].color);
		assert_int_equal(vt_alt_screen(v), cases[i].alt_screen);
		program_quit(v);
	}
}

/* Where there can be no screen: a plain report, and nothing that only a terminal understands. */
static void test_terminal_plain_report_without_a_screen(void **state)
{
	static const char *const types[] = { "dumb", "no-such-terminal", "" };
	static const char *const pipes[] = { PROGRAM " | cat", PROGRAM " < /dev/null" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct vt *v = program_start((struct vt_cfg){ .rows = 60, .type = types[i] },
					     "web.fake", NULL, NULL);

		assert_int_equal(tty_exit_status(v), 0);
		assert_true(vt_has(v, "CLOSE_WAIT"));
		assert_int_equal(vt_seqs(v)->csi + vt_seqs(v)->escape, 0);
		tty_assert_as_found(v);
		vt_free(v);
	}
	for (size_t i = 0; i < ARRAY_SIZE(pipes); i++) {
		char sh[] = "/bin/sh", dash_c[] = "-c", command[64];
		char *argv[] = { sh, dash_c, command, NULL };
		struct vt_cfg cfg = { .rows = 60, .env = program_environment("web.fake", NULL) };
		struct vt *v;

		snprintf(command, sizeof(command), "%s", pipes[i]);
		v = vt_open(&cfg, argv);
		assert_int_equal(tty_exit_status(v), 0);
		assert_true(vt_has(v, "CLOSE_WAIT"));
		assert_int_equal(vt_seqs(v)->csi + vt_seqs(v)->escape, 0);
		vt_free(v);
	}
}

/* ---- readers that do not read ------------------------------------------ */

static void test_terminal_skips_frames_while_stopped(void **state)
{
	static const char *const args[] = { "-d", "0.1", NULL };
	struct vt *v = program_start((struct vt_cfg){ 0 }, "growing.fake", NULL, args);
	unsigned long long bytes;

	(void)state;
	assert_true(vt_wait_text(v, "java[2211]", LIMIT_MS));
	vt_keys(v, "<C-s>");
	assert_true(vt_wait_full(v, LIMIT_MS));
	vt_pump(v, 1500);
	bytes = vt_bytes(v);
	vt_keys(v, "<C-q>");
	assert_true(vt_wait_text(v, "CLOSE_WAIT      9", LIMIT_MS));
	assert_in_range(vt_bytes(v) - bytes, 1, 4000); /* one frame, not one for each sample */
	program_quit(v);
}

static void test_terminal_survives_a_full_terminal(void **state)
{
	struct vt *v = program_start_web((struct vt_cfg){ 0 });
	const int64_t end = vt_now_ms() + LIMIT_MS;

	(void)state;
	for (int rows = 30; !vt_wait_full(v, 60) && vt_now_ms() < end; rows = rows == 30 ? 31 : 30)
		vt_resize(v, rows, 200); /* a whole frame each time */
	assert_true(vt_now_ms() < end);
	vt_resize(v, 24, 80);
	vt_keys(v, "<Space>");
	assert_true(vt_wait_text(v, "pid = 2211", LIMIT_MS));
	program_quit(v);
}

/* Ends without a byte of it being read. */
static bool ends_unread(const struct vt *v)
{
	const int64_t end = vt_now_ms() + LIMIT_MS;
	siginfo_t info = { .si_pid = 0 };

	while (info.si_pid == 0 && vt_now_ms() < end) {
		poll(NULL, 0, 10);
		waitid(P_PID, (id_t)vt_pid(v), &info, WEXITED | WNOHANG | WNOWAIT);
	}
	return info.si_pid != 0;
}

/* In the middle of a frame nobody reads any more: keys are taken all the same. */
static void test_terminal_takes_keys_while_a_frame_is_stuck(void **state)
{
	struct vt *v = program_start_web((struct vt_cfg){ 0 });
	const int64_t end = vt_now_ms() + LIMIT_MS;

	(void)state;
	for (int rows = 30; !vt_wait_full(v, 60) && vt_now_ms() < end; rows = rows == 30 ? 31 : 30)
		vt_resize(v, rows, 200);
	assert_true(vt_now_ms() < end);
	vt_keys(v, "<Space><Enter><Esc>?<Esc>q");
	assert_true(ends_unread(v));
	assert_int_equal(tty_exit_status(v), 0);
	tty_assert_as_found(v);
	vt_free(v);
}

/* A link that is dead for 5 s: the collector goes on, nothing piles up, the next picture is right.
 */
static void test_terminal_of_a_reader_that_reads_nothing(void **state)
{
	static const char *const args[] = { "-d", "0.1", NULL };
	struct vt *v = program_start((struct vt_cfg){ 0 }, "web.fake", NULL, args);
	const int64_t end = vt_now_ms() + LIMIT_MS;
	unsigned long woken;
	long kb;

	(void)state;
	program_wait_first_screen(v);
	for (int rows = 30; !vt_wait_full(v, 60) && vt_now_ms() < end; rows = rows == 30 ? 31 : 30)
		vt_resize(v, rows, 200);
	assert_true(vt_now_ms() < end);
	kb = program_memory(vt_pid(v), "RssAnon");
	woken = program_wakeups(vt_pid(v));
	poll(NULL, 0, 5000);
	assert_in_range(program_wakeups(vt_pid(v)) - woken, 25, 1000);
	/* A sanitizer keeps what was freed. */
	if (!SANITIZED)
		assert_in_range(program_memory(vt_pid(v), "RssAnon"), 1, kb + 2048);
	vt_resize(v, 24, 80);
	program_wait_first_screen(v);
	program_wait_footer(v);
	program_quit(v);
}

/* ---- job control ------------------------------------------------------- */

static bool shell_has_terminal(struct vt *v, const void *ctx)
{
	(void)ctx;
	return vt_foreground(v) == vt_pid(v);
}

/* An interactive shell. */
static struct vt *start_shell(const char *shell, const char *option)
{
	static const char prompt[] = "PS1=$((40+2))%\\ \n";
	char words[3][32];
	char *argv[] = { words[0], words[1], words[2], NULL };
	struct vt_cfg cfg = { .env = program_environment("web.fake", "ENV=") };
	struct vt *v;

	snprintf(words[0], sizeof(words[0]), "%s", shell);
	snprintf(words[1], sizeof(words[1]), "%s", option);
	snprintf(words[2], sizeof(words[2]), "-i");
	v = vt_open(&cfg, argv);
	vt_write(v, prompt, sizeof(prompt) - 1);
	assert_true(vt_wait_text(v, "42%", LIMIT_MS));
	return v;
}

static struct vt *start_in_shell(const char *shell, const char *option)
{
	struct vt *v = start_shell(shell, option);

	vt_keys(v, PROGRAM " -d 0.2<Enter>");
	program_wait_first_screen(v);
	return v;
}

/* Keys reach the program; it ends, and then the shell. */
static void quit_in_shell(struct vt *v)
{
	vt_keys(v, "<Space>");
	assert_true(vt_wait_text(v, "pid = 2211", LIMIT_MS));
	vt_keys(v, "q");
	assert_true(vt_wait(v, shell_has_terminal, NULL, LIMIT_MS));
	vt_keys(v, "exit<Enter>");
	assert_int_equal(tty_exit_status(v), 0);
	tty_assert_as_found(v);
	vt_free(v);
}

static void test_terminal_stop_and_fg(void **state)
{
	struct vt *v = start_in_shell("/bin/sh", "-m");

	(void)state;
	vt_keys(v, "<C-z>");
	assert_true(vt_wait(v, shell_has_terminal, NULL, LIMIT_MS));
	assert_true(vt_wait_alt_screen(v, false, LIMIT_MS));
	assert_false(vt_seqs(v)->paste);
	vt_keys(v, "echo $((20*20))<Enter>");
	assert_true(vt_wait_text(v, "400", LIMIT_MS));
	vt_resize(v, 30, 100);
	vt_keys(v, "fg<Enter>");
	assert_true(vt_wait_alt_screen(v, true, LIMIT_MS));
	program_wait_footer(v);
	program_wait_first_screen(v);
	assert_true(vt_seqs(v)->paste);
	assert_int_equal(vt_seqs(v)->osc, 0);
	quit_in_shell(v);
}

static void test_terminal_stop_while_output_is_stopped(void **state)
{
	struct vt *v = start_in_shell("/bin/sh", "-m");

	(void)state;
	vt_keys(v, "<C-s>");
	assert_true(vt_wait_full(v, LIMIT_MS));
	vt_keys(v, "<C-z>");
	assert_true(vt_wait(v, shell_has_terminal, NULL, LIMIT_MS));
	assert_true(vt_wait_alt_screen(v, false, LIMIT_MS));
	vt_keys(v, "fg<Enter>");
	assert_true(vt_wait_alt_screen(v, true, LIMIT_MS));
	program_wait_first_screen(v);
	quit_in_shell(v);
}

/* It wants the terminal, so it is stopped until it gets it. */
static void test_terminal_started_in_the_background(void **state)
{
	struct vt *v = start_shell("/bin/sh", "-m");
	const int64_t end = vt_now_ms() + LIMIT_MS;

	(void)state;
	vt_keys(v, PROGRAM " -d 0.2 &<Enter>");
	do
		vt_keys(v, "jobs<Enter>");
	while (!vt_wait_text(v, "Stopped", 300) && vt_now_ms() < end);
	assert_false(vt_alt_screen(v));
	vt_keys(v, "fg<Enter>");
	assert_true(vt_wait_alt_screen(v, true, LIMIT_MS));
	program_wait_first_screen(v);
	quit_in_shell(v);
}

/*
 * Stopped by somebody else and continued in the background: the terminal is the shell's. With one
 * that puts its modes back then.
 */
static void test_terminal_background(void **state)
{
	struct vt *v;
	unsigned long frames;
	pid_t job;

	(void)state;
	if (access("/bin/bash", X_OK) < 0)
		skip();
	v = start_in_shell("/bin/bash", "--noediting");
	job = vt_foreground(v);
	assert_true(job > 1 && job != vt_pid(v));
	kill(-job, SIGSTOP);
	assert_true(vt_wait(v, shell_has_terminal, NULL, LIMIT_MS));
	vt_keys(v, "<Enter>echo $((20*20))<Enter>");
	assert_true(vt_wait_text(v, "400", LIMIT_MS));
	kill(-job, SIGCONT);
	vt_pump(v, 1000); /* several samples */
	vt_keys(v, "jobs<Enter>");
	assert_true(vt_wait_text(v, "Running", LIMIT_MS));
	frames = vt_seqs(v)->frame_end;
	vt_keys(v, "echo $((30*30))<Enter>");
	assert_true(vt_wait_text(v, "900", LIMIT_MS));
	assert_int_equal(vt_seqs(v)->frame_end, frames);
	vt_keys(v, "fg<Enter>");
	assert_true(vt_wait_frames(v, 1, LIMIT_MS));
	program_wait_first_screen(v);
	quit_in_shell(v);
}

/* Ended there, it gives the screen back and leaves the modes to the shell. */
static void test_terminal_ended_in_the_background(void **state)
{
	struct vt *v;
	pid_t job;

	(void)state;
	if (access("/bin/bash", X_OK) < 0)
		skip();
	v = start_in_shell("/bin/bash", "--noediting");
	job = vt_foreground(v);
	kill(-job, SIGSTOP);
	assert_true(vt_wait(v, shell_has_terminal, NULL, LIMIT_MS));
	kill(-job, SIGTERM);
	kill(-job, SIGCONT);
	assert_true(vt_wait_alt_screen(v, false, LIMIT_MS));
	vt_keys(v, "<Enter>echo $((20*20))<Enter>");
	assert_true(vt_wait_text(v, "400", LIMIT_MS));
	vt_keys(v, "exit<Enter>");
	tty_exit_status(v); /* that of a job or of the echo: the shell's business */
	tty_assert_as_found(v);
	vt_free(v);
}

/* ---- rest -------------------------------------------------------------- */

/* The thread sanitizer has a thread of its own that wakes ten times a second. */
#ifdef __SANITIZE_THREAD__
#define RESTLESS 1
#else
#define RESTLESS 0
#endif

static void test_terminal_rests_between_samples(void **state)
{
	static const char *const args[] = { "-d", "0.5", NULL };
	unsigned long before;
	struct vt *v;

	(void)state;
	if (RESTLESS)
		skip();
	v = program_start((struct vt_cfg){ 0 }, "web.fake", NULL, args);
	program_wait_first_screen(v);
	vt_pump(v, 1000); /* whatever a key or a first sample starts is over */
	before = program_wakeups(vt_pid(v));
	vt_pump(v, 3000);
	printf("6 intervals: %lu wakeups\n", program_wakeups(vt_pid(v)) - before);
	assert_in_range(program_wakeups(vt_pid(v)) - before, 6, 2 * 6 + 6);
	program_quit(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_terminal_first_screen),
		cmocka_unit_test(test_terminal_pin_enter_and_back),
		cmocka_unit_test(test_terminal_filter_is_completed),
		cmocka_unit_test(test_terminal_pages),
		cmocka_unit_test(test_terminal_keys_typed_ahead),
		cmocka_unit_test(test_terminal_ends_after_the_samples),
		cmocka_unit_test(test_terminal_paste_does_nothing),
		cmocka_unit_test(test_terminal_hostile_names),
		cmocka_unit_test(test_terminal_same_text_everywhere),
		cmocka_unit_test(test_terminal_plain_report_without_a_screen),
		cmocka_unit_test(test_terminal_skips_frames_while_stopped),
		cmocka_unit_test(test_terminal_survives_a_full_terminal),
		cmocka_unit_test(test_terminal_takes_keys_while_a_frame_is_stuck),
		cmocka_unit_test(test_terminal_of_a_reader_that_reads_nothing),
		cmocka_unit_test(test_terminal_stop_and_fg),
		cmocka_unit_test(test_terminal_stop_while_output_is_stopped),
		cmocka_unit_test(test_terminal_started_in_the_background),
		cmocka_unit_test(test_terminal_background),
		cmocka_unit_test(test_terminal_ended_in_the_background),
		cmocka_unit_test(test_terminal_rests_between_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
