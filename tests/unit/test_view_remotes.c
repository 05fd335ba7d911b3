/* SPDX-License-Identifier: MIT */
/* Remote addresses in a view: rolled up to prefixes, and this host's own ones left out. */
#include "test.h"

#include <string.h>

#include "fake.h"
#include "sockeye/view/view.h"

struct bench {
	struct snap_pool *pool;
	const struct snap *snap;
	struct view *view;
	struct query query;
	struct buf text;
};

static struct bench setup(void)
{
	return (struct bench){
		.pool = snap_pool_new(),
		.view = view_new(),
		.query = { .select = { .protos = 3, .v4 = true, .v6 = true },
			   .by = BY_REMOTE,
			   .prefix4 = 24,
			   .prefix6 = 48,
			   .rollup = true,
			   .sort = SORT_NATURAL,
			   .distinct = true,
			   .ends = true },
	};
}

static void teardown(struct bench *b)
{
	view_free(b->view);
	snap_unref(b->snap);
	snap_pool_free(b->pool);
	buf_free(&b->text);
}

/* Connections to n addresses of 203.0.113.0/24, from .1 on, so many each. */
static void add_net(struct bench *b, unsigned n, unsigned each)
{
	for (unsigned i = 1; i <= n; i++)
		buf_fmt(&b->text,
			"sock tcp SYN_RECV 10.4.0.7:443 203.0.113.%u:4000 cookie %u times %u\n", i,
			i * 1000, each);
}

static void add_text(struct bench *b, const char *text)
{
	buf_str(&b->text, text);
}

/* Looks at what was added, as the next snapshot. */
static void look(struct bench *b)
{
	const struct snap *s = fake_snap(b->text.s, b->pool, b->snap);

	snap_unref(b->snap);
	b->snap = s;
	buf_reset(&b->text);
	view_set(b->view, s, &b->query);
	view_finish(b->view);
	assert_false(view_failed(b->view));
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

static void assert_filter(const struct bench *b, const struct group *g, const char *want)
{
	struct buf text = { 0 };

	group_filter(b->view, g, &text);
	assert_string_equal(text.s, want);
	buf_free(&text);
}

/* ---- rolled up ------------------------------------------------------- */

static void test_rollup_of_many_addresses_is_one_row(void **state)
{
	struct bench b = setup();
	const struct group *g;

	(void)state;
	add_text(&b, "sock tcp LISTEN 10.4.0.7:443 - ino 1\n"
		     "sock tcp ESTABLISHED 10.4.0.7:22 198.51.100.9:5000 ino 2\n"
		     "sock tcp ESTABLISHED 10.4.0.7:443 203.0.113.3:9 ino 3 rq 5 cookie 7\n"
		     "sock tcp ESTABLISHED 10.4.0.7:443 203.0.113.4:9 ino 4 sq 6 cookie 8\n"
		     "sock udp ESTABLISHED 10.4.0.7:53 203.0.113.4:9 ino 5 cookie 9\n"
		     "proc 7 a\nhold 7 3 3\nhold 7 4 4\nproc 8 b\nhold 8 3 3\n");
	add_net(&b, ROLLUP_MIN, 2);
	look(&b);
	assert_int_equal(view_rows(b.view), 2);
	g = must_find(&b, "203.0.113.0/24");
	assert_int_equal(g->addresses, ROLLUP_MIN);
	assert_int_equal(g->sockets, 2 * ROLLUP_MIN + 3);
	assert_int_equal(g->state[ST_SYN_RECV], 2 * ROLLUP_MIN);
	assert_int_equal(g->state[ST_ESTABLISHED], 2);
	assert_int_equal(g->udp, 1);
	assert_int_equal(g->shared, 1);
	assert_int_equal(g->recv_q, 5);
	assert_int_equal(g->send_q, 6);
	/* Each once, though both addresses have connections of the first. */
	assert_int_equal(g->processes, 2);
	assert_int_equal(view_ends(b.view, 0)->n, 1);
	assert_int_equal(b.snap->sock[view_ends(b.view, 0)->row[0]].lport, 443);
	assert_int_equal(view_ends(b.view, 0)->hits[0], 2 * ROLLUP_MIN + 2);
	assert_filter(&b, g, "dst 203.0.113.0/24");
	assert_int_equal(must_find(&b, "198.51.100.9")->addresses, 1);
	teardown(&b);
}

static void test_rollup_leaves_few_addresses_alone(void **state)
{
	struct bench b = setup();

	(void)state;
	add_net(&b, ROLLUP_MIN - 1, 2);
	look(&b);
	assert_int_equal(view_rows(b.view), ROLLUP_MIN - 1);
	must_find(&b, "203.0.113.7");
	teardown(&b);
}

/* One that has more than half of the sockets is what is to be seen. */
static void test_rollup_does_not_hide_the_one_that_explains_it(void **state)
{
	struct bench b = setup();

	(void)state;
	add_net(&b, ROLLUP_MIN, 1);
	add_text(&b, "sock tcp ESTABLISHED 10.4.0.7:443 203.0.113.99:1 times 9\n");
	look(&b);
	assert_int_equal(view_rows(b.view), ROLLUP_MIN + 1);
	assert_string_equal(key_of(&b, 0), "203.0.113.99");
	add_net(&b, ROLLUP_MIN, 1);
	add_text(&b, "sock tcp ESTABLISHED 10.4.0.7:443 203.0.113.99:1 times 8\n");
	look(&b);
	assert_int_equal(view_rows(b.view), 1);
	teardown(&b);
}

static void test_rollup_does_not_waver(void **state)
{
	static const struct {
		unsigned addresses;
		bool rolled;
	} steps[] = { { 5, false }, { 7, false }, { 8, true },  { 7, true },
		      { 6, true },  { 5, false }, { 7, false }, { 9, true } };
	struct bench b = setup();
	uint64_t net = 0, one = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		const struct group *g;
		int before = i > 0 ? (int)steps[i - 1].addresses : 0;

		add_net(&b, steps[i].addresses, 1);
		look(&b);
		assert_int_equal(view_rows(b.view), steps[i].rolled ? 1 : steps[i].addresses);
		g = view_group(b.view, 0);
		assert_int_equal(g->has_delta, i > 0);
		/* Nothing is new or gone only because it stands in another row. */
		if (i > 0 && steps[i].rolled)
			assert_int_equal(g->delta, (int)steps[i].addresses - before);
		else
			assert_int_equal(g->delta, 0);
		assert_false(g->fresh);
		if (steps[i].rolled) {
			assert_true(net == 0 || net == g->id);
			net = g->id;
		} else {
			g = must_find(&b, "203.0.113.3");
			assert_true(one == 0 || one == g->id);
			one = g->id;
		}
		assert_int_equal(view_find_group(b.view, one)->key.end.bits, 32);
	}
	assert_int_equal(view_find(b.view, one), IDX_NONE);
	assert_int_equal(view_find_group(b.view, one)->sockets, 1);
	teardown(&b);
}

