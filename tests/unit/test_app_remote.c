/* SPDX-License-Identifier: MIT */
/* The pane of remotes: by address, by prefix, rolled up; own addresses. */
#include "test.h"

#include <string.h>

#include "drive.h"

static void start(struct drive *d, int w, const char *text)
{
	drive_open(d, w, 40, TEXT_ASCII, "");
	drive_sample(d, text);
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

/* n addresses of 203.0.113.0/24, and two of another network. */
static void add_net(struct buf *b, unsigned n)
{
	buf_reset(b);
	buf_str(b, "sock tcp ESTABLISHED 10.4.0.7:22 198.51.100.9:5000\n"
		   "sock tcp ESTABLISHED 10.4.0.7:22 198.51.99.9:5000\n");
	for (unsigned i = 1; i <= n; i++)
		buf_fmt(b, "sock tcp SYN_RECV 10.4.0.7:443 203.0.113.%u:4000\n", i);
}

static void test_remotes_go_through_prefixes(void **state)
{
	struct buf text = { 0 };
	struct drive d;

	(void)state;
	add_net(&text, 12);
	start(&d, 140, text.s);
	check_has(&d, "Remote  mixed");
	check_has(&d, ">203.0.113.0/24         12            12      0 -            12  ");
	check_has(&d, " 198.51.100.9  ");
	drive_keys(&d, "a");
	check_has(&d, "Remote  by IP");
	check_has(&d, ">198.51.99.9  ");
	check_has(&d, " 203.0.113.12  ");
	check_has_not(&d, "/24");
	drive_keys(&d, "a");
	check_has(&d, "Remote  by /24 /48");
	check_has(&d, ">203.0.113.0/24         12            12      0 -            12  ");
	check_has(&d, " 198.51.100.0/24  ");
	drive_keys(&d, "a");
	check_has(&d, "Remote  by /16 /32");
	check_has(&d, " 198.51.0.0/16           2             .      0 -             2  ");
	drive_keys(&d, "a");
	check_has(&d, "Remote  mixed");
	drive_close(&d);
	buf_free(&text);
}

/* Where the column has no place the number stands behind the prefix. */
static void test_remotes_say_how_many_addresses(void **state)
{
	struct buf text = { 0 };
	struct drive d;

	(void)state;
	for (unsigned i = 1; i <= 30; i++)
		buf_fmt(&text, "sock tcp SYN_RECV 10.4.0.7:443 10.5.0.%u:4000\n", i);
	start(&d, 80, text.s);
	check_has_not(&d, "Addrs");
	check_has(&d, "|>10.5.0.0/24 (30) ");
	drive_close(&d);
	buf_free(&text);
}

static void test_remotes_drop_pins_of_other_rows(void **state)
{
	struct buf text = { 0 };
	struct drive d;

	(void)state;
	add_net(&text, 12);
	start(&d, 140, text.s);
	drive_keys(&d, "3 Space");
	check_has(&d, "Filter  dst 203.0.113.0/24");
	drive_keys(&d, "a");
	check_has(&d, "the pins were of other rows: they are gone");
	check_has(&d, "Filter  none");
	drive_close(&d);
	buf_free(&text);
}

/* Rows come and go where they were, and what was pinned keeps its numbers. */
static void test_remotes_keep_pins_of_what_is_rolled_up(void **state)
{
	struct buf text = { 0 };
	struct drive d;

	(void)state;
	add_net(&text, 7);
	start(&d, 140, text.s);
	drive_keys(&d, "3 j j Space");
	check_has(&d, ">203.0.113.1       *     1");
	/* Until then every row keeps its place. */
	drive_wait(&d, 4000);
	add_net(&text, 12);
	drive_sample(&d, text.s);
	check_has(&d, " 203.0.113.0/24         12     +5");
	check_has(&d, ">203.0.113.1       *     1");
	check_has_not(&d, "gone");
	add_net(&text, 5);
	drive_sample(&d, text.s);
	check_has_not(&d, "/24");
	check_has(&d, ">203.0.113.1       *     1");
	drive_close(&d);
	buf_free(&text);
}

#define PROXY                                                            \
	"sock tcp ESTABLISHED 192.0.2.1:80 203.0.113.9:5000 times 3\n"   \
	"sock tcp ESTABLISHED 192.0.2.1:40000 192.0.2.1:8080 times 20\n" \
	"sock tcp ESTABLISHED 192.0.2.1:8080 192.0.2.1:40000 times 20\n" \
	"sock tcp ESTABLISHED 127.0.0.1:41000 127.0.0.1:6379 cookie 777\n"

static void test_own_remotes_are_hidden_and_said(void **state)
{
	struct drive d;

	(void)state;
	start(&d, 80, PROXY);
	check_has(&d, "Remote  -41 own ");
	check_has(&d, "|>203.0.113.9    ");
	check_has_not(&d, "192.0.2.1");
	drive_resize(&d, 200, 50);
	drive_sample(&d, PROXY);
	check_has(&d, "Remote  mixed, 41 own hidden");
	drive_keys(&d, "o");
	check_has(&d, "own addresses are shown");
	check_has(&d, "192.0.2.1");
	check_has(&d, "127.0.0.1");
	check_has_not(&d, "hidden");
	drive_keys(&d, "o");
	check_has(&d, "41 own hidden");
	drive_close(&d);
}

static void test_own_remotes_are_shown_when_there_are_no_others(void **state)
{
	struct drive d;

	(void)state;
	start(&d, 80, "sock tcp ESTABLISHED 127.0.0.1:41000 127.0.0.1:6379\n");
	check_has(&d, "Remote  mixed ");
	check_has(&d, ">127.0.0.1 ");
	drive_close(&d);
}

static void test_remotes_are_preferences(void **state)
{
	struct app_prefs prefs;
	struct drive d;

	(void)state;
	start(&d, 80, PROXY);
	app_get_prefs(d.app, &prefs);
	assert_int_equal(prefs.remotes, REMOTES_MIXED);
	assert_false(prefs.show_own);
	drive_keys(&d, "a a o");
	app_get_prefs(d.app, &prefs);
	assert_int_equal(prefs.remotes, REMOTES_24_48);
	assert_true(prefs.show_own);
	for (int by = 0; by < REMOTES_COUNT; by++)
		assert_int_equal(app_remotes_by_name(app_remotes_name((enum remotes_by)by)), by);
	assert_int_equal(app_remotes_by_name("32"), -1);
	drive_close(&d);
}

/* ---- columns --------------------------------------------------------- */

/* Every state can be a column, but only some are without being asked for. */
static void test_columns_of_all_states_can_be_chosen(void **state)
{
	static const enum pref_list lists[] = { LIST_PROCESSES, LIST_REMOTES };
	static const char *const names[] = {
		"ESTABLISHED", "SYN_SENT",   "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT",
		"CLOSE",       "CLOSE_WAIT", "LAST_ACK", "LISTEN",    "CLOSING",
	};
	struct app_columns c = { .n = 0 };
	struct drive d;
	struct err e;

	(void)state;
	for (size_t l = 0; l < ARRAY_SIZE(lists); l++)
		for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
			c.n = 0;
			assert_int_equal(app_add_columns(&c, lists[l], names[i], &e), 0);
			assert_true(app_sort_by_name(lists[l], names[i], strlen(names[i])) >= 0);
		}
	start(&d, 300, PROXY);
	check_has_not(&d, "LstAck");
	/* The last of the states, and back again. */
	drive_keys(&d, "2 c G");
	for (int i = 0; i < COL_COUNT && strstr(drive_screen(&d), ">Close ") == NULL; i++)
		drive_keys(&d, "k");
	drive_keys(&d, "Space < < < < < < < < < < < < Enter");
	check_has(&d, " Close ");
	drive_keys(&d, "c x Enter");
	check_has_not(&d, " Close ");
	drive_close(&d);
}

