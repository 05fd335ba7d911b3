/* SPDX-License-Identifier: MIT */
/*
 * Details of a socket in the words of ss (iproute2, misc/ss.c), in its order: what ss leaves out where
 * it is 0 is left out here. The process takes only LC_CTYPE from the locale, so %g has a point.
 */
#include <string.h>

#include "report_parts.h"
#include "sockeye/model/names.h"

/* What a line is made of. */
struct words {
	struct table *t;
	const struct report_cfg *cfg;
	const struct snap *s;
	uint32_t row;
	const struct detail *d; /* all zero where the kernel tells nothing */
	bool first;
};

static void begin(struct words *w)
{
	if (!w->first)
		buf_char(&w->t->line, ' ');
	w->first = false;
}

#define WORD(w, ...)                                 \
	do {                                         \
		begin(w);                            \
		buf_fmt(&(w)->t->line, __VA_ARGS__); \
	} while (0)

static uint64_t tcp(const struct words *w, enum tcpi_id id)
{
	uint64_t n;

	return detail_tcp(w->d, id, &n) ? n : 0;
}

/* ---- -o -------------------------------------------------------------- */

/* 119min, 1min59sec, 1.200ms (which is a second), 204ms; nothing for 0. */
static void add_span(struct buf *b, uint32_t ms)
{
	uint32_t minutes = ms / 60000, seconds = ms / 1000 % 60, rest = ms % 1000;

	if (minutes > 0)
		buf_fmt(b, "%umin", minutes);
	if (minutes > 9)
		seconds = 0;
	if (minutes > 0 || seconds > 9)
		rest = 0;
	if (seconds > 0)
		buf_fmt(b, "%u%s", seconds, rest > 0 ? "." : "sec");
	if (rest > 0)
		buf_fmt(b, "%03ums", rest);
}

static void add_timer(struct words *w)
{
	const struct sock_ext *x = &w->s->ext[w->row];

	if (w->s->sock[w->row].state == ST_LISTEN || x->timer == 0)
		return;
	WORD(w, "timer:(%s,", timer_name(x->timer));
	add_span(&w->t->line, x->expires_ms);
	buf_fmt(&w->t->line, ",%u)", x->retrans);
}

/* ---- -e -------------------------------------------------------------- */

static void add_path(struct words *w)
{
	struct str path = strpool_get(w->s->str, snap_cgroup_path(w->s, w->d->cgroup_id));

	if (!(w->d->has & DETAIL_CGROUP))
		return;
	if (path.len == 0) {
		WORD(w, "cgroup:unreachable:%llx", (unsigned long long)w->d->cgroup_id);
		return;
	}
	WORD(w, "cgroup:");
	table_piece_name(w->t, path.s, path.len, w->cfg->set);
}

static void add_sockopt(struct words *w)
{
	if (!(w->d->has & DETAIL_OPTIONS))
		return;
	WORD(w, "inet-sockopt: (");
	for (unsigned i = 0; i < DETAIL_OPTIONS_MAX; i++)
		if (w->d->options >> i & 1)
			buf_fmt(&w->t->line, " %s", detail_options[i]);
	buf_char(&w->t->line, ')');
}

static void add_socket(struct words *w)
{
	const struct sock *k = &w->s->sock[w->row];
	const struct detail *d = w->d;

	if (k->uid != 0)
		WORD(w, "uid:%u", k->uid);
	WORD(w, "ino:%u", k->ino);
	if (!(k->flags & SOCK_NO_COOKIE))
		WORD(w, "sk:%llx", (unsigned long long)snap_kernel_cookie(w->s, w->row));
	if (d->mark != 0)
		WORD(w, "fwmark:0x%x", d->mark);
	add_path(w);
	if (d->has & DETAIL_V6ONLY)
		WORD(w, "v6only:%u", d->v6only);
	if (d->has & DETAIL_SHUTDOWN)
		WORD(w, "%c-%c", d->shutdown & 1 ? '-' : '<', d->shutdown & 2 ? '-' : '>');
	if (d->tos != 0)
		WORD(w, "tos:%#x", d->tos);
	if (d->tclass != 0)
		WORD(w, "tclass:%#x", d->tclass);
	if (d->class_id != 0)
		WORD(w, "class_id:%#x", d->class_id);
	add_sockopt(w);
}

