/* SPDX-License-Identifier: MIT */
/*
 * The filter language: ss's, with the documented precedence (not, and, or) and more fields.
 *
 * A filter is text, checked once, then asked for each row. It never changes after it was made, so
 * several threads may ask it; it keeps no reference to a snapshot.
 */
#ifndef SOCKEYE_FILTER_FILTER_H
#define SOCKEYE_FILTER_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sockeye/base/buf.h"
#include "sockeye/base/err.h"
#include "sockeye/model/snap.h"

struct filter;

/*
 * Parses len bytes. Empty text (or only blanks) is the filter that everything passes.
 * NULL on error: e->msg says what was expected, e->pos is the byte where the first bad word begins.
 */
struct filter *filter_parse(const char *text, size_t len, struct err *e);
/*
 * The same where sockets of these protocols (PROTO_BIT()) were chosen: if they are of one family that has
 * no internet addresses, src and dst are about its ends, without its name in front.
 */
struct filter *filter_parse_for(const char *text, size_t len, unsigned protos, struct err *e);
void filter_free(struct filter *f); /* NULL is fine */

/*
 * Names in a filter (user, comm, interface) are looked up once a snapshot: call this before the
 * first filter_match() on another snapshot. f may be shared by readers of the same snapshot only.
 */
void filter_bind(struct filter *f, const struct snap *s);
bool filter_match(const struct filter *f, const struct snap *s, uint32_t row);
/*
 * The same of a socket that ended and that no dump told of (SOCK_BRIEF), which need be no row of s:
 * x->listener and its owners are. It has ends, a protocol and a cookie; state 0 is one that is not
 * known. What else the filter asks for neither holds nor does not.
 */
bool filter_match_told(const struct filter *f, const struct snap *s, const struct sock *k,
		       const struct sock_ext *x);

/* True for the filter that everything passes. */
bool filter_is_all(const struct filter *f);
/* A superset of the states and protocols that can pass: ST_BIT() and 1u << enum proto. */
unsigned filter_states(const struct filter *f);
unsigned filter_protos(const struct filter *f);
/* The same for the sockets of one protocol; 0: none of them passes. */
unsigned filter_states_of(const struct filter *f, enum proto proto);
/* Whether it asks for processes (pid, comm, owner). */
bool filter_needs_owners(const struct filter *f);
/* Whether it asks for containers or units: want.places. */
bool filter_needs_places(const struct filter *f);
/* What it asks for of details, all of it in DETAIL_PART_SOCKET of want.details: enum detail_has. */
unsigned filter_details(const struct filter *f);
/* Whether it asks for network namespaces. */
bool filter_needs_netns(const struct filter *f);
/* Whether it asks for the listener that a connection came through. */
bool filter_needs_listeners(const struct filter *f);
/* A remark for the user, or NULL: where ss would have answered an and/or mix without parentheses differently. */
const char *filter_remark(const struct filter *f);

/* How a program for the kernel compares with the filter that it was made of. */
enum offload {
	OFFLOAD_NONE,     /* there is none: the kernel can leave nothing out */
	OFFLOAD_SUPERSET, /* it lets pass what the filter does, and more */
	OFFLOAD_EXACT,
};

/*
 * Puts into out what the kernel can decide of the addresses and ports that f asks for: a program
 * for inet_diag (bytecode.h). What else f asks for is taken as if it might hold and might not, so
 * the rows that come still need filter_match(); filter_states_of() is not in it.
 */
enum offload filter_compile(const struct filter *f, struct buf *out);

/*
 * Appends the command of ss(8), as a shell takes it, that shows the same sockets: "ss -tan state
 * close-wait 'dst 10.4.1.17'", of these protocols (PROTO_BIT()). -EOPNOTSUPP, and what ss cannot say, where there is none.
 */
int filter_print_ss(const struct filter *f, unsigned protos, struct buf *out, struct err *e);

/* Appends the canonical text; it parses to the same filter, if that had no more than 1 MiB of text. */
void filter_print(const struct filter *f, struct buf *out);

#endif
