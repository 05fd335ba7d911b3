/* SPDX-License-Identifier: MIT */
/* Containers, units and details in the interface: asked for while something is made of them. */
#include "test.h"

#include <string.h>

#include "drive.h"

#define SOCKS                                                              \
	"sock tcp ESTABLISHED 10.4.0.7:80 10.4.1.17:1000 ino 10 times 3\n" \
	"sock tcp LISTEN 0.0.0.0:80 - ino 20\n"                            \
	"sock tcp ESTABLISHED 10.4.0.7:22 10.4.1.18:1000 ino 30\n"
#define PLAIN                                                    \
	SOCKS "proc 7 nginx\nhold 7 3 10 times 3\nhold 7 9 20\n" \
	      "proc 8 sshd\nhold 8 3 30\n"
#define PLACED                                                                    \
	SOCKS "proc 7 nginx cgroup /lxc.payload.web/system.slice/nginx.service\n" \
	      "hold 7 3 10 times 3\nhold 7 9 20\n"                                \
	      "proc 8 sshd cgroup /system.slice/ssh\\\\x2dx.service\nhold 8 3 30\n"

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

static bool asks(struct drive *d)
{
	unsigned interval_ms, pulse_ms;
	struct want w;

	app_wants_sample(d->app, &interval_ms, &pulse_ms, &w);
	return w.places;
}

static void sample(struct drive *d, const char *fixture)
{
	struct buf b = { 0 };

	buf_fmt(&b, "sample %lld\n%s", 1795167000000 + (long long)d->now_ms, fixture);
	drive_sample(d, b.s);
	buf_free(&b);
}

static void start(struct drive *d, int w, const char *filter)
{
	drive_open(d, w, 40, TEXT_UTF8, filter);
}

static void test_places_of_a_grouping(void **state)
{
	struct drive d;

	(void)state;
	start(&d, 120, "");
	assert_false(asks(&d));
	sample(&d, PLAIN);
	drive_keys(&d, "u u");
	assert_false(asks(&d));
	/* By container: what is there cannot tell, and another sample is wanted at once. */
	drive_keys(&d, "u");
	assert_true(asks(&d));
	assert_true(app_wants_now(d.app));
	check_has(&d, " Container ");
	check_has_not(&d, "[none]");
	sample(&d, PLAIN);
	check_has_not(&d, "[none]");
	sample(&d, PLACED);
	check_has(&d, ">web       ");
	check_has(&d, "[none]");
	assert_false(app_wants_now(d.app));
	/* By unit, out of what is there; the escapes are for files. */
	drive_keys(&d, "u");
	check_has(&d, ">nginx.service");
	check_has(&d, " ssh-x.service");
	assert_true(asks(&d));
	drive_keys(&d, "u");
	check_has(&d, "nginx[7]");
	assert_false(asks(&d));
	drive_close(&d);
}

static void test_places_behind_a_row(void **state)
{
	struct drive d;

	(void)state;
	start(&d, 160, "");
	sample(&d, PLAIN);
	drive_keys(&d, "u u u");
	sample(&d, PLACED);
	drive_keys(&d, "g Enter");
	check_has(&d, "container = web");
	check_has(&d, "10.4.1.17:1002");
	check_has_not(&d, "10.4.1.18");
	drive_keys(&d, "Esc G Space");
	check_has(&d, "container = \"\"");
	drive_close(&d);
}

static void test_places_of_a_filter(void **state)
{
	struct drive d;

	(void)state;
	start(&d, 120, "unit = ssh-x.service");
	assert_true(asks(&d));
	sample(&d, PLACED);
	check_has(&d, "sshd[8]");
	check_has_not(&d, "nginx[7]");
	drive_keys(&d, "u");
	assert_true(asks(&d));
	drive_close(&d);
}

/* Shows the column, where there is room. */
static void choose(struct drive *d, const char *line)
{
	drive_keys(d, "G");
	for (int i = 0; i < 64 && strstr(drive_screen(d), line) == NULL; i++)
		drive_keys(d, "k");
	check_has(d, line);
	drive_keys(d, "Space < < < < < < < < < < < < < < < < < < < < Enter");
}

