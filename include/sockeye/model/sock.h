/* SPDX-License-Identifier: MIT */
/*
 * One socket as the kernel tells of it: 64 bytes that every filter and sort reads, 24 that only the
 * shown rows need.
 */
#ifndef SOCKEYE_MODEL_SOCK_H
#define SOCKEYE_MODEL_SOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "sockeye/model/addr.h"

/* The kernel's numbers (include/net/tcp_states.h), which inet_diag and /proc/net/tcp use. */
enum tcp_state {
	ST_ESTABLISHED = 1,
	ST_SYN_SENT,
	ST_SYN_RECV,
	ST_FIN_WAIT1,
	ST_FIN_WAIT2,
	ST_TIME_WAIT,
	ST_CLOSE,
	ST_CLOSE_WAIT,
	ST_LAST_ACK,
	ST_LISTEN,
	ST_CLOSING,
	ST_COUNT /* one more than the last */
};

#define ST_BIT(st) (1u << (st))
#define ST_ALL     (ST_BIT(ST_COUNT) - 2u)

/* Those before PROTO_UNIX have internet addresses. */
enum proto {
	PROTO_TCP,
	PROTO_UDP,
	PROTO_UDPLITE,
	PROTO_RAW,
	PROTO_MPTCP,
	PROTO_SCTP,
	PROTO_UNIX,
	PROTO_PACKET,
	PROTO_NETLINK,
	PROTO_VSOCK,
	PROTO_XDP,
	PROTO_COUNT
};

#define PROTO_BIT(p) (1u << (p))
#define PROTOS_ALL   (PROTO_BIT(PROTO_COUNT) - 1)
#define PROTOS_INET  (PROTO_BIT(PROTO_UNIX) - 1)

/* Why a socket has no process (told apart by facts, never guessed). */
enum why {
	WHY_OWNED,         /* it has: see the owners */
	WHY_TIME_WAIT,     /* a minisocket in TIME_WAIT belongs to the kernel */
	WHY_HALF_OPEN,     /* SYN_RECV: no socket yet */
	WHY_NOT_ACCEPTED,  /* complete, in a listener's queue: no descriptor until accept() */
	WHY_ORPHAN,        /* closed by its process, the kernel finishes the connection */
	WHY_NOT_PERMITTED, /* some process could not be looked into */
	WHY_OTHER_PIDNS,   /* we are not in the first pid namespace, and nobody here holds it */
	WHY_NO_PROCESS,    /* none holds it: in flight over SCM_RIGHTS, io_uring, a kernel socket */
	WHY_COUNT
};

enum sock_flag {
	SOCK_NO_COOKIE = 1 << 0, /* from /proc/net: cookie is made of the addresses and the inode */
	SOCK_NEW = 1 << 1,       /* not in the snapshot before this one (set by snap_seal) */
	SOCK_OLDER = 1 << 2,     /* it was so at the first sample: since_s is an upper bound */
	/* Several held it, and the one that is left is the parent, or the child, of one that does no
	 * more: a descriptor that fork() copied and only one of the two closed (set by snap_seal). */
	SOCK_LEFT_TO_PARENT = 1 << 3,
	SOCK_LEFT_TO_CHILD = 1 << 4,
	SOCK_SUBFLOW =
		1 << 5, /* TCP: part of an MPTCP socket of this snapshot (set by snap_seal) */
	/* Came and went between two samples (snap_add_brief): its state is the last that it had, and what
	 * only a dump tells is not known. */
	SOCK_BRIEF = 1 << 6,
	SOCK_KEPT = 1 << 7, /* not told of by the kernel: as it was before (snap_keep) */
};

#define PORTID_KERNEL 0          /* netlink: the kernel's own end */
#define VSOCK_ANY     UINT32_MAX /* of a context or a port */
#define INO_NONE      0          /* unix: no socket at the other end */
#define UID_UNKNOWN   UINT32_MAX /* the kernel does not say whose it is */
#define INO_PENDING   UINT32_MAX /* there is one that has no inode: not accepted yet */

/* The ends of sockets that have no internet addresses. */
struct unix_end {
	uint32_t name; /* string id of the path, or @ and the abstract name; STR_NONE: unnamed */
	uint32_t peer_ino; /* of the socket at the other end, INO_NONE, INO_PENDING */
};

struct packet_end {
	uint16_t protocol; /* host order: 0x0800 is IP; 0: bound to none, 3: all */
			   /* the interface is sock_ext.ifindex; 0: all */
};

struct netlink_end {
	uint32_t portid, dst_portid; /* PORTID_KERNEL */
	uint32_t dst_group;          /* bits; 0: none */
	uint8_t protocol;            /* NETLINK_ROUTE, ... */
};

struct vsock_end {
	uint32_t cid, port, dst_cid, dst_port; /* VSOCK_ANY */
};

struct xdp_end {
	uint32_t queue; /* the interface is sock_ext.ifindex; 0: not bound */
};

/*
 * What has no internet addresses has its ends in the place of the local one, and zeros for the
 * remote one and rport, so that nobody takes them for a remote address.
 */
struct sock {
	union {
		struct addr local;
		struct unix_end un;
		struct packet_end packet;
		struct netlink_end netlink;
		struct vsock_end vsock;
		struct xdp_end xdp;
	};
	struct addr remote;
	uint64_t cookie;   /* the kernel's (SO_COOKIE): identity between snapshots */
	uint32_t ino, uid; /* ino 0: no socket file (see enum why) */
	uint32_t rxq, txq; /* bytes; LISTEN: connections waiting, and their limit */
	union {
		uint16_t lport; /* host order; raw sockets: the IP protocol */
		uint16_t type;  /* of what has no internet address: SOCK_STREAM, ... */
	};
	uint16_t rport;              /* host order; 0: no remote */
	uint8_t family;              /* AF_INET, AF_UNIX, ...: of the socket, not of the address */
	uint8_t proto, state, flags; /* enum proto, tcp_state, sock_flag */
};
_Static_assert(sizeof(struct sock) == 64, "struct sock is one cache line");

struct sock_ext {
	uint32_t owner;            /* first row in snap.owner; without owners: enum why */
	union {                    /* IDX_NONE: none */
		uint32_t listener; /* TCP: row of the LISTEN socket that it came through */
		uint32_t peer;     /* UNIX: row of the socket at the other end */
	};
	uint32_t ifindex; /* bound device (SO_BINDTODEVICE, link-local, packet, xdp), 0 none */
	uint32_t since_s; /* monotonic second at which this state was first seen, or, where the
			     kernel tells (CLOSE_WAIT, TIME_WAIT), at which it began; 0 in
			     snap_add(): not told */
	union {
		uint32_t expires_ms; /* of the timer */
		uint32_t drops;      /* LISTEN: connections that it dropped since it listens */
	};
	uint16_t n_owners;      /* descriptors that hold it, saturating */
	uint8_t timer, retrans; /* idiag_timer, idiag_retrans */
};
_Static_assert(sizeof(struct sock_ext) == 24, "the cold part of a row stays small");

static inline bool sock_is_inet(const struct sock *s)
{
	return s->proto < PROTO_UNIX;
}

/* A LISTEN, bound or unconnected socket has no remote address, nor has one of another kind. */
static inline bool sock_has_remote(const struct sock *s)
{
	return s->rport != 0 || !addr_is_any(&s->remote);
}

/* A dual-stack socket that carries IPv4 is IPv4 to people: looks at the address, not at family. */
static inline bool sock_is_v4(const struct sock *s)
{
	return sock_is_inet(s) && (addr_is_v4(&s->local) || addr_is_v4(&s->remote));
}

#endif
