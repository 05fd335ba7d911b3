/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <errno.h>
#include <poll.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "sockeye/collect/collector.h"

#define DEADLINE_MS 20000 /* of anything that should come soon */
#define LONG_MS     (3600 * 1000)
#define SLOW_MS     100

/* ---- the source of these tests --------------------------------------- */

enum behaviour {
	SAMPLE,     /* one socket; its uid is the number of the call */
	FAIL,       /* an error with a reason */
	FAIL_BARE,  /* an error without one */
	SLOW_FIRST, /* as SAMPLE, but the first one takes SLOW_MS */
	BLOCK,      /* until cancelled, as a dump of a million sockets */
	REFUSE_TO_OPEN,
};

static struct {
	_Atomic(enum behaviour) behaviour;
	atomic_uint collects, opens, closes;
	atomic_uint closes_wanted; /* bit n: the n-th collect() was to bring sockets in CLOSE */
	atomic_uint protos;        /* of the last collect() */
	atomic_uint last_code;     /* the last byte of its program */
	atomic_uint pulses;
	sem_t collecting; /* posted on each entry of collect() */
} source;

static int source_open(void **priv, struct err *e)
{
	if (atomic_load(&source.behaviour) == REFUSE_TO_OPEN)
		return err_set(e, -EPERM, "this source does not open");
	atomic_fetch_add(&source.opens, 1);
	*priv = &source;
	return 0;
}

