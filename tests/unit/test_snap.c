/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

#include "sockeye/model/snap.h"
#include "test.h"

#define NS_PER_S 1000000000LL

static struct addr parse(const char *s)
{
	struct addr a;

	assert_true(addr_parse(s, strlen(s), &a));
	return a;
}

static struct sock tcp(uint64_t cookie, unsigned st, uint32_t ino)
{
	return (struct sock){ .cookie = cookie,
			      .proto = PROTO_TCP,
			      .state = (uint8_t)st,
			      .ino = ino,
			      .family = AF_INET,
			      .local = parse("10.0.0.1"),
			      .remote = parse("10.0.0.2"),
			      .lport = 80,
			      .rport = (uint16_t)(40000 + cookie % 20000) };
}

static struct sock listener(uint64_t cookie, int family, const char *local, uint16_t port)
{
	return (struct sock){ .cookie = cookie,
			      .proto = PROTO_TCP,
			      .state = ST_LISTEN,
			      .ino = (uint32_t)cookie,
			      .family = (uint8_t)family,
			      .local = parse(local),
			      .remote = parse(family == AF_INET ? "0.0.0.0" : "::"),
			      .lport = port };
}

static void add(struct snap_builder *b, struct sock s)
{
	struct sock_ext x = { .timer = 0 };

	assert_int_equal(snap_add(b, &s, &x), 0);
}

static const struct snap *seal(struct snap_builder *b)
{
	const struct snap *s = snap_seal(b);

	assert_non_null(s);
	return s;
}

static void test_snap_drops_doubles_by_cookie(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	struct snap_builder *b = snap_build(pool, NULL);
	struct sock s = tcp(7, ST_ESTABLISHED, 1);
	struct sock_ext x = { .timer = 0 };
	const struct snap *snap;

	(void)state;
	for (uint64_t i = 0; i < 5000; i++)
		add(b, tcp(i + 1000, ST_ESTABLISHED, 1));
	assert_int_equal(snap_add(b, &s, &x), 0);
	assert_int_equal(snap_add(b, &s, &x), 1);
	s.state = ST_FIN_WAIT1;
	assert_int_equal(snap_add(b, &s, &x), 1);
	snap = seal(b);
	assert_int_equal(snap->n_sock, 5001);
	assert_int_equal(snap->sock[snap_find(snap, 7)].state, ST_ESTABLISHED);
	for (uint64_t i = 0; i < 5000; i++)
		assert_int_equal(snap->sock[snap_find(snap, i + 1000)].cookie, i + 1000);
	assert_int_equal(snap_find(snap, 9), IDX_NONE);
	snap_unref(snap);
	snap_pool_free(pool);
}

/* Holders come by process; each socket's run is by process and descriptor. */
static void test_snap_joins_owners(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	struct snap_builder *b = snap_build(pool, NULL);
	const struct sock_ext *x;
	const struct snap *snap;

	(void)state;
	for (uint64_t i = 0; i < 4; i++)
		add(b, tcp(i, ST_ESTABLISHED, (uint32_t)i + 1));
	assert_int_equal(snap_add_proc(b, &(struct proc){ .pid = 10 }), 0);
	snap_add_owner(b, 3, 0, 4);
	snap_add_owner(b, 1, 0, 5);
	snap_add_owner(b, 3, 0, 6);
	assert_int_equal(snap_add_proc(b, &(struct proc){ .pid = 20, .uid = 5 }), 1);
	snap_add_owner(b, 3, 1, 3);
	snap = seal(b);
	x = &snap->ext[3];
	assert_int_equal(x->n_owners, 3);
	assert_int_equal(snap->owner[x->owner].fd, 4);
	assert_int_equal(snap->owner[x->owner + 1].fd, 6);
	assert_int_equal(snap->owner[x->owner + 2].proc, 1);
	assert_int_equal(snap->ext[1].n_owners, 1);
	assert_int_equal(snap->n_owner, 4);
	/* a socket counts once in a process, however many descriptors */
	assert_int_equal(snap->proc[0].sockets, 2);
	assert_int_equal(snap->proc[1].sockets, 1);
	assert_int_equal(snap_find_proc(snap, 20), 1);
	assert_int_equal(snap_find_proc(snap, 15), IDX_NONE);
	assert_int_equal(snap_why(snap, 3), WHY_OWNED);
	assert_int_equal(snap_why(snap, 0), WHY_NO_PROCESS);
	snap_unref(snap);
	snap_pool_free(pool);
}

