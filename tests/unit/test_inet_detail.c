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
#include "sockeye/base/mem.h"
#include "sockeye/collect/inet_detail.h"

#define COOKIE UINT64_C(0x1005c1a02)

/* ---- hand-made messages ---------------------------------------------- */

struct message {
	_Alignas(8) unsigned char bytes[4096];
	size_t len;
};

static void begin(struct message *m)
{
	const struct inet_diag_msg head = {
		.idiag_family = AF_INET,
		.idiag_state = 1,
		.id = { .idiag_cookie = { (uint32_t)COOKIE, COOKIE >> 32 } },
	};

	memcpy(m->bytes, &head, sizeof(head));
	m->len = sizeof(head);
}

static void add(struct message *m, uint16_t type, const void *payload, size_t len)
{
	struct nlattr a = { .nla_len = (uint16_t)(NLA_HDRLEN + len), .nla_type = type };

	memcpy(m->bytes + m->len, &a, sizeof(a));
	memcpy(m->bytes + m->len + NLA_HDRLEN, payload, len);
	m->len += NLA_HDRLEN + NLA_ALIGN(len);
}

static struct detail decode(const struct message *m)
{
	struct detail d = { .cookie = COOKIE };

	assert_int_equal(inet_detail_decode(m->bytes, m->len, &d), 0);
	return d;
}

static void test_inet_detail_takes_every_attribute(void **state)
{
	static const uint32_t skmem[SKMEM_COUNT] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	static const uint32_t bbr[5] = { 10, 11, 12, 13, 14 };
	static const uint32_t vegas[4] = { 1, 16, 17, 18 };
	const struct tcp_dctcp_info dctcp = { 1, 0, 20, 21, 22 };
	const uint32_t mark = 0x2a, class_id = 7, rtt = 12345;
	const uint64_t cgroup = 99;
	const uint8_t shutdown = 2, tos = 16, tclass = 32, v6only = 1, options[2] = { 0x82, 0x01 };
	unsigned char info[120] = { 1 };
	struct message m = { .len = 0 }, ulp = { .len = 0 };
	struct detail d;
	uint64_t value;

	(void)state;
	memcpy(info + 68, &rtt, sizeof(rtt));
	begin(&m);
	add(&m, INET_DIAG_INFO, info, sizeof(info));
	add(&m, INET_DIAG_CONG, "cubic", 6);
	add(&m, INET_DIAG_SKMEMINFO, skmem, sizeof(skmem));
	add(&m, INET_DIAG_SHUTDOWN, &shutdown, 1);
	add(&m, INET_DIAG_TOS, &tos, 1);
	add(&m, INET_DIAG_TCLASS, &tclass, 1);
	add(&m, INET_DIAG_SKV6ONLY, &v6only, 1);
	add(&m, INET_DIAG_MARK, &mark, 4);
	add(&m, INET_DIAG_CLASS_ID, &class_id, 4);
	add(&m, INET_DIAG_CGROUP_ID, &cgroup, 8);
	add(&m, INET_DIAG_SOCKOPT, options, 2);
	add(&m, INET_DIAG_BBRINFO, bbr, sizeof(bbr));
	add(&m, INET_DIAG_DCTCPINFO, &dctcp, sizeof(dctcp));
	add(&m, INET_DIAG_VEGASINFO, vegas, sizeof(vegas));
	add(&ulp, INET_ULP_INFO_NAME, "tls", 4);
	add(&m, INET_DIAG_ULP_INFO, ulp.bytes, ulp.len);
	d = decode(&m);
	assert_int_equal(d.has, DETAIL_SKMEM | DETAIL_SHUTDOWN | DETAIL_TOS | DETAIL_TCLASS |
					DETAIL_V6ONLY | DETAIL_MARK | DETAIL_CLASS_ID |
					DETAIL_CGROUP | DETAIL_OPTIONS | DETAIL_BBR | DETAIL_DCTCP |
					DETAIL_VEGAS);
	assert_memory_equal(d.vegas, vegas, sizeof(vegas));
	assert_int_equal(d.skmem_known, SKMEM_COUNT);
	assert_memory_equal(d.skmem, skmem, sizeof(skmem));
	assert_memory_equal(d.bbr, bbr, sizeof(bbr));
	assert_int_equal(d.dctcp[0], 1);
	assert_int_equal(d.dctcp[4], 22);
	assert_int_equal(d.shutdown, 2);
	assert_int_equal(d.tos, 16);
	assert_int_equal(d.tclass, 32);
	assert_true(d.v6only);
	assert_int_equal(d.mark, 0x2a);
	assert_int_equal(d.class_id, 7);
	assert_int_equal(d.cgroup_id, 99);
	assert_int_equal(d.options, 0x182);
	assert_string_equal(d.congestion, "cubic");
	assert_string_equal(d.ulp, "tls");
	assert_int_equal(d.tcp_len, 120);
	assert_true(detail_tcp(&d, TCPI_RTT, &value));
	assert_int_equal(value, 12345);
	assert_false(detail_tcp(&d, TCPI_BYTES_ACKED, &value)); /* came with Linux 4.1 */
}

