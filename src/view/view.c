/* SPDX-License-Identifier: MIT */
#include "sockeye/view/view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "group.h"
#include "order.h"
#include "result.h"

/* What is left to do for the result in the making. */
enum phase {
	PHASE_IDLE,
	PHASE_OWN,
	PHASE_SCAN,
	PHASE_ROLLUP,
	PHASE_LIST,
	PHASE_ENDS,
	PHASE_DELTA,
	PHASE_SORT,
	PHASE_SHOW,
	PHASE_COUNT
};

struct view {
	struct result result[2];
	struct result *shown, *work;
	struct grouper grouper;
	struct order order;
	struct arena seen;     /* bits: processes of the snapshot that hold any matched socket */
	struct filter *filter; /* of the work; NULL for the one that everything passes */
	enum phase phase;
	bool failed;
	bool everything; /* the selection leaves nothing out */
	uint32_t next;   /* row, or group, that the phase has come to */
	uint32_t before; /* group of the shown result that is expected next */
};

/* So many rows ahead memory is asked for. */
#define PREFETCH 16

/* ---- selecting and counting ------------------------------------------ */

static bool selects_all(const struct select *sel, const struct snap *s)
{
	/* Subflows are left out, and types of sockets, only where there are more than these. */
	return (s->protos & ~(sel->protos & (PROTO_BIT(PROTO_TCP) | PROTO_BIT(PROTO_UDP)))) == 0 &&
	       sel->v4 && sel->v6 && !sel->listening;
}

/* Without a connection: in CLOSE a socket of these may get something all the same. */
static bool listens(const struct sock *s)
{
	bool needs_listen = s->proto == PROTO_TCP || s->proto == PROTO_MPTCP;

	return s->state == ST_LISTEN || (s->state == ST_CLOSE && !needs_listen);
}

bool select_has(const struct select *sel, const struct sock *s)
{
	if (!(sel->protos >> s->proto & 1) || (sel->listening && !listens(s)))
		return false;
	if (!sock_is_inet(s))
		return sel->types[s->proto] == 0 || (sel->types[s->proto] >> s->type & 1) != 0;
	if ((s->flags & SOCK_SUBFLOW) != 0 && (sel->protos & PROTO_BIT(PROTO_MPTCP)) != 0)
		return false;
	return s->family == AF_INET || sock_is_v4(s) ? sel->v4 : sel->v6;
}

static void see_proc(struct view *v, uint32_t proc)
{
	uint64_t *word = (uint64_t *)(void *)v->seen.base + proc / 64;
	uint64_t bit = UINT64_C(1) << proc % 64;

	if (*word & bit)
		return;
	*word |= bit;
	v->work->totals.processes++;
}

/* How many processes hold the socket; its descriptors lie together by process. */
static uint32_t see_owners(struct view *v, const struct sock_ext *x)
{
	const struct owner *o = v->work->snap->owner + x->owner;
	uint32_t holders = 0;

	for (uint32_t i = 0; i < x->n_owners; i++) {
		if (i > 0 && o[i].proc == o[i - 1].proc)
			continue;
		see_proc(v, o[i].proc);
		holders++;
	}
	return holders;
}

static void count_hit(struct view *v, struct hit *hit)
{
	const struct sock *s = &v->work->snap->sock[hit->row];
	const struct sock_ext *x = &v->work->snap->ext[hit->row];
	struct totals *t = &v->work->totals;

	hit->holders = see_owners(v, x);
	t->matched++;
	t->born += (s->flags & SOCK_NEW) != 0;
	t->proto[s->proto]++;
	if (s->proto == PROTO_TCP)
		t->state[s->state < ST_COUNT ? s->state : 0]++;
	t->without_remote += !sock_has_remote(s);
	t->why[hit->holders > 0 ? WHY_OWNED : x->owner]++;
	if (hit->holders > 1) {
		t->shared++;
		t->extra_holds += hit->holders - 1;
	}
}

