/* SPDX-License-Identifier: MIT */
/*
 * What views cost a row: bench_view [SOCKETS [PROCESSES [REMOTES]]]. Prints nanoseconds of CPU a
 * socket for each grouping, on a made-up snapshot of that size; and the longest time that a key would
 * have waited for a slice of the work, when everything is new and after that. The best of several
 * runs each.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "sockeye/view/view.h"

#define RUNS  4
#define PAIRS 2
#define SLICE 4096 /* as in src/ui/app.c */

struct load {
	uint32_t sockets, procs, remotes;
};

static uint64_t mix(uint64_t x)
{
	x ^= x >> 33;
	x *= UINT64_C(0xff51afd7ed558ccd);
	return x ^ x >> 33;
}

static int add_sock(struct snap_builder *b, const struct load *l, uint32_t i)
{
	uint32_t here = htonl(0x0a040007), there = htonl(0x0b000000 + mix(i) % l->remotes);
	struct sock s = {
		.local = addr_v4(&here),
		.remote = addr_v4(&there),
		.cookie = i + 1,
		.ino = i + 1,
		.uid = 1000 + i % 7,
		.rxq = (uint32_t)(mix(i + 1) % 64),
		.lport = 8080,
		.rport = (uint16_t)(1024 + i % 60000),
		.family = AF_INET,
		.state = mix(i + 2) % 10 ? ST_ESTABLISHED : ST_CLOSE_WAIT,
	};
	struct sock_ext x = { 0 };

	return snap_add(b, &s, &x);
}

static const struct snap *make_snap(struct snap_pool *pool, const struct load *l,
				    const struct snap *prev)
{
	struct snap_builder *b = snap_build(pool, prev);

	for (uint32_t i = 0; i < l->sockets; i++)
		if (add_sock(b, l, i) < 0)
			abort();
	for (uint32_t p = 0; p < l->procs; p++) {
		struct proc proc = { .pid = (int32_t)p + 1, .uid = 1000 + p % 7, .start = p };

		proc.comm = snap_add_str(b, &"abcdefgh"[p % 8], 1);
		snap_add_proc(b, &proc);
	}
	for (uint32_t i = 0; i < l->sockets; i++)
		if (snap_add_owner(b, i, (uint32_t)(mix(i) % l->procs), (int32_t)i) < 0)
			abort();
	return snap_seal(b);
}

/* CPU time: what else the machine does is no matter. */
static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

struct cost {
	double all, slice, first_slice; /* ns */
};

static double least(double a, double b)
{
	return a < b ? a : b;
}

/* Makes one result; *longest is the longest that a key would have waited. */
static double run(struct view *v, const struct query *q, const struct snap *snap, double *longest)
{
	double from = now_ns(), start = from, now;
	bool done;

	*longest = 0;
	view_set(v, snap, q);
	do {
		done = view_step(v, SLICE);
		now = now_ns();
		*longest = now - start > *longest ? now - start : *longest;
		start = now;
	} while (!done);
	return now - from;
}

/* The second result of each pair has deltas to compute. */
static struct cost best_of(const struct query *q, const struct snap *const snap[2])
{
	struct cost best = { 1e18, 1e18, 1e18 };

	for (int pair = 0; pair < PAIRS; pair++) {
		struct view *v = view_new();
		double longest;

		for (int i = 0; i < RUNS; i++) {
			best.all = least(best.all, run(v, q, snap[i % 2], &longest));
			if (i == 0)
				best.first_slice = least(best.first_slice, longest);
			else
				best.slice = least(best.slice, longest);
		}
		view_free(v);
	}
	return best;
}

static void print(const char *name, const char *what, struct cost c, uint32_t sockets)
{
	printf("%-10s %-10s %8.1f %10.1f %10.1f\n", name, what, c.all / sockets,
	       c.first_slice / 1e6, c.slice / 1e6);
}

int main(int argc, char **argv)
{
	struct load l = { 1000000, 1000, 500000 };
	uint32_t *const args[] = { &l.sockets, &l.procs, &l.remotes };
	struct snap_pool *pool = snap_pool_new();
	const struct snap *snap[2];

	for (int i = 1; i < argc && i <= 3; i++)
		*args[i - 1] = (uint32_t)strtoul(argv[i], NULL, 10);
	snap[0] = make_snap(pool, &l, NULL);
	snap[1] = make_snap(pool, &l, snap[0]);
	printf("%u sockets, %u processes, %u remotes\n", l.sockets, l.procs, l.remotes);
	printf("%-21s %8s %21s\n", "", "ns/sock", "longest ms: new, then");
	for (enum by by = BY_STATE; by < BY_COUNT; by++) {
		struct query q = { .select = { .protos = 3, .v4 = true, .v6 = true },
				   .by = by,
				   .prefix4 = 32,
				   .prefix6 = 128,
				   .sort = SORT_NATURAL };

		print(by_name(by), "", best_of(&q, snap), l.sockets);
		if (by == BY_SOCKET)
			break;
		q.distinct = true;
		print(by_name(by), "distinct", best_of(&q, snap), l.sockets);
		if (by != BY_REMOTE)
			continue;
		q.distinct = false;
		q.rollup = q.hide_own = true;
		q.prefix4 = 24;
		q.prefix6 = 48;
		print(by_name(by), "rolled up", best_of(&q, snap), l.sockets);
		q.distinct = true;
		print(by_name(by), "both", best_of(&q, snap), l.sockets);
	}
	snap_unref(snap[0]);
	snap_unref(snap[1]);
	snap_pool_free(pool);
	return 0;
}
