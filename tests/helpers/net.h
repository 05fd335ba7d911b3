/* SPDX-License-Identifier: MIT */
/*
 * Real sockets on the loopback of a network namespace: what the test helpers and the load generator
 * make their sockets with. Whatever fails ends the program with a line on stderr: a helper that
 * could not make what it was asked for has no use.
 */
#ifndef SOCKEYE_TESTS_NET_H
#define SOCKEYE_TESTS_NET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#define IPV4(a, b, c, d) \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

/* Seconds that anything on loopback may take before it counts as broken: 20, times SOCKEYE_SLOW. */
int net_deadline_s(void);

_Noreturn void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* An IPv4 or IPv6 address with a port. */
union end {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

union end end_v4(uint32_t addr, uint16_t port); /* both in host order */
union end end_v6(const struct in6_addr *addr, uint16_t port);
socklen_t end_size(const union end *e);
uint16_t end_port(const union end *e); /* host order */
uint16_t local_port(int fd);
/* The i-th of the addresses fd00::1, fd00::2, ... that lo_add_many_v6() puts on lo. */
struct in6_addr net_v6(unsigned i);

/* Leaves the network namespace for a new one. */
void netns_unshare(void);
/*
 * Brings lo up and sets what keeps sockets in their states for as long as the tests look: no SYN
 * cookies, patient retransmits, deep queues. What may not be set (no rights) stays as it is.
 */
void netns_prepare(void);
/* Puts an IPv6 address on lo, and fd00::1 to fd00::n; they may be bound to at once. */
void lo_add_v6(const union end *at);
void lo_add_many_v6(unsigned n);
/* Raises the limit of descriptors to what the hard limit allows; returns it. */
unsigned long fd_limit_raise(void);

/* How a listener differs from the plain one. */
struct listen_how {
	int backlog;
	int defer_s; /* TCP_DEFER_ACCEPT, 0 for none */
	bool tiny;   /* the smallest buffers: a window that closes soon */
	bool reuseport, v6only;
	const char *device; /* SO_BINDTODEVICE, NULL for none */
};

int tcp_listen(const union end *at, const struct listen_how *how);
/* from NULL: the kernel chooses. Returns when the connection stands (or, nonblocking, at once). */
int tcp_connect(const union end *to, const union end *from, bool tiny, bool nonblock);
int tcp_accept(int listener);
/* Closes with a reset: leaves no TIME_WAIT behind. */
void tcp_abort(int fd);

/* Waits until the kernel says that fd is in this state (enum tcp_state). */
void tcp_await(int fd, unsigned state);
/* Writes until nothing more fits into the buffers. */
void tcp_fill(int fd);
/*
 * Writes until the peer's window is shut and data is left behind. The peer takes its time to say
 * so: where there are many, tcp_fill() all of them first.
 */
void tcp_jam(int fd);

#endif
