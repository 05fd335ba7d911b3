/* SPDX-License-Identifier: MIT */
/* From the tree to tests and jumps. */
#include "prog.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "sockeye/base/mem.h"

/* Where a subtree goes when it holds, and when it does not. */
struct exits {
	uint32_t yes, no;
	bool inverted; /* a "not" stands before it */
};

/* What numbers of a subject are compared with. */
static const uint8_t number_codes[SUBJ_COUNT] = {
	[SUBJ_SPORT] = OP_LPORT,
	[SUBJ_DPORT] = OP_RPORT,
	[SUBJ_DEV] = OP_IFINDEX,
	[SUBJ_NETNS] = OP_NETNS_INO,
	[SUBJ_USER] = OP_UID,
	[SUBJ_PID] = OP_PID,
	[SUBJ_FD] = OP_FD,
	[SUBJ_UID] = OP_UID,
	[SUBJ_INODE] = OP_INODE,
	[SUBJ_COOKIE] = OP_COOKIE,
	[SUBJ_RECV_Q] = OP_RECV_Q,
	[SUBJ_SEND_Q] = OP_SEND_Q,
	[SUBJ_AGE] = OP_AGE,
	[SUBJ_RETRANS] = OP_RETRANS,
	/* the ports of hosts */
	[SUBJ_SRC] = OP_LPORT,
	[SUBJ_DST] = OP_RPORT,
	[SUBJ_LISTENER] = OP_LISTEN_PORT,
};

/* What names of a subject are compared with. */
static const uint8_t name_codes[SUBJ_COUNT] = {
	[SUBJ_DEV] = OP_IFNAME,          [SUBJ_COMM] = OP_COMM, [SUBJ_USER] = OP_USER,
	[SUBJ_CONTAINER] = OP_CONTAINER, [SUBJ_UNIT] = OP_UNIT, [SUBJ_NETNS] = OP_NETNS,
	[SUBJ_CGROUP] = OP_CGROUP,
};

/* A host is two tests, of its address and of its port. */
static uint32_t ops_of(const struct cond *c)
{
	return c->operand == OPERAND_HOST && c->count > 0 ? 2 : 1;
}

static void add_range(struct prog *p, uint64_t lo, uint64_t hi)
{
	p->range[p->n_range++] = (struct range){ .lo = lo, .hi = hi };
}

/* All that r[0..n) leaves out. */
static void add_complement(struct prog *p, const struct range *r, uint32_t n)
{
	uint64_t lo = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (r[i].lo > lo)
			add_range(p, lo, r[i].lo - 1);
		if (r[i].hi == UINT64_MAX)
			return;
		lo = r[i].hi + 1;
	}
	add_range(p, lo, UINT64_MAX);
}

/*
 * The numbers that pass. A != is the exits exchanged, but not for an age: an unknown age passes
 * neither = nor !=.
 */
static void set_numbers(struct prog *p, const struct tree *t, const struct cond *c, struct op *op)
{
	const struct range *r = t->range + c->first;
	uint32_t begin = p->n_range;

	switch ((enum cmp)c->cmp) {
	case CMP_EQ:
	case CMP_NE:
		if (c->cmp == CMP_NE && op->code == OP_AGE)
			add_complement(p, r, c->count);
		else
			for (uint32_t i = 0; i < c->count; i++)
				add_range(p, r[i].lo, r[i].hi);
		break;
	case CMP_GT:
		if (r->lo < UINT64_MAX)
			add_range(p, r->lo + 1, UINT64_MAX);
		break;
	case CMP_GE:
		add_range(p, r->lo, UINT64_MAX);
		break;
	case CMP_LT:
		if (r->lo > 0)
			add_range(p, 0, r->lo - 1);
		break;
	case CMP_LE:
		add_range(p, 0, r->lo);
		break;
	case CMP_LIKE:
	case CMP_UNLIKE:
		break;
	}
	op->many = p->n_range - begin != 1;
	op->lo = begin;
	op->span = p->n_range - begin;
	if (!op->many) {
		op->lo = p->range[begin].lo;
		op->span = p->range[begin].hi - op->lo;
		p->n_range = begin;
	}
}

static uint32_t add_host(struct prog *p, const struct host *h)
{
	static const uint8_t ones[16] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
					  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	struct op_host *o = &p->host[p->n_host];
	struct addr mask = { { 0 } };

	/* In network order, as the addresses are: whole bytes, then the bits of one. */
	memcpy(mask.b, ones, h->bits / 8);
	if (h->bits % 8 != 0)
		mask.b[h->bits / 8] = (uint8_t)(0xff00 >> h->bits % 8);
	*o = (struct op_host){ .hi = addr_hi(&h->addr), .lo = addr_lo(&h->addr), .families = 3 };
	o->mask_hi = addr_hi(&mask);
	o->mask_lo = addr_lo(&mask);
	if (!h->v4 && !h->v6)
		o->hi = o->lo = o->mask_hi = o->mask_lo = 0;
	if (h->v6 || h->only == AF_INET6)
		o->families = 2;
	if (h->only == AF_INET)
		o->families = 1;
	return p->n_host++;
}

static uint32_t add_end(struct prog *p, const struct tree *t, const struct host *h)
{
	p->end[p->n_end] = (struct op_end){ .host = h, .name = h->named ? t->name[h->name] : NULL };
	return p->n_end++;
}

