/* SPDX-License-Identifier: MIT */
/* The prompt of the filter, pins of all but a row, and the filter as a command of ss. */
#include "test.h"

#include <string.h>

#include "drive.h"
#include "fake.h"

#define MACHINE                                                                \
	"sample 1795167064123\n"                                               \
	"sock tcp CLOSE_WAIT 10.4.0.7:8080 10.4.1.17:41000 ino 100 times 4\n"  \
	"sock tcp CLOSE_WAIT 10.4.0.7:8080 10.4.1.18:41000 ino 110\n"          \
	"sock tcp ESTABLISHED 10.4.0.7:8080 10.4.1.17:42000 ino 120 times 3\n" \
	"sock tcp ESTABLISHED 10.4.0.7:443 203.0.113.9:5000 ino 130 times 2\n" \
	"sock tcp TIME_WAIT 10.4.0.7:443 203.0.113.9:6000 times 6\n"           \
	"sock tcp LISTEN 0.0.0.0:8080 - ino 99 rq 0 sq 128\n"                  \
	"sock udp CLOSE 127.0.0.53:53 - ino 53\n"                              \
	"proc 2211 java uid 998\n"                                             \
	"hold 2211 4 99\n"                                                     \
	"hold 2211 10 100 times 4\n"                                           \
	"hold 2211 20 110\n"                                                   \
	"hold 2211 30 120 times 3\n"                                           \
	"proc 901 nginx uid 33\n"                                              \
	"hold 901 5 130 times 2\n"                                             \
	"proc 4410 \"b\\xff\\e[1m\" uid 1000\n"                                \
	"hold 4410 3 53\n"
#define CALM_MS 150

static void start(struct drive *d, const char *keys)
{
	drive_open(d, 80, 24, TEXT_UTF8, "");
	drive_sample(d, MACHINE);
	drive_keys(d, keys);
}

static void check_has(struct drive *d, const char *text)
{
	if (strstr(drive_screen(d), text) == NULL)
		fail_msg("\"%s\" is not on the screen:\n%s", text, d->screen.s);
}

static void check_has_not(struct drive *d, const char *text)
{
	if (strstr(drive_screen(d), text) != NULL)
		fail_msg("\"%s\" is on the screen:\n%s", text, d->screen.s);
}

/* Characters as keys. */
static void type(struct drive *d, const char *text)
{
	struct buf keys = { 0 };

	for (; *text != '\0'; text++)
		buf_fmt(&keys, *text == ' ' ? "Space " : "%c ", *text);
	drive_keys(d, keys.s);
	buf_free(&keys);
}

static void calm(struct drive *d)
{
	drive_wait(d, CALM_MS);
	drive_work(d);
}

/* ---- typing ---- */

static void test_filter_lists_follow_when_it_is_calm(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "f");
	check_has(&d, "Filter: ");
	check_has(&d, "18 match");
	type(&d, "sport = 443");
	assert_true(app_wake_ms(d.app) <= d.now_ms + CALM_MS);
	check_has(&d, "18 match");
	drive_wait(&d, CALM_MS - 1);
	drive_work(&d);
	check_has(&d, "18 match");
	check_has(&d, "java[2211]");
	drive_wait(&d, 1);
	assert_true(app_busy(d.app));
	drive_work(&d);
	check_has(&d, "8 match");
	check_has_not(&d, "java[2211]");
	check_has(&d, "nginx[901]");
	/* A new sample changes nothing of that. */
	drive_sample(&d, MACHINE);
	check_has(&d, "8 match");
	drive_close(&d);
}

static void test_filter_enter_takes_it(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "f");
	type(&d, "sport=443");
	drive_keys(&d, "Enter");
	check_has(&d, "Filter  sport = :443");
	check_has(&d, "8 of 18");
	check_has_not(&d, "match");
	check_has_not(&d, "java");
	/* What is typed next begins with it. */
	drive_keys(&d, "f");
	check_has(&d, "Filter: sport = :443");
	drive_keys(&d, "C-u Enter");
	check_has(&d, "Filter  none");
	check_has(&d, "java");
	drive_close(&d);
}

