/* SPDX-License-Identifier: MIT */
/*
 * From a filter to a program for inet_diag, in two steps: the tree without what the kernel cannot
 * tell, which lets at least as much pass; then the tests of what is left, one by one.
 */
#include "offload.h"

#include <assert.h>
#include <linux/inet_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "sockeye/base/mem.h"
#include "sockeye/filter/bytecode.h"

#include "prog.h"

/* ---- what the kernel can tell ---------------------------------------- */

/* For each node, whether it says anything without what the kernel cannot tell. */
enum {
	SAYS_YES = 1 << 0, /* of sockets that pass it */
	SAYS_NO = 1 << 1,  /* of sockets that fail it */
	KEPT = 1 << 2,     /* a part of the result */
	INVERTED = 1 << 3, /* stands under an odd number of nots */
};

/*
 * "inet:" is about the family of the socket, of which inet_diag takes IPv4-mapped for granted.
 * Everything else of hosts and ports is the same there and here; ports that were "not bound
 * explicitly" are not the range that autobound is about.
 */
static bool is_kernels(const struct tree *t, const struct cond *c)
{
	switch ((enum subject_id)c->subject) {
	case SUBJ_SRC:
	case SUBJ_DST:
		return t->host[c->arg].only == 0;
	case SUBJ_SPORT:
	case SUBJ_DPORT:
		return true;
	case SUBJ_STATE:
	case SUBJ_EXCLUDE:
	case SUBJ_LISTENER:
	case SUBJ_AUTOBOUND:
	case SUBJ_DEV:
	case SUBJ_COMM:
	case SUBJ_USER:
	case SUBJ_OWNER:
	case SUBJ_PID:
	case SUBJ_FD:
	case SUBJ_UID:
	case SUBJ_INODE:
	case SUBJ_COOKIE:
	case SUBJ_RECV_Q:
	case SUBJ_SEND_Q:
	case SUBJ_AGE:
	case SUBJ_RETRANS:
	case SUBJ_PROTO:
	case SUBJ_FAMILY:
	case SUBJ_TYPE:
	case SUBJ_CONTAINER:
	case SUBJ_UNIT:
	case SUBJ_FWMARK:
	case SUBJ_CGROUP:
	case SUBJ_NETNS:
	case SUBJ_COUNT:
		break;
	}
	return false;
}

static uint8_t swapped(uint8_t says)
{
	return (uint8_t)(((says & SAYS_YES) != 0 ? SAYS_NO : 0) |
			 ((says & SAYS_NO) != 0 ? SAYS_YES : 0));
}

/*
 * Who drops one side of an "and" lets more pass; of an "or" both sides must be known. For those
 * that fail it is the other way round.
 */
static uint8_t says_of(const struct tree *t, const uint8_t *says, uint32_t i)
{
	const struct node *n = &t->node[i];
	uint8_t left, right;

	switch ((enum node_kind)n->kind) {
	case NODE_COND:
		return is_kernels(t, &t->cond[n->cond]) ? SAYS_YES | SAYS_NO : 0;
	case NODE_NOT:
		return swapped(says[tree_right(i)]);
	case NODE_AND:
	case NODE_OR:
		break;
	}
	left = says[tree_left(t, i)];
	right = says[tree_right(i)];
	if (n->kind == NODE_AND)
		return (uint8_t)(((left | right) & SAYS_YES) | (left & right & SAYS_NO));
	return (uint8_t)((left & right & SAYS_YES) | ((left | right) & SAYS_NO));
}

/* From the root down: a child is kept where it says something of what its parent asks for. */
static void keep(uint8_t *says, uint32_t i, uint8_t inverted)
{
	says[i] = (uint8_t)(says[i] | inverted);
	if ((says[i] & (inverted != 0 ? SAYS_NO : SAYS_YES)) != 0)
		says[i] |= KEPT;
}

