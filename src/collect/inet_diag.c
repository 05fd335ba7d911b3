/* SPDX-License-Identifier: MIT */
#include "sockeye/collect/inet_diag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "sockeye/base/buf.h"
#include "sockeye/collect/cookie.h"
#include "sockeye/collect/devices.h"
#include "sockeye/collect/inet_detail.h"
#include "sockeye/collect/places.h"

#include "attrs.h"
#include "tcp_facts.h"

/* States of the kernel that are none of enum tcp_state. */
#define KERNEL_NEW_SYN_RECV   12 /* a request: shown as SYN_RECV */
#define KERNEL_BOUND_INACTIVE 13 /* Linux >= 6.8; shown as CLOSE; older kernels ignore the bit */

#define STATES_TABLED 0xfff /* every state that is in the established and listening tables */

#define DUMP_TRIES 3

/* The shortest tcp_info that there ever was with sock_diag; mptcp_info has 96 bytes in Linux 6.18. */
#define TCP_INFO_LEAST 104

/* Rows that are added under one lock. */
#define BATCH_ROWS 128
#define AHEAD      16 /* rows that are announced before they are added */

/* One that is more than a byte goes into an attribute (INET_DIAG_REQ_PROTOCOL). */
static const uint16_t ip_proto[PROTO_COUNT] = {
	[PROTO_TCP] = IPPROTO_TCP, [PROTO_UDP] = IPPROTO_UDP,     [PROTO_UDPLITE] = IPPROTO_UDPLITE,
	[PROTO_RAW] = IPPROTO_RAW, [PROTO_MPTCP] = IPPROTO_MPTCP, [PROTO_SCTP] = IPPROTO_SCTP,
};

uint16_t inet_diag_number(unsigned proto)
{
	return ip_proto[proto];
}

/* ---- decoding -------------------------------------------------------- */

/* 0 for a number that is no state. */
static uint8_t decode_state(uint8_t state)
{
	if (state == KERNEL_NEW_SYN_RECV)
		return ST_SYN_RECV;
	if (state == KERNEL_BOUND_INACTIVE)
		return ST_CLOSE;
	return state < ST_COUNT ? state : 0;
}

static struct addr decode_addr(uint8_t family, const void *words)
{
	return family == AF_INET ? addr_v4(words) : addr_v6(words);
}

static const struct nlattr *find_attr(const struct inet_diag_msg *m, size_t len, uint16_t type)
{
	const void *behind = m + 1;
	size_t left = len - sizeof(*m);

	for (const struct nlattr *a = behind; attr_ok(a, left); a = attr_next(a, &left))
		if (mnl_attr_get_type(a) == type)
			return a;
	return NULL;
}

/* The kernel says the protocol only where it is not plain from the request; of raw ones another. */
static bool is_other_protocol(const struct inet_query *q, const struct inet_diag_msg *m, size_t len)
{
	const struct nlattr *a;

	if (q->proto != PROTO_UDP && q->proto != PROTO_UDPLITE)
		return false;
	a = find_attr(m, len, INET_DIAG_PROTOCOL);
	return a != NULL && mnl_attr_get_payload_len(a) > 0 &&
	       mnl_attr_get_u8(a) != ip_proto[q->proto];
}

/*
 * A kernel that knows nothing of MPTCP (before 5.9) takes its number for that of TCP, and tells of
 * TCP sockets. What it says of one is longer than what there is to say of an MPTCP socket. 0; 1 for
 * a row that is none of either; -EPROTONOSUPPORT for such a kernel.
 */
static int check_mptcp(const struct inet_diag_msg *m, size_t len)
{
	const struct nlattr *a = find_attr(m, len, INET_DIAG_INFO);

	if (a == NULL)
		return 1;
	return mnl_attr_get_payload_len(a) < TCP_INFO_LEAST ? 0 : -EPROTONOSUPPORT;
}

/* Associations tell of themselves in states of SCTP's own; endpoints in those of TCP. */
static uint8_t decode_sctp(const struct inet_diag_msg *m, size_t len, bool *association)
{
	static const uint8_t states[] = { ST_CLOSE,     ST_SYN_SENT,  ST_SYN_SENT,   ST_ESTABLISHED,
					  ST_FIN_WAIT1, ST_FIN_WAIT2, ST_CLOSE_WAIT, ST_LAST_ACK };

	*association = find_attr(m, len, INET_DIAG_PEERS) != NULL;
	if (!*association)
		return decode_state(m->idiag_state);
	return m->idiag_state < sizeof(states) ? states[m->idiag_state] : 0;
}