static void test_filter_esc_keeps_the_old(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "f");
	type(&d, "state time-wait");
	calm(&d);
	check_has(&d, "6 match");
	drive_keys(&d, "Esc");
	check_has(&d, "Filter  none");
	check_has(&d, "java[2211]");
	assert_false(app_done(d.app));
	/* Also before the lists have followed. */
	drive_keys(&d, "f");
	type(&d, "pid 1");
	drive_keys(&d, "Esc");
	calm(&d);
	check_has(&d, "java[2211]");
	drive_close(&d);
}

static void test_filter_error_is_marked_and_blocks(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "f");
	type(&d, "state close-wait");
	calm(&d);
	check_has(&d, "5 match");
	type(&d, " and stat x");
	calm(&d);
	check_has(&d, "Filter: state close-wait and stat x\n"
		      "                             ^^^^ ! not a field: \"stat\"; did you mean "
		      "\"state\"?\n"
		      "The list still shows the old filter: state close-wait\n"
		      "Enter (blocked)");
	check_has(&d, ">java[2211]              5");
	drive_keys(&d, "Enter");
	check_has(&d, "not a field: \"stat\"");
	check_has(&d, "Filter: state close-wait and stat x");
	drive_keys(&d, "C-w C-w C-w Enter");
	check_has(&d, "Filter  state close-wait");
	check_has(&d, "5 of 18");
	drive_close(&d);
}

/* Where there is no room beside the mark the message has a line of its own. */
static void test_filter_error_fits_a_small_screen(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "");
	drive_resize(&d, 40, 10);
	drive_keys(&d, "f");
	type(&d, "pid 1 and pid x");
	check_has(&d, "Filter: pid 1 and pid x\n  ! not a number: \"x\" ^\nEnter");
	drive_keys(&d, "C-u");
	type(&d, "pid x");
	check_has(&d, "Filter: pid x\n            ^ ! not a number: \"x\"\nEnter");
	drive_keys(&d, "C-u");
	type(&d, "stat x");
	check_has(&d, "Filter: stat x\n        ^^^^\n! not a field: \"");
	check_has(&d, "mean \"state\"?\nEnter");
	drive_close(&d);
}

static void test_filter_says_how_ss_reads_it(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "f");
	type(&d, "sport 1 or sport 443 and dport 5000");
	drive_keys(&d, "Enter");
	check_has(&d, "\"and\" binds closer than \"or\" here");
	drive_keys(&d, "j");
	check_has_not(&d, "binds closer");
	drive_close(&d);
}

static void test_filter_recalls_what_was_typed(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "f");
	type(&d, "pid 1");
	drive_keys(&d, "Enter f C-u");
	type(&d, "pid 2");
	drive_keys(&d, "Enter f C-u");
	type(&d, "draft");
	drive_keys(&d, "Up");
	check_has(&d, "Filter: pid 2");
	drive_keys(&d, "Up");
	check_has(&d, "Filter: pid 1");
	drive_keys(&d, "Down Down");
	check_has(&d, "Filter: draft");
	/* What was looked for is another matter. */
	drive_keys(&d, "Esc / Up");
	check_has(&d, "\nFind:");
	check_has_not(&d, "pid 1\n");
	drive_close(&d);
}

/* ---- completion ---- */

static void test_filter_tab_completes(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "f");
	type(&d, "state clo");
	check_has(&d, "\xe2\x94\x80 Tab completes \xe2\x94\x80");
	check_has(&d, "  close-wait   the peer has closed, the program has not yet");
	check_has(&d, "5 now");
	check_has_not(&d, "^");
	drive_keys(&d, "Tab");
	check_has(&d, "> close-wait");
	check_has(&d, "Filter: state close-wait ");
	drive_keys(&d, "Tab");
	check_has(&d, "Filter: state closed ");
	drive_keys(&d, "Tab Tab S-Tab S-Tab");
	check_has(&d, "Filter: state closed ");
	drive_keys(&d, "S-Tab Enter");
	check_has(&d, "Filter  state close-wait");
	check_has(&d, "5 of 18");
	drive_close(&d);
}

