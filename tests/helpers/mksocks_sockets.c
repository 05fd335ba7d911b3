/* SPDX-License-Identifier: MIT */
/* Address families, queues, devices, UDP; and changes to the newest connections. */
#include "mksocks.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct listen_how plain = { .backlog = 4096 };

static int listen_at(struct mk *mk, union end *at, const struct listen_how *how)
{
	int fd = tcp_listen(at, how);
	uint16_t port = htons(local_port(fd));

	if (at->sa.sa_family == AF_INET)
		at->in.sin_port = port;
	else
		at->in6.sin6_port = port;
	mk_say(mk, "port", ntohs(port));
	return fd;
}

/* n connections from each of the addresses of source(i), i < m. */
static void connect_all(struct mk *mk, int listener, const union end *at, const struct amount *a,
			union end (*source)(unsigned i))
{
	for (unsigned i = 0; i < a->n; i++) {
		for (unsigned k = 0; k < a->m; k++) {
			union end from = source(i);
			int client = tcp_connect(at, &from, false, false);

			mk_keep(mk, client, tcp_accept(listener));
		}
	}
}

static union end source_v4(unsigned i)
{
	return end_v4(IPV4(127, 0, 1, 1) + i, 0);
}

static union end source_v6(unsigned i)
{
	struct in6_addr addr = net_v6(i);

	return end_v6(&addr, 0);
}

static void make_remotes(struct mk *mk, const struct amount *a, const char *value)
{
	union end at = end_v4(INADDR_LOOPBACK, a->port);
	int listener = listen_at(mk, &at, &plain);

	(void)value;
	connect_all(mk, listener, &at, a, source_v4);
}

static void make_remotes6(struct mk *mk, const struct amount *a, const char *value)
{
	union end at = end_v6(&in6addr_loopback, a->port);
	int listener = listen_at(mk, &at, &plain);

	(void)value;
	lo_add_many_v6(a->n);
	connect_all(mk, listener, &at, a, source_v6);
}

static void make_v6(struct mk *mk, const struct amount *a, const char *value)
{
	union end at = end_v6(&in6addr_loopback, a->port);
	int listener = listen_at(mk, &at, &plain);

	(void)value;
	for (unsigned i = 0; i < a->n; i++) {
		int client = tcp_connect(&at, NULL, false, false);

		mk_keep(mk, client, tcp_accept(listener));
	}
}

/* Both ends are fe80::1%lo. */
static void make_link_local(struct mk *mk, const struct amount *a, const char *value)
{
	const struct in6_addr addr = { .s6_addr = { 0xfe, 0x80, [15] = 1 } };
	union end at = end_v6(&addr, 0);
	int listener;

	(void)value;
	at.in6.sin6_scope_id = if_nametoindex("lo");
	lo_add_v6(&at);
	at.in6.sin6_port = htons(a->port);
	listener = listen_at(mk, &at, &plain);
	for (unsigned i = 0; i < a->n; i++) {
		int client = tcp_connect(&at, NULL, false, false);

		mk_keep(mk, client, tcp_accept(listener));
	}
}

/* IPv4 clients of a dual-stack listener: the accepted sockets are of AF_INET6. */
static void make_mapped(struct mk *mk, const struct amount *a, const char *value)
{
	union end any = end_v6(&in6addr_any, a->port), at;
	int listener = listen_at(mk, &any, &plain);

	(void)value;
	at = end_v4(INADDR_LOOPBACK, end_port(&any));
	connect_all(mk, listener, &at, a, source_v4);
}

static void make_unaccepted(struct mk *mk, const struct amount *a, const char *value)
{
	const struct listen_how how = { .backlog = a->m > 1 ? (int)a->m : 4096 };
	union end at = end_v4(INADDR_LOOPBACK, a->port);

	(void)value;
	listen_at(mk, &at, &how);
	for (unsigned i = 0; i < a->n; i++)
		tcp_await(tcp_connect(&at, NULL, false, false), ST_ESTABLISHED);
}

/* Closed by the process while data is stuck: the kernel keeps FIN_WAIT1 without a descriptor. */
static void make_orphans(struct mk *mk, const struct amount *a, const char *value)
{
	const struct listen_how how = { .backlog = 4096, .tiny = true };
	union end at = end_v4(INADDR_LOOPBACK, a->port);
	int listener = listen_at(mk, &at, &how);

	(void)value;
	for (unsigned i = 0; i < a->n; i++) {
		int client = tcp_connect(&at, NULL, true, false);

		tcp_accept(listener);
		tcp_jam(client);
		close(client);
	}
}

static void make_reuseport(struct mk *mk, const struct amount *a, const char *value)
{
	const struct listen_how how = { .backlog = 16, .reuseport = true };
	union end at = end_v4(INADDR_LOOPBACK, a->port);
	int fd = listen_at(mk, &at, &how);

	(void)value;
	for (unsigned i = 1; i < a->n; i++)
		fd = tcp_listen(&at, &how);
	mk_say(mk, "fd", fd);
}

static void make_wildcard(struct mk *mk, const struct amount *a, const char *value)
{
	union end at = end_v4(INADDR_ANY, a->port), to;
	int listener = listen_at(mk, &at, &plain);

	(void)value;
	to = end_v4(INADDR_LOOPBACK, end_port(&at));
	connect_all(mk, listener, &to, a, source_v4);
}

