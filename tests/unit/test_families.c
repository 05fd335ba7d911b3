/* SPDX-License-Identifier: MIT */
/* Sockets without internet addresses: from the kernel's bytes to rows, their ends, and their words. */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/netlink_diag.h>
#include <linux/packet_diag.h>
#include <linux/unix_diag.h>
#include <linux/vm_sockets_diag.h>
#include <linux/xdp_diag.h>
#include <string.h>
#include <sys/socket.h>

#include "family.h"
#include "sockeye/collect/inet_diag.h"
#include "sockeye/model/ends.h"
#include "sockeye/model/field.h"
#include "sockeye/model/snap.h"
#include "test.h"

#define COOKIE       \
	{            \
		7, 1 \
	}
#define COOKIE_NUMBER ((UINT64_C(1) << 32) | 7)

/* ---- decoders -------------------------------------------------------- */

/* A message under way. */
struct bytes {
	_Alignas(uint32_t) uint8_t b[1024];
	size_t len;
};

static void put(struct bytes *m, const void *data, size_t len)
{
	assert_true(m->len + len + 4 < sizeof(m->b));
	memcpy(m->b + m->len, data, len);
	m->len = (m->len + len + 3) & ~(size_t)3;
}

static void put_attr(struct bytes *m, uint16_t type, const void *data, size_t len)
{
	struct nlattr a = { .nla_len = (uint16_t)(sizeof(a) + len), .nla_type = type };

	put(m, &a, sizeof(a));
	if (len > 0)
		put(m, data, len);
}

static struct bytes unix_head(uint8_t state)
{
	struct unix_diag_msg m = { .udiag_family = AF_UNIX,
				   .udiag_type = SOCK_STREAM,
				   .udiag_state = state,
				   .udiag_ino = 42,
				   .udiag_cookie = COOKIE };
	struct bytes b = { .len = 0 };

	put(&b, &m, sizeof(m));
	return b;
}

static void test_families_decode_unix(void **state)
{
	struct unix_diag_rqlen q = { 3, 5 };
	uint32_t peer = 43, uid = 1000;
	struct bytes b = unix_head(ST_LISTEN);
	struct family_row r;

	(void)state;
	put_attr(&b, UNIX_DIAG_NAME, "/run/x", 7);
	put_attr(&b, UNIX_DIAG_PEER, &peer, sizeof(peer));
	put_attr(&b, UNIX_DIAG_RQLEN, &q, sizeof(q));
	put_attr(&b, UNIX_DIAG_UID, &uid, sizeof(uid));
	put_attr(&b, UNIX_DIAG_SHUTDOWN, "", 1);
	assert_int_equal(unix_diag_decode(b.b, b.len, &r), 0);
	assert_int_equal(r.sock.proto, PROTO_UNIX);
	assert_int_equal(r.sock.family, AF_UNIX);
	assert_int_equal(r.sock.type, SOCK_STREAM);
	assert_int_equal(r.sock.state, ST_LISTEN);
	assert_int_equal(r.sock.ino, 42);
	assert_int_equal(r.sock.uid, 1000);
	assert_int_equal(r.sock.un.peer_ino, 43);
	assert_int_equal(r.sock.rxq, 3);
	assert_int_equal(r.sock.txq, 5);
	assert_true(r.sock.cookie == COOKIE_NUMBER);
	assert_int_equal(r.name_len, 6);
	assert_memory_equal(r.name, "/run/x", 6);
	assert_false(sock_has_remote(&r.sock));
}

static void test_families_decode_unix_without_attributes(void **state)
{
	uint32_t none = 0;
	struct bytes b = unix_head(ST_CLOSE);
	struct family_row r;

	(void)state;
	assert_int_equal(unix_diag_decode(b.b, b.len, &r), 0);
	assert_int_equal(r.name_len, 0);
	assert_int_equal(r.sock.un.peer_ino, INO_NONE);
	assert_true(r.sock.uid == UID_UNKNOWN);
	/* a peer without an inode waits to be accepted */
	put_attr(&b, UNIX_DIAG_PEER, &none, sizeof(none));
	assert_int_equal(unix_diag_decode(b.b, b.len, &r), 0);
	assert_true(r.sock.un.peer_ino == INO_PENDING);
}

