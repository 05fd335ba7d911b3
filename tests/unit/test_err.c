/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sockeye/base/err.h"

static void test_err_keeps_code_place_and_text(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_int_equal(err_at(&e, -EINVAL, 7, "no field \"%s\"", "prto"), -EINVAL);
	assert_int_equal(e.code, -EINVAL);
	assert_int_equal(e.pos, 7);
	assert_string_equal(e.msg, "no field \"prto\"");
	assert_int_equal(err_set(&e, -EIO, "%d", 5), -EIO);
	assert_int_equal(e.code, -EIO);
	assert_true(e.pos == ERR_NO_POS);
	assert_string_equal(e.msg, "5");
}

static void test_err_may_be_unread(void **state)
{
	(void)state;
	assert_int_equal(err_set(NULL, -ENOENT, "unread"), -ENOENT);
	assert_int_equal(err_at(NULL, -ENOENT, 1, "unread"), -ENOENT);
}

static void test_err_cuts_a_long_text(void **state)
{
	char text[400];
	struct err e;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_set(&e, -EIO, "%s", text);
	assert_int_equal(strlen(e.msg), sizeof(e.msg) - 1);
}

/* What a child that does act prints on stderr; it has to end with status 1. */
static void assert_dies(void (*act)(void), const char *expected)
{
	char text[256];
	size_t len = 0;
	int fd[2], status;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		dup2(fd[1], STDERR_FILENO);
		act();
		_exit(0);
	}
	close(fd[1]);
	while (len + 1 < sizeof(text) && (n = read(fd[0], text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	close(fd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	assert_string_equal(text, expected);
}

static void restore(void)
{
	fputs("<restored>", stderr);
}

static void die_plainly(void)
{
	die("out of %s", "memory");
}

static void die_on_a_screen(void)
{
	die_hook = restore;
	die("out of memory");
}

static void die_in_the_hook(void)
{
	die_hook = die_plainly;
	die("not reached");
}

static void test_err_die_says_why(void **state)
{
	(void)state;
	assert_dies(die_plainly, "sockeye: out of memory\n");
}

static void test_err_die_restores_the_screen_first(void **state)
{
	(void)state;
	assert_dies(die_on_a_screen, "<restored>sockeye: out of memory\n");
}

static void test_err_die_in_the_hook_does_not_loop(void **state)
{
	(void)state;
	assert_dies(die_in_the_hook, "sockeye: out of memory\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_err_keeps_code_place_and_text),
		cmocka_unit_test(test_err_may_be_unread),
		cmocka_unit_test(test_err_cuts_a_long_text),
		cmocka_unit_test(test_err_die_says_why),
		cmocka_unit_test(test_err_die_restores_the_screen_first),
		cmocka_unit_test(test_err_die_in_the_hook_does_not_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
