/* SPDX-License-Identifier: MIT */
/* One message of the destroy groups: the head of inet_diag, the protocol, and tcp_info for TCP. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "attrs.h"
#include "sockeye/collect/ended.h"
#include "sockeye/model/detail.h"

/* The attributes that matter, where they are. */
struct found {
	const uint8_t *protocol;
	const unsigned char *info;
	size_t info_len;
};

static struct found find_attrs(const void *behind, size_t len)
{
	struct found f = { .protocol = NULL };

	for (const struct nlattr *a = behind; attr_ok(a, len); a = attr_next(a, &len)) {
		const size_t n = mnl_attr_get_payload_len(a);

		if (mnl_attr_get_type(a) == INET_DIAG_PROTOCOL && n > 0) {
			f.protocol = mnl_attr_get_payload(a);
		} else if (mnl_attr_get_type(a) == INET_DIAG_INFO) {
			f.info = mnl_attr_get_payload(a);
			f.info_len = n;
		}
	}
	return f;
}

static struct addr decode_addr(uint8_t family, const void *words)
{
	return family == AF_INET ? addr_v4(words) : addr_v6(words);
}

static uint64_t read_or_0(const struct found *f, enum tcpi_id id)
{
	uint64_t value;

	return tcpi_read(f->info, f->info_len, id, &value) ? value : 0;
}

/*
 * The clocks of the last data each way are set when a connection is established, and from then on by
 * data only: the one of a direction without any tells how long ago that was.
 */
static void read_age(const struct found *f, struct ended *x)
{
	const uint32_t sent_ms = (uint32_t)read_or_0(f, TCPI_LAST_DATA_SENT);
	const uint32_t recv_ms = (uint32_t)read_or_0(f, TCPI_LAST_DATA_RECV);
	uint64_t in, out;

	x->least_ms = sent_ms > recv_ms ? sent_ms : recv_ms;
	if (tcpi_read(f->info, f->info_len, TCPI_DATA_SEGS_IN, &in) &&
	    tcpi_read(f->info, f->info_len, TCPI_DATA_SEGS_OUT, &out) && (in == 0 || out == 0))
		x->flags |= ENDED_AGE;
}

/* Of a connection that failed, or that nobody accepted, the kernel has forgotten all of this. */
static void read_info(const struct found *f, struct ended *x)
{
	if (tcpi_read(f->info, f->info_len, TCPI_BYTES_RETRANS, &x->retrans)) {
		x->sent = read_or_0(f, TCPI_BYTES_SENT);
		x->flags |= ENDED_SENT;
	}
	if (tcpi_read(f->info, f->info_len, TCPI_BYTES_RECEIVED, &x->received))
		x->flags |= ENDED_RECEIVED;
	if (x->received == 0 && read_or_0(f, TCPI_BYTES_ACKED) == 0 && read_or_0(f, TCPI_RTT) == 0)
		return;
	x->flags |= ENDED_OPENED;
	read_age(f, x);
}

int ended_decode(const void *payload, size_t len, struct ended *x)
{
	const int64_t mono_ns = x->mono_ns;
	struct inet_diag_msg m;
	struct found f;

	if (len < sizeof(m))
		return -EBADMSG;
	memcpy(&m, payload, sizeof(m));
	f = find_attrs((const unsigned char *)payload + sizeof(m), len - sizeof(m));
	if (f.protocol == NULL)
		return -EBADMSG;
	if ((m.idiag_family != AF_INET && m.idiag_family != AF_INET6) ||
	    (*f.protocol != IPPROTO_TCP && *f.protocol != IPPROTO_UDP) || m.id.idiag_sport == 0)
		return 1;
	*x = (struct ended){
		.local = decode_addr(m.idiag_family, m.id.idiag_src),
		.remote = decode_addr(m.idiag_family, m.id.idiag_dst),
		.cookie = (uint64_t)m.id.idiag_cookie[1] << 32 | m.id.idiag_cookie[0],
		.mono_ns = mono_ns,
		.ifindex = m.id.idiag_if,
		.lport = ntohs(m.id.idiag_sport),
		.rport = ntohs(m.id.idiag_dport),
		.family = m.idiag_family,
		.proto = *f.protocol == IPPROTO_TCP ? PROTO_TCP : PROTO_UDP,
	};
	if (x->proto == PROTO_TCP && f.info != NULL)
		read_info(&f, x);
	else if (x->proto == PROTO_UDP && m.idiag_state < ST_COUNT)
		x->state = m.idiag_state;
	return 0;
}
