/* SPDX-License-Identifier: MIT */
/*
 * Running a filter over a socket that only the word of its end tells of. Of most fields nothing is
 * known, and a condition on one of those is taken not to hold, with and without a "not" before it.
 */
#include <sys/socket.h>

#include "sockeye/filter/filter.h"

#include "prog.h"

enum answer { NO, YES, UNTOLD };

static enum answer answer(bool yes)
{
	return yes ? YES : NO;
}

/* Of a state that is not known the pairs may say that any will do, or none. */
static enum answer test_pair(const struct op *op, const struct sock *k)
{
	const uint32_t states = op->arg >> (k->proto != PROTO_TCP) * 16 & ST_ALL;

	if (k->state != 0)
		return answer(states >> k->state & 1);
	if (states == ST_ALL)
		return YES;
	return states == 0 ? NO : UNTOLD;
}

static enum answer test_host(const struct prog *p, const struct op *op, const struct snap *s,
			     const struct sock *k, const struct sock_ext *x)
{
	const struct op_host *h = &p->host[op->arg];

	switch ((enum side)op->side) {
	case SIDE_LOCAL:
		return answer(op_host_holds(h, &k->local, k->family));
	case SIDE_REMOTE:
		return answer(op_host_holds(h, &k->remote, k->family));
	case SIDE_LISTENER:
		if (x->listener == UINT32_MAX)
			return UNTOLD;
		k = &s->sock[x->listener];
		return answer(op_host_holds(h, &k->local, k->family));
	}
	return UNTOLD;
}

/* Its owners are those of the listener that it came through: any of them may have held it. */
static enum answer test_owners(const struct prog *p, const struct op *op, const struct snap *s,
			       const struct sock_ext *x)
{
	const struct owner *o = s->owner + x->owner;

	for (uint32_t i = 0; i < x->n_owners; i++) {
		const uint32_t proc = o[i].proc;

		if (op->code == OP_COMM ? p->bound[op->arg].bits[proc / 64] >> proc % 64 & 1
					: op_in_set(p, op, (uint32_t)s->proc[proc].pid))
			return YES;
	}
	return x->n_owners > 0 ? NO : UNTOLD;
}

static enum answer test(const struct prog *p, const struct op *op, const struct snap *s,
			const struct sock *k, const struct sock_ext *x)
{
	switch ((enum op_code)op->code) {
	case OP_PAIR:
		return test_pair(op, k);
	case OP_PROTO:
		return answer(op->arg >> k->proto & 1);
	case OP_TYPE: /* of what has no internet address */
	case OP_END:
		return NO;
	case OP_FAMILY:
		return answer(op->arg >> family_bit(k) & 1);
	case OP_HOST:
		return test_host(p, op, s, k, x);
	case OP_LPORT:
		return answer(op_in_set(p, op, k->lport));
	case OP_RPORT:
		return answer(op_in_set(p, op, k->rport));
	case OP_COOKIE:
		return answer(op_in_set(p, op, k->cookie));
	case OP_IFINDEX:
		return answer(op_in_set(p, op, x->ifindex));
	case OP_IFNAME:
		return answer(op_is_if(&p->bound[op->arg], s, IDX_NONE, x->ifindex));
	case OP_LISTEN_PORT:
		if (x->listener == UINT32_MAX)
			return UNTOLD;
		return answer(op_in_set(p, op, s->sock[x->listener].lport));
	case OP_AUTOBOUND:
		return answer(k->lport >= s->port_first && k->lport <= s->port_last);
	case OP_CONTAINER:
	case OP_UNIT: /* where it was let in */
		if (x->listener == UINT32_MAX)
			return UNTOLD;
		return answer(op_in_place(p, op, s, x->listener));
	case OP_PID:
	case OP_COMM:
		return test_owners(p, op, s, x);
	case OP_NETNS:
	case OP_NETNS_INO:
	case OP_WHY:
	case OP_UID:
	case OP_INODE:
	case OP_RECV_Q:
	case OP_SEND_Q:
	case OP_RETRANS:
	case OP_AGE:
	case OP_FD:
	case OP_USER:
	case OP_MARK:
	case OP_CGROUP:
		break;
	}
	return UNTOLD;
}

bool prog_run_told(const struct prog *p, const struct snap *s, const struct sock *k,
		   const struct sock_ext *x)
{
	uint32_t at = 0;

	if (p->n_op == 0)
		return true;
	while (at < OP_REJECT) {
		const struct op *op = &p->op[at];
		const enum answer a = test(p, op, s, k, x);

		at = (a == UNTOLD ? op->inverted : a == YES) ? op->yes : op->no;
	}
	return at == OP_ACCEPT;
}
