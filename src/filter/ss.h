/* SPDX-License-Identifier: MIT */
/* A filter as a command of ss(8) from iproute2. */
#ifndef SOCKEYE_SRC_FILTER_SS_H
#define SOCKEYE_SRC_FILTER_SS_H

#include "sockeye/base/err.h"

#include "tree.h"

/* As filter_print_ss(), for the tree of a filter. */
int ss_print(const struct tree *t, unsigned protos, struct buf *out, struct err *e);

#endif
