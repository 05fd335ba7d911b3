/* SPDX-License-Identifier: MIT */
/* What was found, and the pages that are read over a screen. */
#include "test.h"

#include <string.h>

#include "drive.h"
#include "fake.h"

/* java leaks: ten more CLOSE_WAIT in each sample. */
static void leak(struct drive *d, unsigned samples)
{
	for (unsigned i = 0; i < samples; i++) {
		struct buf b = { 0 };

		buf_fmt(&b, "sample %lld\n", 1795167064123 + i * 2000LL);
		buf_fmt(&b, "sock tcp CLOSE_WAIT 10.4.0.7:8080 10.4.1.17:30000 ino 2000 times %u\n",
			20 + i * 10);
		buf_str(&b, "sock tcp ESTABLISHED 10.4.0.7:443 203.0.113.9:5000 ino 130 times 2\n"
			    "sock tcp LISTEN 0.0.0.0:8080 - ino 99 rq 0 sq 128\n"
			    "sock udp CLOSE 127.0.0.53:53 - ino 53\n"
			    "proc 901 nginx uid 33\nhold 901 5 130 times 2\n"
			    "proc 2211 java uid 998\nhold 2211 4 99\n");
		buf_fmt(&b, "hold 2211 10 2000 times %u\n", 20 + i * 10);
		drive_sample(d, b.s);
		buf_free(&b);
	}
}

static void start(struct drive *d, const char *keys)
{
	drive_open(d, 80, 24, TEXT_UTF8, "");
	leak(d, 10);
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

static void test_app_names_a_leak_and_marks_it(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "");
	check_has(&d, "! CLOSE_WAIT 110, growing 5/s: 100% java[2211]");
	check_has(&d, " CLOSE_WAIT!   110");
	check_has(&d, ">java[2211]        !   111");
	check_has(&d, " nginx[901]              2");
	drive_keys(&d, "L");
	check_has(&d, "! CLOSE_WAIT 110, growing 5/s: 100% java[2211]");
	drive_close(&d);
}

/* What is paused does not change, nor does what was found in it. */
static void test_app_finds_nothing_new_while_paused(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 80, 24, TEXT_UTF8, "");
	drive_keys(&d, "p");
	leak(&d, 10);
	check_has_not(&d, "growing");
	drive_keys(&d, "p");
	check_has(&d, "! CLOSE_WAIT 110, growing 5/s");
	drive_close(&d);
}

/* A page that is opened meanwhile still gets its first answer. */
static void test_app_asks_for_a_socket_while_paused(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "1 j j j j j j Enter p Enter");
	check_has(&d, "CLOSE_WAIT for 18s or longer");
	drive_sample(&d, "sample 1795167084123\n"
			 "sock tcp CLOSE_WAIT 10.4.0.7:8080 10.4.1.17:30000 ino 2000\n");
	check_has(&d, "PAUSED");
	check_has(&d, "CLOSE_WAIT for 20s or longer");
	drive_close(&d);
}

static void test_app_has_one_row_for_findings_and_filter(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 40, 10, TEXT_UTF8, "");
	leak(&d, 10);
	check_has(&d, "\n! CLOSE_WAIT 110, growing");
	drive_keys(&d, "2 Space");
	check_has(&d, "! CLOSE_WAIT 110  Filter  pid");
	drive_close(&d);
}

static void test_app_explains_a_state(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "1 j j j j j j e");
	check_has(&d, "\n CLOSE_WAIT   110 sockets\n");
	check_has(&d, " What it means\n");
	check_has(&d, "\n state 7 of 11");
	drive_keys(&d, "Right");
	check_has(&d, "\n LAST_ACK   0 sockets\n");
	drive_keys(&d, "Left Enter");
	check_has(&d, "Filter  state close-wait");
	check_has(&d, "row 1 of 110");
	drive_keys(&d, "Esc");
	check_has(&d, "Kernel counters");
	drive_close(&d);
}

static void test_app_explains_a_finding(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "e");
	check_has(&d, "  ! CLOSE_WAIT 110, growing 5/s: 100% java[2211]");
	check_has(&d, "\n finding 1 of 1");
	/* It goes on while it is read. */
	leak(&d, 11);
	check_has(&d, "  ! CLOSE_WAIT 120, growing");
	drive_keys(&d, "Enter");
	check_has(&d, "pid = 2211");
	check_has(&d, "row 1 of 120");
	drive_keys(&d, "Esc e e");
	check_has(&d, "Kernel counters");
	drive_close(&d);
}

static void test_app_scrolls_a_page_by_the_wheel(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "m 1 e");
	check_has(&d, "lines 1-21 of ");
	app_key(d.app, key_of_mouse((struct mouse){ MOUSE_WHEEL_DOWN, 9, 9 }), d.now_ms);
	check_has(&d, "lines 4-24 of ");
	app_key(d.app, key_of_mouse((struct mouse){ MOUSE_WHEEL_UP, 9, 9 }), d.now_ms);
	check_has(&d, "lines 1-21 of ");
	drive_close(&d);
}