static void test_snap_says_why_there_is_no_owner(void **state)
{
	static const struct {
		unsigned st;
		uint32_t ino;
		enum why why;
	} cases[] = {
		{ ST_TIME_WAIT, 0, WHY_TIME_WAIT },       { ST_SYN_RECV, 0, WHY_HALF_OPEN },
		{ ST_ESTABLISHED, 0, WHY_NOT_ACCEPTED },  { ST_CLOSE_WAIT, 0, WHY_NOT_ACCEPTED },
		{ ST_FIN_WAIT1, 0, WHY_ORPHAN },          { ST_FIN_WAIT2, 0, WHY_ORPHAN },
		{ ST_LAST_ACK, 0, WHY_ORPHAN },           { ST_CLOSING, 0, WHY_ORPHAN },
		{ ST_ESTABLISHED, 9, WHY_NOT_PERMITTED }, { ST_SYN_RECV, 9, WHY_NOT_PERMITTED },
	};
	size_t n = sizeof(cases) / sizeof(cases[0]);
	struct snap_pool *pool = snap_pool_new();
	struct snap_builder *b = snap_build(pool, NULL);
	const struct snap *snap;

	(void)state;
	for (size_t i = 0; i < n; i++)
		add(b, tcp(i + 1, cases[i].st, cases[i].ino));
	snap_set_unfound(b, WHY_NOT_PERMITTED);
	snap = seal(b);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(snap_why(snap, (uint32_t)i), cases[i].why);
	snap_unref(snap);
	snap_pool_free(pool);
}

static void check_listener(struct snap_builder *b, struct snap_pool *pool, uint64_t child,
			   uint64_t want)
{
	const struct snap *snap = seal(b);
	uint32_t row = snap->ext[snap_find(snap, child)].listener;

	(void)pool;
	if (want == 0)
		assert_int_equal(row, IDX_NONE);
	else
		assert_int_equal(snap->sock[row].cookie, want);
	snap_unref(snap);
}

static void test_snap_finds_listeners(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	struct snap_builder *b;
	struct sock s;

	(void)state;
	/* the exact address before the wildcard */
	b = snap_build(pool, NULL);
	add(b, listener(1, AF_INET, "0.0.0.0", 80));
	add(b, listener(2, AF_INET, "10.0.0.1", 80));
	add(b, listener(3, AF_INET, "10.0.0.9", 80));
	add(b, tcp(9, ST_ESTABLISHED, 0));
	check_listener(b, pool, 9, 2);
	/* the wildcard where nothing is exact; another port is no listener */
	b = snap_build(pool, NULL);
	add(b, listener(1, AF_INET, "0.0.0.0", 80));
	add(b, listener(2, AF_INET, "10.0.0.1", 81));
	add(b, tcp(9, ST_TIME_WAIT, 0));
	check_listener(b, pool, 9, 1);
	/* a child of a dual-stack listener is an IPv6 socket, and one of an IPv4 listener is not */
	b = snap_build(pool, NULL);
	add(b, listener(1, AF_INET6, "::", 80));
	s = tcp(9, ST_ESTABLISHED, 0);
	add(b, s);
	check_listener(b, pool, 9, 0);
	b = snap_build(pool, NULL);
	add(b, listener(1, AF_INET6, "::", 80));
	s.family = AF_INET6;
	add(b, s);
	check_listener(b, pool, 9, 1);
	/* a connection that we ask for has none, even from a port that somebody listens on */
	b = snap_build(pool, NULL);
	add(b, listener(1, AF_INET, "0.0.0.0", 80));
	add(b, tcp(9, ST_SYN_SENT, 3));
	check_listener(b, pool, 9, 0);
	snap_pool_free(pool);
}

static void test_snap_listener_of_the_bound_device(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	struct snap_builder *b = snap_build(pool, NULL);
	struct sock any = listener(1, AF_INET, "0.0.0.0", 80),
		    eth = listener(2, AF_INET, "0.0.0.0", 80);
	struct sock child = tcp(9, ST_ESTABLISHED, 4), other = tcp(10, ST_ESTABLISHED, 5);

	(void)state;
	snap_add(b, &any, &(struct sock_ext){ .ifindex = 0 });
	snap_add(b, &eth, &(struct sock_ext){ .ifindex = 3 });
	snap_add(b, &child, &(struct sock_ext){ .ifindex = 3 });
	snap_add(b, &other, &(struct sock_ext){ .ifindex = 0 });
	{
		const struct snap *s = seal(b);

		assert_int_equal(s->sock[s->ext[2].listener].cookie, 2);
		assert_int_equal(s->sock[s->ext[3].listener].cookie, 1);
		snap_unref(s);
	}
	snap_pool_free(pool);
}

/* Of a SO_REUSEPORT group only a member with a queue can have the connection that waits. */
static void test_snap_reuseport_member_with_a_queue(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	struct snap_builder *b = snap_build(pool, NULL);

	(void)state;
	for (uint64_t i = 1; i <= 5; i++) {
		struct sock s = listener(i, AF_INET, "0.0.0.0", 80);

		s.rxq = i == 4;
		add(b, s);
	}
	add(b, tcp(9, ST_ESTABLISHED, 0));
	check_listener(b, pool, 9, 4);
	snap_pool_free(pool);
}

