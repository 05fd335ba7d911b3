/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>

#include "fakenl.h"
#include "sockeye/collect/devices.h"
#include "sockeye/collect/inet_diag.h"

static const struct inet_query tcp = { .proto = PROTO_TCP, .family = AF_UNSPEC };
static const struct inet_query udp4 = { .proto = PROTO_UDP, .family = AF_INET };
static const struct inet_query udp6 = { .proto = PROTO_UDP, .family = AF_INET6 };

/* ---- hand-made messages ---------------------------------------------- */

static struct inet_diag_msg message_v4(void)
{
	struct inet_diag_msg m = {
		.idiag_family = AF_INET,
		.idiag_state = 8,
		.idiag_timer = 2,
		.idiag_retrans = 3,
		.id = {
			.idiag_sport = htons(8080),
			.idiag_dport = htons(41844),
			.idiag_src = { htonl(0x0a040007) },
			.idiag_dst = { htonl(0x0a040111) },
			.idiag_if = 5,
			.idiag_cookie = { 0x5c1a02, 0x1 },
		},
		.idiag_expires = 7200000,
		.idiag_rqueue = 38013,
		.idiag_wqueue = 17,
		.idiag_uid = 998,
		.idiag_inode = 884122,
	};

	return m;
}

static int decode(const struct inet_query *q, const struct inet_diag_msg *m, struct sock *s,
		  struct sock_ext *x)
{
	return inet_diag_decode(q, m, sizeof(*m), s, x);
}

static void test_inet_diag_decodes_every_field(void **state)
{
	struct inet_diag_msg m = message_v4();
	struct sock s;
	struct sock_ext x;
	char text[ADDR_TEXT_SIZE];

	(void)state;
	assert_int_equal(decode(&tcp, &m, &s, &x), 0);
	addr_text(text, &s.local);
	assert_string_equal(text, "10.4.0.7");
	addr_text(text, &s.remote);
	assert_string_equal(text, "10.4.1.17");
	assert_int_equal(s.lport, 8080);
	assert_int_equal(s.rport, 41844);
	assert_int_equal(s.cookie, UINT64_C(0x1005c1a02));
	assert_int_equal(s.ino, 884122);
	assert_int_equal(s.uid, 998);
	assert_int_equal(s.rxq, 38013);
	assert_int_equal(s.txq, 17);
	assert_int_equal(s.family, AF_INET);
	assert_int_equal(s.proto, PROTO_TCP);
	assert_int_equal(s.state, ST_CLOSE_WAIT);
	assert_int_equal(s.flags, 0);
	assert_int_equal(x.ifindex, 5);
	assert_int_equal(x.timer, 2);
	assert_int_equal(x.retrans, 3);
	assert_int_equal(x.expires_ms, 7200000);
}

static void test_inet_diag_decodes_ipv6(void **state)
{
	struct inet_diag_msg m = message_v4();
	struct sock s;
	struct sock_ext x;
	char text[ADDR_TEXT_SIZE];

	(void)state;
	m.idiag_family = AF_INET6;
	assert_int_equal(inet_pton(AF_INET6, "2001:db8::5", m.id.idiag_src), 1);
	assert_int_equal(inet_pton(AF_INET6, "::ffff:127.0.0.1", m.id.idiag_dst), 1);
	assert_int_equal(decode(&tcp, &m, &s, &x), 0);
	assert_int_equal(s.family, AF_INET6);
	addr_text(text, &s.local);
	assert_string_equal(text, "2001:db8::5");
	assert_true(addr_is_v4(&s.remote));
}

static void test_inet_diag_folds_states_of_the_kernel(void **state)
{
	static const uint8_t shown[] = {
		0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ST_SYN_RECV, ST_CLOSE
	};
	struct inet_diag_msg m = message_v4();
	struct sock s;
	struct sock_ext x;

	(void)state;
	for (unsigned st = 0; st < 256; st++) {
		bool known = st > 0 && st < sizeof(shown);

		m.idiag_state = (uint8_t)st;
		assert_int_equal(decode(&tcp, &m, &s, &x), known ? 0 : -EBADMSG);
		if (known)
			assert_int_equal(s.state, shown[st]);
	}
}

static void test_inet_diag_takes_a_wrapped_timer_for_due(void **state)
{
	struct inet_diag_msg m = message_v4();
	struct sock s;
	struct sock_ext x;

	(void)state;
	m.idiag_expires = INT32_MAX;
	assert_int_equal(decode(&tcp, &m, &s, &x), 0);
	assert_int_equal(x.expires_ms, INT32_MAX);
	m.idiag_expires = (uint32_t)-10;
	assert_int_equal(decode(&tcp, &m, &s, &x), 0);
	assert_int_equal(x.expires_ms, 0);
}

