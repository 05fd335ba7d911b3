/* SPDX-License-Identifier: MIT */
/* What the checks share: their thresholds, in one place, and how a finding is put together. */
#ifndef SOCKEYE_SRC_INSIGHT_FIND_H
#define SOCKEYE_SRC_INSIGHT_FIND_H

#include "history_parts.h"
#include "sockeye/insight/findings.h"

/* A few sockets in CLOSE_WAIT, for a moment, are normal: so many that stand a minute, or grow. */
#define LEAK_OLD       20 /* sockets for a minute or longer */
#define LEAK_AGED      10 /* sockets for two seconds or longer, where their number grows steadily */
#define LEAK_CRIT      1000
#define LEAK_PROCESSES 3 /* findings at most */

#define HALF_OPEN_MIN   100
#define HALF_OPEN_TIMES 5   /* what is usual */
#define HALF_OPEN_ALONE 256 /* as long as nothing is usual */
#define COOKIES_PER_S   20
#define COOKIES_LOST    0.5 /* of those sent, the share that does not come back */
#define SYN_DROPS_PER_S 1
#define PREFIX_SHARE    0.5 /* a prefix is named that has so much of it */
#define ADDRESS_SHARE   0.9 /* an address, of its prefix */
#define NEW_PER_S       200
#define NEW_TIMES       10 /* what is usual */
#define NEW_BITS4       24
#define NEW_BITS6       48

#define OVERFLOWS_PER_S 1
#define QUEUE_LISTENERS 3 /* findings at most */
#define STUCK_SOCKETS   5
#define STUCK_BYTES     (1u << 20)
#define STUCK_PROCESSES 2 /* findings at most */

#define LIMIT_WARN    0.8 /* of what there is: ports, orphans, tracked connections, descriptors */
#define LIMIT_CRIT    0.95
#define TIMEWAIT_WARN 0.95
#define PORTS_ENDS    2   /* findings at most */
#define FDS_SOON      0.5 /* full in FDS_SOON_S counts from here on */
#define FDS_SOON_S    1800
#define FDS_CRIT_S    300
#define FDS_PROCESSES 2 /* findings at most */

struct find {
	struct findings *out;
	const struct snap *s;
	const struct history *h;
	const struct point *now;
};

/* One function for each kind. */
void find_close_wait_leak(struct find *f);
void find_half_open_flood(struct find *f);
void find_connection_flood(struct find *f);
void find_accept_queue(struct find *f);
void find_ephemeral_ports(struct find *f);
void find_timewait_limit(struct find *f);
void find_orphans(struct find *f);
void find_conntrack(struct find *f);
void find_descriptors(struct find *f);
void find_slow_reader(struct find *f);

/* A finding to be filled; only of severity and weight that stay. NULL: there is no room. */
struct finding *find_new(struct find *f, enum finding_kind kind, enum severity severity,
			 double weight);
void find_text(struct finding *x, const char *fmt, ...) PRINTF_LIKE(2, 3); /* appends */
void find_expr(struct finding *x, const char *fmt, ...) PRINTF_LIKE(2, 3);
void find_uint(struct finding *x, const char *key, uint64_t n);
void find_real(struct finding *x, const char *key, double n);
void find_word(struct finding *x, const char *key, const char *text);
/*
 * Where it is, by snap_netns_ino(): behind the expression, and behind the text where it is not our own
 * namespace.
 */
void find_netns(struct finding *x, const struct snap *s, uint64_t ino);
/* Process, name, and pid. */
void find_proc(struct finding *x, const struct snap *s, const struct proc *p);

/* A part of a weight: how often n can be halved. */
double find_size(double n);

/* Whether every TCP socket in this state is in the snapshot. */
bool find_whole(const struct snap *s, enum tcp_state st);

#define FIND_TEXT 96

/* Texts of pieces, in buf of FIND_TEXT bytes, which they return. */
const char *text_count(char *buf, uint64_t n);                           /* 1,204 */
const char *text_number(char *buf, double n);                            /* 19, 0.4 */
const char *text_rate(char *buf, double per_s);                          /* 19/s, 0.4/s */
const char *text_age(char *buf, double seconds);                         /* 22 min, 14 s, 3 h */
const char *text_net(char *buf, const struct addr *a, unsigned bits);    /* 203.0.113.0/24 */
const char *text_remote(char *buf, const struct addr *a, uint16_t port); /* 10.0.0.5:3306 */
const char *text_local(char *buf, const struct addr *a, uint16_t port);  /* :443, 10.0.0.1:443 */

static inline bool addr_any(const struct addr *a)
{
	static const uint8_t zero[4];
	struct addr any4 = addr_v4(zero);

	return addr_is_any(a) || addr_equal(a, &any4);
}

/* ---- what most of them have in common -------------------------------- */

/* Counts ends; the memory is freed with it. All zero is not valid. */
struct tops {
	struct index ix;
	struct top {
		struct addr addr;
		uint16_t port;
		uint32_t count;
	} * at;
	uint32_t n, room;
};

void tops_init(struct tops *t);
void tops_add(struct tops *t, const struct addr *a, uint16_t port);
const struct top *tops_best(const struct tops *t); /* NULL: nothing was added */
void tops_free(struct tops *t);

/* The prefix that has most of the sockets that pass, and the local port that they came to. */
struct crowd {
	struct addr net;
	unsigned bits; /* of the address's family: 32 or 128 where one address has nearly all */
	uint32_t all;  /* that pass */
	uint32_t count, addresses; /* of the prefix */
	uint16_t port;             /* of most of those; 0: of less than half */
};

/* Also of those that came and went (SOCK_BRIEF), if they pass. */
bool crowd_find(struct crowd *c, const struct snap *s,
		bool (*passes)(const struct snap *s, uint32_t row));

#endif
