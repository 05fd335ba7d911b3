/* SPDX-License-Identifier: MIT */
#include "sockeye/collect/collector.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "sockeye/base/buf.h"
#include "sockeye/base/mem.h"
#include "sockeye/base/thread.h"
#include "sockeye/collect/clock.h"

/* TCP sockets in CLOSE are asked for in one sample of so many; a source carries them over. */
#define CLOSE_EVERY 10

/* A copy of what a struct want borrows. */
struct kept {
	struct thin thin;
	struct buf code;
};

struct collector {
	const struct source_ops *src;
	void *priv;
	struct snap_pool *pool;
	pthread_t thread;

	_Atomic(const struct snap *) slot; /* with one reference: the taker's */
	int news_fd;                       /* eventfd: something in the slot, or an error */
	int wake_fd;                       /* eventfd: orders below have changed */
	int stop_fd;                       /* eventfd, never read: cancels whatever goes on */

	pthread_mutex_t lock; /* over all below */
	struct want want;
	struct kept kept;
	int64_t interval_ns;
	bool now;        /* a sample is asked for */
	bool other_rows; /* want has come to mean other sockets since the last sample */
	struct err err;  /* of the last sample; code 0: it went well */
	int64_t pulse_ns;
	struct pulse pulse; /* that was not taken yet */
};

/* What the thread keeps to itself. */
struct worker {
	struct collector *c;
	const struct snap *prev;
	int64_t due_ns;       /* when the last sample was due */
	int64_t pulse_ns;     /* when the last pulse or sample was taken */
	unsigned since_close; /* samples since CLOSE was asked for */
	struct kept kept;     /* of the sample */
};

static uint32_t choice_of(const struct want *w)
{
	return w->thin != NULL ? w->thin->choice : 0;
}

/* From here on w borrows from the copy. */
static void keep(struct kept *k, struct want *w)
{
	if (w->thin == NULL)
		return;
	k->thin = *w->thin;
	buf_reset(&k->code);
	if (w->thin->code != NULL) {
		buf_add(&k->code, w->thin->code, w->thin->code_len);
		k->thin.code = k->code.s;
	}
	w->thin = &k->thin;
}

/* ---- the thread ------------------------------------------------------ */

static struct want next_want(struct worker *w)
{
	struct collector *c = w->c;
	struct want want;

	pthread_mutex_lock(&c->lock);
	want = c->want;
	keep(&w->kept, &want);
	if (c->other_rows)
		w->since_close = CLOSE_EVERY;
	c->other_rows = false;
	pthread_mutex_unlock(&c->lock);
	w->since_close++;
	if (w->since_close < CLOSE_EVERY)
		want.close = false;
	if (want.close)
		w->since_close = 0;
	return want;
}

static void hand_over(struct collector *c, const struct snap *s, const struct err *e)
{
	pthread_mutex_lock(&c->lock);
	c->err = *e;
	pthread_mutex_unlock(&c->lock);
	if (s != NULL)
		snap_unref(atomic_exchange(&c->slot, s));
	eventfd_write(c->news_fd, 1);
}

/* False when the thread is to end. */
static bool sample(struct worker *w)
{
	struct collector *c = w->c;
	struct want want = next_want(w);
	struct err e = { .pos = ERR_NO_POS };
	struct snap_builder *b = snap_build(c->pool, w->prev);
	const struct snap *s = NULL;
	int rc = c->src->collect(c->priv, b, &want, c->stop_fd, &e);

	if (rc == 0) {
		snap_set_choice(b, choice_of(&want));
		s = snap_seal(b);
		if (s == NULL)
			rc = err_set(&e, -ENOMEM, "not enough memory for all sockets");
	} else {
		snap_abandon(b);
	}
	if (rc == -ECANCELED)
		return false;
	if (rc != 0 && e.code == 0)
		(void)err_set(&e, rc, "%s: %s", c->src->name, strerror(-rc));
	if (s != NULL) {
		snap_unref(w->prev);
		w->prev = snap_ref(s);
	}
	w->pulse_ns = clock_ns(CLOCK_MONOTONIC);
	hand_over(c, s, &e);
	return true;
}

static void pulse(struct worker *w)
{
	struct collector *c = w->c;
	struct pulse p;

	w->pulse_ns = clock_ns(CLOCK_MONOTONIC);
	if (c->src->pulse == NULL)
		return;
	c->src->pulse(c->priv, &p);
	pthread_mutex_lock(&c->lock);
	c->pulse = p;
	pthread_mutex_unlock(&c->lock);
	eventfd_write(c->news_fd, 1);
}

/* Nanoseconds until the next pulse is due, 0 when it is; INT64_MAX: there is to be none. */
static int64_t pulse_left(struct worker *w)
{
	struct collector *c = w->c;
	int64_t every_ns, left_ns;

	pthread_mutex_lock(&c->lock);
	every_ns = c->pulse_ns;
	pthread_mutex_unlock(&c->lock);
	if (every_ns == 0)
		return INT64_MAX;
	left_ns = w->pulse_ns + every_ns - clock_ns(CLOCK_MONOTONIC);
	return left_ns > 0 ? left_ns : 0;
}

