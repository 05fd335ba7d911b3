/* SPDX-License-Identifier: MIT */
#include "sockeye/collect/sockets.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "sockeye/base/mem.h"
#include "sockeye/collect/clock.h"
#include "sockeye/collect/devices.h"
#include "sockeye/collect/inet_diag.h"
#include "sockeye/collect/netfile.h"
#include "sockeye/collect/procnet.h"
#include "sockeye/model/names.h"

#include "families.h"
#include "halves.h"
#include "judge.h"
#include "kernel.h"
#include "tcp_facts.h"

/*
 * A protocol that was refused is asked for again only now and then: the kernel tries to load a
 * module each time, and a kernel that does not answer costs NL_SILENCE_MS.
 */
#define ASK_AGAIN_NS (60 * NS_PER_SEC)

/*
 * Sockets for each bucket of the kernel's table from which on a dump leaves some out now and then. A
 * socket that the snapshot before had is kept then (owners_keep.c); in a first one nothing is known but
 * what a second dump tells.
 */
#define LONG_CHAIN 8

/* Rows for which room is made on the word of the kernel's counters. */
#define EXPECT_MOST 4000000

struct refusal {
	int64_t until_ns; /* CLOCK_MONOTONIC; 0: none */
	int why;          /* negative errno */
};

struct sockets {
	struct nl *nl;
	int nl_error;
	const char *root;
	struct halves *halves; /* NULL: the kernel does not take their programs */
	uint32_t buckets;      /* of the kernel's table of connections; 0: unknown */
	struct refusal refused[PROTO_UDP + 1];
	bool by_family;        /* the kernel does not know the legacy request */
	bool no_programs;      /* it does not take the programs that say which sockets to tell of */
	bool kernel_has_close; /* it is new enough to report TCP sockets in CLOSE */
	bool close_known;      /* of the snapshot before */
	unsigned close_age;    /* samples since they were asked for */
	struct devices devices;
	struct places *places;
	struct families families;
	struct tcp_facts facts;
};

struct sockets *sockets_new(struct nl *nl, int nl_error, const char *root)
{
	struct sockets *s = xcalloc(1, sizeof(*s));

	s->nl = nl;
	s->nl_error = nl_error;
	s->root = root;
	s->halves = halves_new();
	s->buckets = kernel_buckets(root);
	/* TCP sockets that are bound and nothing more. */
	s->kernel_has_close = kernel_since(6, 8);
	return s;
}

struct sockets *sockets_new_lent(void)
{
	struct sockets *s = sockets_new(NULL, -ENOTCONN, NULL);

	halves_free(s->halves); /* of which the second would stay in the namespace */
	s->halves = NULL;
	s->buckets = 0;
	return s;
}

void sockets_lend(struct sockets *s, struct nl *nl, int nl_error)
{
	s->nl = nl;
	s->nl_error = nl_error;
}

void sockets_free(struct sockets *s)
{
	if (s == NULL)
		return;
	halves_free(s->halves);
	nl_close(s->nl);
	free(s);
}

struct nl *sockets_nl(const struct sockets *s, int *error)
{
	*error = s->nl_error;
	return s->nl;
}

void sockets_set_places(struct sockets *s, struct places *p)
{
	s->places = p;
}

int sockets_check(const struct sockets *s, struct err *e)
{
	static const char *const files[] = { "tcp", "tcp6", "udp", "udp6" };
	int why = -ENOENT;

	if (s->nl != NULL)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct netfile f;
		int rc = netfile_open(&f, s->root, files[i]);

		if (rc == 0) {
			netfile_close(&f);
			return 0;
		}
		if (rc != -ENOENT)
			why = rc;
	}
	return err_set(e, s->nl_error, "no source of sockets: sock_diag: %s; /proc/net: %s",
		       strerror(-s->nl_error), strerror(-why));
}

/* ---- what is asked for ----------------------------------------------- */