static const struct snap *sample_at(struct snap_pool *pool, const struct snap *prev, int64_t s,
				    unsigned st)
{
	struct snap_builder *b = snap_build(pool, prev);
	const struct snap *snap;

	snap_set_times(b, 0, s * NS_PER_S);
	for (uint64_t i = 1; i < 100; i++)
		add(b, tcp(i, ST_ESTABLISHED, 1));
	add(b, tcp(100, st, 1));
	if (prev != NULL)
		add(b, tcp(101, ST_ESTABLISHED, 1));
	snap = seal(b);
	snap_unref(prev);
	return snap;
}

static void test_snap_carries_ages(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	const struct snap *s = sample_at(pool, NULL, 100, ST_ESTABLISHED);
	uint32_t row;

	(void)state;
	assert_int_equal(s->prev_mono_ns, 0);
	assert_true(s->sock[0].flags & SOCK_OLDER);
	assert_false(s->sock[0].flags & SOCK_NEW);
	s = sample_at(pool, s, 110, ST_CLOSE_WAIT);
	assert_int_equal(s->prev_mono_ns, 100 * NS_PER_S);
	s = sample_at(pool, s, 120, ST_CLOSE_WAIT);
	row = snap_find(s, 1);
	assert_int_equal(s->ext[row].since_s, 100);
	assert_true(s->sock[row].flags & SOCK_OLDER);
	row = snap_find(s, 100);
	assert_int_equal(s->ext[row].since_s, 110);
	assert_false(s->sock[row].flags & (SOCK_OLDER | SOCK_NEW));
	row = snap_find(s, 101);
	assert_int_equal(s->ext[row].since_s, 110);
	assert_false(s->sock[row].flags & SOCK_NEW);
	assert_int_equal(s->seq, 3);
	snap_unref(s);
	snap_pool_free(pool);
}

/* A sample at this second with one socket, of which the kernel tells since when it is so. */
static const struct snap *told_at(struct snap_pool *pool, const struct snap *prev, int64_t at_s,
				  enum tcp_state st, struct sock_ext x)
{
	struct snap_builder *b = snap_build(pool, prev);
	struct sock s = tcp(1, st, 1);

	snap_set_times(b, 0, at_s * NS_PER_S);
	assert_int_equal(snap_add(b, &s, &x), 0);
	snap_unref(prev);
	return seal(b);
}

static void test_snap_takes_ages_that_are_told(void **state)
{
	const struct sock_ext told = { .since_s = 400 }, later = { .since_s = 990 },
			      never = { .since_s = 0 }, ahead = { .since_s = 2000 },
			      dying = { .timer = 3, .expires_ms = 15000 },
			      endless = { .timer = 3, .expires_ms = 60001 };
	struct snap_pool *pool = snap_pool_new();
	const struct snap *s = told_at(pool, NULL, 1000, ST_CLOSE_WAIT, told);

	(void)state;
	assert_int_equal(s->ext[0].since_s, 400);
	assert_false(s->sock[0].flags & SOCK_OLDER);
	assert_false(s->since_untold);
	/* Once told it stays, and what is seen longer is truer than what is told. */
	s = told_at(pool, s, 1010, ST_CLOSE_WAIT, never);
	assert_int_equal(s->ext[0].since_s, 400);
	assert_false(s->since_untold);
	s = told_at(pool, s, 1020, ST_CLOSE_WAIT, later);
	assert_int_equal(s->ext[0].since_s, 400);
	s = told_at(pool, s, 1030, ST_TIME_WAIT, dying);
	assert_int_equal(s->ext[0].since_s, 1030 - 45);
	snap_unref(s);
	s = told_at(pool, NULL, 1000, ST_CLOSE_WAIT, never);
	assert_int_equal(s->ext[0].since_s, 1000);
	assert_true(s->sock[0].flags & SOCK_OLDER);
	assert_true(s->since_untold);
	snap_unref(s);
	s = told_at(pool, NULL, 1000, ST_CLOSE_WAIT, ahead);
	assert_int_equal(s->ext[0].since_s, 1000);
	snap_unref(s);
	s = told_at(pool, NULL, 20, ST_TIME_WAIT, dying);
	assert_int_equal(s->ext[0].since_s, 1);
	snap_unref(s);
	s = told_at(pool, NULL, 1000, ST_TIME_WAIT, endless);
	assert_true(s->sock[0].flags & SOCK_OLDER);
	snap_unref(s);
	snap_pool_free(pool);
}

static void test_snap_takes_facts_of_rows_in_their_state(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	struct snap_builder *b = snap_build(pool, NULL);
	const struct snap *s;

	(void)state;
	snap_set_times(b, 0, 1000 * NS_PER_S);
	add(b, tcp(1, ST_LISTEN, 1));
	add(b, tcp(2, ST_CLOSE_WAIT, 2));
	add(b, tcp(3, ST_ESTABLISHED, 3));
	assert_int_equal(snap_count(b, ST_LISTEN), 1);
	assert_int_equal(snap_count(b, ST_TIME_WAIT), 0);
	for (uint64_t cookie = 1; cookie <= 4; cookie++) {
		snap_set_since(b, cookie, 900);
		snap_set_drops(b, cookie, 7);
	}
	s = seal(b);
	assert_int_equal(s->ext[0].drops, 7);
	assert_int_equal(s->ext[0].since_s, 1000);
	assert_int_equal(s->ext[1].since_s, 900);
	assert_int_equal(s->ext[1].expires_ms, 0);
	assert_int_equal(s->ext[2].since_s, 1000);
	assert_int_equal(s->ext[2].expires_ms, 0);
	snap_unref(s);
	snap_pool_free(pool);
}

