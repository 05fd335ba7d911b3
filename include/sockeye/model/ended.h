/* SPDX-License-Identifier: MIT */
/* A socket that ended, as the kernel tells of it at that moment. */
#ifndef SOCKEYE_MODEL_ENDED_H
#define SOCKEYE_MODEL_ENDED_H

#include "sockeye/base/mem.h"
#include "sockeye/model/sock.h"

enum ended_flag {
	ENDED_OPENED = 1 << 0,   /* TCP: it was established once */
	ENDED_SENT = 1 << 1,     /* sent and retrans are known */
	ENDED_RECEIVED = 1 << 2, /* received is known */
	ENDED_AGE = 1 << 3, /* least_ms is the time since it was established, not a lower bound */
};

struct ended {
	struct addr local, remote;
	uint64_t cookie;
	int64_t mono_ns;                  /* when it was told */
	uint64_t sent, retrans, received; /* bytes: retrans of those sent, received with the FIN */
	uint32_t ifindex;
	uint32_t least_ms;     /* since it was established, at least; 0: not known */
	uint16_t lport, rport; /* host order; 0: none, or forgotten (a connection that failed) */
	uint8_t family, proto; /* AF_INET or AF_INET6, enum proto */
	uint8_t state;         /* that it was in; 0: TCP, which is always closed by then */
	uint8_t flags;         /* enum ended_flag */
};

/* Those that were told of in some time. All zero is an empty list. */
struct ended_list {
	struct arena mem;
	uint32_t n;
	uint64_t lost;  /* more that were told of: there was no room for them */
	bool lost_more; /* and others, nobody knows how many */
};

static inline const struct ended *ended_at(const struct ended_list *l, uint32_t i)
{
	return (const struct ended *)(const void *)l->mem.base + i;
}

static inline bool ended_list_lost(const struct ended_list *l)
{
	return l->lost > 0 || l->lost_more;
}

#endif
