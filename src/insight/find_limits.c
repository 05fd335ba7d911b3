/* SPDX-License-Identifier: MIT */
/* What runs out: ports, TIME_WAITs, orphans, tracked connections, descriptors. */
#include <stdlib.h>

#include "find.h"

static enum severity severity_at(double fill)
{
	return fill >= LIMIT_CRIT ? SEVERITY_CRIT : SEVERITY_WARN;
}

static unsigned percent(double fill)
{
	return (unsigned)(fill * 100);
}

/* A setting that is a limit: -1 where it is not known or none. */
static double limit_of(const struct snap *s, enum sysctl_id id)
{
	return s->sysctls.known[id] && s->sysctls.value[id] > 0 ? (double)s->sysctls.value[id] : -1;
}

/* ---- ports ----------------------------------------------------------- */

/* A connection needs a port of its own from one local address to one remote end. */
struct route {
	struct addr local, remote;
	uint16_t rport;
	uint64_t netns; /* as snap_netns_ino() */
	uint32_t count;
};

#define SKETCH 4096 /* buckets: those of an end that has many are full, whoever else is in them */

static bool is_from_here(const struct snap *s, uint32_t row)
{
	const unsigned not = ST_BIT(ST_LISTEN) | ST_BIT(ST_CLOSE) | ST_BIT(ST_SYN_RECV);
	const struct sock *k = &s->sock[row];

	return k->proto == PROTO_TCP && snap_port_is_local(s, row) && (not >> k->state & 1) == 0 &&
	       s->ext[row].listener == IDX_NONE;
}

/* How many there are to be given out: where the route is. */
static uint32_t ports_of(const struct snap *s, uint64_t ino)
{
	uint32_t netns = ino != 0 ? snap_find_netns(s, ino) : IDX_NONE;

	if (netns == IDX_NONE)
		return (uint32_t)s->port_last - s->port_first + 1;
	return (uint32_t)s->netns[netns].port_last - s->netns[netns].port_first + 1;
}

/* Anywhere. */
static uint32_t ports_least(const struct snap *s)
{
	uint32_t least = ports_of(s, 0);

	for (uint32_t i = 0; i < s->n_netns; i++) {
		uint32_t ports = ports_of(s, s->netns[i].ino);

		least = ports < least ? ports : least;
	}
	return least;
}

static uint32_t bucket_of(const struct snap *s, uint32_t row)
{
	const struct sock *k = &s->sock[row];
	uint64_t x = addr_lo(&k->remote) ^ addr_hi(&k->remote) * 3 ^ (uint64_t)k->rport << 17;

	x ^= snap_netns_ino(s, row) * 5;
	x ^= (addr_lo(&k->local) ^ addr_hi(&k->local)) * UINT64_C(0xff51afd7ed558ccd);
	x *= UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(x >> 52);
}

static bool is_route(const struct route *r, const struct snap *s, uint32_t row)
{
	const struct sock *k = &s->sock[row];

	return r->netns == snap_netns_ino(s, row) && r->rport == k->rport &&
	       addr_equal(&r->remote, &k->remote) && addr_equal(&r->local, &k->local);
}

/*
 * The end in this bucket that more than half of its sockets go to, if there is one (Boyer and
 * Moore's vote); then counted.
 */
static struct route route_of(const struct snap *s, uint32_t bucket)
{
	struct route r = { .count = 0 };

	for (uint32_t row = 0; row < s->n_sock; row++) {
		const struct sock *k = &s->sock[row];

		if (!is_from_here(s, row) || bucket_of(s, row) != bucket)
			continue;
		if (r.count == 0)
			r = (struct route){ k->local, k->remote, k->rport, snap_netns_ino(s, row),
					    0 };
		if (is_route(&r, s, row))
			r.count++;
		else
			r.count--;
	}
	r.count = 0;
	for (uint32_t row = 0; row < s->n_sock; row++)
		r.count += is_from_here(s, row) && is_route(&r, s, row);
	return r;
}