/* Another order of the same sample has the same rows. */
static void test_rollup_stays_when_only_the_order_changes(void **state)
{
	struct bench b = setup();

	(void)state;
	add_net(&b, ROLLUP_MIN, 1);
	look(&b);
	add_net(&b, ROLLUP_STAY, 1);
	look(&b);
	b.query.sort = COL_KEY;
	view_set(b.view, b.snap, &b.query);
	view_finish(b.view);
	assert_int_equal(view_rows(b.view), 1);
	assert_int_equal(view_group(b.view, 0)->delta, ROLLUP_STAY - ROLLUP_MIN);
	teardown(&b);
}

static void test_rollup_of_ipv6_and_of_each_link(void **state)
{
	struct bench b = setup();

	(void)state;
	add_text(&b, "ifname 2 eth0\nifname 3 eth1\n");
	for (unsigned i = 1; i <= ROLLUP_MIN; i++) {
		buf_fmt(&b.text, "sock tcp ESTABLISHED [2001:db8::7]:443 [2001:db8:40:%u::1]:9\n",
			i);
		buf_fmt(&b.text, "sock tcp ESTABLISHED [fe80::7]:443 [fe80::%u]:9 if 2\n", i);
	}
	add_text(&b, "sock tcp ESTABLISHED [fe80::7]:443 [fe80::1]:9 if 3 cookie 3\n");
	look(&b);
	assert_int_equal(view_rows(b.view), 3);
	assert_filter(&b, must_find(&b, "2001:db8:40::/48"), "dst [2001:db8:40::]/48");
	assert_int_equal(must_find(&b, "fe80::%eth0/48")->sockets, ROLLUP_MIN);
	assert_int_equal(must_find(&b, "fe80::1%eth1")->sockets, 1);
	teardown(&b);
}

/* ---- own addresses --------------------------------------------------- */