/* One that is alone is finished, and the next word can be typed. */
static void test_filter_tab_finishes_a_word(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "f");
	type(&d, "spo");
	drive_keys(&d, "Tab");
	type(&d, "= ");
	check_has(&d, "  :8080");
	drive_keys(&d, "Tab");
	check_has(&d, "Filter: sport = :8080");
	type(&d, " or com");
	drive_keys(&d, "Tab");
	check_has(&d, "Filter: sport = :8080 or comm ");
	drive_keys(&d, "Enter");
	check_has(&d, "Enter (blocked)");
	drive_close(&d);
}

static void test_filter_tab_without_a_candidate(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "f");
	type(&d, "nothing");
	drive_keys(&d, "Tab");
	check_has(&d, "nothing begins like this");
	check_has(&d, "Filter: nothing");
	drive_close(&d);
}

/* Its bytes are those of the name; what is shown is clean. */
static void test_filter_completes_hostile_names(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "f");
	type(&d, "comm = b");
	check_has(&d, "\"b\\xff\\e[1m\"");
	drive_keys(&d, "Tab");
	check_has(&d, "Filter: comm = \"b\\xff\\e[1m\" ");
	calm(&d);
	check_has(&d, "1 match");
	/* A character at a time, also where it is none. */
	drive_keys(&d, "Left Left Left Left Left Left Left");
	drive_keys(&d, "Right Right Right Right Right Right Right Enter");
	check_has(&d, "Filter  comm = \"b\\xff\\e[1m\"");
	check_has(&d, "1 of 18");
	drive_close(&d);
}

static void test_filter_candidates_go_with_the_sample(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "f");
	type(&d, "state time-w");
	check_has(&d, "6 now");
	drive_sample(&d, "sample 1795167066123\n"
			 "sock tcp TIME_WAIT 10.4.0.7:443 203.0.113.9:6000 times 9\n");
	check_has(&d, "9 now");
	drive_close(&d);
}

/* ---- filter and pins are one ---- */

static void test_filter_holds_the_pins(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "1 j j j j j j Space 3 Space f");
	check_has(&d, "Filter: state close-wait and dst 10.4.1.17");
	check_has(&d, "4 match");
	/* Not changed: the pins are still pins. */
	drive_keys(&d, "Enter");
	check_has(&d, "CLOSE_WAIT*");
	drive_keys(&d, "Esc");
	check_has(&d, "Filter  state close-wait");
	check_has_not(&d, "10.4.1.17 and");
	/* Changed: they are the filter, which Esc does not take back. */
	drive_keys(&d, "f");
	type(&d, " and dport > 41001");
	drive_keys(&d, "Enter");
	check_has(&d, "Filter  state close-wait and dport > :41001");
	check_has(&d, "2 of 18");
	check_has_not(&d, "CLOSE_WAIT*");
	check_has(&d, "ESTAB           0");
	drive_keys(&d, "Esc");
	check_has(&d, "this is the first screen");
	drive_keys(&d, "x");
	check_has(&d, "Filter  none");
	drive_close(&d);
}

/* While something else is tried the pins do not count, and then they do again. */
static void test_filter_tried_in_the_place_of_pins(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "1 j j j j j j Space f C-u");
	type(&d, "state time-wait");
	calm(&d);
	check_has(&d, "6 match");
	check_has(&d, "Filter  state time-wait");
	drive_keys(&d, "Esc");
	check_has(&d, "Filter  state close-wait");
	check_has(&d, "CLOSE_WAIT*");
	check_has(&d, "5 of 18");
	drive_close(&d);
}

/* In the list of sockets the row that was opened belongs to it. */
static void test_filter_in_the_list_of_sockets(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "Enter");
	check_has(&d, "row 1 of 9");
	drive_keys(&d, "f");
	check_has(&d, "Filter: pid = 2211");
	type(&d, " state listening");
	drive_keys(&d, "Enter");
	check_has(&d, "row 1 of 1");
	drive_keys(&d, "Esc");
	check_has(&d, "Filter  pid = 2211 and state listening");
	check_has(&d, "LISTEN          1");
	drive_close(&d);
}