/* The rows of a range that are selected and pass the filter. */
static uint32_t scan(struct view *v, uint32_t from, uint32_t to, struct hit hit[BATCH])
{
	const struct snap *s = v->work->snap;
	const struct select *sel = &v->work->query.select;
	uint32_t n = 0;

	for (uint32_t row = from; row < to; row++) {
		uint32_t ahead = row + PREFETCH < s->n_sock ? row + PREFETCH : row;

		/* The processor itself does not look ahead past the end of a page. */
		__builtin_prefetch(&s->sock[ahead]);
		__builtin_prefetch(&s->ext[ahead]);
		if (!v->everything && !select_has(sel, &s->sock[row]))
			continue;
		v->work->totals.total++;
		if (v->filter != NULL && !filter_match(v->filter, s, row))
			continue;
		hit[n].row = row;
		count_hit(v, &hit[n++]);
	}
	return n;
}

/* The same of those that came and went. */
static uint32_t scan_brief(struct view *v, uint32_t from, uint32_t to, struct hit hit[BATCH])
{
	const struct snap *s = v->work->snap;
	uint32_t n = 0;

	for (uint32_t row = from; row < to; row++) {
		if (!select_has(&v->work->query.select, &s->sock[row]) ||
		    (v->filter != NULL && !filter_match(v->filter, s, row)))
			continue;
		v->work->totals.born++;
		v->work->totals.brief++;
		hit[n++] = (struct hit){ .row = row };
	}
	return n;
}

/* ---- the phases ------------------------------------------------------ */

static int add_rows(struct view *v, const struct hit *hit, uint32_t n)
{
	int rc = 0;

	for (uint32_t i = 0; i < n && rc == 0; i++)
		rc = order_add(&v->order, hit[i].row);
	return rc;
}

static int scan_batch(struct view *v, uint32_t from, uint32_t to)
{
	struct hit hit[BATCH];
	bool sockets = v->work->query.by == BY_SOCKET;
	uint32_t n;
	int rc;

	if (from >= v->work->snap->n_sock) {
		n = scan_brief(v, from, to, hit);
		return sockets ? 0 : grouper_add(&v->grouper, hit, n);
	}
	if (sockets)
		return add_rows(v, hit, scan(v, from, to, hit));
	rc = grouper_look(&v->grouper, from, to);
	n = scan(v, from, to, hit);
	return rc < 0 ? rc : grouper_add(&v->grouper, hit, n);
}

/* Whether an address is this host's own depends on all rows. */
static int step_own(struct view *v, uint32_t *budget)
{
	const struct snap *s = v->work->snap;
	uint32_t left = s->n_sock + s->n_brief - v->next;
	uint32_t n = left < *budget ? left : *budget;
	int rc = grouper_look_own(&v->grouper, v->next, v->next + n);

	v->next += n;
	*budget -= n;
	if (n < left)
		return rc;
	v->next = 0;
	v->phase = PHASE_SCAN;
	return rc;
}

/* The groups are complete, but for the ends where they listen. */
static int end_groups(struct view *v)
{
	const struct grouper *gr = &v->grouper;

	v->next = v->before = 0;
	v->phase = PHASE_LIST;
	if (v->work->query.hide_own && gr->other_sockets > 0)
		v->work->totals.own_hidden = gr->own_sockets;
	return 0;
}

/* Which groups have rows. */
static int step_list(struct view *v, uint32_t *budget)
{
	uint32_t n = result_n_groups(v->work);
	int rc = 0;

	for (; v->next<n && * budget> 0 && rc == 0; v->next++, (*budget)--)
		if (grouper_keeps(&v->grouper, v->next))
			rc = order_add(&v->order, v->next);
	if (rc < 0 || v->next < n)
		return rc;
	v->next = 0;
	v->phase = v->work->query.ends ? PHASE_ENDS : PHASE_DELTA;
	return 0;
}

/* Batches do not go over from the sockets to those that came and went. */
static int step_scan(struct view *v, uint32_t *budget)
{
	const struct snap *s = v->work->snap;
	uint32_t end = s->n_sock + s->n_brief;
	int rc = 0;

	while (v->next != end && *budget != 0 && rc == 0) {
		uint32_t stop = v->next < s->n_sock ? s->n_sock : end;
		uint32_t n = stop - v->next < BATCH ? stop - v->next : BATCH;

		if (v->work->query.by != BY_SOCKET) {
			rc = grouper_room(&v->grouper, budget);
			if (rc != 1)
				break;
		}
		rc = scan_batch(v, v->next, v->next + n);
		v->next += n;
		*budget -= n < *budget ? n : *budget;
	}
	if (rc < 0 || v->next < end)
		return rc;
	if (v->work->query.rollup) {
		v->phase = PHASE_ROLLUP;
		return 0;
	}
	if (v->work->query.by != BY_SOCKET)
		return end_groups(v);
	v->next = 0;
	v->phase = PHASE_DELTA;
	return 0;
}