static const char proxy[] =
	"sock tcp LISTEN 0.0.0.0:80 - ino 1\n"
	"sock tcp ESTABLISHED 192.0.2.1:80 203.0.113.9:5000 ino 2 times 3\n"
	/* To the backend on this host: both ends are here. */
	"sock tcp ESTABLISHED 192.0.2.1:40000 192.0.2.1:8080 ino 10 times 2\n"
	"sock tcp ESTABLISHED 192.0.2.1:8080 192.0.2.1:40000 ino 20 times 2\n"
	"sock tcp ESTABLISHED 127.0.0.1:41000 127.0.0.1:6379 ino 30\n"
	"sock tcp ESTABLISHED [::1]:41000 [::1]:6379 ino 31\n"
	/* The other end is not among the sockets of this namespace, but it is loopback. */
	"sock tcp ESTABLISHED 192.0.2.1:5000 127.0.0.53:53 ino 32\n";

static void test_own_addresses_have_no_row_and_are_counted(void **state)
{
	struct bench b = setup();
	uint64_t id;

	(void)state;
	add_text(&b, proxy);
	look(&b);
	assert_int_equal(view_rows(b.view), 5);
	assert_int_equal(view_totals(b.view)->own_hidden, 0);
	id = must_find(&b, "192.0.2.1")->id;
	b.query.hide_own = true;
	add_text(&b, proxy);
	look(&b);
	assert_int_equal(view_rows(b.view), 1);
	must_find(&b, "203.0.113.9");
	assert_int_equal(view_totals(b.view)->matched, 11);
	assert_int_equal(view_totals(b.view)->own_hidden, 7);
	assert_int_equal(view_totals(b.view)->without_remote, 1);
	assert_int_equal(view_find(b.view, id), IDX_NONE);
	assert_int_equal(view_find_group(b.view, id)->sockets, 4);
	teardown(&b);
}

/* A screen without rows would tell less than one of the own addresses. */
static void test_own_addresses_are_shown_when_there_are_no_others(void **state)
{
	struct bench b = setup();

	(void)state;
	b.query.hide_own = true;
	for (unsigned i = 1; i <= ROLLUP_MIN; i++)
		buf_fmt(&b.text, "sock tcp SYN_RECV 127.0.0.1:443 127.0.9.%u:4000\n", i);
	look(&b);
	assert_int_equal(view_rows(b.view), 1);
	assert_filter(&b, must_find(&b, "127.0.9.0/24"), "dst 127.0.9.0/24");
	assert_int_equal(view_totals(b.view)->own_hidden, 0);
	teardown(&b);
}

/* What opens behind a prefix is what its row counted. */
static void test_own_addresses_are_no_part_of_a_prefix(void **state)
{
	struct bench b = setup();
	const struct group *g;

	(void)state;
	b.query.hide_own = true;
	add_text(&b, "sock tcp ESTABLISHED 203.0.113.200:80 203.0.113.200:9 times 5\n");
	add_net(&b, ROLLUP_MIN, 1);
	look(&b);
	assert_int_equal(view_rows(b.view), 1);
	g = must_find(&b, "203.0.113.0/24");
	assert_int_equal(g->sockets, ROLLUP_MIN);
	assert_filter(&b, g, "dst 203.0.113.0/24 and not dst 203.0.113.200");
	b.query.rollup = false;
	add_text(&b, "sock tcp ESTABLISHED 203.0.113.200:80 203.0.113.200:9 times 5\n");
	add_net(&b, 2, 1);
	look(&b);
	assert_int_equal(view_rows(b.view), 1);
	assert_int_equal(must_find(&b, "203.0.113.0/24")->sockets, 2);
	assert_int_equal(view_totals(b.view)->own_hidden, 5);
	teardown(&b);
}

/* ---- since when, and what of them ------------------------------------- */

static uint32_t seen_s(const struct bench *b, const char *key)
{
	return (uint32_t)(b->snap->mono_ns / INT64_C(1000000000)) - must_find(b, key)->seen_s;
}

static void use_filter(struct bench *b, const char *text)
{
	filter_free(b->query.filter);
	b->query.filter = filter_parse(text, strlen(text), NULL);
	assert_non_null(b->query.filter);
}

