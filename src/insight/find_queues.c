/* SPDX-License-Identifier: MIT */
/* Programs that are too slow: to accept, or to read. */
#include "find.h"

/* ---- accept queues --------------------------------------------------- */

static bool is_listener(const struct sock *k)
{
	return k->proto == PROTO_TCP && k->state == ST_LISTEN;
}

/* The kernel takes one more than the limit, so full is more, not as much. */
static bool is_full(const struct queue *q, const struct queue_point *p, double overflows)
{
	return p->waiting > p->limit &&
	       (p->limit > 0 || overflows >= OVERFLOWS_PER_S || queue_full(q) > 1);
}

/* The kernel's counters that we have are of one namespace. */
static bool is_counted(const struct snap *s, const struct queue *q)
{
	return q->netns == 0 || (s->n_netns > 0 && q->netns == s->netns[0].ino);
}

static const struct queue_point *newest(const struct queue *q)
{
	return &q->at[(q->head + QUEUE_POINTS - 1) % QUEUE_POINTS];
}

/* Any row of the listener that somebody holds, else any; IDX_NONE: it is not there. */
static uint32_t row_of(const struct snap *s, const struct queue *q)
{
	uint32_t found = IDX_NONE;

	for (uint32_t row = 0; row < s->n_sock; row++) {
		const struct sock *k = &s->sock[row];

		if (!is_listener(k) || k->lport != q->port || !addr_equal(&k->local, &q->addr) ||
		    snap_netns_ino(s, row) != q->netns)
			continue;
		if (s->ext[row].n_owners > 0)
			return row;
		found = row;
	}
	return found;
}

static void put_listener(struct finding *x, const struct snap *s, const struct queue *q)
{
	uint32_t row = row_of(s, q);
	char buf[FIND_TEXT];

	find_word(x, "listener", text_local(buf, &q->addr, q->port));
	find_expr(x, "listener = %s", buf);
	find_netns(x, s, q->netns);
	if (row == IDX_NONE || s->ext[row].n_owners == 0)
		return;
	find_proc(x, s, &s->proc[s->owner[s->ext[row].owner].proc]);
}

static void put_name(struct finding *x, const struct snap *s)
{
	uint32_t row = x->pid != 0 ? snap_find_proc(s, x->pid) : IDX_NONE;

	if (row != IDX_NONE)
		find_text(x, ": %s[%d]", strpool_get(s->str, s->proc[row].comm).s, x->pid);
}

static void report_full(struct find *f, const struct queue *q, double overflows, bool alone)
{
	const struct queue_point *p = newest(q);
	double drops = queue_drops(q);
	char local[FIND_TEXT], rate[FIND_TEXT];
	bool dropping = drops > 0 || (drops < 0 && alone && overflows > 0);
	struct finding *x =
		find_new(f, FINDING_ACCEPT_QUEUE, dropping ? SEVERITY_CRIT : SEVERITY_WARN,
			 70 + find_size(1 + p->waiting));

	if (x == NULL)
		return;
	find_text(x, "listen queue %s full %u/%u", text_local(local, &q->addr, q->port), p->waiting,
		  p->limit);
	put_listener(x, f->s, q);
	find_uint(x, "accept_queue", p->waiting);
	find_uint(x, "accept_max", p->limit);
	/* The kernel counts drops of a listener since 5.x only; alone, all overflows are its own. */
	if (drops < 0 && alone)
		drops = overflows;
	if (drops > 0)
		find_text(x, ", %s drops/s", text_number(rate, drops));
	if (drops >= 0)
		find_real(x, "drops_per_s", drops);
	put_name(x, f->s);
}

