/* SPDX-License-Identifier: MIT */
#include "peers.h"

#include <stdlib.h>

#include "sockeye/base/mem.h"
#include "sockeye/filter/filter.h"

static void add_pair(struct peers *p, uint32_t proc, uint32_t peer)
{
	/* A process has its descriptors in a row, and many sockets to the same one. */
	if (p->n > 0 && p->pair[p->n - 1].proc == proc && p->pair[p->n - 1].peer == peer)
		return;
	if (p->n == p->size) {
		p->size = p->size != 0 ? 2 * p->size : 64;
		p->pair = xreallocarray(p->pair, p->size, sizeof(*p->pair));
	}
	p->pair[p->n++] = (struct peer_pair){ proc, peer };
}

/* Each holder of one end with each of the other. */
static void add_ends(struct peers *p, const struct snap *s, uint32_t row, uint32_t peer)
{
	const struct sock_ext *a = &s->ext[row], *b = &s->ext[peer];

	for (uint32_t i = 0; i < a->n_owners; i++)
		for (uint32_t k = 0; k < b->n_owners; k++)
			add_pair(p, s->owner[a->owner + i].proc, s->owner[b->owner + k].proc);
}

static int cmp_pair(const void *a, const void *b)
{
	const struct peer_pair *x = a, *y = b;

	if (x->proc != y->proc)
		return x->proc < y->proc ? -1 : 1;
	return (x->peer > y->peer) - (x->peer < y->peer);
}

void peers_make(struct peers *p, const struct snap *s, const struct query *q)
{
	size_t kept = 0;

	p->n = 0;
	if ((q->select.protos & PROTO_BIT(PROTO_UNIX)) == 0)
		return;
	for (uint32_t row = 0; row < s->n_sock; row++) {
		uint32_t peer = snap_peer(s, row);

		if (peer != IDX_NONE && select_has(&q->select, &s->sock[row]) &&
		    (q->filter == NULL || filter_match(q->filter, s, row)))
			add_ends(p, s, row, peer);
	}
	if (p->n > 1)
		qsort(p->pair, p->n, sizeof(*p->pair), cmp_pair);
	for (size_t i = 0; i < p->n; i++)
		if (kept == 0 || cmp_pair(&p->pair[kept - 1], &p->pair[i]) != 0)
			p->pair[kept++] = p->pair[i];
	p->n = kept;
}

void peers_free(struct peers *p)
{
	free(p->pair);
	*p = (struct peers){ .pair = NULL };
}

const struct peer_pair *peers_of(const struct peers *p, uint32_t proc, size_t *n)
{
	size_t lo = 0, hi = p->n, end;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (p->pair[mid].proc < proc)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (end = lo; end < p->n && p->pair[end].proc == proc; end++)
		;
	*n = end - lo;
	return p->pair + lo;
}