static void report_route(struct find *f, const struct route *r, uint32_t ports)
{
	double fill = (double)r->count / ports;
	char remote[FIND_TEXT], local[FIND_TEXT];
	struct finding *x = find_new(f, FINDING_EPHEMERAL_PORTS, severity_at(fill), 65 + 10 * fill);

	if (x == NULL)
		return;
	text_remote(remote, &r->remote, r->rport);
	text_net(local, &r->local, addr_is_v4(&r->local) ? 32 : 128);
	find_text(x, "ephemeral ports to %s %u%% used", remote, percent(fill));
	find_expr(x, "dst %s and src %s and autobound", remote, local);
	find_netns(x, f->s, r->netns);
	find_word(x, "remote", remote);
	find_word(x, "local", local);
	find_uint(x, "used", r->count);
	find_uint(x, "ports", ports);
}

void find_ephemeral_ports(struct find *f)
{
	uint32_t least = ports_least(f->s);
	uint32_t *sketch;

	/* Without the listeners nobody knows who came in. */
	if (!find_whole(f->s, ST_LISTEN))
		return;
	/* Counted while the rows were read: mostly there are too few of them for any end. */
	if (f->s->port_last < f->s->port_first || f->h->from_here < least * LIMIT_WARN)
		return;
	sketch = xcalloc(SKETCH, sizeof(*sketch));
	for (uint32_t row = 0; row < f->s->n_sock; row++)
		if (is_from_here(f->s, row))
			sketch[bucket_of(f->s, row)]++;
	for (int i = 0; i < PORTS_ENDS; i++) {
		struct route r;
		uint32_t best = 0, ports;

		for (uint32_t b = 1; b < SKETCH; b++)
			if (sketch[b] > sketch[best])
				best = b;
		if (sketch[best] < least * LIMIT_WARN)
			break;
		sketch[best] = 0;
		r = route_of(f->s, best);
		ports = ports_of(f->s, r.netns);
		if (r.count >= ports * LIMIT_WARN)
			report_route(f, &r, ports);
	}
	free(sketch);
}

/* ---- TIME_WAIT ------------------------------------------------------- */

void find_timewait_limit(struct find *f)
{
	double limit = limit_of(f->s, SYS_MAX_TW_BUCKETS);
	double lost = history_rate(f->h, CTR_TW_OVERFLOW);
	uint64_t count = f->s->counters.value[CTR_TCP_TW];
	char buf[FIND_TEXT];
	struct finding *x;
	bool at_limit;

	if (!f->s->counters.known[CTR_TCP_TW]) /* at least those that are there */
		count = f->now->state[ST_TIME_WAIT];
	at_limit = limit > 0 && (double)count >= limit * TIMEWAIT_WARN;
	if (!at_limit && lost <= 0)
		return;
	/* It costs nothing but that closed ports are free again at once. */
	x = find_new(f, FINDING_TIMEWAIT_LIMIT, SEVERITY_WARN, 20 + find_size(1 + (double)count));
	if (x == NULL)
		return;
	find_text(x, "TIME_WAIT at the limit tcp_max_tw_buckets");
	if (limit > 0)
		find_text(x, " %s", text_count(buf, (uint64_t)limit));
	if (lost > 0)
		find_text(x, ", %s not kept", text_rate(buf, lost));
	find_expr(x, "state time-wait");
	find_uint(x, "count", count);
	if (limit > 0)
		find_uint(x, "limit", (uint64_t)limit);
	if (lost >= 0)
		find_real(x, "not_kept_per_s", lost);
}

/* ---- orphans, tracked connections ------------------------------------ */

void find_orphans(struct find *f)
{
	double limit = limit_of(f->s, SYS_MAX_ORPHANS), fill;
	uint64_t count = f->s->counters.value[CTR_TCP_ORPHAN];
	struct finding *x;

	if (limit < 0 || !f->s->counters.known[CTR_TCP_ORPHAN])
		return;
	fill = (double)count / limit;
	if (fill < LIMIT_WARN)
		return;
	x = find_new(f, FINDING_ORPHANS, severity_at(fill), 45 + 10 * fill);
	if (x == NULL)
		return;
	find_text(x, "orphans %u%% of tcp_max_orphans", percent(fill));
	find_expr(x, "owner = orphan");
	find_uint(x, "count", count);
	find_uint(x, "limit", (uint64_t)limit);
}

