/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "fake.h"
#include "sockeye/model/names.h"
#include "sockeye/view/view.h"

#define EVERYTHING                                  \
	{                                           \
		.protos = 3, .v4 = true, .v6 = true \
	}

/* A little of everything: a leak, a forked server, reasons, UDP, three kinds of addresses. */
static const char web[] =
	"user 0 root\nuser 33 www-data\nuser 998 tomcat\nifname 2 eth0\n"
	"sock tcp LISTEN 10.4.0.7:8080 - ino 100 uid 998 rq 3 sq 100\n"
	"sock tcp CLOSE_WAIT 10.4.0.7:8080 10.4.1.17:40000 ino 101 uid 998 rq 10 times 5\n"
	"sock tcp ESTABLISHED 10.4.0.7:8080 10.4.1.18:40000 ino 110 uid 998 sq 7\n"
	"sock tcp ESTABLISHED 10.4.0.7:8080 10.4.2.9:50000\n"
	"sock tcp TIME_WAIT 10.4.0.7:8080 10.4.1.17:39999\n"
	"sock tcp SYN_RECV 10.4.0.7:8080 203.0.113.5:1000 times 3\n"
	"sock tcp LISTEN [::]:443 - ino 200 uid 33 sq 511\n"
	"sock tcp ESTABLISHED [::ffff:10.4.0.7]:443 [::ffff:10.4.1.17]:41000 ino 201 uid 33\n"
	"sock tcp ESTABLISHED [2001:db8::7]:443 [2001:db8:40::1]:41000 ino 202 uid 33\n"
	"sock tcp FIN_WAIT1 [fe80::7]:443 [fe80::1]:41000 if 2\n"
	"sock udp CLOSE 0.0.0.0:53 - ino 300 uid 33 rq 50\n"
	"sock udp ESTABLISHED 10.4.0.7:5000 10.4.1.17:53 ino 301 uid 1234\n"
	"sock tcp ESTABLISHED 10.4.0.7:5001 10.4.1.17:53 ino 302 uid 0\n"
	"proc 2211 java uid 998\nhold 2211 5 100\nhold 2211 6 101 times 5\nhold 2211 20 110\n"
	"proc 901 nginx uid 0\nhold 901 6 200\nhold 901 9 200\nhold 901 7 201\n"
	"proc 902 nginx uid 33\nhold 902 6 200\nhold 902 7 202\nhold 902 8 300\n";

struct bench {
	struct snap_pool *pool;
	const struct snap *snap;
	struct view *view;
	struct filter *filter;
};

static struct bench setup(const char *text)
{
	struct bench b = { .pool = snap_pool_new(), .view = view_new() };

	b.snap = fake_snap(text, b.pool, NULL);
	return b;
}

static void teardown(struct bench *b)
{
	view_free(b->view);
	snap_unref(b->snap);
	snap_pool_free(b->pool);
	filter_free(b->filter);
}

static struct query query_by(enum by by)
{
	return (struct query){ .select = EVERYTHING,
			       .by = by,
			       .prefix4 = 32,
			       .prefix6 = 128,
			       .sort = SORT_NATURAL,
			       .distinct = true };
}

static void look(struct bench *b, const struct query *q)
{
	view_set(b->view, b->snap, q);
	view_finish(b->view);
	assert_false(view_failed(b->view));
}

static void look_by(struct bench *b, enum by by)
{
	struct query q = query_by(by);

	look(b, &q);
}

static void use_filter(struct bench *b, struct query *q, const char *text)
{
	struct err e;

	filter_free(b->filter);
	b->filter = filter_parse(text, strlen(text), &e);
	if (b->filter == NULL)
		fail_msg("%s: %s", text, e.msg);
	q->filter = b->filter;
}

static const char *key_of(const struct bench *b, uint32_t row)
{
	static char buf[FIELD_TEXT_SIZE];

	return group_text(b->view, view_group(b->view, row), TEXT_UTF8, buf).s;
}

static const struct group *find_key(const struct bench *b, const char *key)
{
	for (uint32_t i = 0; i < view_rows(b->view); i++)
		if (strcmp(key_of(b, i), key) == 0)
			return view_group(b->view, i);
	return NULL;
}

static const struct group *must_find(const struct bench *b, const char *key)
{
	const struct group *g = find_key(b, key);

	if (g == NULL)
		fail_msg("no row %s", key);
	return g;
}

/* ---- one test a promise ---------------------------------------------- */

static void test_view_is_empty_before_the_first_result(void **state)
{
	struct bench b = setup(web);
	struct query q = query_by(BY_PROCESS);

	(void)state;
	assert_null(view_snap(b.view));
	assert_int_equal(view_rows(b.view), 0);
	assert_int_equal(view_find(b.view, 1), IDX_NONE);
	assert_false(view_busy(b.view));
	view_set(b.view, b.snap, &q);
	assert_true(view_busy(b.view));
	assert_null(view_snap(b.view));
	assert_true(view_step(b.view, UINT32_MAX));
	assert_ptr_equal(view_snap(b.view), b.snap);
	teardown(&b);
}

static void test_view_states_are_in_fixed_order_with_zeroes(void **state)
{
	static const uint32_t want[] = { 5, 0, 3, 1, 0, 1, 0, 5, 0, 2, 0, 2 };
	struct bench b = setup(web);

	(void)state;
	look_by(&b, BY_STATE);
	assert_int_equal(view_rows(b.view), ST_COUNT);
	for (uint32_t i = 0; i < ST_COUNT; i++) {
		assert_int_equal(view_group(b.view, i)->sockets, want[i]);
		assert_string_equal(key_of(&b, i), i < ST_COUNT - 1 ? state_name(i + 1) : "UDP");
	}
	assert_int_equal(view_totals(b.view)->matched, 19);
	assert_int_equal(view_totals(b.view)->state[ST_CLOSE], 0);
	teardown(&b);
}

