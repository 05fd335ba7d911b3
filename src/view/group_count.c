/* SPDX-License-Identifier: MIT */
/* How many different processes and addresses a group has: the rows of a batch together. */
#include <errno.h>

#include "group.h"

#define V4_BITS 32
#define V6_BITS 128

/* One set's pairs of a batch. */
struct asks {
	uint32_t n;
	struct distinct_ask ask[BATCH];
};

static int settle_procs(struct grouper *gr, struct asks *a)
{
	int rc = distinct_add(&gr->procs, NULL, a->ask, a->n);

	for (uint32_t i = 0; i < a->n && rc == 0; i++)
		result_groups(gr->r)[a->ask[i].group].processes += a->ask[i].first;
	a->n = 0;
	return rc;
}

static int settle_remotes(struct grouper *gr, struct asks *a)
{
	bool parts = gr->r->query.by == BY_REMOTE;
	int rc = distinct_add(&gr->remotes, gr->r->snap->sock, a->ask, a->n);

	for (uint32_t i = 0; i < a->n && rc == 0; i++) {
		struct group *g = &result_groups(gr->r)[a->ask[i].group];

		*(parts ? &g->addresses : &g->peers) += a->ask[i].first;
	}
	a->n = 0;
	return rc;
}

/* The descriptors of a process lie together. */
static int ask_procs(struct grouper *gr, struct asks *a, struct later l)
{
	const struct sock_ext *x = &gr->r->snap->ext[l.row];
	const struct owner *o = gr->r->snap->owner + x->owner;
	int rc = 0;

	for (uint32_t i = 0; i < x->n_owners && rc == 0; i++) {
		if (i > 0 && o[i].proc == o[i - 1].proc)
			continue;
		distinct_ask_proc(&gr->procs, l.group, o[i].proc, &a->ask[a->n++]);
		if (a->n == BATCH)
			rc = settle_procs(gr, a);
	}
	return rc;
}

static bool is_single(const struct group *g)
{
	return g->key.end.bits == (addr_is_v4(&g->key.end.addr) ? V4_BITS : V6_BITS);
}

static void ask_remote(struct grouper *gr, struct asks *a, struct later l)
{
	const struct sock *sock = gr->r->snap->sock;
	struct group *g = &result_groups(gr->r)[l.group];

	if (!sock_has_remote(&sock[l.row]))
		return;
	if (gr->r->query.by == BY_REMOTE && is_single(g))
		g->addresses = 1;
	else
		distinct_ask_remote(&gr->remotes, l.group, sock, l.row, &a->ask[a->n++]);
}

int grouper_settle(struct grouper *gr)
{
	struct asks procs, remotes;
	int rc = 0;

	procs.n = remotes.n = 0;
	for (uint32_t i = 0; i < gr->n_later && rc == 0; i++) {
		struct later l = gr->later[i];
		struct group *g = &result_groups(gr->r)[l.group];

		if (gr->r->query.by != BY_PROCESS)
			rc = ask_procs(gr, &procs, l);
		else if (g->why == WHY_OWNED)
			g->processes = 1;
		ask_remote(gr, &remotes, l);
	}
	gr->n_later = 0;
	if (rc == 0)
		rc = settle_procs(gr, &procs);
	return rc < 0 ? rc : settle_remotes(gr, &remotes);
}

int grouper_count(struct grouper *gr, uint32_t group, uint32_t row)
{
	gr->later[gr->n_later++] = (struct later){ group, row };
	return gr->n_later == BATCH ? grouper_settle(gr) : 0;
}
