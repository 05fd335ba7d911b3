/* SPDX-License-Identifier: MIT */
/*
 * The run of --events: the feed of sockets that end, and samples beside it, so that who held them is
 * known. Both are read by threads of their own, so a slow reader of the output holds up neither: what
 * then does not fit into the feed is counted, and said.
 */
#ifndef SOCKEYE_SRC_EVENTS_H
#define SOCKEYE_SRC_EVENTS_H

#include "sockeye/model/source.h"
#include "sockeye/output/ended_report.h"

/* Exit statuses, of which 0 is that of a run that came to its end. */
#define EVENTS_FAILED    1
#define EVENTS_NO_SOURCE 3

struct events_cfg {
	const struct source_ops *source;
	struct want want; /* of the samples; births are wanted besides */
	unsigned interval_ms;
	struct ended_report_cfg report;
	void (*ready)(void *ctx); /* called once all is open */
	void *ready_ctx;
};

/* Returns an exit status, and why in *e where it is not 0. *lost: something was. */
int events_run(const struct events_cfg *cfg, bool *lost, struct err *e);

#endif