static void test_view_process_counts_a_socket_once_a_holder(void **state)
{
	struct bench b = setup(web);
	const struct group *g;

	(void)state;
	look_by(&b, BY_PROCESS);
	g = must_find(&b, "nginx[901]");
	assert_int_equal(g->sockets, 2);
	assert_int_equal(g->shared, 1);
	assert_int_equal(g->processes, 1);
	g = must_find(&b, "nginx[902]");
	assert_int_equal(g->sockets, 3);
	assert_int_equal(g->udp, 1);
	assert_int_equal(g->state[ST_ESTABLISHED], 1);
	assert_int_equal(g->state[ST_CLOSE], 0);
	assert_int_equal(view_totals(b.view)->extra_holds, 1);
	assert_int_equal(view_totals(b.view)->shared, 1);
	assert_int_equal(view_totals(b.view)->processes, 3);
	teardown(&b);
}

static void test_view_queues_leave_listen_out(void **state)
{
	struct bench b = setup(web);
	const struct group *g;

	(void)state;
	look_by(&b, BY_PROCESS);
	g = must_find(&b, "java[2211]");
	assert_int_equal(g->sockets, 7);
	assert_int_equal(g->recv_q, 50);
	assert_int_equal(g->send_q, 7);
	assert_int_equal(g->peers, 2);
	teardown(&b);
}

static void test_view_ownerless_sockets_have_a_row_a_reason(void **state)
{
	struct bench b = setup(web);

	(void)state;
	look_by(&b, BY_PROCESS);
	assert_int_equal(must_find(&b, "[time-wait]")->sockets, 1);
	assert_int_equal(must_find(&b, "[half-open]")->sockets, 3);
	assert_int_equal(must_find(&b, "[not accepted yet]")->sockets, 1);
	assert_int_equal(must_find(&b, "[orphan]")->sockets, 1);
	assert_int_equal(must_find(&b, "[no process found]")->sockets, 2);
	assert_int_equal(must_find(&b, "[orphan]")->why, WHY_ORPHAN);
	assert_int_equal(view_totals(b.view)->why[WHY_HALF_OPEN], 3);
	assert_int_equal(view_totals(b.view)->why[WHY_OWNED], 11);
	teardown(&b);
}

static void test_view_program_counts_a_shared_socket_once(void **state)
{
	struct bench b = setup(web);
	const struct group *g;

	(void)state;
	look_by(&b, BY_PROGRAM);
	g = must_find(&b, "nginx");
	assert_int_equal(g->sockets, 4);
	assert_int_equal(g->processes, 2);
	assert_int_equal(g->shared, 1);
	assert_int_equal(must_find(&b, "java")->processes, 1);
	teardown(&b);
}

static void test_view_user_is_of_the_socket_and_needs_a_file(void **state)
{
	struct bench b = setup(web);

	(void)state;
	look_by(&b, BY_USER);
	assert_int_equal(must_find(&b, "tomcat")->sockets, 7);
	assert_int_equal(must_find(&b, "www-data")->sockets, 4);
	assert_int_equal(must_find(&b, "www-data")->processes, 2);
	/* An inode that nobody holds still has a user, with a name or without. */
	assert_int_equal(must_find(&b, "root")->sockets, 1);
	assert_int_equal(must_find(&b, "1234")->sockets, 1);
	assert_int_equal(must_find(&b, "[half-open]")->sockets, 3);
	assert_null(find_key(&b, "[no process found]"));
	teardown(&b);
}

static void test_view_remote_joins_mapped_and_plain_ipv4(void **state)
{
	struct bench b = setup(web);
	const struct group *g;

	(void)state;
	look_by(&b, BY_REMOTE);
	g = must_find(&b, "10.4.1.17");
	assert_int_equal(g->sockets, 9);
	assert_int_equal(g->udp, 1);
	assert_int_equal(g->processes, 2);
	assert_int_equal(g->addresses, 1);
	assert_int_equal(must_find(&b, "fe80::1%eth0")->sockets, 1);
	assert_int_equal(must_find(&b, "2001:db8:40::1")->sockets, 1);
	assert_int_equal(view_totals(b.view)->without_remote, 3);
	teardown(&b);
}

static void test_view_remote_groups_by_prefix(void **state)
{
	struct bench b = setup(web);
	struct query q = query_by(BY_REMOTE);

	(void)state;
	q.prefix4 = 24;
	q.prefix6 = 32;
	look(&b, &q);
	assert_int_equal(must_find(&b, "10.4.1.0/24")->sockets, 10);
	assert_int_equal(must_find(&b, "10.4.1.0/24")->addresses, 2);
	assert_int_equal(must_find(&b, "2001:db8::/32")->addresses, 1);
	assert_int_equal(must_find(&b, "fe80::%eth0/32")->sockets, 1);
	q.prefix4 = q.prefix6 = 0;
	look(&b, &q);
	assert_int_equal(must_find(&b, "0.0.0.0/0")->sockets, 14);
	assert_int_equal(must_find(&b, "0.0.0.0/0")->addresses, 4);
	assert_int_equal(must_find(&b, "::/0")->sockets, 2);
	assert_int_equal(must_find(&b, "::/0")->addresses, 2);
	teardown(&b);
}

