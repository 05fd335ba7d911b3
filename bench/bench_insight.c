/* SPDX-License-Identifier: MIT */
/*
 * What history and findings cost a row: bench_insight [SOCKETS [UNREAD]]. Prints nanoseconds a
 * socket, the best of several runs, on a made-up snapshot of that size, of whose sockets one in
 * UNREAD (64) has unread data and one in a hundred is in CLOSE_WAIT.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "sockeye/insight/findings.h"

#define RUNS      20
#define PROCESSES 500
#define STEP_NS   INT64_C(2000000000)

static const struct snap *make_snap(struct snap_pool *pool, uint32_t sockets, uint32_t unread,
				    const struct snap *prev)
{
	struct snap_builder *b = snap_build(pool, prev);

	for (uint32_t i = 0; i < sockets; i++) {
		uint32_t here = htonl(0x0a040007), there = htonl(0x0b000000 + i % 5000);
		struct sock s = { .local = addr_v4(&here),
				  .remote = addr_v4(&there),
				  .cookie = i + 1,
				  .ino = i + 1,
				  .rxq = i % unread == 0 ? 100 + i % 1000 : 0,
				  .lport = 8080,
				  .rport = (uint16_t)(1024 + i % 60000),
				  .family = AF_INET,
				  .state = i % 100 ? ST_ESTABLISHED : ST_CLOSE_WAIT };
		struct sock_ext x = { .ifindex = 0 };

		if (snap_add(b, &s, &x) < 0)
			abort();
	}
	for (uint32_t p = 0; p < PROCESSES; p++) {
		struct proc proc = {
			.pid = (int32_t)p + 1, .start = p, .fds = 9, .fd_limit = 1024
		};

		snap_add_proc(b, &proc);
	}
	for (uint32_t i = 0; i < sockets; i++)
		if (snap_add_owner(b, i, i % PROCESSES, (int32_t)i) < 0)
			abort();
	snap_source_ok(b, SRC_TCP);
	snap_set_times(b, STEP_NS, (prev != NULL ? prev->mono_ns : 0) + STEP_NS);
	return snap_seal(b);
}

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
	uint32_t sockets = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000;
	uint32_t unread = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 64;
	struct findings *found = xcalloc(1, sizeof(*found));
	struct snap_pool *pool = snap_pool_new();
	struct history *h = history_new();
	const struct snap *last = NULL;
	double add = 1e18, make = 1e18;

	for (int i = 0; i < RUNS; i++) {
		const struct snap *s = make_snap(pool, sockets, unread > 0 ? unread : 1, last);
		double begin = now_ns(), between, end;

		snap_unref(last);
		last = s;
		history_add(h, s);
		between = now_ns();
		findings_make(found, s, h);
		end = now_ns();
		add = between - begin < add ? between - begin : add;
		make = end - between < make ? end - between : make;
	}
	printf("history %.2f ns a socket, findings %.2f (%u found)\n", add / sockets,
	       make / sockets, found->n);
	snap_unref(last);
	history_free(h);
	snap_pool_free(pool);
	free(found);
	return 0;
}