/* ---- -m -------------------------------------------------------------- */

static void add_memory(struct words *w)
{
	static const char *const names[SKMEM_COUNT] = {
		"r", "rb", "t", "tb", "f", "w", "o", "bl", "d",
	};

	if (!(w->d->has & DETAIL_SKMEM))
		return;
	WORD(w, "skmem:(");
	for (unsigned i = 0; i < w->d->skmem_known; i++)
		buf_fmt(&w->t->line, "%s%s%u", i > 0 ? "," : "", names[i], w->d->skmem[i]);
	buf_char(&w->t->line, ')');
}

/* ---- -i -------------------------------------------------------------- */

#define US_PER_MS 1000.0

/* The numbers that ss gives as they are, where they are not 0. */
struct plain {
	uint8_t id;
	const char *key;
};

static void add_plain(struct words *w, const struct plain *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t value = tcp(w, (enum tcpi_id)p[i].id);

		if (value != 0)
			WORD(w, "%s:%llu", p[i].key, (unsigned long long)value);
	}
}

/* Microseconds as milliseconds. */
static void add_ms(struct words *w, const char *key, enum tcpi_id id)
{
	uint64_t us = tcp(w, id);

	if (us != 0)
		WORD(w, "%s:%g", key, (double)us / US_PER_MS);
}

/* bit/s, scaled as ss does. */
static void add_bandwidth(struct words *w, double bits)
{
	static const char units[] = "kMGT";
	struct buf *b = &w->t->line;
	unsigned unit = 0;

	if (w->cfg->numeric) {
		buf_fmt(b, "%.0fbps", bits);
		return;
	}
	for (; bits >= 1000 && units[unit] != '\0'; unit++)
		bits /= 1000;
	buf_fmt(b, "%.*g%.*sbps", unit > 0 ? 3 : 6, bits, unit > 0,
		&units[unit > 0 ? unit - 1 : 0]);
}

static void add_foreign(struct words *w, const char *before, const char *name)
{
	if (name[0] == '\0')
		return;
	begin(w);
	buf_str(&w->t->line, before);
	table_piece_name(w->t, name, strlen(name), w->cfg->set);
}

/* TCPI_OPT_WSCALE is told with its numbers. */
static void add_tcp_options(struct words *w)
{
	uint64_t options = tcp(w, TCPI_OPTIONS);

	for (unsigned i = 0; i < DETAIL_TCP_OPTIONS_MAX && w->cfg->timers; i++)
		if (options >> i & 1 && i != 2)
			WORD(w, "%s", detail_tcp_options[i]);
}

static void add_path_measures(struct words *w)
{
	static const struct plain sizes[] = {
		{ TCPI_SND_MSS, "mss" },   { TCPI_PMTU, "pmtu" },     { TCPI_RCV_MSS, "rcvmss" },
		{ TCPI_ADVMSS, "advmss" }, { TCPI_SND_CWND, "cwnd" },
	};
	const uint64_t rto = tcp(w, TCPI_RTO), wscale = tcp(w, TCPI_WSCALE);

	if (tcp(w, TCPI_OPTIONS) >> 2 & 1)
		WORD(w, "wscale:%u,%u", (unsigned)wscale & 15, (unsigned)wscale >> 4);
	/* The kernel's first guess, which ss leaves out. */
	if (rto != 3000000)
		add_ms(w, "rto", TCPI_RTO);
	add_plain(w, &(const struct plain){ TCPI_BACKOFF, "backoff" }, 1);
	if (tcp(w, TCPI_RTT) != 0)
		WORD(w, "rtt:%g/%g", (double)tcp(w, TCPI_RTT) / US_PER_MS,
		     (double)tcp(w, TCPI_RTTVAR) / US_PER_MS);
	add_ms(w, "ato", TCPI_ATO);
	add_plain(w, sizes, ARRAY_SIZE(sizes));
	if (tcp(w, TCPI_SND_SSTHRESH) < 0xffff)
		add_plain(w, &(const struct plain){ TCPI_SND_SSTHRESH, "ssthresh" }, 1);
}