static void mark_kept(const struct tree *t, uint8_t *says)
{
	keep(says, t->n_node - 1, 0);
	for (uint32_t i = t->n_node; i-- > 0;) {
		const struct node *n = &t->node[i];
		uint8_t inverted = says[i] & INVERTED;

		if ((says[i] & KEPT) == 0 || n->kind == NODE_COND)
			continue;
		if (n->kind == NODE_NOT)
			inverted ^= INVERTED;
		else
			keep(says, tree_left(t, i), inverted);
		keep(says, tree_right(i), inverted);
	}
}

/*
 * The kept nodes of t as a tree of their own, which borrows all else of t: only its nodes and
 * conditions are to be freed.
 */
static void prune(const struct tree *t, const uint8_t *says, struct tree *out)
{
	*out = *t;
	out->node = NULL;
	out->cond = NULL;
	out->n_node = out->size_node = out->n_cond = out->size_cond = 0;
	for (uint32_t i = 0; i < t->n_node; i++) {
		const struct node *n = &t->node[i];

		if ((says[i] & KEPT) == 0)
			continue;
		if (n->kind == NODE_COND)
			tree_add_cond(out, &t->cond[n->cond]);
		else if (n->kind == NODE_NOT ||
			 (says[tree_left(t, i)] & says[tree_right(i)] & KEPT) != 0)
			tree_join(out, (enum node_kind)n->kind);
	}
}

/* ---- writing --------------------------------------------------------- */

#define PORT_MAX 65535

/* Jumps are written when it is known where they go to: at[] is where each test begins. */
struct writer {
	const struct prog *p;
	struct buf *out;
	size_t *at;
	size_t len;   /* of what was written, or only counted */
	size_t end;   /* of the program; 0 while it is only counted */
	bool is_full; /* more than the kernel takes */
};

static size_t place(const struct writer *w, uint32_t to)
{
	if (to == OP_ACCEPT)
		return w->end;
	return to == OP_REJECT ? w->end + 4 : w->at[to];
}

/* Appends an instruction that goes on behind itself when it holds, else to the byte no. */
static void put(struct writer *w, uint8_t code, const void *operand, size_t size, size_t no)
{
	struct inet_diag_bc_op op = {
		.code = code,
		.yes = (uint8_t)(sizeof(op) + size),
	};

	if (w->end != 0) {
		op.no = (uint16_t)(no - w->len);
		buf_add(w->out, &op, sizeof(op));
		buf_add(w->out, operand, size);
	}
	w->len += sizeof(op) + size;
	w->is_full = w->is_full || w->len > BYTECODE_MAX;
}

static void put_port(struct writer *w, uint8_t code, uint64_t port, size_t no)
{
	struct inet_diag_bc_op operand = { .no = (uint16_t)port };

	put(w, code, &operand, sizeof(operand), no);
}

/* Goes on to where the test i goes when it holds; from its end that needs no instruction. */
static void put_yes(struct writer *w, uint32_t i, uint32_t to)
{
	bool last = i + 1 == w->p->n_op;

	if (to == i + 1 || (last && to == OP_ACCEPT))
		return;
	put(w, INET_DIAG_BC_JMP, NULL, 0, place(w, to));
}

static void put_host(struct writer *w, uint32_t i)
{
	const struct op *op = &w->p->op[i];
	const struct op_host *h = &w->p->host[op->arg];
	const size_t v4_at = 12;
	struct inet_diag_hostcond cond = { .family = AF_INET6, .port = -1 };
	uint8_t addr[16], operand[sizeof(cond) + sizeof(addr)];
	size_t size = sizeof(addr), from = 0;

	memcpy(addr, &h->hi, 8);
	memcpy(addr + 8, &h->lo, 8);
	cond.prefix_len =
		(uint8_t)(__builtin_popcountll(h->mask_hi) + __builtin_popcountll(h->mask_lo));
	if (h->families == 3 && cond.prefix_len == 0) {
		/* any address */
		put_yes(w, i, op->yes);
		return;
	}
	if (h->families == 3) {
		cond.family = AF_INET;
		cond.prefix_len = (uint8_t)(cond.prefix_len - 8 * v4_at);
		from = v4_at;
		size = 4;
	}
	memcpy(operand, &cond, sizeof(cond));
	memcpy(operand + sizeof(cond), addr + from, size);
	put(w, op->side == SIDE_LOCAL ? INET_DIAG_BC_S_COND : INET_DIAG_BC_D_COND, operand,
	    sizeof(cond) + size, place(w, op->no));
	put_yes(w, i, op->yes);
}

