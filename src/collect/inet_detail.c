/* SPDX-License-Identifier: MIT */
#include "sockeye/collect/inet_detail.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/mptcp.h>
#include <linux/sock_diag.h>
#include <linux/tls.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "attrs.h"
#include "sockeye/base/mem.h"
#include "sockeye/collect/inet_diag.h"

#define KERNEL_BOUND_INACTIVE 13   /* as in inet_diag.c: shown as CLOSE */
#define EXT_ALL               0xff /* safe on every kernel: it passes over what it does not know */
#define STATES_ALL            UINT32_MAX

/* ---- decoding -------------------------------------------------------- */

/* What an attribute is copied to: numbers in this machine's byte order. */
enum form {
	FORM_BYTES, /* as many as there are, the rest zero */
	FORM_WHOLE, /* only if it has at least size bytes */
	FORM_NAME,  /* text that a NUL may end, kept with one behind it */
};

struct attr_info {
	uint16_t type;
	uint8_t form; /* enum form */
	uint16_t offset, size;
	unsigned has; /* enum detail_has */
};

#define TO(type, form, member, has)                                                                \
	{                                                                                          \
		type, form, offsetof(struct detail, member), sizeof(((struct detail *)0)->member), \
			has                                                                        \
	}

static const struct attr_info attrs[] = {
	TO(INET_DIAG_INFO, FORM_BYTES, tcp, 0),
	TO(INET_DIAG_CONG, FORM_NAME, congestion, 0),
	TO(INET_DIAG_TOS, FORM_WHOLE, tos, DETAIL_TOS),
	TO(INET_DIAG_TCLASS, FORM_WHOLE, tclass, DETAIL_TCLASS),
	TO(INET_DIAG_SKMEMINFO, FORM_BYTES, skmem, DETAIL_SKMEM),
	TO(INET_DIAG_SHUTDOWN, FORM_WHOLE, shutdown, DETAIL_SHUTDOWN),
	TO(INET_DIAG_MARK, FORM_WHOLE, mark, DETAIL_MARK),
	TO(INET_DIAG_BBRINFO, FORM_WHOLE, bbr, DETAIL_BBR),
	TO(INET_DIAG_CLASS_ID, FORM_WHOLE, class_id, DETAIL_CLASS_ID),
	TO(INET_DIAG_CGROUP_ID, FORM_WHOLE, cgroup_id, DETAIL_CGROUP),
	TO(INET_DIAG_VEGASINFO, FORM_WHOLE, vegas, DETAIL_VEGAS),
};

/* The headers may be older than the kernel: TLS_INFO_ZC_RO_TX and TLS_INFO_RX_NO_PAD. */
#define INFO_ZC_RO_TX  5
#define INFO_RX_NO_PAD 6

static const struct attr_info tls_attrs[] = {
	TO(TLS_INFO_VERSION, FORM_WHOLE, tls.version, DETAIL_TLS),
	TO(TLS_INFO_CIPHER, FORM_WHOLE, tls.cipher, DETAIL_TLS),
	TO(TLS_INFO_TXCONF, FORM_WHOLE, tls.tx, DETAIL_TLS),
	TO(TLS_INFO_RXCONF, FORM_WHOLE, tls.rx, DETAIL_TLS),
};

static const struct attr_info subflow_attrs[] = {
	TO(MPTCP_SUBFLOW_ATTR_TOKEN_REM, FORM_WHOLE, subflow.token_remote, DETAIL_SUBFLOW),
	TO(MPTCP_SUBFLOW_ATTR_TOKEN_LOC, FORM_WHOLE, subflow.token_local, DETAIL_SUBFLOW),
	TO(MPTCP_SUBFLOW_ATTR_RELWRITE_SEQ, FORM_WHOLE, subflow.relwrite_seq, DETAIL_SUBFLOW),
	TO(MPTCP_SUBFLOW_ATTR_MAP_SEQ, FORM_WHOLE, subflow.map_seq, DETAIL_SUBFLOW),
	TO(MPTCP_SUBFLOW_ATTR_MAP_SFSEQ, FORM_WHOLE, subflow.map_subflow_seq, DETAIL_SUBFLOW),
	TO(MPTCP_SUBFLOW_ATTR_SSN_OFFSET, FORM_WHOLE, subflow.offset, DETAIL_SUBFLOW),
	TO(MPTCP_SUBFLOW_ATTR_MAP_DATALEN, FORM_WHOLE, subflow.map_len, DETAIL_SUBFLOW),
	TO(MPTCP_SUBFLOW_ATTR_FLAGS, FORM_WHOLE, subflow.flags, DETAIL_SUBFLOW),
	TO(MPTCP_SUBFLOW_ATTR_ID_REM, FORM_WHOLE, subflow.id_remote, DETAIL_SUBFLOW),
	TO(MPTCP_SUBFLOW_ATTR_ID_LOC, FORM_WHOLE, subflow.id_local, DETAIL_SUBFLOW),
};

static const struct attr_info ulp_attrs[] = {
	TO(INET_ULP_INFO_NAME, FORM_NAME, ulp, 0),
};