static void test_families_name_unix_sockets(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *name;
	} cases[] = {
		{ "/a", 2, "/a" },      { "/a\0", 3, "/a" },           { "/a\0behind", 9, "/a" },
		{ "\0abc", 4, "@abc" }, { "\0a\0b\0", 5, "@a@b@" },    { "\0", 1, "@" },
		{ "", 0, "" },          { "relative", 8, "relative" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct family_row r = { .name_len = 0 };

		family_set_name(&r, cases[i].bytes, cases[i].len);
		assert_int_equal(r.name_len, strlen(cases[i].name));
		assert_memory_equal(r.name, cases[i].name, r.name_len);
	}
}

static void test_families_refuse_what_does_not_hold_together(void **state)
{
	static const struct {
		uint16_t type;
		size_t len;
	} too_short[] = { { UNIX_DIAG_PEER, 3 }, { UNIX_DIAG_RQLEN, 7 }, { UNIX_DIAG_UID, 1 } };
	struct nlattr beyond = { .nla_len = 100, .nla_type = UNIX_DIAG_NAME };
	struct bytes b = unix_head(ST_LISTEN);
	struct family_row r;

	(void)state;
	for (size_t len = 0; len < sizeof(struct unix_diag_msg); len++)
		assert_int_equal(unix_diag_decode(b.b, len, &r), -EBADMSG);
	b.b[0] = AF_INET;
	assert_int_equal(unix_diag_decode(b.b, b.len, &r), 1);
	for (uint8_t st = 0; st < 20; st++) {
		b = unix_head(st);
		assert_int_equal(unix_diag_decode(b.b, b.len, &r),
				 st > 0 && st < ST_COUNT ? 0 : -EBADMSG);
	}
	for (size_t i = 0; i < ARRAY_SIZE(too_short); i++) {
		b = unix_head(ST_LISTEN);
		put_attr(&b, too_short[i].type, "\1\1\1\1\1\1\1", too_short[i].len);
		assert_int_equal(unix_diag_decode(b.b, b.len, &r), -EBADMSG);
	}
	/* an attribute that is longer than the message is none */
	b = unix_head(ST_LISTEN);
	put(&b, &beyond, sizeof(beyond));
	assert_int_equal(unix_diag_decode(b.b, b.len, &r), 0);
	assert_int_equal(r.name_len, 0);
}

static void test_families_decode_packet(void **state)
{
	struct packet_diag_msg m = { .pdiag_family = AF_PACKET,
				     .pdiag_type = SOCK_RAW,
				     .pdiag_num = 0x800,
				     .pdiag_ino = 5,
				     .pdiag_cookie = COOKIE };
	struct packet_diag_info info = { .pdi_index = 3 };
	uint32_t uid = 0, mem[9] = { 100, 1, 200 };
	struct bytes b = { .len = 0 };
	struct family_row r;

	(void)state;
	put(&b, &m, sizeof(m));
	put_attr(&b, PACKET_DIAG_INFO, &info, sizeof(info));
	put_attr(&b, PACKET_DIAG_UID, &uid, sizeof(uid));
	put_attr(&b, PACKET_DIAG_MEMINFO, mem, sizeof(mem));
	assert_int_equal(packet_diag_decode(b.b, b.len, &r), 0);
	assert_int_equal(r.sock.packet.protocol, 0x800);
	assert_int_equal(r.ext.ifindex, 3);
	assert_int_equal(r.sock.uid, 0);
	assert_int_equal(r.sock.rxq, 100);
	assert_int_equal(r.sock.txq, 200);
	put_attr(&b, PACKET_DIAG_MEMINFO, mem, 8);
	assert_int_equal(packet_diag_decode(b.b, b.len, &r), -EBADMSG);
}

static void test_families_decode_netlink(void **state)
{
	struct netlink_diag_msg m = { .ndiag_family = AF_NETLINK,
				      .ndiag_type = SOCK_RAW,
				      .ndiag_protocol = NETLINK_GENERIC,
				      .ndiag_state = ST_ESTABLISHED,
				      .ndiag_portid = 4242,
				      .ndiag_dst_portid = 7,
				      .ndiag_ino = 5,
				      .ndiag_cookie = COOKIE };
	struct bytes b = { .len = 0 };
	struct family_row r;

	(void)state;
	put(&b, &m, sizeof(m));
	assert_int_equal(netlink_diag_decode(b.b, b.len, &r), 0);
	assert_int_equal(r.sock.netlink.protocol, NETLINK_GENERIC);
	assert_int_equal(r.sock.netlink.portid, 4242);
	assert_int_equal(r.sock.netlink.dst_portid, 7);
	assert_true(r.sock.uid == UID_UNKNOWN);
	assert_int_equal(netlink_diag_decode(b.b, sizeof(m) - 1, &r), -EBADMSG);
}