int inet_diag_decode(const struct inet_query *q, const void *payload, size_t len, struct sock *s,
		     struct sock_ext *x)
{
	struct inet_diag_msg m;
	bool association = false;
	uint8_t state;
	int rc;

	if (len < sizeof(m))
		return -EBADMSG;
	memcpy(&m, payload, sizeof(m));
	if (m.idiag_family != AF_INET && m.idiag_family != AF_INET6)
		return 1;
	if (q->family != AF_UNSPEC && m.idiag_family != q->family)
		return 1;
	if (is_other_protocol(q, payload, len))
		return 1;
	rc = q->proto == PROTO_MPTCP ? check_mptcp(payload, len) : 0;
	if (rc != 0)
		return rc;
	state = q->proto == PROTO_SCTP ? decode_sctp(payload, len, &association)
				       : decode_state(m.idiag_state);
	if (state == 0)
		return -EBADMSG;
	*s = (struct sock){
		.local = decode_addr(m.idiag_family, m.id.idiag_src),
		.remote = decode_addr(m.idiag_family, m.id.idiag_dst),
		.cookie = (uint64_t)m.id.idiag_cookie[1] << 32 | m.id.idiag_cookie[0],
		.ino = m.idiag_inode,
		.uid = m.idiag_uid,
		.rxq = m.idiag_rqueue,
		.txq = m.idiag_wqueue,
		.lport = ntohs(m.id.idiag_sport),
		.rport = ntohs(m.id.idiag_dport),
		.family = m.idiag_family,
		.proto = (uint8_t)q->proto,
		.state = state,
	};
	/* Old kernels let a timer that is due wrap below zero. */
	*x = (struct sock_ext){
		.ifindex = m.id.idiag_if,
		.expires_ms = m.idiag_expires > INT32_MAX ? 0 : m.idiag_expires,
		.timer = m.idiag_timer,
		.retrans = m.idiag_retrans,
	};
	if (q->info && state == ST_CLOSE_WAIT)
		(void)tcp_facts_since(payload, len, q->now_ns, &x->since_s);
	/* Without this, sockets of an emulation that counts no cookies would all be one; associations
	 * have that of their endpoint. */
	if (s->cookie == 0 || s->cookie == UINT64_MAX || association)
		cookie_make(s);
	return 0;
}

uint64_t inet_diag_group(const void *payload, size_t len)
{
	const size_t head = sizeof(struct inet_diag_msg);
	const struct nlattr *a;
	uint64_t id = 0;
	size_t left;

	if (len < head)
		return 0;
	a = (const void *)((const unsigned char *)payload + head);
	left = len - head;
	for (; attr_ok(a, left); a = attr_next(a, &left)) {
		if (mnl_attr_get_type(a) != INET_DIAG_CGROUP_ID ||
		    mnl_attr_get_payload_len(a) < sizeof(id))
			continue;
		memcpy(&id, mnl_attr_get_payload(a), sizeof(id));
		break;
	}
	return id;
}

/* ---- asking ---------------------------------------------------------- */

/* Rows on their way into a builder, in portions: for the lock, and to look ahead. */
struct dump {
	const struct inet_query *q;
	struct snap_builder *b;
	uint32_t n;
	struct sock sock[BATCH_ROWS];
	struct sock_ext ext[BATCH_ROWS];
	struct tcp_stat stat[BATCH_ROWS]; /* only where the query asks for tcp_info */
	uint64_t group[BATCH_ROWS];       /* only where it asks for places */
	/* Only where the query asks for details: what detail_pack() made of them, one behind the other. */
	struct buf packed;
	struct {
		size_t len;
		uint64_t cgroup;
	} detail[BATCH_ROWS];
};

static void set_beside(const struct dump *d, uint32_t i)
{
	struct tcp_stat *stat = d->q->info ? snap_beside(d->b, SIDE_TCP) : NULL;
	uint32_t *place = d->q->places != NULL ? snap_beside(d->b, SIDE_PLACE) : NULL;

	if (stat != NULL)
		*stat = d->stat[i];
	if (place != NULL && d->group[i] != 0)
		*place = places_of_group(d->q->places, d->b, d->group[i]);
}

/* Minisockets of TIME_WAIT have nothing but a mark. */
static void note_detail(struct dump *d, const void *payload, size_t len)
{
	unsigned char packed[DETAIL_PACKED_MAX];
	struct detail detail = { .has = 0 };
	size_t size;

	inet_detail_take(payload, len, &detail);
	size = detail.has != 0 || detail.tcp_len > 0 ? detail_pack(&detail, packed) : 0;
	buf_add(&d->packed, packed, size);
	d->detail[d->n].len = size;
	d->detail[d->n].cgroup = detail.cgroup_id;
}

