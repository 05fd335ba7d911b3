/* SPDX-License-Identifier: MIT */
/* The whole program and its settings file: what one run saves, the next one has. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sockeye/base/mem.h"
#include "tty.h"

#define PROGRAM "./sockeye-fake"

struct own_place {
	char fixture[512], config[80]; /* words of the environment */
	char dir[64], own[80], file[96];
};

static int set_up(void **state)
{
	struct own_place *p = xcalloc(1, sizeof(*p));
	const char *tmp = getenv("TMPDIR"), *srcdir = getenv("srcdir");

	snprintf(p->dir, sizeof(p->dir), "%.40s/saved-XXXXXX", tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->own, sizeof(p->own), "%s/sockeye", p->dir);
	snprintf(p->file, sizeof(p->file), "%s/sockeye.conf", p->own);
	snprintf(p->config, sizeof(p->config), "XDG_CONFIG_HOME=%s", p->dir);
	snprintf(p->fixture, sizeof(p->fixture), "SOCKEYE_FAKE=%s/tests/fixtures/e2e/web.fake",
		 srcdir != NULL ? srcdir : ".");
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct own_place *p = *state;

	unlink(p->file);
	rmdir(p->own);
	rmdir(p->dir);
	free(p);
	return 0;
}

static void write_file(const struct own_place *p, const char *text)
{
	FILE *f;

	mkdir(p->own, 0700);
	f = fopen(p->file, "we");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fchmod(fileno(f), 0600), 0);
	assert_int_equal(fclose(f), 0);
}

static bool file_has(const struct own_place *p, const char *line)
{
	FILE *f = fopen(p->file, "re");
	char text[256];
	bool found = false;

	assert_non_null(f);
	while (!found && fgets(text, sizeof(text), f) != NULL)
		found = strcmp(text, line) == 0;
	fclose(f);
	return found;
}

/* more: one more word of the environment, or NULL. arg: an argument, or NULL. */
static struct vt *start(const struct own_place *p, const char *more, const char *arg)
{
	const char *const env[] = { p->fixture, p->config, more, NULL };
	const struct vt_cfg cfg = { .cols = 120, .env = env };
	char program[] = PROGRAM, word[64] = "";
	char *argv[] = { program, arg != NULL ? word : NULL, NULL };

	snprintf(word, sizeof(word), "%s", arg != NULL ? arg : "");
	return vt_open(&cfg, argv);
}

static struct vt *start_and_wait(const struct own_place *p, const char *more)
{
	struct vt *v = start(p, more, NULL);

	assert_true(vt_wait_text(v, "java[2211]", LIMIT_MS));
	return v;
}

static void quit(struct vt *v)
{
	vt_keys(v, "q");
	assert_int_equal(tty_exit_status(v), 0);
	tty_assert_as_found(v);
	vt_free(v);
}

static void test_saved_settings_are_there_again(void **state)
{
	const struct own_place *p = *state;
	struct vt *v = start_and_wait(p, NULL);

	assert_true(vt_has(v, "every 2s"));
	assert_int_equal(access(p->dir, F_OK), 0);
	assert_int_not_equal(access(p->own, F_OK), 0); /* nothing is written unasked */
	vt_keys(v, "i");
	assert_true(vt_wait_text(v, "every 5s", LIMIT_MS));
	vt_keys(v, "S");
	vt_keys(v, "W");
	assert_true(vt_wait_text(v, "settings saved in ", LIMIT_MS));
	assert_true(vt_has(v, p->file));
	quit(v);
	assert_true(file_has(p, "interval = 5\n"));
	assert_true(file_has(p, "sort-processes = -sockets\n"));

	v = start_and_wait(p, NULL);
	assert_true(vt_has(v, "every 5s"));
	assert_true(vt_has(v, "Socks\xe2\x96\xb2"));
	assert_true(vt_has(v, "Socks\xe2\x96\xbc")); /* the other pane is as before */
	quit(v);
}

static void test_saved_settings_though_the_next_key_quits(void **state)
{
	const struct own_place *p = *state;
	struct vt *v = start_and_wait(p, NULL);

	vt_write(v, "iWq", 3); /* at once */
	assert_int_equal(tty_exit_status(v), 0);
	vt_free(v);
	assert_true(file_has(p, "interval = 5\n"));
}