static void add_counts(struct words *w)
{
	static const struct plain counts[] = {
		{ TCPI_BYTES_SENT, "bytes_sent" },       { TCPI_BYTES_RETRANS, "bytes_retrans" },
		{ TCPI_BYTES_ACKED, "bytes_acked" },     { TCPI_BYTES_RECEIVED, "bytes_received" },
		{ TCPI_SEGS_OUT, "segs_out" },           { TCPI_SEGS_IN, "segs_in" },
		{ TCPI_DATA_SEGS_OUT, "data_segs_out" }, { TCPI_DATA_SEGS_IN, "data_segs_in" },
	};

	add_plain(w, counts, ARRAY_SIZE(counts));
}

static void add_dctcp(struct words *w)
{
	const uint32_t *n = w->d->dctcp;

	if (!(w->d->has & DETAIL_DCTCP))
		return;
	if (n[0] == 0)
		WORD(w, "dctcp:fallback_mode");
	else
		WORD(w, "dctcp:(ce_state:%u,alpha:%u,ab_ecn:%u,ab_tot:%u)", n[1], n[2], n[3], n[4]);
}

static void add_bbr(struct words *w)
{
	const uint32_t *n = w->d->bbr;

	if (!(w->d->has & DETAIL_BBR))
		return;
	WORD(w, "bbr:(bw:");
	add_bandwidth(w, (double)((uint64_t)n[1] << 32 | n[0]) * 8);
	buf_fmt(&w->t->line, ",mrtt:%g", n[2] / US_PER_MS);
	if (n[3] != 0)
		buf_fmt(&w->t->line, ",pacing_gain:%g", n[3] / 256.0);
	if (n[4] != 0)
		buf_fmt(&w->t->line, ",cwnd_gain:%g", n[4] / 256.0);
	buf_char(&w->t->line, ')');
}

/* What cwnd and round trip time allow. */
static void add_send(struct words *w)
{
	const double segments = (double)tcp(w, TCPI_SND_CWND) * (double)tcp(w, TCPI_SND_MSS);
	const uint32_t *vegas = w->d->vegas;
	uint64_t rtt = tcp(w, TCPI_RTT);

	if (vegas[0] != 0 && vegas[2] != 0 && vegas[2] != INT32_MAX)
		rtt = vegas[2];
	if (rtt == 0 || segments <= 0)
		return;
	WORD(w, "send ");
	add_bandwidth(w, segments * 8e6 / (double)rtt);
}

static void add_rates(struct words *w)
{
	static const struct plain last[] = {
		{ TCPI_LAST_DATA_SENT, "lastsnd" },
		{ TCPI_LAST_DATA_RECV, "lastrcv" },
		{ TCPI_LAST_ACK_RECV, "lastack" },
	};
	static const struct plain delivered[] = {
		{ TCPI_DELIVERED, "delivered" },
		{ TCPI_DELIVERED_CE, "delivered_ce" },
	};
	const uint64_t pace = tcp(w, TCPI_PACING_RATE), most = tcp(w, TCPI_MAX_PACING_RATE);
	const uint64_t rate = tcp(w, TCPI_DELIVERY_RATE);

	add_plain(w, last, ARRAY_SIZE(last));
	if (pace != 0 && pace != UINT64_MAX) {
		WORD(w, "pacing_rate ");
		add_bandwidth(w, (double)pace * 8);
		if (most != 0 && most != UINT64_MAX) {
			buf_char(&w->t->line, '/');
			add_bandwidth(w, (double)most * 8);
		}
	}
	if (rate != 0) {
		WORD(w, "delivery_rate ");
		add_bandwidth(w, (double)rate * 8);
	}
	add_plain(w, delivered, ARRAY_SIZE(delivered));
	if (tcp(w, TCPI_FLAGS) & 1)
		WORD(w, "app_limited");
}

