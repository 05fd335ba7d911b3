/* SPDX-License-Identifier: MIT */
#include "tcp_facts.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "attrs.h"
#include "sockeye/base/mem.h"
#include "sockeye/collect/clock.h"
#include "sockeye/collect/inet_diag.h"

#define EXT(attr) (1u << ((attr)-1))

/* Which of the numbers of SKMEMINFO. Not before Linux 4.7. */
#define DROPS_AT (SKMEM_DROPS * sizeof(uint32_t))

/* ---- decoding -------------------------------------------------------- */

/* The contents of an attribute of a message, *n bytes; NULL when it has none. */
static const unsigned char *find_attr(const void *payload, size_t len, uint16_t type, size_t *n)
{
	const size_t head = sizeof(struct inet_diag_msg);
	const void *behind = (const unsigned char *)payload + head;

	if (len < head)
		return NULL;
	len -= head;
	for (const struct nlattr *a = behind; attr_ok(a, len); a = attr_next(a, &len)) {
		if (mnl_attr_get_type(a) != type)
			continue;
		*n = mnl_attr_get_payload_len(a);
		return mnl_attr_get_payload(a);
	}
	return NULL;
}

bool tcp_facts_since(const void *payload, size_t len, int64_t now_ns, uint32_t *since_s)
{
	size_t n;
	const unsigned char *info = find_attr(payload, len, INET_DIAG_INFO, &n);
	uint64_t ms;
	int64_t at_ns;

	/* The clock of the last ACK starts anew as the FIN comes, that of the last data does not. */
	if (info == NULL || !tcpi_read(info, n, TCPI_LAST_ACK_RECV, &ms))
		return false;
	at_ns = now_ns - (int64_t)ms * NS_PER_MS;
	*since_s = at_ns >= NS_PER_SEC ? (uint32_t)(at_ns / NS_PER_SEC) : 1;
	return true;
}

bool tcp_facts_drops(const void *payload, size_t len, uint32_t *drops)
{
	size_t n;
	const unsigned char *memory = find_attr(payload, len, INET_DIAG_SKMEMINFO, &n);

	if (memory == NULL || n < DROPS_AT + sizeof(*drops))
		return false;
	memcpy(drops, memory + DROPS_AT, sizeof(*drops));
	return true;
}

/* Before a connection is established the kernel's clocks count from nowhere. */
static bool has_clocks(enum tcp_state st)
{
	return (ST_BIT(st) & (ST_BIT(ST_ESTABLISHED) | ST_BIT(ST_FIN_WAIT1) | ST_BIT(ST_FIN_WAIT2) |
			      ST_BIT(ST_CLOSE_WAIT) | ST_BIT(ST_LAST_ACK) | ST_BIT(ST_CLOSING))) !=
	       0;
}

/* 0 where the struct is too short for it. */
static uint64_t read_or_0(const unsigned char *info, size_t n, enum tcpi_id id)
{
	uint64_t value;

	return tcpi_read(info, n, id, &value) ? value : 0;
}

bool tcp_facts_stat(const void *payload, size_t len, enum tcp_state st, struct tcp_stat *t)
{
	size_t n;
	const unsigned char *info = find_attr(payload, len, INET_DIAG_INFO, &n);
	uint64_t idle_ms, recv_ms, again;

	/* The numbers of a listener are those of its queue. */
	if (info == NULL || st == ST_LISTEN)
		return false;
	*t = (struct tcp_stat){
		.received = read_or_0(info, n, TCPI_BYTES_RECEIVED),
		.idle_ms = UINT32_MAX,
		.rtt_us = (uint32_t)read_or_0(info, n, TCPI_RTT),
		.retrans = (uint32_t)read_or_0(info, n, TCPI_TOTAL_RETRANS),
		.segs_out = (uint32_t)read_or_0(info, n, TCPI_SEGS_OUT),
	};
	/* Linux before 4.19 tells only what the peer has acknowledged. */
	if (tcpi_read(info, n, TCPI_BYTES_RETRANS, &again))
		t->sent = read_or_0(info, n, TCPI_BYTES_SENT) - again;
	else
		t->sent = read_or_0(info, n, TCPI_BYTES_ACKED);
	if (has_clocks(st) && tcpi_read(info, n, TCPI_LAST_DATA_SENT, &idle_ms) &&
	    tcpi_read(info, n, TCPI_LAST_DATA_RECV, &recv_ms))
		t->idle_ms = (uint32_t)(idle_ms < recv_ms ? idle_ms : recv_ms);
	return true;
}

