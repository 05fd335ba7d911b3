/* SPDX-License-Identifier: MIT */
/* In children, as signals and their masks are of the whole process. */
#include "test.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sockeye/base/mem.h"
#include "sockeye/screen/signals.h"

#define LIMIT_MS     5000
#define CHILD_FAILED 77

/* Runs body in a child; returns its exit status, or minus the signal that ended it. */
static int in_child(int (*body)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(body());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* The next signal within the limit, else 0. */
static int wait_next(struct signals *s)
{
	struct pollfd p = { .fd = signals_fd(s), .events = POLLIN };

	return poll(&p, 1, LIMIT_MS) == 1 ? signals_next(s) : 0;
}

static int take_each(void)
{
	static const int sent[] = { SIGWINCH, SIGCONT, SIGTSTP, SIGTERM, SIGINT };
	struct signals *s;

	if (signals_start(&s, NULL) < 0)
		return CHILD_FAILED;
	for (size_t i = 0; i < ARRAY_SIZE(sent); i++) {
		if (signals_next(s) != 0)
			return CHILD_FAILED;
		kill(getpid(), sent[i]);
		if (wait_next(s) != sent[i])
			return CHILD_FAILED;
	}
	kill(getpid(), SIGPIPE);
	signals_stop(s);
	return 0;
}

static void test_signals_become_events(void **state)
{
	(void)state;
	assert_int_equal(in_child(take_each), 0);
}

static int hang_after_term(void)
{
	struct signals *s;

	if (signals_start(&s, NULL) < 0)
		return CHILD_FAILED;
	kill(getpid(), SIGTERM);
	poll(NULL, 0, LIMIT_MS);
	return CHILD_FAILED;
}

static void test_signals_end_a_stuck_process(void **state)
{
	struct timespec before, after;
	int64_t took_ms;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &before);
	assert_int_equal(in_child(hang_after_term), 128 + SIGTERM);
	clock_gettime(CLOCK_MONOTONIC, &after);
	took_ms =
		(after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
	assert_in_range(took_ms, SIGNALS_GRACE_MS - 1, LIMIT_MS - 1);
}

static int hang_after_winch(void)
{
	struct signals *s;

	if (signals_start(&s, NULL) < 0)
		return CHILD_FAILED;
	kill(getpid(), SIGWINCH);
	poll(NULL, 0, 2 * SIGNALS_GRACE_MS);
	return 5;
}

static void test_signals_that_do_not_end_are_not_urgent(void **state)
{
	(void)state;
	assert_int_equal(in_child(hang_after_winch), 5);
}

/* nohup and shells without job control start programs so. */
static int keep_ignored(void)
{
	struct signals *s;

	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	if (signals_start(&s, NULL) < 0)
		return CHILD_FAILED;
	kill(getpid(), SIGHUP);
	kill(getpid(), SIGINT);
	kill(getpid(), SIGWINCH);
	if (wait_next(s) != SIGWINCH || signals_next(s) != 0)
		return CHILD_FAILED;
	signals_stop(s);
	return 0;
}

static void test_signals_that_were_ignored_stay_so(void **state)
{
	(void)state;
	assert_int_equal(in_child(keep_ignored), 0);
}

static int stop_and_die(void)
{
	struct signals *s;

	if (signals_start(&s, NULL) < 0)
		return CHILD_FAILED;
	signals_stop(s);
	kill(getpid(), SIGTERM);
	return CHILD_FAILED;
}

static void test_signals_stop_puts_everything_back(void **state)
{
	(void)state;
	assert_int_equal(in_child(stop_and_die), -SIGTERM);
}

static void test_signals_know_what_ends(void **state)
{
	(void)state;
	assert_true(signal_ends(SIGTERM) && signal_ends(SIGINT) && signal_ends(SIGHUP) &&
		    signal_ends(SIGQUIT));
	assert_false(signal_ends(SIGWINCH) || signal_ends(SIGTSTP) || signal_ends(SIGCONT) ||
		     signal_ends(0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signals_become_events),
		cmocka_unit_test(test_signals_end_a_stuck_process),
		cmocka_unit_test(test_signals_that_do_not_end_are_not_urgent),
		cmocka_unit_test(test_signals_that_were_ignored_stay_so),
		cmocka_unit_test(test_signals_stop_puts_everything_back),
		cmocka_unit_test(test_signals_know_what_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
