/* SPDX-License-Identifier: MIT */
#include "halves.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "sockeye/base/buf.h"
#include "sockeye/base/mem.h"
#include "sockeye/base/thread.h"
#include "sockeye/collect/clock.h"

/* Rows of which the ports are looked at: the pivot is off by some 2 % then. */
#define SAMPLES 4096
/* Percent of the sockets that one of the halves may have at most. */
#define LARGEST_HALF 75
/* The attribute that carries a program counts its bytes in 16 bits, its own four included. */
#define CODE_MAX 65528

enum stage { IDLE, ASKED, DONE, QUIT };

struct halves {
	struct nl *nl; /* of the second thread; NULL: not begun yet */
	pthread_t thread;
	clockid_t cpu_clock;       /* of the thread */
	pthread_mutex_t rows_lock; /* over the builder, while both fill it */

	pthread_mutex_t lock; /* over stage; what stands below is the thread's while ASKED */
	pthread_cond_t changed;
	enum stage stage;
	struct inet_query q;
	struct snap_builder *b;
	int cancel_fd, rc;
	struct nl_stats st;
	struct buf code[2]; /* the programs of the two */
};

/* ---- the port that parts them ---------------------------------------- */

static int by_port(const void *a, const void *b)
{
	const uint16_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Percent of the ports, which are n and sorted, that are in the larger half about *port. */
static uint32_t larger_half(const uint16_t *ports, uint32_t n, uint16_t *port)
{
	uint32_t below = n / 2, end = n / 2;

	/* All of the median's port are on one side of it: the side that leaves the halves more alike. */
	while (below > 0 && ports[below - 1] == ports[n / 2])
		below--;
	while (end < n && ports[end] == ports[n / 2])
		end++;
	*port = ports[n / 2];
	if (below > n - end) {
		end = below;
		*port = ports[below - 1];
	}
	return (end > n - end ? end : n - end) * 100 / n;
}

bool halves_pivot(const struct sock *rows, uint32_t n, struct pivot *p)
{
	uint16_t port[2][SAMPLES];
	uint32_t stride = n / SAMPLES + 1, got = 0, larger[2];
	uint16_t at[2];

	for (uint32_t row = 0; row < n; row += stride) {
		if (rows[row].proto != PROTO_TCP)
			continue;
		port[0][got] = rows[row].lport;
		port[1][got++] = rows[row].rport;
	}
	if (got == 0)
		return false;
	for (unsigned i = 0; i < 2; i++) {
		qsort(port[i], got, sizeof(port[i][0]), by_port);
		larger[i] = larger_half(port[i], got, &at[i]);
	}
	p->remote = larger[1] < larger[0];
	p->port = at[p->remote];
	return larger[p->remote] <= LARGEST_HALF;
}

/* The kernel's table is one of hashes: its first sockets are as good as any. */
bool halves_taste(int cancel_fd, struct pivot *p)
{
	const struct inet_query q = { .proto = PROTO_TCP, .states = ST_ALL & ~ST_BIT(ST_LISTEN) };
	struct snap_pool *pool = snap_pool_new();
	struct snap_builder *b = snap_build(pool, NULL);
	struct nl_stats st = { 0 };
	const struct sock *rows;
	struct nl *nl = NULL;
	uint32_t n;
	bool good = false;

	snap_limit(b, SAMPLES);
	/* A dump that is not read to its end is best forgotten with its socket. */
	if (nl_open(&nl) == 0 && inet_diag_dump(nl, &q, b, cancel_fd, &st) == -EFBIG) {
		rows = snap_rows(b, &n);
		good = halves_pivot(rows, n, p);
	}
	nl_close(nl);
	snap_abandon(b);
	snap_pool_free(pool);
	return good;
}

/* ---- the second thread ----------------------------------------------- */

static void *run(void *arg)
{
	struct halves *h = arg;

	prctl(PR_SET_NAME, "sockeye-half");
	pthread_mutex_lock(&h->lock);
	while (h->stage != QUIT) {
		if (h->stage == ASKED) {
			pthread_mutex_unlock(&h->lock);
			h->rc = inet_diag_dump(h->nl, &h->q, h->b, h->cancel_fd, &h->st);
			pthread_mutex_lock(&h->lock);
			h->stage = DONE;
			pthread_cond_signal(&h->changed);
		}
		pthread_cond_wait(&h->changed, &h->lock);
	}
	pthread_mutex_unlock(&h->lock);
	return NULL;
}

struct halves *halves_new(void)
{
	struct halves *h = xcalloc(1, sizeof(*h));

	pthread_mutex_init(&h->lock, NULL);
	pthread_mutex_init(&h->rows_lock, NULL);
	pthread_cond_init(&h->changed, NULL);
	return h;
}

static void set_stage(struct halves *h, enum stage stage)
{
	pthread_mutex_lock(&h->lock);
	h->stage = stage;
	pthread_cond_signal(&h->changed);
	pthread_mutex_unlock(&h->lock);
}

void halves_free(struct halves *h)
{
	if (h == NULL)
		return;
	if (h->nl != NULL) {
		set_stage(h, QUIT);
		pthread_join(h->thread, NULL);
		nl_close(h->nl);
	}
	buf_free(&h->code[0]);
	buf_free(&h->code[1]);
	pthread_cond_destroy(&h->changed);
	pthread_mutex_destroy(&h->rows_lock);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

static int begin(struct halves *h)
{
	struct nl *nl;
	int rc = nl_open(&nl);

	if (rc != 0)
		return rc;
	h->nl = nl;
	rc = thread_start(&h->thread, run, h);
	if (rc == 0 && pthread_getcpuclockid(h->thread, &h->cpu_clock) != 0)
		h->cpu_clock = CLOCK_THREAD_CPUTIME_ID;
	if (rc != 0) {
		nl_close(nl);
		h->nl = NULL;
	}
	return rc;
}

int64_t halves_cpu_ns(struct halves *h)
{
	return h->nl != NULL ? clock_ns(h->cpu_clock) : 0;
}

/* ---- asking ---------------------------------------------------------- */

/*
 * "The port is at most, or at least, so much", and behind it what the query asks for anyway: jumps are
 * relative, and both programs end at the same place.
 */
static void write_code(struct buf *out, const struct inet_query *q, uint8_t code, uint16_t port)
{
	struct inet_diag_bc_op op[2] = {
		{ .code = code, .yes = sizeof(op), .no = (uint16_t)(sizeof(op) + q->code_len + 4) },
		{ .no = port },
	};

	buf_reset(out);
	buf_add(out, op, sizeof(op));
	if (q->code_len > 0)
		buf_add(out, q->code, q->code_len);
}

/* The query of one of the two, which holds until the next. */
static struct inet_query half_of(struct halves *h, const struct inet_query *q,
				 const struct pivot *p, unsigned i)
{
	static const uint8_t codes[2][2] = { { INET_DIAG_BC_S_LE, INET_DIAG_BC_S_GE },
					     { INET_DIAG_BC_D_LE, INET_DIAG_BC_D_GE } };
	struct inet_query half = *q;

	write_code(&h->code[i], q, codes[p->remote][i], (uint16_t)(p->port + i));
	half.code = h->code[i].s;
	half.code_len = h->code[i].len;
	half.rows_lock = &h->rows_lock;
	/* What is only bound has no remote port, and to look for it is dear. */
	if (p->remote && i > 0)
		half.close = false;
	return half;
}

static void add_stats(struct nl_stats *st, const struct nl_stats *more)
{
	st->rows += more->rows;
	st->dropped += more->dropped;
	st->truncated |= more->truncated;
	st->interrupted |= more->interrupted;
	st->finished &= more->finished;
}

int halves_dump(struct halves *h, struct nl *nl, const struct inet_query *q, const struct pivot *p,
		struct snap_builder *b, int cancel_fd, struct nl_stats *st)
{
	struct inet_query mine;
	int rc;

	if (p->port == UINT16_MAX || q->code_len + 8 > CODE_MAX)
		return 1;
	if (h->nl == NULL && begin(h) != 0)
		return 1;
	mine = half_of(h, q, p, 0);
	h->q = half_of(h, q, p, 1);
	h->b = b;
	h->cancel_fd = cancel_fd;
	h->st = (struct nl_stats){ 0 };
	set_stage(h, ASKED);
	rc = inet_diag_dump(nl, &mine, b, cancel_fd, st);
	pthread_mutex_lock(&h->lock);
	while (h->stage != DONE)
		pthread_cond_wait(&h->changed, &h->lock);
	h->stage = IDLE;
	pthread_mutex_unlock(&h->lock);
	add_stats(st, &h->st);
	if (h->rc == -EFBIG)
		nl_abandon(h->nl);
	return rc != 0 ? rc : h->rc;
}
