/* SPDX-License-Identifier: MIT */
/* TCP and UDP sockets as inet_diag tells of them (linux/inet_diag.h). */
#ifndef SOCKEYE_COLLECT_INET_DIAG_H
#define SOCKEYE_COLLECT_INET_DIAG_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "sockeye/collect/nl.h"
#include "sockeye/model/snap.h"

struct devices;
struct places;

struct inet_query {
	enum proto proto;
	/* AF_INET, AF_INET6; AF_UNSPEC: both in one walk, TCP only, by the legacy request. */
	int family;
	/* With TCP sockets that are bound, but neither listen nor connect (Linux >= 6.8). */
	bool close;
	/* ST_BIT() of those to tell of, TCP sockets in CLOSE only with close as well; 0: all. */
	unsigned states;
	/* A program that says which of them (INET_DIAG_REQ_BYTECODE), of code_len bytes; NULL: all. */
	const void *code;
	size_t code_len;
	/*
	 * Asks for tcp_info as well, for since when CLOSE_WAITs are, and for the measures that the
	 * builder may want. now_ns is CLOCK_MONOTONIC.
	 */
	bool info;
	int64_t now_ns;
	unsigned
		details; /* enum detail_part: what each row gets of them, where the builder may want it */
	/* Held while rows are added, where another dump fills the same builder; NULL: none does. */
	pthread_mutex_t *rows_lock;
	struct devices *devices; /* gets the interfaces that rows are bound to; NULL: nobody asks */
	struct places *places;   /* is asked where rows are; NULL: nobody wants to know */
};

/* The number of a protocol with internet addresses: what does not fit a byte goes into an attribute. */
uint16_t inet_diag_number(unsigned proto);

/*
 * Decodes the payload of one message, at a 4-aligned address. 0; 1 for a socket of another
 * family or protocol than asked for; -EBADMSG when it is too short or in no state that we know.
 */
int inet_diag_decode(const struct inet_query *q, const void *payload, size_t len, struct sock *s,
		     struct sock_ext *x);

/*
 * The number of the control group that the socket was made in, as the same message tells (Linux >= 5.8,
 * not of half-open connections and not of TIME_WAIT); 0: it does not.
 */
uint64_t inet_diag_group(const void *payload, size_t len);

/*
 * Adds to b the sockets that the kernel tells of. Repeats an interrupted dump twice before it
 * leaves st->interrupted set. Returns as nl_dump() does.
 */
int inet_diag_dump(struct nl *nl, const struct inet_query *q, struct snap_builder *b, int cancel_fd,
		   struct nl_stats *st);

#endif