static void test_families_decode_vsock_and_xdp(void **state)
{
	struct vsock_diag_msg v = { .vdiag_family = AF_VSOCK,
				    .vdiag_type = SOCK_STREAM,
				    .vdiag_state = ST_ESTABLISHED,
				    .vdiag_src_cid = 2,
				    .vdiag_src_port = 1024,
				    .vdiag_dst_cid = 3,
				    .vdiag_dst_port = 99,
				    .vdiag_cookie = COOKIE };
	struct xdp_diag_msg x = { .xdiag_family = AF_XDP, .xdiag_type = SOCK_RAW };
	struct xdp_diag_info info = { .ifindex = 2, .queue_id = 4 };
	struct bytes b = { .len = 0 };
	struct family_row r;

	(void)state;
	put(&b, &v, sizeof(v));
	assert_int_equal(vsock_diag_decode(b.b, b.len, &r), 0);
	assert_int_equal(r.sock.vsock.cid, 2);
	assert_int_equal(r.sock.vsock.dst_port, 99);
	b.len = 0;
	put(&b, &x, sizeof(x));
	put_attr(&b, XDP_DIAG_INFO, &info, sizeof(info));
	assert_int_equal(xdp_diag_decode(b.b, b.len, &r), 0);
	assert_int_equal(r.sock.xdp.queue, 4);
	assert_int_equal(r.ext.ifindex, 2);
	/* a kernel that counts no cookies: the inode makes one */
	assert_true((r.sock.flags & SOCK_NO_COOKIE) != 0 && r.sock.cookie != 0);
}

static struct bytes inet_head(uint8_t state)
{
	struct inet_diag_msg m = { .idiag_family = AF_INET,
				   .idiag_state = state,
				   .id.idiag_cookie = COOKIE };
	struct bytes b = { .len = 0 };

	put(&b, &m, sizeof(m));
	return b;
}

/* A kernel that does not know the protocol takes its number for that of TCP. */
static void test_families_trust_mptcp_by_what_it_says(void **state)
{
	static const uint8_t info[512];
	const struct inet_query q = { .proto = PROTO_MPTCP, .family = AF_INET };
	struct bytes b = inet_head(ST_ESTABLISHED), with = b;
	struct sock s;
	struct sock_ext x;

	(void)state;
	assert_int_equal(inet_diag_decode(&q, b.b, b.len, &s, &x), 1);
	put_attr(&with, INET_DIAG_INFO, info, 96);
	assert_int_equal(inet_diag_decode(&q, with.b, with.len, &s, &x), 0);
	assert_int_equal(s.proto, PROTO_MPTCP);
	with = b;
	put_attr(&with, INET_DIAG_INFO, info, 104);
	assert_int_equal(inet_diag_decode(&q, with.b, with.len, &s, &x), -EPROTONOSUPPORT);
	with = b;
	put_attr(&with, INET_DIAG_INFO, info, 280);
	assert_int_equal(inet_diag_decode(&q, with.b, with.len, &s, &x), -EPROTONOSUPPORT);
}

/* Endpoints have TCP's states and their own cookie, associations neither. */
static void test_families_tell_sctp_associations_from_endpoints(void **state)
{
	static const uint8_t peers[128];
	const struct inet_query q = { .proto = PROTO_SCTP, .family = AF_INET };
	struct bytes b = inet_head(ST_LISTEN);
	struct sock s;
	struct sock_ext x;

	(void)state;
	assert_int_equal(inet_diag_decode(&q, b.b, b.len, &s, &x), 0);
	assert_int_equal(s.state, ST_LISTEN);
	assert_true(s.cookie == COOKIE_NUMBER);
	b = inet_head(3);
	put_attr(&b, INET_DIAG_PEERS, peers, sizeof(peers));
	assert_int_equal(inet_diag_decode(&q, b.b, b.len, &s, &x), 0);
	assert_int_equal(s.state, ST_ESTABLISHED);
	assert_true((s.flags & SOCK_NO_COOKIE) != 0 && s.cookie != COOKIE_NUMBER);
	b = inet_head(8);
	put_attr(&b, INET_DIAG_PEERS, peers, sizeof(peers));
	assert_int_equal(inet_diag_decode(&q, b.b, b.len, &s, &x), -EBADMSG);
}