static int step_ends(struct view *v, uint32_t *budget)
{
	if (grouper_ends(&v->grouper, budget))
		v->phase = PHASE_DELTA;
	return 0;
}

static bool equal_text(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->s, b->s, a->len) == 0);
}

/* Whether groups of both with the same id are the same. */
static bool related(const struct result *a, const struct result *b)
{
	const struct query *x = &a->query, *y = &b->query;

	return a->snap != NULL && b->snap != NULL && x->by == y->by && x->by != BY_SOCKET;
}

/* Whether both ask for the same groups; their order is no matter. */
static bool comparable(const struct result *a, const struct result *b)
{
	const struct query *x = &a->query, *y = &b->query;

	return related(a, b) && x->prefix4 == y->prefix4 && x->prefix6 == y->prefix6 &&
	       x->select.protos == y->select.protos && x->select.v4 == y->select.v4 &&
	       x->select.v6 == y->select.v6 && x->select.listening == y->select.listening &&
	       x->rollup == y->rollup && x->hide_own == y->hide_own &&
	       equal_text(&a->filter_text, &b->filter_text);
}

static int step_rollup(struct view *v, uint32_t *budget)
{
	const struct result *before = comparable(v->shown, v->work) ? v->shown : NULL;
	int rc = rollup_step(&v->grouper, before, budget);

	return rc > 0 ? end_groups(v) : rc;
}

/*
 * Groups come up in much the same order in each sample, so the one behind the last that was found
 * is mostly the next; *next says where that is.
 */
static const struct group *find_before(const struct result *before, uint64_t id, uint32_t *next)
{
	const struct group *g = result_groups(before);
	uint32_t i = *next;

	if (i >= result_n_groups(before) || g[i].id != id)
		i = result_find(before, id);
	if (i == IDX_NONE)
		return NULL;
	*next = i + 1;
	return &g[i];
}

/* Another look at the same sample, say in another order, keeps the deltas of the first one. */
static void set_delta(const struct group *was, uint32_t base, bool same, struct group *g)
{
	if (same) {
		g->delta = was != NULL ? was->delta : 0;
		g->has_delta = was != NULL && was->has_delta;
		g->fresh = was != NULL && was->fresh;
		g->dropped = was != NULL ? was->dropped : 0;
		return;
	}
	g->delta = (int32_t)(g->sockets - (was != NULL ? was->sockets : base));
	g->has_delta = true;
	g->fresh = was == NULL && base == 0;
	/* Fewer than before: another one listens there now. */
	if (was != NULL && g->drops >= was->drops)
		g->dropped = g->drops - was->drops;
}

static void set_seen(struct group *g, uint32_t since)
{
	if (since < g->seen_s)
		g->seen_s = since;
}

/* Since when it is known to be there is known also of a row of another filter. */
static void note_before(struct view *v, uint32_t i, bool deltas, bool same)
{
	struct group *g = &result_groups(v->work)[i];
	const struct group *was = NULL;
	uint32_t parent = grouper_parent(&v->grouper, i);

	if (related(v->shown, v->work))
		was = find_before(v->shown, g->id, &v->before);
	set_seen(g, v->grouper.now_s - g->oldest_s);
	if (was != NULL)
		set_seen(g, was->seen_s);
	if (parent != IDX_NONE)
		set_seen(&result_groups(v->work)[parent], g->seen_s);
	if (deltas)
		set_delta(was, grouper_base(&v->grouper, i), same, g);
}

static int step_delta(struct view *v, uint32_t *budget)
{
	const struct result *before = v->shown;
	struct result *r = v->work;
	uint32_t n = r->query.by != BY_SOCKET ? result_n_groups(r) : 0;
	uint32_t left = n - v->next < *budget ? n - v->next : *budget;
	bool deltas = n > 0 && comparable(before, r), same = deltas && before->snap == r->snap;

	*budget -= left;
	while (left-- > 0)
		note_before(v, v->next++, deltas, same);
	if (v->next < n)
		return 0;
	if (deltas)
		r->delta_ns = same ? before->delta_ns : r->snap->mono_ns - before->snap->mono_ns;
	v->phase = PHASE_SORT;
	return order_seal(&v->order);
}

