/* SPDX-License-Identifier: MIT */
/*
 * Sockets in each TCP state, held there without a firewall and without raw sockets.
 *
 * What is counted in mk->made is every socket of the recipe, also those that are needed only to
 * bring another one into its state: the sum is what the kernel must report.
 */
#include "mksocks.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct listen_how plain = { .backlog = 4096 };
static const struct listen_how small = { .backlog = 4096, .tiny = true };

/* A listener on 127.0.0.1 and what it takes to connect to it. */
struct desk {
	int fd;
	union end at;
};

static struct desk open_desk(struct mk *mk, uint16_t port, const struct listen_how *how)
{
	struct desk d;

	d.at = end_v4(mk->at != 0 ? mk->at : INADDR_LOOPBACK, port);
	d.fd = tcp_listen(&d.at, how);
	d.at.in.sin_port = htons(local_port(d.fd));
	mk->made[ST_LISTEN]++;
	mk_say(mk, "port", end_port(&d.at));
	return d;
}

static struct pair connected(struct mk *mk, const struct desk *d, bool tiny)
{
	struct pair p = { .client = tcp_connect(&d->at, NULL, tiny, false) };

	p.server = tcp_accept(d->fd);
	mk_keep(mk, p.client, p.server);
	return p;
}

/* n connections with the smallest buffers; what their clients (or servers) send is stuck. */
static void connect_jammed(struct mk *mk, const struct desk *d, unsigned n, bool clients)
{
	for (unsigned i = 0; i < n; i++) {
		struct pair p = connected(mk, d, true);

		tcp_fill(clients ? p.client : p.server);
	}
	for (unsigned i = 0; i < n; i++) {
		const struct pair *p = mk_newest(mk, i);

		tcp_jam(clients ? p->client : p->server);
	}
}

static void end_sending(int fd)
{
	if (shutdown(fd, SHUT_WR) < 0)
		fail("shutdown");
}

static void make_established(struct mk *mk, const struct amount *a, const char *value)
{
	struct desk d = open_desk(mk, a->port, &plain);

	(void)value;
	for (unsigned i = 0; i < a->n; i++)
		connected(mk, &d, false);
	mk->made[ST_ESTABLISHED] += 2 * a->n;
}

static void make_listen(struct mk *mk, const struct amount *a, const char *value)
{
	const struct listen_how how = { .backlog = 10 };

	(void)value;
	for (unsigned i = 0; i < a->n; i++)
		open_desk(mk, i ? 0 : a->port, &how);
}

/* A listener whose queue of one is full drops every further SYN. */
static void make_syn_sent(struct mk *mk, const struct amount *a, const char *value)
{
	const struct listen_how how = { .backlog = 0 };
	struct desk d = open_desk(mk, a->port, &how);

	(void)value;
	tcp_await(tcp_connect(&d.at, NULL, false, false), ST_ESTABLISHED);
	mk->made[ST_ESTABLISHED] += 2;
	for (unsigned i = 0; i < a->n; i++)
		tcp_await(tcp_connect(&d.at, NULL, false, true), ST_SYN_SENT);
	mk->made[ST_SYN_SENT] += a->n;
}

/* A listener that waits for data takes no notice of the bare ACK; the client thinks all is well. */
static void make_syn_recv(struct mk *mk, const struct amount *a, const char *value)
{
	const struct listen_how how = { .backlog = 65535, .defer_s = 1000 };
	struct desk d = open_desk(mk, a->port, &how);

	(void)value;
	for (unsigned i = 0; i < a->n; i++)
		tcp_await(tcp_connect(&d.at, NULL, false, false), ST_ESTABLISHED);
	mk->made[ST_SYN_RECV] += a->n;
	mk->made[ST_ESTABLISHED] += a->n;
}

/* The FIN stands in line behind data that the peer's closed window holds back. */
static void make_fin_wait1(struct mk *mk, const struct amount *a, const char *value)
{
	struct desk d = open_desk(mk, a->port, &small);

	(void)value;
	connect_jammed(mk, &d, a->n, true);
	for (unsigned i = 0; i < a->n; i++) {
		struct pair p = *mk_newest(mk, i);

		end_sending(p.client);
		tcp_await(p.client, ST_FIN_WAIT1);
	}
	mk->made[ST_FIN_WAIT1] += a->n;
	mk->made[ST_ESTABLISHED] += a->n;
}

/* The same where the connection was accepted. */
static void make_fin_wait1_in(struct mk *mk, const struct amount *a, const char *value)
{
	struct desk d = open_desk(mk, a->port, &small);

	(void)value;
	connect_jammed(mk, &d, a->n, false);
	for (unsigned i = 0; i < a->n; i++) {
		struct pair p = *mk_newest(mk, i);

		end_sending(p.server);
		tcp_await(p.server, ST_FIN_WAIT1);
	}
	mk->made[ST_FIN_WAIT1] += a->n;
	mk->made[ST_ESTABLISHED] += a->n;
}

static void make_close_wait(struct mk *mk, const struct amount *a, const char *value)
{
	struct desk d = open_desk(mk, a->port, &plain);

	(void)value;
	for (unsigned i = 0; i < a->n; i++) {
		struct pair p = connected(mk, &d, false);

		end_sending(p.client);
		tcp_await(p.server, ST_CLOSE_WAIT);
		tcp_await(p.client, ST_FIN_WAIT2);
	}
	mk->made[ST_CLOSE_WAIT] += a->n;
	mk->made[ST_FIN_WAIT2] += a->n;
}

