/* SPDX-License-Identifier: MIT */
/* Several network namespaces in one snapshot: what must be kept apart, and how they are asked for. */
#include "test.h"

#include <string.h>

#include "fake.h"
#include "sockeye/view/view.h"

/* The same addresses, ports and interfaces in two namespaces; one more has no name. */
static const char two[] = "netns 4026531840 host own ports 32768 60999\n"
			  "ifname 2 eth0\n"
			  "sock tcp LISTEN 0.0.0.0:80 - ino 100 rq 1 sq 128\n"
			  "sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:40000 ino 101\n"
			  "sock tcp ESTABLISHED [fe80::1]:81 [fe80::9]:5000 ino 102 if 2\n"
			  "sock tcp ESTABLISHED 10.0.0.1:40001 10.0.0.9:5000 ino 103\n"
			  "netns 4026532001 blue ports 1000 2000\n"
			  "ifname 2 eth7\n"
			  "sock tcp LISTEN 0.0.0.0:80 - ino 200 rq 2 sq 128\n"
			  "sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:40000 ino 201\n"
			  "sock tcp ESTABLISHED [fe80::1]:81 [fe80::9]:5000 ino 202 if 2\n"
			  "sock tcp ESTABLISHED 10.0.0.9:1500 10.0.0.1:5000 ino 203\n"
			  "netns 4026532002 -\n"
			  "sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:40000 ino 301\n"
			  "sock udp CLOSE 0.0.0.0:53 - ino 302\n"
			  "proc 7 one\nhold 7 3 100\nhold 7 4 101\n"
			  "proc 8 two\nhold 8 3 200\nhold 8 4 201\nhold 8 5 301\n";

struct bench {
	struct snap_pool *pool;
	const struct snap *snap;
	struct view *view;
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
}

static void look(struct bench *b, struct query q)
{
	q.select = (struct select){ .protos = 3, .v4 = true, .v6 = true };
	q.prefix4 = 32;
	q.prefix6 = 128;
	q.sort = SORT_NATURAL;
	q.distinct = true;
	view_set(b->view, b->snap, &q);
	view_finish(b->view);
	assert_false(view_failed(b->view));
}

static uint32_t row_of(const struct snap *s, uint32_t ino)
{
	for (uint32_t row = 0; row < s->n_sock; row++)
		if (s->sock[row].ino == ino)
			return row;
	fail_msg("no socket %u", ino);
	return IDX_NONE;
}

static const char *text_of(const struct bench *b, const struct group *g)
{
	static char buf[FIELD_TEXT_SIZE];

	return group_text(b->view, g, TEXT_UTF8, buf).s;
}

/* How many sockets pass. */
static uint32_t passes(struct bench *b, const char *expr)
{
	struct err e;
	struct filter *f = filter_parse(expr, strlen(expr), &e);
	uint32_t n;

	if (f == NULL)
		fail_msg("%s: %s", expr, e.msg);
	look(b, (struct query){ .by = BY_SOCKET, .filter = f });
	n = view_rows(b->view);
	look(b, (struct query){ .by = BY_SOCKET });
	filter_free(f);
	return n;
}

static void test_netns_keeps_equal_sockets_apart(void **state)
{
	struct bench b = setup(two);
	const struct snap *s = b.snap;

	(void)state;
	assert_int_equal(s->n_sock, 10);
	assert_int_equal(s->n_netns, 3);
	/* the fixture's cookies are made of the addresses, and so are alike */
	assert_int_not_equal(s->sock[row_of(s, 101)].cookie, s->sock[row_of(s, 201)].cookie);
	assert_int_equal(snap_kernel_cookie(s, row_of(s, 101)),
			 snap_kernel_cookie(s, row_of(s, 201)));
	assert_int_equal(snap_netns_ino(s, row_of(s, 203)), 4026532001);
	assert_int_equal(snap_netns(s, row_of(s, 302)), 2);
	assert_int_equal(snap_find_netns(s, 4026532002), 2);
	assert_int_equal(snap_find_netns(s, 7), IDX_NONE);
	teardown(&b);
}