/* The interface that an address without a zone would need is not part of the prefix. */
static void test_view_link_local_differs_by_interface(void **state)
{
	struct bench b = setup("ifname 3 wlan0\n"
			       "sock tcp ESTABLISHED [fe80::7]:1 [fe80::1]:2 if 2\n"
			       "sock tcp ESTABLISHED [fe80::7]:1 [fe80::1]:3 if 3\n"
			       "sock tcp ESTABLISHED [2001:db8::7]:1 [2001:db8::1]:3 if 2\n"
			       "sock tcp ESTABLISHED [2001:db8::7]:1 [2001:db8::1]:4 if 3\n");

	(void)state;
	look_by(&b, BY_REMOTE);
	assert_int_equal(view_rows(b.view), 3);
	assert_int_equal(must_find(&b, "fe80::1%2")->sockets, 1);
	assert_int_equal(must_find(&b, "fe80::1%wlan0")->sockets, 1);
	assert_int_equal(must_find(&b, "2001:db8::1")->sockets, 2);
	teardown(&b);
}

static const char reuseport[] =
	"sock tcp LISTEN 0.0.0.0:80 - ino 1 rq 4 sq 10\nsock tcp LISTEN 0.0.0.0:80 - ino 2 rq 1 sq 10\n"
	"sock tcp LISTEN 127.0.0.1:80 - ino 3 sq 5\nsock tcp LISTEN 0.0.0.0:22 - ino 4 sq 128\n"
	"sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:1000 ino 10 rq 6 times 4\n"
	"sock tcp CLOSE_WAIT 127.0.0.1:80 127.0.0.1:1000 ino 20\n"
	"sock tcp ESTABLISHED 10.0.0.1:4000 10.0.0.2:99 ino 30\n"
	"proc 1 a\nhold 1 3 1\nproc 2 b\nhold 2 3 2\n";

static void test_view_listener_sums_members_and_owns_connections(void **state)
{
	struct bench b = setup(reuseport);
	const struct group *g;
	uint32_t first, second;

	(void)state;
	look_by(&b, BY_LISTENER);
	assert_int_equal(view_rows(b.view), 3);
	g = must_find(&b, "0.0.0.0:80");
	assert_int_equal(g->listeners, 2);
	assert_int_equal(g->accept_queue, 5);
	assert_int_equal(g->accept_max, 20);
	assert_int_equal(g->sockets, 4);
	assert_int_equal(g->state[ST_LISTEN], 0);
	assert_int_equal(g->recv_q, 24);
	first = g->first;
	second = view_next_listener(b.view, first);
	assert_int_equal(b.snap->sock[first].ino + b.snap->sock[second].ino, 3);
	assert_int_equal(view_next_listener(b.view, second), IDX_NONE);
	assert_int_equal(view_next_listener(b.view, 12345), IDX_NONE);
	assert_int_equal(must_find(&b, "127.0.0.1:80")->sockets, 1);
	assert_int_equal(must_find(&b, "0.0.0.0:22")->sockets, 0);
	teardown(&b);
}

static void test_view_listener_facts_do_not_depend_on_the_filter(void **state)
{
	struct bench b = setup(reuseport);
	struct query q = query_by(BY_LISTENER);
	const struct group *g;

	(void)state;
	use_filter(&b, &q, "state established");
	look(&b, &q);
	assert_int_equal(view_rows(b.view), 1);
	g = view_group(b.view, 0);
	assert_int_equal(g->listeners, 2);
	assert_int_equal(g->accept_queue, 5);
	assert_int_equal(g->sockets, 4);
	assert_int_equal(b.snap->sock[g->first].state, ST_LISTEN);
	use_filter(&b, &q, "sport = :22");
	look(&b, &q);
	assert_int_equal(view_rows(b.view), 1);
	assert_string_equal(key_of(&b, 0), "0.0.0.0:22");
	teardown(&b);
}

struct selection {
	struct select select;
	uint32_t total;
};

static void test_view_selects_before_the_filter(void **state)
{
	static const struct selection cases[] = {
		{ EVERYTHING, 19 },
		{ { .protos = 1u << PROTO_TCP, .v4 = true, .v6 = true }, 17 },
		{ { .protos = 1u << PROTO_UDP, .v4 = true, .v6 = true }, 2 },
		{ { .protos = 3, .v4 = true }, 16 },
		{ { .protos = 3, .v6 = true }, 3 },
		{ { .protos = 3, .v4 = true, .v6 = true, .listening = true }, 3 },
		{ { .protos = 3, .v6 = true, .listening = true }, 1 },
		{ { .protos = 3 }, 0 },
	};
	struct bench b = setup(web);
	struct query q = query_by(BY_STATE);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		q.select = cases[i].select;
		look(&b, &q);
		assert_int_equal(view_totals(b.view)->total, cases[i].total);
		assert_int_equal(view_totals(b.view)->matched, cases[i].total);
	}
	q.select = cases[1].select;
	use_filter(&b, &q, "state close-wait");
	look(&b, &q);
	assert_int_equal(view_totals(b.view)->total, 17);
	assert_int_equal(view_totals(b.view)->matched, 5);
	assert_int_equal(view_totals(b.view)->proto[PROTO_UDP], 0);
	teardown(&b);
}

static void assert_order(const struct bench *b, const char *want)
{
	struct buf got = { 0 };

	for (uint32_t i = 0; i < view_rows(b->view); i++)
		buf_fmt(&got, "%s ", key_of(b, i));
	assert_string_equal(got.s, want);
	buf_free(&got);
}

