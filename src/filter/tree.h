/* SPDX-License-Identifier: MIT */
/*
 * A checked filter: conditions, and the nodes that join them.
 *
 * Nodes lie in postfix order, so every pass over them is a loop: input can nest and chain as deep
 * as it likes. The conditions are the leaves, in the order of the text.
 */
#ifndef SOCKEYE_SRC_FILTER_TREE_H
#define SOCKEYE_SRC_FILTER_TREE_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "sockeye/base/buf.h"
#include "sockeye/model/addr.h"
#include "sockeye/model/sock.h"

/*
 * Limits that nobody meets: they keep the time of a hostile megabyte short. The printed text of
 * a filter within them is within them too, which is what the larger limit of the text is for.
 */
#define FILTER_TEXT_MAX  (4u << 20) /* bytes */
#define FILTER_CONDS_MAX 65536
#define FILTER_DEPTH_MAX 64 /* parentheses within each other */
/* Joins that can be open at one time: a parenthesis, an or, an and, a not per level. */
#define FILTER_STACK (4 * (FILTER_DEPTH_MAX + 2))

/* What a condition is about. */
enum subject_id {
	SUBJ_STATE,
	SUBJ_EXCLUDE,
	SUBJ_SRC,
	SUBJ_DST,
	SUBJ_LISTENER,
	SUBJ_SPORT,
	SUBJ_DPORT,
	SUBJ_AUTOBOUND,
	SUBJ_DEV,
	SUBJ_COMM,
	SUBJ_USER,
	SUBJ_OWNER,
	SUBJ_PID,
	SUBJ_FD,
	SUBJ_UID,
	SUBJ_INODE,
	SUBJ_COOKIE,
	SUBJ_RECV_Q,
	SUBJ_SEND_Q,
	SUBJ_AGE,
	SUBJ_RETRANS,
	SUBJ_PROTO,
	SUBJ_FAMILY,
	SUBJ_TYPE,
	SUBJ_CONTAINER,
	SUBJ_UNIT,
	SUBJ_FWMARK,
	SUBJ_CGROUP,
	SUBJ_NETNS,
	SUBJ_COUNT
};

/* The first two take lists, the next four one number, the last two a regular expression. */
enum cmp {
	CMP_EQ,
	CMP_NE,
	CMP_GT,
	CMP_GE,
	CMP_LT,
	CMP_LE,
	CMP_LIKE,
	CMP_UNLIKE,
};

/* Pairs of protocol and state: bits 0..15 by state for TCP, 16..31 for every other protocol. */
#define PAIRS_TCP  0x0000ffffu
#define PAIRS_REST 0xffff0000u
#define PAIRS_ALL  (PAIRS_TCP | PAIRS_REST)
/* A set of ST_BIT() for all protocols. */
#define PAIRS_OF(states) ((uint32_t)(states)*0x00010001u)

/* The family of a socket in a set of families: inet, inet6, then the protocols that are one. */
static inline unsigned family_bit(const struct sock *s)
{
	return sock_is_inet(s) ? s->family == AF_INET6 : s->proto - PROTO_UNIX + 2u;
}

struct range {
	uint64_t lo, hi; /* both belong to it */
};

struct end_number {
	bool any;
	uint32_t n;
};

/* Addresses: a prefix, or (v6 and v4 false) any; or the ends of another family. */
struct host {
	struct addr addr; /* the bits behind the prefix are zero */
	uint8_t bits;     /* of the 16 bytes: 96 to 128 for IPv4 */
	bool v4, v6;      /* how the address was written: IPv4 stands for IPv4-mapped as well */
	uint8_t only;     /* AF_INET or AF_INET6 for inet: and inet6:, AF_UNIX and so on, else 0 */
	/* Of a family without internet addresses: protocol or context; device, port id or port. */
	struct end_number first, second;
	bool named;    /* the second, or the only one, is a name: */
	uint32_t name; /* of tree.name */
};

/* Whether it is about sockets that have no internet addresses. */
static inline bool host_is_other(const struct host *h)
{
	return h->only != 0 && h->only != AF_INET && h->only != AF_INET6;
}

/* PROTO_BIT() of the sockets that have such ends. */
unsigned host_protos(const struct host *h);

enum name_kind {
	NAME_EXACT,
	NAME_GLOB,
	NAME_REGEX,
};

struct name {
	enum name_kind kind;
	bool fold;  /* without regard to case (ASCII) */
	char *text; /* followed by a NUL; a glob with a backslash before what is literal */
	size_t len;
	regex_t regex;
};

enum operand {
	OPERAND_NONE,
	OPERAND_SET,    /* arg: a bit for each word */
	OPERAND_HOST,   /* arg: host; ports in range[] */
	OPERAND_NUMBER, /* range[], ascending, apart from each other */
	OPERAND_NAME,   /* arg: name */
	OPERAND_MARK,   /* range[first]: lo is the number, hi the mask that it is compared behind */
};

struct cond {
	uint8_t subject; /* enum subject_id */
	uint8_t cmp;     /* enum cmp; one number is range[first].lo */
	uint8_t operand; /* enum operand */
	uint32_t arg;
	uint32_t first, count; /* of tree.range */
};

enum node_kind {
	NODE_COND,
	NODE_NOT,
	NODE_AND,
	NODE_OR,
};

struct node {
	uint8_t kind;
	uint8_t depth;    /* of the parentheses that print it with each mix of and/or in some */
	uint32_t begin;   /* first node of what it joins; itself for a condition */
	uint32_t cond;    /* first condition of what it joins */
	uint32_t yes, no; /* pairs that may pass, pairs that may fail: supersets */
	uint16_t protos_yes, protos_no; /* the same of protocols: PROTO_BIT() */
};

struct tree {
	uint8_t family; /* of ends without one in front, AF_UNIX and so on; 0: of the internet */
	struct node *node;
	struct cond *cond;
	struct range *range;
	struct host *host;
	struct name **name; /* each by itself: a regex_t must not move */
	uint32_t n_node, n_cond, n_range, n_host, n_name;
	uint32_t size_node, size_cond, size_range, size_host, size_name;
	uint32_t services;    /* looked up so far */
	uint32_t regex_bytes; /* compiled so far */
	const char *remark;   /* or NULL */
};

void tree_free(struct tree *t); /* what it holds, not t */

uint32_t tree_add_range(struct tree *t, uint64_t lo, uint64_t hi);
uint32_t tree_add_host(struct tree *t, const struct host *h);
struct name *tree_add_name(struct tree *t);

/* The next leaf. */
void tree_add_cond(struct tree *t, const struct cond *c);
/* Joins what was added last: one for NODE_NOT (two of them are none), two for the others. */
void tree_join(struct tree *t, enum node_kind kind);

/* The children of the node at. */
static inline uint32_t tree_right(uint32_t at)
{
	return at - 1;
}

static inline uint32_t tree_left(const struct tree *t, uint32_t at)
{
	return t->node[at - 1].begin - 1;
}

/* Sorts ranges from first on, joins those that touch, and returns how many are left. */
uint32_t tree_merge_ranges(struct tree *t, uint32_t first);

/* Appends the canonical text. */
void tree_print(const struct tree *t, struct buf *out);

#endif
