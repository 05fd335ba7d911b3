/* SPDX-License-Identifier: MIT */
/*
 * Findings: what is wrong, who does it, how fast it grows. Each comes from one function over a
 * snapshot and the history, with its threshold in one table; there is none without evidence, and
 * nothing is called usual before there is history.
 */
#ifndef SOCKEYE_INSIGHT_FINDINGS_H
#define SOCKEYE_INSIGHT_FINDINGS_H

#include "sockeye/insight/history.h"

enum finding_kind {
#define FINDING(id, name, help) FINDING_##id,
#include "sockeye/insight/findings.def"
	FINDING_COUNT
};

enum severity { SEVERITY_WARN, SEVERITY_CRIT };

enum evidence_type { EVIDENCE_UINT, EVIDENCE_REAL, EVIDENCE_TEXT };

#define EVIDENCE_MAX       24
#define EVIDENCE_TEXT_SIZE 80
#define FINDING_TEXT_SIZE  256
#define FINDING_EXPR_SIZE  256
#define FINDINGS_MAX       16

struct evidence {
	const char *key; /* as in JSON: "count", "rate_per_s", "oldest_s" */
	enum evidence_type type;
	union {
		uint64_t u;
		double r;
		char text[EVIDENCE_TEXT_SIZE]; /* raw */
	};
};

struct finding {
	enum finding_kind kind;
	enum severity severity;
	double weight; /* worse is more, within a severity */
	/* "CLOSE_WAIT 1,204, growing 19/s: 98% java[2211]"; raw: it may hold a process's name. */
	char text[FINDING_TEXT_SIZE];
	/* The filter that selects the sockets behind it, "" where there are none; it parses. */
	char expr[FINDING_EXPR_SIZE];
	struct evidence evidence[EVIDENCE_MAX];
	unsigned n_evidence;
	int32_t pid; /* the culprit, or 0 */
};

struct findings {
	struct finding item[FINDINGS_MAX]; /* worst first */
	unsigned n;
};

struct finding_info {
	const char *name, *help;
};

extern const struct finding_info finding_table[FINDING_COUNT];

const char *severity_name(enum severity s); /* "warn", "crit" */

/* What is found in s, which must be the newest sample of h. */
void findings_make(struct findings *out, const struct snap *s, const struct history *h);

#endif
