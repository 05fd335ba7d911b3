/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <errno.h>
#include <string.h>

#include "drive.h"
#include "fake.h"

/* java holds 5 CLOSE_WAIT and 3 ESTAB of two peers, nginx 2 ESTAB; the rest is the kernel's. */
#define ENDS                                                                   \
	"sock tcp CLOSE_WAIT 10.4.0.7:8080 10.4.1.17:41000 ino 100 times 4\n"  \
	"sock tcp CLOSE_WAIT 10.4.0.7:8080 10.4.1.18:41000 ino 110\n"          \
	"sock tcp ESTABLISHED 10.4.0.7:8080 10.4.1.17:42000 ino 120 times 3\n" \
	"sock tcp ESTABLISHED 10.4.0.7:443 203.0.113.9:5000 ino 130 times 2\n" \
	"sock tcp TIME_WAIT 10.4.0.7:443 203.0.113.9:6000 times 6\n"
#define LISTENER "sock tcp LISTEN 0.0.0.0:8080 - ino 99 rq 0 sq 128\n"
#define JAVA                         \
	"proc 2211 java uid 998\n"   \
	"hold 2211 4 99\n"           \
	"hold 2211 10 100 times 4\n" \
	"hold 2211 20 110\n"         \
	"hold 2211 30 120 times 3\n"
#define NGINX "proc 901 nginx uid 33\nhold 901 5 130 times 2\n"
#define USERS "user 998 tomcat\nuser 33 www\n"
#define FIRST "sample 1795167064123\n" ENDS LISTENER JAVA NGINX USERS
/* Two seconds later: one more CLOSE_WAIT. */
#define SECOND                                                             \
	"sample 1795167066123\n" ENDS LISTENER                             \
	"sock tcp CLOSE_WAIT 10.4.0.7:8080 10.4.1.17:43000 ino 140\n" JAVA \
	"hold 2211 40 140\n" NGINX USERS
/* Java has ended. */
#define WITHOUT_JAVA             \
	"sample 1795167068123\n" \
	"sock tcp ESTABLISHED 10.4.0.7:443 203.0.113.9:5000 ino 130 times 2\n" NGINX USERS

static void start(struct drive *d, const char *keys)
{
	drive_open(d, 80, 24, TEXT_UTF8, "");
	drive_sample(d, FIRST);
	drive_sample(d, SECOND);
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

static void check_before(struct drive *d, const char *first, const char *second)
{
	const char *a = strstr(drive_screen(d), first), *b = strstr(d->screen.s, second);

	if (a == NULL || b == NULL || a > b)
		fail_msg("\"%s\" is not before \"%s\":\n%s", first, second, d->screen.s);
}

/* ---- the overview ---- */

static void test_app_waits_for_the_first_sample(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 80, 24, TEXT_UTF8, "");
	check_has(&d, " sockeye  web-07");
	check_has(&d, "waiting for the first sample");
	drive_keys(&d, "j k Tab Space Enter Esc s S x p p i ? ?");
	check_has(&d, "waiting for the first sample");
	drive_close(&d);
}

static void test_app_counts_before_the_first_sample(void **state)
{
	struct pulse p = { .mono_ns = 1 };
	struct drive d;

	(void)state;
	drive_open(&d, 80, 24, TEXT_UTF8, "");
	p.counters.known[CTR_SOCKETS_USED] = p.counters.known[CTR_CURR_ESTAB] = true;
	p.counters.value[CTR_SOCKETS_USED] = 1000123;
	p.counters.value[CTR_CURR_ESTAB] = 998000;
	app_pulse(d.app, &p);
	check_has(&d, "counters:  sockets 1,000,123  ESTAB+CLOSE_WAIT 998,000");
	check_has_not(&d, "TIME_WAIT 0");
	drive_sample(&d, FIRST);
	check_has_not(&d, "counters:  ");
	drive_close(&d);
}

static void test_app_keeps_counting_between_samples(void **state)
{
	struct pulse p = { .mono_ns = 0 };
	struct drive d;

	(void)state;
	drive_open(&d, 80, 40, TEXT_UTF8, "");
	drive_sample(&d, FIRST "counter ListenDrops 100\n");
	p.mono_ns = d.last->mono_ns + 2000000000;
	p.counters = d.last->counters;
	p.counters.value[CTR_LISTEN_DROPS] = 182;
	app_pulse(d.app, &p);
	check_has(&d, "listen drops       !+41");
	drive_keys(&d, "p");
	p.mono_ns += 2000000000;
	app_pulse(d.app, &p);
	check_has(&d, "listen drops       !+41");
	drive_close(&d);
}

static void test_app_slows_down_when_it_costs_too_much(void **state)
{
	struct app_self self = { .mono_ns = 1, .cpu_ns = 1 };
	unsigned interval_ms, pulse_ms;
	struct want w;
	struct drive d;

	(void)state;
	start(&d, "");
	app_self(d.app, &self);
	check_has(&d, "every 2s");
	for (int i = 0; i < 3; i++) {
		self.cpu_ns += 1400000000;
		app_self(d.app, &self);
	}
	assert_true(app_wants_sample(d.app, &interval_ms, &pulse_ms, &w));
	assert_int_equal(interval_ms, 14000);
	assert_int_equal(pulse_ms, 2000);
	check_has(&d, "slowed to 14s");
	/* A sample that is as old as that is not stale. */
	drive_wait(&d, 41000);
	check_has_not(&d, "STALE");
	drive_wait(&d, 2000);
	check_has(&d, "STALE");
	drive_keys(&d, "I");
	check_has(&d, "14s instead of 2s");
	drive_close(&d);
}

static void test_app_shows_who_holds_what(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "");
	check_has(&d, "live  every 2s  09:31:06       18 sockets  +1/2s");
	check_has(&d, "CLOSE_WAIT      6     +1");
	check_has(&d, "SYN_SENT        0       ");
	check_has(&d, "UDP             0");
	check_has(&d, ">java[2211]             10     +1      3      6      0");
	check_has(&d, " nginx[901]              2             2      0      0");
	check_has(&d, " [time-wait]             6             0      0      0");
	check_has(&d, " 10.4.1.17             8     +1      \xc2\xb7      1");
	check_has(&d, "Filter  none");
	drive_close(&d);
}

static void test_app_says_that_close_is_not_known(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 80, 24, TEXT_UTF8, "");
	drive_sample(&d, FIRST "no-close\n");
	check_has(&d, "CLOSE           ?");
	drive_close(&d);
}

