/* SPDX-License-Identifier: MIT */
/*
 * Details of a socket as keys of its JSON row. The numbers and, without tcpi_, the names are the
 * kernel's. A key that an option asks for is always there: null where the kernel tells nothing; but
 * what only some sockets can have is left out of the others.
 */
#include <string.h>

#include "report_parts.h"
#include "sockeye/model/names.h"

struct keys {
	struct json *j;
	const struct snap *s;
	uint32_t row;
	const struct detail *d;
};

static void put_if(const struct keys *k, unsigned has, const char *key, uint64_t n)
{
	if (k->d->has & has)
		json_uint(k->j, key, n);
	else
		json_null(k->j, key);
}

/* ---- -o -------------------------------------------------------------- */

static void put_timer(const struct keys *k)
{
	const struct sock_ext *x = &k->s->ext[k->row];

	if (k->s->sock[k->row].state == ST_LISTEN || x->timer == 0) {
		json_null(k->j, "timer");
		return;
	}
	json_open(k->j, "timer", '{');
	json_word(k->j, "kind", timer_name(x->timer));
	json_uint(k->j, "expires_ms", x->expires_ms);
	json_uint(k->j, "retransmits", x->retrans);
	json_close(k->j, '}');
}

/* ---- -e, -i ---------------------------------------------------------- */

/* The socket's own options and, with -i, those that TCP has agreed on. */
static void put_options(const struct keys *k)
{
	uint64_t tcp;

	if (!(k->d->has & DETAIL_OPTIONS)) {
		json_null(k->j, "options");
		return;
	}
	json_open(k->j, "options", '[');
	if (k->s->sock[k->row].proto == PROTO_TCP && detail_tcp(k->d, TCPI_OPTIONS, &tcp))
		for (unsigned i = 0; i < DETAIL_TCP_OPTIONS_MAX; i++)
			if (tcp >> i & 1)
				json_word(k->j, NULL, detail_tcp_options[i]);
	for (unsigned i = 0; i < DETAIL_OPTIONS_MAX; i++)
		if (k->d->options >> i & 1)
			json_word(k->j, NULL, detail_options[i]);
	if (k->d->v6only)
		json_word(k->j, NULL, "v6only");
	json_close(k->j, ']');
}

static void put_cgroup(const struct keys *k)
{
	struct str path = strpool_get(k->s->str, snap_cgroup_path(k->s, k->d->cgroup_id));

	if (path.len > 0)
		json_str(k->j, "cgroup", path.s, path.len);
	else
		json_null(k->j, "cgroup");
	put_if(k, DETAIL_CGROUP, "cgroup_id", k->d->cgroup_id);
}

static void put_socket(const struct keys *k)
{
	put_if(k, DETAIL_MARK, "mark", k->d->mark);
	put_cgroup(k);
	put_if(k, DETAIL_CLASS_ID, "class_id", k->d->class_id);
	put_if(k, DETAIL_TOS, "tos", k->d->tos);
	if (k->d->has & DETAIL_TCLASS)
		json_uint(k->j, "tclass", k->d->tclass);
	if (!(k->d->has & DETAIL_SHUTDOWN)) {
		json_null(k->j, "shutdown");
		return;
	}
	json_open(k->j, "shutdown", '[');
	if (k->d->shutdown & 1)
		json_word(k->j, NULL, "receive");
	if (k->d->shutdown & 2)
		json_word(k->j, NULL, "send");
	json_close(k->j, ']');
}

/* ---- numbers --------------------------------------------------------- */

static void put_numbers(const struct keys *k, const char *key, const char *const *name,
			const uint32_t *number, size_t n)
{
	json_open(k->j, key, '{');
	for (size_t i = 0; i < n; i++)
		json_uint(k->j, name[i], number[i]);
	json_close(k->j, '}');
}

static void put_memory(const struct keys *k)
{
	static const char *const names[SKMEM_COUNT] = {
		[SKMEM_RMEM_ALLOC] = "rmem_alloc", [SKMEM_RCVBUF] = "rcvbuf",
		[SKMEM_WMEM_ALLOC] = "wmem_alloc", [SKMEM_SNDBUF] = "sndbuf",
		[SKMEM_FWD_ALLOC] = "fwd_alloc",   [SKMEM_WMEM_QUEUED] = "wmem_queued",
		[SKMEM_OPTMEM] = "optmem",         [SKMEM_BACKLOG] = "backlog",
		[SKMEM_DROPS] = "drops",
	};

	if (k->d->has & DETAIL_SKMEM)
		put_numbers(k, "skmem", names, k->d->skmem, k->d->skmem_known);
	else
		json_null(k->j, "skmem");
}

/* Two fields of it are several of the kernel's: they share a byte. */
static void put_tcp_field(const struct keys *k, enum tcpi_id id, uint64_t n)
{
	if (id == TCPI_WSCALE) {
		json_uint(k->j, "snd_wscale", n & 15);
		json_uint(k->j, "rcv_wscale", n >> 4);
	} else if (id == TCPI_FLAGS) {
		json_uint(k->j, "delivery_rate_app_limited", n & 1);
		json_uint(k->j, "fastopen_client_fail", n >> 1 & 3);
	} else {
		json_uint(k->j, tcpi_table[id].name, n);
	}
}