static void test_netns_joins_connections_with_their_own_listener(void **state)
{
	struct bench b = setup(two);
	const struct snap *s = b.snap;

	(void)state;
	assert_int_equal(snap_listener(s, row_of(s, 101)), row_of(s, 100));
	assert_int_equal(snap_listener(s, row_of(s, 201)), row_of(s, 200));
	assert_int_equal(snap_listener(s, row_of(s, 301)), IDX_NONE);
	teardown(&b);
}

static void test_netns_names_interfaces_where_they_are(void **state)
{
	struct bench b = setup(two);
	char buf[FIELD_TEXT_SIZE];

	(void)state;
	assert_string_equal(field_text(b.snap, row_of(b.snap, 102), F_IFNAME, TEXT_UTF8, buf).s,
			    "eth0");
	assert_string_equal(field_text(b.snap, row_of(b.snap, 202), F_IFNAME, TEXT_UTF8, buf).s,
			    "eth7");
	assert_string_equal(field_text(b.snap, row_of(b.snap, 202), F_REMOTE, TEXT_UTF8, buf).s,
			    "[fe80::9%eth7]:5000");
	assert_int_equal(passes(&b, "dev = eth0"), 1);
	assert_int_equal(passes(&b, "dev = eth7"), 1);
	assert_int_equal(passes(&b, "dev = eth*"), 2);
	look(&b, (struct query){ .by = BY_REMOTE });
	assert_int_equal(view_rows(b.view), 5); /* the link-local one twice */
	teardown(&b);
}

static void test_netns_has_ports_of_its_own(void **state)
{
	struct bench b = setup(two);

	(void)state;
	assert_true(snap_port_is_local(b.snap, row_of(b.snap, 103)));
	assert_true(snap_port_is_local(b.snap, row_of(b.snap, 203)));
	assert_false(snap_port_is_local(b.snap, row_of(b.snap, 201)));
	assert_int_equal(b.snap->port_first, LOCAL_PORT_FIRST);
	assert_int_equal(passes(&b, "autobound"), 2);
	teardown(&b);
}

static void test_netns_own_addresses_are_those_of_the_namespace(void **state)
{
	struct bench b = setup(two);
	bool seen = false;

	(void)state;
	/* 10.0.0.9 is an address of blue, and elsewhere a remote host; 10.0.0.1 is own in blue as well. */
	look(&b, (struct query){ .by = BY_REMOTE, .hide_own = true });
	for (uint32_t row = 0; row < view_rows(b.view); row++) {
		seen |= strcmp(text_of(&b, view_group(b.view, row)), "10.0.0.9") == 0;
		assert_string_not_equal(text_of(&b, view_group(b.view, row)), "10.0.0.1");
	}
	assert_true(seen);
	teardown(&b);
}

static void test_netns_groups(void **state)
{
	struct bench b = setup(two);
	struct buf expr = { .s = NULL };
	const struct group *g;
	char buf[FIELD_TEXT_SIZE];

	(void)state;
	look(&b, (struct query){ .by = BY_NETNS });
	assert_int_equal(view_rows(b.view), 3);
	g = view_group(b.view, 0);
	assert_string_equal(text_of(&b, g), "blue");
	assert_int_equal(g->sockets, 4);
	assert_int_equal(g->processes, 1);
	assert_int_equal(g->state[ST_LISTEN], 1);
	assert_string_equal(text_of(&b, view_group(b.view, 1)), "host");
	g = view_group(b.view, 2);
	assert_string_equal(text_of(&b, g), "4026532002");
	assert_string_equal(group_name(b.view, g, COL_INODE, TEXT_UTF8, buf).s, "4026532002");
	assert_int_equal(g->udp, 1);
	group_filter(b.view, g, &expr);
	assert_string_equal(expr.s, "netns = 4026532002");
	buf_free(&expr);
	teardown(&b);
}

#define ID_REST "9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7081"

