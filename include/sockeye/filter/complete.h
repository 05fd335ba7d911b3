/* SPDX-License-Identifier: MIT */
/*
 * What could stand where the cursor is in a filter: the words of the language, and the names, ports
 * and addresses that a snapshot has now, those of most sockets first.
 */
#ifndef SOCKEYE_FILTER_COMPLETE_H
#define SOCKEYE_FILTER_COMPLETE_H

#include <stddef.h>
#include <stdint.h>

#include "sockeye/model/snap.h"

/* Nobody reads a longer list. */
#define COMPLETE_MAX 64
/* A word that no number of sockets goes with. */
#define COMPLETE_UNCOUNTED UINT32_MAX

struct candidate {
	const char *text; /* as it is put in: odd names stand in quotes. Raw; followed by a NUL */
	const char *help; /* a few words, or ""; raw, as it may be the name of a process */
	uint32_t count;   /* sockets that have it now, or COMPLETE_UNCOUNTED */
};

struct completion {
	size_t word;      /* where the word at the cursor begins */
	size_t from;      /* a candidate takes the place of the bytes from here to the cursor */
	unsigned details; /* what is looked for is in the details of a snapshot: enum detail_has */
	size_t n;
	struct candidate of[COMPLETE_MAX];
};

struct completer;

struct completer *complete_new(void);
void complete_free(struct completer *c); /* NULL is fine */

/*
 * The candidates for the word that ends, or would begin, at this byte of the text, which need not
 * be a filter. s may be NULL: then there is nothing to count. Counting looks at every row, once for a
 * field and a snapshot. Borrowed, until the next call or complete_free().
 */
const struct completion *complete_find(struct completer *c, const char *text, size_t at,
				       const struct snap *s);

/* The fields of the language that work, for help: NULL behind the last. */
const char *complete_field(unsigned i, const char **help);

#endif