static void test_view_sorts_down_with_ties_by_key(void **state)
{
	struct bench b = setup(
		"user 5 zoe\nuser 6 amy\n"
		"sock tcp ESTABLISHED 10.0.0.1:1 10.0.0.9:1 ino 1 uid 6 rq 9 times 2\n"
		"sock tcp ESTABLISHED 10.0.0.1:1 10.0.0.8:1 ino 3 uid 5 times 3\n"
		"sock tcp TIME_WAIT 10.0.0.1:1 10.0.0.200:1 times 2\n"
		"proc 30 c uid 6\nhold 30 3 1\nproc 20 a uid 5\nhold 20 3 2\nproc 10 b uid 5\nhold 10 3 3 times 3\n");
	struct query q = query_by(BY_PROCESS);

	(void)state;
	look(&b, &q);
	assert_order(&b, "b[10] [time-wait] a[20] c[30] ");
	q.sort = COL_RECV_Q;
	look(&b, &q);
	assert_order(&b, "a[20] c[30] b[10] [time-wait] ");
	q.ascending = true;
	look(&b, &q);
	assert_order(&b, "b[10] [time-wait] a[20] c[30] ");
	q.sort = COL_KEY;
	look(&b, &q);
	assert_order(&b, "b[10] a[20] c[30] [time-wait] ");
	q.sort = COL_PID;
	q.ascending = false;
	look(&b, &q);
	assert_order(&b, "c[30] a[20] b[10] [time-wait] ");
	q.sort = COL_COMM;
	look(&b, &q);
	assert_order(&b, "c[30] b[10] a[20] [time-wait] ");
	q.sort = COL_USER;
	q.ascending = true;
	look(&b, &q);
	assert_order(&b, "c[30] b[10] a[20] [time-wait] ");
	q.sort = COL_STATE + ST_TIME_WAIT;
	q.ascending = false;
	look(&b, &q);
	assert_order(&b, "[time-wait] b[10] a[20] c[30] ");
	q = query_by(BY_USER);
	q.sort = COL_KEY;
	q.ascending = true;
	look(&b, &q);
	assert_order(&b, "amy zoe [time-wait] ");
	q.by = BY_REMOTE;
	look(&b, &q);
	assert_order(&b, "10.0.0.8 10.0.0.9 10.0.0.200 ");
	teardown(&b);
}

static void test_view_sorts_ipv4_before_ipv6(void **state)
{
	struct bench b = setup("sock tcp ESTABLISHED [::1]:1 [::1]:2\n"
			       "sock tcp ESTABLISHED [2001:db8::1]:1 [2001:db8::2]:2\n"
			       "sock tcp ESTABLISHED 1.1.1.1:1 223.0.0.1:2\n"
			       "sock tcp ESTABLISHED 1.1.1.1:1 9.0.0.1:2\n");
	struct query q = query_by(BY_REMOTE);

	(void)state;
	look(&b, &q);
	assert_order(&b, "9.0.0.1 223.0.0.1 ::1 2001:db8::2 ");
	teardown(&b);
}

static void test_view_sockets_sort_by_state_local_remote(void **state)
{
	struct bench b = setup("sock tcp LISTEN 10.0.0.1:80 - ino 1 sq 5\n"
			       "sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.3:9 ino 2 rq 1\n"
			       "sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:300 ino 3 rq 1\n"
			       "sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:20 ino 4 rq 2\n"
			       "sock tcp ESTABLISHED 10.0.0.1:22 10.0.0.9:20 ino 5\n");
	static const uint32_t natural[] = { 5, 4, 3, 2, 1 }, by_queue[] = { 4, 3, 2, 5, 1 };
	struct query q = query_by(BY_SOCKET);

	(void)state;
	look(&b, &q);
	for (uint32_t i = 0; i < 5; i++)
		assert_int_equal(b.snap->sock[view_sock(b.view, i)].ino, natural[i]);
	q.sort = F_RECV_Q;
	look(&b, &q);
	for (uint32_t i = 0; i < 5; i++)
		assert_int_equal(b.snap->sock[view_sock(b.view, i)].ino, by_queue[i]);
	assert_true(view_row_id(b.view, 0) == b.snap->sock[view_sock(b.view, 0)].cookie);
	assert_int_equal(view_find(b.view, view_row_id(b.view, 3)), 3);
	teardown(&b);
}

static const char before[] = "sample 1000000000000\n"
			     "sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:1000 ino 1 times 5\n"
			     "sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.3:1000 ino 11 times 2\n"
			     "sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.4:1000 ino 21\n";
static const char after[] = "sample 1000000002500\n"
			    "sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:1000 ino 1 times 7\n"
			    "sock tcp CLOSE_WAIT 10.0.0.1:80 10.0.0.3:1000 ino 11\n"
			    "sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.5:1000 ino 31 times 3\n";

/* Takes the snapshot of the text as the next one. */
static void next_snap(struct bench *b, const char *text)
{
	const struct snap *s = fake_snap(text, b->pool, b->snap);

	snap_unref(b->snap);
	b->snap = s;
}