static void test_filter_too_long_is_not_edited(void **state)
{
	struct buf b = { 0 };
	struct drive d;

	(void)state;
	buf_str(&b, "pid = 1");
	for (int i = 0; i < 200; i++)
		buf_fmt(&b, " or inode = %d", i * 2);
	drive_open(&d, 80, 24, TEXT_UTF8, b.s);
	drive_sample(&d, MACHINE);
	drive_keys(&d, "f");
	check_has(&d, "too long to be edited");
	check_has_not(&d, "Filter: ");
	buf_free(&b);
	drive_close(&d);
}

/* ---- all but a row ---- */

static void test_pin_not_leaves_a_row_out(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "!");
	check_has(&d, "Filter  not pid = 2211");
	check_has(&d, "9 of 18");
	check_has(&d, ">java[2211]        *     9"); /* the pane of the pin keeps its rows */
	check_has(&d, "CLOSE_WAIT      0");
	check_has_not(&d, "10.4.1.18");
	drive_keys(&d, "!");
	check_has(&d, "Filter  none");
	/* A pin is turned round. */
	drive_keys(&d, "Space !");
	check_has(&d, "Filter  not pid = 2211");
	drive_keys(&d, "Space");
	check_has(&d, "Filter  pid = 2211");
	drive_keys(&d, "Esc");
	check_has(&d, "Filter  none");
	drive_close(&d);
}

static void test_pin_not_in_each_pane(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "1 j j j j j j ! j ! 3 !");
	check_has(&d, "Filter  not state close-wait and not state last-ack and not");
	drive_keys(&d, "Esc Esc Esc");
	check_has(&d, "Filter  none");
	/* Rows that are pinned add up, and those that are not go off them. */
	drive_keys(&d, "1 g Space j j j j j ! 2");
	check_has(&d, "5 of 18");
	drive_close(&d);
}

static void test_pin_not_of_a_row_that_is_gone(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "j j !");
	check_has(&d, "not pid = 901");
	drive_sample(&d, "sample 1795167066123\n"
			 "sock tcp ESTABLISHED 10.4.0.7:8080 10.4.1.17:42000 ino 120 times 3\n"
			 "proc 2211 java uid 998\nhold 2211 30 120 times 3\n");
	check_has(&d, "not pid = 901");
	drive_keys(&d, "!");
	check_has(&d, "Filter  none");
	drive_close(&d);
}

/* ---- ss ---- */

static void test_ss_command_stands_alone(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "1 j j j j j j Space 3 Space Y");
	check_has(&d, "\nss -tan state close-wait 'dst 10.4.1.17'\n");
	check_has_not(&d, "Filter");
	drive_keys(&d, "j");
	check_has(&d, "Filter  state close-wait");
	drive_keys(&d, "x Y");
	check_has(&d, "\nss -tuan\n");
	drive_close(&d);
}

static void test_ss_command_says_what_is_missing(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "u Space Y");
	check_has(&d, "ss cannot say this:");
	check_has(&d, "\nss knows no comm\n");
	drive_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filter_lists_follow_when_it_is_calm),
		cmocka_unit_test(test_filter_enter_takes_it),
		cmocka_unit_test(test_filter_esc_keeps_the_old),
		cmocka_unit_test(test_filter_error_is_marked_and_blocks),
		cmocka_unit_test(test_filter_error_fits_a_small_screen),
		cmocka_unit_test(test_filter_says_how_ss_reads_it),
		cmocka_unit_test(test_filter_recalls_what_was_typed),
		cmocka_unit_test(test_filter_tab_completes),
		cmocka_unit_test(test_filter_tab_finishes_a_word),
		cmocka_unit_test(test_filter_tab_without_a_candidate),
		cmocka_unit_test(test_filter_completes_hostile_names),
		cmocka_unit_test(test_filter_candidates_go_with_the_sample),
		cmocka_unit_test(test_filter_holds_the_pins),
		cmocka_unit_test(test_filter_tried_in_the_place_of_pins),
		cmocka_unit_test(test_filter_in_the_list_of_sockets),
		cmocka_unit_test(test_filter_too_long_is_not_edited),
		cmocka_unit_test(test_pin_not_leaves_a_row_out),
		cmocka_unit_test(test_pin_not_in_each_pane),
		cmocka_unit_test(test_pin_not_of_a_row_that_is_gone),
		cmocka_unit_test(test_ss_command_stands_alone),
		cmocka_unit_test(test_ss_command_says_what_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