static void test_app_filters_by_what_the_user_said(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 80, 24, TEXT_UTF8, "state close-wait");
	drive_sample(&d, FIRST);
	check_has(&d, "Filter  state close-wait");
	check_has(&d, "5 of 17");
	check_has(&d, "ESTAB           0");
	check_has(&d, ">java[2211]              5");
	check_has_not(&d, "nginx");
	drive_keys(&d, "x");
	check_has(&d, "Filter  none");
	check_has(&d, "nginx");
	drive_close(&d);
}

/* A comment must not swallow what a pin adds. */
static void test_app_takes_a_filter_with_comments(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 80, 24, TEXT_UTF8, "state close-wait\n# only leaks");
	drive_sample(&d, FIRST);
	drive_keys(&d, "2 Space");
	check_has(&d, "Filter  state close-wait and pid = 2211");
	check_has(&d, "5 of 17");
	drive_close(&d);
}

static void test_app_remarks_once_on_a_filter_that_ss_reads_otherwise(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 160, 24, TEXT_UTF8, "sport = :8080 or sport = :443 and state close-wait");
	drive_sample(&d, FIRST);
	check_has(&d, "ss goes from left to right");
	drive_keys(&d, "j");
	check_has_not(&d, "left to right");
	drive_close(&d);
}

static void test_app_shows_hostile_names_as_escapes(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 80, 24, TEXT_UTF8, "");
	drive_sample(&d, "sock tcp ESTABLISHED 10.0.0.1:1 10.0.0.2:2 ino 5\n"
			 "proc 7 \\e[2J\\xff\nhold 7 3 5\n");
	check_has(&d, ">\\e[2J\\xff[7]");
	drive_keys(&d, "Enter");
	check_has(&d, "\\e[2J\\xff[7]");
	drive_close(&d);
}

static void test_app_tells_counters_per_second(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 80, 24, TEXT_UTF8, "");
	drive_sample(&d, FIRST "counter ListenDrops 7\ncounter RetransSegs 10\n");
	check_has(&d, "Kernel counters");
	check_has_not(&d, "!+");
	drive_sample(&d, SECOND "counter ListenDrops 8\ncounter RetransSegs 34\n");
	check_has(&d, " listen drops      !+0.5");
	check_has(&d, " retransmits         +12");
	check_has_not(&d, "syncookies");
	drive_close(&d);
}

/* ---- pins ---- */

static void test_app_pin_makes_the_other_panes_follow(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "s s s s 1 j j j j j j Space");
	check_has(&d, "Filter  state close-wait");
	check_has(&d, "6 of 18");
	/* The own pane keeps all its rows, */
	check_has(&d, ">CLOSE_WAIT*     6     +1");
	check_has(&d, " TIME_WAIT       6");
	/* the others count only what is pinned, and sort by it. */
	check_has(&d, ">java[2211]              6");
	check_has(&d, "Process            Socks\xe2\x96\xbc");
	check_has(&d, ">10.4.1.17             5");
	check_has(&d, " 10.4.1.18             1");
	check_has_not(&d, "nginx");
	drive_keys(&d, "Space");
	check_has(&d, "Filter  none");
	check_has(&d, "nginx");
	drive_close(&d);
}

static void test_app_pins_are_or_in_a_pane_and_between_panes(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "1 Space j j j j j j Space");
	/* ESTAB or CLOSE_WAIT */
	check_has(&d, "11 of 18");
	drive_keys(&d, "2 Space");
	check_has(&d, "java[2211]        *");
	check_has(&d, "9 of 18");
	drive_keys(&d, "3 j Space");
	check_has(&d, "10.4.1.18       *");
	/* Only the CLOSE_WAIT of that peer is left; the pane of states leaves its own pins out. */
	check_has(&d, "1 of 18");
	check_has(&d, ">CLOSE_WAIT*     1");
	check_has(&d, "*ESTAB           0");
	drive_close(&d);
}

static void test_app_pin_survives_that_the_item_goes(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "Space");
	drive_sample(&d, WITHOUT_JAVA);
	check_has(&d, "Filter  pid = 2211");
	check_has(&d, "0 of 2");
	check_has(&d, ">java[2211]        -     0             0      0      0");
	drive_keys(&d, "k");
	check_has(&d, "-java[2211]              0             0      0      0");
	drive_sample(&d, SECOND);
	check_has(&d, "*java[2211]             10");
	drive_keys(&d, "Esc");
	check_has(&d, "Filter  none");
	drive_close(&d);
}

static void test_app_pins_no_more_than_it_can_hold(void **state)
{
	struct buf fixture = { 0 };
	struct drive d;

	(void)state;
	for (int i = 1; i <= 20; i++)
		buf_fmt(&fixture, "sock tcp ESTABLISHED 10.0.0.1:1 10.0.1.%d:2\n", i);
	drive_open(&d, 120, 60, TEXT_UTF8, "");
	drive_sample(&d, fixture.s);
	drive_keys(&d, "3 a");
	for (int i = 0; i < 20; i++)
		drive_keys(&d, "Space j");
	check_has(&d, "16 of 20");
	drive_keys(&d, "Space");
	drive_resize(&d, 160, 60);
	check_has(&d, "no more than 16 rows of a pane are pinned at once");
	check_has(&d, "16 of 20");
	buf_free(&fixture);
	drive_close(&d);
}

static void test_app_back_takes_the_newest_pin_and_never_quits(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "2 Space 1 Space j j j j j j Space 2 j Space");
	drive_resize(&d, 120, 24);
	check_has(&d, "and (pid = 2211 or ");
	drive_keys(&d, "Esc");
	check_has(&d, "state close-wait) and pid = 2211");
	drive_keys(&d, "BkSp Esc");
	check_has(&d, "Filter  pid = 2211");
	drive_keys(&d, "Esc");
	check_has(&d, "Filter  none");
	drive_keys(&d, "Esc");
	check_has(&d, "q quits");
	assert_false(app_done(d.app));
	drive_keys(&d, "q");
	assert_true(app_done(d.app));
	drive_close(&d);
}

static void test_app_clear_takes_all_pins(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "Space 1 Space 3 Space x");
	check_has(&d, "Filter  none");
	check_has(&d, "nginx");
	check_has_not(&d, "*");
	drive_close(&d);
}

/* ---- the socket list ---- */

static void test_app_enter_opens_the_sockets_behind_the_row(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "1 j j j j j j Space 2 Enter");
	check_has(&d, "web-07 \xe2\x80\xba sockets");
	check_has(&d, "6 of 18");
	check_has(&d, "Filter  state close-wait and pid = 2211");
	check_has(&d, ">CLOSE_WAIT  10.4.1.17:41000");
	check_has(&d, "row 1 of 6");
	check_has_not(&d, "ESTAB");
	drive_keys(&d, "G");
	check_has(&d, ">CLOSE_WAIT  10.4.1.18:41000");
	check_has(&d, "row 6 of 6");
	drive_keys(&d, "Esc");
	check_has(&d, "Filter  state close-wait");
	check_has(&d, "CLOSE_WAIT*");
	assert_false(app_done(d.app));
	drive_close(&d);
}

