/* SPDX-License-Identifier: MIT */
#include "fake_detail.h"

#include <linux/tls.h>
#include <string.h>

#include "sockeye/base/mem.h"

static void set(struct detail *d, enum tcpi_id id, uint64_t value)
{
	const struct tcpi_info *f = &tcpi_table[id];
	uint32_t u32 = (uint32_t)value;
	uint16_t u16 = (uint16_t)value;
	uint8_t u8 = (uint8_t)value;
	const void *from = f->bytes == 8   ? (void *)&value
			   : f->bytes == 4 ? (void *)&u32
			   : f->bytes == 2 ? (void *)&u16
					   : (void *)&u8;

	memcpy(d->tcp + f->offset, from, f->bytes);
}

static const struct {
	uint8_t id;
	uint64_t value;
} connection[] = {
	{ TCPI_STATE, 1 },
	{ TCPI_OPTIONS, 1 | 2 | 4 | 8 | 16 },
	{ TCPI_WSCALE, 7 | 9 << 4 },
	{ TCPI_FLAGS, 1 },
	{ TCPI_RTO, 204000 },
	{ TCPI_BACKOFF, 2 },
	{ TCPI_RTT, 22 },
	{ TCPI_RTTVAR, 11 },
	{ TCPI_ATO, 40000 },
	{ TCPI_SND_MSS, 1448 },
	{ TCPI_RCV_MSS, 536 },
	{ TCPI_PMTU, 1500 },
	{ TCPI_ADVMSS, 1448 },
	{ TCPI_SND_CWND, 10 },
	{ TCPI_SND_SSTHRESH, 7 },
	{ TCPI_BYTES_SENT, 5000000000 },
	{ TCPI_BYTES_RETRANS, 1448 },
	{ TCPI_BYTES_ACKED, 4999998553 },
	{ TCPI_BYTES_RECEIVED, 320 },
	{ TCPI_SEGS_OUT, 3453042 },
	{ TCPI_SEGS_IN, 99 },
	{ TCPI_DATA_SEGS_OUT, 3453040 },
	{ TCPI_DATA_SEGS_IN, 5 },
	{ TCPI_LAST_DATA_SENT, 12 },
	{ TCPI_LAST_DATA_RECV, 3600000 },
	{ TCPI_LAST_ACK_RECV, 13 },
	{ TCPI_PACING_RATE, 12500000 },
	{ TCPI_MAX_PACING_RATE, 125000000 },
	{ TCPI_DELIVERY_RATE, 1234 },
	{ TCPI_DELIVERED, 3453041 },
	{ TCPI_DELIVERED_CE, 4 },
	{ TCPI_BUSY_TIME, 8000000 },
	{ TCPI_RWND_LIMITED, 1000000 },
	{ TCPI_SNDBUF_LIMITED, 20000 },
	{ TCPI_UNACKED, 1 },
	{ TCPI_RETRANS, 1 },
	{ TCPI_TOTAL_RETRANS, 3 },
	{ TCPI_LOST, 1 },
	{ TCPI_SACKED, 2 },
	{ TCPI_DSACK_DUPS, 6 },
	{ TCPI_REORDERING, 5 },
	{ TCPI_REORD_SEEN, 1 },
	{ TCPI_RCV_RTT, 1234567 },
	{ TCPI_RCV_SPACE, 14600 },
	{ TCPI_RCV_SSTHRESH, 64088 },
	{ TCPI_NOTSENT_BYTES, 2048 },
	{ TCPI_MIN_RTT, 9 },
	{ TCPI_RCV_OOOPACK, 8 },
	{ TCPI_SND_WND, 65536 },
	{ TCPI_RCV_WND, 65280 },
	{ TCPI_REHASH, 1 },
	{ TCPI_TOTAL_RTO, 2 },
	{ TCPI_TOTAL_RTO_RECOVERIES, 1 },
	{ TCPI_TOTAL_RTO_TIME, 612 },
	{ TCPI_RECEIVED_CE, 1 },
};

static void fill_tcp(struct detail *d, uint16_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(connection); i++)
		if (tcpi_table[connection[i].id].offset < len)
			set(d, (enum tcpi_id)connection[i].id, connection[i].value);
	d->tcp_len = len;
	strcpy(d->congestion, "cubic");
}

static void fill_usual(struct detail *d)
{
	static const uint32_t skmem[SKMEM_COUNT] = { 932, 131072, 1, 87040, 3164, 5, 6, 7, 8 };

	memcpy(d->skmem, skmem, sizeof(skmem));
	d->skmem_known = SKMEM_COUNT;
	d->options = 0x52;
	d->cgroup_id = 1234;
	d->has |= DETAIL_SKMEM | DETAIL_SHUTDOWN | DETAIL_TOS | DETAIL_CLASS_ID | DETAIL_CGROUP |
		  DETAIL_OPTIONS | DETAIL_MARK;
}

