/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "brief.h"
#include "sockeye/collect/ended.h"
#include "sockeye/collect/nl.h"

/* ---- messages ------------------------------------------------------------ */

#define INFO_SIZE 280

/* One message as the kernel sends it. */
struct message {
	struct nlmsghdr h;
	struct inet_diag_msg m;
	struct nlattr protocol_head;
	uint8_t protocol, pad[3];
	struct nlattr info_head;
	uint8_t info[INFO_SIZE];
};

static struct message message(uint64_t cookie, uint16_t dport)
{
	return (struct message){
		.h = { .nlmsg_len = sizeof(struct message), .nlmsg_type = SOCK_DIAG_BY_FAMILY },
		.m = { .idiag_family = AF_INET,
		       .idiag_state = 7,
		       .id = { .idiag_sport = htons(8080),
			       .idiag_dport = htons(dport),
			       .idiag_src = { htonl(0x0a040007) },
			       .idiag_dst = { htonl(0x0a040111) },
			       .idiag_cookie = { (uint32_t)cookie, (uint32_t)(cookie >> 32) } } },
		.protocol_head = { .nla_len = NLA_HDRLEN + 1, .nla_type = INET_DIAG_PROTOCOL },
		.protocol = IPPROTO_TCP,
		.info_head = { .nla_len = NLA_HDRLEN + INFO_SIZE, .nla_type = INET_DIAG_INFO },
	};
}

static void put_u32(struct message *m, size_t offset, uint32_t n)
{
	memcpy(m->info + offset, &n, sizeof(n));
}

static void put_u64(struct message *m, size_t offset, uint64_t n)
{
	memcpy(m->info + offset, &n, sizeof(n));
}

/* Where struct tcp_info has them (linux/tcp.h). */
enum {
	LAST_DATA_SENT = 44,
	LAST_DATA_RECV = 52,
	RTT = 68,
	BYTES_ACKED = 120,
	BYTES_RECEIVED = 128,
	DATA_SEGS_IN = 152,
	DATA_SEGS_OUT = 156,
	BYTES_SENT = 200,
	BYTES_RETRANS = 208,
};

static int decode(const struct message *m, struct ended *x)
{
	*x = (struct ended){ .mono_ns = 7 };
	return ended_decode(&m->m, sizeof(*m) - sizeof(m->h), x);
}

static void test_ended_decodes_every_field(void **state)
{
	struct message m = message(UINT64_C(0x1005c1a02), 41844);
	struct ended x;
	char text[ADDR_TEXT_SIZE];

	(void)state;
	m.m.id.idiag_if = 5;
	put_u64(&m, BYTES_ACKED, 1002);
	put_u64(&m, BYTES_RECEIVED, 501);
	put_u64(&m, BYTES_SENT, 1100);
	put_u64(&m, BYTES_RETRANS, 100);
	assert_int_equal(decode(&m, &x), 0);
	addr_text(text, &x.local);
	assert_string_equal(text, "10.4.0.7");
	addr_text(text, &x.remote);
	assert_string_equal(text, "10.4.1.17");
	assert_int_equal(x.lport, 8080);
	assert_int_equal(x.rport, 41844);
	assert_int_equal(x.cookie, UINT64_C(0x1005c1a02));
	assert_int_equal(x.ifindex, 5);
	assert_int_equal(x.proto, PROTO_TCP);
	assert_int_equal(x.family, AF_INET);
	assert_int_equal(x.state, 0);
	assert_int_equal(x.mono_ns, 7);
	assert_int_equal(x.sent, 1100);
	assert_int_equal(x.retrans, 100);
	assert_int_equal(x.received, 501);
	assert_true(x.flags & ENDED_SENT && x.flags & ENDED_RECEIVED && x.flags & ENDED_OPENED);
}

/* A direction without data has its clock from the beginning. */
static void test_ended_tells_the_age_of_what_went_one_way(void **state)
{
	struct message m = message(1, 41844);
	struct ended x;

	(void)state;
	put_u32(&m, RTT, 25);
	put_u32(&m, LAST_DATA_SENT, 90);
	put_u32(&m, LAST_DATA_RECV, 3000);
	put_u32(&m, DATA_SEGS_OUT, 4);
	assert_int_equal(decode(&m, &x), 0);
	assert_int_equal(x.least_ms, 3000);
	assert_true(x.flags & ENDED_AGE);
	put_u32(&m, DATA_SEGS_IN, 1);
	assert_int_equal(decode(&m, &x), 0);
	assert_int_equal(x.least_ms, 3000);
	assert_false(x.flags & ENDED_AGE);
}

