/* SPDX-License-Identifier: MIT */
#include "bare.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* The kernel makes no longer datagrams than this for a dump. */
#define DUMP_SIZE 32768
/* Bits 1 to 12: every state of a connected, listening, half-open or ending socket. */
#define STATES 0x1ffeu

int bare_open(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
}

static int ask(int fd)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_req req;
	} m = {
		.head = { .nlmsg_len = NLMSG_LENGTH(sizeof(m.req)),
			  .nlmsg_type = TCPDIAG_GETSOCK,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.req = { .idiag_family = AF_INET, .idiag_states = STATES },
	};

	return send(fd, &m, m.head.nlmsg_len, 0) == (ssize_t)m.head.nlmsg_len ? 0 : -1;
}

/* DONE is the last message of the last datagram, a header and an int: no need to walk to it. */
static bool is_last(const unsigned char *buf, size_t len)
{
	struct nlmsghdr h;
	size_t size = NLMSG_LENGTH(sizeof(int));

	if (len < size)
		return false;
	memcpy(&h, buf + len - size, sizeof(h));
	return h.nlmsg_type == NLMSG_DONE && h.nlmsg_len == size;
}

static uint32_t count(const unsigned char *buf, size_t len)
{
	struct nlmsghdr h;
	uint32_t n = 0;

	for (size_t at = 0; len - at >= sizeof(h); at += NLMSG_ALIGN(h.nlmsg_len)) {
		memcpy(&h, buf + at, sizeof(h));
		if (h.nlmsg_len < sizeof(h) || h.nlmsg_len > len - at)
			break;
		n += h.nlmsg_type == TCPDIAG_GETSOCK;
		if (NLMSG_ALIGN(h.nlmsg_len) >= len - at)
			break;
	}
	return n;
}

int bare_dump(int fd, uint32_t *sockets)
{
	static unsigned char buf[DUMP_SIZE];
	ssize_t len;

	if (sockets)
		*sockets = 0;
	if (ask(fd) < 0)
		return -1;
	do {
		len = recv(fd, buf, sizeof(buf), 0);
		if (len <= 0)
			return -1;
		if (sockets)
			*sockets += count(buf, (size_t)len);
	} while (!is_last(buf, (size_t)len));
	return 0;
}

static int64_t read_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

int64_t clock_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_cpu_ns(void)
{
	return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

static int by_value(const void *a, const void *b)
{
	int64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

int64_t median(int64_t *v, unsigned n)
{
	qsort(v, n, sizeof(*v), by_value);
	return v[n / 2];
}