/* What nobody holds, and whose place is not known, is no other container. */
static void test_netns_has_the_container_of_its_sockets(void **state)
{
	struct bench b =
		setup("netns 11 a own\n"
		      "sock tcp LISTEN 0.0.0.0:80 - ino 1\n"
		      "netns 12 b\n"
		      "sock tcp TIME_WAIT 10.0.0.1:80 10.0.0.2:1\n"
		      "sock tcp LISTEN 0.0.0.0:81 - ino 2\n"
		      "sock tcp LISTEN 0.0.0.0:82 - ino 3\n"
		      "netns 13 c\n"
		      "sock tcp LISTEN 0.0.0.0:80 - ino 4\n"
		      "sock tcp LISTEN 0.0.0.0:81 - ino 5\n"
		      "sock tcp LISTEN 0.0.0.0:82 - ino 6\n"
		      "netns 14 d\n"
		      "sock tcp TIME_WAIT 10.0.0.1:80 10.0.0.2:2\n"
		      "proc 1 one cgroup /init.scope\nhold 1 3 1\n"
		      "proc 2 two cgroup /docker/aaaaaaaaaaaa" ID_REST "\nhold 2 3 2\n"
		      "hold 2 4 4\n"
		      "proc 3 three cgroup /docker/aaaaaaaaaaaa" ID_REST "/x.service\nhold 3 3 3\n"
		      "proc 4 four cgroup /docker/bbbbbbbbbbbb" ID_REST "\nhold 4 3 5\n"
		      "proc 5 five cgroup /docker/aaaaaaaaaaaa" ID_REST "\nhold 5 3 6\n");
	static const struct {
		const char *netns, *inode, *container;
	} cases[] = { { "a", "11", "-" },
		      { "b", "12", "aaaaaaaaaaaa" },
		      { "c", "13", "*" },
		      { "d", "14", "-" } };
	char buf[FIELD_TEXT_SIZE];

	(void)state;
	look(&b, (struct query){ .by = BY_NETNS });
	assert_int_equal(view_rows(b.view), 4);
	for (uint32_t row = 0; row < 4; row++) {
		const struct group *g = view_group(b.view, row);
		const char *netns = text_of(&b, g);
		unsigned i = (unsigned)(netns[0] - 'a');

		assert_string_equal(netns, cases[i].netns);
		assert_string_equal(group_name(b.view, g, COL_CONTAINER, TEXT_UTF8, buf).s,
				    cases[i].container);
		assert_string_equal(group_name(b.view, g, COL_INODE, TEXT_UTF8, buf).s,
				    cases[i].inode);
	}
	teardown(&b);
}

static void test_netns_listeners_are_apart(void **state)
{
	struct bench b = setup(two);
	struct buf expr = { .s = NULL };
	char buf[FIELD_TEXT_SIZE];

	(void)state;
	look(&b, (struct query){ .by = BY_LISTENER });
	assert_int_equal(view_rows(b.view), 2);
	for (uint32_t row = 0; row < 2; row++) {
		const struct group *g = view_group(b.view, row);

		assert_int_equal(g->listeners, 1);
		assert_int_equal(g->sockets, 1);
		buf_reset(&expr);
		group_filter(b.view, g, &expr);
		assert_string_equal(expr.s,
				    row == 0 ? "listener = 0.0.0.0:80 and netns = 4026531840"
					     : "listener = 0.0.0.0:80 and netns = 4026532001");
		assert_string_equal(group_name(b.view, g, COL_NETNS, TEXT_UTF8, buf).s,
				    row == 0 ? "host" : "blue");
		assert_int_equal(passes(&b, expr.s), 2);
		look(&b, (struct query){ .by = BY_LISTENER });
	}
	buf_free(&expr);
	teardown(&b);
}

static void test_netns_of_a_process_that_is_in_several(void **state)
{
	struct bench b = setup(two);
	char buf[FIELD_TEXT_SIZE];

	(void)state;
	look(&b, (struct query){ .by = BY_PROCESS });
	for (uint32_t row = 0; row < view_rows(b.view); row++) {
		const struct group *g = view_group(b.view, row);
		const char *name = group_name(b.view, g, COL_NETNS, TEXT_UTF8, buf).s;

		if (g->why == WHY_OWNED)
			assert_string_equal(name, g->key.pid == 7 ? "host" : "*");
	}
	teardown(&b);
}

static void test_netns_filters(void **state)
{
	static const struct {
		const char *expr;
		uint32_t n;
	} cases[] = {
		{ "netns = blue", 4 },
		{ "netns = 4026532001", 4 },
		{ "netns != blue", 6 },
		{ "netns = b*", 4 },
		{ "netns ~ ^.l", 4 },
		{ "netns = 4026532001 or netns = 4026532002", 6 },
		{ "netns = \"4026532001\"", 0 },
		{ "netns = none", 0 },
		{ "not netns = host", 6 },
		{ "netns = host and dport = :40000", 1 },
	};
	struct bench b = setup(two);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (passes(&b, cases[i].expr) != cases[i].n)
			fail_msg("%s: %u", cases[i].expr, passes(&b, cases[i].expr));
	teardown(&b);
}