/* Who holds one socket in one sample. */
struct holders {
	struct proc proc[3];
	uint32_t n;
};

static const struct snap *held_by(struct snap_pool *pool, const struct snap *prev,
				  enum tcp_state st, const struct holders *h)
{
	struct snap_builder *b = snap_build(pool, prev);

	add(b, tcp(1, st, 1));
	for (uint32_t i = 0; i < h->n; i++)
		assert_int_equal(snap_add_owner(b, 0, snap_add_proc(b, &h->proc[i]), 5), 0);
	snap_unref(prev);
	return seal(b);
}

#define SHELL                                    \
	{                                        \
		.pid = 10, .start = 1, .ppid = 1 \
	}
#define CHILD                                     \
	{                                         \
		.pid = 20, .start = 2, .ppid = 10 \
	}

static void test_snap_says_to_whom_a_copy_was_left(void **state)
{
	static const struct holders both = { { SHELL, CHILD }, 2 }, parent = { { SHELL }, 1 },
				    child = { { CHILD }, 1 },
				    orphan = { { { .pid = 20, .start = 2, .ppid = 1 } }, 1 },
				    other = { { { .pid = 10, .start = 9, .ppid = 1 } }, 1 },
				    three = { { SHELL, CHILD, { .pid = 30, .ppid = 10 } }, 3 },
				    cousins = { { { .pid = 11, .start = 1, .ppid = 1 }, CHILD },
						2 };
	static const struct {
		const struct holders *at[4];
		enum tcp_state st;
		uint8_t flags;
	} cases[] = {
		{ { &both, &parent }, ST_CLOSE_WAIT, SOCK_LEFT_TO_PARENT },
		{ { &both, &parent, &parent }, ST_CLOSE_WAIT, SOCK_LEFT_TO_PARENT },
		{ { &both, &child }, ST_ESTABLISHED, SOCK_LEFT_TO_CHILD },
		{ { &both, &orphan }, ST_ESTABLISHED, SOCK_LEFT_TO_CHILD },
		{ { &three, &both, &parent }, ST_CLOSE_WAIT, SOCK_LEFT_TO_PARENT },
		{ { &three, &both }, ST_CLOSE_WAIT, 0 },
		{ { &both, &both }, ST_CLOSE_WAIT, 0 },
		{ { &both, &parent, &both }, ST_CLOSE_WAIT, 0 },
		{ { &parent, &parent }, ST_CLOSE_WAIT, 0 },
		{ { &cousins, &child }, ST_CLOSE_WAIT, 0 },
		/* the number of the parent, but another process */
		{ { &both, &other }, ST_CLOSE_WAIT, 0 },
		{ { &both, &parent, &other }, ST_CLOSE_WAIT, 0 },
		{ { &both, &parent }, ST_LISTEN, 0 },
	};
	struct snap_pool *pool = snap_pool_new();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct snap *s = NULL;

		for (size_t k = 0; k < 4 && cases[i].at[k] != NULL; k++)
			s = held_by(pool, s, cases[i].st, cases[i].at[k]);
		if ((s->sock[0].flags & (SOCK_LEFT_TO_PARENT | SOCK_LEFT_TO_CHILD)) !=
		    cases[i].flags)
			fail_msg("case %zu", i);
		snap_unref(s);
	}
	snap_pool_free(pool);
}

/* Adds a row, and what is beside it where there is such an array. */
static void add_with(struct snap_builder *b, struct sock k, const struct tcp_stat *t)
{
	struct tcp_stat *stat;

	add(b, k);
	stat = snap_beside(b, SIDE_TCP);
	if (stat != NULL)
		*stat = *t;
}

static void test_snap_has_measures_where_they_are_wanted(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	const struct tcp_stat first_stat = { .sent = 7 }, second_stat = { .idle_ms = 3 };
	const struct snap *s;

	(void)state;
	for (int wanted = 1; wanted >= 0; wanted--) {
		struct snap_builder *b = snap_build(pool, NULL);
		struct sock first = tcp(1, ST_ESTABLISHED, 1), second = tcp(3, ST_ESTABLISHED, 3);

		if (wanted)
			snap_with(b, SIDE_TCP);
		assert_null(snap_beside(b, SIDE_TCP));
		add_with(b, first, &first_stat);
		assert_int_equal(snap_add(b, &first, &(struct sock_ext){ 0 }), 1);
		add(b, tcp(2, ST_LISTEN, 2));
		add_with(b, second, &second_stat);
		s = seal(b);
		assert_int_equal(s->n_sock, 3);
		assert_int_equal(s->tcp != NULL, wanted);
		if (wanted) {
			assert_int_equal(s->tcp[0].sent, 7);
			assert_int_equal(s->tcp[1].sent, 0);
			assert_int_equal(s->tcp[2].idle_ms, 3);
		}
		snap_unref(s);
	}
	snap_pool_free(pool);
}

