/* SPDX-License-Identifier: MIT */
/*
 * CLOSE_WAIT, read rightly: age and growth count, not number. What is in the receive queue tells a
 * program that hangs from one that forgets: the FIN counts as one byte, and it goes when the program
 * has read to the end.
 */
#include "find.h"

/* The CLOSE_WAITs of one process, or of nobody that is known. */
struct leak {
	const struct proc *proc; /* NULL: of nobody */
	const struct now *now;
	struct growth growth;
	uint32_t oldest_s, not_reading, end_unread, read_to_end, inbound, shared;
	uint32_t left_to_parent, left_to_child;
	struct top peer, port;
	bool has_peer, has_port;
};

static bool is_leak(const struct now *n, const struct growth *g)
{
	return n->old >= LEAK_OLD || (g->steady && n->aged >= LEAK_AGED);
}

static bool is_inbound(const struct snap *s, uint32_t row)
{
	return snap_listener(s, row) != IDX_NONE;
}

static bool belongs(const struct snap *s, uint32_t row, const struct proc *p)
{
	const struct sock *k = &s->sock[row];
	const struct sock_ext *x = &s->ext[row];

	if (k->proto != PROTO_TCP || k->state != ST_CLOSE_WAIT || k->ino == 0)
		return false;
	if (p == NULL)
		return x->n_owners == 0;
	return x->n_owners > 0 && &s->proc[s->owner[x->owner].proc] == p;
}

static bool has_other_holder(const struct snap *s, uint32_t row)
{
	const struct sock_ext *x = &s->ext[row];

	for (unsigned i = 1; i < x->n_owners; i++)
		if (s->owner[x->owner + i].proc != s->owner[x->owner].proc)
			return true;
	return false;
}

/* What the sockets have in common; a peer is an address, and for what we opened its port too. */
static void look_at_rows(struct leak *l, const struct snap *s)
{
	static const struct addr none;
	uint32_t now_s = (uint32_t)(s->mono_ns / NS_PER_S);
	bool known = find_whole(s, ST_LISTEN);
	struct tops peers, ports;

	tops_init(&peers);
	tops_init(&ports);
	for (uint32_t row = 0; row < s->n_sock; row++) {
		const struct sock *k = &s->sock[row];
		bool in;

		if (!belongs(s, row, l->proc))
			continue;
		in = is_inbound(s, row);
		if (now_s - s->ext[row].since_s > l->oldest_s)
			l->oldest_s = now_s - s->ext[row].since_s;
		l->not_reading += k->rxq > 1;
		l->end_unread += k->rxq == 1;
		l->read_to_end += k->rxq == 0;
		l->inbound += in;
		l->shared += has_other_holder(s, row);
		l->left_to_parent += (k->flags & SOCK_LEFT_TO_PARENT) != 0;
		l->left_to_child += (k->flags & SOCK_LEFT_TO_CHILD) != 0;
		tops_add(&peers, &k->remote, in || !known ? 0 : k->rport);
		if (in)
			tops_add(&ports, &none, k->lport);
	}
	l->has_peer = peers.n > 0;
	if (l->has_peer)
		l->peer = *tops_best(&peers);
	l->has_port = ports.n > 0;
	if (l->has_port)
		l->port = *tops_best(&ports);
	tops_free(&peers);
	tops_free(&ports);
}

static double full_in_s(const struct proc *p, const struct growth *fds)
{
	if (p->fds == 0 || p->fd_limit == 0 || p->fd_limit == UINT32_MAX || !fds->steady ||
	    fds->per_s <= 0 || p->fds >= p->fd_limit)
		return -1;
	return (p->fd_limit - p->fds) / fds->per_s;
}

static enum severity severity_of(const struct leak *l, double full_s)
{
	if (l->growth.steady && l->now->close_wait >= LEAK_CRIT)
		return SEVERITY_CRIT;
	return full_s >= 0 && full_s < FDS_SOON_S ? SEVERITY_CRIT : SEVERITY_WARN;
}

static void put_text(struct finding *x, const struct find *f, const struct leak *l)
{
	uint32_t all = f->now->state[ST_CLOSE_WAIT];
	char buf[FIND_TEXT];

	find_text(x, "CLOSE_WAIT %s", text_count(buf, all));
	if (l->growth.steady)
		find_text(x, ", growing %s", text_rate(buf, l->growth.per_s));
	else
		find_text(x, ", oldest %s", text_age(buf, l->oldest_s));
	if (l->proc != NULL) {
		find_text(x, ": %u%% %s[%d]", (unsigned)(l->now->close_wait * 100.0 / all),
			  strpool_get(f->s->str, l->proc->comm).s, l->proc->pid);
		find_expr(x, "state close-wait and pid = %d", l->proc->pid);
	} else {
		find_expr(x, "state close-wait");
	}
	if (l->left_to_parent * 2 > l->now->close_wait)
		find_text(x, ", which its child has closed");
	else if (l->left_to_child * 2 > l->now->close_wait)
		find_text(x, ", which its parent has closed");
}

