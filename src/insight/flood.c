/* SPDX-License-Identifier: MIT */
#include "sockeye/insight/flood.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "find.h"
#include "sockeye/insight/findings.h"

#define TREND_STEP_NS (5 * NS_PER_S) /* twelve of them are a minute */

/* ---- listeners ------------------------------------------------------- */

static double fill_of(const struct flood_listener *l)
{
	return l->queue / (l->limit + 1.0);
}

/* Fuller, or with more half-open connections, or of the lower port. */
static bool is_before(const struct flood_listener *a, const struct flood_listener *b)
{
	if (fill_of(a) < fill_of(b) || fill_of(a) > fill_of(b))
		return fill_of(a) > fill_of(b);
	if (a->half_open != b->half_open)
		return a->half_open > b->half_open;
	return a->port < b->port;
}

static bool is_listener(const struct sock *k)
{
	return k->proto == PROTO_TCP && k->state == ST_LISTEN;
}

static bool same_end(const struct snap *s, uint32_t a, uint32_t b)
{
	const struct sock *x = &s->sock[a], *y = &s->sock[b];

	return x->lport == y->lport && addr_equal(&x->local, &y->local) &&
	       snap_netns(s, a) == snap_netns(s, b);
}

static void insert_listener(struct flood *f, const struct flood_listener *l)
{
	unsigned at = f->n_listeners;

	while (at > 0 && is_before(l, &f->listener[at - 1])) {
		if (at < FLOOD_LISTENERS)
			f->listener[at] = f->listener[at - 1];
		at--;
	}
	if (at == FLOOD_LISTENERS)
		return;
	f->listener[at] = *l;
	f->n_listeners += f->n_listeners < FLOOD_LISTENERS;
}

/* Sockets that share address and port (SO_REUSEPORT) are one: found by its first row. */
static void add_listener(struct flood *f, const struct snap *s, uint32_t row,
			 const uint32_t *half_open)
{
	for (unsigned i = 0; i < f->n_listeners; i++) {
		struct flood_listener l = f->listener[i];

		if (!same_end(s, l.row, row))
			continue;
		memmove(&f->listener[i], &f->listener[i + 1], (f->n_listeners - i - 1) * sizeof(l));
		f->n_listeners--;
		l.queue += s->sock[row].rxq;
		l.limit += s->sock[row].txq;
		insert_listener(f, &l);
		return;
	}
	insert_listener(f, &(struct flood_listener){ .row = row,
						     .port = s->sock[row].lport,
						     .half_open = half_open[s->sock[row].lport],
						     .queue = s->sock[row].rxq,
						     .limit = s->sock[row].txq });
}

static void look_at_listeners(struct flood *f, const struct snap *s, const struct history *h)
{
	uint32_t *half_open = xcalloc(UINT16_MAX + 1, sizeof(*half_open));

	for (uint32_t row = 0; row < s->n_sock; row++)
		if (s->sock[row].proto == PROTO_TCP && s->sock[row].state == ST_SYN_RECV)
			half_open[s->sock[row].lport]++;
	for (uint32_t row = 0; row < s->n_sock; row++)
		if (is_listener(&s->sock[row]))
			add_listener(f, s, row, half_open);
	for (unsigned i = 0; i < f->n_listeners; i++)
		f->listener[i].drops_per_s = queue_drops(history_queue(h, s, f->listener[i].row));
	free(half_open);
}

/* ---- the verdict ----------------------------------------------------- */

static void append(char *buf, size_t size, const char *fmt, ...) PRINTF_LIKE(3, 4);

static void append(char *buf, size_t size, const char *fmt, ...)
{
	size_t len = strnlen(buf, size - 1);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf + len, size - len, fmt, ap);
	va_end(ap);
}

#define HEAD(...)    append(f->head, sizeof(f->head), __VA_ARGS__)
#define VERDICT(...) append(f->verdict, sizeof(f->verdict), __VA_ARGS__)

static const struct finding *of_kind(const struct findings *all, enum finding_kind kind)
{
	for (unsigned i = 0; i < all->n; i++)
		if (all->item[i].kind == kind)
			return &all->item[i];
	return NULL;
}

