/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "history_parts.h"
#include "story.h"

static const char *text_of(const char *fmt, ...) PRINTF_LIKE(1, 2);

static const char *text_of(const char *fmt, ...)
{
	static char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return text;
}

static void test_history_of_nothing(void **state)
{
	struct history *h = history_new();
	uint32_t trend[3];

	(void)state;
	assert_int_equal(history_span_ns(h), 0);
	assert_true(history_rate(h, CTR_LISTEN_DROPS) < 0);
	assert_true(history_new_rate(h) < 0);
	assert_true(history_usual(h, ST_SYN_RECV) < 0);
	assert_false(history_state_growth(h, ST_CLOSE_WAIT).known);
	history_trend(h, ST_SYN_RECV, NS_PER_S, trend, 3);
	assert_int_equal(trend[2], HISTORY_UNKNOWN);
	history_free(h);
	history_free(NULL);
}

/* Rates are over the time that passed, whatever the interval was and wherever samples are missing. */
static void test_history_rates(void **state)
{
	struct story t;

	(void)state;
	story_open(&t);
	story_tell(&t, 2, "counter ListenDrops 1000\n");
	assert_true(history_rate(t.history, CTR_LISTEN_DROPS) < 0);
	story_tell(&t, 2, "counter ListenDrops 1010\n");
	assert_true(history_rate(t.history, CTR_LISTEN_DROPS) == 5);
	story_tell(&t, 50, "counter ListenDrops 2010\n"); /* asleep */
	assert_true(history_rate(t.history, CTR_LISTEN_DROPS) == 20);
	story_tell(&t, 0.1, "counter ListenDrops 2011\n");
	assert_true(history_rate(t.history, CTR_LISTEN_DROPS) > 9.9);
	story_tell(&t, 2, "counter ListenDrops 3\n"); /* not the same counter */
	assert_true(history_rate(t.history, CTR_LISTEN_DROPS) < 0);
	story_tell(&t, 2, "");
	assert_true(history_rate(t.history, CTR_LISTEN_DROPS) < 0);
	story_close(&t);
}

static void test_history_counts_new_ones(void **state)
{
	struct story t;

	(void)state;
	story_open(&t);
	for (unsigned i = 0; i < 40; i++)
		story_tell(&t, 0.1,
			   text_of("sock tcp LISTEN 0.0.0.0:80 - ino 1\n"
				   "sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:%u times 10\n",
				   1 + 10 * i));
	assert_true(history_new_rate(t.history) > 99 && history_new_rate(t.history) < 101);
	story_close(&t);
}

/* Those that no sample has are new connections as well. */
static void test_history_counts_what_came_and_went(void **state)
{
	struct story t;

	(void)state;
	story_open(&t);
	for (unsigned i = 0; i < 10; i++)
		story_tell(
			&t, 1,
			text_of("sock tcp LISTEN 0.0.0.0:80 - ino 1\n"
				"sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:%u times 10\n"
				"sock udp ESTABLISHED 10.0.0.1:99 10.0.0.2:53 flag brief\n"
				"sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.3:1 flag brief times 40\n",
				1 + 10 * i));
	assert_true(history_new_rate(t.history) > 49.9 && history_new_rate(t.history) < 50.1);
	story_close(&t);
}

/* More than two samples a second share a place, so ten minutes fit; the newest is always there. */
static void test_history_spans_ten_minutes_at_any_step(void **state)
{
	const struct point *p;
	struct story t;
	uint32_t n;

	(void)state;
	story_open(&t);
	for (unsigned i = 0; i < 6500; i++)
		story_tell(&t, 0.1, i % 2 ? "" : "sock tcp TIME_WAIT 10.0.0.1:80 10.0.0.2:1\n");
	for (n = 0; (p = history_point(t.history, n)) != NULL; n++)
		;
	p = history_point(t.history, n - 1);
	assert_true(history_point(t.history, 0)->mono_ns - p->mono_ns >= 600 * NS_PER_S);
	assert_int_equal(history_point(t.history, 0)->mono_ns, t.snap->mono_ns);
	story_close(&t);
}

static void test_history_usual_is_the_median_of_minutes(void **state)
{
	struct story t;

	(void)state;
	story_open(&t);
	/* 1, 2, 3, ... one each minute; the last is what is now. */
	for (unsigned i = 1; i <= 10; i++)
		story_tell(&t, 60,
			   text_of("sock tcp SYN_RECV 10.0.0.1:80 10.0.0.2:1 times %u\n", i));
	assert_true(history_usual(t.history, ST_SYN_RECV) < 0);
	story_tell(&t, 60, "sock tcp SYN_RECV 10.0.0.1:80 10.0.0.2:1 times 900\n");
	assert_true(history_usual(t.history, ST_SYN_RECV) == 5.5);
	story_close(&t);
}