static void test_families_ask_for_no_pending_connections(void **state)
{
	_Alignas(uint32_t) uint8_t body[FAMILY_REQUEST_SIZE];
	struct unix_diag_req rq;

	(void)state;
	assert_int_equal(unix_diag_request(body), sizeof(rq));
	memcpy(&rq, body, sizeof(rq));
	assert_int_equal(rq.udiag_show & UDIAG_SHOW_ICONS, 0);
	assert_true(rq.udiag_states == UINT32_MAX);
	for (size_t i = 0; i < N_FAMILIES; i++) {
		const struct family *f = &family_table[i];

		assert_int_equal(f->proto, PROTO_UDPLITE + i);
		assert_int_equal(f->request == NULL, f->proto < PROTO_UNIX);
		assert_true(f->request == NULL || f->request(body) <= sizeof(body));
		assert_int_equal(f->file == NULL, f->parse == NULL);
	}
}

static void test_families_read_proc(void **state)
{
	static const char unix_line[] =
		"0000000000000000: 00000002 00000000 00010000 0005 01 12345 @a b";
	static const char packet_line[] =
		"0000000000000000 3      2    0800   7     1 512    1000   4711";
	static const char netlink_line[] =
		"0000000000000000 16  4242       00000000 8        9        0     2        0        99";
	struct family_row r;

	(void)state;
	assert_int_equal(procnet_unix(unix_line, strlen(unix_line), &r), 0);
	assert_int_equal(r.sock.type, SOCK_SEQPACKET);
	assert_int_equal(r.sock.state, ST_LISTEN);
	assert_int_equal(r.sock.ino, 12345);
	assert_int_equal(r.name_len, 4);
	assert_memory_equal(r.name, "@a b", 4);
	assert_int_equal(procnet_packet(packet_line, strlen(packet_line), &r), 0);
	assert_int_equal(r.sock.type, SOCK_DGRAM);
	assert_int_equal(r.sock.packet.protocol, 0x800);
	assert_int_equal(r.ext.ifindex, 7);
	assert_int_equal(r.sock.rxq, 512);
	assert_int_equal(r.sock.uid, 1000);
	assert_int_equal(r.sock.ino, 4711);
	assert_int_equal(procnet_netlink(netlink_line, strlen(netlink_line), &r), 0);
	assert_int_equal(r.sock.netlink.protocol, 16);
	assert_int_equal(r.sock.netlink.portid, 4242);
	assert_int_equal(r.sock.rxq, 8);
	assert_int_equal(r.sock.txq, 9);
	assert_int_equal(r.sock.ino, 99);
	for (size_t len = 0; len < strlen(netlink_line) - 2; len++) {
		assert_int_equal(procnet_netlink(netlink_line, len, &r), -EBADMSG);
		assert_true(len >= 54 || procnet_unix(unix_line, len, &r) == -EBADMSG);
	}
}

/* ---- rows ------------------------------------------------------------ */

static void add(struct snap_builder *b, struct sock s, uint32_t ifindex)
{
	struct sock_ext x = { .ifindex = ifindex };

	assert_int_equal(snap_add(b, &s, &x), 0);
}

static struct sock unix_sock(struct snap_builder *b, uint32_t ino, const char *name, uint32_t peer)
{
	return (struct sock){ .un = { snap_add_str(b, name, strlen(name)), peer },
			      .cookie = ino,
			      .ino = ino,
			      .type = SOCK_STREAM,
			      .family = AF_UNIX,
			      .proto = PROTO_UNIX,
			      .state = ST_ESTABLISHED };
}

static const struct snap *seal(struct snap_builder *b)
{
	const struct snap *s = snap_seal(b);

	assert_non_null(s);
	return s;
}

