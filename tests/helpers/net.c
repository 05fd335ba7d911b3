/* SPDX-License-Identifier: MIT */
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* The kernel at least doubles it; a window of a few kilobytes. */
#define TINY_BUFFER 2304

void fail(const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, ": %s\n", strerror(err));
	_exit(1);
}

union end end_v4(uint32_t addr, uint16_t port)
{
	return (union end){ .in = { .sin_family = AF_INET,
				    .sin_port = htons(port),
				    .sin_addr.s_addr = htonl(addr) } };
}

union end end_v6(const struct in6_addr *addr, uint16_t port)
{
	return (union end){
		.in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = *addr }
	};
}

socklen_t end_size(const union end *e)
{
	return e->sa.sa_family == AF_INET ? sizeof(e->in) : sizeof(e->in6);
}

uint16_t end_port(const union end *e)
{
	return ntohs(e->sa.sa_family == AF_INET ? e->in.sin_port : e->in6.sin6_port);
}

uint16_t local_port(int fd)
{
	union end e = { 0 };
	socklen_t len = sizeof(e);

	if (getsockname(fd, &e.sa, &len) < 0)
		fail("getsockname");
	return end_port(&e);
}

struct in6_addr net_v6(unsigned i)
{
	struct in6_addr a = { .s6_addr = { 0xfd } };

	a.s6_addr[14] = (uint8_t)((i + 1) >> 8);
	a.s6_addr[15] = (uint8_t)(i + 1);
	return a;
}

int net_deadline_s(void)
{
	const char *slow = getenv("SOCKEYE_SLOW");

	return 20 * (slow && atoi(slow) > 1 ? atoi(slow) : 1);
}

static time_t now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* ---- the namespace ---------------------------------------------------------- */

void netns_unshare(void)
{
	if (unshare(CLONE_NEWNET) < 0)
		fail("no new network namespace");
}

static void sysctl_try(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	/* Without the right to set it the kernel's default has to do. */
	if (write(fd, value, strlen(value)) < 0 && errno != EPERM && errno != EINVAL)
		fail("%s", path);
	close(fd);
}

static void lo_up(void)
{
	struct ifreq r = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &r) < 0)
		fail("lo");
	if (!(r.ifr_flags & IFF_UP)) {
		r.ifr_flags |= IFF_UP;
		if (ioctl(fd, SIOCSIFFLAGS, &r) < 0)
			fail("lo up");
	}
	close(fd);
}

void netns_prepare(void)
{
	static const char *const set[][2] = {
		{ "/proc/sys/net/core/somaxconn", "65535" },
		{ "/proc/sys/net/ipv4/ip_local_port_range", "20000 65000" },
		{ "/proc/sys/net/ipv4/tcp_max_syn_backlog", "1048576" },
		{ "/proc/sys/net/ipv4/tcp_max_tw_buckets", "4000000" },
		{ "/proc/sys/net/ipv4/tcp_retries2", "255" },
		{ "/proc/sys/net/ipv4/tcp_syn_retries", "127" },
		{ "/proc/sys/net/ipv4/tcp_synack_retries", "255" },
		{ "/proc/sys/net/ipv4/tcp_syncookies", "0" },
		{ "/proc/sys/net/ipv4/tcp_tw_reuse", "0" },
	};

	for (size_t i = 0; i < sizeof(set) / sizeof(set[0]); i++)
		sysctl_try(set[i][0], set[i][1]);
	lo_up();
}

unsigned long fd_limit_raise(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) < 0)
		fail("getrlimit");
	r.rlim_cur = r.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &r) < 0)
		fail("setrlimit");
	return r.rlim_cur;
}

/* The kernel looks for a double of a new address in its own time, even on lo. */
static void await_v6(const union end *at)
{
	time_t end = now_s() + net_deadline_s();
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	while (bind(fd, &at->sa, end_size(at)) < 0) {
		if (errno != EADDRNOTAVAIL || now_s() > end)
			fail("IPv6 address on lo");
		poll(NULL, 0, 1);
	}
	close(fd);
}