static void add_nest(struct message *to, uint16_t type, const struct message *nest)
{
	add(to, type, nest->bytes, nest->len);
}

static void test_inet_detail_reads_what_is_above_tcp(void **state)
{
	const uint16_t version = 0x304, cipher = 52, conf = 2, map_len = 7;
	const uint32_t token = 0xed4c8b7c;
	const uint64_t seq = UINT64_C(0xb7d31cedd30af4c4);
	const uint8_t id = 9;
	struct message m = { .len = 0 }, ulp = { .len = 0 }, tls = { .len = 0 };
	struct detail d;

	(void)state;
	add(&tls, 1, &version, 2);
	add(&tls, 2, &cipher, 2);
	add(&tls, 3, &conf, 2);
	add(&tls, 4, &conf, 1); /* too short */
	add(&tls, 6, "", 0);
	add_nest(&ulp, INET_ULP_INFO_TLS, &tls);
	begin(&m);
	add_nest(&m, INET_DIAG_ULP_INFO, &ulp);
	d = decode(&m);
	assert_int_equal(d.has, DETAIL_TLS);
	assert_string_equal(detail_tls_version(d.tls.version), "1.3");
	assert_string_equal(detail_tls_cipher(d.tls.cipher), "aes-gcm-256");
	assert_string_equal(detail_tls_conf(d.tls.tx), "sw");
	assert_int_equal(d.tls.rx, 0);
	assert_false(d.tls.zc_ro_tx);
	assert_true(d.tls.rx_no_pad);

	ulp.len = tls.len = 0;
	add(&tls, 2, &token, 4);
	add(&tls, 4, &seq, 8);
	add(&tls, 7, &map_len, 2);
	add(&tls, 10, &id, 1);
	add_nest(&ulp, INET_ULP_INFO_MPTCP, &tls);
	begin(&m);
	add_nest(&m, INET_DIAG_ULP_INFO | NLA_F_NESTED, &ulp);
	d = decode(&m);
	assert_int_equal(d.has, DETAIL_SUBFLOW);
	assert_int_equal(d.subflow.token_local, token);
	assert_true(d.subflow.map_seq == seq);
	assert_int_equal(d.subflow.map_len, 7);
	assert_int_equal(d.subflow.id_local, 9);
	assert_int_equal(d.subflow.token_remote, 0);
}

/* The nest says that it is longer than what is there, or its attributes do. */
static void test_inet_detail_ends_where_a_nest_ends(void **state)
{
	const uint16_t version = 0x303;
	struct message whole = { .len = 0 }, ulp = { .len = 0 }, tls = { .len = 0 };

	(void)state;
	add(&tls, 1, &version, 2);
	add_nest(&ulp, INET_ULP_INFO_TLS, &tls);
	begin(&whole);
	add_nest(&whole, INET_DIAG_ULP_INFO, &ulp);
	for (size_t at = sizeof(struct inet_diag_msg); at < whole.len; at++) {
		for (unsigned value = 0; value < 256; value++) {
			struct message m = whole;
			unsigned char *exact = malloc(m.len);
			struct detail d = { .cookie = COOKIE };

			m.bytes[at] = (unsigned char)value;
			memcpy(exact, m.bytes, m.len);
			assert_int_equal(inet_detail_decode(exact, m.len, &d), 0);
			free(exact);
		}
	}
}