static void test_inet_diag_wants_the_whole_message(void **state)
{
	struct inet_diag_msg m = message_v4();
	struct sock s;
	struct sock_ext x;

	(void)state;
	for (size_t len = 0; len < sizeof(m); len++)
		assert_int_equal(inet_diag_decode(&tcp, &m, len, &s, &x), -EBADMSG);
}

/* A kernel newer than we are may put anything behind what we know. */
static void test_inet_diag_passes_over_attributes(void **state)
{
	struct {
		struct inet_diag_msg m;
		unsigned char behind[64];
	} big = { .m = message_v4() };
	struct sock s;
	struct sock_ext x;

	(void)state;
	memset(big.behind, 0xff, sizeof(big.behind));
	for (size_t len = sizeof(big.m); len <= sizeof(big); len++) {
		assert_int_equal(inet_diag_decode(&tcp, &big, len, &s, &x), 0);
		assert_int_equal(inet_diag_decode(&udp4, &big, len, &s, &x), 0);
	}
}

static void test_inet_diag_keeps_other_families_out(void **state)
{
	struct inet_diag_msg m = message_v4();
	struct sock s;
	struct sock_ext x;

	(void)state;
	assert_int_equal(decode(&udp6, &m, &s, &x), 1);
	m.idiag_family = AF_INET6;
	assert_int_equal(decode(&udp4, &m, &s, &x), 1);
	assert_int_equal(decode(&udp6, &m, &s, &x), 0);
	m.idiag_family = AF_UNIX;
	assert_int_equal(decode(&tcp, &m, &s, &x), 1);
}

static void test_inet_diag_keeps_other_protocols_out(void **state)
{
	struct {
		struct inet_diag_msg m;
		struct nlattr mark;
		uint32_t mark_value;
		struct nlattr protocol;
		uint8_t protocol_value, pad[3];
	} row = {
		.m = message_v4(),
		.mark = { .nla_len = 8, .nla_type = INET_DIAG_MARK },
		.protocol = { .nla_len = 5, .nla_type = INET_DIAG_PROTOCOL },
		.protocol_value = IPPROTO_UDPLITE,
	};
	struct sock s;
	struct sock_ext x;

	(void)state;
	assert_int_equal(inet_diag_decode(&udp4, &row, sizeof(row), &s, &x), 1);
	row.protocol_value = IPPROTO_UDP;
	assert_int_equal(inet_diag_decode(&udp4, &row, sizeof(row), &s, &x), 0);
	/* Cut off behind the attribute's head, it says nothing. */
	row.protocol_value = IPPROTO_UDPLITE;
	assert_int_equal(inet_diag_decode(&udp4, &row, sizeof(row) - 4, &s, &x), 0);
}

static void test_inet_diag_makes_a_cookie_where_there_is_none(void **state)
{
	struct inet_diag_msg m = message_v4();
	struct sock a, b;
	struct sock_ext x;

	(void)state;
	memset(m.id.idiag_cookie, 0, sizeof(m.id.idiag_cookie));
	assert_int_equal(decode(&tcp, &m, &a, &x), 0);
	assert_int_equal(a.flags, SOCK_NO_COOKIE);
	assert_true(a.cookie >> 63);
	memset(m.id.idiag_cookie, 0xff, sizeof(m.id.idiag_cookie));
	assert_int_equal(decode(&tcp, &m, &b, &x), 0);
	assert_true(a.cookie == b.cookie);
	m.id.idiag_dport++;
	assert_int_equal(decode(&tcp, &m, &b, &x), 0);
	assert_true(a.cookie != b.cookie);
}

/* ---- whole dumps ----------------------------------------------------- */

struct fixture {
	struct fakenl k;
	struct snap_pool *pool;
	struct snap_builder *b;
	struct nl_stats st;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fakenl_open(&f->k);
	f->pool = snap_pool_new();
	f->b = snap_build(f->pool, NULL);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	snap_abandon(f->b);
	snap_pool_free(f->pool);
	fakenl_close(&f->k);
	free(f);
	return 0;
}

static int dump(struct fixture *f, const struct inet_query *q)
{
	return inet_diag_dump(f->k.nl, q, f->b, -1, &f->st);
}

static uint32_t rows(const struct fixture *f)
{
	uint32_t n;

	snap_rows(f->b, &n);
	return n;
}

static bool is_little_endian(void)
{
	return htons(1) != 1;
}

