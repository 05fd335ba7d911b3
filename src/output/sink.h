/* SPDX-License-Identifier: MIT */
/* Text on its way to a descriptor: gathered, then written in large pieces, all of it. */
#ifndef SOCKEYE_SRC_OUTPUT_SINK_H
#define SOCKEYE_SRC_OUTPUT_SINK_H

#include <stdbool.h>

#include "sockeye/base/buf.h"

struct sink {
	struct buf text; /* waits to be written: add to it */
	int fd;
	int rc; /* of the first write that failed; nothing is written after it */
};

/* Writes once much text waits. True while it makes sense to go on. Call it after each row. */
bool sink_row(struct sink *k);
/* Writes what is left. 0 or the negative errno of the first write that failed. */
int sink_flush(struct sink *k);

#endif