static void test_seen_is_how_long_a_row_is_there(void **state)
{
	struct bench b = setup();

	(void)state;
	add_text(&b, "sample 1000000000000\n"
		     "sock tcp ESTABLISHED 10.4.0.7:443 203.0.113.1:9\n");
	look(&b);
	assert_int_equal(seen_s(&b, "203.0.113.1"), 0);
	/* Another socket, in another state: the row is the same. */
	add_text(&b, "sample 1000000090000\n"
		     "sock tcp CLOSE_WAIT 10.4.0.7:443 203.0.113.1:10\n"
		     "sock tcp ESTABLISHED 10.4.0.7:443 203.0.113.2:10\n");
	look(&b);
	assert_int_equal(seen_s(&b, "203.0.113.1"), 90);
	assert_int_equal(seen_s(&b, "203.0.113.2"), 0);
	/* Also under another filter, and in the row of a prefix. */
	use_filter(&b, "sport = :443");
	add_text(&b, "sample 1000000100000\n");
	add_net(&b, ROLLUP_MIN, 1);
	look(&b);
	assert_int_equal(view_rows(b.view), 1);
	assert_int_equal(seen_s(&b, "203.0.113.0/24"), 100);
	/* And when the prefix has no row any more. */
	add_text(&b, "sample 1000000200000\n");
	add_net(&b, ROLLUP_STAY - 1, 1);
	look(&b);
	assert_int_equal(seen_s(&b, "203.0.113.1"), 200);
	assert_int_equal(seen_s(&b, "203.0.113.3"), 100);
	filter_free(b.query.filter);
	teardown(&b);
}

static void test_half_share_is_of_all_sockets(void **state)
{
	struct bench b = setup();
	const struct group *g;

	(void)state;
	add_text(&b, "sock tcp SYN_RECV 10.4.0.7:443 203.0.113.1:9\n"
		     "sock tcp ESTABLISHED 10.4.0.7:443 203.0.113.1:10 times 2\n"
		     "sock udp ESTABLISHED 10.4.0.7:53 203.0.113.1:10\n");
	look(&b);
	g = must_find(&b, "203.0.113.1");
	assert_int_equal(group_number(g, COL_HALF_SHARE), 25);
	teardown(&b);
}

/* What the kernel does not know of is neither idle nor busy. */
static void test_idle_is_of_connections_that_are_known(void **state)
{
	static const struct tcp_stat stats[] = { { .idle_ms = IDLE_MS + 1 },
						 { .idle_ms = IDLE_MS },
						 { .idle_ms = UINT32_MAX },
						 { .idle_ms = 3 * IDLE_MS },
						 { .idle_ms = 0 } };
	struct bench b = setup();
	const struct group *g;

	(void)state;
	add_text(&b, "sock tcp ESTABLISHED 10.4.0.7:443 203.0.113.1:9 times 4\n"
		     "sock tcp TIME_WAIT 10.4.0.7:443 203.0.113.1:20\n");
	look(&b);
	assert_int_equal(view_group(b.view, 0)->timed, 0);
	((struct snap *)(uintptr_t)b.snap)->tcp = stats;
	view_set(b.view, b.snap, &b.query);
	view_finish(b.view);
	g = must_find(&b, "203.0.113.1");
	assert_int_equal(g->sockets, 5);
	assert_int_equal(g->timed, 3);
	assert_int_equal(g->idle, 2);
	assert_int_equal(group_number(g, COL_IDLE), 66);
	((struct snap *)(uintptr_t)b.snap)->tcp = NULL;
	teardown(&b);
}

static void test_drops_are_of_the_listeners(void **state)
{
	struct bench b = setup();
	const struct group *g;

	(void)state;
	b.query.by = BY_LISTENER;
	add_text(&b, "sock tcp LISTEN 10.4.0.7:443 - ino 1 drops 10\n"
		     "sock tcp LISTEN 10.4.0.7:443 - ino 2 drops 5\n"
		     "sock tcp LISTEN 10.4.0.7:80 - ino 3 drops 7\n");
	look(&b);
	g = must_find(&b, "10.4.0.7:443");
	assert_int_equal(g->drops, 15);
	assert_int_equal(g->dropped, 0);
	add_text(&b, "sock tcp LISTEN 10.4.0.7:443 - ino 1 drops 10\n"
		     "sock tcp LISTEN 10.4.0.7:443 - ino 2 drops 25\n"
		     "sock tcp LISTEN 10.4.0.7:80 - ino 4 drops 1\n");
	look(&b);
	assert_int_equal(must_find(&b, "10.4.0.7:443")->dropped, 20);
	/* It listens anew. */
	assert_int_equal(must_find(&b, "10.4.0.7:80")->dropped, 0);
	b.query.sort = COL_DROP_RATE;
	view_set(b.view, b.snap, &b.query);
	view_finish(b.view);
	assert_int_equal(view_group(b.view, 0)->dropped, 20);
	teardown(&b);
}

