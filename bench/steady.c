/* SPDX-License-Identifier: MIT */
/*
 * steady [ROUNDS [INTERVAL_MS]]: what a refresh costs once the program runs, phase by phase, with
 * the layers of the program itself. Each round first makes a bare dump and then a refresh: sockets,
 * owners, counters, users, the sealed snapshot, and the views of three panes: states, processes and
 * remote addresses. Medians in nanoseconds.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "bare.h"
#include "sockeye/base/mem.h"
#include "sockeye/collect/live.h"
#include "sockeye/model/snap.h"
#include "sockeye/view/view.h"

#define MAX_ROUNDS 1000
/* The first refreshes build the map and find their size: they are told, and not part of the
 * medians. */
#define WARM_UP 2

enum phase {
	BARE,
	DUMP,
	OWNERS,
	OTHER, /* all else that comes from the kernel: counters, names of users */
	SEAL,
	VIEWS, /* of the three panes */
	WALL,  /* the five before */
	CPU,   /* of the same, all threads */
	BARE_CPU,
	LIST,      /* not in WALL: the list of all sockets, sorted */
	GROUPS,    /* nor is this: the three other groupings */
	READLINKS, /* a number, not a time */
	PHASES
};

static const char *const phase_name[PHASES] = {
	[BARE] = "bare_ns",   [DUMP] = "dump_ns",     [OWNERS] = "owners_ns",
	[OTHER] = "other_ns", [SEAL] = "seal_ns",     [VIEWS] = "views_ns",
	[WALL] = "wall_ns",   [CPU] = "cpu_ns",       [BARE_CPU] = "bare_cpu_ns",
	[LIST] = "list_ns",   [GROUPS] = "groups_ns", [READLINKS] = "readlinks",
};

struct bench {
	void *source;
	struct snap_pool *pool;
	struct view *view[BY_COUNT];
	const struct snap *snap;
	int bare;
};

static void check(int rc, const struct err *e)
{
	if (rc == 0)
		return;
	fprintf(stderr, "steady: %s\n", e->msg);
	exit(1);
}

static void look(struct bench *b, const enum by *by, size_t n)
{
	struct query q = {
		.select = { .protos = 1u << PROTO_TCP | 1u << PROTO_UDP, .v4 = true, .v6 = true },
		.prefix4 = 32,
		.prefix6 = 128,
		.sort = SORT_NATURAL,
	};

	for (size_t i = 0; i < n; i++) {
		q.by = by[i];
		view_set(b->view[by[i]], b->snap, &q);
		view_finish(b->view[by[i]]);
	}
}

static void refresh(struct bench *b, int64_t took[PHASES])
{
	const struct want want = { .protos = 1u << PROTO_TCP | 1u << PROTO_UDP, .owners = true };
	static const enum by panes[] = { BY_STATE, BY_PROCESS, BY_REMOTE };
	static const enum by others[] = { BY_PROGRAM, BY_USER, BY_LISTENER };
	static const enum by list[] = { BY_SOCKET };
	const struct snap *old = b->snap;
	struct snap_builder *builder;
	int64_t from, cpu, collected, sealed;
	struct err e = { 0 };

	from = clock_ns();
	cpu = clock_cpu_ns();
	builder = snap_build(b->pool, old);
	check(live_source.collect(b->source, builder, &want, -1, &e), &e);
	collected = clock_ns();
	b->snap = snap_seal(builder);
	if (!b->snap)
		exit(1);
	snap_unref(old);
	sealed = clock_ns();
	look(b, panes, ARRAY_SIZE(panes));
	took[CPU] = clock_cpu_ns() - cpu;
	took[WALL] = clock_ns() - from;
	took[VIEWS] = took[WALL] - (sealed - from);
	took[SEAL] = sealed - collected;
	took[OTHER] = collected - from - b->snap->cost.dump_ns - b->snap->cost.owners_ns;
	from = clock_ns();
	look(b, list, ARRAY_SIZE(list));
	took[LIST] = clock_ns() - from;
	from = clock_ns();
	look(b, others, ARRAY_SIZE(others));
	took[GROUPS] = clock_ns() - from;
	took[DUMP] = b->snap->cost.dump_ns;
	took[OWNERS] = b->snap->cost.owners_ns;
	took[READLINKS] = (int64_t)b->snap->cost.readlinks;
}

static void bare(const struct bench *b, int64_t took[PHASES])
{
	int64_t from = clock_ns(), cpu = clock_cpu_ns();

	if (bare_dump(b->bare, NULL) < 0)
		exit(1);
	took[BARE] = clock_ns() - from;
	took[BARE_CPU] = clock_cpu_ns() - cpu;
}

static void bench_open(struct bench *b)
{
	struct err e = { 0 };

	check(live_source.open(&b->source, &e), &e);
	b->pool = snap_pool_new();
	for (unsigned by = 0; by < BY_COUNT; by++)
		b->view[by] = view_new();
	b->bare = bare_open();
	if (b->bare < 0)
		exit(1);
}

static void bench_close(struct bench *b)
{
	for (unsigned by = 0; by < BY_COUNT; by++)
		view_free(b->view[by]);
	snap_unref(b->snap);
	snap_pool_free(b->pool);
	live_source.close(b->source);
}

int main(int argc, char **argv)
{
	static int64_t took[PHASES][MAX_ROUNDS];
	unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 11;
	long interval_ms = argc > 2 ? strtol(argv[2], NULL, 10) : 200;
	struct bench b = { 0 };
	int64_t one[PHASES];

	if (rounds == 0 || rounds > MAX_ROUNDS || interval_ms < 0 || interval_ms > 60000) {
		fputs("usage: steady [ROUNDS [INTERVAL_MS]]\n", stderr);
		return 2;
	}
	bench_open(&b);
	for (unsigned long i = 0; i < WARM_UP + rounds; i++) {
		if (i)
			poll(NULL, 0, (int)interval_ms);
		bare(&b, one);
		refresh(&b, one);
		if (i == 0)
			printf("first_ns=%lld first_readlinks=%lld ", (long long)one[WALL],
			       (long long)one[READLINKS]);
		if (i < WARM_UP)
			continue;
		for (unsigned p = 0; p < PHASES; p++)
			took[p][i - WARM_UP] = one[p];
	}
	printf("sockets=%u holders=%u", b.snap->n_sock, b.snap->n_owner);
	for (unsigned p = 0; p < PHASES; p++)
		printf(" %s=%lld", phase_name[p], (long long)median(took[p], (unsigned)rounds));
	putchar('\n');
	bench_close(&b);
	return 0;
}
