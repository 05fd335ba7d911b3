/* SPDX-License-Identifier: MIT */
/*
 * Everything that the kernel tells of one socket, asked for by an exact query: what a list of all
 * sockets would be too dear for.
 */
#ifndef SOCKEYE_MODEL_DETAIL_H
#define SOCKEYE_MODEL_DETAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Measures of each TCP socket, where they are asked for. All zero for a row that has none. */
struct tcp_stat {
	uint64_t sent, received; /* bytes of data, sent without what was sent again */
	uint64_t out, in;        /* of these, since the snapshot before: see snap.rated */
	uint32_t idle_ms;        /* since data went or came; UINT32_MAX: not known */
	uint32_t rtt_us;
	uint32_t retrans; /* segments sent again, of the whole connection */
	uint32_t segs_out;
};

/* Fields of struct tcp_info (linux/tcp.h) by their place in it: it only ever grew. */
enum tcpi_id {
#define TCPI(id, name, offset, bytes, unit, help) TCPI_##id,
#include "sockeye/model/tcpinfo.def"
	TCPI_COUNT
};

struct tcpi_info {
	const char *name; /* the kernel's, without tcpi_ */
	uint16_t offset;
	uint8_t bytes; /* 1, 2, 4, 8 */
	const char *unit, *help;
};

extern const struct tcpi_info tcpi_table[TCPI_COUNT];

/* The same of struct mptcp_info (linux/mptcp.h). */
enum mptcpi_id {
#define MPTCPI(id, name, offset, bytes, unit, help) MPTCPI_##id,
#include "sockeye/model/mptcpinfo.def"
	MPTCPI_COUNT
};

extern const struct tcpi_info mptcpi_table[MPTCPI_COUNT];

enum detail_has {
	DETAIL_SKMEM = 1 << 0,
	DETAIL_SHUTDOWN = 1 << 1,
	DETAIL_TOS = 1 << 2,
	DETAIL_TCLASS = 1 << 3,
	DETAIL_V6ONLY = 1 << 4,
	DETAIL_MARK = 1 << 5,
	DETAIL_CLASS_ID = 1 << 6,
	DETAIL_CGROUP = 1 << 7,
	DETAIL_OPTIONS = 1 << 8,
	DETAIL_BBR = 1 << 9,
	DETAIL_DCTCP = 1 << 10,
	DETAIL_VEGAS = 1 << 11,
	DETAIL_TLS = 1 << 12,
	DETAIL_SUBFLOW = 1 << 13,
};

/* What is asked of every socket of a dump: struct want.details. */
enum detail_part {
	DETAIL_PART_SOCKET = 1 << 0, /* mark, control group, options, class, tos */
	DETAIL_PART_MEMORY = 1 << 1, /* skmem */
	DETAIL_PART_INFO = 1 << 2,   /* tcp_info, congestion control, upper layer */
};

/* struct detail.skmem, as INET_DIAG_SKMEMINFO has them (bytes, but for drops). */
enum skmem_id {
	SKMEM_RMEM_ALLOC,
	SKMEM_RCVBUF,
	SKMEM_WMEM_ALLOC,
	SKMEM_SNDBUF,
	SKMEM_FWD_ALLOC,
	SKMEM_WMEM_QUEUED,
	SKMEM_OPTMEM,
	SKMEM_BACKLOG,
	SKMEM_DROPS,
	SKMEM_COUNT
};

/* Options of a socket, INET_DIAG_SOCKOPT: struct detail.options >> n & 1. In ss's words. */
#define DETAIL_OPTIONS_MAX 11
extern const char *const detail_options[DETAIL_OPTIONS_MAX];
/* TCP's own: tcp_info's "options" >> n & 1. In ss's words as far as it has them. */
#define DETAIL_TCP_OPTIONS_MAX 8
extern const char *const detail_tcp_options[DETAIL_TCP_OPTIONS_MAX];