static unsigned wanted_states(const struct want *w, enum proto proto)
{
	return proto_states(proto) & (w->thin != NULL ? w->thin->states[proto] : ST_ALL);
}

static struct inet_query make_query(struct sockets *s, enum proto proto, const struct want *w)
{
	unsigned states = wanted_states(w, proto), all = proto_states(proto);
	struct inet_query q = {
		.proto = proto, .devices = &s->devices, .places = s->places, .details = w->details
	};

	if (w->thin != NULL && w->thin->code != NULL && !s->no_programs) {
		q.code = w->thin->code;
		q.code_len = w->thin->code_len;
	}
	if (w->thin != NULL && w->thin->listeners && proto == PROTO_TCP)
		states |= ST_BIT(ST_LISTEN);
	q.close = proto == PROTO_TCP && w->close && (states & ST_BIT(ST_CLOSE)) != 0;
	q.states = states == all ? 0 : states;
	return q;
}

static bool is_thinned(const struct inet_query *q)
{
	return q->states != 0 || q->code != NULL;
}

/* Later snapshots are as large as the one before. */
static void expect_rows(struct snap_builder *b, const struct want *w)
{
	uint64_t rows = judge_counted(b);

	if (w->max_sockets > 0 && rows > w->max_sockets)
		rows = w->max_sockets;
	if (rows <= EXPECT_MOST)
		snap_expect(b, (uint32_t)rows);
}

/* ---- sock_diag ------------------------------------------------------- */

static int ask_families(struct sockets *s, struct snap_builder *b, struct inet_query *q,
			int cancel_fd, struct nl_stats *st)
{
	int rc;

	q->family = AF_INET;
	rc = inet_diag_dump(s->nl, q, b, cancel_fd, st);
	if (rc != 0)
		return rc;
	q->family = AF_INET6;
	rc = inet_diag_dump(s->nl, q, b, cancel_fd, st);
	/* The protocol is there, as IPv4 shows, so this is a kernel without IPv6. */
	return rc == -ENOENT ? 0 : rc;
}

static bool has_two_cpus(void)
{
	cpu_set_t set;

	/* With more CPUs than the set has room for it fails. */
	return sched_getaffinity(0, sizeof(set), &set) != 0 || CPU_COUNT(&set) > 1;
}

/* Many sockets come faster by two threads. 1 where it takes one. */
static int ask_halves(struct sockets *s, struct snap_builder *b, const struct inet_query *q,
		      int cancel_fd, struct nl_stats *st)
{
	const struct snap *prev = snap_prev(b);
	uint64_t expected = prev != NULL ? prev->n_sock : judge_counted(b);
	int64_t cpu_ns;
	struct pivot p;
	int rc;

	if (s->halves == NULL || s->no_programs || expected < HALVES_LEAST || !has_two_cpus())
		return 1;
	/* What is left out is walked over all the same, and by both: nothing is known of its size. */
	if (prev == NULL && is_thinned(q))
		return 1;
	if (prev != NULL ? !halves_pivot(prev->sock, prev->n_sock, &p)
			 : !halves_taste(cancel_fd, &p))
		return 1;
	cpu_ns = halves_cpu_ns(s->halves);
	rc = halves_dump(s->halves, s->nl, q, &p, b, cancel_fd, st);
	snap_cost(b)->cpu_ns += halves_cpu_ns(s->halves) - cpu_ns;
	if (!judge_refused(rc, st))
		return rc;
	halves_free(s->halves);
	s->halves = NULL;
	return 1;
}

static bool may_lack_some(const struct sockets *s, const struct snap_builder *b)
{
	uint32_t n;

	(void)snap_rows(b, &n);
	return snap_prev(b) == NULL && s->buckets > 0 && n / LONG_CHAIN >= s->buckets;
}

static int ask_tcp(struct sockets *s, struct snap_builder *b, struct inet_query *q, int cancel_fd,
		   struct nl_stats *st)
{
	int rc;

