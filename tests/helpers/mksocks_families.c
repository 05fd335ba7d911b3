/* SPDX-License-Identifier: MIT */
/* Sockets of other families than TCP and UDP. What they say are inodes. */
#include "mksocks.h"

#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static int new_socket(int family, int type, int protocol)
{
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		fail("socket(%d, %d, %d)", family, type, protocol);
	return fd;
}

static void say_inode(struct mk *mk, const char *key, int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		fail("fstat");
	mk_say(mk, key, (long)st.st_ino);
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c - 'a' + 10;
}

/* A path; @ in front makes a name without one; \xNN is any byte. */
static socklen_t unix_address(struct sockaddr_un *un, const char *value)
{
	size_t len = 0;

	*un = (struct sockaddr_un){ .sun_family = AF_UNIX };
	for (const char *p = value; *p != '\0' && len < sizeof(un->sun_path) - 1; len++) {
		if (p[0] == '\\' && p[1] == 'x' && p[2] != '\0' && p[3] != '\0') {
			un->sun_path[len] = (char)(hex(p[2]) << 4 | hex(p[3]));
			p += 4;
		} else {
			un->sun_path[len] = *p++;
		}
	}
	if (un->sun_path[0] == '@')
		un->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

static int bound(const char *value, int type)
{
	struct sockaddr_un un;
	socklen_t len = unix_address(&un, value);
	int fd = new_socket(AF_UNIX, type, 0);

	if (bind(fd, (void *)&un, len) != 0)
		fail("bind to %s", value);
	return fd;
}

static int connected(const char *value, int type)
{
	struct sockaddr_un un;
	socklen_t len = unix_address(&un, value);
	int fd = new_socket(AF_UNIX, type, 0);

	if (connect(fd, (void *)&un, len) != 0)
		fail("connect to %s", value);
	return fd;
}

static void make_unix(struct mk *mk, const struct amount *a, const char *value)
{
	int listener = bound(value, SOCK_STREAM), client;

	(void)a;
	if (listen(listener, 5) != 0)
		fail("listen");
	client = connected(value, SOCK_STREAM);
	say_inode(mk, "listener", listener);
	say_inode(mk, "client", client);
	say_inode(mk, "server", tcp_accept(listener));
}

static void make_unix_listen(struct mk *mk, const struct amount *a, const char *value)
{
	int listener = bound(value, SOCK_STREAM);

	(void)a;
	if (listen(listener, 5) != 0)
		fail("listen");
	mk_keep(mk, -1, listener);
	say_inode(mk, "listener", listener);
}

static void do_unix_accept(struct mk *mk, const struct amount *a, const char *value)
{
	(void)a;
	(void)value;
	say_inode(mk, "server", tcp_accept(mk_newest(mk, 0)->server));
}

static void make_unix_client(struct mk *mk, const struct amount *a, const char *value)
{
	(void)a;
	say_inode(mk, "client", connected(value, SOCK_STREAM));
}

static void make_unix_dgram(struct mk *mk, const struct amount *a, const char *value)
{
	int to = bound(value, SOCK_DGRAM), from = connected(value, SOCK_DGRAM);

	(void)a;
	if (send(from, "abc", 3, 0) != 3 || send(from, "defgh", 5, 0) != 5)
		fail("send");
	say_inode(mk, "to", to);
	say_inode(mk, "from", from);
}

static void make_unix_pairs(struct mk *mk, const struct amount *a, const char *value)
{
	(void)value;
	for (unsigned i = 0; i < a->n; i++) {
		int fd[2];

		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) != 0)
			fail("socketpair");
		say_inode(mk, "a", fd[0]);
		say_inode(mk, "b", fd[1]);
	}
}

static void make_raw(struct mk *mk, const struct amount *a, const char *value)
{
	(void)value;
	say_inode(mk, "raw4", new_socket(AF_INET, SOCK_RAW, (int)a->n));
	say_inode(mk, "raw6", new_socket(AF_INET6, SOCK_RAW, (int)a->n));
}

static void make_udplite(struct mk *mk, const struct amount *a, const char *value)
{
	union end at = end_v4(INADDR_LOOPBACK, a->port);
	int fd = new_socket(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE);

	(void)value;
	if (bind(fd, &at.sa, end_size(&at)) != 0)
		fail("bind");
	say_inode(mk, "udplite", fd);
}

static void make_packet(struct mk *mk, const struct amount *a, const char *value)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(0x800),
				  .sll_ifindex = (int)if_nametoindex("lo") };
	int raw = new_socket(AF_PACKET, SOCK_RAW, 0);

	(void)a;
	(void)value;
	if (bind(raw, (void *)&at, sizeof(at)) != 0)
		fail("bind to lo");
	say_inode(mk, "raw", raw);
	say_inode(mk, "dgram", new_socket(AF_PACKET, SOCK_DGRAM, htons(3)));
}

static void make_netlink(struct mk *mk, const struct amount *a, const char *value)
{
	struct sockaddr_nl groups = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int subscribed = new_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	int plain = new_socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);

	(void)a;
	(void)value;
	if (bind(subscribed, (void *)&groups, sizeof(groups)) != 0 ||
	    connect(plain, (void *)&kernel, sizeof(kernel)) != 0)
		fail("netlink");
	say_inode(mk, "subscribed", subscribed);
	say_inode(mk, "connected", plain);
}

static void make_mptcp(struct mk *mk, const struct amount *a, const char *value)
{
	union end at = end_v4(INADDR_LOOPBACK, a->port);
	int listener = new_socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);

	(void)value;
	if (bind(listener, &at.sa, end_size(&at)) != 0 || listen(listener, 100) != 0)
		fail("listen for MPTCP");
	at.in.sin_port = htons(local_port(listener));
	for (unsigned i = 0; i < a->n + 1; i++) {
		int fd = new_socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);

		if (connect(fd, &at.sa, end_size(&at)) != 0)
			fail("connect by MPTCP");
		/* The last one stays in the queue. */
		if (i < a->n)
			say_inode(mk, "mptcp", tcp_accept(listener));
	}
}

// clang-format off
const struct recipe family_recipes[] = {
	{ "unix",        make_unix,        "PATH  a UNIX listener, a connection to it, and its other end" },
	{ "unix-listen", make_unix_listen, "PATH  a UNIX listener" },
	{ "unix-accept", do_unix_accept,   "   accepts a connection there, if it is the newest" },
	{ "unix-client", make_unix_client, "PATH  a connection to it, which nobody accepts by itself" },
	{ "unix-dgram",  make_unix_dgram,  "PATH  a bound one, and one connected to it that has sent 3 and 5 bytes" },
	{ "unix-pairs",  make_unix_pairs,  "N  pairs of type seqpacket" },
	{ "raw",         make_raw,         "P  raw sockets of that IP protocol" },
	{ "udplite",     make_udplite,     "1:P  a bound UDP-Lite socket" },
	{ "packet",      make_packet,      "   packet sockets: of IP on lo, of everything" },
	{ "netlink",     make_netlink,     "   one that is subscribed to a group, one connected to the kernel" },
	{ "mptcp",       make_mptcp,       "N[:P]  MPTCP connections, and one more in the queue" },
	{ 0 }
};
// clang-format on