/* Room for where each row is, both ways. */
static int begin_places(struct result *r, const struct order *o)
{
	size_t ranks = (r->query.by == BY_SOCKET ? r->snap->n_sock : result_n_groups(r)) *
		       sizeof(uint32_t);
	uint32_t n;
	void *rank;

	arena_reset(&r->order);
	arena_reset(&r->rank);
	order_items(o, &n);
	if (n == 0)
		return 0;
	rank = arena_push(&r->rank, ranks);
	if (rank == NULL || arena_push(&r->order, n * sizeof(uint32_t)) == NULL)
		return -ENOMEM;
	memset(rank, 0xff, ranks);
	return 0;
}

/* Where the rows of a range are, both ways. */
static void place_rows(struct result *r, const struct sort_item *item, uint32_t from, uint32_t to)
{
	uint32_t *order = (void *)r->order.base, *rank = (void *)r->rank.base;

	for (uint32_t i = from; i < to; i++) {
		if (i + PREFETCH < to)
			__builtin_prefetch(&rank[item[i + PREFETCH].row], 1);
		order[i] = item[i].row;
		rank[item[i].row] = i;
	}
}

static int step_sort(struct view *v, uint32_t *budget)
{
	if (!order_step(&v->order, v->work, budget))
		return 0;
	v->next = 0;
	v->phase = PHASE_SHOW;
	return begin_places(v->work, &v->order);
}

static void drop_snap(struct result *r)
{
	snap_unref(r->snap);
	r->snap = NULL;
	r->query.filter = NULL;
}

static int step_show(struct view *v, uint32_t *budget)
{
	struct result *done = v->work;
	uint32_t n;
	const struct sort_item *item = order_items(&v->order, &n);
	uint32_t some = n - v->next < *budget ? n - v->next : *budget;

	place_rows(done, item, v->next, v->next + some);
	v->next += some;
	*budget -= some;
	if (v->next < n)
		return 0;
	done->query.filter = NULL;
	v->work = v->shown;
	v->shown = done;
	drop_snap(v->work);
	v->phase = PHASE_IDLE;
	return 0;
}

static int (*const phases[PHASE_COUNT])(struct view *v, uint32_t *budget) = {
	[PHASE_OWN] = step_own,   [PHASE_SCAN] = step_scan, [PHASE_ROLLUP] = step_rollup,
	[PHASE_LIST] = step_list, [PHASE_ENDS] = step_ends, [PHASE_DELTA] = step_delta,
	[PHASE_SORT] = step_sort, [PHASE_SHOW] = step_show,
};

/* ---- life and work --------------------------------------------------- */

struct view *view_new(void)
{
	struct view *v = xcalloc(1, sizeof(*v));

	v->shown = &v->result[0];
	v->work = &v->result[1];
	index_init(&v->shown->ix);
	index_init(&v->work->ix);
	/* Ids are hashes: they compare between two results only with one seed. */
	v->work->ix.seed = v->shown->ix.seed;
	grouper_init(&v->grouper);
	return v;
}

static void result_free(struct result *r)
{
	drop_snap(r);
	buf_free(&r->filter_text);
	arena_free(&r->group);
	arena_free(&r->ends);
	arena_free(&r->link);
	arena_free(&r->own);
	arena_free(&r->order);
	arena_free(&r->rank);
	index_free(&r->ix);
}

void view_free(struct view *v)
{
	if (v == NULL)
		return;
	result_free(v->shown);
	result_free(v->work);
	grouper_free(&v->grouper);
	order_free(&v->order);
	arena_free(&v->seen);
	free(v);
}

static void give_up(struct view *v)
{
	drop_snap(v->work);
	v->phase = PHASE_IDLE;
	v->failed = true;
}

static int begin_seen(struct view *v)
{
	size_t bytes = (v->work->snap->n_proc + 63u) / 64 * sizeof(uint64_t);
	void *bits;

	arena_reset(&v->seen);
	bits = arena_push(&v->seen, bytes);
	if (bits == NULL && bytes > 0)
		return -ENOMEM;
	if (bytes > 0)
		memset(bits, 0, bytes);
	return 0;
}