/* What is not to be seen is not cleared. */
static void test_app_clears_nothing_from_a_page(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "2 Space 1 e x Esc");
	check_has(&d, "Filter  pid = 2211");
	drive_close(&d);
}

/* A finding that is over stays on its page as it was last. */
static void test_app_says_that_a_finding_is_over(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "e");
	drive_sample(&d, "sample 1795167090123\nsock udp CLOSE 127.0.0.53:53 - ino 53\n");
	check_has(&d, "  ! CLOSE_WAIT 110, growing 5/s");
	check_has(&d, "\n over: this was found last");
	drive_close(&d);
}

static void test_app_says_that_there_is_nothing_to_explain(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 80, 24, TEXT_UTF8, "");
	drive_keys(&d, "e");
	check_has(&d, "nothing stands out");
	drive_sample(&d, "sock udp CLOSE 127.0.0.53:53 - ino 53\n");
	drive_keys(&d, "e");
	check_has(&d, "nothing stands out");
	drive_keys(&d, "Enter e");
	check_has(&d, "UDP has no states");
	drive_close(&d);
}

static void test_app_shows_one_socket(void **state)
{
	struct drive d;
	struct want want;
	unsigned interval, pulse;

	(void)state;
	start(&d, "1 j j j j j j Enter");
	app_wants_sample(d.app, &interval, &pulse, &want);
	assert_true(want.detail.cookie == 0);
	drive_keys(&d, "Enter");
	check_has(&d, " 10.4.0.7:8080  \xe2\x86\x90  10.4.1.17:30000     CLOSE_WAIT for ");
	/* Everything of it is asked for, and at once. */
	assert_true(app_wants_sample(d.app, &interval, &pulse, &want));
	assert_int_equal(want.detail.rport, 30000);
	assert_true(app_wants_now(d.app));
	assert_false(app_wants_now(d.app));
	drive_keys(&d, "n n");
	check_has(&d, "10.4.1.17:30002");
	app_wants_sample(d.app, &interval, &pulse, &want);
	assert_int_equal(want.detail.rport, 30002);
	drive_keys(&d, "N N N");
	check_has(&d, "first socket of the list");
	drive_keys(&d, "e");
	check_has(&d, "\n CLOSE_WAIT   110 sockets\n");
	drive_keys(&d, "Esc");
	check_has(&d, "10.4.1.17:30000     CLOSE_WAIT");
	drive_keys(&d, "q");
	check_has(&d, "row 1 of 110");
	assert_true(app_wants_sample(d.app, &interval, &pulse, &want));
	assert_true(want.detail.cookie == 0);
	drive_close(&d);
}

/* Where there is room the list stays beside it. */
static void test_app_shows_one_socket_beside_the_list(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 160, 24, TEXT_UTF8, "");
	leak(&d, 10);
	drive_keys(&d, "1 j j j j j j Enter Enter n");
	check_has(&d, "row 2 of 110");
	check_has(&d, "\xe2\x94\x82 10.4.0.7:8080  \xe2\x86\x90  10.4.1.17:30001     CLOSE_WAIT");
	drive_keys(&d, "z");
	check_has_not(&d, "row 2 of 110");
	check_has(&d, "\n 10.4.0.7:8080  \xe2\x86\x90  10.4.1.17:30001     CLOSE_WAIT");
	drive_keys(&d, "z e");
	check_has_not(&d, "row 2 of 110");
	drive_keys(&d, "Esc");
	check_has(&d, "row 2 of 110");
	drive_sample(&d, "sample 1795167090123\nsock udp CLOSE 127.0.0.53:53 - ino 53\n");
	check_has(&d, "\xe2\x94\x82 ! gone 2s ago");
	drive_keys(&d, "Esc");
	check_has_not(&d, "History");
	drive_close(&d);
}

static void test_app_keeps_what_it_knew_of_a_socket_that_is_gone(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "1 j j j j j j Enter Enter");
	check_has_not(&d, "gone");
	drive_sample(&d, "sample 1795167090123\nsock udp CLOSE 127.0.0.53:53 - ino 53\n");
	drive_wait(&d, 3000);
	check_has(&d, "10.4.1.17:30000     CLOSE_WAIT");
	check_has(&d, "! gone 5s ago: this was known last");
	drive_close(&d);
}