static void add_limited(struct words *w, const char *key, enum tcpi_id id, uint64_t busy)
{
	const uint64_t us = tcp(w, id);

	if (us != 0)
		WORD(w, "%s:%llums(%.1f%%)", key, (unsigned long long)us / 1000,
		     100.0 * (double)us / (double)busy);
}

static void add_busy(struct words *w)
{
	const uint64_t busy = tcp(w, TCPI_BUSY_TIME);

	if (busy == 0)
		return;
	WORD(w, "busy:%llums", (unsigned long long)busy / 1000);
	add_limited(w, "rwnd_limited", TCPI_RWND_LIMITED, busy);
	add_limited(w, "sndbuf_limited", TCPI_SNDBUF_LIMITED, busy);
}

/* Of a listener, sacked is the limit of its queue. */
static void add_losses(struct words *w)
{
	static const struct plain sacked = { TCPI_SACKED, "sacked" };
	static const struct plain counts[] = {
		{ TCPI_DSACK_DUPS, "dsack_dups" },
		{ TCPI_FACKETS, "fackets" },
	};

	add_plain(w, &(const struct plain){ TCPI_UNACKED, "unacked" }, 1);
	if (tcp(w, TCPI_RETRANS) != 0 || tcp(w, TCPI_TOTAL_RETRANS) != 0)
		WORD(w, "retrans:%u/%u", (unsigned)tcp(w, TCPI_RETRANS),
		     (unsigned)tcp(w, TCPI_TOTAL_RETRANS));
	add_plain(w, &(const struct plain){ TCPI_LOST, "lost" }, 1);
	if (w->s->sock[w->row].state != ST_LISTEN)
		add_plain(w, &sacked, 1);
	add_plain(w, counts, ARRAY_SIZE(counts));
	if (tcp(w, TCPI_REORDERING) != 3)
		WORD(w, "reordering:%u", (unsigned)tcp(w, TCPI_REORDERING));
	add_plain(w, &(const struct plain){ TCPI_REORD_SEEN, "reord_seen" }, 1);
}

static void add_windows(struct words *w)
{
	static const struct plain receive[] = {
		{ TCPI_RCV_SPACE, "rcv_space" },
		{ TCPI_RCV_SSTHRESH, "rcv_ssthresh" },
		{ TCPI_NOTSENT_BYTES, "notsent" },
	};
	static const struct plain windows[] = {
		{ TCPI_RCV_OOOPACK, "rcv_ooopack" },
		{ TCPI_SND_WND, "snd_wnd" },
		{ TCPI_RCV_WND, "rcv_wnd" },
		{ TCPI_REHASH, "rehash" },
	};

	add_ms(w, "rcv_rtt", TCPI_RCV_RTT);
	add_plain(w, receive, ARRAY_SIZE(receive));
	if (tcp(w, TCPI_MIN_RTT) != UINT32_MAX)
		add_ms(w, "minrtt", TCPI_MIN_RTT);
	add_plain(w, windows, ARRAY_SIZE(windows));
}

/* ---- what stands above TCP ------------------------------------------- */

static void add_tls_word(struct words *w, const char *key, uint16_t number, const char *name)
{
	if (number == 0)
		return;
	if (name != NULL)
		WORD(w, "%s: %s", key, name);
	else
		WORD(w, "%s: unknown(%u)", key, number);
}

