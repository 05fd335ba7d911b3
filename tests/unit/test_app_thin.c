/* SPDX-License-Identifier: MIT */
/* Samples of a large machine without what the user's filter leaves out. */
#include "test.h"

#include <string.h>

#include "drive.h"
#include "fake.h"

#define MANY                                                                     \
	"sock tcp ESTABLISHED 10.4.0.7:80 10.4.1.17:1000 ino 1000 times 60000\n" \
	"sock tcp LISTEN 0.0.0.0:80 - ino 99\n"
#define LEAK                                                               \
	"sock tcp CLOSE_WAIT 10.4.0.7:80 10.4.1.18:1000 ino 100 times 5\n" \
	"proc 2211 java\nhold 2211 3 100 times 5\n"
#define TIMED "sock tcp TIME_WAIT 10.4.0.7:80 10.4.1.19:1000 times 7\n"

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

/* What is asked for now; NULL: all. */
static const struct thin *asked(struct drive *d)
{
	unsigned interval_ms, pulse_ms;
	struct want w;

	app_wants_sample(d->app, &interval_ms, &pulse_ms, &w);
	return w.thin;
}

/* choice 0: a whole one. */
static void sample(struct drive *d, const char *fixture, uint32_t choice)
{
	struct buf b = { 0 };

	buf_fmt(&b, "sample %lld\n%s", 1795167000000 + (long long)d->now_ms, fixture);
	if (choice != 0)
		buf_fmt(&b, "thinned close-wait %u\n", choice);
	drive_sample(d, b.s);
	buf_free(&b);
}

/* A sample that was made for what is asked for. */
static void thinned_sample(struct drive *d, const char *fixture)
{
	const struct thin *t = asked(d);

	assert_non_null(t);
	sample(d, fixture, t->choice);
}

static void type(struct drive *d, const char *text)
{
	struct buf keys = { 0 };

	for (; *text != '\0'; text++)
		buf_fmt(&keys, *text == ' ' ? "Space " : "%c ", *text);
	drive_keys(d, keys.s);
	buf_free(&keys);
}

static void start(struct drive *d, const char *filter)
{
	drive_open(d, 80, 24, TEXT_UTF8, filter);
	assert_null(asked(d));
	sample(d, MANY LEAK TIMED, 0);
}

static void test_thin_by_a_filter_that_leaves_out_most(void **state)
{
	const struct thin *t;
	struct drive d;

	(void)state;
	start(&d, "state close-wait");
	check_has(&d, "5 of 60,013");
	t = asked(&d);
	assert_non_null(t);
	assert_int_equal(t->states[PROTO_TCP], ST_BIT(ST_CLOSE_WAIT));
	assert_int_equal(t->states[PROTO_UDP] & (ST_BIT(ST_ESTABLISHED) | ST_BIT(ST_CLOSE)), 0);
	assert_true(t->listeners);
	assert_true(app_wants_now(d.app));
	assert_false(app_wants_now(d.app));
	thinned_sample(&d, LEAK);
	check_has(&d, "5 of ?");
	check_has(&d, "? sockets");
	check_has(&d, "java[2211]");
	check_has(&d, "no findings meanwhile");
	drive_close(&d);
}

static void test_thin_not_where_it_does_not_pay(void **state)
{
	static const char *const filters[] = { "", "state established", "pid = 2211",
					       "inode = 1 or state close-wait", "sport = 80" };
	struct drive d;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++) {
		start(&d, filters[i]);
		assert_null(asked(&d));
		drive_close(&d);
	}
	/* A small machine. */
	drive_open(&d, 80, 24, TEXT_UTF8, "state close-wait");
	drive_sample(&d, LEAK TIMED "sock tcp ESTABLISHED 10.4.0.7:80 10.4.1.17:1000 times 4000\n");
	assert_null(asked(&d));
	drive_close(&d);
}

static void test_thin_by_addresses(void **state)
{
	const struct thin *t;
	struct drive d;

	(void)state;
	start(&d, "dst 10.4.1.18");
	t = asked(&d);
	assert_non_null(t);
	assert_true(t->code != NULL && t->code_len > 0);
	drive_close(&d);
}

/* Pins are no reason: their own pane needs what they leave out. */
static void test_thin_not_by_pins(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "");
	drive_keys(&d, "1 j j j j j j Space");
	check_has(&d, "5 of 60,013");
	assert_null(asked(&d));
	sample(&d, MANY LEAK TIMED, 0);
	assert_null(asked(&d));
	check_has(&d, "ESTAB      60,000");
	drive_close(&d);
}

