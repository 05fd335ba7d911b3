/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sockeye/base/mem.h"
#include "typed.h"

struct own_place {
	char dir[64], state[96], own[112], file[128];
};

static int set_up(void **state)
{
	struct own_place *p = xcalloc(1, sizeof(*p));
	const char *tmp = getenv("TMPDIR");

	snprintf(p->dir, sizeof(p->dir), "%.40s/typed-XXXXXX", tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->state, sizeof(p->state), "%s/.local", p->dir);
	snprintf(p->own, sizeof(p->own), "%s/state/sockeye", p->state);
	snprintf(p->file, sizeof(p->file), "%s/filters", p->own);
	assert_int_equal(setenv("HOME", p->dir, 1), 0);
	assert_int_equal(unsetenv("XDG_STATE_HOME"), 0);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct own_place *p = *state;
	char inner[112];

	snprintf(inner, sizeof(inner), "%s/state", p->state);
	unlink(p->file);
	rmdir(p->own);
	rmdir(inner);
	rmdir(p->state);
	rmdir(p->dir);
	free(p);
	return 0;
}

static void test_typed_of_the_first_run(void **state)
{
	struct typed t;
	struct err e;

	(void)state;
	assert_int_equal(typed_load(&t, &e), 0);
	assert_int_equal(t.n, 0);
	typed_free(&t);
}

/* .local/state is made where it is missing; what a line cannot hold is left out. */
static void test_typed_is_read_as_it_was_saved(void **state)
{
	static const char *const lines[] = { "state close-wait", "comm = \"a\nb\"",
					     "comm = \"\x1b[1m\"", "user = Jos\xc3\xa9",
					     "comm = \"\xff\"" };
	const struct own_place *p = *state;
	struct typed t;
	struct stat st;
	struct err e;

	assert_int_equal(typed_save(lines, ARRAY_SIZE(lines), &e), 0);
	assert_int_equal(stat(p->file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(typed_load(&t, &e), 0);
	assert_int_equal(t.n, 3);
	assert_string_equal(t.text[0], "state close-wait");
	assert_string_equal(t.text[1], "user = Jos\xc3\xa9");
	assert_string_equal(t.text[2], "comm = \"\xff\"");
	typed_free(&t);
	/* Elsewhere, where the environment says so. */
	assert_int_equal(setenv("XDG_STATE_HOME", "/proc/none/such", 1), 0);
	assert_int_equal(typed_load(&t, &e), 0);
	assert_int_equal(t.n, 0);
	assert_true(typed_save(lines, 1, &e) < 0);
	typed_free(&t);
}

static void test_typed_keeps_the_newest(void **state)
{
	const char *lines[TYPED_MAX + 7];
	char text[TYPED_MAX + 7][16];
	struct typed t;
	struct err e;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(lines); i++) {
		snprintf(text[i], sizeof(text[i]), "pid = %u", i);
		lines[i] = text[i];
	}
	assert_int_equal(typed_save(lines, ARRAY_SIZE(lines), &e), 0);
	assert_int_equal(typed_load(&t, &e), 0);
	assert_int_equal(t.n, TYPED_MAX);
	assert_string_equal(t.text[0], "pid = 7");
	assert_string_equal(t.text[TYPED_MAX - 1], "pid = 56");
	typed_free(&t);
}

static void test_typed_refuses_what_others_may_write(void **state)
{
	static const char *const lines[] = { "pid = 1" };
	const struct own_place *p = *state;
	struct typed t;
	struct err e;

	assert_int_equal(typed_save(lines, 1, &e), 0);
	assert_int_equal(chmod(p->file, 0622), 0);
	assert_int_equal(typed_load(&t, &e), -EPERM);
	assert_string_equal(e.msg, "others may write to it");
	assert_int_equal(t.n, 0);
	typed_free(&t);
	assert_int_equal(typed_save(lines, 1, &e), -EPERM);
	assert_string_equal(e.msg, "filters is not replaced: others may write to it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_typed_of_the_first_run, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_typed_is_read_as_it_was_saved, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_typed_keeps_the_newest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_typed_refuses_what_others_may_write, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
