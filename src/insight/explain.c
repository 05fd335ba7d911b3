/* SPDX-License-Identifier: MIT */
#include "sockeye/insight/explain.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "find.h"
#include "sockeye/base/fmt.h"
#include "sockeye/base/mem.h"
#include "sockeye/model/names.h"

#define TOP_PROCESSES 5
#define TOP_REMOTES   3
#define TOP_QUEUES    5u
#define SET(id)       (1u << SYS_##id)

_Static_assert(SYS_COUNT <= 32, "a bit for each setting");

struct lore {
	const char *means, *likely, *remedy, *useless;
	uint32_t settings;
};

// clang-format off
static const struct lore of_state[ST_COUNT] = {
#define EXPLAIN_STATE(id, means, likely, remedy, useless, settings) \
	[ST_##id] = { means, likely, remedy, useless, settings },
#include "sockeye/insight/explain.def"
};

static const struct lore of_finding[FINDING_COUNT] = {
#define EXPLAIN_FINDING(id, means, likely, remedy, useless, settings) \
	[FINDING_##id] = { means, likely, remedy, useless, settings },
#include "sockeye/insight/explain.def"
};

static const char *const of_setting[SYS_COUNT] = {
#define EXPLAIN_SETTING(id, advice) [SYS_##id] = (advice),
#include "sockeye/insight/explain.def"
};
// clang-format on

void explanation_free(struct explanation *x)
{
	buf_free(&x->text);
	free(x->line);
	*x = (struct explanation){ .n = 0 };
}

/* ---- lines ----------------------------------------------------------- */

static void begin(struct explanation *x, enum explain_kind kind)
{
	if (x->n == x->room) {
		x->room = x->room > 0 ? x->room * 2 : 32;
		x->line = xreallocarray(x->line, x->room, sizeof(*x->line));
	}
	x->line[x->n++] = (struct explain_line){ .kind = kind, .at = x->text.len };
}

static void end(struct explanation *x)
{
	buf_char(&x->text, '\0');
}

static void add(struct explanation *x, enum explain_kind kind, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

static void add(struct explanation *x, enum explain_kind kind, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	begin(x, kind);
	buf_str(&x->text, text);
	end(x);
}

static void add_list(struct explanation *x, enum explain_kind kind, const char *lines)
{
	while (*lines != '\0') {
		size_t len = strcspn(lines, "\n");

		begin(x, kind);
		buf_add(&x->text, lines, len);
		end(x);
		lines += len + (lines[len] == '\n');
	}
}

/* ---- here, now ------------------------------------------------------- */

/* What the sockets in one state are of one process, or of none for one reason. */
struct share {
	uint32_t count, unread, oldest_s;
};

struct shares {
	struct share *proc;
	struct share why[WHY_COUNT], all;
	struct tops remotes, ports;
};

static void count_into(struct share *c, const struct sock *k, uint32_t age)
{
	c->count++;
	c->unread += k->state != ST_LISTEN && k->rxq > (k->state == ST_CLOSE_WAIT ? 1 : 0);
	if (age > c->oldest_s)
		c->oldest_s = age;
}

static void shares_count(struct shares *n, const struct snap *s, enum tcp_state st)
{
	static const struct addr none;
	uint32_t now_s = (uint32_t)(s->mono_ns / NS_PER_S);

	*n = (struct shares){ .proc = xcalloc(s->n_proc + 1, sizeof(*n->proc)) };
	tops_init(&n->remotes);
	tops_init(&n->ports);
	for (uint32_t row = 0; row < s->n_sock; row++) {
		const struct sock *k = &s->sock[row];
		const struct sock_ext *x = &s->ext[row];
		uint32_t age = now_s - x->since_s;

		if (k->proto != PROTO_TCP || k->state != st)
			continue;
		count_into(&n->all, k, age);
		if (x->n_owners > 0)
			count_into(&n->proc[s->owner[x->owner].proc], k, age);
		else
			count_into(&n->why[snap_why(s, row)], k, age);
		if (!sock_has_remote(k))
			continue;
		tops_add(&n->remotes, &k->remote, 0);
		if (x->listener != IDX_NONE)
			tops_add(&n->ports, &none, k->lport);
	}
}

static void shares_free(struct shares *n)
{
	free(n->proc);
	tops_free(&n->remotes);
	tops_free(&n->ports);
}

/* "62% of 65,536 descriptors, full in 22 min" */
static void add_descriptors(char *out, size_t size, const struct proc *p, const struct history *h)
{
	struct growth g;
	char n[FIND_TEXT];
	size_t len;

	*out = '\0';
	if (p->fds == 0 || p->fd_limit == 0 || p->fd_limit == UINT32_MAX)
		return;
	len = (size_t)snprintf(out, size, ", %u%% of %s descriptors",
			       (unsigned)(p->fds * 100.0 / p->fd_limit),
			       text_count(n, p->fd_limit));
	g = history_growth(h, p, TRACK_FDS);
	if (len < size && g.steady && g.per_s > 0 && p->fds < p->fd_limit)
		snprintf(out + len, size - len, ", full in %s",
			 text_age(n, (p->fd_limit - p->fds) / g.per_s));
}

static void add_share(struct explanation *x, const struct share *c, const char *who,
		      const char *more)
{
	char n[FIND_TEXT], unread[FIND_TEXT] = "", age[FMT_SIZE];

	if (c->unread > 0) {
		char u[FIND_TEXT];

		snprintf(unread, sizeof(unread), ", %.32s with unread data",
			 text_count(u, c->unread));
	}
	fmt_age(age, c->oldest_s);
	add(x, EXPLAIN_FIGURE, "%s\t%s, oldest %s%s%s", text_count(n, c->count), who, age, unread,
	    more);
}

static void add_processes(struct explanation *x, struct shares *n, const struct snap *s,
			  const struct history *h)
{
	struct share rest = { 0 };
	unsigned others = 0;

	for (int i = 0; i < TOP_PROCESSES; i++) {
		char who[256], more[256];
		uint32_t best = 0;

		for (uint32_t row = 1; row < s->n_proc; row++)
			if (n->proc[row].count > n->proc[best].count)
				best = row;
		if (n->proc[best].count == 0)
			return;
		snprintf(who, sizeof(who), "%s[%d]", strpool_get(s->str, s->proc[best].comm).s,
			 s->proc[best].pid);
		add_descriptors(more, sizeof(more), &s->proc[best], h);
		add_share(x, &n->proc[best], who, more);
		n->proc[best].count = 0;
	}
	for (uint32_t row = 0; row < s->n_proc; row++) {
		if (n->proc[row].count == 0)
			continue;
		others++;
		rest.count += n->proc[row].count;
		rest.unread += n->proc[row].unread;
		if (n->proc[row].oldest_s > rest.oldest_s)
			rest.oldest_s = n->proc[row].oldest_s;
	}
	if (others > 0) {
		char who[64];

		snprintf(who, sizeof(who), "%u other process%s", others, others > 1 ? "es" : "");
		add_share(x, &rest, who, "");
	}
}

static void add_remotes(struct explanation *x, struct shares *n)
{
	char c[FIND_TEXT], a[FIND_TEXT];

	for (int i = 0; i < TOP_REMOTES && n->remotes.n > 1; i++) {
		const struct top *best = tops_best(&n->remotes);

		if (best == NULL || best->count < 2)
			break;
		add(x, EXPLAIN_FIGURE, "%s\twith %s", text_count(c, best->count),
		    text_net(a, &best->addr, addr_is_v4(&best->addr) ? 32 : 128));
		n->remotes.at[best - n->remotes.at].count = 0;
	}
}

static void add_state_figures(struct explanation *x, enum tcp_state st, const struct snap *s,
			      const struct history *h)
{
	struct growth g = history_state_growth(h, st);
	double usual = history_usual(h, st);
	char c[FIND_TEXT], r[FIND_TEXT];
	struct shares n;

	shares_count(&n, s, st);
	begin(x, EXPLAIN_FIGURE);
	buf_fmt(&x->text, "%s\tin all", text_count(c, n.all.count));
	if (g.known && g.steady)
		buf_fmt(&x->text, ", growing %s", text_rate(r, g.per_s));
	if (usual >= 0)
		buf_fmt(&x->text, ", usually %.0f", usual);
	end(x);
	add_processes(x, &n, s, h);
	for (unsigned w = WHY_OWNED + 1; w < WHY_COUNT; w++)
		if (n.why[w].count > 0)
			add_share(x, &n.why[w], why_title(w), "");
	add_remotes(x, &n);
	shares_free(&n);
}

static bool is_half_open(const struct snap *s, uint32_t row)
{
	return s->sock[row].proto == PROTO_TCP && s->sock[row].state == ST_SYN_RECV;
}

static void add_crowd(struct explanation *x, const struct snap *s)
{
	char n[FIND_TEXT], net[FIND_TEXT], a[FIND_TEXT];
	struct crowd c;

	if (!crowd_find(&c, s, is_half_open) || c.count < 2)
		return;
	text_count(n, c.count);
	text_net(net, &c.net, c.bits);
	if (c.addresses == 1)
		add(x, EXPLAIN_FIGURE, "%s\tfrom %s, port %u", n, net, c.port);
	else
		add(x, EXPLAIN_FIGURE, "%s\tfrom %s addresses of %s", n, text_count(a, c.addresses),
		    net);
}

/* The fullest accept queues, where somebody waits. */
static void add_queues(struct explanation *x, const struct snap *s)
{
	uint32_t top[TOP_QUEUES];
	unsigned n = 0;

	for (uint32_t row = 0; row < s->n_sock; row++) {
		const struct sock *k = &s->sock[row];
		unsigned at = n;

		if (k->proto != PROTO_TCP || k->state != ST_LISTEN || k->rxq == 0)
			continue;
		for (; at > 0 && s->sock[top[at - 1]].rxq < k->rxq; at--)
			if (at < TOP_QUEUES)
				top[at] = top[at - 1];
		if (at < TOP_QUEUES)
			top[at] = row;
		n += n < TOP_QUEUES;
	}
	for (unsigned i = 0; i < n; i++) {
		const struct sock *k = &s->sock[top[i]];
		char local[FIND_TEXT];

		add(x, EXPLAIN_FIGURE, "%u/%u\twait at %s%s", k->rxq, k->txq,
		    text_local(local, &k->local, k->lport), k->rxq > k->txq ? ": full" : "");
	}
}

/* A count beside the setting that limits it. */
static void add_limit(struct explanation *x, const struct snap *s, enum counter_id count,
		      enum sysctl_id limit)
{
	char n[FIND_TEXT], of[FIND_TEXT];

	if (!s->counters.known[count] || !s->sysctls.known[limit] || s->sysctls.value[limit] <= 0)
		return;
	add(x, EXPLAIN_FIGURE, "%s\tof %s that the kernel allows (%s)",
	    text_count(n, s->counters.value[count]),
	    text_count(of, (uint64_t)s->sysctls.value[limit]),
	    strrchr(sysctl_table[limit].name, '.') + 1);
}

/* What only some states have. */
static void add_special(struct explanation *x, enum tcp_state st, const struct snap *s)
{
	if (st == ST_SYN_RECV)
		add_crowd(x, s);
	if (st == ST_LISTEN)
		add_queues(x, s);
	if (st == ST_TIME_WAIT)
		add_limit(x, s, CTR_TCP_TW, SYS_MAX_TW_BUCKETS);
	if (st == ST_FIN_WAIT1 || st == ST_FIN_WAIT2 || st == ST_LAST_ACK || st == ST_CLOSING)
		add_limit(x, s, CTR_TCP_ORPHAN, SYS_MAX_ORPHANS);
}

/* Counters that tell of a state what rows cannot. */
static const struct {
	unsigned states; /* ST_BIT() */
	enum counter_id counter;
} telling[] = {
	{ ST_BIT(ST_SYN_RECV), CTR_COOKIES_SENT },
	{ ST_BIT(ST_SYN_RECV), CTR_COOKIES_RECV },
	{ ST_BIT(ST_SYN_RECV), CTR_COOKIES_FAILED },
	{ ST_BIT(ST_SYN_RECV), CTR_REQQ_DROP },
	{ ST_BIT(ST_SYN_RECV) | ST_BIT(ST_LISTEN), CTR_LISTEN_OVERFLOWS },
	{ ST_BIT(ST_SYN_RECV) | ST_BIT(ST_LISTEN), CTR_LISTEN_DROPS },
	{ ST_BIT(ST_SYN_SENT), CTR_ATTEMPT_FAILS },
	{ ST_BIT(ST_TIME_WAIT), CTR_TW_OVERFLOW },
	{ ST_BIT(ST_FIN_WAIT1) | ST_BIT(ST_LAST_ACK), CTR_ABORT_TIMEOUT },
	{ ST_BIT(ST_FIN_WAIT1) | ST_BIT(ST_LAST_ACK), CTR_ABORT_MEMORY },
	{ ST_BIT(ST_ESTABLISHED), CTR_RETRANS_SEGS },
};

static void add_counters(struct explanation *x, unsigned states, const struct history *h)
{
	char r[FIND_TEXT];

	for (size_t i = 0; i < ARRAY_SIZE(telling); i++) {
		double rate = history_rate(h, telling[i].counter);

		if ((telling[i].states & states) == 0 || rate <= 0)
			continue;
		add(x, EXPLAIN_FIGURE, "%s\t%s: %s", text_rate(r, rate),
		    counter_table[telling[i].counter].key, counter_table[telling[i].counter].help);
	}
}

/* ---- settings -------------------------------------------------------- */

/* Two settings of the same advice ("As above.") stand together. */
static void add_settings(struct explanation *x, uint32_t which, const struct snap *s)
{
	if (which == 0)
		return;
	add(x, EXPLAIN_HEAD, "Settings that matter");
	for (unsigned i = 0; i < SYS_COUNT; i++) {
		const struct sysctl_info *info = &sysctl_table[i];
		const char *last = strrchr(info->name, '.');
		char value[64] = "not known";

		if ((which >> i & 1) == 0)
			continue;
		if (s->sysctls.known[i])
			snprintf(value, sizeof(value), "%lld%s%s", (long long)s->sysctls.value[i],
				 *info->unit != '\0' ? " " : "", info->unit);
		add(x, EXPLAIN_FIGURE, "%s\t%s", last != NULL ? last + 1 : info->name, value);
		if (info->help != NULL)
			add(x, EXPLAIN_ITEM, "%s. %s", info->help, of_setting[i]);
	}
}

/* ---- the three ------------------------------------------------------- */

static void add_lore(struct explanation *x, const struct lore *l, const struct snap *s)
{
	add(x, EXPLAIN_HEAD, "Most likely");
	add(x, EXPLAIN_TEXT, "%s", l->likely);
	add(x, EXPLAIN_HEAD, "What to do");
	add_list(x, EXPLAIN_ITEM, l->remedy);
	add(x, EXPLAIN_HEAD, "What will not help");
	add_list(x, EXPLAIN_ITEM, l->useless);
	add_settings(x, l->settings, s);
}

void explain_state(struct explanation *x, enum tcp_state st, const struct snap *s,
		   const struct history *h)
{
	const struct lore *l = &of_state[st];

	if (l->means == NULL)
		return;
	add(x, EXPLAIN_HEAD, "What it means");
	add(x, EXPLAIN_TEXT, "%s", l->means);
	add(x, EXPLAIN_HEAD, "Here, now");
	add_state_figures(x, st, s, h);
	add_special(x, st, s);
	add_counters(x, ST_BIT(st), h);
	add_lore(x, l, s);
}

enum figure { FIGURE_COUNT, FIGURE_PLAIN, FIGURE_BYTES, FIGURE_AGE };

/* Evidence in words. What is not here is told elsewhere on the page. */
static const struct {
	const char *key, *words;
	enum figure figure;
} in_words[] = {
	{ "count", "sockets", FIGURE_COUNT },
	{ "total", "such sockets in all", FIGURE_COUNT },
	{ "rate_per_s", "growth a second", FIGURE_COUNT },
	{ "oldest_s", "the oldest", FIGURE_AGE },
	{ "read_to_end", "read to the end", FIGURE_COUNT },
	{ "end_unread", "only the end unread", FIGURE_COUNT },
	{ "not_reading", "with data unread", FIGURE_COUNT },
	{ "unread_bytes", "bytes unread", FIGURE_BYTES },
	{ "inbound", "came in", FIGURE_COUNT },
	{ "outbound", "went out", FIGURE_COUNT },
	{ "peer", "most with", FIGURE_PLAIN },
	{ "peer_count", "with that one", FIGURE_COUNT },
	{ "local_port", "most at port", FIGURE_PLAIN },
	{ "local_port_count", "at that one", FIGURE_COUNT },
	{ "shared", "held by others too", FIGURE_COUNT },
	{ "only_parent", "left to the parent", FIGURE_COUNT },
	{ "only_child", "left to the child", FIGURE_COUNT },
	{ "half_open", "half-open", FIGURE_COUNT },
	{ "usual", "usually", FIGURE_COUNT },
	{ "prefix", "most from", FIGURE_PLAIN },
	{ "prefix_count", "from there", FIGURE_COUNT },
	{ "addresses", "addresses", FIGURE_COUNT },
	{ "new_per_s", "new a second", FIGURE_COUNT },
	{ "cookies_per_s", "cookies a second", FIGURE_COUNT },
	{ "cookies_lost_per_s", "never returned", FIGURE_COUNT },
	{ "syn_drops_per_s", "SYNs dropped a second", FIGURE_COUNT },
	{ "drops_per_s", "dropped a second", FIGURE_COUNT },
	{ "not_kept_per_s", "not kept a second", FIGURE_COUNT },
	{ "listener", "listener", FIGURE_PLAIN },
	{ "accept_queue", "wait to be accepted", FIGURE_COUNT },
	{ "accept_max", "limit of the queue", FIGURE_COUNT },
	{ "local", "from", FIGURE_PLAIN },
	{ "remote", "to", FIGURE_PLAIN },
	{ "ports", "ports there are", FIGURE_COUNT },
	{ "used", "used", FIGURE_COUNT },
	{ "limit", "limit", FIGURE_COUNT },
};

static void add_number(struct explanation *x, const char *words, enum figure figure, uint64_t u)
{
	char n[FIND_TEXT];

	switch (figure) {
	case FIGURE_COUNT:
		text_count(n, u);
		break;
	case FIGURE_PLAIN:
		fmt_plain(n, u);
		break;
	case FIGURE_BYTES:
		fmt_bytes(n, u);
		break;
	case FIGURE_AGE:
		fmt_age(n, u);
		break;
	}
	add(x, EXPLAIN_FIGURE, "%s\t%s", words, n);
}

/* What there is none of says nothing. */
static void add_evidence(struct explanation *x, const struct finding *f)
{
	for (size_t k = 0; k < ARRAY_SIZE(in_words); k++)
		for (unsigned i = 0; i < f->n_evidence; i++) {
			const struct evidence *e = &f->evidence[i];
			const char *words = in_words[k].words;

			if (strcmp(e->key, in_words[k].key) != 0)
				continue;
			if (e->type == EVIDENCE_UINT && e->u > 0)
				add_number(x, words, in_words[k].figure, e->u);
			else if (e->type == EVIDENCE_REAL && e->r >= 0.05)
				add(x, EXPLAIN_FIGURE, "%s\t%.1f", words, e->r);
			else if (e->type == EVIDENCE_TEXT && e->text[0] != '\0')
				add(x, EXPLAIN_FIGURE, "%s\t%s", words, e->text);
		}
}

void explain_finding(struct explanation *x, const struct finding *f, const struct snap *s,
		     const struct history *h)
{
	const struct lore *l = &of_finding[f->kind];
	uint32_t row = f->pid != 0 ? snap_find_proc(s, f->pid) : IDX_NONE;

	add(x, EXPLAIN_HEAD, "What it means");
	add(x, EXPLAIN_TEXT, "%s", l->means);
	add(x, EXPLAIN_HEAD, "Here, now");
	if (f->n_evidence == 0)
		add(x, EXPLAIN_TEXT, "%s", f->text);
	if (row != IDX_NONE) {
		char more[256], n[FIND_TEXT];

		add_descriptors(more, sizeof(more), &s->proc[row], h);
		add(x, EXPLAIN_FIGURE, "%s[%d]\t%s sockets%s",
		    strpool_get(s->str, s->proc[row].comm).s, f->pid,
		    text_count(n, s->proc[row].sockets), more);
	}
	add_evidence(x, f);
	add_lore(x, l, s);
}

/* ---- one socket ------------------------------------------------------ */

static const char *of_queues(const struct sock *k)
{
	switch (k->state) {
	case ST_CLOSE_WAIT:
		if (k->rxq == 0)
			return "The program has read to the end and did not close: it forgets the descriptor.";
		if (k->rxq == 1)
			return "One byte unread, the FIN itself: the program has not looked since the peer closed.";
		return "There is unread data: the program does not read. It hangs, or is stopped.";
	case ST_LISTEN:
		if (k->rxq > k->txq)
			return "The queue is full: the program is too slow to accept, and the kernel drops what comes.";
		if (k->rxq > 0)
			return "Connections wait for the program to accept them.";
		return NULL;
	case ST_ESTABLISHED:
		if (k->rxq > 0)
			return "There is data that the program has not read.";
		if (k->txq > 0)
			return "There is data that the peer has not acknowledged.";
		return NULL;
	case ST_FIN_WAIT1:
	case ST_LAST_ACK:
	case ST_CLOSING:
		if (k->txq > 1)
			return "The peer has not taken what was sent before the end.";
		return NULL;
	default:
		return NULL;
	}
}

static void add_holder(struct explanation *x, const struct snap *s, uint32_t row,
		       const struct history *h)
{
	const struct sock *k = &s->sock[row];
	const struct proc *p = &s->proc[s->owner[s->ext[row].owner].proc];
	char more[256], n[FIND_TEXT];
	uint32_t like = 0;

	for (uint32_t i = 0; i < s->n_sock; i++) {
		const struct sock_ext *e = &s->ext[i];

		like += i != row && s->sock[i].proto == k->proto && s->sock[i].state == k->state &&
			e->n_owners > 0 && &s->proc[s->owner[e->owner].proc] == p;
	}
	add_descriptors(more, sizeof(more), p, h);
	add(x, EXPLAIN_TEXT, "%s more like it in %s[%d]%s.", text_count(n, like),
	    strpool_get(s->str, p->comm).s, p->pid, more);
	if (k->flags & SOCK_LEFT_TO_PARENT)
		add(x, EXPLAIN_TEXT,
		    "Its child, which held it too, has closed it; this parent has not.");
	if (k->flags & SOCK_LEFT_TO_CHILD)
		add(x, EXPLAIN_TEXT,
		    "Its parent, which held it too, has closed it; this child has not.");
}

void explain_socket(struct explanation *x, const struct snap *s, uint32_t row,
		    const struct history *h)
{
	const struct sock *k = &s->sock[row];
	const char *queues;

	if (k->proto != PROTO_TCP)
		return;
	add(x, EXPLAIN_TEXT, "%s", of_state[k->state].means);
	queues = of_queues(k);
	if (queues != NULL)
		add(x, EXPLAIN_TEXT, "%s", queues);
	if (s->ext[row].n_owners > 0)
		add_holder(x, s, row, h);
	else
		add(x, EXPLAIN_TEXT, "%s: %s.", why_title(snap_why(s, row)),
		    why_help(snap_why(s, row)));
}
