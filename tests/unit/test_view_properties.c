/* SPDX-License-Identifier: MIT */
/* What must hold of views of any snapshot, tried on random ones. */
#include "test.h"

#include <string.h>

#include "fake.h"
#include "sockeye/model/names.h"
#include "sockeye/view/view.h"

#define ROUNDS 60

struct world {
	uint64_t random;
	struct snap_pool *pool;
	const struct snap *snap;
	struct view *view;
};

static unsigned roll(struct world *w, unsigned sides)
{
	return (unsigned)(test_random(&w->random) % sides);
}

/* ---- random snapshots ------------------------------------------------ */

static const char *roll_cgroup(struct world *w)
{
	static const char *const paths[] = {
		"/",
		"/init.scope",
		"/system.slice/nginx.service",
		"/system.slice/web\\\\x2d1.service",
		"\"/system.slice/a b\\\"*.service\"",
		"/lxc/web",
		"/lxc/not/system.slice/nginx.service",
		"\"/lxc/x\\\\\\\"y\"",
		"/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	};

	return paths[roll(w, ARRAY_SIZE(paths))];
}

static void make_end(struct world *w, struct buf *out, unsigned kind, unsigned port)
{
	static const struct {
		const char *before, *between, *after;
	} forms[] = { { "10.4.", ".", "" },
		      { "[::ffff:10.4.", ".", "]" },
		      { "[2001:db8:", "::", "]" },
		      { "[fe80::", ":", "]" } };

	buf_fmt(out, "%s%u%s%u%s:%u", forms[kind].before, roll(w, 3), forms[kind].between,
		roll(w, 4), forms[kind].after, port);
}

static void make_sock(struct world *w, struct buf *out, unsigned ino)
{
	static const char *const wild[] = { "0.0.0.0", "[::]", "0.0.0.0", "[::]" };
	unsigned kind = roll(w, 4), state = 1 + roll(w, ST_COUNT - 1), port = 80 + roll(w, 3);
	bool udp = roll(w, 5) == 0, bound;

	if (udp)
		state = roll(w, 2) ? ST_ESTABLISHED : ST_CLOSE;
	bound = state == ST_LISTEN || state == ST_CLOSE;
	buf_fmt(out, "sock %s %s ", udp ? "udp" : "tcp", state_name(state));
	if (bound && roll(w, 2))
		buf_fmt(out, "%s:%u ", wild[kind], port);
	else
		make_end(w, out, kind, port);
	if (bound) {
		buf_str(out, " -");
	} else {
		buf_char(out, ' ');
		make_end(w, out, kind, 1000 + ino);
	}
	if (state != ST_TIME_WAIT && state != ST_SYN_RECV && roll(w, 5) > 0)
		buf_fmt(out, " ino %u uid %u", ino, roll(w, 6));
	if (kind == 3)
		buf_fmt(out, " if %u", 1 + roll(w, 3));
	if (roll(w, 3) == 0)
		buf_fmt(out, " cgroup %s", roll_cgroup(w));
	buf_fmt(out, " rq %u sq %u cookie %u\n", roll(w, 4) ? 0 : roll(w, 5000), roll(w, 3), ino);
}

static void make_names(struct buf *out)
{
	buf_str(out, "user 0 root\nuser 1 \"x\\\"y \\\\ z\"\nuser 2 twin\nuser 3 twin\nuser 4 777\n"
		     "ifname 1 eth0\nifname 2 \"a \\e[1m\\\"b\"\n");
}

static void make_procs(struct world *w, struct buf *out, unsigned socks)
{
	static const char *const names[] = { "java", "nginx", "\"a b\"", "\"\\\"q\\\\\\n\\xff\"",
					     "not",  "\"*\"", "\"\"" };

	for (unsigned pid = 1; pid < 12; pid++) {
		buf_fmt(out, "proc %u %s uid %u", pid, names[roll(w, ARRAY_SIZE(names))],
			roll(w, 6));
		if (pid == 1 || roll(w, 3) > 0)
			buf_fmt(out, " cgroup %s", roll_cgroup(w));
		buf_char(out, '\n');
		for (unsigned fd = 3; fd < 3 + roll(w, 3 + socks / 3); fd++)
			buf_fmt(out, "hold %u %u %u\n", pid, fd, 1 + roll(w, socks + 1));
	}
}

static void make_snap(struct world *w)
{
	struct buf text = { 0 };
	unsigned socks = roll(w, 8) == 0 ? 0 : roll(w, 600);
	const struct snap *s;

	make_names(&text);
	for (unsigned i = 0; i < socks; i++)
		make_sock(w, &text, i + 1);
	if (roll(w, 6) > 0)
		make_procs(w, &text, socks);
	s = fake_snap(text.s, w->pool, w->snap);
	snap_unref(w->snap);
	w->snap = s;
	buf_free(&text);
}

/* ---- what is checked ------------------------------------------------- */

static struct query make_query(struct world *w, enum by by)
{
	struct query q = { .select = { .protos = 3, .v4 = true, .v6 = true },
			   .by = by,
			   .prefix4 = (uint8_t)(roll(w, 3) ? 32 : roll(w, 33)),
			   .prefix6 = (uint8_t)(roll(w, 3) ? 128 : roll(w, 129)),
			   .sort = SORT_NATURAL,
			   .ascending = roll(w, 2),
			   .rollup = roll(w, 2),
			   .hide_own = roll(w, 2),
			   .distinct = true };

	if (by == BY_SOCKET) {
		q.sort = (uint8_t)roll(w, F_COUNT);
	} else if (roll(w, 2)) {
		do
			q.sort = (uint8_t)roll(w, COL_COUNT);
		while (!column_of(by, (enum column)q.sort));
	}
	return q;
}

static uint64_t sum_of(const struct view *v, enum column c)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < view_rows(v); i++)
		sum += group_number(view_group(v, i), c);
	return sum;
}

