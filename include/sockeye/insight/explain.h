/* SPDX-License-Identifier: MIT */
/*
 * Explanations: what a state or a finding means, here and now with this host's numbers, what is most
 * likely behind it, what to do, what will not help, and the settings that matter with the values
 * that they have. The texts are data: explain.def.
 */
#ifndef SOCKEYE_INSIGHT_EXPLAIN_H
#define SOCKEYE_INSIGHT_EXPLAIN_H

#include "sockeye/base/buf.h"
#include "sockeye/insight/findings.h"

enum explain_kind {
	EXPLAIN_HEAD,   /* "What it means" */
	EXPLAIN_TEXT,   /* a paragraph, to be wrapped */
	EXPLAIN_ITEM,   /* one of a list, to be wrapped behind its mark */
	EXPLAIN_FIGURE, /* a line of figures, not to be wrapped: term, tab, text */
};

/* Lines of an explanation: raw text, as names of processes are in it. */
struct explanation {
	struct buf text; /* all texts, each ended by NUL */
	struct explain_line {
		enum explain_kind kind;
		size_t at; /* in text */
	} * line;
	unsigned n, room;
};

void explain_state(struct explanation *x, enum tcp_state st, const struct snap *s,
		   const struct history *h);
void explain_finding(struct explanation *x, const struct finding *f, const struct snap *s,
		     const struct history *h);
/* What one socket's state and queues say of it, in a paragraph or two: for its detail page. */
void explain_socket(struct explanation *x, const struct snap *s, uint32_t row,
		    const struct history *h);
void explanation_free(struct explanation *x); /* all zero is empty */

#endif
