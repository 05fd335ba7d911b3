/* SPDX-License-Identifier: MIT */
/*
 * Everything about one socket as a page: who holds it, queues, TCP's measures, timer, options, memory,
 * names of it, and what was seen of it.
 */
#ifndef SOCKEYE_SRC_UI_DETAIL_PAGE_H
#define SOCKEYE_SRC_UI_DETAIL_PAGE_H

#include "page.h"
#include "sockeye/insight/explain.h"
#include "sockeye/model/namer.h"

#define DETAIL_SEEN 8 /* states that are remembered */

struct detail_seen {
	uint8_t state;
	int64_t wall_ns; /* when it was first seen in it */
};

/* All borrowed. */
struct detail_shown {
	const struct snap *snap;
	uint32_t row;
	const struct detail *detail; /* NULL: not asked for yet */
	const struct explanation *means;
	const struct detail_seen *seen; /* the oldest first */
	unsigned n_seen;
	const struct namer *namer; /* NULL: without names */
	enum text_set set;
	bool utc;
};

/* Appends it to the page. */
void detail_page(struct page *p, const struct detail_shown *d);

#endif