static void test_places_of_columns(void **state)
{
	struct drive d;

	(void)state;
	start(&d, 250, "");
	sample(&d, PLACED);
	assert_false(asks(&d));
	drive_keys(&d, "2 c");
	choose(&d, ">Unit ");
	assert_true(asks(&d));
	check_has(&d, " Unit ");
	check_has(&d, " ssh-x.service");
	drive_keys(&d, "Enter");
	check_has(&d, "sockets");
	drive_keys(&d, "Esc c x Enter");
	assert_false(asks(&d));
	drive_keys(&d, "Enter c");
	choose(&d, ">Unit ");
	assert_true(asks(&d));
	check_has(&d, " Unit ");
	drive_close(&d);
}

/* Names can be completed while a filter is typed. */
static void test_places_are_asked_for_by_the_prompt(void **state)
{
	struct drive d;

	(void)state;
	start(&d, 120, "");
	sample(&d, PLAIN);
	drive_keys(&d, "f");
	assert_true(asks(&d));
	/* What is there is shown all the same. */
	check_has(&d, "nginx[7]");
	sample(&d, PLACED);
	drive_keys(&d, "u n i t Space = Space n Tab");
	check_has(&d, "unit = nginx.service");
	drive_keys(&d, "Esc Esc Esc");
	assert_false(asks(&d));
	drive_close(&d);
}

/* ---- details --------------------------------------------------------- */

#define DETAILED                                                               \
	"sock tcp ESTABLISHED 10.4.0.7:80 10.4.1.17:1000 ino 10 detail full\n" \
	"sock tcp ESTABLISHED 10.4.0.7:22 10.4.1.18:1000 ino 30 detail bbr\n"  \
	"proc 7 nginx\nhold 7 3 10\nproc 8 sshd\nhold 8 3 30\n"

static unsigned details(struct drive *d)
{
	unsigned interval_ms, pulse_ms;
	struct want w;

	app_wants_sample(d->app, &interval_ms, &pulse_ms, &w);
	return w.details;
}

static void test_details_of_a_filter(void **state)
{
	struct drive d;

	(void)state;
	start(&d, 120, "fwmark = 42");
	assert_int_equal(details(&d), DETAIL_PART_SOCKET);
	sample(&d, DETAILED);
	check_has(&d, "nginx[7]");
	check_has_not(&d, "sshd[8]");
	drive_keys(&d, "x");
	assert_int_equal(details(&d), 0);
	check_has(&d, "sshd[8]");
	drive_close(&d);
}

/* A sample without them is not shown behind a filter that asks for them: it would be empty. */
static void test_details_are_waited_for(void **state)
{
	struct drive d;

	(void)state;
	start(&d, 120, "");
	sample(&d, DETAILED);
	assert_int_equal(details(&d), 0);
	drive_keys(&d, "f c g r o u p Space / s *");
	/* For the candidates, before it is a filter. */
	assert_int_equal(details(&d), DETAIL_PART_SOCKET);
	assert_true(app_wants_now(d.app));
	drive_keys(&d, "Enter");
	assert_int_equal(details(&d), DETAIL_PART_SOCKET);
	sample(&d, DETAILED);
	check_has(&d, "nginx[7]");
	check_has_not(&d, "sshd[8]");
	drive_close(&d);
}

/* The prompt says so, and does not take it. */
static void test_marks_that_are_not_told(void **state)
{
	const struct app_cfg cfg = { .select = { .protos = 3, .v4 = true, .v6 = true },
				     .prefs = { .interval_ms = 2000 },
				     .max_percent = 10,
				     .marks_untold = "fwmark is told to others only" };
	struct drive d;

	(void)state;
	start(&d, 120, "");
	app_free(d.app);
	d.app = app_new(&cfg);
	drive_resize(&d, 120, 40);
	sample(&d, DETAILED);
	drive_keys(&d, "f s p o r t Space 8 0 Space f w m a r k Space 1");
	check_has(&d, "fwmark is told to others only");
	drive_keys(&d, "Enter");
	check_has(&d, "fwmark is told to others only");
	drive_keys(&d, "Esc");
	check_has(&d, "sshd[8]");
	assert_int_equal(details(&d), 0);
	drive_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places_of_a_grouping),
		cmocka_unit_test(test_places_behind_a_row),
		cmocka_unit_test(test_places_of_a_filter),
		cmocka_unit_test(test_places_of_columns),
		cmocka_unit_test(test_places_are_asked_for_by_the_prompt),
		cmocka_unit_test(test_details_of_a_filter),
		cmocka_unit_test(test_details_are_waited_for),
		cmocka_unit_test(test_marks_that_are_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