/* As whatever takes long in a source: -ECANCELED soon after cancel_fd became readable. */
static int work(int cancel_fd, int ms)
{
	struct pollfd p = { .fd = cancel_fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1 ? -ECANCELED : 0;
}

static int add_socket(struct snap_builder *b, uint32_t n)
{
	const struct sock s = { .cookie = n, .uid = n, .state = ST_ESTABLISHED };
	const struct sock_ext x = { 0 };

	return snap_add(b, &s, &x);
}

static int source_collect(void *priv, struct snap_builder *b, const struct want *w, int cancel_fd,
			  struct err *e)
{
	uint32_t n = atomic_fetch_add(&source.collects, 1);

	assert_ptr_equal(priv, &source);
	atomic_store(&source.protos, w->protos);
	if (w->thin != NULL && w->thin->code_len > 0)
		atomic_store(&source.last_code,
			     (unsigned)((const char *)w->thin->code)[w->thin->code_len - 1]);
	if (n < 32 && w->close)
		atomic_fetch_or(&source.closes_wanted, 1u << n);
	sem_post(&source.collecting);
	switch (atomic_load(&source.behaviour)) {
	case SAMPLE:
		return add_socket(b, n + 1);
	case SLOW_FIRST:
		if (n == 0 && work(cancel_fd, SLOW_MS) != 0)
			return -ECANCELED;
		return add_socket(b, n + 1);
	case FAIL:
		return err_set(e, -EIO, "sample %u went wrong", (unsigned)n + 1);
	case FAIL_BARE:
		return -EIO;
	case BLOCK:
		return work(cancel_fd, -1);
	case REFUSE_TO_OPEN:
		break;
	}
	return -EINVAL;
}

static void source_close(void *priv)
{
	if (priv != NULL)
		atomic_fetch_add(&source.closes, 1);
}

static void source_pulse(void *priv, struct pulse *p)
{
	assert_ptr_equal(priv, &source);
	*p = (struct pulse){ .mono_ns = 1 };
	p->counters.value[CTR_TCP_TW] = atomic_fetch_add(&source.pulses, 1) + 1;
}

static const struct source_ops synthetic = {
	.name = "synthetic",
	.open = source_open,
	.collect = source_collect,
	.close = source_close,
};

static const struct source_ops pulsing = {
	.name = "pulsing",
	.open = source_open,
	.collect = source_collect,
	.pulse = source_pulse,
	.close = source_close,
};

/* ---- helpers --------------------------------------------------------- */

static const struct want all = { .protos = 3, .close = true, .owners = true };

static int setup(void **state)
{
	(void)state;
	atomic_store(&source.behaviour, SAMPLE);
	atomic_store(&source.collects, 0);
	atomic_store(&source.opens, 0);
	atomic_store(&source.closes, 0);
	atomic_store(&source.closes_wanted, 0);
	atomic_store(&source.pulses, 0);
	sem_init(&source.collecting, 0, 0);
	return 0;
}

static struct collector *start(unsigned interval_ms)
{
	struct collector *c;
	struct err e;

	assert_int_equal(collector_start(&c, &synthetic, interval_ms, &all, &e), 0);
	return c;
}

static void await_news(const struct collector *c)
{
	struct pollfd p = { .fd = collector_fd(c), .events = POLLIN };

	assert_int_equal(poll(&p, 1, DEADLINE_MS), 1);
}

static bool has_news(const struct collector *c)
{
	struct pollfd p = { .fd = collector_fd(c), .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static const struct snap *await_snap(struct collector *c)
{
	const struct snap *s;

	await_news(c);
	s = collector_take(c);
	assert_non_null(s);
	return s;
}

static void await_collect(void)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += DEADLINE_MS / 1000;
	while (sem_timedwait(&source.collecting, &end) != 0)
		assert_int_equal(errno, EINTR);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- tests ----------------------------------------------------------- */

static void test_collector_hands_snapshots_over(void **state)
{
	struct collector *c = start(1);
	uint64_t last = 0;

	(void)state;
	for (int i = 0; i < 50; i++) {
		const struct snap *s = await_snap(c);
		struct err e;

		assert_int_equal(s->n_sock, 1);
		assert_true(s->seq > last);
		assert_int_equal(s->sock[0].uid, s->seq);
		assert_false(collector_failed(c, &e));
		last = s->seq;
		snap_unref(s);
	}
	collector_stop(c);
	assert_int_equal(atomic_load(&source.opens), 1);
	assert_int_equal(atomic_load(&source.closes), 1);
}

static void test_collector_takes_the_first_sample_at_once(void **state)
{
	struct collector *c = start(LONG_MS);
	const struct snap *s = await_snap(c);

	(void)state;
	assert_int_equal(s->seq, 1);
	assert_false(has_news(c));
	assert_null(collector_take(c));
	snap_unref(s);
	collector_stop(c);
}

static void test_collector_drops_what_nobody_took(void **state)
{
	struct collector *c = start(1);
	const struct snap *s;

	(void)state;
	for (int i = 0; i < 20; i++)
		await_collect();
	s = await_snap(c);
	assert_true(s->seq >= 19); /* the 20th is under way */
	snap_unref(s);
	collector_stop(c);
}

static void test_collector_builds_on_the_snapshot_before(void **state)
{
	struct collector *c = start(1);
	const struct snap *s;

	(void)state;
	do {
		s = await_snap(c);
		if (s->seq > 1) {
			assert_true(s->sock[0].flags & SOCK_NEW);
			break;
		}
		assert_false(s->sock[0].flags & SOCK_NEW);
		snap_unref(s);
	} while (true);
	snap_unref(s);
	collector_stop(c);
}

static void test_collector_takes_a_sample_now(void **state)
{
	struct collector *c = start(LONG_MS);

	(void)state;
	for (uint64_t seq = 1; seq <= 5; seq++) {
		const struct snap *s = await_snap(c);

		assert_int_equal(s->seq, seq);
		snap_unref(s);
		collector_now(c);
	}
	collector_stop(c);
}

static void test_collector_applies_a_shorter_interval_at_once(void **state)
{
	struct collector *c = start(LONG_MS);
	const struct want udp = { .protos = 1u << PROTO_UDP };

	(void)state;
	await_collect();
	collector_want(c, 1, &udp);
	await_collect();
	assert_int_equal(atomic_load(&source.protos), 1u << PROTO_UDP);
	collector_stop(c);
}

static void test_collector_does_not_sample_because_of_a_want(void **state)
{
	struct collector *c = start(LONG_MS);

	(void)state;
	snap_unref(await_snap(c));
	for (int i = 0; i < 100; i++)
		collector_want(c, LONG_MS, &all);
	/* What is asked for now comes after all of those. */
	collector_now(c);
	snap_unref(await_snap(c));
	assert_int_equal(atomic_load(&source.collects), 2);
	collector_stop(c);
}

static void test_collector_asks_for_close_in_each_tenth_sample(void **state)
{
	struct collector *c = start(1);

	(void)state;
	for (int i = 0; i < 25; i++)
		await_collect();
	collector_stop(c);
	assert_int_equal(atomic_load(&source.closes_wanted) & 0x1ffffff,
			 1u << 0 | 1u << 10 | 1u << 20);
}

static void test_collector_asks_for_close_when_it_comes_to_be_wanted(void **state)
{
	struct want w = { .protos = 3 };
	struct collector *c;
	struct err e;

	(void)state;
	assert_int_equal(collector_start(&c, &synthetic, LONG_MS, &w, &e), 0);
	await_collect();
	snap_unref(await_snap(c));
	w.close = true;
	collector_want(c, LONG_MS, &w);
	collector_now(c);
	await_collect();
	snap_unref(await_snap(c));
	/* Another interval, or owners, are no reason to ask again. */
	w.owners = true;
	collector_want(c, LONG_MS - 1, &w);
	collector_now(c);
	await_collect();
	collector_stop(c);
	assert_int_equal(atomic_load(&source.closes_wanted), 1u << 1);
}

/* What a slow sample ran over is left out: it does not come in a burst behind it. */
static void test_collector_leaves_out_what_it_is_too_late_for(void **state)
{
	const int interval_ms = 20;
	int64_t begin_ms = now_ms(), elapsed_ms;
	struct collector *c;

	(void)state;
	atomic_store(&source.behaviour, SLOW_FIRST);
	c = start((unsigned)interval_ms);
	for (int i = 0; i < 10; i++)
		await_collect();
	elapsed_ms = now_ms() - begin_ms;
	collector_stop(c);
	/* The second comes at once, the third at the next whole interval, then seven in step. */
	assert_true(elapsed_ms >= SLOW_MS + 7 * interval_ms);
}

static void test_collector_tells_the_reason_of_a_failure(void **state)
{
	struct collector *c;
	struct err e;

	(void)state;
	atomic_store(&source.behaviour, FAIL);
	c = start(LONG_MS);
	await_news(c);
	assert_null(collector_take(c));
	assert_false(has_news(c));
	assert_true(collector_failed(c, &e));
	assert_int_equal(e.code, -EIO);
	assert_string_equal(e.msg, "sample 1 went wrong");

	atomic_store(&source.behaviour, FAIL_BARE);
	collector_now(c);
	await_news(c);
	assert_null(collector_take(c));
	assert_true(collector_failed(c, &e));
	assert_string_equal(e.msg, "synthetic: Input/output error");

	atomic_store(&source.behaviour, SAMPLE);
	collector_now(c);
	snap_unref(await_snap(c));
	assert_false(collector_failed(c, &e));
	collector_stop(c);
}

static void test_collector_says_that_the_source_does_not_open(void **state)
{
	struct collector *c;
	struct err e;

	(void)state;
	atomic_store(&source.behaviour, REFUSE_TO_OPEN);
	assert_int_equal(collector_start(&c, &synthetic, 1, &all, &e), -EPERM);
	assert_string_equal(e.msg, "this source does not open");
	assert_int_equal(atomic_load(&source.closes), 0);
}

static void test_collector_stops_amid_a_sample(void **state)
{
	struct collector *c;
	int64_t begin_ms;

	(void)state;
	atomic_store(&source.behaviour, BLOCK);
	c = start(1);
	await_collect();
	begin_ms = now_ms();
	collector_stop(c);
	/* Milliseconds, but the machine that tests may be busy with something else. */
	assert_true(now_ms() - begin_ms < 1000);
	assert_int_equal(atomic_load(&source.collects), 1);
	assert_int_equal(atomic_load(&source.closes), 1);
}

static void test_collector_starts_and_stops_many_times(void **state)
{
	uint64_t seed = test_seed();

	(void)state;
	for (int i = 0; i < 200; i++) {
		uint64_t r = test_random(&seed);
		struct collector *c;

		atomic_store(&source.behaviour, r & 1 ? SAMPLE : BLOCK);
		c = start(1);
		if (r & 2)
			await_collect();
		if (r & 4)
			collector_now(c);
		if (r & 8)
			snap_unref(collector_take(c));
		if (r & 16)
			collector_want(c, 1, &all);
		collector_stop(c);
	}
	assert_int_equal(atomic_load(&source.opens), 200);
	assert_int_equal(atomic_load(&source.closes), 200);
}

static uint64_t await_pulse(struct collector *c)
{
	struct pulse p;

	do
		await_news(c);
	while (!collector_pulse(c, &p) && (snap_unref(collector_take(c)), true));
	return p.counters.value[CTR_TCP_TW];
}

static void test_collector_counts_before_the_first_sample(void **state)
{
	struct collector *c;
	struct pulse p;
	struct err e;

	(void)state;
	atomic_store(&source.behaviour, BLOCK);
	assert_int_equal(collector_start(&c, &pulsing, LONG_MS, &all, &e), 0);
	assert_int_equal(await_pulse(c), 1);
	assert_null(collector_take(c));
	assert_false(collector_pulse(c, &p));
	collector_stop(c);
}

static void test_collector_counts_between_samples(void **state)
{
	struct collector *c;
	struct err e;
	uint64_t last;

	(void)state;
	assert_int_equal(collector_start(&c, &pulsing, LONG_MS, &all, &e), 0);
	last = await_pulse(c);
	collector_pulse_every(c, 1);
	for (int i = 0; i < 5; i++) {
		uint64_t next = await_pulse(c);

		assert_true(next > last);
		last = next;
	}
	assert_int_equal(atomic_load(&source.collects), 1);
	collector_stop(c);
}

static void test_collector_stops_what_never_started(void **state)
{
	(void)state;
	collector_stop(NULL);
}

/* What a want borrows is copied: the caller may do with it what it likes. */
static void test_collector_copies_what_is_thinned(void **state)
{
	char code[4] = { 1, 2, 3, 4 };
	struct thin thin = { .choice = 7, .code = code, .code_len = sizeof(code) };
	struct want w = { .protos = 1u << PROTO_TCP, .close = true, .thin = &thin };
	const struct snap *s;
	struct collector *c;
	struct err e;

	(void)state;
	assert_int_equal(collector_start(&c, &synthetic, LONG_MS, &w, &e), 0);
	s = await_snap(c);
	assert_int_equal(s->choice, 7);
	snap_unref(s);
	thin.choice = 8;
	code[3] = 5;
	collector_want(c, LONG_MS, &w);
	memset(code, 0, sizeof(code));
	thin = (struct thin){ .choice = 99 };
	collector_now(c);
	s = await_snap(c);
	assert_int_equal(s->choice, 8);
	assert_int_equal(atomic_load(&source.last_code), 5);
	snap_unref(s);
	w.thin = NULL;
	collector_want(c, LONG_MS, &w);
	collector_now(c);
	s = await_snap(c);
	assert_int_equal(s->choice, 0);
	snap_unref(s);
	collector_stop(c);
}

#define FRESH(test) cmocka_unit_test_setup(test, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(test_collector_hands_snapshots_over),
		FRESH(test_collector_takes_the_first_sample_at_once),
		FRESH(test_collector_drops_what_nobody_took),
		FRESH(test_collector_builds_on_the_snapshot_before),
		FRESH(test_collector_takes_a_sample_now),
		FRESH(test_collector_copies_what_is_thinned),
		FRESH(test_collector_applies_a_shorter_interval_at_once),
		FRESH(test_collector_does_not_sample_because_of_a_want),
		FRESH(test_collector_asks_for_close_in_each_tenth_sample),
		FRESH(test_collector_asks_for_close_when_it_comes_to_be_wanted),
		FRESH(test_collector_leaves_out_what_it_is_too_late_for),
		FRESH(test_collector_tells_the_reason_of_a_failure),
		FRESH(test_collector_says_that_the_source_does_not_open),
		FRESH(test_collector_stops_amid_a_sample),
		FRESH(test_collector_starts_and_stops_many_times),
		FRESH(test_collector_counts_before_the_first_sample),
		FRESH(test_collector_counts_between_samples),
		FRESH(test_collector_stops_what_never_started),
	};

	return cmocka_run_group_tests_name("collector", tests, NULL, NULL);
}