static int begin(struct view *v)
{
	struct result *r = v->work;
	uint32_t room = comparable(v->shown, r) ? result_n_groups(v->shown) : 0;
	int rc = begin_seen(v);

	order_begin(&v->order, &r->query);
	if (rc == 0 && r->query.by != BY_SOCKET)
		rc = grouper_begin(&v->grouper, r, room);
	return rc;
}

static bool has_ends(enum by by)
{
	return column_of(by, COL_LISTENS) || column_of(by, COL_PORTS);
}

void view_set(struct view *v, const struct snap *s, const struct query *q)
{
	struct result *r = v->work;

	drop_snap(r);
	r->snap = snap_ref(s);
	r->query = *q;
	r->query.ends &= has_ends(q->by);
	r->query.rollup &= q->by == BY_REMOTE;
	r->query.hide_own &= q->by == BY_REMOTE;
	r->query.distinct |= q->by != BY_SOCKET && column_is_distinct((enum column)q->sort);
	r->totals = (struct totals){ 0 };
	r->delta_ns = 0;
	buf_reset(&r->filter_text);
	v->filter = q->filter != NULL && !filter_is_all(q->filter) ? q->filter : NULL;
	if (v->filter != NULL) {
		filter_print(v->filter, &r->filter_text);
		filter_bind(v->filter, s);
	}
	v->everything = selects_all(&q->select, s);
	v->failed = false;
	v->next = 0;
	v->phase = r->query.hide_own ? PHASE_OWN : PHASE_SCAN;
	if (begin(v) < 0)
		give_up(v);
}

bool view_step(struct view *v, uint32_t budget)
{
	while (v->phase != PHASE_IDLE && budget > 0)
		if (phases[v->phase](v, &budget) < 0)
			give_up(v);
	return v->phase == PHASE_IDLE;
}

void view_finish(struct view *v)
{
	while (!view_step(v, UINT32_MAX))
		continue;
}

bool view_busy(const struct view *v)
{
	return v->phase != PHASE_IDLE;
}

bool view_failed(const struct view *v)
{
	return v->failed;
}

/* ---- reading --------------------------------------------------------- */

const struct snap *view_snap(const struct view *v)
{
	return v->shown->snap;
}

const struct query *view_query(const struct view *v)
{
	return &v->shown->query;
}

const struct totals *view_totals(const struct view *v)
{
	return &v->shown->totals;
}

uint32_t view_rows(const struct view *v)
{
	return result_rows(v->shown);
}

uint64_t view_row_id(const struct view *v, uint32_t row)
{
	if (v->shown->query.by == BY_SOCKET)
		return v->shown->snap->sock[view_sock(v, row)].cookie;
	return view_group(v, row)->id;
}

uint32_t view_find(const struct view *v, uint64_t id)
{
	const struct result *r = v->shown;
	uint32_t at;

	if (result_rows(r) == 0)
		return IDX_NONE;
	at = r->query.by == BY_SOCKET ? snap_find(r->snap, id) : result_find(r, id);
	return at != IDX_NONE ? ((const uint32_t *)(const void *)r->rank.base)[at] : IDX_NONE;
}

const struct group *view_group(const struct view *v, uint32_t row)
{
	return &result_groups(v->shown)[result_order(v->shown)[row]];
}

const struct group *view_find_group(const struct view *v, uint64_t id)
{
	uint32_t i = v->shown->snap != NULL ? result_find(v->shown, id) : IDX_NONE;

	return i != IDX_NONE ? &result_groups(v->shown)[i] : NULL;
}

const struct addr *view_own(const struct view *v, uint32_t *n)
{
	*n = (uint32_t)(v->shown->own.used / sizeof(struct addr));
	return (const void *)v->shown->own.base;
}

const struct group_ends *view_ends(const struct view *v, uint32_t row)
{
	return v->shown->query.ends ? &result_ends(v->shown)[result_order(v->shown)[row]] : NULL;
}

uint32_t view_sock(const struct view *v, uint32_t row)
{
	return result_order(v->shown)[row];
}

uint32_t view_next_listener(const struct view *v, uint32_t sock)
{
	const struct listener_link *link = (const void *)v->shown->link.base;
	size_t lo = 0, hi = v->shown->link.used / sizeof(*link);

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (link[mid].sock < sock)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < v->shown->link.used / sizeof(*link) && link[lo].sock == sock ? link[lo].next
										 : IDX_NONE;
}

int64_t view_delta_ns(const struct view *v)
{
	return v->shown->delta_ns;
}