/* Recorded with two sockets in each state, one dual-stack listener and two IPv6 connections. */
static void test_inet_diag_reads_a_recorded_dump_of_tcp(void **state)
{
	static const unsigned expected[ST_COUNT] = {
		[ST_ESTABLISHED] = 14, [ST_SYN_SENT] = 2,  [ST_SYN_RECV] = 2, [ST_FIN_WAIT1] = 2,
		[ST_FIN_WAIT2] = 6,    [ST_TIME_WAIT] = 2, [ST_CLOSE] = 2,    [ST_CLOSE_WAIT] = 2,
		[ST_LAST_ACK] = 2,     [ST_LISTEN] = 12,   [ST_CLOSING] = 2,
	};
	struct fixture *f = *state;
	unsigned count[ST_COUNT] = { 0 }, mapped = 0;
	struct devices devices = { 0 };
	struct inet_query q = tcp;
	const struct sock *s;
	uint32_t n;

	if (!is_little_endian())
		skip();
	q.devices = &devices;
	fakenl_replay(&f->k, "tcp");
	assert_int_equal(dump(f, &q), 0);
	assert_int_equal(f->st.dropped, 0);
	s = snap_rows(f->b, &n);
	for (uint32_t i = 0; i < n; i++) {
		count[s[i].state]++;
		mapped += s[i].family == AF_INET6 && addr_is_v4(&s[i].local);
		if (s[i].state == ST_TIME_WAIT || s[i].state == ST_SYN_RECV)
			assert_int_equal(s[i].ino, 0);
		if (s[i].lport == 9443 && s[i].state == ST_LISTEN) {
			assert_int_equal(s[i].family, AF_INET6);
			assert_int_equal(s[i].rxq, 1);
			assert_int_equal(s[i].txq, 5);
		}
	}
	assert_memory_equal(count, expected, sizeof(count));
	assert_int_equal(mapped, 1);
	assert_int_equal(devices.n, 1);
	assert_int_equal(devices.ifindex[0], 1);
}

static void test_inet_diag_reads_recorded_dumps_of_udp(void **state)
{
	struct fixture *f = *state;
	const struct sock *s;
	uint32_t n;

	if (!is_little_endian())
		skip();
	fakenl_replay(&f->k, "udp4");
	assert_int_equal(dump(f, &udp4), 0);
	f->k.seq++;
	fakenl_replay(&f->k, "udp6");
	assert_int_equal(dump(f, &udp6), 0);
	assert_int_equal(f->st.dropped, 0);
	s = snap_rows(f->b, &n);
	assert_int_equal(n, 3);
	assert_int_equal(s[0].lport, 5353);
	assert_int_equal(s[0].state, ST_CLOSE);
	assert_int_equal(s[0].rxq, 832);
	assert_int_equal(s[1].rport, 5353);
	assert_int_equal(s[1].state, ST_ESTABLISHED);
	assert_int_equal(s[2].family, AF_INET6);
	assert_int_equal(s[2].uid, 1000);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(s[i].proto, PROTO_UDP);
}

static void test_inet_diag_asks_for_all_of_tcp_at_once(void **state)
{
	struct fixture *f = *state;
	struct {
		struct nlmsghdr h;
		struct inet_diag_req r;
	} sent;
	struct inet_query q = tcp;

	for (uint32_t close = 0; close < 2; close++) {
		q.close = close;
		f->k.seq = close + 1;
		fakenl_done(&f->k, 0);
		assert_int_equal(dump(f, &q), 0);
		assert_int_equal(fakenl_request(&f->k, &sent, sizeof(sent)), sizeof(sent));
		assert_int_equal(sent.h.nlmsg_type, TCPDIAG_GETSOCK);
		assert_int_equal(sent.r.idiag_ext, 0);
		assert_int_equal(sent.r.idiag_states, 0xfff | close << 13);
	}
}

static void test_inet_diag_asks_for_udp_by_family(void **state)
{
	struct fixture *f = *state;
	struct {
		struct nlmsghdr h;
		struct inet_diag_req_v2 r;
	} sent;

	fakenl_done(&f->k, 0);
	assert_int_equal(dump(f, &udp6), 0);
	assert_int_equal(fakenl_request(&f->k, &sent, sizeof(sent)), sizeof(sent));
	assert_int_equal(sent.h.nlmsg_type, SOCK_DIAG_BY_FAMILY);
	assert_int_equal(sent.r.sdiag_family, AF_INET6);
	assert_int_equal(sent.r.sdiag_protocol, IPPROTO_UDP);
	assert_int_equal(sent.r.idiag_ext, 0);
	assert_int_equal(sent.r.idiag_states, 0xfff);
}