static void put_detail(struct snap_builder *b, uint32_t mark, uint64_t cgroup)
{
	struct detail d = { .has = DETAIL_MARK | DETAIL_CGROUP,
			    .mark = mark,
			    .cgroup_id = cgroup,
			    .tcp_len = 3,
			    .tcp = { 1, 2, 3 },
			    .congestion = "cubic" };
	unsigned char packed[DETAIL_PACKED_MAX];

	assert_int_equal(snap_put_detail(b, packed, detail_pack(&d, packed), cgroup), 0);
}

#define SECOND INT64_C(1000000000)

/* A sample at that second. what: cookie, state, sent and received, cookie 0 ends. */
struct counted {
	uint64_t cookie, sent, received;
	enum tcp_state state;
	uint32_t idle_ms;
};

static const struct snap *counted(struct snap_pool *pool, const struct snap *prev, int64_t second,
				  const struct counted *what, void (*more)(struct snap_builder *b))
{
	struct snap_builder *b = snap_build(pool, prev);

	snap_with(b, SIDE_TCP);
	snap_set_times(b, second * SECOND, second * SECOND);
	snap_source_ok(b, SRC_TCP);
	for (; what->cookie != 0; what++) {
		struct tcp_stat t = { .sent = what->sent,
				      .received = what->received,
				      .idle_ms = what->idle_ms };

		add_with(b, tcp(what->cookie, what->state, (uint32_t)what->cookie), &t);
	}
	if (more != NULL)
		more(b);
	return seal(b);
}

static void assert_rate(const struct snap *s, uint64_t cookie, uint64_t in, uint64_t out)
{
	uint32_t row = snap_find(s, cookie);

	assert_true(snap_rated(s, row));
	assert_int_equal(s->tcp[row].in, in);
	assert_int_equal(s->tcp[row].out, out);
}

static const struct counted before[] = {
	{ 1, 1000, 50, ST_ESTABLISHED, 0 },
	{ 2, 700, 700, ST_ESTABLISHED, 0 },
	{ 3, 0, 0, ST_SYN_RECV, 0 },
	{ 0 },
};

/* What was not there before has been born since, unless it has been idle for longer. */
static const struct counted after[] = {
	{ 1, 5000, 50, ST_ESTABLISHED, 10 },
	{ 2, 0, 0, ST_TIME_WAIT, 0 },
	{ 3, 9, 8, ST_ESTABLISHED, 0 },
	{ 4, 70, 60, ST_ESTABLISHED, UINT32_MAX },
	{ 5, 70, 60, ST_CLOSE_WAIT, 3000 },
	{ 6, 0, 0, ST_LISTEN, 0 },
	{ 0 },
};

static void test_snap_compares_counters(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	const struct snap *s = counted(pool, NULL, 10, before, NULL);
	const struct snap *t = counted(pool, s, 12, after, NULL);

	(void)state;
	assert_false(s->rated);
	assert_false(snap_rated(s, 0));
	assert_true(t->rated);
	assert_rate(t, 1, 0, 4000);
	assert_rate(t, 2, 0, 0);
	assert_rate(t, 3, 8, 9);
	assert_rate(t, 4, 60, 70);
	assert_rate(t, 5, 0, 0);
	assert_false(snap_rated(t, snap_find(t, 6)));
	assert_int_equal(snap_per_s(t, 4000), 2000);
	assert_int_equal(snap_per_s(s, 4000), 0);
	snap_unref(s);
	snap_unref(t);
	snap_pool_free(pool);
}

static void other_choice(struct snap_builder *b)
{
	snap_set_choice(b, 7);
}

static void test_snap_counts_no_past_of_what_it_has_not_seen(void **state)
{
	void (*const reasons[])(struct snap_builder * b) = { snap_set_births_unknown,
							     other_choice };
	struct snap_pool *pool = snap_pool_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		const struct snap *s = counted(pool, NULL, 10, before, NULL);
		const struct snap *t = counted(pool, s, 12, after, reasons[i]);

		assert_rate(t, 1, 0, 4000);
		assert_rate(t, 3, 8, 9);
		assert_rate(t, 4, 0, 0);
		snap_unref(s);
		snap_unref(t);
	}
	snap_pool_free(pool);
}

/* A sample at that second of so many namespaces, each with one socket that has sent all it says. */
static const struct snap *of_namespaces(struct snap_pool *pool, const struct snap *prev,
					int64_t second, uint64_t n)
{
	struct snap_builder *b = snap_build(pool, prev);

	snap_with(b, SIDE_TCP);
	snap_with(b, SIDE_NETNS);
	snap_set_times(b, second * SECOND, second * SECOND);
	snap_source_ok(b, SRC_TCP);
	for (uint64_t i = 0; i < n; i++) {
		const struct netns ns = { .ino = 100 + i, .own = i == 0 };
		const struct tcp_stat t = { .sent = 1000 };

		assert_int_equal(snap_enter_netns(b, &ns), i);
		/* one that is there from the first time on, and one that is new */
		add_with(b, tcp(10 + i, ST_ESTABLISHED, 5), &t);
		add_with(b, tcp((uint64_t)second * 100 + i, ST_ESTABLISHED, 6), &t);
	}
	return seal(b);
}