/* Its clocks count from the start of the machine. */
static void test_ended_knows_what_was_never_established(void **state)
{
	struct message m = message(1, 0);
	struct ended x;

	(void)state;
	put_u32(&m, LAST_DATA_SENT, 4251268);
	put_u32(&m, LAST_DATA_RECV, 4251268);
	assert_int_equal(decode(&m, &x), 0);
	assert_false(x.flags & (ENDED_OPENED | ENDED_AGE));
	assert_int_equal(x.least_ms, 0);
}

static void test_ended_takes_tcp_info_of_any_length(void **state)
{
	struct message m = message(1, 41844);
	struct ended x;

	(void)state;
	put_u64(&m, BYTES_RECEIVED, 501);
	put_u64(&m, BYTES_SENT, 1100);
	for (uint16_t len = 0; len <= INFO_SIZE; len++) {
		m.info_head.nla_len = (uint16_t)(NLA_HDRLEN + len);
		assert_int_equal(decode(&m, &x), 0);
		assert_int_equal((x.flags & ENDED_RECEIVED) != 0, len >= BYTES_RECEIVED + 8);
		assert_int_equal((x.flags & ENDED_SENT) != 0, len >= BYTES_RETRANS + 8);
		assert_int_equal(x.sent, len >= BYTES_RETRANS + 8 ? 1100 : 0);
	}
}

static void test_ended_leaves_out_what_is_not_ours(void **state)
{
	struct message m = message(1, 41844);
	struct ended x;

	(void)state;
	m.m.id.idiag_sport = 0;
	assert_int_equal(decode(&m, &x), 1);
	m = message(1, 41844);
	m.protocol = IPPROTO_SCTP;
	assert_int_equal(decode(&m, &x), 1);
	m = message(1, 41844);
	m.m.idiag_family = AF_UNIX;
	assert_int_equal(decode(&m, &x), 1);
	m = message(1, 41844);
	m.protocol_head.nla_type = INET_DIAG_MARK;
	assert_int_equal(decode(&m, &x), -EBADMSG);
	for (size_t len = 0; len < sizeof(m.m); len++)
		assert_int_equal(ended_decode(&m.m, len, &x), -EBADMSG);
}

/* ---- the feed ------------------------------------------------------------- */

struct bench {
	int kernel;
	struct ended_feed *feed;
	struct ended_list list;
};

static struct bench set_up(void)
{
	struct bench b = { .kernel = -1 };
	struct err e;
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends), 0);
	b.kernel = ends[0];
	assert_int_equal(ended_adopt(&b.feed, ends[1], &e), 0);
	return b;
}

static void tear_down(struct bench *b)
{
	ended_close(b->feed);
	ended_list_free(&b->list);
	close(b->kernel);
}

static void tell(struct bench *b, uint64_t cookie)
{
	struct message m = message(cookie, 41844);

	assert_int_equal(send(b->kernel, &m, sizeof(m), 0), sizeof(m));
}

static void wait_for_news(const struct bench *b)
{
	struct pollfd p = { .fd = ended_fd(b->feed), .events = POLLIN };

	assert_int_equal(poll(&p, 1, 20000), 1);
}

static void test_ended_feed_gives_all_in_their_order(void **state)
{
	struct bench b = set_up();
	uint64_t next = 1;

	(void)state;
	for (uint64_t cookie = 1; cookie <= 3000; cookie++) {
		tell(&b, cookie);
		if (cookie % 100 != 0)
			continue;
		wait_for_news(&b);
		assert_int_equal(ended_take(b.feed, &b.list), 0);
		for (uint32_t i = 0; i < b.list.n; i++)
			assert_int_equal(ended_at(&b.list, i)->cookie, next++);
	}
	while (next <= 3000) {
		assert_int_equal(ended_take(b.feed, &b.list), 0);
		for (uint32_t i = 0; i < b.list.n; i++)
			assert_int_equal(ended_at(&b.list, i)->cookie, next++);
	}
	assert_false(ended_list_lost(&b.list));
	tear_down(&b);
}