void find_conntrack(struct find *f)
{
	double limit = limit_of(f->s, SYS_CONNTRACK_MAX), fill;
	struct finding *x;

	if (limit < 0 || !f->s->sysctls.known[SYS_CONNTRACK_COUNT])
		return;
	fill = (double)f->s->sysctls.value[SYS_CONNTRACK_COUNT] / limit;
	if (fill < LIMIT_WARN)
		return;
	x = find_new(f, FINDING_CONNTRACK, severity_at(fill), 75 + 10 * fill);
	if (x == NULL)
		return;
	find_text(x, "conntrack table %u%%", percent(fill));
	find_uint(x, "count", (uint64_t)f->s->sysctls.value[SYS_CONNTRACK_COUNT]);
	find_uint(x, "limit", (uint64_t)limit);
}

/* ---- descriptors ----------------------------------------------------- */

/* How near: by what is used, or by how soon it is full; 0: not near. *full_s < 0: it is not known. */
static double nearness(const struct find *f, const struct proc *p, double *full_s)
{
	struct growth g;
	double fill;

	*full_s = -1;
	if (p->fds == 0 || p->fd_limit == 0 || p->fd_limit == UINT32_MAX)
		return 0;
	fill = (double)p->fds / p->fd_limit;
	if (fill < FDS_SOON)
		return 0;
	g = history_growth(f->h, p, TRACK_FDS);
	if (g.steady && g.per_s > 0 && p->fds < p->fd_limit)
		*full_s = (p->fd_limit - p->fds) / g.per_s;
	if (fill < LIMIT_WARN && (*full_s < 0 || *full_s > FDS_SOON_S))
		return 0;
	return fill;
}

static void report_descriptors(struct find *f, const struct proc *p)
{
	double full_s, fill = nearness(f, p, &full_s);
	bool crit = fill >= LIMIT_CRIT || (full_s >= 0 && full_s < FDS_CRIT_S);
	struct finding *x = find_new(f, FINDING_DESCRIPTORS, crit ? SEVERITY_CRIT : SEVERITY_WARN,
				     55 + 10 * fill);
	char buf[FIND_TEXT];

	if (x == NULL)
		return;
	find_text(x, "%s[%d] %u%% of %s descriptors", strpool_get(f->s->str, p->comm).s, p->pid,
		  percent(fill), text_count(buf, p->fd_limit));
	if (full_s >= 0)
		find_text(x, ", full in %s", text_age(buf, full_s));
	find_expr(x, "pid = %d", p->pid);
	find_proc(x, f->s, p);
	find_uint(x, "fds", p->fds);
	find_uint(x, "fd_limit", p->fd_limit);
	if (full_s >= 0)
		find_uint(x, "full_in_s", (uint64_t)full_s);
}

void find_descriptors(struct find *f)
{
	const struct proc *best[FDS_PROCESSES] = { NULL };
	double near[FDS_PROCESSES] = { 0 }, full_s;

	for (uint32_t row = 0; row < f->s->n_proc; row++) {
		const struct proc *p = &f->s->proc[row];
		double fill = nearness(f, p, &full_s);
		unsigned at = FDS_PROCESSES;

		while (at > 0 && fill > near[at - 1]) {
			at--;
			if (at + 1 < FDS_PROCESSES) {
				near[at + 1] = near[at];
				best[at + 1] = best[at];
			}
		}
		if (at < FDS_PROCESSES) {
			near[at] = fill;
			best[at] = p;
		}
	}
	for (unsigned i = 0; i < FDS_PROCESSES && best[i] != NULL; i++)
		report_descriptors(f, best[i]);
}