static void test_history_trend(void **state)
{
	uint32_t half[4], fresh[4];
	struct story t;

	(void)state;
	story_open(&t);
	for (unsigned i = 1; i <= 6; i++)
		story_tell(&t, 2.5,
			   text_of("sock tcp SYN_RECV 10.0.0.1:80 10.0.0.2:1 times %u\n", 10 * i));
	history_trend(t.history, ST_SYN_RECV, 5 * NS_PER_S, half, 4);
	assert_int_equal(half[0], HISTORY_UNKNOWN);
	assert_int_equal(half[1], 20);
	assert_int_equal(half[2], 40);
	assert_int_equal(half[3], 60);
	history_new_trend(t.history, 5 * NS_PER_S, fresh, 4);
	assert_int_equal(fresh[0], HISTORY_UNKNOWN);
	assert_int_equal(fresh[1], 10); /* the first sample knows no new ones */
	assert_int_equal(fresh[3], 20);
	story_close(&t);
}

static void test_history_growth(void **state)
{
	struct growth g;
	struct story t;

	(void)state;
	story_open(&t);
	for (unsigned i = 0; i < 30; i++) {
		story_tell(&t, 1,
			   text_of("sock tcp CLOSE_WAIT 10.0.0.1:80 10.0.0.2:1 times %u\n",
				   1 + 4 * i + i % 2));
		assert_int_equal(history_state_growth(t.history, ST_CLOSE_WAIT).known, i >= 2);
	}
	g = history_state_growth(t.history, ST_CLOSE_WAIT);
	assert_true(g.steady);
	assert_true(g.per_s > 3.8 && g.per_s < 4.2);
	/* Up and down is no growth; nor is one burst. */
	for (unsigned i = 0; i < 30; i++)
		story_tell(&t, 1,
			   text_of("sock tcp CLOSE_WAIT 10.0.0.1:80 10.0.0.2:1 times %u\n",
				   100 + 50 * (i % 2)));
	assert_false(history_state_growth(t.history, ST_CLOSE_WAIT).steady);
	story_repeat(&t, 20, 1, "sock tcp CLOSE_WAIT 10.0.0.1:80 10.0.0.2:1 times 200\n");
	for (unsigned i = 0; i < 12; i++) {
		story_tell(&t, 1, "sock tcp CLOSE_WAIT 10.0.0.1:80 10.0.0.2:1 times 400\n");
		assert_false(history_state_growth(t.history, ST_CLOSE_WAIT).steady);
	}
	story_close(&t);
}

/* More processes than places, listeners too, and all of them change. */
static void test_history_memory_is_bounded(void **state)
{
	struct buf text = { .s = NULL };
	struct story t;
	size_t most = 0;

	(void)state;
	story_open(&t);
	for (unsigned round = 0; round < 20; round++) {
		buf_reset(&text);
		for (unsigned i = 0; i < 1000; i++) {
			unsigned pid = 1 + round * 500 + i;

			buf_fmt(&text,
				"sock tcp LISTEN 10.0.%u.%u:80 - ino %u rq 9 sq 1 drops 3\n"
				"sock tcp ESTABLISHED 10.1.%u.%u:9 10.0.0.1:%u ino %u rq 70000\n"
				"proc %u p start %u fds 20 limit 30\nhold %u 3 %u\nhold %u 4 %u\n",
				pid / 256, pid % 256, 2 * pid, pid / 256, pid % 256, pid,
				2 * pid + 1, pid, round, pid, 2 * pid, pid, 2 * pid + 1);
		}
		story_tell(&t, 2, text.s);
		if (history_memory(t.history) > most)
			most = history_memory(t.history);
	}
	assert_true(most < 2 << 20);
	assert_true(t.found.n <= FINDINGS_MAX);
	buf_free(&text);
	story_close(&t);
}

/* A process keeps its place while lesser ones come; one that matters more gets one. */
static void test_history_keeps_those_that_matter(void **state)
{
	struct buf text = { .s = NULL };
	struct story t;

	(void)state;
	story_open(&t);
	for (unsigned round = 0; round < 4; round++) {
		buf_reset(&text);
		for (unsigned i = 0; i < TRACKS + 50; i++)
			buf_fmt(&text,
				"sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:%u ino %u\n"
				"proc %u p\nhold %u 3 %u\n",
				1 + i, 1 + i, 1 + i, 1 + i, 1 + i);
		buf_str(&text, "sock tcp CLOSE_WAIT 10.0.0.1:80 10.0.0.3:1 ino 1000 times 9\n"
			       "proc 9999 leak\nhold 9999 3 1000 times 9\n");
		story_tell(&t, 2, text.s);
	}
	assert_true(history_growth(t.history, &t.snap->proc[5], TRACK_SOCKETS).known);
	assert_true(history_growth(t.history, &t.snap->proc[t.snap->n_proc - 1], TRACK_CLOSE_WAIT)
			    .known);
	assert_null(history_track(t.history, &t.snap->proc[TRACKS + 10]));
	buf_free(&text);
	story_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_history_of_nothing),
		cmocka_unit_test(test_history_rates),
		cmocka_unit_test(test_history_counts_new_ones),
		cmocka_unit_test(test_history_counts_what_came_and_went),
		cmocka_unit_test(test_history_spans_ten_minutes_at_any_step),
		cmocka_unit_test(test_history_usual_is_the_median_of_minutes),
		cmocka_unit_test(test_history_trend),
		cmocka_unit_test(test_history_growth),
		cmocka_unit_test(test_history_memory_is_bounded),
		cmocka_unit_test(test_history_keeps_those_that_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