/* Else a pinned state and another one's sockets would have nothing in common. */
static void test_app_enter_puts_the_row_in_place_of_its_pane_s_pins(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "1 j j j j j j Space g Enter");
	check_has(&d, "Filter  state established");
	check_has(&d, "5 of 18");
	drive_keys(&d, "q");
	check_has(&d, "Filter  state close-wait");
	assert_false(app_done(d.app));
	drive_close(&d);
}

static void test_app_list_follows_the_samples(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 80, 24, TEXT_UTF8, "");
	drive_sample(&d, FIRST);
	drive_keys(&d, "Enter");
	check_has(&d, "row 1 of 9");
	check_has_not(&d, "+");
	drive_sample(&d, SECOND);
	check_has(&d, "row 1 of 10");
	check_has(&d, "+CLOSE_WAIT  10.4.1.17:43000");
	drive_sample(&d, WITHOUT_JAVA);
	check_has(&d, "no socket is like this now");
	drive_keys(&d, "Esc");
	check_has(&d, "nginx[901]");
	drive_close(&d);
}

static void test_app_list_sorts_by_any_column(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "Enter");
	check_has(&d, " State\xe2\x96\xb2");
	drive_keys(&d, "S");
	check_has(&d, " State\xe2\x96\xbc");
	check_has(&d, ">LISTEN");
	drive_keys(&d, ">");
	check_has(&d, "Peer\xe2\x96\xb2");
	drive_keys(&d, "s s s");
	check_has(&d, "Recv-Q\xe2\x96\xbc");
	drive_keys(&d, "<");
	check_has(&d, "Local\xe2\x96\xb2");
	drive_close(&d);
}

static void test_app_marks_a_full_accept_queue(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 80, 24, TEXT_UTF8, "");
	drive_sample(&d, "sock tcp LISTEN 0.0.0.0:443 - ino 5 rq 129 sq 128\n"
			 "sock tcp LISTEN 0.0.0.0:80 - ino 6 rq 128 sq 128\n"
			 "proc 7 web\nhold 7 3 5\nhold 7 4 6\n");
	drive_keys(&d, "Enter G");
	check_has(&d, " LISTEN      -                      web[7]          0.0.0.0:80");
	check_has(&d, ">LISTEN    ! -                      web[7]          0.0.0.0:443");
	drive_close(&d);
}

static void test_app_list_scrolls_sideways_and_sorts_by_what_was_hidden(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "Enter");
	check_has(&d, "columns 1-5 of 18");
	drive_keys(&d, "Right");
	check_has(&d, "columns 1, 3-");
	check_has_not(&d, "Peer");
	drive_keys(&d, "Left");
	check_has(&d, "Peer");
	drive_keys(&d, "Left");
	check_has(&d, "this is the first column");
	/* The sort goes over all of them and takes its column with it. */
	drive_keys(&d, "< < <");
	check_has(&d, "Family\xe2\x96\xb2");
	drive_keys(&d, "> > > >");
	check_has(&d, "Peer\xe2\x96\xb2");
	drive_close(&d);
}

/* ---- columns ---- */

static void check_columns(struct drive *d, enum pref_list list, const char *want)
{
	struct buf got = { 0 };
	struct app_prefs now;

	buf_str(&got, "");
	app_get_prefs(d->app, &now);
	for (unsigned i = 0; i < now.columns[list].n; i++)
		buf_fmt(&got, "%s%s", i > 0 ? "," : "",
			app_column_name(list, now.columns[list].id[i]));
	assert_string_equal(got.s, want);
	buf_free(&got);
}

static void test_app_columns_are_chosen_and_moved(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "Enter c");
	check_has(&d, "18 of 23 columns are shown");
	drive_keys(&d, "Space");
	check_has(&d, "the first column names the rows");
	/* No peer; the queue that is sent to the front. */
	drive_keys(&d, "j Space j j j j < < < < <");
	check_has(&d, "17 of 23 columns are shown");
	check_has(&d, "it stays there");
	drive_keys(&d, "Enter");
	check_has(&d, " State\xe2\x96\xb2     Send-Q Process");
	check_has_not(&d, "Peer");
	/* Esc leaves it as it was, */
	drive_keys(&d, "c G Space Esc");
	check_columns(&d, LIST_SOCKETS,
		      "state,send_q,process,local,recv_q,age,user,proto,uid,timer,retrans,fd,inode,"
		      "cookie,family,if,through");
	/* and x as it was at first. */
	drive_keys(&d, "c x Enter");
	check_has(&d, "Peer");
	check_columns(&d, LIST_SOCKETS, "");
	drive_close(&d);
}

static void test_app_sorts_by_another_column_when_its_own_goes(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "2 c j Space Enter");
	check_has(&d, "Process\xe2\x96\xb2");
	check_before(&d, ">nginx[901]", "java[2211]");
	drive_keys(&d, "s");
	check_has(&d, "\xc2\xb1/2s\xe2\x96\xbc");
	drive_keys(&d, "1 c");
	check_has(&d, "the states keep their columns");
	drive_close(&d);
}

/* ---- find, follow, zoom ---- */

static void test_app_finds_as_one_types(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "2 / n");
	check_has(&d, "Find: n");
	check_has(&d, ">nginx[901]");
	/* Keys are text here. */
	drive_keys(&d, "g q");
	check_has(&d, "! not found");
	check_has(&d, ">java[2211]");
	assert_false(app_done(d.app));
	drive_keys(&d, "BkSp i Enter");
	check_has(&d, ">nginx[901]");
	check_has_not(&d, "Find:");
	/* Esc goes back to where one was. */
	drive_keys(&d, "/ t i m e");
	check_has(&d, ">[time-wait]");
	drive_keys(&d, "Esc");
	check_has(&d, ">nginx[901]");
	drive_close(&d);
}

static void test_app_finds_the_next_both_ways(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "Enter n");
	check_has(&d, "nothing was looked for yet");
	drive_keys(&d, "/ e s t a b Enter");
	check_has(&d, "row 1 of 10");
	drive_keys(&d, "n n");
	check_has(&d, "row 3 of 10");
	drive_keys(&d, "n");
	check_has(&d, "on from the top");
	check_has(&d, "row 1 of 10");
	drive_keys(&d, "N");
	check_has(&d, "on from the end");
	check_has(&d, "row 3 of 10");
	drive_keys(&d, "N");
	check_has(&d, "row 2 of 10");
	/* Nothing typed: the same again. */
	drive_keys(&d, "/ Enter");
	check_has(&d, "row 3 of 10");
	drive_keys(&d, "/ Up Left BkSp Enter");
	check_has(&d, "not found");
	drive_close(&d);
}

