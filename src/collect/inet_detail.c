/* SPDX-License-Identifier: MIT */
#include "sockeye/collect/inet_detail.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "attrs.h"
#include "sockeye/base/mem.h"

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

static void take_ulp(const void *from, size_t len, struct detail *d)
{
	const struct attr_info name = TO(INET_ULP_INFO_NAME, FORM_NAME, ulp, 0);

	for (const struct nlattr *a = from; attr_ok(a, len); a = attr_next(a, &len))
		if (mnl_attr_get_type(a) == INET_ULP_INFO_NAME)
			take(&name, mnl_attr_get_payload(a), mnl_attr_get_payload_len(a), d);
}

static void take_attr(const struct nlattr *a, struct detail *d)
{
	const void *from = mnl_attr_get_payload(a);
	size_t len = mnl_attr_get_payload_len(a);
	uint16_t type = mnl_attr_get_type(a);
	const uint8_t *byte = from;

	if (type == INET_DIAG_INFO)
		d->tcp_len = (uint16_t)len;
	else if (type == INET_DIAG_SKV6ONLY && len > 0) {
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
	const unsigned char *behind = (const unsigned char *)payload + sizeof(m);

	if (len < sizeof(m))
		return -EBADMSG;
	memcpy(&m, payload, sizeof(m));
	if (((uint64_t)m.id.idiag_cookie[1] << 32 | m.id.idiag_cookie[0]) != d->cookie)
		return 1;
	len -= sizeof(m);
	for (const struct nlattr *a = (const void *)behind; attr_ok(a, len); a = attr_next(a, &len))
		take_attr(a, d);
	return 0;
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
		.sdiag_protocol = s->proto == PROTO_TCP ? IPPROTO_TCP : IPPROTO_UDP,
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

/* A dump of the sockets in its state and on its port. */
static int search_port(struct nl *nl, const struct sock *s, struct answer *a, int cancel_fd)
{
	struct inet_diag_req_v2 body = make_request(s, 0);
	const struct nl_request rq = { .type = SOCK_DIAG_BY_FAMILY,
				       .body = &body,
				       .len = sizeof(body),
				       .row = take_answer,
				       .ctx = a };
	struct nl_stats st = { 0 };
	int rc;

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
	int rc = look_up(nl, s, ifindex, &a, cancel_fd);

	if (rc == -ENOENT &&
	    (s->proto == PROTO_UDP || s->state == ST_LISTEN || s->state == ST_CLOSE))
		rc = search_port(nl, s, &a, cancel_fd);
	return rc;
}
