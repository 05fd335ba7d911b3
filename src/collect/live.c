/* SPDX-License-Identifier: MIT */
#include "sockeye/collect/live.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sockeye/base/mem.h"
#include "sockeye/collect/clock.h"
#include "sockeye/collect/counters.h"
#include "sockeye/collect/details.h"
#include "sockeye/collect/netns.h"
#include "sockeye/collect/owners.h"
#include "sockeye/collect/places.h"
#include "sockeye/collect/sockets.h"
#include "sockeye/collect/sysctls.h"
#include "sockeye/collect/users.h"

#include "brief.h"

struct live {
	struct sockets *sockets;
	struct owners *owners;
	struct users *users;
	struct sysctls_kept sysctls;
	struct details *details;
	struct places *places;         /* NULL until somebody wants them */
	struct namespaces *namespaces; /* the same */
	bool elsewhere;                /* what was wanted last is not our own namespace */
	struct brief brief;
};

static void live_close(void *priv)
{
	struct live *l = priv;

	if (l == NULL)
		return;
	namespaces_free(l->namespaces);
	places_free(l->places);
	brief_free(&l->brief);
	details_free(l->details);
	users_free(l->users);
	owners_free(l->owners);
	sockets_free(l->sockets);
	free(l);
}

static int live_open(void **priv, struct err *e)
{
	struct live *l = xcalloc(1, sizeof(*l));
	struct nl *nl;
	int rc = nl_open(&nl);

	l->sockets = sockets_new(nl, rc, NULL);
	rc = sockets_check(l->sockets, e);
	if (rc != 0) {
		live_close(l);
		return rc;
	}
	l->owners = owners_new(NULL);
	l->users = users_new(NULL);
	l->details = details_new();
	*priv = l;
	return 0;
}

/* Whether it may be that nothing is told of which has an owner. */
static bool leaves_out(const struct want *w)
{
	return w->thin != NULL && (w->thin->code != NULL ||
				   (w->thin->states[PROTO_TCP] & ST_BIT(ST_ESTABLISHED)) == 0);
}

static void begin_places(struct live *l, struct snap_builder *b, const struct want *w)
{
	if (w->places && l->places == NULL)
		l->places = places_new(NULL, NULL);
	if (w->places)
		places_begin(l->places, b);
	sockets_set_places(l->sockets, w->places ? l->places : NULL);
}

/* What is of the namespace that we are in: asked before its sockets. */
static void read_own(struct live *l, struct snap_builder *b, const struct want *w, int cancel_fd,
		     int64_t now_ns)
{
	const struct snap *prev = snap_prev(b);
	uint64_t sockets;

	counters_read(b, NULL);
	local_ports_read(b, NULL);
	sysctls_read(&l->sysctls, b, NULL, now_ns);
	if (!w->owners || !snap_counters(b)->known[CTR_SOCKETS_USED])
		return;
	sockets = snap_counters(b)->value[CTR_SOCKETS_USED];
	/* Only ours are counted. */
	if (w->netns == NETNS_ALL && prev != NULL && prev->n_sock > sockets)
		sockets = prev->n_sock;
	owners_prepare(l->owners, sockets, !leaves_out(w), w->once, cancel_fd);
}

static int collect_sockets(struct live *l, struct snap_builder *b, const struct want *w,
			   int cancel_fd, struct err *e)
{
	struct places *places = w->places ? l->places : NULL;
	int64_t cpu_ns;
	int rc = 0;

	if (!l->elsewhere)
		rc = sockets_update(l->sockets, b, w, cancel_fd, e);
	if (rc != 0 || w->netns == NETNS_UNTOLD)
		return rc;
	cpu_ns = namespaces_cpu_ns(l->namespaces);
	rc = namespaces_update(l->namespaces, b, w, places, cancel_fd, e);
	snap_cost(b)->cpu_ns += namespaces_cpu_ns(l->namespaces) - cpu_ns;
	return rc;
}