static bool asks_for_idle(struct drive *d)
{
	unsigned interval_ms, pulse_ms;
	struct want w;

	app_wants_sample(d->app, &interval_ms, &pulse_ms, &w);
	return w.tcp_stat;
}

/* What makes a sample dearer is asked for only while somebody sees it. */
static void test_idle_is_asked_for_while_it_is_shown(void **state)
{
	struct drive d;

	(void)state;
	start(&d, 200, PROXY);
	assert_false(asks_for_idle(&d));
	/* It is the last that can be chosen. */
	drive_keys(&d, "3 c G Space Enter");
	check_has(&d, " Idle%");
	check_has(&d, "     -");
	assert_true(asks_for_idle(&d));
	drive_keys(&d, "Enter");
	assert_false(asks_for_idle(&d));
	drive_keys(&d, "Esc");
	assert_true(asks_for_idle(&d));
	/* No room for it any more. */
	drive_resize(&d, 80, 24);
	assert_false(asks_for_idle(&d));
	drive_close(&d);
}

/* ---- bytes a second ---- */

#define WEB(at, sent, more)                                                               \
	"sample 179516706" at "\n"                                                        \
	"sock tcp ESTABLISHED 10.0.0.1:80 10.9.9.9:4000 ino 1 received 5 sent " sent "\n" \
	"sock tcp ESTABLISHED 10.0.0.1:80 10.9.9.8:4000 ino 2 " more "\n"                 \
	"proc 7 web\nhold 7 1 1\nhold 7 2 2\n"