static void check_sums(struct world *w, enum by by)
{
	const struct totals *t = view_totals(w->view);
	uint64_t sockets = by != BY_SOCKET ? sum_of(w->view, COL_SOCKETS) : view_rows(w->view);
	uint64_t states = 0;

	for (unsigned st = 0; st < ST_COUNT; st++)
		states += t->state[st];
	assert_int_equal(states, t->proto[PROTO_TCP]);
	assert_int_equal(t->matched, t->proto[PROTO_TCP] + t->proto[PROTO_UDP]);
	assert_true(t->matched <= t->total);
	if (by == BY_PROCESS)
		assert_int_equal(sockets, t->matched + t->extra_holds);
	else if (by == BY_REMOTE)
		assert_int_equal(sockets + t->without_remote + t->own_hidden, t->matched);
	else if (by == BY_STATE || by == BY_USER || by == BY_SOCKET)
		assert_int_equal(sockets, t->matched);
	else if (by == BY_LISTENER)
		assert_true(sockets <= t->matched);
}

/* A group's states and UDP add up to its sockets, and its shared ones are among them. */
static void check_groups(const struct view *v)
{
	for (uint32_t i = 0; i < view_rows(v); i++) {
		const struct group *g = view_group(v, i);
		uint64_t sum = g->udp;

		for (unsigned st = 0; st < ST_COUNT; st++)
			sum += g->state[st];
		assert_int_equal(sum, g->sockets);
		assert_true(g->shared <= g->sockets);
		assert_true(g->peers <= g->sockets);
		assert_true(g->id != 0);
	}
}

static void check_ids(const struct view *v)
{
	for (uint32_t i = 0; i < view_rows(v); i++)
		assert_int_equal(view_find(v, view_row_id(v, i)), i);
}

static bool holds(const struct snap *s, uint32_t row, uint32_t proc)
{
	const struct sock_ext *x = &s->ext[row];

	for (uint32_t i = 0; i < x->n_owners; i++)
		if (s->owner[x->owner + i].proc == proc)
			return true;
	return false;
}

/* The plain way to count a process's sockets. */
static void check_processes(const struct view *v)
{
	const struct snap *s = view_snap(v);

	for (uint32_t i = 0; i < view_rows(v); i++) {
		const struct group *g = view_group(v, i);
		uint32_t n = 0;

		for (uint32_t row = 0; row < s->n_sock; row++)
			n += g->why == WHY_OWNED ? holds(s, row, g->key.proc)
						 : snap_why(s, row) == g->why;
		assert_int_equal(g->sockets, n);
		if (g->why == WHY_OWNED)
			assert_int_equal(g->sockets, s->proc[g->key.proc].sockets);
	}
}