static void make_bind_device(struct mk *mk, const struct amount *a, const char *value)
{
	const struct listen_how how = { .backlog = 16, .device = "lo" };
	union end at = end_v4(INADDR_LOOPBACK, a->port);

	(void)value;
	listen_at(mk, &at, &how);
}

static int udp_bound(sa_family_t family, uint16_t port)
{
	union end at =
		family == AF_INET ? end_v4(INADDR_LOOPBACK, port) : end_v6(&in6addr_loopback, port);
	int fd = socket(family, SOCK_DGRAM, 0);

	if (fd < 0 || bind(fd, &at.sa, end_size(&at)) < 0)
		fail("udp port %u", port);
	return fd;
}

/* One at port P, n more that are not connected, n that are connected to P. */
static void make_udp_family(struct mk *mk, const struct amount *a, sa_family_t family)
{
	uint16_t port = local_port(udp_bound(family, a->port));
	union end to =
		family == AF_INET ? end_v4(INADDR_LOOPBACK, port) : end_v6(&in6addr_loopback, port);

	for (unsigned i = 0; i < a->n; i++) {
		udp_bound(family, 0);
		if (connect(udp_bound(family, 0), &to.sa, end_size(&to)) < 0)
			fail("udp connect");
	}
	mk_say(mk, "port", port);
	mk_say(mk, "unconnected", (long)a->n + 1);
	mk_say(mk, "connected", a->n);
}

static void make_udp(struct mk *mk, const struct amount *a, const char *value)
{
	(void)value;
	make_udp_family(mk, a, AF_INET);
}

static void make_udp6(struct mk *mk, const struct amount *a, const char *value)
{
	(void)value;
	make_udp_family(mk, a, AF_INET6);
}

/* ---- changes ---------------------------------------------------------------- */

static void do_send(struct mk *mk, const struct amount *a, const char *value)
{
	static const char filler[65536];
	struct pair *p = mk_newest(mk, 0);

	(void)value;
	if (a->n > sizeof(filler) || send(p->client, filler, a->n, MSG_NOSIGNAL) != (ssize_t)a->n)
		fail("send %u", a->n);
}

static void do_reset(struct mk *mk, const struct amount *a, const char *value)
{
	(void)value;
	for (unsigned i = 0; i < a->n; i++) {
		struct pair *p = mk_newest(mk, 0);

		tcp_abort(p->client);
		if (p->server >= 0)
			close(p->server);
		mk->n_pairs--;
	}
}

static void do_drop(struct mk *mk, const struct amount *a, const char *value)
{
	(void)value;
	for (unsigned i = 0; i < a->n; i++) {
		close(mk_newest(mk, i)->server);
		mk_newest(mk, i)->server = -1;
	}
}

static void do_dup(struct mk *mk, const struct amount *a, const char *value)
{
	int fd = dup(mk_newest(mk, 0)->server);

	(void)a, (void)value;
	if (fd < 0)
		fail("dup");
	mk_say(mk, "fd", fd);
}

/*
 * Puts other connections, to port P, on the descriptors of the newest ones: numbers and count of
 * descriptors stay as they are. Another holder of an old server end keeps it, now in CLOSE_WAIT.
 */
static void do_swap(struct mk *mk, const struct amount *a, const char *value)
{
	union end to = end_v4(INADDR_LOOPBACK, a->port);
	int listener = tcp_listen(&to, &plain);

	(void)value;
	for (unsigned i = 0; i < a->n; i++) {
		const struct pair *p = mk_newest(mk, i);
		int client = tcp_connect(&to, NULL, false, false), server = tcp_accept(listener);

		if (dup2(server, p->server) < 0 || dup2(client, p->client) < 0)
			fail("dup2");
		close(server);
		close(client);
		mk_say(mk, "fd", p->server);
	}
	close(listener);
}

// clang-format off
const struct recipe socket_recipes[] = {
	{ "remotes",     make_remotes,     "RxN[:P]  N connections from each of 127.0.1.1 to 127.0.1.R" },
	{ "remotes6",    make_remotes6,    "RxN[:P]  the same from fd00::1 to fd00::R" },
	{ "v6",          make_v6,          "N[:P]  connections over ::1" },
	{ "link-local",  make_link_local,  "N[:P]  connections over fe80::1%lo" },
	{ "mapped",      make_mapped,      "RxN[:P]  as remotes, to a dual-stack listener" },
	{ "wildcard",    make_wildcard,    "RxN[:P]  as remotes, to a listener on 0.0.0.0" },
	{ "unaccepted",  make_unaccepted,  "N[xB][:P]  connections in the queue of a listener with backlog B" },
	{ "orphans",     make_orphans,     "N[:P]  closed with data under way to P" },
	{ "reuseport",   make_reuseport,   "N[:P]  listeners on one port" },
	{ "bind-device", make_bind_device, "1[:P]  a listener bound to lo" },
	{ "udp",         make_udp,         "N[:P]  N unconnected, N connected to one more at P" },
	{ "udp6",        make_udp6,        "N[:P]  the same over ::1" },
	{ "send",        do_send,          "BYTES  to the server end of the newest connection" },
	{ "reset",       do_reset,         "N  resets the newest connections" },
	{ "drop",        do_drop,          "N  closes the server ends of the newest connections here" },
	{ "dup",         do_dup,           "   another descriptor for the newest server end" },
	{ "swap",        do_swap,          "N:P  other connections, to port P, on the newest server ends' descriptors" },
	{ 0 }
};
// clang-format on