static void test_snap_counts_no_past_of_another_namespace(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	const struct snap *s = of_namespaces(pool, NULL, 10, 1);
	const struct snap *t = of_namespaces(pool, s, 12, 2);

	(void)state;
	assert_rate(t, 10, 0, 0);
	assert_rate(t, 1200, 0, 1000);
	assert_rate(t, 11, 0, 0);
	assert_rate(t, 1201, 0, 0);
	snap_unref(s);
	snap_unref(t);
	snap_pool_free(pool);
}

static void keep_first(struct snap_builder *b)
{
	assert_true(snap_keep(b, snap_find(snap_prev(b), 1), 1) != IDX_NONE);
}

/* A row that a dump left out has not lost its bytes: they do not come again in one leap. */
static void test_snap_counters_of_a_kept_row_stay(void **state)
{
	static const struct counted nothing[] = { { 0 } };
	struct snap_pool *pool = snap_pool_new();
	const struct snap *s[4] = { counted(pool, NULL, 10, before, NULL) };

	(void)state;
	s[1] = counted(pool, s[0], 12, before, NULL);
	s[2] = counted(pool, s[1], 14, nothing, keep_first);
	s[3] = counted(pool, s[2], 16, after, NULL);
	assert_rate(s[2], 1, 0, 0);
	assert_rate(s[3], 1, 0, 4000);
	for (size_t i = 0; i < ARRAY_SIZE(s); i++)
		snap_unref(s[i]);
	snap_pool_free(pool);
}

static void test_snap_has_details_where_they_are_wanted(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	struct detail d;

	(void)state;
	for (int wanted = 1; wanted >= 0; wanted--) {
		struct snap_builder *b = snap_build(pool, NULL);
		struct cgroup *cgroup;
		const struct snap *s;
		uint32_t n;

		if (wanted)
			snap_with(b, SIDE_DETAIL);
		for (uint64_t i = 1; i <= 300; i++) {
			add(b, tcp(i, ST_ESTABLISHED, (uint32_t)i));
			if (i % 3 != 0)
				put_detail(b, (uint32_t)i, 500 - i / 2);
		}
		cgroup = snap_list_cgroups(b, &n);
		assert_int_equal(n, wanted ? 150 : 0);
		for (uint32_t i = 0; i < n; i++)
			if (cgroup[i].id == 499)
				cgroup[i].path = snap_add_str(b, "/a", 2);
		s = seal(b);
		for (uint32_t row = 0; row < 300; row++) {
			uint32_t i = (uint32_t)s->sock[row].cookie;

			assert_int_equal(snap_row_detail(s, row, &d), wanted && i % 3 != 0);
			if (!wanted || i % 3 == 0)
				continue;
			assert_int_equal(d.mark, i);
			assert_int_equal(d.cgroup_id, 500 - i / 2);
			assert_int_equal(d.tcp_len, 3);
			assert_int_equal(d.tcp[2], 3);
			assert_string_equal(d.congestion, "cubic");
			assert_string_equal(d.ulp, "");
		}
		assert_string_equal(strpool_get(s->str, snap_cgroup_path(s, 499)).s,
				    wanted ? "/a" : "");
		assert_int_equal(snap_cgroup_path(s, 1), STR_NONE);
		snap_unref(s);
	}
	snap_pool_free(pool);
}

/* What a sample that could not tell all had left out is not new in the next one. */
static void test_snap_knows_no_new_ones_after_a_failure(void **state)
{
	static const enum source_status was[] = { SOURCE_PARTIAL, SOURCE_ABSENT, SOURCE_OK };
	struct snap_pool *pool = snap_pool_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(was); i++) {
		struct snap_builder *b = snap_build(pool, NULL);
		const struct snap *first, *second;

		if (was[i] == SOURCE_OK)
			snap_source_ok(b, SRC_TCP);
		else
			snap_source_fail(b, SRC_TCP, was[i], "something");
		first = seal(b);
		b = snap_build(pool, first);
		snap_source_ok(b, SRC_TCP);
		add(b, tcp(1, ST_ESTABLISHED, 1));
		second = seal(b);
		assert_int_equal((second->sock[0].flags & SOCK_NEW) != 0, was[i] == SOURCE_OK);
		snap_unref(first);
		snap_unref(second);
	}
	snap_pool_free(pool);
}