	if (!s->by_family) {
		q->family = AF_UNSPEC;
		rc = ask_halves(s, b, q, cancel_fd, st);
		if (rc == 1)
			rc = inet_diag_dump(s->nl, q, b, cancel_fd, st);
		if (rc == 0 && may_lack_some(s, b))
			rc = inet_diag_dump(s->nl, q, b, cancel_fd, st);
		if (!judge_refused(rc, st))
			return rc;
	}
	rc = ask_families(s, b, q, cancel_fd, st);
	s->by_family = rc == 0;
	return rc;
}

/* A kernel that does not take the program (S_EQ and D_EQ came with 4.16) is asked without it. */
static int ask_which(struct sockets *s, struct snap_builder *b, struct inet_query *q, int cancel_fd,
		     struct nl_stats *st)
{
	int (*ask)(struct sockets *, struct snap_builder *, struct inet_query *, int,
		   struct nl_stats *) = q->proto == PROTO_TCP ? ask_tcp : ask_families;
	int rc = ask(s, b, q, cancel_fd, st);

	if (q->code == NULL || rc != -EINVAL || !judge_refused(rc, st))
		return rc;
	s->no_programs = true;
	q->code = NULL;
	return ask(s, b, q, cancel_fd, st);
}

/*
 * Listeners are in a table of their own, so a dump of them alone costs next to nothing: where all
 * of them must come, a program can still say which of the rest.
 */
static int ask_tables(struct sockets *s, struct snap_builder *b, const struct want *w,
		      struct inet_query *q, int cancel_fd, struct nl_stats *st)
{
	struct inet_query listen = { .proto = PROTO_TCP,
				     .devices = &s->devices,
				     .places = s->places,
				     .details = q->details,
				     .states = ST_BIT(ST_LISTEN) };
	int rc = 0;

	if (q->proto != PROTO_TCP || q->code == NULL || !w->thin->listeners)
		return ask_which(s, b, q, cancel_fd, st);
	q->states = (q->states != 0 ? q->states : ST_ALL) & ~ST_BIT(ST_LISTEN);
	if (q->states != 0)
		rc = ask_which(s, b, q, cancel_fd, st);
	return rc != 0 ? rc : ask_which(s, b, &listen, cancel_fd, st);
}

static int ask_kernel(struct sockets *s, struct snap_builder *b, const struct want *w,
		      struct inet_query *q, int cancel_fd, struct nl_stats *st)
{
	struct refusal *no = &s->refused[q->proto];
	int64_t now_ns = clock_ns(CLOCK_MONOTONIC);
	int rc;

	if (s->nl == NULL)
		return s->nl_error;
	if (now_ns < no->until_ns)
		return no->why;
	rc = ask_tables(s, b, w, q, cancel_fd, st);
	if (rc == -EFBIG)
		nl_abandon(s->nl);
	if (judge_refused(rc, st) || (rc == -ETIMEDOUT && st->rows == 0))
		*no = (struct refusal){ now_ns + ASK_AGAIN_NS, rc };
	return rc;
}

/* ---- /proc/net ------------------------------------------------------- */

/* What was read of a protocol's two files. */
struct proc_result {
	unsigned files; /* that were read to the end */
	uint32_t bad;   /* lines that were not understood */
	int why; /* negative errno of the first file that was not; 0: there is nothing to miss */
};

static int read_proc(struct sockets *s, struct snap_builder *b, enum proto proto, int cancel_fd,
		     struct proc_result *r)
{
	static const int families[] = { AF_INET, AF_INET6 };

	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		int rc = procnet_read(b, s->root, proto, families[i], cancel_fd, &r->bad);

		if (rc == -ECANCELED || rc == -ENOMEM)
			return rc;
		if (rc == 0)
			r->files++;
		else if (r->why == 0 && !(families[i] == AF_INET6 && rc == -ENOENT))
			r->why = rc;
	}
	return 0;
}

