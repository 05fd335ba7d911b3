/* SPDX-License-Identifier: MIT */
/*
 * Reports: the same views as the screen, as text or JSON on a descriptor. Findings are of the whole
 * host, whatever the filter, as far as the snapshot has what they need; their history is that of the
 * reports that were written.
 *
 * JSON is one object a report, on one line. Text is made for awk:
 *  - a table has a head (the keys of the JSON rows in capitals) and one line a row; columns stand
 *    apart by blanks and never hold one: blanks in names become \x20, nothing becomes -. The rows
 *    of --by state and the totals are a name and a number, and have no head. A number that is not
 *    known is -: CLOSE on old kernels, the total where the kernel did the filtering.
 *  - with -e, -m, -i or -o the last column of sockets is what ss says of them, in its words, which
 *    have blanks between them.
 *  - what was found stands with the totals in lines "# finding KIND SEVERITY: TEXT", worst first.
 *  - what is incomplete stands in lines "# SOURCE: REASON", before the head; with totals, after
 *    them. No row begins with #: as the first byte of a name it becomes \x23.
 *  - there is no empty line in a report, and one between two of them.
 */
#ifndef SOCKEYE_OUTPUT_REPORT_H
#define SOCKEYE_OUTPUT_REPORT_H

#include "sockeye/model/namer.h"
#include "sockeye/view/view.h"

/* Sources that a selection asks for but that this program does not collect. */
struct missing {
	const char *source, *reason;
};

struct report_cfg {
	struct query query; /* query.by is used unless overview or summary; query.distinct is not */
	bool overview;      /* totals, processes and remotes, each the first top rows */
	bool summary;       /* totals only */
	bool netns;         /* of others than our own too, and what is not known of them is said */
	bool json;
	bool head;                 /* text: column heads */
	bool places;               /* sockets and processes say where they are: want.places */
	bool timers;               /* -o */
	unsigned details;          /* -e, -m, -i: enum detail_part */
	bool numeric;              /* -n: bandwidths of details in digits */
	bool rates;                /* rows have bytes a second: want.tcp_stat */
	const struct namer *namer; /* names for addresses and ports; NULL: none */
	uint32_t top;              /* rows at most; UINT32_MAX for all */
	const char *filter_text;   /* as given, words joined by one blank; "" for none */
	enum text_set set;
};

struct report;

struct report *report_new(const struct report_cfg *cfg); /* cfg is copied, its pointers borrowed */
void report_free(struct report *r);
/* What the selection lacks from now on, n of them, borrowed; at first nothing. */
void report_set_missing(struct report *r, const struct missing *missing, size_t n);

/*
 * Writes one report of this snapshot to fd, all of it, and returns 0; or a negative errno of the
 * write (-EPIPE where SIGPIPE is ignored), or -ENOMEM, with the text. *complete says whether every
 * source that the report needs was complete.
 */
int report_write(struct report *r, const struct snap *s, int fd, bool *complete, struct err *e);

#endif