/* Pins on top of a filter that thins: each pane has what it needs. */
static void test_thin_with_pins_on_top(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "state close-wait or state time-wait");
	assert_non_null(asked(&d));
	thinned_sample(&d, LEAK TIMED);
	drive_keys(&d, "1 j j j j j j Space");
	check_has(&d, "5 of ?");
	check_has(&d, "TIME_WAIT       7");
	check_has(&d, "CLOSE_WAIT*     5");
	assert_non_null(asked(&d));
	drive_close(&d);
}

/* Another filter: the rows stay until the sample for it has come, and one for the old is too late. */
static void test_thin_keeps_the_rows_until_the_new_sample(void **state)
{
	struct drive d;
	uint32_t old;

	(void)state;
	start(&d, "state close-wait");
	old = asked(&d)->choice;
	thinned_sample(&d, LEAK);
	drive_keys(&d, "x");
	check_has(&d, "java[2211]              5");
	check_has_not(&d, "[time-wait]");
	assert_null(asked(&d));
	assert_true(app_wants_now(d.app));
	drive_keys(&d, "s S 3 s 1 2");
	check_has_not(&d, "[time-wait]");
	sample(&d, TIMED, old);
	check_has(&d, "java[2211]");
	check_has_not(&d, "[time-wait]");
	sample(&d, MANY LEAK TIMED, 0);
	check_has(&d, "60,013 sockets");
	check_has(&d, "ESTAB      60,000");
	check_has(&d, "Filter  none");
	drive_close(&d);
}

/* At the prompt any filter can be typed: the lists follow on a whole sample. */
static void test_thin_not_while_a_filter_is_typed(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "state close-wait");
	asked(&d);
	thinned_sample(&d, LEAK);
	drive_keys(&d, "f");
	assert_null(asked(&d));
	assert_true(app_wants_now(d.app));
	check_has(&d, "waiting");
	drive_keys(&d, "C-u");
	type(&d, "state time-wait");
	drive_wait(&d, 150);
	drive_work(&d);
	check_has(&d, "java[2211]              5");
	sample(&d, MANY LEAK TIMED, 0);
	check_has(&d, "7 match");
	check_has_not(&d, "java");
	drive_keys(&d, "Enter");
	check_has(&d, "7 of 60,013");
	assert_int_equal(asked(&d)->states[PROTO_TCP], ST_BIT(ST_TIME_WAIT));
	/* Esc at the prompt: thinned again as before. */
	thinned_sample(&d, TIMED);
	drive_keys(&d, "f Esc");
	assert_non_null(asked(&d));
	check_has(&d, "7 of ?");
	drive_close(&d);
}

/* What is about all sockets has them all. */
static void test_thin_not_behind_pages_of_all_sockets(void **state)
{
	static const char *const keys[] = { "I", "1 e", "d" };
	struct drive d;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		start(&d, "state close-wait");
		assert_non_null(asked(&d));
		drive_keys(&d, keys[i]);
		assert_null(asked(&d));
		drive_keys(&d, "Esc");
		assert_non_null(asked(&d));
		drive_close(&d);
	}
}

/* What comes back from having been left out is not new, and not younger than it is known to be. */
static void test_thin_rows_that_come_back_are_not_new(void **state)
{
	static const char *const thinned[] = { "thinned 1\n", "thinned 2\n", "" };
	struct snap_pool *pool = snap_pool_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(thinned); i++) {
		struct buf later = { 0 };
		const struct snap *a =
			fake_snap("sample 1795167000000\n" LEAK "thinned 1\n", pool, NULL);
		const struct snap *b;

		buf_fmt(&later, "sample 1795167002000\n%s%s%s", LEAK, TIMED, thinned[i]);
		b = fake_snap(later.s, pool, a);
		for (uint32_t row = 0; row < b->n_sock; row++) {
			bool back = b->sock[row].state == ST_TIME_WAIT;

			/* By the same choice it would have been there. */
			assert_int_equal((b->sock[row].flags & SOCK_NEW) != 0, back && i == 0);
			assert_int_equal((b->sock[row].flags & SOCK_OLDER) != 0, !back || i != 0);
		}
		snap_unref(a);
		snap_unref(b);
		buf_free(&later);
	}
	snap_pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_thin_by_a_filter_that_leaves_out_most),
		cmocka_unit_test(test_thin_not_where_it_does_not_pay),
		cmocka_unit_test(test_thin_by_addresses),
		cmocka_unit_test(test_thin_not_by_pins),
		cmocka_unit_test(test_thin_with_pins_on_top),
		cmocka_unit_test(test_thin_keeps_the_rows_until_the_new_sample),
		cmocka_unit_test(test_thin_not_while_a_filter_is_typed),
		cmocka_unit_test(test_thin_not_behind_pages_of_all_sockets),
		cmocka_unit_test(test_thin_rows_that_come_back_are_not_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