static void assert_text(const struct snap *s, uint32_t row, enum field_id f, const char *want)
{
	char buf[FIELD_TEXT_SIZE];

	assert_string_equal(field_text(s, row, f, TEXT_ASCII, buf).s, want);
}

static void test_families_join_the_ends_of_unix_sockets(void **state)
{
	struct snap_pool *pool = snap_pool_new();
	struct snap_builder *b = snap_build(pool, NULL);
	const struct snap *s;

	(void)state;
	add(b, unix_sock(b, 10, "/run/x\x1b\n", 11), 0);
	add(b, unix_sock(b, 11, "", 10), 0);
	add(b, unix_sock(b, 12, "", INO_PENDING), 0);
	add(b, unix_sock(b, 13, "@free", INO_NONE), 0);
	add(b, unix_sock(b, 14, "", 999), 0);
	s = seal(b);
	assert_int_equal(snap_peer(s, 0), 1);
	assert_int_equal(snap_peer(s, 1), 0);
	assert_int_equal(snap_peer(s, 2), IDX_NONE);
	assert_int_equal(snap_peer(s, 3), IDX_NONE);
	assert_int_equal(snap_peer(s, 4), IDX_NONE);
	assert_int_equal(snap_listener(s, 0), IDX_NONE);
	assert_text(s, 0, F_LOCAL, "/run/x\\e\\n");
	assert_text(s, 0, F_REMOTE, "*:11");
	assert_text(s, 1, F_REMOTE, "/run/x\\e\\n");
	assert_text(s, 2, F_REMOTE, "*:0");
	assert_text(s, 3, F_REMOTE, "-");
	assert_text(s, 4, F_REMOTE, "*:999");
	assert_text(s, 4, F_TYPE, "stream");
	snap_unref(s);
	snap_pool_free(pool);
}

static void test_families_tell_subflows_by_their_socket(void **state)
{
	static const uint8_t lo[4] = { 127, 0, 0, 1 };
	struct snap_pool *pool = snap_pool_new();
	struct snap_builder *b = snap_build(pool, NULL);
	struct sock k = { .local = addr_v4(lo),
			  .remote = addr_v4(lo),
			  .lport = 80,
			  .rport = 1000,
			  .family = AF_INET,
			  .state = ST_ESTABLISHED };
	static const uint32_t inos[] = { 5, 6, 0, 0 };
	const struct snap *s;

	(void)state;
	for (uint64_t i = 0; i < ARRAY_SIZE(inos); i++) {
		k.cookie = i + 1;
		k.ino = inos[i];
		k.rport = (uint16_t)(1000 + i);
		add(b, k, 0);
	}
	/* The first by its inode; the third, which is not accepted yet, by its ends. */
	k.proto = PROTO_MPTCP;
	k.cookie = 100;
	k.ino = 5;
	k.rport = 9;
	add(b, k, 0);
	k.cookie = 101;
	k.ino = 0;
	k.rport = 1002;
	add(b, k, 0);
	s = seal(b);
	assert_true((s->sock[0].flags & SOCK_SUBFLOW) != 0);
	assert_true((s->sock[1].flags & SOCK_SUBFLOW) == 0);
	assert_true((s->sock[2].flags & SOCK_SUBFLOW) != 0);
	assert_true((s->sock[3].flags & SOCK_SUBFLOW) == 0);
	assert_true((s->sock[4].flags & SOCK_SUBFLOW) == 0);
	assert_int_equal(snap_why(s, 5), WHY_NOT_ACCEPTED);
	snap_unref(s);
	snap_pool_free(pool);
}