/* Over many rows it goes on in slices, and what follows it waits for it. */
static void test_app_finds_in_slices(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 80, 24, TEXT_UTF8, "");
	drive_sample(&d, "sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:1 ino 1 times 9000\n"
			 "sock tcp TIME_WAIT 10.0.0.1:80 10.0.0.3:1\nproc 5 web\nhold 5 3 1 "
			 "times 9000\n");
	drive_keys(&d, "1 g Enter");
	drive_keys_only(&d, "/ . 2 : 8 9 9 9");
	assert_true(app_busy(d.app));
	check_has(&d, "looking");
	app_work(d.app);
	assert_true(app_busy(d.app));
	drive_work(&d);
	check_has(&d, ">ESTAB       10.0.0.2:8999");
	drive_keys_only(&d, "Enter g n");
	assert_true(app_busy(d.app));
	/* A key that moves is the end of it, */
	drive_keys_only(&d, "j");
	assert_false(app_busy(d.app));
	check_has(&d, "row 2 of 9,000");
	/* the next search waits for the one before. */
	drive_keys_only(&d, "n n");
	drive_work(&d);
	check_has(&d, "row 8,999 of 9,000");
	drive_close(&d);
}

static void test_app_follows_a_row_through_filters(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "2 j j F");
	check_has(&d, ">nginx[901]");
	drive_wait(&d, 3000);
	check_has(&d, "follows  live");
	/* It has no CLOSE_WAIT. */
	drive_keys(&d, "1 j j j j j j Space 2");
	check_has(&d, ">java[2211]");
	drive_keys(&d, "x");
	check_has(&d, ">nginx[901]");
	drive_keys(&d, "k");
	check_has_not(&d, "follows");
	drive_keys(&d, "F F");
	check_has_not(&d, "follows");
	drive_close(&d);
}

static void test_app_zooms_a_pane_and_back(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "3 z");
	check_has_not(&d, "CLOSE_WAIT");
	check_has(&d, ">203.0.113.9");
	drive_keys(&d, "Tab");
	check_has(&d, "CLOSE_WAIT");
	check_has_not(&d, "203.0.113.9");
	drive_keys(&d, "z");
	check_has(&d, "203.0.113.9");
	drive_resize(&d, 60, 20);
	drive_keys(&d, "z");
	check_has(&d, "room for one pane only");
	drive_close(&d);
}

/* ---- the mouse ---- */

static void point(struct drive *d, enum mouse_did did, int x, int y)
{
	app_key(d->app, key_of_mouse((struct mouse){ did, x, y }), d->now_ms);
	drive_work(d);
}

static void test_app_mouse_is_off_until_it_is_asked_for(void **state)
{
	struct drive d;
	bool on;

	(void)state;
	start(&d, "2");
	assert_false(app_wants_mouse(d.app, &on));
	point(&d, MOUSE_PRESS, 30, 6);
	check_has(&d, ">java[2211]");
	drive_keys(&d, "m");
	assert_true(app_wants_mouse(d.app, &on));
	assert_true(on);
	assert_false(app_wants_mouse(d.app, &on));
	drive_keys(&d, "m");
	assert_true(app_wants_mouse(d.app, &on));
	assert_false(on);
	drive_close(&d);
}

static void test_app_mouse_selects_sorts_and_scrolls(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "1 m");
	point(&d, MOUSE_PRESS, 30, 6);
	check_has(&d, ">nginx[901]");
	/* Below the rows, on the line between panes, on the bars: nothing. */
	point(&d, MOUSE_PRESS, 30, 11);
	point(&d, MOUSE_PRESS, 25, 5);
	point(&d, MOUSE_PRESS, 5, 0);
	point(&d, MOUSE_PRESS, 5, 23);
	check_has(&d, ">nginx[901]");
	point(&d, MOUSE_PRESS, 62, 3);
	check_has(&d, "Estab\xe2\x96\xbc");
	point(&d, MOUSE_PRESS, 62, 3);
	check_has(&d, "Estab\xe2\x96\xb2");
	point(&d, MOUSE_PRESS, 5, 3);
	check_has(&d, "State       Count");
	/* The wheel scrolls what is under the pointer. */
	point(&d, MOUSE_WHEEL_DOWN, 5, 6);
	check_has(&d, ">FIN_WAIT1");
	point(&d, MOUSE_WHEEL_UP, 5, 6);
	check_has(&d, ">ESTAB");
	drive_close(&d);
}

static void test_app_mouse_opens_what_is_pressed_twice(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "m");
	point(&d, MOUSE_PRESS, 5, 10);
	drive_wait(&d, 500);
	point(&d, MOUSE_PRESS, 5, 10);
	check_has(&d, ">CLOSE_WAIT");
	check_has_not(&d, "\xe2\x80\xba sockets");
	drive_wait(&d, 300);
	point(&d, MOUSE_PRESS, 5, 10);
	check_has(&d, "Filter  state close-wait");
	check_has(&d, "6 of 18");
	point(&d, MOUSE_PRESS, 5, 6);
	check_has(&d, "row 3 of 6");
	drive_keys(&d, "c");
	point(&d, MOUSE_PRESS, 5, 5);
	check_has(&d, ">Peer");
	point(&d, MOUSE_WHEEL_DOWN, 5, 5);
	check_has(&d, ">Recv-Q");
	drive_close(&d);
}

/* ---- cursor and sort ---- */

static void test_app_cursor_stays_with_its_process(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "j j");
	check_has(&d, ">nginx[901]");
	drive_sample(&d, WITHOUT_JAVA);
	check_has(&d, ">nginx[901]");
	drive_sample(&d, SECOND);
	check_has(&d, ">nginx[901]");
	drive_close(&d);
}

static void test_app_does_nothing_to_a_row_that_is_gone(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "j k");
	drive_sample(&d, WITHOUT_JAVA);
	check_has(&d, ">java[2211] gone   -    10     +1      3      6      0");
	drive_keys(&d, "Enter");
	check_has(&d, "that row is gone");
	drive_keys(&d, "Space");
	check_has(&d, "that row is gone");
	check_has(&d, "Filter  none");
	drive_close(&d);
}

/* ---- order ---- */

#define PROCS "proc 1 one\nproc 2 two\nproc 3 three\n"
#define HOLD(a, b, c)                                                                            \
	"sock tcp ESTABLISHED 10.0.0.1:1 10.0.0.2:2 ino 1000 times 900\n" PROCS "hold 1 3 1000 " \
	"times " #a "\nhold 2 3 1000 times " #b "\nhold 3 3 1000 times " #c "\n"