static void test_view_deltas_compare_with_the_result_before(void **state)
{
	struct bench b = setup(before);
	const struct group *g;

	(void)state;
	look_by(&b, BY_REMOTE);
	assert_false(must_find(&b, "10.0.0.2")->has_delta);
	assert_int_equal(view_delta_ns(b.view), 0);
	next_snap(&b, after);
	look_by(&b, BY_REMOTE);
	g = must_find(&b, "10.0.0.2");
	assert_true(g->has_delta);
	assert_false(g->fresh);
	assert_int_equal(g->delta, 2);
	assert_int_equal(must_find(&b, "10.0.0.3")->delta, -1);
	g = must_find(&b, "10.0.0.5");
	assert_true(g->has_delta && g->fresh);
	assert_int_equal(g->delta, 3);
	assert_null(find_key(&b, "10.0.0.4"));
	assert_int_equal(view_delta_ns(b.view), 2500000000);
	teardown(&b);
}

static void test_view_deltas_stay_when_only_the_order_changes(void **state)
{
	struct bench b = setup(before);
	struct query q = query_by(BY_REMOTE);

	(void)state;
	look(&b, &q);
	next_snap(&b, after);
	look(&b, &q);
	q.sort = COL_DELTA;
	look(&b, &q);
	assert_order(&b, "10.0.0.5 10.0.0.2 10.0.0.3 ");
	assert_int_equal(must_find(&b, "10.0.0.3")->delta, -1);
	assert_true(must_find(&b, "10.0.0.5")->fresh);
	assert_int_equal(view_delta_ns(b.view), 2500000000);
	q.ascending = true;
	look(&b, &q);
	assert_order(&b, "10.0.0.3 10.0.0.2 10.0.0.5 ");
	teardown(&b);
}

static void test_view_deltas_go_when_the_question_changes(void **state)
{
	struct bench b = setup(before);
	struct query q = query_by(BY_REMOTE);

	(void)state;
	look(&b, &q);
	next_snap(&b, after);
	use_filter(&b, &q, "sport = :80");
	look(&b, &q);
	assert_false(must_find(&b, "10.0.0.2")->has_delta);
	next_snap(&b, before);
	/* Another filter object with the same text is the same question. */
	use_filter(&b, &q, "sport = :80");
	look(&b, &q);
	assert_true(must_find(&b, "10.0.0.2")->has_delta);
	assert_int_equal(must_find(&b, "10.0.0.2")->delta, -2);
	next_snap(&b, after);
	q.prefix4 = 24;
	look(&b, &q);
	assert_false(view_group(b.view, 0)->has_delta);
	next_snap(&b, before);
	q.select.v6 = false;
	look(&b, &q);
	assert_false(view_group(b.view, 0)->has_delta);
	teardown(&b);
}

/* The same pid with another start is another process. */
static void test_view_delta_knows_a_new_process_under_an_old_pid(void **state)
{
	struct bench b = setup(
		"sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:1 ino 1\nproc 7 a start 1\nhold 7 3 1\n");

	(void)state;
	look_by(&b, BY_PROCESS);
	next_snap(
		&b,
		"sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:1 ino 1\nproc 7 a start 2\nhold 7 3 1\n");
	look_by(&b, BY_PROCESS);
	assert_true(must_find(&b, "a[7]")->fresh);
	teardown(&b);
}

static void test_view_keeps_the_old_result_while_it_works(void **state)
{
	struct bench b = setup(before);
	struct query q = query_by(BY_REMOTE);
	uint64_t id;
	const struct snap *shown;

	(void)state;
	look(&b, &q);
	shown = view_snap(b.view);
	id = must_find(&b, "10.0.0.2")->id;
	next_snap(&b, after);
	view_set(b.view, b.snap, &q);
	assert_false(view_step(b.view, 1));
	assert_true(view_busy(b.view));
	assert_ptr_equal(view_snap(b.view), shown);
	assert_int_equal(must_find(&b, "10.0.0.2")->sockets, 5);
	view_finish(b.view);
	assert_int_equal(view_group(b.view, view_find(b.view, id))->sockets, 7);
	teardown(&b);
}

static void test_view_set_drops_what_was_being_made(void **state)
{
	struct bench b = setup(web);
	struct query q = query_by(BY_REMOTE);

	(void)state;
	view_set(b.view, b.snap, &q);
	view_step(b.view, 1);
	q = query_by(BY_STATE);
	look(&b, &q);
	assert_int_equal(view_query(b.view)->by, BY_STATE);
	assert_int_equal(view_totals(b.view)->matched, 19);
	teardown(&b);
}

static void test_view_of_an_empty_snapshot(void **state)
{
	struct bench b = setup("");

	(void)state;
	for (enum by by = BY_STATE; by < BY_COUNT; by++) {
		look_by(&b, by);
		assert_ptr_equal(view_snap(b.view), b.snap);
		assert_int_equal(view_rows(b.view), by == BY_STATE ? ST_COUNT : 0);
		assert_int_equal(view_find(b.view, 1), IDX_NONE);
		assert_int_equal(view_totals(b.view)->matched, 0);
	}
	teardown(&b);
}

static void test_view_counts_distinct_only_when_asked(void **state)
{
	struct bench b = setup(web);
	struct query q = query_by(BY_REMOTE);

	(void)state;
	q.distinct = false;
	look(&b, &q);
	assert_int_equal(must_find(&b, "10.4.1.17")->processes, 0);
	q.sort = COL_PROCESSES;
	look(&b, &q);
	assert_string_equal(key_of(&b, 0), "10.4.1.17");
	assert_int_equal(view_group(b.view, 0)->processes, 2);
	teardown(&b);
}

/* ---- names ----------------------------------------------------------- */