/* TLS in the kernel, as the numbers of linux/tls.h. 0: not told. */
struct detail_tls {
	uint16_t version, cipher, tx, rx;
	bool zc_ro_tx, rx_no_pad;
};

/* A path of an MPTCP connection (linux/mptcp.h). */
struct detail_subflow {
	uint32_t token_remote, token_local, relwrite_seq, map_subflow_seq, offset, flags;
	uint64_t map_seq;
	uint16_t map_len;
	uint8_t id_remote, id_local;
};

#define DETAIL_TCP_MAX   512 /* bytes of tcp_info that are kept: 280 in Linux 6.18 */
#define DETAIL_NAME_SIZE 32
#define DETAIL_HOLDERS   8

struct detail_holder {
	int32_t pid, fd;
	uint32_t cmdline; /* string id, arguments parted by blanks, raw; STR_NONE: not known */
	uint32_t cgroup;  /* string id: its path, raw; STR_NONE: not known */
};

struct detail {
	uint64_t cookie; /* whose */
	int64_t mono_ns; /* when it was asked */
	int error;       /* 0; -ENOENT: the socket is gone; another: it could not be asked */
	unsigned has;    /* enum detail_has */
	uint32_t skmem[SKMEM_COUNT];
	uint8_t skmem_known; /* the first so many were told */
	uint8_t shutdown;    /* 1: receives no more, 2: sends no more, 3: both */
	uint8_t tos, tclass;
	bool v6only;
	uint16_t options; /* INET_DIAG_SOCKOPT: its first byte low, its second high */
	uint32_t mark, class_id;
	uint64_t cgroup_id;
	uint32_t cgroup;   /* string id: the path below the root of cgroup2, raw, or STR_NONE */
	uint32_t bbr[5];   /* tcp_bbr_info (linux/inet_diag.h) */
	uint32_t dctcp[5]; /* enabled, ce_state, alpha, ab_ecn, ab_tot */
	uint32_t vegas[4]; /* enabled, rttcnt, rtt, minrtt */
	struct detail_tls tls;
	struct detail_subflow subflow;
	char congestion[DETAIL_NAME_SIZE]; /* raw, like ulp; "" for none */
	char ulp[DETAIL_NAME_SIZE];        /* upper layer: "tls", "mptcp" */
	/* Bytes of tcp_info that the kernel has, of MPTCP mptcp_info in its place; 0: none. */
	uint16_t tcp_len;
	uint8_t tcp[DETAIL_TCP_MAX];
	struct detail_holder holder[DETAIL_HOLDERS];
	uint32_t n_holders; /* that are in holder[] */
};

/* A field of a struct tcp_info of len bytes; false when it is too short for it. */
bool tcpi_read(const void *info, size_t len, enum tcpi_id id, uint64_t *value);
/* A field of mptcp_info, where the socket is one of MPTCP. */
bool detail_mptcp(const struct detail *d, enum mptcpi_id id, uint64_t *value);
/* A field of tcp_info; false when this kernel, or this socket, has none. */
bool detail_tcp(const struct detail *d, enum tcpi_id id, uint64_t *value);
/* The words of linux/tls.h as ss writes them: "1.3", "aes-gcm-128", "sw"; NULL for another. */
const char *detail_tls_version(uint16_t version);
const char *detail_tls_cipher(uint16_t cipher);
const char *detail_tls_conf(uint16_t conf);

/*
 * What the kernel told of a socket in as many bytes as it needs: all but cookie, time, error, path of
 * the control group and holders. A multiple of 4.
 */
#define DETAIL_PACKED_MAX 1024
size_t detail_pack(const struct detail *d, unsigned char out[DETAIL_PACKED_MAX]);
/* The other way round: what is not in it is zero. */
void detail_unpack(const unsigned char *packed, struct detail *d);
/* A fact of what is packed, without the rest; false where it was not told. */
bool detail_packed_mark(const unsigned char *packed, uint32_t *mark);
bool detail_packed_cgroup(const unsigned char *packed, uint64_t *id);

#endif