static void test_inet_detail_is_asked_for_in_parts(void **state)
{
	(void)state;
	assert_int_equal(inet_detail_ext(0), 0);
	assert_int_equal(inet_detail_ext(DETAIL_PART_MEMORY), 1 << (INET_DIAG_SKMEMINFO - 1));
	assert_int_equal(inet_detail_ext(DETAIL_PART_SOCKET),
			 1 << (INET_DIAG_TOS - 1) | 1 << (INET_DIAG_TCLASS - 1));
	assert_int_equal(inet_detail_ext(DETAIL_PART_INFO), 1 << (INET_DIAG_INFO - 1) |
								    1 << (INET_DIAG_CONG - 1) |
								    1 << (INET_DIAG_VEGASINFO - 1));
}

/* An old kernel gives less, a new one more. */
static void test_inet_detail_goes_by_length(void **state)
{
	static const unsigned char many[600] = { [599] = 1 };
	struct message m;
	struct detail d;

	(void)state;
	begin(&m);
	add(&m, INET_DIAG_INFO, many, sizeof(many));
	add(&m, INET_DIAG_CONG, "0123456789012345678901234567890123456789", 40);
	add(&m, INET_DIAG_SKMEMINFO, "\1\0\0\0\2\0\0\0", 8);
	add(&m, INET_DIAG_TOS, "", 0);
	add(&m, INET_DIAG_MARK, "\1\2\3", 3);
	add(&m, INET_DIAG_BBRINFO, many, 19);
	add(&m, INET_DIAG_DCTCPINFO, many, 15);
	add(&m, INET_DIAG_CGROUP_ID, many, 7);
	add(&m, INET_DIAG_SOCKOPT, many, 1);
	d = decode(&m);
	assert_int_equal(d.tcp_len, 600);
	assert_int_equal(strlen(d.congestion), DETAIL_NAME_SIZE - 1);
	assert_int_equal(d.has, DETAIL_SKMEM);
	assert_int_equal(d.skmem[SKMEM_DROPS], 0);
	assert_int_equal(d.skmem_known, 2);
}

static void test_inet_detail_ends_where_the_message_ends(void **state)
{
	struct message m;
	struct detail d;

	(void)state;
	begin(&m);
	add(&m, INET_DIAG_CONG, "reno", 5);
	for (size_t cut = 0; cut < m.len; cut++) {
		d = (struct detail){ .cookie = COOKIE };
		assert_int_equal(inet_detail_decode(m.bytes, cut, &d),
				 cut < sizeof(struct inet_diag_msg) ? -EBADMSG : 0);
		if (cut < sizeof(struct inet_diag_msg) + NLA_HDRLEN + 5)
			assert_string_equal(d.congestion, "");
	}
}

static void test_inet_detail_keeps_no_keys(void **state)
{
	static const char key[80] = "sesame, open";
	struct message m;
	struct detail d, without = { .cookie = COOKIE };

	(void)state;
	begin(&m);
	add(&m, INET_DIAG_MD5SIG, key, sizeof(key));
	d = decode(&m);
	assert_memory_equal(&d, &without, sizeof(d));
}

static void test_inet_detail_is_of_one_socket(void **state)
{
	struct detail d = { .cookie = COOKIE + 1 };
	struct message m;

	(void)state;
	begin(&m);
	add(&m, INET_DIAG_CONG, "reno", 5);
	assert_int_equal(inet_detail_decode(m.bytes, m.len, &d), 1);
	assert_string_equal(d.congestion, "");
}