/* No queue is full at the moment, and yet they overflow. */
static void report_overflows(struct find *f, double overflows)
{
	const struct queue *worst = NULL;
	char buf[FIND_TEXT], rate[FIND_TEXT];
	struct finding *x;

	for (unsigned i = 0; i < QUEUES; i++) {
		const struct queue *q = &f->h->queue[i];

		if (q->port != 0 && q->seen == f->h->samples && queue_drops(q) > 0 &&
		    is_counted(f->s, q) && (worst == NULL || queue_drops(q) > queue_drops(worst)))
			worst = q;
	}
	x = find_new(f, FINDING_ACCEPT_QUEUE, SEVERITY_CRIT, 70);
	if (x == NULL)
		return;
	text_number(rate, overflows);
	if (worst != NULL) {
		find_text(x, "listen queue %s overflows at times, %s drops/s",
			  text_local(buf, &worst->addr, worst->port), rate);
		put_listener(x, f->s, worst);
		put_name(x, f->s);
	} else {
		find_text(x, "a listen queue overflows at times, %s drops/s", rate);
		find_expr(x, "state listening");
	}
	find_real(x, "drops_per_s", overflows);
}

void find_accept_queue(struct find *f)
{
	double overflows = history_rate(f->h, CTR_LISTEN_OVERFLOWS);
	const struct queue *full[QUEUE_LISTENERS];
	unsigned n = 0;

	for (unsigned i = 0; i < QUEUES; i++) {
		const struct queue *q = &f->h->queue[i];
		unsigned at = n < QUEUE_LISTENERS ? n : QUEUE_LISTENERS;

		if (q->port == 0 || q->seen != f->h->samples ||
		    !is_full(q, newest(q), is_counted(f->s, q) ? overflows : 0))
			continue;
		while (at > 0 && newest(full[at - 1])->waiting < newest(q)->waiting) {
			if (at < QUEUE_LISTENERS)
				full[at] = full[at - 1];
			at--;
		}
		if (at < QUEUE_LISTENERS)
			full[at] = q;
		n++;
	}
	for (unsigned i = 0; i < n && i < QUEUE_LISTENERS; i++)
		report_full(f, full[i], overflows, n == 1 && is_counted(f->s, full[i]));
	if (n == 0 && overflows >= OVERFLOWS_PER_S)
		report_overflows(f, overflows);
}

/* ---- readers --------------------------------------------------------- */

static bool is_slow(const struct now *n)
{
	return n->stuck >= STUCK_SOCKETS || n->stuck_bytes >= STUCK_BYTES;
}

static void report_slow(struct find *f, const struct proc *p, const struct now *n)
{
	struct growth g = history_growth(f->h, p, TRACK_STUCK);
	char count[FIND_TEXT], bytes[FIND_TEXT];
	struct finding *x = find_new(f, FINDING_SLOW_READER, SEVERITY_WARN,
				     30 + find_size(1 + (double)n->stuck_bytes));

	if (x == NULL)
		return;
	find_text(x, "%s socket%s of %s[%d] with data that stays unread, %s bytes",
		  text_count(count, n->stuck), n->stuck == 1 ? "" : "s",
		  strpool_get(f->s->str, p->comm).s, p->pid, text_count(bytes, n->stuck_bytes));
	find_expr(x, "state established and recv_q > 0 and pid = %d", p->pid);
	find_proc(x, f->s, p);
	find_uint(x, "count", n->stuck);
	find_uint(x, "unread_bytes", n->stuck_bytes);
	if (g.known)
		find_real(x, "rate_per_s", g.per_s);
}

void find_slow_reader(struct find *f)
{
	const struct now *last = NULL;

	if (!find_whole(f->s, ST_ESTABLISHED))
		return;
	for (int i = 0; i < STUCK_PROCESSES; i++) {
		const struct now *best = NULL;

		for (uint32_t row = 0; row < f->h->n_now; row++) {
			const struct now *n = &f->h->now[row];

			if (!is_slow(n) || (best != NULL && n->stuck_bytes <= best->stuck_bytes))
				continue;
			if (last == NULL || n->stuck_bytes < last->stuck_bytes ||
			    (n->stuck_bytes == last->stuck_bytes && n > last))
				best = n;
		}
		if (best == NULL)
			return;
		last = best;
		report_slow(f, &f->s->proc[best - f->h->now], best);
	}
}