/*
 * A number below a range of the ascending ones is in none of them, above it is asked for the next.
 * What holds for all ports needs no instruction.
 */
static void put_ports(struct writer *w, uint32_t i)
{
	const struct op *op = &w->p->op[i];
	const struct range one = { .lo = op->lo, .hi = op->lo + op->span };
	const struct range *r = op->many ? w->p->range + op->lo : &one;
	uint64_t n = op->many ? op->span : 1;
	bool local = op->code == OP_LPORT;
	const uint8_t ge = local ? INET_DIAG_BC_S_GE : INET_DIAG_BC_D_GE;
	const uint8_t le = local ? INET_DIAG_BC_S_LE : INET_DIAG_BC_D_LE;
	const uint8_t eq = local ? INET_DIAG_BC_S_EQ : INET_DIAG_BC_D_EQ;
	const size_t size = bytecode_op_size(eq, 0), jump = bytecode_op_size(INET_DIAG_BC_JMP, 0);

	for (uint64_t k = 0; k < n && r[k].lo <= PORT_MAX; k++) {
		bool last = k + 1 == n || r[k + 1].lo > PORT_MAX;
		bool single = r[k].lo == r[k].hi, low = r[k].lo == 0, high = r[k].hi >= PORT_MAX;
		size_t none = place(w, op->no), next = none;

		if (!single && !low)
			put_port(w, ge, r[k].lo, none);
		if (!last)
			next = w->len + size + jump;
		if (single || !high)
			put_port(w, single ? eq : le, r[k].hi, next);
		if (last)
			put_yes(w, i, op->yes);
		else
			put(w, INET_DIAG_BC_JMP, NULL, 0, place(w, op->yes));
	}
	if (n == 0 || r[0].lo > PORT_MAX)
		put_yes(w, i, op->no);
}

static void put_all(struct writer *w)
{
	w->len = 0;
	for (uint32_t i = 0; i < w->p->n_op && !w->is_full; i++) {
		w->at[i] = w->len;
		if (w->p->op[i].code == OP_HOST)
			put_host(w, i);
		else
			put_ports(w, i);
	}
}

/* False when the program is too long, or lets everything pass. */
static bool write_program(const struct prog *p, struct buf *out)
{
	struct writer w = { .p = p, .out = out, .at = xcalloc(p->n_op + 1, sizeof(*w.at)) };

	put_all(&w);
	if (!w.is_full && w.len > 0) {
		w.end = w.len;
		put_all(&w);
		assert(w.len == w.end && bytecode_audit(out->s, out->len) == 0);
	}
	free(w.at);
	return w.end > 0;
}

enum offload offload_compile(const struct tree *t, struct buf *out)
{
	enum offload result = OFFLOAD_NONE;
	struct tree pruned;
	struct prog prog;
	uint8_t *says;

	buf_reset(out);
	if (t->n_node == 0)
		return OFFLOAD_NONE;
	says = xcalloc(t->n_node, sizeof(*says));
	for (uint32_t i = 0; i < t->n_node; i++)
		says[i] = says_of(t, says, i);
	mark_kept(t, says);
	prune(t, says, &pruned);
	prog_compile(&prog, &pruned);
	if (prog.n_op > 0 && write_program(&prog, out))
		result = pruned.n_cond == t->n_cond ? OFFLOAD_EXACT : OFFLOAD_SUPERSET;
	prog_free(&prog);
	free(pruned.node);
	free(pruned.cond);
	free(says);
	return result;
}
