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
	uint8_t shutdown; /* 1: receives no more, 2: sends no more, 3: both */
	uint8_t tos, tclass;
	bool v6only;
	uint16_t options; /* INET_DIAG_SOCKOPT: its first byte low, its second high */
	uint32_t mark, class_id;
	uint64_t cgroup_id;
	uint32_t cgroup;   /* string id: the path below the root of cgroup2, raw, or STR_NONE */
	uint32_t bbr[5];   /* tcp_bbr_info (linux/inet_diag.h) */
	uint32_t dctcp[5]; /* enabled, ce_state, alpha, ab_ecn, ab_tot */
	char congestion[DETAIL_NAME_SIZE]; /* raw, like ulp; "" for none */
	char ulp[DETAIL_NAME_SIZE];        /* upper layer: "tls", "mptcp" */
	uint16_t tcp_len;                  /* bytes of tcp_info that the kernel has; 0: none */
	uint8_t tcp[DETAIL_TCP_MAX];
	struct detail_holder holder[DETAIL_HOLDERS];
	uint32_t n_holders; /* that are in holder[] */
};

/* A field of a struct tcp_info of len bytes; false when it is too short for it. */
bool tcpi_read(const void *info, size_t len, enum tcpi_id id, uint64_t *value);
/* A field of tcp_info; false when this kernel, or this socket, has none. */
bool detail_tcp(const struct detail *d, enum tcpi_id id, uint64_t *value);

#endif
