/* SPDX-License-Identifier: MIT */
#include "detail_page.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "detail_more.h"
#include "explain_page.h"
#include "sockeye/base/fmt.h"
#include "sockeye/base/mem.h"
#include "sockeye/model/ends.h"
#include "sockeye/model/field.h"
#include "sockeye/model/names.h"

#define TERM_W     8
#define LINE_SIZE  512
#define CLOCK_SIZE 16
/* Arguments of a program, as many as a few lines hold. */
#define CMDLINE_MAX 400
#define NS_PER_S    INT64_C(1000000000)
/* "No slow start threshold yet" (net/ipv4/tcp.c: TCP_INFINITE_SSTHRESH). */
#define SSTHRESH_NONE 0x7fffffff

enum tcpi_option { TCPI_OPT_TS = 1, TCPI_OPT_SACK = 2, TCPI_OPT_WSCALE = 4, TCPI_OPT_ECN = 8 };

/* ---- words ----------------------------------------------------------- */

static struct clean own(const char *s)
{
	return text_own(s, strlen(s));
}

/* One line of a row of the page, piece by piece; what is too much is left out whole. */
struct words {
	char s[LINE_SIZE];
	size_t len;
};

static void word(struct words *w, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void word(struct words *w, const char *fmt, ...)
{
	const char *gap = w->len > 0 ? "   " : "";
	char text[LINE_SIZE];
	va_list args;
	int len;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	len = snprintf(w->s + w->len, sizeof(w->s) - w->len, "%s%s", gap, text);
	if (len > 0 && w->len + (size_t)len < sizeof(w->s))
		w->len += (size_t)len;
	w->s[w->len] = '\0';
}

static void put(struct page *p, const char *term, const struct words *w)
{
	if (w->len > 0)
		page_term(p, TERM_W, ROLE_LABEL, own(term), ROLE_TEXT, own(w->s));
}

static void clock_text(char buf[CLOCK_SIZE], int64_t wall_ns, bool utc)
{
	time_t t = (time_t)(wall_ns / NS_PER_S);
	struct tm tm;

	if ((utc ? gmtime_r(&t, &tm) : localtime_r(&t, &tm)) == NULL ||
	    strftime(buf, CLOCK_SIZE, "%H:%M:%S", &tm) == 0)
		snprintf(buf, CLOCK_SIZE, "?");
}

/* "13m58s"; what is less than ten seconds in tenths. */
static const char *span_text(char buf[FMT_SIZE], uint64_t ms)
{
	if (ms < 10000)
		snprintf(buf, FMT_SIZE, "%u.%us", (unsigned)ms / 1000, (unsigned)ms % 1000 / 100);
	else
		fmt_age(buf, ms / 1000);
	return buf;
}

/* "0.41" ms of microseconds. */
static const char *ms_text(char buf[FMT_SIZE], uint64_t us)
{
	if (us < 1000)
		snprintf(buf, FMT_SIZE, "0.%03u", (unsigned)us);
	else if (us < 100000)
		snprintf(buf, FMT_SIZE, "%u.%02u", (unsigned)us / 1000, (unsigned)us % 1000 / 10);
	else
		fmt_plain(buf, us / 1000);
	return buf;
}

static const char *bytes_text(char buf[FMT_SIZE], uint64_t n)
{
	fmt_bytes(buf, n);
	return buf;
}

static const char *count_text(char buf[FMT_SIZE], uint64_t n)
{
	fmt_group(buf, n);
	return buf;
}

/* ---- whose and since when -------------------------------------------- */

static const char *arrow(const struct detail_shown *d)
{
	bool in = snap_listener(d->snap, d->row) != IDX_NONE;

	if (d->set == TEXT_ASCII)
		return in ? "<-" : "->";
	return in ? "\xe2\x86\x90" : "\xe2\x86\x92";
}

static bool has_other_end(const struct sock *k)
{
	if (k->proto == PROTO_UNIX)
		return k->un.peer_ino != INO_NONE;
	return sock_is_inet(k) ? sock_has_remote(k) : ends_has_remote(k);
}

/* "CLOSE_WAIT", "UDP", "UNIX stream LISTEN" */
static void add_state(struct buf *b, const struct sock *k)
{
	buf_str(b, "     ");
	if (k->proto == PROTO_TCP)
		buf_str(b, state_name(k->state));
	else if (k->proto == PROTO_UDP)
		buf_str(b, "UDP");
	else if (sock_is_inet(k))
		buf_fmt(b, "%s %s", proto_title(k->proto), state_name(k->state));
	else
		buf_fmt(b, "%s %s %s", proto_title(k->proto), type_name(k->type),
			state_name(k->state));
}

/* Who holds the other end of a UNIX socket. */
static void add_peer(struct page *p, const struct detail_shown *d)
{
	uint32_t peer = snap_peer(d->snap, d->row);
	char text[FIELD_TEXT_SIZE];
	struct buf b = { 0 };

	if (d->snap->sock[d->row].proto != PROTO_UNIX ||
	    d->snap->sock[d->row].un.peer_ino == INO_NONE)
		return;
	if (peer == IDX_NONE)
		buf_str(&b, "the other end has not been accepted yet");
	else
		buf_fmt(&b, "the other end, inode %u, belongs to %s", d->snap->sock[peer].ino,
			field_text(d->snap, peer, F_PROCESS, d->set, text).s);
	page_line(p, ROLE_DIM, text_own(b.s, b.len));
	buf_free(&b);
}

/* The same ends by their names, beneath the numbers, which are what one can be sure of. */
static void add_named_ends(struct page *p, const struct detail_shown *d)
{
	char local[FIELD_TEXT_SIZE], remote[FIELD_TEXT_SIZE], number[FIELD_TEXT_SIZE];
	struct clean a = namer_end(d->namer, d->snap, d->row, F_LOCAL, d->set, local);
	bool named = strcmp(a.s, field_text(d->snap, d->row, F_LOCAL, d->set, number).s) != 0;
	struct buf b = { 0 };

	buf_str(&b, a.s);
	if (has_other_end(&d->snap->sock[d->row])) {
		struct clean z = namer_end(d->namer, d->snap, d->row, F_REMOTE, d->set, remote);

		named |= strcmp(z.s, field_text(d->snap, d->row, F_REMOTE, d->set, number).s) != 0;
		buf_fmt(&b, "  %s  %s", arrow(d), z.s);
	}
	if (named)
		page_line(p, ROLE_TEXT, text_own(b.s, b.len));
	buf_free(&b);
}

static void add_ends(struct page *p, const struct detail_shown *d)
{
	const struct snap *s = d->snap;
	const struct sock *k = &s->sock[d->row];
	uint32_t listener = snap_listener(s, d->row);
	char local[FIELD_TEXT_SIZE], remote[FIELD_TEXT_SIZE], age[FMT_SIZE], since[CLOCK_SIZE];
	uint64_t seconds = field_number(s, d->row, F_AGE);
	struct buf b = { 0 };

	buf_str(&b, field_text(s, d->row, F_LOCAL, d->set, local).s);
	if (has_other_end(k))
		buf_fmt(&b, "  %s  %s", arrow(d),
			field_text(s, d->row, F_REMOTE, d->set, remote).s);
	fmt_age(age, seconds);
	clock_text(since, s->wall_ns - (int64_t)seconds * NS_PER_S, d->utc);
	add_state(&b, k);
	buf_fmt(&b,
		k->flags & SOCK_OLDER ? " for %s or longer, since %s or before"
				      : " for %s, since %s",
		age, since);
	page_line(p, ROLE_TEXT, text_own(b.s, b.len));
	if (d->namer != NULL)
		add_named_ends(p, d);
	if (listener != IDX_NONE) {
		buf_reset(&b);
		buf_fmt(&b, "came in through %s",
			field_text(s, listener, F_LOCAL, d->set, local).s);
		buf_fmt(&b, ", %s", field_text(s, listener, F_PROCESS, d->set, remote).s);
		page_line(p, ROLE_DIM, text_own(b.s, b.len));
	}
	add_peer(p, d);
	page_blank(p);
	buf_free(&b);
}

/* ---- owners ---------------------------------------------------------- */

static const struct detail_holder *find_holder(const struct detail_shown *d, int32_t pid,
					       int32_t fd)
{
	for (uint32_t i = 0; d->detail != NULL && i < d->detail->n_holders; i++)
		if (d->detail->holder[i].pid == pid && d->detail->holder[i].fd == fd)
			return &d->detail->holder[i];
	return NULL;
}

static void add_string(struct page *p, const struct detail_shown *d, uint32_t id)
{
	char text[TEXT_ROOM(CMDLINE_MAX)];
	struct str raw = strpool_get(d->snap->str, id);
	size_t len = raw.len < CMDLINE_MAX ? raw.len : CMDLINE_MAX;
	struct words w = { .len = 0 };

	if (raw.len == 0)
		return;
	word(&w, "%s%s", text_clean(raw.s, len, d->set, text, sizeof(text)).s,
	     len < raw.len ? " ..." : "");
	put(p, "", &w);
}

/* The root of all of them says nothing. */
static void add_cgroup(struct words *w, const struct detail_shown *d, uint32_t id)
{
	struct str raw = strpool_get(d->snap->str, id);
	size_t len = raw.len < CMDLINE_MAX ? raw.len : CMDLINE_MAX;
	char text[TEXT_ROOM(CMDLINE_MAX)];

	if (len > 1)
		word(w, "%s", text_clean(raw.s, len, d->set, text, sizeof(text)).s);
}

static void add_holder(struct page *p, const struct detail_shown *d, const struct owner *o,
		       bool first)
{
	const struct snap *s = d->snap;
	const struct proc *proc = &s->proc[o->proc];
	const struct detail_holder *h = find_holder(d, proc->pid, o->fd);
	uint32_t user = snap_user_name(s, proc->uid);
	char name[FIELD_TEXT_SIZE], buf[FIELD_TEXT_SIZE];
	struct words w = { .len = 0 };
	struct str raw;

	word(&w, "%s", proc_text(s, o->proc, d->set, name).s);
	word(&w, "fd %d", o->fd);
	if (user != STR_NONE) {
		raw = strpool_get(s->str, user);
		word(&w, "%s (uid %u)", text_clean(raw.s, raw.len, d->set, buf, sizeof(buf)).s,
		     proc->uid);
	} else {
		word(&w, "uid %u", proc->uid);
	}
	if (proc->fds > 0 && proc->fd_limit > 0 && proc->fd_limit != UINT32_MAX)
		word(&w, "%u of %u descriptors used", proc->fds, proc->fd_limit);
	if (h != NULL)
		add_cgroup(&w, d, h->cgroup);
	put(p, first ? "Owner" : "", &w);
	if (h != NULL)
		add_string(p, d, h->cmdline);
}

static void add_owners(struct page *p, const struct detail_shown *d)
{
	const struct sock_ext *x = &d->snap->ext[d->row];
	const struct owner *o = &d->snap->owner[x->owner];
	enum why why = snap_why(d->snap, d->row);
	struct words w = { .len = 0 };

	if (x->n_owners == 0) {
		word(&w, "%s", why_title(why));
		word(&w, "%s", why_help(why));
		put(p, "Owner", &w);
		return;
	}
	for (uint32_t i = 0; i < x->n_owners && i < DETAIL_HOLDERS; i++)
		add_holder(p, d, &o[i], i == 0);
	if (x->n_owners > DETAIL_HOLDERS)
		word(&w, "and %u descriptors more hold it", x->n_owners - DETAIL_HOLDERS);
	put(p, "", &w);
}

/* ---- queues ---------------------------------------------------------- */

/* States in which the peer's FIN has come: it counts as one byte that is never read as data. */
static bool has_fin(unsigned state)
{
	return ST_BIT(state) & (ST_BIT(ST_CLOSE_WAIT) | ST_BIT(ST_LAST_ACK) | ST_BIT(ST_CLOSING));
}

static void add_queues(struct page *p, const struct detail_shown *d)
{
	const struct sock *k = &d->snap->sock[d->row];
	char n[FMT_SIZE];
	struct words w = { .len = 0 };

	if (k->proto == PROTO_TCP && k->state == ST_LISTEN) {
		word(&w, "%u of %u connections wait to be accepted%s", k->rxq, k->txq,
		     k->rxq > k->txq ? ": FULL" : "");
	} else {
		const char *fin = "";

		if (has_fin(k->state) && k->rxq == 1)
			fin = " (the FIN)";
		else if (has_fin(k->state) && k->rxq > 1)
			fin = ", one is the FIN";
		word(&w, "receive %s B unread%s", count_text(n, k->rxq), fin);
		word(&w, "send %s B unacknowledged", count_text(n, k->txq));
	}
	put(p, "Queues", &w);
}

/* ---- what TCP measures ----------------------------------------------- */

static bool tcp(const struct detail_shown *d, enum tcpi_id id, uint64_t *n)
{
	return d->detail != NULL && d->snap->sock[d->row].proto == PROTO_TCP &&
	       detail_tcp(d->detail, id, n);
}

static void add_path(struct page *p, const struct detail_shown *d)
{
	char n[FMT_SIZE], of[FMT_SIZE], name[TEXT_ROOM(DETAIL_NAME_SIZE)];
	struct words w = { .len = 0 };
	uint64_t v, more;

	if (tcp(d, TCPI_RTT, &v) && v > 0 && tcp(d, TCPI_RTTVAR, &more))
		word(&w, "rtt %s/%s ms", ms_text(n, v), ms_text(of, more));
	if (tcp(d, TCPI_RTO, &v))
		word(&w, "rto %s ms", count_text(n, v / 1000));
	if (tcp(d, TCPI_SND_CWND, &v))
		word(&w, "cwnd %s", count_text(n, v));
	if (tcp(d, TCPI_SND_SSTHRESH, &v) && v < SSTHRESH_NONE)
		word(&w, "ssthresh %s", count_text(n, v));
	if (tcp(d, TCPI_SND_MSS, &v))
		word(&w, "mss %s", count_text(n, v));
	if (d->detail->congestion[0] != '\0')
		word(&w, "%s",
		     text_clean(d->detail->congestion, strlen(d->detail->congestion), d->set, name,
				sizeof(name))
			     .s);
	if (d->detail->ulp[0] != '\0')
		word(&w, "over %s",
		     text_clean(d->detail->ulp, strlen(d->detail->ulp), d->set, name, sizeof(name))
			     .s);
	put(p, "TCP", &w);
}

static void add_traffic(struct page *p, const struct detail_shown *d)
{
	char n[FMT_SIZE], of[FMT_SIZE];
	struct words w = { .len = 0 };
	uint64_t v, more;

	if (tcp(d, TCPI_BYTES_SENT, &v) && tcp(d, TCPI_BYTES_ACKED, &more))
		word(&w, "sent %s (acknowledged %s)", bytes_text(n, v), bytes_text(of, more));
	else if (tcp(d, TCPI_BYTES_ACKED, &v))
		word(&w, "acknowledged %s", bytes_text(n, v));
	if (tcp(d, TCPI_BYTES_RECEIVED, &v))
		word(&w, "received %s", bytes_text(n, v));
	if (tcp(d, TCPI_TOTAL_RETRANS, &v))
		word(&w, "retransmitted %s", count_text(n, v));
	if (tcp(d, TCPI_LOST, &v) && v > 0)
		word(&w, "lost %s", count_text(n, v));
	if (tcp(d, TCPI_REORDERING, &v))
		word(&w, "reorder %s", count_text(n, v));
	put(p, "", &w);
}

static void add_last(struct page *p, const struct detail_shown *d)
{
	char n[FMT_SIZE];
	struct words w = { .len = 0 };
	uint64_t v, more;

	if (tcp(d, TCPI_LAST_DATA_SENT, &v))
		word(&w, "last data sent %s ago", span_text(n, v));
	if (tcp(d, TCPI_LAST_DATA_RECV, &v))
		word(&w, "received %s ago", span_text(n, v));
	if (tcp(d, TCPI_LAST_ACK_RECV, &v))
		word(&w, "ACK %s ago", span_text(n, v));
	put(p, "", &w);
	w.len = 0;
	if (tcp(d, TCPI_DELIVERY_RATE, &v) && v > 0)
		word(&w, "delivers %sB/s", bytes_text(n, v));
	if (tcp(d, TCPI_NOTSENT_BYTES, &v) && v > 0)
		word(&w, "not sent yet %s", bytes_text(n, v));
	if (tcp(d, TCPI_BUSY_TIME, &v) && v > 0 && tcp(d, TCPI_RWND_LIMITED, &more) && more > 0)
		word(&w, "held up by the peer's window %u %% of the time that it sent",
		     (unsigned)(more * 100 / v));
	put(p, "", &w);
}

static void add_tcp(struct page *p, const struct detail_shown *d)
{
	struct words w = { .len = 0 };

	if (d->snap->sock[d->row].proto != PROTO_TCP)
		return;
	if (d->detail == NULL) {
		word(&w, "asking the kernel");
		put(p, "TCP", &w);
	} else if (d->detail->error != 0) {
		word(&w, "? the kernel tells no more: %s", strerror(-d->detail->error));
		put(p, "TCP", &w);
	} else if (d->detail->tcp_len == 0) {
		word(&w, "the kernel tells no measures of this socket");
		put(p, "TCP", &w);
	} else if (d->snap->sock[d->row].state != ST_LISTEN) {
		add_path(p, d);
		add_traffic(p, d);
		add_last(p, d);
	}
}

/* ---- timer, options, memory, names ----------------------------------- */

/* idiag_timer (net/ipv4/inet_diag.c). */
enum { TIMER_NONE, TIMER_RETRANSMIT, TIMER_KEEPALIVE, TIMER_TIME_WAIT, TIMER_PROBE };

static void add_timer(struct page *p, const struct detail_shown *d)
{
	const struct sock *k = &d->snap->sock[d->row];
	const struct sock_ext *x = &d->snap->ext[d->row];
	struct words w = { .len = 0 };
	char in[FMT_SIZE];

	if (k->proto != PROTO_TCP || k->state == ST_LISTEN)
		return;
	span_text(in, x->expires_ms);
	switch (x->timer) {
	case TIMER_NONE:
		word(&w, "none, keepalive off%s",
		     k->state == ST_CLOSE_WAIT ? ": only the program ends this one" : "");
		break;
	case TIMER_RETRANSMIT:
		word(&w, "sends again in %s, tried %u times so far", in, x->retrans);
		break;
	case TIMER_KEEPALIVE:
		word(&w, "keepalive: probes the peer in %s, %u probes without answer", in,
		     x->retrans);
		break;
	case TIMER_TIME_WAIT:
		word(&w, "%s: gone in %s",
		     k->state == ST_FIN_WAIT2 ? "waits for the peer's FIN" : "waits", in);
		break;
	case TIMER_PROBE:
		word(&w, "the peer's window is closed: asks again in %s, %u times so far", in,
		     x->retrans);
		break;
	default:
		word(&w, "number %u, %s", x->timer, in);
		break;
	}
	put(p, "Timer", &w);
}

static void add_options(struct page *p, const struct detail_shown *d)
{
	/* The bits of struct inet_diag_sockopt (linux/inet_diag.h) that say how it behaves. */
	/* is_icsk, mc_loop and mc_all are so of nearly every socket. */
	static const uint16_t usual = 1 << 1 | 1 << 4 | 1 << 6;
	struct words w = { .len = 0 };
	uint64_t v, scale;

	if (tcp(d, TCPI_OPTIONS, &v) && d->snap->sock[d->row].state != ST_LISTEN) {
		word(&w, v & TCPI_OPT_TS ? "ts" : "ts -");
		word(&w, v & TCPI_OPT_SACK ? "sack" : "sack -");
		if (v & TCPI_OPT_WSCALE && tcp(d, TCPI_WSCALE, &scale))
			word(&w, "wscale %u,%u", (unsigned)scale & 15, (unsigned)scale >> 4);
		else
			word(&w, "wscale -");
		word(&w, v & TCPI_OPT_ECN ? "ecn" : "ecn -");
	}
	for (unsigned i = 0; d->detail != NULL && i < DETAIL_OPTIONS_MAX; i++)
		if ((d->detail->options & ~usual) >> i & 1)
			word(&w, "%s", detail_options[i]);
	if (d->detail != NULL && d->detail->has & DETAIL_V6ONLY && d->detail->v6only)
		word(&w, "v6only");
	if (d->detail != NULL && d->detail->has & DETAIL_SHUTDOWN && d->detail->shutdown != 0)
		word(&w, "shut down for %s",
		     d->detail->shutdown == 1   ? "receiving"
		     : d->detail->shutdown == 2 ? "sending"
						: "both ways");
	put(p, "Options", &w);
}

static void add_memory(struct page *p, const struct detail_shown *d)
{
	const uint32_t *m = d->detail != NULL ? d->detail->skmem : NULL;
	char n[FMT_SIZE], of[FMT_SIZE];
	struct words w = { .len = 0 };

	if (m == NULL || !(d->detail->has & DETAIL_SKMEM))
		return;
	word(&w, "receive %s of %s", bytes_text(n, m[SKMEM_RMEM_ALLOC]),
	     bytes_text(of, m[SKMEM_RCVBUF]));
	word(&w, "send %s of %s", bytes_text(n, m[SKMEM_WMEM_QUEUED]),
	     bytes_text(of, m[SKMEM_SNDBUF]));
	word(&w, "backlog %s", bytes_text(n, m[SKMEM_BACKLOG]));
	word(&w, "drops %s", count_text(n, m[SKMEM_DROPS]));
	put(p, "Memory", &w);
}

static void add_names(struct page *p, const struct detail_shown *d)
{
	const struct sock *k = &d->snap->sock[d->row];
	char buf[FIELD_TEXT_SIZE];
	struct words w = { .len = 0 };

	word(&w, "cookie %s", field_text(d->snap, d->row, F_COOKIE, d->set, buf).s);
	word(&w, "inode %u", k->ino);
	word(&w, "uid %u", k->uid);
	if (d->detail != NULL && d->detail->has & DETAIL_MARK && d->detail->mark != 0)
		word(&w, "mark 0x%x", d->detail->mark);
	if (d->detail != NULL && d->detail->has & DETAIL_CLASS_ID && d->detail->class_id != 0)
		word(&w, "class 0x%x", d->detail->class_id);
	if (d->detail != NULL && d->detail->has & DETAIL_TOS && d->detail->tos != 0)
		word(&w, "tos 0x%x", d->detail->tos);
	if (d->detail != NULL && d->detail->has & DETAIL_TCLASS && d->detail->tclass != 0)
		word(&w, "tclass 0x%x", d->detail->tclass);
	if (d->snap->ext[d->row].ifindex != 0)
		word(&w, "device %s", field_text(d->snap, d->row, F_IFNAME, d->set, buf).s);
	put(p, "Ids", &w);
	w.len = 0;
	if (d->detail == NULL || !(d->detail->has & DETAIL_CGROUP))
		return;
	add_cgroup(&w, d, d->detail->cgroup);
	put(p, "Cgroup", &w);
}

static void add_seen(struct page *p, const struct detail_shown *d)
{
	char when[CLOCK_SIZE];
	struct words w = { .len = 0 };

	for (unsigned i = 0; i < d->n_seen; i++) {
		clock_text(when, d->seen[i].wall_ns, d->utc);
		word(&w, "%s %s", when, state_short(d->seen[i].state));
	}
	page_blank(p);
	put(p, "History", &w);
}

void detail_page(struct page *p, const struct detail_shown *d)
{
	add_ends(p, d);
	add_owners(p, d);
	add_queues(p, d);
	add_tcp(p, d);
	if (d->detail != NULL)
		detail_page_more(p, TERM_W, d->detail);
	add_timer(p, d);
	add_options(p, d);
	add_memory(p, d);
	add_names(p, d);
	if (d->means->n > 0 && d->means->line[0].kind != EXPLAIN_HEAD)
		page_head(p, TEXT_LIT("What it means"));
	explain_page(p, d->means, d->set);
	add_seen(p, d);
	if (d->detail != NULL)
		detail_page_numbers(p, (enum proto)d->snap->sock[d->row].proto, d->detail);
}