static int add_batch(struct dump *d)
{
	size_t at = 0;
	int rc = 0;

	if (d->q->rows_lock != NULL)
		pthread_mutex_lock(d->q->rows_lock);
	for (uint32_t i = 0; i < AHEAD && i < d->n; i++)
		snap_announce(d->b, d->sock[i].cookie);
	for (uint32_t i = 0; i < d->n && rc >= 0; i++) {
		if (i + AHEAD < d->n)
			snap_announce(d->b, d->sock[i + AHEAD].cookie);
		if (d->q->devices != NULL)
			devices_add(d->q->devices, d->ext[i].ifindex);
		rc = snap_add(d->b, &d->sock[i], &d->ext[i]);
		if (rc == 0)
			set_beside(d, i);
		if (d->q->details == 0)
			continue;
		if (rc == 0 && d->detail[i].len > 0)
			rc = snap_put_detail(d->b, (unsigned char *)d->packed.s + at,
					     d->detail[i].len, d->detail[i].cgroup);
		at += d->detail[i].len;
	}
	if (d->q->rows_lock != NULL)
		pthread_mutex_unlock(d->q->rows_lock);
	d->n = 0;
	buf_reset(&d->packed);
	return rc < 0 ? rc : 0;
}

static int add_row(void *ctx, const void *payload, size_t len)
{
	struct dump *d = ctx;
	int rc = inet_diag_decode(d->q, payload, len, &d->sock[d->n], &d->ext[d->n]);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	if (d->q->info &&
	    !tcp_facts_stat(payload, len, (enum tcp_state)d->sock[d->n].state, &d->stat[d->n]))
		d->stat[d->n] = (struct tcp_stat){ 0 };
	if (d->q->places != NULL)
		d->group[d->n] = inet_diag_group(payload, len);
	if (d->q->details != 0)
		note_detail(d, payload, len);
	d->n++;
	return d->n == BATCH_ROWS ? add_batch(d) : 0;
}

int inet_diag_dump(struct nl *nl, const struct inet_query *q, struct snap_builder *b, int cancel_fd,
		   struct nl_stats *st)
{
	uint32_t states = (q->states != 0 ? q->states : STATES_TABLED) |
			  (q->close ? UINT32_C(1) << KERNEL_BOUND_INACTIVE : 0);
	/* The family of the legacy request is ignored; it always walks both. */
	uint8_t ext =
		(uint8_t)(inet_detail_ext(q->details) |
			  (q->info || q->proto == PROTO_MPTCP ? 1u << (INET_DIAG_INFO - 1) : 0));
	uint32_t wide = ip_proto[q->proto];
	struct inet_diag_req legacy = {
		.idiag_family = AF_INET,
		.idiag_ext = ext,
		.idiag_states = states,
	};
	struct inet_diag_req_v2 by_family = {
		.idiag_ext = ext,
		.sdiag_family = (uint8_t)q->family,
		.sdiag_protocol = (uint8_t)wide,
		.idiag_states = states,
	};
	struct dump d;
	struct nl_request rq = {
		.attr = { INET_DIAG_REQ_BYTECODE, q->code, q->code_len },
		.row = add_row,
		.ctx = &d,
	};
	int rc = 0, rest;

	if (wide > UINT8_MAX) {
		rq.attr.type = INET_DIAG_REQ_PROTOCOL;
		rq.attr.data = &wide;
		rq.attr.len = sizeof(wide);
	}
	d.q = q;
	d.b = b;
	d.n = 0;
	d.packed = (struct buf){ .s = NULL };
	if (q->family == AF_UNSPEC) {
		rq.type = TCPDIAG_GETSOCK;
		rq.body = &legacy;
		rq.len = sizeof(legacy);
	} else {
		rq.type = SOCK_DIAG_BY_FAMILY;
		rq.body = &by_family;
		rq.len = sizeof(by_family);
	}
	/* A repeated dump adds what the one before missed; doubles stay out by their cookie. */
	for (int i = 0; i < DUMP_TRIES; i++) {
		st->interrupted = false;
		rc = nl_dump(nl, &rq, cancel_fd, st);
		rest = add_batch(&d);
		rc = rc != 0 ? rc : rest;
		if (rc != 0 || !st->interrupted)
			break;
	}
	buf_free(&d.packed);
	return rc;
}