static uint32_t add_bound(struct prog *p, const struct name *name, enum op_code code)
{
	p->bound[p->n_bound] = (struct bound){ .name = name, .code = code };
	return p->n_bound++;
}

static enum side side_of(const struct cond *c)
{
	return c->subject == SUBJ_SRC   ? SIDE_LOCAL
	       : c->subject == SUBJ_DST ? SIDE_REMOTE
					: SIDE_LISTENER;
}

static void emit_set(const struct cond *c, struct op *op)
{
	static const uint8_t codes[SUBJ_COUNT] = {
		[SUBJ_STATE] = OP_PAIR, [SUBJ_PROTO] = OP_PROTO, [SUBJ_FAMILY] = OP_FAMILY,
		[SUBJ_TYPE] = OP_TYPE,  [SUBJ_OWNER] = OP_WHY,
	};

	op->code = codes[c->subject];
	op->arg = c->arg;
}

static struct exits swapped(struct exits to)
{
	return (struct exits){ .yes = to.no, .no = to.yes, .inverted = !to.inverted };
}

/* Writes the tests of c from op on, the first of them numbered at. */
static void emit(struct prog *p, const struct tree *t, const struct cond *c, uint32_t at,
		 struct exits to)
{
	struct op *op = &p->op[at];
	uint8_t number = number_codes[c->subject];
	bool age = number == OP_AGE;

	if ((c->cmp == CMP_NE && !age) || c->cmp == CMP_UNLIKE)
		to = swapped(to);
	*op = (struct op){ .yes = to.yes, .no = to.no, .inverted = to.inverted };
	switch ((enum operand)c->operand) {
	case OPERAND_SET:
		emit_set(c, op);
		break;
	case OPERAND_NUMBER:
		op->code = number;
		set_numbers(p, t, c, op);
		break;
	case OPERAND_HOST:
		if (host_is_other(&t->host[c->arg])) {
			op->code = OP_END;
			op->side = (uint8_t)side_of(c);
			op->arg = add_end(p, t, &t->host[c->arg]);
			break;
		}
		op->code = OP_HOST;
		op->side = (uint8_t)side_of(c);
		op->arg = add_host(p, &t->host[c->arg]);
		if (c->count > 0) {
			op->yes = at + 1;
			op[1] = (struct op){
				.code = number, .yes = to.yes, .no = to.no, .inverted = to.inverted
			};
			set_numbers(p, t, c, &op[1]);
		}
		break;
	case OPERAND_NAME:
		op->code = name_codes[c->subject];
		op->arg = add_bound(p, t->name[c->arg], (enum op_code)op->code);
		break;
	case OPERAND_MARK:
		op->code = OP_MARK;
		op->lo = t->range[c->first].lo;
		op->span = t->range[c->first].hi;
		break;
	case OPERAND_NONE:
		op->code = OP_AUTOBOUND;
		break;
	}
}

/*
 * From the last node back, which is the root, to the first: a join gives its children their exits,
 * so a condition knows its own when it is reached.
 */
static void link_ops(struct prog *p, const struct tree *t, const uint32_t *first_op)
{
	struct exits stack[FILTER_STACK + 1], to;
	unsigned n = 0;

	stack[n++] = (struct exits){ .yes = OP_ACCEPT, .no = OP_REJECT };
	for (uint32_t i = t->n_node; i-- > 0;) {
		const struct node *node = &t->node[i];
		uint32_t right;

		assert(n > 0);
		to = stack[--n];
		switch ((enum node_kind)node->kind) {
		case NODE_COND:
			emit(p, t, &t->cond[node->cond], first_op[node->cond], to);
			break;
		case NODE_NOT:
			stack[n++] = swapped(to);
			break;
		case NODE_AND:
		case NODE_OR:
			assert(n + 2 <= ARRAY_SIZE(stack));
			right = first_op[t->node[tree_right(i)].cond];
			stack[n] = to;
			*(node->kind == NODE_AND ? &stack[n].yes : &stack[n].no) = right;
			n++;
			stack[n++] = to;
			break;
		}
	}
}

void prog_compile(struct prog *p, const struct tree *t)
{
	uint32_t *first_op = xcalloc(t->n_cond + 1, sizeof(*first_op));

	*p = (struct prog){ 0 };
	for (uint32_t i = 0; i < t->n_cond; i++) {
		first_op[i] = p->n_op;
		p->n_op += ops_of(&t->cond[i]);
	}
	if (p->n_op > 0) {
		/* The complement of n ranges has n + 1; an ordering has one where it had one. */
		p->range = xcalloc((size_t)t->n_range + t->n_cond, sizeof(*p->range));
		p->op = xcalloc(p->n_op, sizeof(*p->op));
		p->host = xcalloc((size_t)t->n_host + 1, sizeof(*p->host));
		p->end = xcalloc((size_t)t->n_host + 1, sizeof(*p->end));
		p->bound = xcalloc((size_t)t->n_name + 1, sizeof(*p->bound));
		link_ops(p, t, first_op);
	}
	free(first_op);
}

void prog_free(struct prog *p)
{
	for (uint32_t i = 0; i < p->n_bound; i++) {
		free(p->bound[i].bits);
		free(p->bound[i].numbers);
	}
	free(p->bound);
	free(p->host);
	free(p->end);
	free(p->range);
	free(p->op);
	*p = (struct prog){ 0 };
}