static void test_inet_diag_asks_for_states_and_sends_the_program(void **state)
{
	static const char program[12] = "abcdefghijk";
	struct fixture *f = *state;
	struct {
		struct nlmsghdr h;
		struct inet_diag_req r;
		struct nlattr a;
		char code[sizeof(program)];
	} sent;
	struct inet_query q = tcp;

	q.states = ST_BIT(ST_CLOSE_WAIT) | ST_BIT(ST_SYN_RECV);
	q.code = program;
	q.code_len = sizeof(program);
	fakenl_done(&f->k, 0);
	assert_int_equal(dump(f, &q), 0);
	assert_int_equal(fakenl_request(&f->k, &sent, sizeof(sent)), sizeof(sent));
	assert_int_equal(sent.r.idiag_states, 1 << 8 | 1 << 3);
	assert_int_equal(sent.a.nla_type, INET_DIAG_REQ_BYTECODE);
	assert_int_equal(sent.a.nla_len, sizeof(sent.a) + sizeof(program));
	assert_memory_equal(sent.code, program, sizeof(program));
}

static void test_inet_diag_sends_no_program_that_does_not_fit(void **state)
{
	static const char program[NL_BUFFER_SIZE];
	struct fixture *f = *state;
	struct inet_query q = tcp;

	q.code = program;
	q.code_len = sizeof(program);
	assert_int_equal(dump(f, &q), -EMSGSIZE);
}

static void add_row(struct fixture *f, uint32_t cookie)
{
	struct inet_diag_msg m = message_v4();

	m.id.idiag_cookie[0] = cookie;
	fakenl_add(&f->k, TCPDIAG_GETSOCK, &m, sizeof(m));
}

static void test_inet_diag_keeps_doubles_out(void **state)
{
	struct fixture *f = *state;

	add_row(f, 1);
	add_row(f, 2);
	add_row(f, 1);
	fakenl_done(&f->k, 0);
	assert_int_equal(dump(f, &tcp), 0);
	assert_int_equal(rows(f), 2);
}

static void test_inet_diag_repeats_an_interrupted_dump(void **state)
{
	struct fixture *f = *state;

	f->k.flags |= NLM_F_DUMP_INTR;
	add_row(f, 1);
	fakenl_done(&f->k, 0);
	f->k.flags = NLM_F_MULTI;
	f->k.seq = 2;
	add_row(f, 1);
	add_row(f, 2);
	fakenl_done(&f->k, 0);
	assert_int_equal(dump(f, &tcp), 0);
	assert_false(f->st.interrupted);
	assert_int_equal(rows(f), 2);
}

static void test_inet_diag_does_not_repeat_for_ever(void **state)
{
	struct fixture *f = *state;

	f->k.flags |= NLM_F_DUMP_INTR;
	for (f->k.seq = 1; f->k.seq <= 3; f->k.seq++) {
		add_row(f, f->k.seq);
		fakenl_done(&f->k, 0);
	}
	assert_int_equal(dump(f, &tcp), 0);
	assert_true(f->st.interrupted);
	assert_int_equal(rows(f), 3);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inet_diag_decodes_every_field),
		cmocka_unit_test(test_inet_diag_decodes_ipv6),
		cmocka_unit_test(test_inet_diag_folds_states_of_the_kernel),
		cmocka_unit_test(test_inet_diag_takes_a_wrapped_timer_for_due),
		cmocka_unit_test(test_inet_diag_wants_the_whole_message),
		cmocka_unit_test(test_inet_diag_passes_over_attributes),
		cmocka_unit_test(test_inet_diag_keeps_other_families_out),
		cmocka_unit_test(test_inet_diag_keeps_other_protocols_out),
		cmocka_unit_test(test_inet_diag_makes_a_cookie_where_there_is_none),
		WITH_FIXTURE(test_inet_diag_reads_a_recorded_dump_of_tcp),
		WITH_FIXTURE(test_inet_diag_reads_recorded_dumps_of_udp),
		WITH_FIXTURE(test_inet_diag_asks_for_all_of_tcp_at_once),
		WITH_FIXTURE(test_inet_diag_asks_for_udp_by_family),
		WITH_FIXTURE(test_inet_diag_asks_for_states_and_sends_the_program),
		WITH_FIXTURE(test_inet_diag_sends_no_program_that_does_not_fit),
		WITH_FIXTURE(test_inet_diag_keeps_doubles_out),
		WITH_FIXTURE(test_inet_diag_repeats_an_interrupted_dump),
		WITH_FIXTURE(test_inet_diag_does_not_repeat_for_ever),
	};

	return cmocka_run_group_tests_name("inet_diag", tests, NULL, NULL);
}