void lo_add_v6(const union end *at)
{
	/* struct in6_ifreq of linux/ipv6.h, which cannot be included beside netinet/in.h. */
	struct {
		struct in6_addr addr;
		uint32_t prefixlen;
		int ifindex;
	} r = { .addr = at->in6.sin6_addr, .prefixlen = 128, .ifindex = (int)if_nametoindex("lo") };
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		fail("no IPv6");
	if (ioctl(fd, SIOCSIFADDR, &r) < 0 && errno != EEXIST)
		fail("no IPv6 address on lo");
	close(fd);
	await_v6(at);
}

void lo_add_many_v6(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const struct in6_addr addr = net_v6(i);
		const union end at = end_v6(&addr, 0);

		lo_add_v6(&at);
	}
}

/* ---- sockets ---------------------------------------------------------------- */

static void option(int fd, int level, int name, int value)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)) < 0)
		fail("setsockopt %d %d", level, name);
}

static void make_tiny(int fd)
{
	option(fd, SOL_SOCKET, SO_RCVBUF, TINY_BUFFER);
	option(fd, SOL_SOCKET, SO_SNDBUF, TINY_BUFFER);
}

int tcp_listen(const union end *at, const struct listen_how *how)
{
	const struct timeval patience = { .tv_sec = net_deadline_s() };
	int fd = socket(at->sa.sa_family, SOCK_STREAM, 0);

	if (fd < 0)
		fail("socket");
	option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (how->reuseport)
		option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	if (how->tiny)
		make_tiny(fd);
	if (how->defer_s)
		option(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, how->defer_s);
	if (at->sa.sa_family == AF_INET6)
		option(fd, IPPROTO_IPV6, IPV6_V6ONLY, how->v6only);
	if (how->device && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, how->device,
				      (socklen_t)strlen(how->device)) < 0)
		fail("SO_BINDTODEVICE %s", how->device);
	/* accept() gives up then, instead of hanging for ever. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0)
		fail("SO_RCVTIMEO");
	if (bind(fd, &at->sa, end_size(at)) < 0 || listen(fd, how->backlog) < 0)
		fail("listen on port %u", end_port(at));
	return fd;
}

int tcp_connect(const union end *to, const union end *from, bool tiny, bool nonblock)
{
	int fd = socket(to->sa.sa_family, SOCK_STREAM | (nonblock ? SOCK_NONBLOCK : 0), 0);

	if (fd < 0)
		fail("socket");
	if (tiny)
		make_tiny(fd);
	if (from) {
		/* The port is chosen at connect(), where it need differ only per destination. */
		option(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
		if (bind(fd, &from->sa, end_size(from)) < 0)
			fail("bind");
	}
	if (connect(fd, &to->sa, end_size(to)) < 0 && !(nonblock && errno == EINPROGRESS))
		fail("connect to port %u", end_port(to));
	return fd;
}

int tcp_accept(int listener)
{
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		fail("accept");
	return fd;
}

void tcp_abort(int fd)
{
	const struct linger none = { .l_onoff = 1 };

	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none)) < 0)
		fail("SO_LINGER");
	close(fd);
}

/* ---- waiting ---------------------------------------------------------------- */

static struct tcp_info info(int fd)
{
	struct tcp_info i = { 0 };
	socklen_t len = sizeof(i);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &i, &len) < 0)
		fail("TCP_INFO");
	return i;
}

void tcp_await(int fd, unsigned state)
{
	time_t end = now_s() + net_deadline_s();

	while (info(fd).tcpi_state != state) {
		if (now_s() > end) {
			errno = ETIMEDOUT;
			fail("state %u, wanted %u", info(fd).tcpi_state, state);
		}
		poll(NULL, 0, 1);
	}
}

/* Everything sent is acknowledged, and something is left that the window does not let out. */
static bool jammed(int fd)
{
	struct tcp_info i = info(fd);

	return i.tcpi_unacked == 0 && i.tcpi_notsent_bytes > 0;
}

void tcp_fill(int fd)
{
	static const char filler[4096];

	while (send(fd, filler, sizeof(filler), MSG_DONTWAIT) >= 0)
		;
	if (errno != EAGAIN)
		fail("send");
}

void tcp_jam(int fd)
{
	time_t end = now_s() + net_deadline_s();

	for (tcp_fill(fd); !jammed(fd); tcp_fill(fd)) {
		if (now_s() > end) {
			errno = ETIMEDOUT;
			fail("the window stays open");
		}
		poll(NULL, 0, 1);
	}
}
