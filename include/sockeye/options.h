/* SPDX-License-Identifier: MIT */
/* The command line: one table of options, turned into one struct. */
#ifndef SOCKEYE_OPTIONS_H
#define SOCKEYE_OPTIONS_H

#include "sockeye/output/report.h"
#include "sockeye/screen/term.h"

/* Tables of ss that can be chosen but are not collected. */
enum absent { ABSENT_DCCP, ABSENT_TIPC, ABSENT_COUNT };

struct options {
	bool batch, events, json, strict, summary, no_header, extended, memory, info, timers,
		numeric, rates, read_only, no_sandbox, ascii;
	bool resolve;
	bool help, version;
	bool has_count, has_by, has_interval;
	uint32_t count, top;
	unsigned interval_ms;
	uint32_t max_sockets; /* 0: no matter how many */
	unsigned max_percent; /* of one core, on average, in the interface */
	enum by by;
	uint8_t prefix4, prefix6, sort;
	bool ascending;
	struct select select;
	bool chosen; /* by table: else it is the default, or what the filter is about */
	bool absent[ABSENT_COUNT]; /* chosen, but not collected */
	bool all_netns;
	const char *netns;       /* the one of -N; NULL: none; borrowed from argv */
	uint64_t netns_ino;      /* of that one, once it was looked up */
	const char *filter_file; /* borrowed from argv */
	const char *term;
	enum term_color color;
	struct buf filter; /* words joined by one blank */
};

/* 0, or -EINVAL with the text. options_free() in either case. */
int options_parse(struct options *o, int argc, char **argv, struct err *e);
void options_free(struct options *o);

/*
 * Seconds with decimals, of which three count, whatever the locale says of commas; 0.1 to 3600. 0, or
 * -EINVAL.
 */
int options_parse_delay(const char *text, unsigned *ms);

const char *options_absent_name(enum absent a);       /* "dccp" */
const char *options_absent_registered(enum absent a); /* as protocols_has() knows it */
void options_help(struct buf *out);

#endif