/* What opens behind a row is what the row counted. A listener's sockets include itself. */
static void check_filters(struct world *w)
{
	struct query all = { .select = { .protos = 3, .v4 = true, .v6 = true },
			     .sort = SORT_NATURAL };
	struct view *behind = view_new();

	for (uint32_t i = 0; i < view_rows(w->view); i++) {
		const struct group *g = view_group(w->view, i);
		struct buf text = { 0 };
		struct err e;

		group_filter(w->view, g, &text);
		all.filter = filter_parse(text.s, text.len, &e);
		if (all.filter == NULL)
			fail_msg("%s: %s", text.s, e.msg);
		view_set(behind, w->snap, &all);
		view_finish(behind);
		if (view_totals(behind)->matched != g->sockets + g->listeners)
			fail_msg("%s: %u sockets, not %u", text.s, view_totals(behind)->matched,
				 g->sockets + g->listeners);
		filter_free(all.filter);
		buf_free(&text);
	}
	view_free(behind);
}

/* Rows descend, or ascend, by the column; columns of text have tests of their own. */
static void check_order(const struct view *v)
{
	const struct query *q = view_query(v);
	enum column c = q->sort == SORT_NATURAL ? COL_SOCKETS : (enum column)q->sort;
	bool up = q->sort != SORT_NATURAL && q->ascending;

	if (q->by == BY_SOCKET || c == COL_KEY || c == COL_COMM || c == COL_USER ||
	    c == COL_DELTA || c == COL_PID || (q->by == BY_STATE && q->sort == SORT_NATURAL))
		return;
	for (uint32_t i = 1; i < view_rows(v); i++) {
		uint64_t a = group_number(view_group(v, i - 1), c);
		uint64_t b = group_number(view_group(v, i), c);

		assert_true(up ? a <= b : a >= b);
	}
}

/* In whatever slices the work is done, the result is the same. */
static void check_slices(struct world *w, const struct query *q)
{
	struct view *sliced = view_new();

	view_set(sliced, w->snap, q);
	while (!view_step(sliced, 1 + roll(w, 300)))
		assert_true(view_busy(sliced));
	assert_int_equal(view_rows(sliced), view_rows(w->view));
	assert_memory_equal(view_totals(sliced), view_totals(w->view), sizeof(struct totals));
	for (uint32_t i = 0; i < view_rows(sliced); i++) {
		if (q->by == BY_SOCKET)
			assert_int_equal(view_sock(sliced, i), view_sock(w->view, i));
		else if (q->sort != COL_DELTA)
			assert_int_equal(view_group(sliced, i)->first,
					 view_group(w->view, i)->first);
	}
	view_free(sliced);
}

static void check_by(struct world *w, enum by by)
{
	struct query q = make_query(w, by);

	view_set(w->view, w->snap, &q);
	view_finish(w->view);
	assert_false(view_failed(w->view));
	check_sums(w, by);
	check_ids(w->view);
	check_slices(w, &q);
	if (by == BY_SOCKET)
		return;
	check_groups(w->view);
	check_order(w->view);
	check_filters(w);
	if (by == BY_PROCESS)
		check_processes(w->view);
}

static void test_view_properties_hold_of_random_snapshots(void **state)
{
	struct world w = { .random = test_seed(), .pool = snap_pool_new(), .view = view_new() };

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		make_snap(&w);
		for (enum by by = BY_STATE; by < BY_COUNT; by++)
			check_by(&w, by);
	}
	view_free(w.view);
	snap_unref(w.snap);
	snap_pool_free(w.pool);
}

/* Deltas of all groups, and what has gone, add up to the change of the whole. */
static void test_view_deltas_add_up(void **state)
{
	struct world w = { .random = test_seed(), .pool = snap_pool_new(), .view = view_new() };
	struct query q = { .select = { .protos = 3, .v4 = true, .v6 = true },
			   .by = BY_STATE,
			   .sort = SORT_NATURAL };
	int64_t before = 0;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		int64_t sum = 0;

		make_snap(&w);
		view_set(w.view, w.snap, &q);
		view_finish(w.view);
		for (uint32_t i = 0; i < view_rows(w.view); i++)
			sum += view_group(w.view, i)->delta;
		if (round > 0)
			assert_int_equal(sum, (int64_t)view_totals(w.view)->matched - before);
		before = view_totals(w.view)->matched;
	}
	view_free(w.view);
	snap_unref(w.snap);
	snap_pool_free(w.pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_view_properties_hold_of_random_snapshots),
		cmocka_unit_test(test_view_deltas_add_up),
	};

	return cmocka_run_group_tests_name("view_properties", tests, NULL, NULL);
}