/* The states that it goes through while one looks. */
static void test_app_remembers_the_states_of_a_socket(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 80, 24, TEXT_UTF8, "");
	drive_sample(&d,
		     "sample 1795167064123\nsock tcp ESTABLISHED 10.0.0.1:1 10.0.0.2:2 cookie 7\n");
	drive_keys(&d, "Enter Enter");
	check_has(&d, "  History  09:31:04 ESTAB\n");
	drive_sample(&d,
		     "sample 1795167066123\nsock tcp CLOSE_WAIT 10.0.0.1:1 10.0.0.2:2 cookie 7\n");
	check_has(&d, "  History  09:31:04 ESTAB   09:31:06 CLOSE_WAIT\n");
	drive_close(&d);
}

static void test_app_shows_a_flood(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 80, 24, TEXT_UTF8, "");
	for (unsigned i = 0; i < 4; i++) {
		struct buf b = { 0 };

		buf_fmt(&b, "sample %lld\n", 1795167064123 + i * 2000LL);
		buf_fmt(&b, "sock tcp SYN_RECV 10.4.0.7:443 203.0.113.77:3000 times %u\n",
			i * 200 + 1);
		buf_str(&b, "sock tcp LISTEN 0.0.0.0:443 - ino 99 rq 129 sq 128\n"
			    "sock tcp ESTABLISHED 10.4.0.7:443 198.51.100.7:1\n");
		drive_sample(&d, b.s);
		buf_free(&b);
	}
	drive_keys(&d, "d");
	check_has(&d, "\xe2\x80\xba flood");
	check_has(&d, "\n! SYN flood likely: half-open 601");
	check_has(&d, "\n  Half-open     601");
	check_has(&d, "\n! Accept q   :443 129/128 FULL");
	check_has(&d, "\n>203.0.113.0/24             601");
	check_has(&d, "ip saddr 203.0.113.0/24 tcp dport 443 drop");
	check_has(&d, "A NAT or proxy may hide many honest users");
	drive_keys(&d, "a");
	check_has(&d, "\n>203.0.0.0/16 ");
	drive_keys(&d, "y");
	check_has_not(&d, "sockeye");
	check_has(&d, "ip saddr 203.0.0.0/16 tcp dport 443 drop\n");
	drive_keys(&d, "j");
	check_has(&d, "\n>203.0.0.0/16 ");
	drive_keys(&d, "e");
	check_has(&d, "What it means");
	drive_keys(&d, "Esc Enter");
	check_has(&d, "dst 203.0.0.0/16");
	check_has(&d, "row 1 of 601");
	drive_keys(&d, "Esc");
	check_has(&d, "What this looks like");
	/* A pin narrows everything but the list that it is in. */
	drive_keys(&d, "Space");
	check_has(&d, "\n>203.0.0.0/16           *   601");
	check_has(&d, "\n 198.51.0.0/16 ");
	check_has(&d, "Filter  dst 203.0.0.0/16");
	check_has(&d, "601 of 603");
	drive_keys(&d, "d");
	check_has(&d, "Kernel counters");
	check_has(&d, "Filter  dst 203.0.0.0/16");
	check_has(&d, "ESTAB           0");
	drive_keys(&d, "Esc");
	check_has(&d, "Filter  none");
	drive_close(&d);
}

/* It is judged after the sample has come: until then the screen has the judgement of the one before. */
static void test_app_shows_a_flood_whose_listeners_have_gone(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 80, 24, TEXT_UTF8, "");
	drive_sample(&d, "sock tcp LISTEN 0.0.0.0:443 - ino 99 rq 129 sq 128\n");
	drive_keys(&d, "d");
	check_has(&d, "Accept q   :443 129/128 FULL");
	drive_sample_only(&d, "no-close\n");
	check_has(&d, "Accept q   :443 129/128 FULL");
	drive_work(&d);
	check_has(&d, "nothing listens");
	drive_close(&d);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_app_names_a_leak_and_marks_it),
		cmocka_unit_test(test_app_finds_nothing_new_while_paused),
		cmocka_unit_test(test_app_asks_for_a_socket_while_paused),
		cmocka_unit_test(test_app_has_one_row_for_findings_and_filter),
		cmocka_unit_test(test_app_explains_a_state),
		cmocka_unit_test(test_app_explains_a_finding),
		cmocka_unit_test(test_app_scrolls_a_page_by_the_wheel),
		cmocka_unit_test(test_app_clears_nothing_from_a_page),
		cmocka_unit_test(test_app_says_that_a_finding_is_over),
		cmocka_unit_test(test_app_says_that_there_is_nothing_to_explain),
		cmocka_unit_test(test_app_shows_one_socket),
		cmocka_unit_test(test_app_shows_one_socket_beside_the_list),
		cmocka_unit_test(test_app_keeps_what_it_knew_of_a_socket_that_is_gone),
		cmocka_unit_test(test_app_remembers_the_states_of_a_socket),
		cmocka_unit_test(test_app_shows_a_flood),
		cmocka_unit_test(test_app_shows_a_flood_whose_listeners_have_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