static void put_tcp_info(const struct keys *k)
{
	uint64_t n;

	if (k->d->tcp_len == 0 || k->s->sock[k->row].proto != PROTO_TCP) {
		json_null(k->j, "tcp_info");
		return;
	}
	json_open(k->j, "tcp_info", '{');
	for (enum tcpi_id id = 0; id < TCPI_COUNT; id++)
		if (detail_tcp(k->d, id, &n))
			put_tcp_field(k, id, n);
	json_close(k->j, '}');
}

static void put_mptcp_info(const struct keys *k)
{
	uint64_t n;

	if (k->s->sock[k->row].proto != PROTO_MPTCP)
		return;
	if (k->d->tcp_len == 0) {
		json_null(k->j, "mptcp_info");
		return;
	}
	json_open(k->j, "mptcp_info", '{');
	for (enum mptcpi_id id = 0; id < MPTCPI_COUNT; id++)
		if (detail_mptcp(k->d, id, &n))
			json_uint(k->j, mptcpi_table[id].name, n);
	json_close(k->j, '}');
}

static void put_name(const struct keys *k, const char *key, const char *name)
{
	if (name[0] != '\0')
		json_word(k->j, key, name);
	else
		json_null(k->j, key);
}

/* Bandwidth is in bytes a second, time in microseconds, gains in 1/256. */
static void put_control(const struct keys *k)
{
	static const char *const dctcp[] = { "enabled", "ce_state", "alpha", "ab_ecn", "ab_tot" };
	static const char *const vegas[] = { "enabled", "rttcnt", "rtt", "minrtt" };
	const uint32_t *bbr = k->d->bbr;

	put_name(k, "congestion", k->d->congestion);
	if (k->d->has & DETAIL_DCTCP)
		put_numbers(k, "dctcp", dctcp, k->d->dctcp, ARRAY_SIZE(dctcp));
	if (k->d->has & DETAIL_VEGAS)
		put_numbers(k, "vegas", vegas, k->d->vegas, ARRAY_SIZE(vegas));
	if (!(k->d->has & DETAIL_BBR))
		return;
	json_open(k->j, "bbr", '{');
	json_uint(k->j, "bw", (uint64_t)bbr[1] << 32 | bbr[0]);
	json_uint(k->j, "min_rtt", bbr[2]);
	json_uint(k->j, "pacing_gain", bbr[3]);
	json_uint(k->j, "cwnd_gain", bbr[4]);
	json_close(k->j, '}');
}

/* ---- what stands above TCP ------------------------------------------- */

/* A word of ss, else the number. */
static void put_word(const struct keys *k, const char *key, uint16_t number, const char *name)
{
	if (number == 0)
		json_null(k->j, key);
	else if (name != NULL)
		json_word(k->j, key, name);
	else
		json_uint(k->j, key, number);
}

static void put_ulp(const struct keys *k)
{
	const struct detail_tls *t = &k->d->tls;
	const struct detail_subflow *f = &k->d->subflow;

	put_name(k, "ulp", k->d->ulp);
	if (k->d->has & DETAIL_TLS) {
		json_open(k->j, "tls", '{');
		put_word(k, "version", t->version, detail_tls_version(t->version));
		put_word(k, "cipher", t->cipher, detail_tls_cipher(t->cipher));
		put_word(k, "rxconf", t->rx, detail_tls_conf(t->rx));
		put_word(k, "txconf", t->tx, detail_tls_conf(t->tx));
		json_bool(k->j, "zc_ro_tx", t->zc_ro_tx);
		json_bool(k->j, "rx_no_pad", t->rx_no_pad);
		json_close(k->j, '}');
	}
	if (k->d->has & DETAIL_SUBFLOW) {
		json_open(k->j, "mptcp_subflow", '{');
		json_uint(k->j, "token_rem", f->token_remote);
		json_uint(k->j, "token_loc", f->token_local);
		json_uint(k->j, "id_rem", f->id_remote);
		json_uint(k->j, "id_loc", f->id_local);
		json_uint(k->j, "flags", f->flags);
		json_uint(k->j, "relwrite_seq", f->relwrite_seq);
		json_uint(k->j, "map_seq", f->map_seq);
		json_uint(k->j, "map_sfseq", f->map_subflow_seq);
		json_uint(k->j, "ssn_offset", f->offset);
		json_uint(k->j, "map_datalen", f->map_len);
		json_close(k->j, '}');
	}
}

void put_details(struct json *j, const struct report_cfg *cfg, const struct snap *s, uint32_t row)
{
	struct detail d;
	const struct keys k = { .j = j, .s = s, .row = row, .d = &d };

	if (!snap_row_detail(s, row, &d))
		d = (struct detail){ .has = 0 };
	if (cfg->timers)
		put_timer(&k);
	if (cfg->details & DETAIL_PART_MEMORY)
		put_memory(&k);
	if (cfg->details & DETAIL_PART_INFO) {
		put_tcp_info(&k);
		put_mptcp_info(&k);
		put_control(&k);
		put_ulp(&k);
	}
	if (cfg->details & DETAIL_PART_SOCKET)
		put_socket(&k);
	if (cfg->details & (DETAIL_PART_SOCKET | DETAIL_PART_INFO))
		put_options(&k);
}
