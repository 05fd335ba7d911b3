/* SPDX-License-Identifier: MIT */
/* One datagram of the destroy groups of sock_diag: the walk over its messages, and their contents. */
#include "fuzz.h"

#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>

#include "sockeye/collect/ended.h"
#include "sockeye/collect/nl.h"

static int take_message(void *ctx, const void *payload, size_t len)
{
	struct ended x = { .mono_ns = 4711 };
	int rc = ended_decode(payload, len, &x);

	(void)ctx;
	REQUIRE(x.mono_ns == 4711);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	REQUIRE(x.proto == PROTO_TCP || x.proto == PROTO_UDP);
	REQUIRE(x.family == AF_INET || x.family == AF_INET6);
	REQUIRE(x.family == AF_INET6 || (addr_is_v4(&x.local) && addr_is_v4(&x.remote)));
	REQUIRE(x.lport != 0 && x.state < ST_COUNT);
	REQUIRE(x.proto == PROTO_TCP ? x.state == 0 : x.flags == 0);
	REQUIRE(x.flags & ENDED_OPENED || x.least_ms == 0);
	REQUIRE(x.flags & ENDED_OPENED || !(x.flags & ENDED_AGE));
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct nl_request rq = { .type = SOCK_DIAG_BY_FAMILY, .row = take_message };
	struct nl_stats st = { 0 };
	void *datagram;
	int rc;

	if (size > NL_BUFFER_SIZE)
		return 0;
	datagram = malloc(size > 0 ? size : 1); /* aligned, and as long as the datagram is */
	if (size > 0)
		memcpy(datagram, data, size);
	rc = nl_walk(&rq, 0, 0, datagram, size, &st);
	REQUIRE(rc <= 1 && (rc == 1) == !st.finished);
	REQUIRE(st.rows + st.dropped <= size / NLMSG_HDRLEN + 1);
	free(datagram);
	return 0;
}