static int begin_netns(struct live *l, struct snap_builder *b, const struct want *w, struct err *e)
{
	bool own = true;
	int rc;

	l->elsewhere = false;
	if (w->netns == NETNS_UNTOLD)
		return 0;
	if (l->namespaces == NULL)
		l->namespaces = namespaces_new();
	rc = namespaces_begin(l->namespaces, b, w, &own, e);
	l->elsewhere = !own;
	return rc;
}

/* ---- everything of one socket ----------------------------------------- */

struct detail_ask {
	struct live *l;
	struct snap_builder *b;
	const struct want *w;
	int cancel_fd;
};

static int ask_detail(void *ctx, struct nl *nl, int nl_error)
{
	const struct detail_ask *a = ctx;

	return details_update(a->l->details, nl, nl_error, a->b, a->w, a->cancel_fd);
}

/* Asked where the socket is. */
static int collect_detail(struct live *l, struct snap_builder *b, const struct want *w,
			  int cancel_fd)
{
	struct detail_ask a = { l, b, w, cancel_fd };
	uint32_t row = w->detail.cookie != 0 ? snap_row(b, w->detail.cookie) : IDX_NONE, n;
	uint32_t netns = row != IDX_NONE ? snap_row_netns(b, row) : IDX_NONE;
	struct nl *nl;
	int error, rc;

	if (netns == IDX_NONE || snap_netnses(b, &n)[netns].own) {
		nl = sockets_nl(l->sockets, &error);
		return ask_detail(&a, nl, error);
	}
	rc = namespaces_visit(l->namespaces, b, netns, ask_detail, &a);
	return rc == 0 || rc == -ECANCELED ? rc : ask_detail(&a, NULL, rc);
}

/* ---- a sample --------------------------------------------------------- */

static int live_collect(void *priv, struct snap_builder *b, const struct want *w, int cancel_fd,
			struct err *e)
{
	struct live *l = priv;
	struct snap_cost *cost = snap_cost(b);
	int64_t cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	int64_t begin_ns = clock_ns(CLOCK_MONOTONIC), dump_ns, end_ns;
	int rc = begin_netns(l, b, w, e);

	if (rc != 0)
		return rc;
	if (!l->elsewhere)
		read_own(l, b, w, cancel_fd, begin_ns);
	dump_ns = clock_ns(CLOCK_MONOTONIC);
	snap_set_times(b, clock_ns(CLOCK_REALTIME), dump_ns);
	begin_places(l, b, w);
	rc = collect_sockets(l, b, w, cancel_fd, e);
	if (rc != 0)
		return rc;
	end_ns = clock_ns(CLOCK_MONOTONIC);
	cost->dump_ns = end_ns - dump_ns;
	if (w->owners) {
		rc = owners_update(l->owners, b, cancel_fd);
		cost->owners_ns = clock_ns(CLOCK_MONOTONIC) - end_ns;
	}
	if (rc == 0 && w->places)
		rc = places_update(l->places, b, cancel_fd);
	/* The kernel tells us of those that ended in our own namespace. */
	if (rc == 0 && !l->elsewhere)
		rc = brief_update(&l->brief, b, w);
	if (rc == 0)
		rc = collect_detail(l, b, w, cancel_fd);
	if (rc == 0)
		rc = users_update(l->users, b, cancel_fd);
	if (rc != 0)
		return err_set(e, rc, "%s", strerror(-rc));
	cost->total_ns = clock_ns(CLOCK_MONOTONIC) - begin_ns;
	cost->cpu_ns += clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_ns;
	return 0;
}

static void live_pulse(void *priv, struct pulse *p)
{
	const struct live *l = priv;

	if (l->elsewhere) {
		*p = (struct pulse){ .mono_ns = 0 };
		return;
	}
	*p = (struct pulse){ .wall_ns = clock_ns(CLOCK_REALTIME),
			     .mono_ns = clock_ns(CLOCK_MONOTONIC) };
	counters_fill(&p->counters, NULL);
}

const struct source_ops live_source = {
	.name = "live",
	.open = live_open,
	.collect = live_collect,
	.pulse = live_pulse,
	.close = live_close,
};
