/* SPDX-License-Identifier: MIT */
/*
 * A line, or an object of JSON, for each socket that ended. What the word of its end does not tell,
 * as who held it and since when it was there, comes from the newest samples, by its cookie. One thread.
 *
 * Text has a head, the keys of JSON in capitals, and columns that stand apart by blanks and get wider
 * as they must. What was lost is a line "# ended: ...", in JSON an object with "event":"lost".
 */
#ifndef SOCKEYE_OUTPUT_ENDED_REPORT_H
#define SOCKEYE_OUTPUT_ENDED_REPORT_H

#include "sockeye/model/ended.h"
#include "sockeye/model/namer.h"
#include "sockeye/view/view.h"

struct ended_report_cfg {
	struct select select;
	struct filter *filter; /* borrowed */
	bool json;
	bool head;      /* text: column heads */
	uint32_t limit; /* ends after so many sockets; 0: never */
	enum text_set set;
	const struct namer *namer; /* names that are known by then; NULL: numbers */
	int fd;                    /* where it is written */
};

struct ended_report;

struct ended_report *ended_report_new(const struct ended_report_cfg *cfg);
void ended_report_free(struct ended_report *r); /* NULL is fine */

/*
 * The newest sample, with births and owners, in the order in which they were taken; the one before is
 * kept as well. Before the first nothing may be written. 0 or -ENOMEM: then it stays without it.
 */
int ended_report_sample(struct ended_report *r, const struct snap *s);

/*
 * Writes those of the list that the selection and the filter let pass, and what was lost, all of it.
 * wall_ns is what to add to the monotonic clock. 0, or the negative errno of the write, and the text.
 */
int ended_report_write(struct ended_report *r, const struct ended_list *l, int64_t wall_ns,
		       struct err *e);

bool ended_report_done(const struct ended_report *r); /* the limit is reached */
bool ended_report_lost(const struct ended_report *r); /* something was lost so far */

#endif