static void take(const struct attr_info *a, const void *from, size_t len, struct detail *d)
{
	unsigned char *to = (unsigned char *)d + a->offset;
	size_t n = len < a->size ? len : a->size;

	if (a->form == FORM_WHOLE && len < a->size)
		return;
	if (a->form == FORM_NAME)
		n = strnlen(from, len < a->size ? len : a->size - 1U);
	memset(to, 0, a->size);
	memcpy(to, from, n);
	d->has |= a->has;
}

static void take_dctcp(const void *from, size_t len, struct detail *d)
{
	struct tcp_dctcp_info info;

	if (len < sizeof(info))
		return;
	memcpy(&info, from, sizeof(info));
	d->dctcp[0] = info.dctcp_enabled;
	d->dctcp[1] = info.dctcp_ce_state;
	d->dctcp[2] = info.dctcp_alpha;
	d->dctcp[3] = info.dctcp_ab_ecn;
	d->dctcp[4] = info.dctcp_ab_tot;
	d->has |= DETAIL_DCTCP;
}

/* Takes the attributes of a nest that are in the table. */
static void take_nest(const struct attr_info *table, size_t n, const void *from, size_t len,
		      struct detail *d)
{
	for (const struct nlattr *a = from; attr_ok(a, len); a = attr_next(a, &len))
		for (size_t i = 0; i < n; i++)
			if (table[i].type == mnl_attr_get_type(a))
				take(&table[i], mnl_attr_get_payload(a),
				     mnl_attr_get_payload_len(a), d);
}

/* Attributes that are there or not, without contents. */
static void take_tls_flags(const void *from, size_t len, struct detail *d)
{
	for (const struct nlattr *a = from; attr_ok(a, len); a = attr_next(a, &len)) {
		d->tls.zc_ro_tx |= mnl_attr_get_type(a) == INFO_ZC_RO_TX;
		d->tls.rx_no_pad |= mnl_attr_get_type(a) == INFO_RX_NO_PAD;
	}
}

static void take_ulp(const void *from, size_t len, struct detail *d)
{
	take_nest(ulp_attrs, ARRAY_SIZE(ulp_attrs), from, len, d);
	for (const struct nlattr *a = from; attr_ok(a, len); a = attr_next(a, &len)) {
		const void *nest = mnl_attr_get_payload(a);
		size_t size = mnl_attr_get_payload_len(a);

		if (mnl_attr_get_type(a) == INET_ULP_INFO_TLS) {
			take_nest(tls_attrs, ARRAY_SIZE(tls_attrs), nest, size, d);
			take_tls_flags(nest, size, d);
		} else if (mnl_attr_get_type(a) == INET_ULP_INFO_MPTCP) {
			take_nest(subflow_attrs, ARRAY_SIZE(subflow_attrs), nest, size, d);
		}
	}
}

/* Kernels before 4.7 tell no drops. */
static void count_memory(size_t len, struct detail *d)
{
	size_t n = len / sizeof(d->skmem[0]);

	d->skmem_known = (uint8_t)(n < SKMEM_COUNT ? n : SKMEM_COUNT);
}

static void take_attr(const struct nlattr *a, struct detail *d)
{
	const void *from = mnl_attr_get_payload(a);
	size_t len = mnl_attr_get_payload_len(a);
	uint16_t type = mnl_attr_get_type(a);
	const uint8_t *byte = from;

	if (type == INET_DIAG_INFO) {
		d->tcp_len = (uint16_t)len;
	} else if (type == INET_DIAG_SKMEMINFO) {
		count_memory(len, d);
	} else if (type == INET_DIAG_SKV6ONLY && len > 0) {
		d->v6only = byte[0] != 0;
		d->has |= DETAIL_V6ONLY;
	} else if (type == INET_DIAG_SOCKOPT && len >= 2) {
		d->options = (uint16_t)(byte[0] | byte[1] << 8);
		d->has |= DETAIL_OPTIONS;
	} else if (type == INET_DIAG_DCTCPINFO) {
		take_dctcp(from, len, d);
	} else if (type == INET_DIAG_ULP_INFO) {
		take_ulp(from, len, d);
	}
	for (size_t i = 0; i < ARRAY_SIZE(attrs); i++)
		if (attrs[i].type == type)
			take(&attrs[i], from, len, d);
}

int inet_detail_decode(const void *payload, size_t len, struct detail *d)
{
	struct inet_diag_msg m;

	if (len < sizeof(m))
		return -EBADMSG;
	memcpy(&m, payload, sizeof(m));
	if (((uint64_t)m.id.idiag_cookie[1] << 32 | m.id.idiag_cookie[0]) != d->cookie)
		return 1;
	inet_detail_take(payload, len, d);
	return 0;
}

void inet_detail_take(const void *payload, size_t len, struct detail *d)
{
	const size_t head = sizeof(struct inet_diag_msg);
	const void *behind = (const unsigned char *)payload + head;

	if (len < head)
		return;
	len -= head;
	for (const struct nlattr *a = behind; attr_ok(a, len); a = attr_next(a, &len))
		take_attr(a, d);
}