static void test_ended_feed_counts_what_it_cannot_read(void **state)
{
	struct bench b = set_up();
	uint32_t n = 0;
	uint64_t lost = 0;

	(void)state;
	assert_int_equal(send(b.kernel, "nonsense", 8, 0), 8);
	tell(&b, 1);
	while (n + lost < 2) {
		wait_for_news(&b);
		assert_int_equal(ended_take(b.feed, &b.list), 0);
		n += b.list.n;
		lost += b.list.lost;
	}
	assert_int_equal(n, 1);
	assert_int_equal(lost, 1);
	tear_down(&b);
}

/* Nobody takes: the list does not grow, and every one is kept or counted. */
static void test_ended_feed_is_bounded(void **state)
{
	const uint64_t many = ENDED_MAX + 5000;
	struct bench b = set_up();
	uint64_t seen = 0;

	(void)state;
	for (uint64_t cookie = 1; cookie <= many; cookie++)
		tell(&b, cookie); /* waits for room in the socket */
	while (seen < many) {
		assert_int_equal(ended_take(b.feed, &b.list), 0);
		assert_true(b.list.n <= ENDED_MAX);
		seen += b.list.n + b.list.lost;
	}
	assert_int_equal(seen, many);
	tear_down(&b);
}

/* ---- what came and went ---------------------------------------------------- */

static struct sock row(uint64_t cookie, unsigned st, uint16_t rport)
{
	static const uint8_t here[4] = { 10, 4, 0, 7 }, there[4] = { 10, 4, 1, 17 };
	static const uint8_t none[4] = { 0 };

	return (struct sock){ .cookie = cookie,
			      .proto = PROTO_TCP,
			      .state = (uint8_t)st,
			      .family = AF_INET,
			      .local = addr_v4(here),
			      .remote = addr_v4(rport != 0 ? there : none),
			      .lport = 8080,
			      .rport = rport };
}

static struct ended gone(uint64_t cookie, uint16_t rport, uint8_t flags)
{
	struct sock s = row(cookie, ST_ESTABLISHED, rport);

	return (struct ended){ .local = s.local,
			       .remote = s.remote,
			       .cookie = cookie,
			       .sent = 1000,
			       .retrans = 100,
			       .received = 50,
			       .lport = s.lport,
			       .rport = rport,
			       .family = AF_INET,
			       .proto = PROTO_TCP,
			       .flags = flags };
}

static void add_gone(struct ended_list *l, struct ended x)
{
	struct ended *place = arena_push(&l->mem, sizeof(x));

	assert_non_null(place);
	*place = x;
	l->n++;
}

static void add_row(struct snap_builder *b, struct sock s)
{
	struct sock_ext x = { .timer = 0 };

	assert_int_equal(snap_add(b, &s, &x), 0);
}

static void begin(struct snap_builder *b, enum source_status tcp)
{
	int64_t ns = snap_prev(b) != NULL ? 3000000000 : 1000000000;

	snap_set_times(b, ns, ns);
	if (tcp == SOURCE_OK)
		snap_source_ok(b, SRC_TCP);
	else
		snap_source_fail(b, SRC_TCP, tcp, "it is so");
	snap_source_ok(b, SRC_UDP);
}

/* A sample with one socket, then one with another and a listener, and this list between them. */
static const struct snap *two_samples(struct snap_pool *pool, const struct ended_list *l,
				      const struct want *w, enum source_status tcp)
{
	struct snap_builder *b = snap_build(pool, NULL);
	const struct snap *before, *s;

	snap_with(b, SIDE_TCP);
	begin(b, tcp);
	add_row(b, row(1, ST_ESTABLISHED, 41001));
	before = snap_seal(b);
	assert_non_null(before);
	b = snap_build(pool, before);
	snap_with(b, SIDE_TCP);
	begin(b, SOURCE_OK);
	add_row(b, row(2, ST_TIME_WAIT, 41002));
	add_row(b, row(9, ST_LISTEN, 0));
	assert_int_equal(brief_add(b, l, w), 0);
	s = snap_seal(b);
	assert_non_null(s);
	snap_unref(before);
	return s;
}