static void test_netns_is_not_told_where_nobody_asks(void **state)
{
	struct bench b = setup("sock tcp LISTEN 0.0.0.0:80 - ino 100\n");
	char buf[FIELD_TEXT_SIZE];

	(void)state;
	assert_null(b.snap->in_netns);
	assert_int_equal(snap_netns_ino(b.snap, 0), 0);
	assert_string_equal(field_text(b.snap, 0, F_NETNS, TEXT_UTF8, buf).s, "-");
	assert_int_equal(passes(&b, "netns = blue"), 0);
	look(&b, (struct query){ .by = BY_NETNS });
	assert_int_equal(view_rows(b.view), 1);
	assert_string_equal(text_of(&b, view_group(b.view, 0)), "-");
	teardown(&b);
}

static void test_netns_rows_are_the_same_in_the_next_sample(void **state)
{
	struct bench b = setup(two);
	const struct snap *next = fake_snap(two, b.pool, b.snap);
	uint64_t id;

	(void)state;
	for (uint32_t row = 0; row < next->n_sock; row++)
		assert_int_equal(next->sock[row].flags & SOCK_NEW, 0);
	look(&b, (struct query){ .by = BY_NETNS });
	id = view_row_id(b.view, 1);
	snap_unref(b.snap);
	b.snap = next;
	look(&b, (struct query){ .by = BY_NETNS });
	assert_int_equal(view_row_id(b.view, 1), id);
	assert_int_equal(view_group(b.view, 1)->delta, 0);
	teardown(&b);
}

/* Sockets in CLOSE are carried over within their namespace, whatever the order of namespaces is. */
static void test_netns_carries_rows_over_within_the_namespace(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	const struct snap *first = fake_snap("netns 11 a own\n"
					     "sock tcp CLOSE 10.0.0.1:5000 - ino 1\n"
					     "netns 12 b\n"
					     "sock tcp CLOSE 10.0.0.1:5000 - ino 2\n"
					     "netns 13 c\n"
					     "sock tcp CLOSE 10.0.0.1:5000 - ino 3\n",
					     pool, NULL);
	struct snap_builder *b = snap_build(pool, first);
	struct netns n = { .ino = 11, .name = STR_NONE, .own = true };
	const struct snap *next;

	(void)state;
	snap_with(b, SIDE_NETNS);
	assert_int_equal(snap_enter_netns(b, &n), 0);
	assert_int_equal(snap_carry(b, ST_CLOSE), 0);
	n = (struct netns){ .ino = 13, .name = STR_NONE, .salt = netns_salt(13) };
	assert_int_equal(snap_enter_netns(b, &n), 1);
	assert_int_equal(snap_carry(b, ST_CLOSE), 0);
	next = snap_seal(b);
	assert_int_equal(next->n_sock, 2);
	assert_int_equal(next->sock[0].ino, 1);
	assert_int_equal(next->sock[1].ino, 3);
	assert_int_equal(snap_netns_ino(next, 1), 13);
	assert_int_equal(next->sock[1].cookie, first->sock[row_of(first, 3)].cookie);
	snap_unref(next);
	snap_unref(first);
	snap_pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_netns_keeps_equal_sockets_apart),
		cmocka_unit_test(test_netns_joins_connections_with_their_own_listener),
		cmocka_unit_test(test_netns_names_interfaces_where_they_are),
		cmocka_unit_test(test_netns_has_ports_of_its_own),
		cmocka_unit_test(test_netns_own_addresses_are_those_of_the_namespace),
		cmocka_unit_test(test_netns_groups),
		cmocka_unit_test(test_netns_has_the_container_of_its_sockets),
		cmocka_unit_test(test_netns_listeners_are_apart),
		cmocka_unit_test(test_netns_of_a_process_that_is_in_several),
		cmocka_unit_test(test_netns_filters),
		cmocka_unit_test(test_netns_is_not_told_where_nobody_asks),
		cmocka_unit_test(test_netns_rows_are_the_same_in_the_next_sample),
		cmocka_unit_test(test_netns_carries_rows_over_within_the_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
