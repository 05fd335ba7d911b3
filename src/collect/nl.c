/* SPDX-License-Identifier: MIT */
#include "sockeye/collect/nl.h"

#include <assert.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sockeye/base/mem.h"
#include "sockeye/collect/clock.h"

/* The kernel's MAX_ERRNO: anything beyond is no errno. */
#define ERRNO_LIMIT 4095

struct nl {
	int fd;
	uint32_t portid, seq;
	bool busy; /* the dump numbered seq has not ended: the kernel refuses another one */
	_Alignas(8) unsigned char buf[NL_BUFFER_SIZE];
};

/* ---- life ------------------------------------------------------------ */

struct nl *nl_adopt(int fd, uint32_t portid)
{
	struct nl *nl = xcalloc(1, sizeof(*nl));

	nl->fd = fd;
	nl->portid = portid;
	return nl;
}

static int open_socket(uint32_t *portid)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	socklen_t len = sizeof(addr);
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG), rc;

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) != 0 ||
	    getsockname(fd, (struct sockaddr *)&addr, &len) != 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	*portid = addr.nl_pid;
	return fd;
}

int nl_open(struct nl **nl)
{
	uint32_t portid = 0;
	int fd = open_socket(&portid);

	*nl = fd >= 0 ? nl_adopt(fd, portid) : NULL;
	return fd >= 0 ? 0 : fd;
}

void nl_abandon(struct nl *nl)
{
	uint32_t portid = 0;
	int fd = nl->busy ? open_socket(&portid) : -1;

	if (fd < 0)
		return;
	close(nl->fd);
	nl->fd = fd;
	nl->portid = portid;
	nl->busy = false;
}

void nl_close(struct nl *nl)
{
	if (nl == NULL)
		return;
	close(nl->fd);
	free(nl);
}

/* ---- walking --------------------------------------------------------- */

/* libmnl 1.0.4 compares lengths as int, so that one beyond INT_MAX would pass. */
static bool message_ok(const struct nlmsghdr *h, int left)
{
	return mnl_nlmsg_ok(h, left) && h->nlmsg_len <= (uint32_t)left;
}

/*
 * The end of a dump, NLMSG_DONE or NLMSG_ERROR, carries an errno: a dump of a protocol that the
 * kernel does not have ends in NLMSG_DONE with -ENOENT. An NLMSG_ERROR without an error is an
 * acknowledgement, which we did not ask for and which ends nothing.
 */
static int read_end(const struct nlmsghdr *h, struct nl_stats *st)
{
	bool done = h->nlmsg_type == NLMSG_DONE;
	int code;

	if (mnl_nlmsg_get_payload_len(h) < sizeof(code)) {
		st->dropped++;
		st->finished = true;
		return done ? 0 : -EBADMSG;
	}
	memcpy(&code, mnl_nlmsg_get_payload(h), sizeof(code));
	if (code >= 0 && !done)
		return 1;
	st->finished = true;
	if (code >= 0)
		return 0;
	return code >= -ERRNO_LIMIT ? code : -EBADMSG;
}

static int read_row(const struct nl_request *rq, const struct nlmsghdr *h, struct nl_stats *st)
{
	int rc = -EBADMSG;

	if (h->nlmsg_type == rq->type)
		rc = rq->row(rq->ctx, mnl_nlmsg_get_payload(h), mnl_nlmsg_get_payload_len(h));
	if (rc == 0)
		st->rows++;
	else if (rc == -EBADMSG)
		st->dropped++;
	else
		return rc;
	return 1;
}

static int read_message(const struct nl_request *rq, const struct nlmsghdr *h, struct nl_stats *st)
{
	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		st->interrupted = true;
	switch (h->nlmsg_type) {
	case NLMSG_NOOP:
		return 1;
	case NLMSG_OVERRUN:
		st->truncated = true;
		return 1;
	case NLMSG_DONE:
	case NLMSG_ERROR:
		return read_end(h, st);
	default:
		return read_row(rq, h, st);
	}
}

int nl_walk(const struct nl_request *rq, uint32_t seq, uint32_t portid, const void *datagram,
	    size_t len, struct nl_stats *st)
{
	const struct nlmsghdr *h = datagram;
	int left = (int)len;

	assert(len <= NL_BUFFER_SIZE);
	for (; message_ok(h, left); h = mnl_nlmsg_next(h, &left)) {
		int rc;

		if (h->nlmsg_seq != seq || h->nlmsg_pid != portid)
			continue;
		rc = read_message(rq, h, st);
		if (rc <= 0)
			return rc;
	}
	if (left > 0)
		st->dropped++;
	return 1;
}

/* ---- asking ---------------------------------------------------------- */