/* ---- what must hold of any ------------------------------------------- */

static unsigned roll(uint64_t *random, unsigned sides)
{
	return (unsigned)(test_random(random) % sides);
}

static void add_random(struct bench *b, uint64_t *random)
{
	unsigned hosts = 1 + roll(random, 12);

	add_text(b, "proc 7 a\nproc 8 b\n");
	for (unsigned i = 0, n = roll(random, 90); i < n; i++) {
		buf_fmt(&b->text, "sock tcp %s 10.%u.0.7:%u ",
			roll(random, 3) ? "SYN_RECV" : "ESTABLISHED", roll(random, 2),
			80 + roll(random, 2));
		if (roll(random, 4))
			buf_fmt(&b->text, "10.%u.0.%u:%u", roll(random, 4), roll(random, hosts),
				i + 1);
		else
			buf_fmt(&b->text, "[2001:db8:%u::%u]:%u", roll(random, 2),
				roll(random, hosts), i + 1);
		buf_fmt(&b->text, " ino %u\n", i + 1);
	}
	for (unsigned i = 0; i < 20; i++)
		buf_fmt(&b->text, "hold %u %u %u\n", 7 + i / 10, i, 1 + roll(random, 90));
}

/* How many sockets of a snapshot pass a filter. */
static uint32_t count(const struct bench *b, const struct snap *s, const char *text)
{
	struct query q = { .select = b->query.select, .sort = SORT_NATURAL };
	struct view *v = view_new();
	uint32_t n;

	q.filter = filter_parse(text, strlen(text), NULL);
	assert_non_null(q.filter);
	view_set(v, s, &q);
	view_finish(v);
	n = view_totals(v)->matched;
	view_free(v);
	filter_free(q.filter);
	return n;
}

static void check_rows(struct bench *b, const struct snap *was, bool had)
{
	const struct totals *t = view_totals(b->view);
	uint32_t sum = 0;

	for (uint32_t i = 0; i < view_rows(b->view); i++) {
		const struct group *g = view_group(b->view, i);
		struct buf text = { 0 };

		sum += g->sockets;
		group_filter(b->view, g, &text);
		assert_int_equal(count(b, b->snap, text.s), g->sockets);
		assert_int_equal(view_find(b->view, g->id), i);
		/* With own addresses left out, which are own may have changed as well. */
		if (had && !b->query.hide_own)
			assert_int_equal(g->delta, (int)g->sockets - (int)count(b, was, text.s));
		buf_free(&text);
	}
	assert_int_equal(sum + t->without_remote + t->own_hidden, t->matched);
}

static void test_rollup_counts_each_socket_in_one_row(void **state)
{
	uint64_t random = test_seed();
	struct bench b = setup();
	const struct snap *was = NULL;

	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		snap_unref(was);
		was = b.snap != NULL ? snap_ref(b.snap) : NULL;
		b.query.hide_own = round >= 100;
		add_random(&b, &random);
		look(&b);
		check_rows(&b, was, round != 0 && round != 100);
	}
	snap_unref(was);
	teardown(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rollup_of_many_addresses_is_one_row),
		cmocka_unit_test(test_rollup_leaves_few_addresses_alone),
		cmocka_unit_test(test_rollup_does_not_hide_the_one_that_explains_it),
		cmocka_unit_test(test_rollup_does_not_waver),
		cmocka_unit_test(test_rollup_stays_when_only_the_order_changes),
		cmocka_unit_test(test_rollup_of_ipv6_and_of_each_link),
		cmocka_unit_test(test_own_addresses_have_no_row_and_are_counted),
		cmocka_unit_test(test_own_addresses_are_shown_when_there_are_no_others),
		cmocka_unit_test(test_own_addresses_are_no_part_of_a_prefix),
		cmocka_unit_test(test_seen_is_how_long_a_row_is_there),
		cmocka_unit_test(test_half_share_is_of_all_sockets),
		cmocka_unit_test(test_idle_is_of_connections_that_are_known),
		cmocka_unit_test(test_drops_are_of_the_listeners),
		cmocka_unit_test(test_rollup_counts_each_socket_in_one_row),
	};

	return cmocka_run_group_tests_name("view_remotes", tests, NULL, NULL);
}