static void add_tls(struct words *w)
{
	const struct detail_tls *t = &w->d->tls;

	if (!(w->d->has & DETAIL_TLS))
		return;
	add_tls_word(w, "version", t->version, detail_tls_version(t->version));
	add_tls_word(w, "cipher", t->cipher, detail_tls_cipher(t->cipher));
	add_tls_word(w, "rxconf", t->rx, detail_tls_conf(t->rx));
	add_tls_word(w, "txconf", t->tx, detail_tls_conf(t->tx));
	if (t->zc_ro_tx)
		WORD(w, "zc_ro_tx");
	if (t->rx_no_pad)
		WORD(w, "rx_no_pad");
}

static void add_subflow(struct words *w)
{
	/* The bits of MPTCP_SUBFLOW_FLAG_*, from the first on. */
	static const char letters[] = "MmJjBbecv";
	const struct detail_subflow *f = &w->d->subflow;

	if (!(w->d->has & DETAIL_SUBFLOW))
		return;
	if (f->flags != 0) {
		WORD(w, "flags:");
		for (unsigned i = 0; letters[i] != '\0'; i++)
			if (f->flags >> i & 1)
				buf_char(&w->t->line, letters[i]);
	}
	WORD(w, "token:%04x(id:%u)/%04x(id:%u)", f->token_remote, f->id_remote, f->token_local,
	     f->id_local);
	WORD(w, "seq:%llx sfseq:%x ssnoff:%x maplen:%x", (unsigned long long)f->map_seq,
	     f->map_subflow_seq, f->offset, f->map_len);
}

/* Those that ss has are in its order; what it has not is behind. */
static void add_mptcp(struct words *w)
{
	uint64_t n;

	for (enum mptcpi_id id = 0; id < MPTCPI_COUNT; id++) {
		if (!detail_mptcp(w->d, id, &n) || n == 0)
			continue;
		switch (id) {
		case MPTCPI_FLAGS:
			if (n & 1)
				WORD(w, "fallback");
			if (n & 2)
				WORD(w, "remote_key");
			continue;
		case MPTCPI_TOKEN:
		case MPTCPI_WRITE_SEQ:
		case MPTCPI_SND_UNA:
		case MPTCPI_RCV_NXT:
			WORD(w, "%s:%llx", mptcpi_table[id].name, (unsigned long long)n);
			continue;
		default:
			WORD(w, "%s:%llu", mptcpi_table[id].name, (unsigned long long)n);
		}
	}
}

static void add_info(struct words *w)
{
	const unsigned proto = w->s->sock[w->row].proto;

	if (proto == PROTO_MPTCP)
		add_mptcp(w);
	if (proto == PROTO_TCP && w->d->tcp_len > 0) {
		add_tcp_options(w);
		add_foreign(w, "", w->d->congestion);
		add_path_measures(w);
		add_counts(w);
		add_dctcp(w);
		add_bbr(w);
		add_send(w);
		add_rates(w);
		add_busy(w);
		add_losses(w);
		add_windows(w);
	}
	add_foreign(w, "tcp-ulp-", w->d->ulp);
	add_tls(w);
	add_subflow(w);
}

void cell_details(struct table *t, const struct report_cfg *cfg, const struct snap *s, uint32_t row)
{
	static const struct {
		unsigned part;
		void (*add)(struct words *w);
	} parts[] = {
		{ DETAIL_PART_SOCKET, add_socket },
		{ DETAIL_PART_MEMORY, add_memory },
		{ DETAIL_PART_INFO, add_info },
	};
	struct detail d;
	struct words w = { .t = t, .cfg = cfg, .s = s, .row = row, .d = &d, .first = true };

	if (!snap_row_detail(s, row, &d))
		d = (struct detail){ .has = 0 };
	if (cfg->timers)
		add_timer(&w);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (cfg->details & parts[i].part)
			parts[i].add(&w);
	table_end_cell(t);
}
