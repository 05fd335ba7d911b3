/* SPDX-License-Identifier: MIT */
/* The names of what is going to be printed, as far as they come in time. */
#include <poll.h>
#include <time.h>

#include "report_parts.h"

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)

/* Rows of a table whose addresses are asked for: nobody reads more, and a server is not ours alone. */
#define ROWS_MAX 1000

#define V4_BITS 32
#define V6_BITS 128

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

const struct addr *report_single(const struct view *v, const struct group *g)
{
	enum by by = view_query(v)->by;
	const struct addr *a = &g->key.end.addr;

	if (by == BY_LISTENER)
		return a;
	if (by != BY_REMOTE || g->key.end.bits != (addr_is_v4(a) ? V4_BITS : V6_BITS))
		return NULL;
	return a;
}

static void ask_rows(const struct report *r, const struct view *v)
{
	const struct namer *n = r->cfg.namer;
	uint32_t rows = report_rows(r, v);

	for (uint32_t i = 0; i < rows && i < ROWS_MAX; i++) {
		if (view_query(v)->by == BY_SOCKET) {
			namer_ask_row(n, view_snap(v), view_sock(v, i));
		} else {
			const struct addr *a = report_single(v, view_group(v, i));

			if (a != NULL)
				namer_ask(n, a);
		}
	}
}

static void ask_all(const struct report *r)
{
	if (r->cfg.summary)
		return;
	ask_rows(r, r->view);
	if (r->cfg.overview)
		ask_rows(r, r->remotes);
}

/* As only so many questions are under way at one time, each answer makes room for others. */
void report_ask_names(struct report *r)
{
	const struct namer *n = r->cfg.namer;
	int64_t begin_ns = now_ns(), left_ns = r->patience_ns;

	if (n == NULL)
		return;
	n->ops->step(n->priv);
	for (ask_all(r); n->ops->waiting(n->priv) && left_ns > 0; ask_all(r)) {
		struct pollfd fd = { .fd = n->ops->fd(n->priv), .events = POLLIN };

		poll(&fd, 1, (int)(left_ns / NS_PER_MS) + 1);
		n->ops->step(n->priv);
		left_ns = r->patience_ns - (now_ns() - begin_ns);
	}
	r->patience_ns = left_ns > 0 ? left_ns : 0;
}
