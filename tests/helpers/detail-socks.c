/* SPDX-License-Identifier: MIT */
/*
 * detail-socks: makes sockets with options of all kinds, says what of it the kernel has, a word each, and
 * holds them until its standard input ends. What a kernel lacks is left out.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#ifndef TCP_ULP
#define TCP_ULP 31
#endif

/* Where the secret of the test stands, which is never to be seen. */
#define SECRET "open-sesame"

struct pair {
	int client, server;
};

static void must(int rc, const char *what)
{
	if (rc >= 0)
		return;
	perror(what);
	exit(1);
}

static int listen_on(int family, int protocol)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in v4 = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(family, SOCK_STREAM, protocol);

	if (fd < 0)
		return -1;
	must(family == AF_INET ? bind(fd, (void *)&v4, sizeof(v4))
			       : bind(fd, (void *)&v6, sizeof(v6)),
	     "bind");
	must(listen(fd, 16), "listen");
	return fd;
}

static struct pair join(int listener, int client)
{
	struct sockaddr_storage to;
	socklen_t len = sizeof(to);
	struct pair p = { .client = client };

	must(getsockname(listener, (void *)&to, &len), "getsockname");
	must(connect(client, (void *)&to, len), "connect");
	p.server = accept(listener, NULL, NULL);
	must(p.server, "accept");
	return p;
}

static struct pair tcp_pair(int listener)
{
	return join(listener, socket(AF_INET, SOCK_STREAM, 0));
}

static void set(int fd, int level, int name, int value, const char *word)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)) == 0)
		printf(" %s", word);
}

/* Until nothing goes in any more: the peer's window is closed, and what is sent stays. */
static void fill(int fd)
{
	static const char block[65536];

	must(fcntl(fd, F_SETFL, O_NONBLOCK), "fcntl");
	while (write(fd, block, sizeof(block)) > 0)
		;
}

static void with_options(int listener)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	set(fd, SOL_SOCKET, SO_KEEPALIVE, 1, "keepalive");
	set(fd, SOL_SOCKET, SO_MARK, 42, "mark");
	set(fd, IPPROTO_IP, IP_TOS, 0x10, "tos");
	set(fd, SOL_SOCKET, SO_PRIORITY, 5, "priority"); /* after the TOS, which sets one too */
	set(fd, IPPROTO_IP, IP_RECVERR, 1, "recverr");
	join(listener, fd);
	must((int)write(fd, "hello", 5), "write");
}

static int set_congestion(int fd, const char *name)
{
	return setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, (socklen_t)strlen(name));
}

/* Both ends have it: DCTCP falls back to Reno where the other does not mark. */
static void with_congestion(int listener)
{
	static const char *const names[] = { "reno", "cubic", "bbr", "dctcp", "vegas" };
	char usual[16];
	socklen_t len = sizeof(usual);

	must(getsockopt(listener, IPPROTO_TCP, TCP_CONGESTION, usual, &len), "getsockopt");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		struct pair p;

		if (set_congestion(fd, names[i]) != 0) {
			close(fd);
			continue;
		}
		must(set_congestion(listener, names[i]), "congestion");
		printf(" %s", names[i]);
		p = join(listener, fd);
		fill(p.client);
	}
	must(set_congestion(listener, usual), "congestion");
}

static void half_closed(int listener)
{
	struct pair p = tcp_pair(listener), q = tcp_pair(listener), r = tcp_pair(listener);

	must(shutdown(p.client, SHUT_WR), "shutdown");
	close(q.client);
	/* the one that closes first goes to TIME_WAIT */
	close(r.client);
	close(r.server);
	(void)tcp_pair(listener);
}

/* Nobody answers: the SYN is sent again and again. Needs a route to nowhere. */
static void unanswered(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	to.sin_addr.s_addr = inet_addr("10.255.255.1");
	if (connect(fd, (void *)&to, sizeof(to)) != 0 && errno == EINPROGRESS)
		printf(" syn-sent");
}

static void with_key(void)
{
	struct sockaddr_in peer = { .sin_family = AF_INET };
	struct tcp_md5sig key = { .tcpm_keylen = sizeof(SECRET) - 1, .tcpm_key = SECRET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	peer.sin_addr.s_addr = inet_addr("127.0.0.9");
	memcpy(&key.tcpm_addr, &peer, sizeof(peer));
	if (setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, &key, sizeof(key)) != 0)
		return;
	must(listen(fd, 1), "listen");
	printf(" md5");
}

static void others(void)
{
	int v6 = listen_on(AF_INET6, 0), mptcp = listen_on(AF_INET, IPPROTO_MPTCP), fd;
	struct sockaddr_in any = { .sin_family = AF_INET };

	fd = socket(AF_INET6, SOCK_STREAM, 0);
	set(fd, IPPROTO_IPV6, IPV6_TCLASS, 0x28, "tclass");
	join(v6, fd);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	must(bind(fd, (void *)&any, sizeof(any)), "bind");
	if (mptcp >= 0) {
		struct pair p = join(mptcp, socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP));

		must((int)write(p.client, "hello", 5), "write");
		printf(" mptcp");
	}
}

int main(void)
{
	int listener = listen_on(AF_INET, 0);
	struct pair tls = tcp_pair(listener);
	char c;

	if (setsockopt(tls.client, IPPROTO_TCP, TCP_ULP, "tls", 4) == 0)
		printf(" tls");
	with_options(listener);
	with_congestion(listener);
	half_closed(listener);
	unanswered();
	with_key();
	others();
	printf("\n");
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	return 0;
}