static void test_saved_filters_can_be_recalled(void **state)
{
	const struct own_place *p = *state;
	char where[96], file[96];
	struct vt *v;

	snprintf(where, sizeof(where), "XDG_STATE_HOME=%s", p->dir);
	snprintf(file, sizeof(file), "%s/filters", p->own);
	v = start_and_wait(p, where);
	vt_keys(v, "fstate close-wait<Enter>");
	assert_true(vt_wait_text(v, "Filter  state close-wait", LIMIT_MS));
	assert_int_not_equal(access(file, F_OK), 0); /* nothing is written unasked */
	vt_keys(v, "W");
	assert_true(vt_wait_text(v, "settings saved in ", LIMIT_MS));
	assert_int_equal(access(file, F_OK), 0);
	quit(v);

	v = start_and_wait(p, where);
	assert_true(vt_has(v, "Filter  none"));
	vt_keys(v, "f<Up>");
	assert_true(vt_wait_text(v, "Filter: state close-wait", LIMIT_MS));
	vt_keys(v, "<Esc>");
	assert_true(vt_wait_gone(v, "Filter: ", LIMIT_MS));
	quit(v);
	unlink(file);
}

static void test_saved_columns_and_grouping_are_there_again(void **state)
{
	const struct own_place *p = *state;
	struct vt *v = start_and_wait(p, NULL);

	vt_keys(v, "uS"); /* by program, fewest first: rows are named without pids */
	assert_true(vt_wait_text(v, "java ", LIMIT_MS));
	vt_keys(v, "<Enter>");
	assert_true(vt_wait_text(v, " Peer ", LIMIT_MS));
	vt_keys(v, "cj");
	assert_true(vt_wait_text(v, ">Peer                  yes", LIMIT_MS));
	vt_keys(v, "<Space>"); /* without the second column */
	assert_true(vt_wait_text(v, ">Peer                  no", LIMIT_MS));
	vt_keys(v, "<Enter>");
	assert_true(vt_wait_gone(v, "columns are shown", LIMIT_MS));
	assert_false(vt_has(v, " Peer "));
	vt_keys(v, "W");
	assert_true(vt_wait_text(v, "settings saved in ", LIMIT_MS));
	vt_keys(v, "q"); /* out of the list */
	quit(v);
	assert_true(file_has(p, "group-processes = program\n"));

	v = start(p, NULL, NULL);
	assert_true(vt_wait_text(v, "java ", LIMIT_MS));
	assert_true(vt_has(v, " Program "));
	assert_true(vt_has(v, "Socks\xe2\x96\xb2"));
	vt_keys(v, "<Enter>");
	assert_true(vt_wait_text(v, " Local ", LIMIT_MS));
	assert_false(vt_has(v, " Peer "));
	vt_keys(v, "q"); /* out of the list */
	quit(v);

	/* Without the lines it is as at first. */
	write_file(p, "# nothing\n");
	v = start_and_wait(p, NULL);
	assert_true(vt_has(v, " Process "));
	vt_keys(v, "<Enter>");
	assert_true(vt_wait_text(v, " Peer ", LIMIT_MS));
	vt_keys(v, "q"); /* out of the list */
	quit(v);
}

static void test_saved_command_line_goes_before_the_file(void **state)
{
	const struct own_place *p = *state;
	struct vt *v;

	write_file(p, "interval = 5\nascii = yes\n");
	v = start(p, NULL, "-d9");
	assert_true(vt_wait_text(v, "every 9s", LIMIT_MS));
	assert_true(vt_wait_text(v, "Socksv", LIMIT_MS));
	quit(v);
	assert_true(file_has(p, "interval = 5\n")); /* as nobody pressed W */
}