/* no_diag: what sock_diag said. 0, or as sockets_update(). */
static int fall_back(struct sockets *s, struct snap_builder *b, enum proto proto, int no_diag,
		     int cancel_fd)
{
	enum source_id id = source_of(proto);
	const char *diag = strerror(-no_diag);
	struct proc_result r = { 0 };
	int rc = read_proc(s, b, proto, cancel_fd, &r);

	if (rc != 0)
		return rc;
	if (r.files == 0) {
		snap_source_fail(b, id, SOURCE_ABSENT, "no sock_diag (%s), no /proc/net (%s)", diag,
				 strerror(-r.why));
		return r.why;
	}
	if (r.why != 0)
		snap_source_fail(b, id, SOURCE_PARTIAL,
				 "no sock_diag (%s): read from /proc/net, but not all (%s)", diag,
				 strerror(-r.why));
	else if (r.bad > 0)
		snap_source_fail(
			b, id, SOURCE_PARTIAL,
			"no sock_diag (%s): read from /proc/net, %u of its lines not understood",
			diag, (unsigned)r.bad);
	else
		snap_source_fail(b, id, SOURCE_PARTIAL, "no sock_diag (%s): read from /proc/net%s",
				 diag, proto == PROTO_TCP ? ", without sockets in CLOSE" : "");
	return 0;
}

/* ---- together -------------------------------------------------------- */

static bool has_close(const struct snap_builder *b)
{
	uint32_t n;
	const struct sock *row = snap_rows(b, &n);

	for (uint32_t i = 0; i < n; i++)
		if (row[i].proto == PROTO_TCP && row[i].state == ST_CLOSE)
			return true;
	return false;
}

/* After a dump of TCP: whether the sockets in CLOSE are known, carrying them over if need be. */
static int settle_close(struct sockets *s, struct snap_builder *b, const struct want *w)
{
	int rc = 0;

	if ((wanted_states(w, PROTO_TCP) & ST_BIT(ST_CLOSE)) == 0) {
		/* that there are none of them is known as far as it is ever known */
		s->close_known = false;
		snap_set_close(b, s->kernel_has_close);
		return 0;
	}
	if (w->close) {
		s->close_known = s->kernel_has_close || has_close(b);
		s->close_age = 0;
	} else if (s->close_known && ++s->close_age < SOCKETS_CLOSE_AGE) {
		rc = snap_carry(b, ST_CLOSE);
	} else {
		s->close_known = false;
	}
	snap_set_close(b, s->close_known);
	return rc;
}

/*
 * Whether the kernel counts no socket of the protocol here. A dump walks the table that all network
 * namespaces share, so an empty one would pay for the sockets of all others. Half-open connections
 * are not counted, but there are none without a listener, which is.
 */
static bool is_empty(struct snap_builder *b, const struct inet_query *q)
{
	static const enum counter_id counters[][3] = {
		[PROTO_TCP] = { CTR_TCP_INUSE, CTR_TCP6_INUSE, CTR_TCP_TW },
		[PROTO_UDP] = { CTR_UDP_INUSE, CTR_UDP6_INUSE, CTR_UDP6_INUSE },
	};
	const struct counters *c = snap_counters(b);

	for (size_t i = 0; i < ARRAY_SIZE(counters[0]); i++) {
		enum counter_id id = counters[q->proto][i];

		if (!c->known[id] || c->value[id] != 0)
			return false;
	}
	/* A socket that is bound and nothing more is not counted either. */
	return !q->close;
}

/* Nobody looks at any socket of the protocol. */
static void leave_out(struct sockets *s, struct snap_builder *b, enum proto proto)
{
	snap_set_thinned(b, proto, 0);
	snap_source_ok(b, source_of(proto));
	if (proto != PROTO_TCP)
		return;
	s->close_known = false;
	snap_set_close(b, s->kernel_has_close);
}