static void test_families_say_their_ends(void **state)
{
	struct sock packet = { .packet = { 0x800 },
			       .cookie = 1,
			       .family = AF_PACKET,
			       .proto = PROTO_PACKET,
			       .state = ST_CLOSE };
	struct sock netlink = { .netlink = { .portid = PORTID_KERNEL },
				.cookie = 2,
				.ino = 9,
				.family = AF_NETLINK,
				.proto = PROTO_NETLINK,
				.state = ST_CLOSE };
	struct sock vsock = { .vsock = { VSOCK_ANY, 22, VSOCK_ANY, VSOCK_ANY },
			      .cookie = 3,
			      .family = AF_VSOCK,
			      .proto = PROTO_VSOCK,
			      .state = ST_LISTEN };
	struct sock xdp = { .xdp = { 4 },
			    .cookie = 4,
			    .uid = UID_UNKNOWN,
			    .family = AF_XDP,
			    .proto = PROTO_XDP,
			    .state = ST_CLOSE };
	struct snap_pool *pool = snap_pool_new();
	struct snap_builder *b = snap_build(pool, NULL);
	const struct snap *s;

	(void)state;
	snap_add_ifname(b, 3, snap_add_str(b, "eth0", 4));
	add(b, packet, 3);
	add(b, netlink, 0);
	add(b, vsock, 0);
	add(b, xdp, 17);
	packet.packet.protocol = ETHER_ALL;
	packet.cookie = 5;
	add(b, packet, 0);
	packet.packet.protocol = 0xabcd;
	packet.cookie = 6;
	add(b, packet, 0);
	netlink.state = ST_ESTABLISHED;
	netlink.netlink.portid = 4242;
	netlink.netlink.protocol = 31;
	netlink.cookie = 7;
	add(b, netlink, 0);
	s = seal(b);
	assert_text(s, 0, F_LOCAL, "ip:eth0");
	assert_text(s, 0, F_REMOTE, "-");
	assert_text(s, 1, F_LOCAL, "rtnl:kernel");
	assert_text(s, 1, F_PROCESS, "[no process found]");
	assert_text(s, 2, F_LOCAL, "*:22");
	assert_text(s, 2, F_REMOTE, "-");
	assert_text(s, 3, F_LOCAL, "17:q4");
	assert_text(s, 3, F_UID, "-");
	assert_text(s, 4, F_LOCAL, "all:*");
	assert_text(s, 5, F_LOCAL, "0xabcd:*");
	assert_text(s, 6, F_LOCAL, "31:4242");
	assert_text(s, 6, F_REMOTE, "31:kernel");
	snap_unref(s);
	snap_pool_free(pool);
}

static void test_families_know_protocols_by_name_and_number(void **state)
{
	char buf[ENDS_WORD];

	(void)state;
	assert_int_equal(ends_ether_by_name("IP", 2), 0x800);
	assert_int_equal(ends_ether_by_name("0x0800", 6), 0x800);
	assert_int_equal(ends_ether_by_name("65535", 5), 65535);
	assert_int_equal(ends_ether_by_name("65536", 5), -1);
	assert_int_equal(ends_ether_by_name("", 0), -1);
	assert_int_equal(ends_ether_by_name("0x", 2), -1);
	assert_int_equal(ends_ether_by_name("1f", 2), -1);
	assert_int_equal(ends_ether_by_name("\0", 1), -1);
	assert_int_equal(ends_netlink_by_name("rtnl", 4), 0);
	assert_int_equal(ends_netlink_by_name("255", 3), 255);
	assert_int_equal(ends_netlink_by_name("256", 3), -1);
	for (unsigned p = 0; p <= UINT16_MAX; p++) {
		const char *name = ends_ether_name(p, buf);

		assert_int_equal(ends_ether_by_name(name, strlen(name)), p);
	}
	for (unsigned p = 0; p <= UINT8_MAX; p++) {
		const char *name = ends_netlink_name(p, buf);

		assert_int_equal(ends_netlink_by_name(name, strlen(name)), p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_families_decode_unix),
		cmocka_unit_test(test_families_decode_unix_without_attributes),
		cmocka_unit_test(test_families_name_unix_sockets),
		cmocka_unit_test(test_families_refuse_what_does_not_hold_together),
		cmocka_unit_test(test_families_decode_packet),
		cmocka_unit_test(test_families_decode_netlink),
		cmocka_unit_test(test_families_decode_vsock_and_xdp),
		cmocka_unit_test(test_families_trust_mptcp_by_what_it_says),
		cmocka_unit_test(test_families_tell_sctp_associations_from_endpoints),
		cmocka_unit_test(test_families_ask_for_no_pending_connections),
		cmocka_unit_test(test_families_read_proc),
		cmocka_unit_test(test_families_join_the_ends_of_unix_sockets),
		cmocka_unit_test(test_families_tell_subflows_by_their_socket),
		cmocka_unit_test(test_families_say_their_ends),
		cmocka_unit_test(test_families_know_protocols_by_name_and_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
