/* SPDX-License-Identifier: MIT */
/* What the two faces of a report of ended sockets share: what is known of one. */
#ifndef SOCKEYE_SRC_OUTPUT_ENDED_PARTS_H
#define SOCKEYE_SRC_OUTPUT_ENDED_PARTS_H

#include "json_pieces.h"
#include "sockeye/model/ended.h"
#include "sockeye/model/namer.h"
#include "table.h"

struct known {
	const struct ended *x;
	const struct namer *namer; /* NULL: numbers */
	const struct snap *snap;   /* of row and listener */
	uint32_t row;              /* IDX_NONE: no sample told of it */
	uint32_t listener;         /* that it came through, or IDX_NONE */
	/* Its ends: those of the row where the kernel forgot them. */
	struct sock ends;
	uint64_t seq;
	int64_t wall_ns;
	bool exact;             /* min_ms is also the most */
	int64_t min_ms, max_ms; /* how long it was there; max_ms -1: nobody knows */
};

/* A line for the table; and its head. */
void ended_text(struct table *t, const struct known *k, enum text_set set);
void ended_text_head(struct table *t);
/* The members of an object. */
void ended_json(struct json *j, const struct known *k);

#endif