static void test_app_near_rows_do_not_dance(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 80, 24, TEXT_UTF8, "");
	drive_sample(&d, "sample 1000000\n" HOLD(100, 99, 10));
	drive_sample(&d, "sample 1002000\n" HOLD(100, 101, 10));
	check_before(&d, "one[1]", "two[2]");
	drive_sample(&d, "sample 1004000\n" HOLD(100, 101, 10));
	check_before(&d, "two[2]", "one[1]");
	drive_sample(&d, "sample 1006000\n" HOLD(100, 101, 300));
	check_before(&d, "three[3]", "two[2]");
	drive_close(&d);
}

static void test_app_holds_the_order_while_one_moves(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 80, 24, TEXT_UTF8, "");
	d.interval_ms = 500;
	drive_sample(&d, "sample 1000000\n" HOLD(100, 50, 10));
	check_has_not(&d, "order held");
	drive_keys(&d, "j j");
	check_has(&d, "order held");
	drive_sample(&d, "sample 1002000\n" HOLD(100, 50, 500) "proc 4 four\nhold 4 3 1000 times "
							       "700\n");
	check_before(&d, "one[1]", ">two[2]");
	check_before(&d, ">two[2]", "three[3]              500");
	check_before(&d, "three[3]", "+four[4]");
	drive_sample(&d, "sample 1004000\n" HOLD(0, 50, 500));
	check_before(&d, "-one[1] gone           100", ">two[2]");
	check_before(&d, "three[3]", "-four[4] gone          700");
	/* Three seconds after the key, not before. */
	assert_int_equal(app_wake_ms(d.app), d.now_ms + 2000);
	drive_wait(&d, 1999);
	check_has(&d, "order held");
	drive_wait(&d, 1);
	check_has_not(&d, "order held");
	check_has_not(&d, "gone");
	check_before(&d, "three[3]", ">two[2]");
	drive_close(&d);
}

/* Whoever asks for another order gets it. */
static void test_app_sorts_at_once_though_the_order_is_held(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 80, 24, TEXT_UTF8, "");
	drive_sample(&d, "sample 1000000\n" HOLD(100, 50, 10));
	drive_keys(&d, "j j");
	drive_sample(&d, "sample 1002000\n" HOLD(100, 50, 500));
	check_before(&d, ">two[2]", "three[3]");
	drive_keys(&d, "S");
	check_before(&d, ">two[2]", "one[1]");
	check_before(&d, "one[1]", "three[3]");
	check_has(&d, "order held");
	drive_keys(&d, "S");
	check_before(&d, "three[3]", "one[1]");
	drive_close(&d);
}

/* What a filter leaves out is not gone. */
static void test_app_cursor_returns_to_the_top_under_another_filter(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "2 j j 1 j j j j j j Space 2");
	check_has(&d, ">java[2211]");
	check_has_not(&d, "gone");
	drive_close(&d);
}

static void test_app_states_keep_their_order(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "1 s");
	check_has(&d, "the states keep their order");
	drive_keys(&d, "S");
	check_has(&d, "the states keep their order");
	drive_keys(&d, "2 S");
	check_has(&d, "Process            Socks\xe2\x96\xb2");
	check_has(&d, ">nginx[901]");
	drive_close(&d);
}

/* ---- time ---- */

static void test_app_pause_holds_the_picture(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "p");
	drive_sample(&d, WITHOUT_JAVA);
	drive_sample(&d, WITHOUT_JAVA);
	check_has(&d, "PAUSED 09:31:06, 2 samples behind");
	check_has(&d, ">java[2211]             10");
	/* One can look around in what is held. */
	drive_keys(&d, "1 Space");
	check_has(&d, "java[2211]              3");
	drive_wait(&d, 60000);
	check_has_not(&d, "STALE");
	drive_keys(&d, "p");
	check_has_not(&d, "PAUSED");
	check_has_not(&d, "java");
	check_has(&d, "09:31:08");
	drive_close(&d);
}

static void test_app_says_when_samples_stay_away(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "");
	assert_true(app_wake_ms(d.app) > d.now_ms);
	assert_true(app_wake_ms(d.app) <= d.now_ms + 6001);
	drive_wait(&d, 6000);
	check_has(&d, "live");
	drive_wait(&d, 1500);
	check_has(&d, "! STALE 7s");
	assert_int_equal(app_wake_ms(d.app), d.now_ms + 500);
	drive_sample(&d, SECOND);
	check_has(&d, "live");
	drive_close(&d);
}

static void test_app_tells_why_a_sample_failed(void **state)
{
	struct err e = { .code = -EIO };
	struct drive d;

	(void)state;
	start(&d, "");
	snprintf(e.msg, sizeof(e.msg), "the kernel\x1b is gone");
	app_trouble(d.app, &e);
	check_has(&d, "! the last sample failed: the kernel\\e is gone");
	app_trouble(d.app, NULL);
	check_has_not(&d, "failed");
	drive_close(&d);
}

static void test_app_tells_what_rights_are_missing(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 100, 24, TEXT_UTF8, "");
	drive_sample(&d, FIRST "sock tcp ESTABLISHED 10.0.0.1:9 10.0.0.2:9 ino 777\n"
			       "unfound not-permitted\n"
			       "source owners partial \"needs CAP_SYS_PTRACE\"\n"
			       "source counters absent \"no /proc\"\n");
	check_has(&d, "! owners: needs CAP_SYS_PTRACE");
	check_has(&d, "run as root to see all owners");
	check_has(&d, "(1 more)");
	check_has(&d, " [not permitted]     ?     1");
	drive_close(&d);
}

static void test_app_interval_turns_and_is_asked_for(void **state)
{
	unsigned ms, pulse_ms;
	struct want w;
	struct drive d;

	(void)state;
	start(&d, "");
	assert_true(app_wants_sample(d.app, &ms, &pulse_ms, &w));
	assert_int_equal(ms, 2000);
	assert_true(w.owners && w.close);
	assert_false(app_wants_sample(d.app, &ms, &pulse_ms, &w));
	drive_keys(&d, "i");
	assert_true(app_wants_sample(d.app, &ms, &pulse_ms, &w));
	assert_int_equal(ms, 5000);
	check_has(&d, "every 5s");
	drive_keys(&d, "i i i i");
	check_has(&d, "every 0.5s");
	check_has(&d, "09:31 ");
	drive_close(&d);
}

static void test_app_head_says_what_the_change_is_over(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "");
	check_has(&d, "\xc2\xb1/2s");
	drive_sample(&d, "sample 1795167073123\n" ENDS);
	check_has(&d, "\xc2\xb1/7s");
	drive_close(&d);
}