static void put_evidence(struct finding *x, const struct find *f, const struct leak *l)
{
	char buf[FIND_TEXT];

	if (l->proc != NULL)
		find_proc(x, f->s, l->proc);
	find_uint(x, "count", l->now->close_wait);
	find_uint(x, "total", f->now->state[ST_CLOSE_WAIT]);
	if (l->growth.known)
		find_real(x, "rate_per_s", l->growth.per_s);
	find_uint(x, "oldest_s", l->oldest_s);
	find_uint(x, "not_reading", l->not_reading);
	find_uint(x, "end_unread", l->end_unread);
	find_uint(x, "read_to_end", l->read_to_end);
	if (find_whole(f->s, ST_LISTEN)) { /* else nobody knows who came in */
		find_uint(x, "inbound", l->inbound);
		find_uint(x, "outbound", l->now->close_wait - l->inbound);
	}
	if (l->has_peer) {
		if (l->peer.port == 0)
			text_net(buf, &l->peer.addr, addr_is_v4(&l->peer.addr) ? 32 : 128);
		else
			text_remote(buf, &l->peer.addr, l->peer.port);
		find_word(x, "peer", buf);
		find_uint(x, "peer_count", l->peer.count);
	}
	if (l->has_port) {
		find_uint(x, "local_port", l->port.port);
		find_uint(x, "local_port_count", l->port.count);
	}
	if (l->proc == NULL)
		return;
	find_uint(x, "shared", l->shared);
	find_uint(x, "only_parent", l->left_to_parent);
	find_uint(x, "only_child", l->left_to_child);
}

static void put_descriptors(struct finding *x, const struct proc *p, double full_s)
{
	if (p == NULL || p->fds == 0 || p->fd_limit == 0)
		return;
	find_uint(x, "fds", p->fds);
	if (p->fd_limit != UINT32_MAX)
		find_uint(x, "fd_limit", p->fd_limit);
	if (full_s >= 0)
		find_uint(x, "full_in_s", (uint64_t)full_s);
}

static void report(struct find *f, struct leak *l)
{
	struct growth fds = { 0 };
	double full_s = -1;
	struct finding *x;

	look_at_rows(l, f->s);
	if (l->proc != NULL) {
		fds = history_growth(f->h, l->proc, TRACK_FDS);
		full_s = full_in_s(l->proc, &fds);
	}
	x = find_new(f, FINDING_CLOSE_WAIT_LEAK, severity_of(l, full_s),
		     50 + find_size(l->now->close_wait));
	if (x == NULL)
		return;
	put_text(x, f, l);
	put_evidence(x, f, l);
	put_descriptors(x, l->proc, full_s);
}

/* The leaking process with most of them, but fewer than the last one or behind it. */
static bool next_leak(const struct find *f, struct leak *l, const struct leak *last)
{
	uint32_t best = IDX_NONE;

	for (uint32_t row = 0; row < f->h->n_now; row++) {
		const struct now *n = &f->h->now[row];
		struct growth g;

		if (n->close_wait < LEAK_AGED ||
		    (best != IDX_NONE && n->close_wait <= l->now->close_wait))
			continue;
		if (last->now != NULL &&
		    (n->close_wait > last->now->close_wait ||
		     (n->close_wait == last->now->close_wait && n <= last->now)))
			continue;
		g = history_growth(f->h, &f->s->proc[row], TRACK_CLOSE_WAIT);
		if (!is_leak(n, &g))
			continue;
		best = row;
		*l = (struct leak){ .proc = &f->s->proc[row], .now = n, .growth = g };
	}
	return best != IDX_NONE;
}

void find_close_wait_leak(struct find *f)
{
	struct leak last = { .now = NULL }, l;

	if (!find_whole(f->s, ST_CLOSE_WAIT))
		return;
	for (int i = 0; i < LEAK_PROCESSES && next_leak(f, &l, &last); i++) {
		last = l;
		report(f, &l);
	}
	l = (struct leak){ .now = &f->h->nobody,
			   .growth = history_state_growth(f->h, ST_CLOSE_WAIT) };
	/* The growth is that of all of them: it says nothing of nobody's when others have some. */
	if (l.now->close_wait * 10 < f->now->state[ST_CLOSE_WAIT] * 9)
		l.growth = (struct growth){ .known = false };
	if (is_leak(l.now, &l.growth))
		report(f, &l);
}
