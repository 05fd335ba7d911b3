/* SPDX-License-Identifier: MIT */
/*
 * One datagram of a sock_diag dump: the walk over its messages, and their contents. The first byte
 * says what was asked for. Messages count with sequence number and port 1.
 */
#include "fuzz.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "sockeye/collect/inet_diag.h"

static const struct inet_query queries[] = {
	{ .proto = PROTO_TCP, .family = AF_UNSPEC },
	{ .proto = PROTO_TCP, .family = AF_INET },
	{ .proto = PROTO_UDP, .family = AF_INET },
	{ .proto = PROTO_UDP, .family = AF_INET6 },
};

static int take_row(void *ctx, const void *payload, size_t len)
{
	const struct inet_query *q = ctx;
	struct sock s;
	struct sock_ext x;
	int rc = inet_diag_decode(q, payload, len, &s, &x);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	REQUIRE(s.proto == q->proto && s.state > 0 && s.state < ST_COUNT);
	REQUIRE(s.family == AF_INET || s.family == AF_INET6);
	REQUIRE(q->family == AF_UNSPEC || q->family == s.family);
	REQUIRE(s.family == AF_INET6 || (addr_is_v4(&s.local) && addr_is_v4(&s.remote)));
	REQUIRE(s.cookie != 0 && x.expires_ms <= INT32_MAX);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct inet_query q = queries[size > 0 ? data[0] % 4 : 0];
	struct nl_request rq = {
		.type = q.family == AF_UNSPEC ? TCPDIAG_GETSOCK : SOCK_DIAG_BY_FAMILY,
		.row = take_row,
		.ctx = &q,
	};
	struct nl_stats st = { 0 };
	size_t len = size > 0 ? size - 1 : 0;
	void *datagram;
	int rc;

	if (len > NL_BUFFER_SIZE)
		return 0;
	datagram = malloc(len > 0 ? len : 1); /* aligned, and as long as the datagram is */
	if (len > 0)
		memcpy(datagram, data + 1, len);
	rc = nl_walk(&rq, 1, 1, datagram, len, &st);
	REQUIRE(rc <= 1 && (rc == 1) == !st.finished);
	REQUIRE(st.rows + st.dropped <= len / NLMSG_HDRLEN + 1);
	free(datagram);
	return 0;
}