/* Recorded on Linux 6.18 with one socket in each state. */
static void test_inet_detail_reads_what_was_recorded(void **state)
{
	unsigned with_info = 0, with_memory = 0, rows = 0;
	struct nlmsghdr h;
	char path[512];
	FILE *f;

	(void)state;
	if (htons(1) == 1)
		skip();
	snprintf(path, sizeof(path), "%s/tests/fixtures/nl/tcp_all.bin",
		 getenv("srcdir") != NULL ? getenv("srcdir") : ".");
	f = fopen(path, "rb");
	assert_non_null(f);
	while (fread(&h, sizeof(h), 1, f) == 1 && h.nlmsg_type == TCPDIAG_GETSOCK) {
		_Alignas(8) unsigned char payload[2048];
		size_t len = h.nlmsg_len - NLMSG_HDRLEN;
		struct inet_diag_msg m;
		struct detail d = { .has = 0 };
		uint64_t value;

		assert_true(NLMSG_ALIGN(len) <= sizeof(payload));
		assert_int_equal(fread(payload, NLMSG_ALIGN(len), 1, f), 1);
		memcpy(&m, payload, sizeof(m));
		d.cookie = (uint64_t)m.id.idiag_cookie[1] << 32 | m.id.idiag_cookie[0];
		assert_int_equal(inet_detail_decode(payload, len, &d), 0);
		rows++;
		with_memory += (d.has & DETAIL_SKMEM) != 0;
		if (d.tcp_len == 0)
			continue;
		with_info++;
		assert_int_equal(d.tcp_len, 280);
		assert_true(detail_tcp(&d, TCPI_STATE, &value));
		assert_int_equal(value, m.idiag_state);
		assert_true(detail_tcp(&d, TCPI_SND_CWND, &value));
		assert_true(value > 0);
		assert_string_not_equal(d.congestion, "");
		assert_true(d.has & DETAIL_CGROUP);
		assert_int_equal(d.skmem[SKMEM_RCVBUF] > 0, 1);
	}
	fclose(f);
	assert_true(rows > 15);
	/* neither TIME_WAIT nor SYN_RECV has any, nor what is only bound has tcp_info */
	assert_true(with_info > 10 && with_info < with_memory && with_memory < rows);
}

/* ---- asking ---------------------------------------------------------- */

struct asked {
	struct nlmsghdr h;
	struct inet_diag_req_v2 rq;
};

static struct sock socket_of(enum proto proto, enum tcp_state st)
{
	static const uint8_t here[4] = { 10, 0, 0, 1 }, there[4] = { 10, 0, 0, 2 };
	struct sock s = {
		.local = addr_v4(here),
		.remote = addr_v4(there),
		.lport = 5000,
		.rport = 6000,
		.cookie = COOKIE,
		.family = AF_INET,
		.proto = (uint8_t)proto,
		.state = (uint8_t)st,
	};

	return s;
}

static int setup(void **state)
{
	struct fakenl *k = calloc(1, sizeof(*k));

	fakenl_open(k);
	*state = k;
	return 0;
}

static int teardown(void **state)
{
	fakenl_close(*state);
	free(*state);
	return 0;
}

static void answer(struct fakenl *k, bool dump)
{
	struct message m;

	begin(&m);
	add(&m, INET_DIAG_CONG, "reno", 5);
	k->flags = dump ? NLM_F_MULTI : 0;
	fakenl_add(k, SOCK_DIAG_BY_FAMILY, m.bytes, m.len);
	if (dump)
		fakenl_done(k, 0);
	else
		fakenl_send(k);
	k->seq++;
}

static void refuse(struct fakenl *k, int code)
{
	fakenl_add_code(k, NLMSG_ERROR, code);
	fakenl_send(k);
	k->seq++;
}

static int ask(struct fakenl *k, const struct sock *s, struct detail *d)
{
	*d = (struct detail){ .cookie = s->cookie };
	return inet_detail_ask(k->nl, s, 3, d, -1);
}

static void test_inet_detail_asks_for_the_one_socket(void **state)
{
	struct fakenl *k = *state;
	struct sock s = socket_of(PROTO_TCP, ST_ESTABLISHED);
	struct detail d;
	struct asked a;

	answer(k, false);
	assert_int_equal(ask(k, &s, &d), 0);
	assert_string_equal(d.congestion, "reno");
	assert_int_equal(fakenl_request(k, &a, sizeof(a)), sizeof(a));
	assert_int_equal(a.h.nlmsg_type, SOCK_DIAG_BY_FAMILY);
	assert_int_equal(a.h.nlmsg_flags, NLM_F_REQUEST);
	assert_int_equal(a.rq.sdiag_family, AF_INET);
	assert_int_equal(a.rq.sdiag_protocol, IPPROTO_TCP);
	assert_int_equal(a.rq.idiag_ext, 0xff);
	assert_int_equal(a.rq.id.idiag_sport, htons(5000));
	assert_int_equal(a.rq.id.idiag_dport, htons(6000));
	assert_int_equal(a.rq.id.idiag_src[0], htonl(0x0a000001));
	assert_int_equal(a.rq.id.idiag_dst[0], htonl(0x0a000002));
	assert_int_equal(a.rq.id.idiag_if, 3);
	assert_int_equal(a.rq.id.idiag_cookie[0], 0x5c1a02);
	assert_int_equal(a.rq.id.idiag_cookie[1], 1);
}