static const struct want wants = { .protos = PROTO_BIT(PROTO_TCP) | PROTO_BIT(PROTO_UDP),
				   .brief = true };

static void test_brief_is_what_no_sample_has(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	struct ended_list l = { .n = 0 };
	const struct snap *s;

	(void)state;
	add_gone(&l, gone(1, 41001, ENDED_OPENED)); /* was there before */
	add_gone(&l, gone(2, 41002, ENDED_OPENED)); /* is there, in TIME_WAIT */
	add_gone(&l, gone(3, 41003, ENDED_OPENED));
	add_gone(&l, gone(4, 41004, 0));            /* forgotten, but it came in */
	add_gone(&l, gone(5, 0, 0));                /* never was connected */
	add_gone(&l, gone(6, 41002, ENDED_OPENED)); /* is there, in TIME_WAIT by another cookie */
	s = two_samples(pool, &l, &wants, SOURCE_OK);
	assert_true(s->brief_known);
	assert_int_equal(s->n_sock, 2);
	assert_int_equal(s->n_brief, 2);
	for (uint32_t i = 2; i < 4; i++) {
		assert_int_equal(s->sock[i].cookie, i + 1);
		assert_int_equal(s->sock[i].flags, SOCK_NEW | SOCK_BRIEF);
		assert_int_equal(s->sock[i].state, ST_ESTABLISHED);
		assert_int_equal(s->ext[i].listener, 1);
	}
	assert_int_equal(snap_find(s, 3), IDX_NONE);
	/* What they carried, they carried since the sample before; so did the one in TIME_WAIT. */
	assert_true(s->rated);
	assert_int_equal(s->tcp[2].out, 900);
	assert_int_equal(s->tcp[2].in, 50);
	assert_int_equal(s->tcp[0].out, 900);
	assert_int_equal(s->tcp[1].out, 0);
	snap_unref(s);
	snap_pool_free(pool);
	ended_list_free(&l);
}

/* What was not told of may have been there all the time. */
static void test_brief_is_not_guessed(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	struct ended_list l = { .n = 0, .lost = 3 };
	struct thin thin = { .choice = 1 };
	struct want other = wants, some = wants;
	const struct snap *s;

	(void)state;
	add_gone(&l, gone(3, 41003, ENDED_OPENED));
	s = two_samples(pool, &l, &wants, SOURCE_PARTIAL);
	assert_int_equal(s->n_brief, 0);
	assert_false(s->brief_known);
	assert_int_equal(s->brief_lost, 3);
	snap_unref(s);
	for (unsigned p = 0; p < PROTO_COUNT; p++)
		thin.states[p] = ST_ALL;
	other.thin = &thin;
	s = two_samples(pool, &l, &other, SOURCE_OK);
	assert_int_equal(s->n_brief, 0);
	snap_unref(s);
	thin.choice = 0;
	some.thin = &thin;
	s = two_samples(pool, &l, &some, SOURCE_OK);
	assert_int_equal(s->n_brief, 1);
	snap_unref(s);
	thin.states[PROTO_TCP] = ST_BIT(ST_CLOSE_WAIT);
	s = two_samples(pool, &l, &some, SOURCE_OK);
	assert_int_equal(s->n_brief, 0);
	snap_unref(s);
	snap_pool_free(pool);
	ended_list_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ended_decodes_every_field),
		cmocka_unit_test(test_ended_tells_the_age_of_what_went_one_way),
		cmocka_unit_test(test_ended_knows_what_was_never_established),
		cmocka_unit_test(test_ended_takes_tcp_info_of_any_length),
		cmocka_unit_test(test_ended_leaves_out_what_is_not_ours),
		cmocka_unit_test(test_ended_feed_gives_all_in_their_order),
		cmocka_unit_test(test_ended_feed_counts_what_it_cannot_read),
		cmocka_unit_test(test_ended_feed_is_bounded),
		cmocka_unit_test(test_brief_is_what_no_sample_has),
		cmocka_unit_test(test_brief_is_not_guessed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