static void make_full(struct detail *d)
{
	fill_tcp(d, 280);
	d->mark = 0x2a;
	d->class_id = 0x10001;
	d->tos = 0x10;
	d->tclass = 0x20;
	d->shutdown = 2;
	d->options |= 1;
	d->has |= DETAIL_TCLASS;
}

static void make_old(struct detail *d)
{
	fill_tcp(d, 104);
	d->has = DETAIL_SKMEM;
	d->skmem_known = 7;
}

static void make_bbr(struct detail *d)
{
	static const uint32_t bbr[5] = { 3640888671, 0, 9, 739, 512 };

	fill_tcp(d, 248);
	strcpy(d->congestion, "bbr");
	memcpy(d->bbr, bbr, sizeof(bbr));
	d->has |= DETAIL_BBR;
}

static void make_dctcp(struct detail *d)
{
	static const uint32_t dctcp[5] = { 1, 0, 1024, 21, 22 };

	fill_tcp(d, 248);
	strcpy(d->congestion, "dctcp");
	memcpy(d->dctcp, dctcp, sizeof(dctcp));
	d->has |= DETAIL_DCTCP;
}

static void make_fallback(struct detail *d)
{
	make_dctcp(d);
	d->dctcp[0] = 0;
}

static void make_vegas(struct detail *d)
{
	static const uint32_t vegas[4] = { 1, 3, 44, 40 };

	fill_tcp(d, 248);
	strcpy(d->congestion, "vegas");
	memcpy(d->vegas, vegas, sizeof(vegas));
	d->has |= DETAIL_VEGAS;
}

static void make_tls(struct detail *d)
{
	fill_tcp(d, 248);
	strcpy(d->ulp, "tls");
	d->tls = (struct detail_tls){ .version = TLS_1_3_VERSION,
				      .cipher = TLS_CIPHER_AES_GCM_256,
				      .tx = TLS_CONF_HW,
				      .rx = 99,
				      .rx_no_pad = true };
	d->has |= DETAIL_TLS;
}

static void make_subflow(struct detail *d)
{
	fill_tcp(d, 248);
	strcpy(d->ulp, "mptcp");
	d->subflow = (struct detail_subflow){ .token_remote = 0xa,
					      .token_local = 0xed4c8b7c,
					      .id_local = 3,
					      .flags = 0x1c3,
					      .map_seq = UINT64_C(0xb7d31cedd30af4c4),
					      .map_subflow_seq = 1,
					      .offset = 0x48e80970,
					      .map_len = 5 };
	d->has |= DETAIL_SUBFLOW;
}

static void make_listen(struct detail *d)
{
	d->tcp_len = 280;
	set(d, TCPI_STATE, 10);
	set(d, TCPI_UNACKED, 3);
	set(d, TCPI_SACKED, 128);
	set(d, TCPI_SND_CWND, 10);
	set(d, TCPI_REORDERING, 3);
	strcpy(d->congestion, "cubic");
	d->has |= DETAIL_V6ONLY;
	d->v6only = true;
}

static void make_udp(struct detail *d)
{
	d->options = 0x50;
}

static void make_hostile(struct detail *d)
{
	fill_tcp(d, DETAIL_TCP_MAX);
	memset(d->tcp, 0xff, sizeof(d->tcp));
	strcpy(d->congestion, "cu\x1b[31m bic,\n");
	strcpy(d->ulp, "\xff\x80tls");
	memset(d->skmem, 0xff, sizeof(d->skmem));
	d->has = ~0u;
	memset(&d->subflow, 0xff, sizeof(d->subflow));
	d->tls = (struct detail_tls){ UINT16_MAX, UINT16_MAX, UINT16_MAX, UINT16_MAX, true, true };
	memset(d->bbr, 0xff, sizeof(d->bbr));
	d->mark = d->class_id = UINT32_MAX;
	d->options = UINT16_MAX;
	d->cgroup_id = UINT64_MAX;
}

static const struct {
	const char *name;
	void (*make)(struct detail *d);
	const char *path;
} known[] = {
	{ "full", make_full, "/system.slice/web.service" },
	{ "old", make_old, NULL },
	{ "bbr", make_bbr, "/" },
	{ "dctcp", make_dctcp, "/" },
	{ "fallback", make_fallback, "/" },
	{ "vegas", make_vegas, "/" },
	{ "tls", make_tls, "/" },
	{ "subflow", make_subflow, "/" },
	{ "listen", make_listen, "/" },
	{ "udp", make_udp, "/" },
	{ "hostile", make_hostile, "/a b,c\x1b[31m\n" },
};

bool fake_detail(const char *name, struct detail *d)
{
	*d = (struct detail){ .has = 0 };
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (strcmp(known[i].name, name) != 0)
			continue;
		fill_usual(d);
		d->cgroup_id += known[i].path != NULL && known[i].path[1] != '\0' ? i + 1 : 0;
		known[i].make(d);
		return true;
	}
	return false;
}

const char *fake_detail_path(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strcmp(known[i].name, name) == 0)
			return known[i].path;
	return NULL;
}