#define BYTES       WEB("4000", "1000", "sent 0 received 0")
#define BYTES_LATER WEB("6000", "9000", "sent 600 received 204800")

static void test_bytes_a_second_are_shown_in_all_lists(void **state)
{
	struct drive d;

	(void)state;
	start(&d, 160, BYTES);
	check_has_not(&d, "Out/s");
	assert_false(asks_for_idle(&d));
	drive_keys(&d, "B");
	check_has(&d, "  In/s  Out/s");
	assert_true(asks_for_idle(&d));
	drive_sample(&d, BYTES_LATER);
	drive_keys(&d, "2");
	check_has(&d, "web[7]");
	check_has(&d, "  100k   4.2k");
	/* Rows are in order by it as by any other figure. */
	drive_keys(&d, "3 s s s");
	check_has(&d, " Out/sv");
	drive_keys(&d, "L");
	check_has(&d, "  In/s  Out/s");
	drive_keys(&d, "Esc 2 Enter");
	check_has(&d, "  In/s  Out/s");
	check_has(&d, "  100k    300 ");
	check_has(&d, "     0   3.9k ");
	drive_keys(&d, "B");
	check_has_not(&d, "Out/s");
	drive_keys(&d, "Esc");
	check_has_not(&d, "Out/s");
	assert_false(asks_for_idle(&d));
	drive_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_remotes_go_through_prefixes),
		cmocka_unit_test(test_remotes_say_how_many_addresses),
		cmocka_unit_test(test_remotes_drop_pins_of_other_rows),
		cmocka_unit_test(test_remotes_keep_pins_of_what_is_rolled_up),
		cmocka_unit_test(test_own_remotes_are_hidden_and_said),
		cmocka_unit_test(test_own_remotes_are_shown_when_there_are_no_others),
		cmocka_unit_test(test_remotes_are_preferences),
		cmocka_unit_test(test_idle_is_asked_for_while_it_is_shown),
		cmocka_unit_test(test_columns_of_all_states_can_be_chosen),
		cmocka_unit_test(test_bytes_a_second_are_shown_in_all_lists),
	};

	return cmocka_run_group_tests_name("app_remote", tests, NULL, NULL);
}