static void test_snap_carries_states_not_asked_for(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	struct snap_builder *b = snap_build(pool, NULL);
	const struct snap *s, *t;

	(void)state;
	add(b, tcp(1, ST_CLOSE, 5));
	add(b, tcp(2, ST_CLOSE, 6));
	add(b, tcp(3, ST_ESTABLISHED, 7));
	s = seal(b);
	b = snap_build(pool, s);
	add(b, tcp(2, ST_ESTABLISHED, 6));
	assert_int_equal(snap_carry(b, ST_CLOSE), 0);
	t = seal(b);
	assert_int_equal(t->n_sock, 2);
	assert_int_equal(t->sock[snap_find(t, 1)].state, ST_CLOSE);
	assert_int_equal(t->sock[snap_find(t, 2)].state, ST_ESTABLISHED);
	snap_unref(s);
	snap_unref(t);
	snap_pool_free(pool);
}

static void test_snap_users_and_names(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	struct snap_builder *b = snap_build(pool, NULL);
	struct sock s = tcp(1, ST_ESTABLISHED, 1);
	const struct snap *snap;
	struct str name;

	(void)state;
	s.uid = 998;
	add(b, s);
	snap_add_user(b, 1000, snap_add_str(b, "app", 3));
	snap_add_user(b, 0, snap_add_str(b, "root", 4));
	snap_add_user(b, 0, snap_add_str(b, "toor", 4));
	snap_add_proc(b, &(struct proc){ .pid = 3, .uid = 77 });
	snap_add_ifname(b, 3, snap_add_str(b, "eth0", 4));
	snap = seal(b);
	assert_int_equal(snap->n_user, 4);
	for (uint32_t i = 1; i < snap->n_user; i++)
		assert_true(snap->user[i - 1].uid < snap->user[i].uid);
	name = strpool_get(snap->str, snap_user_name(snap, 0));
	assert_string_equal(name.s, "root");
	assert_int_equal(snap_user_name(snap, 998), STR_NONE);
	assert_int_not_equal(snap_find_user(snap, 77), IDX_NONE);
	assert_int_equal(snap_find_user(snap, 78), IDX_NONE);
	name = strpool_get(snap->str, snap_if_name(snap, IDX_NONE, 3));
	assert_string_equal(name.s, "eth0");
	assert_int_equal(snap_if_name(snap, IDX_NONE, 4), STR_NONE);
	snap_unref(snap);
	snap_pool_free(pool);
}

static void test_snap_first_problem_stays(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	struct snap_builder *b = snap_build(pool, NULL);
	const struct snap *s;

	(void)state;
	snap_source_fail(b, SRC_TCP, SOURCE_PARTIAL, "%s", "a\033b");
	snap_source_fail(b, SRC_TCP, SOURCE_ABSENT, "later");
	snap_source_ok(b, SRC_TCP);
	snap_source_ok(b, SRC_UDP);
	s = seal(b);
	assert_int_equal(s->source[SRC_TCP].status, SOURCE_PARTIAL);
	assert_string_equal(s->source[SRC_TCP].reason, "a?b");
	assert_int_equal(s->source[SRC_UDP].status, SOURCE_OK);
	assert_int_equal(s->source[SRC_OWNERS].status, SOURCE_NOT_ASKED);
	snap_unref(s);
	snap_pool_free(pool);
}

/* A snapshot may outlive its successors, and the last reference may go in any thread. */
static void *drop(void *snap)
{
	snap_unref(snap);
	return NULL;
}

static void test_snap_memory_is_recycled(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	const struct snap *held = sample_at(pool, NULL, 1, ST_ESTABLISHED), *s;
	const struct sock *first = held->sock;
	pthread_t thread;

	(void)state;
	snap_ref(held);
	s = sample_at(pool, held, 2, ST_ESTABLISHED);
	assert_ptr_not_equal(s->sock, first);
	assert_int_equal(held->sock[5].cookie, 6);
	assert_int_equal(pthread_create(&thread, NULL, drop, (void *)(uintptr_t)held), 0);
	pthread_join(thread, NULL);
	s = sample_at(pool, s, 3, ST_ESTABLISHED);
	assert_ptr_equal(s->sock, first);
	assert_int_equal(s->n_sock, 101);
	snap_unref(s);
	snap_pool_free(pool);
}

static void test_snap_empty(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	const struct snap *s = seal(snap_build(pool, NULL));

	(void)state;
	assert_int_equal(s->n_sock + s->n_proc + s->n_owner + s->n_user, 0);
	assert_int_equal(snap_find(s, 1), IDX_NONE);
	snap_unref(s);
	snap_abandon(snap_build(pool, NULL));
	snap_pool_free(pool);
}

