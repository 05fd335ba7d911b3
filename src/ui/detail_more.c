/* SPDX-License-Identifier: MIT */
#include "detail_more.h"

#include <inttypes.h>
#include <string.h>

#include "sockeye/base/buf.h"
#include "sockeye/base/fmt.h"

#define NUMBER_W 22 /* "total_rto_recoveries" */

static struct clean own(const char *s)
{
	return text_own(s, strlen(s));
}

static void put(struct page *p, unsigned term_w, const char *term, struct buf *b)
{
	page_term(p, term_w, ROLE_LABEL, own(term), ROLE_TEXT, text_own(b->s, b->len));
	buf_reset(b);
}

/* In hundredths: a gain is in 1/256. */
static void add_gain(struct buf *b, const char *name, uint32_t gain)
{
	uint64_t hundredths = ((uint64_t)gain * 100 + 128) / 256;

	if (gain != 0)
		buf_fmt(b, "   %s %" PRIu64 ".%02u", name, hundredths / 100,
			(unsigned)(hundredths % 100));
}

static void put_bbr(struct page *p, unsigned term_w, const struct detail *d, struct buf *b)
{
	char bandwidth[FMT_SIZE];

	if (!(d->has & DETAIL_BBR))
		return;
	fmt_bytes(bandwidth, (uint64_t)d->bbr[1] << 32 | d->bbr[0]);
	buf_fmt(b, "bandwidth %sB/s   least rtt %u us", bandwidth, d->bbr[2]);
	add_gain(b, "pacing gain", d->bbr[3]);
	add_gain(b, "window gain", d->bbr[4]);
	put(p, term_w, "BBR", b);
}

static void put_dctcp(struct page *p, unsigned term_w, const struct detail *d, struct buf *b)
{
	const uint32_t *n = d->dctcp;

	if (!(d->has & DETAIL_DCTCP))
		return;
	if (n[0] == 0)
		buf_str(b, "the peer has no ECN: fallen back");
	else
		buf_fmt(b, "%s   alpha %u of 1024   marked %u of %u bytes",
			n[1] != 0 ? "marked" : "not marked", n[2], n[3], n[4]);
	put(p, term_w, "DCTCP", b);
}

static void put_vegas(struct page *p, unsigned term_w, const struct detail *d, struct buf *b)
{
	const uint32_t *n = d->vegas;

	if (!(d->has & DETAIL_VEGAS))
		return;
	buf_fmt(b, "%s   rtt %u us   least rtt %u us   measured %u times",
		n[0] != 0 ? "at work" : "not at work", n[2], n[3], n[1]);
	put(p, term_w, "Vegas", b);
}

/* ---- what stands above TCP ------------------------------------------- */

static void add_name(struct buf *b, const char *key, uint16_t number, const char *name)
{
	if (number == 0)
		return;
	if (b->len > 0)
		buf_str(b, "   ");
	buf_fmt(b, "%s ", key);
	if (name != NULL)
		buf_str(b, name);
	else
		buf_fmt(b, "number %u", number);
}

static void put_tls(struct page *p, unsigned term_w, const struct detail *d, struct buf *b)
{
	const struct detail_tls *t = &d->tls;

	if (!(d->has & DETAIL_TLS))
		return;
	add_name(b, "version", t->version, detail_tls_version(t->version));
	add_name(b, "cipher", t->cipher, detail_tls_cipher(t->cipher));
	add_name(b, "receives by", t->rx, detail_tls_conf(t->rx));
	add_name(b, "sends by", t->tx, detail_tls_conf(t->tx));
	if (t->zc_ro_tx)
		buf_str(b, "   sends without a copy");
	if (t->rx_no_pad)
		buf_str(b, "   expects no padding");
	put(p, term_w, "TLS", b);
}

static void put_subflow(struct page *p, unsigned term_w, const struct detail *d, struct buf *b)
{
	/* The bits of MPTCP_SUBFLOW_FLAG_*, from the first on. */
	static const char *const flags[] = {
		"first path of the peer",
		"first path",
		"joined by the peer",
		"joined",
		"backup of the peer",
		"backup",
		"established",
		"connected",
		"in sequence",
	};
	const struct detail_subflow *f = &d->subflow;

	if (!(d->has & DETAIL_SUBFLOW))
		return;
	buf_fmt(b, "token %08x, peer's %08x   address %u, peer's %u", f->token_local,
		f->token_remote, f->id_local, f->id_remote);
	for (unsigned i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (f->flags >> i & 1)
			buf_fmt(b, "   %s", flags[i]);
	put(p, term_w, "MPTCP", b);
}

void detail_page_more(struct page *p, unsigned term_w, const struct detail *d)
{
	struct buf b = { .s = NULL };

	put_bbr(p, term_w, d, &b);
	put_dctcp(p, term_w, d, &b);
	put_vegas(p, term_w, d, &b);
	put_tls(p, term_w, d, &b);
	put_subflow(p, term_w, d, &b);
	buf_free(&b);
}

/* ---- all numbers ----------------------------------------------------- */

static void put_number(struct page *p, const struct tcpi_info *f, uint64_t n)
{
	struct buf b = { .s = NULL };
	char text[FMT_SIZE];

	fmt_group(text, n);
	buf_fmt(&b, "%s%s%s   %s", text, f->unit[0] != '\0' ? " " : "", f->unit, f->help);
	put(p, NUMBER_W, f->name, &b);
	buf_free(&b);
}

void detail_page_numbers(struct page *p, enum proto proto, const struct detail *d)
{
	uint64_t n;

	if (d->tcp_len == 0 || (proto != PROTO_TCP && proto != PROTO_MPTCP))
		return;
	if (proto == PROTO_MPTCP) {
		page_head(p, TEXT_LIT("mptcp_info"));
		for (enum mptcpi_id id = 0; id < MPTCPI_COUNT; id++)
			if (detail_mptcp(d, id, &n))
				put_number(p, &mptcpi_table[id], n);
		return;
	}
	page_head(p, TEXT_LIT("tcp_info"));
	for (enum tcpi_id id = 0; id < TCPI_COUNT; id++)
		if (detail_tcp(d, id, &n))
			put_number(p, &tcpi_table[id], n);
}
