/* SPDX-License-Identifier: MIT */
/* What goes wrong: programs that leak or do not read, floods; and one that is busy and well. */
#include "mksocks.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* ---- children that do something at a pace ------------------------------------ */

struct work {
	const struct mk *mk;
	unsigned n; /* done so far */
	unsigned rate, bytes;
	union end at;
	int listener, raw;
};

/* Once each 1/rate seconds, caught up with where the machine was slow; until the parent ends. */
static _Noreturn void work_on(struct work *w, void (*once)(struct work *w))
{
	struct timespec begin, now;
	char none;

	fcntl(w->mk->life[0], F_SETFL, O_NONBLOCK);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (;;) {
		const struct timespec slice = { .tv_nsec = 5000000 };
		double due;

		clock_gettime(CLOCK_MONOTONIC, &now);
		due = (double)(now.tv_sec - begin.tv_sec) * w->rate +
		      (double)(now.tv_nsec - begin.tv_nsec) * w->rate / 1e9;
		while (w->n < due) {
			once(w);
			w->n++;
		}
		if (read(w->mk->life[0], &none, 1) == 0)
			_exit(0);
		nanosleep(&slice, NULL);
	}
}

static void work_in_child(struct mk *mk, const struct amount *a, void (*once)(struct work *w))
{
	const struct listen_how how = { .backlog = 4096 };
	struct work w = { .mk = mk, .rate = a->n, .bytes = a->m, .listener = -1, .raw = -1 };
	int channel;
	const struct child *c;

	w.at = end_v4(INADDR_LOOPBACK, a->port);
	c = mk_child(mk, &channel);
	if (!c->pid) {
		w.listener = tcp_listen(&w.at, &how);
		w.at = end_v4(INADDR_LOOPBACK, local_port(w.listener));
		work_on(&w, once);
	}
	mk_say(mk, "child", c->pid);
}

static void send_bytes(int fd, unsigned bytes)
{
	static const char data[4096];

	for (unsigned left = bytes; left > 0;) {
		ssize_t n = write(fd, data, left < sizeof(data) ? left : sizeof(data));

		if (n <= 0)
			fail("write");
		left -= (unsigned)n;
	}
}

static void leak_one(struct work *w)
{
	int client = tcp_connect(&w->at, NULL, false, false);
	int server = tcp_accept(w->listener);
	char none;

	send_bytes(client, w->bytes);
	if (shutdown(client, SHUT_WR) < 0)
		fail("shutdown");
	if (w->bytes == 0 && read(server, &none, 1) != 0)
		fail("read");
}

static void make_leak(struct mk *mk, const struct amount *a, const char *value)
{
	(void)value;
	work_in_child(mk, a, leak_one);
}

/* A child for each connection closes it in time; this, which has it too, does not. */
static void fork_leak_one(struct work *w)
{
	const struct timespec life = { .tv_sec = 1, .tv_nsec = 500000000 };
	int client = tcp_connect(&w->at, NULL, false, false);
	int server = tcp_accept(w->listener);
	pid_t pid;

	signal(SIGCHLD, SIG_IGN);
	if (shutdown(client, SHUT_WR) < 0)
		fail("shutdown");
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid == 0) {
		for (int fd = 3; fd <= server; fd++)
			if (fd != server)
				close(fd);
		nanosleep(&life, NULL);
		_exit(0);
	}
}

static void make_fork_leak(struct mk *mk, const struct amount *a, const char *value)
{
	(void)value;
	work_in_child(mk, a, fork_leak_one);
}

static void serve_one(struct work *w)
{
	int client = tcp_connect(&w->at, NULL, false, false);
	int server = tcp_accept(w->listener);
	char none;

	send_bytes(client, w->bytes);
	close(client);
	while (read(server, &none, 1) == 1)
		;
	close(server);
}

static void make_serve(struct mk *mk, const struct amount *a, const char *value)
{
	(void)value;
	work_in_child(mk, a, serve_one);
}

static void make_unread(struct mk *mk, const struct amount *a, const char *value)
{
	const struct listen_how how = { .backlog = 64 };
	union end at = end_v4(INADDR_LOOPBACK, a->port);
	int listener = tcp_listen(&at, &how);

	(void)value;
	at = end_v4(INADDR_LOOPBACK, local_port(listener));
	for (unsigned i = 0; i < a->n; i++) {
		int client = tcp_connect(&at, NULL, false, false);

		mk_keep(mk, client, tcp_accept(listener));
		send_bytes(client, a->m);
	}
	mk_say(mk, "port", local_port(listener));
}

/* ---- connections that are asked for and never completed ---------------------- */

struct syn {
	struct iphdr ip;
	struct tcphdr tcp;
};

static uint32_t sum_words(const void *bytes, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i += 2) {
		uint16_t word;

		memcpy(&word, (const char *)bytes + i, 2);
		sum += word;
	}
	return sum;
}

/* RFC 1071, over the header and what RFC 9293 puts before it. The kernel fills in that of IP. */
static uint16_t checksum(const struct syn *s)
{
	uint32_t sum = sum_words(&s->ip.saddr, 8) + sum_words(&s->tcp, sizeof(s->tcp)) +
		       htons(IPPROTO_TCP) + htons(sizeof(s->tcp));

	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* From 203.0.113.1 to .254, which somebody has to have routed to where no answer comes from. */
static void syn_one(struct work *w)
{
	struct syn s = { .ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_TCP } };

	s.ip.saddr = htonl(IPV4(203, 0, 113, 1) + w->n % 254);
	s.ip.daddr = w->at.in.sin_addr.s_addr;
	s.tcp.source = htons((uint16_t)(1024 + w->n % 60000));
	s.tcp.dest = w->at.in.sin_port;
	s.tcp.seq = htonl(w->n * 1000);
	s.tcp.doff = sizeof(s.tcp) / 4;
	s.tcp.syn = 1;
	s.tcp.window = htons(1024);
	s.tcp.check = checksum(&s);
	if (sendto(w->raw, &s, sizeof(s), 0, &w->at.sa, end_size(&w->at)) != sizeof(s))
		fail("sendto");
}

static void make_syn_flood(struct mk *mk, const struct amount *a, const char *value)
{
	struct work w = { .mk = mk, .rate = a->n, .at = end_v4(INADDR_LOOPBACK, a->port) };
	int channel;
	const struct child *c = mk_child(mk, &channel);

	(void)value;
	if (!c->pid) {
		w.raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
		if (w.raw < 0)
			fail("raw socket");
		work_on(&w, syn_one);
	}
	mk_say(mk, "child", c->pid);
}

// clang-format off
const struct recipe trouble_recipes[] = {
	{ "leak",      make_leak,      "RATExBYTES[:P]  a child that is connected to RATE times a second, gets BYTES and the end, and does not close; it reads to the end where BYTES is 0, else nothing" },
	{ "fork-leak", make_fork_leak, "RATE[:P]  the same with 0 bytes; a child that is forked for each closes it in time, the parent never" },
	{ "serve",     make_serve,     "RATExBYTES[:P]  the same, and it reads and closes as it should" },
	{ "unread",    make_unread,    "NxBYTES[:P]  connections with BYTES that nobody reads" },
	{ "syn-flood", make_syn_flood, "RATE:P  a child that sends RATE SYNs a second from 203.0.113.0/24 to P" },
	{ 0 }
};
// clang-format on