/* ---- keys and hints ---- */

static void test_app_hints_at_a_key_without_meaning(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "Q");
	check_has(&d, "Q does nothing here; ? helps");
	assert_true(app_wake_ms(d.app) <= d.now_ms + 3000);
	drive_wait(&d, 3000);
	check_has_not(&d, "does nothing");
	drive_keys(&d, "[ U+202E");
	check_has(&d, "U+202E does nothing here");
	drive_close(&d);
}

static void test_app_help_closes_with_any_key(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "?");
	check_has(&d, "sockeye help  1/");
	check_has(&d, "Space     pin the row");
	check_has(&d, "any other key closes");
	drive_keys(&d, "PgDn G");
	check_has(&d, "sockeye help  3/");
	check_has(&d, "Recv-Q");
	drive_keys(&d, "q");
	check_has_not(&d, "help  ");
	assert_false(app_done(d.app));
	drive_close(&d);
}

static void test_app_passes_redraw_and_suspend_on(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "C-l C-z");
	assert_true(app_wants_redraw(d.app));
	assert_false(app_wants_redraw(d.app));
	assert_true(app_wants_suspend(d.app));
	assert_false(app_wants_suspend(d.app));
	drive_keys(&d, "? C-l");
	assert_true(app_wants_redraw(d.app));
	check_has(&d, "sockeye help");
	drive_close(&d);
}

/* ---- work in slices ---- */

static void test_app_old_picture_stays_until_the_new_is_complete(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "");
	drive_keys_only(&d, "1 Space");
	assert_true(app_busy(d.app));
	check_has(&d, "java[2211]             10");
	drive_work(&d);
	check_has(&d, "java[2211]              3");
	drive_close(&d);
}

static void test_app_takes_a_sample_that_came_while_busy(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "");
	drive_sample_only(&d, SECOND);
	drive_sample_only(&d, WITHOUT_JAVA);
	check_has(&d, "java[2211]");
	drive_work(&d);
	check_has_not(&d, "java");
	check_has(&d, "2 sockets");
	drive_close(&d);
}

/* ---- processes by something else ---- */

static void test_app_groups_processes_by_program_and_user(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "u");
	check_has(&d, "\xe2\x94\x82 Program ");
	check_has(&d, ">java                   10             1      3      6");
	check_has(&d, " [time-wait]             6             0      0      0");
	drive_keys(&d, "u");
	check_has(&d, "\xe2\x94\x82 User ");
	check_has(&d, "Procs");
	/* By container and by unit: test_app_places.c. */
	drive_keys(&d, "u u u");
	check_has(&d, "\xe2\x94\x82 Process ");
	check_has(&d, ">java[2211]             10             3      6      0");
	drive_close(&d);
}

static void test_app_keeps_the_order_when_it_groups_by_something_else(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "s s");
	check_has(&d, "Estab\xe2\x96\xbc");
	drive_keys(&d, "u");
	check_has(&d, "Estab\xe2\x96\xbc");
	/* That column is not there by program. */
	drive_keys(&d, "u");
	drive_resize(&d, 120, 40);
	drive_keys(&d, "u u u s s s");
	check_has(&d, "User\xe2\x96\xb2");
	drive_keys(&d, "u");
	check_has(&d, "Socks\xe2\x96\xbc");
	drive_close(&d);
}

/* Filter, other panes and list are of what is pinned, whatever it is grouped by. */
static void test_app_pins_and_opens_programs(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "u Space");
	check_has(&d, "Filter  comm = java");
	check_has(&d, "CLOSE_WAIT      6");
	check_has(&d, "TIME_WAIT       0");
	drive_keys(&d, "u");
	check_has(&d, "the pins were of other rows");
	check_has(&d, "Filter  none");
	check_has(&d, "TIME_WAIT       6");
	drive_keys(&d, "u u u u j Enter");
	check_has(&d, "Filter  owner = time-wait");
	check_has(&d, "6 of 18");
	drive_keys(&d, "Esc");
	check_has(&d, "\xe2\x94\x82 Program ");
	drive_close(&d);
}

/* ---- listeners ---- */

#define FULL                                                             \
	"sock tcp LISTEN [::]:443 - ino 1 rq 129 sq 128\n"               \
	"sock tcp LISTEN 0.0.0.0:80 - ino 2 rq 3 sq 511\n"               \
	"sock tcp ESTABLISHED 10.0.0.1:80 10.0.9.9:5000 ino 9 times 4\n" \
	"proc 5 nginx\nhold 5 3 1\nhold 5 4 2\nhold 5 9 9 times 4\nproc 6 nginx\nhold 6 4 2\n"

static void test_app_lists_listeners(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 110, 24, TEXT_UTF8, "");
	drive_sample(&d, FULL);
	drive_keys(&d, "L");
	check_has(&d, "\xe2\x80\xba listeners");
	check_has(&d, ">*:443          !      129/128 FULL      0");
	check_has(&d, " 0.0.0.0:80              3/511   0%      4             4");
	check_has(&d, "nginx[5] +1");
	check_has(&d, " row 1 of 2");
	drive_keys(&d, "j Enter");
	check_has(&d, "\xe2\x80\xba listeners \xe2\x80\xba sockets");
	check_has(&d, "Filter  listener = 0.0.0.0:80");
	check_has(&d, "5 of 6");
	drive_keys(&d, "Esc");
	check_has(&d, ">0.0.0.0:80 ");
	drive_keys(&d, "q");
	check_has(&d, " State ");
	assert_false(app_done(d.app));
	drive_close(&d);
}

static void test_app_lists_the_listeners_of_what_is_pinned(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 110, 24, TEXT_UTF8, "");
	drive_sample(&d, FULL);
	drive_keys(&d, "1 Space L");
	check_has(&d, "Filter  state established and proto = tcp");
	check_has(&d, ">0.0.0.0:80 ");
	check_has_not(&d, "*:443");
	drive_keys(&d, "Enter");
	check_has(&d, "4 of 6");
	drive_keys(&d, "Esc x");
	check_has(&d, "*:443");
	drive_close(&d);
}

/* What /proc/net does not tell is not made up. */
static void test_app_does_not_know_the_limit_from_proc_net(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 110, 24, TEXT_UTF8, "");
	drive_sample(&d, "sock tcp LISTEN 0.0.0.0:80 - ino 2 rq 3 sq 0 flag no-cookie\n");
	drive_keys(&d, "L");
	check_has(&d, " 3/-    -");
	check_has_not(&d, "FULL");
	check_has_not(&d, "!");
	drive_close(&d);
}

/* ---- trends ---- */