static void say_syn_flood(struct flood *f, const struct finding *x, const struct snap *s)
{
	bool cookies = s->sysctls.known[SYS_SYNCOOKIES] && s->sysctls.value[SYS_SYNCOOKIES] > 0;

	f->likely = true;
	HEAD("SYN flood likely: %s", x->text);
	VERDICT("Connections are asked for and their last ACK does not come: spoofed or scripted.");
	if (f->cookies_sent_per_s > 0)
		VERDICT(" SYN cookies answer where the queue is full, so most of it leaves no rows: "
			"read the rates.");
	if (cookies)
		VERDICT(" The kernel copes while cookies are on; what fills next is an accept queue.");
	else if (s->sysctls.known[SYS_SYNCOOKIES])
		VERDICT(" tcp_syncookies is 0: once the SYN queue is full nobody gets in.");
}

static void say_connections(struct flood *f, const struct finding *x)
{
	f->likely = true;
	HEAD("connection flood likely: %s", x->text);
	VERDICT("The handshakes complete, so the addresses are real: one client gone wrong, a scanner, a "
		"load test, or a proxy or NAT with many users behind it.");
}

static void say_nothing(struct flood *f)
{
	char rate[FIND_TEXT];

	HEAD("no flood: half-open %u", f->half_open);
	if (f->usual >= 0)
		HEAD(" (usual %.0f)", f->usual);
	if (f->new_per_s >= 0)
		HEAD(", new %s", text_rate(rate, f->new_per_s));
	VERDICT("Nothing here looks like a flood.");
	if (f->cookies_sent_per_s > 0)
		VERDICT(" Cookies are sent, and come back: many clients, or tcp_syncookies is 2.");
	if (f->overflows_per_s > 0)
		VERDICT(" An accept queue overflows: its program is too slow, whoever knocks.");
	else if (f->usual < 0)
		VERDICT(" What is usual is known after ten minutes.");
}

static void judge(struct flood *f, const struct snap *s, const struct history *h)
{
	struct findings *all = xcalloc(1, sizeof(*all));
	const struct finding *syn, *new;

	findings_make(all, s, h);
	syn = of_kind(all, FINDING_HALF_OPEN_FLOOD);
	new = of_kind(all, FINDING_CONNECTION_FLOOD);
	if (syn != NULL)
		say_syn_flood(f, syn, s);
	else if (new != NULL)
		say_connections(f, new);
	else
		say_nothing(f);
	free(all);
}

static double worse(double a, double b)
{
	return a > b ? a : b;
}

void flood_make(struct flood *f, const struct snap *s, const struct history *h)
{
	const struct point *now = history_point(h, 0);
	double opens = history_rate(h, CTR_PASSIVE_OPENS);

	*f = (struct flood){ .half_open = now != NULL ? now->state[ST_SYN_RECV] : 0,
			     .usual = history_usual(h, ST_SYN_RECV),
			     /* Rows miss what came and went between two samples. */
			     .new_per_s = worse(history_new_rate(h), opens),
			     .cookies_sent_per_s = history_rate(h, CTR_COOKIES_SENT),
			     .cookies_recv_per_s = history_rate(h, CTR_COOKIES_RECV),
			     .cookies_failed_per_s = history_rate(h, CTR_COOKIES_FAILED),
			     .reqq_drop_per_s = history_rate(h, CTR_REQQ_DROP),
			     .overflows_per_s = history_rate(h, CTR_LISTEN_OVERFLOWS),
			     .drops_per_s = history_rate(h, CTR_LISTEN_DROPS) };
	history_trend(h, ST_SYN_RECV, TREND_STEP_NS, f->half_trend, FLOOD_TREND);
	history_new_trend(h, TREND_STEP_NS, f->new_trend, FLOOD_TREND);
	look_at_listeners(f, s, h);
	judge(f, s, h);
}

/* ---- what keeps a prefix off ----------------------------------------- */

void flood_remedies(struct buf *out, const struct addr *a, unsigned bits, uint16_t port)
{
	bool v4 = addr_is_v4(a);
	struct addr first = addr_prefix(a, bits);
	char net[FIND_TEXT];

	text_net(net, &first, bits);
	/* First, as a rule behind one that accepts would never be asked. */
	buf_fmt(out, "nft insert rule inet filter input %s saddr %s", v4 ? "ip" : "ip6", net);
	if (port != 0)
		buf_fmt(out, " tcp dport %u", port);
	buf_str(out, " drop\n");
	buf_fmt(out, "%s -I INPUT -s %s", v4 ? "iptables" : "ip6tables", net);
	if (port != 0)
		buf_fmt(out, " -p tcp --dport %u", port);
	buf_str(out, " -j DROP\n");
	buf_fmt(out, "ip %sroute add blackhole %s\n", v4 ? "" : "-6 ", net);
}