static void assert_filter(const struct bench *b, const char *key, const char *want)
{
	struct buf text = { 0 };

	group_filter(b->view, must_find(b, key), &text);
	assert_string_equal(text.s, want);
	buf_free(&text);
}

static void test_view_group_filters_read_well(void **state)
{
	struct bench b = setup(web);
	struct query q = query_by(BY_REMOTE);

	(void)state;
	look_by(&b, BY_STATE);
	assert_filter(&b, "CLOSE_WAIT", "state close-wait");
	assert_filter(&b, "ESTABLISHED", "state established and proto = tcp");
	assert_filter(&b, "UDP", "proto = udp");
	look_by(&b, BY_PROCESS);
	assert_filter(&b, "java[2211]", "pid = 2211");
	assert_filter(&b, "[not accepted yet]", "owner = not-accepted");
	look_by(&b, BY_PROGRAM);
	assert_filter(&b, "java", "comm = java");
	look_by(&b, BY_USER);
	assert_filter(&b, "www-data", "user = www-data and inode != 0");
	assert_filter(&b, "1234", "uid = 1234 and inode != 0");
	look_by(&b, BY_LISTENER);
	assert_filter(&b, "*:443", "listener = [::]:443");
	look_by(&b, BY_REMOTE);
	assert_filter(&b, "10.4.1.17", "dst 10.4.1.17");
	assert_filter(&b, "fe80::1%eth0", "dst [fe80::1] and if = eth0");
	q.prefix4 = 24;
	look(&b, &q);
	assert_filter(&b, "10.4.1.0/24", "dst 10.4.1.0/24");
	teardown(&b);
}

static void test_view_group_filter_quotes_names(void **state)
{
	struct bench b =
		setup("sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:1 ino 1\n"
		      "proc 7 \"a \\\"b\\\\ and *\"\nhold 7 3 1\nproc 8 and\nhold 8 3 1\n");

	(void)state;
	look_by(&b, BY_PROGRAM);
	assert_filter(&b, "a \"b\\ and *", "comm = \"a \\\"b\\\\ and *\"");
	assert_filter(&b, "and", "comm = \"and\"");
	teardown(&b);
}

static void test_view_text_of_groups_is_clean(void **state)
{
	struct bench b = setup("user 5 \"\\e[31mroot\"\nifname 2 \"e\\n0\"\n"
			       "sock tcp ESTABLISHED [fe80::7]:80 [fe80::1]:1 ino 1 uid 5 if 2\n"
			       "proc 7 \"\\e]0;x\\x07\"\nhold 7 3 1\n");

	(void)state;
	for (enum by by = BY_PROCESS; by <= BY_REMOTE; by++) {
		look_by(&b, by);
		for (const char *p = key_of(&b, 0); *p != '\0'; p++)
			assert_true(*p >= 0x20 && *p < 0x7f);
	}
	teardown(&b);
}

/* ---- where groups listen ---- */

static const char listening[] =
	"user 33 www\nuser 0 root\n"
	"sock tcp LISTEN 0.0.0.0:80 - ino 1 uid 33\n"
	"sock tcp LISTEN [::]:80 - ino 2 uid 33\n"
	"sock tcp LISTEN [::]:443 - ino 3 uid 33\n"
	"sock tcp LISTEN 127.0.0.1:9000 - ino 4 uid 0\n"
	"sock tcp LISTEN 0.0.0.0:22 - ino 5 uid 0\n"
	"sock tcp LISTEN 0.0.0.0:23 - ino 6 uid 0\n"
	"sock tcp LISTEN 0.0.0.0:21 - ino 7 uid 0\n"
	"sock tcp LISTEN 0.0.0.0:20 - ino 8 uid 0\n"
	"sock tcp ESTABLISHED 10.0.0.1:80 10.0.9.9:1000 ino 20 uid 33 times 2\n"
	"sock tcp ESTABLISHED [2001:db8::1]:443 [::ffff:10.0.9.9]:2000 ino 30 uid 33 times 3\n"
	"sock tcp ESTABLISHED 10.0.0.1:40000 10.0.9.8:443 ino 40 uid 33\n"
	"proc 7 nginx\nhold 7 3 1\nhold 7 4 2\nhold 7 5 3\nhold 7 6 20 times 2\nhold 7 9 40\n"
	"proc 8 nginx\nhold 8 3 1\nhold 8 5 3\nhold 8 6 4\nhold 8 7 30 times 3\n"
	"proc 9 inetd\nhold 9 4 4\nhold 9 5 5\nhold 9 6 6\nhold 9 7 7\nhold 9 8 8\n";

/* "80 443 9000 +" of a row. */
static void check_ends(const struct bench *b, const char *key, const char *expected)
{
	struct buf got = { 0 };
	uint32_t row = 0;

	while (row < view_rows(b->view) && strcmp(key_of(b, row), key) != 0)
		row++;
	if (row == view_rows(b->view))
		fail_msg("no row %s", key);
	buf_str(&got, "");
	for (unsigned i = 0; i < view_ends(b->view, row)->n; i++)
		buf_fmt(&got, "%s%u", i > 0 ? " " : "",
			b->snap->sock[view_ends(b->view, row)->row[i]].lport);
	if (view_ends(b->view, row)->more)
		buf_str(&got, " +");
	assert_string_equal(got.s, expected);
	buf_free(&got);
}

