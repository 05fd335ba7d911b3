/* SPDX-License-Identifier: MIT */
/*
 * nlrecord tcp|tcp-all|udp4|udp6: writes what the kernel answers to that dump, all with all
 * attributes, as netlink messages with sequence number and port 1, for tests/fixtures/nl. Numbers
 * are in this machine's byte order.
 */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "sockeye/collect/nl.h"

struct recording {
	const char *name;
	struct nl_request request;
};

static int put(uint16_t type, const void *payload, size_t len)
{
	static const char pad[NLMSG_ALIGNTO];
	struct nlmsghdr h = {
		.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + len),
		.nlmsg_type = type,
		.nlmsg_flags = NLM_F_MULTI,
		.nlmsg_seq = 1,
		.nlmsg_pid = 1,
	};

	fwrite(&h, sizeof(h), 1, stdout);
	fwrite(payload, 1, len, stdout);
	fwrite(pad, 1, NLMSG_ALIGN(len) - len, stdout);
	return ferror(stdout) ? -EIO : 0;
}

static int put_row(void *ctx, const void *payload, size_t len)
{
	const struct nl_request *rq = ctx;

	return put(rq->type, payload, len);
}

int main(int argc, char **argv)
{
	const unsigned states = 0xfff | 1 << 13;
	struct inet_diag_req tcp = { .idiag_family = AF_INET, .idiag_states = states };
	struct inet_diag_req_v2 udp = { .sdiag_protocol = IPPROTO_UDP, .idiag_states = states };
	struct nl_request rq = { .type = SOCK_DIAG_BY_FAMILY, .row = put_row, .ctx = &rq };
	const char *what = argc == 2 ? argv[1] : "";
	struct nl_stats st = { 0 };
	struct nl *nl;
	int rc;

	rq.body = &udp;
	rq.len = sizeof(udp);
	if (strcmp(what, "tcp-all") == 0)
		tcp.idiag_ext = 0xff;
	if (strcmp(what, "tcp") == 0 || strcmp(what, "tcp-all") == 0) {
		rq.type = TCPDIAG_GETSOCK;
		rq.body = &tcp;
		rq.len = sizeof(tcp);
	} else if (strcmp(what, "udp4") == 0) {
		udp.sdiag_family = AF_INET;
	} else if (strcmp(what, "udp6") == 0) {
		udp.sdiag_family = AF_INET6;
	} else {
		fputs("usage: nlrecord tcp|tcp-all|udp4|udp6\n", stderr);
		return 2;
	}
	rc = nl_open(&nl);
	if (rc == 0) {
		rc = nl_dump(nl, &rq, -1, &st);
		nl_close(nl);
	}
	if (rc == 0)
		rc = put(NLMSG_DONE, &(const int){ 0 }, sizeof(int));
	if (rc != 0 || fflush(stdout) != 0) {
		fprintf(stderr, "nlrecord: %s\n", strerror(rc != 0 ? -rc : errno));
		return 1;
	}
	return 0;
}
