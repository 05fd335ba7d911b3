/* SPDX-License-Identifier: MIT */
/* What fills builders: the live kernel, later a recording, in tests a text file. */
#ifndef SOCKEYE_MODEL_SOURCE_H
#define SOCKEYE_MODEL_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "sockeye/base/err.h"
#include "sockeye/model/snap.h"

/*
 * What may be left out because nobody looks at it. A source that cannot leave it out gives more; one
 * that did says so by snap_set_thinned().
 */
struct thin {
	uint32_t choice; /* a number for what follows, which comes back in the snapshot */
	unsigned
		states[PROTO_COUNT]; /* ST_BIT() of those that must come; 0: none of the protocol */
	/* A program for inet_diag that all that must come passes (linux/inet_diag.h); NULL: none. */
	const void *code;
	size_t code_len;
	/* Connections are joined with their listeners: these must come, whatever stands above. */
	bool listeners;
};

/* Which network namespaces are looked into. */
enum want_netns {
	NETNS_UNTOLD, /* ours, and nobody wants to know which one that is */
	NETNS_OWN,
	NETNS_ONE, /* want.netns_ino, in the place of ours */
	NETNS_ALL,
};

/* What whoever looks needs; flows down to the source with each sample. */
struct want {
	unsigned protos; /* 1u << enum proto */
	bool close;      /* TCP sockets in CLOSE: a walk of the bind hash, dear on large machines */
	bool owners;     /* processes */
	bool births;     /* snap.birth: 16 bytes a socket */
	bool brief;      /* what comes and goes between two samples */
	bool tcp_stat;   /* snap.tcp: a third dearer, so only while somebody looks at it */
	bool places; /* snap.place: containers and units; a small file is read for each process */
	bool once;   /* no other sample follows: nothing has to be kept for it */
	unsigned details;      /* enum detail_part: snap_row_detail(), some 400 bytes a row */
	enum want_netns netns; /* but for NETNS_UNTOLD: snap.netns */
	uint64_t netns_ino;
	uint32_t max_sockets; /* more do not come, and the source says so; 0: no such number */
	/* One socket of which everything is asked; detail.cookie 0: none. */
	struct sock detail;
	uint32_t detail_ifindex;
	/*
	 * NULL: all sockets. Borrowed for the sample. From sample to sample the same, or of another
	 * choice: ages and deltas compare one snapshot with the next.
	 */
	const struct thin *thin;
};

/* The kernel's counters at one instant: what there is to see while no snapshot can be had. */
struct pulse {
	int64_t wall_ns, mono_ns; /* mono_ns 0: there is none */
	struct counters counters;
};

struct source_ops {
	const char *name;
	/* 0 and *priv, or a negative errno and the reason: there is no source of sockets at all. */
	int (*open)(void **priv, struct err *e);
	/*
	 * Fills the builder with one sample; what was not to be had is told by snap_source_fail().
	 * Gives up with -ECANCELED soon after cancel_fd (-1: none) becomes readable. An error other
	 * than that means that there is nothing to show.
	 */
	int (*collect)(void *priv, struct snap_builder *b, const struct want *w, int cancel_fd,
		       struct err *e);
	/* Fills *p in well under a millisecond, however many sockets there are. NULL: it cannot. */
	void (*pulse)(void *priv, struct pulse *p);
	void (*close)(void *priv); /* takes priv; NULL is fine */
};

#endif
