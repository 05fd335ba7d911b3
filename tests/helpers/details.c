/* SPDX-License-Identifier: MIT */
/*
 * details: takes a sample of this network namespace, asks for each socket in it once more alone and
 * prints what came, a line each: key=value, the command line of the first holder last.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sockeye/collect/live.h"

static const struct snap *sample(void *live, struct snap_pool *pool, const struct snap *prev,
				 const struct want *w)
{
	struct err e = { 0 };
	struct snap_builder *b = snap_build(pool, prev);

	if (live_source.collect(live, b, w, -1, &e) != 0) {
		fprintf(stderr, "details: %s\n", e.msg);
		snap_abandon(b);
		return NULL;
	}
	return snap_seal(b);
}

static void print_tcp(const struct detail *d, enum tcpi_id id)
{
	uint64_t value;

	if (detail_tcp(d, id, &value))
		printf(" %s=%" PRIu64, tcpi_table[id].name, value);
}

static void print_stat(const struct snap *s, uint64_t cookie)
{
	uint32_t row = snap_find(s, cookie);
	const struct tcp_stat *t = row != IDX_NONE ? &s->tcp[row] : NULL;

	if (t == NULL || s->sock[row].proto != PROTO_TCP)
		return;
	printf(" sent=%" PRIu64 " received=%" PRIu64 " again=%" PRIu32, t->sent, t->received,
	       t->retrans);
	if (t->idle_ms == UINT32_MAX)
		printf(" idle=unknown");
}

static void print_string(const struct snap *s, const char *key, uint32_t id)
{
	struct str str = strpool_get(s->str, id);

	printf(" %s=%.*s", key, (int)str.len, str.s);
}

static void print(const struct snap *s, const struct sock *sock)
{
	const struct detail *d = s->detail;

	printf("cookie=%" PRIx64 " proto=%s state=%d lport=%u error=%d", d->cookie,
	       sock->proto == PROTO_TCP ? "tcp" : "udp", sock->state, sock->lport, d->error);
	if (d->has & DETAIL_SKMEM)
		printf(" rcvbuf=%" PRIu32 " sndbuf=%" PRIu32 " drops=%" PRIu32,
		       d->skmem[SKMEM_RCVBUF], d->skmem[SKMEM_SNDBUF], d->skmem[SKMEM_DROPS]);
	if (d->has & DETAIL_SHUTDOWN)
		printf(" shutdown=%d", d->shutdown);
	if (d->has & DETAIL_TOS)
		printf(" tos=%d", d->tos);
	if (d->has & DETAIL_V6ONLY)
		printf(" v6only=%d", d->v6only);
	if (d->has & DETAIL_OPTIONS)
		printf(" options=%u", d->options);
	printf(" congestion=%s", d->congestion);
	print_tcp(d, TCPI_RTO);
	print_tcp(d, TCPI_SND_CWND);
	print_tcp(d, TCPI_ADVMSS);
	print_tcp(d, TCPI_SEGS_OUT);
	print_tcp(d, TCPI_RTT);
	print_stat(s, d->cookie);
	print_string(s, "cgroup", d->cgroup);
	printf(" holders=%" PRIu32, d->n_holders);
	if (d->n_holders > 0) {
		printf(" pid=%" PRId32 " fd=%" PRId32, d->holder[0].pid, d->holder[0].fd);
		print_string(s, "in", d->holder[0].cgroup);
		print_string(s, "cmdline", d->holder[0].cmdline);
	}
	putchar('\n');
}

int main(void)
{
	struct want w = { .protos = 1u << PROTO_TCP | 1u << PROTO_UDP,
			  .close = true,
			  .owners = true,
			  .tcp_stat = true };
	struct snap_pool *pool = snap_pool_new();
	const struct snap *all, *one;
	struct err e = { 0 };
	void *live;

	if (live_source.open(&live, &e) != 0) {
		fprintf(stderr, "details: %s\n", e.msg);
		return 1;
	}
	all = sample(live, pool, NULL, &w);
	for (uint32_t i = 0; all != NULL && i < all->n_sock; i++) {
		w.detail = all->sock[i];
		w.detail_ifindex = all->ext[i].ifindex;
		one = sample(live, pool, all, &w);
		if (one == NULL)
			return 1;
		print(one, &w.detail);
		snap_unref(one);
	}
	snap_unref(all);
	live_source.close(live);
	snap_pool_free(pool);
	return all == NULL;
}
