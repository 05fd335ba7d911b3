/* SPDX-License-Identifier: MIT */
/* What the two faces of a report share: the finished views and what is wrong with the data. */
#ifndef SOCKEYE_SRC_OUTPUT_REPORT_PARTS_H
#define SOCKEYE_SRC_OUTPUT_REPORT_PARTS_H

#include "peers.h"
#include "sink.h"
#include "sockeye/insight/findings.h"
#include "sockeye/output/json.h"
#include "sockeye/output/report.h"
#include "table.h"

struct problem {
	const char *source, *reason;
};

struct report {
	struct report_cfg cfg;
	char host[256];          /* foreign bytes */
	struct view *view;       /* of query.by; overview: by process */
	struct view *remotes;    /* overview only */
	struct problem *problem; /* of this snapshot */
	size_t n_problems;
	const struct missing *missing; /* see report_set_missing() */
	size_t n_missing;
	struct history *history; /* of the run */
	struct findings findings;
	struct peers peers; /* BY_PROCESS */
	struct sink sink;
	int64_t patience_ns; /* how long names may still be waited for in this run */
	bool again;          /* there was a report before this one */
};

/* Asks for the names of what is going to be printed, and waits for them, but not for long. */
void report_ask_names(struct report *r);
/* The address that a row of remotes or listeners is of; NULL for any other row, as of a prefix. */
const struct addr *report_single(const struct view *v, const struct group *g);

void report_json(struct report *r, const struct snap *s);
void report_text(struct report *r, const struct snap *s);

/* The first rows of a view that are reported: all of them, or as many as --top says. */
uint32_t report_rows(const struct report *r, const struct view *v);
/* How many there are before --top. The rows of other protocols are no states, and not reported. */
uint32_t report_rows_total(const struct view *v);
/* The groups of a view in order, without those that are not reported. */
const struct group *report_group(const struct view *v, uint32_t row);

/* Whether the TCP sockets in CLOSE are unknown rather than none. */
bool report_close_unknown(const struct report *r, const struct snap *s);
/* Whether the kernel did the filtering, so that nobody knows how many there were before. */
bool report_total_unknown(const struct report *r, const struct snap *s);
/* Whether the protocol has a total: TCP and UDP always. */
bool report_has_proto(const struct report *r, unsigned proto);
/* Whether processes were looked for at all. */
bool report_has_owners(const struct snap *s);

/* Whether rows of processes tell who holds the other ends: with UNIX sockets. */
bool report_has_peers(const struct report *r);
/* Those of a row; none of one for sockets without a process. */
const struct peer_pair *report_peers(const struct report *r, const struct group *g, size_t *n);

/* The name of a user; the number where there is none, made in number. */
struct str report_user(const struct snap *s, uint32_t uid, char number[FIELD_TEXT_SIZE]);

/* What -e -m -i -o ask of a socket: one cell of words of ss, or keys of a row. */
void cell_details(struct table *t, const struct report_cfg *cfg, const struct snap *s,
		  uint32_t row);
void put_details(struct json *j, const struct report_cfg *cfg, const struct snap *s, uint32_t row);

/* All descriptors on the listening sockets of a group, by process and descriptor. free() it. */
struct owner *report_listener_owners(const struct view *v, const struct group *g, size_t *n);

/* ---- JSON ---- */

void report_put_owners(struct json *j, const struct snap *s, const struct owner *o, size_t n);
/* An end with its names, where n is there. */
void report_put_addr(struct json *j, const char *key, const struct addr *a, uint16_t port,
		     const struct namer *n, unsigned proto);
/* "if": its name, or its number as text, or null for 0. */
void report_put_if(struct json *j, const struct snap *s, uint32_t row);
/* "local" and "remote" of a socket. */
void report_put_ends(const struct report *r, struct json *j, const struct snap *s, uint32_t row);
/* "peer" of a UNIX socket. */
void report_put_peer(struct json *j, const struct snap *s, uint32_t row);

#endif