static void test_app_draws_the_last_minute_where_there_is_room(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "");
	check_has_not(&d, "last 60 s");
	drive_resize(&d, 109, 40);
	check_has_not(&d, "last 60 s\xe2\x94\x82");
	drive_resize(&d, 110, 40);
	check_has(&d, "last 60 s\xe2\x94\x82");
	drive_resize(&d, 120, 40);
	check_has(&d, "Addrs  New/s last 60 s");
	drive_resize(&d, 200, 50);
	check_has(&d, "Peers Listens on");
	drive_close(&d);
}

/* Under another filter the rows are of other sockets: what they were before is not known. */
static void test_app_draws_no_trend_of_another_filter(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 120, 40, TEXT_ASCII, "");
	drive_sample(&d, FIRST);
	drive_wait(&d, 4000);
	drive_sample(&d, "sample 1795167070123\n" ENDS LISTENER JAVA NGINX USERS);
	check_has(&d, "CLOSE_WAIT      5                 ##|");
	check_has(
		&d,
		" 10.4.1.17                7             .      1 8080          1      0         ##");
	drive_keys(&d, "1 j j j j j j Space");
	check_has(&d, "CLOSE_WAIT*     5                 ##|");
	check_has(
		&d,
		">10.4.1.17                4             .      1 8080          1      0          #");
	drive_close(&d);
}

/* ---- the status page ---- */

static void test_app_tells_of_itself(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 80, 50, TEXT_UTF8, "");
	drive_keys(&d, "I");
	check_has(&d, "Own cost");
	drive_sample(&d,
		     "sample 1795167064123\ncost 4120 1240 2810 3900 1187 63\n" ENDS LISTENER JAVA
		     "source udp absent \"no such protocol\"\nunfound not-permitted\n");
	drive_sample(&d,
		     "sample 1795167068123\ncost 4120 1240 2810 3900 1187 63\n" ENDS LISTENER JAVA
		     "source udp absent \"no such protocol\"\nunfound not-permitted\n");
	check_has(&d, "  tcp                      complete");
	check_has(&d, "! udp                    nothing: no such protocol");
	check_has(&d, "attributed               9 of 17 sockets");
	check_has(&d, "[time-wait]              6 ");
	check_has(&d, "? [not permitted]        2 ");
	check_has(&d, "4.1 ms (sockets 1.2 ms, owners 2.8 ms), of that CPU");
	check_has(&d, "1,187 links read, 63 directory reads");
	check_has(&d, "0.4 % of one core in the last 4s");
	check_has(&d, "12M resident");
	check_has(&d, "! missing                CAP_SYS_PTRACE");
	check_has(&d, "6.8.0-web\\e[31m");
	drive_keys(&d, "q");
	check_has(&d, " State ");
	assert_false(app_done(d.app));
	drive_close(&d);
}

static void test_app_scrolls_the_status_page(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "I");
	check_has(&d, "lines 1-22 of ");
	check_has(&d, " Sources");
	drive_keys(&d, "j");
	check_has(&d, "lines 2-23 of ");
	check_has_not(&d, " Sources");
	drive_keys(&d, "G");
	check_has(&d, "kernel                   6.8.0");
	drive_keys(&d, "j PgDn g");
	check_has(&d, "lines 1-22 of ");
	drive_keys(&d, "G");
	drive_resize(&d, 80, 60);
	check_has(&d, " Sources");
	drive_keys(&d, "Esc");
	check_has(&d, " State ");
	drive_close(&d);
}

/* With --all-netns. */
static void look_everywhere(struct drive *d, enum want_netns netns)
{
	const struct app_cfg cfg = {
		.select = { .protos = 1u << PROTO_TCP | 1u << PROTO_UDP, .v4 = true, .v6 = true },
		.host = "web-07",
		.prefs = { .interval_ms = 2000 },
		.netns = netns,
		.set = TEXT_UTF8,
		.utc = true,
	};

	app_free(d->app);
	d->app = app_new(&cfg);
	drive_resize(d, 100, 24);
}

#define ID12  "3f4e5a6b7c8d"
#define ID64  ID12 "9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7081"
#define OTHER "aaaaaaaaaaaa"

static const char namespaces[] =
	"netns 4026531840 host own\n"
	"sock tcp LISTEN 0.0.0.0:80 - ino 1\n"
	"netns 4026532001 \"b\\e[1mlue\"\n"
	"sock tcp LISTEN 0.0.0.0:80 - ino 2\n"
	"sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:40000 ino 3\n"
	"netns 4026532002 -\n"
	"sock udp CLOSE 0.0.0.0:53 - ino 4\n"
	"sock udp CLOSE 0.0.0.0:54 - ino 5\n"
	"proc 1 init cgroup /init.scope\nhold 1 3 1\n"
	"proc 7 web cgroup /docker/" ID64 "\nhold 7 3 2\nhold 7 4 3\n"
	"proc 8 dns cgroup /docker/" OTHER
	"9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7081\nhold 8 3 4\n"
	"proc 9 dns cgroup /init.scope\nhold 9 3 5\n";

/* The row of the screen that begins with this, as far as the test looks at it. */
static bool row_has(struct drive *d, const char *name, const char *text)
{
	const char *row = strstr(drive_screen(d), name);
	const char *end = row != NULL ? strchr(row, '\n') : NULL;
	const char *at = row != NULL ? strstr(row, text) : NULL;

	return at != NULL && at < end;
}

static void test_app_lists_network_namespaces(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 100, 24, TEXT_UTF8, "");
	look_everywhere(&d, NETNS_ALL);
	drive_sample(&d, namespaces);
	drive_keys(&d, "C");
	check_has_not(&d, "--all-netns");
	check_has(&d, " namespaces ");
	check_has(&d, "host");
	check_has_not(&d, "\x1b");
	/* its own container, none, and one that is not alone there */
	assert_true(row_has(&d, "lue ", ID12));
	assert_true(row_has(&d, "host ", " - "));
	assert_true(row_has(&d, "4026532002 ", " * "));
	drive_keys(&d, "g Enter");
	check_has(&d, "netns = 4026532001");
	check_has(&d, "10.0.0.2:40000");
	drive_keys(&d, "Esc Esc");
	check_has(&d, "Remote");
	drive_close(&d);
}

static void test_app_lists_containers_in_the_place_of_namespaces(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 100, 24, TEXT_UTF8, "");
	look_everywhere(&d, NETNS_ALL);
	drive_sample(&d, namespaces);
	drive_keys(&d, "C");
	check_has(&d, "C container ");
	drive_keys(&d, "C");
	check_has(&d, " containers ");
	check_has(&d, "C netns ");
	check_has(&d, " Container ");
	assert_true(row_has(&d, ID12 " ", "b\\e[1mlue"));
	assert_true(row_has(&d, OTHER " ", "4026532002"));
	assert_true(row_has(&d, "[none]", " * "));
	drive_keys(&d, "G Enter");
	check_has(&d, "container = " OTHER);
	check_has(&d, "0.0.0.0:53 ");
	check_has_not(&d, "0.0.0.0:54 ");
	drive_keys(&d, "Esc u");
	check_has(&d, " Namespace ");
	drive_close(&d);
}