/* Nanoseconds until the next sample is due, 0 when it is. */
static int64_t time_left(struct worker *w)
{
	struct collector *c = w->c;
	int64_t now_ns = clock_ns(CLOCK_MONOTONIC), interval_ns, late_ns;
	bool now;

	pthread_mutex_lock(&c->lock);
	interval_ns = c->interval_ns;
	now = c->now;
	c->now = false;
	pthread_mutex_unlock(&c->lock);
	if (now) {
		w->due_ns = now_ns;
		return 0;
	}
	late_ns = now_ns - (w->due_ns + interval_ns);
	if (late_ns < 0)
		return -late_ns;
	w->due_ns = now_ns - late_ns % interval_ns;
	return 0;
}

/*
 * Waits until the next sample is due; false when the thread is to end. Samples are due at whole
 * intervals after the first; those that a slow one ran over are left out.
 */
static bool wait_until_due(struct worker *w)
{
	struct collector *c = w->c;
	struct pollfd fds[] = {
		{ .fd = c->stop_fd, .events = POLLIN },
		{ .fd = c->wake_fd, .events = POLLIN },
	};

	for (;;) {
		int64_t left_ns = time_left(w), pulse_ns = pulse_left(w);
		int64_t wait_ns = pulse_ns < left_ns ? pulse_ns : left_ns;
		struct timespec left = { wait_ns / NS_PER_SEC, wait_ns % NS_PER_SEC };
		eventfd_t n;

		if (ppoll(fds, ARRAY_SIZE(fds), &left, NULL) > 0) {
			if (fds[0].revents != 0)
				return false;
			(void)eventfd_read(c->wake_fd, &n);
		}
		if (left_ns == 0)
			return true;
		if (pulse_left(w) == 0)
			pulse(w);
	}
}

static void *run(void *arg)
{
	struct worker w = {
		.c = arg,
		.due_ns = clock_ns(CLOCK_MONOTONIC),
		.since_close = CLOSE_EVERY,
	};

	pulse(&w);
	while (sample(&w) && wait_until_due(&w))
		;
	snap_unref(w.prev);
	buf_free(&w.kept.code);
	return NULL;
}

/* ---- the user's side ------------------------------------------------- */

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void destroy(struct collector *c)
{
	snap_unref(atomic_load(&c->slot));
	if (c->priv != NULL)
		c->src->close(c->priv);
	snap_pool_free(c->pool);
	buf_free(&c->kept.code);
	close_fd(c->news_fd);
	close_fd(c->wake_fd);
	close_fd(c->stop_fd);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

int collector_start(struct collector **out, const struct source_ops *src, unsigned interval_ms,
		    const struct want *w, struct err *e)
{
	struct collector *c = xcalloc(1, sizeof(*c));
	int rc;

	assert(interval_ms > 0);
	c->src = src;
	c->want = *w;
	keep(&c->kept, &c->want);
	c->interval_ns = interval_ms * NS_PER_MS;
	pthread_mutex_init(&c->lock, NULL);
	c->pool = snap_pool_new();
	c->news_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	c->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	c->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (c->news_fd < 0 || c->wake_fd < 0 || c->stop_fd < 0) {
		rc = err_set(e, -errno, "cannot make an eventfd: %s", strerror(errno));
		goto fail;
	}
	rc = src->open(&c->priv, e);
	if (rc != 0)
		goto fail;
	rc = thread_start(&c->thread, run, c);
	if (rc != 0) {
		(void)err_set(e, rc, "cannot start a thread: %s", strerror(-rc));
		goto fail;
	}
	*out = c;
	return 0;
fail:
	destroy(c);
	return rc;
}

void collector_stop(struct collector *c)
{
	if (c == NULL)
		return;
	eventfd_write(c->stop_fd, 1);
	pthread_join(c->thread, NULL);
	destroy(c);
}

int collector_fd(const struct collector *c)
{
	return c->news_fd;
}

const struct snap *collector_take(struct collector *c)
{
	eventfd_t n;

	/* In this order: what is handed over in between raises the descriptor again. */
	(void)eventfd_read(c->news_fd, &n);
	return atomic_exchange(&c->slot, NULL);
}

bool collector_pulse(struct collector *c, struct pulse *p)
{
	bool came;

	pthread_mutex_lock(&c->lock);
	came = c->pulse.mono_ns != 0;
	if (came)
		*p = c->pulse;
	c->pulse.mono_ns = 0;
	pthread_mutex_unlock(&c->lock);
	return came;
}

bool collector_failed(struct collector *c, struct err *e)
{
	bool failed;

	pthread_mutex_lock(&c->lock);
	failed = c->err.code != 0;
	if (failed)
		*e = c->err;
	pthread_mutex_unlock(&c->lock);
	return failed;
}

void collector_want(struct collector *c, unsigned interval_ms, const struct want *w)
{
	assert(interval_ms > 0);
	pthread_mutex_lock(&c->lock);
	c->other_rows |= w->protos != c->want.protos || w->close != c->want.close ||
			 choice_of(w) != choice_of(&c->want);
	c->want = *w;
	keep(&c->kept, &c->want);
	c->interval_ns = interval_ms * NS_PER_MS;
	pthread_mutex_unlock(&c->lock);
	eventfd_write(c->wake_fd, 1);
}

void collector_pulse_every(struct collector *c, unsigned pulse_ms)
{
	pthread_mutex_lock(&c->lock);
	c->pulse_ns = pulse_ms * NS_PER_MS;
	pthread_mutex_unlock(&c->lock);
	eventfd_write(c->wake_fd, 1);
}

void collector_now(struct collector *c)
{
	pthread_mutex_lock(&c->lock);
	c->now = true;
	pthread_mutex_unlock(&c->lock);
	eventfd_write(c->wake_fd, 1);
}