/* As FIN_WAIT1, on the side that has got a FIN already. */
static void make_last_ack(struct mk *mk, const struct amount *a, const char *value)
{
	struct desk d = open_desk(mk, a->port, &small);

	(void)value;
	connect_jammed(mk, &d, a->n, false);
	for (unsigned i = 0; i < a->n; i++) {
		struct pair p = *mk_newest(mk, i);

		end_sending(p.client);
		tcp_await(p.server, ST_CLOSE_WAIT);
		end_sending(p.server);
		tcp_await(p.server, ST_LAST_ACK);
		tcp_await(p.client, ST_FIN_WAIT2);
	}
	mk->made[ST_LAST_ACK] += a->n;
	mk->made[ST_FIN_WAIT2] += a->n;
}

/* Both sides send a FIN, and one of them is stuck. */
static void make_closing(struct mk *mk, const struct amount *a, const char *value)
{
	struct desk d = open_desk(mk, a->port, &small);

	(void)value;
	connect_jammed(mk, &d, a->n, true);
	for (unsigned i = 0; i < a->n; i++) {
		struct pair p = *mk_newest(mk, i);

		end_sending(p.client);
		end_sending(p.server);
		tcp_await(p.client, ST_CLOSING);
		tcp_await(p.server, ST_FIN_WAIT2);
	}
	mk->made[ST_CLOSING] += a->n;
	mk->made[ST_FIN_WAIT2] += a->n;
}

static void make_time_wait(struct mk *mk, const struct amount *a, const char *value)
{
	struct desk d = open_desk(mk, a->port, &plain);
	char none;

	(void)value;
	for (unsigned i = 0; i < a->n; i++) {
		struct pair p = { .client = tcp_connect(&d.at, NULL, false, false) };

		p.server = tcp_accept(d.fd);
		end_sending(p.client);
		tcp_await(p.server, ST_CLOSE_WAIT);
		close(p.server);
		if (read(p.client, &none, 1) != 0)
			fail("no end of stream");
		close(p.client);
	}
	mk->made[ST_TIME_WAIT] += a->n;
}

/* Bound and never connected: reported with state bit 13 only (kernel >= 6.8). */
static void make_close(struct mk *mk, const struct amount *a, const char *value)
{
	(void)value;
	for (unsigned i = 0; i < a->n; i++) {
		union end at = end_v4(INADDR_LOOPBACK, i ? 0 : a->port);
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		if (fd < 0 || bind(fd, &at.sa, end_size(&at)) < 0)
			fail("bind");
	}
	mk->made[ST_CLOSE] += a->n;
}

static void say_made(struct mk *mk)
{
	static const char *const name[ST_COUNT] = {
		[ST_ESTABLISHED] = "ESTABLISHED",
		[ST_SYN_SENT] = "SYN_SENT",
		[ST_SYN_RECV] = "SYN_RECV",
		[ST_FIN_WAIT1] = "FIN_WAIT1",
		[ST_FIN_WAIT2] = "FIN_WAIT2",
		[ST_TIME_WAIT] = "TIME_WAIT",
		[ST_CLOSE] = "CLOSE",
		[ST_CLOSE_WAIT] = "CLOSE_WAIT",
		[ST_LAST_ACK] = "LAST_ACK",
		[ST_LISTEN] = "LISTEN",
		[ST_CLOSING] = "CLOSING",
	};

	mk->said_len = 0;
	for (unsigned st = ST_ESTABLISHED; st < ST_COUNT; st++)
		mk_say(mk, name[st], mk->made[st]);
}

static void do_at(struct mk *mk, const struct amount *a, const char *value)
{
	struct in_addr addr;

	(void)a;
	if (inet_pton(AF_INET, value, &addr) != 1)
		fail("at %s", value);
	mk->at = ntohl(addr.s_addr);
}

/* N of each, and the sum of what was made, by state, instead of ports. */
static void make_states(struct mk *mk, const struct amount *a, const char *value)
{
	for (const struct recipe *r = state_recipes; r->name; r++) {
		if (r->make == make_states || r->make == do_at)
			continue;
		mk->said_len = 0;
		r->make(mk, a, value);
	}
	say_made(mk);
}

// clang-format off
const struct recipe state_recipes[] = {
	{ "established", make_established, "N[:P]  connections, both ends here" },
	{ "listen",      make_listen,      "N[:P]  listeners; P is of the first" },
	{ "syn-sent",    make_syn_sent,    "N[:P]  clients of a full listener" },
	{ "syn-recv",    make_syn_recv,    "N[:P]  half-open connections at a listener" },
	{ "fin-wait1",   make_fin_wait1,   "N[:P]  a FIN behind a closed window" },
	{ "fin-wait1-in", make_fin_wait1_in, "N[:P]  the same at P, for its peer" },
	{ "close-wait",  make_close_wait,  "N[:P]  half-closed connections: CLOSE_WAIT at P, FIN_WAIT2 at its peer" },
	{ "last-ack",    make_last_ack,    "N[:P]  LAST_ACK at P, FIN_WAIT2 at its peer" },
	{ "closing",     make_closing,     "N[:P]  CLOSING at the peer of P, FIN_WAIT2 at P" },
	{ "time-wait",   make_time_wait,   "N[:P]  connections that ended in order" },
	{ "close",       make_close,       "N[:P]  bound, neither listening nor connected" },
	{ "at",          do_at,            "ADDRESS  where the recipes above listen from now on" },
	{ "states",      make_states,      "N      all of the above; says how many sockets are in each state" },
	{ 0 }
};
// clang-format on