/* A connection goes through these: what has just come into some of them may have a past in others. */
#define DATA_STATES                                                            \
	(ST_BIT(ST_SYN_SENT) | ST_BIT(ST_SYN_RECV) | ST_BIT(ST_ESTABLISHED) |  \
	 ST_BIT(ST_FIN_WAIT1) | ST_BIT(ST_FIN_WAIT2) | ST_BIT(ST_CLOSE_WAIT) | \
	 ST_BIT(ST_LAST_ACK) | ST_BIT(ST_CLOSING))

static int update_proto(struct sockets *s, struct snap_builder *b, enum proto proto,
			const struct want *w, int cancel_fd)
{
	struct nl_stats st = { 0 };
	struct inet_query q = make_query(s, proto, w);
	int rc;

	if (wanted_states(w, proto) == 0) {
		leave_out(s, b, proto);
		return 0;
	}
	/* Where only CLOSE_WAITs come, that since when they are comes with them saves a walk. */
	if (proto == PROTO_TCP)
		q.info = w->tcp_stat || (snap_prev(b) == NULL &&
					 (q.states & ~ST_BIT(ST_LISTEN)) == ST_BIT(ST_CLOSE_WAIT));
	q.now_ns = clock_ns(CLOCK_MONOTONIC);
	if (proto == PROTO_TCP && (wanted_states(w, proto) & DATA_STATES) != DATA_STATES)
		snap_set_births_unknown(b);
	if (is_empty(b, &q)) {
		snap_source_ok(b, source_of(proto));
		return proto == PROTO_TCP ? settle_close(s, b, w) : 0;
	}
	rc = ask_kernel(s, b, w, &q, cancel_fd, &st);
	if (rc == -ECANCELED || rc == -ENOMEM)
		return rc;
	if (rc == 0 || rc == -EFBIG || st.rows > 0) {
		judge_dump(b, source_of(proto), rc, &st);
		if (is_thinned(&q))
			snap_set_thinned(b, proto, q.code == NULL ? q.states : 0);
		if (rc == -EFBIG)
			snap_set_thinned(b, proto, 0);
		if (proto != PROTO_TCP)
			return 0;
		rc = settle_close(s, b, w);
		return rc != 0 ? rc
			       : tcp_facts_update(&s->facts, s->nl, s->by_family, q.info, b,
						  cancel_fd);
	}
	if (proto == PROTO_TCP)
		s->close_known = false;
	return fall_back(s, b, proto, rc, cancel_fd);
}

int sockets_update(struct sockets *s, struct snap_builder *b, const struct want *w, int cancel_fd,
		   struct err *e)
{
	int first = 0, rc;
	bool came = false;

	if (w->tcp_stat)
		snap_with(b, SIDE_TCP);
	if (w->details != 0)
		snap_with(b, SIDE_DETAIL);
	if (w->births)
		snap_with(b, SIDE_BIRTH);
	if (w->max_sockets > 0)
		snap_limit(b, w->max_sockets);
	if (snap_prev(b) == NULL && w->thin == NULL)
		expect_rows(b, w);
	if (w->close)
		s->devices = (struct devices){ 0 };
	if (!(w->protos & 1u << PROTO_TCP))
		s->close_known = false;
	for (unsigned p = PROTO_TCP; p <= PROTO_UDP; p++) {
		if (!(w->protos & 1u << p))
			continue;
		rc = update_proto(s, b, (enum proto)p, w, cancel_fd);
		if (rc == -ECANCELED || rc == -ENOMEM)
			return err_set(e, rc, "%s", strerror(-rc));
		if (rc == 0)
			came = true;
		else if (first == 0)
			first = rc;
	}
	rc = families_update(&s->families, s->nl, s->nl_error, s->root, &s->devices, b, w,
			     cancel_fd);
	if (rc != 0)
		return err_set(e, rc, "%s", strerror(-rc));
	if (first != 0 && !came)
		return err_set(e, first, "no source of sockets: %s", strerror(-first));
	devices_name(&s->devices, b);
	return 0;
}
