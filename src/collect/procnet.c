/* SPDX-License-Identifier: MIT */
#include "sockeye/collect/procnet.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sockeye/collect/cookie.h"
#include "sockeye/collect/netfile.h"

#include "cursor.h"

/* The kernel's TCP_NEW_SYN_RECV, a request. */
#define KERNEL_NEW_SYN_RECV 12

/* Lines between two looks at cancel_fd. */
#define CANCEL_LINES 1024

/* The unit of times in /proc, USER_HZ, has been 100 on every architecture but alpha and ia64. */
#define MS_PER_TICK 10

/* ---- one line -------------------------------------------------------- */

/* "0100007F:0CEA": words of the address as numbers of this machine's byte order, then the port. */
static bool read_end(struct cursor *c, int family, struct addr *addr, uint16_t *port)
{
	uint32_t words[4], p;
	size_t n = family == AF_INET ? 1 : 4;

	skip_blanks(c);
	for (size_t i = 0; i < n; i++) {
		const char *start = c->at;

		if (!read_hex32(c, 8, &words[i]) || c->at - start != 8)
			return false;
	}
	if (!read_char(c, ':') || !read_hex32(c, 4, &p))
		return false;
	*addr = family == AF_INET ? addr_v4(words) : addr_v6(words);
	*port = (uint16_t)p;
	return true;
}

/* "00000001:00000002" */
static bool read_pair(struct cursor *c, uint32_t *a, uint32_t *b)
{
	skip_blanks(c);
	return read_hex32(c, 8, a) && read_char(c, ':') && read_hex32(c, 8, b);
}

static bool read_state(struct cursor *c, uint8_t *state)
{
	uint32_t v;

	skip_blanks(c);
	if (!read_hex32(c, 2, &v))
		return false;
	if (v == KERNEL_NEW_SYN_RECV)
		v = ST_SYN_RECV;
	*state = (uint8_t)v;
	return v > 0 && v < ST_COUNT;
}

/* "02:000A2B3C 00000000": timer, ticks until it is due, how often it was. */
static bool read_timer(struct cursor *c, struct sock_ext *x)
{
	uint32_t timer, ticks, retrans;

	if (!read_pair(c, &timer, &ticks))
		return false;
	skip_blanks(c);
	if (!read_hex32(c, 8, &retrans))
		return false;
	x->timer = timer <= UINT8_MAX ? (uint8_t)timer : 0;
	x->expires_ms = ticks <= INT32_MAX / MS_PER_TICK ? ticks * MS_PER_TICK : 0;
	x->retrans = retrans < UINT8_MAX ? (uint8_t)retrans : UINT8_MAX;
	return true;
}

int procnet_parse(const char *line, size_t len, enum proto proto, int family, struct sock *s,
		  struct sock_ext *x)
{
	struct cursor c = { line, line + len };
	uint32_t slot, timeout;

	*s = (struct sock){ .family = (uint8_t)family, .proto = (uint8_t)proto };
	*x = (struct sock_ext){ 0 };
	if (!read_dec(&c, &slot) || !read_char(&c, ':') ||
	    !read_end(&c, family, &s->local, &s->lport) ||
	    !read_end(&c, family, &s->remote, &s->rport) || !read_state(&c, &s->state) ||
	    !read_pair(&c, &s->txq, &s->rxq) || !read_timer(&c, x) || !read_dec(&c, &s->uid) ||
	    !read_dec(&c, &timeout) || !read_dec(&c, &s->ino))
		return -EBADMSG;
	cookie_make(s);
	return 0;
}

/* ---- the file -------------------------------------------------------- */

static const char *file_name(enum proto proto, int family)
{
	switch (proto) {
	case PROTO_TCP:
		return family == AF_INET ? "tcp" : "tcp6";
	case PROTO_UDP:
		return family == AF_INET ? "udp" : "udp6";
	case PROTO_UDPLITE:
		return family == AF_INET ? "udplite" : "udplite6";
	case PROTO_RAW:
		return family == AF_INET ? "raw" : "raw6";
	case PROTO_MPTCP:
	case PROTO_SCTP:
	case PROTO_UNIX:
	case PROTO_PACKET:
	case PROTO_NETLINK:
	case PROTO_VSOCK:
	case PROTO_XDP:
	case PROTO_COUNT:
		break;
	}
	return "";
}

static bool is_cancelled(int cancel_fd)
{
	struct pollfd p = { .fd = cancel_fd, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

int procnet_read(struct snap_builder *b, const char *root, enum proto proto, int family,
		 int cancel_fd, uint32_t *bad)
{
	struct netfile f;
	const char *line;
	size_t len;
	int rc = netfile_open(&f, root, file_name(proto, family));

	if (rc != 0)
		return rc;
	for (uint32_t n = 0; (rc = netfile_line(&f, &line, &len)) != 0; n++) {
		struct sock s;
		struct sock_ext x;

		if (rc < 0 && rc != -EMSGSIZE)
			break;
		if (n % CANCEL_LINES == 0 && is_cancelled(cancel_fd)) {
			rc = -ECANCELED;
			break;
		}
		if (rc > 0 && procnet_parse(line, len, proto, family, &s, &x) == 0) {
			rc = snap_add(b, &s, &x);
			if (rc < 0)
				break;
		} else if (n > 0) { /* the first line is the head */
			++*bad;
		}
	}
	netfile_close(&f);
	return rc;
}