/* What is wrong is said until a key comes; what is right counts. */
static void test_saved_bad_line_is_told(void **state)
{
	const struct own_place *p = *state;
	struct vt *v;

	write_file(p, "interval = 5\n\npa\033[31muse = 3\n");
	v = start_and_wait(p, NULL);
	assert_true(vt_has(v, "settings, line 3: no setting \"pa\\e[31muse\""));
	assert_true(vt_has(v, "every 5s"));
	vt_keys(v, "<Down>");
	assert_true(vt_wait_gone(v, "settings, line 3", LIMIT_MS));
	assert_int_equal(vt_seqs(v)->c1, 0);
	quit(v);
}

static void test_saved_bad_line_ends_a_report(void **state)
{
	const struct own_place *p = *state;
	struct vt *v;

	write_file(p, "interval = 5\npause = 3\n");
	v = start(p, NULL, "-b");
	assert_int_equal(tty_exit_status(v), 2);
	assert_true(vt_has(v, "sockeye.conf:2: no setting \"pause\""));
	assert_false(vt_has(v, "java"));
	assert_false(vt_has(v, "TCP"));
	vt_free(v);
}

static void test_saved_file_that_others_may_write_is_ignored(void **state)
{
	const struct own_place *p = *state;
	struct vt *v;

	write_file(p, "interval = 5\n");
	assert_int_equal(chmod(p->file, 0666), 0);
	v = start_and_wait(p, NULL);
	assert_true(vt_has(v, "settings ignored: others may write to it"));
	assert_true(vt_has(v, "every 2s"));
	vt_keys(v, "W");
	assert_true(vt_wait_text(v, "settings not saved: the file was not read", LIMIT_MS));
	quit(v);
	assert_true(file_has(p, "interval = 5\n"));

	v = start(p, NULL, "-s");
	assert_int_equal(tty_exit_status(v), 0);
	assert_true(vt_has(v, "sockeye.conf: ignored: others may write to it"));
	vt_free(v);
}

static void test_saved_nowhere_without_a_home(void **state)
{
	const struct own_place *p = *state;
	const char *const env[] = { p->fixture, "XDG_CONFIG_HOME=relative", "HOME", NULL };
	const struct vt_cfg cfg = { .env = env };
	char program[] = PROGRAM;
	char *argv[] = { program, NULL };
	struct vt *v = vt_open(&cfg, argv);

	assert_true(vt_wait_text(v, "java[2211]", LIMIT_MS));
	vt_keys(v, "W");
	assert_true(vt_wait_text(v, "settings not saved: HOME names no directory", LIMIT_MS));
	quit(v);
}

/* ---- colours ---- */

static int colour_of(struct vt *v, const char *text)
{
	VTermScreenCell cell;
	int row, col;

	assert_true(vt_find(v, text, &row, &col));
	assert_true(vt_cell(v, row, col, &cell));
	return VTERM_COLOR_IS_INDEXED(&cell.fg) ? cell.fg.indexed.idx : -1;
}

static void test_saved_colours_are_shown(void **state)
{
	const struct own_place *p = *state;
	struct vt *v;

	write_file(p, "colors = key=bold,161\n");
	v = start_and_wait(p, NULL);
	assert_int_equal(colour_of(v, "e why"), 161);
	quit(v);

	v = start_and_wait(p, "SOCKEYE_COLORS=key=35");
	assert_int_equal(colour_of(v, "e why"), 35);
	vt_keys(v, "W");
	assert_true(vt_wait_text(v, "settings saved in ", LIMIT_MS));
	quit(v);
	assert_true(file_has(p, "colors = key=bold,161\n")); /* not those of the environment */

	v = start_and_wait(p, "SOCKEYE_COLORS=kye=35");
	assert_true(vt_has(v, "SOCKEYE_COLORS, column 1: no such role"));
	assert_int_equal(colour_of(v, "e why"), 161);
	quit(v);

	v = start_and_wait(p, "NO_COLOR=1");
	assert_int_equal(colour_of(v, "e why"), -1);
	quit(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_saved_settings_are_there_again, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_saved_settings_though_the_next_key_quits,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_saved_filters_can_be_recalled, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_saved_columns_and_grouping_are_there_again,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_saved_command_line_goes_before_the_file,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_saved_bad_line_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_saved_bad_line_ends_a_report, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_saved_file_that_others_may_write_is_ignored,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_saved_nowhere_without_a_home, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_saved_colours_are_shown, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