uint8_t inet_detail_ext(unsigned parts)
{
	static const struct {
		uint8_t part, attr;
	} ext[] = {
		{ DETAIL_PART_SOCKET, INET_DIAG_TOS },
		{ DETAIL_PART_SOCKET, INET_DIAG_TCLASS },
		{ DETAIL_PART_MEMORY, INET_DIAG_SKMEMINFO },
		{ DETAIL_PART_INFO, INET_DIAG_INFO },
		{ DETAIL_PART_INFO, INET_DIAG_VEGASINFO },
		{ DETAIL_PART_INFO, INET_DIAG_CONG },
	};
	unsigned bits = 0;

	for (size_t i = 0; i < ARRAY_SIZE(ext); i++)
		if ((parts & ext[i].part) != 0)
			bits |= 1u << (ext[i].attr - 1);
	return (uint8_t)bits;
}

/* ---- asking ---------------------------------------------------------- */

struct answer {
	struct detail *d;
	bool came;
};

static int take_answer(void *ctx, const void *payload, size_t len)
{
	struct answer *a = ctx;
	int rc = inet_detail_decode(payload, len, a->d);

	a->came |= rc == 0;
	return rc < 0 ? rc : 0;
}

static void put_addr(const struct sock *s, const struct addr *a, __be32 to[4])
{
	if (s->family == AF_INET)
		memcpy(to, a->b + 12, 4);
	else
		memcpy(to, a->b, 16);
}

static struct inet_diag_req_v2 make_request(const struct sock *s, uint32_t ifindex)
{
	struct inet_diag_req_v2 rq = {
		.sdiag_family = s->family,
		.sdiag_protocol = (uint8_t)inet_diag_number(s->proto),
		.idiag_ext = EXT_ALL,
		.idiag_states = STATES_ALL,
		.id = {
			.idiag_sport = htons(s->lport),
			.idiag_dport = htons(s->rport),
			.idiag_if = ifindex,
			.idiag_cookie = { (uint32_t)s->cookie, (uint32_t)(s->cookie >> 32) },
		},
	};

	put_addr(s, &s->local, rq.id.idiag_src);
	put_addr(s, &s->remote, rq.id.idiag_dst);
	return rq;
}

/* An exact query of UDP looks for the receiver of a packet, whose source is the remote end. */
static void swap_ends(struct inet_diag_sockid *id)
{
	struct inet_diag_sockid was = *id;

	id->idiag_sport = was.idiag_dport;
	id->idiag_dport = was.idiag_sport;
	memcpy(id->idiag_src, was.idiag_dst, sizeof(id->idiag_src));
	memcpy(id->idiag_dst, was.idiag_src, sizeof(id->idiag_dst));
}

static int look_up(struct nl *nl, const struct sock *s, uint32_t ifindex, struct answer *a,
		   int cancel_fd)
{
	struct inet_diag_req_v2 body = make_request(s, ifindex);
	const struct nl_request rq = { .type = SOCK_DIAG_BY_FAMILY,
				       .body = &body,
				       .len = sizeof(body),
				       .row = take_answer,
				       .ctx = a };
	int rc;

	if (s->proto == PROTO_UDP)
		swap_ends(&body.id);
	rc = nl_get(nl, &rq, cancel_fd);
	/* ESTALE: another socket has these ends. */
	return rc == -ESTALE || (rc == 0 && !a->came) ? -ENOENT : rc;
}

/* Others are found by what only they have, or not at all; their states may be numbered otherwise. */
static bool has_exact_query(const struct sock *s)
{
	return s->proto == PROTO_TCP || s->proto == PROTO_UDP;
}

/* A dump of the sockets in its state and on its port. */
static int search_port(struct nl *nl, const struct sock *s, struct answer *a, int cancel_fd)
{
	struct inet_diag_req_v2 body = make_request(s, 0);
	const uint32_t number = inet_diag_number(s->proto);
	struct nl_request rq = { .type = SOCK_DIAG_BY_FAMILY,
				 .body = &body,
				 .len = sizeof(body),
				 .row = take_answer,
				 .ctx = a };
	struct nl_stats st = { 0 };
	int rc;

	if (number > UINT8_MAX) {
		rq.attr.type = INET_DIAG_REQ_PROTOCOL;
		rq.attr.data = &number;
		rq.attr.len = sizeof(number);
	}
	if (has_exact_query(s))
		body.idiag_states = UINT32_C(1) << (s->proto == PROTO_TCP && s->state == ST_CLOSE
							    ? KERNEL_BOUND_INACTIVE
							    : s->state);
	rc = nl_dump(nl, &rq, cancel_fd, &st);
	return rc == 0 && !a->came ? -ENOENT : rc;
}

int inet_detail_ask(struct nl *nl, const struct sock *s, uint32_t ifindex, struct detail *d,
		    int cancel_fd)
{
	struct answer a = { .d = d };
	int rc = has_exact_query(s) ? look_up(nl, s, ifindex, &a, cancel_fd) : -ENOENT;

	if (rc == -ENOENT &&
	    (s->proto != PROTO_TCP || s->state == ST_LISTEN || s->state == ST_CLOSE))
		rc = search_port(nl, s, &a, cancel_fd);
	return rc;
}
