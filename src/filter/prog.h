/* SPDX-License-Identifier: MIT */
/*
 * A filter as it runs: a flat array of tests, each with the test to go to when it holds and when
 * it does not. Jumps only go forward, so a row is done after at most as many steps as tests.
 */
#ifndef SOCKEYE_SRC_FILTER_PROG_H
#define SOCKEYE_SRC_FILTER_PROG_H

#include "sockeye/model/snap.h"

#include "tree.h"

enum op_code {
	OP_PAIR,   /* protocol and state: arg is a set of pairs */
	OP_PROTO,  /* arg: set of PROTO_BIT() */
	OP_FAMILY, /* arg: set of family_bit() */
	OP_TYPE,   /* arg: set of types of what has no internet address */
	OP_WHY,    /* arg: set of enum why */
	OP_HOST,   /* arg: prog.host */
	OP_END,    /* arg: prog.end */
	OP_LPORT,  /* from here on a number in a set */
	OP_RPORT,
	OP_UID,
	OP_INODE,
	OP_RECV_Q,
	OP_SEND_Q,
	OP_COOKIE,
	OP_IFINDEX,
	OP_NETNS_INO,
	OP_RETRANS,
	OP_AGE,
	OP_LISTEN_PORT,
	OP_PID, /* of any holder */
	OP_FD,
	OP_MARK, /* lo under the mask span */
	OP_AUTOBOUND,
	OP_COMM, /* from here on names: arg is prog.bound */
	OP_USER,
	OP_IFNAME,
	OP_CONTAINER,
	OP_UNIT,
	OP_NETNS,
	OP_CGROUP,
};

/* Whose address. */
enum side {
	SIDE_LOCAL,
	SIDE_REMOTE,
	SIDE_LISTENER,
};

#define OP_ACCEPT UINT32_MAX
#define OP_REJECT (UINT32_MAX - 1)

struct op {
	uint8_t code;  /* enum op_code */
	uint8_t side;  /* OP_HOST, OP_END: enum side */
	bool inverted; /* what is asked for is that it does not hold: yes and no are exchanged */
	bool many;     /* the set is prog.range from lo, span of them; else lo to lo + span */
	uint32_t arg;
	uint32_t yes, no; /* ops, or OP_ACCEPT, OP_REJECT */
	uint64_t lo, span;
};

struct op_host {
	uint64_t hi, lo, mask_hi, mask_lo;
	uint8_t families; /* as OP_FAMILY */
};

/* An end that is no internet address, of the tree. */
struct op_end {
	const struct host *host;
	const struct name *name; /* NULL: none */
};

/* What a name stands for in one snapshot: ascending uids, or bits by row of what has the names. */
struct bound {
	const struct name *name; /* of the tree */
	enum op_code code;
	uint64_t *bits;
	uint32_t *numbers;
	uint32_t n_numbers, size; /* size: of either array */
};

struct prog {
	struct op *op;
	struct range *range;
	struct op_host *host;
	struct op_end *end;
	struct bound *bound;
	uint32_t n_op, n_range, n_host, n_end, n_bound;
};

/* t must outlive p. */
void prog_compile(struct prog *p, const struct tree *t);
void prog_free(struct prog *p); /* what it holds, not p */

void prog_bind(struct prog *p, const struct snap *s);
/* end.c */
bool end_holds(const struct op_end *end, const struct snap *s, uint32_t row, bool remote);

bool prog_run(const struct prog *p, const struct snap *s, uint32_t row);
/*
 * The same of a socket that no dump told of, and that may be no row of s: whatever is asked of what
 * only a dump tells does not hold, nor does its opposite.
 */
bool prog_run_told(const struct prog *p, const struct snap *s, const struct sock *k,
		   const struct sock_ext *x);

/* ---- what both ask: eval.c ---- */

bool op_in_set(const struct prog *p, const struct op *op, uint64_t v);
bool op_is_if(const struct bound *b, const struct snap *s, uint32_t netns, uint32_t ifindex);
bool op_in_place(const struct prog *p, const struct op *op, const struct snap *s, uint32_t row);
bool op_host_holds(const struct op_host *h, const struct addr *a, uint8_t family);

#endif