/* ---- asking ---------------------------------------------------------- */

struct asked {
	struct snap_builder *b;
	int64_t now_ns;
};

static uint64_t cookie_of(const void *payload, size_t len)
{
	struct inet_diag_msg m;

	if (len < sizeof(m))
		return 0;
	memcpy(&m, payload, sizeof(m));
	return (uint64_t)m.id.idiag_cookie[1] << 32 | m.id.idiag_cookie[0];
}

static int take_since(void *ctx, const void *payload, size_t len)
{
	const struct asked *a = ctx;
	uint32_t since_s;

	if (tcp_facts_since(payload, len, a->now_ns, &since_s))
		snap_set_since(a->b, cookie_of(payload, len), since_s);
	return 0;
}

static int take_drops(void *ctx, const void *payload, size_t len)
{
	const struct asked *a = ctx;
	uint32_t drops;

	if (tcp_facts_drops(payload, len, &drops))
		snap_set_drops(a->b, cookie_of(payload, len), drops);
	return 0;
}

static int ask_family(struct nl *nl, int family, enum tcp_state st, unsigned ext,
		      int (*row)(void *ctx, const void *payload, size_t len), struct asked *a,
		      int cancel_fd)
{
	struct inet_diag_req legacy = {
		.idiag_family = AF_INET,
		.idiag_ext = (uint8_t)ext,
		.idiag_states = ST_BIT(st),
	};
	struct inet_diag_req_v2 one = {
		.sdiag_family = (uint8_t)family,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_ext = (uint8_t)ext,
		.idiag_states = ST_BIT(st),
	};
	const bool both = family == AF_UNSPEC;
	const struct nl_request rq = {
		.type = both ? TCPDIAG_GETSOCK : SOCK_DIAG_BY_FAMILY,
		.body = both ? (const void *)&legacy : &one,
		.len = both ? sizeof(legacy) : sizeof(one),
		.row = row,
		.ctx = a,
	};
	struct nl_stats stats = { 0 };
	int rc = nl_dump(nl, &rq, cancel_fd, &stats);

	return rc == -ECANCELED ? rc : 0;
}

static int ask(struct nl *nl, bool by_family, struct snap_builder *b, enum tcp_state st,
	       unsigned ext, int (*row)(void *ctx, const void *payload, size_t len), int cancel_fd)
{
	struct asked a = { .b = b, .now_ns = clock_ns(CLOCK_MONOTONIC) };
	int rc;

	if (!by_family)
		return ask_family(nl, AF_UNSPEC, st, ext, row, &a, cancel_fd);
	rc = ask_family(nl, AF_INET, st, ext, row, &a, cancel_fd);
	return rc != 0 ? rc : ask_family(nl, AF_INET6, st, ext, row, &a, cancel_fd);
}

static bool is_due(struct tcp_facts *f, const struct snap_builder *b)
{
	const struct snap *prev = snap_prev(b);

	if (prev == NULL || prev->since_untold)
		f->untold = true;
	if (snap_count(b, ST_CLOSE_WAIT) == 0)
		f->untold = false;
	return f->untold && (f->since_ns == 0 || clock_ns(CLOCK_MONOTONIC) - f->since_ns >=
							 TCP_FACTS_PERIOD_S * NS_PER_SEC);
}

int tcp_facts_update(struct tcp_facts *f, struct nl *nl, bool by_family, bool told,
		     struct snap_builder *b, int cancel_fd)
{
	int rc = 0;

	if (snap_count(b, ST_LISTEN) > 0)
		rc = ask(nl, by_family, b, ST_LISTEN, EXT(INET_DIAG_SKMEMINFO), take_drops,
			 cancel_fd);
	if (rc != 0 || told || !is_due(f, b))
		return rc;
	rc = ask(nl, by_family, b, ST_CLOSE_WAIT, EXT(INET_DIAG_INFO), take_since, cancel_fd);
	f->since_ns = clock_ns(CLOCK_MONOTONIC);
	f->untold = false;
	return rc;
}