static void test_inet_detail_swaps_the_ends_of_udp(void **state)
{
	struct fakenl *k = *state;
	struct sock s = socket_of(PROTO_UDP, ST_ESTABLISHED);
	struct detail d;
	struct asked a;

	answer(k, false);
	assert_int_equal(ask(k, &s, &d), 0);
	fakenl_request(k, &a, sizeof(a));
	assert_int_equal(a.rq.sdiag_protocol, IPPROTO_UDP);
	assert_int_equal(a.rq.id.idiag_sport, htons(6000));
	assert_int_equal(a.rq.id.idiag_src[0], htonl(0x0a000002));
	assert_int_equal(a.rq.id.idiag_dst[0], htonl(0x0a000001));
}

static void test_inet_detail_says_when_it_is_gone(void **state)
{
	struct fakenl *k = *state;
	struct sock s = socket_of(PROTO_TCP, ST_ESTABLISHED);
	struct detail d;

	refuse(k, -ENOENT);
	assert_int_equal(ask(k, &s, &d), -ENOENT);
	refuse(k, -ESTALE);
	assert_int_equal(ask(k, &s, &d), -ENOENT);
	refuse(k, -EPERM);
	assert_int_equal(ask(k, &s, &d), -EPERM);
	/* The kernel found another one and did not mind. */
	s.cookie++;
	answer(k, false);
	assert_int_equal(ask(k, &s, &d), -ENOENT);
}

static void test_inet_detail_searches_what_cannot_be_looked_up(void **state)
{
	static const struct {
		enum proto proto;
		enum tcp_state state;
		uint32_t bit;
	} cases[] = {
		{ PROTO_TCP, ST_LISTEN, 10 },
		{ PROTO_TCP, ST_CLOSE, 13 },
		{ PROTO_UDP, ST_CLOSE, 7 },
	};
	struct fakenl *k = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sock s = socket_of(cases[i].proto, cases[i].state);
		struct detail d;
		struct asked a;

		refuse(k, -ENOENT);
		answer(k, true);
		assert_int_equal(ask(k, &s, &d), 0);
		assert_string_equal(d.congestion, "reno");
		fakenl_request(k, &a, sizeof(a));
		fakenl_request(k, &a, sizeof(a));
		assert_int_equal(a.h.nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
		assert_int_equal(a.rq.id.idiag_sport, htons(5000));
		assert_int_equal(a.rq.idiag_states, UINT32_C(1) << cases[i].bit);
		refuse(k, -ENOENT);
		fakenl_done(k, 0);
		k->seq++;
		assert_int_equal(ask(k, &s, &d), -ENOENT);
		fakenl_request(k, &a, sizeof(a));
		fakenl_request(k, &a, sizeof(a));
	}
}

static void test_inet_detail_takes_no_broken_answer(void **state)
{
	struct fakenl *k = *state;
	struct sock s = socket_of(PROTO_TCP, ST_ESTABLISHED);
	struct detail d;

	fakenl_add(k, SOCK_DIAG_BY_FAMILY, "short", 5);
	fakenl_send(k);
	assert_int_equal(ask(k, &s, &d), -EBADMSG);
	k->seq++;
	fakenl_done(k, 0);
	assert_int_equal(ask(k, &s, &d), -EBADMSG);
}

#define WITH_KERNEL(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inet_detail_takes_every_attribute),
		cmocka_unit_test(test_inet_detail_reads_what_is_above_tcp),
		cmocka_unit_test(test_inet_detail_ends_where_a_nest_ends),
		cmocka_unit_test(test_inet_detail_is_asked_for_in_parts),
		cmocka_unit_test(test_inet_detail_goes_by_length),
		cmocka_unit_test(test_inet_detail_ends_where_the_message_ends),
		cmocka_unit_test(test_inet_detail_keeps_no_keys),
		cmocka_unit_test(test_inet_detail_is_of_one_socket),
		cmocka_unit_test(test_inet_detail_reads_what_was_recorded),
		WITH_KERNEL(test_inet_detail_asks_for_the_one_socket),
		WITH_KERNEL(test_inet_detail_swaps_the_ends_of_udp),
		WITH_KERNEL(test_inet_detail_says_when_it_is_gone),
		WITH_KERNEL(test_inet_detail_searches_what_cannot_be_looked_up),
		WITH_KERNEL(test_inet_detail_takes_no_broken_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