static void test_snap_keeps_a_row_for_one_sample(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	struct snap_builder *b = snap_build(pool, NULL);
	const struct snap *s, *t;

	(void)state;
	add(b, tcp(1, ST_ESTABLISHED, 5));
	add(b, tcp(2, ST_CLOSE_WAIT, 6));
	add(b, tcp(3, ST_ESTABLISHED, 7));
	s = seal(b);
	b = snap_build(pool, s);
	add(b, tcp(3, ST_ESTABLISHED, 7));
	add(b, tcp(4, ST_ESTABLISHED, 8));
	/* another inode, a state that ends, a row that is there, no such row */
	assert_int_equal(snap_keep(b, 0, 6), IDX_NONE);
	assert_int_equal(snap_keep(b, 1, 6), IDX_NONE);
	assert_int_equal(snap_keep(b, 2, 7), IDX_NONE);
	assert_int_equal(snap_keep(b, 3, 7), IDX_NONE);
	assert_int_equal(snap_keep(b, 0, 5), 2);
	t = seal(b);
	assert_int_equal(t->n_sock, 3);
	assert_int_equal(t->sock[2].cookie, 1);
	snap_unref(s);
	/* Not a second time, and not what is there for the first. */
	b = snap_build(pool, t);
	assert_int_equal(snap_keep(b, 2, 5), IDX_NONE);
	assert_int_equal(snap_keep(b, 1, 8), IDX_NONE);
	snap_abandon(b);
	snap_unref(t);
	snap_pool_free(pool);
}

static void test_snap_keeps_the_details_of_a_row(void **state)
{
	const struct detail d = { .has = DETAIL_MARK | DETAIL_CGROUP, .mark = 42, .cgroup_id = 9 };
	unsigned char packed[DETAIL_PACKED_MAX];
	size_t len = detail_pack(&d, packed);
	struct snap_pool *pool = snap_pool_new();
	struct snap_builder *b = snap_build(pool, NULL);
	const struct snap *s, *t;
	uint32_t mark, row;

	(void)state;
	snap_with(b, SIDE_DETAIL);
	add(b, tcp(1, ST_ESTABLISHED, 5));
	assert_int_equal(snap_put_detail(b, packed, len, d.cgroup_id), 0);
	add(b, tcp(2, ST_ESTABLISHED, 6));
	s = seal(b);
	assert_false(snap_row_mark(s, 1, &mark));
	assert_int_equal(snap_row_cgroup(s, 1), IDX_NONE);
	b = snap_build(pool, s);
	snap_with(b, SIDE_DETAIL);
	row = snap_keep(b, 0, 5);
	assert_int_equal(row, 0);
	t = seal(b);
	assert_true(snap_row_mark(t, row, &mark));
	assert_int_equal(mark, 42);
	assert_int_equal(snap_row_cgroup(t, row), 0);
	assert_int_equal(t->cgroup[0].id, 9);
	snap_unref(s);
	snap_unref(t);
	snap_pool_free(pool);
}

static void test_snap_takes_no_more_than_its_limit(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	struct snap_builder *b = snap_build(pool, NULL);
	struct sock s = tcp(3, ST_ESTABLISHED, 7);
	struct sock_ext x = { .timer = 0 };

	(void)state;
	snap_limit(b, 2);
	add(b, tcp(1, ST_ESTABLISHED, 5));
	add(b, tcp(2, ST_ESTABLISHED, 6));
	assert_int_equal(snap_add(b, &s, &x), -EFBIG);
	s = tcp(2, ST_ESTABLISHED, 6);
	assert_int_equal(snap_add(b, &s, &x), 1);
	snap_abandon(b);
	/* The next one has none. */
	b = snap_build(pool, NULL);
	for (uint64_t i = 1; i < 10; i++)
		add(b, tcp(i, ST_ESTABLISHED, 5));
	snap_abandon(b);
	snap_pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_snap_drops_doubles_by_cookie),
		cmocka_unit_test(test_snap_joins_owners),
		cmocka_unit_test(test_snap_says_why_there_is_no_owner),
		cmocka_unit_test(test_snap_finds_listeners),
		cmocka_unit_test(test_snap_listener_of_the_bound_device),
		cmocka_unit_test(test_snap_reuseport_member_with_a_queue),
		cmocka_unit_test(test_snap_carries_ages),
		cmocka_unit_test(test_snap_takes_ages_that_are_told),
		cmocka_unit_test(test_snap_takes_facts_of_rows_in_their_state),
		cmocka_unit_test(test_snap_says_to_whom_a_copy_was_left),
		cmocka_unit_test(test_snap_has_measures_where_they_are_wanted),
		cmocka_unit_test(test_snap_compares_counters),
		cmocka_unit_test(test_snap_counts_no_past_of_what_it_has_not_seen),
		cmocka_unit_test(test_snap_counts_no_past_of_another_namespace),
		cmocka_unit_test(test_snap_counters_of_a_kept_row_stay),
		cmocka_unit_test(test_snap_has_details_where_they_are_wanted),
		cmocka_unit_test(test_snap_knows_no_new_ones_after_a_failure),
		cmocka_unit_test(test_snap_carries_states_not_asked_for),
		cmocka_unit_test(test_snap_keeps_a_row_for_one_sample),
		cmocka_unit_test(test_snap_keeps_the_details_of_a_row),
		cmocka_unit_test(test_snap_takes_no_more_than_its_limit),
		cmocka_unit_test(test_snap_users_and_names),
		cmocka_unit_test(test_snap_first_problem_stays),
		cmocka_unit_test(test_snap_memory_is_recycled),
		cmocka_unit_test(test_snap_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