/* Not for a few seconds: for as long as it is so. */
static void test_app_says_how_to_see_other_namespaces(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 100, 24, TEXT_UTF8, "");
	for (unsigned i = 0; i < 2; i++) {
		look_everywhere(&d, i == 0 ? NETNS_UNTOLD : NETNS_ONE);
		drive_sample(&d, namespaces);
		drive_keys(&d, "C");
		for (unsigned kind = 0; kind < 2; kind++) {
			drive_wait(&d, 10000);
			check_has(&d, i == 0 ? "   only our own namespace: --all-netns shows all"
					     : "   one namespace (-N): --all-netns shows all");
			drive_keys(&d, "C j");
		}
	}
	/* Where no line is left for it. */
	drive_resize(&d, 60, 7);
	check_has_not(&d, "--all-netns shows all");
	drive_keys(&d, "Esc C");
	check_has(&d, "--all-netns shows all");
	drive_close(&d);
}

/* As it is without /proc. */
static void test_app_opens_a_network_namespace_that_is_not_known(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 100, 24, TEXT_UTF8, "");
	drive_sample(&d, "sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:40000 ino 3\n"
			 "proc 9 dns cgroup /init.scope\n");
	drive_keys(&d, "C Space Enter");
	check_has(&d, "netns = 0");
	check_has(&d, "10.0.0.2:40000");
	drive_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_app_waits_for_the_first_sample),
		cmocka_unit_test(test_app_counts_before_the_first_sample),
		cmocka_unit_test(test_app_keeps_counting_between_samples),
		cmocka_unit_test(test_app_slows_down_when_it_costs_too_much),
		cmocka_unit_test(test_app_shows_who_holds_what),
		cmocka_unit_test(test_app_says_that_close_is_not_known),
		cmocka_unit_test(test_app_filters_by_what_the_user_said),
		cmocka_unit_test(test_app_takes_a_filter_with_comments),
		cmocka_unit_test(test_app_remarks_once_on_a_filter_that_ss_reads_otherwise),
		cmocka_unit_test(test_app_shows_hostile_names_as_escapes),
		cmocka_unit_test(test_app_tells_counters_per_second),
		cmocka_unit_test(test_app_pin_makes_the_other_panes_follow),
		cmocka_unit_test(test_app_pins_are_or_in_a_pane_and_between_panes),
		cmocka_unit_test(test_app_pin_survives_that_the_item_goes),
		cmocka_unit_test(test_app_pins_no_more_than_it_can_hold),
		cmocka_unit_test(test_app_back_takes_the_newest_pin_and_never_quits),
		cmocka_unit_test(test_app_clear_takes_all_pins),
		cmocka_unit_test(test_app_enter_opens_the_sockets_behind_the_row),
		cmocka_unit_test(test_app_enter_puts_the_row_in_place_of_its_pane_s_pins),
		cmocka_unit_test(test_app_list_follows_the_samples),
		cmocka_unit_test(test_app_list_sorts_by_any_column),
		cmocka_unit_test(test_app_list_scrolls_sideways_and_sorts_by_what_was_hidden),
		cmocka_unit_test(test_app_columns_are_chosen_and_moved),
		cmocka_unit_test(test_app_sorts_by_another_column_when_its_own_goes),
		cmocka_unit_test(test_app_finds_as_one_types),
		cmocka_unit_test(test_app_finds_the_next_both_ways),
		cmocka_unit_test(test_app_finds_in_slices),
		cmocka_unit_test(test_app_follows_a_row_through_filters),
		cmocka_unit_test(test_app_zooms_a_pane_and_back),
		cmocka_unit_test(test_app_mouse_is_off_until_it_is_asked_for),
		cmocka_unit_test(test_app_mouse_selects_sorts_and_scrolls),
		cmocka_unit_test(test_app_mouse_opens_what_is_pressed_twice),
		cmocka_unit_test(test_app_marks_a_full_accept_queue),
		cmocka_unit_test(test_app_cursor_stays_with_its_process),
		cmocka_unit_test(test_app_does_nothing_to_a_row_that_is_gone),
		cmocka_unit_test(test_app_near_rows_do_not_dance),
		cmocka_unit_test(test_app_holds_the_order_while_one_moves),
		cmocka_unit_test(test_app_sorts_at_once_though_the_order_is_held),
		cmocka_unit_test(test_app_cursor_returns_to_the_top_under_another_filter),
		cmocka_unit_test(test_app_states_keep_their_order),
		cmocka_unit_test(test_app_pause_holds_the_picture),
		cmocka_unit_test(test_app_says_when_samples_stay_away),
		cmocka_unit_test(test_app_tells_why_a_sample_failed),
		cmocka_unit_test(test_app_tells_what_rights_are_missing),
		cmocka_unit_test(test_app_interval_turns_and_is_asked_for),
		cmocka_unit_test(test_app_head_says_what_the_change_is_over),
		cmocka_unit_test(test_app_hints_at_a_key_without_meaning),
		cmocka_unit_test(test_app_help_closes_with_any_key),
		cmocka_unit_test(test_app_passes_redraw_and_suspend_on),
		cmocka_unit_test(test_app_old_picture_stays_until_the_new_is_complete),
		cmocka_unit_test(test_app_takes_a_sample_that_came_while_busy),
		cmocka_unit_test(test_app_groups_processes_by_program_and_user),
		cmocka_unit_test(test_app_keeps_the_order_when_it_groups_by_something_else),
		cmocka_unit_test(test_app_pins_and_opens_programs),
		cmocka_unit_test(test_app_lists_listeners),
		cmocka_unit_test(test_app_lists_the_listeners_of_what_is_pinned),
		cmocka_unit_test(test_app_does_not_know_the_limit_from_proc_net),
		cmocka_unit_test(test_app_draws_the_last_minute_where_there_is_room),
		cmocka_unit_test(test_app_draws_no_trend_of_another_filter),
		cmocka_unit_test(test_app_tells_of_itself),
		cmocka_unit_test(test_app_scrolls_the_status_page),
		cmocka_unit_test(test_app_lists_network_namespaces),
		cmocka_unit_test(test_app_lists_containers_in_the_place_of_namespaces),
		cmocka_unit_test(test_app_says_how_to_see_other_namespaces),
		cmocka_unit_test(test_app_opens_a_network_namespace_that_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
