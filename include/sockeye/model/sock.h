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

enum proto { PROTO_TCP, PROTO_UDP, PROTO_COUNT };

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
	SOCK_KEPT = 1 << 7, /* not told of by the kernel: as it was before (snap_keep) */
};

struct sock {
	struct addr local, remote;
	uint64_t cookie;             /* the kernel's (SO_COOKIE): identity between snapshots */
	uint32_t ino, uid;           /* ino 0: no socket file (see enum why) */
	uint32_t rxq, txq;           /* bytes; LISTEN: connections waiting, and their limit */
	uint16_t lport, rport;       /* host order; rport 0: no remote */
	uint8_t family;              /* AF_INET or AF_INET6, of the socket, not of the address */
	uint8_t proto, state, flags; /* enum proto, tcp_state, sock_flag */
};
_Static_assert(sizeof(struct sock) == 64, "struct sock is one cache line");

struct sock_ext {
	uint32_t owner; /* first row in snap.owner; without owners: enum why */
	uint32_t
		listener; /* row of the LISTEN socket that this connection came through, or IDX_NONE */
	uint32_t ifindex; /* bound device (SO_BINDTODEVICE, link-local), 0 none */
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

/* A LISTEN, bound or unconnected socket has no remote end. */
static inline bool sock_has_remote(const struct sock *s)
{
	return s->rport != 0 || !addr_is_any(&s->remote);
}

/* A dual-stack socket that carries IPv4 is IPv4 to people: looks at the address, not at family. */
static inline bool sock_is_v4(const struct sock *s)
{
	return addr_is_v4(&s->local) || addr_is_v4(&s->remote);
}

#endif