static void test_view_finds_where_groups_listen(void **state)
{
	static const enum by without[] = { BY_STATE, BY_LISTENER, BY_SOCKET };
	struct bench b = setup(listening);
	struct query q = query_by(BY_PROCESS);

	(void)state;
	q.ends = true;
	look(&b, &q);
	check_ends(&b, "nginx[7]", "80 443");
	check_ends(&b, "nginx[8]", "80 443 9000");
	check_ends(&b, "inetd[9]", "20 21 22 23 +");
	q.by = BY_PROGRAM;
	look(&b, &q);
	check_ends(&b, "nginx", "80 443 9000");
	q.by = BY_USER;
	look(&b, &q);
	check_ends(&b, "www", "80 443");
	check_ends(&b, "root", "20 21 22 23 +");
	q.by = BY_REMOTE;
	look(&b, &q);
	check_ends(&b, "10.0.9.9", "443 80");
	check_ends(&b, "10.0.9.8", "");
	for (size_t i = 0; i < ARRAY_SIZE(without); i++) {
		q.by = without[i];
		look(&b, &q);
		assert_null(view_ends(b.view, 0));
	}
	q.by = BY_REMOTE;
	q.ends = false;
	look(&b, &q);
	assert_null(view_ends(b.view, 0));
	teardown(&b);
}

/* Where a process listens is no matter of what it is filtered by; who has nothing is no row. */
static void test_view_finds_ends_that_the_filter_leaves_out(void **state)
{
	struct bench b = setup(listening);
	struct query q = query_by(BY_PROCESS);

	(void)state;
	q.ends = true;
	use_filter(&b, &q, "state established");
	look(&b, &q);
	assert_int_equal(view_rows(b.view), 2);
	check_ends(&b, "nginx[7]", "80 443");
	check_ends(&b, "nginx[8]", "80 443 9000");
	teardown(&b);
}

/* The port that is hit most comes out first, however many others there are. */
static void test_view_keeps_the_ports_that_are_hit_most(void **state)
{
	struct buf text = { 0 };
	struct query q = query_by(BY_REMOTE);
	struct bench b;

	(void)state;
	for (unsigned port = 100; port < 120; port++)
		buf_fmt(&text,
			"sock tcp LISTEN 0.0.0.0:%u - ino %u\n"
			"sock tcp ESTABLISHED 10.0.0.1:%u 10.0.9.9:5000 times %u\n",
			port, port, port, port == 117 ? 900u : 1u);
	b = setup(text.s);
	q.ends = true;
	look(&b, &q);
	assert_int_equal(b.snap->sock[view_ends(b.view, 0)->row[0]].lport, 117);
	assert_int_equal(view_ends(b.view, 0)->n, GROUP_ENDS);
	assert_true(view_ends(b.view, 0)->more);
	teardown(&b);
	buf_free(&text);
}

static void test_view_counts_what_is_new_and_how_old_the_rest_is(void **state)
{
	struct bench b = setup("sample 1795167064123\n"
			       "sock tcp ESTABLISHED 10.0.0.1:80 10.0.9.9:1000 times 2\n");
	const struct snap *first = b.snap;
	struct query q = query_by(BY_REMOTE);

	(void)state;
	b.snap = fake_snap("sample 1795167164123\n"
			   "sock tcp ESTABLISHED 10.0.0.1:80 10.0.9.9:1000 times 5\n"
			   "sock tcp ESTABLISHED 10.0.0.1:80 10.0.9.8:1000 times 2\n",
			   b.pool, first);
	look(&b, &q);
	assert_int_equal(group_number(must_find(&b, "10.0.9.9"), COL_NEW), 3);
	assert_int_equal(group_number(must_find(&b, "10.0.9.9"), COL_OLDEST), 100);
	assert_int_equal(group_number(must_find(&b, "10.0.9.8"), COL_NEW), 2);
	assert_int_equal(group_number(must_find(&b, "10.0.9.8"), COL_OLDEST), 0);
	q.sort = COL_OLDEST;
	q.ascending = true;
	look(&b, &q);
	assert_string_equal(key_of(&b, 0), "10.0.9.8");
	snap_unref(first);
	teardown(&b);
}

/* Which row of the view is of this name. */
static const struct group *named(const struct bench *b, const char *name)
{
	char buf[FIELD_TEXT_SIZE];

	for (uint32_t row = 0; row < view_rows(b->view); row++) {
		const struct group *g = view_group(b->view, row);

		if (strcmp(group_text(b->view, g, TEXT_UTF8, buf).s, name) == 0)
			return g;
	}
	fail_msg("no row %s", name);
	return NULL;
}

static const char came_and_went[] =
	"sock tcp LISTEN 10.4.0.7:80 - ino 100\n"
	"sock tcp LISTEN 10.4.0.7:90 - ino 101\n"
	"sock tcp ESTABLISHED 10.4.0.7:80 10.4.1.17:40000 ino 102\n"
	"proc 10 java\nhold 10 5 100\nhold 10 6 102\n"
	"proc 20 nginx\nhold 20 5 101\nproc 21 nginx\nhold 21 5 101\n"
	"sock tcp ESTABLISHED 10.4.0.7:80 10.4.1.17:40001 flag brief times 3\n"
	"sock tcp ESTABLISHED 10.4.0.7:90 203.0.113.5:40001 flag brief times 20\n"
	"sock tcp SYN_SENT 10.4.0.7:50000 192.0.2.1:443 flag brief\n"
	"sock udp ESTABLISHED 10.4.0.7:50000 192.0.2.53:53 flag brief times 2\n";

