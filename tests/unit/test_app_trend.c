/* SPDX-License-Identifier: MIT */
/* Trends go on behind other screens, and come back when a pin is taken off. */
#include "test.h"

#include <string.h>

#include "drive.h"

/* A step of the trends, and the time of the first sample. */
#define STEP_MS  6000
#define FIRST_MS INT64_C(1795167060000)

static void sample(struct drive *d, unsigned step, unsigned waiting)
{
	struct buf b = { 0 };

	buf_fmt(&b, "sample %lld\n", (long long)(FIRST_MS + (int64_t)step * STEP_MS));
	buf_str(&b, "sock tcp ESTABLISHED 10.4.0.7:443 203.0.113.9:5000 ino 5 times 8\n");
	buf_fmt(&b, "sock tcp CLOSE_WAIT 10.4.0.7:8080 10.4.1.17:41000 ino 100 times %u\n",
		waiting);
	buf_fmt(&b, "proc 7 a\nhold 7 3 100 times %u\nproc 8 b\nhold 8 3 5 times 8\n", waiting);
	drive_wait(d, STEP_MS);
	drive_sample(d, b.s);
	buf_free(&b);
}

static void start(struct drive *d)
{
	drive_open(d, 120, 40, TEXT_ASCII, "");
	sample(d, 0, 1);
	sample(d, 1, 2);
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

static void test_trends_go_on_behind_other_screens(void **state)
{
	static const char *const screens[] = { "2 Enter", "L", "2 Enter p p" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(screens); i++) {
		struct drive d;

		start(&d);
		check_has(&d, " =#|");
		drive_keys(&d, screens[i]);
		sample(&d, 2, 4);
		sample(&d, 3, 6);
		sample(&d, 4, 8);
		check_has_not(&d, "Kernel counters");
		drive_keys(&d, "Esc");
		check_has(&d, "CLOSE_WAIT      8");
		check_has(&d, " .:=*#|");
		drive_close(&d);
	}
}

static void test_trends_come_back_without_the_pin(void **state)
{
	struct drive d;

	(void)state;
	start(&d);
	sample(&d, 2, 4);
	check_has(&d, " :=#|");
	/* The connections of the other process never were in that state. */
	drive_keys(&d, "2 Space");
	check_has(&d, "Filter  pid = 8");
	check_has(&d, "CLOSE_WAIT      0                  .|");
	drive_keys(&d, "Space");
	check_has(&d, "Filter  none");
	check_has(&d, " :=#|");
	/* Steps under the pin are not known. */
	drive_keys(&d, "Space");
	sample(&d, 3, 6);
	sample(&d, 4, 8);
	drive_keys(&d, "Space");
	check_has(&d, " .:= #|");
	drive_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trends_go_on_behind_other_screens),
		cmocka_unit_test(test_trends_come_back_without_the_pin),
	};

	return cmocka_run_group_tests_name("app_trend", tests, NULL, NULL);
}