static int send_request(struct nl *nl, const struct nl_request *rq, uint16_t flags)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(nl->buf);
	ssize_t n;

	assert(rq->len <= sizeof(nl->buf) - sizeof(*h));
	h->nlmsg_type = rq->type;
	h->nlmsg_flags = NLM_F_REQUEST | flags;
	h->nlmsg_seq = ++nl->seq;
	h->nlmsg_pid = nl->portid;
	memcpy(mnl_nlmsg_put_extra_header(h, rq->len), rq->body, rq->len);
	if (rq->attr.data != NULL &&
	    !mnl_attr_put_check(h, sizeof(nl->buf), rq->attr.type, rq->attr.len, rq->attr.data))
		return -EMSGSIZE;
	do {
		n = send(nl->fd, h, h->nlmsg_len, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

/* 0 when there is something to receive. */
static int wait_readable(const struct nl *nl, int64_t deadline_ns, int cancel_fd)
{
	struct pollfd fds[] = {
		{ .fd = nl->fd, .events = POLLIN },
		{ .fd = cancel_fd, .events = POLLIN },
	};
	int n;

	do {
		int64_t left_ns = deadline_ns - clock_ns(CLOCK_MONOTONIC);

		if (left_ns < 0)
			left_ns = 0;
		n = poll(fds, ARRAY_SIZE(fds), (int)((left_ns + NS_PER_MS - 1) / NS_PER_MS));
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (fds[1].revents != 0)
		return -ECANCELED;
	return n == 0 ? -ETIMEDOUT : 0;
}

/* One datagram into nl->buf: its length, 0 for one that is not the kernel's, or -errno. */
static ssize_t receive(struct nl *nl, struct nl_stats *st)
{
	struct sockaddr_nl from = { .nl_family = AF_UNSPEC };
	struct iovec iov = { nl->buf, sizeof(nl->buf) };
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	ssize_t n = recvmsg(nl->fd, &msg, MSG_DONTWAIT);

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -errno;
	if (n == 0)
		return -ECONNRESET;
	if (from.nl_family == AF_NETLINK && from.nl_pid != 0)
		return 0;
	if (msg.msg_flags & MSG_TRUNC)
		st->truncated = true;
	return n;
}

/*
 * Receives until the dump has ended. Only messages of this dump put the deadline off, so nothing
 * that comes in between can keep us here.
 */
static int receive_dump(struct nl *nl, const struct nl_request *rq, int cancel_fd,
			struct nl_stats *st)
{
	int64_t deadline_ns = clock_ns(CLOCK_MONOTONIC) + NL_SILENCE_MS * NS_PER_MS;
	int rc = 1;

	while (rc > 0) {
		uint32_t before = st->rows;
		ssize_t n;

		rc = wait_readable(nl, deadline_ns, cancel_fd);
		if (rc < 0)
			return rc;
		n = receive(nl, st);
		if (n < 0)
			return (int)n;
		rc = nl_walk(rq, nl->seq, nl->portid, nl->buf, (size_t)n, st);
		if (st->rows != before)
			deadline_ns = clock_ns(CLOCK_MONOTONIC) + NL_SILENCE_MS * NS_PER_MS;
	}
	return rc;
}

/* Receives until one message was taken or refused. */
static int receive_one(struct nl *nl, const struct nl_request *rq, int cancel_fd,
		       struct nl_stats *st)
{
	int64_t deadline_ns = clock_ns(CLOCK_MONOTONIC) + NL_SILENCE_MS * NS_PER_MS;
	int rc = 1;

	while (rc > 0 && st->rows + st->dropped == 0 && !st->truncated) {
		ssize_t n;

		rc = wait_readable(nl, deadline_ns, cancel_fd);
		if (rc < 0)
			return rc;
		n = receive(nl, st);
		if (n < 0)
			return (int)n;
		rc = nl_walk(rq, nl->seq, nl->portid, nl->buf, (size_t)n, st);
	}
	if (rc < 0)
		return rc;
	return st->rows > 0 && !st->truncated ? 0 : -EBADMSG;
}

static int ignore_row(void *ctx, const void *payload, size_t len)
{
	(void)ctx;
	(void)payload;
	(void)len;
	return 0;
}

/* Reads away what an abandoned dump still has to say. */
static int drain(struct nl *nl, uint16_t type, int cancel_fd)
{
	const struct nl_request rest = { .type = type, .row = ignore_row };
	struct nl_stats st = { 0 };
	int rc = receive_dump(nl, &rest, cancel_fd, &st);

	if (!st.finished)
		return rc;
	nl->busy = false;
	return 0;
}

int nl_get(struct nl *nl, const struct nl_request *rq, int cancel_fd)
{
	struct nl_stats st = { 0 };
	int rc = nl->busy ? drain(nl, rq->type, cancel_fd) : 0;

	if (rc == 0)
		rc = send_request(nl, rq, 0);
	if (rc != 0)
		return rc;
	rc = receive_one(nl, rq, cancel_fd, &st);
	explicit_bzero(nl->buf, sizeof(nl->buf));
	return rc;
}

int nl_dump(struct nl *nl, const struct nl_request *rq, int cancel_fd, struct nl_stats *st)
{
	int rc;

	if (nl->busy) {
		rc = drain(nl, rq->type, cancel_fd);
		if (rc != 0)
			return rc;
	}
	rc = send_request(nl, rq, NLM_F_DUMP);
	if (rc != 0)
		return rc;
	st->finished = false;
	nl->busy = true;
	rc = receive_dump(nl, rq, cancel_fd, st);
	nl->busy = !st->finished;
	explicit_bzero(nl->buf, sizeof(nl->buf));
	return rc;
}