/* They are new, of whoever they can be said to be of, and nothing else. */
static void test_view_counts_what_came_and_went_as_new(void **state)
{
	struct bench b = setup(came_and_went);
	const struct snap *first = b.snap;
	struct query q = query_by(BY_REMOTE);

	(void)state;
	b.snap = fake_snap(came_and_went, b.pool, first);
	look(&b, &q);
	assert_int_equal(view_totals(b.view)->matched, 3);
	assert_int_equal(view_totals(b.view)->born, 26);
	assert_int_equal(view_totals(b.view)->brief, 26);
	assert_int_equal(named(&b, "10.4.1.17")->sockets, 1);
	assert_int_equal(named(&b, "10.4.1.17")->born, 3);
	assert_int_equal(named(&b, "203.0.113.5")->sockets, 0);
	assert_int_equal(named(&b, "203.0.113.5")->born, 20);
	assert_int_equal(named(&b, "203.0.113.5")->first, IDX_NONE);
	q = query_by(BY_PROCESS);
	look(&b, &q);
	assert_int_equal(view_rows(b.view), 3);
	assert_int_equal(named(&b, "java[10]")->born, 3);
	assert_int_equal(named(&b, "nginx[20]")->born, 0); /* or nginx[21] */
	q = query_by(BY_PROGRAM);
	look(&b, &q);
	assert_int_equal(named(&b, "nginx")->born, 20);
	q = query_by(BY_STATE);
	look(&b, &q);
	assert_int_equal(named(&b, "ESTABLISHED")->born, 23);
	assert_int_equal(named(&b, "SYN_SENT")->born, 1);
	q = query_by(BY_LISTENER);
	look(&b, &q);
	assert_int_equal(named(&b, "10.4.0.7:90")->born, 20);
	assert_int_equal(named(&b, "10.4.0.7:90")->sockets, 0);
	q = query_by(BY_SOCKET);
	look(&b, &q);
	assert_int_equal(view_rows(b.view), 3);
	assert_int_equal(view_totals(b.view)->brief, 26);
	snap_unref(first);
	teardown(&b);
}

/* A flood of them from many addresses is one row of their prefix. */
static void test_view_rolls_up_what_came_and_went(void **state)
{
	struct bench b = { .pool = snap_pool_new(), .view = view_new() };
	struct query q = query_by(BY_REMOTE);
	struct buf text = { .s = NULL };
	const struct snap *first;

	(void)state;
	buf_str(&text, "sock tcp LISTEN 10.4.0.7:80 - ino 100\n");
	first = fake_snap(text.s, b.pool, NULL);
	for (unsigned i = 1; i <= 30; i++)
		buf_fmt(&text,
			"sock tcp ESTABLISHED 10.4.0.7:80 203.0.113.%u:40001 flag brief times 2\n",
			i);
	b.snap = fake_snap(text.s, b.pool, first);
	q.rollup = true;
	q.prefix4 = 24;
	look(&b, &q);
	assert_int_equal(view_rows(b.view), 1);
	assert_int_equal(named(&b, "203.0.113.0/24")->born, 60);
	buf_free(&text);
	snap_unref(first);
	teardown(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_view_counts_what_came_and_went_as_new),
		cmocka_unit_test(test_view_rolls_up_what_came_and_went),
		cmocka_unit_test(test_view_is_empty_before_the_first_result),
		cmocka_unit_test(test_view_states_are_in_fixed_order_with_zeroes),
		cmocka_unit_test(test_view_process_counts_a_socket_once_a_holder),
		cmocka_unit_test(test_view_queues_leave_listen_out),
		cmocka_unit_test(test_view_ownerless_sockets_have_a_row_a_reason),
		cmocka_unit_test(test_view_program_counts_a_shared_socket_once),
		cmocka_unit_test(test_view_user_is_of_the_socket_and_needs_a_file),
		cmocka_unit_test(test_view_remote_joins_mapped_and_plain_ipv4),
		cmocka_unit_test(test_view_remote_groups_by_prefix),
		cmocka_unit_test(test_view_link_local_differs_by_interface),
		cmocka_unit_test(test_view_listener_sums_members_and_owns_connections),
		cmocka_unit_test(test_view_listener_facts_do_not_depend_on_the_filter),
		cmocka_unit_test(test_view_selects_before_the_filter),
		cmocka_unit_test(test_view_sorts_down_with_ties_by_key),
		cmocka_unit_test(test_view_sorts_ipv4_before_ipv6),
		cmocka_unit_test(test_view_sockets_sort_by_state_local_remote),
		cmocka_unit_test(test_view_deltas_compare_with_the_result_before),
		cmocka_unit_test(test_view_deltas_stay_when_only_the_order_changes),
		cmocka_unit_test(test_view_deltas_go_when_the_question_changes),
		cmocka_unit_test(test_view_delta_knows_a_new_process_under_an_old_pid),
		cmocka_unit_test(test_view_keeps_the_old_result_while_it_works),
		cmocka_unit_test(test_view_set_drops_what_was_being_made),
		cmocka_unit_test(test_view_of_an_empty_snapshot),
		cmocka_unit_test(test_view_counts_distinct_only_when_asked),
		cmocka_unit_test(test_view_group_filters_read_well),
		cmocka_unit_test(test_view_group_filter_quotes_names),
		cmocka_unit_test(test_view_text_of_groups_is_clean),
		cmocka_unit_test(test_view_finds_where_groups_listen),
		cmocka_unit_test(test_view_finds_ends_that_the_filter_leaves_out),
		cmocka_unit_test(test_view_keeps_the_ports_that_are_hit_most),
		cmocka_unit_test(test_view_counts_what_is_new_and_how_old_the_rest_is),
	};

	return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
